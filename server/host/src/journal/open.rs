//! Opening a journal in milliseconds, beginning one where there is none, and setting a damaged one aside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::append::Durability;
use super::files::{Files, Identity, length};
use super::schema::{self, Kind};
use super::{Hash, Journal, patience, set_aside, spare, trouble};
use crate::state_dir;

/// An open journal, and what had to be done to have it.
#[derive(Debug)]
pub struct Opened {
    /// The journal.
    pub journal: Journal,
    /// Whether it was begun just now, and is empty.
    pub begun: bool,
    /// Whether it was gone, and came back from its second name.
    pub came_back: bool,
    /// The damaged journal that stood in its place; to be told to the user.
    pub set_aside: Option<SetAside>,
}

/// A damaged journal, kept whole under another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Its new name.
    pub file: PathBuf,
    /// What was wrong with it.
    pub why: String,
}

impl Journal {
    /// Opens the journal in the folder `dir`, which is the journal's own: made with mode 0700 where it is missing, closed
    /// to others where it is not. A damaged journal is renamed, with the date of `now` (milliseconds since 1970, UTC), and
    /// a new one is begun; nothing is deleted.
    ///
    /// Fails where the folder is not the user's own (see [`state_dir::make_private`]) or cannot be written, where a newer
    /// Countersign wrote the journal, and where another process keeps it locked for five seconds.
    pub fn open(dir: &Path, now: i64) -> Result<Opened> {
        Self::open_spared(dir, None, now)
    }

    /// The same for a journal that has a second name in the folder `spare`, outside of the work tree. One that is gone from `dir` and is
    /// still there comes back; that is told as [`Opened::came_back`]. Where a second name cannot be given, it has none.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_spared(dir: &Path, spare: Option<&Path>, now: i64) -> Result<Opened> {
        let files = Files::of(state_dir::make_private(dir)?);
        let opened = open(&files, spare, now)
            .map_err(|err| trouble::explain(err, &format!("cannot open the journal in {}", files.dir.display())))?;
        if let Some(spare) = spare {
            // Who has no second file system has lost nothing yet.
            let _ = spare::keep(&files, spare);
        }
        Ok(opened)
    }
}

enum Found {
    Journal(Box<Journal>),
    /// None, or one that another process is at work on.
    None,
    /// In words.
    Damaged(String),
}

fn open(files: &Files, spare: Option<&Path>, now: i64) -> Result<Opened> {
    if !files.suspect.exists()
        && let Found::Journal(journal) = look(files)?
    {
        return Ok(Opened { journal: *journal, begun: false, came_back: false, set_aside: None });
    }
    // One process at a time begins or sets aside, and each looks again: another may have done it meanwhile.
    let _lock = files.lock()?;
    let came_back = spare.is_some_and(|spare| spare::bring_back(files, spare));
    let found = match suspicion(files)? {
        Some(why) => Found::Damaged(why),
        None => look(files)?,
    };
    let set_aside = match found {
        Found::Journal(journal) => {
            return Ok(Opened { journal: *journal, begun: false, came_back, set_aside: None });
        }
        Found::None => None,
        Found::Damaged(why) => Some(set_aside::set_aside(files, why, now)?),
    };
    let (journal, begun) = begin(files)?;
    Ok(Opened { journal, begun, came_back: false, set_aside })
}

fn look(files: &Files) -> Result<Found> {
    // In this order: a log is only ever written beside a database that has a first page.
    let wal = length(&files.wal);
    let before = files.identity()?;
    if length(&files.database) == 0 {
        // SQLite would delete the log of an empty database.
        return Ok(if wal > 0 { Found::Damaged("it is empty, while its log is not".into()) } else { Found::None });
    }
    let found = files.close_to_others().and_then(|()| look_inside(files, before));
    // Another file before and after: what was opened was just set aside, or its log is that of its successor.
    if files.identity()? != before {
        return Ok(Found::None);
    }
    match found {
        Err(err) if trouble::is_damage(&err) => Ok(Found::Damaged(err.to_string())),
        found => found,
    }
}

fn look_inside(files: &Files, identity: Option<Identity>) -> Result<Found> {
    let connection = connect(files, OpenFlags::empty())?;
    Ok(match (schema::recognize(&connection)?, identity) {
        (Kind::Journal, Some(identity)) => Found::Journal(Box::new(journal(connection, files, identity)?)),
        (Kind::Journal | Kind::Empty, _) => Found::None,
        (Kind::Foreign(why), _) => Found::Damaged(why.into()),
    })
}

/// What a check of the whole journal says is wrong, where an operation met damage; none where there is nothing to
/// suspect.
fn suspicion(files: &Files) -> Result<Option<String>> {
    if !files.suspect.exists() || length(&files.database) == 0 {
        return Ok(None);
    }
    let checked = connect(files, OpenFlags::empty())
        .and_then(|connection| Ok(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?));
    match checked {
        Ok(word) if word == "ok" => {
            fs::remove_file(&files.suspect).with_context(|| format!("cannot remove {}", files.suspect.display()))?;
            Ok(None)
        }
        Ok(damage) => Ok(Some(damage)),
        Err(err) if trouble::is_damage(&err) => Ok(Some(err.to_string())),
        Err(err) => Err(err),
    }
}

fn begin(files: &Files) -> Result<(Journal, bool)> {
    let mut connection = connect(files, OpenFlags::SQLITE_OPEN_CREATE)?;
    files.make_private()?;
    let begun = match schema::recognize(&connection)? {
        Kind::Journal => false,
        Kind::Foreign(why) => bail!("{why}"),
        Kind::Empty => {
            write_ahead(&connection)?;
            schema::create(&mut connection)?;
            true
        }
    };
    let identity = files.identity()?.context("the journal vanished while it was begun")?;
    Ok((journal(connection, files, identity)?, begun))
}

fn connect(files: &Files, also: OpenFlags) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW | also;
    let mut connection = Connection::open_with_flags(&files.database, flags)?;
    patience::usual(&mut connection)?;
    // A hook that closes last would pay for two syncs. Worse, the log is deleted by its name then, and that may be the
    // name of a successor's by now.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn write_ahead(connection: &Connection) -> Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        bail!("this file system cannot share a journal between processes (SQLite's mode is '{mode}', not 'wal')");
    }
    Ok(())
}

fn journal(connection: Connection, files: &Files, identity: Identity) -> Result<Journal> {
    write_ahead(&connection)?;
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 0;",
    )?;
    let id: [u8; 32] = connection.query_row("SELECT id FROM journal", [], |row| row.get(0))?;
    // Both ends of what an append touches first are read now: damage there is met before anything is promised.
    connection.query_row("SELECT max(seq), (SELECT last FROM processes) FROM events", [], |_| Ok(()))?;
    let seen_version = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
    Ok(Journal {
        connection,
        files: files.clone(),
        identity,
        id: Hash::from_bytes(id),
        durability: Durability::Edit,
        seen_version,
        wake: None,
    })
}
