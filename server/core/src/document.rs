//! A file as the editor and the disk each have it: one weave, two lineages, and the texts that are known.
//!
//! Here it is opened, typed into, folded; what a text is that was not typed key by key is worked out in `seen`, how the two lineages
//! follow one another in `lineages`.

mod cut_short;
mod known;
mod lineages;
mod places;
mod seen;
mod twice;

use crate::author::Author;
use crate::diff;
use crate::edit::{Acts, Deed, Edit, EditId, Evidence, Insert, Lineage, Switch};
use crate::moves;
use crate::neutral::notebook;
use crate::syntax::Language;
use crate::weave::{EditIx, Missing, Splice, View, Weave};
use known::{Known, State};
use ropey::Rope;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug)]
pub struct Document {
    weave: Weave,
    /// What the editor shows and what the disk holds.
    texts: [Rope; 2],
    /// Whether an editor has the file; else its lineage follows the disk's.
    open: bool,
    process: u32,
    /// What its tokens are read by, where there is a grammar.
    language: Option<Language>,
    is_notebook: bool,
    known: Known,
    run: Option<Run>,
}

/// A run of typing, one edit, whose record is not given out yet.
#[derive(Clone, Copy, Debug)]
struct Run {
    edit: EditIx,
    /// Where it ends in the editor's text, in bytes.
    end: usize,
    /// Whether it may go on.
    open: bool,
}

/// Who made a change, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Whose it is.
    pub author: Author,
    /// Why it is held to be theirs.
    pub evidence: Evidence,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// The agent's tool call.
    pub call: Option<String>,
}

impl Act {
    /// Of the person at the editor.
    #[must_use]
    pub fn user(at: u64) -> Self {
        Self { author: Author::User, evidence: Evidence::Buffer, at, call: None }
    }

    /// Of nobody who said so.
    #[must_use]
    pub fn external(at: u64) -> Self {
        Self { author: Author::External, evidence: Evidence::None, at, call: None }
    }

    /// Of no one: what git moves about.
    #[must_use]
    pub fn nobody(at: u64) -> Self {
        Self { author: Author::Nobody, evidence: Evidence::None, at, call: None }
    }

    /// Of an agent.
    #[must_use]
    pub fn agent(author: Author, evidence: Evidence, at: u64) -> Self {
        Self { author, evidence, at, call: None }
    }
}

/// What is journaled of a file, in order: what another process needs to come to the same weave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// An edit was made.
    Edited(Box<Edit>),
    /// A lineage now shows all edits but these: a save, a reload.
    Synced {
        /// Which.
        lineage: Lineage,
        /// Whose editor, where the lineage is an editor's.
        process: u32,
        /// The edits that it does not show.
        missing: Vec<EditId>,
    },
}

impl Record {
    /// The lineage that is another by it.
    pub(crate) fn lineage(&self) -> Lineage {
        match self {
            Self::Edited(edit) => edit.place,
            Self::Synced { lineage, .. } => *lineage,
        }
    }
}

impl Document {
    /// A file at first sight; `process` names this process in the ids of the edits that are made here.
    #[must_use]
    pub fn new(first: Rope, process: u32) -> Self {
        let weave = Weave::new(first.clone());
        let (texts, known) = ([first.clone(), first], Known::default());
        let mut document =
            Self { weave, texts, open: false, process, language: None, is_notebook: false, known, run: None };
        // That text may come back: git has it, more often than not.
        document.remember(Lineage::Disk);
        document
    }

    /// The same, in a language: what formatters do to it is told from changes.
    #[must_use]
    pub fn in_language(self, language: Option<Language>) -> Self {
        Self { language, ..self }
    }

    /// What the file's name says of its text: the language, and whether it is a notebook.
    pub(crate) fn is_called(&mut self, path: &str) {
        self.language = Language::of_path(path);
        self.is_notebook = notebook::is_notebook(path);
    }

    /// Whether the text is a notebook's, which is of use only as JSON.
    #[must_use]
    pub fn is_notebook(&self) -> bool {
        self.is_notebook
    }

    /// All that was ever done to the file.
    #[must_use]
    pub fn weave(&self) -> &Weave {
        &self.weave
    }

    /// A lineage's text.
    #[must_use]
    pub fn text(&self, lineage: Lineage) -> &Rope {
        &self.texts[lineage.ix()]
    }

