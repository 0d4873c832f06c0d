//! Projections: which text the weave gives when one asks for all changes but some.

use super::adopt::push_deed;
use super::tree::FragmentIx;
use super::{EditIx, Fragment, Weave, What};
use crate::edit::{Deed, Lineage, Span};
use ropey::{Rope, RopeBuilder};
use std::ops::Range;

/// Which deeds count in a text.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Edits that the text does not have, ascending.
    missing: &'a [EditIx],
    /// Edits from this number on are not in it.
    upto: EditIx,
    /// Of this edit, only so many first bytes are in it.
    tail: Option<(EditIx, u32)>,
    /// Deeds that are left out.
    off: Option<&'a Off<'a>>,
}

/// Whether a deed, named by its edit and the fragment it was done to, is left out of a text.
pub(crate) type Off<'a> = dyn Fn(EditIx, FragmentIx) -> bool + 'a;

/// What an edit did to one fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeedKind {
    Birth,
    Kill,
    Switch,
}

/// A stretch of visible text: bytes `range` of a fragment.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) fragment: FragmentIx,
    pub(crate) range: Range<u32>,
}

impl<'a> View<'a> {
    /// A lineage's text.
    #[must_use]
    pub fn of(weave: &'a Weave, lineage: Lineage) -> Self {
        Self { missing: weave.missing(lineage), upto: EditIx::MAX, tail: None, off: None }
    }

    /// The text that had all edits before `upto` but `missing` (ascending), and of `tail` only so many bytes.
    #[must_use]
    pub fn at(upto: EditIx, tail: Option<(EditIx, u32)>, missing: &'a [EditIx]) -> Self {
        Self { missing, upto, tail, off: None }
    }

    /// The same without some deeds.
    #[must_use]
    pub(crate) fn without(self, off: &'a Off<'a>) -> Self {
        Self { off: Some(off), ..self }
    }

    /// Whether an edit is in the text.
    #[must_use]
    pub fn shows(&self, edit: EditIx) -> bool {
        self.has(edit)
    }

    pub(crate) fn has(&self, edit: EditIx) -> bool {
        edit < self.upto && self.missing.binary_search(&edit).is_err()
    }

    fn has_deed(&self, edit: EditIx, fragment: FragmentIx) -> bool {
        self.has(edit) && self.off.is_none_or(|off| !off(edit, fragment))
    }
}

impl Weave {
    /// A projection, as one text.
    #[must_use]
    pub fn text(&self, view: &View<'_>) -> String {
        let mut text = String::new();
        self.visit(view, |_, piece| text.push_str(piece));
        text
    }

    /// A projection, as a rope.
    #[must_use]
    pub fn rope(&self, view: &View<'_>) -> Rope {
        let mut rope = RopeBuilder::new();
        self.visit(view, |_, piece| rope.append(piece));
        rope.finish()
    }

    /// Calls `visit` with the text of each visible fragment, in order, in pieces.
    pub(crate) fn visit(&self, view: &View<'_>, mut visit: impl FnMut(FragmentIx, &str)) {
        for fragment in self.tree.iter() {
            let len = self.visible_len(fragment, view);
            if len > 0 {
                self.visit_fragment(fragment, 0..len, &mut |piece| visit(fragment, piece));
            }
        }
    }

    /// Calls `visit` with the text of a part of a fragment.
    pub(crate) fn visit_fragment(&self, fragment: FragmentIx, part: Range<u32>, visit: &mut dyn FnMut(&str)) {
        let Fragment { edit, start, .. } = self.fragments[fragment as usize];
        let range = (start + part.start) as usize..(start + part.end) as usize;
        self.entries[edit as usize].body.visit(range, visit);
    }

    /// The text of a part of a fragment.
    pub(crate) fn part_text(&self, fragment: FragmentIx, part: Range<u32>) -> String {
        let mut text = String::new();
        self.visit_fragment(fragment, part, &mut |piece| text.push_str(piece));
        text
    }

    pub(crate) fn visible(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        let faded = || self.fades(fragment).any(|by| self.counts_but_for(by, fragment, view));
        self.stands(fragment, view) && !faded()
    }

