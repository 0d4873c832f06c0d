//! Interleavings of an agent's and a user's hunks over real source files: two releases of published packages give the hunks, a seed says
//! whose each is, in what order they come, and when the user saves and reloads. Then the agent is taken out.

pub mod case;
pub mod corpus;
pub mod figures;
pub mod peers;
pub mod play;
pub mod random;

use std::collections::{HashMap, HashSet};

use case::Case;

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// The text when the agent was taken out.
    pub before: String,
    /// What it became.
    pub after: String,
}

impl Outcome {
    /// Whether the text is what it would be without the agent.
    #[must_use]
    pub fn is_perfect(&self) -> bool {
        self.after == self.case.wanted
    }

    /// The part of the user's lines that stand in a text, from 0 to 1; 1 where there are none.
    #[must_use]
    pub fn preserved_in(&self, text: &str) -> f64 {
        let mut left: HashMap<&str, usize> = HashMap::new();
        for line in text.lines() {
            *left.entry(line).or_default() += 1;
        }
        // Lines that the older text holds anyway say nothing of what was preserved.
        for line in self.case.old.lines() {
            if let Some(count) = left.get_mut(line) {
                *count = count.saturating_sub(1);
            }
        }
        let wanted: Vec<&String> = self.case.mine.iter().filter(|line| !line.trim().is_empty()).collect();
        let known: HashSet<&str> = self.case.old.lines().collect();
        let wanted: Vec<&&String> = wanted.iter().filter(|line| !known.contains(line.as_str())).collect();
        if wanted.is_empty() {
            return 1.0;
        }
        let kept = wanted.iter().filter(|line| match left.get_mut(line.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        });
        kept.count() as f64 / wanted.len() as f64
    }
}
