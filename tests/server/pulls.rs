//! Diagnostics that are asked for: by editors that do, and pushed to the others.

use serde_json::{Value, json};

use super::{FILE, act, serve, wait_for_findings, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const CODE: &str = "def f():\n    return 1\n";

fn claude(repository: &Repository) -> ClaudeCode<'_> {
    ClaudeCode::start(repository, countersign_hook("claude-code"), "s1")
}

fn was_pushed(unread: &[Value]) -> bool {
    unread.iter().any(|message| message["method"] == "textDocument/publishDiagnostics")
}

#[test]
fn an_editor_that_asks_is_pushed_nothing_and_told_when_to_ask_again() {
    let repository = Repository::new(&[("a.py", CODE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    let offered = json!({ "identifier": "countersign", "interFileDependencies": false, "workspaceDiagnostics": true });
    assert_eq!(client.capabilities["diagnosticProvider"], offered);
    client.open("a.py");
    let first = client.pull("a.py", None);
    assert_eq!((&first["kind"], &first["items"]), (&json!("full"), &json!([])));

    claude.edit("a.py", "    return 1\n", "    return eval(input())\n");
    client.reload("a.py");
    let found = wait_for_findings(&mut client, "a.py");
    assert_eq!(found[0]["code"], "dynamic-code");
    let full = client.pull("a.py", first["resultId"].as_str());
    assert_eq!(full["kind"], "full", "it is not what the editor has");
    let same = client.pull("a.py", full["resultId"].as_str());
    assert_eq!(same, json!({ "kind": "unchanged", "resultId": full["resultId"] }));

    act(&mut client, "a.py", 1, "Accept this hunk");
    client.wait_for_diagnostics("a.py", <[Value]>::is_empty);
    assert!(!was_pushed(client.unread()), "{:#?}", client.unread());
    client.quit();
}

#[test]
fn an_answer_is_of_the_version_that_was_told_before_it_was_asked_for() {
    let repository = Repository::new(&[("a.py", CODE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.py");
    claude.edit("a.py", "    return 1\n", "    return eval(input())\n");
    client.reload("a.py");
    wait_for_findings(&mut client, "a.py");
    for line in 2..20 {
        client.replace("a.py", "def f", "\ndef f");
        let found = client.pull("a.py", None);
        assert_eq!(found["items"][0]["range"]["start"]["line"], line, "{found:#}");
    }
    client.quit();
}

#[test]
fn files_that_are_closed_are_told_of_with_all_the_others() {
    let repository = Repository::new(&[("a.py", CODE), ("b.py", CODE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.py");
    claude.edit("b.py", "    return 1\n", "    return eval(input())\n");
    client.wait_for("workspace/diagnostic/refresh", |_| true);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let item = &all["items"][0];
    assert_eq!(
        (&item["uri"], &item["version"], &item["kind"]),
        (&json!(client.uri("b.py")), &Value::Null, &json!("full"))
    );
    assert_eq!(item["items"][0]["code"], "dynamic-code");

    let known = json!([{ "uri": item["uri"], "value": item["resultId"] }]);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": known }));
    assert_eq!(all["items"][0]["kind"], "unchanged", "{all:#}");

    claude.edit("b.py", "    return eval(input())\n", "    return 2\n");
    client.wait_for("workspace/diagnostic/refresh", |_| true);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": known }));
    assert_eq!(
        (&all["items"][0]["kind"], &all["items"][0]["items"]),
        (&json!("full"), &json!([])),
        "what is over is said too"
    );
    client.quit();
}

#[test]
fn editors_that_would_not_ask_for_closed_files_are_pushed_to() {
    for profile in [Profile::Neovim010, Profile::Neovim012, Profile::Helix2501, Profile::Helix2507] {
        let repository = Repository::new(&[("a.rs", FILE), ("b.py", CODE)]);
        let mut claude = claude(&repository);
        let mut client = serve(&repository, profile);
        assert_eq!(client.capabilities["diagnosticProvider"], Value::Null, "{profile:?}: it would be shown twice");
        client.open("a.rs");
        claude.edit("b.py", "    return 1\n", "    return eval(input())\n");
        let found = wait_for_findings(&mut client, "b.py");
        assert_eq!(found[0]["code"], "dynamic-code", "{profile:?}");
        let asked = |message: &Value| message["method"] == "workspace/diagnostic/refresh";
        assert!(!client.unread().iter().any(asked), "{profile:?}");
        client.quit();
    }
}

#[test]
fn an_editor_that_asks_all_the_same_is_answered() {
    let repository = Repository::new(&[("a.py", CODE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.py");
    claude.edit("a.py", "    return 1\n", "    return eval(input())\n");
    client.reload("a.py");
    wait_for_hunks(&mut client, "a.py", (1, 0, 0));
    assert_eq!(client.pull("a.py", None)["items"][0]["code"], "dynamic-code");
    client.quit();
}
