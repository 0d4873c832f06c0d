//! A file as the editor and the disk each have it: one weave, two lineages, and the texts that are known.
//!
//! A new text is first asked whether it is known (the other lineage, the target of a revert, an earlier state): then it is that
//! text, authors and all. Only what is left is taken as a change and diffed.

mod known;

use crate::author::Author;
use crate::diff;
use crate::edit::{Acts, Deed, Edit, EditId, Evidence, Insert, Lineage, Switch};
use crate::neutral;
use crate::syntax::Language;
use crate::weave::{EditIx, Missing, Splice, View, Weave};
use known::{Known, State};
use ropey::Rope;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

impl Document {
    /// A file at first sight; `process` names this process in the ids of the edits that are made here.
    #[must_use]
    pub fn new(first: Rope, process: u32) -> Self {
        let weave = Weave::new(first.clone());
        let (texts, known) = ([first.clone(), first], Known::default());
        let mut document = Self { weave, texts, open: false, process, language: None, known, run: None };
        // That text may come back: git has it, more often than not.
        document.remember(Lineage::Disk);
        document
    }

    /// The same, in a language: what formatters do to it is told from changes.
    #[must_use]
    pub fn in_language(self, language: Option<Language>) -> Self {
        Self { language, ..self }
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

    /// Brings into the editor's text what only the disk has, its own unsaved changes kept.
    pub fn load(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        let disk = View::of(&self.weave, Lineage::Disk);
        let missing = self.weave.missing(Lineage::Editor).iter().copied().filter(|ix| !disk.has(*ix)).collect();
        self.sync(Lineage::Editor, missing, &mut records);
        self.refresh_texts();
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
        if only_on_disk.is_empty() || only_on_disk.iter().all(is_nobodys) && !self.is_dirty() {
            return if only_on_disk.is_empty() { Vec::new() } else { self.saved() };
        }
        let saved = |ix: &EditIx| self.weave.rope(&View::at(*ix + 1, None, &disks)) == self.texts[0];
        let Some(last) = only_on_disk.iter().copied().filter(is_nobodys).rfind(saved) else { return Vec::new() };
        let its = only_on_disk.iter().filter(|ix| **ix <= last && is_nobodys(ix));
        // What is claimed already was someone's.
        let deeds = its.flat_map(|ix| self.weave.deeds_of(*ix)).filter(|deed| !self.is_claimed(deed));
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

    /// Gives out the record of a run of typing that has not ended yet; what is typed from now on is another edit.
    pub fn flush(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.end_run(&mut records);
        records
    }

    /// The editor opens the file with this text.
    pub fn opened(&mut self, text: Rope, act: &Act) -> Vec<Record> {
        self.open = true;
        self.observe(Lineage::Editor, text, act)
    }

    /// The editor closes the file: its lineage follows the disk's from now on, what it had not saved stays restorable.
    pub fn closed(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        self.follow(Lineage::Editor, &mut records);
        self.end_run(&mut records);
        self.open = false;
        records
    }

    /// A lineage has been seen to have this text: a file read from disk, a whole text from an editor.
    pub fn observe(&mut self, lineage: Lineage, text: Rope, act: &Act) -> Vec<Record> {
        let mut records = Vec::new();
        if text == self.texts[lineage.ix()] || self.recognise(lineage, &text, act, &mut records) {
            return records;
        }
        if self.is_form(lineage, &text, act, &mut records) || self.is_formatted(lineage, &text, act, &mut records) {
            return records;
        }
        let new = text.to_string();
        let mut splices = diff::splices(&self.texts[lineage.ix()].to_string(), &new);
        let via = diff::splices(&self.texts[lineage.other().ix()].to_string(), &new);
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

    /// The earlier state that a text which git brought is least away from, and what it is away from it: git's versions go back to
    /// one that was here, more often than on from what is.
    fn nearest(&self, text: &str) -> Option<(State, Vec<Splice>)> {
        let away = |state: &State| diff::splices(&self.weave.text(&state.view()), text);
        let all = self.known.distinct().take(NEAREST).map(|state| (state.clone(), away(state)));
        all.min_by_key(|(_, splices)| cost(splices))
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
        // The disk's text after each is one that may come back.
        let done =
            records.iter().try_for_each(|record| self.fold_record(record).map(|()| self.remember(Lineage::Disk)));
        if let Some(run) = &mut self.run {
            run.open = false;
        }
        if !self.open {
            let missing = self.weave.missing(Lineage::Disk).to_vec();
            self.weave.set_missing(Lineage::Editor, missing);
        }
        self.refresh_texts();
        done
    }

    fn fold_record(&mut self, record: &Record) -> Result<(), Missing> {
        match record {
            Record::Edited(edit) => {
                let mine = edit.id.process == self.process;
                let on_disk = edit.place == Lineage::Disk;
                let in_editor = if on_disk { !self.open } else { mine };
                self.weave.fold(Edit::clone(edit), [in_editor, on_disk])?;
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
        let seen = self.seen_in(lineage);
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

    /// Takes a text that differs from what was there in nothing but form as a neutral edit. Whether it does.
    fn is_form(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
        let before = self.texts[lineage.ix()].to_string();
        let Some(splices) = neutral::splices(&before, &text.to_string()) else { return false };
        self.fold_new(lineage, &splices, text.clone(), act, records);
        true
    }

    /// Whether as many of each letter and digit come as go by a change of the editor's text.
    fn keeps_words(&self, splices: &[Splice]) -> bool {
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

    /// Takes a text in which tokens only stand otherwise for what a formatter does, and what else is new in it for the author's. Whether
    /// something is formatted. What an agent itself wrote is all its own, form too.
    fn is_formatted(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
        let Some(language) = self.language else { return false };
        if act.author.is_agent() && act.evidence != Evidence::Window {
            return false;
        }
        let before = self.texts[lineage.ix()].to_string();
        let Some(splices) = neutral::formatting(language, &before, &text.to_string()) else { return false };
        self.fold_new(lineage, &splices, text.clone(), act, records);
        true
    }

    /// Takes a text for what it is known to be. Whether it is known.
    fn recognise(&mut self, lineage: Lineage, text: &Rope, act: &Act, records: &mut Vec<Record>) -> bool {
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

    /// Makes a lineage's text that of a view, as an edit.
    fn go_back(&mut self, lineage: Lineage, view: &View<'_>, act: &Act, records: &mut Vec<Record>) {
        self.end_run(records);
        let missing: Vec<EditIx> = self.weave.missing(lineage).iter().copied().filter(|ix| !view.has(*ix)).collect();
        self.sync(lineage, missing, records);
        let acts = self.weave.back_to(lineage, view);
        let id = self.next_id();
        self.fold_acts(lineage, id, acts, act, records);
        self.refresh_texts();
    }

    /// Makes a lineage show what the other shows.
    fn follow(&mut self, lineage: Lineage, records: &mut Vec<Record>) {
        let missing = self.weave.missing(lineage.other()).to_vec();
        self.sync(lineage, missing, records);
        self.texts[lineage.ix()] = self.texts[lineage.other().ix()].clone();
        self.remember(lineage);
    }

    fn sync(&mut self, lineage: Lineage, missing: Vec<EditIx>, records: &mut Vec<Record>) {
        if self.weave.missing(lineage) == missing.as_slice() {
            return;
        }
        self.end_run(records);
        self.weave.set_missing(lineage, missing);
        let missing = self.weave.missing(lineage).iter().map(|ix| self.weave.entry(*ix).id).collect();
        records.push(Record::Synced { lineage, process: self.process, missing });
    }

    /// Whether a known text was typed anew, not brought back: then it is its typist's. So it is where going back would kill text that
    /// a person wrote and that the splice does not delete, and where a mere blank would undo what someone else deleted; not where it
    /// makes the text the disk's, as a reload does.
    fn is_typed_anew(&self, splice: &Splice, text: &Rope, act: &Act) -> bool {
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

    fn refresh_texts(&mut self) {
        for lineage in Lineage::BOTH {
            self.texts[lineage.ix()] = self.weave.rope(&View::of(&self.weave, lineage));
            self.remember(lineage);
        }
    }

    fn remember(&mut self, lineage: Lineage) {
        let tail = self.run.map(|run| (run.edit, self.weave.len_of_edit(run.edit)));
        let print = self.weave.fingerprint(lineage);
        let upto = self.weave.entries().len() as EditIx;
        self.known.remember(State { lineage, print, upto, tail, missing: self.weave.missing(lineage).to_vec() });
    }
}

/// So many earlier states are compared with a text that git brought.
const NEAREST: usize = 8;

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

/// What a difference weighs: the bytes that go and come.
fn cost(splices: &[Splice]) -> usize {
    splices.iter().map(|splice| splice.range.len() + splice.text.len()).sum()
}
