//! Languages, trees and symbols: what scopes and rules need to know of a file's text.
//! Everything here is bounded by a `Budget`, and walks trees without recursion.

mod budget;
pub(crate) mod query;
mod symbols;

use std::ops::{ControlFlow, Range};

pub use budget::Budget;
pub(crate) use budget::OF_A_COMPARISON;
use budget::OF_A_TREE;
pub use symbols::{Symbol, SymbolKind, enclosing, symbols};
pub(crate) use symbols::{of_tree as symbols_of_tree, position_of_enclosing};
pub use tree_sitter::Tree;
use tree_sitter::{ParseOptions, ParseState, Parser};

/// A language that rules and scopes can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python, stubs too.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript without JSX.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

impl Language {
    /// Every language, in the order of their numbers.
    pub const ALL: [Language; 5] =
        [Language::Rust, Language::Python, Language::JavaScript, Language::TypeScript, Language::Tsx];

    /// The language of a file, by the end of its name; `None` where there is no grammar for it.
    pub fn of_path(path: &str) -> Option<Language> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "rs" => Some(Language::Rust),
            "py" | "pyi" => Some(Language::Python),
            "js" | "mjs" | "cjs" | "jsx" => Some(Language::JavaScript),
            "ts" | "mts" | "cts" => Some(Language::TypeScript),
            "tsx" => Some(Language::Tsx),
            _ => None,
        }
    }

    /// The name that rules and query folders use: `rust`, `python`, `javascript` or `typescript`.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
            Language::JavaScript => "javascript",
            Language::TypeScript | Language::Tsx => "typescript",
        }
    }

    pub(crate) fn grammar(self) -> tree_sitter::Language {
        match self {
            Language::Rust => tree_sitter_rust::LANGUAGE.into(),
            Language::Python => tree_sitter_python::LANGUAGE.into(),
            Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        }
    }
}

/// The syntax tree of a text, or `None` when the budget ran out first.
///
/// Broken text gives a tree with error nodes in it.
pub fn parse(language: Language, text: &str, budget: &mut Budget<'_>) -> Option<Tree> {
    if !budget.spend(OF_A_TREE) {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).ok()?;
    let mut progress =
        |_: &ParseState| if budget.spend(OF_A_TREE) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

/// Where a tree has errors or lacks something, in bytes, in the order of the text; `None` when the budget ran out.
pub(crate) fn errors(tree: &Tree, budget: &mut Budget<'_>) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    if !tree.root_node().has_error() {
        return Some(found);
    }
    let mut cursor = tree.walk();
    loop {
        if !budget.spend(OF_A_COMPARISON) {
            return None;
        }
        let node = cursor.node();
        let broken = node.is_error() || node.is_missing();
        if broken {
            found.push(node.byte_range());
        }
        if !broken && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(found);
            }
        }
    }
}
