//! The client in memory, against the stand-in's server.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::log;
use crate::support::binary::stand_in;
use crate::support::client::{Answer, Client};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

fn server(repository: &Repository) -> (Command, PathBuf) {
    let log = repository.home().join("messages");
    let mut command = repository.command(stand_in());
    command.arg("lsp").arg(&log);
    (command, log)
}

/// What the server was told of documents: a line each, without the part of the name that all share.
fn told(log: &[Value]) -> String {
    let mut lines = String::new();
    for message in log {
        let method = message["method"].as_str().unwrap_or_default();
        let Some(what) = method.strip_prefix("textDocument/did") else { continue };
        let document = &message["params"]["textDocument"];
        lines.push_str(&format!("{what} {}", document["version"]).replace(" null", ""));
        for change in message["params"]["contentChanges"].as_array().into_iter().flatten() {
            let [start, end] = ["start", "end"].map(|end| &change["range"][end]);
            let at = |at: &Value| format!("{}:{}", at["line"], at["character"]);
            lines.push_str(&format!(" {}-{} {}", at(start), at(end), change["text"]));
        }
        lines.push('\n');
    }
    lines
}

#[test]
fn each_key_is_told_in_the_order_typed_and_the_server_holds_the_same_text() {
    for profile in Profile::ALL {
        let repository = Repository::new(&[("a b[é].txt", "é|\nTODO\n")]);
        let (mut command, messages) = server(&repository);
        let mut client = Client::start(&repository, &mut command, profile);
        let path = "a b[é].txt";
        client.open(path);
        client.type_after(path, "é|", "x𝄞\ny");
        client.replace(path, "TODO", "a TODO and a TODO");
        assert_eq!(client.diagnostics(path).as_array().unwrap().len(), 2);
        client.save(path);
        assert_eq!(client.close(path), profile.first_version() + 5);
        assert_eq!(client.quit(), Some(0));

        assert_eq!(repository.read(path), "é|x𝄞\ny\na TODO and a TODO\n");
        let told = told(&log(&messages));
        let expected = match profile {
            Profile::Neovim010 => expect_test::expect![[r#"
                Open 0
                Change 1 0:2-0:2 "x"
                Change 2 0:3-0:3 "𝄞"
                Change 3 0:5-0:5 "\n"
                Change 4 1:0-1:0 "y"
                Change 5 2:0-2:4 "a TODO and a TODO"
                Save
                Close
            "#]],
            Profile::VsCode => expect_test::expect![[r#"
                Open 1
                Change 2 0:2-0:2 "x"
                Change 3 0:3-0:3 "𝄞"
                Change 4 0:5-0:5 "\n"
                Change 5 1:0-1:0 "y"
                Change 6 2:0-2:4 "a TODO and a TODO"
                Save
                Close
            "#]],
            // These offer UTF-8 first.
            _ => expect_test::expect![[r#"
                Open 0
                Change 1 0:3-0:3 "x"
                Change 2 0:4-0:4 "𝄞"
                Change 3 0:8-0:8 "\n"
                Change 4 1:0-1:0 "y"
                Change 5 2:0-2:4 "a TODO and a TODO"
                Save
                Close
            "#]],
        };
        expected.assert_eq(&told);
    }
}

#[test]
fn a_reload_is_told_as_the_editor_tells_it() {
    for (profile, reloaded) in [
        (Profile::Neovim012, "Open 0\nChange 1 0:0-0:0 \"x\"\nClose\nOpen 1\n"),
        (Profile::Helix2507, "Open 0\nChange 1 0:0-0:0 \"x\"\nChange 2 0:0-1:0 \"from outside\\n\"\n"),
    ] {
        let repository = Repository::new(&[("a.txt", "one\n")]);
        let (mut command, messages) = server(&repository);
        let client = Client::start(&repository, &mut command, profile);
        client.open("a.txt");
        client.type_after("a.txt", "", "x");
        repository.write("a.txt", "from outside\n");
        client.reload("a.txt");
        assert_eq!(client.text("a.txt"), "from outside\n");
        client.quit();
        assert_eq!(told(&log(&messages)), reloaded);
    }
}

#[test]
fn code_actions_are_resolved_run_and_applied() {
    for profile in Profile::ALL {
        let repository = Repository::new(&[("a.txt", "TODO\nTODO\n")]);
        let mut client = Client::start(&repository, &mut server(&repository).0, profile);
        client.open("a.txt");
        for title in ["Do it", "Do it by command"] {
            let diagnostics = client.diagnostics("a.txt");
            let line = u32::from(title != "Do it");
            let actions = client.actions("a.txt", line, &diagnostics);
            let titles: Vec<&Value> = actions.iter().map(|action| &action["title"]).collect();
            assert_eq!(titles, ["Do it", "Do it by command"]);
            client.act(actions.iter().find(|action| action["title"] == title).unwrap());
        }
        assert_eq!(client.diagnostics("a.txt"), json!([]));
        assert_eq!(client.text("a.txt"), "DONE, resolved\nDONE, by command\n");
        assert_eq!(repository.read("a.txt"), "TODO\nTODO\n", "a client edits buffers, not files");
    }
}

#[test]
fn an_edit_for_an_old_version_is_turned_down_and_neovim_claims_otherwise() {
    for (profile, claims) in [(Profile::Neovim010, true), (Profile::Helix2501, false), (Profile::VsCode, false)] {
        let repository = Repository::new(&[("a.txt", "TODO\n")]);
        let mut client = Client::start(&repository, &mut server(&repository).0, profile);
        client.open("a.txt");
        client.type_after("a.txt", "TODO", " now");
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 4 } });
        let place = json!({ "uri": client.uri("a.txt"), "range": range, "version": 1 });
        let run = json!({ "title": "stale", "command": { "command": "replace", "arguments": [place] } });
        assert_eq!(client.act(&run)["result"]["applied"], claims, "{profile:?}");
        assert_eq!(client.text("a.txt"), "TODO now\n", "{profile:?}");
    }
}

#[test]
fn an_edit_of_a_file_that_is_not_open_opens_it_and_leaves_the_disk() {
    let repository = Repository::new(&[("a.txt", "a\n"), ("b.txt", "b\n")]);
    let (mut command, messages) = server(&repository);
    let mut client = Client::start(&repository, &mut command, Profile::Helix2507);
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 1 } });
    let place = json!({ "uri": client.uri("b.txt"), "range": range });
    let run = json!({ "title": "edit", "command": { "command": "replace", "arguments": [place] } });
    assert_eq!(client.act(&run)["result"]["applied"], true);
    assert_eq!(client.text("b.txt"), "DONE, by command\n");
    assert_eq!(repository.status(), "");
    client.quit();
    assert_eq!(told(&log(&messages)), "Open 0\nChange 1 0:0-0:1 \"DONE, by command\"\n");
}

