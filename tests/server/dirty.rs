//! An agent writes a file whose buffer has unsaved typing: it is said, and an action takes the agent's change in and keeps the typing.

use serde_json::{Value, json};

use super::{FILE, act, hunks, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

fn is_unloaded(found: &Value) -> bool {
    found["code"] == "not-loaded"
}

/// Waits until it is said that the buffer lacks something, and gives the words.
fn wait_for_word(client: &mut Client) -> String {
    let found = client.wait_for_diagnostics("a.rs", |found| found.iter().any(is_unloaded));
    let said = found.iter().find(|found| is_unloaded(found)).expect("it was waited for");
    said["message"].as_str().expect("a message is text").to_owned()
}

#[test]
fn an_agents_write_comes_into_a_dirty_buffer_by_an_action_and_the_typing_stays() {
    for profile in [Profile::Neovim010, Profile::Helix2501, Profile::VsCode] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
        let mut client = serve(&repository, profile);
        client.open("a.rs");
        client.type_after("a.rs", "fn c() {", " mine(); ");
        claude.edit("a.rs", "fn a() {}\n", "fn a() {}\nfn agent() {}\n");
        claude.stop();
        assert_eq!(
            wait_for_word(&mut client),
            "claude-code wrote this file while it had unsaved changes here, and that is not in this buffer yet: none of it \
             touches a line of yours.",
            "{profile:?}"
        );
        act(&mut client, "a.rs", 0, "Take what claude-code wrote into this buffer, and keep my unsaved changes");
        assert_eq!(client.text("a.rs"), "fn a() {}\nfn agent() {}\nfn b() {}\nfn c() { mine(); }\n", "{profile:?}");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        client.wait_for_diagnostics("a.rs", |found| !found.iter().any(is_unloaded));
        client.save("a.rs");
        act(&mut client, "a.rs", 1, "Revert this hunk");
        assert_eq!(client.text("a.rs"), "fn a() {}\nfn b() {}\nfn c() { mine(); }\n", "{profile:?}");
        client.quit();
    }
}

#[test]
fn where_both_changed_a_line_a_person_is_asked_and_nothing_that_was_typed_goes() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.type_after("a.rs", "fn b() {", " mine(); ");
    claude.edit("a.rs", "fn b() {}\n", "pub fn b() {}\n");
    assert!(wait_for_word(&mut client).ends_with("in 1 place it touches a line of yours."));
    act(
        &mut client,
        "a.rs",
        1,
        "Take what claude-code wrote into this buffer beside my unsaved changes, 1 place to look at",
    );
    assert_eq!(client.text("a.rs"), "fn a() {}\npub fn b() { mine(); }\nfn c() {}\n");
    wait_for_hunks(&mut client, "a.rs", (0, 1, 0));
    assert_eq!(hunks(&mut client, "a.rs")[0]["author"]["kind"], "mixed");
    client.quit();
}

#[test]
fn a_save_over_what_an_agent_wrote_ends_the_warning_and_is_the_users() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.type_after("a.rs", "fn c() {", " mine(); ");
    claude.edit("a.rs", "fn a() {}\n", "fn agent() {}\n");
    wait_for_word(&mut client);
    client.save("a.rs");
    client.wait_for_diagnostics("a.rs", |found| !found.iter().any(is_unloaded));
    assert_eq!(hunks(&mut client, "a.rs"), [] as [Value; 0]);
    let actions = client.actions("a.rs", 0, &json!([]));
    assert!(actions.iter().all(|action| action["kind"] != "quickfix.countersign.load"), "{actions:?}");
    client.quit();
}

#[test]
fn a_buffer_that_is_opened_with_what_was_there_before_an_agent_wrote_takes_nothing_back() {
    for profile in [Profile::Neovim012, Profile::Helix2507, Profile::VsCode] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
        let mut client = serve(&repository, profile);
        claude.edit("a.rs", "fn a() {}\n", "fn a() {}\nfn agent() {}\n");
        claude.stop();
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        client.open_with("a.rs", FILE);
        client.type_after("a.rs", "fn c() {", " mine(); ");
        assert!(wait_for_word(&mut client).starts_with("claude-code wrote this file while"), "{profile:?}");
        act(&mut client, "a.rs", 0, "Take what claude-code wrote into this buffer, and keep my unsaved changes");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        assert_eq!(client.text("a.rs"), "fn a() {}\nfn agent() {}\nfn b() {}\nfn c() { mine(); }\n", "{profile:?}");
        client.quit();
    }
}

/// VS Code's File: Revert, in the moment in which somebody else has written.
#[test]
fn a_buffer_that_is_given_up_for_a_disk_that_was_just_written_makes_nothing_the_users() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    // At once, so that nobody finds it emptied: that is another test's.
    let write = |text: &str| {
        let new = repository.home().join("new");
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, repository.path("a.rs")))
            .expect("both are ours");
    };
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.type_after("a.rs", "fn c() {}\n", "fn not_kept() {}\n");
    write(&format!("// outside\n{FILE}"));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));

    client.type_after("a.rs", "fn c() {}\n", "fn not_kept() {}\n");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    wait_for_word(&mut client);
    write(&format!("{}// below\n", repository.read("a.rs")));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 2));
    claude.stop();
    act(&mut client, "a.rs", 3, "Revert this hunk");
    assert_eq!(client.text("a.rs"), format!("// outside\n{FILE}// below\n"));
    client.quit();
}

/// Neovim tells of keys a sixth of a second late, and writes at once.
#[test]
fn typing_that_took_back_all_that_was_typed_before_and_was_saved_before_it_was_told_is_the_users() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.type_after("a.rs", "fn c() {}\n", "fn not_kept() {}\n");
    let mine = format!("// mine\n{FILE}");
    repository.write("a.rs", &mine);
    client.splice("a.rs", 0..client.text("a.rs").len(), &mine);
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": client.uri("a.rs") } }));
    // Longer than any doubt lasts, and behind it something that is told.
    std::thread::sleep(std::time::Duration::from_millis(600));
    repository.write("a.rs", &format!("{mine}// outside\n"));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}
