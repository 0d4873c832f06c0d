//! How a running server learns that another process appended: a file to watch, and a question that costs microseconds.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Result;

use super::files::private_file;
use super::{Journal, Seq};

impl Journal {
    /// The file that every process writes after each append, once the events can be read. It may be missing before the
    /// first append, so watch its folder. A process that dies between the two leaves it unwritten: also ask
    /// [`Journal::changed_elsewhere`] now and then.
    pub fn wake_file(&self) -> &Path {
        &self.files.wake
    }

    /// Whether another connection, of this process or another, wrote to the journal since this was last asked. True also
    /// for what appended nothing: a registered process.
    pub fn changed_elsewhere(&mut self) -> Result<bool> {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)));
        let version = self.told("look for changes", version.map_err(Into::into))?;
        Ok(std::mem::replace(&mut self.seen_version, version) != version)
    }

    /// Whether this journal was set aside or deleted, so that others no longer see it: open it again.
    pub fn is_replaced(&self) -> Result<bool> {
        let identity = self.files.identity().map_err(Into::into);
        Ok(self.told("look for the file", identity)? != Some(self.identity))
    }

    /// Wakes whoever watches. What was appended is appended: where this fails, the others find it when they next ask.
    pub(super) fn wake_others(&mut self, last: Seq) {
        if self.wake.is_none() {
            self.wake = private_file(&self.files.wake).ok();
        }
        let written: Option<io::Result<()>> =
            self.wake.as_ref().map(|file| file.write_all_at(format!("{last:020}\n").as_bytes(), 0));
        if matches!(written, Some(Err(_))) {
            self.wake = None;
        }
    }
}
