//! Adopted lines: an author who types inside another agent's line, or deletes a part of it, makes the line their own for as long
//! as that change lives. Decided when the change enters, and journaled with it.

use super::compose::Splice;
use super::tree::FragmentIx;
use super::view::{DeedKind, Piece};
use super::{EditIx, View, Weave};
use crate::author::Author;
use crate::edit::{Adoption, Cause, Deed, EditId, Lineage, Span};
use ropey::Rope;
use std::ops::Range;

/// Of a longer line, only so much around a change is looked at, and only for tokens.
const LONG_LINE: usize = 16 * 1024;
/// How far back what a line replaced is looked for, in fragments.
const REACH: usize = 4096;

/// What happens to one line by the splices of an edit.
struct Touched {
    line: Range<usize>,
    /// Bytes of the line that go.
    deleted: Vec<Range<usize>>,
    /// Where text comes in that shares its line with what was there.
    typed: Vec<usize>,
    causes: Vec<Cause>,
    clipped: bool,
}

/// A character of a touched line.
struct Glyph {
    at: usize,
    ch: char,
    whose: Whose,
    deleted: bool,
    held: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    /// An agent's, who is not the one that acts.
    Agent,
    Other,
}

impl Weave {
    /// What splices by `author`, in an edit that will be called `id`, adopt. `text` is the lineage's text before them.
    pub(crate) fn adoptions(
        &self,
        lineage: Lineage,
        text: &Rope,
        author: &Author,
        id: EditId,
        splices: &[Splice],
    ) -> Vec<Adoption> {
        if self.agents.iter().all(|agent| agent == author) {
            return Vec::new();
        }
        let touched = self.touched(lineage, text, id, splices);
        touched.iter().filter_map(|touched| self.adoption(lineage, author, touched)).collect()
    }

    fn adoption(&self, lineage: Lineage, author: &Author, touched: &Touched) -> Option<Adoption> {
        let glyphs = self.glyphs(lineage, author, touched);
        let agents = || glyphs.iter().filter(|glyph| glyph.whose == Whose::Agent);
        let all_held = agents().all(|glyph| glyph.held);
        let own_tokens = glyphs.iter().any(|glyph| glyph.whose == Whose::Own && !glyph.ch.is_whitespace());
        let other_tokens = glyphs.iter().any(|glyph| glyph.whose == Whose::Other && !glyph.ch.is_whitespace());
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut replaced = false;
        // A line without tokens is theirs whose all of it is.
        let blank = glyphs.iter().all(|glyph| glyph.ch.is_whitespace());
        let other_tokens = other_tokens || blank && agents().count() < glyphs.len();
        if touched.clipped || other_tokens || own_tokens && !all_held {
            for token in split_tokens(&glyphs, &touched.typed) {
                taken.extend(token);
                replaced = true;
            }
        } else {
            let token = |glyph: &&Glyph| !glyph.ch.is_whitespace();
            let text = glyphs.iter().rposition(|glyph| !glyph.ch.is_whitespace()).map_or(0, |last| last + 1);
            let gone = glyphs[..text].iter().any(|glyph| glyph.whose == Whose::Agent && glyph.deleted);
            let left = agents().filter(token).any(|glyph| !glyph.deleted);
            if !touched.typed.is_empty() || gone && left {
                replaced = left;
                taken.extend(agents().filter(|glyph| left || !glyph.deleted).map(glyph_range));
            }
        }
        if taken.is_empty() {
            return None;
        }
        let births = self.births(lineage, &taken);
        let kills = if replaced { self.replaced(lineage, taken[0].start) } else { Vec::new() };
        Some(Adoption { causes: touched.causes.clone(), births, kills })
    }

