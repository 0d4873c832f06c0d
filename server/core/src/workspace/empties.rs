//! Files with nothing in them: that one is made, or deleted, changes no text, and is an edit with an author all the same.

use super::{Content, File, Sight, Workspace};
use crate::author::Author;
use crate::document::Act;
use crate::edit::Lineage;
use crate::event::{Came, Fact, What};

impl Workspace {
    /// What it means that a file with nothing in it came or went.
    pub(super) fn see_empty(&self, file: &mut File, path: &str, content: &Content, sight: &Sight) -> Option<Fact> {
        let is = *content != Content::Absent;
        let was_empty = !file.is_whole && file.document.text(Lineage::Disk).len_bytes() == 0;
        let is_empty =
            matches!(content, Content::Absent) || matches!(content, Content::Text(text) if text.len_bytes() == 0);
        if file.present == is || !was_empty || !is_empty {
            return None;
        }
        let when = if is { sight.changed } else { sight.at };
        let Act { author, evidence, .. } = sight.judge(self.announced.whose(path, false, when, sight.at, &|_| None));
        let came = Came { is, author, evidence };
        file.take_empty(&came);
        Some(Fact::of(path, sight.at, What::Empty(came)))
    }
}

impl File {
    /// Agents that made and deleted one again did nothing.
    pub(super) fn take_empty(&mut self, came: &Came) {
        match self.empties.last() {
            Some(last) if last.is != came.is && last.author.is_agent() && came.author.is_agent() => {
                self.empties.pop();
            }
            _ => self.empties.push(came.clone()),
        }
    }

    /// That these authors made, or deleted, a file with nothing in it, where nothing was done to it since: whether it was there before.
    #[must_use]
    pub fn empty_without(&self, whose: &dyn Fn(&Author) -> bool) -> Option<bool> {
        self.pending_empty().filter(|came| whose(&came.author)).map(|came| !came.is)
    }

    /// That an agent made, or deleted, a file with nothing in it, where that awaits review.
    #[must_use]
    pub fn pending_empty(&self) -> Option<&Came> {
        let is_empty = !self.is_whole && self.document.text(Lineage::Disk).len_bytes() == 0;
        self.empties.last().filter(|last| is_empty && last.is == self.present && last.author.is_agent())
    }
}
