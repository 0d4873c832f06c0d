//! A case: a file, and the steps by which an agent and a user bring a part of the newer release into it.

use std::ops::Range;

use countersign_core::weave::Splice;
use similar::{ChangeTag, DiffOp, TextDiff};

use super::corpus::Pair;
use super::random::Random;

/// See the module.
#[derive(Clone, Debug)]
pub struct Case {
    /// What gives the same case again.
    pub seed: u64,
    /// The file.
    pub name: String,
    /// The text at first.
    pub old: String,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What the agent should leave when it is taken out: the older text with the user's hunks alone.
    pub wanted: String,
    /// The lines that the user puts in.
    pub mine: Vec<String>,
}

/// What one of the two does.
#[derive(Clone, Debug)]
pub struct Step {
    /// Whether it is the agent.
    pub is_agents: bool,
    /// What becomes of the text that the steps before it left.
    pub splice: Splice,
}

impl Case {
    /// Draws a case over one of the files.
    #[must_use]
    pub fn draw(pairs: &[Pair], seed: u64) -> Case {
        let mut random = Random::of(seed, 1);
        let pair = &pairs[random.below(pairs.len())];
        let mut all = hunks(&pair.old, &pair.new);
        // A part of a release is as real as all of it, and gives more files to interleave over.
        while all.len() > 2 + random.below(14) {
            let at = random.below(all.len());
            all.remove(at);
        }
        for hunk in &mut all {
            hunk.is_agents = random.below(2) == 0;
        }
        let mine = all.iter().filter(|hunk| !hunk.is_agents).flat_map(|hunk| hunk.new.lines().map(str::to_owned));
        Case {
            seed,
            name: pair.name.clone(),
            old: pair.old.clone(),
            wanted: with(&pair.old, &all, |hunk| !hunk.is_agents),
            mine: mine.collect(),
            steps: steps(&all, &mut random),
        }
    }

    /// The text in the end, had one of the steps not been taken.
    #[must_use]
    pub fn without(&self, step: usize) -> String {
        let (mut text, mut place, mut was) = (self.old.clone(), 0..0, String::new());
        for (at, Step { splice, .. }) in self.steps.iter().enumerate() {
            if at == step {
                place = splice.range.start..splice.range.start + splice.text.len();
                was = text[splice.range.clone()].to_owned();
            } else if at > step && splice.range.start < place.start {
                let shift = splice.text.len() as isize - splice.range.len() as isize;
                place = place.start.saturating_add_signed(shift)..place.end.saturating_add_signed(shift);
            }
            text.replace_range(splice.range.clone(), &splice.text);
        }
        text.replace_range(place, &was);
        text
    }

    /// How many steps are the agent's, and the user's.
    #[must_use]
    pub fn hunks(&self) -> [usize; 2] {
        let agents = self.steps.iter().filter(|step| step.is_agents).count();
        [agents, self.steps.len() - agents]
    }
}

/// What an editor tells of when the user makes a change: all at once, out and then in, or key by key.
#[must_use]
pub fn typed(splice: &Splice, random: &mut Random) -> Vec<Splice> {
    let Splice { range, text, .. } = splice;
    let manner = random.below(3);
    if manner == 0 {
        return vec![splice.clone()];
    }
    // Long texts come line by line, as by a completion or a paste.
    let by_key = manner == 2 && text.len() < 300;
    let parts: Vec<&str> = match manner {
        1 => vec![text],
        _ => text.split_inclusive(|_: char| by_key).flat_map(|part| part.split_inclusive('\n')).collect(),
    };
    let mut changes = vec![Splice::new(range.clone(), String::new())];
    let mut at = range.start;
    for part in parts {
        changes.push(Splice::new(at..at, part));
        at += part.len();
    }
    changes.retain(|change| !change.range.is_empty() || !change.text.is_empty());
    changes
}

/// The hunks in some order, each where it stands by then.
fn steps(all: &[Hunk], random: &mut Random) -> Vec<Step> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, random.below(at + 1));
    }
    let mut done = vec![false; all.len()];
    let step = |at: usize| {
        let Range { start, end } = place(all, &done, at);
        done[at] = true;
        Step { is_agents: all[at].is_agents, splice: Splice::new(start..end, all[at].new.clone()) }
    };
    order.into_iter().map(step).collect()
}

/// A run of lines that differs, in bytes of the older text.
#[derive(Clone, Debug)]
pub(super) struct Hunk {
    start: usize,
    end: usize,
    new: String,
    is_agents: bool,
}

/// Runs of lines that differ, apart by at least a line.
pub(super) fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        }))
        .collect();
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let added = diff.iter_changes(op).filter(|change| change.tag() == ChangeTag::Insert);
        let new: String = added.map(|change| change.value()).collect();
        let (start, end) = (starts[op.old_range().start], starts[op.old_range().end]);
        match hunks.last_mut() {
            Some(last) if last.end == start => {
                last.end = end;
                last.new += &new;
            }
            _ => hunks.push(Hunk { start, end, new, is_agents: false }),
        }
    }
    hunks
}

/// Where a hunk stands in the text that has those which are done.
fn place(all: &[Hunk], done: &[bool], at: usize) -> Range<usize> {
    let before = all.iter().zip(done).take(at).filter(|(_, done)| **done);
    let shift: isize = before.map(|(hunk, _)| hunk.new.len() as isize - (hunk.end - hunk.start) as isize).sum();
    all[at].start.saturating_add_signed(shift)..all[at].end.saturating_add_signed(shift)
}

fn with(old: &str, all: &[Hunk], wanted: impl Fn(&Hunk) -> bool) -> String {
    let mut text = old.to_owned();
    for hunk in all.iter().rev().filter(|hunk| wanted(hunk)) {
        text.replace_range(hunk.start..hunk.end, &hunk.new);
    }
    text
}
