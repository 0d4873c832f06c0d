//! Snapshots: what the events of a file come to, up to one of them. A cache, outside the hash chain: losing one costs
//! time, never truth.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, params};

use super::blob::{self, Packed};
use super::{Hash, Journal, Seq};

/// What the events of a file come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last event that is in it; those after it are still to be folded.
    pub upto: Seq,
    /// In the form that the one who put it there chose.
    pub bytes: Vec<u8>,
}

impl Journal {
    /// Keeps a snapshot of a file, in the place of an older one. One that is newer stays.
    pub fn put_snapshot(&mut self, path: &str, upto: Seq, bytes: &[u8]) -> Result<()> {
        let kept = blob::pack(bytes).and_then(|packed| put(&self.connection, path, upto, &packed));
        self.told("keep a snapshot", kept)
    }

    /// The newest snapshot of a file. None where there is none, or where it is damaged: then fold from the start.
    pub fn snapshot(&self, path: &str) -> Result<Option<Snapshot>> {
        let stored = get(&self.connection, path);
        let Some((upto, packed)) = self.told("read a snapshot", stored)? else { return Ok(None) };
        Ok(blob::unpack(packed).ok().map(|bytes| Snapshot { upto, bytes }))
    }

    /// Throws away the snapshot of a file, or, without a path, all of them.
    pub fn drop_snapshots(&mut self, path: Option<&str>) -> Result<()> {
        let dropped = self.connection.execute("DELETE FROM snapshots WHERE ?1 IS NULL OR path = ?1", [path]);
        self.told("drop snapshots", dropped.map(drop).map_err(Into::into))
    }
}

fn put(connection: &Connection, path: &str, upto: Seq, packed: &Packed) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO snapshots (path, upto, hash, size, packed, bytes) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (path) DO UPDATE SET upto = excluded.upto, hash = excluded.hash, size = excluded.size,
                packed = excluded.packed, bytes = excluded.bytes WHERE excluded.upto >= upto",
        )?
        .execute(params![path, upto, packed.hash.as_bytes(), packed.size, packed.packed, packed.bytes])?;
    Ok(())
}

fn get(connection: &Connection, path: &str) -> Result<Option<(Seq, Packed)>> {
    let mut statement =
        connection.prepare_cached("SELECT upto, hash, size, packed, bytes FROM snapshots WHERE path = ?")?;
    Ok(statement
        .query_row([path], |row| {
            let packed = Packed {
                hash: Hash::from_bytes(row.get(1)?),
                size: row.get(2)?,
                packed: row.get(3)?,
                bytes: row.get(4)?,
            };
            Ok((row.get(0)?, packed))
        })
        .optional()?)
}
