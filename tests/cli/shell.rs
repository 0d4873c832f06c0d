//! What an agent's shell commands do to files, and what of it comes back.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{claude, hunks, revert, status, write_as_user};
use crate::support::repository::Repository;

#[test]
fn what_a_command_writes_is_the_agents_and_uncommitted_work_is_not() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\nthree\nfour\n"), ("b.txt", "b\n")]);
    write_as_user(&repository, "a.txt", "one\nmine\ntwo\nthree\nfour\n");
    write_as_user(&repository, "b.txt", "b, mine\n");
    write_as_user(&repository, "new.txt", "mine too\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("shout");
    agent.bash("sed -i s/three/THREE/ a.txt && echo made > made.txt");
    agent.stop();
    assert_eq!(
        status(&repository),
        "a.txt\n  line 4  +1 -1  claude-code s1  ID\nmade.txt\n  line 1  +1 -0  claude-code s1  ID\n2 hunks in 2 files, 0 findings\n"
    );
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\nmine\ntwo\nthree\nfour\n");
    assert_eq!(repository.read("b.txt"), "b, mine\n");
    assert_eq!(repository.read("new.txt"), "mine too\n");
    assert!(!repository.path("made.txt").exists());
}

#[test]
fn a_file_that_a_command_deletes_comes_back() {
    let repository = Repository::new(&[("a.txt", "one\n"), ("src/b.txt", "b\n"), ("run.sh", "#!/bin/sh\n")]);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(repository.path("run.sh"), mode).expect("it is ours");
    repository.commit("Executable");
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    agent.bash("rm -r a.txt src run.sh");
    agent.stop();
    assert!(!repository.path("src").exists());
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "", "contents and modes are git's again");
}

#[test]
fn uncommitted_work_that_a_command_throws_away_comes_back() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n"), ("b.txt", "b\n")]);
    write_as_user(&repository, "a.txt", "one\ntwo\nmine for an hour\n");
    write_as_user(&repository, "untracked.txt", "mine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("start over");
    agent.bash("git checkout -- a.txt && git clean -fdq");
    agent.stop();
    assert_eq!(repository.read("a.txt"), "one\ntwo\n");
    revert(&repository, &["--session", "s1"]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\nmine for an hour\n");
    assert_eq!(repository.read("untracked.txt"), "mine\n");
}

#[test]
fn a_file_under_conversion_by_git_is_not_all_the_agents() {
    let repository =
        Repository::new(&[(".gitattributes", "*.txt text eol=crlf\n"), ("a.txt", "one\r\ntwo\r\nthree\r\n")]);
    repository.git(&["checkout", "--quiet", "--", "."]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("shout");
    agent.bash("sed -i s/two/TWO/ a.txt");
    agent.stop();
    assert_eq!(status(&repository), "a.txt\n  line 2  +1 -1  claude-code s1  ID\n1 hunk in 1 file, 0 findings\n");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\r\ntwo\r\nthree\r\n");
}

#[test]
fn a_file_in_conflict_is_never_taken_for_one_that_the_agent_made() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\nthree\n")]);
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("a.txt", "one\nside\nthree\n");
    repository.commit("Side");
    repository.git(&["checkout", "--quiet", "main", "--"]);
    repository.write("a.txt", "one\nmain\nthree\n");
    repository.commit("Main");
    let mut agent = claude(&repository, "s1");
    agent.prompt("merge");
    agent.bash("git merge -q side; true");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\nmain\nthree\n");
}

#[test]
fn what_someone_writes_after_a_command_is_over_is_not_its() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("look");
    agent.bash("cat a.txt");
    write_as_user(&repository, "a.txt", "one\ntwo\nmine\n");
    agent.bash("cat a.txt");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\nmine\n");
    // First seen when the next command was about to run: nobody's.
    assert_eq!(hunks(&repository, "a.txt"), []);
}

#[test]
fn what_a_command_writes_and_stages_is_the_agents_all_the_same() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("write and stage");
    agent.bash("echo three >> a.txt && echo new > new.txt && git add --all");
    agent.stop();
    assert_eq!((hunks(&repository, "a.txt").len(), hunks(&repository, "new.txt").len()), (1, 1));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\n");
    assert!(!repository.path("new.txt").exists());
}
