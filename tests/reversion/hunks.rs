//! What differs between two releases of a file.

use similar::{ChangeTag, DiffOp, TextDiff};

use super::random::Random;

/// A run of lines that differs, in bytes of the older text.
#[derive(Clone, Debug)]
pub(super) struct Hunk {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) new: String,
    pub(super) is_agents: bool,
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

/// Cuts hunks of several lines in two that stand side by side, one of each author's.
pub(super) fn cut(all: Vec<Hunk>, old: &str, random: &mut Random) -> Vec<Hunk> {
    let mut cut = Vec::new();
    for hunk in all {
        let (gone, new) = (lines(&old[hunk.start..hunk.end]), lines(&hunk.new));
        let (at_old, at_new) = (random.below(gone.len() + 1), random.below(new.len() + 1));
        let middle = hunk.start + gone[..at_old].concat().len();
        let first = (gone[..at_old].concat(), new[..at_new].concat());
        let second = (gone[at_old..].concat(), new[at_new..].concat());
        let changes = |(was, is): &(String, String)| was != is;
        if !changes(&first) || !changes(&second) || random.below(4) == 0 {
            cut.push(hunk);
            continue;
        }
        cut.push(Hunk { end: middle, new: first.1, ..hunk.clone() });
        cut.push(Hunk { start: middle, new: second.1, is_agents: !hunk.is_agents, ..hunk });
    }
    cut
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
