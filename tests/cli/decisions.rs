//! Hunk by hunk, file by file, session by session: what a person decides, and what they see afterwards.

use std::io::{Read, Write};
use std::process::Stdio;

use expect_test::expect;

use super::{claude, hunks, ok, revert, run, status, told, write_as_user};
use crate::support::agent::ClaudeCode;
use crate::support::binary;
use crate::support::repository::Repository;

const CODE: &str = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n";

fn session(repository: &Repository) -> ClaudeCode<'_> {
    let mut agent = claude(repository, "session-one");
    agent.prompt("Change numbers");
    agent.edit("src/a.py", "return 1", "return 7");
    agent.edit("src/a.py", "return 3", "return 9");
    agent.write("src/b.py", "B = 1\n");
    agent.stop();
    agent
}

fn repository() -> Repository {
    Repository::new(&[("src/a.py", CODE), ("README.md", "read\n")])
}

#[test]
fn status_shows_hunks_by_file_author_and_session() {
    let repository = repository();
    session(&repository);
    expect![[r#"
        src/a.py
          line 2  +1 -1  claude-code session-one  ID
          line 10  +1 -1  claude-code session-one  ID
        src/b.py
          line 1  +1 -0  claude-code session-one  ID
        3 hunks in 2 files, 0 findings
    "#]]
    .assert_eq(&status(&repository));
    let json = super::status_json(&repository);
    assert_eq!(json["files"][0]["hunks"][0]["removedText"], "1");
    assert_eq!(json["sessions"][0]["prompt"], "Change numbers");
    assert_eq!(json["files"][0]["hunks"][1]["lines"], serde_json::json!({ "start": 10, "end": 10 }));
}

#[test]
fn a_revert_takes_a_hunk_a_file_or_a_session() {
    let repository = repository();
    session(&repository);
    let (id, _) = hunks(&repository, "src/a.py").remove(1);
    expect![[r#"
        src/a.py  1 line goes, 1 line comes back
    "#]]
    .assert_eq(&revert(&repository, &["--hunk", &id]));
    assert_eq!(repository.read("src/a.py"), CODE.replace("return 1", "return 7"));
    revert(&repository, &["src/a.py"]);
    assert_eq!(repository.read("src/a.py"), CODE);
    assert!(repository.path("src/b.py").exists());
    revert(&repository, &["--session", "session-one"]);
    assert_eq!(repository.status(), "");
    assert_eq!(status(&repository), "nothing awaits review\n");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let repository = repository();
    session(&repository);
    let before = repository.status();
    let said = told(&repository, &["revert", "--all", "--dry-run"]);
    assert!(said.starts_with("0\nsrc/a.py") && said.contains("src/b.py"), "{said}");
    assert_eq!(repository.status(), before);
    let without_yes = run(&repository, &["revert", "--all"]);
    assert_eq!(without_yes.code, Some(2), "{without_yes:?}");
    assert_eq!(repository.status(), before, "nobody can be asked: nothing is changed");
}

#[test]
fn a_revert_waits_for_the_turn_to_end_unless_told_otherwise() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("go on");
    agent.edit("src/a.py", "return 1", "return 7");
    let ended = run(&repository, &["revert", "--all"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("an agent is at work"), "{}", ended.stderr);
    assert_eq!(repository.read("src/a.py"), CODE.replace("return 1", "return 7"));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("src/a.py"), CODE);
}

#[test]
fn what_is_accepted_awaits_review_no_more_and_is_left_by_reverts() {
    let repository = repository();
    session(&repository);
    let (id, _) = hunks(&repository, "src/a.py").remove(0);
    assert_eq!(ok(&repository, &["accept", "--hunk", &id]), "1 hunk accepted\n");
    assert_eq!(hunks(&repository, "src/a.py").len(), 1);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("src/a.py"), CODE.replace("return 1", "return 7"));
    assert_eq!(status(&repository), "nothing awaits review\n");
}

#[test]
fn accepting_all_and_a_new_edit_leaves_the_new_edit_alone_pending() {
    let repository = repository();
    let mut agent = session(&repository);
    assert_eq!(ok(&repository, &["accept", "--all"]), "3 hunks accepted\n");
    agent.prompt("more");
    agent.edit("src/a.py", "return 2", "return 8");
    agent.stop();
    assert_eq!(hunks(&repository, "src/a.py").len(), 1);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("src/a.py"), CODE.replace("return 1", "return 7").replace("return 3", "return 9"));
    assert_eq!(repository.read("src/b.py"), "B = 1\n");
}

#[test]
fn nothing_said_is_refused_with_what_could_be_said() {
    let repository = repository();
    for command in ["revert", "accept"] {
        let ended = run(&repository, &[command]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.starts_with("countersign: say what: --all"), "{}", ended.stderr);
    }
    for wrong in [
        &["revert", "--yes", "--session", "nobody"][..],
        &["revert", "--yes", "--rule", "no-such-rule"],
        &["revert", "--yes", "../.."],
    ] {
        let ended = run(&repository, wrong);
        assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{wrong:?}: {ended:?}");
    }
}

#[test]
fn a_hunk_whose_name_is_in_two_files_is_refused_until_the_file_is_said() {
    let repository = Repository::new(&[("a.txt", "a\n"), ("b.txt", "b\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("both");
    agent.bash("echo agent >> a.txt; echo agent >> b.txt");
    agent.stop();
    let (id, _) = hunks(&repository, "a.txt").remove(0);
    assert_eq!(hunks(&repository, "b.txt")[0].0, id, "each file numbers its own edits");
    let ended = run(&repository, &["revert", "--yes", "--hunk", &id]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.stderr, format!("countersign: hunk {id} is in a.txt and in b.txt: name the file too\n"));
    revert(&repository, &["--hunk", &id, "b.txt"]);
    assert_eq!((repository.read("a.txt").as_str(), repository.read("b.txt").as_str()), ("a\nagent\n", "b\n"));
}

#[test]
fn what_is_saved_while_a_revert_waits_for_its_answer_stays() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two\n", "two\nagent\n");
    agent.stop();
    let command = format!("{} revert --all", binary::countersign().display());
    let mut terminal = repository.command("script");
    terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a terminal");
    let (mut keys, mut screen) = (terminal.stdin.take().expect("piped"), terminal.stdout.take().expect("piped"));
    let mut said = Vec::new();
    while !said.ends_with(b"[y/N] ") {
        let mut byte = [0];
        screen.read_exact(&mut byte).expect("it asks");
        said.extend(byte);
    }
    let with_mine = "one\ntwo\nagent\nmine\n";
    write_as_user(&repository, "a.txt", with_mine);
    // Another process tells of it first.
    status(&repository);
    keys.write_all(b"y\n").expect("it reads");
    let mut said = String::new();
    screen.read_to_string(&mut said).expect("text");
    assert!(!terminal.wait().expect("a child of ours").success(), "{said}");
    assert_eq!(repository.read("a.txt"), with_mine, "{said}");
    assert!(said.contains("a.txt: it was written by someone else just now; nothing was changed, look again"), "{said}");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\nmine\n");
}
