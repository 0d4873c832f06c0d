//! What people said to the questions that a session's acts raised: the same is not asked twice.

use super::Workspace;
use crate::event::{Fact, What};
use crate::session::Session;
use crate::verdict::Answer;

impl Workspace {
    /// What a person said before to this question, where that still holds: what was allowed for the session, and what was denied since they
    /// last asked for something. What was allowed to a session is allowed to its subagents.
    #[must_use]
    pub fn answer(&self, session: &Session, question: &str) -> Option<Answer> {
        let said = |session: &Session| self.sessions.get(session)?.answers.get(question).copied();
        said(session).or_else(|| said(&session.parent()))
    }

    /// A person was asked, and said this, or nothing.
    pub fn asked(&mut self, session: &Session, question: &str, answer: Option<Answer>, at: u64) -> Fact {
        self.hear_answer(session, question, answer);
        let what = What::Asked { session: session.clone(), question: question.to_owned(), answer };
        Fact::new(at, what)
    }

    pub(super) fn hear_answer(&mut self, session: &Session, question: &str, answer: Option<Answer>) {
        let state = self.sessions.entry(session.clone()).or_default();
        if let Some(answer @ (Answer::Session | Answer::Deny)) = answer {
            state.answers.insert(question.to_owned(), answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::announce::{AgentAct, AgentEvent};
    use crate::session::Session;
    use crate::verdict::Answer;
    use crate::workspace::Workspace;

    fn hears(workspace: &mut Workspace, act: AgentAct) {
        let session = Session::new("s1");
        let event = AgentEvent { agent: "claude".into(), session, model: None, cwd: None, call: None, act };
        workspace.told(&event, 1);
    }

    #[test]
    fn a_question_is_not_asked_again_in_a_session_that_was_told() {
        let mut here = Workspace::new(1);
        let (session, sub) = (Session::new("s1"), Session::new("s1").with_subagent("a"));
        let facts = [
            here.asked(&session, "May it write a?", Some(Answer::Session), 1),
            here.asked(&session, "May it write b?", Some(Answer::Once), 2),
            here.asked(&session, "May it write c?", None, 3),
            here.asked(&sub, "May it write d?", Some(Answer::Deny), 4),
        ];
        let mut there = Workspace::new(2);
        facts.iter().for_each(|fact| there.recall(fact).expect("it names no edit"));
        for workspace in [&here, &there] {
            assert_eq!(workspace.answer(&session, "May it write a?"), Some(Answer::Session));
            assert_eq!(workspace.answer(&sub, "May it write a?"), Some(Answer::Session), "a subagent's too");
            assert_eq!(workspace.answer(&Session::new("s2"), "May it write a?"), None, "no other session's");
            for question in ["May it write b?", "May it write c?", "May it write d?"] {
                assert_eq!(workspace.answer(&session, question), None, "{question}");
            }
            assert_eq!(workspace.answer(&sub, "May it write d?"), Some(Answer::Deny));
        }
    }

    #[test]
    fn what_was_denied_may_be_asked_again_once_the_user_has_said_more() {
        let mut workspace = Workspace::new(1);
        let session = Session::new("s1");
        workspace.asked(&session, "May it?", Some(Answer::Deny), 1);
        workspace.asked(&session, "May it there?", Some(Answer::Session), 1);
        hears(&mut workspace, AgentAct::WillUse { tool: "Web".into() });
        assert_eq!(workspace.answer(&session, "May it?"), Some(Answer::Deny));
        hears(&mut workspace, AgentAct::Prompted { text: "Do it".into() });
        assert_eq!(workspace.answer(&session, "May it?"), None);
        assert_eq!(workspace.answer(&session, "May it there?"), Some(Answer::Session));
    }
}
