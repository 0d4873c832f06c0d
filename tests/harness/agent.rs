//! The agents' side, against a hook that records.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::log;
use crate::support::agent::{ClaudeCode, Hook, countersign_hook, generic};
use crate::support::binary::stand_in;
use crate::support::repository::Repository;

fn recorder(repository: &Repository) -> (Hook, PathBuf) {
    let log = repository.home().join("events");
    (vec![stand_in().into(), "hook".into(), log.clone()], log)
}

fn names(log: &[Value]) -> Vec<String> {
    let name = |event: &Value| format!("{} {}", event["hook_event_name"], event["tool_name"]).replace('"', "");
    log.iter().map(|event| name(event).replace(" null", "")).collect()
}

#[test]
fn a_session_announces_writes_and_reports_in_claude_codes_own_words() {
    let repository = Repository::new(&[("a.txt", "1\n2\n3\n4\n5\n")]);
    let (hook, events) = recorder(&repository);
    let mut claude = ClaudeCode::start(&repository, hook, "23aad27c");
    claude.prompt("Make four say four");
    claude.edit("a.txt", "4\n", "four\n");
    claude.write("src/new.txt", "new\n");
    claude.bash("cat a.txt && rm src/new.txt");
    claude.stop();

    assert_eq!(repository.status(), " M a.txt\n");
    assert_eq!(repository.read("a.txt"), "1\n2\n3\nfour\n5\n");
    let events = log(&events);
    assert_eq!(
        names(&events),
        [
            "SessionStart",
            "UserPromptSubmit",
            "PreToolUse Edit",
            "PostToolUse Edit",
            "PreToolUse Write",
            "PostToolUse Write",
            "PreToolUse Bash",
            "PostToolUse Bash",
            "Stop",
        ]
    );
    assert_eq!(events[7]["tool_response"]["stdout"], "1\n2\n3\nfour\n5\n");
    let file = repository.path("a.txt").display().to_string();
    let mut edit = events[3].clone();
    assert!(edit["transcript_path"].take().as_str().unwrap().ends_with("23aad27c.jsonl"));
    assert_eq!(
        edit,
        json!({
            "session_id": "23aad27c", "transcript_path": null, "cwd": repository.root(),
            "hook_event_name": "PostToolUse", "permission_mode": "default",
            "tool_name": "Edit", "tool_use_id": "toolu_000000000000000000000001", "duration_ms": 7,
            "tool_input": { "file_path": file, "old_string": "4\n", "new_string": "four\n" },
            "tool_response": { "filePath": file, "oldString": "4\n", "newString": "four\n", "userModified": false,
                "replaceAll": false, "originalFile": "1\n2\n3\n4\n5\n", "structuredPatch": [{ "oldStart": 1,
                "oldLines": 5, "newStart": 1, "newLines": 5, "lines": [" 1", " 2", " 3", "-4", "+four", " 5"] }] },
        })
    );
    assert_eq!(events[5]["tool_response"]["type"], "create");
    assert_eq!(events[5]["tool_response"]["originalFile"], Value::Null);
}

#[test]
fn a_denied_tool_does_not_run() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let (hook, events) = recorder(&repository);
    let mut claude = ClaudeCode::start(&repository, hook, "s");
    let say = |reply: &str| fs::write(format!("{}.PreToolUse", events.display()), reply).unwrap();

    say(
        r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"out of scope"}}"#,
    );
    let reply = claude.edit("a.txt", "a", "b");
    assert_eq!((reply.decision(), reply.reason()), ("deny", "out of scope"));
    say("block: not this one");
    let reply = claude.write("a.txt", "b\n");
    assert_eq!((reply.decision(), reply.reason()), ("deny", "not this one"));
    say(r#"{"decision":"block","reason":"nor this"}"#);
    let reply = claude.bash("echo b > a.txt");
    assert_eq!((reply.decision(), reply.reason()), ("deny", "nor this"));

    assert_eq!(repository.status(), "");
    assert!(!names(&log(&events)).iter().any(|name| name.starts_with("PostToolUse")));
}

#[test]
fn a_tool_can_be_announced_written_and_reported_apart() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let (hook, events) = recorder(&repository);
    let mut claude = ClaudeCode::start(&repository, hook, "s");
    let announced = claude.announce_edit("a.txt", "a", "b");
    assert_eq!((announced.reply.decision(), announced.reply.reason()), ("none", ""));
    assert_eq!(repository.read("a.txt"), "a\n");
    let response = announced.write(&repository);
    assert_eq!(repository.read("a.txt"), "b\n");
    assert_eq!(log(&events).len(), 2);
    claude.report(&announced, response);
    assert_eq!(names(&log(&events))[2], "PostToolUse Edit");
}

#[test]
fn the_built_binary_leaves_an_agent_alone_that_starts_a_session() {
    let repository = Repository::new(&[]);
    let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s");
    let reply = claude.prompt("hello");
    assert_eq!((reply.code, reply.decision()), (Some(0), "none"));
    assert!(reply.took < Duration::from_secs(5), "{reply:?}");
}

#[test]
fn a_generic_agent_sends_its_json_as_it_stands() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let (hook, events) = recorder(&repository);
    let payload = json!({ "type": "ai_agent", "repo_working_dir": repository.root(),
        "edited_filepaths": [repository.path("a.txt")], "agent_name": "own", "model": "m", "conversation_id": "c" });
    let reply = generic(&repository, &hook, &payload);
    assert_eq!((reply.code, &reply.json), (Some(0), &Value::Null));
    assert_eq!(log(&events), [payload]);
}
