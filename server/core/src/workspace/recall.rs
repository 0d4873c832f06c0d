//! Facts that are journaled, taken over in their order: any process comes to the same workspace.

use std::collections::BTreeMap;

use ropey::Rope;

use super::{File, Workspace};
use crate::document::Record;
use crate::edit::Lineage;
use crate::event::{Fact, What};
use crate::weave::Missing;

impl Workspace {
    /// Takes over a fact from the journal.
    ///
    /// # Errors
    /// If it names an edit that is not known: the journal was not folded in its order.
    pub fn recall(&mut self, fact: &Fact) -> Result<(), Missing> {
        match (&fact.what, &fact.path) {
            (What::Began { absent, text, mode }, Some(path)) => {
                let mut file = File::new(path, Rope::from_str(text), *absent, self.process);
                file.mode = *mode;
                self.files.entry(path.clone()).or_insert(file);
            }
            (What::Text(record), Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.document.fold(record)?;
                    file.is_whole &= record.lineage() != Lineage::Disk;
                }
            }
            (What::Whole(whole), Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.wholes.push(whole.clone());
                    file.is_whole = true;
                }
            }
            (What::Present(present), Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.set_present(*present, fact.at);
                }
            }
            (What::Moved(moved), Some(path)) => self.take_along(path, moved, fact.at),
            (What::Left, Some(path)) => self.leave(path),
            (What::Mode(mode), Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.take_mode(mode);
                }
            }
            (What::Empty(came), Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.take_empty(came);
                }
            }
            (What::Settled, Some(path)) => {
                if let Some(file) = self.files.get_mut(path) {
                    file.settle();
                }
            }
            (What::Told { event, expected }, _) => self.hear(event, expected, fact.at),
            (What::Scoped { session: Some(session), scope }, _) => {
                self.sessions.entry(session.clone()).or_default().scope = Some(scope.clone());
            }
            (What::Scoped { session: None, scope }, _) => self.scope = scope.clone(),
            (What::TurnedDown { session, file, lines: 0 }, _) => {
                self.sessions.entry(session.clone()).or_default().turned_down.remove(file);
            }
            (What::TurnedDown { session, file, lines }, _) => {
                let down = &mut self.sessions.entry(session.clone()).or_default().turned_down;
                *down.entry(file.clone()).or_default() += lines;
            }
            (What::Asked { session, question, answer }, _) => self.hear_answer(session, question, *answer),
            (What::Used(used), _) => self.hear_used(used, fact.at),
            (What::Informed { session }, _) => {
                self.sessions.entry(session.clone()).or_default().turned_down.clear();
            }
            // Of no text, and of nobody's doing.
            (What::Viewed { .. }, _) => {}
            (
                What::Began { .. }
                | What::Text(_)
                | What::Whole(_)
                | What::Present(_)
                | What::Moved(_)
                | What::Left
                | What::Mode(_)
                | What::Empty(_)
                | What::Settled,
                None,
            ) => {}
        }
        Ok(())
    }

    /// Takes over many facts, in their order: what became of one file's text is folded at once, which a long file makes cheap.
    ///
    /// # Errors
    /// As [`Workspace::recall`].
    pub fn recall_all(&mut self, facts: Vec<Fact>) -> Result<(), Missing> {
        let mut texts: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for fact in facts {
            match (fact.what, fact.path) {
                (What::Text(record), Some(path)) => texts.entry(path).or_default().push(record),
                (what, path) => {
                    // What came from elsewhere brings along what was done to it there.
                    let from = if let What::Moved(moved) = &what { Some(&moved.from) } else { None };
                    for path in path.iter().chain(from) {
                        let records = texts.remove(path).unwrap_or_default();
                        self.recall_texts(path, &records)?;
                    }
                    self.recall(&Fact { path, ..Fact::new(fact.at, what) })?;
                }
            }
        }
        texts.iter().try_for_each(|(path, records)| self.recall_texts(path, records))
    }

    fn recall_texts(&mut self, path: &str, records: &[Record]) -> Result<(), Missing> {
        let Some(file) = self.files.get_mut(path).filter(|_| !records.is_empty()) else { return Ok(()) };
        file.document.fold_all(records)?;
        // An editor's text of a file that is none on disk makes it none.
        file.is_whole &= records.iter().all(|record| record.lineage() != Lineage::Disk);
        Ok(())
    }
}
