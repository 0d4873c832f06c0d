//! Several agents, several hooks of one edit, calls that fail: each edit is one agent's, once, and nobody else's lines go with it.

use serde_json::{Value, json};

use super::{claude, hunks, ok, revert, status, status_json, write_as_user};
use crate::support::agent::{countersign_hook, generic};
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

fn repository() -> Repository {
    Repository::new(&[("a.txt", BASE)])
}

/// One event of an agent that speaks the generic JSON.
fn tell(repository: &Repository, agent: &str, session: &str, event: &str, fields: Value) {
    let mut payload = json!({ "event": event, "agent": agent, "session": session, "cwd": repository.root() });
    if let (Value::Object(payload), Value::Object(fields)) = (&mut payload, fields) {
        payload.extend(fields);
    }
    let reply = generic(repository, &countersign_hook("generic"), &payload);
    assert_eq!(reply.code, Some(0), "{reply:?}");
}

fn edits(old: &str, new: &str) -> Value {
    json!({ "call": "c1", "writes": [{ "path": "a.txt", "edits": [{ "old": old, "new": new }] }] })
}

fn authors(repository: &Repository) -> Vec<String> {
    let status = status_json(repository);
    let hunks = status["files"][0]["hunks"].as_array().cloned().unwrap_or_default();
    let name = |hunk: &Value| {
        let names = hunk["authors"].as_array().into_iter().flatten();
        names.filter_map(|author| author["agent"].as_str().or(author["kind"].as_str())).collect::<Vec<_>>().join("+")
    };
    hunks.iter().map(name).collect()
}

#[test]
fn an_edit_that_two_tools_hooks_announce_and_report_is_one_edit() {
    for cross_reported in [false, true] {
        let repository = repository();
        let mut agent = claude(&repository, "s1");
        agent.prompt("change two");
        // A program that runs other tools' hooks too: each hears of the same call in its own words, in any order.
        tell(&repository, "host", "h1", "will-write", edits("two", "TWO"));
        let announced = agent.announce_edit("a.txt", "two", "TWO");
        let response = announced.write(&repository);
        if cross_reported {
            tell(&repository, "host", "h1", "did-write", edits("two", "TWO"));
        }
        agent.report(&announced, response);
        tell(&repository, "host", "h1", "did-write", edits("two", "TWO"));
        agent.stop();
        tell(&repository, "host", "h1", "turn-ended", json!({}));
        assert_eq!(authors(&repository).len(), 1, "{}", status(&repository));
        write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six, mine"));
        revert(&repository, &["--all"]);
        assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
    }
}

