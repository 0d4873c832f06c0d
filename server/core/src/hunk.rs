//! What awaits review: runs of lines that agents (or nobody who said so) changed.

use crate::author::Author;
use crate::document::Document;
use crate::edit::{Deed, EditId, Evidence, Lineage};
use crate::weave::{EditIx, FragmentIx, View, Weave, cut_off, push_deed};
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
    /// The weakest evidence that any of the changes is its author's: a hunk is no surer than what is least sure in it.
    pub evidence: Evidence,
    /// Lines of the text as it is that are new or changed.
    pub added: usize,
    /// Lines of the text before that are gone or changed. A line in which something was only inserted counts on both sides.
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
    // What would not come back with the agent's part is not up for review.
    let cut_off: BTreeSet<FragmentIx> =
        cut_off(weave, &view, &pending, &pending).into_iter().map(|(fragment, _)| fragment).collect();
    let mut last_before = None;
    let mut at = 0;
    for fragment in weave.order_between(&view, &without) {
        let shown = weave.is_seen(fragment, lineage);
        let then = weave.visible(fragment, &without) && !cut_off.contains(&fragment);
        let len = weave.len_of(fragment) as usize;
        if then {
            last_before = Some(fragment);
        }
        if shown != then {
            let text = weave.part_text(fragment, 0..len as u32);
            let lines = if shown { gatherer.added(at, len) } else { gatherer.removed(at, &text) };
            gatherer.take(lines, fragment, &text, shown);
        } else if let Some(open) = &mut gatherer.open {
            open.between.push(fragment);
        }
        at += if shown { len } else { 0 };
    }
    gatherer.close();
    let end = last_before.map(|fragment| weave.part_text(fragment, 0..weave.len_of(fragment)));
    gatherer.settle_the_end(end.as_deref().unwrap_or_default());
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

#[derive(Default)]
struct Gathered {
    lines: Range<usize>,
    fragments: Vec<FragmentIx>,
    /// Fragments since the last that differs.
    between: Vec<FragmentIx>,
    removed_text: String,
    /// Lines of the text as it is, and of the text before.
    added: usize,
    removed: usize,
    /// Line breaks that came, and that went.
    breaks: (usize, usize),
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

    fn take(&mut self, lines: Range<usize>, fragment: FragmentIx, text: &str, is_added: bool) {
        if self.open.as_ref().is_none_or(|open| lines.start > open.lines.end) {
            self.close();
            let lines = lines.start..lines.start;
            self.open = Some(Gathered { lines, ..Gathered::default() });
        }
        let Some(open) = &mut self.open else { return };
        open.lines.end = open.lines.end.max(lines.end);
        open.fragments.append(&mut open.between);
        open.fragments.push(fragment);
        if is_added {
            open.breaks.0 += breaks(text);
        } else {
            open.breaks.1 += breaks(text);
            open.removed_text += text;
        }
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.between.clear();
        open.added = open.lines.len();
        // Both sides begin and end at the same places: they differ by the line breaks that came and went.
        open.removed = (open.added + open.breaks.1).saturating_sub(open.breaks.0);
        self.done.push(open);
    }

    /// Behind the last line break there is a line to point at, but none to count.
    fn settle_the_end(&mut self, before: &str) {
        let (lines, text) = (self.text.len_lines(), self.text);
        let Some(last) = self.done.last_mut().filter(|last| last.lines.end == lines) else { return };
        if text.line(lines - 1).len_bytes() == 0 {
            last.added = last.added.saturating_sub(1);
        }
        if before.is_empty() || before.ends_with(['\n', '\r']) {
            last.removed = last.removed.saturating_sub(1);
        }
    }
}

fn breaks(text: &str) -> usize {
    Rope::from_str(text).len_lines() - 1
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
        let (mut deeds, mut authors, mut evidence) = (Vec::new(), BTreeSet::new(), Evidence::Buffer);
        for fragment in &self.fragments {
            for (by, fragment) in changes_of(weave, *fragment) {
                if pending(by, fragment) && weave.counts(by, fragment, view) {
                    let owner = weave.entry(weave.owner(by, fragment));
                    authors.insert(owner.author.clone());
                    evidence = evidence.max(owner.evidence);
                    push_deed(&mut deeds, weave.deed(by, fragment));
                }
            }
        }
        let first = deeds.first()?;
        let id = HunkId { by: first.by, home: first.to.edit, at: first.to.start };
        let start = text.line_to_byte(self.lines.start);
        let end = text.line_to_byte(self.lines.end.min(text.len_lines()));
        let mine = lines_of_the_user(weave, text, lineage, start..end);
        let removed_text = self.removed_text.clone();
        let Self { lines, added, removed, .. } = self;
        let (lines, added, removed) = (lines.clone(), *added, *removed);
        Some(Hunk { id, lines, bytes: start..end, authors, deeds, evidence, added, removed, removed_text, mine })
    }
}

/// What was done to a fragment's text, here, where it stood before and where it was moved: by what edit, to which fragment.
fn changes_of(weave: &Weave, fragment: FragmentIx) -> Vec<(EditIx, FragmentIx)> {
    let here = weave.deeds(fragment).map(|(by, _)| (by, fragment));
    let before = weave.births_of(fragment).filter(|(_, f)| *f != fragment);
    let since = weave.kills(fragment).into_iter().filter(|(_, f)| *f != fragment);
    here.chain(before).chain(since).collect()
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
