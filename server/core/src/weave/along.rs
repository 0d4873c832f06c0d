//! What comes back inside a block that was moved after it had been taken out: it stands where the block is now, not where that was.

use super::tree::FragmentIx;
use super::{EditIx, View, Weave};
use crate::edit::EditId;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Text that comes back elsewhere than where it was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Along {
    pub(crate) fragment: FragmentIx,
    /// The fragment that it comes to stand behind; none at the start of the text.
    pub(crate) behind: Option<FragmentIx>,
    /// The edit that deleted what it would come to stand beside, after it had been moved.
    pub(crate) deleted: Option<EditIx>,
}

/// A fragment that tells where what stood beside it belongs.
#[derive(Clone, Copy)]
struct Beside {
    /// By what edit it was moved, and where it is now.
    moved: Option<(EditId, FragmentIx)>,
    /// Whether it goes with what `then` leaves out.
    goes: bool,
}

/// What comes back: by what edits it had been taken out, and by which first.
#[derive(PartialEq, Eq)]
struct Lost {
    by: Vec<EditIx>,
    first: EditId,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    Behind,
}

/// All that is known of what comes back.
struct Returns<'a> {
    weave: &'a Weave,
    order: Vec<FragmentIx>,
    lost: Vec<Option<Lost>>,
    beside: Vec<Option<Beside>>,
    /// Insertions of which something still shows where it was written.
    standing: HashSet<(EditIx, u32)>,
}

impl Weave {
    /// What `then` shows and `now` does not, and belongs in a block that was moved since: in the order in which it stood. It stood
    /// between two parts of what was moved, or all that had been put in its place was moved.
    pub(crate) fn along(&self, now: &View<'_>, then: &View<'_>) -> Vec<Along> {
        if !self.has_moves() {
            return Vec::new();
        }
        let order: Vec<FragmentIx> = self.order().collect();
        let lost: Vec<Option<Lost>> = order.iter().map(|f| self.lost(*f, now, then)).collect();
        if lost.iter().all(Option::is_none) {
            return Vec::new();
        }
        let beside = order.iter().map(|f| self.beside(*f, now, then)).collect();
        let standing = order.iter().filter(|f| self.visible(**f, now)).map(|f| self.run_of(*f)).collect();
        let returns = Returns { weave: self, order, lost, beside, standing };
        let order = &returns.order;
        let places: HashMap<FragmentIx, usize> = order.iter().enumerate().map(|(at, f)| (*f, at)).collect();
        let (mut found, mut at) = (Vec::new(), 0);
        while at < order.len() {
            let run = returns.run(at);
            if let Some((to, side)) = returns.place(&run) {
                found.extend(order[run.clone()].iter().map(|fragment| ((places[&to], side), *fragment)));
            }
            at = run.end;
        }
        // What comes from different places to one stands as its neighbours do.
        found.sort_by_key(|(place, _)| *place);
        let away: HashSet<FragmentIx> = found.iter().map(|(_, fragment)| *fragment).collect();
        // Behind each place: what stays and stands last before it.
        let mut last = vec![None];
        for fragment in order {
            let stays = self.visible(*fragment, then) && !away.contains(fragment);
            last.push(if stays { Some(*fragment) } else { last[last.len() - 1] });
        }
        let deleted = |place: FragmentIx| {
            self.kills(place).into_iter().find(|(by, f)| self.counts(*by, *f, then)).map(|(by, _)| by)
        };
        let along = |((at, side), fragment): ((usize, Side), FragmentIx)| {
            let behind = last[at + usize::from(side == Side::Behind)];
            Along { fragment, behind, deleted: deleted(order[at]) }
        };
        found.into_iter().map(along).collect()
    }

    /// All fragments in order, what comes back inside a moved block where that is.
    pub(crate) fn order_between(&self, now: &View<'_>, then: &View<'_>) -> Vec<FragmentIx> {
        let mut behind: HashMap<Option<FragmentIx>, Vec<FragmentIx>> = HashMap::new();
        let mut away = HashSet::new();
        for along in self.along(now, then) {
            behind.entry(along.behind).or_default().push(along.fragment);
            away.insert(along.fragment);
        }
        let mut put = |place: Option<FragmentIx>| behind.remove(&place).unwrap_or_default();
        let mut order = put(None);
        for fragment in self.order().filter(|fragment| !away.contains(fragment)) {
            order.push(fragment);
            order.append(&mut put(Some(fragment)));
        }
        order
    }

