//! What editors hold of a file and have not saved, as their servers journaled it.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::document::Record;
use countersign_core::edit::{EditId, Lineage};

/// The edits that each process's editor shows and the disk does not, after all that was journaled of a file.
pub(super) fn unsaved(records: &[Record]) -> BTreeMap<u32, BTreeSet<EditId>> {
    let mut held: BTreeMap<u32, BTreeSet<EditId>> = BTreeMap::new();
    for record in records {
        match record {
            // Accepting changes nothing, and so there is nothing of it to save.
            Record::Edited(edit) if edit.place == Lineage::Editor && edit.acts.changes_text() => {
                held.entry(edit.id.process).or_default().insert(edit.id);
            }
            Record::Edited(_) => {}
            Record::Synced { lineage: Lineage::Editor, process, missing } => {
                held.entry(*process).or_default().retain(|id| !missing.contains(id));
            }
            Record::Synced { lineage: Lineage::Disk, missing, .. } => {
                held.values_mut().for_each(|edits| edits.retain(|id| missing.contains(id)));
            }
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use countersign_core::document::{Act, Document};
    use countersign_core::weave::Splice;
    use ropey::Rope;

    use super::*;

    /// A file that the editor of process 7 has open.
    fn open() -> (Document, Vec<Record>) {
        let mut document = Document::new(Rope::from_str("one\n"), 7);
        let records = document.opened(Rope::from_str("one\n"), &Act::user(0));
        (document, records)
    }

    fn type_in(document: &mut Document, records: &mut Vec<Record>, text: &str) {
        records.extend(document.typed(&[Splice::new(0..0, text)], &Act::user(0)));
        records.extend(document.flush());
    }

    fn holds(records: &[Record]) -> bool {
        unsaved(records).get(&7).is_some_and(|edits| !edits.is_empty())
    }

    #[test]
    fn what_was_typed_is_held_until_it_is_saved() {
        let (mut document, mut records) = open();
        assert!(!holds(&records));
        type_in(&mut document, &mut records, "mine ");
        assert!(holds(&records));
        records.extend(document.saved());
        assert!(!holds(&records));
    }

    #[test]
    fn what_was_typed_is_held_until_it_is_thrown_away() {
        let (mut document, mut records) = open();
        type_in(&mut document, &mut records, "mine ");
        records.extend(document.closed());
        assert!(!holds(&records));
    }

    #[test]
    fn typing_that_was_taken_back_holds_nothing() {
        let (mut document, mut records) = open();
        type_in(&mut document, &mut records, "mine ");
        records.extend(document.typed(&[Splice::new(0..5, "")], &Act::user(0)));
        records.extend(document.flush());
        assert!(!holds(&records), "{records:#?}");
    }

    #[test]
    fn what_is_accepted_is_not_unsaved() {
        let (mut document, mut records) = open();
        records.extend(document.observe(Lineage::Disk, Rope::from_str("one\ntwo\n"), &Act::external(0)));
        records.extend(document.reloaded());
        let hunks = countersign_core::hunk::hunks(&document, Lineage::Editor, &|_| true);
        assert_eq!(hunks.len(), 1);
        records.extend(document.accept(Lineage::Editor, &hunks[0].deeds, &Act::user(0)));
        assert!(!holds(&records));
    }
}
