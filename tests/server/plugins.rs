//! What editors with a plugin of ours ask and tell besides: the file without the agents, who is at work, what was looked at.

use expect_test::expect;
use serde_json::{Value, json};

use super::{FILE, hunks, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::client::{Answer, Client};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

fn without(client: &mut Client, path: &str, mine_too: bool) -> [String; 2] {
    let params = json!({ "textDocument": { "uri": client.uri(path) }, "includeMine": mine_too });
    let said = client.request("countersign/without", params);
    ["text", "without"].map(|name| said[name].as_str().expect("a text").to_owned())
}

/// What the log says of views: the time and the hunk's name left out.
fn views(repository: &Repository) -> String {
    let said = run(repository.command(countersign()).args(["log", "--json"]), b"").ok();
    let events = said.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let views = events.filter(|event| event["kind"] == "viewed");
    views
        .map(|event| {
            let view = &event["body"]["what"]["viewed"]["view"];
            format!("{} visible {} focused {}\n", event["path"], view["visible"], view["focused"])
        })
        .collect()
}

#[test]
fn a_document_is_given_with_and_without_the_agents_part() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    assert_eq!(without(&mut client, "a.rs", false), [FILE, FILE]);
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.type_after("a.rs", "fn agent() {}\n", "fn mine() {}\n");
    let with = "fn a() {}\nfn b() {}\nfn agent() {}\nfn mine() {}\nfn c() {}\n";
    assert_eq!(without(&mut client, "a.rs", false), [with, "fn a() {}\nfn b() {}\nfn mine() {}\nfn c() {}\n"]);
    client.type_after("a.rs", "fn agent() {", " mine() ");
    let with = with.replace("agent() {}", "agent() { mine() }");
    assert_eq!(without(&mut client, "a.rs", false), [with.as_str(), &with], "the line is the user's now");
    let [text, bare] = without(&mut client, "a.rs", true);
    assert_eq!([text.as_str(), &bare], [&with, "fn a() {}\nfn b() {}\nfn mine() {}\nfn c() {}\n"]);
    assert_eq!(client.text("a.rs"), with, "it is said, and nothing is done");
    assert_eq!(without(&mut client, "nowhere.rs", false), ["", ""]);
    client.quit();
}

#[test]
fn a_plugin_hears_when_agents_begin_and_end_to_work_and_others_do_not() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let plain = serve(&repository, Profile::VsCode);
    let mut command = repository.command(countersign());
    let mut client = Client::start_with(&repository, command.arg("lsp"), Profile::VsCode, json!({ "work": true }));
    let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let other = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s2");
    claude.prompt("Change a");
    client.wait_for("countersign/didChangeWork", |params| params["atWork"] == true);
    other.prompt("Change it, too");
    claude.stop();
    other.stop();
    client.wait_for("countersign/didChangeWork", |params| params["atWork"] == false);
    let told = client.unread().iter().filter(|message| message["method"] == "countersign/didChangeWork").count();
    assert_eq!(told, 0, "the end of the first of two is no end");
    client.quit();
    let mut plain = plain;
    let told = plain.unread().iter().filter(|message| message["method"] == "countersign/didChangeWork").count();
    assert_eq!(told, 0);
    plain.quit();
}

