//! `doctor` on workspaces in every state.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use expect_test::expect;
use serde_json::Value;

use super::{countersign, install, told};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary;
use crate::support::repository::Repository;

/// What doctor says, without what differs from run to run.
fn said(repository: &Repository, code: i32) -> String {
    let ended = countersign(repository, &["doctor"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(code), ""), "{}", ended.stdout);
    let told = told(repository, &ended.stdout);
    let lines = told.lines().map(|line| match line.split_whitespace().nth(1) {
        // Its folder is named after the workspace's path.
        Some("copy") => "ok copy         ~/.local/state/countersign/ID, should git's folder be deleted\n".to_owned(),
        Some("watches" | "program") => line.split_whitespace().take(2).collect::<Vec<_>>().join(" ") + " …\n",
        Some("git" | "journal" | "round") => {
            let line = line.split("the last link is ").next().unwrap_or_default();
            let mut plain: String = line.chars().map(|c| if c.is_ascii_digit() { 'N' } else { c }).collect();
            while plain.contains("NN") {
                plain = plain.replace("NN", "N");
            }
            plain + if line.ends_with("ms; ") { "the last link is LINK\n" } else { "\n" }
        }
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn a_fresh_repository_needs_hooks() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    expect![[r#"
        ok program …
        ok git          git version N.N.N; ROOT is a repository
        -  policy       no .countersign.toml: agents may write everywhere but to policies; `countersign init` writes a first one
        -  state        ROOT/.git/countersign, not there yet
        !! claude-code  no hooks of ours are registered: what it writes would count as external
                        run `countersign init --agent claude-code`
        -  journal      nothing was recorded yet
        -  neovim       not found
        -  helix        not found
        -  vscode       not found
        ok watches …
    "#]]
    .assert_eq(&said(&repository, 1));
    assert!(!repository.path(".git/countersign").exists(), "looking leaves nothing behind");
}

#[test]
fn a_workspace_that_cannot_be_written_is_said_to_be_one() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let Some(read_only) = repository.read_only() else { return };
    let mut command = repository.command(read_only[0]);
    let ended = binary::run(command.args(&read_only[1..]).arg(binary::countersign()).arg("doctor"), b"");
    let said = told(&repository, &ended.stdout);
    let state: Vec<&str> = said.lines().skip_while(|line| !line.contains(" state ")).take(2).collect();
    expect![[r#"
        !! state        ROOT/.git/countersign is not there, and cannot be made: ROOT/.git: Read-only file system (os error 30)
                        make that folder yours to write: until then nothing is recorded, and no server starts"#]]
    .assert_eq(&state.join("\n"));
}

#[test]
fn after_init_all_is_well_and_an_event_arrives() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    countersign(&repository, &["init", "--yes", "--agent", "claude-code", "--editor", "neovim"]).ok();
    expect![[r#"
        ok program …
        ok git          git version N.N.N; ROOT is a repository
        ok policy       .countersign.toml
        -  state        ROOT/.git/countersign, not there yet
        ok claude-code  .claude/settings.local.json: hooks start this program
        ok round trip   an event of `claude-code` was in the journal after N ms
        ok journal      N events and N texts, all as they were written, read in N ms; the last link is LINK
        ok copy         ~/.local/state/countersign/ID, should git's folder be deleted
        ok neovim       ~/.local/share/nvim/site/plugin/countersign.lua starts this program
        -  helix        not found
        -  vscode       not found
        ok watches …
    "#]]
    .assert_eq(&said(&repository, 0));
    expect![[r#"
        ok program …
        ok git          git version N.N.N; ROOT is a repository
        ok policy       .countersign.toml
        ok state        ROOT/.git/countersign, mode 0700
        ok claude-code  .claude/settings.local.json: hooks start this program
        ok round trip   an event of `claude-code` was in the journal after N ms
        ok journal      N events and N texts, all as they were written, read in N ms; the last link is LINK
        ok copy         ~/.local/state/countersign/ID, should git's folder be deleted
        ok neovim       ~/.local/share/nvim/site/plugin/countersign.lua starts this program
        -  helix        not found
        -  vscode       not found
        ok watches …
    "#]]
    .assert_eq(&said(&repository, 0));
}

#[test]
fn the_test_event_leaves_no_agent_at_work() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    countersign(&repository, &["init", "--yes", "--agent", "claude-code"]).ok();
    countersign(&repository, &["doctor"]).ok();
    assert_eq!(countersign(&repository, &["status"]).ok(), "nothing awaits review\n");
    let scope = countersign(&repository, &["scope"]).ok();
    assert_eq!(scope.lines().next(), Some("all sessions"), "nor is its session taken for the one that is open");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    countersign(&repository, &["init", "--yes", "--agent", "claude-code"]).ok();
    ClaudeCode::start(&repository, countersign_hook("claude-code"), "s").prompt("hello");
    repository.write(".countersign.toml", "[scope]\nalow = []\n");
    let state = repository.path(".git/countersign");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = repository.read(".claude/settings.local.json");
    repository.write(".claude/settings.local.json", &settings.replacen("\"Stop\"", "\"Stopp\"", 1));
    install(&repository, "nvim", "");
    expect![[r#"
        ok program …
        ok git          git version N.N.N; ROOT is a repository
        !! policy       .countersign.toml:2:1: unknown field `alow`, expected one of `allow`, `deny`, `ask`, `symbols`, `protect`, `outside`, `unanswered`
                        set it right: until then this file says nothing to new processes
        !! state        ROOT/.git/countersign has mode 0755
                        chmod 700 'ROOT/.git/countersign'
        ok claude-code  .claude/settings.local.json: hooks start this program
        !! claude-code  no hook for Stop
                        run `countersign init --agent claude-code`
        ok round trip   an event of `claude-code` was in the journal after N ms
        ok journal      N events and N texts, all as they were written, read in N ms; the last link is LINK
        ok copy         ~/.local/state/countersign/ID, should git's folder be deleted
        !! neovim       installed, and starts no server
                        run `countersign init --editor neovim`
        -  helix        not found
        -  vscode       not found
        ok watches …
    "#]]
    .assert_eq(&said(&repository, 1));
}

#[test]
fn a_hook_that_leads_nowhere_is_said_and_not_started() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    countersign(&repository, &["init", "--yes", "--agent", "claude-code"]).ok();
    let settings = repository.read(".claude/settings.local.json");
    let binary = super::binary::countersign().canonicalize().unwrap();
    let mut shown = String::new();
    let touch = format!("touch {}/pwned; /x/countersign", repository.root().display());
    for program in ["/nowhere/countersign", "/bin/../bin/true", &touch] {
        repository.write(".claude/settings.local.json", &settings.replace(binary.to_str().unwrap(), program));
        let ended = countersign(&repository, &["doctor"]);
        let about = told(&repository, &ended.stdout);
        shown += &about
            .lines()
            .filter(|line| line.contains("claude-code") || line.contains("round trip"))
            .map(|line| format!("{line}\n"))
            .collect::<String>();
    }
    assert!(!repository.path("pwned").exists(), "a repository's settings start nothing but this program");
    expect![[r#"
        !! claude-code  .claude/settings.local.json: there is no /nowhere/countersign
                        run `countersign init --agent claude-code`
        !! claude-code  no hooks of ours are registered: what it writes would count as external
                        run `countersign init --agent claude-code`
        -  claude-code  .claude/settings.local.json: `touch ROOT/pwned; /x/countersign hook claude-code`, not as init writes it and so not tried
    "#]]
    .assert_eq(&shown);
}

#[test]
fn machines_get_the_same_as_json() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let ended = countersign(&repository, &["doctor", "--json"]);
    assert_eq!(ended.code, Some(1));
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(said["well"], false);
    let hooks = said["checks"].as_array().unwrap().iter().find(|check| check["name"] == "claude-code").unwrap();
    assert_eq!(hooks["state"], "bad");
    assert_eq!(hooks["advice"], "run `countersign init --agent claude-code`");
    countersign(&repository, &["init", "--yes", "--agent", "claude-code"]).ok();
    let ended = countersign(&repository, &["doctor", "--json"]);
    let said: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((ended.code, &said["well"]), (Some(0), &Value::Bool(true)));
}
