//! What a rule found in a change: one sentence that a person can decide on, and where.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One thing that a rule says of an agent's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, such as `test-deleted`.
    pub rule: String,
    /// What happened.
    pub kind: Kind,
    /// How much it matters, after the settings had their say.
    pub severity: Severity,
    /// One sentence that a person can decide on; never holds a secret.
    pub message: String,
    /// Where, in bytes of the current text. For what was removed: where it stood, mostly an empty range.
    pub range: Range<usize>,
    /// The text that was taken out, where something was.
    pub removed: Option<String>,
    /// The path of the symbol around it, as a scope names it: in the current text, or in the one before where the
    /// symbol is gone.
    pub symbol: Option<String>,
    /// Whether only a part of what was found is the agent's doing.
    pub mixed: bool,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Something is there that was not.
    Introduced,
    /// Something is gone.
    Removed,
    /// Something is still there, and does less.
    Weakened,
    /// The agent wrote where it was not to.
    OutOfScope,
    /// The agent took away text that it did not write and that is kept nowhere else.
    DestroyedWork,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a note.
    Low,
    /// Worth a look.
    Medium,
    /// Must be reviewed.
    High,
    /// Stop and ask.
    Critical,
}

impl Severity {
    /// The next lower severity; the lowest stays.
    #[must_use]
    pub fn lowered(self) -> Severity {
        match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium | Severity::Low => Severity::Low,
        }
    }
}
