//! A document beside the oracle: the same history happens to both, each change as `diff::settle` makes it.

use std::collections::BTreeMap;

use countersign_core::author::Author;
use countersign_core::diff::settle;
use countersign_core::document::{Act as Deed, Document, Record};
use countersign_core::edit::{Acts, Edit, EditId, Evidence, Lineage, Switch};
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::weave::Splice;
use proptest::test_runner::Config;
use ropey::Rope;

use super::history::{Act, History};
use super::oracle::enter::Change;
use super::oracle::{self, AuthorNo, CLAUDE, CODEX, EXTERNAL, EditNo, NAMES, Oracle, USER};

/// How many cases a property has: 10,000, or as many as `PROPTEST_CASES` says.
pub(crate) fn cases() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(10_000), failure_persistence: None, ..Config::default() }
}

pub(crate) struct Pair {
    pub(crate) document: Document,
    pub(crate) oracle: Oracle,
    /// All that the document gave out to be journaled.
    pub(crate) records: Vec<Record>,
    ids: BTreeMap<EditNo, EditId>,
}

pub(crate) fn author(no: AuthorNo) -> Author {
    match no {
        USER => Author::User,
        CLAUDE => Author::agent("claude", "s1"),
        CODEX => Author::agent("codex", "s2"),
        EXTERNAL => Author::External,
        _ => Author::Nobody,
    }
}

pub(crate) fn deed_of(no: AuthorNo) -> Deed {
    let evidence = if no == USER { Evidence::Buffer } else { Evidence::Content };
    Deed { author: author(no), evidence, at: 0, call: None }
}

pub(crate) fn lineage(of: oracle::Lineage) -> Lineage {
    match of {
        oracle::Lineage::Editor => Lineage::Editor,
        oracle::Lineage::Disk => Lineage::Disk,
    }
}

impl Pair {
    pub(crate) fn new(base: &str) -> Self {
        let mut document = Document::new(Rope::from_str(base), 1);
        let records = document.opened(Rope::from_str(base), &Deed::user(0));
        Self { document, oracle: Oracle::new(base), records, ids: BTreeMap::new() }
    }

    /// After a whole history.
    pub(crate) fn played(history: &History) -> Self {
        let mut pair = Self::new(&history.base);
        for step in &history.steps {
            for act in step.acts(&pair.oracle) {
                pair.act(&act);
            }
        }
        pair
    }

    pub(crate) fn act(&mut self, act: &Act) {
        match act {
            Act::Splice { lineage, author, at, delete, insert } => {
                self.splice(*lineage, *author, *at, *delete, insert);
            }
            Act::Save => {
                self.oracle.save();
                self.records.extend(self.document.saved());
            }
            Act::Reload => {
                self.oracle.reload();
                self.records.extend(self.document.reloaded());
            }
            Act::LoadBoth => {
                self.oracle.load_both();
                self.records.extend(self.document.load());
                self.records.extend(self.document.saved());
            }
            Act::Revert { lineage, edits } => self.switch_off(*lineage, edits),
            Act::UndoRevert { lineage } => self.switch_on(*lineage),
        }
    }

    fn splice(&mut self, of: oracle::Lineage, who: AuthorNo, at: usize, delete: usize, insert: &str) {
        let text = self.document.text(lineage(of)).clone();
        let at = at.min(text.len_chars());
        let end = at.saturating_add(delete).min(text.len_chars());
        let splice = Splice::new(text.char_to_byte(at)..text.char_to_byte(end), insert);
        let change = |splice: &Splice| {
            let (start, end) = (text.byte_to_char(splice.range.start), text.byte_to_char(splice.range.end));
            Change { at: start, delete: end - start, insert: splice.text.clone() }
        };
        let settled: Vec<Change> = settle(&text, &splice).iter().map(change).collect();
        let edit = self.oracle.enter(of, who, &settled);
        let before = self.document.weave().entries().len();
        self.records.extend(self.document.written(lineage(of), &splice, &deed_of(who)));
        let (last, entry) = self.document.weave().entries().last().expect("there is always edit 0");
        assert_eq!(edit.is_some(), last as usize == before, "an edit is made where something changes");
        self.ids.extend(edit.map(|edit| (edit, entry.id)));
    }

    /// Switches off all that these edits did, adopted or not.
    fn switch_off(&mut self, of: oracle::Lineage, edits: &[EditNo]) {
        let Some(revert) = self.oracle.revert(of, edits) else { return };
        let weave = self.document.weave();
        let deeds: Vec<_> =
            edits.iter().flat_map(|edit| weave.deeds_of(weave.ix(self.ids[edit]).expect("it was entered"))).collect();
        let request = Request { whose: &|_| true, only: Some(&deeds), accepted_too: true, mine_too: false };
        let acts = plan(&self.document, lineage(of), &request).edit(&Deed::user(0)).acts;
        let kept = acts.kept.iter().map(|kept| Switch { deed: kept.deed, on: false });
        self.switch(of, revert, acts.switches.iter().copied().chain(kept).collect());
    }

    fn switch_on(&mut self, of: oracle::Lineage) {
        let Some(undo) = self.oracle.undo_last_revert(of) else { return };
        let weave = self.document.weave();
        let revert = self.oracle.undone_by(undo).expect("it takes back a revert");
        let revert = weave.edit(weave.ix(self.ids[&revert]).expect("it was entered"));
        self.switch(of, undo, revert.acts.switches.iter().map(|switch| Switch { on: true, ..*switch }).collect());
    }

    fn switch(&mut self, of: oracle::Lineage, edit: EditNo, switches: Vec<Switch>) {
        self.records.extend(self.document.flush());
        let id = self.document.next_id();
        let acts = Acts { switches, ..Acts::default() };
        let (place, evidence) = (lineage(of), Evidence::Buffer);
        let entry = Edit { id, author: Author::User, place, evidence, at: 0, call: None, acts };
        let record = Record::Edited(Box::new(entry));
        self.document.fold(&record).expect("what it names is known");
        self.records.push(record);
        self.ids.insert(edit, id);
    }

    pub(crate) fn text(&self, of: oracle::Lineage) -> String {
        self.document.text(lineage(of)).to_string()
    }

    pub(crate) fn plan(&self, of: oracle::Lineage, authors: &[AuthorNo]) -> Plan {
        plan_of(&self.document, of, authors, false)
    }

    /// Both models, for a failure's message.
    pub(crate) fn told(&self) -> String {
        format!("the weave:\n{}the oracle:\n{:?}", self.document.weave().describe(), self.oracle)
    }
}

/// A revert of authors, planned.
pub(crate) fn plan_of(document: &Document, of: oracle::Lineage, authors: &[AuthorNo], mine_too: bool) -> Plan {
    let authors: Vec<Author> = authors.iter().map(|no| author(*no)).collect();
    let whose = |author: &Author| authors.contains(author);
    plan(document, lineage(of), &Request { whose: &whose, only: None, accepted_too: false, mine_too })
}

/// Who wrote each character of a lineage's text, by the name that people read.
pub(crate) fn authors(document: &Document, of: Lineage) -> Vec<String> {
    let (weave, text) = (document.weave(), document.text(of));
    let mut at = 0;
    let mut authors = Vec::with_capacity(text.len_chars());
    for (len, by) in weave.blame(of, 0..text.len_bytes()) {
        let name = match &weave.entry(by).author {
            Author::Nobody => NAMES[0].to_owned(),
            author => author.to_string(),
        };
        let chars = text.byte_to_char(at + len) - text.byte_to_char(at);
        authors.extend(std::iter::repeat_n(name, chars));
        at += len;
    }
    authors
}
