//! What a didSave says of what was written before it, however late either is heard of, and what is said where none comes.

use std::fs::{self, File};
use std::time::Duration;

use serde_json::json;

use super::git::at_rest;
use super::{FILE, act, external_in_the_end, hunks, serve, shown, wait_for_hunks, wait_for_rest};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

fn claude(repository: &Repository) -> ClaudeCode<'_> {
    ClaudeCode::start(repository, countersign_hook("claude-code"), "s1")
}

#[test]
fn a_user_who_saves_in_the_middle_of_a_call_keeps_their_line() {
    for profile in [Profile::Neovim012, Profile::Helix2507, Profile::VsCode] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let mut claude = claude(&repository);
        let mut client = serve(&repository, profile);
        client.open("a.rs");
        claude.prompt("Change b");
        let announced = claude.announce_edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
        client.type_after("a.rs", "fn c() {}\n", "fn mine() {}\n");
        // The server has heard of it: a request is answered behind it.
        hunks(&mut client, "a.rs");
        client.save("a.rs");
        hunks(&mut client, "a.rs");
        // Claude Code's Edit applies to the text as it is.
        let before = repository.read("a.rs");
        repository.write("a.rs", &before.replace("fn b() {}\n", "fn agent() {}\n"));
        claude.report(
            &announced,
            json!({ "filePath": repository.path("a.rs"), "oldString": "fn b() {}\n", "newString": "fn agent() {}\n",
                "originalFile": before, "userModified": false }),
        );
        claude.stop();
        client.reload("a.rs");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        act(&mut client, "a.rs", 1, "Revert all of the agents' hunks in this file");
        assert_eq!(client.text("a.rs"), format!("{FILE}fn mine() {{}}\n"), "{profile:?}");
        client.quit();
    }
}

#[test]
fn what_a_user_clears_and_saves_is_theirs() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.splice("a.rs", 0..FILE.len(), "");
    client.splice("a.rs", 0..0, "fn mine() {}\n");
    client.save("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    assert_eq!(run(repository.command(countersign()).args(["diff", "--author", "external"]), b"").ok(), "");
    client.quit();
}

#[test]
fn a_save_that_a_hook_saw_before_its_keys_were_heard_is_the_users_beside_the_agents_write() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    // Saved, and not told yet.
    repository.write("a.rs", &format!("{FILE}fn mine() {{}}\n"));
    let announced = claude.announce_edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    let response = announced.write(&repository);
    client.splice("a.rs", FILE.len()..FILE.len(), "fn mine() {}\n");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.rs") } }));
    claude.report(&announced, response);
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    assert_eq!(shown(&mut client, "a.rs"), [("agent".to_owned(), 2)]);
    client.quit();
}

/// A line that a hook saw on disk before its key was heard, and no word of a save; what a plugin says of the change stands before it.
fn line_without_a_save(said: &[(i32, bool)]) -> Vec<(String, u64)> {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::Helix2507);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    repository.write("a.rs", &format!("{FILE}fn mine() {{}}\n"));
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 1));
    for (version, typed) in said {
        let params = json!({ "uri": client.uri("a.rs"), "version": version, "typed": typed });
        client.notify("countersign/didEdit", params);
    }
    client.splice("a.rs", FILE.len()..FILE.len(), "fn mine() {}\n");
    let typed = said.last() == Some(&(1, true));
    wait_for_hunks(&mut client, "a.rs", (1, 0, u64::from(!typed)));
    let shown = shown(&mut client, "a.rs");
    client.quit();
    shown
}

#[test]
fn what_a_plugin_says_was_typed_is_the_users_whoever_saw_it_first() {
    let agents = ("agent".to_owned(), 2);
    let both = [agents.clone(), ("external".to_owned(), 4)];
    for said in [&[][..], &[(1, false)], &[(2, true)], &[(0, true)]] {
        assert_eq!(line_without_a_save(said), both, "{said:?}");
    }
    assert_eq!(line_without_a_save(&[(1, true)]), [agents]);
}

/// A line of nobody's on disk, which a hook may have seen before, and that an editor reloads and saves at once. Its plugin says that the buffer
/// had nothing unsaved then, or does not.
fn reload_and_save(hook_sees_it: bool, told: bool, wanted: &[(String, u64)]) {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_rest(&mut client);
    repository.write("a.rs", &format!("{FILE}fn outside() {{}}\n"));
    if hook_sees_it {
        claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 1));
    }
    client.splice("a.rs", FILE.len()..FILE.len(), "fn outside() {}\n");
    let document = json!({ "uri": client.uri("a.rs") });
    if told {
        client.notify("countersign/didSaveClean", document.clone());
    }
    client.notify("textDocument/didSave", json!({ "textDocument": document }));
    if told && !hook_sees_it {
        wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    }
    assert_eq!(shown(&mut client, "a.rs"), wanted, "{hook_sees_it} {told}");
    let outside = wanted.iter().any(|(kind, _)| kind == "external").then_some("+fn outside() {}");
    assert_eq!(external_in_the_end(&repository, client), Vec::from_iter(outside), "{hook_sees_it} {told}");
}

#[test]
fn a_save_of_what_was_not_unsaved_makes_nothing_the_users() {
    let external = |line| ("external".to_owned(), line);
    let agents = ("agent".to_owned(), 2);
    reload_and_save(false, true, &[external(3)]);
    reload_and_save(true, true, &[agents.clone(), external(4)]);
    // Unsaid, it may be a save of keys that came late.
    reload_and_save(false, false, &[]);
    reload_and_save(true, false, &[agents]);
}

