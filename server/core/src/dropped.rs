//! Text that no lineage shows any more though nobody deleted it: typing that a reload dropped or that went down with its editor, and
//! text on disk that a save overwrote. Typing that was undone until the buffer was what the disk has is among it: nothing tells the two
//! apart.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use crate::author::Author;
use crate::document::Document;
use crate::edit::{EditId, Lineage, Span};
use crate::revert::{Plan, type_in};
use crate::weave::{DeedKind, EditIx, FragmentIx, Splice, View, Weave};

/// A stretch of such text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Names it: where its first bytes are.
    pub name: Span,
    /// It, byte for byte.
    pub text: String,
    /// Lines of it that are not blank.
    pub lines: usize,
    /// Whose it is.
    pub author: Author,
    /// Where it stood: in an editor, or on disk.
    pub place: Lineage,
    /// When the newest of it was written, in milliseconds since the Unix epoch.
    pub when: u64,
    /// What brings it back into the disk's text; none where its place is gone.
    splices: Vec<Splice>,
}

impl Dropped {
    /// How it comes back into the text on disk, as typed by the user; none where its place is gone.
    #[must_use]
    pub fn plan(&self, document: &Document) -> Option<Plan> {
        if self.splices.is_empty() { None } else { type_in(document, Lineage::Disk, &self.splices) }
    }
}

/// All of a file's, from top to bottom; `held` are edits that editors still hold unsaved. What stands in the text all the same, since it
/// was written again or seen twice, is left out.
#[must_use]
pub fn dropped(document: &Document, held: &BTreeSet<EditId>) -> Vec<Dropped> {
    let weave = document.weave();
    let is_held = |ix: EditIx| held.contains(&weave.entry(ix).id);
    let missing = weave.missing(Lineage::Disk);
    let gone: HashSet<EditIx> =
        missing.iter().copied().filter(|ix| weave.missing(Lineage::Editor).contains(ix) && !is_held(*ix)).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let rest: Vec<EditIx> = missing.iter().copied().filter(|ix| !gone.contains(ix)).collect();
    let text = document.text(Lineage::Disk).to_string();
    let stands: HashSet<&str> = text.lines().map(str::trim).collect();
    let lines = lines(weave, &gone, &rest, &text);
    let lost = |line: &&Line| {
        let new = line.new.iter().map(|part| part.text.as_str()).collect::<String>();
        let again = if line.is_whole() { stands.contains(line.text.trim()) } else { line.is_typed_again() };
        new.chars().any(char::is_alphanumeric) && !again
    };
    let mut all: Vec<Dropped> = Vec::new();
    let mut last: Option<&Line> = None;
    for line in lines.iter().filter(lost) {
        let goes_on = last.is_some_and(|last| {
            last.range.end == line.range.start && last.is_whole() && line.is_whole() && last.is_like(line, weave)
        });
        match all.last_mut().filter(|_| goes_on) {
            Some(open) => open.take(line, weave),
            None => all.extend(Dropped::begun(line, weave, &text)),
        }
        last = Some(line);
    }
    all
}

impl Dropped {
    fn begun(line: &Line, weave: &Weave, text: &str) -> Option<Self> {
        let first = line.new.first()?;
        let entry = weave.entry(first.edit);
        let splices = if line.is_whole() {
            vec![Splice::new(line_start(text, first.at), "")]
        } else if line.is_intact && line.new.iter().all(|part| line.broken < part.edit) {
            line.new.iter().map(|part| Splice::new(part.at..part.at, part.text.clone())).collect()
        } else {
            Vec::new()
        };
        let (author, place) = (entry.author.clone(), entry.place);
        let mut begun = Self { name: first.span, text: String::new(), lines: 0, author, place, when: 0, splices };
        begun.take(line, weave);
        Some(begun)
    }

    fn take(&mut self, line: &Line, weave: &Weave) {
        for part in &line.new {
            self.text += &part.text;
            self.when = self.when.max(weave.entry(part.edit).at);
        }
        self.lines += 1;
        if let ([splice], true) = (self.splices.as_mut_slice(), line.is_whole()) {
            splice.text.clone_from(&self.text);
            if !splice.text.ends_with('\n') {
                splice.text.push('\n');
            }
        }
    }
}

