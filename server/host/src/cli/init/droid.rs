//! Droid: its settings, which it reads hooks from where it has no file of hooks alone.

use anyhow::{Result, bail};

use super::Place;
use super::change::Plan;
use super::hook_files::{HookFile, group};

pub(in crate::cli) const DROID: HookFile = HookFile {
    agent: "droid",
    programs: &["droid"],
    folder: ".factory",
    files: [".factory/settings.json", ".factory/settings.json"],
    besides: &[],
    events: &[
        ("PreToolUse", 60),
        ("PostToolUse", 10),
        ("UserPromptSubmit", 10),
        ("SessionStart", 10),
        ("SessionEnd", 10),
        ("Stop", 10),
        ("SubagentStop", 10),
    ],
    entry: group,
    ending: "",
    is_versioned: false,
    note: None,
};

/// # Errors
/// If Droid would pass over what is written.
pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let file = DROID.file(place)?;
    let alone = file.with_file_name("hooks.json");
    if !remove && alone.exists() {
        bail!("Droid reads {} instead: add hooks there by hand", place.shown(&alone));
    }
    DROID.plan(place, remove)
}
