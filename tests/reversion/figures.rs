//! What is counted of a run.

use super::Outcome;
use super::peers::by_git;

/// The figures of a run, a line for Countersign and a line for git.
#[must_use]
pub fn figures(outcomes: &[Outcome]) -> String {
    let n = outcomes.len();
    let line = |name: &str, texts: &[String]| {
        let perfect = outcomes.iter().zip(texts).filter(|(outcome, text)| outcome.case.wanted == **text).count();
        let shares: Vec<f64> = outcomes.iter().zip(texts).map(|(outcome, text)| outcome.preserved_in(text)).collect();
        let whole = shares.iter().filter(|share| **share >= 1.0).count();
        let mean = shares.iter().sum::<f64>() / n.max(1) as f64;
        format!("{name:<24} perfect {perfect}/{n} preserved {whole}/{n} (share of the user's lines {mean:.2})\n")
    };
    let ours: Vec<String> = outcomes.iter().map(|outcome| outcome.after.clone()).collect();
    line("countersign revert", &ours) + &line("git checkout -- FILE", &by_git(outcomes))
}
