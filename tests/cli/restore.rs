//! Work that an agent destroyed is said to be so, and `restore` brings exactly it back, also of files that are gone; what the agent wrote
//! stays.

use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use super::{claude, hunks, ok, plain, run, status, told, write_as_user};
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\n";

/// Restores without being asked and prints what was said.
fn restore(repository: &Repository, what: &[&str]) -> String {
    let mut arguments = vec!["restore", "--yes"];
    arguments.extend(what);
    untimed(repository, &ok(repository, &arguments))
}

/// What is said, less ids and times.
fn untimed(repository: &Repository, said: &str) -> String {
    let line = |line: &str| match line.find(" UTC") {
        Some(end) => format!("{}TIME{}\n", &line[..end - "2026-01-01 00:00:00".len()], &line[end + 4..]),
        None => format!("{line}\n"),
    };
    plain(repository, &said.lines().map(line).collect::<String>())
}

fn listed(repository: &Repository) -> Vec<Value> {
    let list: Value = serde_json::from_str(&ok(repository, &["restore", "--json"])).expect("JSON");
    list.as_array().cloned().expect("a list")
}

#[test]
fn lines_that_an_agents_edit_took_away_are_a_critical_finding_and_come_back() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    write_as_user(&repository, "a.txt", "one\ntwo\nlet total = mine;\nand more of it\nthree\nfour\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("tidy");
    let announced = agent.announce_edit("a.txt", "let total = mine;\nand more of it\nthree\n", "agent\nthree\n");
    assert_eq!(announced.reply.decision(), "ask");
    assert_eq!(announced.reply.reason(), "2 lines that were not committed would be gone: `let total = mine;`.");
    let response = announced.write(&repository);
    agent.report(&announced, response);
    agent.stop();
    expect![[r#"
        a.txt
          line 3  +1 -2  claude-code s1  ID
              critical destroyed-work  2 lines that were not committed are gone: `let total = mine;`.
        1 hunk in 1 file, 1 finding
    "#]]
    .assert_eq(&status(&repository));
    expect![[r#"
        1
        a.txt:3: critical [destroyed-work] 2 lines that were not committed are gone: `let total = mine;`.
        1 finding
    "#]]
    .assert_eq(&told(&repository, &["check", "--threshold", "critical"]));
    let sarif: Value =
        serde_json::from_str(&run(&repository, &["check", "--format", "sarif"]).stdout).expect("SARIF is JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["properties"]["kind"]),
        (&json!("destroyed-work"), &json!("destroyed-work"))
    );
    assert_eq!(result["properties"]["author"]["session"], "s1");

    expect![[r#"
        a.txt  2 lines destroyed by claude-code s1  TIME  ID
            let total = mine;
    "#]]
    .assert_eq(&untimed(&repository, &ok(&repository, &["restore"])));
    assert_eq!(listed(&repository)[0]["text"], "let total = mine;\nand more of it\n");
    restore(&repository, &["a.txt", "--dry-run"]);
    assert!(!repository.read("a.txt").contains("mine"));
    restore(&repository, &["a.txt"]);
    let text = repository.read("a.txt");
    assert_eq!(text, "one\ntwo\nlet total = mine;\nand more of it\nagent\nthree\nfour\n");
    assert_eq!(restore(&repository, &["a.txt"]), "nothing to restore\n");
    assert_eq!(
        status(&repository),
        "a.txt\n  line 5  +1 -0  claude-code s1  ID\n1 hunk in 1 file, 0 findings\n",
        "the agent's own line still awaits review"
    );
}

#[test]
fn what_is_committed_may_go_and_what_was_committed_before_a_commit_of_its_end_too() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    let reply = agent.edit("a.txt", "two\nthree\n", "");
    assert_eq!(reply.decision(), "none");
    agent.stop();
    assert!(status(&repository).ends_with("1 hunk in 1 file, 0 findings\n"), "{}", status(&repository));
    repository.commit("Shorter");
    assert!(status(&repository).ends_with("1 hunk in 1 file, 0 findings\n"), "{}", status(&repository));
    assert_eq!(ok(&repository, &["restore"]), "nothing to restore\n");
}

#[test]
fn what_an_agent_wrote_the_whole_file_over_comes_back_between_its_lines() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    write_as_user(&repository, "a.txt", "one\nmine\ntwo\nthree\nfour\nmine at the end\n");
    let mut agent = claude(&repository, "s1");
    let announced = agent.announce_write("a.txt", "one\ntwo\nthree, by the agent\nfour\n");
    assert_eq!(announced.reply.decision(), "ask");
    let response = announced.write(&repository);
    agent.report(&announced, response);
    agent.stop();
    restore(&repository, &["."]);
    assert_eq!(repository.read("a.txt"), "one\nmine\ntwo\nthree, by the agent\nfour\nmine at the end\n");
}

#[test]
fn each_hunk_is_restored_by_its_id_and_a_stale_one_is_refused() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    write_as_user(&repository, "a.txt", "one\nfirst of mine\ntwo\nthree\nsecond of mine\nfour\n");
    let mut agent = claude(&repository, "s1");
    agent.bash("git checkout -- a.txt");
    agent.stop();
    assert_eq!(repository.read("a.txt"), BASE);
    let ids: Vec<String> = hunks(&repository, "a.txt").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 2);
    restore(&repository, &[&ids[1]]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\nthree\nsecond of mine\nfour\n");
    let ended = run(&repository, &["restore", "--yes", &ids[1]]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.starts_with("countersign: there is nothing to restore under"), "{}", ended.stderr);
    restore(&repository, &[&ids[0]]);
    assert_eq!(repository.read("a.txt"), "one\nfirst of mine\ntwo\nthree\nsecond of mine\nfour\n");
    assert_eq!(ok(&repository, &["status"]).lines().next(), Some("nothing awaits review"));
}

#[test]
fn files_and_folders_that_a_command_deleted_are_made_again_whatever_they_held() {
    let repository = Repository::new(&[("kept/a.txt", BASE)]);
    let bytes = |path: &str| fs::read(repository.path(path)).ok();
    write_as_user(&repository, "notes.txt", "never committed\n");
    write_as_user(&repository, "work/deep/b.txt", "b\nof mine\n");
    write_as_user(&repository, "kept/a.txt", &format!("{BASE}mine\n"));
    fs::write(repository.path("work/logo.png"), b"\x89PNG\0mine").expect("writes");
    fs::write(repository.path("over.bin"), b"\0mine").expect("writes");
    fs::write(repository.path("text.txt"), "text of mine\n").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.bash("rm notes.txt; rm -rf work kept; printf '\\000agent' > over.bin; printf '\\000agent' > text.txt");
    agent.stop();
    // Nothing is held in memory: each command is a process of its own.
    assert_eq!(listed(&repository).len(), 6, "{}", ok(&repository, &["restore"]));
    let shown = status(&repository);
    assert!(
        shown.contains("      critical destroyed-work  All that this file held is gone, and git does not have it."),
        "{shown}"
    );
    restore(&repository, &["notes.txt", "work"]);
    assert_eq!(bytes("notes.txt").as_deref(), Some(&b"never committed\n"[..]));
    assert_eq!(bytes("work/deep/b.txt").as_deref(), Some(&b"b\nof mine\n"[..]));
    assert_eq!(bytes("work/logo.png").as_deref(), Some(&b"\x89PNG\0mine"[..]));
    restore(&repository, &["."]);
    assert_eq!(bytes("kept/a.txt").as_deref(), Some(&b"mine\n"[..]), "what is committed is git's to bring back");
    assert_eq!(bytes("over.bin").as_deref(), Some(&b"\0mine"[..]));
    assert_eq!(bytes("text.txt").as_deref(), Some(&b"text of mine\n"[..]));
    assert_eq!(ok(&repository, &["restore"]), "nothing to restore\n");
}

#[test]
fn a_committed_file_that_is_no_text_may_go() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("logo.png"), b"\0mine").expect("writes");
    repository.commit("Logo");
    fs::write(repository.path("new.png"), b"\0mine too").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.bash("rm logo.png new.png");
    agent.stop();
    let paths: Vec<Value> = listed(&repository).iter().map(|loss| loss["path"].clone()).collect();
    assert_eq!(paths, ["new.png"]);
}

#[test]
fn a_file_that_an_agent_moved_with_all_its_text_is_not_destroyed() {
    let repository = Repository::new(&[]);
    write_as_user(&repository, "draft.txt", "mine and\nnot committed\n");
    let mut agent = claude(&repository, "s1");
    agent.bash("mv draft.txt final.txt");
    agent.stop();
    assert_eq!(ok(&repository, &["restore"]), "nothing to restore\n");
    agent.bash("rm final.txt");
    agent.stop();
    restore(&repository, &["."]);
    assert_eq!(repository.read("final.txt"), "mine and\nnot committed\n", "where it was last");
    super::revert(&repository, &["--all"]);
    assert_eq!(repository.read("draft.txt"), "mine and\nnot committed\n", "where it was before the agent moved it");
}

#[test]
fn what_is_named_twice_or_was_written_since_is_left() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    write_as_user(&repository, "a.txt", &format!("mine\n{BASE}"));
    let mut agent = claude(&repository, "s1");
    agent.bash("git checkout -- a.txt");
    agent.stop();
    write_as_user(&repository, "a.txt", &format!("{BASE}and more\n"));
    let id = listed(&repository)[0]["id"].as_str().expect("an id").to_owned();
    restore(&repository, &[&id, "a.txt"]);
    assert_eq!(repository.read("a.txt"), format!("mine\n{BASE}and more\n"));
    for wrong in [&["restore", "../elsewhere"][..], &["restore", "1.2+3:4.5"], &["restore", "a.txt", "--no-such"]] {
        let ended = run(&repository, wrong);
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
}

#[test]
fn a_restore_without_a_terminal_wants_to_be_told() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    write_as_user(&repository, "a.txt", &format!("mine\n{BASE}"));
    claude(&repository, "s1").bash("git checkout -- a.txt");
    let ended = run(&repository, &["restore", "a.txt"]);
    assert_eq!((ended.code, repository.read("a.txt").as_str()), (Some(2), BASE), "{ended:?}");
    assert_eq!(ok(&repository, &["restore", "--print", "a.txt"]), "mine\n");
}

