//! One run of one agent: the unit that a scope is set for, that limits count and that is reverted as a whole.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What tells one agent's work from another's: the session's id as the agent sends it, and, for the work of a subagent,
/// the subagent's own id within that session.
///
/// Ordered by session, so that a session stands directly before its subagents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Session {
    /// The id that the agent gave the session that a person started.
    pub id: Arc<str>,
    /// The id of the subagent that acts, if it is not the session's main agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subagent: Option<Arc<str>>,
}

impl Session {
    /// The session of an agent that acts itself.
    pub fn new(id: &str) -> Session {
        Session { id: id.into(), subagent: None }
    }

    /// The same session, with a subagent of it acting.
    pub fn with_subagent(&self, subagent: &str) -> Session {
        Session { id: self.id.clone(), subagent: Some(subagent.into()) }
    }

    /// The session that a person started: this one, or the one that this subagent works for.
    pub fn parent(&self) -> Session {
        Session { id: self.id.clone(), subagent: None }
    }

    /// Whether what `other` did belongs to this session: a session owns the work of its subagents, a subagent its own.
    pub fn owns(&self, other: &Session) -> bool {
        self.id == other.id && (self.subagent.is_none() || self.subagent == other.subagent)
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subagent {
            None => f.write_str(&self.id),
            Some(subagent) => write!(f, "{}/{subagent}", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_owns_its_subagents_but_not_the_reverse() {
        let main = Session::new("s1");
        let sub = main.with_subagent("explore-1");
        assert!(main.owns(&sub) && main.owns(&main) && sub.owns(&sub));
        assert!(!sub.owns(&main));
        assert!(!sub.owns(&main.with_subagent("explore-2")));
        assert!(!Session::new("s2").owns(&sub));
        assert_eq!(sub.parent(), main);
    }

    #[test]
    fn sessions_sort_with_their_subagents_behind_them() {
        let a = Session::new("a");
        let b = Session::new("b");
        let mut all = [b.clone(), a.with_subagent("2"), a.clone(), a.with_subagent("1")];
        all.sort();
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["a", "a/1", "a/2", "b"]);
    }
}
