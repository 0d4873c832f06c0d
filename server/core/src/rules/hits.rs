//! Where a rule matches a text.

use std::ops::Range;

use crate::syntax::{Budget, position_of_enclosing, query};

use super::catalogue::Rule;
use super::side::Side;
use super::words::{Bag, normalised};
use super::{assertion_removed, placeholder_left, secret_added};

/// A place that a rule matches.
#[derive(Debug)]
pub(crate) struct Hit {
    /// In bytes of its text.
    pub(crate) range: Range<usize>,
    /// What it is known by: a guard's condition, a test's name, else all of it; without blanks that mean nothing.
    pub(crate) key: String,
    /// The same as a person reads it.
    pub(crate) shown: String,
    /// The words that it is compared by.
    pub(crate) bag: Bag,
    /// The place of the innermost symbol around it in its side's list.
    pub(crate) symbol: Option<usize>,
    /// Whether an agent wrote in it or took out of it.
    pub(crate) touched: bool,
    /// It is no find of its own, but may stand in for one that is gone.
    pub(crate) stands_in: bool,
}

/// More than this only hostile or generated text has; a cut list would compare wrong, so there is none then.
const MOST: usize = 20_000;

/// Everything that a rule matches in a text, in its order; `None` when the budget ran out.
pub(crate) fn find(rule: &'static Rule, side: &Side<'_>, path: &str, budget: &mut Budget<'_>) -> Option<Vec<Hit>> {
    let mut raw = Vec::new();
    if side.language.is_some_and(|language| rule.speaks(language)) {
        raw = matches(rule, side, None, budget)?;
    }
    if rule.scans {
        raw.extend(secret_added::scan(side.text).into_iter().map(|range| Raw {
            key: range.clone(),
            range,
            stands_in: false,
        }));
    }
    if raw.is_empty() {
        return Some(Vec::new());
    }
    let symbols = side.symbols(budget)?;
    raw.sort_by_key(|raw| (raw.range.start, std::cmp::Reverse(raw.range.end)));
    raw.dedup_by(|next, kept| {
        next.key == kept.key && next.stands_in == kept.stands_in && next.range.end <= kept.range.end
    });
    let mut hits: Vec<Hit> = raw
        .into_iter()
        .filter(|raw| counts(rule, side, raw))
        .map(|raw| {
            let shown = side.text.get(raw.key.clone()).unwrap_or_default();
            let compared = if rule.alike_by_key { shown } else { side.text.get(raw.range.clone()).unwrap_or_default() };
            Hit {
                key: normalised(shown),
                bag: Bag::of(compared),
                shown: shown.to_owned(),
                symbol: position_of_enclosing(symbols, &raw.range),
                touched: side.touch.reaches(&reach(&raw)),
                stands_in: raw.stands_in,
                range: raw.range,
            }
        })
        .collect();
    match rule.id.as_str() {
        "assertion-removed" => assertion_removed::keep_tests(&mut hits, side, path, budget)?,
        "placeholder-left" => placeholder_left::leave_abstract(&mut hits, side, symbols),
        _ => {}
    }
    Some(hits)
}

/// Where a touch counts: for what may stand in, also right beside it, where a negation was.
fn reach(raw: &Raw) -> Range<usize> {
    let beside = usize::from(raw.stands_in);
    raw.range.start.saturating_sub(beside)..raw.range.end + beside
}

/// Where a rule's query matches something that crosses a range; `None` when the budget ran out.
pub(crate) fn within(
    rule: &'static Rule,
    side: &Side<'_>,
    within: Range<usize>,
    budget: &mut Budget<'_>,
) -> Option<Vec<Range<usize>>> {
    let found = matches(rule, side, Some(within), budget)?;
    Some(found.into_iter().filter(|raw| !raw.stands_in).map(|raw| raw.range).collect())
}

pub(crate) struct Raw {
    pub(crate) range: Range<usize>,
    pub(crate) key: Range<usize>,
    pub(crate) stands_in: bool,
}

fn counts(rule: &Rule, side: &Side<'_>, raw: &Raw) -> bool {
    match rule.id.as_str() {
        "secret-added" => secret_added::is_credible(side.text, raw),
        _ => true,
    }
}

/// The captures of one match: `@rule` is the find (all of them together, where there are several), `@rule.key` what
/// it is known by, `@rule.instead` what may stand in for it.
fn matches(
    rule: &'static Rule,
    side: &Side<'_>,
    within: Option<Range<usize>>,
    budget: &mut Budget<'_>,
) -> Option<Vec<Raw>> {
    let (Some(language), mut raw) = (side.language, Vec::new()) else { return Some(Vec::new()) };
    let Some(query) = rule.query(language) else { return Some(raw) };
    let names = query.capture_names();
    let tree = side.tree(budget)?;
    let done = query::run(query, tree, side.text, within, budget, |found| {
        let (mut range, mut key, mut instead): (Option<Range<usize>>, _, _) = (None, None, None);
        for capture in found.captures() {
            let node = capture.node.byte_range();
            match names[capture.index as usize].strip_prefix(rule.id.as_str()) {
                Some("") => {
                    let known = range.unwrap_or_else(|| node.clone());
                    range = Some(known.start.min(node.start)..known.end.max(node.end));
                }
                Some(".key") => key = Some(node),
                Some(".instead") => instead = Some(node),
                _ => {}
            }
        }
        if raw.len() == MOST {
            return;
        }
        if let Some(range) = range {
            raw.push(Raw { key: key.unwrap_or_else(|| range.clone()), range, stands_in: false });
        } else if let Some(range) = instead {
            raw.push(Raw { key: range.clone(), range, stands_in: true });
        }
    });
    (done && raw.len() < MOST).then_some(raw)
}
