//! Which finds of the text before are still there in the text after, moved, renamed or edited.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::syntax::{Budget, OF_A_COMPARISON, Symbol, SymbolKind};

use super::Case;
use super::catalogue::{Rule, Same};
use super::hits::Hit;
use super::side::Side;
use super::words::Bag;
use crate::finding::Kind;

/// The places of the finds that have no counterpart on the other side.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) before: Vec<usize>,
    pub(crate) after: Vec<usize>,
}

/// Where the symbol around a find of the text before is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In no symbol, now as before.
    Top,
    /// In that symbol of the text after.
    In(usize),
    /// Its symbol is gone.
    Gone,
}

/// A find somewhere else is the same one when so much of its words is equal.
const MOVED: f64 = 0.8;
/// A find in the same symbol is the same one, edited, when so much of its words is equal.
const EDITED: f64 = 0.5;
/// A symbol is the same one under another name when so much of its words is equal.
const RENAMED: f64 = 0.6;
/// So many symbols without a counterpart are compared by their text; a larger rewrite has no renames to speak of.
const RENAMES: usize = 100;

/// Pairs what is equal and where it was; then equal in its symbol; then edited in its symbol; for rules on what is
/// removed, then equal and then alike anywhere. `None` when the budget ran out.
pub(crate) fn pair(
    rule: &Rule,
    case: &Case<'_>,
    before: &[Hit],
    after: &[Hit],
    places: &Counterparts,
    budget: &mut Budget<'_>,
) -> Option<Left> {
    let real = |hits: &[Hit]| (0..hits.len()).filter(|&at| !hits[at].stands_in).collect::<Vec<_>>();
    let mut pairing = Pairing { before, after, left: Left { before: real(before), after: real(after) } };
    let carried = |hit: &Hit| {
        let kept = case.carry.keeps(&hit.range);
        kept.then(|| (case.carry.forward_range(&hit.range), hit.key.clone()))
    };
    pairing.equal(carried, |hit| Some((hit.range.clone(), hit.key.clone())));
    let here = |hit: &Hit| hit.symbol.map_or(Place::Top, Place::In);
    pairing.equal(|hit| Some((places.of(hit), hit.key.clone())), |hit| Some((here(hit), hit.key.clone())));
    let near = |a: &Hit, b: &Hit| places.of(a) == here(b);
    match rule.same {
        Same::Equal => {}
        Same::Alike => pairing.alike(EDITED, near, budget)?,
        Same::Counted => {
            pairing.alike(EDITED, near, budget)?;
            pairing.alike(0.0, near, budget)?;
        }
    }
    if rule.kind == Kind::Removed {
        pairing.equal(|hit| Some(hit.key.clone()), |hit| Some(hit.key.clone()));
        pairing.alike(MOVED, |_, _| true, budget)?;
    }
    Some(pairing.left)
}

struct Pairing<'a> {
    before: &'a [Hit],
    after: &'a [Hit],
    left: Left,
}

impl Pairing<'_> {
    /// Pairs finds whose marks are equal; those that no agent touched first, so that the new one is left.
    fn equal<M: std::hash::Hash + Eq>(
        &mut self,
        mark_before: impl Fn(&Hit) -> Option<M>,
        mark_after: impl Fn(&Hit) -> Option<M>,
    ) {
        let mut waiting: HashMap<M, Vec<usize>> = HashMap::new();
        let mut order = self.left.after.clone();
        order.sort_by_key(|&at| (!self.after[at].touched, std::cmp::Reverse(at)));
        for at in order {
            if let Some(mark) = mark_after(&self.after[at]) {
                waiting.entry(mark).or_default().push(at);
            }
        }
        let mut order = self.left.before.clone();
        order.sort_by_key(|&at| (self.before[at].touched, at));
        let mut paired = (HashSet::new(), HashSet::new());
        for at in order {
            let mark = mark_before(&self.before[at]);
            if let Some(other) = mark.and_then(|mark| waiting.get_mut(&mark)).and_then(Vec::pop) {
                paired.0.insert(at);
                paired.1.insert(other);
            }
        }
        self.left.before.retain(|at| !paired.0.contains(at));
        self.left.after.retain(|at| !paired.1.contains(at));
    }

    /// Pairs each find with the one most like it, from `least` up.
    fn alike(&mut self, least: f64, may: impl Fn(&Hit, &Hit) -> bool, budget: &mut Budget<'_>) -> Option<()> {
        let mut scored = Vec::new();
        for &a in &self.left.before {
            for &b in &self.left.after {
                if !budget.spend(OF_A_COMPARISON) {
                    return None;
                }
                if may(&self.before[a], &self.after[b]) {
                    let likeness = self.before[a].bag.likeness(&self.after[b].bag);
                    if likeness >= least {
                        scored.push((likeness, a, b));
                    }
                }
            }
        }
        let paired = best(scored);
        self.left.before.retain(|at| !paired.iter().any(|(a, _)| a == at));
        self.left.after.retain(|at| !paired.iter().any(|(_, b)| b == at));
        Some(())
    }
}

