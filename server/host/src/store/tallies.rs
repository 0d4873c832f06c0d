//! What sessions have done so far, read off the journal: the first time all of it, then what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use countersign_core::limits::Tally;
use countersign_core::session::Session;

use super::Store;
use crate::journal::Seq;

/// By the session's id; each with the event up to which it is known.
pub(super) type Tallies = BTreeMap<Arc<str>, (Seq, Tally)>;

impl Store {
    /// What the session that a person started has done, with its subagents.
    ///
    /// # Errors
    /// If the journal cannot be read, or holds what this version does not understand.
    pub fn tally(&mut self, session: &Session) -> Result<&Tally> {
        let (mut upto, mut tally) = self.tallies.remove(&session.id).unwrap_or_default();
        for event in self.journal.events_of_sessions(&session.id, upto)? {
            upto = event.seq;
            let fact = self.decode(&event)?;
            // A session may be called as another's subagent.
            if fact.session().is_some_and(|other| other.id == session.id) {
                tally.hear(&fact);
            }
        }
        Ok(&self.tallies.entry(session.id.clone()).or_insert((upto, tally)).1)
    }
}
