//! A text that is seen: first asked whether it is known (the other lineage, a load, the target of a revert, an earlier state), then
//! whether it is what was there in another form; only what is left is someone's change.

use super::known::State;
use super::{Act, Document, Record};
use crate::author::Author;
use crate::diff::{self, cost};
use crate::edit::{Acts, Evidence, Lineage, Switch};
use crate::neutral;
use crate::weave::{EditIx, Splice, View};
use ropey::Rope;
use std::collections::BTreeMap;

/// So many earlier states are compared with a text that git brought.
const NEAREST: usize = 8;

impl Document {
    /// A lineage has been seen to have this text: a file read from disk, a whole text from an editor.
    pub fn observe(&mut self, lineage: Lineage, text: Rope, act: &Act) -> Vec<Record> {
        let mut records = Vec::new();
        if text == self.texts[lineage.ix()] || self.recognise(lineage, &text, act, &mut records) {
            return records;
        }
        let new = text.to_string();
        if lineage == Lineage::Disk
            && let Some(whole) = self.cut_short(&new, act.at)
        {
            self.go_back(lineage, &whole.view(), &Act::nobody(act.at), &mut records);
        }
        if self.is_form(lineage, &text, act, &mut records) || self.is_formatted(lineage, &text, act, &mut records) {
            return records;
        }
        if let Some(splices) = self.laid_out_anew(lineage, &new) {
            self.fold_new(lineage, &splices, text, act, &mut records);
            return records;
        }
        let mut splices = self.changed(lineage, &new);
        let via = self.changed(lineage.other(), &new);
        if cost(&via) < cost(&splices) {
            self.follow(lineage, &mut records);
            splices = via;
        }
        if act.author == Author::Nobody
            && let Some((state, via)) = self.nearest(&new).filter(|(_, via)| cost(via) <= cost(&splices))
        {
            self.go_back(lineage, &state.view(), act, &mut records);
            splices = via;
        }
        self.fold_splices(lineage, &splices, text, act, &mut records);
        records
    }

    /// What a text changed: by lines, and in a notebook by cells.
    fn changed(&self, lineage: Lineage, new: &str) -> Vec<Splice> {
        let old = self.texts[lineage.ix()].to_string();
        let by_cells = if self.is_notebook { neutral::cells::splices(&old, new) } else { None };
        by_cells.unwrap_or_else(|| diff::splices(&old, new))
    }

    /// What a text changed where lines, or a notebook's tokens, only end otherwise, and what else is new in it.
    fn laid_out_anew(&self, lineage: Lineage, new: &str) -> Option<Vec<Splice>> {
        let old = self.texts[lineage.ix()].to_string();
        let notebook = if self.is_notebook { neutral::notebook::splices(&old, new) } else { None };
        notebook.or_else(|| neutral::ends(&old, new))
    }

    /// The earlier state that a text which git brought is least away from, and what it is away from it: git's versions go back to
    /// one that was here, more often than on from what is.
    fn nearest(&self, text: &str) -> Option<(State, Vec<Splice>)> {
        let away = |state: &State| diff::splices(&self.weave.text(&state.view()), text);
        let all = self.known.distinct().take(NEAREST).map(|state| (state.clone(), away(state)));
        all.min_by_key(|(_, splices)| cost(splices))
    }

    /// Takes a text for what it is known to be. Whether it is known.
    pub(super) fn recognise(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
        if *text == self.texts[lineage.other().ix()] {
            if lineage == Lineage::Editor && act.author.is_agent() {
                // An agent that writes in the editor's own text did this, where a person's text would have been reloaded.
                let missing = self.weave.missing(Lineage::Disk).to_vec();
                self.go_back(lineage, &View::at(EditIx::MAX, None, &missing), act, records);
            } else {
                self.follow(lineage, records);
            }
            return true;
        }
        if lineage == Lineage::Editor && self.known.is_load(text) {
            let mut trial = self.clone();
            let done = trial.load();
            if trial.texts[0] == *text {
                *self = trial;
                records.extend(done);
                return true;
            }
        }
        if let Some(edit) = self.known.target(lineage, text) {
            let mut trial = self.clone();
            let done = trial.commit(lineage, edit);
            if trial.texts[lineage.ix()] == *text {
                *self = trial;
                records.extend(done);
                return true;
            }
        }
        let Some(state) = self.known.state(&self.weave, lineage, text) else { return false };
        // To take back what was nobody's doing is nobody's doing, and a person undoes where others format.
        let formats = act.author != Author::User || self.weave.is_form_since(lineage, state.upto);
        if formats && (self.is_form(lineage, text, act, records) || self.is_formatted(lineage, text, act, records)) {
            return true;
        }
        // What brought an earlier text back without a word, as git does, wrote nothing: its authors are who they were.
        let act = if act.author == Author::External { &Act::nobody(act.at) } else { act };
        self.go_back(lineage, &state.view(), act, records);
        true
    }

