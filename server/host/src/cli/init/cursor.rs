//! Cursor: its own events, each with a list of commands.

use super::hook_files::HookFile;
use super::json::Node;

pub(in crate::cli) const CURSOR: HookFile = HookFile {
    agent: "cursor",
    programs: &["cursor", "cursor-agent"],
    folder: ".cursor",
    files: [".cursor/hooks.json", ".cursor/hooks.json"],
    besides: &[],
    events: &[
        ("preToolUse", 60),
        ("beforeShellExecution", 60),
        ("beforeMCPExecution", 60),
        ("afterFileEdit", 10),
        ("afterShellExecution", 10),
        ("afterMCPExecution", 10),
        ("postToolUse", 10),
        ("postToolUseFailure", 10),
        ("beforeSubmitPrompt", 10),
        ("sessionStart", 10),
        ("sessionEnd", 10),
        ("stop", 10),
    ],
    entry,
    ending: "",
    is_versioned: true,
    note: None,
};

fn entry(seconds: u32, command: &str) -> Node {
    Node::Map(vec![("command", Node::Text(command.to_owned())), ("timeout", Node::Number(seconds))])
}
