//! Where the text of an edit was put again, by where in it that starts: a text that is moved in thousands of pieces is asked for each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::EditIx;

/// A stretch of an edit's text, and of the edit by which it was put elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) home: EditIx,
    pub(super) at: u32,
    pub(super) exact: bool,
}

/// All stretches of one edit's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    /// In the order in which they were noted.
    all: Vec<Link>,
    starts: BTreeMap<u32, Vec<usize>>,
    longest: u32,
}

impl Links {
    pub(super) fn push(&mut self, link: Link) {
        self.starts.entry(link.start).or_default().push(self.all.len());
        self.longest = self.longest.max(link.len);
        self.all.push(link);
    }

    /// Those that have some of these bytes, in the order in which they were noted.
    pub(super) fn meeting(&self, bytes: Range<u32>) -> impl Iterator<Item = Link> + '_ {
        let near = self.starts.range(bytes.start.saturating_sub(self.longest)..bytes.end).flat_map(|(_, links)| links);
        let mut met: Vec<usize> = near.copied().filter(|link| bytes.start < self.end(*link)).collect();
        met.sort_unstable();
        met.into_iter().map(|link| self.all[link])
    }

    fn end(&self, link: usize) -> u32 {
        self.all[link].start + self.all[link].len
    }
}

#[cfg(test)]
mod tests {
    use super::{Link, Links};

    #[test]
    fn those_that_meet_some_bytes_come_as_they_were_noted() {
        let mut links = Links::default();
        for (home, (start, len)) in [(10, 5), (0, 40), (12, 1), (15, 5), (5, 5)].into_iter().enumerate() {
            links.push(Link { start, len, home: home as u32, at: 0, exact: true });
        }
        let homes = |bytes| links.meeting(bytes).map(|link| link.home).collect::<Vec<_>>();
        assert_eq!(homes(12..15), [0, 1, 2]);
        assert_eq!(homes(15..16), [1, 3]);
        assert_eq!(homes(39..60), [1]);
        assert_eq!(homes(40..60), [] as [u32; 0]);
        assert_eq!(homes(0..6), [1, 4]);
    }
}
