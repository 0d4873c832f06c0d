//! What agents tell of what they do, and what of that claims edits that were seen before it was told.

use super::Workspace;
use crate::announce::{AgentAct, AgentEvent};
use crate::author::Author;
use crate::document::Act;
use crate::edit::{Evidence, Lineage};
use crate::event::{Fact, What};
use crate::verdict::Answer;
use crate::weave::{EditIx, Fingerprint, View};

impl Workspace {
    /// An agent tells of what it does; its paths are relative to the workspace.
    pub fn told(&mut self, event: &AgentEvent, at: u64) -> Vec<Fact> {
        let expected = self.expected(event);
        self.hear(event, &expected, at);
        let mut facts = vec![Fact::new(at, What::Told { event: event.clone(), expected })];
        if let AgentAct::DidWrite { writes } = &event.act {
            for write in writes {
                facts.extend(self.claim_late(&write.path, at));
            }
        }
        facts
    }

    pub(super) fn hear(&mut self, event: &AgentEvent, expected: &[Option<Fingerprint>], at: u64) {
        let state = self.sessions.entry(event.session.clone()).or_default();
        if state.began == 0 {
            state.began = at;
        }
        state.heard = at;
        state.agent = event.agent.to_string();
        if let Some(model) = &event.model {
            state.model = Some(model.to_string());
        }
        match &event.act {
            AgentAct::Prompted { text } => {
                state.prompt = Some(text.clone());
                state.at_work = true;
                // Who asks for something new may have changed their mind.
                state.answers.retain(|_, answer| *answer != Answer::Deny);
            }
            AgentAct::TurnEnded | AgentAct::SessionEnded | AgentAct::SessionStarted { .. } => state.at_work = false,
            _ => state.at_work = true,
        }
        self.announced.hear(event, expected, at);
    }

    /// The fingerprints of the texts that the writes of an event will leave, where that can be told.
    fn expected(&self, event: &AgentEvent) -> Vec<Option<Fingerprint>> {
        let (AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes }) = &event.act else { return Vec::new() };
        let text_of = |path: &str| Some(self.files.get(path)?.document.text(Lineage::Disk).to_string());
        let will = matches!(event.act, AgentAct::WillWrite { .. });
        let expected = writes.iter().map(|write| {
            let said = || write.before.text().map(str::to_owned);
            // A report comes when the file may be as it will be already.
            let before =
                if will { text_of(&write.path).or_else(said) } else { said().or_else(|| text_of(&write.path)) };
            let after = before.and_then(|before| write.after(&before).ok())?;
            Some(Fingerprint::of(after.as_bytes()))
        });
        expected.collect()
    }

    /// A report claims what was seen on disk before it was announced, once: an external edit that made of the text before it just
    /// what the agent says.
    fn claim_late(&mut self, path: &str, at: u64) -> Vec<Fact> {
        let Some(announced) = self.announced.of_path(path) else { return Vec::new() };
        let Some(file) = self.files.get_mut(path) else { return Vec::new() };
        let weave = file.document.weave();
        let missing = weave.missing(Lineage::Disk).to_vec();
        // Few are left to be compared by their texts, which takes long.
        let external = weave.entries().filter(|(_, entry)| {
            entry.author == Author::External && entry.place == Lineage::Disk && announced.may_be_late_for(entry.at)
        });
        let ours = external.filter(|(ix, _)| {
            let text = |upto: EditIx| weave.text(&View::at(upto, None, &missing));
            announced.write.after(&text(*ix)).is_ok_and(|after| after == text(*ix + 1))
        });
        let Some((ix, _)) = ours.last().filter(|(ix, _)| !weave.is_claimed(*ix)) else { return Vec::new() };
        let deeds = weave.deeds_of(ix);
        let act =
            Act { author: announced.author.clone(), evidence: Evidence::Content, at, call: announced.call.clone() };
        let records = file.document.claim(deeds, &act);
        file.facts(path, records, at)
    }
}
