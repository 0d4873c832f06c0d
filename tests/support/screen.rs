//! What Neovim draws, kept from its `redraw` messages: readable even while it waits for an answer and takes no call.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use rmpv::Value;

#[derive(Default)]
pub(super) struct Screen {
    rows: Mutex<Vec<Vec<String>>>,
    drawn: Condvar,
}

impl Screen {
    /// The rows, a line each, blanks at line ends taken off.
    pub(super) fn text(&self) -> String {
        text(&self.rows.lock().expect("drawing does not panic"))
    }

    /// Waits until this stands on the screen. False at the limit.
    pub(super) fn wait_for(&self, wanted: &str, limit: Duration) -> bool {
        let rows = self.rows.lock().expect("drawing does not panic");
        let waited = self.drawn.wait_timeout_while(rows, limit, |rows| !text(rows).contains(wanted));
        !waited.expect("drawing does not panic").1.timed_out()
    }

    /// Takes the events of one `redraw`: each is a name and any number of argument lists.
    pub(super) fn draw(&self, events: &[Value]) {
        let mut rows = self.rows.lock().expect("drawing does not panic");
        for event in events.iter().filter_map(Value::as_array) {
            let Some((name, calls)) = event.split_first() else { continue };
            for call in calls.iter().filter_map(Value::as_array) {
                match name.as_str() {
                    Some("grid_resize") => *rows = vec![vec![" ".to_owned(); number(&call[1])]; number(&call[2])],
                    Some("grid_clear") => rows.iter_mut().flatten().for_each(|cell| " ".clone_into(cell)),
                    Some("grid_line") => line(&mut rows[number(&call[1])], number(&call[2]), &call[3]),
                    Some("grid_scroll") => scroll(&mut rows, call),
                    _ => {}
                }
            }
        }
        self.drawn.notify_all();
    }
}

fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.concat().trim_end().to_owned() + "\n").collect()
}

/// Cells are `[text, highlight?, repeat?]`; the right half of a wide character is an empty one.
fn line(row: &mut [String], mut column: usize, cells: &Value) {
    for cell in cells.as_array().into_iter().flatten() {
        let times = cell.as_array().and_then(|cell| cell.get(2)).map_or(1, number);
        for _ in 0..times {
            row[column] = cell[0].as_str().unwrap_or_default().to_owned();
            column += 1;
        }
    }
}

/// Moves a region up by `rows` (down where negative).
fn scroll(screen: &mut [Vec<String>], call: &[Value]) {
    let [top, bottom, left, right] = [1, 2, 3, 4].map(|at| number(&call[at]));
    let by = call[5].as_i64().unwrap_or_default();
    let distance = usize::try_from(by.unsigned_abs()).unwrap_or_default();
    let order: Vec<usize> =
        if by > 0 { (top..bottom - distance).collect() } else { (top + distance..bottom).rev().collect() };
    for to in order {
        let from = if by > 0 { to + distance } else { to - distance };
        let moved = screen[from][left..right].to_vec();
        screen[to][left..right].clone_from_slice(&moved);
    }
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
}
