//! Guards that were merged, inverted or handed to `?` are still there; those about permission weigh most.

use crate::finding::Severity;
use crate::syntax::Budget;

use super::Case;
use super::catalogue::Rule;
use super::hits::{self, Hit};
use super::pair::{Counterparts, Left, Place};
use super::words;

/// What stands in for a guard says little more than the guard did: twice its words and a few.
const FEW: usize = 8;

/// Whether the whole function is gone, or new code in the same place asks the same.
pub(crate) fn is_excused(
    case: &Case<'_>,
    gone: &Hit,
    left: &Left,
    places: &Counterparts,
    budget: &mut Budget<'_>,
) -> Option<bool> {
    let _ = left;
    let place = match places.of(gone) {
        Place::Top if case.after.text.is_empty() => return Some(true),
        Place::Gone => return Some(true),
        place => place,
    };
    let Some(rule) = super::rule("guard-removed") else { return Some(false) };
    let now = hits::find(rule, &case.after, case.path, budget)?;
    let here = now.iter().filter(|hit| hit.touched && hit.symbol.map_or(Place::Top, Place::In) == place);
    let asked = words::Bag::of(&gone.shown);
    Some(here.into_iter().any(|hit| {
        let says = words::Bag::of(&hit.shown);
        says.len() <= 2 * asked.len() + FEW && asked.held_by(&says) >= 1.0
    }))
}

/// A guard about who may do what is as severe as the rule says, any other one step less.
pub(crate) fn severity(rule: &Rule, hit: &Hit) -> Severity {
    const ABOUT: [&str; 22] = [
        "auth", "permission", "permitted", "perm", "role", "admin", "owner", "login", "logged_in", "superuser", "token",
        "csrf", "signature", "access", "allow", "forbid", "denied", "verify", "scope", "secret", "staff", "guard",
    ];
    let asked = hit.shown.to_lowercase();
    if ABOUT.iter().any(|word| asked.contains(word)) { rule.severity } else { rule.severity.lowered() }
}
