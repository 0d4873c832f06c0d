//! Agents' own messages around real writes: what they write is theirs, once, and comes out again.

use std::fs;

use serde_json::{Value, json};

use crate::support::binary::{self, countersign};
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

fn repository() -> Repository {
    Repository::new(&[("a.txt", BASE), ("old.txt", "old\n"), ("twins.txt", "fn a\n  x\nfn b\n  x\n")])
}

fn tell(repository: &Repository, agent: &str, message: &Value) {
    let reply = binary::run(repository.command(countersign()).args(["hook", agent]), message.to_string().as_bytes());
    assert_eq!((reply.code, reply.stderr.as_str()), (Some(0), ""), "{agent}: {reply:?}");
    assert!(!reply.stdout.contains("deny"), "{agent}: {reply:?}");
    let log = fs::read_to_string(repository.path(".git/countersign/log")).unwrap_or_default();
    assert!(!log.contains("hook "), "{agent}: {log}");
}

fn run(repository: &Repository, arguments: &[&str]) -> String {
    binary::run(repository.command(countersign()).args(arguments), b"").ok()
}

/// Each file's hunks, by who wrote them.
fn authors(repository: &Repository) -> String {
    let status: Value = serde_json::from_str(&run(repository, &["status", "--json"])).unwrap();
    let mut shown = String::new();
    for file in status["files"].as_array().unwrap() {
        let hunks = file["hunks"].as_array().unwrap().iter().map(|hunk| {
            let names = hunk["authors"].as_array().unwrap().iter();
            names
                .map(|author| author["agent"].as_str().or(author["kind"].as_str()).unwrap().to_owned())
                .collect::<Vec<_>>()
                .join("+")
        });
        shown += &format!("{}: {}\n", file["path"].as_str().unwrap(), hunks.collect::<Vec<_>>().join(", "));
    }
    shown
}

/// A call's two messages, as they would be sent by an agent of Claude Code's manner.
fn call(repository: &Repository, tool: &str, input: &Value) -> [Value; 2] {
    let message = |event: &str| {
        json!({ "session_id": "s1", "cwd": repository.root(), "hook_event_name": event, "tool_name": tool, "tool_use_id": "c1",
            "tool_input": input })
    };
    [message("PreToolUse"), message("PostToolUse")]
}