    /// Whether an editor has the file.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether the editor shows something else than the disk.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.weave.fingerprint(Lineage::Editor) != self.weave.fingerprint(Lineage::Disk)
    }

    /// The editor reports changes of its text, each in bytes of the text that the one before left. Changes that do not fit the text
    /// are left out.
    pub fn typed(&mut self, changes: &[Splice], act: &Act) -> Vec<Record> {
        let mut text = self.texts[0].clone();
        let changes: Vec<&Splice> = changes.iter().filter(|change| change_rope(&mut text, change)).collect();
        let mut records = Vec::new();
        match changes.as_slice() {
            [change] => {
                let settled = diff::settle(&self.texts[0], change);
                self.enter(&settled, text, act, &mut records);
            }
            several => {
                if several.is_empty() || self.recognise(Lineage::Editor, &text, act, &mut records) {
                    return records;
                }
                if self.is_form(Lineage::Editor, &text, act, &mut records)
                    || self.is_formatted(Lineage::Editor, &text, act, &mut records)
                {
                    return records;
                }
                for change in several {
                    let mut next = self.texts[0].clone();
                    change_rope(&mut next, change);
                    let settled = diff::settle(&self.texts[0], change);
                    self.enter_unknown(&settled, next, act, &mut records);
                }
            }
        }
        records
    }

    /// A change that is known to be this author's doing, whatever text it makes: taken as new text, never for something known.
    pub fn written(&mut self, lineage: Lineage, change: &Splice, act: &Act) -> Vec<Record> {
        let (mut text, mut records) = (self.texts[lineage.ix()].clone(), Vec::new());
        if change_rope(&mut text, change) {
            let settled = diff::settle(&self.texts[lineage.ix()], change);
            self.end_run(&mut records);
            self.fold_new(lineage, &settled, text, act, &mut records);
        }
        records
    }

    /// Gives out the record of a run of typing that has not ended yet; what is typed from now on is another edit.
    pub fn flush(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.end_run(&mut records);
        records
    }

    /// The editor opens the file with this text.
    pub fn opened(&mut self, text: Rope, act: &Act) -> Vec<Record> {
        self.open = true;
        let mut records = Vec::new();
        if !self.falls_behind(&text, &mut records) {
            records.extend(self.observe(Lineage::Editor, text, act));
        }
        records
    }

    /// Takes over what another process journaled.
    ///
    /// # Errors
    /// If it names an edit that was not folded before; nothing has changed then.
    pub fn fold(&mut self, record: &Record) -> Result<(), Missing> {
        self.fold_all(std::slice::from_ref(record))
    }

    /// Takes over all that was journaled, in its order: what opening a file begins with.
    ///
    /// # Errors
    /// If a record names an edit that was not folded before; those before it are folded then.
    pub fn fold_all(&mut self, records: &[Record]) -> Result<(), Missing> {
        self.weave.put_off_sums();
        let done = records.iter().try_for_each(|record| {
            self.fold_record(record)?;
            // The disk's text after each is one that may come back.
            if record.lineage() == Lineage::Disk {
                self.weave.settle();
                self.remember(Lineage::Disk);
            }
            Ok(())
        });
        if let Some(run) = &mut self.run {
            run.open = false;
        }
        if !self.open {
            let missing = self.weave.missing(Lineage::Disk).to_vec();
            self.weave.set_missing(Lineage::Editor, missing);
        }
        self.weave.sum_at_once();
        self.refresh_texts();
        done
    }

    fn fold_record(&mut self, record: &Record) -> Result<(), Missing> {
        match record {
            Record::Edited(edit) => {
                let mine = edit.id.process == self.process;
                let on_disk = edit.place == Lineage::Disk;
                let in_editor = if on_disk { !self.open } else { mine };
                let seen = if edit.acts.is_acceptance() { [true; 2] } else { [in_editor, on_disk] };
                self.weave.fold(Edit::clone(edit), seen)?;
            }
            Record::Synced { lineage, process, missing } => {
                if *lineage == Lineage::Editor && *process != self.process {
                    return Ok(());
                }
                let missing: Result<Vec<EditIx>, Missing> =
                    missing.iter().map(|id| self.weave.ix(*id).ok_or(Missing(*id))).collect();
                self.weave.set_missing(*lineage, missing?);
            }
        }
        Ok(())
    }

    /// Enters an edit that was planned, in the lineage that it is to be done in.
    pub(crate) fn commit(&mut self, lineage: Lineage, mut edit: Edit) -> Vec<Record> {
        let mut records = Vec::new();
        self.end_run(&mut records);
        edit.id = self.next_id();
        edit.place = lineage;
        let seen = if edit.acts.is_acceptance() { [true; 2] } else { self.seen_in(lineage) };
        if self.weave.fold(edit.clone(), seen).is_ok() {
            self.refresh_texts();
            records.push(Record::Edited(Box::new(edit)));
        }
        records
    }

    /// Says whose some deeds are that were held to be nobody's who said so.
    pub fn claim(&mut self, deeds: Vec<Deed>, act: &Act) -> Vec<Record> {
        let Act { author, evidence, at, call } = act.clone();
        let acts = Acts { claims: deeds, ..Acts::default() };
        let edit = Edit { id: EditId::FIRST, author, place: Lineage::Disk, evidence, at, call, acts };
        self.commit(Lineage::Disk, edit)
    }

    /// Says that a text may come which is this edit's doing: the target of a plan.
    pub fn expect(&mut self, lineage: Lineage, target: &Rope, edit: Edit) {
        self.known.expect(lineage, target, edit);
    }

    /// Says that the editor may come to this text by taking in what only the disk has.
    pub fn expect_load(&mut self, target: &Rope) {
        self.known.expect_load(target);
    }

    /// A fresh id for an edit made here.
    #[must_use]
    pub fn next_id(&self) -> EditId {
        EditId { counter: self.weave.next_counter(), process: self.process }
    }

    /// One settled change of the editor's text, in the usual case a key.
    fn enter(&mut self, settled: &[Splice], text: Rope, act: &Act, records: &mut Vec<Record>) {
        let known = match settled {
            [] => return,
            [splice] => {
                let print = self.weave.fingerprint_after(Lineage::Editor, splice);
                self.known.is_known(print, self.weave.fingerprint(Lineage::Disk))
                    && !self.is_typed_anew(splice, &text, act)
            }
            _ => true,
        };
        if !(known && self.recognise(Lineage::Editor, &text, act, records)) {
            self.enter_unknown(settled, text, act, records);
        }
    }

    fn enter_unknown(&mut self, settled: &[Splice], text: Rope, act: &Act, records: &mut Vec<Record>) {
        let twice = if let [splice] = settled { self.of_twice(splice, act) } else { None };
        let settled = twice.as_ref().map_or(settled, std::slice::from_ref);
        if let [splice] = settled
            && self.goes_on(splice, act)
        {
            self.texts[0] = text;
            self.remember(Lineage::Editor);
            return;
        }
        // A formatter may send one change for all that it does; a key that is pressed is none.
        let is_key = matches!(settled, [one] if one.range.is_empty() || one.text.is_empty());
        if !is_key && self.keeps_words(settled) && self.is_formatted(Lineage::Editor, &text, act, records) {
            return;
        }
        self.fold_splices(Lineage::Editor, settled, text, act, records);
    }

    /// Lengthens the run of typing that is open.
    fn goes_on(&mut self, splice: &Splice, act: &Act) -> bool {
        let Some(run) = self.run.filter(|run| run.open) else { return false };
        let same = self.weave.entry(run.edit).author == act.author && splice.range == (run.end..run.end);
        // Blanks at a line's end adopt nothing; the word behind them may.
        let begins = self.weave.is_blank(run.edit) && !splice.text.trim().is_empty();
        if !same || begins || splice.text.contains(['\n', '\r']) || !self.weave.grow(run.edit, &splice.text) {
            return false;
        }
        self.run = Some(Run { end: run.end + splice.text.len(), ..run });
        true
    }

    fn end_run(&mut self, records: &mut Vec<Record>) {
        if let Some(run) = self.run.take() {
            records.push(Record::Edited(Box::new(self.weave.edit(run.edit))));
        }
    }

    fn fold_splices(&mut self, lineage: Lineage, splices: &[Splice], text: Rope, act: &Act, records: &mut Vec<Record>) {
        if matches!(act.author, Author::Nobody | Author::External) {
            let back = splices.iter().filter_map(|splice| self.weave.moved_back(lineage, splice)).flatten();
            let switches: Vec<Switch> = back.collect();
            if !switches.is_empty() {
                self.end_run(records);
                let acts = Acts { switches, ..Acts::default() };
                self.fold_acts(lineage, self.next_id(), acts, &Act::nobody(act.at), records);
                self.refresh_texts();
                let rest = diff::splices(&self.texts[lineage.ix()].to_string(), &text.to_string());
                return self.fold_new(lineage, &rest, text, act, records);
            }
        }
        let revived = match splices {
            [one] => self.weave.revival(lineage, one),
            _ => None,
        };
        let Some(acts) = revived else { return self.fold_new(lineage, splices, text, act, records) };
        self.end_run(records);
        self.fold_acts(lineage, self.next_id(), acts, act, records);
        self.show(lineage, text);
    }

    fn fold_new(&mut self, lineage: Lineage, splices: &[Splice], text: Rope, act: &Act, records: &mut Vec<Record>) {
        if splices.is_empty() {
            return;
        }
        self.end_run(records);
        let id = self.next_id();
        let mut acts = self.weave.compose(lineage, &act.author, splices);
        moves::note(&self.weave, lineage, &self.texts[lineage.ix()], &act.author, splices, &mut acts);
        acts.adoptions = self.weave.adoptions(lineage, &self.texts[lineage.ix()], &act.author, id, splices);
        let typed = |run: &Insert| run.like.is_none() && !run.text.contains(['\n', '\r']);
        let typing = matches!(acts.inserts.as_slice(), [run] if typed(run)) && acts.kills.is_empty();
        self.fold_acts(lineage, id, acts, act, records);
        if let ([splice], Lineage::Editor, true) = (splices, lineage, typing) {
            // Its record is given out when the run has ended.
            records.pop();
            let edit = self.weave.entries().len() as EditIx - 1;
            self.run = Some(Run { edit, end: splice.range.start + splice.text.len(), open: true });
        }
        self.show(lineage, text);
    }

    /// Takes note of a text that a lineage has now.
    fn show(&mut self, lineage: Lineage, text: Rope) {
        self.texts[lineage.ix()] = text;
        if !self.open && lineage == Lineage::Disk {
            self.texts[0] = self.texts[1].clone();
        }
        self.remember(lineage);
    }

    fn fold_acts(&mut self, lineage: Lineage, id: EditId, acts: Acts, act: &Act, records: &mut Vec<Record>) {
        let Act { author, evidence, at, call } = act.clone();
        let edit = Edit { id, author, place: lineage, evidence, at, call, acts };
        let seen = self.seen_in(lineage);
        if self.weave.fold(edit.clone(), seen).is_ok() {
            records.push(Record::Edited(Box::new(edit)));
        }
    }

    /// Which lineages show an edit made in one of them: with the file closed the editor's is the disk's.
    fn seen_in(&self, lineage: Lineage) -> [bool; 2] {
        [lineage == Lineage::Editor || !self.open, lineage == Lineage::Disk]
    }

    fn refresh_texts(&mut self) {
        let rope = |lineage| self.weave.rope(&View::of(&self.weave, lineage));
        let editors = rope(Lineage::Editor);
        // Two ropes of one text are held once where one is the other's copy.
        let is_one = self.weave.missing(Lineage::Editor) == self.weave.missing(Lineage::Disk);
        let disks = if is_one { editors.clone() } else { rope(Lineage::Disk) };
        self.texts[Lineage::Editor.ix()] = editors;
        self.texts[Lineage::Disk.ix()] = disks;
        Lineage::BOTH.into_iter().for_each(|lineage| self.remember(lineage));
    }

    fn remember(&mut self, lineage: Lineage) {
        let tail = self.run.map(|run| (run.edit, self.weave.len_of_edit(run.edit)));
        let print = self.weave.fingerprint(lineage);
        let upto = self.weave.entries().len() as EditIx;
        self.known.remember(State { lineage, print, upto, tail, missing: self.weave.missing(lineage).to_vec() });
    }
}

/// Does a change to a rope, where it lies within it and cuts no character. Whether it does.
fn change_rope(rope: &mut Rope, change: &Splice) -> bool {
    let place = |at: usize| rope.try_byte_to_char(at).ok().filter(|char| rope.char_to_byte(*char) == at);
    let (Some(start), Some(end)) = (place(change.range.start), place(change.range.end)) else { return false };
    if start > end {
        return false;
    }
    rope.remove(start..end);
    rope.insert(start, &change.text);
    true
}
