//! Stubs of abstract methods are no placeholders; a note of what is to do weighs less than code that is not there.

use crate::finding::Severity;
use crate::syntax::Symbol;

use super::catalogue::Rule;
use super::hits::Hit;
use super::side::Side;

/// Leaves out what stands in an abstract method, or in a class that is an interface (Python's way to write one).
pub(crate) fn leave_abstract(hits: &mut Vec<Hit>, side: &Side<'_>, symbols: &[Symbol]) {
    let head = |at: usize| {
        let text = side.text.get(symbols[at].range.clone()).unwrap_or_default();
        text.split(":\n").next().unwrap_or_default()
    };
    hits.retain(|hit| {
        let Some(at) = hit.symbol.filter(|_| hit.shown.starts_with("raise")) else { return true };
        let is_abstract = head(at).contains("abstractmethod") || head(at).contains("@overload");
        let in_interface =
            symbols[at].parent.is_some_and(|class| ["ABC", "Protocol"].iter().any(|base| head(class).contains(base)));
        !is_abstract && !in_interface
    });
}

/// A comment about work to do (`TODO: implement`) is one step less severe than missing code.
pub(crate) fn severity(rule: &Rule, hit: &Hit) -> Severity {
    let note =
        ["TODO", "FIXME", "real ", "production", "laceholder", "now"].iter().any(|word| hit.shown.contains(word));
    let is_comment = ["//", "#", "/*"].iter().any(|mark| hit.shown.starts_with(mark));
    if is_comment && note && !hit.shown.contains("...") { rule.severity.lowered() } else { rule.severity }
}
