//! Work that takes long: it is shown, can be stopped, and keeps nobody waiting.

use std::ops::Range;
use std::time::Duration;

use countersign::store::Store;
use countersign_core::document::Act;
use countersign_core::edit::Lineage;
use countersign_core::event::{Fact, What};
use countersign_core::workspace::Content;
use ropey::Rope;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{hunks, serve};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const FILES: Range<usize> = 0..600;

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |params| params["value"]["kind"] == kind
}

/// On a slow machine other work is shown too.
fn begins_to_revert(params: &Value) -> bool {
    is("begin")(params) && params["value"]["title"] == "Countersign: Reverting"
}

/// A journal in which nobody who said so wrote so many lines, one by one, into each of so many files.
fn long_journal(repository: &Repository, files: usize, lines: usize) {
    let mut store = Store::open(repository.root()).expect("the journal opens");
    for file in 0..files {
        let path = format!("f{file}.txt");
        store.begin(&path, &Content::Text(Rope::new())).expect("it is journaled");
        let mut facts = Vec::new();
        for line in 0..lines {
            let file = store.workspace.file_mut(&path).expect("it was begun");
            let text = format!("{}line {line}\n", file.document.text(Lineage::Disk));
            let records = file.document.observe(Lineage::Disk, Rope::from_str(&text), &Act::external(1));
            facts.extend(records.into_iter().map(|record| Fact::of(&path, 1, What::Text(record))));
        }
        store.append(&facts).expect("it is journaled");
        let text = store.workspace.file(&path).expect("it was begun").document.text(Lineage::Disk).to_string();
        repository.write(&path, &text);
    }
}

#[test]
fn a_long_journal_is_taken_over_behind_the_answer_to_initialize_and_shown() {
    let repository = Repository::new(&[]);
    long_journal(&repository, 80, 300);
    let mut client = serve(&repository, Profile::VsCode);
    // However fast the machine: it is stopped while it reads, for as long as work may take that is not shown.
    let server = Pid::from_raw(client.process() as i32).expect("it runs");
    kill_process(server, Signal::STOP).expect("it is ours");
    std::thread::sleep(Duration::from_millis(400));
    kill_process(server, Signal::CONT).expect("it is ours");
    let begin = client.wait_for("$/progress", is("begin"));
    assert_eq!(begin["value"]["title"], "Countersign: Reading the journal");
    client.wait_for("$/progress", |params| params["token"] == begin["token"] && is("end")(params));
    assert_eq!(hunks(&mut client, "f79.txt").len(), 1, "what was asked meanwhile is answered from all of it");
    client.quit();
}

/// Many files that an agent changed, and a server that knows.
fn many(repository: &Repository) -> Client {
    for file in FILES {
        repository.write(&format!("f{file}.txt"), "one\ntwo\n");
    }
    repository.commit("Many");
    let mut claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "s1");
    claude.bash("for f in f*.txt; do echo agent >> $f; done");
    claude.stop();
    let mut client = serve(repository, Profile::VsCode);
    // Answered once all is judged.
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    client
}

fn revert_all(client: &mut Client) -> i64 {
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    client.ask("workspace/executeCommand", revert)
}

fn with_agent(repository: &Repository) -> usize {
    FILES.filter(|file| repository.read(&format!("f{file}.txt")).contains("agent")).count()
}

#[test]
fn a_revert_in_many_files_is_shown_and_others_are_answered_meanwhile() {
    let repository = Repository::new(&[]);
    let mut client = many(&repository);
    let revert = revert_all(&mut client);
    let hunks = hunks(&mut client, "f599.txt");
    let is_done = |message: &Value| message["id"] == revert && message.get("method").is_none();
    assert!(!client.unread().iter().any(is_done), "the question was answered first");
    assert_eq!(hunks.len(), 1);
    let begin = client.wait_for("$/progress", begins_to_revert);
    assert_eq!(begin["value"]["cancellable"], true);
    client.wait_for("$/progress", |params| params["token"] == begin["token"] && is("end")(params));
    let done = client.wait_reply(revert).expect("it is done");
    assert_eq!((&done["files"], &done["cancelled"]), (&json!(FILES.len()), &json!(false)));
    assert_eq!(with_agent(&repository), 0);
    client.quit();
}

#[test]
fn a_revert_that_is_stopped_leaves_the_rest_as_it_is() {
    let repository = Repository::new(&[]);
    let mut client = many(&repository);
    let revert = revert_all(&mut client);
    let begin = client.wait_for("$/progress", begins_to_revert);
    client.notify("window/workDoneProgress/cancel", json!({ "token": begin["token"] }));
    let done = client.wait_reply(revert).expect("it is stopped");
    let files = done["files"].as_u64().expect("a number") as usize;
    assert_eq!(done["cancelled"], true);
    assert!(files > 0 && files < FILES.len(), "{files}");
    assert_eq!(with_agent(&repository), FILES.len() - files);
    client.quit();
}
