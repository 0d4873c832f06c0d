//! What a session spent: tokens by model, calls of tools, and what that cost. Numbers and models' names alone, never what was said.

mod prices;
mod tally;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use prices::{Price, Prices};
pub use tally::{Head, Response, Tally};

/// Tokens, each counted in one of these alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tokens {
    /// What the model read and no cache held.
    pub input: u64,
    /// What it wrote, its thoughts among that.
    pub output: u64,
    /// What it read from a cache.
    pub cache_read: u64,
    /// What it read and put into a cache.
    pub cache_write: u64,
}

impl Tokens {
    /// All that the model read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.input.saturating_add(self.cache_read).saturating_add(self.cache_write)
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.read().saturating_add(self.output)
    }

    /// Kind by kind, what `with` makes of both.
    fn each(self, other: Tokens, with: fn(u64, u64) -> u64) -> Tokens {
        Tokens {
            input: with(self.input, other.input),
            output: with(self.output, other.output),
            cache_read: with(self.cache_read, other.cache_read),
            cache_write: with(self.cache_write, other.cache_write),
        }
    }
}

/// What was spent by one or several agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens by model; those of a model that was not named stand under an empty name.
    pub models: BTreeMap<Arc<str>, Tokens>,
    /// Calls of tools.
    pub calls: u64,
    /// What it cost so far as the agent itself last said, in millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<u64>,
}

/// So many models are told apart; a session has a few.
const MODELS: usize = 64;

impl Usage {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Usage::default()
    }

    /// The tokens of all models.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.models.values().fold(Tokens::default(), |all, tokens| all.each(*tokens, u64::saturating_add))
    }

    /// What it cost, in millionths of a US dollar: as the agent said or as its tokens are priced, whichever is more, since an agent says it
    /// from time to time, and its transcript leaves out what it asks models besides. None where neither is known: that is not nothing.
    #[must_use]
    pub fn cost(&self, prices: &Prices) -> Option<u64> {
        self.said.max(self.priced(prices))
    }

    /// What its tokens cost; none where a model has no price.
    fn priced(&self, prices: &Prices) -> Option<u64> {
        let used: Vec<_> = self.models.iter().filter(|(_, tokens)| tokens.all() > 0).collect();
        if used.is_empty() {
            return None;
        }
        let costs = used.into_iter().map(|(model, tokens)| Some(prices.of(model)?.cost(tokens)));
        costs.sum::<Option<u128>>().map(|cost| u64::try_from(cost / 1_000_000).unwrap_or(u64::MAX))
    }

    /// Counts what others spent too.
    pub fn add(&mut self, other: &Usage) {
        for (model, tokens) in &other.models {
            self.put(model, *tokens);
        }
        self.calls = self.calls.saturating_add(other.calls);
        self.said = match (self.said, other.said) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
    }

    /// Counts a model's tokens.
    fn put(&mut self, model: &Arc<str>, tokens: Tokens) {
        let is_told_apart = self.models.len() < MODELS || self.models.contains_key(model);
        let model = if is_told_apart { Arc::clone(model) } else { "".into() };
        let sum = self.models.entry(model).or_default();
        *sum = sum.each(tokens, u64::saturating_add);
    }

    /// Counts a model's tokens no more, that were counted.
    fn take(&mut self, model: &Arc<str>, tokens: Tokens) {
        let key = if self.models.contains_key(model) { Arc::clone(model) } else { "".into() };
        let Some(sum) = self.models.get_mut(&key) else { return };
        *sum = sum.each(tokens, u64::saturating_sub);
        if *sum == Tokens::default() {
            self.models.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Tokens {
        Tokens { input, output, cache_read, cache_write }
    }

    fn usage(of: &[(&str, Tokens)]) -> Usage {
        Usage { models: of.iter().map(|(model, tokens)| ((*model).into(), *tokens)).collect(), ..Usage::default() }
    }

    #[test]
    fn a_cost_is_what_was_said_or_what_the_tokens_cost_whichever_is_more() {
        let price = Price { input: 3_000_000, output: 15_000_000, cache_read: 300_000, cache_write: 3_750_000 };
        let prices = Prices([("large".to_owned(), price)].into());
        let mut used = usage(&[("large-1", tokens(1000, 200, 10_000, 400))]);
        assert_eq!(used.cost(&prices), Some(3000 + 3000 + 3000 + 1500));
        used.said = Some(9_000);
        assert_eq!(used.cost(&prices), Some(10_500));
        used.said = Some(12_000);
        assert_eq!(used.cost(&prices), Some(12_000));
    }

    #[test]
    fn a_cost_that_is_not_known_is_not_nothing() {
        let free = Prices([("small".to_owned(), Price::default())].into());
        assert_eq!(Usage::default().cost(&free), None);
        assert_eq!(usage(&[("large", tokens(1, 1, 0, 0))]).cost(&free), None);
        assert_eq!(usage(&[("large", tokens(1, 1, 0, 0)), ("small", tokens(1, 1, 0, 0))]).cost(&free), None);
        assert_eq!(usage(&[("small", tokens(1, 1, 0, 0))]).cost(&free), Some(0));
        let said = Usage { said: Some(5), ..usage(&[("large", tokens(1, 1, 0, 0))]) };
        assert_eq!(said.cost(&free), Some(5));
    }

    #[test]
    fn a_transcript_full_of_models_costs_no_more_than_a_few() {
        let mut used = Usage::default();
        for n in 0..1000 {
            used.put(&format!("model-{n}").into(), tokens(1, 0, 0, 0));
        }
        assert!(used.models.len() <= MODELS + 1);
        assert_eq!(used.tokens().input, 1000);
        for n in 0..1000 {
            used.take(&format!("model-{n}").into(), tokens(1, 0, 0, 0));
        }
        assert!(used.is_empty(), "{used:?}");
    }
}
