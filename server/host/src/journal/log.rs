//! SQLite's write-ahead log: who empties it, and when. A process that opens the journal alone reads the whole log first,
//! so it is kept short; emptying it costs two syncs, so that is not done at every append, nor on close. SQLite's own
//! automatic checkpoint does not do: it only marks the log as copied, and that mark is gone with the last process, so
//! that a log which only hooks write would grow for ever, and be copied whole by each.

use anyhow::Result;

use super::Journal;
use super::files::length;
use super::patience;

/// In bytes: some 150 small appends, and half a millisecond for a process that opens the journal alone.
const LONG: u64 = 1 << 21;

impl Journal {
    /// Copies the log into the database and empties it, where no other process is just using it. For a server that is
    /// idle, so that no hook has to.
    pub fn checkpoint(&mut self) -> Result<()> {
        let done = self.empty_log();
        self.told("empty the log", done)
    }

    /// What was appended is appended: where this fails, the next append tries again.
    pub(super) fn shorten_log(&mut self) {
        if length(&self.files.wal) > LONG {
            let _ = self.empty_log();
        }
    }

    fn empty_log(&mut self) -> Result<()> {
        // Others may write during the first, which does most of the work; the second locks them out for the rest.
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        patience::none(&self.connection)?;
        let done = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        patience::usual(&mut self.connection)?;
        Ok(done?)
    }
}
