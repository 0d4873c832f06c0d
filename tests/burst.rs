//! Two hundred hooks at once: of sessions side by side, each of which waits for its own, and of parallel calls of one. Whatever a hook says
//! is in the journal once and in its session's order, and nobody waits in vain for the journal.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::agent::{ClaudeCode, Reply, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const SESSIONS: usize = 10;
const CALLS: usize = 9;
const AT_ONCE: usize = 200;

fn repository(files: usize) -> Repository {
    let names: Vec<String> = (0..files).map(|n| format!("f{n}.txt")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "base\n")).collect();
    Repository::new(&files)
}

fn serve(repository: &Repository) -> Client {
    Client::start(repository, repository.command(countersign()).arg("lsp"), Profile::VsCode)
}

/// What the journal has been told, by session and in its order: what the agent did, with the call's number.
fn told(repository: &Repository) -> BTreeMap<String, Vec<String>> {
    let journal = rusqlite::Connection::open(repository.path(".git/countersign/journal.sqlite")).unwrap();
    let mut events = journal.prepare("SELECT session, body FROM events WHERE kind = 'told' ORDER BY seq").unwrap();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows = events.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    for (session, body) in rows.map(Result::unwrap) {
        let body: Value = serde_json::from_str(&body).unwrap();
        let event = &body["what"]["told"]["event"];
        let act = match &event["act"] {
            Value::Object(act) => act.keys().next().cloned().unwrap_or_default(),
            act => act.as_str().unwrap_or_default().to_owned(),
        };
        let call = event["call"].as_str().map(|call| call.trim_start_matches("toolu_").trim_start_matches('0'));
        told.entry(session).or_default().push(format!("{act} {}", call.unwrap_or_default()).trim_end().to_owned());
    }
    told
}

/// Nothing went wrong that was only noted, the chain is whole, and every agent was let go on.
fn check(repository: &Repository, replies: &[Reply]) {
    let log = fs::read_to_string(repository.path(".git/countersign/log")).unwrap_or_default();
    assert_eq!(log, "", "nothing was noted");
    for reply in replies {
        assert_eq!((reply.code, reply.decision(), reply.stderr.as_str()), (Some(0), "none", ""), "{reply:?}");
    }
    binary::run(repository.command(countersign()).args(["log", "--verify"]), b"").ok();
}

/// A session that edits, writes, runs what names its files and what does not.
fn play(repository: &Repository, n: usize) -> Vec<Reply> {
    let mut agent = ClaudeCode::start(repository, countersign_hook("claude-code"), &format!("s{n}"));
    let mut replies = vec![agent.prompt("Do it")];
    for call in 0..CALLS {
        replies.push(match call % 5 {
            0 => agent.edit(&format!("f{n}.txt"), "base\n", &format!("base\nedit {call}\n")),
            1 => agent.bash(&format!("echo 'line {call}' >> f{n}.txt")),
            2 => agent.bash("ls"),
            3 => agent.write(&format!("new{n}.txt"), &format!("new {call}\n")),
            _ => agent.bash(&format!("python3 --version || true; echo 'line {call}' >> f{n}.txt")),
        });
    }
    replies.push(agent.stop());
    replies
}

fn sessions_side_by_side(repository: &Repository) {
    let replies: Vec<Reply> = thread::scope(|scope| {
        let playing: Vec<_> = (0..SESSIONS).map(|n| scope.spawn(move || play(repository, n))).collect();
        playing.into_iter().flat_map(|session| session.join().unwrap()).collect()
    });
    check(repository, &replies);
    let told = told(repository);
    assert_eq!(told.values().map(Vec::len).sum::<usize>(), SESSIONS * (3 + 2 * CALLS), "{told:#?}");
    let mut expected = vec!["SessionStarted".to_owned(), "Prompted".to_owned()];
    for call in 0..CALLS {
        let verb = if matches!(call % 5, 0 | 3) { "Write" } else { "Run" };
        expected.extend([format!("Will{verb} {}", call + 1), format!("Did{verb} {}", call + 1)]);
    }
    expected.push("TurnEnded".to_owned());
    for n in 0..SESSIONS {
        assert_eq!(told[&format!("s{n}")], expected, "session {n}");
    }
    let status = binary::run(repository.command(countersign()).args(["status", "--json"]), b"").ok();
    let status: Value = serde_json::from_str(&status).unwrap();
    let files = status["files"].as_array().unwrap();
    assert_eq!(files.len(), 2 * SESSIONS);
    for author in files.iter().flat_map(|file| file["hunks"].as_array().unwrap()).map(|hunk| &hunk["authors"]) {
        // Which of two commands that run at once wrote a line, neither says; that one of them did is certain.
        assert!(author.as_array().unwrap().iter().all(|author| author["kind"] == "agent"), "{status}");
    }
}

/// Calls of one session that are announced all at once.
fn calls_all_at_once(repository: &Repository) {
    let agent = ClaudeCode::start(repository, countersign_hook("claude-code"), "s");
    let ready = Barrier::new(AT_ONCE);
    let announce = |n: usize| {
        let file = repository.path(&format!("f{n}.txt"));
        let (tool, input) = match n % 4 {
            0 | 1 => ("Edit", json!({ "file_path": file, "old_string": "base", "new_string": "new" })),
            2 => ("Bash", json!({ "command": format!("echo more >> f{n}.txt") })),
            _ => ("Bash", json!({ "command": "ls" })),
        };
        ready.wait();
        let call = json!({ "tool_name": tool, "tool_use_id": format!("toolu_{:024}", n + 1), "tool_input": input });
        agent.tell("PreToolUse", call)
    };
    let replies: Vec<Reply> = thread::scope(|scope| {
        let calls: Vec<_> = (0..AT_ONCE).map(|n| scope.spawn(move || announce(n))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    check(repository, &replies);
    let mut told = told(repository).remove("s").unwrap();
    told.remove(0);
    told.sort();
    let call = |n: usize| format!("Will{} {}", if n % 4 < 2 { "Write" } else { "Run" }, n + 1);
    let mut expected: Vec<String> = (0..AT_ONCE).map(call).collect();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn two_hundred_hooks_of_ten_sessions_are_journaled_once_and_in_each_sessions_order() {
    sessions_side_by_side(&repository(SESSIONS));
}

#[test]
fn so_they_are_through_a_server() {
    let repository = repository(SESSIONS);
    let client = serve(&repository);
    sessions_side_by_side(&repository);
    client.quit();
}

#[test]
fn two_hundred_hooks_that_start_together_are_journaled_once() {
    calls_all_at_once(&repository(AT_ONCE));
}

#[test]
fn so_are_two_hundred_beside_a_server() {
    let repository = repository(AT_ONCE);
    let client = serve(&repository);
    calls_all_at_once(&repository);
    client.quit();
}
