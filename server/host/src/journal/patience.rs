//! How long to wait for another process. SQLite's own busy time-out sleeps longer each time, up to 100 ms, and so loses to
//! a writer that comes back at once, for seconds (measured with two writers). Here the sleeps stay short.

use std::time::{Duration, Instant};

use rusqlite::{Connection, Result};

/// Until an error says that the journal is locked.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

const LONGEST_SLEEP: Duration = Duration::from_millis(1);

/// Waits for locks as long as [`LIMIT`] says.
pub(super) fn usual(connection: &mut Connection) -> Result<()> {
    let mut since = Instant::now();
    connection.busy_handler(Some(move |times_before: i32| {
        if times_before == 0 {
            since = Instant::now();
        }
        let sleep = Duration::from_micros(50).saturating_mul(times_before.unsigned_abs().saturating_add(1));
        std::thread::sleep(sleep.min(LONGEST_SLEEP));
        since.elapsed() < LIMIT
    }))
}

/// Does not wait.
pub(super) fn none(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::ZERO)
}
