//! Interleavings of an agent's and a user's hunks over real source files: two releases of published packages give the hunks, a seed says
//! whose each is, in what order they come, where the two meet, what is heard of the agent, and how the user types, saves and reloads. Then
//! the agent is taken out, and what is left is judged, beside what git makes of the same cases.

pub mod accept;
pub mod case;
pub mod corpus;
pub mod figures;
mod hunks;
mod inside;
pub mod model;
pub mod peers;
pub mod play;
pub mod random;
mod slide;
pub mod threads;
pub mod typing;

use case::Case;
use play::Outcome;
use similar::TextDiff;

/// All that went on in a case, for who looks into it: each step, what became of it, and what is wrong with that.
#[must_use]
pub fn told(outcome: &Outcome) -> String {
    let Case { seed, name, class, .. } = &outcome.case;
    let mut told = format!("COUNTERSIGN_SEED={seed} {name}, {}, {}\n", class.name(), outcome.hooks.name());
    let texts = outcome.case.texts();
    let diff = |from: &str, to: &str, header: [&str; 2]| {
        TextDiff::from_lines(from, to).unified_diff().context_radius(1).header(header[0], header[1]).to_string()
    };
    for (at, step) in outcome.case.steps.iter().enumerate() {
        told += &diff(&texts[at], &texts[at + 1], ["before", if step.is_agents { "agent" } else { "user" }]);
    }
    told += &diff(&outcome.before, &outcome.after, ["in the end", "without the agent"]);
    told += &diff(&outcome.case.wanted(), &outcome.after, ["wanted", "got"]);
    told += &diff(&outcome.after, &outcome.mine_too, ["without the agent", "and without the user's part, by name"]);
    if let Err(why) = figures::judged(&outcome.case, &outcome.after) {
        told += &format!("{why}\n");
    }
    told
}
