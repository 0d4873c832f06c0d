//! Query files cut into patterns, compiled on need, and run within a budget.
//!
//! Compiling is slow (milliseconds for each rule and language), so only what a text can match is compiled.

use std::ops::{ControlFlow, Range};

use tree_sitter::{Query, QueryCursor, QueryCursorOptions, QueryCursorState, QueryMatch, StreamingIterator, Tree};

use super::budget::OF_A_TREE;
use super::{Budget, Language};

/// Matches that may be open at once; more than that only hostile text has.
const OPEN_MATCHES: u32 = 4096;

/// One top-level pattern of a query file, with its predicates.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pattern<'a> {
    pub(crate) text: &'a str,
    pub(crate) captures: Vec<&'a str>,
}

/// Runs a query, over the whole tree or where it crosses `within` (bytes); false when the budget ran out.
pub(crate) fn run(
    query: &Query,
    tree: &Tree,
    text: &str,
    within: Option<Range<usize>>,
    budget: &mut Budget<'_>,
    mut each: impl FnMut(&QueryMatch<'_, '_>),
) -> bool {
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(OPEN_MATCHES);
    if let Some(within) = within {
        cursor.set_byte_range(within);
    }
    let mut progress =
        |_: &QueryCursorState| if budget.spend(OF_A_TREE) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches = cursor.matches_with_options(query, tree.root_node(), text.as_bytes(), options);
    while let Some(found) = matches.next() {
        each(found);
    }
    drop(matches);
    !budget.is_spent()
}

/// Compiles those patterns of a language's query files that `wanted` picks; `None` if there are none.
///
/// A pattern that the grammar refuses also gives `None`: a test compiles every one of them.
pub(crate) fn compile(language: Language, sources: &[&str], wanted: impl Fn(&Pattern<'_>) -> bool) -> Option<Query> {
    let mut text = String::new();
    for pattern in sources.iter().flat_map(|source| patterns(source)).filter(|pattern| wanted(pattern)) {
        text.push_str(pattern.text);
        text.push('\n');
    }
    if text.is_empty() { None } else { Query::new(&language.grammar(), &text).ok() }
}

/// Cuts a query file into its top-level patterns: a bracketed form and the captures behind it.
pub(crate) fn patterns(source: &str) -> Vec<Pattern<'_>> {
    let bytes = source.as_bytes();
    let (mut found, mut start, mut depth, mut at) = (Vec::new(), None, 0_usize, 0);
    let mut captures = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            b';' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                continue;
            }
            b'"' => at = string_end(bytes, at),
            b'(' | b'[' => {
                if depth == 0
                    && let Some(start) = start.replace(at)
                {
                    let captures = std::mem::take(&mut captures);
                    found.push(Pattern { text: source[start..at].trim_end(), captures });
                }
                depth += 1;
            }
            b')' | b']' => depth = depth.saturating_sub(1),
            b'@' => {
                let length = source[at + 1..]
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
                    .unwrap_or(source.len() - at - 1);
                captures.push(&source[at + 1..at + 1 + length]);
                at += length;
            }
            _ => {}
        }
        at += 1;
    }
    if let Some(start) = start {
        found.push(Pattern { text: source[start..].trim_end(), captures });
    }
    found
}

/// The place of the quote that ends the string which begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_file_is_cut_at_its_top_level_forms() {
        let source = "; why\n((a) @rule.key (#eq? @rule.key \"(\\\"\")) @rule ; tail\n[(b) (c)] @other\n";
        let cut = patterns(source);
        assert_eq!(cut.len(), 2);
        assert_eq!(cut[0].captures, ["rule.key", "rule.key", "rule"]);
        assert_eq!(cut[1], Pattern { text: "[(b) (c)] @other", captures: vec!["other"] });
    }
}
