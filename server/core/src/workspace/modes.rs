//! Who may do what with a file: each change is an edit with an author, and goes back to what it was before an author's last changes.

use super::{File, Sight, Workspace};
use crate::author::Author;
use crate::document::Act;
use crate::event::{Fact, Mode, What};

/// A change of who may do what with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moded {
    /// The change.
    pub mode: Mode,
    /// Whether a person decided that it stands.
    pub is_settled: bool,
}

impl Workspace {
    /// What it means that a file was seen to have a mode.
    pub(super) fn see_mode(&self, file: &mut File, path: &str, sight: &Sight) -> Option<Fact> {
        let is = sight.mode.filter(|mode| file.present && file.mode != Some(*mode))?;
        let act = match file.mode {
            // Who made the file made it so.
            None => Act::nobody(sight.at),
            Some(_) if sight.saved => Act::user(sight.at),
            Some(_) => sight.judge(self.announced.whose(path, false, sight.changed, sight.at, &|_| None)),
        };
        let mode = Mode { was: file.mode, is, author: act.author, evidence: act.evidence };
        file.take_mode(&mode);
        Some(Fact::of(path, sight.at, What::Mode(mode)))
    }
}

impl File {
    /// Several processes may have seen the same change: it is one.
    pub(super) fn take_mode(&mut self, mode: &Mode) {
        if self.mode == Some(mode.is) {
            return;
        }
        self.mode = Some(mode.is);
        // What agents changed and what is as it was before was never changed.
        let pending = |step: &&Moded| !step.is_settled && step.mode.author.is_agent();
        let back = self.modes.iter().rev().take_while(pending).position(|step| step.mode.was == Some(mode.is));
        match back {
            Some(at) => self.modes.truncate(self.modes.len() - 1 - at),
            None => self.modes.push(Moded { mode: mode.clone(), is_settled: false }),
        }
    }

    /// The changes of it by agents that await review.
    pub fn pending_modes(&self) -> impl Iterator<Item = &Mode> {
        let steps = self.modes.iter().filter(|step| self.present && !step.is_settled && step.mode.was.is_some());
        steps.map(|step| &step.mode).filter(|mode| mode.author.is_agent())
    }

    /// The mode that the file had before these authors' last changes of it, where they were the last to change it and it awaits review.
    #[must_use]
    pub fn mode_without(&self, whose: &dyn Fn(&Author) -> bool) -> Option<u32> {
        let theirs = self.modes.iter().rev().take_while(|step| !step.is_settled && whose(&step.mode.author));
        let was = theirs.last()?.mode.was;
        was.filter(|was| self.present && Some(*was) != self.mode)
    }
}
