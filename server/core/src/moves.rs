//! Moves: lines that an edit deletes in one place and inserts in another, or that its author inserts as they last cut them. Such text
//! keeps its authors; of a block that was changed on the way, the lines and words that are as they were.

use std::ops::Range;

use ropey::Rope;

use crate::author::Author;
use crate::diff;
use crate::edit::{Acts, Lineage, Moved, Span};
use crate::weave::{EditIx, Splice, Weave};

/// A line with so many letters and digits is known again wherever it comes to stand.
const LINE: usize = 16;
/// Lines with words that together have so many are.
const LINES: usize = 12;
/// So many edits back a cut is looked for.
const BACK: usize = 64;
/// So many changed lines do not part a block.
const NEAR: usize = 3;
/// More lines than this are not looked through, of what comes and of what goes.
const MOST: usize = 20_000;

/// Notes in what splices do, as the weave composed it, which of their text was moved. `text` is the lineage's text before them.
pub(crate) fn note(weave: &Weave, lineage: Lineage, text: &Rope, author: &Author, splices: &[Splice], acts: &mut Acts) {
    let comes: Vec<(usize, &Splice)> = splices.iter().filter(|splice| !splice.text.is_empty()).enumerate().collect();
    let comes: Vec<(usize, &Splice)> = comes.into_iter().filter(|(_, splice)| is_new(text, splice)).collect();
    if comes.is_empty() {
        return;
    }
    let mut goes: Vec<Gone> = splices.iter().filter_map(|splice| Gone::by(weave, lineage, text, splice)).collect();
    goes.extend(Gone::cut_before(weave, lineage, author));
    let mut found: Vec<Found> = comes.iter().filter_map(|(nth, splice)| best(&goes, *nth, splice)).collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.weight));
    let mut taken: Vec<Span> = Vec::new();
    for Found { nth, moved, .. } in found {
        // What went once comes once.
        let meets = |a: &Span, b: &Span| a.edit == b.edit && a.start < b.end() && b.start < a.end();
        if moved.iter().any(|part| taken.iter().any(|span| meets(&part.was, span))) {
            continue;
        }
        taken.extend(moved.iter().map(|part| part.was));
        acts.inserts[nth].from = moved;
    }
}

/// Whether a splice puts whole lines there that would be known again.
fn is_new(text: &Rope, splice: &Splice) -> bool {
    !splice.neutral && is_block(splice.text.split_inclusive('\n')) && starts_line(text, splice.range.start)
}

fn starts_line(text: &Rope, at: usize) -> bool {
    at == 0 || text.byte(at - 1) == b'\n'
}

/// Whether lines are enough to be known again: a bracket or a blank line stands anywhere.
fn is_block<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let counts = lines.filter(|line| line.ends_with('\n')).map(letters).filter(|letters| *letters > 0);
    let (mut with_words, mut sum) = (0, 0);
    for letters in counts {
        if letters >= LINE {
            return true;
        }
        (with_words, sum) = (with_words + 1, sum + letters);
    }
    with_words > 1 && sum >= LINES
}

fn letters(text: &str) -> usize {
    text.chars().filter(|ch| ch.is_alphanumeric()).count()
}

/// Text that goes, or went.
struct Gone {
    text: String,
    spans: Vec<Span>,
    /// The splice's place; none for what was cut before, which comes back as a whole or not at all.
    at: Option<usize>,
}

/// What an insertion was moved from.
struct Found {
    nth: usize,
    weight: usize,
    moved: Vec<Moved>,
}

impl Gone {
    /// What a splice deletes.
    fn by(weave: &Weave, lineage: Lineage, text: &Rope, splice: &Splice) -> Option<Self> {
        if splice.neutral || splice.range.is_empty() || !starts_line(text, splice.range.start) {
            return None;
        }
        let gone = text.byte_slice(splice.range.clone()).to_string();
        if !is_block(gone.split_inclusive('\n')) {
            return None;
        }
        let pieces = weave.pieces(lineage, splice.range.clone()).into_iter();
        let spans = pieces.map(|piece| weave.span(piece.fragment, piece.range)).collect();
        Some(Self { text: gone, spans, at: Some(splice.range.start) })
    }

