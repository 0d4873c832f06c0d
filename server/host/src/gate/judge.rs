//! May the agent write this? Scope first, then the rules on the text as it would be.

use std::ops::Range;

use countersign_core::destroyed::Destroyed;
use countersign_core::finding::Severity;
use countersign_core::review::{Policy, foresee};
use countersign_core::rules::{self, Change, Settings, judge};
use countersign_core::scope::SessionScope;
use countersign_core::syntax::{Budget, Language};
use countersign_core::verdict::Verdict;

/// A write that is only announced.
#[derive(Clone, Debug)]
pub struct Question {
    /// The file, as the workspace names it.
    pub path: String,
    /// What it holds; nothing where there is none.
    pub before: String,
    /// What it would hold, where that can be told.
    pub after: Option<String>,
    /// Where the session may write.
    pub scope: SessionScope,
    /// What of others' would be gone that is kept nowhere else, and whether there is a git that might have kept it.
    pub would_destroy: (Vec<Destroyed>, bool),
}

/// Where the words are looked for that a critical rule needs. Compiling a rule takes a hook longer than all else that it does; what is
/// passed over is found in the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// In the lines that change.
    Likely,
    /// In all of the text: for a process that has the rules compiled.
    All,
}

impl Care {
    /// What a process can do at once with a file: all where its language's rules are compiled.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match Language::of_path(path) {
            Some(language) if !rules::are_compiled(language) => Care::Likely,
            _ => Care::All,
        }
    }
}

impl Question {
    /// The verdict. A budget that runs out makes it milder.
    #[must_use]
    pub fn judge(&self, policy: &Policy, care: Care, budget: &mut Budget<'_>) -> Verdict {
        let verdict = foresee(&policy.scope, &self.scope, &self.path, &self.before, self.after.as_deref(), budget);
        let Some(after) = &self.after else { return verdict };
        let (added, removed) = ranges(&self.before, after);
        let change = Change { path: &self.path, before: &self.before, after, added: &added, removed: &removed };
        let found = judge(&change, &worth_asking(&change, &policy.rules, care), budget);
        let critical = found.into_iter().filter(|finding| finding.severity == Severity::Critical);
        let (lost, is_repository) = &self.would_destroy;
        let lost = lost.iter().filter_map(|lost| lost.warning(&policy.rules, *is_repository));
        let reasons = critical.map(|finding| finding.message).chain(lost);
        reasons.fold(verdict, |verdict, why| verdict.combine(Verdict::ask(why)))
    }
}

/// What the writes that are asked about would change, as a unified diff; none where nothing of that can be told.
#[must_use]
pub fn diff(questions: &[Question]) -> Option<String> {
    let of = |question: &Question| {
        let after = question.after.as_ref()?;
        let diff = similar::TextDiff::from_lines(&question.before, after);
        Some(diff.unified_diff().header(&format!("a/{}", question.path), &format!("b/{}", question.path)).to_string())
    };
    let diffs: String = questions.iter().filter_map(of).collect();
    (!diffs.is_empty()).then_some(diffs)
}

/// The rules that may ask before a write: the critical ones.
fn worth_asking(change: &Change<'_>, rules: &Settings, care: Care) -> Settings {
    let sides = match care {
        Care::Likely => [lines_of(change.before, change.removed), lines_of(change.after, change.added)],
        Care::All => [change.before.to_owned(), change.after.to_owned()],
    };
    let language = Language::of_path(change.path);
    let passed_over = rules::all().iter().filter(|rule| {
        let severity = rules.severities.get(&rule.id).copied().unwrap_or(rule.severity);
        severity < Severity::Critical || !sides.iter().any(|side| rule.is_likely_in(language, side))
    });
    let mut settings = rules.clone();
    settings.disabled.extend(passed_over.map(|rule| rule.id.clone()));
    settings
}

/// The lines that ranges of a text lie in.
fn lines_of(text: &str, ranges: &[Range<usize>]) -> String {
    let mut lines = String::new();
    for range in ranges {
        let head = &text[..range.start];
        let start = head.rmatch_indices('\n').next().map_or(0, |(at, _)| at + 1);
        let end = text[range.end..].match_indices('\n').next().map_or(text.len(), |(at, _)| range.end + at + 1);
        lines.push_str(&text[start..end]);
        lines.push('\n');
    }
    lines
}

/// What is new, in bytes of `after`, and what is gone, in bytes of `before`.
#[must_use]
pub fn ranges(before: &str, after: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let mut shift = 0_isize;
    for splice in countersign_core::diff::splices(before, after) {
        let start = splice.range.start.saturating_add_signed(shift);
        if !splice.text.is_empty() {
            added.push(start..start + splice.text.len());
        }
        shift += splice.text.len() as isize - splice.range.len() as isize;
        if !splice.range.is_empty() {
            removed.push(splice.range);
        }
    }
    (added, removed)
}
