//! A test that was folded into another (a table of cases, a larger test) is not lost.

use super::Case;
use super::hits::Hit;
use super::words::{Bag, each};

/// So much of the words of a test must be in the test that took it in.
const HELD: f64 = 0.9;

/// Whether a test that an agent wrote or changed holds all that this one did.
///
/// The name does not count, and words that the other test had before say nothing: only a test that is longer by
/// most of this one's words has taken it in.
pub(crate) fn is_folded(case: &Case<'_>, gone: &Hit, now: &[Hit]) -> bool {
    let text = case.before.text.get(gone.range.clone()).unwrap_or_default();
    let own: Vec<&str> = each(text).filter(|word| !gone.shown.contains(word)).collect();
    let own = Bag::of(&own.join(" "));
    let added: Vec<&str> = case.after.touch.spans.iter().filter_map(|span| case.after.text.get(span.clone())).collect();
    let added = Bag::of(&added.join(" "));
    now.iter().filter(|hit| hit.touched).any(|hit| own.held_by(&hit.bag) >= HELD) && own.held_by(&added) >= 0.5
}
