//! The journal: folded in any order that respects causes, it gives one weave.

use std::collections::BTreeSet;

use countersign_core::document::{Document, Record};
use countersign_core::edit::{Edit, EditId};
use countersign_core::revert::undo;
use countersign_core::weave::Splice;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use ropey::Rope;

use crate::weave::history::{History, history, merging_history};
use crate::weave::oracle::Lineage::{Disk, Editor};
use crate::weave::oracle::{AuthorNo, CLAUDE, CODEX, USER};
use crate::weave::pair::{Pair, cases, deed_of, lineage, plan_of};

fn id_of(record: &Record) -> Option<EditId> {
    match record {
        Record::Edited(edit) => Some(edit.id),
        Record::Synced { .. } => None,
    }
}

/// The edits that a record names: what must be folded before it.
fn causes(record: &Record) -> BTreeSet<EditId> {
    let edit: &Edit = match record {
        Record::Edited(edit) => edit,
        Record::Synced { missing, .. } => return missing.iter().copied().collect(),
    };
    let acts = &edit.acts;
    let adopted = acts.adoptions.iter().flat_map(|adoption| adoption.births.iter().chain(&adoption.kills));
    let kept = acts.kept.iter().map(|kept| &kept.deed);
    let switched = acts.switches.iter().map(|switch| &switch.deed);
    let deeds = switched.chain(&acts.accepts).chain(&acts.claims).chain(kept).chain(adopted);
    let points = acts.inserts.iter().flat_map(|insert| [insert.after, insert.like]).flatten();
    deeds
        .flat_map(|deed| [deed.by, deed.to.edit])
        .chain(points.map(|point| point.edit))
        .chain(acts.inserts.iter().flat_map(|insert| &insert.from).map(|moved| moved.was.edit))
        .chain(acts.kills.iter().map(|span| span.edit))
        .chain(acts.kept.iter().map(|kept| kept.holder))
        .filter(|id| *id != edit.id && *id != EditId::FIRST)
        .collect()
}

/// The records in an order that respects causes; among those that may come next, `choices` choose.
pub(super) fn shuffled(records: &[Record], choices: &[Index]) -> Vec<Record> {
    let mut left: Vec<&Record> = records.iter().collect();
    let mut known = BTreeSet::new();
    let mut order = Vec::new();
    while !left.is_empty() {
        let ready: Vec<usize> = (0..left.len()).filter(|at| causes(left[*at]).is_subset(&known)).collect();
        let next = ready[choices[order.len() % choices.len()].index(ready.len())];
        let record = left.remove(next);
        known.extend(id_of(record));
        order.push(record.clone());
    }
    order
}

pub(super) fn folded(base: &str, records: &[Record]) -> Document {
    let mut document = Document::new(Rope::from_str(base), 9);
    for record in records {
        document.fold(record).expect("its causes were folded");
    }
    document
}

/// What two processes do, each at its time: type, save, take an agent out, read the other's records.
#[derive(Clone, Debug)]
enum Turn {
    Writes { process: usize, on_disk: bool, author: AuthorNo, at: Index, delete: usize, insert: &'static str },
    Saves { process: usize },
    Reverts { process: usize, author: AuthorNo },
    Reads { process: usize, up_to: Index },
}

fn turn() -> impl Strategy<Value = Turn> {
    let insert = prop::sample::select(vec!["", "a", "x\n", "foo", "\n", "b c\n", "é"]);
    let author = || prop::sample::select(vec![USER, USER, CLAUDE, CODEX]);
    prop_oneof![
        6 => (0..2_usize, any::<bool>(), author(), any::<Index>(), 0..5_usize, insert).prop_map(
            |(process, on_disk, author, at, delete, insert)| Turn::Writes { process, on_disk, author, at, delete, insert }
        ),
        1 => (0..2_usize).prop_map(|process| Turn::Saves { process }),
        1 => (0..2_usize, author()).prop_map(|(process, author)| Turn::Reverts { process, author }),
        3 => (0..2_usize, any::<Index>()).prop_map(|(process, up_to)| Turn::Reads { process, up_to }),
    ]
}

/// Two processes with one file open, and what each has journaled and read of the other's journal.
struct Two {
    documents: [Document; 2],
    journals: [Vec<Record>; 2],
    read: [usize; 2],
}

impl Two {
    fn new(base: &str) -> Self {
        let mut documents = [1, 2].map(|process| Document::new(Rope::from_str(base), process));
        let journals = documents.each_mut().map(|document| document.opened(Rope::from_str(base), &deed_of(USER)));
        Self { documents, journals, read: [0, 0] }
    }

