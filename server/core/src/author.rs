//! Who acts: the user, an agent in one of its sessions, something that nobody claimed, or nobody at all.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whose act an edit is. Two agents are told apart by their sessions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// No one's act: the text at first sight, and what git moves about.
    Nobody,
    /// The person at the editor.
    User,
    /// Bytes on disk that nobody announced.
    External,
    /// An agent, in one session of its own.
    Agent(Arc<AgentSession>),
}

/// One agent's session: the unit that a person accepts or reverts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentSession {
    /// The agent's name as on the command line: `claude-code`, `codex`, …
    pub agent: String,
    /// The session's id as the agent gives it.
    pub session: String,
}

impl Author {
    /// An agent's authorship.
    #[must_use]
    pub fn agent(agent: &str, session: &str) -> Self {
        Self::Agent(Arc::new(AgentSession { agent: agent.to_owned(), session: session.to_owned() }))
    }

    /// Whether an agent, of any session, is the author.
    #[must_use]
    pub fn is_agent(&self) -> bool {
        matches!(self, Self::Agent(_))
    }

    /// The agent's session, if an agent is the author.
    #[must_use]
    pub fn session(&self) -> Option<&AgentSession> {
        match self {
            Self::Agent(session) => Some(session),
            _ => None,
        }
    }
}
