//! Claude Code: settings that are nobody else's, so that no path of this machine is shared.

use super::hook_files::{HookFile, group};

pub(in crate::cli) const CLAUDE_CODE: HookFile = HookFile {
    agent: "claude-code",
    programs: &["claude"],
    folder: ".claude",
    files: [".claude/settings.local.json", ".claude/settings.json"],
    besides: &[".claude/settings.json"],
    events: &[
        ("PreToolUse", 60),
        ("PermissionRequest", 10),
        ("PostToolUse", 10),
        ("PostToolUseFailure", 10),
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