    fn glyphs(&self, lineage: Lineage, author: &Author, touched: &Touched) -> Vec<Glyph> {
        let view = View::of(self, lineage);
        let mut glyphs = Vec::new();
        let mut at = touched.line.start;
        for piece in self.pieces(lineage, touched.line.clone()) {
            let owner = &self.entries[self.birth_owner(piece.fragment) as usize].author;
            let whose = match owner {
                owner if owner == author => Whose::Own,
                Author::Agent { .. } => Whose::Agent,
                Author::Nobody | Author::User | Author::External => Whose::Other,
            };
            let held = self.held(piece.fragment, &view);
            for ch in self.part_text(piece.fragment, piece.range).chars() {
                let deleted = touched.deleted.iter().any(|range| range.contains(&at));
                glyphs.push(Glyph { at, ch, whose, deleted, held });
                at += ch.len_utf8();
            }
        }
        glyphs
    }

    /// The edit whose author a fragment's text is: of what was moved, the one that wrote it.
    pub(crate) fn birth_owner(&self, fragment: FragmentIx) -> EditIx {
        self.owner(self.written_by(fragment), self.root_of(fragment))
    }

    /// The edit by which a fragment's text came: of what was moved, the one that wrote it, whoever claimed it since.
    pub(crate) fn written_by(&self, fragment: FragmentIx) -> EditIx {
        self.fragments[self.root_of(fragment) as usize].like
    }

    fn births(&self, lineage: Lineage, taken: &[Range<usize>]) -> Vec<Deed> {
        let mut births: Vec<Deed> = Vec::new();
        for range in taken {
            for piece in self.pieces(lineage, range.clone()) {
                for (by, fragment) in self.births_of(piece.fragment) {
                    let to = self.span(fragment, self.part_in(fragment, &piece));
                    push_deed(&mut births, Deed { by: self.entries[by as usize].id, to });
                }
            }
        }
        births
    }

    /// The part of a fragment, or of what it was moved from, that a piece is; all of it, where the piece has another form.
    fn part_in(&self, source: FragmentIx, piece: &Piece) -> Range<u32> {
        let (len, of) = (self.len_of(source), self.len_of(piece.fragment));
        if len == of { piece.range.clone() } else { 0..len }
    }

    /// The lines (or tokens) that the agent deleted where it put the text at `at`: those that stand to the block's deleted lines as
    /// this line stands to the block's new lines.
    fn replaced(&self, lineage: Lineage, at: usize) -> Vec<Deed> {
        let Some(first) = self.pieces(lineage, at..at + 1).pop() else { return Vec::new() };
        let author = &self.entries[self.birth_owner(first.fragment) as usize].author;
        let is_authors = |ix: EditIx| self.entries[ix as usize].author == *author;
        let view = View::of(self, lineage);
        let killer = |fragment: FragmentIx| {
            let kills = self.deeds(fragment).filter(|(_, kind)| *kind == DeedKind::Kill);
            kills
                .map(|(by, _)| by)
                .find(|by| is_authors(self.owner(*by, fragment)) && self.counts(*by, fragment, &view))
        };
        let mut lines_before = breaks(&self.part_text(first.fragment, 0..first.range.start));
        let mut gone: Vec<(FragmentIx, EditIx)> = Vec::new();
        for fragment in std::iter::successors(self.previous(first.fragment), |f| self.previous(*f)).take(REACH) {
            let own = is_authors(self.birth_owner(fragment));
            match killer(fragment) {
                Some(by) if !own => gone.push((fragment, by)),
                _ if !self.is_seen(fragment, lineage) => {}
                _ if own && gone.is_empty() => {
                    lines_before += breaks(&self.part_text(fragment, 0..self.len_of(fragment)));
                }
                _ => break,
            }
        }
        gone.reverse();
        let text = self.part_text(first.fragment, first.range.start..self.len_of(first.fragment));
        let lines_after = self.lines_after(lineage, first.fragment, text, &is_authors);
        self.share(&gone, lines_before, lines_before + lines_after)
    }

