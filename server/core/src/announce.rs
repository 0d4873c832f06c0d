//! What an agent says that it does, in one vocabulary for all agents: what the files of the host's `agents` folder
//! translate into, and what attribution claims changes with.

mod chunks;
mod delta;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::session::Session;

pub use chunks::Chunk;
pub use delta::{Delta, LineHunk, Misfit, Replacement};

/// One thing that an agent told us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEvent {
    /// The agent's name, as in `claude-code`.
    pub agent: Arc<str>,
    /// The session, or the subagent of one, that acts.
    pub session: Session,
    /// The model, where this message says which; most agents say it once, when a session starts.
    pub model: Option<Arc<str>>,
    /// The folder that relative paths start from, as sent; none where the agent sends none.
    pub cwd: Option<String>,
    /// The agent's id of the tool call, which pairs before and after; some agents have none.
    pub call: Option<String>,
    /// What it does.
    pub act: AgentAct,
}

impl AgentEvent {
    /// Whom a change claimed by this event belongs to.
    pub fn author(&self) -> Author {
        Author::Agent { name: self.agent.clone(), session: self.session.clone() }
    }
}

/// What an agent does. `Will…` comes before the act and can be answered with a verdict; `Did…` reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentAct {
    /// A session began or was resumed.
    SessionStarted {
        /// Why, in the agent's word: `startup`, `resume`, `clear`, `subagent`…
        source: Option<String>,
    },
    /// The user asked for something.
    Prompted {
        /// The user's words.
        text: String,
    },
    /// Files are about to be written.
    WillWrite {
        /// One for each file.
        writes: Vec<Write>,
    },
    /// Files were written.
    DidWrite {
        /// One for each file.
        writes: Vec<Write>,
    },
    /// A write that was announced did not happen: an error, a refusal. It claims nothing any more.
    WriteFailed {
        /// The paths, as sent.
        paths: Vec<String>,
    },
    /// A shell command is about to run.
    WillRun {
        /// The command line, as sent.
        command: String,
        /// Whether it goes on after the tool call returns.
        background: bool,
    },
    /// A shell command returned, or never began.
    DidRun {
        /// The command line, as sent; empty where the agent does not repeat it.
        command: String,
        /// Whether it still goes on, so that what it writes later is its own.
        background: bool,
        /// Whether it failed, was interrupted or was refused; it may have written files all the same.
        failed: bool,
    },
    /// Another tool is about to be used.
    WillUse {
        /// The tool's name, as sent.
        tool: String,
    },
    /// Another tool was used.
    DidUse {
        /// The tool's name, as sent.
        tool: String,
    },
    /// The agent asks its own user whether it may use a tool, which it has announced already where it announces.
    Requested {
        /// The tool's name, as sent.
        tool: String,
    },
    /// The agent (or the subagent) stopped and waits for the user (or its parent).
    TurnEnded,
    /// The session is over.
    SessionEnded,
}

impl AgentAct {
    /// Whether it is announced before a tool is used: one for each call.
    #[must_use]
    pub fn is_call(&self) -> bool {
        matches!(self, AgentAct::WillWrite { .. } | AgentAct::WillRun { .. } | AgentAct::WillUse { .. })
    }

    /// Whether it has not happened yet, and waits for a verdict.
    #[must_use]
    pub fn awaits_verdict(&self) -> bool {
        self.is_call() || matches!(self, AgentAct::Requested { .. })
    }
}

/// One file that an agent writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The path as sent: absolute or relative to the event's `cwd`, in the separators of the agent's system.
    pub path: String,
    /// What the agent says the file held before.
    pub before: Before,
    /// What the agent does to it.
    pub delta: Delta,
    /// What the user made of the agent's proposal before it was written, as a delta from `before` too. What differs from
    /// `delta`'s outcome is the user's. An agent that repeats only the final text puts that in both: then the proposal
    /// is the `WillWrite` of the same call.
    pub amended: Option<Delta>,
}

/// What an agent says a file held before it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// It does not say.
    Unknown,
    /// There was no such file.
    Absent,
    /// This text; its line breaks may have been made `\n`.
    Text(String),
}

impl Before {
    /// The text before, empty for a file that was not there; none when it is unknown.
    pub fn text(&self) -> Option<&str> {
        match self {
            Before::Unknown => None,
            Before::Absent => Some(""),
            Before::Text(text) => Some(text),
        }
    }
}

impl Write {
    /// A write of which only the path and the delta are known.
    pub fn new(path: impl Into<String>, delta: Delta) -> Write {
        Write { path: path.into(), before: Before::Unknown, delta, amended: None }
    }

    /// Every path that this write touches, as sent: the file's, and where it moves to.
    pub fn paths(&self) -> Vec<&str> {
        match &self.delta {
            Delta::Moved { to } => vec![&self.path, to],
            _ => vec![&self.path],
        }
    }

    /// The text that the file should hold afterwards, the user's amendment included, given what it held before.
    pub fn after(&self, before: &str) -> Result<String, Misfit> {
        self.amended.as_ref().unwrap_or(&self.delta).apply(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amended_write_ends_as_the_user_made_it() {
        let mut write = Write::new("a.rs", Delta::Whole("agent\n".into()));
        assert_eq!(write.after("x"), Ok("agent\n".into()));
        write.amended = Some(Delta::Whole("user\n".into()));
        assert_eq!(write.after("x"), Ok("user\n".into()));
    }

    #[test]
    fn a_move_touches_two_paths() {
        assert_eq!(Write::new("a", Delta::Moved { to: "b".into() }).paths(), ["a", "b"]);
        assert_eq!(Write::new("a", Delta::Deleted).paths(), ["a"]);
    }

    #[test]
    fn a_file_that_was_not_there_was_empty_but_an_unknown_one_was_not() {
        assert_eq!(Before::Absent.text(), Some(""));
        assert_eq!(Before::Unknown.text(), None);
    }
}
