//! What sessions spent, as counted in their transcripts: a session's is its own and that of its subagents.

use super::{SessionState, Workspace};
use crate::event::{Fact, Used, What};
use crate::session::Session;
use crate::usage::Usage;

impl Workspace {
    /// What a session spent was counted.
    pub fn used(&mut self, used: Used, at: u64) -> Fact {
        self.hear_used(&used, at);
        Fact::new(at, What::Used(used))
    }

    pub(super) fn hear_used(&mut self, used: &Used, at: u64) {
        let state = self.sessions.entry(used.session.clone()).or_default();
        if state.began == 0 {
            (state.began, state.heard) = (at, at);
        }
        if state.agent.is_empty() {
            state.agent = used.agent.to_string();
        }
        if let Some(model) = &used.tally.model {
            state.see_model(model);
        }
        state.tally = Some(used.tally.clone());
    }

    /// What a session and its subagents spent, or a subagent; none where nothing is known.
    #[must_use]
    pub fn usage(&self, session: &Session) -> Option<Usage> {
        let tally = |session: &Session| self.sessions.get(session).and_then(|state| state.tally.as_ref());
        let mut usage = tally(session).map(|tally| tally.own.clone()).unwrap_or_default();
        // A subagent's own transcript counts before what its parent's tells of it.
        let told = tally(&session.parent()).into_iter().flat_map(|tally| &tally.subagents);
        let told = told.filter(|(id, _)| tally(&session.with_subagent(id)).is_none());
        match &session.subagent {
            Some(own) => told.filter(|(id, _)| *id == own).for_each(|(_, told)| usage.add(told)),
            None => {
                told.for_each(|(_, told)| usage.add(told));
                let others = self.sessions.iter().filter(|(other, _)| *other != session && session.owns(other));
                others.filter_map(|(_, state)| state.tally.as_ref()).for_each(|tally| usage.add(&tally.own));
            }
        }
        (!usage.is_empty()).then_some(usage)
    }
}

impl SessionState {
    /// A transcript's name of the model holds where the agent's messages said none, or another: one that only says more or less of the same
    /// name is the same model.
    fn see_model(&mut self, model: &str) {
        let is_same = |known: &String| known.starts_with(model) || model.starts_with(known.as_str());
        if !self.model.as_ref().is_some_and(is_same) {
            self.model = Some(model.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::{AgentAct, AgentEvent};
    use crate::usage::{Response, Tally, Tokens};

    fn tally(of: &[(Option<&str>, u64)]) -> Tally {
        let mut tally = Tally { file: "f".into(), upto: 9, ..Tally::default() };
        for (subagent, input) in of {
            let tokens = Tokens { input: *input, ..Tokens::default() };
            let subagent = subagent.map(Into::into);
            tally.count(Response { subagent, model: "model-1".into(), tokens, calls: vec![1], ..Response::default() });
        }
        tally
    }

    fn used(session: &Session, tally: Tally) -> Used {
        Used { session: session.clone(), agent: "claude-code".into(), tally }
    }

    fn input(workspace: &Workspace, session: &Session) -> Option<u64> {
        workspace.usage(session).map(|usage| usage.tokens().input)
    }

    #[test]
    fn a_session_spent_what_its_subagents_spent_and_each_counts_once() {
        let main = Session::new("s1");
        let (a, b) = (main.with_subagent("a"), main.with_subagent("b"));
        let mut here = Workspace::new(1);
        let facts = [
            here.used(used(&main, tally(&[(None, 1), (Some("a"), 10), (Some("b"), 100)])), 5),
            here.used(used(&b, tally(&[(None, 300)])), 6),
            here.used(used(&Session::new("s2"), tally(&[(None, 7000)])), 7),
        ];
        let mut there = Workspace::new(2);
        facts.iter().for_each(|fact| there.recall(fact).expect("it names no edit"));
        for workspace in [&here, &there] {
            assert_eq!(input(workspace, &a), Some(10));
            assert_eq!(input(workspace, &b), Some(300), "its own transcript says it");
            assert_eq!(input(workspace, &main), Some(311));
            assert_eq!(workspace.usage(&main).map(|usage| usage.calls), Some(3));
            assert_eq!(input(workspace, &Session::new("s3")), None);
            assert_eq!(workspace.sessions()[&main].tally.as_ref().map(|tally| tally.upto), Some(9));
        }
    }

    #[test]
    fn a_model_that_no_message_says_is_the_transcripts() {
        let told = |said: Option<&str>| {
            let mut workspace = Workspace::new(1);
            let session = Session::new("s1");
            let event = AgentEvent {
                agent: "codex".into(),
                session: session.clone(),
                model: said.map(Into::into),
                cwd: None,
                call: None,
                act: AgentAct::TurnEnded,
            };
            workspace.told(&event, 1);
            workspace.used(used(&session, tally(&[(None, 1)])), 2);
            workspace.sessions()[&session].model.clone()
        };
        assert_eq!(told(None).as_deref(), Some("model-1"));
        assert_eq!(told(Some("model")).as_deref(), Some("model"));
        assert_eq!(told(Some("model-1[1m]")).as_deref(), Some("model-1[1m]"));
        assert_eq!(told(Some("other")).as_deref(), Some("model-1"));
    }
}
