//! What models' tokens cost. Prices change, so none are known but those that the policy says.

use std::collections::BTreeMap;

use super::Tokens;

/// What a million tokens of a model cost, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Read and put into a cache.
    pub cache_write: u64,
}

impl Price {
    /// What these tokens cost, in millionths of a millionth of a US dollar.
    pub(super) fn cost(&self, tokens: &Tokens) -> u128 {
        let of = |price: u64, tokens: u64| u128::from(price) * u128::from(tokens);
        of(self.input, tokens.input)
            + of(self.output, tokens.output)
            + of(self.cache_read, tokens.cache_read)
            + of(self.cache_write, tokens.cache_write)
    }

    /// The higher price of each kind.
    fn max(self, other: Price) -> Price {
        Price {
            input: self.input.max(other.input),
            output: self.output.max(other.output),
            cache_read: self.cache_read.max(other.cache_read),
            cache_write: self.cache_write.max(other.cache_write),
        }
    }
}

/// Prices by model, or by how models' names begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices(pub BTreeMap<String, Price>);

impl Prices {
    /// A model's: that of its name, or of the longest beginning of it that has one.
    #[must_use]
    pub fn of(&self, model: &str) -> Option<&Price> {
        let begins = self.0.iter().filter(|(name, _)| model.starts_with(name.as_str()));
        begins.max_by_key(|(name, _)| name.len()).map(|(_, price)| price)
    }

    /// Both as one: for any model the higher price of each kind, so that neither makes another's limit on cost wider.
    #[must_use]
    pub fn higher(&self, other: &Prices) -> Prices {
        let names = self.0.keys().chain(other.0.keys());
        let price = |name: &String| {
            let prices = [self.of(name), other.of(name)];
            prices.into_iter().flatten().copied().reduce(Price::max).unwrap_or_default()
        };
        Prices(names.map(|name| (name.clone(), price(name))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(of: &[(&str, u64)]) -> Prices {
        let price = |input| Price { input, output: 10, ..Price::default() };
        Prices(of.iter().map(|(name, input)| ((*name).to_owned(), price(*input))).collect())
    }

    fn input(prices: &Prices, model: &str) -> Option<u64> {
        prices.of(model).map(|price| price.input)
    }

    #[test]
    fn the_longest_name_that_a_models_begins_with_decides() {
        let prices = prices(&[("claude", 1), ("claude-opus", 5), ("gpt", 2)]);
        assert_eq!(input(&prices, "claude-opus-4-5"), Some(5));
        assert_eq!(input(&prices, "claude-sonnet-4-5"), Some(1));
        assert_eq!(input(&prices, "gpt"), Some(2));
        assert_eq!(input(&prices, "gemini"), None);
        assert_eq!(input(&prices, ""), None);
    }

    #[test]
    fn of_two_lists_no_longer_name_makes_a_model_cheaper() {
        let (user, repository) = (prices(&[("claude", 3)]), prices(&[("claude-opus", 0), ("gpt", 2)]));
        let both = user.higher(&repository);
        assert_eq!(both, repository.higher(&user));
        assert_eq!(input(&both, "claude-opus-4-5"), Some(3));
        assert_eq!(input(&both, "claude-sonnet"), Some(3));
        assert_eq!(input(&both, "gpt-6"), Some(2));
        let dearer = prices(&[("claude-opus", 9)]).higher(&user);
        assert_eq!((input(&dearer, "claude-opus-4-5"), input(&dearer, "claude-sonnet")), (Some(9), Some(3)));
    }
}
