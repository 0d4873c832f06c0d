//! The language server over stdio, as an editor drives it, with an agent's hooks and real files beside it.

mod asking;
mod dirty;
mod git;
mod limits;
mod long;
mod marks;
mod plugins;
mod pulls;
mod renames;
mod restores;
mod saves;
mod timing;
mod turns;
mod unsaved;
mod wholes;

use serde_json::{Value, json};

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const FILE: &str = "fn a() {}\nfn b() {}\nfn c() {}\n";

fn serve(repository: &Repository, profile: Profile) -> Client {
    Client::start(repository, repository.command(countersign()).arg("lsp"), profile)
}

/// Waits until the server tells of so many hunks of each kind: agents' alone, mixed, external.
fn wait_for_hunks(client: &mut Client, path: &str, wanted: (u64, u64, u64)) {
    let uri = client.uri(path);
    client.wait_for("countersign/didChangeHunks", move |params| {
        let count = |name: &str| params["counts"][name].as_u64().unwrap_or(u64::MAX);
        params["uri"] == json!(uri) && (count("agent"), count("mixed"), count("external")) == wanted
    });
}

/// Waits until the server has looked at all that there is, and judged it.
fn wait_for_rest(client: &mut Client) {
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
}

/// Waits until something is held against a file, and gives what.
fn wait_for_findings(client: &mut Client, path: &str) -> Vec<Value> {
    client.wait_for_diagnostics(path, |found| !found.is_empty())
}

fn hunks(client: &mut Client, path: &str) -> Vec<Value> {
    let params = json!({ "textDocument": { "uri": client.uri(path) } });
    client.request("countersign/hunks", params)["hunks"].as_array().cloned().unwrap_or_default()
}

/// Of each hunk that is shown of a file: whose it is, and its first line.
fn shown(client: &mut Client, path: &str) -> Vec<(String, u64)> {
    let of = |hunk: &Value| {
        let kind = hunk["author"]["kind"].as_str().expect("a kind").to_owned();
        (kind, hunk["range"]["start"]["line"].as_u64().expect("a line"))
    };
    hunks(client, path).iter().map(of).collect()
}

/// The changed lines that are nobody's once the server has ended, and waits for nothing any more.
fn external_in_the_end(repository: &Repository, client: Client) -> Vec<String> {
    client.quit();
    let diff = run(repository.command(countersign()).args(["diff", "--author", "external"]), b"").ok();
    let changed = |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    diff.lines().filter(changed).map(str::to_owned).collect()
}

fn act(client: &mut Client, path: &str, line: u32, title: &str) {
    let actions = client.actions(path, line, &json!([]));
    let titles: Vec<&str> = actions.iter().filter_map(|action| action["title"].as_str()).collect();
    let chosen = actions.iter().find(|action| action["title"].as_str().is_some_and(|found| found.starts_with(title)));
    let chosen = chosen.unwrap_or_else(|| panic!("no action `{title}` among {titles:?}")).clone();
    client.act(&chosen);
}

#[test]
fn an_agents_line_is_shown_and_taken_back_and_the_users_stays() {
    for profile in [Profile::Neovim010, Profile::Neovim012, Profile::Helix2507, Profile::VsCode] {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
        let mut client = serve(&repository, profile);
        client.open("a.rs");
        claude.prompt("Add a function");
        claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
        client.reload("a.rs");
        wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
        client.type_after("a.rs", "fn a() {", " mine(); ");
        let found = hunks(&mut client, "a.rs");
        assert_eq!(found[0]["range"]["start"]["line"], 2, "{profile:?}");
        assert_eq!(found[0]["author"]["agent"], "claude-code");
        act(&mut client, "a.rs", 2, "Revert this hunk");
        assert_eq!(client.text("a.rs"), "fn a() { mine(); }\nfn b() {}\nfn c() {}\n", "{profile:?}");
        wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
        client.save("a.rs");
        assert_eq!(repository.read("a.rs"), "fn a() { mine(); }\nfn b() {}\nfn c() {}\n");
        assert_eq!(client.quit(), Some(0));
    }
}

#[test]
fn a_reload_before_the_report_is_one_write_by_the_agent() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    let announced = claude.announce_edit("a.rs", "fn b() {}\n", "fn b2() {}\n");
    let response = announced.write(&repository);
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    claude.report(&announced, response);
    act(&mut client, "a.rs", 1, "Revert this hunk");
    assert_eq!(client.text("a.rs"), FILE);
    client.quit();
}

#[test]
fn a_reload_that_brings_an_agents_write_and_someone_elses_is_nobodys_typing() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    repository.write("a.rs", &format!("fn first() {{}}\n{}", repository.read("a.rs")));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 1));
    client.quit();
}

#[test]
fn what_nobody_announced_is_external_left_by_bulk_reverts_and_exact_by_hunk() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn a() {}\n", "fn a() { agent() }\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    repository.write("a.rs", "fn a() { agent() }\nfn b() {}\nfn c() {}\nfn other() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 1));
    act(&mut client, "a.rs", 0, "Revert all of the agents' hunks in this file now (an agent is at work)");
    assert_eq!(client.text("a.rs"), "fn a() {}\nfn b() {}\nfn c() {}\nfn other() {}\n");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    act(&mut client, "a.rs", 3, "Revert this hunk (external)");
    assert_eq!(client.text("a.rs"), FILE);
    client.quit();
}

#[test]
fn undo_of_a_revert_brings_the_agents_line_back_with_its_author() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::Helix2507);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    act(&mut client, "a.rs", 1, "Revert this hunk");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    client.replace("a.rs", "fn b() {}\n", "fn agent() {}\n");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.quit();
}