    /// Whether a fragment is in a text, in its own form or in another that a neutral edit gave it.
    pub(crate) fn stands(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        // What was moved here stands and falls with what it was at first.
        let root = self.root_of(fragment);
        self.is_born(fragment, view)
            && (root == fragment || self.is_born(root, view))
            && !self.is_killed(fragment, view)
    }

    fn is_born(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        let Fragment { edit, like, .. } = self.fragments[fragment as usize];
        // What a neutral edit did is nobody's, so that no author's leaving undoes it.
        if like == edit {
            self.counts(edit, fragment, view)
        } else {
            self.counts_but_for(edit, fragment, view) && self.counts(like, fragment, view)
        }
    }

    /// Whether it was deleted where it stands, or where it was moved.
    fn is_killed(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        let acts = &self.fragments[fragment as usize].acts;
        acts.iter().any(|act| act.what == What::Kill && self.counts(act.by, fragment, view))
            || self.copies_of(fragment).any(|copy| self.is_killed(copy, view))
    }

    /// How many of a fragment's bytes, from its start, are in a text.
    pub(crate) fn visible_len(&self, fragment: FragmentIx, view: &View<'_>) -> u32 {
        let Fragment { edit, start, len, .. } = self.fragments[fragment as usize];
        let len = match view.tail {
            Some((tail, bytes)) if tail == edit => bytes.saturating_sub(start).min(len),
            _ => len,
        };
        if len > 0 && self.visible(fragment, view) { len } else { 0 }
    }

    /// Whether what an edit did to a fragment counts in a text: it is in it, and its last switch there is on.
    pub(crate) fn counts(&self, by: EditIx, fragment: FragmentIx, view: &View<'_>) -> bool {
        view.has_deed(by, fragment) && self.counts_but_for(by, fragment, view)
    }

    /// Whether a deed that a view leaves out would count there were it alone put back.
    pub(crate) fn counts_but_for(&self, by: EditIx, fragment: FragmentIx, view: &View<'_>) -> bool {
        let acts = &self.fragments[fragment as usize].acts;
        view.has(by)
            && acts
                .iter()
                .rev()
                .find_map(|act| match act.what {
                    What::Switch(of, on) if of == by && self.counts(act.by, fragment, view) => Some(on),
                    _ => None,
                })
                .unwrap_or(true)
    }

