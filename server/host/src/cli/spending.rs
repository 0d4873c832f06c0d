//! What sessions spent, for people and for machines.

use countersign_core::usage::{Prices, Tokens, Usage};
use serde_json::{Map, Value, json};

use super::paint::count;

/// All of it in one line, with what it cost, or that this is not known.
pub(super) fn line(usage: &Usage, prices: &Prices) -> String {
    let cost = usage.cost(prices).map_or_else(|| "cost unknown".to_owned(), dollars);
    format!("{}, {cost}", tokens(usage))
}

/// `75,264 tokens read (24,641 of them cached), 311 written, 3 tool calls`
pub(super) fn tokens(usage: &Usage) -> String {
    let tokens = usage.tokens();
    let cached =
        if tokens.cache_read > 0 { format!(" ({} of them cached)", grouped(tokens.cache_read)) } else { String::new() };
    let calls = count(usize::try_from(usage.calls).unwrap_or(usize::MAX), "tool call");
    format!("{} tokens read{cached}, {} written, {calls}", grouped(tokens.read()), grouped(tokens.output))
}

/// `cost` is in US dollars, and null where it is not known.
pub(super) fn json(usage: &Usage, prices: &Prices) -> Value {
    let each = |tokens: Tokens| json!({ "input": tokens.input, "output": tokens.output, "cacheRead": tokens.cache_read, "cacheWrite": tokens.cache_write });
    let models: Map<String, Value> =
        usage.models.iter().map(|(model, tokens)| (model.to_string(), each(*tokens))).collect();
    let mut spent = each(usage.tokens());
    spent["calls"] = usage.calls.into();
    spent["cost"] = usage.cost(prices).map(|cost| cost as f64 / 1e6).into();
    spent["models"] = models.into();
    spent
}

/// An amount in millionths of a dollar, to the cent; below ten cents to a hundredth of one.
fn dollars(millionths: u64) -> String {
    let exact = millionths as f64 / 1e6;
    if millionths < 100_000 { format!("${exact:.4}") } else { format!("${exact:.2}") }
}

/// A number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn usage(said: Option<u64>, cache_read: u64) -> Usage {
        let tokens = Tokens { input: 50_623, output: 1_311, cache_read, cache_write: 0 };
        Usage { models: [("m-1".into(), tokens)].into(), calls: 1, said }
    }

    #[test]
    fn what_was_spent_reads_in_one_line() {
        let none = Prices::default();
        let shown = [usage(None, 24_641), usage(Some(1_504_000), 0), usage(Some(31_924), 0), Usage::default()]
            .map(|usage| line(&usage, &none) + "\n");
        expect![[r#"
            75,264 tokens read (24,641 of them cached), 1,311 written, 1 tool call, cost unknown
            50,623 tokens read, 1,311 written, 1 tool call, $1.50
            50,623 tokens read, 1,311 written, 1 tool call, $0.0319
            0 tokens read, 0 written, 0 tool calls, cost unknown
        "#]]
        .assert_eq(&shown.concat());
    }

    #[test]
    fn machines_read_null_where_the_cost_is_not_known() {
        let shown = json(&usage(None, 7), &Prices::default());
        assert!(shown["cost"].is_null() && shown["models"]["m-1"]["cacheRead"] == 7, "{shown}");
        assert_eq!(json(&usage(Some(31_924), 7), &Prices::default())["cost"], 0.031924);
    }
}
