//! What git moves about is nobody's: after it no line has another author, nothing that git brought awaits review, and the agent's part
//! comes out of what stands there then. Each move is git's own, run beside the hooks; `status` and `revert` look on before and after.

mod resets;
mod rewrites;
mod stash;

use super::{claude, hunks, ok, revert, run, status, write_as_user};
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

fn base_with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (old, new)| text.replacen(old, new, 1))
}

/// A repository in which the agent changed line two and made a file, and the user, in a program that tells nobody, line nine.
fn worked_in() -> Repository {
    let repository = Repository::new(&[("a.txt", BASE), ("b.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.edit("a.txt", "two", "TWO by the agent");
    agent.stop();
    write_as_user(&repository, "a.txt", &repository.read("a.txt").replace("nine", "nine, mine"));
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    repository
}

fn authors(repository: &Repository, path: &str) -> String {
    hunks(repository, path).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>().join(" ")
}

/// A branch on which someone else changed a line of each file, from the first commit.
fn upstream(repository: &Repository) {
    repository.git(&["branch", "mine"]);
    repository.git(&["stash", "--quiet"]);
    repository.git(&["switch", "--quiet", "--create", "upstream"]);
    repository.write("a.txt", &base_with(&[("five", "five upstream")]));
    repository.write("b.txt", &base_with(&[("one", "one upstream")]));
    repository.commit("Upstream");
    repository.git(&["switch", "--quiet", "mine"]);
    repository.git(&["stash", "pop", "--quiet"]);
}

#[test]
fn a_stash_takes_the_authors_along_and_brings_them_back() {
    let repository = worked_in();
    let before = status(&repository);
    repository.git(&["stash", "--quiet"]);
    assert_eq!((repository.read("a.txt").as_str(), authors(&repository, "a.txt").as_str()), (BASE, ""));
    repository.git(&["stash", "pop", "--quiet"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn what_another_branch_holds_is_nobodys_and_what_was_here_is_known_again() {
    let repository = worked_in();
    repository.commit("Mine and the agent's");
    let before = status(&repository);
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~1"]);
    repository.write("a.txt", &base_with(&[("five", "five elsewhere")]));
    repository.commit("Elsewhere");
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(status(&repository), before);
    repository.git(&["switch", "--quiet", "other"]);
    assert_eq!(authors(&repository, "a.txt"), "");
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn a_commit_changes_no_author_and_a_revert_after_it_takes_the_agents_part_out_of_the_work_tree() {
    let repository = worked_in();
    let before = status(&repository);
    repository.git(&["add", "a.txt"]);
    repository.git(&["commit", "--quiet", "--message", "One"]);
    assert_eq!(status(&repository), before);
    repository.git(&["commit", "--quiet", "--amend", "--message", "One, in other words"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
    let diff = repository.git(&["diff", "--unified=0", "a.txt"]);
    let changed: Vec<&str> = diff.lines().filter(|line| line.starts_with(['-', '+'])).skip(2).collect();
    assert_eq!(changed, ["-TWO by the agent", "+two"]);
}

#[test]
fn a_commit_made_elsewhere_accepts_nothing_and_what_was_accepted_stays_so() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO");
    agent.edit("a.txt", "seven", "SEVEN");
    agent.stop();
    let (first, _) = hunks(&repository, "a.txt").remove(0);
    ok(&repository, &["accept", "--hunk", &first]);
    let before = status(&repository);
    assert_eq!(authors(&repository, "a.txt"), "agent");
    repository.commit("Both");
    assert_eq!(status(&repository), before);
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("two", "TWO")]));
}

#[test]
fn a_part_of_a_hunk_that_is_committed_stays_the_agents() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two\nthree\n", "TWO\nTHREE\n");
    agent.stop();
    let before = status(&repository);
    let patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
    let applied =
        crate::support::binary::run(repository.command("git").args(["apply", "--cached", "-"]), patch.as_bytes());
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    repository.git(&["commit", "--quiet", "--message", "Half of it"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), BASE);
}

#[test]
fn a_fast_forward_brings_lines_that_are_nobodys() {
    let repository = Repository::new(&[("a.txt", BASE), ("b.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO by the agent");
    agent.edit("b.txt", "two", "TWO");
    agent.stop();
    revert(&repository, &["b.txt"]);
    repository.git(&["stash", "--quiet"]);
    upstream_alone(&repository);
    repository.git(&["merge", "--quiet", "--ff-only", "upstream"]);
    assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"));
    repository.git(&["stash", "pop", "--quiet"]);
    assert_eq!((authors(&repository, "a.txt"), authors(&repository, "b.txt")), ("agent".to_owned(), String::new()));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("five", "five upstream")]));
}

/// The same as `upstream`, in a clean work tree.
fn upstream_alone(repository: &Repository) {
    repository.git(&["switch", "--quiet", "--create", "upstream"]);
    repository.write("a.txt", &base_with(&[("five", "five upstream")]));
    repository.write("b.txt", &base_with(&[("one", "one upstream")]));
    repository.commit("Upstream");
    repository.git(&["switch", "--quiet", "main"]);
}

/// What each way of bringing two lines of work together leaves: the agent's change alone is up for review, and comes out alone.
fn brought_together(how: &[&[&str]]) {
    let repository = worked_in();
    status(&repository);
    upstream(&repository);
    repository.commit("Mine and the agent's");
    for arguments in how {
        repository.git(arguments);
    }
    let together = base_with(&[("nine", "nine, mine"), ("five", "five upstream"), ("two", "TWO by the agent")]);
    assert_eq!(repository.read("a.txt"), together, "{how:?}");
    assert_eq!(authors(&repository, "a.txt"), "agent external", "{how:?}");
    assert_eq!(authors(&repository, "b.txt"), "", "{how:?}");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine"), ("five", "five upstream")]), "{how:?}");
}

#[test]
fn a_merge_a_rebase_and_a_cherry_pick_keep_the_authors_of_what_was_here() {
    brought_together(&[&["merge", "--quiet", "--no-edit", "upstream"]]);
    brought_together(&[&["rebase", "--quiet", "upstream"]]);
    brought_together(&[&["cherry-pick", "upstream"]]);
    brought_together(&[&["switch", "--quiet", "upstream"], &["cherry-pick", "mine"]]);
    brought_together(&[
        &["merge", "--squash", "upstream"],
        &["commit", "--quiet", "--message", "Squashed"],
        &["reset", "--quiet", "--hard"],
    ]);
}

#[test]
fn what_a_user_puts_back_with_git_is_no_ones_change() {
    for how in [&["checkout", "--", "a.txt"][..], &["restore", "a.txt"], &["reset", "--quiet", "--hard"]] {
        let repository = worked_in();
        repository.git(how);
        assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"), "{how:?}");
    }
}

#[test]
fn a_reset_to_an_older_commit_is_no_ones_change() {
    let repository = Repository::new(&[("a.txt", "older\n")]);
    repository.write("a.txt", BASE);
    repository.commit("Newer");
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO");
    agent.stop();
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"));
    repository.git(&["reset", "--quiet", "--hard", "HEAD@{1}"]);
    assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"));
}

#[test]
fn what_an_agent_has_git_do_is_the_agents() {
    for command in ["git checkout -- a.txt", "git stash --quiet", "git reset --quiet --hard", "git restore ."] {
        let repository = worked_in();
        let mut agent = claude(&repository, "s2");
        agent.prompt("tidy up");
        agent.bash(command);
        agent.stop();
        assert_eq!(repository.read("a.txt"), BASE, "{command}");
        assert_eq!(authors(&repository, "a.txt"), "agent", "{command}");
        let found = run(&repository, &["check"]);
        assert!(found.code == Some(1) && found.stdout.contains("destroyed-work"), "{command}: {found:?}");
        revert(&repository, &["--session", "s2"]);
        let before = base_with(&[("two", "TWO by the agent"), ("nine", "nine, mine")]);
        assert_eq!(repository.read("a.txt"), before, "{command}");
    }
}

#[test]
fn what_someone_writes_and_commits_unseen_is_external_until_git_moves_it() {
    let repository = worked_in();
    revert(&repository, &["--all"]);
    write_as_user(&repository, "a.txt", &base_with(&[("six", "six, unseen")]));
    repository.commit("Unseen");
    assert_eq!(authors(&repository, "a.txt"), "external");
}

#[test]
fn a_repository_without_a_commit_and_a_folder_without_a_repository_are_followed_too() {
    let empty = Repository::empty();
    empty.write("a.txt", BASE);
    let mut agent = claude(&empty, "s1");
    agent.edit("a.txt", "two", "two, by it");
    agent.stop();
    assert_eq!(authors(&empty, "a.txt"), "agent");
    empty.commit("First");
    assert_eq!(authors(&empty, "a.txt"), "agent");
    revert(&empty, &["--all"]);
    assert_eq!(empty.read("a.txt"), BASE);
    let ended = run(&empty, &["log", "--verify"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let _ = ok(&empty, &["status"]);
}

#[test]
fn what_git_took_from_the_user_and_no_commit_holds_is_listed_and_comes_back() {
    for how in [&["checkout", "--", "a.txt"][..], &["reset", "--quiet", "--hard"]] {
        let repository = worked_in();
        repository.git(how);
        assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"), "{how:?}");
        let listed = ok(&repository, &["restore"]);
        assert!(listed.contains("1 line taken away by git, and in no commit") && listed.contains(", mine"), "{listed}");
        ok(&repository, &["restore", "--yes", "a.txt"]);
        assert!(repository.read("a.txt").contains("nine, mine\n"), "{}", repository.read("a.txt"));
        assert_eq!(ok(&repository, &["restore"]), "nothing to restore\n");
    }
}

#[test]
fn what_git_took_and_holds_is_not_listed() {
    let repository = worked_in();
    repository.commit("Mine and the agent's");
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~1"]);
    assert_eq!(status(&repository).lines().next(), Some("nothing awaits review"));
    assert_eq!(ok(&repository, &["restore"]), "nothing to restore\n");
}
