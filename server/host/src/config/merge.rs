//! Two policies as one, section by section: what the user set, a repository can only tighten. Where the user set
//! nothing, the repository may say what it likes: it is its own code.

use countersign_core::limits::Limits;
use countersign_core::rules::Preset;

use super::policy::{Audit, LimitsSection, Risk, Ui, Unanswered, Verify};

/// The stricter of what was set.
pub(super) fn unanswered(user: Option<Unanswered>, repository: Option<Unanswered>) -> Unanswered {
    user.max(repository).unwrap_or_default()
}

/// The lower of each limit.
pub(super) fn limits(user: &LimitsSection, repository: &LimitsSection) -> Limits {
    let (user, repository) = (user.limits(), repository.limits());
    Limits {
        files: user.files.lower(repository.files),
        lines: user.lines.lower(repository.lines),
        commands: user.commands.lower(repository.commands),
        minutes: user.minutes.lower(repository.minutes),
        cost: user.cost.lower(repository.cost),
    }
}

/// The higher preset and severities. A rule stays off where the user turned it off, unless the repository gives it a
/// severity; the repository turns rules off only where the user gave no severity for them and no strict preset.
pub(super) fn risk(user: &Risk, repository: &Risk) -> Risk {
    let mut severity = user.severity.clone();
    for (rule, given) in &repository.severity {
        let merged = severity.entry(rule.clone()).or_insert(*given);
        *merged = (*merged).max(*given);
    }
    let open = |rule: &&String| user.preset != Some(Preset::Strict) && !user.severity.contains_key(*rule);
    let kept_off = user.disable.iter().filter(|rule| !repository.severity.contains_key(*rule));
    let mut disable: Vec<String> = kept_off.chain(repository.disable.iter().filter(open)).cloned().collect();
    disable.sort();
    disable.dedup();
    Risk {
        preset: user.preset.max(repository.preset),
        severity,
        disable,
        queries: both(&user.queries, &repository.queries),
        tier: both(&user.tier, &repository.tier),
    }
}

/// The user's taste, else the repository's.
pub(super) fn ui(user: &Ui, repository: &Ui) -> Ui {
    Ui {
        code_lens: user.code_lens.or(repository.code_lens),
        inlay_hints: user.inlay_hints.or(repository.inlay_hints),
        hover: user.hover.or(repository.hover),
    }
}

/// All redactions; history is the user's, who says how long it is kept.
pub(super) fn audit(user: &Audit, repository: &Audit) -> Audit {
    Audit {
        redaction: both(&user.redaction, &repository.redaction),
        retention: user.retention.or(repository.retention),
    }
}

/// All commands.
pub(super) fn verify(user: &Verify, repository: &Verify) -> Verify {
    Verify { commands: both(&user.commands, &repository.commands) }
}

fn both<T: Clone>(one: &[T], other: &[T]) -> Vec<T> {
    one.iter().chain(other).cloned().collect()
}