#[test]
fn outside_of_a_repository_all_that_no_agent_wrote_counts() {
    let repository = Repository::empty();
    fs::remove_dir_all(repository.path(".git")).expect("it is ours");
    write_as_user(&repository, ".countersign.toml", "");
    write_as_user(&repository, "a.txt", BASE);
    let mut agent = claude(&repository, "s1");
    let announced = agent.announce_edit("a.txt", "two\nthree\n", "");
    assert_eq!(announced.reply.reason(), "2 lines would be gone: `two`.");
    let response = announced.write(&repository);
    agent.report(&announced, response);
    agent.stop();
    restore(&repository, &["a.txt"]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn what_git_did_not_hold_survives_git_itself() {
    let repository = Repository::new(&[("src/a.txt", BASE), ("src/b.txt", "b\n")]);
    write_as_user(&repository, "src/a.txt", "one\nmine, of today\ntwo\nthree\nfour\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("make it work");
    agent.edit("src/a.txt", "four\n", "4\n");
    assert_eq!(agent.bash("rm -rf .git src").decision(), "deny");
    // In words that say nothing.
    let script = "import shutil\nshutil.rmtree('.git')\nshutil.rmtree('src')\n";
    repository.write("build.py", script);
    let ended = agent.bash("python3 build.py");
    assert_eq!(ended.decision(), "none", "{ended:?}");
    assert!(!repository.path(".git").exists() && !repository.path("src").exists());
    agent.stop();
    let listed = listed(&repository);
    let paths: Vec<&str> = listed.iter().filter_map(|lost| lost["path"].as_str()).collect();
    assert!(paths.contains(&"src/a.txt"), "{listed:?}");
    restore(&repository, &["src/a.txt"]);
    assert!(repository.read("src/a.txt").contains("mine, of today\n"), "{}", repository.read("src/a.txt"));
    // A repository that is begun anew takes the same journal up.
    repository.git(&["init", "--quiet"]);
    assert!(ok(&repository, &["log"]).contains("make it work"));
    ok(&repository, &["log", "--verify"]);
    assert!(repository.path(".git/countersign/journal.sqlite").exists());
}
