//! History is rewritten under the work tree: reordered, squashed, split, dropped, stopped in the middle, restacked. Content that comes out the
//! same keeps its authors.

use super::{BASE, authors, base_with, worked_in};
use crate::cli::{claude, revert, status, write_as_user};
use crate::support::binary;
use crate::support::repository::Repository;

/// Three commits on the first: the agent's line two and the other file's line one, the user's line nine, the user's line six there; all seen
/// as they were made.
fn history() -> Repository {
    let repository = Repository::new(&[("a.txt", BASE), ("b.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO by the agent");
    agent.edit("b.txt", "one", "ONE by the agent");
    agent.stop();
    repository.commit("By the agent");
    for (path, old, new) in [("a.txt", "nine", "nine, mine"), ("b.txt", "six", "six, mine")] {
        write_as_user(&repository, path, &repository.read(path).replace(old, new));
        status(&repository);
        repository.commit(new);
    }
    assert_eq!(both(&repository), pair("agent external", "agent external"));
    repository
}

/// Runs an interactive rebase whose list of commits a script of sed makes; gives the exit code.
fn rebase(repository: &Repository, script: &str, onto: &str) -> Option<i32> {
    let editor = format!("sed -i -E '{script}'");
    let mut command = repository.command("git");
    command.env("GIT_SEQUENCE_EDITOR", editor).env("GIT_EDITOR", "true");
    binary::run(command.args(["rebase", "--quiet", "--interactive", onto]), b"").code
}

fn both(repository: &Repository) -> (String, String) {
    (authors(repository, "a.txt"), authors(repository, "b.txt"))
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn commits_that_are_reordered_squashed_or_reworded_keep_their_authors() {
    // The last commit first; all in one; each in other words.
    for script in ["1{h;d};2{G}", "2,3s/^pick/squash/", "2,3s/^pick/fixup/", "s/^pick/reword/"] {
        let repository = history();
        let before = status(&repository);
        assert_eq!(rebase(&repository, script, "HEAD~3"), Some(0), "{script}");
        assert_eq!(status(&repository), before, "{script}");
        revert(&repository, &["--session", "s1"]);
        assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]), "{script}");
        assert_eq!(repository.read("b.txt"), base_with(&[("six", "six, mine")]), "{script}");
    }
}

#[test]
fn a_commit_that_is_dropped_takes_its_hunks_along_and_no_others() {
    let repository = history();
    assert_eq!(rebase(&repository, "1d", "HEAD~3"), Some(0));
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
    assert_eq!(both(&repository), pair("external", "external"));
    repository.git(&["reset", "--quiet", "--hard", "ORIG_HEAD"]);
    assert_eq!(both(&repository), pair("agent external", "agent external"));
}

