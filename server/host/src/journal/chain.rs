//! The hash chain: each event's link is made from the link before it and from all that the event says, so that no event
//! can be changed, taken out or put in between without every later link being wrong. Whoever noted the last link
//! elsewhere can also tell whether the newest events were cut off.

use std::fmt;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Hash, Journal, Seq, blob};

/// What a walk over the whole journal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events have the right link.
    pub events: u64,
    /// How many texts were read, each being the one that was stored.
    pub blobs: u64,
    /// The last right link; the journal's id where there is no event.
    pub last_link: Hash,
    /// Where the walk ended; none where all is as it was written.
    pub broken: Option<Broken>,
}

/// The first thing that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The event at this place is not the one that was appended there, or one is missing before it.
    Link(Seq),
    /// The event at this place needs a text that is missing.
    Missing(Seq, Hash),
    /// The text of this hash is no longer that text.
    Blob(Hash),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Link(seq) => write!(f, "event {seq} is not the one that was appended after event {}", seq - 1),
            Broken::Missing(seq, hash) => write!(f, "the text {hash} of event {seq} is missing"),
            Broken::Blob(hash) => write!(f, "the text {hash} is not the one that was stored"),
        }
    }
}

/// What goes into a link. Bytes, so that an event that is no text any more is a wrong link and not an error.
pub(super) struct Linked<'a> {
    pub(super) seq: Seq,
    pub(super) kind: &'a [u8],
    pub(super) path: Option<&'a [u8]>,
    pub(super) session: Option<&'a [u8]>,
    pub(super) time: i64,
    pub(super) body: &'a [u8],
    /// The hashes, one after the other.
    pub(super) blobs: &'a [u8],
}

/// The link of an event: BLAKE3 over the link before it and every field, each with its length.
pub(super) fn link(previous: &Hash, event: &Linked<'_>) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("countersign journal link 1");
    hasher.update(previous.as_bytes());
    hasher.update(&event.seq.to_le_bytes());
    hasher.update(&event.time.to_le_bytes());
    for field in [Some(event.kind), event.path, event.session, Some(event.body), Some(event.blobs)] {
        match field {
            None => hasher.update(&[0]),
            Some(bytes) => hasher.update(&[1]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes),
        };
    }
    hasher.finalize()
}

/// The place and link of the last event; 0 and the journal's id where there is none.
pub(super) fn last(connection: &Connection, id: Hash) -> Result<(Seq, Hash)> {
    let last = connection
        .prepare_cached("SELECT seq, link FROM events ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, Hash::from_bytes(row.get(1)?))))
        .optional()?;
    Ok(last.unwrap_or((0, id)))
}

/// How many rows are read at a time: a reader that stays for long keeps the log from being emptied.
const PAGE: i64 = 1_000;

impl Journal {
    /// Walks all events from the first, then all texts, to the first that is not as it was written. Others may append
    /// meanwhile. Takes time in proportion to the journal.
    pub fn verify(&self) -> Result<Verified> {
        self.told("verify the chain", self.walk())
    }

    fn walk(&self) -> Result<Verified> {
        // Read again: an open journal remembers the id that it met.
        let id: [u8; 32] = self.connection.query_row("SELECT id FROM journal", [], |row| row.get(0))?;
        let mut verified = Verified { events: 0, blobs: 0, last_link: Hash::from_bytes(id), broken: None };
        let mut seq = 0;
        while verified.broken.is_none() && self.walk_events(&mut seq, &mut verified)? {}
        let mut row = i64::MIN;
        while verified.broken.is_none() && self.walk_blobs(&mut row, &mut verified)? {}
        Ok(verified)
    }

    /// Walks one page of events after `seq`; false at the end.
    fn walk_events(&self, seq: &mut Seq, verified: &mut Verified) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, kind, path, session, time, body, blobs, link FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        )?;
        let mut rows = statement.query([*seq, PAGE])?;
        let mut any = false;
        while let Some(row) = rows.next()? {
            any = true;
            verified.broken = self.walk_event(row, *seq + 1, verified)?;
            if verified.broken.is_some() {
                break;
            }
            *seq += 1;
            verified.events += 1;
        }
        Ok(any)
    }

    fn walk_event(&self, row: &Row<'_>, expected: Seq, verified: &mut Verified) -> Result<Option<Broken>> {
        let bytes = |column: usize| -> Result<Option<&[u8]>> { Ok(row.get_ref(column)?.as_bytes_or_null()?) };
        let event = Linked {
            seq: row.get(0)?,
            kind: bytes(1)?.unwrap_or_default(),
            path: bytes(2)?,
            session: bytes(3)?,
            time: row.get(4)?,
            body: bytes(5)?.unwrap_or_default(),
            blobs: bytes(6)?.unwrap_or_default(),
        };
        let right = link(&verified.last_link, &event);
        if event.seq != expected || bytes(7)? != Some(right.as_bytes()) {
            return Ok(Some(Broken::Link(event.seq)));
        }
        for hash in hashes(event.blobs) {
            if !blob::has(&self.connection, &hash)? {
                return Ok(Some(Broken::Missing(event.seq, hash)));
            }
        }
        verified.last_link = right;
        Ok(None)
    }

    /// Walks one page of texts after `last`; false at the end.
    fn walk_blobs(&self, last: &mut i64, verified: &mut Verified) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT rowid, hash, size, packed, bytes FROM blobs WHERE rowid > ? ORDER BY rowid LIMIT ?",
        )?;
        let mut rows = statement.query([*last, PAGE])?;
        let mut any = false;
        while let Some(row) = rows.next()? {
            any = true;
            *last = row.get(0)?;
            let hash = Hash::from_bytes(row.get(1)?);
            let stored = blob::Packed { hash, size: row.get(2)?, packed: row.get(3)?, bytes: row.get(4)? };
            if blob::unpack(stored).is_err() {
                verified.broken = Some(Broken::Blob(hash));
                break;
            }
            verified.blobs += 1;
        }
        Ok(any)
    }
}

/// The hashes that stand one after the other in `bytes`.
pub(super) fn hashes(bytes: &[u8]) -> impl Iterator<Item = Hash> + '_ {
    bytes.as_chunks::<32>().0.iter().map(|hash| Hash::from_bytes(*hash))
}
