//! Assertions count in tests: how many a test that is still there has lost.

use crate::syntax::Budget;

use super::Case;
use super::catalogue::rule;
use super::hits::{self, Hit};
use super::pair::{Counterparts, Place};
use super::side::Side;
use super::{is_test_path, words};

/// Marks the assertions outside tests as those that may only stand in for one that is gone.
pub(crate) fn keep_tests(hits: &mut [Hit], side: &Side<'_>, path: &str, budget: &mut Budget<'_>) -> Option<()> {
    if is_test_path(path) {
        return Some(());
    }
    let tests = match rule("test-deleted") {
        Some(rule) => hits::find(rule, side, path, budget)?,
        None => Vec::new(),
    };
    let symbols = side.symbols(budget)?;
    let in_test_module = |hit: &Hit| {
        let path = hit.symbol.map_or("", |at| symbols[at].path.as_str());
        path.split("::").any(|name| matches!(name, "tests" | "test"))
    };
    for hit in hits.iter_mut() {
        let next = tests.partition_point(|test| test.range.start <= hit.range.start);
        let around = tests[..next].iter().rev().take(NESTED).any(|test| test.range.end >= hit.range.end);
        hit.stands_in = !around && !in_test_module(hit);
    }
    Some(())
}

/// Tests are hardly ever nested deeper than this.
const NESTED: usize = 8;

/// Whether the test is gone too (which is said once, of the test), or now calls a function of this file that asserts.
pub(crate) fn is_excused(
    case: &Case<'_>,
    gone: &Hit,
    now: &[Hit],
    places: &Counterparts,
    budget: &mut Budget<'_>,
) -> Option<bool> {
    let place = match places.of(gone) {
        Place::Top => return Some(case.after.text.is_empty()),
        Place::Gone => return Some(true),
        Place::In(at) => at,
    };
    let (then, symbols) = (case.before.symbols(budget)?, case.after.symbols(budget)?);
    let text_of = |side: &Side<'_>, range: &std::ops::Range<usize>| side.text.get(range.clone()).unwrap_or_default().to_owned();
    let body = text_of(&case.after, &symbols[place].range);
    let old = gone.symbol.map(|at| text_of(&case.before, &then[at].range)).unwrap_or_default();
    Some(now.iter().filter_map(|hit| hit.symbol).filter(|&at| at != place).any(|at| {
        let name = symbols[at].path.rsplit("::").next().unwrap_or_default();
        words::each(&body).any(|word| word == name) && !words::each(&old).any(|word| word == name)
    }))
}
