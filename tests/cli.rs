//! The command line and the hooks without a server: the built binary on real repositories, Claude Code played around real writes.

mod agents;
mod allowances;
mod bad_input;
mod decisions;
mod encodings;
mod files;
mod findings;
mod gate;
mod git;
mod git_moves;
mod limits;
mod modes;
mod notebooks;
mod places;
mod renames;
mod restore;
mod runs;
mod scope;
mod shell;
mod spent;
mod survival;
mod turned_down;

use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, Ended};
use crate::support::repository::Repository;

/// `countersign ARGUMENTS` in the repository's root, to its end.
fn run(repository: &Repository, arguments: &[&str]) -> Ended {
    binary::run(repository.command(binary::countersign()).args(arguments), b"")
}

/// The same; what it prints, and a panic where it does not exit with 0.
fn ok(repository: &Repository, arguments: &[&str]) -> String {
    run(repository, arguments).ok()
}

/// Exit code, then all that was said, with the folder and the ids of hunks out of the way.
fn told(repository: &Repository, arguments: &[&str]) -> String {
    let ended = run(repository, arguments);
    let said = format!("{}{}{}", ended.code.unwrap_or(-1), "\n", ended.stdout + &ended.stderr);
    plain(repository, &said)
}

/// A text without what differs from run to run.
fn plain(repository: &Repository, text: &str) -> String {
    let text = text.replace(&repository.root().display().to_string(), "ROOT");
    let without_id = |line: &str| match line.rsplit_once("  ") {
        Some((rest, id)) if is_hunk(id) => format!("{rest}  ID\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(without_id).collect()
}

fn is_hunk(word: &str) -> bool {
    word.contains('+') && word.contains(':') && word.chars().all(|char| char.is_ascii_digit() || "+:.".contains(char))
}

fn status(repository: &Repository) -> String {
    plain(repository, &ok(repository, &["status"]))
}

fn status_json(repository: &Repository) -> Value {
    serde_json::from_str(&ok(repository, &["status", "--json"])).expect("status --json prints JSON")
}

/// The ids of the hunks of a file, from top to bottom, with the kind of their first author.
fn hunks(repository: &Repository, path: &str) -> Vec<(String, String)> {
    let status = status_json(repository);
    let files = status["files"].as_array().expect("a list");
    let Some(file) = files.iter().find(|file| file["path"] == path) else { return Vec::new() };
    let hunks = file["hunks"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    hunks.map(|hunk| (text(&hunk["id"]), text(&hunk["authors"][0]["kind"]))).collect()
}

fn claude<'a>(repository: &'a Repository, session: &str) -> ClaudeCode<'a> {
    ClaudeCode::start(repository, countersign_hook("claude-code"), session)
}

/// Reverts without being asked and prints what was said.
fn revert(repository: &Repository, what: &[&str]) -> String {
    let mut arguments = vec!["revert", "--yes"];
    arguments.extend(what);
    plain(repository, &ok(repository, &arguments))
}

/// Another process's part: the journal can't be written for longer than a hook may take that waits for nobody.
fn hold_journal(repository: &Repository) -> JoinHandle<()> {
    let journal = rusqlite::Connection::open(repository.path(".git/countersign/journal.sqlite")).expect("it is there");
    journal.execute_batch("BEGIN IMMEDIATE").expect("nobody writes");
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        journal.execute_batch("COMMIT").expect("it is ours");
    })
}

/// Writes a file as the user does, in a program that tells nobody.
fn write_as_user(repository: &Repository, path: &str, text: &str) {
    repository.write(path, text);
}
