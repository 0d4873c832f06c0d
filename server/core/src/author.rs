//! Whose a change is: the user's, an agent's in one of its sessions, nobody's who said so, or nobody's at all. Never guessed.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::session::Session;

/// Whose act an edit is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// No one's act: the text at first sight, and what git moves about.
    Nobody,
    /// The person at the editor.
    User,
    /// Bytes on disk that nobody announced: a formatter, a script, another program.
    External,
    /// A coding agent that announced the change.
    Agent {
        /// The agent's name, as in `claude-code`.
        name: Arc<str>,
        /// The session, or the subagent of one, that did it: the unit that a person accepts or reverts.
        session: Session,
    },
}

impl Author {
    /// An agent's authorship, in a session of its own.
    #[must_use]
    pub fn agent(name: &str, session: &str) -> Self {
        Self::Agent { name: name.into(), session: Session::new(session) }
    }

    /// Whether an agent, of any session, is the author.
    #[must_use]
    pub fn is_agent(&self) -> bool {
        matches!(self, Self::Agent { .. })
    }

    /// The session that this author's work belongs to, for agents.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Agent { session, .. } => Some(session),
            Self::Nobody | Self::User | Self::External => None,
        }
    }
}

impl fmt::Display for Author {
    /// The word that people read: `user`, `external`, or the agent's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            Self::User => f.write_str("user"),
            Self::External => f.write_str("external"),
            Self::Agent { name, .. } => f.write_str(name),
        }
    }
}
