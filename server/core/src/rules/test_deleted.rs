//! A test that was folded into another (a table of cases, a larger test) is not lost.

use super::Case;
use super::hits::Hit;
use super::words::{Bag, each};

/// So much of the words of a test must be in the test that took it in.
const HELD: f64 = 0.9;
/// So much of them must be what the agent wrote.
const NEW: f64 = 0.5;

/// Whether a test that an agent wrote or changed holds all that this one did.
///
/// The name does not count, and words that the other test had before say little: an agent must have written most of
/// this one's again.
pub(crate) fn is_folded(case: &Case<'_>, gone: &Hit, now: &[Hit]) -> bool {
    let text = case.before.text.get(gone.range.clone()).unwrap_or_default();
    let own = Bag::of_words(each(text).filter(|word| !gone.shown.contains(word)));
    if !now.iter().any(|hit| hit.touched && own.held_by(&hit.bag) >= HELD) {
        return false;
    }
    let spans = case.after.touch.spans.iter().filter_map(|span| case.after.text.get(span.clone()));
    own.held_by(&Bag::of_words(spans.flat_map(each))) >= NEW
}
