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

#[test]
fn around_a_command_that_names_its_files_nothing_else_is_looked_at_and_what_it_does_is_the_agents() {
    let files = [("a.txt", "one\n"), ("b.txt", "b\n"), ("src/c.txt", "c\n"), (".gitignore", "target/\n*.o\n")];
    let repository = Repository::new(&files);
    write_as_user(&repository, "a.txt", "one\nmine\n");
    write_as_user(&repository, "other.txt", "mine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go on");
    agent.bash("echo two >> a.txt && mkdir -p target new && touch target/x y.o && echo n > new/n.txt");
    agent.bash("cd src && sed -i s/c/C/ c.txt && mv ../b.txt d.txt");
    agent.bash("rm -rf target && cp a.txt copy.txt");
    agent.stop();
    let followed = |path: &str| {
        let journal = rusqlite::Connection::open(repository.path(".git/countersign/journal.sqlite")).unwrap();
        let count = "SELECT count(*) FROM events WHERE path = ?";
        journal.query_row(count, [path], |row| row.get::<_, u32>(0)).unwrap() > 0
    };
    assert!(!followed("other.txt"), "it was not named");
    assert!(!followed("target/x") && !followed("y.o"), "git ignores them");
    expect_test::expect![[r#"
        a.txt
          line 3  +1 -0  claude-code s1  ID
        copy.txt
          lines 1-3  +3 -0  claude-code s1  ID
        new/n.txt
          line 1  +1 -0  claude-code s1  ID
        src/c.txt
          line 1  +1 -1  claude-code s1  ID
        src/d.txt
          came from b.txt  claude-code s1
        1 file moved, empty, or with another mode
        4 hunks in 4 files, 0 findings
    "#]]
    .assert_eq(&status(&repository));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\nmine\n");
    assert_eq!(repository.status(), " M a.txt\n?? other.txt\n");
}

#[test]
fn a_file_that_a_command_names_and_takes_back_is_asked_about_where_it_holds_work() {
    let repository = Repository::new(&[("a.txt", "one\n"), ("b.txt", "b\n"), ("pixel.png", "x")]);
    fs::write(repository.path("pixel.png"), [0, 159, 146, 150]).expect("it is ours");
    repository.commit("Bytes");
    write_as_user(&repository, "a.txt", "one\nmine\n");
    let mut agent = claude(&repository, "s1");
    let mut said = |command: &str| agent.announce_bash(command).decision().to_owned();
    let asked = ["git checkout -- a.txt", "git restore b.txt a.txt", "rm a.txt", "cp b.txt a.txt", "sed -i d a.txt"];
    assert_eq!(asked.map(&mut said), ["ask"; 5]);
    let harmless = ["git checkout -- b.txt", "rm b.txt pixel.png", "cp a.txt b.txt", "echo x >> a.txt", "touch a.txt"];
    assert_eq!(harmless.map(said), ["none"; 5]);
}

#[test]
fn what_goes_with_a_folder_that_a_command_names_is_the_commands() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    write_as_user(&repository, "work/new.txt", "mine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    agent.bash("rm -r work");
    agent.stop();
    assert!(status(&repository).contains("claude-code s1"), "{}", status(&repository));
}
