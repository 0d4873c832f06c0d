//! Codex: a file of its own for hooks. Which of them run is for its user to say, in Codex: nothing is written where it keeps that.

use super::hook_files::{HookFile, group};

pub(in crate::cli) const CODEX: HookFile = HookFile {
    agent: "codex",
    programs: &["codex"],
    folder: ".codex",
    files: [".codex/hooks.json", ".codex/hooks.json"],
    besides: &[],
    events: &[
        ("PreToolUse", 60),
        ("PermissionRequest", 10),
        ("PostToolUse", 10),
        ("UserPromptSubmit", 10),
        ("SessionStart", 10),
        ("Stop", 10),
        ("SubagentStop", 10),
    ],
    entry: group,
    ending: "",
    is_versioned: false,
    note: Some(
        "passes over a new hook until you have reviewed it: start codex here, trust the folder, and type /hooks",
    ),
};
