//! What a user wrote outlasts every bulk revert, whatever order the agent's messages, its writes and the user's come in.

use serde_json::json;

use super::{claude, hunks, ok, revert, status, write_as_user};
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

fn repository() -> Repository {
    Repository::new(&[("a.txt", BASE)])
}

#[test]
fn a_users_edit_between_announcement_and_write_survives() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    let announced = agent.announce_edit("a.txt", "two", "TWO by the agent");
    write_as_user(&repository, "a.txt", &BASE.replace("six", "six, mine"));
    // Claude Code's Edit applies to the text as it is.
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("two", "TWO by the agent"));
    agent.report(
        &announced,
        json!({ "filePath": repository.path("a.txt"), "oldString": "two",
        "newString": "TWO by the agent", "originalFile": BASE.replace("six", "six, mine"), "userModified": false }),
    );
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn a_users_edit_that_was_seen_between_announcement_and_write_survives_and_the_agents_is_known() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    let announced = agent.announce_edit("a.txt", "two", "TWO by the agent");
    write_as_user(&repository, "a.txt", &BASE.replace("six", "six, mine"));
    status(&repository);
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("two", "TWO by the agent"));
    agent.report(
        &announced,
        json!({ "filePath": repository.path("a.txt"), "oldString": "two",
        "newString": "TWO by the agent", "originalFile": BASE.replace("six", "six, mine"), "userModified": false }),
    );
    agent.stop();
    let kinds: Vec<String> = hunks(&repository, "a.txt").into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["agent", "external"]);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn a_users_edit_between_write_and_report_survives() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    let announced = agent.announce_edit("a.txt", "two", "TWO by the agent");
    let response = announced.write(&repository);
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six, mine"));
    agent.report(&announced, response);
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn a_users_edit_between_a_whole_write_and_its_report_survives() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("rewrite it");
    let announced = agent.announce_write("a.txt", &BASE.replace("two\n", "2\n2\n2\n").replace("four", "4"));
    let response = announced.write(&repository);
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("seven", "seven, mine"));
    agent.report(&announced, response);
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("seven", "seven, mine"));
}

#[test]
fn a_users_edit_after_the_report_survives() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    agent.edit("a.txt", "two", "TWO by the agent");
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six, mine"));
    agent.stop();
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn what_a_user_writes_after_refusing_an_announced_edit_is_not_the_agents() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    // The user says no in the agent's own prompt, and interrupts: no event comes after it.
    agent.announce_edit("a.txt", "two", "TWO by the agent");
    write_as_user(&repository, "a.txt", &BASE.replace("two", "two, my way"));
    assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
    assert_eq!(repository.read("a.txt"), BASE.replace("two", "two, my way"));
}

#[test]
fn what_a_user_writes_after_an_interrupted_command_is_not_the_agents_once_they_ask_anew() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("build it");
    let fields = json!({ "tool_name": "Bash", "tool_use_id": "toolu_1", "tool_input": { "command": "sleep 1000" } });
    agent.tell("PreToolUse", fields);
    agent.prompt("never mind, do something else");
    write_as_user(&repository, "a.txt", &BASE.replace("two", "two, mine"));
    agent.bash("true");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("two", "two, mine"));
}

#[test]
fn an_event_that_comes_twice_is_one_and_claims_nothing_more() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    let announced = agent.announce_edit("a.txt", "two", "TWO by the agent");
    let response = announced.write(&repository);
    agent.report(&announced, response.clone());
    agent.report(&announced, response.clone());
    // A hook that was held up tells again of what is over.
    let fields = json!({ "tool_name": "Edit", "tool_use_id": "toolu_000000000000000000000001", "tool_input": {
        "file_path": repository.path("a.txt"), "old_string": "two", "new_string": "TWO by the agent" } });
    agent.tell("PreToolUse", fields);
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("six", "six, mine"));
    agent.report(&announced, response);
    agent.stop();
    let kinds: Vec<String> = hunks(&repository, "a.txt").into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["agent", "external"]);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, mine"));
}

#[test]
fn a_report_without_an_announcement_is_the_agents_by_what_it_holds() {
    let repository = repository();
    write_as_user(&repository, "a.txt", &BASE.replace("six", "six, not committed"));
    let agent = claude(&repository, "s1");
    let before = repository.read("a.txt");
    write_as_user(&repository, "a.txt", &before.replace("two", "TWO by the agent"));
    agent.tell(
        "PostToolUse",
        json!({ "tool_name": "Edit", "tool_use_id": "toolu_1",
        "tool_input": { "file_path": repository.path("a.txt"), "old_string": "two", "new_string": "TWO by the agent" },
        "tool_response": { "filePath": repository.path("a.txt"), "originalFile": before, "oldString": "two",
            "newString": "TWO by the agent", "userModified": false } }),
    );
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "six, not committed"));
}