#[test]
fn what_an_agent_wrote_before_a_save_was_heard_of_is_the_agents() {
    for whole in [false, true] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let mut claude = claude(&repository);
        claude.prompt("Change b");
        let mut client = serve(&repository, Profile::Neovim012);
        client.open("a.rs");
        wait_for_rest(&mut client);
        client.type_after("a.rs", "fn c() {}\n", "fn mine() {}\n");
        hunks(&mut client, "a.rs");
        // Saved; the word of it is late.
        let mine = client.text("a.rs");
        repository.write("a.rs", &mine);
        let announced = match whole {
            true => claude.announce_write("a.rs", &mine.replace("fn b() {}\n", "fn agent() {}\n")),
            false => claude.announce_edit("a.rs", "fn b() {}\n", "fn agent() {}\n"),
        };
        let response = announced.write(&repository);
        client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.rs") } }));
        hunks(&mut client, "a.rs");
        claude.report(&announced, response);
        claude.stop();
        client.reload("a.rs");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        assert_eq!(shown(&mut client, "a.rs"), [("agent".to_owned(), 1)]);
        act(&mut client, "a.rs", 1, "Revert this hunk (claude-code)");
        assert_eq!(client.text("a.rs"), format!("{FILE}fn mine() {{}}\n"));
        client.quit();
    }
}

/// A line that stands on disk while an agent's command runs, by its hand or not, and that an editor tells of behind that; a hook may have seen it
/// first. Whose it is in the end.
fn line_beside_a_command(hook_sees_it: bool, saved: bool) -> Vec<(String, u64)> {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Run the tests");
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    wait_for_rest(&mut client);
    if hook_sees_it {
        claude.bash("printf 'line\\n' >> a.rs");
    } else {
        claude.announce_bash("sleep 9");
        repository.write("a.rs", &format!("{FILE}line\n"));
    }
    client.splice("a.rs", FILE.len()..FILE.len(), "line\n");
    if saved {
        client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.rs") } }));
    } else {
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    }
    let shown = shown(&mut client, "a.rs");
    client.quit();
    shown
}

#[test]
fn a_save_that_is_heard_of_late_is_the_users_while_an_agents_command_runs() {
    for hook_sees_it in [false, true] {
        assert_eq!(line_beside_a_command(hook_sees_it, true), [], "{hook_sees_it}");
        assert_eq!(line_beside_a_command(hook_sees_it, false), [("agent".to_owned(), 3)], "{hook_sees_it}");
    }
}

#[test]
fn a_save_behind_one_of_nothing_is_a_save() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_rest(&mut client);
    let document = json!({ "uri": client.uri("a.rs") });
    client.notify("countersign/didSaveClean", document.clone());
    client.notify("textDocument/didSave", json!({ "textDocument": document }));
    // Keys that are heard of once they are saved.
    repository.write("a.rs", &format!("{FILE}mine\n"));
    client.splice("a.rs", FILE.len()..FILE.len(), "mine\n");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.rs") } }));
    assert_eq!(shown(&mut client, "a.rs"), []);
    assert_eq!(external_in_the_end(&repository, client), [] as [&str; 0]);
}

#[test]
fn a_save_that_brings_a_deleted_file_back_is_the_users() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_rest(&mut client);
    fs::remove_file(repository.path("a.rs")).expect("it is ours");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.notify("countersign/didSaveClean", json!({ "uri": client.uri("a.rs") }));
    client.save("a.rs");
    assert_eq!(shown(&mut client, "a.rs"), []);
    client.quit();
    let log = run(repository.command(countersign()).arg("log"), b"").ok();
    assert_eq!(log.matches("external").count(), 1, "that it went: {log}");
}

#[test]
fn lines_that_are_heard_of_once_they_are_saved_are_typing() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    repository.write("a.rs", &format!("{FILE}fn first() {{}}\nfn second() {{}}\n"));
    client.type_after("a.rs", "fn c() {}\n", "fn first() {}\n");
    client.type_after("a.rs", "fn first() {}\n", "fn second() {}\n");
    client.save("a.rs");
    // Longer than any doubt lasts, and behind it something that is told.
    std::thread::sleep(Duration::from_millis(600));
    repository.write("a.rs", &format!("// outside\n{FILE}fn first() {{}}\nfn second() {{}}\n"));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}

/// Longer than any doubt lasts: so long does a slow disk keep a file empty that is written anew.
fn wait_for_a_slow_disk() {
    std::thread::sleep(Duration::from_millis(700));
}

#[test]
fn a_save_that_is_long_in_filling_the_file_that_it_emptied_is_the_users() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    File::create(repository.path("a.rs")).expect("it is ours");
    client.type_after("a.rs", "fn c() {}\n", "fn mine() {}\n");
    hunks(&mut client, "a.rs");
    wait_for_a_slow_disk();
    client.save("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.quit();
    let log = run(repository.command(countersign()).arg("log"), b"").ok();
    assert!(!log.contains("external"), "{log}");
}

#[test]
fn a_buffer_that_is_given_up_for_a_file_that_was_long_empty_makes_nothing_the_users() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.type_after("a.rs", "fn c() {}\n", "fn not_kept() {}\n");
    hunks(&mut client, "a.rs");
    File::create(repository.path("a.rs")).expect("it is ours");
    wait_for_a_slow_disk();
    repository.write("a.rs", &format!("// outside\n{FILE}"));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}

#[test]
fn what_was_saved_just_before_an_editor_was_killed_is_the_users() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    for line in 0..5 {
        let mut client = serve(&repository, Profile::VsCode);
        client.open("a.rs");
        wait_for_rest(&mut client);
        client.type_after("a.rs", "fn c() {}\n", &format!("// mine {line}\n"));
        client.save("a.rs");
        client.go();
    }
    let diff = run(repository.command(countersign()).args(["diff", "--author", "external"]), b"").ok();
    assert_eq!(diff, "");
}