    fn lost(&self, fragment: FragmentIx, now: &View<'_>, then: &View<'_>) -> Option<Lost> {
        if self.visible(fragment, now) || !self.visible(fragment, then) {
            return None;
        }
        let kills = self.kills(fragment).into_iter();
        let kills = kills.filter(|(by, f)| self.counts(*by, *f, now) && !self.counts(*by, *f, then));
        let by: Vec<EditIx> = kills.map(|(by, _)| by).collect();
        let first = by.iter().map(|by| self.entry(*by).id).min()?;
        Some(Lost { by, first })
    }

    fn beside(&self, fragment: FragmentIx, now: &View<'_>, then: &View<'_>) -> Option<Beside> {
        let (moved, birth) = (self.gone_to(fragment, then), self.birth(fragment));
        let goes = self.counts(birth, fragment, now) && !self.counts(birth, fragment, then);
        let tells = moved.is_some() || self.visible(fragment, then) || goes && self.visible(fragment, now);
        tells.then_some(Beside { moved, goes })
    }

    /// By what edit a fragment's text was moved away, and where it is now.
    fn gone_to(&self, fragment: FragmentIx, then: &View<'_>) -> Option<(EditId, FragmentIx)> {
        let copies = self.copies_of(fragment).filter(|copy| self.counts(self.writer(*copy), *copy, then));
        let first = copies.max_by_key(|copy| self.whole(*copy).edit)?;
        let to = self.gone_to(first, then).map_or(first, |(_, to)| to);
        Some((self.whole(first).edit, to))
    }
}

impl Returns<'_> {
    /// All that comes back in one piece from here on, and to one place: a block of thousands of lines looks round itself once.
    fn run(&self, at: usize) -> Range<usize> {
        let tells_nothing =
            |at: usize| self.lost[at].as_ref().is_some_and(|lost| !lost.by.contains(&self.weave.birth(self.order[at])));
        let goes_on = |next: &usize| self.lost[*next] == self.lost[at] && tells_nothing(*next);
        let more = if tells_nothing(at) { (at + 1..self.order.len()).take_while(goes_on).count() } else { 0 };
        at..at + 1 + more
    }

    /// Beside what a run comes back, if not where it stood.
    fn place(&self, run: &Range<usize>) -> Option<(FragmentIx, Side)> {
        let Lost { by, first } = self.lost[run.start].as_ref()?;
        let took = |to: &mut dyn Iterator<Item = usize>, side| self.took_its_place(by, *first, to).map(|to| (to, side));
        let (mut left, mut right) = ((0..run.start).rev(), run.end..self.order.len());
        took(&mut left, Side::Behind).or_else(|| took(&mut right, Side::Before)).or_else(|| {
            let between = |goes_too: bool| {
                let near = |at: usize| self.tells(at, *first).filter(|beside| goes_too || !beside.goes);
                let (left, to) = (0..run.start).rev().find_map(near)?.moved?;
                let (right, _) = (run.end..self.order.len()).find_map(near)?.moved?;
                (left == right).then_some((to, Side::Behind))
            };
            between(true).or_else(|| between(false))
        })
    }

    /// Where the nearest text is that was put in the place of what some edits took out, or in the place of that: if all of that insertion
    /// went elsewhere.
    fn took_its_place(
        &self,
        by: &[EditIx],
        first: EditId,
        places: &mut dyn Iterator<Item = usize>,
    ) -> Option<FragmentIx> {
        let mut by = by.to_vec();
        for at in places {
            let (fragment, weave) = (self.order[at], self.weave);
            let is_its = by.contains(&weave.birth(fragment));
            match self.tells(at, first) {
                Some(beside) if is_its => {
                    let is_away = !self.standing.contains(&weave.run_of(fragment));
                    return beside.moved.filter(|_| is_away).map(|(_, to)| to);
                }
                Some(beside) if !beside.goes => return None,
                None if is_its => by.extend(weave.deeds(fragment).map(|(by, _)| by)),
                _ => {}
            }
        }
        None
    }

    /// What came, or went elsewhere, before or after tells nothing.
    fn tells(&self, at: usize, first: EditId) -> Option<Beside> {
        let beside = self.beside[at].filter(|_| self.lost[at].is_none())?;
        let came_later = first < self.weave.whole(self.order[at]).edit && !beside.goes;
        let was_gone = beside.moved.is_some_and(|(by, _)| by < first);
        (!came_later && !was_gone).then_some(beside)
    }
}