#[test]
fn a_commit_that_is_split_in_a_rebase_keeps_its_authors() {
    let repository = history();
    let before = status(&repository);
    assert_eq!(rebase(&repository, "1s/^pick/edit/", "HEAD~3"), Some(0));
    repository.git(&["reset", "--quiet", "HEAD~1"]);
    status(&repository);
    repository.write("c.txt", "between\n");
    repository.git(&["add", "c.txt"]);
    repository.git(&["commit", "--quiet", "--message", "Between"]);
    repository.git(&["commit", "--quiet", "--all", "--message", "Two again"]);
    status(&repository);
    repository.git(&["rebase", "--continue"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn a_rebase_that_conflicts_and_is_aborted_leaves_all_as_it_was() {
    let repository = history();
    let before = status(&repository);
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~3"]);
    repository.write("a.txt", &base_with(&[("two", "two elsewhere")]));
    repository.commit("In its way");
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(status(&repository), before);
    let stopped = binary::run(repository.command("git").args(["rebase", "other"]), b"");
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    let amid = status(&repository);
    assert!(!amid.contains("user"), "{amid}");
    repository.git(&["rebase", "--abort"]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn a_rebase_of_merges_keeps_the_authors() {
    let repository = history();
    repository.git(&["switch", "--quiet", "--create", "side", "HEAD~3"]);
    repository.write("b.txt", &base_with(&[("ten", "ten aside")]));
    repository.commit("Aside");
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-edit", "side"]);
    repository.git(&["switch", "--quiet", "--create", "below", "HEAD~4"]);
    repository.write("a.txt", &base_with(&[("five", "five below")]));
    repository.commit("Below");
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    repository.git(&["rebase", "--quiet", "--rebase-merges", "below"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine"), ("five", "five below")]));
}

#[test]
fn a_branch_that_is_restacked_behind_gits_back_keeps_the_authors() {
    let repository = history();
    let before = status(&repository);
    // As tools that stack branches do it: a new commit of the same tree, and the branch moved there.
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let commit = repository.git(&["commit-tree", tree.trim(), "-p", "HEAD~3", "-m", "Restacked"]);
    repository.git(&["update-ref", "refs/heads/main", commit.trim()]);
    assert_eq!(status(&repository), before);
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn a_commit_whose_hook_rewrites_its_message_changes_no_author() {
    let repository = worked_in();
    let before = status(&repository);
    let hook = repository.path(".git/hooks/commit-msg");
    binary::write_program(&hook, "echo 'Signed-off-by: the hook' >> \"$1\"\n");
    repository.git(&["commit", "--quiet", "--all", "--message", "With a hook"]);
    assert_eq!(status(&repository), before);
    repository.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    assert_eq!(status(&repository), before);
}

#[test]
fn what_cherry_picks_bring_is_never_an_authors_typing() {
    // A range of commits, applied; and one that is given up.
    let repository = history();
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~3"]);
    repository.write("a.txt", &base_with(&[("five", "five elsewhere")]));
    repository.commit("Elsewhere");
    // What someone wrote and committed there is nobody's who said so, what the branch held is no change at all.
    assert_eq!(both(&repository), pair("external", ""));
    repository.git(&["cherry-pick", "main~3..main"]);
    assert_eq!(both(&repository), pair("agent external external", "agent external"));
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine"), ("five", "five elsewhere")]));

    let repository = history();
    let before = status(&repository);
    repository.git(&["branch", "clash", "HEAD~3"]);
    repository.git(&["switch", "--quiet", "clash"]);
    repository.write("a.txt", &base_with(&[("two", "two elsewhere")]));
    repository.commit("In its way");
    repository.git(&["switch", "--quiet", "main"]);
    status(&repository);
    let stopped = binary::run(repository.command("git").args(["cherry-pick", "clash"]), b"");
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(!status(&repository).contains("user"));
    repository.git(&["cherry-pick", "--abort"]);
    assert_eq!(status(&repository), before);
    // Without a commit it is in the work tree alone: nobody's who said so, as any write that is not announced.
    repository.git(&["switch", "--quiet", "clash"]);
    repository.git(&["cherry-pick", "--no-commit", "main"]);
    assert_eq!(authors(&repository, "b.txt"), "external");
}

#[test]
fn a_commit_that_reverts_the_agents_is_no_ones_change_and_its_hunk_is_gone() {
    let repository = history();
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    repository.git(&["revert", "--no-edit", "HEAD~2"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
    assert_eq!(authors(&repository, "a.txt"), "external");
    repository.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
}

#[test]
fn a_merge_that_conflicts_keeps_the_agents_part_known_and_the_users_lines_there() {
    let repository = history();
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~3"]);
    repository.write("a.txt", &base_with(&[("two", "two elsewhere")]));
    repository.commit("In its way");
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    let stopped = binary::run(repository.command("git").args(["merge", "--quiet", "other"]), b"");
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    let amid = authors(&repository, "a.txt");
    assert!(amid.contains("agent") && !amid.contains("user"), "{amid}");
    revert(&repository, &["--session", "s1"]);
    for line in ["two elsewhere\n", "nine, mine\n"] {
        assert!(repository.read("a.txt").contains(line), "{}", repository.read("a.txt"));
    }
    assert!(!repository.read("a.txt").contains("TWO by the agent"));
}
