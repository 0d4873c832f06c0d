//! Changes that are in normal form already, entered exactly as they are: how the oracle and the weave are told the same.

use super::normal::{Ch, chs};
use super::{Atom, AuthorNo, Edit, EditNo, Lineage, Oracle};

/// In Rust characters of the text before the edit.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at: usize,
    pub(crate) delete: usize,
    pub(crate) insert: String,
}

impl Oracle {
    /// Enters changes, which ascend and lie apart, as one edit. None where there are none.
    pub(crate) fn enter(&mut self, lineage: Lineage, author: AuthorNo, changes: &[Change]) -> Option<EditNo> {
        let edit = self.edits.len();
        let visible = self.visible(lineage);
        let placed: Vec<_> = changes
            .iter()
            .map(|change| {
                let first = self.atoms_before(&visible, change.at);
                let end = self.atoms_before(&visible, change.at + change.delete);
                (first..end, chs(&change.insert))
            })
            .collect();
        for (range, insert) in &placed {
            self.adopt(lineage, author, range.clone(), insert);
        }
        for (range, insert) in placed.iter().rev() {
            let slot = match range.end.checked_sub(1) {
                Some(last) if !range.is_empty() => visible[last] + 1,
                left => self.slot_in(lineage, author, left.map_or(0, |left| visible[left] + 1), insert),
            };
            for &place in &visible[range.clone()] {
                self.atoms[place].killed.push(edit);
            }
            for (offset, &ch) in insert.iter().enumerate() {
                let atom = Atom { no: self.atoms.len(), ch, born: edit, author, killed: Vec::new() };
                self.atoms.insert(slot + offset, atom);
            }
        }
        (!placed.is_empty()).then(|| self.record(lineage, Edit { author, switch: None }))
    }

    /// To delete and then to type is to replace: text goes behind what its author deleted in that place. Words at a line's start
    /// go behind the lines that were deleted above it; others stay in their line.
    fn slot_in(&self, lineage: Lineage, author: AuthorNo, slot: usize, insert: &[Ch]) -> usize {
        let is_break = |ch: &Ch| ch.is_break();
        let before = self.atoms[..slot].iter().rev().find(|atom| self.is_visible(lineage, atom));
        let starts_line = before.is_none_or(|atom| is_break(&atom.ch));
        let joins = starts_line && !insert.last().is_some_and(is_break);
        let is_own = |atom: &Atom| self.kills(lineage, atom).iter().any(|&kill| self.edits[kill].author == author);
        let is_here = |atom: &&Atom| starts_line || is_own(atom) || !is_break(&atom.ch);
        let gone =
            self.atoms[slot..].iter().take_while(|atom| !self.is_visible(lineage, atom) && is_here(atom)).enumerate();
        let behind = gone.filter(|(_, atom)| is_own(atom) || joins && is_break(&atom.ch)).last();
        slot + behind.map_or(0, |(at, _)| at + 1)
    }
}
