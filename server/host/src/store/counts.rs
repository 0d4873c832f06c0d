//! What sessions have done so far, read off the journal: the first time all of it, then what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use countersign_core::event::Fact;
use countersign_core::limits::Count;
use countersign_core::session::Session;

use super::Store;
use super::knowing::PAGE;
use crate::journal::Seq;

/// By the session's id; each with the event up to which it is known.
pub(super) type Counts = BTreeMap<Arc<str>, (Seq, Count)>;

impl Store {
    /// Goes through all that is journaled and belongs to a session.
    ///
    /// # Errors
    /// As [`Store::count`].
    pub fn each_fact(&self, hear: &mut dyn FnMut(&Fact)) -> Result<()> {
        let mut upto = 0;
        loop {
            let events = self.journal.events_after(upto, PAGE)?;
            let Some(last) = events.last() else { return Ok(()) };
            upto = last.seq;
            for event in events.iter().filter(|event| event.session.is_some()) {
                hear(&self.decode(event)?);
            }
        }
    }

    /// What the session that a person started has done, with its subagents.
    ///
    /// # Errors
    /// If the journal cannot be read, or holds what this version does not understand.
    pub fn count(&mut self, session: &Session) -> Result<&Count> {
        let (mut upto, mut count) = self.counts.remove(&session.id).unwrap_or_default();
        for event in self.journal.events_of_sessions(&session.id, upto)? {
            upto = event.seq;
            let fact = self.decode(&event)?;
            // A session may be called as another's subagent.
            if fact.session().is_some_and(|other| other.id == session.id) {
                count.hear(&fact);
            }
        }
        Ok(&self.counts.entry(session.id.clone()).or_insert((upto, count)).1)
    }
}
