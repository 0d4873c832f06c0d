//! What is stashed comes back with its authors, whole or in part, here or on another branch.

use super::{BASE, authors, base_with, worked_in};
use crate::cli::{revert, status, write_as_user};
use crate::support::binary;
use crate::support::repository::Repository;

const NOTHING: &str = "nothing awaits review";

fn mine() -> String {
    base_with(&[("nine", "nine, mine")])
}

/// After each of these, run one after the other, `a.txt` has hunks of these authors; at the end the agent's part comes out alone.
fn stashed(moves: &[(&[&str], &str)], without_agent: &str) {
    let repository = worked_in();
    for (arguments, expected) in moves {
        repository.git(arguments);
        assert_eq!(&authors(&repository, "a.txt"), expected, "{arguments:?}");
    }
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), without_agent, "{moves:?}");
}

#[test]
fn a_stash_that_is_applied_popped_or_taken_of_one_file_brings_the_authors_back() {
    let push = &["stash", "--quiet"][..];
    stashed(&[(push, ""), (&["stash", "apply", "--quiet"], "agent external")], &mine());
    stashed(&[(push, ""), (&["stash", "pop", "--quiet", "--index"], "agent external")], &mine());
    let one = &["stash", "push", "--quiet", "--", "a.txt"][..];
    stashed(&[(one, ""), (&["stash", "pop", "--quiet"], "agent external")], &mine());
    stashed(&[(push, ""), (&["stash", "branch", "from-stash"], "agent external")], &mine());
    stashed(
        &[
            (push, ""),
            (&["stash", "apply", "--quiet"], "agent external"),
            (&["stash", "drop", "--quiet"], "agent external"),
        ],
        &mine(),
    );
}

#[test]
fn a_stash_that_is_popped_on_another_branch_keeps_its_authors() {
    let repository = worked_in();
    repository.git(&["stash", "--quiet"]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.txt", &base_with(&[("five", "five elsewhere")]));
    repository.commit("Elsewhere");
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["switch", "--quiet", "other"]);
    assert_eq!(status(&repository).lines().next(), Some(NOTHING));
    repository.git(&["stash", "pop", "--quiet"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("five", "five elsewhere"), ("nine", "nine, mine")]));
}

#[test]
fn a_stash_that_conflicts_loses_nothing_and_its_markers_are_nobodys_typing() {
    let repository = worked_in();
    repository.git(&["stash", "--quiet"]);
    repository.write("a.txt", &base_with(&[("two", "two upstream")]));
    repository.commit("In its way");
    let popped = binary::run(repository.command("git").args(["stash", "pop"]), b"");
    assert_eq!(popped.code, Some(1), "{popped:?}");
    let shown = authors(&repository, "a.txt");
    assert!(!shown.contains("user"), "{shown}");
    revert(&repository, &["--session", "s1"]);
    for line in ["two upstream\n", "nine, mine\n"] {
        assert!(repository.read("a.txt").contains(line), "{}", repository.read("a.txt"));
    }
}

/// A clone of a repository whose branch has gone on since.
fn behind() -> Repository {
    let repository = worked_in();
    status(&repository);
    repository.git(&["clone", "--quiet", "--bare", ".", "../origin.git"]);
    repository.git(&["remote", "add", "origin", "../origin.git"]);
    repository.git(&["worktree", "add", "--quiet", "--detach", "../elsewhere"]);
    let elsewhere = repository.root().with_file_name("elsewhere");
    std::fs::write(elsewhere.join("a.txt"), base_with(&[("five", "five upstream")])).expect("writes");
    let folder = elsewhere.to_str().expect("a plain path");
    repository.git(&["-C", folder, "commit", "--quiet", "--all", "--message", "Upstream"]);
    repository.git(&["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
    repository
}

#[test]
fn a_pull_that_stashes_by_itself_keeps_the_authors() {
    let repository = behind();
    repository.git(&["pull", "--quiet", "--rebase", "--autostash", "origin", "main"]);
    let together = base_with(&[("nine", "nine, mine"), ("five", "five upstream"), ("two", "TWO by the agent")]);
    assert_eq!(repository.read("a.txt"), together);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine"), ("five", "five upstream")]));
}

#[test]
fn untracked_files_go_into_a_stash_and_come_back_with_their_authors() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = super::claude(&repository, "s1");
    agent.write("new.txt", "by the agent\n");
    agent.stop();
    write_as_user(&repository, "new.txt", "by the agent\nmine\n");
    assert_eq!(authors(&repository, "new.txt"), "agent external");
    repository.git(&["stash", "--quiet", "--include-untracked"]);
    assert_eq!(status(&repository).lines().next(), Some(NOTHING));
    repository.git(&["stash", "pop", "--quiet"]);
    assert_eq!(authors(&repository, "new.txt"), "agent external");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("new.txt"), "mine\n");
}
