//! Work that an agent destroyed, restored from the editor; and typing that is in no editor and no file any more.

use std::time::Instant;

use countersign::store::Store;
use serde_json::{Value, json};

use super::{FILE, serve, wait_for_findings, wait_for_hunks};
use crate::support::DEADLINE;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const MINE: &str = "fn a() {}\nfn mine() { one() }\nfn b() {}\nfn c() {}\n";
const AGENTS: &str = "fn a() {}\nfn b() {}\nfn agent() {}\nfn c() {}\n";
const BOTH: &str = "fn a() {}\nfn mine() { one() }\nfn b() {}\nfn agent() {}\nfn c() {}\n";

/// An agent writes the whole file over a line that the user did not commit.
fn overwrite(repository: &Repository) {
    repository.write("a.rs", MINE);
    let mut claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "s1");
    let announced = claude.announce_write("a.rs", AGENTS);
    assert_eq!(announced.reply.decision(), "ask");
    let response = announced.write(repository);
    claude.report(&announced, response);
    claude.stop();
}

fn listed(repository: &Repository) -> Vec<Value> {
    let said = run(repository.command(countersign()).args(["restore", "--json"]), b"").ok();
    serde_json::from_str(&said).expect("a list")
}

/// Waits until the journal says whether an editor holds unsaved changes of a file.
fn wait_until_unsaved(repository: &Repository, path: &str, wanted: bool) {
    let end = Instant::now() + DEADLINE;
    let store = Store::open_narrow(repository.root()).expect("the journal opens");
    while store.is_unsaved_in_an_editor(path).expect("the journal can be read") != wanted {
        assert!(Instant::now() < end, "the journal does not say so");
        std::thread::yield_now();
    }
}

fn restore_action(client: &mut Client, line: u32, found: &[Value]) -> Value {
    let actions = client.actions("a.rs", line, &json!(found));
    let titles: Vec<&Value> = actions.iter().map(|action| &action["title"]).collect();
    let is_it = |action: &&Value| action["kind"] == "quickfix.countersign.restore";
    actions.iter().find(is_it).unwrap_or_else(|| panic!("no such action among {titles:?}")).clone()
}

#[test]
fn destroyed_lines_are_a_diagnostic_whose_action_brings_them_back_in_the_buffer() {
    for profile in [Profile::Neovim010, Profile::Helix2501, Profile::VsCode] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        overwrite(&repository);
        let mut client = serve(&repository, profile);
        client.open("a.rs");
        let found = wait_for_findings(&mut client, "a.rs");
        assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("destroyed-work"), &json!(1)));
        let message = "1 line that was not committed is gone: `fn mine() { one() }`.";
        assert_eq!(found[0]["message"], message);
        let page = found[0]["codeDescription"]["href"].as_str().expect("a page");
        assert!(page.ends_with("/destroyed-work.md"), "{page}");
        let line = found[0]["range"]["start"]["line"].as_u64().expect("a line") as u32;
        let place =
            json!({ "textDocument": { "uri": client.uri("a.rs") }, "position": { "line": line, "character": 0 } });
        let hover = client.request("textDocument/hover", place);
        assert!(hover["contents"]["value"].as_str().is_some_and(|said| said.contains(message)), "{hover}");
        let action = restore_action(&mut client, line, &found);
        assert_eq!(action["title"], "Restore my lines: the 1 line that claude-code took away");
        client.act(&action);
        assert_eq!(client.text("a.rs"), BOTH, "{profile:?}");
        client.wait_for_diagnostics("a.rs", <[Value]>::is_empty);
        assert_eq!(client.quit(), Some(0));
    }
}

#[test]
fn a_command_restores_files_that_are_closed_or_gone() {
    let repository = Repository::new(&[("a.rs", FILE), ("open.rs", FILE)]);
    repository.write("work/gone.rs", "fn gone() {}\n");
    overwrite(&repository);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s2");
    claude.bash("rm -r work");
    claude.stop();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("open.rs");
    wait_for_hunks(&mut client, "work/gone.rs", (1, 0, 0));
    let ask = |client: &mut Client, what: Value| {
        let params = json!({ "command": "countersign.restore", "arguments": [what] });
        client.try_request("workspace/executeCommand", params)
    };
    assert!(ask(&mut client, json!({})).is_err());
    assert!(ask(&mut client, json!({ "hunk": "9.9+9:9.9" })).is_err());
    let uri = client.uri("a.rs");
    let done = ask(&mut client, json!({ "uri": uri })).expect("it is done");
    assert_eq!(done, json!({ "lines": 1, "files": 1, "failed": [] }));
    assert_eq!(repository.read("a.rs"), BOTH);
    let done = ask(&mut client, json!({ "all": true })).expect("it is done");
    assert_eq!(done, json!({ "lines": 1, "files": 1, "failed": [] }));
    assert_eq!(repository.read("work/gone.rs"), "fn gone() {}\n");
    client.quit();
}

