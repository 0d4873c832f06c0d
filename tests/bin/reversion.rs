//! `reversion [N] [--json]` plays N interleavings of an agent's and a user's hunks (3,000 without an argument) and prints how many the
//! revert of the agent leaves as they should be, beside what git gives on the same texts; `figures` says what is counted. Seeds that are not
//! right are listed; `COUNTERSIGN_SEED=7` plays seed 7 alone and tells all of it.

use countersign_tests::reversion::case::Case;
use countersign_tests::reversion::corpus::corpus;
use countersign_tests::reversion::figures::{agent_left, json, judged, preserved, rows, table};
use countersign_tests::reversion::play::{Hooks, play};
use countersign_tests::reversion::threads::map;
use countersign_tests::reversion::told;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let n = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(3000);
    let (pairs, skipped) = corpus();
    skipped.iter().for_each(|line| eprintln!("{line}"));
    if let Some(seed) = std::env::var("COUNTERSIGN_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return print!("{}", told(&play(&Case::draw(&pairs, seed))));
    }
    let seeds: Vec<u64> = (1..=n).collect();
    let outcomes = map(&seeds, |seed| play(&Case::draw(&pairs, *seed)));
    let rows = rows(&outcomes, true);
    if arguments.iter().any(|argument| argument == "--json") {
        return println!("{:#}", json(&rows));
    }
    let counts =
        outcomes.iter().map(|one| one.case.counts()).fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    println!(
        "{n} interleavings over {} files: {} steps of the agent's, {} of the user's",
        pairs.len(),
        counts[0],
        counts[1]
    );
    print!("{}", table(&rows));
    let unheard = outcomes.iter().filter(|outcome| outcome.hooks == Hooks::None);
    let (kept, unheard): (Vec<_>, Vec<_>) = unheard.partition(|outcome| outcome.bulk == outcome.before);
    println!("what nobody announced was left by bulk reverts in {} of {}", kept.len(), kept.len() + unheard.len());
    for outcome in &outcomes {
        let (case, class, hooks) = (&outcome.case, outcome.case.class.name(), outcome.hooks.name());
        let lost = preserved(case, &outcome.after) < 1.0;
        let wrong = judged(case, &outcome.after).err();
        let left = if outcome.hooks == Hooks::None { 0.0 } else { agent_left(case, &outcome.mine_too) };
        if left > 0.0 {
            let percent = left * 100.0;
            println!(
                "COUNTERSIGN_SEED={} ({}, {class}, {hooks}): by name {percent:.1} % of the agent's is left",
                case.seed, case.name
            );
        }
        if lost || wrong.is_some() {
            let lost = if lost { "not all of the user's is there; " } else { "" };
            let why = format!("{lost}{}", wrong.unwrap_or_default());
            let gave_up = if case.gave_up { ", a line given up" } else { "" };
            println!("COUNTERSIGN_SEED={} ({}, {class}, {hooks}{gave_up}): {why}", case.seed, case.name);
        }
    }
}
