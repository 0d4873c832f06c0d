//! How one lineage comes to show what the other does: saves, reloads, loads, and the end of a buffer.

use super::{Act, Document, Record};
use crate::author::Author;
use crate::edit::{Deed, EditId, Lineage};
use crate::weave::{EditIx, View};
use ropey::Rope;

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
        let may_be_its = |ix: &EditIx| is_nobodys(ix) || self.weave.entry(*ix).evidence.is_a_guess();
        // An earlier text that came back, as what an agent wrote goes, was nobody's doing: it wrote nothing.
        let came_back =
            |ix: &EditIx| self.weave.entry(*ix).author == Author::Nobody && self.weave.len_of_edit(*ix) == 0;
        // What stood on disk already when it was typed is typed all the same.
        if only_on_disk.iter().all(|ix| may_be_its(ix) || came_back(ix)) && !self.is_dirty() {
            return self.saved();
        }
        let saved = |ix: &EditIx| self.weave.rope(&View::at(*ix + 1, None, &disks)) == self.texts[0];
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

    /// Where an editor opens a file with a text that the disk had before, it was heard of late, or has not loaded what came since: nobody took
    /// that back. Whether it is so.
    pub(super) fn falls_behind(&mut self, text: &Rope, records: &mut Vec<Record>) -> bool {
        if self.texts.contains(text) {
            return false;
        }
        let state = self.known.state(&self.weave, Lineage::Disk, text);
        let Some(state) = state.filter(|state| state.lineage == Lineage::Disk && state.tail.is_none()) else {
            return false;
        };
        let came = |ix: &EditIx| self.weave.edit(*ix).acts.changes_text();
        let since = self.weave.entries().map(|(ix, _)| ix).filter(|ix| *ix >= state.upto).filter(came);
        let since: Vec<EditIx> = since.collect();
        // An editor that had that already was brought back to the text by its user.
        let first = since.iter().find(|ix| !self.weave.missing(Lineage::Disk).contains(ix));
        let own = self.known.state(&self.weave, Lineage::Editor, text).filter(|own| own.lineage == Lineage::Editor);
        if own.is_some_and(|own| first.is_some_and(|first| own.upto > *first)) {
            return false;
        }
        let before = state.missing.iter().copied().filter(|ix| *ix < state.upto);
        let missing: Vec<EditIx> = before.chain(since).collect();
        if self.weave.rope(&View::at(EditIx::MAX, None, &missing)) != *text {
            return false;
        }
        self.sync(Lineage::Editor, missing, records);
        self.texts[0] = text.clone();
        self.remember(Lineage::Editor);
        true
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Evidence;
    use crate::weave::Splice;

    /// The authors of the edits of a file to which an agent added a line before an editor was heard to open it with a text.
    fn authors(opened: &str) -> (Vec<Author>, Document) {
        let mut document = Document::new(Rope::from_str("one\n"), 1);
        let agent = Act::agent(Author::agent("claude", "s1"), Evidence::Content, 1);
        document.observe(Lineage::Disk, Rope::from_str("one\nagent\n"), &agent);
        document.opened(Rope::from_str(opened), &Act::user(2));
        (document.weave().entries().map(|(_, entry)| entry.author.clone()).skip(1).collect(), document)
    }

    #[test]
    fn an_editor_that_opens_a_file_with_an_earlier_text_of_the_disk_takes_nothing_back() {
        let agent = Author::agent("claude", "s1");
        let (edits, mut document) = authors("one\n");
        assert_eq!((edits, document.is_dirty()), (vec![agent.clone()], true));
        // What is typed there stays the user's beside what the buffer has not loaded.
        document.typed(&[Splice::new(4..4, "mine\n")], &Act::user(3));
        document.reloaded();
        assert_eq!(document.text(Lineage::Editor), "one\nagent\n");
        let (edits, _) = authors("one\nagent\nmine\n");
        assert_eq!(edits, [agent.clone(), Author::User]);
        // Neovim closes and opens a file in the middle of an undo.
        let (_, mut document) = authors("one\nagent\n");
        document.typed(&[Splice::new(4..10, "")], &Act::user(3));
        document.closed();
        document.opened(Rope::from_str("one\n"), &Act::user(4));
        let authors: Vec<&Author> = document.weave().entries().map(|(_, entry)| &entry.author).skip(1).collect();
        assert!(
            authors.contains(&&Author::User) && document.weave().missing(Lineage::Editor).is_empty(),
            "{authors:?}"
        );
    }
}