    fn take(&mut self, turn: &Turn) {
        match turn {
            Turn::Writes { process, on_disk, author, at, delete, insert } => {
                let document = &mut self.documents[*process];
                let of = lineage(if *on_disk { Disk } else { Editor });
                let text = document.text(of);
                let at = at.index(text.len_chars() + 1);
                let end = (at + delete).min(text.len_chars());
                let splice = Splice::new(text.char_to_byte(at)..text.char_to_byte(end), *insert);
                let records = document.written(of, &splice, &deed_of(*author));
                self.journals[*process].extend(records);
            }
            Turn::Saves { process } => {
                let records = self.documents[*process].saved();
                self.journals[*process].extend(records);
            }
            Turn::Reverts { process, author } => {
                let plan = plan_of(&self.documents[*process], Editor, &[*author], false);
                let records = self.documents[*process].carry_out(&plan, &deed_of(USER));
                self.journals[*process].extend(records);
            }
            Turn::Reads { process, up_to } => {
                let other = 1 - process;
                let flushed = self.documents[other].flush();
                self.journals[other].extend(flushed);
                let (from, all) = (self.read[*process], self.journals[other].len());
                let end = from + up_to.index(all - from + 1);
                // An append to the shared journal is preceded by all that was appended before.
                let own = self.documents[*process].flush();
                self.journals[*process].extend(own);
                for record in &self.journals[other][from..end] {
                    if self.documents[*process].fold(record).is_err() {
                        return;
                    }
                    self.read[*process] += 1;
                }
            }
        }
    }

