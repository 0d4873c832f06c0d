//! Texts that are known before they come: earlier states of the file, and the targets of plans that were handed out.

use crate::edit::{Edit, Lineage};
use crate::weave::{EditIx, Fingerprint, View, Weave};
use ropey::Rope;
use std::collections::VecDeque;

/// Earlier states that are kept.
const STATES: usize = 1000;
/// Plans that may still be carried out.
const TARGETS: usize = 16;

#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    states: VecDeque<State>,
    targets: VecDeque<Target>,
    /// What the editor's text becomes by taking in what only the disk has, as was last said.
    load: Option<(Rope, Fingerprint)>,
}

/// A text that the file had: all edits before `upto` but `missing`, and of the run of typing that was open so much.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) lineage: Lineage,
    pub(super) print: Fingerprint,
    pub(super) upto: EditIx,
    pub(super) tail: Option<(EditIx, u32)>,
    pub(super) missing: Vec<EditIx>,
}

#[derive(Clone, Debug)]
struct Target {
    lineage: Lineage,
    text: Rope,
    print: Fingerprint,
    edit: Edit,
}

impl State {
    pub(super) fn view(&self) -> View<'_> {
        View::at(self.upto, self.tail, &self.missing)
    }
}

impl Known {
    pub(super) fn remember(&mut self, state: State) {
        if self.states.len() == STATES {
            self.states.pop_front();
        }
        self.states.push_back(state);
    }

    pub(super) fn expect(&mut self, lineage: Lineage, text: &Rope, edit: Edit) {
        if self.targets.len() == TARGETS {
            self.targets.pop_front();
        }
        let print = Fingerprint::of_chunks(text.chunks());
        self.targets.push_back(Target { lineage, text: text.clone(), print, edit });
    }

    pub(super) fn expect_load(&mut self, text: &Rope) {
        self.load = Some((text.clone(), Fingerprint::of_chunks(text.chunks())));
    }

    /// Whether a text is what the editor's was to become by such a load.
    pub(super) fn is_load(&self, text: &Rope) -> bool {
        self.load.as_ref().is_some_and(|(load, _)| load == text)
    }

    /// Whether a text with this fingerprint may be known; `disk` is that of the other lineage.
    pub(super) fn is_known(&self, print: Fingerprint, disk: Fingerprint) -> bool {
        print == disk
            || self.load.as_ref().is_some_and(|(_, load)| *load == print)
            || self.states.iter().any(|state| state.print == print)
            || self.targets.iter().any(|target| target.print == print)
    }

    /// The edit of the newest plan whose target this text is.
    pub(super) fn target(&self, lineage: Lineage, text: &Rope) -> Option<Edit> {
        let target = self.targets.iter().rev().find(|target| target.lineage == lineage && target.text == *text)?;
        Some(target.edit.clone())
    }

    /// Earlier states of the file on disk, no two with one text: the first, then the newest first.
    pub(super) fn distinct(&self) -> impl Iterator<Item = &State> {
        let mut seen = Vec::new();
        let on_disk = || self.states.iter().filter(|state| state.lineage == Lineage::Disk);
        on_disk().take(1).chain(on_disk().rev()).filter(move |state| {
            let new = !seen.contains(&state.print);
            if new {
                seen.push(state.print);
            }
            new
        })
    }

    /// What the disk held last that has not this fingerprint, which is the disk's now.
    pub(super) fn before(&self, now: Fingerprint) -> Option<&State> {
        self.states.iter().rev().filter(|state| state.lineage == Lineage::Disk).find(|state| state.print != now)
    }

    /// The newest earlier state with this text, of this lineage if there is one.
    pub(super) fn state(&self, weave: &Weave, lineage: Lineage, text: &Rope) -> Option<State> {
        let print = Fingerprint::of_chunks(text.chunks());
        let same = || self.states.iter().rev().filter(|state| state.print == print);
        let state = same().find(|state| state.lineage == lineage).or_else(|| same().next())?;
        (weave.rope(&state.view()) == *text).then(|| state.clone())
    }
}