#[test]
fn an_edit_may_create_rename_and_delete_files() {
    let repository = Repository::new(&[("old.txt", "old\n"), ("gone.txt", "gone\n")]);
    let mut client = Client::start(&repository, &mut server(&repository).0, Profile::VsCode);
    let start = json!({ "line": 0, "character": 0 });
    let steps = json!([
        { "kind": "create", "uri": client.uri("new.txt") },
        { "kind": "rename", "oldUri": client.uri("old.txt"), "newUri": client.uri("née.txt") },
        { "kind": "delete", "uri": client.uri("gone.txt") },
        { "textDocument": { "uri": client.uri("new.txt"), "version": null },
            "edits": [{ "range": { "start": start, "end": start }, "newText": "unsaved\n" }] },
    ]);
    let edit = json!({ "method": "workspace/applyEdit", "params": { "edit": { "documentChanges": steps } } });
    let run = json!({ "title": "files", "command": { "command": "ask", "arguments": [edit] } });
    assert_eq!(client.act(&run)["result"]["applied"], true);
    assert_eq!(client.text("new.txt"), "unsaved\n");
    client.save("new.txt");
    assert_eq!(repository.read("née.txt"), "old\n");
    expect_test::expect![[r#"
         D gone.txt
         D old.txt
        ?? new.txt
        ?? "n\303\251e.txt"
    "#]]
    .assert_eq(&repository.status());
}

#[test]
fn a_servers_questions_are_answered_by_the_profile_or_the_tests_policy() {
    let repository = Repository::new(&[]);
    let question = json!({ "title": "ask", "command": { "command": "ask", "arguments": [{ "method": "window/showMessageRequest",
        "params": { "type": 2, "message": "May it?", "actions": [{ "title": "Allow" }, { "title": "Deny" }] } }] } });
    for (profile, code) in [(Profile::Helix2501, json!(-32601)), (Profile::Helix2507, Value::Null)] {
        let mut client = Client::start(&repository, &mut server(&repository).0, profile);
        assert_eq!(client.act(&question)["error"]["code"], code);
        client.answer("window/showMessageRequest", |params| Answer::Result(params["actions"][1].clone()));
        assert_eq!(client.act(&question)["result"]["title"], "Deny");
        client.answer("window/showMessageRequest", |_| Answer::Error(-32603, "no"));
        assert_eq!(client.act(&question)["error"]["message"], "no");

        client.answer("window/showMessageRequest", |_| Answer::Never);
        let command = question["command"].clone();
        let open = client.ask("workspace/executeCommand", command);
        client.wait_for("window/showMessageRequest", |params| params["message"] == "May it?");
        // The server is not held up, and the reply to the open request has not come.
        assert!(client.try_request("no/suchMethod", Value::Null).is_err());
        assert!(!client.unread().iter().any(|message| message["id"] == open && message.get("method").is_none()));
    }
}

#[test]
fn a_reply_is_waited_for_past_other_messages() {
    let repository = Repository::new(&[("a.txt", "TODO\n")]);
    let mut client = Client::start(&repository, &mut server(&repository).0, Profile::VsCode);
    client.open("a.txt");
    let action = client.ask("textDocument/codeAction", json!({ "context": { "diagnostics": [] } }));
    assert_eq!(client.wait_reply(action), Ok(json!([])));
    assert_eq!(client.unread().len(), 1, "the diagnostics came first");
    client.wait_for("textDocument/publishDiagnostics", |_| true);
    assert_eq!(client.unread(), [] as [Value; 0]);
}

#[test]
#[should_panic(expected = "it failed")]
fn an_error_that_no_one_reads_fails_the_test() {
    let repository = Repository::new(&[]);
    let mut client = Client::start(&repository, &mut server(&repository).0, Profile::VsCode);
    client.act(&json!({ "title": "fail", "command": { "command": "fail" } }));
}

#[test]
fn an_error_that_is_read_does_not() {
    let repository = Repository::new(&[]);
    let mut client = Client::start(&repository, &mut server(&repository).0, Profile::VsCode);
    client.act(&json!({ "title": "fail", "command": { "command": "fail" } }));
    assert_eq!(client.wait_for("window/logMessage", |_| true)["message"], "it failed");
}

#[test]
fn a_killed_server_is_gone_at_once() {
    let repository = Repository::new(&[]);
    let mut client = Client::start(&repository, &mut server(&repository).0, Profile::VsCode);
    client.ask("workspace/executeCommand", json!({ "command": "hang" }));
    client.kill();
}
