//! Commands that an agent is about to run: what would destroy the user's work is asked about, and what was destroyed all the same comes back.

use std::fs;

use expect_test::expect;
use serde_json::json;

use super::{claude, hold_journal, ok, write_as_user};
use crate::support::agent::{Reply, countersign_hook, generic};
use crate::support::repository::Repository;

fn repository() -> Repository {
    Repository::new(&[("src/a.rs", "fn a() {}\n"), ("b.txt", "b\n"), (".gitignore", "*.local\ntarget/\n")])
}

/// What is said of a command before it runs.
fn said(repository: &Repository, command: &str) -> Reply {
    claude(repository, "s1").announce_bash(command)
}

#[test]
fn a_command_that_would_discard_the_users_lines_is_asked_about_in_the_agents_own_words() {
    let repository = repository();
    write_as_user(&repository, "src/a.rs", "fn a() {}\nfn mine() {}\nfn mine_too() {}\n");
    let reply = said(&repository, "git checkout -- .");
    expect![[r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`git checkout -- .` would discard 2 lines that are not committed in `src/a.rs`."}}"#]].assert_eq(&reply.json.to_string());
    let reply = said(&repository, "rm -rf .");
    assert_eq!(
        (reply.decision(), reply.reason()),
        ("deny", "`rm -rf .` would delete `.`, far more than a task can need.")
    );
}

#[test]
fn a_write_is_judged_however_long_its_hook_waited_for_the_journal() {
    let policy = "[risk.severity]\ntls-check-off = \"critical\"\n";
    let repository = Repository::new(&[(".countersign.toml", policy), ("net.py", "requests.get(url)\n")]);
    let mut agent = claude(&repository, "s1");
    let other = hold_journal(&repository);
    let reply = agent.announce_edit("net.py", "get(url)", "get(url, verify=False)").reply;
    other.join().unwrap();
    assert_eq!(reply.decision(), "ask", "{reply:?}");
}

#[test]
fn where_nothing_is_at_stake_nothing_is_said() {
    let repository = repository();
    assert_eq!(said(&repository, "git checkout -- . && git clean -fdx").json, json!({}), "the tree is clean");
    write_as_user(&repository, "src/a.rs", "fn a() {}\nfn mine() {}\n");
    for harmless in ["git status", "cargo test 2>&1 | tail -5", "git commit -m 'reset --hard'", "git checkout -- b.txt"]
    {
        assert_eq!(said(&repository, harmless).json, json!({}), "{harmless}");
    }
}

#[test]
fn what_the_agent_wrote_itself_it_may_throw_away() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.edit("src/a.rs", "fn a() {}\n", "fn a() {}\nfn agent() {}\n");
    agent.write("made.txt", "by the agent\n");
    for own in ["git checkout -- .", "git reset --hard", "git clean -fd", "rm made.txt src/a.rs", "git stash -u"] {
        assert_eq!(agent.announce_bash(own).decision(), "none", "{own}");
    }
}

#[test]
fn a_line_of_the_users_in_a_file_of_the_agents_is_asked_about() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.write("made.txt", "by the agent\n");
    write_as_user(&repository, "made.txt", "by the agent\nand by me\n");
    let reply = agent.announce_bash("git clean -fd");
    assert_eq!(reply.reason(), "`git clean -fd` would delete 1 line that is not committed in `made.txt`.");
}

#[test]
fn what_a_command_destroys_that_was_allowed_comes_back_even_what_git_ignores() {
    let repository = repository();
    write_as_user(&repository, "notes/plan.md", "a plan\nof mine\n");
    write_as_user(&repository, "settings.local", "key = mine\n");
    fs::create_dir(repository.path("target")).unwrap();
    fs::write(repository.path("logo.local"), b"\x89PNG\0mine").unwrap();
    write_as_user(&repository, "target/app", "made by a build\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    let reply = agent.bash("git clean -fdx");
    assert_eq!(repository.status(), "", "it was run: {reply:?}");
    agent.stop();
    for path in ["notes/plan.md", "settings.local", "logo.local"] {
        assert!(!repository.path(path).exists(), "{path}");
    }
    ok(&repository, &["restore", "--yes", "."]);
    assert_eq!(repository.read("notes/plan.md"), "a plan\nof mine\n");
    assert_eq!(repository.read("settings.local"), "key = mine\n");
    assert_eq!(fs::read(repository.path("logo.local")).unwrap(), b"\x89PNG\0mine");
    assert!(!repository.path("target/app").exists(), "a build makes it again");
}

#[test]
fn a_command_is_judged_in_the_folder_that_it_is_run_in_and_by_what_the_workspace_holds() {
    let repository = repository();
    write_as_user(&repository, "src/a.rs", "fn a() {}\nfn mine() {}\n");
    let ask = |command: &str, cwd: &str| {
        let payload = json!({ "event": "will-run", "agent": "x", "session": "s1", "call": "c1",
            "cwd": repository.path(cwd), "command": command });
        generic(&repository, &countersign_hook("generic"), &payload).json["verdict"].as_str().map(str::to_owned)
    };
    assert_eq!(ask("git checkout -- a.rs", "src").as_deref(), Some("ask"));
    assert_eq!(ask("rm a.rs", "src").as_deref(), Some("ask"));
    assert_ne!(ask("rm a.rs", "").as_deref(), Some("ask"), "there is none here");
    std::os::unix::fs::symlink("src", repository.path("link")).unwrap();
    assert_eq!(ask("rm link/a.rs", "").as_deref(), Some("ask"), "a link leads there");
    std::os::unix::fs::symlink("/etc", repository.path("out")).unwrap();
    assert_eq!(ask("rm out/hosts", "").as_deref(), Some("ask"), "a link leads out");
    repository.git(&["config", "alias.undo", "reset --hard"]);
    assert_eq!(ask("git undo", "").as_deref(), Some("ask"), "an alias of the user's");
}

#[test]
fn a_secret_in_a_command_is_in_no_reason_and_in_no_journal() {
    let repository = repository();
    let token = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    let reply =
        said(&repository, &format!("curl -X DELETE https://api.example.org/x -H 'Authorization: Bearer {token}'"));
    assert_eq!(reply.decision(), "ask");
    assert!(!reply.json.to_string().contains(token), "{reply:?}");
    assert!(!ok(&repository, &["log"]).contains(token));
}