/// The empty range at a place, or at the start of the next line where that is within one.
fn line_start(text: &str, at: usize) -> Range<usize> {
    let at = match text[..at].chars().next_back() {
        None | Some('\n') => at,
        Some(_) => text[at..].find('\n').map_or(text.len(), |more| at + more + 1),
    };
    at..at
}

/// A line of the text as it would be with all that was dropped in it.
struct Line {
    range: Range<usize>,
    text: String,
    /// What of it was dropped.
    new: Vec<Part>,
    /// What of it stands in the text on disk, each with the edit that wrote it.
    shown: Vec<(EditIx, String)>,
    /// Whether all else of it stands in the text on disk.
    is_intact: bool,
    /// The newest edit that took something of it away.
    broken: EditIx,
}

struct Part {
    edit: EditIx,
    span: Span,
    text: String,
    /// Where it would stand in the text on disk, in bytes.
    at: usize,
}

impl Line {
    /// Whether all of it that is not blank was dropped.
    fn is_whole(&self) -> bool {
        let new: usize = self.new.iter().map(|part| signs(&part.text)).sum();
        new == signs(&self.text)
    }

    /// Whether what was dropped within it was written there again since.
    fn is_typed_again(&self) -> bool {
        let times = |text: &str, before: EditIx| {
            let line: String =
                self.shown.iter().filter(|(by, _)| *by < before).map(|(_, piece)| piece.as_str()).collect();
            line.matches(text).count()
        };
        let words = self.new.iter().filter(|part| part.text.chars().any(char::is_alphanumeric));
        words.into_iter().all(|part| times(part.text.trim(), EditIx::MAX) > times(part.text.trim(), part.edit))
    }

    fn is_like(&self, other: &Line, weave: &Weave) -> bool {
        let kind =
            |line: &Line| line.new.first().map(|part| weave.entry(part.edit)).map(|e| (e.author.clone(), e.place));
        kind(self) == kind(other)
    }
}

fn signs(text: &str) -> usize {
    text.chars().filter(|ch| !ch.is_whitespace()).count()
}

fn lines(weave: &Weave, gone: &HashSet<EditIx>, rest: &[EditIx], disk: &str) -> Vec<Line> {
    let (with, now) = (View::at(EditIx::MAX, None, rest), View::of(weave, Lineage::Disk));
    let is_dropped = |fragment: FragmentIx| {
        let owner = weave.birth_owner(fragment);
        gone.contains(&weave.birth(fragment))
            && matches!(weave.entry(owner).author, Author::User | Author::External)
            && !weave.visible(fragment, &now)
    };
    let killer = |fragment: FragmentIx| {
        let deeds = weave.deeds(fragment).filter(|(by, kind)| *kind != DeedKind::Birth && !gone.contains(by));
        deeds.map(|(by, _)| by).max().filter(|_| !gone.contains(&weave.birth(fragment)))
    };
    let (mut lines, mut from, mut at) = (vec![Line::at(0)], 0, 0);
    for fragment in weave.order() {
        let shown = weave.visible(fragment, &now);
        if weave.visible(fragment, &with) {
            let text = weave.part_text(fragment, 0..weave.len_of(fragment));
            let (new, mut skip) = (is_dropped(fragment), 0);
            for piece in text.split_inclusive('\n') {
                if lines.last().is_some_and(|line| line.text.ends_with('\n')) {
                    lines.push(Line::at(from));
                }
                let Some(line) = lines.last_mut() else { continue };
                line.text += piece;
                from += piece.len();
                line.range.end = from;
                line.is_intact &= new || shown;
                if shown {
                    line.shown.push((weave.birth(fragment), piece.to_owned()));
                }
                if new {
                    let span = weave.span(fragment, skip..skip + piece.len() as u32);
                    line.new.push(Part { edit: weave.birth(fragment), span, text: piece.to_owned(), at });
                }
                skip += piece.len() as u32;
            }
        }
        if !shown && let Some(by) = killer(fragment) {
            if lines.last().is_some_and(|line| line.text.ends_with('\n')) {
                lines.push(Line::at(from));
            }
            if let Some(line) = lines.last_mut() {
                line.broken = line.broken.max(by);
            }
        }
        at += if shown { weave.len_of(fragment) as usize } else { 0 };
    }
    debug_assert_eq!(at, disk.len());
    lines
}

impl Line {
    fn at(from: usize) -> Self {
        Self { range: from..from, text: String::new(), new: Vec::new(), shown: Vec::new(), is_intact: true, broken: 0 }
    }
}
