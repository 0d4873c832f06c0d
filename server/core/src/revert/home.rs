//! What others wrote inside a block that is moved back goes home with the block, and stays its author's; what comes back inside a block
//! that was moved comes back where that is.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::edit::{Acts, EditId, Insert, Moved, Point, Span};
use crate::weave::{Along, EditIx, FragmentIx, View, Weave};

/// Adds to what a revert does what it carries home, and what it carries after a block. `now` is the text as it is, `then` without what goes; `off` says what does.
pub(super) fn carry(
    weave: &Weave,
    now: &View<'_>,
    then: &View<'_>,
    off: &dyn Fn(EditIx, FragmentIx) -> bool,
    acts: &mut Acts,
) {
    if !weave.has_moves() {
        return;
    }
    let order: Vec<FragmentIx> = weave.order().collect();
    let goes_home = |f: &FragmentIx| {
        weave.moved_from(*f).is_some()
            && off(weave.birth(*f), *f)
            && !weave.copies_of(*f).any(|copy| weave.counts(weave.birth(copy), copy, then))
    };
    let mut blocks: BTreeMap<(EditIx, u32), Vec<FragmentIx>> = BTreeMap::new();
    for fragment in order.iter().copied().filter(goes_home) {
        blocks.entry(weave.run_of(fragment)).or_default().push(fragment);
    }
    let is_left = |f: &FragmentIx| weave.kills(*f).iter().all(|(by, f)| !weave.counts(*by, *f, then));
    // Of each piece: whether something of its block is left, so that what took the place of the rest belongs to it.
    let pieces = blocks.into_values().flat_map(|block| {
        let any_left = block.iter().any(is_left);
        block.into_iter().map(move |piece| (piece, any_left))
    });
    let pieces: BTreeMap<FragmentIx, bool> = pieces.collect();
    let carried = inside(weave, [now, then], &order, &pieces);
    let beside: HashMap<FragmentIx, FragmentIx> = carried.iter().copied().collect();
    // Beside what is carried home itself it stands where that comes to stand.
    let home = |mut piece: FragmentIx| loop {
        let home = home_of(weave, then, piece);
        match home.and_then(|home| beside.get(&home)).filter(|next| **next != piece) {
            Some(next) => piece = *next,
            None => return home,
        }
    };
    let carried = carried.iter().map(|(fragment, piece)| (*fragment, home(*piece))).collect();
    for (fragment, home) in in_order(weave, &order, carried) {
        put(weave, fragment, home, acts);
    }
    follow(weave, now, then, acts);
}

/// Adds what comes back inside a moved block to what an act does. It stands beside what that carries elsewhere itself.
pub(super) fn follow(weave: &Weave, now: &View<'_>, then: &View<'_>, acts: &mut Acts) {
    let carried: HashSet<Span> = acts.kills.iter().copied().collect();
    let mut last: HashMap<Span, Span> = HashMap::new();
    for Along { fragment, behind, .. } in weave.along(now, then) {
        let was = weave.whole(fragment);
        if carried.contains(&was) {
            continue;
        }
        let place = behind.map(|behind| weave.whole(behind)).filter(|span| carried.contains(span));
        let beside = place.and_then(|place| last.insert(place, was).or(Some(place)));
        let at = beside.and_then(|beside| {
            acts.inserts.iter().rposition(|insert| insert.from.iter().any(|from| from.was == beside))
        });
        put(weave, fragment, behind, acts);
        if let Some(at) = at {
            let after = acts.inserts[at].after;
            acts.inserts[at + 1..].rotate_right(1);
            acts.inserts[at + 1].after = after;
        }
    }
}

/// Moves a fragment's text behind another.
fn put(weave: &Weave, fragment: FragmentIx, behind: Option<FragmentIx>, acts: &mut Acts) {
    let after = behind.map(|behind| weave.whole(behind)).map(|span| Point { edit: span.edit, offset: span.end() });
    let was = weave.whole(fragment);
    let text = weave.part_text(fragment, 0..weave.len_of(fragment));
    let from = vec![Moved { at: 0, was }];
    acts.inserts.push(Insert { from, ..Insert::new(after, text) });
    acts.kills.push(was);
}

/// What goes home, each with where, in the order in which what goes to one place was written: each as it stood when the later of two was.
fn in_order(
    weave: &Weave,
    order: &[FragmentIx],
    mut all: Vec<(FragmentIx, Option<FragmentIx>)>,
) -> Vec<(FragmentIx, Option<FragmentIx>)> {
    let places: HashMap<FragmentIx, usize> = order.iter().enumerate().map(|(at, fragment)| (*fragment, at)).collect();
    all.sort_by_key(|(fragment, _)| (weave.whole(*fragment).edit, places[fragment]));
    let mut sorted: Vec<(FragmentIx, Option<FragmentIx>)> = Vec::new();
    for (fragment, home) in all {
        let then = |other: FragmentIx| places[&weave.stood_at(other, weave.whole(fragment).edit)];
        let beside = |other: Option<FragmentIx>| other == home;
        let before = sorted.iter().rposition(|(other, to)| beside(*to) && then(*other) < places[&fragment]);
        let first = || sorted.iter().position(|(_, to)| beside(*to)).unwrap_or(sorted.len());
        sorted.insert(before.map_or_else(first, |at| at + 1), (fragment, home));
    }
    sorted
}