#[test]
fn a_file_with_unsaved_changes_is_not_restored_behind_its_editors_back() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    overwrite(&repository);
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.type_after("a.rs", "fn c() {", " unsaved() ");
    wait_until_unsaved(&repository, "a.rs", true);
    let ended = run(repository.command(countersign()).args(["restore", "--yes", "a.rs"]), b"");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        ended.stderr,
        "countersign: a.rs: it has unsaved changes in an editor: restore it there, or save it first; nothing was changed\n"
    );
    assert_eq!(repository.read("a.rs"), AGENTS);
    client.quit();
}

#[test]
fn typing_that_a_reload_dropped_is_listed_and_comes_back() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.type_after("a.rs", "fn a() {}\n", "fn typed() {}\nfn more() {}\n");
    wait_until_unsaved(&repository, "a.rs", true);
    assert_eq!(listed(&repository), [] as [Value; 0], "the editor has it");
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.edit("a.rs", "fn c() {}\n", "fn c() { agent() }\n");
    claude.stop();
    client.reload("a.rs");
    wait_until_unsaved(&repository, "a.rs", false);
    let found = listed(&repository);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["kind"], &found[0]["text"]), (&json!("not-saved"), &json!("fn typed() {}\nfn more() {}\n")));
    let id = found[0]["id"].as_str().expect("an id");
    run(repository.command(countersign()).args(["restore", "--yes", id]), b"").ok();
    assert_eq!(repository.read("a.rs"), "fn a() {}\nfn typed() {}\nfn more() {}\nfn b() {}\nfn c() { agent() }\n");
    assert_eq!(listed(&repository), [] as [Value; 0]);
    client.quit();
}

#[test]
fn typing_that_went_down_with_its_editor_is_listed_and_comes_back() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    client.type_after("a.rs", "fn b() {", " typed() ");
    client.type_after("a.rs", "fn c() {}\n", "fn last() {}\n");
    client.type_after("a.rs", "fn a() {", " ");
    // What is typed in one place is journaled once something is typed in another.
    wait_until_unsaved(&repository, "a.rs", true);
    let end = Instant::now() + DEADLINE;
    while listed_as_held(&repository) < 3 {
        assert!(Instant::now() < end, "the journal does not have it");
        std::thread::yield_now();
    }
    client.kill();
    let text: Vec<Value> = listed(&repository).iter().map(|loss| loss["text"].clone()).collect();
    assert_eq!(text, ["fn last() {}\n", " typed() "], "the newest comes first");
    run(repository.command(countersign()).args(["restore", "--yes", "."]), b"").ok();
    assert_eq!(repository.read("a.rs"), "fn a() {}\nfn b() { typed() }\nfn c() {}\nfn last() {}\n");
}

/// How many edits an editor holds, as far as its server told.
fn listed_as_held(repository: &Repository) -> usize {
    let store = Store::open_narrow(repository.root()).expect("the journal opens");
    store.unsaved_in_editors("a.rs").expect("the journal can be read").len()
}

#[test]
fn what_a_save_overwrote_is_listed_and_comes_back() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let client = serve(&repository, Profile::Helix2507);
    client.open("a.rs");
    client.type_after("a.rs", "fn a() {", " typed() ");
    wait_until_unsaved(&repository, "a.rs", true);
    repository.write("a.rs", &format!("{FILE}fn of_another_program() {{}}\n"));
    run(repository.command(countersign()).args(["status"]), b"").ok();
    client.save("a.rs");
    wait_until_unsaved(&repository, "a.rs", false);
    let found = listed(&repository);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["kind"], &found[0]["text"]), (&json!("overwritten"), &json!("fn of_another_program() {}\n")));
    run(repository.command(countersign()).args(["restore", "--yes", "a.rs"]), b"").ok();
    assert_eq!(repository.read("a.rs"), "fn a() { typed() }\nfn b() {}\nfn c() {}\nfn of_another_program() {}\n");
    client.quit();
}
