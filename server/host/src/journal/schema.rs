//! The tables of a journal and the rules that SQLite keeps for them: events and blobs are inserted, never changed.

use anyhow::{Result, bail};
use rusqlite::{Connection, TransactionBehavior};

/// 'CSgn': how a journal is told from other databases.
pub(super) const APPLICATION: i32 = 0x4353_676e;

/// Raised when an older Countersign could no longer read what a newer one writes.
pub(super) const VERSION: i32 = 1;

/// Head rows and the process counter are derived, and may change. `INSERT OR REPLACE` deletes
/// without firing a delete trigger, so that inserts are guarded too.
const TABLES: &str = "
CREATE TABLE journal (id BLOB NOT NULL CHECK (length(id) = 32)) STRICT;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    path TEXT,
    session TEXT,
    time INTEGER NOT NULL,
    body TEXT NOT NULL,
    blobs BLOB CHECK (length(blobs) % 32 = 0),
    link BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;
CREATE INDEX events_by_path ON events (path) WHERE path IS NOT NULL;
CREATE INDEX events_by_session ON events (session) WHERE session IS NOT NULL;
CREATE TABLE blobs (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    size INTEGER NOT NULL,
    packed INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE heads (path TEXT PRIMARY KEY, hash BLOB, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE processes (last INTEGER NOT NULL) STRICT;
INSERT INTO journal VALUES (randomblob(32));
INSERT INTO processes VALUES (0);
CREATE TRIGGER events_follow_one_another BEFORE INSERT ON events
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
    BEGIN SELECT RAISE(ABORT, 'an event is appended after the last one, nowhere else'); END;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER blobs_are_stored_once BEFORE INSERT ON blobs
    WHEN EXISTS (SELECT 1 FROM blobs WHERE hash = NEW.hash)
    BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER blobs_are_not_changed BEFORE UPDATE ON blobs
    BEGIN SELECT RAISE(ABORT, 'blobs are never changed'); END;
CREATE TRIGGER blobs_are_not_deleted BEFORE DELETE ON blobs
    BEGIN SELECT RAISE(ABORT, 'blobs are never deleted'); END;
CREATE TRIGGER the_id_is_not_changed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'a journal keeps its id'); END;
CREATE TRIGGER the_id_is_not_deleted BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'a journal keeps its id'); END;
";

/// What a database turned out to be.
pub(super) enum Kind {
    Journal,
    Empty,
    /// Another program's, or a journal that lost some of its tables: in words.
    Foreign(&'static str),
}

/// Tells a journal from an empty database and from one that is not ours.
///
/// Fails where it is a journal of a newer Countersign, and where the database cannot be read.
pub(super) fn recognize(connection: &Connection) -> Result<Kind> {
    let (application, version, ours, all): (i32, i32, u32, u32) = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
                count(*) FILTER (WHERE name IN ('journal', 'events', 'blobs', 'heads', 'processes',
                    'events_by_path', 'events_by_session', 'events_follow_one_another', 'events_are_not_changed',
                    'events_are_not_deleted', 'blobs_are_stored_once', 'blobs_are_not_changed',
                    'blobs_are_not_deleted', 'the_id_is_not_changed', 'the_id_is_not_deleted')),
                count(*) FROM sqlite_schema",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    if application == 0 && all == 0 {
        return Ok(Kind::Empty);
    }
    if application != APPLICATION {
        return Ok(Kind::Foreign("it is a database of another program"));
    }
    if version > VERSION {
        bail!(
            "a newer Countersign wrote this journal (format {version}; this one knows up to {VERSION}): update Countersign"
        );
    }
    if version != VERSION || ours != 15 {
        return Ok(Kind::Foreign("tables or triggers of it are missing"));
    }
    Ok(Kind::Journal)
}

/// Makes a journal of an empty database, all or nothing.
pub(super) fn create(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}
