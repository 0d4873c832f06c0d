//! Three hundred interleavings of an agent's and a user's hunks over two releases of published packages: taken out, the agent leaves
//! no trace and nothing of the user's is gone. `COUNTERSIGN_SEED=7` plays the one of seed 7 alone.

mod wire;

use countersign_tests::reversion::Outcome;
use countersign_tests::reversion::case::Case;
use countersign_tests::reversion::corpus::pairs;
use countersign_tests::reversion::figures::figures;
use countersign_tests::reversion::play::play;
use similar::TextDiff;

const CASES: u64 = 300;

#[test]
fn three_hundred_interleavings_of_real_hunks_revert_perfectly() {
    let pairs = pairs();
    assert!(pairs.len() >= 8, "{} files differ", pairs.len());
    let one = std::env::var("COUNTERSIGN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = one.map_or(1..=CASES, |seed: u64| seed..=seed);
    let outcomes: Vec<Outcome> = seeds.map(|seed| play(&Case::draw(&pairs, seed))).collect();
    println!("{}", figures(&outcomes));
    let wrong: Vec<String> = outcomes.iter().filter(|outcome| !is_right(outcome)).map(told).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), outcomes.len(), wrong[..wrong.len().min(3)].join("\n"));
    if one.is_none() {
        let both = outcomes.iter().filter(|outcome| outcome.case.hunks().iter().all(|hunks| *hunks > 0)).count();
        assert!(both * 10 > outcomes.len() * 8, "both authors wrote in {both} only");
    }
}

fn is_right(outcome: &Outcome) -> bool {
    outcome.is_perfect() && outcome.preserved_in(&outcome.after) >= 1.0
}

fn told(outcome: &Outcome) -> String {
    let diff = TextDiff::from_lines(&outcome.case.wanted, &outcome.after);
    let diff = diff.unified_diff().header("wanted", "got").to_string();
    format!("COUNTERSIGN_SEED={} ({}, {:?} hunks)\n{diff}", outcome.case.seed, outcome.case.name, outcome.case.hunks())
}