#[test]
fn what_one_agent_takes_back_of_anothers_is_its_own_change() {
    let repository = repository();
    let (mut first, mut second) = (claude(&repository, "first"), claude(&repository, "second"));
    first.edit("a.txt", "two\n", "TWO\nTWO AND A HALF\n");
    first.stop();
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six, mine"));
    status(&repository);
    second.edit("a.txt", "TWO\nTWO AND A HALF\n", "two\n");
    second.stop();
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
    revert(&repository, &["--session", "second"]);
    assert!(repository.read("a.txt").contains("TWO\nTWO AND A HALF\n"), "{}", repository.read("a.txt"));
    revert(&repository, &["--session", "first"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn two_agents_whose_hunks_stand_side_by_side_come_out_one_by_one() {
    let repository = repository();
    let (mut first, mut second) = (claude(&repository, "first"), claude(&repository, "second"));
    first.edit("a.txt", "two\n", "TWO\n");
    second.edit("a.txt", "three\n", "THREE\n");
    revert(&repository, &["--session", "first", "--now"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("three", "THREE"));
    revert(&repository, &["--session", "second", "--now"]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn two_agents_with_one_session_id_keep_their_names() {
    let repository = repository();
    let mut agent = claude(&repository, "1");
    agent.edit("a.txt", "two\n", "TWO\n");
    tell(&repository, "other", "1", "will-write", edits("six", "SIX"));
    repository.write("a.txt", &repository.read("a.txt").replace("six", "SIX"));
    tell(&repository, "other", "1", "did-write", edits("six", "SIX"));
    assert_eq!(authors(&repository), ["claude-code", "other"]);
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("four", "four, mine"));
    revert(&repository, &["--all", "--now"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("four", "four, mine"));
}

#[test]
fn a_call_that_failed_or_was_denied_claims_nothing_that_the_user_writes_after_it() {
    for ending in ["PostToolUseFailure", "PermissionDenied", ""] {
        let repository = repository();
        let mut agent = claude(&repository, "s1");
        agent.prompt("change two");
        agent.announce_edit("a.txt", "two", "TWO by the agent");
        if !ending.is_empty() {
            let fields = json!({ "tool_name": "Edit", "tool_use_id": "toolu_000000000000000000000001",
                "tool_input": { "file_path": repository.path("a.txt"), "old_string": "two", "new_string": "TWO by the agent" },
                "error": "the user said no" });
            agent.tell(ending, fields);
        }
        write_as_user(&repository, "a.txt", &BASE.replace("two", "two, my way").replace("six", "six, mine"));
        agent.stop();
        let mine = repository.read("a.txt");
        assert!(!authors(&repository).join(" ").contains("claude"), "{ending}: {}", status(&repository));
        revert(&repository, &["--all"]);
        assert_eq!(repository.read("a.txt"), mine, "{ending}");
    }
}

#[test]
fn a_message_in_another_tools_words_changes_nothing_and_stops_nobody() {
    let repository = repository();
    let agent = claude(&repository, "s1");
    // The generic JSON, and an editor's own spelling, sent to Claude Code's hook; a tool name with a prefix; a tool of a server.
    let payloads = [
        json!({ "event": "will-write", "agent": "x", "session": "s9", "writes": [{ "path": "a.txt" }] }),
        json!({ "hookEventName": "preToolUse", "sessionId": "s9", "toolName": "replace_string_in_file", "toolArgs": "{}" }),
    ];
    for payload in payloads {
        let reply = generic(&repository, &countersign_hook("claude-code"), &payload);
        assert_eq!((reply.code, reply.decision()), (Some(0), "none"), "{reply:?}");
    }
    for tool in ["functions.apply_patch", "mcp__files__write_file"] {
        let fields = json!({ "tool_name": tool, "tool_use_id": "t1",
            "tool_input": { "path": repository.path("a.txt"), "content": "all new\n" } });
        assert_eq!(agent.tell("PreToolUse", fields.clone()).decision(), "none");
        write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six or more"));
        agent.tell("PostToolUse", fields);
    }
    agent.stop();
    assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
}

#[test]
fn a_subagent_in_a_worktree_of_its_own_is_known_there() {
    let repository = repository();
    repository.git(&["worktree", "add", "--quiet", "../aside"]);
    let aside = repository.root().with_file_name("aside");
    let agent = claude(&repository, "s1");
    let file = aside.join("a.txt");
    let call = json!({ "cwd": aside, "tool_name": "Edit", "tool_use_id": "toolu_1", "agent_id": "explorer",
        "tool_input": { "file_path": file, "old_string": "two", "new_string": "TWO" } });
    agent.tell("PreToolUse", call.clone());
    std::fs::write(&file, BASE.replace("two", "TWO")).expect("writes");
    agent.tell("PostToolUse", call);
    let folder = aside.to_str().expect("a plain path");
    let shown = ok(&repository, &["-C", folder, "status"]);
    assert!(shown.contains("claude-code s1/explorer"), "{shown}");
    assert_eq!(hunks(&repository, "a.txt"), []);
    ok(&repository, &["-C", folder, "revert", "--yes", "--now", "--session", "s1"]);
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), BASE);
}

#[test]
fn a_session_that_goes_on_after_a_rebase_is_still_one_session() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two\n", "TWO\n");
    agent.stop();
    repository.commit("By the agent");
    repository.git(&["switch", "--quiet", "--create", "below", "HEAD~1"]);
    repository.write("a.txt", &BASE.replace("four", "four below"));
    repository.commit("Below");
    repository.git(&["switch", "--quiet", "main"]);
    status(&repository);
    repository.git(&["rebase", "--quiet", "below"]);
    agent.edit("a.txt", "seven\n", "SEVEN\n");
    agent.stop();
    assert_eq!(authors(&repository), ["claude-code", "claude-code"]);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("four", "four below"));
}
