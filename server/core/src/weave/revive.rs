//! Revival: deleted text that comes back to life instead of becoming new text, because the whole text is as it was before (undo,
//! redo, stash and pop), or because the very lines that one edit deleted stand between the same neighbours again.

use super::compose::{Splice, push_span};
use super::tree::FragmentIx;
use super::view::{DeedKind, Piece};
use super::{EditIx, View, Weave, What};
use crate::author::Author;
use crate::edit::{Acts, Deed, Lineage, Switch};
use std::collections::HashSet;
use std::ops::Range;

impl Weave {
    /// What makes a lineage's text that of an earlier view, which the lineage has all edits of.
    pub(crate) fn back_to(&self, lineage: Lineage, then: &View<'_>) -> Acts {
        let now = View::of(self, lineage);
        let mut acts = Acts::default();
        for fragment in self.order() {
            let (shown, wanted) = (self.visible_len(fragment, &now), self.visible_len(fragment, then));
            if shown < wanted {
                acts.switches.extend(self.awaken(fragment, wanted, &now, then));
            } else if wanted == 0 {
                let before = acts.switches.len();
                acts.switches.extend(self.put_back(fragment, &now, then));
                if shown == 0 || acts.switches.len() > before {
                    continue;
                }
                if self.moved_from(fragment).is_some() && then.has(self.birth(self.root_of(fragment))) {
                    // To delete it here were to delete it where it goes back to.
                    acts.switches.extend(self.unmoved(fragment, then));
                } else {
                    push_span(&mut acts.kills, self.whole(fragment));
                }
            } else if shown > wanted {
                push_span(&mut acts.kills, self.span(fragment, wanted..shown));
            }
        }
        let mut seen = HashSet::new();
        acts.switches.retain(|switch| seen.insert((switch.deed, switch.on)));
        acts
    }

    /// The switches by which a fragment is as invisible as it is in an earlier view: for the same author's sake.
    fn put_back(&self, fragment: FragmentIx, now: &View<'_>, then: &View<'_>) -> Vec<Switch> {
        // What was not typed yet was not hidden by anyone.
        if !then.has(self.fragments[fragment as usize].edit) || self.visible(fragment, then) {
            return Vec::new();
        }
        let deeds = self.deeds(fragment).filter(|(_, kind)| *kind != DeedKind::Switch);
        let changed = deeds.map(|(by, _)| by).chain(self.fades(fragment)).filter_map(|by| {
            let (was, is) = (self.counts(by, fragment, then), self.would_count(by, fragment, now, then));
            (was != is).then(|| Switch { deed: self.deed(by, fragment), on: was })
        });
        self.switched_since(fragment, now, then).chain(changed).collect()
    }