/// What stands before a place in the text: a piece that goes home, or what comes back, with the edit that had taken it away.
enum Before {
    Piece(FragmentIx),
    Wall(EditId),
}

/// What was written between pieces that go home, each with the piece that it stands behind. What came to stand beside it since does
/// not count, nor what had been taken away before.
fn inside(
    weave: &Weave,
    [now, then]: [&View<'_>; 2],
    order: &[FragmentIx],
    pieces: &BTreeMap<FragmentIx, bool>,
) -> Vec<(FragmentIx, FragmentIx)> {
    let id = |fragment: FragmentIx| weave.whole(fragment).edit;
    let (mut all, mut open, mut behind): (Vec<_>, Vec<Before>, Vec<_>) = (Vec::new(), Vec::new(), Vec::new());
    // What stands last in the text without what goes, but for what may be carried home.
    let mut last: Option<FragmentIx> = None;
    // Where a block's end and what follows are neighbours again, what was written between them is there still.
    let closed = |behind: Vec<(FragmentIx, FragmentIx)>, last: Option<FragmentIx>| {
        let meets = |(_, piece): &(FragmentIx, FragmentIx)| last.is_some() && home_of(weave, then, *piece) == last;
        if behind.first().is_some_and(meets) { behind } else { replacement(weave, then, &behind, pieces) }
    };
    let stood_behind = |open: &[Before], fragment: FragmentIx| {
        open.iter().rev().find_map(|before| match before {
            Before::Piece(piece) => (id(fragment) > id(*piece)).then_some(Some(*piece)),
            Before::Wall(lost) => (id(fragment) < *lost).then_some(None),
        })
    };
    let mut beside: Option<FragmentIx> = None;
    for fragment in order.iter().copied() {
        if pieces.contains_key(&fragment) {
            // What stands in a line that stays, stays with it.
            if behind.iter().all(|(written, _)| id(*written) > id(fragment)) {
                all.append(&mut behind);
            }
            open.push(Before::Piece(fragment));
        } else if weave.visible(fragment, then) {
            // What stands right behind what is carried home goes where that goes.
            let beside = behind.last().filter(|(written, _)| beside == Some(*written)).map(|(_, piece)| *piece);
            let beside = beside.filter(|piece| id(fragment) > id(*piece)).map(Some);
            let found = stood_behind(&open, fragment);
            let kills = weave.kills(fragment).into_iter().filter(|(by, f)| weave.counts(*by, *f, now));
            let lost = kills.map(|(by, _)| weave.entry(by).id).min().filter(|_| !weave.visible(fragment, now));
            match (found.and(beside).or(found).flatten(), lost) {
                (Some(piece), _) => behind.push((fragment, piece)),
                (None, Some(lost)) => {
                    if behind.iter().any(|(written, _)| id(*written) < lost) {
                        all.extend(closed(std::mem::take(&mut behind), last));
                    }
                    last = Some(fragment);
                    open.push(Before::Wall(lost));
                }
                (None, None) => {
                    all.extend(closed(std::mem::take(&mut behind), last));
                    (open, last) = (Vec::new(), Some(fragment));
                }
            }
        } else if !open.is_empty() && stood_behind(&open, fragment).flatten().is_none() {
            // What was there until someone deleted it parted what stood beside it.
            let kills = weave.kills(fragment).into_iter().filter(|(by, f)| weave.counts(*by, *f, then));
            open.extend(kills.map(|(by, _)| weave.entry(by).id).min().map(Before::Wall));
        }
        if pieces.contains_key(&fragment) || weave.visible(fragment, then) {
            beside = Some(fragment);
        }
    }
    all.extend(replacement(weave, then, &behind, pieces));
    all
}

/// Where a moved fragment's text goes back to.
fn home_of(weave: &Weave, then: &View<'_>, piece: FragmentIx) -> Option<FragmentIx> {
    let mut home = weave.moved_from(piece)?;
    while let Some(before) = weave.moved_from(home).filter(|_| !weave.counts(weave.birth(home), home, then)) {
        home = before;
    }
    Some(home)
}

/// What was written in the place of a block's last piece: it stands behind it, and who wrote it had deleted that.
fn replacement(
    weave: &Weave,
    then: &View<'_>,
    behind: &[(FragmentIx, FragmentIx)],
    pieces: &BTreeMap<FragmentIx, bool>,
) -> Vec<(FragmentIx, FragmentIx)> {
    let author = |by: EditIx, fragment: FragmentIx| &weave.entry(weave.owner(by, fragment)).author;
    let is_theirs = |(fragment, piece): &&(FragmentIx, FragmentIx)| {
        let (by, id) = (author(weave.birth(*fragment), *fragment), weave.entry(weave.birth(*fragment)).id);
        let mut kills = weave.kills(*piece).into_iter().filter(|(kill, f)| weave.counts(*kill, *f, then));
        pieces[piece] && kills.any(|(kill, f)| author(kill, f) == by && weave.entry(kill).id <= id)
    };
    behind.iter().take_while(is_theirs).copied().collect()
}
