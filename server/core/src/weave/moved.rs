//! Moved text: the same characters, first in one place and then in another. A copy stands while what it is a copy of was written, and
//! is that one's author's; what is deleted in its new place is deleted wherever it may come to stand again.

use super::links::Link;
use super::tree::FragmentIx;
use super::view::DeedKind;
use super::{EditIx, Fragment, Point, Run, Span, View, Weave};
use crate::edit::{Acts, EditId, Lineage};

/// Where a fragment's text stood before: a byte of another edit's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) home: EditIx,
    pub(super) start: u32,
    /// Byte for byte; else a neutral edit's form of it.
    exact: bool,
}

impl Origin {
    /// That of the text so many bytes further on.
    pub(super) fn behind(self, bytes: u32) -> Self {
        Self { start: self.start + if self.exact { bytes } else { 0 }, ..self }
    }
}

impl Weave {
    /// What the text of a neutral edit, which keeps the author of the byte left of a point, is a form of, where that was moved.
    pub(super) fn form_of(&self, fragment: FragmentIx, point: Point) -> Option<Origin> {
        let here = &self.fragments[fragment as usize];
        Some(Origin { exact: false, ..here.from?.behind(point.offset - 1 - here.start) })
    }

    /// Notes where a run that was just placed stood before.
    pub(super) fn link(&mut self, ix: EditIx, run: &Run, form: Option<Origin>) {
        if let Some(Origin { home, start, .. }) = form {
            let link = Link { start, len: 1, home: ix, at: run.start, exact: false };
            self.links.entry(home).or_default().push(link);
            self.refresh_run(ix, run);
        }
        for moved in &run.from {
            let Span { edit, start, len } = moved.was;
            let (home, at) = (self.index[&edit], run.start + moved.at.min(run.len));
            // A broken journal may name what is not there.
            let is_there = home < ix && len > 0 && moved.at.saturating_add(len) <= run.len;
            if !is_there
                || start.saturating_add(len) > self.len_of_edit(home)
                || self.text_of(moved.was) != self.text_at(ix, at, len)
            {
                continue;
            }
            self.cut(home, start);
            self.cut(home, start + len);
            let parts: Vec<u32> = self
                .fragments_in(home, start, start + len)
                .into_iter()
                .map(|f| self.fragments[f as usize].start)
                .collect();
            for cut in parts.into_iter().map(|part| at + part - start).chain([at + len]) {
                self.cut(ix, cut);
            }
            for fragment in self.fragments_in(ix, at, at + len) {
                let here = &mut self.fragments[fragment as usize];
                here.from = Some(Origin { home, start: start + here.start - at, exact: true });
            }
            self.links.entry(home).or_default().push(Link { start, len, home: ix, at, exact: true });
        }
        if !run.from.is_empty() {
            self.refresh_run(ix, run);
        }
    }

    fn refresh_run(&mut self, ix: EditIx, run: &Run) {
        for fragment in self.fragments_in(ix, run.start, run.start + run.len) {
            self.refresh(fragment);
        }
    }

    fn text_of(&self, span: Span) -> String {
        self.index.get(&span.edit).map(|home| self.text_at(*home, span.start, span.len)).unwrap_or_default()
    }

    /// Nothing where the range cuts a character.
    fn text_at(&self, home: EditIx, start: u32, len: u32) -> String {
        let (body, mut text) = (&self.entries[home as usize].body, String::new());
        let range = start as usize..(start + len) as usize;
        if body.is_boundary(range.start) && body.is_boundary(range.end) {
            body.visit(range, &mut |piece| text.push_str(piece));
        }
        text
    }

    /// What was cut is cut wherever else it stands.
    pub(super) fn cut_its_like(&mut self, home: EditIx, at: u32, origin: Option<Origin>) {
        if let Some(Origin { home, start, exact: true }) = origin {
            self.cut(home, start);
        }
        let inside = |link: &Link| link.exact && link.start < at;
        let links = self.links.get(&home).into_iter().flat_map(|links| links.meeting(at..at + 1)).filter(inside);
        let places: Vec<(EditIx, u32)> = links.map(|link| (link.home, link.at + at - link.start)).collect();
        for (home, at) in places {
            self.cut(home, at);
        }
    }

    /// Whether a fragment's text stood behind another's before, as it does now.
    pub(super) fn goes_on_from(&self, a: &Fragment, b: &Fragment) -> bool {
        a.from.map(|from| from.behind(a.len)) == b.from
    }

    /// What a fragment's text was moved from.
    pub(crate) fn source_of(&self, fragment: FragmentIx) -> Option<FragmentIx> {
        let origin = self.fragments[fragment as usize].from?;
        self.holding(origin.home, origin.start)
    }

    /// The same, of text that was not given another form since.
    pub(crate) fn moved_from(&self, fragment: FragmentIx) -> Option<FragmentIx> {
        self.fragments[fragment as usize].from.filter(|from| from.exact)?;
        self.source_of(fragment)
    }

    /// What a fragment's text was at first: itself, where it was never moved.
    pub(crate) fn root_of(&self, fragment: FragmentIx) -> FragmentIx {
        std::iter::successors(Some(fragment), |f| self.source_of(*f)).last().unwrap_or(fragment)
    }