    /// Switches of an earlier view that were themselves switched since: what they did is again their authors' doing.
    fn switched_since<'a>(
        &'a self,
        fragment: FragmentIx,
        now: &'a View<'_>,
        then: &'a View<'_>,
    ) -> impl Iterator<Item = Switch> + 'a {
        let switches = self.deeds(fragment).filter(|(by, kind)| *kind == DeedKind::Switch && then.has(*by));
        switches.filter_map(move |(by, _)| {
            let (was, is) = (self.counts(by, fragment, then), self.counts(by, fragment, now));
            (was != is).then(|| Switch { deed: self.deed(by, fragment), on: was })
        })
    }

    /// Whether a deed counts once those are as they were.
    fn would_count(&self, by: EditIx, fragment: FragmentIx, now: &View<'_>, then: &View<'_>) -> bool {
        let counted = |by: EditIx| self.counts(by, fragment, if then.has(by) { then } else { now });
        let acts = self.fragments[fragment as usize].acts.iter().rev();
        let mut switches = acts.filter_map(|act| match act.what {
            What::Switch(of, on) if of == by && counted(act.by) => Some(on),
            _ => None,
        });
        now.has(by) && switches.next().unwrap_or(true)
    }

    /// The switch by which what was moved to a fragment is no longer there, unless it goes with what it was at first.
    fn unmoved(&self, fragment: FragmentIx, then: &View<'_>) -> Option<Switch> {
        let (by, root) = (self.birth(fragment), self.root_of(fragment));
        let goes = !self.counts(self.birth(root), root, then);
        (!goes).then(|| Switch { deed: self.deed(by, fragment), on: false })
    }

    /// The switches that make a fragment's first bytes visible which are so in an earlier view: nothing hides them there.
    fn awaken(&self, fragment: FragmentIx, bytes: u32, now: &View<'_>, then: &View<'_>) -> Vec<Switch> {
        let deeds = self.deeds(fragment).filter_map(|(by, kind)| {
            let counts = self.would_count(by, fragment, now, then);
            match kind {
                DeedKind::Birth => (!counts).then_some((by, true)),
                DeedKind::Kill => counts.then_some((by, false)),
                DeedKind::Switch => None,
            }
        });
        let fades = self.fades(fragment).filter(|by| self.counts(*by, fragment, now));
        let deeds = deeds.chain(fades.map(|by| (by, false)));
        let to = self.span(fragment, 0..bytes);
        let deed = |by: EditIx| Deed { by: self.entries[by as usize].id, to };
        let own = deeds.map(|(by, on)| Switch { deed: deed(by), on });
        // What was typed on since was not switched before, so that these are of the whole of it.
        let switched = self.switched_since(fragment, now, then);
        switched.chain(own).chain(self.back_from_elsewhere(fragment, now, then)).collect()
    }

    /// The switches by which a fragment's text is nowhere that it was moved since, nor deleted there.
    fn back_from_elsewhere(&self, fragment: FragmentIx, now: &View<'_>, then: &View<'_>) -> Vec<Switch> {
        let off = |by: EditIx, f: FragmentIx| Switch { deed: self.deed(by, f), on: false };
        let mut switches = Vec::new();
        for copy in self.copies_of(fragment) {
            let deeds = self.deeds(copy).filter(|(by, kind)| {
                let counts = self.would_count(*by, copy, now, then);
                match kind {
                    DeedKind::Birth => counts && !self.counts(*by, copy, then),
                    DeedKind::Kill => counts,
                    DeedKind::Switch => false,
                }
            });
            switches.extend(self.switched_since(copy, now, then));
            switches.extend(deeds.map(|(by, _)| off(by, copy)));
            switches.extend(self.back_from_elsewhere(copy, now, then));
        }
        switches
    }

    /// If a splice inserts whole lines that are just what one edit deleted between the same two live neighbours: their revival.
    pub(crate) fn revival(&self, lineage: Lineage, splice: &Splice) -> Option<Acts> {
        // A line break is typed more often than brought back.
        let lines = splice.text.ends_with(['\n', '\r']) && !splice.text.trim().is_empty();
        if !splice.range.is_empty() || !lines || !self.starts_line(lineage, splice.range.start) {
            return None;
        }
        let gap = self.gap(lineage, splice.range.start);
        let now = View::of(self, lineage);
        let mut killers: Vec<EditIx> = Vec::new();
        for fragment in gap.iter().rev() {
            for (by, kind) in self.deeds(*fragment) {
                if kind == DeedKind::Kill && !killers.contains(&by) {
                    killers.push(by);
                }
            }
        }
        killers.into_iter().find_map(|killer| self.revived(&gap, killer, &splice.text, &now))
    }

    fn revived(&self, gap: &[FragmentIx], killer: EditIx, text: &str, now: &View<'_>) -> Option<Acts> {
        let not_killed = |by: EditIx, _: FragmentIx| by == killer;
        let before = now.without(&not_killed);
        let alive: Vec<FragmentIx> = gap
            .iter()
            .copied()
            .filter(|f| self.deeds(*f).any(|deed| deed == (killer, DeedKind::Kill)) && self.counts(killer, *f, now))
            .collect();
        let mut found = String::new();
        for fragment in &alive {
            if !self.visible(*fragment, &before) {
                return None;
            }
            found += &self.part_text(*fragment, 0..self.len_of(*fragment));
            if found.len() > text.len() {
                return None;
            }
        }
        (found == text).then(|| {
            let switches = alive.iter().map(|f| Switch { deed: self.deed(killer, *f), on: false });
            Acts { switches: switches.collect(), ..Acts::default() }
        })
    }

    /// If a splice makes a place what it would be had git not moved there: the switches by which it is that again.
    pub(crate) fn moved_back(&self, lineage: Lineage, splice: &Splice) -> Option<Vec<Switch>> {
        let place = self.place_of(lineage, &splice.range);
        let now = View::of(self, lineage);
        let is_gits = |by: &EditIx| *by != 0 && self.entry(*by).author == Author::Nobody;
        let mut moves: Vec<EditIx> = place.iter().flat_map(|(f, _)| self.deeds(*f).map(|(by, _)| by)).collect();
        moves.retain(is_gits);
        moves.sort_unstable_by(|a, b| b.cmp(a));
        moves.dedup();
        moves.into_iter().find_map(|by| {
            let its = |edit: EditIx, _: FragmentIx| edit == by;
            let without = now.without(&its);
            let mut text = String::new();
            let mut switches = Vec::new();
            for (fragment, part) in &place {
                if self.deeds(*fragment).any(|(edit, _)| edit == by) && self.counts(by, *fragment, &now) {
                    // What it did, it did to the whole of a fragment.
                    if part.len() != self.len_of(*fragment) as usize {
                        return None;
                    }
                    switches.push(Switch { deed: self.deed(by, *fragment), on: false });
                }
                if self.visible(*fragment, &without) {
                    text += &self.part_text(*fragment, part.clone());
                }
            }
            (text == splice.text && !switches.is_empty()).then_some(switches)
        })
    }

    /// All that stands, or stood, in a part of a lineage's text: fragments, each with the part of it that is meant.
    fn place_of(&self, lineage: Lineage, range: &Range<usize>) -> Vec<(FragmentIx, Range<u32>)> {
        let whole = |fragment: FragmentIx| (fragment, 0..self.len_of(fragment));
        let mut place: Vec<(FragmentIx, Range<u32>)> = self.gap(lineage, range.start).into_iter().map(whole).collect();
        for piece in self.pieces(lineage, range.clone()) {
            let ends = piece.range.end == self.len_of(piece.fragment);
            place.push((piece.fragment, piece.range));
            if ends {
                let behind = std::iter::successors(self.tree.next(piece.fragment), |f| self.tree.next(*f));
                place.extend(behind.take_while(|f| !self.is_seen(*f, lineage)).map(whole));
            }
        }
        place
    }

    /// The invisible fragments between two visible characters.
    fn gap(&self, lineage: Lineage, offset: usize) -> Vec<FragmentIx> {
        let first = match offset.checked_sub(1).map(|left| self.tree.find(lineage, left)) {
            None => self.order().next(),
            Some(None) => None,
            Some(Some((left, at))) if at as u32 + 1 == self.len_of(left) => self.tree.next(left),
            Some(Some(_)) => None,
        };
        std::iter::successors(first, |f| self.tree.next(*f)).take_while(|f| !self.is_seen(*f, lineage)).collect()
    }

    pub(super) fn starts_line(&self, lineage: Lineage, offset: usize) -> bool {
        let Some(left) = offset.checked_sub(1) else { return true };
        self.pieces(lineage, left..offset).pop().is_some_and(|piece| self.is_break(&piece))
    }

    /// Whether a byte is a line break, or a half of one.
    pub(super) fn is_break(&self, byte: &Piece) -> bool {
        let (fragment, at) = (byte.fragment, byte.range.start);
        // It may be a part of a character, which is no text by itself.
        let is_char = self.is_boundary(fragment, at) && self.is_boundary(fragment, at + 1);
        is_char && matches!(self.part_text(fragment, at..at + 1).as_str(), "\n" | "\r")
    }

    fn is_boundary(&self, fragment: FragmentIx, at: u32) -> bool {
        let here = &self.fragments[fragment as usize];
        self.entries[here.edit as usize].body.is_boundary((here.start + at) as usize)
    }

    /// Whether going to another view kills text that a person wrote and that does not stand in `range` of the lineage's text. What nobody said
    /// they wrote may be a person's, too, but where it gives way to nothing else than such text: then it is the same, written twice.
    pub(crate) fn would_kill_outside(&self, lineage: Lineage, then: &View<'_>, range: &Range<usize>) -> bool {
        let author = |fragment| &self.entry(self.birth_owner(fragment)).author;
        let comes = || self.order().filter(|at| !self.is_seen(*at, lineage) && self.visible_len(*at, then) > 0);
        let is_twice = comes().next().is_some() && comes().all(|fragment| *author(fragment) == Author::External);
        let mut at = 0;
        for fragment in self.order() {
            if !self.is_seen(fragment, lineage) {
                continue;
            }
            let len = self.len_of(fragment) as usize;
            let wanted = self.visible_len(fragment, then) as usize;
            let persons = match author(fragment) {
                Author::User => true,
                Author::External => !is_twice,
                _ => false,
            };
            if wanted < len && persons && !(range.start <= at + wanted && at + len <= range.end) {
                return true;
            }
            at += len;
        }
        false
    }
}

#[cfg(test)]
mod tests;
