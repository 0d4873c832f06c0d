//! The journal: one SQLite database that servers, hooks and commands share, in which all that happened is appended and
//! nothing is ever changed. Events form a hash chain; texts are blobs named by their hash; each path has a disk head.
//! Here is what it takes and gives; nothing outside this folder knows SQL.

use std::fmt;
use std::fs::File;

use rusqlite::Connection;

use files::{Files, Identity};

pub use append::{Appended, Durability, Head, NewEvent};
pub use blake3::Hash;
pub use chain::{Broken, Verified};
pub use head::{Disk, DiskHead};
pub use open::{Opened, SetAside};
pub use spare::is_kept;

mod append;
mod blob;
mod chain;
mod files;
mod head;
mod log;
mod open;
mod patience;
mod process;
mod read;
mod schema;
mod set_aside;
mod spare;
#[cfg(test)]
mod tests;
mod trouble;
mod wake;

/// An event's place in the journal, from 1, without gaps. 0 is before the first.
pub type Seq = i64;

/// One open journal. Each thread and each process opens its own; all of them may append.
///
/// After a damage that an operation meets, the journal is checked when it is next opened, and set aside if it is bad.
pub struct Journal {
    connection: Connection,
    files: Files,
    /// Which file this is, to notice when another takes its place.
    identity: Identity,
    /// What the first link is chained to: random, so that no two journals have a link in common.
    id: Hash,
    /// What `PRAGMA synchronous` stands at.
    durability: Durability,
    /// `PRAGMA data_version` when it was last asked for.
    seen_version: i64,
    /// Opened at the first append.
    wake: Option<File>,
}

/// Something that happened, as the journal holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub seq: Seq,
    /// What kind of event it is; the journal does not look into it.
    pub kind: String,
    /// The file that it is about, as the writer named it.
    pub path: Option<String>,
    /// The session that it belongs to.
    pub session: Option<String>,
    /// When, in milliseconds since 1970 (UTC), by the writer's clock: order is by `seq`.
    pub time: i64,
    /// JSON.
    pub body: String,
    /// The texts that it needs, in the order in which the writer gave them: see [`Journal::blob`].
    pub blobs: Vec<Hash>,
    /// Its link in the hash chain.
    pub link: Hash,
}

/// A number that no other process has in this journal: the first half of the ids of the edits that the process makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u32);

impl Journal {
    /// What tells this journal from every other, also from one that was begun in its place.
    pub fn id(&self) -> Hash {
        self.id
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("file", &self.files.database).finish_non_exhaustive()
    }
}

/// The hash by which the journal names a text.
pub fn hash(text: &[u8]) -> Hash {
    blake3::hash(text)
}
