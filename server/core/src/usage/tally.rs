//! A transcript's count, up to a place: what it tells of, and what the next read needs to go on from there and count nothing twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Tokens, Usage};

/// So many of the last responses may be told again and are counted once: an agent tells a part of a response at a time.
const RECENT: usize = 16;
/// So many calls of one response are told apart.
const CALLS: usize = 64;
/// So many subagents in one transcript are told apart; what others spend is their session's.
const SUBAGENTS: usize = 256;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// What tells the file from another: its name and how it begins. Empty where the agent told the count itself.
    pub file: String,
    /// Up to here it was read, in bytes.
    pub upto: u64,
    /// What the transcript's own agent spent.
    pub own: Usage,
    /// What subagents spent of which it tells too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub subagents: BTreeMap<Arc<str>, Usage>,
    /// The model that its own agent last was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Arc<str>>,
    /// The last responses, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Response>,
    /// The running totals that it last told, where it tells some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Tokens>,
    /// Whether each response's own tokens are told, so that totals say nothing new.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_exact: bool,
    /// What it says at its head of whose it is, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}

/// What a transcript says of whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What tells its own thread of talk from that which it goes on from.
    pub thread: Option<u64>,
    /// What it tells of this time and before was copied from there, and was counted there; 0 where nothing was. In milliseconds since the
    /// Unix epoch.
    pub copied: u64,
}

/// A model's response, or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// What tells it from others; where it has nothing, it is never told again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The subagent that it was for, if that is not whose transcript it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subagent: Option<Arc<str>>,
    /// The model; empty where that is not said.
    pub model: Arc<str>,
    /// Its tokens, as far as they are told.
    pub tokens: Tokens,
    /// What tells the calls apart that it asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<u64>,
}

impl Tally {
    /// Counts a response. What was told of it before is replaced; its calls are those of all its parts.
    pub fn count(&mut self, response: Response) {
        let mut response = response;
        response.calls.sort_unstable();
        response.calls.dedup();
        let same = |known: &Response| response.id.is_some() && known.id == response.id;
        if let Some(at) = self.recent.iter().position(same) {
            let before = self.recent.remove(at);
            let usage = self.usage_of(before.subagent.as_ref());
            usage.take(&before.model, before.tokens);
            usage.calls = usage.calls.saturating_sub(before.calls.len() as u64);
            let new = before.calls.into_iter().filter(|call| !response.calls.contains(call)).collect::<Vec<_>>();
            response.calls.splice(0..0, new);
        }
        response.calls.truncate(CALLS);
        let usage = self.usage_of(response.subagent.as_ref());
        if response.tokens != Tokens::default() {
            usage.put(&response.model, response.tokens);
        }
        usage.calls = usage.calls.saturating_add(response.calls.len() as u64);
        if response.subagent.is_none() && !response.model.is_empty() {
            self.model = Some(Arc::clone(&response.model));
        }
        if response.id.is_some() {
            self.recent.push(response);
            let old = self.recent.len().saturating_sub(RECENT);
            self.recent.drain(..old);
        }
    }

    /// Counts what running totals have grown by since they were last told; `last` is what the last response took, as told with them. Told
    /// again they say nothing; where they began anew, they grew by the last response.
    pub fn run_to(&mut self, totals: Tokens, last: Tokens) {
        let before = self.totals.replace(totals);
        if before == Some(totals) || self.is_exact {
            return;
        }
        let grown = totals.each(before.unwrap_or_default(), u64::saturating_sub);
        let tokens = grown.each(last, u64::max);
        if tokens != Tokens::default() {
            let model = self.model.clone().unwrap_or_default();
            self.own.put(&model, tokens);
        }
    }

    fn usage_of(&mut self, subagent: Option<&Arc<str>>) -> &mut Usage {
        let known = |id: &&Arc<str>| self.subagents.len() < SUBAGENTS || self.subagents.contains_key(*id);
        match subagent.filter(known) {
            Some(id) => self.subagents.entry(Arc::clone(id)).or_default(),
            None => &mut self.own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(id: u64, input: u64, calls: &[u64]) -> Response {
        let tokens = Tokens { input, ..Tokens::default() };
        Response { id: Some(id), model: "m".into(), tokens, calls: calls.to_vec(), ..Response::default() }
    }

    fn input(tally: &Tally) -> u64 {
        tally.own.tokens().input
    }

    #[test]
    fn an_answer_that_is_told_in_parts_counts_once_as_it_was_last_told() {
        let mut tally = Tally::default();
        for part in [response(1, 5, &[1]), response(1, 7, &[]), response(2, 1, &[9]), response(1, 8, &[2, 1])] {
            tally.count(part);
        }
        assert_eq!((input(&tally), tally.own.calls), (9, 3));
    }

    #[test]
    fn answers_without_a_name_are_never_the_same() {
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.count(Response { id: None, ..response(0, 2, &[1]) });
        }
        assert_eq!((input(&tally), tally.own.calls, tally.recent.len()), (6, 3, 0));
    }

    #[test]
    fn only_so_many_answers_are_remembered() {
        let mut tally = Tally::default();
        (0..1000).for_each(|id| tally.count(response(id, 1, &[id])));
        assert_eq!((input(&tally), tally.own.calls, tally.recent.len()), (1000, 1000, RECENT));
    }

    #[test]
    fn what_subagents_spend_is_theirs() {
        let mut tally = Tally::default();
        tally.count(response(1, 1, &[]));
        tally.count(Response { subagent: Some("a".into()), model: "small".into(), ..response(2, 10, &[1]) });
        tally.count(Response { subagent: Some("a".into()), model: "small".into(), ..response(2, 12, &[]) });
        assert_eq!((input(&tally), tally.subagents["a"].tokens().input, tally.subagents["a"].calls), (1, 12, 1));
        assert_eq!(tally.model.as_deref(), Some("m"));
    }

    #[test]
    fn running_totals_count_by_what_they_grew_and_begin_anew() {
        let tokens = |input| Tokens { input, ..Tokens::default() };
        let mut tally = Tally { model: Some("m".into()), ..Tally::default() };
        let mut grown = Vec::new();
        for (totals, last) in [(100, 100), (100, 100), (250, 150), (400, 0), (160, 160), (170, 10)] {
            tally.run_to(tokens(totals), tokens(last));
            grown.push(input(&tally));
        }
        assert_eq!(grown, [100, 100, 250, 400, 560, 570]);
        tally.is_exact = true;
        tally.run_to(tokens(1000), tokens(830));
        assert_eq!(input(&tally), 570);
    }
}
