//! Copilot: a file of ours among its hook files, which VS Code and the Copilot CLI both read. Each has its own word for how long it waits;
//! spelled like this the events come to both in one form.

use super::hook_files::HookFile;
use super::json::Node;

pub(in crate::cli) const COPILOT: HookFile = HookFile {
    agent: "copilot",
    programs: &["copilot"],
    folder: ".copilot",
    files: [".github/hooks/countersign.json", ".copilot/hooks/countersign.json"],
    besides: &[],
    events: &[
        ("PreToolUse", 60),
        ("PostToolUse", 10),
        ("UserPromptSubmit", 10),
        ("SessionStart", 10),
        ("SessionEnd", 10),
        ("Stop", 10),
    ],
    entry,
    ending: " || true",
    is_versioned: true,
    note: Some("reads the hooks of a folder only where you trust it; with -p that is --trust-folder"),
};

fn entry(seconds: u32, command: &str) -> Node {
    Node::Map(vec![
        ("type", Node::Text("command".to_owned())),
        ("command", Node::Text(command.to_owned())),
        ("timeout", Node::Number(seconds)),
        ("timeoutSec", Node::Number(seconds)),
    ])
}