/// The best pairs first, each side once.
fn best(mut scored: Vec<(f64, usize, usize)>) -> Vec<(usize, usize)> {
    scored.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let (mut taken, mut pairs) = ((HashSet::new(), HashSet::new()), Vec::new());
    for (_, a, b) in scored {
        if !taken.0.contains(&a) && !taken.1.contains(&b) {
            taken.0.insert(a);
            taken.1.insert(b);
            pairs.push((a, b));
        }
    }
    pairs
}

/// Which symbol of the text after each symbol of the text before is.
#[derive(Debug)]
pub(crate) struct Counterparts {
    now: HashMap<usize, usize>,
    known: HashSet<usize>,
}

impl Counterparts {
    /// Pairs by path and kind, in order; then by what they hold. `None` when the budget ran out.
    pub(crate) fn new(before: &Side<'_>, after: &Side<'_>, budget: &mut Budget<'_>) -> Option<Counterparts> {
        let (then, now) = (before.symbols(budget)?, after.symbols(budget)?);
        let mut waiting: HashMap<(&str, SymbolKind), Vec<usize>> = HashMap::new();
        for (at, symbol) in now.iter().enumerate().rev() {
            waiting.entry((&symbol.path, symbol.kind)).or_default().push(at);
        }
        let mut pairs = HashMap::new();
        for (at, symbol) in then.iter().enumerate() {
            if let Some(other) = waiting.get_mut(&(symbol.path.as_str(), symbol.kind)).and_then(Vec::pop) {
                pairs.insert(at, other);
            }
        }
        let mut new: Vec<usize> = waiting.into_values().flatten().collect();
        new.sort_unstable();
        let gone: Vec<usize> = (0..then.len()).filter(|at| !pairs.contains_key(at)).collect();
        pairs.extend(renamed((before.text, then, &gone), (after.text, now, &new), budget)?);
        let known = pairs.values().copied().collect();
        Some(Counterparts { now: pairs, known })
    }

    /// Where the symbol of a find of the text before is now.
    pub(crate) fn of(&self, hit: &Hit) -> Place {
        match hit.symbol {
            None => Place::Top,
            Some(at) => self.now.get(&at).map_or(Place::Gone, |&now| Place::In(now)),
        }
    }

    /// Whether the symbol around a find of the text after was not there before.
    pub(crate) fn is_new(&self, hit: &Hit) -> bool {
        hit.symbol.is_some_and(|at| !self.known.contains(&at))
    }
}

type Unpaired<'a> = (&'a str, &'a [Symbol], &'a [usize]);

fn renamed(before: Unpaired<'_>, after: Unpaired<'_>, budget: &mut Budget<'_>) -> Option<Vec<(usize, usize)>> {
    fn bags(side: Unpaired<'_>) -> Vec<(usize, SymbolKind, Bag)> {
        let text = |range: &Range<usize>| side.0.get(range.clone()).unwrap_or_default();
        let of = |&at: &usize| (at, side.1[at].kind, Bag::of(text(&side.1[at].range)));
        side.2.iter().take(RENAMES).map(of).collect()
    }
    let (before, after) = (bags(before), bags(after));
    let mut scored = Vec::new();
    for (a, kind, words) in &before {
        for (b, other_kind, other) in &after {
            if !budget.spend(OF_A_COMPARISON) {
                return None;
            }
            if kind == other_kind {
                let likeness = words.likeness(other);
                if likeness >= RENAMED {
                    scored.push((likeness, *a, *b));
                }
            }
        }
    }
    Some(best(scored))
}