    /// What was done to a fragment, by whom: its birth first. A neutral edit's text is the deed of the edit whose text it keeps.
    pub(crate) fn deeds(&self, fragment: FragmentIx) -> impl Iterator<Item = (EditIx, DeedKind)> + '_ {
        let here = &self.fragments[fragment as usize];
        std::iter::once((here.like, DeedKind::Birth)).chain(here.acts.iter().filter_map(|act| match act.what {
            What::Kill => Some((act.by, DeedKind::Kill)),
            What::Switch(..) => Some((act.by, DeedKind::Switch)),
            What::Fade | What::Accept(_) | What::Claim(_) | What::Hold => None,
        }))
    }

    /// The edit that wrote a fragment, whosever author it keeps.
    pub(crate) fn writer(&self, fragment: FragmentIx) -> EditIx {
        self.fragments[fragment as usize].edit
    }

    /// The neutral edits that put the same in another form in a fragment's place.
    pub(crate) fn fades(&self, fragment: FragmentIx) -> impl Iterator<Item = EditIx> + '_ {
        let acts = &self.fragments[fragment as usize].acts;
        acts.iter().filter(|act| act.what == What::Fade).map(|act| act.by)
    }

    /// All that an edit did.
    #[must_use]
    pub fn deeds_of(&self, ix: EditIx) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for fragment in self.order() {
            if self.deeds(fragment).any(|(by, _)| by == ix) {
                push_deed(&mut deeds, self.deed(ix, fragment));
            }
        }
        deeds
    }

    /// Whether something of an edit was claimed, and is another's by now.
    #[must_use]
    pub fn is_claimed(&self, ix: EditIx) -> bool {
        self.order().any(|fragment| self.deeds(fragment).any(|(by, _)| by == ix) && self.owner(ix, fragment) != ix)
    }

    /// The edit whose author a deed is: the edit that did it, or the one that claimed it.
    pub(crate) fn owner(&self, by: EditIx, fragment: FragmentIx) -> EditIx {
        let acts = &self.fragments[fragment as usize].acts;
        acts.iter().rev().find_map(|act| (act.what == What::Claim(by)).then_some(act.by)).unwrap_or(by)
    }

    /// Whether a deed has been accepted, in a text.
    pub(crate) fn accepted(&self, by: EditIx, fragment: FragmentIx, view: &View<'_>) -> bool {
        let acts = &self.fragments[fragment as usize].acts;
        acts.iter().any(|act| act.what == What::Accept(by) && self.counts(act.by, fragment, view))
    }

    /// Whether the text stands in a line that another author adopted.
    pub(crate) fn held(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        let acts = &self.fragments[fragment as usize].acts;
        acts.iter().any(|act| act.what == What::Hold && self.counts(act.by, fragment, view))
    }

    /// All fragments in order.
    pub(crate) fn order(&self) -> impl Iterator<Item = FragmentIx> + '_ {
        self.tree.iter()
    }

    /// The edit that a fragment's birth is the deed of.
    pub(crate) fn birth(&self, fragment: FragmentIx) -> EditIx {
        self.fragments[fragment as usize].like
    }

    /// Bytes in a fragment.
    pub(crate) fn len_of(&self, fragment: FragmentIx) -> u32 {
        self.fragments[fragment as usize].len
    }

    /// A part of a fragment, as it is journaled.
    pub(crate) fn span(&self, fragment: FragmentIx, part: Range<u32>) -> Span {
        let Fragment { edit, start, .. } = self.fragments[fragment as usize];
        Span { edit: self.entries[edit as usize].id, start: start + part.start, len: part.end - part.start }
    }

    /// A whole fragment, as it is journaled.
    pub(crate) fn whole(&self, fragment: FragmentIx) -> Span {
        self.span(fragment, 0..self.len_of(fragment))
    }

    /// A deed, as it is journaled.
    pub(crate) fn deed(&self, by: EditIx, fragment: FragmentIx) -> Deed {
        Deed { by: self.entries[by as usize].id, to: self.whole(fragment) }
    }

    /// The fragments of a run of an edit's text, whole or in part.
    pub(crate) fn fragments_of(&self, span: Span) -> Vec<FragmentIx> {
        let Some(home) = self.ix(span.edit) else { return Vec::new() };
        let first = self.holding(home, span.start);
        let rest = self.starts.range((home, span.start + 1)..(home, span.end().max(span.start + 1))).map(|(_, f)| *f);
        first.into_iter().chain(rest).collect()
    }

    /// The visible text of a lineage from byte `start` to `end`, fragment by fragment.
    pub(crate) fn pieces(&self, lineage: Lineage, range: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let Some((mut fragment, skip)) = self.tree.find(lineage, range.start) else { return pieces };
        let (mut at, mut skip) = (range.start, skip as u32);
        while at < range.end {
            if self.tree.seen(fragment, lineage) {
                let len = (self.len_of(fragment) - skip).min((range.end - at) as u32);
                pieces.push(Piece { fragment, range: skip..skip + len });
                at += len as usize;
                skip = 0;
            }
            match self.tree.next(fragment) {
                Some(next) => fragment = next,
                None => break,
            }
        }
        pieces
    }

    /// Who wrote what of a part of a lineage's text: runs of so many bytes, each with the edit whose author it is.
    #[must_use]
    pub fn blame(&self, lineage: Lineage, range: Range<usize>) -> Vec<(usize, EditIx)> {
        let mut runs: Vec<(usize, EditIx)> = Vec::new();
        for piece in self.pieces(lineage, range) {
            let owner = self.birth_owner(piece.fragment);
            match runs.last_mut() {
                Some((len, by)) if *by == owner => *len += piece.range.len(),
                _ => runs.push((piece.range.len(), owner)),
            }
        }
        runs
    }

    /// The fragment that stands before another, visible or not.
    pub(crate) fn previous(&self, fragment: FragmentIx) -> Option<FragmentIx> {
        self.tree.previous(fragment)
    }

    /// Whether a fragment is in a lineage's text.
    pub(crate) fn is_seen(&self, fragment: FragmentIx, lineage: Lineage) -> bool {
        self.tree.seen(fragment, lineage)
    }
}
