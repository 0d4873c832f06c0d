//! Assertions count in tests: how many a test that is still there has lost.

use std::collections::HashSet;

use crate::syntax::{Budget, OF_A_COMPARISON};

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
    let body = case.after.text.get(symbols[place].range.clone()).unwrap_or_default();
    let old = gone.symbol.and_then(|at| case.before.text.get(then[at].range.clone())).unwrap_or_default();
    let old: HashSet<&str> = words::each(old).collect();
    let new: HashSet<&str> = words::each(body).filter(|word| !old.contains(word)).collect();
    for at in now.iter().filter_map(|hit| hit.symbol).filter(|&at| at != place) {
        if !budget.spend(OF_A_COMPARISON) {
            return None;
        }
        if symbols[at].path.rsplit("::").next().is_some_and(|name| new.contains(name)) {
            return Some(true);
        }
    }
    Some(false)
}
