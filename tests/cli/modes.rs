//! Who may do what with files, and links: changed by an agent, each comes back as it was; no link is ever followed out of the workspace.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{claude, ok, revert, run, status, write_as_user};
use crate::support::repository::Repository;

const SCRIPT: &str = "#!/bin/sh\necho one\n";

fn mode(repository: &Repository, path: &str) -> u32 {
    fs::symlink_metadata(repository.path(path)).expect("it is there").permissions().mode() & 0o7777
}

fn set_mode(repository: &Repository, path: &str, mode: u32) {
    fs::set_permissions(repository.path(path), fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn link(repository: &Repository, path: &str) -> Option<PathBuf> {
    fs::read_link(repository.path(path)).ok()
}

#[test]
fn a_mode_that_an_agent_changed_is_shown_and_comes_back_whether_or_not_the_file_was_looked_at() {
    for touch in ["", "\n"] {
        let repository = Repository::new(&[("run.sh", SCRIPT)]);
        set_mode(&repository, "run.sh", 0o640);
        write_as_user(&repository, "run.sh", &format!("{SCRIPT}{touch}"));
        let mut agent = claude(&repository, "s1");
        agent.prompt("let it run");
        agent.bash("chmod +x run.sh");
        agent.stop();
        assert!(
            status(&repository).contains("run.sh\n  mode 751, was 640  claude-code s1\n"),
            "{}",
            status(&repository)
        );
        let said = revert(&repository, &["--all"]);
        assert!(said.contains("run.sh  has mode 640 again"), "{said}");
        assert_eq!((mode(&repository, "run.sh"), repository.read("run.sh")), (0o640, format!("{SCRIPT}{touch}")));
        assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
    }
}

#[test]
fn of_several_changes_the_mode_before_the_agents_comes_back_and_the_users_last_one_stays() {
    let repository = Repository::new(&[("a.sh", SCRIPT), ("b.sh", SCRIPT)]);
    for path in ["a.sh", "b.sh"] {
        set_mode(&repository, path, 0o600);
        write_as_user(&repository, path, &format!("{SCRIPT}# mine\n"));
    }
    let mut agent = claude(&repository, "s1");
    agent.prompt("open them");
    agent.bash("chmod 755 a.sh b.sh");
    agent.bash("chmod 4777 a.sh b.sh");
    agent.stop();
    set_mode(&repository, "b.sh", 0o700);
    revert(&repository, &["--all"]);
    assert_eq!((mode(&repository, "a.sh"), mode(&repository, "b.sh")), (0o600, 0o700));
}

#[test]
fn a_mode_that_is_accepted_or_undone_by_its_agent_awaits_nothing() {
    let repository = Repository::new(&[("a.sh", SCRIPT), ("b.sh", SCRIPT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("let them run");
    agent.bash("chmod 755 a.sh b.sh");
    agent.bash("chmod 644 b.sh");
    agent.stop();
    ok(&repository, &["accept", "a.sh"]);
    assert_eq!(status(&repository), "nothing awaits review\n");
    assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
    assert_eq!(mode(&repository, "a.sh"), 0o755);
}

#[test]
fn a_file_that_was_deleted_or_became_a_link_comes_back_with_its_mode() {
    let repository = Repository::new(&[]);
    for path in ["gone.sh", "linked.sh"] {
        write_as_user(&repository, path, SCRIPT);
        set_mode(&repository, path, 0o750);
    }
    fs::write(repository.path("gone.bin"), b"\0mine").expect("writes");
    set_mode(&repository, "gone.bin", 0o700);
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    agent.bash("rm gone.sh gone.bin && ln -sf /bin/sh linked.sh");
    agent.stop();
    revert(&repository, &["--all"]);
    for path in ["gone.sh", "linked.sh"] {
        assert_eq!((mode(&repository, path), repository.read(path).as_str()), (0o750, SCRIPT), "{path}");
    }
    assert_eq!(mode(&repository, "gone.bin"), 0o700);
}

#[test]
fn links_that_an_agent_made_go_and_those_that_it_led_elsewhere_lead_back() {
    let repository = Repository::new(&[("a.txt", "one\n"), (".hidden/b.txt", "two\n")]);
    symlink("a.txt", repository.path("link")).expect("links");
    symlink("a.txt", repository.path("filled")).expect("links");
    let mut agent = claude(&repository, "s1");
    agent.prompt("link");
    agent.bash("ln -sfn .hidden/b.txt link; ln -s a.txt .hidden/new; rm filled; echo text > filled; ln -s .. dir");
    agent.stop();
    let shown = status(&repository);
    assert!(shown.contains("link  tracked as a whole: a symbolic link; last written by claude-code"), "{shown}");
    revert(&repository, &["--all"]);
    assert_eq!(link(&repository, "link").as_deref(), Some(Path::new("a.txt")));
    assert_eq!(link(&repository, "filled").as_deref(), Some(Path::new("a.txt")));
    for path in [".hidden/new", "dir"] {
        assert!(fs::symlink_metadata(repository.path(path)).is_err(), "{path}");
    }
    assert_eq!(repository.read("a.txt"), "one\n", "no link was written through");
}

#[test]
fn links_and_files_that_are_no_text_come_back_from_git_where_nobody_had_looked_at_them() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    symlink("a.txt", repository.path("link")).expect("links");
    fs::write(repository.path("logo.png"), b"\x89PNG\0one").expect("writes");
    repository.commit("More");
    let mut agent = claude(&repository, "s1");
    agent.prompt("change them");
    agent.bash("ln -sfn nowhere link; printf '\\000agent' > logo.png");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "");
}

#[test]
fn nothing_is_read_or_written_through_a_link_that_took_a_folders_place() {
    let repository = Repository::new(&[("src/a.txt", "one\ntwo\n")]);
    let outside = repository.home().join("outside");
    fs::create_dir_all(&outside).expect("the home is ours");
    fs::write(outside.join("a.txt"), "not the workspace's\n").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.prompt("two");
    agent.edit("src/a.txt", "two", "TWO");
    agent.bash(&format!("rm -r src && ln -s '{}' src", outside.display()));
    agent.stop();
    let ended = run(&repository, &["revert", "--all", "--yes"]);
    assert_eq!(fs::read_to_string(outside.join("a.txt")).expect("it is there"), "not the workspace's\n");
    assert!(
        repository.path("src").is_symlink() && ended.stderr.contains("nothing is written through it")
            || repository.read("src/a.txt") == "one\ntwo\n",
        "{ended:?}"
    );
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("src/a.txt"), "one\ntwo\n");
    assert_eq!(fs::read_to_string(outside.join("a.txt")).expect("it is there"), "not the workspace's\n");
}