#[test]
fn a_report_without_an_announcement_or_the_text_before_takes_no_uncommitted_work_with_it() {
    let repository = repository();
    let mine = BASE.replace("six", "six, not committed").replace("two", "two, not committed either");
    let agent = claude(&repository, "s1");
    write_as_user(&repository, "a.txt", &mine.replace("two, not committed either", "TWO by the agent"));
    agent.tell(
        "PostToolUse",
        json!({ "tool_name": "Edit", "tool_use_id": "toolu_1",
        "tool_input": { "file_path": repository.path("a.txt"), "old_string": "two, not committed either",
            "new_string": "TWO by the agent" },
        "tool_response": { "filePath": repository.path("a.txt"), "originalFile": null } }),
    );
    revert(&repository, &["--all"]);
    assert!(repository.read("a.txt").contains("six, not committed"), "{}", repository.read("a.txt"));
}

#[test]
fn what_nobody_announced_is_external_left_by_bulk_reverts_and_exact_by_hunk() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("change two");
    agent.edit("a.txt", "two", "TWO by the agent");
    agent.stop();
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("five\n", "five\nwho?\n"));
    assert_eq!(
        status(&repository),
        "a.txt\n  line 2  +1 -1  claude-code s1  ID\n  line 6  +1 -0  external  ID\n2 hunks in 1 file, 0 findings\n"
    );
    for bulk in [&["--all"][..], &["--session", "s1"], &["a.txt"]] {
        ok(&repository, &[&["revert", "--yes"], bulk].concat());
        assert_eq!(repository.read("a.txt"), BASE.replace("five\n", "five\nwho?\n"), "{bulk:?}");
    }
    let (id, kind) = hunks(&repository, "a.txt").remove(0);
    assert_eq!(kind, "external");
    revert(&repository, &["--hunk", &id]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn the_hooks_of_two_sessions_in_one_file_keep_them_apart() {
    let repository = repository();
    let (mut first, mut second) = (claude(&repository, "first"), claude(&repository, "second"));
    first.prompt("change two");
    second.prompt("change six");
    let one = first.announce_edit("a.txt", "two", "TWO");
    let said = one.write(&repository);
    let two = second.announce_edit("a.txt", "six", "SIX");
    let also = two.write(&repository);
    second.report(&two, also);
    first.report(&one, said);
    let status = status(&repository);
    assert!(status.contains("claude-code first") && status.contains("claude-code second"), "{status}");
    revert(&repository, &["--session", "first"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("six", "SIX"));
    revert(&repository, &["--session", "second"]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn a_subagents_work_is_its_sessions() {
    let repository = repository();
    let agent = claude(&repository, "s1");
    agent.prompt("delegate");
    let file = repository.path("a.txt");
    let call = |name: &str| {
        json!({ "tool_name": "Edit", "tool_use_id": "toolu_1", "agent_id": "explorer", "agent_type": "x",
        "tool_input": { "file_path": file, "old_string": "two", "new_string": "TWO" }, "hook_event_name": name })
    };
    agent.tell("PreToolUse", call("PreToolUse"));
    write_as_user(&repository, "a.txt", &BASE.replace("two", "TWO"));
    agent.tell("PostToolUse", call("PostToolUse"));
    agent.stop();
    assert!(status(&repository).contains("claude-code s1/explorer"), "{}", status(&repository));
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn what_the_user_made_of_a_proposal_is_the_users() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("add lines");
    let announced = agent.announce_edit("a.txt", "two\n", "two\nagent 1\nagent 2\n");
    let amended = BASE.replace("two\n", "two\nagent 1\nagent 2\nuser\n");
    write_as_user(&repository, "a.txt", &amended);
    agent.report(&announced, json!({ "filePath": repository.path("a.txt"), "oldString": "two\n",
        "newString": "two\nagent 1\nagent 2\nuser\n", "originalFile": BASE, "userModified": true, "replaceAll": false }));
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("two\n", "two\nuser\n"));
}

#[test]
fn a_users_lines_in_what_an_agent_wrote_stay_unless_they_are_asked_for() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("add lines");
    agent.edit("a.txt", "two\n", "two\nagent 1\nagent 2\n");
    agent.stop();
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("agent 1\n", "agent 1\nmine\n"));
    let before = repository.read("a.txt");
    let said = revert(&repository, &["--all", "--dry-run"]);
    assert_eq!((repository.read("a.txt"), said.lines().count()), (before.clone(), 1), "{said}");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), BASE.replace("two\n", "two\nmine\n"));
    write_as_user(&repository, "a.txt", &before);
    revert(&repository, &["--all", "--include-mine"]);
    assert_eq!(repository.read("a.txt"), BASE);
}