    /// The fragments that a fragment's text was moved to, each as long as it.
    pub(crate) fn copies_of(&self, fragment: FragmentIx) -> impl Iterator<Item = FragmentIx> + '_ {
        self.linked(fragment)
            .filter(|link| link.0.exact)
            .filter_map(|(link, from)| self.holding(link.home, link.at + from))
    }

    fn linked(&self, fragment: FragmentIx) -> impl Iterator<Item = (Link, u32)> + '_ {
        let Fragment { edit, start, len, .. } = self.fragments[fragment as usize];
        let links = self.links.get(&edit).into_iter().flat_map(move |links| links.meeting(start..start + len));
        links.map(move |link| (link, start.saturating_sub(link.start)))
    }

    /// What stands or falls with a fragment.
    pub(super) fn kin(&self, fragment: FragmentIx) -> Vec<FragmentIx> {
        if self.links.is_empty() {
            return Vec::new();
        }
        let mut kin: Vec<FragmentIx> =
            std::iter::successors(self.source_of(fragment), |f| self.source_of(*f)).collect();
        let mut open = vec![fragment];
        while let Some(one) = open.pop() {
            for (link, from) in self.linked(one) {
                if link.exact {
                    open.extend(self.holding(link.home, link.at + from));
                } else {
                    let forms = self.fragments_in(link.home, link.at, u32::MAX).into_iter();
                    open.extend(forms.filter(|f| self.source_of(*f) == Some(one)));
                }
            }
            if one != fragment {
                kin.push(one);
            }
        }
        kin
    }

    /// All deletions of a fragment's text, here and where it was moved: the edit, and the fragment that it deleted.
    pub(crate) fn kills(&self, fragment: FragmentIx) -> Vec<(EditIx, FragmentIx)> {
        let own = self.deeds(fragment).filter(|(_, kind)| *kind == DeedKind::Kill).map(|(by, _)| (by, fragment));
        own.chain(self.copies_of(fragment).flat_map(|copy| self.kills(copy))).collect()
    }

    /// The births of a fragment's text, here and where it was moved from: the edit, and the fragment that it inserted.
    pub(crate) fn births_of(&self, fragment: FragmentIx) -> impl Iterator<Item = (EditIx, FragmentIx)> + '_ {
        std::iter::successors(Some(fragment), |f| self.source_of(*f)).map(|f| (self.birth(f), f))
    }

    /// The other half of a move: by what its text went from its old place, or came to its new one.
    pub(crate) fn other_half(&self, by: EditIx, fragment: FragmentIx) -> Vec<(EditIx, FragmentIx)> {
        let author = |by: EditIx, f: FragmentIx| &self.entries[self.owner(by, f) as usize].author;
        let id = |ix: EditIx| self.entries[ix as usize].id;
        let is_one = |kill: EditIx, old: FragmentIx, birth: EditIx, new: FragmentIx| {
            id(kill) <= id(birth) && author(kill, old) == author(birth, new)
        };
        let mut halves = Vec::new();
        if let Some(old) = self.moved_from(fragment).filter(|_| self.birth(fragment) == by) {
            let kills = self.deeds(old).filter(|(_, kind)| *kind == DeedKind::Kill).map(|(kill, _)| kill);
            halves.extend(kills.filter(|kill| is_one(*kill, old, by, fragment)).map(|kill| (kill, old)));
        }
        if self.deeds(fragment).any(|deed| deed == (by, DeedKind::Kill)) {
            let copies = self.copies_of(fragment).map(|new| (self.birth(new), new));
            halves.extend(copies.filter(|(birth, new)| is_one(by, fragment, *birth, *new)));
        }
        halves
    }

    /// Whether a fragment's text stands elsewhere in a text, where it was moved.
    pub(crate) fn stands_elsewhere(&self, fragment: FragmentIx, view: &View<'_>) -> bool {
        self.copies_of(fragment).any(|copy| self.visible(copy, view) || self.stands_elsewhere(copy, view))
    }

    /// Where a fragment's text stood just before an edit: there, or where it was moved and had not been moved back from.
    pub(crate) fn stood_at(&self, fragment: FragmentIx, before: EditId) -> FragmentIx {
        let later = |by: EditIx, _: FragmentIx| self.entries[by as usize].id >= before;
        let then = View::at(EditIx::MAX, None, &[]).without(&later);
        let moved = self.copies_of(fragment).filter(|copy| self.counts(self.writer(*copy), *copy, &then));
        let last = moved.max_by_key(|copy| self.whole(*copy).edit);
        last.map_or(fragment, |copy| self.stood_at(copy, before))
    }

    /// Which insertion of which edit a fragment is a part of: where it begins in the edit's text.
    pub(crate) fn run_of(&self, fragment: FragmentIx) -> (EditIx, u32) {
        let Fragment { edit, start, .. } = self.fragments[fragment as usize];
        let runs = &self.entries[edit as usize].runs;
        (edit, runs.iter().map(|run| run.start).take_while(|from| *from <= start).last().unwrap_or(0))
    }

    /// What an edit deleted, where it did nothing else.
    pub(crate) fn cut_by(&self, ix: EditIx) -> Option<(EditIx, Vec<Span>)> {
        let entry = self.entry(ix);
        let Acts { kills, fades, switches, .. } = &entry.acts;
        let only_kills = entry.runs.is_empty() && fades.is_empty() && switches.is_empty() && !kills.is_empty();
        only_kills.then(|| (ix, kills.clone()))
    }

    /// Whether all that an edit deleted is gone from a lineage's text, by it alone, and has not come back elsewhere.
    pub(crate) fn is_away(&self, ix: EditIx, lineage: Lineage) -> bool {
        let view = View::of(self, lineage);
        let not_cut = |by: EditIx, _: FragmentIx| by == ix;
        let before = view.without(&not_cut);
        let is_away =
            |f: FragmentIx| !self.is_seen(f, lineage) && self.visible(f, &before) && !self.stands_elsewhere(f, &view);
        let kills = &self.entry(ix).acts.kills;
        view.has(ix) && kills.iter().all(|span| self.fragments_of(*span).into_iter().all(is_away))
    }

    /// Whether anything was ever moved.
    pub(crate) fn has_moves(&self) -> bool {
        !self.links.is_empty()
    }
}
