//! The files of a journal, all in one private folder, and which file stands at a name.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::patience;

#[derive(Clone)]
pub(super) struct Files {
    pub(super) dir: PathBuf,
    pub(super) database: PathBuf,
    pub(super) wal: PathBuf,
    /// The log's index.
    pub(super) shm: PathBuf,
    /// There when an operation met damage: the next to open checks the whole journal.
    pub(super) suspect: PathBuf,
    /// Written after each append.
    pub(super) wake: PathBuf,
    /// Held while a journal is begun or set aside.
    lock: PathBuf,
}

/// Device and inode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Files {
    /// `dir` is canonical.
    pub(super) fn of(dir: PathBuf) -> Files {
        let name = |name: &str| dir.join(name);
        Files {
            database: name("journal.sqlite"),
            wal: name("journal.sqlite-wal"),
            shm: name("journal.sqlite-shm"),
            suspect: name("journal.suspect"),
            wake: name("journal.wake"),
            lock: name("journal.lock"),
            dir,
        }
    }

    /// Which file is the database now; none when there is none.
    pub(super) fn identity(&self) -> io::Result<Option<Identity>> {
        match fs::metadata(&self.database) {
            Ok(found) => Ok(Some(Identity(found.dev(), found.ino()))),
            Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Closes the database to others. By its name: to open the file apart from SQLite and close it again would drop the
    /// locks that another connection of this process has on it.
    pub(super) fn close_to_others(&self) -> Result<()> {
        match fs::metadata(&self.database) {
            Ok(found) if found.mode() & 0o077 != 0 => self.set_mode(found.mode() & 0o700),
            _ => Ok(()),
        }
    }

    /// Gives the database, just made, its mode.
    pub(super) fn make_private(&self) -> Result<()> {
        self.set_mode(0o600)
    }

    fn set_mode(&self, mode: u32) -> Result<()> {
        fs::set_permissions(&self.database, Permissions::from_mode(mode))
            .with_context(|| format!("cannot close {} to others", self.database.display()))
    }

    /// Waits until no other process begins or sets aside a journal here.
    pub(super) fn lock(&self) -> Result<File> {
        let file = private_file(&self.lock).with_context(|| format!("cannot make {}", self.lock.display()))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if started.elapsed() < patience::LIMIT => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(TryLockError::WouldBlock) => {
                    bail!("another process has held {} for {} s", self.lock.display(), patience::LIMIT.as_secs())
                }
                Err(TryLockError::Error(err)) => {
                    return Err(err).with_context(|| format!("cannot lock {}", self.lock.display()));
                }
            }
        }
    }
}

/// Opens a file to write, made where there is none, with mode 0600 whatever the umask. Never the database: see
/// [`Files::close_to_others`].
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.mode() & 0o777 != 0o600 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// The length of a file in bytes; 0 where there is none.
pub(super) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}
