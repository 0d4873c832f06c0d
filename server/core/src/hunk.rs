//! What awaits review: runs of lines that agents (or nobody who said so) changed.

use crate::author::Author;
use crate::document::Document;
use crate::edit::{Deed, EditId, Lineage};
use crate::weave::{EditIx, FragmentIx, View, Weave, push_deed};
use ropey::Rope;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// A maximal run of lines with pending changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Its first change's name.
    pub id: HunkId,
    /// Lines from 0 of the text as it is; empty where lines were only taken away, before the line that it names.
    pub lines: Range<usize>,
    /// Bytes of the text as it is.
    pub bytes: Range<usize>,
    /// Whose changes they are.
    pub authors: BTreeSet<Author>,
    /// The changes.
    pub deeds: Vec<Deed>,
    /// Lines that are new or changed.
    pub added: usize,
    /// Lines that are gone or changed.
    pub removed: usize,
    /// The text that is gone.
    pub removed_text: String,
    /// Lines of the hunk in which the user wrote too.
    pub mine: usize,
}

/// Names a hunk by its first change: `3.17+0:2.9` is what edit 17 of process 3 did at byte 0 of what edit 9 of process 2 inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HunkId {
    /// The edit.
    pub by: EditId,
    /// The edit whose text it was done to.
    pub home: EditId,
    /// Bytes from the start of that text.
    pub at: u32,
}

impl fmt::Display for HunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, home, at } = self;
        write!(f, "{}.{}+{at}:{}.{}", by.process, by.counter, home.process, home.counter)
    }
}

/// A hunk's name that is not of the form `3.17+0:2.9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoHunkId;

impl fmt::Display for NoHunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a hunk (they look like 3.17+0:2.9)")
    }
}

impl std::error::Error for NoHunkId {}

impl FromStr for HunkId {
    type Err = NoHunkId;

    fn from_str(name: &str) -> Result<Self, NoHunkId> {
        let edit = |text: &str| {
            let (process, counter) = text.split_once('.')?;
            Some(EditId { process: process.parse().ok()?, counter: counter.parse().ok()? })
        };
        let parsed = name.split_once('+').and_then(|(by, rest)| {
            let (at, home) = rest.split_once(':')?;
            Some(Self { by: edit(by)?, home: edit(home)?, at: at.parse().ok()? })
        });
        parsed.ok_or(NoHunkId)
    }
}

/// The pending changes of the wanted authors, as hunks of a lineage's text, from top to bottom.
#[must_use]
pub fn hunks(document: &Document, lineage: Lineage, wanted: &dyn Fn(&Author) -> bool) -> Vec<Hunk> {
    let weave = document.weave();
    let view = View::of(weave, lineage);
    let pending = |by: EditIx, fragment: FragmentIx| {
        wanted(&weave.entry(weave.owner(by, fragment)).author) && !weave.accepted(by, fragment, &view)
    };
    if !weave.entries().any(|(_, entry)| wanted(&entry.author)) {
        return Vec::new();
    }
    let mut gatherer = Gatherer { text: document.text(lineage), open: None, done: Vec::new() };
    let without = view.without(&pending);
    let mut at = 0;
    for fragment in weave.order() {
        let shown = weave.is_seen(fragment, lineage);
        let then = weave.visible(fragment, &without);
        let len = weave.len_of(fragment) as usize;
        if shown != then {
            let text = weave.part_text(fragment, 0..len as u32);
            let lines = if shown { gatherer.added(at, len) } else { gatherer.removed(at, &text) };
            gatherer.take(lines, fragment, (!shown).then_some(text));
        } else if let Some(open) = &mut gatherer.open {
            open.between.push(fragment);
        }
        at += if shown { len } else { 0 };
    }
    gatherer.close();
    gatherer.done.iter().filter_map(|run| run.hunk(weave, document.text(lineage), lineage, &view, &pending)).collect()
}

/// The hunk of that name, if it is still there.
#[must_use]
pub fn find(hunks: &[Hunk], id: HunkId) -> Option<&Hunk> {
    hunks.iter().find(|hunk| hunk.id == id)
}

struct Gatherer<'a> {
    text: &'a Rope,
    open: Option<Gathered>,
    done: Vec<Gathered>,
}

struct Gathered {
    lines: Range<usize>,
    fragments: Vec<FragmentIx>,
    /// Fragments since the last that differs.
    between: Vec<FragmentIx>,
    removed_text: String,
}

impl Gatherer<'_> {
    fn added(&self, at: usize, len: usize) -> Range<usize> {
        self.text.byte_to_line(at)..self.text.byte_to_line(at + len - 1) + 1
    }

    fn removed(&self, at: usize, text: &str) -> Range<usize> {
        let line = self.text.byte_to_line(at);
        let whole = text.ends_with(['\n', '\r']) && self.text.line_to_byte(line) == at;
        line..line + usize::from(!whole)
    }

    fn take(&mut self, lines: Range<usize>, fragment: FragmentIx, removed: Option<String>) {
        match &mut self.open {
            Some(open) if lines.start <= open.lines.end => {
                open.lines.end = open.lines.end.max(lines.end);
                open.fragments.append(&mut open.between);
                open.fragments.push(fragment);
                open.removed_text += removed.as_deref().unwrap_or_default();
            }
            _ => {
                self.close();
                let removed_text = removed.unwrap_or_default();
                self.open = Some(Gathered { lines, fragments: vec![fragment], between: Vec::new(), removed_text });
            }
        }
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }
}

impl Gathered {
    fn hunk(
        &self,
        weave: &Weave,
        text: &Rope,
        lineage: Lineage,
        view: &View<'_>,
        pending: &dyn Fn(EditIx, FragmentIx) -> bool,
    ) -> Option<Hunk> {
        let (mut deeds, mut authors) = (Vec::new(), BTreeSet::new());
        for fragment in &self.fragments {
            for (by, _) in weave.deeds(*fragment) {
                if pending(by, *fragment) && weave.counts(by, *fragment, view) {
                    authors.insert(weave.entry(weave.owner(by, *fragment)).author.clone());
                    push_deed(&mut deeds, weave.deed(by, *fragment));
                }
            }
        }
        let first = deeds.first()?;
        let id = HunkId { by: first.by, home: first.to.edit, at: first.to.start };
        let start = text.line_to_byte(self.lines.start);
        let end = text.line_to_byte(self.lines.end.min(text.len_lines()));
        let removed = self.removed_text.lines().count();
        let mine = lines_of_the_user(weave, text, lineage, start..end);
        let removed_text = self.removed_text.clone();
        let (lines, added) = (self.lines.clone(), self.lines.len());
        Some(Hunk { id, lines, bytes: start..end, authors, deeds, added, removed, removed_text, mine })
    }
}

/// On how many lines of a part of the text something stands that a person, or nobody who said so, wrote.
fn lines_of_the_user(weave: &Weave, text: &Rope, lineage: Lineage, bytes: Range<usize>) -> usize {
    let mut lines = BTreeSet::new();
    let mut at = bytes.start;
    for piece in weave.pieces(lineage, bytes) {
        let len = piece.range.len();
        if matches!(weave.entry(weave.birth_owner(piece.fragment)).author, Author::User | Author::External) {
            lines.extend(text.byte_to_line(at)..=text.byte_to_line(at + len - 1));
        }
        at += len;
    }
    lines.len()
}
