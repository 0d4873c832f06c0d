//! Reverts of more than a hunk while an agent's turn runs: the person says when.

use serde_json::{Value, json};

use super::{FILE, act, hunks, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::client::{Answer, Client};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const QUESTION: &str = "window/showMessageRequest";

/// Two files, and an agent that has changed one and is still at work.
fn at_work(profile: Profile, test: impl Fn(&Repository, &mut ClaudeCode<'_>, &mut Client)) {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, profile);
    claude.prompt("Change both files");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    test(&repository, &mut claude, &mut client);
    client.quit();
}

fn revert(client: &mut Client, which: &Value) -> Result<Value, Value> {
    client.try_request("workspace/executeCommand", json!({ "command": "countersign.revert", "arguments": [which] }))
}

fn choose(client: &Client, title: &'static str) {
    client.answer(QUESTION, move |params| {
        let offered = params["actions"].as_array().cloned().unwrap_or_default();
        let chosen = offered.into_iter().find(|action| action["title"] == title);
        Answer::Result(chosen.unwrap_or_else(|| panic!("{title} is not offered: {params:#}")))
    });
}

#[test]
fn a_revert_that_is_to_wait_is_done_when_the_turn_ends() {
    at_work(Profile::VsCode, |repository, claude, client| {
        choose(client, "When its turn ends");
        let said = revert(client, &json!({ "session": "s1" })).expect("it asks");
        assert_eq!((&said["asked"], &said["files"]), (&json!(true), &json!(0)));
        client.wait_for(QUESTION, |_| true);
        claude.edit("b.rs", "fn b() {}\n", "fn agent() {}\n");
        wait_for_hunks(client, "b.rs", (1, 0, 0));
        assert_ne!(repository.read("a.rs"), FILE, "the turn still runs");
        claude.stop();
        client.wait_for("window/showMessage", |params| params["message"] == "Reverted in 2 files.");
        assert_eq!((repository.read("a.rs"), repository.read("b.rs")), (FILE.to_owned(), FILE.to_owned()));
    });
}

#[test]
fn a_revert_now_is_done_now_and_one_that_is_turned_away_is_not() {
    at_work(Profile::VsCode, |repository, _, client| {
        client.answer(QUESTION, |_| Answer::Result(Value::Null));
        revert(client, &json!({ "all": true })).expect("it asks");
        client.wait_for(QUESTION, |_| true);
        assert_eq!(hunks(client, "a.rs").len(), 1);
        choose(client, "Now");
        revert(client, &json!({ "all": true })).expect("it asks");
        client.wait_for("window/showMessage", |params| params["message"] == "Reverted in one file.");
        assert_eq!(repository.read("a.rs"), FILE);
    });
}

#[test]
fn a_person_who_does_not_answer_keeps_nothing_waiting() {
    at_work(Profile::VsCode, |repository, _, client| {
        client.answer(QUESTION, |_| Answer::Never);
        revert(client, &json!({ "all": true })).expect("it asks");
        client.wait_for(QUESTION, |_| true);
        assert_ne!(repository.read("a.rs"), FILE);
        let hunk = hunks(client, "a.rs")[0]["id"].clone();
        let said = revert(client, &json!({ "hunk": hunk })).expect("a hunk goes at once");
        assert_eq!(said["files"], 1);
        assert_eq!(repository.read("a.rs"), FILE);
    });
}

#[test]
fn an_editor_that_cannot_ask_refuses_and_offers_both() {
    at_work(Profile::Helix2501, |repository, claude, client| {
        let error = revert(client, &json!({ "all": true })).expect_err("nobody can be asked");
        assert!(error["message"].as_str().is_some_and(|why| why.contains("an agent is at work")), "{error}");
        client.open("a.rs");
        let titles: Vec<String> = client
            .actions("a.rs", 1, &json!([]))
            .iter()
            .filter_map(|action| action["title"].as_str())
            .filter(|title| title.starts_with("Revert all"))
            .map(str::to_owned)
            .collect();
        expect_test::expect![[r#"
            Revert all of the agents' hunks in this file now (an agent is at work)
            Revert all of the agents' hunks in this file when the agent's turn ends
            Revert all that claude-code did in session s1, in every file, now (an agent is at work)
            Revert all that claude-code did in session s1, in every file, when the agent's turn ends"#]]
        .assert_eq(&titles.join("\n"));
        act(client, "a.rs", 1, "Revert all of the agents' hunks in this file when the agent's turn ends");
        assert_ne!(client.text("a.rs"), FILE);
        claude.stop();
        client.wait_for("window/showMessage", |params| params["message"] == "Reverted in one file.");
        wait_for_hunks(client, "a.rs", (0, 0, 0));
        assert_eq!(client.text("a.rs"), FILE);
        assert_ne!(repository.read("a.rs"), FILE, "what is open is changed in the editor, and saved there");
    });
}

#[test]
fn with_no_agent_at_work_nothing_is_asked() {
    at_work(Profile::VsCode, |repository, claude, client| {
        claude.stop();
        let said = revert(client, &json!({ "all": true })).expect("it is done");
        assert_eq!(said["files"], 1);
        assert_eq!(repository.read("a.rs"), FILE);
    });
}
