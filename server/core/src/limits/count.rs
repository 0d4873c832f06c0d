//! What a session has done so far, counted off the facts that are journaled of it and of its subagents.

use std::collections::BTreeSet;

use crate::announce::AgentAct;
use crate::document::Record;
use crate::edit::Edit;
use crate::event::{Fact, What};

/// Milliseconds without a word after which nobody is held to be at work.
const SILENCE: u64 = 10 * 60 * 1000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Count {
    files: BTreeSet<String>,
    lines: u64,
    /// The ids of calls: what is told twice is one.
    ids: BTreeSet<String>,
    calls: u64,
    commands: u64,
    asked: u64,
    /// Milliseconds, up to `heard`.
    worked: u64,
    /// When it was last heard of while its turn ran.
    heard: Option<u64>,
}

impl Count {
    /// A fact of the session or of a subagent of it; told in the order in which they were journaled.
    pub fn hear(&mut self, fact: &Fact) {
        match (&fact.what, &fact.path) {
            (What::Text(Record::Edited(edit)), Some(path)) if changes(edit) => {
                self.files.insert(path.clone());
                self.lines += fact.lines;
            }
            (What::Whole(_) | What::Moved(_) | What::Mode(_) | What::Empty(_), Some(path)) => {
                self.files.insert(path.clone());
            }
            (What::Told { event, .. }, _) => {
                if event.act.is_call() && event.call.as_ref().is_none_or(|call| self.ids.insert(call.clone())) {
                    self.calls += 1;
                    self.commands += u64::from(matches!(event.act, AgentAct::WillRun { .. }));
                }
                self.asked += u64::from(matches!(event.act, AgentAct::Requested { .. }));
                self.work(&event.act, event.session.subagent.is_some(), fact.at);
            }
            (What::Asked { .. }, _) => self.asked += 1,
            _ => {}
        }
    }

    /// A subagent's turn ends within its parent's.
    fn work(&mut self, act: &AgentAct, is_subagent: bool, at: u64) {
        if !matches!(act, AgentAct::Prompted { .. }) {
            self.worked = self.at_work(at);
        }
        let ends = !is_subagent
            && matches!(act, AgentAct::TurnEnded | AgentAct::SessionEnded | AgentAct::SessionStarted { .. });
        self.heard = if ends { None } else { Some(at) };
    }

    /// Files changed.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.files.len() as u64
    }

    /// Whether a file is among those changed.
    #[must_use]
    pub fn has_changed(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// The files that it changed, by path.
    pub fn changed(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Lines added and removed.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Commands set out to run.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// Calls of tools that were announced.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How often a person was asked: by us, or by the agent itself as far as it tells.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Milliseconds at work until now; silence of ten minutes is none.
    #[must_use]
    pub fn at_work(&self, now: u64) -> u64 {
        let since = self.heard.map_or(0, |heard| now.saturating_sub(heard));
        self.worked + if since > SILENCE { 0 } else { since }
    }
}

/// Whether an edit changes a text, or tells of one that did that it is this author's.
fn changes(edit: &Edit) -> bool {
    let acts = &edit.acts;
    !(acts.inserts.is_empty() && acts.kills.is_empty() && acts.claims.is_empty())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::announce::AgentEvent;
    use crate::author::Author;
    use crate::edit::{Acts, EditId, Evidence, Insert, Lineage};
    use crate::session::Session;

    fn told(session: &Session, call: Option<&str>, act: AgentAct, at: u64) -> Fact {
        let call = call.map(str::to_owned);
        let event = AgentEvent { agent: "a".into(), session: session.clone(), model: None, cwd: None, call, act };
        Fact::new(at, What::Told { event, expected: Vec::new() })
    }

    pub(in crate::limits) fn prompted(at: u64) -> Fact {
        told(&Session::new("s"), None, AgentAct::Prompted { text: "Do it".to_owned() }, at)
    }

    pub(in crate::limits) fn ran(call: &str, at: u64) -> Fact {
        told(&Session::new("s"), Some(call), AgentAct::WillRun { command: "ls".to_owned(), background: false }, at)
    }

    pub(in crate::limits) fn wrote(path: &str, lines: u64, at: u64) -> Fact {
        let edit = Edit {
            id: EditId { counter: at, process: 1 },
            author: Author::Agent { name: "a".into(), session: Session::new("s") },
            place: Lineage::Disk,
            evidence: Evidence::Content,
            at,
            call: None,
            acts: Acts { inserts: vec![Insert::new(None, "x")], ..Acts::default() },
        };
        Fact { lines, ..Fact::of(path, at, What::Text(Record::Edited(Box::new(edit)))) }
    }

    #[test]
    fn files_count_once_and_so_does_a_call_that_is_told_twice() {
        let mut count = Count::default();
        for fact in [wrote("a", 3, 1), wrote("a", 4, 2), wrote("b", 1, 3), ran("c1", 4), ran("c1", 5), ran("c2", 6)] {
            count.hear(&fact);
        }
        assert_eq!((count.files(), count.lines(), count.commands()), (2, 8, 2));
        assert!(count.has_changed("a") && !count.has_changed("c"));
    }

    #[test]
    fn neither_a_pause_between_turns_nor_a_long_silence_is_work() {
        let (session, subagent) = (Session::new("s"), Session::new("s").with_subagent("x"));
        let mut count = Count::default();
        let hour = 60 * 60 * 1000;
        for fact in [
            prompted(0),
            told(&subagent, None, AgentAct::TurnEnded, 1000),
            told(&session, None, AgentAct::TurnEnded, 2000),
            prompted(hour),
            ran("c1", hour + 500),
        ] {
            count.hear(&fact);
        }
        assert_eq!(count.at_work(hour + 600), 2600);
        assert_eq!(count.at_work(3 * hour), 2500, "it stands still, or is gone");
    }
}
