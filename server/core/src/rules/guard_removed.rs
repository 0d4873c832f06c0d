//! Guards that were merged, inverted or handed to `?` are still there; those about permission weigh most.

use crate::finding::Severity;
use crate::syntax::{Budget, OF_A_COMPARISON};

use super::Case;
use super::catalogue::Rule;
use super::hits::Hit;
use super::pair::{Counterparts, Place};
use super::words;

/// What stands in for a guard says little more than the guard did: twice its words and a few.
const FEW: usize = 8;

/// Whether the whole function is gone, or new code in the same place asks the same.
pub(crate) fn is_excused(
    case: &Case<'_>,
    gone: &Hit,
    now: &[Hit],
    places: &Counterparts,
    budget: &mut Budget<'_>,
) -> Option<bool> {
    let place = match places.of(gone) {
        Place::Top if case.after.text.is_empty() => return Some(true),
        Place::Gone => return Some(true),
        place => place,
    };
    let asked = asked(&gone.shown);
    for hit in now {
        if !budget.spend(OF_A_COMPARISON) {
            return None;
        }
        let here = hit.touched && hit.symbol.map_or(Place::Top, Place::In) == place;
        if here && hit.bag.len() <= 2 * asked.len() + FEW && asked.held_by(&hit.bag) >= 1.0 {
            return Some(true);
        }
    }
    Some(false)
}

/// The words of a condition, whichever way round it asks.
fn asked(condition: &str) -> words::Bag {
    words::Bag::of_words(words::each(condition).filter(|&word| word != "not"))
}

/// A guard about who may do what is as severe as the rule says, any other one step less.
pub(crate) fn severity(rule: &Rule, hit: &Hit) -> Severity {
    const ABOUT: &str = "auth permission permitted perm role admin owner login logged_in superuser token csrf signature \
                         access allow forbid denied verify scope secret staff guard";
    let asked = hit.shown.to_lowercase();
    let by_word = ABOUT.split_whitespace().any(|word| asked.contains(word));
    if by_word || words::each(&hit.shown).any(may) { rule.severity } else { rule.severity.lowered() }
}

/// `can_edit`, `canEdit`, `may_see`; not `cancel`.
fn may(word: &str) -> bool {
    let rest = word.strip_prefix("can").or_else(|| word.strip_prefix("may"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c == '_' || c.is_uppercase()))
}
