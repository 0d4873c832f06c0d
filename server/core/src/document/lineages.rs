//! How one lineage comes to show what the other does: saves, reloads, loads, and the end of a buffer.

use super::{Act, Document, Record};
use crate::author::Author;
use crate::edit::{Deed, EditId, Lineage};
use crate::weave::{EditIx, View};

impl Document {
    /// The editor has written its text to the disk.
    pub fn saved(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.follow(Lineage::Disk, &mut records);
        records
    }

    /// The editor has written its text to the disk. Where another process was first to see it there, and took it for nobody's doing,
    /// it is the editor's all the same, even if someone else has written since.
    pub fn own_save(&mut self, act: &Act) -> Vec<Record> {
        if !self.open {
            return Vec::new();
        }
        let (editors, disks) = (self.weave.missing(Lineage::Editor), self.weave.missing(Lineage::Disk).to_vec());
        let only_on_disk: Vec<EditIx> = editors.iter().filter(|ix| !disks.contains(ix)).copied().collect();
        let is_nobodys = |ix: &EditIx| self.weave.entry(*ix).author == Author::External;
        let is_guessed = |ix: &EditIx| self.weave.entry(*ix).evidence.is_a_guess();
        // An earlier text that came back, as what an agent wrote goes, was nobody's doing: it wrote nothing.
        let came_back =
            |ix: &EditIx| self.weave.entry(*ix).author == Author::Nobody && self.weave.len_of_edit(*ix) == 0;
        // What stood on disk already when it was typed is typed all the same.
        if only_on_disk.iter().all(|ix| is_nobodys(ix) || is_guessed(ix) || came_back(ix)) && !self.is_dirty() {
            return self.saved();
        }
        let saved = |ix: &EditIx| self.weave.rope(&View::at(*ix + 1, None, &disks)) == self.texts[0];
        let may_be_its = |ix: &EditIx| is_nobodys(ix) || is_guessed(ix);
        let Some(last) = only_on_disk.iter().copied().filter(may_be_its).rfind(saved) else { return Vec::new() };
        // Of what an agent may have done the one that made the disk what was saved, and none before it.
        let is_its = |ix: &EditIx| *ix == last || *ix < last && is_nobodys(ix);
        let its: Vec<EditIx> = only_on_disk.iter().copied().filter(is_its).collect();
        self.claim_unclaimed(&its, act)
    }

    /// Says that edits which were held to be nobody's are this author's.
    pub fn own(&mut self, edits: &[EditId], act: &Act) -> Vec<Record> {
        let edits: Vec<EditIx> = edits.iter().filter_map(|id| self.weave.ix(*id)).collect();
        self.claim_unclaimed(&edits, act)
    }

    /// What is claimed already was someone's.
    fn claim_unclaimed(&mut self, edits: &[EditIx], act: &Act) -> Vec<Record> {
        let deeds = edits.iter().flat_map(|ix| self.weave.deeds_of(*ix)).filter(|deed| !self.is_claimed(deed));
        let deeds: Vec<Deed> = deeds.collect();
        if deeds.is_empty() { Vec::new() } else { self.claim(deeds, act) }
    }

    fn is_claimed(&self, deed: &Deed) -> bool {
        let by = self.weave.ix(deed.by);
        by.is_some_and(|by| self.weave.fragments_of(deed.to).into_iter().any(|f| self.weave.owner(by, f) != by))
    }

    /// The editor shows what the disk has; what it had not saved stays restorable.
    pub fn reloaded(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.follow(Lineage::Editor, &mut records);
        records
    }

    /// Brings into the editor's text what only the disk has, its own unsaved changes kept.
    pub fn load(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        let disk = View::of(&self.weave, Lineage::Disk);
        let missing = self.weave.missing(Lineage::Editor).iter().copied().filter(|ix| !disk.has(*ix)).collect();
        self.sync(Lineage::Editor, missing, &mut records);
        self.refresh_texts();
        records
    }

    /// The editor closes the file: its lineage follows the disk's from now on, what it had not saved stays restorable.
    pub fn closed(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.follow(Lineage::Editor, &mut records);
        self.end_run(&mut records);
        self.open = false;
        records
    }

    /// Makes a lineage show what the other shows.
    pub(super) fn follow(&mut self, lineage: Lineage, records: &mut Vec<Record>) {
        let missing = self.weave.missing(lineage.other()).to_vec();
        self.sync(lineage, missing, records);
        self.texts[lineage.ix()] = self.texts[lineage.other().ix()].clone();
        self.remember(lineage);
    }

    pub(super) fn sync(&mut self, lineage: Lineage, missing: Vec<EditIx>, records: &mut Vec<Record>) {
        if self.weave.missing(lineage) == missing.as_slice() {
            return;
        }
        self.end_run(records);
        self.weave.set_missing(lineage, missing);
        let missing = self.weave.missing(lineage).iter().map(|ix| self.weave.entry(*ix).id).collect();
        records.push(Record::Synced { lineage, process: self.process, missing });
    }
}
