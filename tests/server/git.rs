//! Git at work beside a server: what it puts into the work tree is nobody's, while it moves HEAD and while a rebase stands still.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{FILE, external_in_the_end, hunks, serve, shown, wait_for_hunks, wait_for_rest};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign, run};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

/// A repository in which git has been at rest for long.
pub(super) fn at_rest() -> Repository {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let index = File::options().append(true).open(repository.path(".git/index")).expect("there was a commit");
    index.set_modified(UNIX_EPOCH + Duration::from_secs(1)).expect("it is ours");
    repository
}

#[test]
fn what_git_put_there_is_nobodys_though_head_moves_long_after_it() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.rs", &FILE.replace("fn b", "fn other"));
    repository.commit("Elsewhere");
    repository.git(&["switch", "--quiet", "main"]);
    // It stands between the new index and the new HEAD for far longer than a file is waited for.
    let hook = repository.path(".git/hooks/reference-transaction");
    binary::write_program(&hook, "[ \"$1\" != prepared ] || sleep 1\n");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    repository.git(&["checkout", "--quiet", "--detach", "other"]);
    let external = run(repository.command(countersign()).args(["diff", "--author", "external"]), b"").ok();
    client.quit();
    assert_eq!(external, "");
}

#[test]
fn what_was_reloaded_is_not_the_users_by_a_later_save_however_new_gits_index_is() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    wait_for_rest(&mut client);
    // As many `git add`, one after the other, as there is time for.
    let add = |index: &Path| {
        let index = File::options().append(true).open(index).expect("it is there");
        index.set_modified(SystemTime::now()).expect("it is ours");
    };
    let here = Arc::new(repository.path(".git/index"));
    add(&here);
    let index = Arc::downgrade(&here);
    let adds = std::thread::spawn(move || {
        while let Some(index) = index.upgrade() {
            add(&index);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    repository.write("a.rs", &format!("{FILE}fn outside() {{}}\n"));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    drop(here);
    adds.join().expect("the index is ours");
    client.save("a.rs");
    assert_eq!(shown(&mut client, "a.rs"), [("external".to_owned(), 3)]);
    client.quit();
}

#[test]
fn what_changed_while_no_server_ran_is_known_at_its_start_in_the_middle_of_a_rebase_too() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.quit();
    fs::create_dir(repository.path(".git/rebase-merge")).expect("it is ours");
    repository.write("a.rs", &format!("{FILE}fn outside() {{}}\n"));
    let mut client = serve(&repository, Profile::VsCode);
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}

/// A repository in which a rebase of `main` onto `other` stops in `a.rs`, with `b.rs` beside it that both have.
fn in_each_others_way() -> Repository {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.rs", &FILE.replace("fn b", "fn other"));
    repository.commit("In its way");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("a.rs", &FILE.replace("fn b", "fn ours"));
    repository.commit("Ours");
    repository
}

fn rebase_that_stops(repository: &Repository) {
    let stopped = run(repository.command("git").args(["rebase", "other"]), b"");
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
}

#[test]
fn while_a_rebase_stands_still_what_others_write_is_shown_and_what_the_agent_wrote_goes() {
    let repository = in_each_others_way();
    rebase_that_stops(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("b.rs");
    wait_for_hunks(&mut client, "b.rs", (0, 0, 0));
    repository.write("b.rs", &format!("{FILE}fn outside() {{}}\n"));
    client.reload("b.rs");
    wait_for_hunks(&mut client, "b.rs", (0, 0, 1));
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.prompt("Change b");
    claude.edit("b.rs", "fn b() {}\n", "fn agent() {}\n");
    claude.stop();
    client.reload("b.rs");
    wait_for_hunks(&mut client, "b.rs", (1, 0, 1));
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
    client.request("workspace/executeCommand", revert);
    wait_for_hunks(&mut client, "b.rs", (0, 0, 1));
    assert_eq!(client.text("b.rs"), format!("{FILE}fn outside() {{}}\n"));
    client.quit();
}

#[test]
fn a_rebase_that_stops_and_is_aborted_beside_a_server_leaves_all_as_it_was() {
    let repository = in_each_others_way();
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.prompt("Change c");
    claude.edit("a.rs", "fn c() {}\n", "fn agent() {}\n");
    claude.stop();
    repository.commit("The agent's");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let before = shown(&mut client, "a.rs");
    rebase_that_stops(&repository);
    client.reload("a.rs");
    // Git's marks stand there: they are nobody's typing, and nobody destroyed what they part.
    let uri = client.uri("a.rs");
    client.wait_for("countersign/didChangeHunks", move |params| {
        params["uri"] == json!(uri) && params["counts"]["external"] != 0
    });
    wait_for_rest(&mut client);
    let findings = |hunk: &Value| hunk["findings"].as_array().cloned().unwrap_or_default();
    assert_eq!(hunks(&mut client, "a.rs").iter().flat_map(findings).collect::<Vec<_>>(), [] as [Value; 0]);
    repository.git(&["rebase", "--abort"]);
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    assert_eq!(shown(&mut client, "a.rs"), before);
    client.quit();
}

#[test]
fn a_rebase_of_many_commits_beside_a_server_is_nobodys() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.rs", &format!("// other\n{FILE}"));
    repository.commit("Elsewhere");
    repository.git(&["switch", "--quiet", "main"]);
    for step in 0..12 {
        let path = ["a.rs", "b.rs"][step % 2];
        repository.write(path, &format!("{}fn step_{step}() {{}}\n", repository.read(path)));
        repository.commit(&format!("Step {step}"));
    }
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.open("b.rs");
    wait_for_hunks(&mut client, "b.rs", (0, 0, 0));
    // Each step waits for longer than a file is waited for, in which git holds no lock.
    repository.git(&["rebase", "--quiet", "--exec", "sleep 0.5", "other"]);
    client.reload("a.rs");
    client.reload("b.rs");
    is_nobodys(&repository, client);
}

#[test]
fn what_a_rebase_picked_is_nobodys_while_it_waits_for_a_message() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.rs", &format!("// other\n{FILE}"));
    repository.commit("Elsewhere");
    repository.git(&["switch", "--quiet", "main"]);
    for step in 0..2 {
        repository.write("a.rs", &format!("{}fn step_{step}() {{}}\n", repository.read("a.rs")));
        repository.commit(&format!("Step {step}"));
    }
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    wait_for_rest(&mut client);
    let mut rebase = repository.command("git");
    rebase.env("GIT_SEQUENCE_EDITOR", "sed -i '2s/pick/squash/'").env("GIT_EDITOR", "sleep 4; true");
    run(rebase.args(["rebase", "--quiet", "--interactive", "other"]), b"").ok();
    client.reload("a.rs");
    is_nobodys(&repository, client);
}

