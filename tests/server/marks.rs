//! What is drawn beside the text: code lenses and inlay hints.

use serde_json::{Value, json};

use super::{FILE, serve, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

/// Lines from 1 with what is drawn at them: lenses, then hints.
fn drawn(client: &mut Client, path: &str) -> String {
    let document = json!({ "uri": client.uri(path) });
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": document }));
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let hints = client.request("textDocument/inlayHint", json!({ "textDocument": document, "range": all }));
    let line = |place: &Value| place["line"].as_u64().expect("a line") + 1;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let lenses = list(&lenses).into_iter().map(|lens| {
        let title = lens["command"]["title"].as_str().expect("a title").to_owned();
        format!("{} lens {title}\n", line(&lens["range"]["start"]))
    });
    let hints = list(&hints).into_iter().map(|hint| {
        let label = hint["label"].as_str().expect("a label").to_owned();
        format!("{}:{} hint {label}\n", line(&hint["position"]), hint["position"]["character"])
    });
    lenses.chain(hints).collect()
}

/// Asks anew when it is told to, until nothing is drawn.
fn wait_until_bare(client: &mut Client, path: &str) {
    while !drawn(client, path).is_empty() {
        client.wait_for("workspace/codeLens/refresh", |_| true);
        client.wait_for("workspace/inlayHint/refresh", |_| true);
    }
}

#[test]
fn a_hunk_has_lenses_at_its_head_and_a_hint_at_its_first_lines_end() {
    let repository = Repository::new(&[("a.py", "def f():\n    return 1\n\n\nlast = 2\n")]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.py");
    assert_eq!(drawn(&mut client, "a.py"), "");
    claude.edit("a.py", "    return 1\n", "    return eval(input())\n");
    repository.write("a.py", &repository.read("a.py").replace("last = 2\n", ""));
    client.reload("a.py");
    wait_for_hunks(&mut client, "a.py", (1, 0, 1));
    client.replace("a.py", "def f", "\ndef f");
    expect_test::expect![[r#"
        3 lens Revert +1 -1 (claude-code · claude-opus-4-5)
        3 lens Accept
        6 lens Revert +0 -1 (external)
        6 lens Accept
        3:24 hint claude-code · claude-opus-4-5, 1 finding
        6:0 hint external
    "#]]
    .assert_eq(&drawn(&mut client, "a.py"));
    claude.stop();
    let document = json!({ "textDocument": { "uri": client.uri("a.py") } });
    let lens = client.request("textDocument/codeLens", document)[0].clone();
    client.act(&lens);
    wait_for_hunks(&mut client, "a.py", (0, 0, 1));
    assert!(client.text("a.py").contains("    return 1\n"), "{}", client.text("a.py"));
    client.quit();
}

#[test]
fn they_are_drawn_anew_when_there_is_news_and_not_at_all_where_the_policy_says_so() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    assert_eq!(drawn(&mut client, "a.rs").lines().count(), 3);
    let accept = json!({ "command": "countersign.accept", "arguments": [{ "all": true }] });
    client.request("workspace/executeCommand", accept);
    wait_until_bare(&mut client, "a.rs");

    claude.edit("a.rs", "fn c() {}\n", "fn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let place = json!({ "textDocument": { "uri": client.uri("a.rs") }, "position": { "line": 2, "character": 0 } });
    assert_ne!(client.request("textDocument/hover", place.clone()), Value::Null);
    repository.write(".countersign.toml", "[ui]\ncode-lens = false\ninlay-hints = false\nhover = false\n");
    wait_until_bare(&mut client, "a.rs");
    assert_eq!(client.request("textDocument/hover", place), Value::Null);
    client.quit();
}
