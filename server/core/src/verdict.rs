//! What may become of an act that an agent is about to do, and why.

use serde::{Deserialize, Serialize};

/// What may become of an act, from the mildest to the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nothing stands against it.
    #[default]
    Allow,
    /// A person decides.
    Ask,
    /// It must not happen.
    Deny,
}

/// What a person says who is asked about an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It may happen, this time.
    Once,
    /// It may happen, and whatever else in this session is asked about in the same words.
    Session,
    /// It must not.
    Deny,
}

/// A decision with its reasons: whole sentences, written for the agent and the user alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What may become of the act.
    pub decision: Decision,
    /// Why, the first found first; empty only when nothing stands against the act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl Verdict {
    /// Nothing stands against it.
    pub fn allow() -> Verdict {
        Verdict::default()
    }

    /// A person decides, because of this.
    pub fn ask(reason: impl Into<String>) -> Verdict {
        Verdict { decision: Decision::Ask, reasons: vec![reason.into()] }
    }

    /// It must not happen, because of this.
    pub fn deny(reason: impl Into<String>) -> Verdict {
        Verdict { decision: Decision::Deny, reasons: vec![reason.into()] }
    }

    /// The stricter of two verdicts on one act, deny > ask > allow, with its reasons alone: whoever is denied something
    /// is not helped by what would have been asked. Equally strict ones give all their reasons, each once.
    #[must_use]
    pub fn combine(self, other: Verdict) -> Verdict {
        if self.decision != other.decision {
            return if self.decision > other.decision { self } else { other };
        }
        let Verdict { decision, mut reasons } = self;
        for reason in other.reasons {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Verdict { decision, reasons }
    }

    /// All verdicts on one act as one; allow when there are none.
    pub fn combine_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().fold(Verdict::allow(), Verdict::combine)
    }

    /// Whether nothing stands against the act.
    pub fn is_allow(&self) -> bool {
        self.decision == Decision::Allow
    }

    /// The reasons as one text, a line each.
    pub fn reason(&self) -> String {
        self.reasons.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_verdict_wins_in_any_order() {
        let verdicts = [Verdict::allow(), Verdict::ask("a"), Verdict::deny("d")];
        for i in 0..3 {
            for j in 0..3 {
                let one = verdicts[i].clone().combine(verdicts[j].clone());
                assert_eq!(one, verdicts[i.max(j)]);
            }
        }
    }

    #[test]
    fn equally_strict_verdicts_keep_every_reason_once() {
        let all = [Verdict::deny("d1"), Verdict::ask("a"), Verdict::deny("d2"), Verdict::deny("d1")];
        assert_eq!(Verdict::combine_all(all).reason(), "d1\nd2");
        assert!(Verdict::combine_all([]).is_allow());
    }
}
