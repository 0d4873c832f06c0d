//! Windsurf: its own events, each with a list of commands whose words are not shown.

use super::hook_files::HookFile;
use super::json::Node;

pub(in crate::cli) const WINDSURF: HookFile = HookFile {
    agent: "windsurf",
    programs: &["windsurf"],
    folder: ".windsurf",
    files: [".windsurf/hooks.json", ".codeium/windsurf/hooks.json"],
    besides: &[],
    events: &[
        ("pre_write_code", 60),
        ("post_write_code", 10),
        ("pre_run_command", 60),
        ("post_run_command", 10),
        ("pre_mcp_tool_use", 60),
        ("post_mcp_tool_use", 10),
        ("pre_user_prompt", 10),
        ("post_cascade_response", 10),
    ],
    entry,
    ending: "",
    is_versioned: false,
    note: None,
};

fn entry(_: u32, command: &str) -> Node {
    Node::Map(vec![("command", Node::Text(command.to_owned())), ("show_output", Node::Flag(false))])
}
