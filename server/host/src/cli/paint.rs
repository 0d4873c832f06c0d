//! Colour for people: on a terminal, unless NO_COLOR says otherwise.

use std::io::IsTerminal;

use countersign_core::finding::Severity;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Strong,
    Faint,
    Agent,
    Mine,
    External,
    Good,
    Bad,
    Warning,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Agent => "35",
            Self::Mine => "36",
            Self::External => "33",
            Self::Good => "32",
            Self::Bad => "31;1",
            Self::Warning => "33;1",
        }
    }
}

/// A text in a colour, where stdout shows colours.
pub(super) fn ink(ink: Ink, text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || !std::io::stdout().is_terminal();
    if plain { text.to_owned() } else { format!("\x1b[{}m{text}\x1b[0m", ink.code()) }
}

/// The colour of a finding.
pub(super) fn severity(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::High => Ink::Bad,
        Severity::Medium => Ink::Warning,
        Severity::Low => Ink::Faint,
    }
}

/// The word of a severity, as in the policy.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// A path on one line: what would break it or move the cursor is escaped.
pub(super) fn shown(path: &str) -> String {
    path.chars().flat_map(|char| if char.is_control() { char.escape_default().collect() } else { vec![char] }).collect()
}

/// `1 line`, `2 lines`.
pub(super) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