    /// The last block that an author cut, where it has not come back.
    fn cut_before(weave: &Weave, lineage: Lineage, author: &Author) -> Option<Self> {
        let edits = weave.entries().len();
        let last = (edits.saturating_sub(BACK)..edits).rev().map(|ix| ix as EditIx);
        let by_author = last.filter(|ix| weave.entry(*ix).author == *author);
        let cut = by_author.filter_map(|ix| weave.cut_by(ix)).map(|(ix, spans)| {
            let fragments = spans.iter().flat_map(|span| weave.fragments_of(*span));
            let text: String = fragments.map(|f| weave.part_text(f, 0..weave.len_of(f))).collect();
            (ix, Self { text, spans, at: None })
        });
        let (ix, last) = { cut }.find(|(_, gone)| is_block(gone.text.split_inclusive('\n')))?;
        weave.is_away(ix, lineage).then_some(last)
    }

    /// What of it bytes `part` of its text are.
    fn spans_of(&self, part: Range<usize>) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut from = 0;
        for span in &self.spans {
            let end = from + span.len as usize;
            let (start, stop) = (part.start.max(from), part.end.min(end));
            if start < stop {
                let len = (stop - start) as u32;
                spans.push(Span { start: span.start + (start - from) as u32, len, ..*span });
            }
            from = end;
        }
        spans
    }
}

/// What an insertion shares most with, of all that goes; nothing where two share as much.
fn best(goes: &[Gone], nth: usize, splice: &Splice) -> Option<Found> {
    let elsewhere = goes.iter().filter(|gone| gone.at != Some(splice.range.start));
    let mut all: Vec<Found> = elsewhere.filter_map(|gone| shared(gone, nth, &splice.text)).collect();
    let most = all.iter().map(|found| found.weight).max()?;
    all.retain(|found| found.weight == most);
    if all.len() == 1 { all.pop() } else { None }
}

/// Lines that are the same: of what goes, and of what comes.
type Run = (Range<usize>, Range<usize>);

/// What of an insertion is the same as what goes, if a block of it is.
fn shared(gone: &Gone, nth: usize, new: &str) -> Option<Found> {
    let old: Vec<&str> = gone.text.split_inclusive('\n').collect();
    let lines: Vec<&str> = new.split_inclusive('\n').collect();
    if old.len().max(lines.len()) > MOST {
        return None;
    }
    let runs = diff::common_runs(&old, &lines);
    let letters = |run: &Run| old[run.0.clone()].iter().map(|line| letters(line)).sum::<usize>();
    let is_block = |run: &Run| is_block(old[run.0.clone()].iter().copied());
    let weight = runs.iter().filter(|run| is_block(run)).map(letters).max()?;
    let (mut first, mut last) = (runs.iter().position(is_block)?, runs.iter().rposition(is_block)?);
    if gone.at.is_none() && (runs[first].0.start > 0 || runs[first].0.end < old.len()) {
        return None;
    }
    // What follows within a few lines is of the same block, of which those were changed.
    let is_near = |a: &Run, b: &Run| b.0.start - a.0.end <= NEAR && b.1.start - a.1.end <= NEAR;
    while last + 1 < runs.len() && is_near(&runs[last], &runs[last + 1]) {
        last += 1;
    }
    while first > 0 && is_near(&runs[first - 1], &runs[first]) {
        first -= 1;
    }
    let ((was, is), (was_end, is_end)) = (&runs[first], &runs[last]);
    let (above, below) = (was.start == is.start, old.len() - was_end.end == lines.len() - is_end.end);
    let was = (if above { 0 } else { was.start })..if below { old.len() } else { was_end.end };
    let is = (if above { 0 } else { is.start })..if below { lines.len() } else { is_end.end };
    let place = |lines: &[&str], upto: usize| lines[..upto].iter().map(|line| line.len()).sum::<usize>();
    let (was, is) = (place(&old, was.start)..place(&old, was.end), place(&lines, is.start)..place(&lines, is.end));
    let mut moved = Vec::new();
    for (from, at, len) in kept(&gone.text[was.clone()], &new[is.clone()]) {
        let mut at = (is.start + at) as u32;
        for part in gone.spans_of(was.start + from..was.start + from + len) {
            moved.push(Moved { at, was: part });
            at += part.len;
        }
    }
    Some(Found { nth, weight, moved })
}

/// The bytes that a text keeps as it becomes another: where in it, where in the other, and how many.
fn kept(old: &str, new: &str) -> Vec<(usize, usize, usize)> {
    let (mut kept, mut from, mut at) = (Vec::new(), 0, 0);
    for splice in diff::splices(old, new) {
        let len = splice.range.start - from;
        if len > 0 {
            kept.push((from, at, len));
        }
        (from, at) = (splice.range.end, at + len + splice.text.len());
    }
    if from < old.len() {
        kept.push((from, at, old.len() - from));
    }
    kept
}
