//! Whose is it? Pairs what is seen on disk with what agents announced. Evidence, best first: the content that an agent announced,
//! a path that it announced, a shell command of its that was running; what nobody claims is external.

use crate::announce::{AgentAct, AgentEvent, Write};
use crate::author::Author;
use crate::document::Act;
use crate::edit::Evidence;
use crate::weave::Fingerprint;

/// An announcement that was not answered by a report claims for this long, in milliseconds: a tool may wait for a person.
const PATIENCE: u64 = 10 * 60 * 1000;
/// After its report an announcement of which nothing was seen still claims for this long, in milliseconds: some agents report
/// before the bytes are there.
const FLUSH: u64 = 2000;
/// How far the time of a file's last change may be behind the clock, in milliseconds: the kernel's tick.
const TICK: u64 = 10;

/// What agents have said of writes and commands that is not over yet.
#[derive(Clone, Debug, Default)]
pub struct Announcements {
    writes: Vec<Announced>,
    windows: Vec<Window>,
}

/// A write of one file that an agent announced.
#[derive(Clone, Debug)]
pub struct Announced {
    /// Whose.
    pub author: Author,
    /// The tool call.
    pub call: Option<String>,
    /// The file.
    pub path: String,
    /// What it said.
    pub write: Write,
    /// The text that the file will have, where that can be told.
    pub expected: Option<Fingerprint>,
    /// When it was announced.
    pub at: u64,
    /// When it was reported done.
    pub reported: Option<u64>,
}

/// A shell command that an agent runs.
#[derive(Clone, Debug)]
struct Window {
    author: Author,
    call: Option<String>,
    at: u64,
    closed: Option<u64>,
}

impl Announcements {
    /// Takes note of what an agent says; `expected` are the fingerprints of the texts that its writes will leave, where known.
    pub fn hear(&mut self, event: &AgentEvent, expected: &[Option<Fingerprint>], at: u64) {
        let author = event.author();
        match &event.act {
            AgentAct::WillWrite { writes } => {
                for (nth, write) in writes.iter().enumerate() {
                    self.announce(event, write, expected.get(nth).copied().flatten(), at);
                }
            }
            AgentAct::DidWrite { writes } => {
                for (nth, write) in writes.iter().enumerate() {
                    if !self.writes.iter().any(|known| known.is(event, &write.path)) {
                        self.announce(event, write, expected.get(nth).copied().flatten(), at);
                    }
                    for known in self.writes.iter_mut().filter(|known| known.is(event, &write.path)) {
                        known.reported = Some(at);
                    }
                }
            }
            AgentAct::WriteFailed { paths } => {
                self.writes.retain(|known| !paths.iter().any(|path| known.is(event, path)));
            }
            AgentAct::WillRun { .. } => {
                self.windows.push(Window { author, call: event.call.clone(), at, closed: None });
            }
            AgentAct::DidRun { background: false, .. } => {
                let same = |window: &&mut Window| {
                    window.author == author && (event.call.is_none() || window.call == event.call)
                };
                for window in self.windows.iter_mut().filter(same) {
                    window.closed = Some(at);
                }
            }
            AgentAct::TurnEnded | AgentAct::SessionEnded => {
                self.writes.retain(|known| known.author != author);
                self.windows
                    .iter_mut()
                    .filter(|window| window.author == author)
                    .for_each(|window| window.closed = Some(at));
            }
            _ => {}
        }
        self.forget(at);
    }

    /// Whose a new content of a file on disk is, that no buffer holds and that was written at `written`. `seen` says with what
    /// evidence a write of that announcement was seen before, best first.
    #[must_use]
    pub fn whose(
        &self,
        path: &str,
        text: Option<&str>,
        written: u64,
        at: u64,
        seen: &dyn Fn(&Announced) -> Option<Evidence>,
    ) -> Act {
        let print = text.map(|text| Fingerprint::of(text.as_bytes()));
        let open = || self.writes.iter().rev().filter(|known| known.path == path && known.claims(written, seen(known)));
        let by_content = open().find(|known| print.is_some() && known.expected == print);
        // Once its report is in, only what it announced is its own.
        let by_path = || open().find(|known| known.reported.is_none() || known.expected.is_none());
        let window = || {
            let during =
                |window: &&Window| window.at <= written + TICK && window.closed.is_none_or(|end| written <= end);
            self.windows.iter().rev().find(during)
        };
        let (author, evidence, call) = if let Some(known) = by_content {
            (&known.author, Evidence::Content, &known.call)
        } else if let Some(known) = by_path() {
            (&known.author, Evidence::Path, &known.call)
        } else if let Some(window) = window() {
            (&window.author, Evidence::Window, &window.call)
        } else {
            return Act::external(at);
        };
        Act { author: author.clone(), evidence, at, call: call.clone() }
    }

    /// The newest write of a file that is announced, for what was seen before it was announced.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Option<&Announced> {
        self.writes.iter().rev().find(|known| known.path == path)
    }

    fn announce(&mut self, event: &AgentEvent, write: &Write, expected: Option<Fingerprint>, at: u64) {
        self.writes.retain(|known| !known.is(event, &write.path));
        self.writes.push(Announced {
            author: event.author(),
            call: event.call.clone(),
            path: write.path.clone(),
            write: write.clone(),
            expected,
            at,
            reported: None,
        });
    }

    fn forget(&mut self, now: u64) {
        self.writes.retain(|known| known.at + PATIENCE > now);
        self.windows.retain(|window| window.closed.is_none_or(|end| end + PATIENCE > now));
    }
}

impl Announced {
    /// Whether an event is of the same write: the same call, or the same author's of that file where calls have no ids.
    fn is(&self, event: &AgentEvent, path: &str) -> bool {
        self.path == path
            && self.author == event.author()
            && (self.call == event.call || self.call.is_none() || event.call.is_none())
    }

    /// Whether a write at that time may be this one. A write that was seen just as it was announced is over.
    fn claims(&self, written: u64, seen: Option<Evidence>) -> bool {
        let over = match self.reported {
            Some(reported) => seen.is_some() || written > reported + FLUSH,
            None => seen == Some(Evidence::Content) || written > self.at + PATIENCE,
        };
        !over && self.at <= written + TICK
    }
}
