//! What comes back inside a block that was moved after it had been taken out: it stands where the block is now, not where that was.

use super::tree::FragmentIx;
use super::{EditIx, View, Weave};
use crate::edit::EditId;
use std::collections::{HashMap, HashSet};

/// Text that comes back elsewhere than where it was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Along {
    pub(crate) fragment: FragmentIx,
    /// The fragment that it comes to stand behind; none at the start of the text.
    pub(crate) behind: Option<FragmentIx>,
}

/// A fragment that tells where what stood beside it belongs.
#[derive(Clone, Copy)]
struct Beside {
    /// By what edit it was moved first, and where it is now.
    moved: Option<(EditId, FragmentIx)>,
    /// By what edit it was written.
    birth: EditIx,
    /// Whether it goes with what `then` leaves out.
    goes: bool,
}

/// What comes back: by what edits it had been taken out, and by which first.
struct Lost {
    by: Vec<EditIx>,
    first: EditId,
}

/// Why something belongs beside something else, the better reason first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    TookItsPlace,
    GoesWithIt,
    Inside,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    Behind,
}

impl Weave {
    /// What `then` shows and `now` does not, and belongs into a block that was moved since: in the order in which it stood. It stood
    /// between two parts of what was moved, or what was moved had been put in its place.
    pub(crate) fn along(&self, now: &View<'_>, then: &View<'_>) -> Vec<Along> {
        if !self.has_moves() {
            return Vec::new();
        }
        let order: Vec<FragmentIx> = self.order().collect();
        let lost: Vec<Option<Lost>> = order.iter().map(|f| self.lost(*f, now, then)).collect();
        if lost.iter().all(Option::is_none) {
            return Vec::new();
        }
        let beside: Vec<Option<Beside>> = order.iter().map(|f| self.beside(*f, now, then)).collect();
        // What came, or went elsewhere, before or after tells nothing.
        let tells = |at: usize, first: EditId| {
            let beside = beside[at].filter(|_| lost[at].is_none())?;
            let came_later = first < self.whole(order[at]).edit && !beside.goes;
            let was_gone = beside.moved.is_some_and(|(by, _)| by < first);
            (!came_later && !was_gone).then_some(beside)
        };
        let places: HashMap<FragmentIx, usize> = order.iter().enumerate().map(|(at, f)| (*f, at)).collect();
        let place = |Lost { by, first }: &Lost, run: &[usize]| {
            let left = (0..run[0]).rev().find_map(|at| tells(at, *first));
            let right = (run[run.len() - 1] + 1..order.len()).find_map(|at| tells(at, *first));
            let (why, to, side) = place(left, right, by)?;
            Some((why, places[&to], side))
        };
        let is_known = |at: &usize| lost[*at].is_some() || beside[*at].is_some();
        let known: Vec<usize> = (0..order.len()).filter(is_known).collect();
        let mut found = Vec::new();
        // What stood together stays together.
        for run in known.chunk_by(|a, b| lost[*a].is_some() && lost[*b].is_some()) {
            if let Some((_, to, side)) = run.iter().filter_map(|at| place(lost[*at].as_ref()?, run)).min() {
                found.extend(run.iter().map(|at| ((to, side), order[*at])));
            }
        }
        // What comes from different places to one stands as its neighbours do.
        found.sort_by_key(|(place, _)| *place);
        let away: HashSet<FragmentIx> = found.iter().map(|(_, fragment)| *fragment).collect();
        let stays = |at: &usize| self.visible(order[*at], then) && !away.contains(&order[*at]);
        let behind = |(at, side): (usize, Side)| {
            (0..at + usize::from(side == Side::Behind)).rev().find(stays).map(|at| order[at])
        };
        found.into_iter().map(|(place, fragment)| Along { fragment, behind: behind(place) }).collect()
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
        (moved.is_some() || self.visible(fragment, then)).then_some(Beside { moved, birth, goes })
    }

    /// By what edit a fragment's text was moved away first, and where it is now.
    fn gone_to(&self, fragment: FragmentIx, then: &View<'_>) -> Option<(EditId, FragmentIx)> {
        let first = self.copies_of(fragment).filter(|copy| self.counts(self.writer(*copy), *copy, then)).last()?;
        let to = self.gone_to(first, then).map_or(first, |(_, to)| to);
        Some((self.whole(first).edit, to))
    }
}

/// Beside what something comes back that has these to its left and right, and why.
fn place(left: Option<Beside>, right: Option<Beside>, by: &[EditIx]) -> Option<(Why, FragmentIx, Side)> {
    let moved = |side: Option<Beside>| side.and_then(|side| side.moved);
    let inside = moved(left).zip(moved(right)).is_some_and(|((left, _), (right, _))| left == right);
    let either = |why: Why, is: &dyn Fn(&Beside) -> bool| {
        let place = |beside: Option<Beside>, side| Some((why, moved(beside.filter(is))?.1, side));
        place(left, Side::Behind).or_else(|| place(right, Side::Before))
    };
    either(Why::TookItsPlace, &|beside| by.contains(&beside.birth))
        .or_else(|| either(Why::GoesWithIt, &|beside| beside.goes))
        .or_else(|| either(Why::Inside, &|_| inside))
}
