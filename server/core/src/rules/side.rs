//! One of the two texts of a change, with its tree and its symbols, each made when first asked for.

use std::cell::OnceCell;
use std::ops::Range;

use crate::syntax::{self, Budget, Language, Symbol, Tree};

use super::carry::Touch;
use super::catalogue::Rule;
use super::hits;

pub(crate) struct Side<'a> {
    pub(crate) language: Option<Language>,
    pub(crate) text: &'a str,
    pub(crate) touch: Touch,
    tree: OnceCell<Option<Tree>>,
    symbols: OnceCell<Option<Vec<Symbol>>>,
}

/// Windows that lie apart are looked through one by one, up to so many.
const WINDOWS: usize = 64;

impl<'a> Side<'a> {
    pub(crate) fn new(language: Option<Language>, text: &'a str, touch: Touch) -> Side<'a> {
        Side { language, text, touch, tree: OnceCell::new(), symbols: OnceCell::new() }
    }

    /// `None` when there is no grammar, or the budget ran out.
    pub(crate) fn tree(&self, budget: &mut Budget<'_>) -> Option<&Tree> {
        let language = self.language?;
        self.tree.get_or_init(|| syntax::parse(language, self.text, budget)).as_ref()
    }

    /// No symbols where there is no grammar; `None` when the budget ran out.
    pub(crate) fn symbols(&self, budget: &mut Budget<'_>) -> Option<&[Symbol]> {
        let Some(language) = self.language else { return Some(&[]) };
        let tree = self.tree(budget)?;
        let symbols = self.symbols.get_or_init(|| syntax::symbols_of_tree(language, tree, self.text, budget));
        symbols.as_deref()
    }

    /// The path of a symbol that was found before.
    pub(crate) fn symbol_path(&self, at: Option<usize>) -> Option<String> {
        let symbols = self.symbols.get()?.as_ref()?;
        symbols.get(at?).map(|symbol| symbol.path.clone())
    }

    /// Whether a rule's query matches something that the agents touched, or in front of which they wrote on its line,
    /// as one does to comment it out. Most changes end here.
    pub(crate) fn near(&self, rule: &'static Rule, budget: &mut Budget<'_>) -> Option<bool> {
        if rule.scans {
            return Some(true);
        }
        for window in self.windows() {
            let near = hits::within(rule, self, window, budget)?;
            if near.iter().any(|range| self.touch.reaches(&self.with_line_head(range))) {
                return Some(true);
            }
        }
        Some(false)
    }

    /// The touched lines, and those beside them.
    fn windows(&self) -> Vec<Range<usize>> {
        let mut windows: Vec<Range<usize>> = Vec::new();
        for place in self.touch.places() {
            if windows.last().is_some_and(|last| place.end < last.end) {
                continue;
            }
            let window = self.whole_lines(&place);
            match windows.last_mut() {
                Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
                _ => windows.push(window),
            }
        }
        if windows.len() > WINDOWS {
            let end = windows.last().map_or(0, |window| window.end);
            windows.truncate(1);
            windows[0].end = end;
        }
        windows
    }

    fn whole_lines(&self, range: &Range<usize>) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let head = &bytes[..range.start.min(bytes.len())];
        let tail = &bytes[range.end.min(bytes.len())..];
        let start = head.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let end = tail.iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| range.end + at + 1);
        start..end
    }

    /// A range and its line's blanks in front of it, with the line break.
    fn with_line_head(&self, range: &Range<usize>) -> Range<usize> {
        let head = self.text.get(..range.start).unwrap_or_default();
        head.trim_end_matches([' ', '\t']).len().saturating_sub(1)..range.end
    }

    /// Whether something of a range is not the agents'.
    pub(crate) fn is_mixed(&self, range: &Range<usize>) -> bool {
        let mut at = range.start;
        let is_blank = |gap: Range<usize>| self.text.get(gap).is_none_or(|gap| gap.trim().is_empty());
        let first = self.touch.spans.partition_point(|span| span.end <= at);
        for span in &self.touch.spans[first..] {
            if span.start >= range.end {
                break;
            }
            if span.start > at && !is_blank(at..span.start) {
                return true;
            }
            at = span.end;
        }
        at < range.end && !is_blank(at..range.end)
    }

    /// Whether a range begins in a comment, or in a string (Python's way). `None` when the budget ran out.
    pub(crate) fn is_comment_at(&self, range: &Range<usize>, budget: &mut Budget<'_>) -> Option<bool> {
        if range.is_empty() {
            return Some(false);
        }
        let root = self.tree(budget)?.root_node();
        let node = root.descendant_for_byte_range(range.start, range.start + 1);
        Some(node.is_some_and(|node| node.kind().contains("comment") || node.kind().contains("string")))
    }
}
