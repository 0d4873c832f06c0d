//! Disk heads: what each file on disk was last known to hold. Derived from the events, kept so that processes can compare
//! and swap; see [`Journal::append`] for that.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Hash, Journal, Seq};

/// What is on disk at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// No file.
    Absent,
    /// A file whose content has this hash (see [`hash`](super::hash)).
    Holds(Hash),
}

/// A file's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskHead {
    /// What the file holds.
    pub disk: Disk,
    /// The event that brought it there.
    pub seq: Seq,
}

impl Journal {
    /// The head of a file; none where the journal does not know the file.
    pub fn head(&self, path: &str) -> Result<Option<DiskHead>> {
        self.told("read a disk head", get(&self.connection, path))
    }

    /// Whether there is a head of any file in a folder.
    pub fn has_heads_in(&self, folder: &str) -> Result<bool> {
        // '0' is the character after '/'.
        let query = "SELECT EXISTS (SELECT 1 FROM heads WHERE path > ?1 || '/' AND path < ?1 || '0')";
        let found =
            self.connection.prepare_cached(query).and_then(|mut query| query.query_row([folder], |row| row.get(0)));
        self.told("look for the disk heads of a folder", found.map_err(Into::into))
    }

    /// All heads, by path.
    pub fn heads(&self) -> Result<Vec<(String, DiskHead)>> {
        self.told("read the disk heads", all(&self.connection))
    }
}

pub(super) fn get(connection: &Connection, path: &str) -> Result<Option<DiskHead>> {
    Ok(connection
        .prepare_cached("SELECT hash, seq FROM heads WHERE path = ?")?
        .query_row([path], |row| head(row, 0))
        .optional()?)
}

pub(super) fn set(connection: &Connection, path: &str, head: DiskHead) -> Result<()> {
    let hash = match head.disk {
        Disk::Absent => None,
        Disk::Holds(hash) => Some(*hash.as_bytes()),
    };
    connection
        .prepare_cached(
            "INSERT INTO heads (path, hash, seq) VALUES (?, ?, ?)
             ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, seq = excluded.seq",
        )?
        .execute(params![path, hash, head.seq])?;
    Ok(())
}

fn all(connection: &Connection) -> Result<Vec<(String, DiskHead)>> {
    let mut statement = connection.prepare_cached("SELECT path, hash, seq FROM heads ORDER BY path")?;
    let heads = statement.query_map([], |row| Ok((row.get(0)?, head(row, 1)?)))?;
    Ok(heads.collect::<rusqlite::Result<_>>()?)
}

/// The hash stands in `column`, the place in the next.
fn head(row: &Row<'_>, column: usize) -> rusqlite::Result<DiskHead> {
    let disk = row.get::<_, Option<[u8; 32]>>(column)?.map_or(Disk::Absent, |hash| Disk::Holds(Hash::from_bytes(hash)));
    Ok(DiskHead { disk, seq: row.get(column + 1)? })
}
