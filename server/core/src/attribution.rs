//! Whose is it? Pairs what is seen on disk with what agents announced. Evidence, best first: the content that an agent announced,
//! a path that it announced, a shell command of its that was running; what nobody claims is external.

use crate::announce::{AgentAct, AgentEvent, Before, Delta, Write};
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
/// The same where it is told in whole seconds, or in every second one of them, as some file systems have it.
const COARSE_TICK: u64 = 2000;

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
    /// Whether it was told of before it was done.
    foretold: bool,
}

/// A shell command that an agent runs.
#[derive(Clone, Debug)]
struct Window {
    author: Author,
    call: Option<String>,
    at: u64,
    /// Whether it goes on after the tool call returns.
    background: bool,
    /// When its agent was last heard of.
    heard: u64,
    closed: Option<u64>,
}

impl Announcements {
    /// Takes note of what an agent says; `expected` are the fingerprints of the texts that its writes will leave, where known.
    pub fn hear(&mut self, event: &AgentEvent, expected: &[Option<Fingerprint>], at: u64) {
        let author = event.author();
        for window in self.windows.iter_mut().filter(|window| window.author == author) {
            window.heard = at;
        }
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
                    // Calls without ids are told apart by what they write.
                    let same = |known: &Announced| known.write.delta == write.delta;
                    let told = |known: &Announced| known.is(event, &write.path);
                    let exact = event.call.is_none() && self.writes.iter().any(|known| told(known) && same(known));
                    for known in self.writes.iter_mut().filter(|known| told(known) && (!exact || same(known))) {
                        if known.reported.is_none() {
                            known.amend(write, expected.get(nth).copied().flatten());
                        }
                        known.reported.get_or_insert(at);
                    }
                }
            }
            AgentAct::WriteFailed { paths } => {
                self.writes.retain(|known| !paths.iter().any(|path| known.is(event, path)));
            }
            AgentAct::WillRun { background, .. } => {
                let (call, background) = (event.call.clone(), *background);
                // Without an id it is the one before while that runs: the end of one is the end of all.
                let again = |window: &Window| {
                    let same = call.is_some() || window.closed.is_none() && window.background == background;
                    window.author == author && window.call == call && same
                };
                if !self.windows.iter().any(again) {
                    self.windows.push(Window { author, call, at, background, heard: at, closed: None });
                }
            }
            // Whoever asks for something new has interrupted what still ran; no other message says so.
            AgentAct::Prompted { .. } => {
                self.writes.retain(|known| known.author != author || known.reported.is_some());
                let ran = |window: &&mut Window| window.author == author && !window.background;
                self.windows.iter_mut().filter(ran).for_each(|window| window.close(at));
            }
            AgentAct::DidRun { background: false, .. } => {
                let same = |window: &&mut Window| {
                    window.author == author && (event.call.is_none() || window.call == event.call)
                };
                self.windows.iter_mut().filter(same).for_each(|window| window.close(at));
            }
            AgentAct::TurnEnded | AgentAct::SessionEnded => {
                self.writes.retain(|known| known.author != author);
                self.windows.iter_mut().filter(|window| window.author == author).for_each(|window| window.close(at));
            }
            _ => {}
        }
        self.forget(at);
    }

    /// The announced writes of a file that what was written at `written` may be, newest first. `seen` says with what evidence a
    /// write of an announcement was seen before, best first.
    pub fn open<'a>(
        &'a self,
        path: &'a str,
        written: u64,
        seen: &'a dyn Fn(&Announced) -> Option<Evidence>,
    ) -> impl Iterator<Item = &'a Announced> {
        self.writes.iter().rev().filter(move |known| known.path == path && known.claims(written, seen(known)))
    }

    /// Whose a new content of a file on disk is, or the part of it that no announced text explains, that no buffer holds and that
    /// was written at `written`. `is_text` says whether it could have been told what an announced write makes of it.
    #[must_use]
    pub fn whose(
        &self,
        path: &str,
        is_text: bool,
        written: u64,
        at: u64,
        seen: &dyn Fn(&Announced) -> Option<Evidence>,
    ) -> Act {
        let by_path = || self.open(path, written, seen).find(|known| known.covers_path(is_text));
        let window = || self.windows.iter().rev().find(|window| window.covers(written));
        if let Some(known) = by_path() {
            return known.act(Evidence::Path, at);
        }
        match window() {
            Some(Window { author, call, .. }) => {
                Act { author: author.clone(), evidence: Evidence::Window, at, call: call.clone() }
            }
            None => Act::external(at),
        }
    }

    /// The files that an author announced to write and has not reported.
    pub fn unreported<'a>(&'a self, author: &'a Author) -> impl Iterator<Item = &'a str> {
        let open = self.writes.iter().filter(move |known| known.author == *author && known.reported.is_none());
        open.map(|known| known.path.as_str())
    }

    /// The newest write of a file that is announced, for what was seen before it was announced.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Option<&Announced> {
        self.writes.iter().rev().find(|known| known.path == path)
    }

    fn announce(&mut self, event: &AgentEvent, write: &Write, expected: Option<Fingerprint>, at: u64) {
        // A call that is known was told of twice: it is not open once more.
        if event.call.is_some()
            && self.writes.iter().any(|known| known.is(event, &write.path) && known.call == event.call)
        {
            return;
        }
        // Several may be under way in one file, and each says what it does.
        let other = |known: &Announced| {
            let (one, another) = (&known.write.delta, &write.delta);
            known.reported.is_none() && one != another && *one != Delta::Unknown && *another != Delta::Unknown
        };
        self.writes.retain(|known| !known.is(event, &write.path) || other(known));
        let foretold = matches!(event.act, AgentAct::WillWrite { .. });
        self.writes.push(Announced {
            foretold,
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
        self.windows.retain(|window| window.closed.unwrap_or(window.heard + PATIENCE) + PATIENCE > now);
    }
}

impl Announced {
    /// What the agent did, if this is it.
    #[must_use]
    pub fn act(&self, evidence: Evidence, at: u64) -> Act {
        Act { author: self.author.clone(), evidence, at, call: self.call.clone() }
    }

    /// Whether anything that becomes of the file until the report is its own. Where it says what the text will be, what else
    /// comes is someone else's.
    fn covers_path(&self, is_text: bool) -> bool {
        let says_nothing =
            matches!(self.write.delta, Delta::Holding(_) | Delta::Unknown | Delta::Deleted | Delta::Moved { .. });
        (self.foretold || self.write.before != Before::Unknown) && (says_nothing || !is_text)
    }

    /// The report may say better than the announcement what was written.
    fn amend(&mut self, write: &Write, expected: Option<Fingerprint>) {
        if write.amended.is_some() || !matches!(write.delta, Delta::Unknown) {
            self.write = write.clone();
            self.expected = expected.or(self.expected);
        }
    }

    /// Whether it may be what was seen at that time, before it was reported. What was told of before it was done was not done before.
    #[must_use]
    pub fn may_be_late_for(&self, seen: u64) -> bool {
        !self.foretold || self.at <= seen + TICK
    }

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
        // What is heard of by its report alone was written at any time before.
        !over && (!self.foretold || self.at <= written + tick(written))
    }
}

impl Window {
    fn close(&mut self, at: u64) {
        self.closed.get_or_insert(at);
    }

    /// Whether what was written then was written while it ran. An agent of which nothing is heard for long is gone.
    fn covers(&self, written: u64) -> bool {
        let end = self.closed.unwrap_or(self.heard + PATIENCE);
        self.at <= written + tick(written) && written <= end
    }
}

/// How much later than it says a file may have been written.
fn tick(written: u64) -> u64 {
    if written.is_multiple_of(1000) { COARSE_TICK } else { TICK }
}

#[cfg(test)]
mod tests;
