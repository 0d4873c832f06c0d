//! How long to wait for another process. SQLite's own busy time-out sleeps longer each time, up to 100 ms, and so loses to
//! a writer that comes back at once, for seconds (measured with two writers). Here the sleeps stay short, and grow only where so many
//! wait that looking would take the processor from the one that writes.

use std::time::{Duration, Instant};

use rusqlite::{Connection, Result};

/// Until an error says that the journal is locked: two hundred hooks that start together on two busy cores take some seconds in turn, and
/// an event that is not journaled is lost.
pub(super) const LIMIT: Duration = Duration::from_secs(15);

/// Of the first sleeps.
const LONG: Duration = Duration::from_millis(1);
/// So many sleeps make them longer by the same again.
const PATIENT: u32 = 50;
const LONGEST: Duration = Duration::from_millis(10);

/// Waits for locks as long as [`LIMIT`] says.
pub(super) fn usual(connection: &mut Connection) -> Result<()> {
    let mut since = Instant::now();
    connection.busy_handler(Some(move |times_before: i32| {
        if times_before == 0 {
            since = Instant::now();
        }
        let times = times_before.unsigned_abs();
        let sleep = Duration::from_micros(50).saturating_mul(times.saturating_add(1));
        std::thread::sleep(sleep.min(LONG.saturating_mul(1 + times / PATIENT)).min(LONGEST));
        since.elapsed() < LIMIT
    }))
}

/// Does not wait.
pub(super) fn none(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::ZERO)
}
