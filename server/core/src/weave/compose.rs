//! From positions to anchors: what a change of a lineage's text does to the weave.

use super::tree::FragmentIx;
use super::view::DeedKind;
use super::{View, Weave};
use crate::author::Author;
use crate::edit::{Acts, Insert, Lineage, Point, Span};
use std::ops::Range;

/// How far on in a gap it is looked for what new text goes behind, in fragments.
const REACH: usize = 4096;

/// A change of a text: bytes `range` of it make way for `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// Bytes of the text before the change.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
    /// Whether the new text keeps the author of the deleted text: formatting, line ends.
    pub neutral: bool,
}

impl Splice {
    /// A change by which its author becomes the new text's.
    #[must_use]
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into(), neutral: false }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty() && self.text.is_empty()
    }
}

impl Weave {
    /// What splices of a lineage's text by `author` do, without what they adopt. They must be ascending, apart, and within the text;
    /// their ranges are those of the text before any of them.
    pub(crate) fn compose(&self, lineage: Lineage, author: &Author, splices: &[Splice]) -> Acts {
        let mut acts = Acts::default();
        for Splice { range, text, neutral } in splices {
            let killed = self.pieces(lineage, range.clone());
            let spans: Vec<Span> = killed.iter().map(|piece| self.span(piece.fragment, piece.range.clone())).collect();
            let left = spans.last().copied().map(end_of).or_else(|| self.gap_of(lineage, author, range.start, text));
            if !text.is_empty() {
                let like = if *neutral { self.kept_author(lineage, &spans, text, range.start) } else { None };
                acts.inserts.push(Insert { like, ..Insert::new(left, text.clone()) });
            }
            for span in spans {
                push_span(if *neutral { &mut acts.fades } else { &mut acts.kills }, span);
            }
        }
        acts
    }

    /// Whose author neutral text keeps: that of the text that it takes the place of; else blanks before a token are that token's, and
    /// what stands at a line's end belongs to what stands before it in its line.
    fn kept_author(&self, lineage: Lineage, gone: &[Span], text: &str, offset: usize) -> Option<Point> {
        let beside = |at: usize| self.pieces(lineage, at..at + 1).pop();
        let last = || offset.checked_sub(1).and_then(beside);
        let next = || beside(offset);
        let ends_line = || next().is_none_or(|piece| self.is_break(&piece));
        let indents = text.trim().is_empty() && !ends_line() || last().is_none_or(|piece| self.is_break(&piece));
        let kept = || if indents { next().or_else(last) } else { last().or_else(next) };
        let span = gone.first().copied().or_else(|| kept().map(|piece| self.span(piece.fragment, piece.range)))?;
        Some(Point { edit: span.edit, offset: span.start + 1 })
    }

    /// Where in the gap before a byte of a lineage's text an author's new text goes: behind the visible character before it, and
    /// behind what the author deleted there, so that deleting and then typing is the same as replacing. Words at a line's start go
    /// behind the lines that others deleted above it: they belong to the line that they stand in.
    fn gap_of(&self, lineage: Lineage, author: &Author, offset: usize, text: &str) -> Option<Point> {
        let view = View::of(self, lineage);
        let deleted = |fragment: FragmentIx| {
            self.deeds(fragment).any(|(by, kind)| {
                kind == DeedKind::Kill
                    && self.entries[by as usize].author == *author
                    && self.counts(by, fragment, &view)
            })
        };
        let left = offset.checked_sub(1).and_then(|left| self.tree.find(lineage, left));
        let (anchor, next) = match left {
            Some((left, at)) => {
                let ends = at as u32 + 1 == self.len_of(left);
                (Some(self.span(left, 0..at as u32 + 1)), if ends { self.tree.next(left) } else { None })
            }
            None => (None, self.order().next()),
        };
        let starts_line = self.starts_line(lineage, offset);
        let joins = starts_line && !text.ends_with(['\n', '\r']);
        let line_end = |fragment: FragmentIx| {
            let text = self.part_text(fragment, 0..self.len_of(fragment));
            text.rfind(['\n', '\r']).map(|at| at as u32 + 1)
        };
        let upto = |fragment: FragmentIx| match (deleted(fragment), joins) {
            (true, _) => Some(self.len_of(fragment)),
            (false, true) => line_end(fragment),
            (false, false) => None,
        };
        let gap = std::iter::successors(next, |f| self.tree.next(*f)).take(REACH);
        // What is typed in a line, or at its end, stays in it.
        let is_here = |f: FragmentIx| starts_line || deleted(f) || line_end(f).is_none();
        let gap = gap.take_while(|fragment| !self.is_seen(*fragment, lineage) && is_here(*fragment));
        let behind = gap.filter_map(|fragment| Some(self.span(fragment, 0..upto(fragment)?))).last();
        behind.or(anchor).map(end_of)
    }
}

/// Adds a span to a list, to the last one where it goes on from it.
pub(crate) fn push_span(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.edit == span.edit && last.end() == span.start => last.len += span.len,
        _ => spans.push(span),
    }
}

fn end_of(span: Span) -> Point {
    Point { edit: span.edit, offset: span.end() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_splice_is_empty_where_nothing_goes_and_nothing_comes() {
        assert!(Splice::new(3..3, "").is_empty());
        assert!(!Splice::new(3..4, "").is_empty());
        assert!(!Splice::new(3..3, "x").is_empty());
    }

    #[test]
    fn spans_that_go_on_from_one_another_are_one() {
        let span = |counter, start| Span { edit: crate::edit::EditId { counter, process: 1 }, start, len: 2 };
        let mut spans = Vec::new();
        [span(1, 0), span(1, 2), span(1, 5), span(2, 7)].into_iter().for_each(|next| push_span(&mut spans, next));
        assert_eq!(spans.iter().map(|span| (span.start, span.len)).collect::<Vec<_>>(), [(0, 4), (5, 2), (7, 2)]);
    }
}