#[test]
fn a_mixed_hunk_offers_three_actions_and_what_the_user_typed_goes_only_by_name() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\nfn more() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.type_after("a.rs", "fn agent() {", " mine() ");
    wait_for_hunks(&mut client, "a.rs", (0, 1, 0));
    act(&mut client, "a.rs", 2, "Revert claude-code's part of this hunk, keep mine");
    assert_eq!(client.text("a.rs"), "fn a() {}\nfn b() {}\nfn agent() { mine() }\nfn c() {}\n");
    wait_for_hunks(&mut client, "a.rs", (0, 1, 0));
    act(&mut client, "a.rs", 2, "Revert all of this hunk, 1 line of mine too");
    assert_eq!(client.text("a.rs"), FILE);
    client.quit();
}

#[test]
fn a_finding_is_a_diagnostic_and_accepting_its_hunk_ends_it() {
    let repository = Repository::new(&[("a.py", "def f():\n    return 1\n")]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.py");
    claude.edit("a.py", "    return 1\n", "    return eval(input())\n");
    client.reload("a.py");
    let found = wait_for_findings(&mut client, "a.py");
    assert_eq!(found[0]["code"], "dynamic-code");
    assert_eq!(found[0]["source"], "countersign");
    let page = found[0]["codeDescription"]["href"].as_str().and_then(|href| href.strip_prefix("file://"));
    let page = std::fs::read_to_string(page.expect("a page on disk")).expect("it can be read");
    assert!(page.starts_with("# dynamic-code\n"), "{page}");
    act(&mut client, "a.py", 1, "Accept this hunk");
    wait_for_hunks(&mut client, "a.py", (0, 0, 0));
    client.quit();
}

#[test]
fn hover_tells_who_wrote_a_line_and_what_they_were_asked() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::Neovim012);
    client.open("a.rs");
    claude.prompt("Rename b, please");
    claude.edit("a.rs", "fn b() {}\n", "fn renamed() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let place = json!({ "textDocument": { "uri": client.uri("a.rs") }, "position": { "line": 1, "character": 4 } });
    let hover =
        client.request("textDocument/hover", place)["contents"]["value"].as_str().unwrap_or_default().to_owned();
    for part in ["claude-code", "session `s1`", "Rename b, please", "awaits review", "it announced this very text"] {
        assert!(hover.contains(part), "{part} is missing in {hover}");
    }
    let place = json!({ "textDocument": { "uri": client.uri("a.rs") }, "position": { "line": 0, "character": 4 } });
    assert_eq!(client.request("textDocument/hover", place), Value::Null);
    client.quit();
}

#[test]
fn a_hunk_is_no_surer_than_what_is_least_sure_in_it() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    assert_eq!(hunks(&mut client, "a.rs")[0]["author"]["evidence"], "content");
    claude.bash("sed -i 's/fn c() {}/fn c() { shell() }/' a.rs");
    let found = hunks(&mut client, "a.rs");
    assert_eq!((found.len(), &found[0]["author"]["evidence"]), (1, &json!("window")), "{found:#?}");
    assert_eq!(
        (&found[0]["added"], &found[0]["removed"]),
        (&json!(2), &json!(2)),
        "a line in which was inserted counts"
    );
    client.quit();
}

#[test]
fn a_server_that_is_killed_is_followed_by_one_that_knows_what_it_knew() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    client.kill();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    act(&mut client, "a.rs", 1, "Revert this hunk");
    assert_eq!(client.text("a.rs"), FILE);
    client.quit();
}

#[test]
fn a_file_that_no_editor_has_open_is_reverted_on_disk() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("b.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    claude.write("new.rs", "fn made() {}\n");
    wait_for_hunks(&mut client, "new.rs", (1, 0, 0));
    claude.stop();
    let revert = json!({ "command": "countersign.revert", "arguments": [{ "session": "s1" }] });
    let done = client.request("workspace/executeCommand", revert);
    assert_eq!(done["files"], 2);
    assert_eq!(repository.read("a.rs"), FILE);
    assert!(!repository.path("new.rs").exists(), "a file that the agent made goes");
    client.quit();
}

#[test]
fn what_is_out_of_scope_is_a_diagnostic_with_actions_and_allowing_it_ends_it() {
    let repository = Repository::new(&[("src/a.rs", FILE), (".countersign.toml", "[scope]\ndeny = [\"src/**\"]\n")]);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("src/a.rs");
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let announced = claude.announce_edit("src/a.rs", "fn b() {}\n", "fn agent() {}\n");
    let response = announced.write(&repository);
    claude.report(&announced, response);
    client.reload("src/a.rs");
    let found = wait_for_findings(&mut client, "src/a.rs");
    assert_eq!(found[0]["code"], "out-of-scope");
    let actions = client.actions("src/a.rs", 1, &json!(found));
    let allow = actions
        .iter()
        .find(|action| action["title"] == "Allow `src/a.rs` for this session")
        .expect("it can be allowed")
        .clone();
    client.act(&allow);
    client.wait_for_diagnostics("src/a.rs", <[Value]>::is_empty);
    client.quit();
}

#[test]
fn a_broken_policy_is_a_diagnostic_in_its_file() {
    let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "[scope]\nalow = [\"src/**\"]\n")]);
    let mut client = serve(&repository, Profile::Neovim012);
    let found = wait_for_findings(&mut client, ".countersign.toml");
    assert_eq!(found[0]["range"]["start"]["line"], 1);
    client.open(".countersign.toml");
    client.type_after(".countersign.toml", "alow = [\"src/**\"]\n", "# a key\n");
    assert_eq!(
        client.diagnostics(".countersign.toml")[0]["code"],
        "policy",
        "what is wrong stays shown while it is open"
    );
    client.quit();
}
