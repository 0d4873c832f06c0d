//! Continue's command line: settings as Claude Code's.

use super::hook_files::{HookFile, group};

pub(in crate::cli) const CONTINUE: HookFile = HookFile {
    agent: "continue",
    programs: &["cn"],
    folder: ".continue",
    files: [".continue/settings.local.json", ".continue/settings.json"],
    besides: &[".continue/settings.json"],
    events: &[
        ("PreToolUse", 60),
        ("PostToolUse", 10),
        ("PostToolUseFailure", 10),
        ("UserPromptSubmit", 10),
        ("SessionStart", 10),
        ("SessionEnd", 10),
        ("Stop", 10),
    ],
    entry: group,
    ending: "",
    is_versioned: false,
    note: None,
};
