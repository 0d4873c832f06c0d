//! Where a place of the text before is in the text after, and what of each text the agents touched.

use std::ops::Range;

/// What both texts share, in order, and what each has alone.
pub(crate) struct Carry {
    /// Shared runs: start before, start after, length.
    runs: Vec<(usize, usize, usize)>,
    added: Vec<Range<usize>>,
    removed: Vec<Range<usize>>,
}

/// What the agents touched in one text: what is theirs there, and where something of the other text is missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touch {
    pub(crate) spans: Vec<Range<usize>>,
    pub(crate) points: Vec<usize>,
}

impl Touch {
    /// Whether a range holds something of the agents', or something is missing inside it.
    pub(crate) fn reaches(&self, range: &Range<usize>) -> bool {
        let next = self.spans.partition_point(|span| span.end <= range.start);
        let point = self.points.partition_point(|&point| point <= range.start);
        self.spans.get(next).is_some_and(|span| span.start < range.end)
            || self.points.get(point).is_some_and(|&point| point < range.end)
    }

    /// Every touched place, merged and in order.
    pub(crate) fn places(&self) -> Vec<Range<usize>> {
        let points = self.points.iter().map(|&point| point..point);
        let mut places: Vec<_> = self.spans.iter().cloned().chain(points).collect();
        places.sort_by_key(|range| (range.start, range.end));
        places
    }
}

impl Carry {
    pub(crate) fn new(before: &str, after: &str, added: &[Range<usize>], removed: &[Range<usize>]) -> Carry {
        let (added, removed) = (tidy(added, after.len()), tidy(removed, before.len()));
        let runs = shared_runs(before.as_bytes(), after.as_bytes(), &added, &removed)
            .unwrap_or_else(|| ends_alike(before.as_bytes(), after.as_bytes()));
        Carry { runs, added, removed }
    }

    pub(crate) fn is_touched(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }

    pub(crate) fn added_touch(&self) -> Touch {
        let points = self.removed.iter().map(|range| self.forward(range.start)).collect();
        Touch { spans: self.added.clone(), points: in_order(points) }
    }

    pub(crate) fn removed_touch(&self) -> Touch {
        let points = self.added.iter().map(|range| self.back(range.start)).collect();
        Touch { spans: self.removed.clone(), points: in_order(points) }
    }

    /// Whether every byte of a range of the text before is still there, together.
    pub(crate) fn keeps(&self, range: &Range<usize>) -> bool {
        self.run_at(range.start).is_some_and(|(before, _, length)| range.end <= before + length)
    }

    /// A place of the text before, in the text after; where it is gone, what closed the gap.
    pub(crate) fn forward(&self, at: usize) -> usize {
        self.run_at(at).map_or(0, |(before, after, length)| after + (at - before).min(length))
    }

    pub(crate) fn forward_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.forward(range.start);
        start..self.forward(range.end).max(start)
    }

    fn back(&self, at: usize) -> usize {
        let next = self.runs.partition_point(|&(_, after, _)| after <= at);
        let run = next.checked_sub(1).map(|index| self.runs[index]);
        run.map_or(0, |(before, after, length)| before + (at - after).min(length))
    }

    fn run_at(&self, at: usize) -> Option<(usize, usize, usize)> {
        let next = self.runs.partition_point(|&(before, _, _)| before <= at);
        next.checked_sub(1).map(|index| self.runs[index])
    }
}

fn in_order(mut points: Vec<usize>) -> Vec<usize> {
    points.sort_unstable();
    points.dedup();
    points
}

/// Ranges in order, in bounds, merged, none empty.
fn tidy(ranges: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = ranges.iter().map(|range| range.start..range.end.min(length)).collect();
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// What is left of both texts without the agents' changes: it must be equal, else the ranges are not of these texts.
fn shared_runs(
    before: &[u8],
    after: &[u8],
    added: &[Range<usize>],
    removed: &[Range<usize>],
) -> Option<Vec<(usize, usize, usize)>> {
    let (mut runs, mut at, mut now) = (Vec::new(), 0, 0);
    let (mut added, mut removed) = (added.iter().peekable(), removed.iter().peekable());
    loop {
        if let Some(range) = removed.next_if(|range| range.start == at) {
            at = range.end;
        } else if let Some(range) = added.next_if(|range| range.start == now) {
            now = range.end;
        } else {
            let kept = removed.peek().map_or(before.len(), |range| range.start) - at;
            let still = added.peek().map_or(after.len(), |range| range.start) - now;
            let length = kept.min(still);
            if before[at..at + length] != after[now..now + length] {
                return None;
            }
            if length == 0 {
                return (at == before.len() && now == after.len()).then_some(runs);
            }
            runs.push((at, now, length));
            (at, now) = (at + length, now + length);
        }
    }
}

/// The shared start and end of two texts: the second best guess.
fn ends_alike(before: &[u8], after: &[u8]) -> Vec<(usize, usize, usize)> {
    let shorter = before.len().min(after.len());
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let tail = before.iter().rev().zip(after.iter().rev()).take(shorter - head).take_while(|(a, b)| a == b).count();
    vec![(0, 0, head), (before.len() - tail, after.len() - tail, tail)]
}

#[cfg(test)]
// Lists of ranges are what is tested, one of them backwards.
#[allow(clippy::single_range_in_vec_init, clippy::reversed_empty_ranges)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_carried_over_what_was_added_and_removed_in_front_of_it() {
        let carry = Carry::new("one two three", "1 two more three", &[0..1, 6..11], &[0..3]);
        assert_eq!(carry.forward_range(&(4..7)), 2..5);
        assert_eq!(carry.forward_range(&(8..13)), 11..16);
        assert_eq!(carry.forward(0), 0);
        assert!(carry.keeps(&(4..7)) && !carry.keeps(&(0..5)));
    }

    #[test]
    fn ranges_of_other_texts_fall_back_to_the_ends_that_are_alike() {
        let carry = Carry::new("a b c", "a x y c", &[90..95], &[1..2, 5..3]);
        assert_eq!(carry.forward_range(&(4..5)), 6..7);
    }
}
