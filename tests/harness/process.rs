//! Repositories and programs that end.

use std::time::Duration;

use crate::support::binary::{countersign, run, run_for};
use crate::support::repository::Repository;

#[test]
fn a_repository_is_committed_with_an_identity_of_its_own() {
    let repository = Repository::new(&[("src/a.rs", "fn a() {}\n"), ("b.txt", "b\n")]);
    repository.write("b.txt", "b, changed\n");
    repository.write("new folder/c.txt", "c\n");
    expect_test::expect![[r#"
         M b.txt
        ?? "new folder/c.txt"
    "#]]
    .assert_eq(&repository.status());

    repository.commit("Second");
    assert_eq!(repository.status(), "");
    expect_test::expect![[r#"
        Una User <una@example.org> 2026-01-02 03:04:05 +0000 Second
        Una User <una@example.org> 2026-01-02 03:04:05 +0000 First
    "#]]
    .assert_eq(&repository.git(&["log", "--format=%an <%ae> %ai %s"]));
    assert_eq!(repository.read("new folder/c.txt"), "c\n");
}

#[test]
fn a_repository_is_gone_with_its_home_when_dropped() {
    let repository = Repository::new(&[]);
    let (root, home) = (repository.root().to_owned(), repository.home());
    assert!(root.join(".git").is_dir() && home.is_dir());
    drop(repository);
    assert!(!root.exists() && !home.exists());
}

#[test]
fn a_program_sees_the_repositorys_home_and_nothing_of_the_users() {
    let repository = Repository::new(&[]);
    let seen = run(repository.command("sh").args(["-c", "env | cut -d= -f1 | sort"]), b"").ok();
    let home = run(repository.command("sh").args(["-c", "printf %s $HOME"]), b"").ok();
    assert_eq!(home, repository.home().display().to_string());
    assert!(!seen.contains("CARGO"), "{seen}");
    assert!(seen.contains("XDG_STATE_HOME"), "{seen}");
}

#[test]
fn a_programs_streams_and_exit_code_are_kept_apart() {
    let repository = Repository::new(&[]);
    let ended = run(repository.command("sh").args(["-c", "cat; echo bad >&2; exit 3"]), b"in\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(3), "in\n", "bad\n"));
}

#[test]
fn a_program_that_outlasts_its_limit_is_killed_with_its_children() {
    let repository = Repository::new(&[]);
    let mut command = repository.command("sh");
    command.args(["-c", "sleep 60 & echo $! > child; wait"]);
    assert!(run_for(Duration::from_millis(500), &mut command, b"").is_none());
    let gone = "while kill -0 $(cat child) 2>/dev/null && ! grep -q '^State:.Z' /proc/$(cat child)/status; do :; done";
    run(repository.command("sh").args(["-c", gone]), b"").ok();
}

#[test]
fn the_built_binary_runs() {
    let repository = Repository::new(&[]);
    let ended = run(repository.command(countersign()).arg("--version"), b"");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.took < Duration::from_secs(5), "{ended:?}");
}
