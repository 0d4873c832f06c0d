//! What an editor holds and has not saved: no command writes behind its back.

use std::time::Instant;

use countersign::store::Store;
use serde_json::json;

use super::{FILE, serve, wait_for_hunks};
use crate::support::DEADLINE;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{Ended, countersign, run};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const WITH_AGENT: &str = "fn a() {}\nfn agent() {}\nfn c() {}\n";

fn revert(repository: &Repository) -> Ended {
    run(repository.command(countersign()).args(["revert", "--all", "--yes"]), b"")
}

/// Two files that an agent changed, one of them open and dirty.
fn dirty(repository: &Repository) -> Client {
    let mut claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(repository, Profile::VsCode);
    client.open("a.rs");
    for path in ["a.rs", "b.rs"] {
        claude.edit(path, "fn b() {}\n", "fn agent() {}\n");
    }
    claude.stop();
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.type_after("a.rs", "fn c() {", " mine() ");
    // The journal says so once the server has the first key.
    let end = Instant::now() + DEADLINE;
    let store = Store::open_narrow(repository.root()).expect("the journal opens");
    while !store.is_unsaved_in_an_editor("a.rs").expect("the journal can be read") {
        assert!(Instant::now() < end, "nothing is known of what was typed");
        std::thread::yield_now();
    }
    client
}

#[test]
fn a_file_with_unsaved_changes_is_left_by_the_command_line_and_others_go_on() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    let client = dirty(&repository);
    let ended = revert(&repository);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        ended.stderr,
        "countersign: a.rs: it has unsaved changes in an editor: revert it there, or save it first; nothing was changed\n"
    );
    assert_eq!((repository.read("a.rs").as_str(), repository.read("b.rs").as_str()), (WITH_AGENT, FILE));

    client.save("a.rs");
    let end = Instant::now() + DEADLINE;
    let store = Store::open_narrow(repository.root()).expect("the journal opens");
    while store.is_unsaved_in_an_editor("a.rs").expect("the journal can be read") {
        assert!(Instant::now() < end, "nothing is known of the save");
        std::thread::yield_now();
    }
    assert_eq!(revert(&repository).code, Some(0));
    assert_eq!(repository.read("a.rs"), "fn a() {}\nfn b() {}\nfn c() { mine() }\n");
    client.quit();
}

#[test]
fn another_editor_leaves_it_alone_too() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    let client = dirty(&repository);
    let mut other = serve(&repository, Profile::VsCode);
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = other.request("workspace/executeCommand", revert);
    let why = "a.rs: it has unsaved changes in another editor: revert it there, or save it first";
    assert_eq!((&done["files"], &done["failed"]), (&json!(1), &json!([why])));
    assert_eq!((repository.read("a.rs").as_str(), repository.read("b.rs").as_str()), (WITH_AGENT, FILE));
    other.quit();
    client.quit();
}

#[test]
fn what_an_editor_held_that_is_gone_holds_nothing_up() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    dirty(&repository).kill();
    let other = serve(&repository, Profile::VsCode);
    let ended = revert(&repository);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!((repository.read("a.rs").as_str(), repository.read("b.rs").as_str()), (FILE, FILE));
    other.quit();
}

#[test]
fn a_file_that_is_open_by_two_names_is_what_the_last_to_be_opened_shows() {
    let repository = Repository::new(&[("d/a.rs", FILE)]);
    std::os::unix::fs::symlink("d", repository.path("e")).expect("a link can be made");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("d/a.rs");
    client.open("e/a.rs");
    client.type_after("d/a.rs", "fn c() {}\n", "// by its own name\n");
    client.save("d/a.rs");
    client.reload("e/a.rs");
    let params = json!({ "textDocument": { "uri": client.uri("e/a.rs") } });
    let said = client.request("countersign/without", params);
    assert_eq!(said["text"].as_str(), Some(client.text("e/a.rs").as_str()), "it is what the editor shows");
    client.close("d/a.rs");
    client.type_after("e/a.rs", "fn c() {}\n", "// by the link\n");
    let params = json!({ "textDocument": { "uri": client.uri("e/a.rs") } });
    let said = client.request("countersign/without", params);
    assert_eq!(said["text"].as_str(), Some(client.text("e/a.rs").as_str()), "it is open still");
    client.quit();
}
