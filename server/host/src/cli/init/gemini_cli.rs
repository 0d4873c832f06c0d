//! Gemini CLI: its settings, in which time is told in milliseconds.

use super::hook_files::HookFile;
use super::json::Node;

pub(in crate::cli) const GEMINI_CLI: HookFile = HookFile {
    agent: "gemini-cli",
    programs: &["gemini"],
    folder: ".gemini",
    files: [".gemini/settings.json", ".gemini/settings.json"],
    besides: &[],
    events: &[
        ("BeforeTool", 60),
        ("AfterTool", 10),
        ("BeforeAgent", 10),
        ("AfterAgent", 10),
        ("SessionStart", 10),
        ("SessionEnd", 10),
    ],
    entry,
    ending: "",
    is_versioned: false,
    note: Some("reads the settings of a workspace only where you trust it, and asks before it runs a new hook"),
};

fn entry(seconds: u32, command: &str) -> Node {
    let handler = Node::Map(vec![
        ("name", Node::Text("countersign".to_owned())),
        ("type", Node::Text("command".to_owned())),
        ("command", Node::Text(command.to_owned())),
        ("timeout", Node::Number(seconds * 1000)),
    ]);
    Node::Map(vec![("hooks", Node::List(vec![handler]))])
}