    /// Whether a known text was typed anew, not brought back: then it is its typist's. So it is where going back would kill text that
    /// a person wrote and that the splice does not delete, and where a mere blank would undo what someone else deleted; not where it
    /// makes the text the disk's, as a reload does.
    pub(super) fn is_typed_anew(&self, splice: &Splice, text: &Rope, act: &Act) -> bool {
        if splice.text.is_empty() {
            return false;
        }
        let missing = self.weave.missing(Lineage::Disk);
        let state = self.known.state(&self.weave, Lineage::Editor, text);
        let is_disks = *text == self.texts[1];
        let view = match &state {
            _ if is_disks => View::at(EditIx::MAX, None, missing),
            Some(state) => state.view(),
            None => return false,
        };
        let others = || {
            let switches = self.weave.back_to(Lineage::Editor, &view).switches;
            let author = |switch: &Switch| self.weave.ix(switch.deed.by).map(|ix| &self.weave.entry(ix).author);
            switches.iter().any(|switch| author(switch) != Some(&act.author))
        };
        self.weave.would_kill_outside(Lineage::Editor, &view, &splice.range)
            || !is_disks && splice.text.trim().is_empty() && others()
    }

    /// Takes a text that differs from what was there in nothing but form as a neutral edit. Whether it does.
    pub(super) fn is_form(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
        let before = self.texts[lineage.ix()].to_string();
        let Some(splices) = neutral::splices(&before, &text.to_string()) else { return false };
        self.fold_new(lineage, &splices, text.clone(), act, records);
        true
    }

    /// Takes a text in which tokens only stand otherwise for what a formatter does, and what else is new in it for the author's. Whether
    /// something is formatted. What an agent itself wrote is all its own, form too.
    pub(super) fn is_formatted(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
        let Some(language) = self.language else { return false };
        if act.author.is_agent() && act.evidence != Evidence::Window {
            return false;
        }
        let before = self.texts[lineage.ix()].to_string();
        let Some(splices) = neutral::formatting(language, &before, &text.to_string()) else { return false };
        self.fold_new(lineage, &splices, text.clone(), act, records);
        true
    }

    /// Whether as many of each letter and digit come as go by a change of the editor's text.
    pub(super) fn keeps_words(&self, splices: &[Splice]) -> bool {
        let mut balance: BTreeMap<char, isize> = BTreeMap::new();
        for Splice { range, text, .. } in splices {
            let gone = self.texts[0].byte_slice(range.clone());
            let signs = text.chars().map(|ch| (ch, 1)).chain(gone.chars().map(|ch| (ch, -1)));
            for (ch, by) in signs.filter(|(ch, _)| ch.is_alphanumeric()) {
                *balance.entry(ch).or_default() += by;
            }
        }
        balance.values().all(|by| *by == 0)
    }

    /// Makes a lineage's text that of a view, as an edit.
    fn go_back(&mut self, lineage: Lineage, view: &View<'_>, act: &Act, records: &mut Vec<Record>) {
        self.end_run(records);
        let missing: Vec<EditIx> = self.weave.missing(lineage).iter().copied().filter(|ix| !view.has(*ix)).collect();
        self.sync(lineage, missing, records);
        let acts = self.weave.back_to(lineage, view);
        // Where the lineage only lacks what the other has, nothing was done.
        if acts != Acts::default() {
            self.fold_acts(lineage, self.next_id(), acts, act, records);
        }
        self.refresh_texts();
    }
}
