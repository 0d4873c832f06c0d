//! The oracle: a file's weave as a list of single characters, scanned from end to end for every question.
//! It shares no code with the weave that it judges, and it is slow on purpose: it should be obviously right.

mod adopted;
pub(crate) mod enter;
pub(crate) mod ideal;
pub(crate) mod normal;
mod properties;
mod vectors;

use std::collections::BTreeSet;
use std::fmt;

use normal::{Ch, normal};

pub(crate) type AuthorNo = u8;
/// Edits are numbered in the order in which they were made; 0 is the text at first sight.
pub(crate) type EditNo = usize;
/// Atoms are numbered in the order in which they were born, which is not their order in the list.
type AtomNo = usize;

pub(crate) const BASE: AuthorNo = 0;
pub(crate) const USER: AuthorNo = 1;
pub(crate) const CLAUDE: AuthorNo = 2;
pub(crate) const CODEX: AuthorNo = 3;
pub(crate) const EXTERNAL: AuthorNo = 4;
/// All authors' names, by number.
pub(crate) const NAMES: [&str; 5] = ["base", "user", "claude", "codex", "external"];

pub(crate) fn is_agent(author: AuthorNo) -> bool {
    author == CLAUDE || author == CODEX
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lineage {
    Editor,
    Disk,
}
use Lineage::{Disk, Editor};

#[derive(Clone)]
struct Atom {
    no: AtomNo,
    ch: Ch,
    born: EditNo,
    author: AuthorNo,
    killed: Vec<EditNo>,
}

/// The birth of an atom by an edit, or its death by one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    edit: EditNo,
    atom: AtomNo,
}

#[derive(Clone)]
struct Edit {
    author: AuthorNo,
    switch: Option<Switch>,
}

#[derive(Clone)]
struct Switch {
    on: bool,
    changes: BTreeSet<Change>,
    /// The switch that this one takes back.
    undoes: Option<EditNo>,
}

#[derive(Clone)]
pub(crate) struct Oracle {
    /// In weave order, the dead in their places.
    atoms: Vec<Atom>,
    edits: Vec<Edit>,
    /// What the lineage does not see.
    editor_lacks: BTreeSet<EditNo>,
    disk_lacks: BTreeSet<EditNo>,
    adoptions: Vec<adopted::Adoption>,
}

impl Oracle {
    pub(crate) fn new(base: &str) -> Oracle {
        let atom = |(no, ch)| Atom { no, ch, born: 0, author: BASE, killed: Vec::new() };
        Oracle {
            atoms: normal::chs(base).into_iter().enumerate().map(atom).collect(),
            edits: vec![Edit { author: BASE, switch: None }],
            editor_lacks: BTreeSet::new(),
            disk_lacks: BTreeSet::new(),
            adoptions: Vec::new(),
        }
    }

    /// Replaces `delete` characters from `at` on; both are counted as Rust counts characters (`\r\n` as two), in that
    /// lineage's text, and cut to what is there. None when this leaves the text as it was: then there is no edit.
    pub(crate) fn splice(
        &mut self,
        lineage: Lineage,
        author: AuthorNo,
        at: usize,
        delete: usize,
        insert: &str,
    ) -> Option<EditNo> {
        let change = normal(&self.text(lineage), at, delete, insert)?;
        let edit = self.edits.len();
        let visible = self.visible(lineage);
        let first = self.atoms_before(&visible, change.at);
        let end = self.atoms_before(&visible, change.at + change.delete);
        self.adopt(lineage, author, first..end, &change.insert);

        for &place in &visible[first..end] {
            self.atoms[place].killed.push(edit);
        }
        // After the last that it deletes, or after its visible left neighbour: the same place in the visible text.
        let slot = if end == 0 { 0 } else { visible[end - 1] + 1 };
        for (offset, &ch) in change.insert.iter().enumerate() {
            let atom = Atom { no: self.atoms.len(), ch, born: edit, author, killed: Vec::new() };
            self.atoms.insert(slot + offset, atom);
        }
        self.record(lineage, Edit { author, switch: None });
        Some(edit)
    }

    /// The disk's list becomes the editor's; what only the disk had is overwritten.
    pub(crate) fn save(&mut self) {
        self.disk_lacks = self.editor_lacks.clone();
    }

    /// The editor's list becomes the disk's; typing that was not saved is dropped.
    pub(crate) fn reload(&mut self) {
        self.editor_lacks = self.disk_lacks.clone();
    }

    /// Both lineages now see what either saw.
    pub(crate) fn load_both(&mut self) {
        self.editor_lacks = self.editor_lacks.intersection(&self.disk_lacks).copied().collect();
        self.disk_lacks = self.editor_lacks.clone();
    }

    /// Switches off all changes of these edits that count in the lineage. Edit 0 is never switched. None when there is
    /// nothing to switch.
    pub(crate) fn revert(&mut self, lineage: Lineage, edits: &[EditNo]) -> Option<EditNo> {
        let changes: BTreeSet<Change> = self
            .changes()
            .filter(|change| change.edit != 0 && edits.contains(&change.edit) && self.counts(lineage, *change))
            .collect();
        if changes.is_empty() {
            return None;
        }
        Some(self.record(lineage, Edit { author: USER, switch: Some(Switch { on: false, changes, undoes: None }) }))
    }

