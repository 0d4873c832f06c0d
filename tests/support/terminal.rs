//! A terminal on a pseudo-terminal of the kernel's: a program draws on it and is typed into, as in a window.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use vt100::Parser;

use super::{offspring, picture};

const ROWS: u16 = 40;
const COLUMNS: u16 = 120;

/// What programs ask a terminal for, last of all, to learn what it can do; and what a plain one answers.
const ASKED: (&[u8], &[u8]) = (b"\x1b[c", b"\x1b[?62;22c");

pub(super) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<(Mutex<Parser>, Condvar)>,
}

impl Terminal {
    /// Starts a program; `setsid` is the command that starts others in a session of their own, in the environment that the program gets.
    pub(super) fn start(mut setsid: Command) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("it is ours");
        let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("a terminal has a size");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = File::from(open(name, flags, Mode::empty()).expect("its other end"));
        let end = || Stdio::from(slave.try_clone().expect("a file can be shared"));
        let child = setsid.stdin(end()).stdout(end()).stderr(end()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{setsid:?}: {error}"));
        let master = File::from(master);
        let screen = Arc::new((Mutex::new(Parser::new(ROWS, COLUMNS, 0)), Condvar::new()));
        let keyboard = master.try_clone().expect("a file can be shared");
        draw(master, Arc::clone(&screen));
        Terminal { child, keyboard, screen }
    }

    /// Types bytes, as a terminal sends keys.
    pub(super) fn send(&mut self, keys: &str) {
        let sent = self.keyboard.write_all(keys.as_bytes());
        sent.unwrap_or_else(|error| panic!("{keys:?}: {error}\n{}", self.text()));
    }

    /// Kills what it has started of this name. How many there were.
    pub(super) fn kill(&self, name: &str) -> usize {
        offspring::kill(self.child.id(), name)
    }

    /// What stands on the screen, a line a row, blanks at line ends taken off.
    pub(super) fn text(&self) -> String {
        lines(&lock(&self.screen.0))
    }

    /// Draws the upper left part of the screen, so many rows and columns, once nothing has changed on it for a moment.
    pub(super) fn draw(&self, rows: u16, columns: u16, file: &Path) {
        let quiet = (0..20).any(|_| {
            let before = self.text();
            !self.wait_for(|screen| screen != before, Duration::from_millis(500))
        });
        assert!(quiet, "it goes on changing:\n{}", self.text());
        picture::draw(lock(&self.screen.0).screen(), rows, columns, file);
    }

    /// Waits until the screen is such. False at the limit.
    pub(super) fn wait_for(&self, wanted: impl Fn(&str) -> bool, limit: Duration) -> bool {
        let waited = self.screen.1.wait_timeout_while(lock(&self.screen.0), limit, |screen| !wanted(&lines(screen)));
        !waited.expect("drawing does not panic").1.timed_out()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes what the program draws until it has ended: one that is not listened to stops.
fn draw(mut master: File, screen: Arc<(Mutex<Parser>, Condvar)>) {
    thread::spawn(move || {
        let mut bytes = [0; 65536];
        while let Ok(count @ 1..) = master.read(&mut bytes) {
            lock(&screen.0).process(&bytes[..count]);
            screen.1.notify_all();
            if bytes[..count].windows(ASKED.0.len()).any(|window| window == ASKED.0)
                && master.write_all(ASKED.1).is_err()
            {
                break;
            }
        }
    });
}

fn lines(screen: &Parser) -> String {
    screen.screen().rows(0, COLUMNS).map(|row| row.trim_end().to_owned() + "\n").collect()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("neither drawing nor typing panics")
}
