//! What a scope can name in a file: `Parser::parse`, `tests::reads_a_word`, `describe title::it title`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tree_sitter::{Query, Tree};

use super::{Budget, Language, parse, query};

/// A definition that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The names of the definitions around it and its own, joined by `::` in every language.
    pub path: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Where it is, in bytes, with its attributes, decorators and documentation.
    pub range: Range<usize>,
    /// The place in the list of the symbol around it.
    pub(crate) parent: Option<usize>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SymbolKind {
    /// A module or namespace inside a file.
    Module,
    /// A class, struct, enum, union or type alias.
    Type,
    /// A trait or an interface.
    Interface,
    /// An `impl` block; its path is that of its type.
    Implementation,
    /// A function that is no method; in JavaScript also one bound to a constant.
    Function,
    /// A function of a type, an interface or an implementation.
    Method,
    /// A constant, static or module-level variable.
    Constant,
    /// A macro.
    Macro,
    /// A test or a group of tests that is a call with a title (`it("reads a word", …)`).
    Test,
}

/// Definitions nested deeper than this are not listed: no person names them.
const DEEPEST: usize = 64;

/// The symbols of a text in the order of their starts, outer before inner; fewer when the budget runs out.
pub fn symbols(language: Language, text: &str, budget: &mut Budget<'_>) -> Vec<Symbol> {
    let Some(tree) = parse(language, text, budget) else { return Vec::new() };
    of_tree(language, &tree, text, budget).unwrap_or_default()
}

/// The innermost symbol that holds the whole of `range`.
pub fn enclosing<'a>(symbols: &'a [Symbol], range: &Range<usize>) -> Option<&'a Symbol> {
    position_of_enclosing(symbols, range).map(|at| &symbols[at])
}

pub(crate) fn position_of_enclosing(symbols: &[Symbol], range: &Range<usize>) -> Option<usize> {
    let mut at = symbols.partition_point(|symbol| symbol.range.start <= range.start).checked_sub(1);
    while let Some(index) = at {
        if symbols[index].range.end >= range.end {
            return Some(index);
        }
        at = symbols[index].parent;
    }
    None
}

pub(crate) fn of_tree(language: Language, tree: &Tree, text: &str, budget: &mut Budget<'_>) -> Option<Vec<Symbol>> {
    let query = symbol_query(language)?;
    let names = query.capture_names();
    let (mut defined, mut attached) = (Vec::new(), Vec::new());
    let done = query::run(query, tree, text, None, budget, |found| {
        let (mut name, mut definition) = (None, None);
        for capture in found.captures() {
            match names[capture.index as usize] {
                "name" => name = Some(capture.node.byte_range()),
                "attached" => attached.push(capture.node.byte_range()),
                word => definition = kind_of(word).map(|kind| (capture.node.byte_range(), kind)).or(definition),
            }
        }
        if let (Some(name), Some((range, kind))) = (name, definition) {
            defined.push(Definition { range, kind, name });
        }
    });
    done.then(|| nest(text, unique(defined), attached))
}

struct Definition {
    range: Range<usize>,
    kind: SymbolKind,
    name: Range<usize>,
}

fn kind_of(capture: &str) -> Option<SymbolKind> {
    Some(match capture {
        "module" => SymbolKind::Module,
        "type" => SymbolKind::Type,
        "interface" => SymbolKind::Interface,
        "implementation" => SymbolKind::Implementation,
        "function" => SymbolKind::Function,
        "constant" => SymbolKind::Constant,
        "macro" => SymbolKind::Macro,
        "test" => SymbolKind::Test,
        _ => return None,
    })
}

/// A function bound to a constant matches as both: the constant gives way.
fn unique(mut defined: Vec<Definition>) -> Vec<Definition> {
    let others: HashSet<Range<usize>> =
        defined.iter().filter(|one| one.kind != SymbolKind::Constant).map(|one| one.range.clone()).collect();
    defined.retain(|one| one.kind != SymbolKind::Constant || !others.contains(&one.range));
    let mut seen = HashSet::new();
    defined.retain(|one| seen.insert((one.range.clone(), one.name.clone())));
    defined
}

/// Widens definitions over what is attached in front of them, then builds the paths.
fn nest(text: &str, mut defined: Vec<Definition>, mut attached: Vec<Range<usize>>) -> Vec<Symbol> {
    attached.sort_by_key(|range| range.end);
    for one in &mut defined {
        let mut before = attached.partition_point(|range| range.end <= one.range.start);
        while let Some(range) = before.checked_sub(1).map(|at| &attached[at]) {
            if !text.get(range.end..one.range.start).is_some_and(|gap| gap.trim().is_empty()) {
                break;
            }
            one.range.start = one.range.start.min(range.start);
            before -= 1;
        }
    }
    defined.sort_by_key(|one| (one.range.start, std::cmp::Reverse(one.range.end)));
    let (mut symbols, mut open) = (Vec::<Symbol>::new(), Vec::<usize>::new());
    for one in defined {
        while open.last().is_some_and(|&at| symbols[at].range.end < one.range.end) {
            open.pop();
        }
        if open.len() == DEEPEST {
            continue;
        }
        let parent = open.last().copied();
        let name = text.get(one.name).unwrap_or_default();
        let path = parent.map_or_else(|| name.to_owned(), |at| format!("{}::{name}", symbols[at].path));
        let in_type = parent.is_some_and(|at| {
            matches!(symbols[at].kind, SymbolKind::Type | SymbolKind::Interface | SymbolKind::Implementation)
        });
        let kind = if in_type && one.kind == SymbolKind::Function { SymbolKind::Method } else { one.kind };
        open.push(symbols.len());
        symbols.push(Symbol { path, kind, range: one.range, parent });
    }
    symbols
}

fn symbol_query(language: Language) -> Option<&'static Query> {
    static COMPILED: [OnceLock<Option<Query>>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    const JAVASCRIPT: &str = include_str!("../../../../queries/javascript/symbols.scm");
    let sources: &[&str] = match language {
        Language::Rust => &[include_str!("../../../../queries/rust/symbols.scm")],
        Language::Python => &[include_str!("../../../../queries/python/symbols.scm")],
        Language::JavaScript => &[JAVASCRIPT],
        Language::TypeScript | Language::Tsx => {
            &[JAVASCRIPT, include_str!("../../../../queries/typescript/symbols.scm")]
        }
    };
    COMPILED[language as usize].get_or_init(|| query::compile(language, sources, |_| true)).as_ref()
}
