//! Files that are no text, and files that an agent made or deleted, taken back from the editor.

use std::fs;

use serde_json::json;

use super::{act, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

#[test]
fn files_that_are_no_text_come_back_whole_and_those_that_were_made_go() {
    let repository = Repository::new(&[("gone.txt", "one\ntwo\n")]);
    let bytes = |path: &str| fs::read(repository.path(path)).ok();
    fs::write(repository.path("logo.png"), b"\x89PNG\0mine").expect("writes");
    fs::write(repository.path("text.txt"), "text of mine\n").expect("writes");
    fs::write(repository.path("gone.bin"), b"\0gone").expect("writes");
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.bash(
        "printf '\\000a' > logo.png; printf '\\000a' > text.txt; printf '\\000n' > new.bin; echo n > new.txt; rm gone.*",
    );
    claude.stop();
    wait_for_hunks(&mut client, "gone.txt", (1, 0, 0));
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = client.request("workspace/executeCommand", revert);
    assert_eq!((&done["files"], &done["failed"]), (&json!(6), &json!([])), "{done:#}");
    assert_eq!(bytes("logo.png").as_deref(), Some(&b"\x89PNG\0mine"[..]));
    assert_eq!(bytes("text.txt").as_deref(), Some(&b"text of mine\n"[..]));
    assert_eq!(bytes("gone.bin").as_deref(), Some(&b"\0gone"[..]));
    assert_eq!(bytes("gone.txt").as_deref(), Some(&b"one\ntwo\n"[..]));
    assert_eq!((bytes("new.bin"), bytes("new.txt")), (None, None));
    client.quit();
}

#[test]
fn what_is_no_text_is_accepted_as_it_is() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("logo.png"), b"\0mine").expect("writes");
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.bash("printf '\\000agent' > logo.png; echo agent > new.txt");
    claude.stop();
    wait_for_hunks(&mut client, "new.txt", (1, 0, 0));
    for (command, key, number) in [("accept", "hunks", 2), ("revert", "files", 0)] {
        let command = format!("countersign.{command}");
        let all = json!({ "command": command, "arguments": [{ "all": true }] });
        assert_eq!(client.request("workspace/executeCommand", all)[key], number, "{command}");
    }
    assert_eq!(fs::read(repository.path("logo.png")).expect("it is there"), b"\0agent");
    client.quit();
}

#[test]
fn a_file_that_the_agent_made_goes_with_its_last_line_also_where_it_is_open() {
    let repository = Repository::new(&[]);
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.write("new.rs", "fn agent() {}\n");
    claude.stop();
    client.open("new.rs");
    wait_for_hunks(&mut client, "new.rs", (1, 0, 0));
    act(&mut client, "new.rs", 0, "Revert this hunk");
    wait_for_hunks(&mut client, "new.rs", (0, 0, 0));
    assert!(!repository.path("new.rs").exists());
    client.quit();
}

#[test]
fn a_file_that_the_agent_made_stays_where_something_of_the_users_is_in_it() {
    let repository = Repository::new(&[]);
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.write("new.rs", "fn agent() {}\n");
    claude.stop();
    client.open("new.rs");
    wait_for_hunks(&mut client, "new.rs", (1, 0, 0));
    client.type_after("new.rs", "fn agent() {}\n", "fn mine() {}\n");
    act(&mut client, "new.rs", 0, "Revert this hunk");
    assert_eq!(client.text("new.rs"), "fn mine() {}\n");
    assert!(repository.path("new.rs").exists());
    client.quit();
}

/// Latin-1, as an editor shows it and as it is on disk.
const SHOWN: &str = "gr\u{fc}n\n";
const LATIN: &[u8] = b"gr\xfcn\n";

/// The last author that the journal has of a file that is no text.
fn author_of_whole(repository: &Repository, path: &str) -> String {
    let said = run(repository.command(countersign()).args(["log", "--json"]), b"").ok();
    let mut events = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON"));
    let last = events.rfind(|event| event["kind"] == "whole" && event["path"] == path);
    last.map(|event| event["body"]["what"]["whole"]["author"].to_string()).unwrap_or_default()
}

#[test]
fn a_file_that_is_no_text_and_was_open_in_an_editor_comes_back_whole() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("a.txt"), LATIN).expect("writes");
    let mut client = serve(&repository, Profile::VsCode);
    client.open_with("a.txt", SHOWN);
    client.close("a.txt");
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.bash("printf 'agent\\n' >> a.txt");
    claude.stop();
    client.open_with("a.txt", &format!("{SHOWN}agent\n"));
    client.close("a.txt");
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = client.request("workspace/executeCommand", revert);
    assert_eq!((&done["files"], &done["failed"]), (&json!(1), &json!([])), "{done:#}");
    assert_eq!(fs::read(repository.path("a.txt")).expect("it is there"), LATIN);
    client.quit();
}

#[test]
fn what_the_user_saves_of_a_file_that_is_no_text_is_theirs_while_a_command_runs() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("a.txt"), LATIN).expect("writes");
    let mut client = serve(&repository, Profile::VsCode);
    client.open_with("a.txt", SHOWN);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.announce_bash("sleep 9");
    client.type_after("a.txt", SHOWN, "mine\n");
    let saved = [LATIN, b"mine\n"].concat();
    fs::write(repository.path("a.txt"), &saved).expect("writes");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.txt") } }));
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true, "now": true }] });
    client.close("a.txt");
    client.request("workspace/executeCommand", revert);
    assert_eq!(fs::read(repository.path("a.txt")).expect("it is there"), saved);
    assert_eq!(author_of_whole(&repository, "a.txt"), "\"user\"");
    client.quit();
}