    /// How many lines an author's unbroken text has: `text`, and what follows it.
    fn lines_after(
        &self,
        lineage: Lineage,
        fragment: FragmentIx,
        mut text: String,
        is_authors: &dyn Fn(EditIx) -> bool,
    ) -> usize {
        for fragment in std::iter::successors(self.tree.next(fragment), |f| self.tree.next(*f)).take(REACH) {
            match self.is_seen(fragment, lineage) {
                true if is_authors(self.birth_owner(fragment)) => {
                    text += &self.part_text(fragment, 0..self.len_of(fragment));
                }
                true => break,
                false => {}
            }
        }
        (breaks(&text) + usize::from(!ends_in_break(&text))).max(1)
    }

    /// Of deleted fragments, each with the edit that deleted it, the lines that are line `nth` of `of` new ones' share.
    fn share(&self, gone: &[(FragmentIx, EditIx)], nth: usize, of: usize) -> Vec<Deed> {
        let mut lines: Vec<Vec<Deed>> = Vec::new();
        let mut open = false;
        for (fragment, by) in gone {
            let text = self.part_text(*fragment, 0..self.len_of(*fragment));
            let mut at = 0;
            for part in text.split_inclusive('\n') {
                let to = self.span(*fragment, at..at + part.len() as u32);
                let deed = Deed { by: self.entries[*by as usize].id, to };
                match lines.last_mut() {
                    Some(line) if open => push_deed(line, deed),
                    _ => lines.push(vec![deed]),
                }
                at += part.len() as u32;
                open = !ends_in_break(part);
            }
        }
        let (k, m) = (lines.len(), of.max(1));
        let first = nth * k / m;
        let last = ((nth + 1) * k / m).max(first + 1).min(k);
        lines.get(first..last).into_iter().flatten().flatten().copied().collect()
    }

    /// The lines that splices touch otherwise than by whole lines above, below or away.
    fn touched(&self, lineage: Lineage, text: &Rope, id: EditId, splices: &[Splice]) -> Vec<Touched> {
        let mut all: Vec<Touched> = Vec::new();
        let mut inserted = 0;
        for splice in splices {
            let own = Span { edit: id, start: inserted, len: splice.text.len() as u32 };
            inserted += own.len;
            if splice.neutral {
                continue;
            }
            let first = line_of(text, splice.range.start);
            let last = line_of(text, splice.range.end);
            let (into_first, into_last) = joins(text, splice, &first, &last);
            for line in lines_between(text, &first, &last) {
                let deleted = splice.range.start.max(line.start)..splice.range.end.min(line.end);
                let typed = line == first && into_first || line == last && into_last;
                if deleted.is_empty() && !typed {
                    continue;
                }
                let at = splice.range.start.max(line.start);
                let cause = if typed { vec![Cause::Insert(own)] } else { self.kill_causes(lineage, &deleted) };
                match all.last_mut() {
                    Some(last) if last.line.start <= line.start && line.end <= last.line.end => {
                        last.deleted.push(deleted);
                        last.typed.extend(typed.then_some(at));
                        last.causes.extend(cause);
                    }
                    _ => {
                        let (line, clipped) = clip(text, line, &splice.range);
                        let typed = typed.then_some(at).into_iter().collect();
                        all.push(Touched { line, deleted: vec![deleted], typed, causes: cause, clipped });
                    }
                }
            }
        }
        all
    }

    fn kill_causes(&self, lineage: Lineage, deleted: &Range<usize>) -> Vec<Cause> {
        let pieces = self.pieces(lineage, deleted.clone());
        pieces.into_iter().map(|piece| Cause::Kill(self.span(piece.fragment, piece.range))).collect()
    }
}

/// Adds a deed to a list, to the last one where it goes on from it.
pub(crate) fn push_deed(deeds: &mut Vec<Deed>, deed: Deed) {
    match deeds.last_mut() {
        Some(last) if last.by == deed.by && last.to.edit == deed.to.edit && last.to.end() == deed.to.start => {
            last.to.len += deed.to.len;
        }
        _ => deeds.push(deed),
    }
}

