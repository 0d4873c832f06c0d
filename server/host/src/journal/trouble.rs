//! What may go wrong with the database, in words; and damage, which is remembered until the journal is next opened.

use std::borrow::Cow;

use anyhow::{Error, Result};
use rusqlite::ErrorCode;

use super::files::private_file;
use super::{Journal, patience};

impl Journal {
    /// Passes on what an operation gave; an error says what was tried and what is wrong.
    pub(super) fn told<T>(&self, tried: &str, result: Result<T>) -> Result<T> {
        result.map_err(|err| {
            if is_damage(&err) {
                // Where not even this can be written, the next who meets the damage tries again.
                let _ = private_file(&self.files.suspect);
            }
            explain(err, &format!("cannot {tried} in {}", self.files.database.display()))
        })
    }
}

/// Adds what was tried, and what is wrong where SQLite's own words do not say it well.
pub(super) fn explain(err: Error, tried: &str) -> Error {
    let words = in_words(&err).map_or_else(String::new, |words| format!(": {words}"));
    err.context(format!("{tried}{words}"))
}

/// Whether the database is not what SQLite wrote.
pub(super) fn is_damage(err: &Error) -> bool {
    matches!(code(err), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn in_words(err: &Error) -> Option<Cow<'static, str>> {
    let words = match code(err)? {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            "it is damaged, and will be checked whole when it is next opened"
        }
        ErrorCode::DiskFull => "the disk is full",
        ErrorCode::ReadOnly => "it cannot be written",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            return Some(format!("another process has kept it locked for {} s", patience::LIMIT.as_secs()).into());
        }
        ErrorCode::SystemIoFailure => "the disk is full or fails",
        ErrorCode::TooBig => "that is more than a journal holds in one piece",
        _ => return None,
    };
    Some(words.into())
}

fn code(err: &Error) -> Option<ErrorCode> {
    err.chain().find_map(|cause| cause.downcast_ref::<rusqlite::Error>()?.sqlite_error_code())
}