    /// Switches on what the last revert in the lineage that is not yet undone there switched off.
    pub(crate) fn undo_last_revert(&mut self, lineage: Lineage) -> Option<EditNo> {
        let switches: Vec<(EditNo, &Switch)> = self.switches(lineage).collect();
        let undone = |edit: EditNo| switches.iter().any(|(_, switch)| switch.undoes == Some(edit));
        let (last, switch) = *switches.iter().rev().find(|(edit, switch)| !switch.on && !undone(*edit))?;
        let switch = Switch { on: true, changes: switch.changes.clone(), undoes: Some(last) };
        Some(self.record(lineage, Edit { author: USER, switch: Some(switch) }))
    }

    /// The revert that an undoing took back.
    pub(crate) fn undone_by(&self, edit: EditNo) -> Option<EditNo> {
        self.edits[edit].switch.as_ref()?.undoes
    }

    /// The edits (no reverts) of these authors, oldest first.
    pub(crate) fn edits_of(&self, authors: &[AuthorNo]) -> Vec<EditNo> {
        (1..self.edits.len()).filter(|&edit| self.is_by(edit, authors)).collect()
    }

    pub(crate) fn text(&self, lineage: Lineage) -> String {
        self.spelled(self.visible(lineage))
    }

    /// Who bore each character, one for each Rust character of the text.
    pub(crate) fn authors(&self, lineage: Lineage) -> Vec<AuthorNo> {
        let atoms = self.visible(lineage).into_iter().map(|place| &self.atoms[place]);
        atoms.flat_map(|atom| std::iter::repeat_n(atom.author, atom.ch.len())).collect()
    }

    /// The text at first sight.
    pub(crate) fn first_text(&self) -> String {
        self.spelled((0..self.atoms.len()).filter(|&place| self.atoms[place].born == 0))
    }

    fn spelled(&self, places: impl IntoIterator<Item = usize>) -> String {
        normal::spelled(places.into_iter().map(|place| self.atoms[place].ch))
    }

    /// The places in the list of what the lineage shows.
    fn visible(&self, lineage: Lineage) -> Vec<usize> {
        (0..self.atoms.len()).filter(|&place| self.is_visible(lineage, &self.atoms[place])).collect()
    }

    fn is_visible(&self, lineage: Lineage, atom: &Atom) -> bool {
        self.is_born(lineage, atom) && self.kills(lineage, atom).is_empty()
    }

    fn is_born(&self, lineage: Lineage, atom: &Atom) -> bool {
        self.counts(lineage, Change { edit: atom.born, atom: atom.no })
    }

    /// The kills of the atom that count in the lineage.
    fn kills(&self, lineage: Lineage, atom: &Atom) -> Vec<EditNo> {
        let mut kills = atom.killed.clone();
        kills.retain(|&edit| self.counts(lineage, Change { edit, atom: atom.no }));
        kills
    }

    fn counts(&self, lineage: Lineage, change: Change) -> bool {
        let last_switch = self.switches(lineage).filter(|(_, switch)| switch.changes.contains(&change)).last();
        self.sees(lineage, change.edit) && last_switch.is_none_or(|(_, switch)| switch.on)
    }

    fn sees(&self, lineage: Lineage, edit: EditNo) -> bool {
        match lineage {
            Editor => !self.editor_lacks.contains(&edit),
            Disk => !self.disk_lacks.contains(&edit),
        }
    }

    fn switches(&self, lineage: Lineage) -> impl Iterator<Item = (EditNo, &Switch)> {
        let switches = self.edits.iter().enumerate().filter_map(|(no, edit)| Some((no, edit.switch.as_ref()?)));
        switches.filter(move |(no, _)| self.sees(lineage, *no))
    }

    fn changes(&self) -> impl Iterator<Item = Change> {
        self.atoms.iter().flat_map(|atom| {
            let edits = std::iter::once(&atom.born).chain(&atom.killed);
            edits.map(|&edit| Change { edit, atom: atom.no })
        })
    }

    fn record(&mut self, lineage: Lineage, edit: Edit) -> EditNo {
        let no = self.edits.len();
        match lineage {
            Editor => self.disk_lacks.insert(no),
            Disk => self.editor_lacks.insert(no),
        };
        self.edits.push(edit);
        no
    }

    fn is_by(&self, edit: EditNo, authors: &[AuthorNo]) -> bool {
        edit != 0 && self.edits[edit].switch.is_none() && authors.contains(&self.edits[edit].author)
    }

    /// How many of the visible atoms stand before this many Rust characters.
    fn atoms_before(&self, visible: &[usize], chars: usize) -> usize {
        let mut passed = 0;
        visible
            .iter()
            .take_while(|&&place| {
                passed += self.atoms[place].ch.len();
                passed <= chars
            })
            .count()
    }
}

/// Each run of atoms of one fate: author and edit, the kills, the text.
impl fmt::Debug for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in self.atoms.chunk_by(|a, b| (a.born, &a.killed) == (b.born, &b.killed)) {
            let text = normal::spelled(run.iter().map(|atom| atom.ch));
            let kills: String = run[0].killed.iter().map(|edit| format!(" -{edit}")).collect();
            writeln!(f, "{}#{}{kills} {text:?}", NAMES[usize::from(run[0].author)], run[0].born)?;
        }
        writeln!(f, "editor lacks {:?}, disk lacks {:?}", self.editor_lacks, self.disk_lacks)
    }
}
