//! What processes know of each other while they live: that an editor's server follows the workspace, and which files its editor holds
//! unsaved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use countersign_core::edit::EditId;
use countersign_core::event::What;

use super::Store;
use super::unsaved::unsaved;
use crate::journal::Disk;

/// How long a server is given to tell of a save.
const EXPLAINING: Duration = Duration::from_millis(200);
/// How the lock of one server's process is called, before the process's number.
const OWN: &str = "server-";

/// The locks of a server.
#[derive(Debug)]
pub(super) struct Serving {
    /// Held by every server that has the workspace open.
    _shared: File,
    /// Held by this one.
    _own: File,
    file: PathBuf,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

impl Store {
    /// Lets other processes know, as long as this one lives, that an editor's server follows the workspace.
    ///
    /// # Errors
    /// If the state folder cannot be written.
    pub fn serve(&mut self) -> Result<()> {
        let shared = self.open_lock(SHARED)?;
        shared.lock_shared().context("cannot take the servers' lock")?;
        self.forget_servers_that_are_gone();
        let name = lock_of(self.workspace.process());
        let file = self.folder()?.join(&name);
        let own = loop {
            let own = self.open_lock(&name)?;
            own.lock().context("cannot take this server's lock")?;
            // Another server that began just now may have taken it for one that was left behind.
            if file.exists() {
                break own;
            }
        };
        self.serving = Some(Serving { _shared: shared, _own: own, file });
        Ok(())
    }

    /// Whether this process serves an editor.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.serving.is_some()
    }

    /// Whether a server, in another process, follows the workspace.
    fn is_served(&self) -> bool {
        self.serving.is_none() && self.open_lock(SHARED).is_ok_and(|lock| is_taken(&lock))
    }

    /// What nobody announced may be a save that a server is about to tell of: it knows what its editor's buffers hold. Whether it did.
    pub(super) fn is_explained_by_a_server(&mut self, path: &str, disk: Disk) -> Result<bool> {
        if !self.is_served() {
            return Ok(false);
        }
        let end = Instant::now() + EXPLAINING;
        while Instant::now() < end {
            if self.journal.head(path)?.is_some_and(|head| head.disk == disk) {
                self.catch_up()?;
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(false)
    }

    /// Whether an editor whose server runs in another process has a file open with changes that are not saved, as far as its server told:
    /// of the first key it tells at once, of what is typed then half a second later at most.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn is_unsaved_in_an_editor(&self, path: &str) -> Result<bool> {
        Ok(!self.unsaved_in_editors(path)?.is_empty())
    }

    /// The edits of a file that editors whose servers run in other processes hold and have not saved, as far as these told.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn unsaved_in_editors(&self, path: &str) -> Result<BTreeSet<EditId>> {
        if self.serving.is_none() && !self.is_served() {
            return Ok(BTreeSet::new());
        }
        let mut records = Vec::new();
        for event in self.journal.events_of_path(path, 0)? {
            if let What::Text(record) = self.decode(&event)?.what {
                records.push(record);
            }
        }
        let held: BTreeMap<_, _> = unsaved(&records);
        let others =
            held.into_iter().filter(|(process, edits)| *process != self.workspace.process() && !edits.is_empty());
        Ok(others.filter(|(process, _)| self.is_alive(*process)).flat_map(|(_, edits)| edits).collect())
    }

    fn is_alive(&self, process: u32) -> bool {
        let file = self.folder().map(|folder| folder.join(lock_of(process)));
        file.ok().and_then(|file| File::open(file).ok()).is_some_and(|lock| is_taken(&lock))
    }

    /// A server that was killed leaves its lock's file behind.
    fn forget_servers_that_are_gone(&self) {
        let Ok(entries) = self.folder().and_then(|folder| Ok(std::fs::read_dir(folder)?)) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(OWN)) {
            if File::open(entry.path()).is_ok_and(|lock| !is_taken(&lock)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn open_lock(&self, name: &str) -> Result<File> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = File::options();
        options.create(true).truncate(false).write(true).mode(0o600);
        options.open(self.folder()?.join(name)).context("cannot open a server's lock")
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(self.journal.wake_file().parent().context("the journal has a folder")?.to_owned())
    }
}

const SHARED: &str = "server.lock";

fn lock_of(process: u32) -> String {
    format!("{OWN}{process}.lock")
}

fn is_taken(lock: &File) -> bool {
    matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}