/// That nothing is anybody's but what somebody writes once the server has seen all.
fn is_nobodys(repository: &Repository, mut client: Client) {
    hunks(&mut client, "a.rs");
    repository.write("a.rs", &format!("{}fn outside() {{}}\n", repository.read("a.rs")));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    assert_eq!(external_in_the_end(repository, client), ["+fn outside() {}"]);
}

#[test]
fn a_save_excuses_nothing_that_was_in_doubt_for_long_since_git_is_at_it() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    wait_for_rest(&mut client);
    let lock = repository.path(".git/index.lock");
    File::create(&lock).expect("it is ours");
    repository.write("a.rs", &format!("{FILE}fn outside() {{}}\n"));
    client.reload("a.rs");
    // Longer than a save may come behind what it wrote.
    std::thread::sleep(Duration::from_millis(400));
    client.type_after("a.rs", "fn a() {}\n", "fn mine() {}\n");
    client.save("a.rs");
    assert_eq!(shown(&mut client, "a.rs"), [], "it is not known yet");
    fs::remove_file(lock).expect("it is ours");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    assert_eq!(shown(&mut client, "a.rs"), [("external".to_owned(), 4)]);
    client.quit();
}

#[test]
fn what_is_in_doubt_when_the_server_ends_is_nobodys() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    wait_for_rest(&mut client);
    repository.write("a.rs", &format!("{FILE}fn outside() {{}}\n"));
    client.reload("a.rs");
    hunks(&mut client, "a.rs");
    assert_eq!(external_in_the_end(&repository, client), ["+fn outside() {}"]);
}
