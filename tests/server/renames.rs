//! Files that go elsewhere while a server runs: by an agent's command, by the user outside, by the editor with unsaved typing in them.

use std::fs;

use serde_json::json;

use super::{FILE, act, hunks, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

#[test]
fn a_file_that_the_editor_renames_keeps_its_authors_and_what_is_unsaved_in_it() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    claude.stop();
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.type_after("a.rs", "fn a() {", " mine(); ");
    let text = client.text("a.rs");
    // As VS Code does it: the file, then the documents, then the word.
    fs::rename(repository.path("a.rs"), repository.path("b.rs")).expect("it is ours");
    client.close("a.rs");
    client.open("b.rs");
    let all = 0..client.text("b.rs").len();
    client.splice("b.rs", all, &text);
    let files = json!([{ "oldUri": client.uri("a.rs"), "newUri": client.uri("b.rs") }]);
    client.notify("workspace/didRenameFiles", json!({ "files": files }));
    wait_for_hunks(&mut client, "b.rs", (1, 0, 0));
    assert_eq!(hunks(&mut client, "b.rs").len(), 1);
    act(&mut client, "b.rs", 2, "Revert this hunk");
    assert_eq!(client.text("b.rs"), "fn a() { mine(); }\nfn b() {}\nfn c() {}\n");
    client.quit();
}

#[test]
fn a_folder_that_the_user_renames_outside_keeps_the_agents_hunks() {
    let repository = Repository::new(&[("src/a.rs", FILE), ("src/deep/b.rs", "fn x() {}\nfn y() {}\n")]);
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.edit("src/a.rs", "fn b() {}\n", "fn agent() {}\n");
    claude.edit("src/deep/b.rs", "fn y() {}\n", "fn agent() {}\n");
    claude.stop();
    wait_for_hunks(&mut client, "src/deep/b.rs", (1, 0, 0));
    fs::rename(repository.path("src"), repository.path("lib")).expect("it is ours");
    wait_for_hunks(&mut client, "lib/deep/b.rs", (1, 0, 0));
    let all = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = client.request("workspace/executeCommand", all);
    assert_eq!((&done["files"], &done["failed"]), (&json!(2), &json!([])), "{done:#}");
    assert_eq!(repository.read("lib/a.rs"), FILE);
    assert_eq!(repository.read("lib/deep/b.rs"), "fn x() {}\nfn y() {}\n");
    client.quit();
}

#[test]
fn a_move_by_an_agents_command_goes_back_with_its_mode_from_the_editor() {
    let repository = Repository::new(&[("a.rs", FILE), ("run.sh", "#!/bin/sh\n")]);
    let mut client = serve(&repository, Profile::VsCode);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.bash("mkdir src && mv a.rs src/b.rs && sed -i 's/fn c/fn agent/' src/b.rs && chmod 755 run.sh");
    claude.stop();
    wait_for_hunks(&mut client, "src/b.rs", (1, 0, 0));
    let all = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = client.request("workspace/executeCommand", all);
    assert_eq!(done["failed"], json!([]), "{done:#}");
    assert_eq!((repository.read("a.rs").as_str(), repository.status().as_str()), (FILE, ""));
    client.quit();
}

#[test]
fn a_buffer_of_a_file_that_an_agent_moves_stays_and_what_is_typed_in_it_too() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::Neovim012);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    client.open("a.rs");
    client.type_after("a.rs", "fn a() {", " mine(); ");
    claude.bash("mv a.rs b.rs && sed -i 's/fn c/fn agent/' b.rs");
    claude.stop();
    wait_for_hunks(&mut client, "b.rs", (1, 0, 0));
    assert_eq!(client.text("a.rs"), "fn a() { mine(); }\nfn b() {}\nfn c() {}\n");
    client.type_after("a.rs", "mine(); ", "more(); ");
    client.save("a.rs");
    let all = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    let done = client.request("workspace/executeCommand", all);
    assert_eq!(repository.read("a.rs"), "fn a() { mine(); more(); }\nfn b() {}\nfn c() {}\n", "{done:#}");
    assert_eq!(repository.read("b.rs"), FILE, "its old place is taken: {done:#}");
    assert!(done["failed"][0].as_str().is_some_and(|why| why.contains("something stands there now")), "{done:#}");
    client.quit();
}
