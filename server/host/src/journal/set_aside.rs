//! A damaged journal is renamed, with all its files and with the date; its text may still be got out by hand.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::files::Files;
use super::open::SetAside;

/// What SQLite adds to the name of a database. The database comes first: whoever opened it before it was renamed sees, by
/// its name, that it moved, and trusts no log opened since.
const SUFFIXES: [&str; 4] = ["", "-wal", "-journal", "-shm"];

/// Renames what stands at the journal's names; `files.lock` is held. `now` is in milliseconds since 1970, UTC.
pub(super) fn set_aside(files: &Files, why: String, now: i64) -> Result<SetAside> {
    let moved = rename(files, now, "corrupt")
        .with_context(|| format!("the journal is damaged ({why}) and cannot be set aside"))?;
    if let Err(err) = fs::remove_file(&files.suspect)
        && err.kind() != ErrorKind::NotFound
    {
        return Err(err).with_context(|| format!("cannot remove {}", files.suspect.display()));
    }
    Ok(SetAside { file: moved, why })
}

/// Renames what stands at the journal's names to free ones with a word and the date in them; gives the database's.
pub(super) fn rename(files: &Files, now: i64, word: &str) -> Result<PathBuf> {
    let free = free_name(&files.dir, now, word);
    let mut moved = Vec::new();
    for suffix in SUFFIXES {
        let (from, to) = (with_suffix(&files.database, suffix), with_suffix(&free, suffix));
        match fs::rename(&from, &to) {
            Ok(()) => moved.push(to),
            Err(err) if err.kind() == ErrorKind::NotFound => {}
            Err(err) => return Err(err).with_context(|| format!("cannot rename it to {}", to.display())),
        }
    }
    Ok(moved.into_iter().next().unwrap_or(free))
}

fn free_name(dir: &Path, now: i64, word: &str) -> PathBuf {
    let date = Timestamp::from_millisecond(now)
        .map_or_else(|_| now.to_string(), |time| time.strftime("%Y-%m-%dT%H-%M-%SZ").to_string());
    let name = |count: u64| match count {
        1 => dir.join(format!("journal.{word}-{date}.sqlite")),
        _ => dir.join(format!("journal.{word}-{date}-{count}.sqlite")),
    };
    let taken = |name: &Path| SUFFIXES.iter().any(|suffix| with_suffix(name, suffix).symlink_metadata().is_ok());
    let mut count = 1;
    while taken(&name(count)) {
        count += 1;
    }
    name(count)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
