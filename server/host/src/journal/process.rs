//! Numbers for processes: two that start in the same millisecond get two.

use anyhow::{Context, Result};
use rusqlite::TransactionBehavior;

use super::{Journal, ProcessId};

impl Journal {
    /// Gives this process a number that no other process has or will have in this journal, from 1 (0 is nobody: the text
    /// at first sight).
    ///
    /// Fails where four billion processes were here before, and as [`Journal::append`] does.
    pub fn register_process(&mut self) -> Result<ProcessId> {
        let registered = self.next_process();
        self.told("register a process", registered)
    }

    fn next_process(&mut self) -> Result<ProcessId> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last: u32 = transaction.query_row("SELECT last FROM processes", [], |row| row.get(0))?;
        let next = last.checked_add(1).context("no number is left for another process")?;
        transaction.prepare_cached("UPDATE processes SET last = ?")?.execute([next])?;
        transaction.commit()?;
        Ok(ProcessId(next))
    }
}
