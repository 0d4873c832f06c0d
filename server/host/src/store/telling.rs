//! What agents tell, journaled once: a hook that waited in vain for a server tells it itself, and the server may still come to it.

use anyhow::{Result, bail};
use countersign_core::announce::AgentEvent;
use countersign_core::event::What;

use super::{Store, now};
use crate::journal::Appended;

impl Store {
    /// Takes note of what an agent tells. Where someone else may tell of it as well, `since` says since when (milliseconds since the Unix
    /// epoch): what was told by then is not told again.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn tell(&mut self, event: &AgentEvent, since: Option<u64>) -> Result<()> {
        let Some(since) = since else {
            let facts = self.workspace.told(event, now());
            return self.append(&facts);
        };
        let session = event.session.to_string();
        let mut facts = Vec::new();
        loop {
            let seen = self.journal().last_of_session(&session)?;
            if self.was_told(event, &session, since)? {
                // What it claimed is its own; that it was told is said already.
                return self.append(facts.get(1..).unwrap_or_default());
            }
            if facts.is_empty() {
                facts = self.workspace.told(event, now());
            }
            self.append(&[])?;
            let append = self.write_by(&facts, &[], |journal, batch, durability| {
                journal.append_of_session(batch, &session, seen, durability)
            });
            match append.inspect_err(|_| self.unwritten.clone_from(&facts))? {
                Appended::Written { .. } => return Ok(()),
                Appended::Replaced => bail!("the journal was replaced while it was open: start again"),
                _ => {}
            }
        }
    }

    fn was_told(&self, event: &AgentEvent, session: &str, since: u64) -> Result<bool> {
        let events = self.journal().events_of_session_since(session, i64::try_from(since).unwrap_or(i64::MAX))?;
        for told in events.iter().filter(|told| told.kind == super::TOLD) {
            if matches!(&self.decode(told)?.what, What::Told { event: known, .. } if known == event) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
