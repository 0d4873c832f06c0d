//! Prints how many of N interleavings of an agent's and a user's hunks (300 without an argument) are reverted perfectly, beside what
//! `git checkout -- FILE` gives on the same texts. `SEED` in the environment says where the seeds begin.

use countersign_tests::reversion::case::Case;
use countersign_tests::reversion::corpus::pairs;
use countersign_tests::reversion::figures::figures;
use countersign_tests::reversion::play::play;

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(300);
    let first: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let pairs = pairs();
    let outcomes: Vec<_> = (first..first + n).map(|seed| play(&Case::draw(&pairs, seed))).collect();
    let hunks = outcomes.iter().map(|one| one.case.hunks()).fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    println!("{n} interleavings over {} files: {} hunks of the agent, {} of the user", pairs.len(), hunks[0], hunks[1]);
    print!("{}", figures(&outcomes));
    for outcome in outcomes.iter().filter(|outcome| !outcome.is_perfect()) {
        println!("not perfect: SEED={} {}", outcome.case.seed, outcome.case.name);
    }
}
