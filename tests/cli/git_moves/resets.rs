//! HEAD and the index are moved, forced, cut short: the work tree's authors stay what they were.

use super::{BASE, authors, base_with, worked_in};
use crate::cli::{claude, revert, status, write_as_user};
use crate::support::binary;
use crate::support::repository::Repository;

const NOTHING: &str = "nothing awaits review";

#[test]
fn moving_head_or_the_index_alone_changes_nothing() {
    let repository = worked_in();
    repository.commit("Mine and the agent's");
    let before = status(&repository);
    for how in [
        &["reset", "--quiet", "--soft", "HEAD~1"][..],
        &["commit", "--quiet", "--message", "Again"],
        &["reset", "--quiet", "HEAD~1"],
        &["add", "a.txt"],
        &["reset", "--quiet", "--", "a.txt"],
        &["add", "a.txt"],
        &["restore", "--staged", "a.txt"],
        &["checkout", "--quiet", "--detach"],
        &["switch", "--quiet", "main"],
    ] {
        repository.git(how);
        assert_eq!(status(&repository), before, "{how:?}");
    }
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("nine", "nine, mine")]));
}

#[test]
fn what_a_forced_switch_or_a_checkout_of_a_path_puts_there_is_nobodys() {
    let repository = worked_in();
    repository.git(&["branch", "other"]);
    repository.git(&["checkout", "--quiet", "--force", "other"]);
    assert_eq!(status(&repository).lines().next(), Some(NOTHING));

    let repository = Repository::new(&[("a.txt", "older\n"), ("b.txt", "b\n")]);
    repository.write("a.txt", BASE);
    repository.commit("Newer");
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO");
    agent.edit("b.txt", "b", "B by the agent");
    agent.stop();
    repository.git(&["checkout", "--quiet", "HEAD", "--", "a.txt"]);
    assert_eq!((authors(&repository, "a.txt").as_str(), authors(&repository, "b.txt").as_str()), ("", "agent"));
}

#[test]
fn a_switch_that_merges_keeps_the_authors_and_its_conflict_is_nobodys_typing() {
    let repository = worked_in();
    status(&repository);
    super::upstream(&repository);
    repository.git(&["checkout", "--quiet", "-m", "upstream"]);
    assert_eq!(authors(&repository, "a.txt"), "agent external");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), base_with(&[("five", "five upstream"), ("nine", "nine, mine")]));

    let repository = worked_in();
    repository.git(&["branch", "mine"]);
    repository.git(&["stash", "--quiet"]);
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write("a.txt", &base_with(&[("two", "two elsewhere")]));
    repository.commit("In its way");
    repository.git(&["switch", "--quiet", "mine"]);
    repository.git(&["stash", "pop", "--quiet"]);
    status(&repository);
    binary::run(repository.command("git").args(["checkout", "--quiet", "-m", "other"]), b"");
    assert!(repository.read("a.txt").contains("<<<<<<<"), "{}", repository.read("a.txt"));
    assert!(!authors(&repository, "a.txt").contains("user"));
    revert(&repository, &["--session", "s1"]);
    for line in ["two elsewhere\n", "nine, mine\n"] {
        assert!(repository.read("a.txt").contains(line), "{}", repository.read("a.txt"));
    }
}

#[test]
fn a_file_that_git_cleans_away_is_listed_and_comes_back() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.write("new.txt", "by the agent\n");
    agent.stop();
    write_as_user(&repository, "new.txt", "by the agent\nmine\n");
    status(&repository);
    repository.git(&["clean", "--quiet", "--force"]);
    assert!(!repository.path("new.txt").exists());
    let shown = status(&repository);
    assert!(!shown.contains("user"), "{shown}");
    let listed = crate::cli::ok(&repository, &["restore"]);
    assert!(listed.contains("new.txt"), "{listed}");
    crate::cli::ok(&repository, &["restore", "--yes", "new.txt"]);
    assert!(repository.read("new.txt").contains("mine\n"), "{}", repository.read("new.txt"));
}

#[test]
fn shallow_and_partial_clones_are_followed_as_any_other() {
    for how in [&["--depth=1"][..], &["--filter=blob:none"]] {
        let origin = Repository::new(&[("a.txt", "older\n")]);
        origin.write("a.txt", BASE);
        origin.commit("Newer");
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        let url = format!("file://{}", origin.root().display());
        let clone = Repository::empty();
        std::fs::remove_dir_all(clone.path(".git")).expect("it is ours");
        let arguments = [&["clone", "--quiet"], how, &[url.as_str(), "."]].concat();
        clone.git(&arguments);
        let mut agent = claude(&clone, "s1");
        agent.edit("a.txt", "two", "TWO by the agent");
        agent.stop();
        write_as_user(&clone, "a.txt", &clone.read("a.txt").replace("nine", "nine, mine"));
        assert_eq!(authors(&clone, "a.txt"), "agent external", "{how:?}");
        clone.git(&["stash", "--quiet"]);
        assert_eq!(status(&clone).lines().next(), Some(NOTHING), "{how:?}");
        clone.git(&["stash", "pop", "--quiet"]);
        revert(&clone, &["--session", "s1"]);
        assert_eq!(clone.read("a.txt"), base_with(&[("nine", "nine, mine")]), "{how:?}");
    }
}

#[test]
fn what_git_did_before_a_file_was_first_seen_explains_nothing_that_is_written_since() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let git = |arguments: &[&str]| {
        let mut command = repository.command("git");
        command.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
        binary::run(command.args(arguments), b"").ok();
    };
    git(&["switch", "--quiet", "--create", "other"]);
    let other = base_with(&[("five", "five elsewhere")]);
    repository.write("a.txt", &other);
    git(&["commit", "--quiet", "--all", "--message", "Elsewhere"]);
    git(&["switch", "--quiet", "main"]);
    git(&["switch", "--quiet", "other"]);
    git(&["switch", "--quiet", "main"]);
    let mut agent = claude(&repository, "s1");
    agent.announce_edit("a.txt", "two", "TWO");
    agent.stop();
    write_as_user(&repository, "a.txt", &other.replace("nine", "nine, mine"));
    assert_eq!(authors(&repository, "a.txt"), "external external");
}