#[test]
fn a_patch_of_many_files_is_its_agents_to_the_line_and_comes_out() {
    let repository = repository();
    let before = repository.status();
    let patch = "*** Begin Patch\n*** Update File: twins.txt\n@@ fn b\n-  x\n+  y\n*** Add File: new.txt\n+new\n*** Delete File: old.txt\n*** Update File: a.txt\n*** Move to: moved.txt\n@@\n one\n-two\n+TWO\n three\n*** End Patch\n";
    let [announced, done] = call(&repository, "apply_patch", &json!({ "command": patch }));
    tell(&repository, "codex", &announced);
    repository.write("twins.txt", "fn a\n  x\nfn b\n  y\n");
    repository.write("new.txt", "new\n");
    fs::remove_file(repository.path("old.txt")).unwrap();
    fs::remove_file(repository.path("a.txt")).unwrap();
    repository.write("moved.txt", &BASE.replace("two", "TWO"));
    tell(&repository, "codex", &done);
    let shown = authors(&repository);
    assert!(shown.contains("codex") && !shown.contains("external"), "{shown}");
    repository.write("moved.txt", &BASE.replace("two", "TWO").replace("six", "six, mine"));
    run(&repository, &["revert", "--all", "--now", "--yes"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
    repository.write("a.txt", BASE);
    assert_eq!(repository.status(), before);
}

#[test]
fn each_agents_write_is_its_own_and_what_comes_after_it_is_not() {
    for (agent, tool, input) in [
        (
            "codex",
            "apply_patch",
            json!({ "command": "*** Begin Patch\n*** Update File: a.txt\n-two\n+TWO\n*** End Patch" }),
        ),
        ("gemini-cli", "replace", json!({ "file_path": "a.txt", "old_string": "two", "new_string": "TWO" })),
        ("copilot", "replace_string_in_file", json!({ "filePath": "a.txt", "oldString": "two", "newString": "TWO" })),
        ("copilot", "Edit", json!("*** Begin Patch\n*** Update File: a.txt\n-two\n+TWO\n*** End Patch")),
        ("cursor", "StrReplace", json!({ "path": "a.txt", "old_string": "two", "new_string": "TWO" })),
        ("opencode", "edit", json!({ "filePath": "a.txt", "oldString": "two", "newString": "TWO" })),
        ("amp", "edit_file", json!({ "path": "a.txt", "old_str": "two", "new_str": "TWO" })),
        ("droid", "Edit", json!({ "file_path": "a.txt", "old_str": "two", "new_str": "TWO" })),
        ("continue", "Edit", json!({ "file_path": "a.txt", "old_string": "two", "new_string": "TWO" })),
    ] {
        let repository = repository();
        let [announced, done] = call(&repository, tool, &input);
        tell(&repository, agent, &announced);
        repository.write("a.txt", &BASE.replace("two", "TWO"));
        tell(&repository, agent, &done);
        assert_eq!(authors(&repository), format!("a.txt: {agent}\n"));
        repository.write("a.txt", &BASE.replace("two", "TWO").replace("six", "six, mine"));
        assert_eq!(authors(&repository), format!("a.txt: {agent}, external\n"));
        run(&repository, &["revert", "--all", "--now", "--yes"]);
        assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"), "{agent}");
    }
}

#[test]
fn a_patch_that_is_announced_as_a_command_and_not_reported_is_its_agents() {
    // So Codex tells of a command that applies a patch: it writes the files itself, and says no more until its turn ends.
    let repository = repository();
    let command = "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.txt\n-two\n+TWO\n*** End Patch\nEOF\n";
    let [announced, _] = call(&repository, "Bash", &json!({ "command": command }));
    tell(&repository, "codex", &announced);
    repository.write("a.txt", &BASE.replace("two", "TWO"));
    tell(&repository, "codex", &json!({ "session_id": "s1", "cwd": repository.root(), "hook_event_name": "Stop" }));
    repository.write("a.txt", &BASE.replace("two", "TWO").replace("six", "six, mine"));
    assert_eq!(authors(&repository), "a.txt: codex, external\n");
}

#[test]
fn a_write_that_its_tool_fitted_to_the_file_is_its_agents_where_it_says_so() {
    let repository = repository();
    let [announced, mut done] =
        call(&repository, "replace", &json!({ "file_path": "a.txt", "old_string": "two ", "new_string": "TWO " }));
    tell(&repository, "gemini-cli", &announced);
    repository.write("a.txt", &BASE.replace("two", "TWO"));
    done["tool_response"] = json!({ "llmContent": "ok", "returnDisplay": { "originalContent": BASE, "newContent": BASE.replace("two", "TWO") } });
    tell(&repository, "gemini-cli", &done);
    assert_eq!(authors(&repository), "a.txt: gemini-cli\n");
}

#[test]
fn a_file_that_a_patch_moves_is_judged_by_what_it_becomes() {
    let policy = "[risk.severity]\ntls-check-off = \"critical\"\n";
    let python = "import requests\n\ndef get(url):\n    return requests.get(url)\n";
    let repository = Repository::new(&[(".countersign.toml", policy), ("net.py", python)]);
    let patch = |line: &str| {
        format!(
            "*** Begin Patch\n*** Update File: net.py\n*** Move to: web.py\n@@ def get(url):\n-    return requests.get(url)\n+{line}\n*** End Patch\n"
        )
    };
    let said = |line: &str| {
        let [announced, _] = call(&repository, "apply_patch", &json!({ "command": patch(line) }));
        binary::run(repository.command(countersign()).args(["hook", "codex"]), announced.to_string().as_bytes()).ok()
    };
    assert_eq!(said("    return requests.get(url, timeout=3)"), "{}");
    let denied = said("    return requests.get(url, verify=False)");
    assert!(denied.contains("\"deny\"") && denied.contains("web.py"), "{denied}");
}

#[test]
fn the_same_write_told_by_two_adapters_is_one_edit_of_one_author() {
    // Cursor runs its own hooks and Claude Code's, and VS Code those of both; in whatever order.
    let edits = json!([{ "old_string": "two", "new_string": "TWO" }]);
    for first in ["claude-code", "cursor"] {
        let repository = repository();
        let message = |event: &str, fields: Value| {
            let mut message = json!({ "conversation_id": "c1", "generation_id": "g1", "cursor_version": "2.5.26", "model": "default",
                "hook_event_name": event, "workspace_roots": [repository.root()] });
            message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            message
        };
        let second = if first == "cursor" { "claude-code" } else { "cursor" };
        let input = json!({ "path": "a.txt", "old_string": "two", "new_string": "TWO" });
        let tool = json!({ "tool_name": "StrReplace", "tool_use_id": "t1", "tool_input": input });
        tell(&repository, first, &message("preToolUse", tool.clone()));
        tell(&repository, second, &message("preToolUse", tool.clone()));
        repository.write("a.txt", &BASE.replace("two", "TWO"));
        tell(&repository, first, &message("postToolUse", tool.clone()));
        tell(
            &repository,
            "cursor",
            &message("afterFileEdit", json!({ "file_path": repository.path("a.txt"), "edits": edits })),
        );
        tell(&repository, second, &message("postToolUse", tool));
        assert_eq!(authors(&repository), "a.txt: cursor\n", "{first} first");
        let shown = run(&repository, &["status"]);
        assert!(!shown.contains("claude"), "{shown}");
    }
    let repository = repository();
    let message = |event: &str| {
        json!({ "timestamp": "2026-11-26T10:00:00.000Z", "hook_event_name": event, "session_id": "v1", "cwd": repository.root(),
            "transcript_path": "/x/GitHub.copilot-chat/transcripts/v1.jsonl", "tool_name": "replace_string_in_file", "tool_use_id": "t1",
            "tool_input": { "filePath": repository.path("a.txt"), "oldString": "two", "newString": "TWO" } })
    };
    for hook in ["claude-code", "copilot"] {
        tell(&repository, hook, &message("PreToolUse"));
    }
    repository.write("a.txt", &BASE.replace("two", "TWO"));
    for hook in ["copilot", "claude-code"] {
        tell(&repository, hook, &message("PostToolUse"));
    }
    assert_eq!(authors(&repository), "a.txt: copilot\n");
}
