//! Reading events back: those after a place, those of a file, those of a session.

use anyhow::Result;
use rusqlite::{Connection, Params, Row};

use super::{Event, Hash, Journal, Seq, chain};

/// Milliseconds: an event may be appended so long after the time that it has, behind others of a later time.
const LATE: i64 = 10_000;
/// So many of the last events are looked at for sessions.
const LAST: i64 = 1000;

impl Journal {
    /// The events after `after`, oldest first, `limit` at most: what a reader has not seen yet.
    pub fn events_after(&self, after: Seq, limit: usize) -> Result<Vec<Event>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.events("WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    }

    /// The events of a file after `after`, oldest first.
    pub fn events_of_path(&self, path: &str, after: Seq) -> Result<Vec<Event>> {
        self.events("WHERE path = ? AND seq > ? ORDER BY seq", (path, after))
    }

    /// The events of a session after `after`, oldest first.
    pub fn events_of_session(&self, session: &str, after: Seq) -> Result<Vec<Event>> {
        self.events("WHERE session = ? AND seq > ? ORDER BY seq", (session, after))
    }

    /// The events of a session and of what is filed under it (`id/…`: its subagents) after `after`, oldest first.
    pub fn events_of_sessions(&self, id: &str, after: Seq) -> Result<Vec<Event>> {
        // '0' is the character after '/'.
        let which = "WHERE seq IN (SELECT seq FROM events WHERE session = ?1 AND seq > ?2
            UNION SELECT seq FROM events WHERE session > ?1 || '/' AND session < ?1 || '0' AND seq > ?2) ORDER BY seq";
        self.events(which, (id, after))
    }

    /// The place of a session's last event; 0 where it has none.
    pub fn last_of_session(&self, session: &str) -> Result<Seq> {
        let last = last_of_session(&self.connection, session, Seq::MAX);
        self.told("look for a session's last event", last.map_err(Into::into))
    }

    /// A session's events since a time (milliseconds since 1970, UTC), oldest first.
    pub fn events_of_session_since(&self, session: &str, time: i64) -> Result<Vec<Event>> {
        let which = "WHERE session = ?1 AND time >= ?2 AND seq > coalesce(
            (SELECT seq FROM events WHERE session = ?1 AND time < ?3 ORDER BY seq DESC LIMIT 1), 0) ORDER BY seq";
        self.events(which, (session, time, time.saturating_sub(LATE)))
    }

    /// The sessions of which something was appended since a time (milliseconds since 1970, UTC), as far as that is among the last events.
    pub fn sessions_since(&self, time: i64) -> Result<Vec<String>> {
        let query = "SELECT DISTINCT session FROM (SELECT session, time FROM events ORDER BY seq DESC LIMIT ?)
            WHERE session IS NOT NULL AND time >= ?";
        let select = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare_cached(query)?;
            statement.query_map((LAST, time), |row| row.get(0))?.collect()
        };
        self.told("look for sessions", select().map_err(Into::into))
    }

    /// Of a session's events after `after` that are about no file, the newest `limit`, and the newest of each kind of `besides` however old
    /// it is; oldest first. What a session was told of long ago costs a reader nothing.
    pub fn newest_of_session(&self, session: &str, after: Seq, limit: usize, besides: [&str; 2]) -> Result<Vec<Event>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let which = "WHERE seq IN (SELECT seq FROM events WHERE session = ?1 AND path IS NULL AND seq > ?2 ORDER BY seq DESC LIMIT ?3)
            OR seq IN (SELECT max(seq) FROM events WHERE session = ?1 AND kind IN (?4, ?5) AND seq > ?2 GROUP BY kind) ORDER BY seq";
        self.events(which, (session, after, limit, besides[0], besides[1]))
    }

    /// The newest event of a kind of a session and of each of its subagents, oldest first.
    pub fn newest_of_family(&self, session: &str, kind: &str) -> Result<Vec<Event>> {
        // `0` is the letter behind `/`.
        let which = "WHERE seq IN (SELECT max(seq) FROM events
                WHERE kind = ?2 AND (session = ?1 OR session > ?1 || '/' AND session < ?1 || '0') GROUP BY session) ORDER BY seq";
        self.events(which, (session, kind))
    }

    /// The place of the last event; 0 in an empty journal.
    pub fn last_seq(&self) -> Result<Seq> {
        let last = chain::last(&self.connection, self.id).map(|(seq, _)| seq);
        self.told("look for the last event", last)
    }

    fn events(&self, which: &str, parameters: impl Params) -> Result<Vec<Event>> {
        self.told("read events", self.select(which, parameters))
    }

    fn select(&self, which: &str, parameters: impl Params) -> Result<Vec<Event>> {
        let query = format!("SELECT seq, kind, path, session, time, body, blobs, link FROM events {which}");
        let mut statement = self.connection.prepare_cached(&query)?;
        let events = statement.query_map(parameters, event)?;
        Ok(events.collect::<rusqlite::Result<_>>()?)
    }
}

/// The place of a session's last event up to `until`; 0 where it has none.
pub(super) fn last_of_session(connection: &Connection, session: &str, until: Seq) -> rusqlite::Result<Seq> {
    let last = "SELECT coalesce(max(seq), 0) FROM events WHERE session = ? AND seq <= ?";
    connection.prepare_cached(last)?.query_row((session, until), |row| row.get(0))
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        kind: row.get(1)?,
        path: row.get(2)?,
        session: row.get(3)?,
        time: row.get(4)?,
        body: row.get(5)?,
        blobs: row.get_ref(6)?.as_blob_or_null()?.map(|bytes| chain::hashes(bytes).collect()).unwrap_or_default(),
        link: Hash::from_bytes(row.get(7)?),
    })
}