    /// Each reads all that the other has said, as far as it is known what it speaks of, until both know all.
    fn exchange(&mut self) {
        for (document, journal) in self.documents.iter_mut().zip(&mut self.journals) {
            journal.extend(document.flush());
        }
        let total: usize = self.journals.iter().map(Vec::len).sum();
        for process in [0, 1].into_iter().cycle().take(2 * total) {
            let (read, journal) = (&mut self.read[process], &self.journals[1 - process]);
            while journal.get(*read).is_some_and(|record| self.documents[process].fold(record).is_ok()) {
                *read += 1;
            }
        }
        assert_eq!(self.read, [self.journals[1].len(), self.journals[0].len()]);
    }
}

fn describe_all(history: &History) -> (Pair, Vec<Record>) {
    let mut pair = Pair::played(history);
    let plan = pair.plan(Editor, &[CLAUDE]);
    let reverted = pair.document.carry_out(&plan, &deed_of(USER));
    pair.records.extend(reverted);
    let last = pair.document.weave().entries().last().map(|(_, entry)| entry.id);
    if let Some(undo) = last.and_then(|revert| undo(&pair.document, lineage(Editor), revert)) {
        let undone = pair.document.carry_out(&undo, &deed_of(USER));
        pair.records.extend(undone);
    }
    let flushed = pair.document.flush();
    pair.records.extend(flushed);
    let records = pair.records.clone();
    (pair, records)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_journal_folds_to_one_weave_in_any_order_of_causes(
        history in merging_history(),
        choices in vec(any::<Index>(), 1..40),
    ) {
        let (pair, records) = describe_all(&history);
        let order = shuffled(&records, &choices);
        let document = folded(&history.base, &order);
        prop_assert_eq!(document.weave().describe(), pair.document.weave().describe(), "{:#?}", order);
    }

    #[test]
    fn folding_twice_changes_nothing(history in history(), again in vec(any::<Index>(), 1..10)) {
        let (pair, records) = describe_all(&history);
        let once = folded(&history.base, &records);
        let mut twice = once.clone();
        for record in again.iter().filter(|_| !records.is_empty()).map(|at| at.get(&records)) {
            if let Record::Edited(_) = record {
                twice.fold(record).expect("it was folded before");
            }
        }
        prop_assert_eq!(twice.weave().describe(), once.weave().describe());
        for of in [Editor, Disk].map(lineage) {
            prop_assert_eq!(twice.text(of), once.text(of), "{}", pair.told());
        }
    }

    #[test]
    fn the_journal_in_its_order_gives_the_disks_text(history in merging_history()) {
        let (pair, records) = describe_all(&history);
        let document = folded(&history.base, &records);
        prop_assert_eq!(document.text(lineage(Disk)), pair.document.text(lineage(Disk)), "{}", pair.told());
        // With the same process's name, what the editor showed is known too.
        let mut same = Document::new(Rope::from_str(&history.base), 1);
        same.opened(Rope::from_str(&history.base), &deed_of(USER));
        for record in &records {
            same.fold(record).expect("in order");
        }
        prop_assert_eq!(same.text(lineage(Editor)), pair.document.text(lineage(Editor)), "{}", pair.told());
    }

    #[test]
    fn a_broken_journal_breaks_nothing_else(history in history(), odd in vec(any::<(Index, u8, u32)>(), 1..12)) {
        let (pair, mut records) = describe_all(&history);
        let odd = if records.is_empty() { &[] } else { odd.as_slice() };
        for (which, what, number) in odd {
            let at = which.index(records.len());
            let Record::Edited(edit) = &mut records[at] else { continue };
            let small = number % 9;
            let (id, acts) = (edit.id, &mut edit.acts);
            match what % 7 {
                0 => acts.kills.iter_mut().for_each(|span| span.start = small),
                1 => acts.kills.iter_mut().for_each(|span| span.len = *number),
                2 => acts.inserts.iter_mut().flat_map(|insert| &mut insert.after).for_each(|point| point.offset = small),
                3 => acts.inserts.iter_mut().for_each(|insert| insert.text.clear()),
                4 => acts.switches.iter_mut().for_each(|switch| switch.deed.by = id),
                5 => acts.switches.iter_mut().for_each(|switch| switch.deed.to.start = *number),
                _ => acts.adoptions.iter_mut().flat_map(|a| &mut a.births).for_each(|deed| deed.to.start = small),
            }
        }
        let mut document = Document::new(Rope::from_str(&history.base), 9);
        for record in &records {
            // What names an edit that is not there is refused.
            document.fold(record).ok();
        }
        let plan = plan_of(&document, Disk, &[CLAUDE, CODEX], false);
        document.carry_out(&plan, &deed_of(USER));
        prop_assert_eq!(document.text(lineage(Disk)), &plan.target, "{}", pair.told());
    }

    #[test]
    fn two_processes_that_tell_each_other_all_come_to_one_weave(
        turns in vec(turn(), 0..24),
        choices in vec(any::<Index>(), 1..40),
    ) {
        let base = "a\nfoo bar\nb\n";
        let mut two = Two::new(base);
        for turn in &turns {
            two.take(turn);
        }
        two.exchange();
        let [one, other] = &two.documents;
        prop_assert_eq!(one.weave().describe(), other.weave().describe());
        let all = two.journals.concat();
        let third = folded(base, &shuffled(&all, &choices));
        prop_assert_eq!(third.weave().describe(), one.weave().describe());
    }
}