/// Whether a splice's new text comes to stand in one line with what is left of its first line, and of its last one. Blanks at a
/// line's end, or before it, are no typing, nor is a line break with the indentation that an editor puts behind it.
fn joins(before: &Rope, splice: &Splice, first: &Range<usize>, last: &Range<usize>) -> (bool, bool) {
    let text = splice.text.as_str();
    let stays_behind = || splice.range.end < text_end(before, last);
    let has_words = |text: &str| text.chars().any(|ch| !ch.is_whitespace());
    match (text.find(['\n', '\r']), text.rfind(['\n', '\r'])) {
        (Some(head), Some(tail)) => {
            let into_first = has_words(&text[..head]) && splice.range.start > first.start;
            (into_first, has_words(&text[tail..]) && stays_behind())
        }
        _ => {
            let typed = has_words(text) || !text.is_empty() && first.start < splice.range.start && stays_behind();
            (typed, typed)
        }
    }
}

/// Where a line's text ends: before its break, and before the blanks before that.
fn text_end(text: &Rope, line: &Range<usize>) -> usize {
    let trailing = text.byte_slice(line.clone()).chars_at(text.byte_to_char(line.end) - text.byte_to_char(line.start));
    line.end - trailing.reversed().take_while(|ch| ch.is_whitespace()).map(char::len_utf8).sum::<usize>()
}

/// The agent's part of each word that is cut: by text put between two of its characters, or because a part of it goes.
fn split_tokens(glyphs: &[Glyph], typed: &[usize]) -> Vec<Vec<Range<usize>>> {
    let word = |glyph: &Glyph| glyph.ch.is_alphanumeric() || glyph.ch == '_';
    let mut tokens = Vec::new();
    for run in glyphs.chunk_by(|a, b| word(a) && word(b)) {
        let agents: Vec<&Glyph> = run.iter().filter(|glyph| glyph.whose == Whose::Agent).collect();
        let cut = run
            .windows(2)
            .any(|pair| pair.iter().all(|glyph| glyph.whose == Whose::Agent) && typed.contains(&pair[1].at));
        let gone = agents.iter().any(|glyph| glyph.deleted);
        let left = agents.iter().any(|glyph| !glyph.deleted);
        if cut || gone && left {
            tokens.push(agents.into_iter().map(glyph_range).collect());
        }
    }
    tokens
}

fn glyph_range(glyph: &Glyph) -> Range<usize> {
    glyph.at..glyph.at + glyph.ch.len_utf8()
}

fn line_of(text: &Rope, at: usize) -> Range<usize> {
    let line = text.byte_to_line(at.min(text.len_bytes()));
    text.line_to_byte(line)..text.line_to_byte(line + 1)
}

fn lines_between(text: &Rope, first: &Range<usize>, last: &Range<usize>) -> Vec<Range<usize>> {
    // Lines in the middle go as a whole; only the outer two can be touched in part.
    let mut lines = vec![first.clone()];
    if first != last && last.start < text.len_bytes() {
        lines.push(last.clone());
    }
    lines
}

fn clip(text: &Rope, line: Range<usize>, around: &Range<usize>) -> (Range<usize>, bool) {
    if line.len() <= LONG_LINE {
        return (line, false);
    }
    let whole = |at: usize| text.char_to_byte(text.byte_to_char(at));
    let start = whole(around.start.saturating_sub(LONG_LINE / 4).max(line.start));
    let end = whole((around.end + LONG_LINE / 4).min(line.end)).max(start);
    let end = if end - start > LONG_LINE { whole(start + LONG_LINE) } else { end };
    (start..end, true)
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

fn ends_in_break(text: &str) -> bool {
    text.ends_with(['\n', '\r'])
}

#[cfg(test)]
mod tests;
