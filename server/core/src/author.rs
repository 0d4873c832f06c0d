//! Who made a change. It is never guessed: what nobody claims is `External`.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::session::Session;

/// Who made a change, with what is known of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The person at the editor.
    User,
    /// A coding agent that announced the change.
    Agent {
        /// The agent's name, as in `claude-code`.
        name: Arc<str>,
        /// The session, or the subagent of one, that did it.
        session: Session,
        /// The model, where the agent said which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Arc<str>>,
    },
    /// Nobody claims it: a formatter, a script, another program.
    External,
}

/// An author's identity: what two changes of the same author have in common.
///
/// Agents are told apart by session alone: a session that changes its model, or that two hooks report under two names,
/// stays one author. Cheap to clone, compare and hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorId {
    /// The person at the editor.
    User,
    /// The agent of this session.
    Agent(Session),
    /// Nobody who announced it.
    External,
}

impl Author {
    /// The identity by which this author is compared.
    pub fn id(&self) -> AuthorId {
        match self {
            Author::User => AuthorId::User,
            Author::Agent { session, .. } => AuthorId::Agent(session.clone()),
            Author::External => AuthorId::External,
        }
    }

    /// The session that this author's work belongs to, for agents.
    pub fn session(&self) -> Option<&Session> {
        match self {
            Author::Agent { session, .. } => Some(session),
            Author::User | Author::External => None,
        }
    }

    /// Whether an agent made the change.
    pub fn is_agent(&self) -> bool {
        matches!(self, Author::Agent { .. })
    }
}

impl fmt::Display for Author {
    /// The word that people read: `user`, `external`, or the agent's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Author::User => f.write_str("user"),
            Author::Agent { name, .. } => f.write_str(name),
            Author::External => f.write_str("external"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claude(session: &str, model: Option<&str>) -> Author {
        Author::Agent { name: "claude-code".into(), session: Session::new(session), model: model.map(Into::into) }
    }

    #[test]
    fn a_session_that_changes_its_model_stays_one_author() {
        assert_ne!(claude("s", None), claude("s", Some("opus")));
        assert_eq!(claude("s", None).id(), claude("s", Some("opus")).id());
        assert_ne!(claude("s", None).id(), claude("t", None).id());
    }

    #[test]
    fn only_agents_have_a_session() {
        assert_eq!(claude("s", None).session(), Some(&Session::new("s")));
        assert_eq!(Author::User.session(), None);
        assert!(!Author::External.is_agent());
    }
}