#[test]
fn what_was_looked_at_is_kept_once_for_each_change_and_ends_with_the_editor() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let hunk = hunks(&mut client, "a.rs")[0]["id"].clone();
    let tell = |client: &mut Client, hunk: &Value, visible: bool, focused: bool| {
        let uri = client.uri("a.rs");
        client
            .notify("countersign/viewed", json!({ "uri": uri, "hunk": hunk, "visible": visible, "focused": focused }));
    };
    tell(&mut client, &json!("9.9+0:9.9"), true, true);
    tell(&mut client, &hunk, false, false);
    for (visible, focused) in [(true, false), (true, false), (true, true), (false, false), (false, true)] {
        tell(&mut client, &hunk, visible, focused);
    }
    client.notify("countersign/viewed", json!({ "uri": client.uri("a.rs"), "hunk": 3 }));
    assert_eq!(hunks(&mut client, "a.rs").len(), 1, "what was told before is taken in by now");
    client.quit();
    expect![[r#"
        "a.rs" visible true focused false
        "a.rs" visible true focused true
        "a.rs" visible false focused false
        "a.rs" visible true focused true
        "a.rs" visible false focused false
    "#]]
    .assert_eq(&views(&repository));
    let verified = run(repository.command(countersign()).args(["log", "--verify"]), b"").ok();
    assert!(verified.contains("are as they were written"), "{verified}");
}

#[test]
fn an_editor_without_a_plugin_is_told_why_a_server_refuses_to_start_and_a_plugin_says_it_itself() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let Some(program) = repository.program_that_may_not_write() else { return };
    let said =
        |message: &Value| message.as_str().expect("it says why").replace(&*repository.root().to_string_lossy(), "ROOT");
    let refused = |countersign: Value| {
        let mut client = Client::connect(&repository, repository.command(&program).arg("lsp"), Profile::Helix2507);
        let mut lines = String::new();
        for _ in 0..2 {
            let why = client.initialize(countersign.clone()).expect_err("it may not write");
            lines += &format!("{}\n", said(&why["message"]));
            if countersign.is_null() {
                lines += &format!("{}\n", said(&client.wait_for("window/showMessage", |_| true)["message"]));
            }
        }
        assert_eq!(client.unread(), <[Value; 0]>::default());
        lines
    };
    expect![[r#"
        cannot make the state folder ROOT/.git/countersign: Read-only file system (os error 30)
        Countersign: nothing is overseen here (see `countersign doctor`): cannot make the state folder ROOT/.git/countersign: Read-only file system (os error 30)
        it refused before: start the program anew
        Countersign: nothing is overseen here (see `countersign doctor`): it refused before: start the program anew
    "#]].assert_eq(&refused(Value::Null));
    expect![[r#"
        cannot make the state folder ROOT/.git/countersign: Read-only file system (os error 30)
        it refused before: start the program anew
    "#]]
    .assert_eq(&refused(json!({ "work": true })));
}

#[test]
fn what_a_plugin_says_was_typed_is_the_users_though_an_agents_edit_never_ended() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    let uri = client.uri("a.rs");
    let begin = json!({ "agent": "other", "session": "s1", "phase": "begin", "uris": [uri] });
    client.notify("countersign/agentEdit", begin);
    client.notify("countersign/didEdit", json!({ "uri": uri, "version": 2, "typed": true }));
    client.type_after("a.rs", "fn c() {}\n", "x");
    assert_eq!(hunks(&mut client, "a.rs"), [] as [Value; 0]);
    client.quit();
}

/// What is said first, of an edit that the editor refuses with a reason and then one that it refuses without.
fn said_of_refused_edits(plugin: Value) -> Value {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut command = repository.command(countersign());
    let mut client = Client::start_with(&repository, command.arg("lsp"), Profile::VsCode, plugin);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    claude.stop();
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    for reply in [json!({ "applied": false, "failureReason": "it is locked" }), json!({ "applied": false })] {
        client.answer("workspace/applyEdit", move |_| Answer::Result(reply.clone()));
        let all = json!({ "command": "countersign.revert", "arguments": [{ "all": true }] });
        client.request("workspace/executeCommand", all);
        client.wait_for("workspace/applyEdit", |_| true);
    }
    let is_it = |said: &Value| said["message"].as_str().is_some_and(|said| said.contains("did not make"));
    let said = client.wait_for("window/showMessage", is_it)["message"].take();
    client.quit();
    said
}

#[test]
fn an_edit_that_the_editor_does_not_make_is_said_where_no_plugin_of_ours_has_said_why() {
    assert_eq!(
        said_of_refused_edits(Value::Null),
        "Countersign: the editor did not make the change (it is locked): nothing was done, say it again."
    );
    assert_eq!(
        said_of_refused_edits(json!({ "work": true })),
        "Countersign: the editor did not make the change: nothing was done, say it again."
    );
}
