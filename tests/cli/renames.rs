//! Files that go elsewhere, by an agent's word, by its commands, by the user: what was done to them goes along, and an agent's move is
//! taken back with what it wrote and without what the user did since.

use std::fs;

use serde_json::json;

use super::{claude, hunks, ok, revert, run, status, write_as_user};
use crate::support::agent::{countersign_hook, generic};
use crate::support::repository::Repository;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

#[test]
fn a_file_that_a_command_moves_goes_back_and_keeps_the_users_lines() {
    for command in ["mv a.txt 'b c.txt'", "git mv a.txt 'b c.txt'"] {
        let repository = Repository::new(&[("a.txt", TEXT)]);
        write_as_user(&repository, "a.txt", &TEXT.replace("two\n", "two\nmine\n"));
        let mut agent = claude(&repository, "s1");
        agent.prompt("rename");
        agent.bash(command);
        agent.edit("b c.txt", "five\n", "FIVE\n");
        agent.stop();
        assert_eq!(
            status(&repository),
            "b c.txt\n  came from a.txt  claude-code s1\n  line 6  +1 -1  claude-code s1  ID\n1 file moved, empty, or with another mode\n1 hunk in 1 file, 0 findings\n",
            "{command}"
        );
        write_as_user(&repository, "b c.txt", &repository.read("b c.txt").replace("six\n", "six\nmine too\n"));
        let said = revert(&repository, &["--session", "s1"]);
        assert_eq!(repository.read("a.txt"), "one\ntwo\nmine\nthree\nfour\nfive\nsix\nmine too\n", "{command}: {said}");
        assert!(!repository.path("b c.txt").exists(), "{command}");
        assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
        let left = "a.txt\n  line 8  +1 -0  external  ID\n1 hunk in 1 file, 0 findings\n";
        assert_eq!(status(&repository), left, "{command}: what the user wrote in another program");
    }
}

#[test]
fn a_file_that_nobody_had_looked_at_is_moved_all_the_same() {
    for command in ["mv a.txt b.txt", "git mv a.txt b.txt", "mv a.txt b.txt && git add --all"] {
        let repository = Repository::new(&[("a.txt", TEXT), ("other.txt", "x\n")]);
        let mut agent = claude(&repository, "s1");
        agent.prompt("rename");
        agent.bash(command);
        agent.stop();
        let shown = status(&repository);
        assert!(shown.starts_with("b.txt\n  came from a.txt  claude-code s1\n1 file moved"), "{command}: {shown}");
        revert(&repository, &["--all"]);
        assert_eq!(repository.read("a.txt"), TEXT, "{command}");
        assert!(!repository.path("b.txt").exists(), "{command}");
    }
}

#[test]
fn a_file_that_is_changed_as_it_moves_is_the_same_file() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    write_as_user(&repository, "a.txt", &TEXT.replace("two\n", "two\nmine\n"));
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename and change");
    agent.bash("mkdir src && mv a.txt src/b.txt && sed -i s/five/FIVE/ src/b.txt");
    agent.stop();
    let shown = status(&repository);
    assert!(
        shown.starts_with("src/b.txt\n  came from a.txt  claude-code s1\n  line 6  +1 -1  claude-code s1  ID\n"),
        "{shown}"
    );
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), TEXT.replace("two\n", "two\nmine\n"));
    assert!(!repository.path("src").exists());
}

#[test]
fn a_file_that_an_agent_says_it_moves_goes_back() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let hook = countersign_hook("generic");
    let tell = |event: &str| {
        let write = json!([{ "path": "a.txt", "moved-to": "b.txt" }]);
        generic(
            &repository,
            &hook,
            &json!({ "agent": "mover", "session": "m1", "event": event, "call": "c1", "writes": write, "cwd": repository.root() }),
        );
    };
    tell("will-write");
    fs::rename(repository.path("a.txt"), repository.path("b.txt")).expect("it is ours");
    tell("did-write");
    let shown = status(&repository);
    assert!(shown.starts_with("b.txt\n  came from a.txt  mover m1\n"), "{shown}");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), TEXT);
    assert!(!repository.path("b.txt").exists());
}

#[test]
fn an_agents_lines_stay_its_own_in_a_file_that_the_user_moves() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("five");
    agent.edit("a.txt", "five\n", "FIVE\n");
    agent.stop();
    fs::rename(repository.path("a.txt"), repository.path("b.txt")).expect("it is ours");
    assert_eq!(status(&repository), "b.txt\n  line 5  +1 -1  claude-code s1  ID\n1 hunk in 1 file, 0 findings\n");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("b.txt"), TEXT, "where the user has it");
    assert!(!repository.path("a.txt").exists());
}

#[test]
fn a_file_that_the_user_moved_on_stays_where_the_user_has_it() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename");
    agent.bash("mv a.txt b.txt && sed -i s/five/FIVE/ b.txt");
    agent.stop();
    fs::rename(repository.path("b.txt"), repository.path("c.txt")).expect("it is ours");
    let said = revert(&repository, &["--all"]);
    assert!(said.contains("c.txt  it stays here, and does not go back to a.txt: you moved it since"), "{said}");
    assert_eq!(repository.read("c.txt"), TEXT);
}

#[test]
fn a_file_that_was_moved_and_then_deleted_comes_back_where_it_was() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    agent.bash("mv a.txt b.txt");
    agent.bash("rm b.txt");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!((repository.read("a.txt").as_str(), repository.status().as_str()), (TEXT, ""));
}

#[test]
fn a_file_that_stands_in_the_way_is_left_and_said() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename");
    agent.bash("mv a.txt b.txt");
    agent.stop();
    write_as_user(&repository, "a.txt", "mine\n");
    let ended = run(&repository, &["revert", "--all", "--yes"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("b.txt: it cannot go back to a.txt: something stands there now"), "{}", ended.stderr);
    assert_eq!((repository.read("a.txt").as_str(), repository.read("b.txt").as_str()), ("mine\n", TEXT));
}

#[test]
fn a_file_that_was_moved_over_another_gives_way_to_it_again() {
    let repository = Repository::new(&[("a.txt", TEXT), ("b.txt", "b\n")]);
    write_as_user(&repository, "b.txt", "b\nmine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename");
    agent.bash("mv a.txt b.txt");
    agent.stop();
    let said = revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), TEXT, "{said}");
    assert_eq!(repository.read("b.txt"), "b\nmine\n", "{said}");
}

#[test]
fn files_that_took_each_others_places_go_back_to_theirs() {
    let other = "1\n2\n3\n4\n";
    let repository = Repository::new(&[("a.txt", TEXT), ("b.txt", other)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("swap");
    agent.bash("mv a.txt t.txt");
    agent.bash("mv b.txt a.txt");
    agent.bash("mv t.txt b.txt");
    agent.stop();
    let said = revert(&repository, &["--all"]);
    assert_eq!((repository.read("a.txt").as_str(), repository.read("b.txt").as_str()), (TEXT, other), "{said}");
    assert!(!repository.path("t.txt").exists());
}

#[test]
fn a_folder_that_was_renamed_is_every_file_in_it() {
    let repository = Repository::new(&[
        ("src/a.txt", TEXT),
        ("src/my notes/b.txt", "1\n2\n"),
        ("src/empty.txt", ""),
        ("src/same.txt", "1\n2\n"),
    ]);
    write_as_user(&repository, "src/new.txt", "mine, and in no commit\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename");
    agent.bash("mv src 'other place'");
    agent.stop();
    let shown = status(&repository);
    for (to, from) in
        [("a.txt", "a.txt"), ("my notes/b.txt", "my notes/b.txt"), ("same.txt", "same.txt"), ("new.txt", "new.txt")]
    {
        assert!(shown.contains(&format!("other place/{to}\n  came from src/{from}  claude-code s1\n")), "{shown}");
    }
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "?? src/new.txt\n");
    assert_eq!(repository.read("src/new.txt"), "mine, and in no commit\n");
    assert!(!repository.path("other place").exists());
}

#[test]
fn names_that_differ_in_case_alone_are_two_names_and_a_move_between_them_goes_back() {
    let repository = Repository::new(&[("readme.md", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("shout");
    agent.bash("git mv readme.md README.md");
    agent.stop();
    let shown = status(&repository);
    assert!(shown.starts_with("README.md\n  came from readme.md  claude-code s1\n"), "{shown}");
    revert(&repository, &["--all"]);
    assert_eq!(repository.git(&["ls-files", "--others"]), "readme.md\n");
    assert_eq!(repository.read("readme.md"), TEXT);
}

#[test]
fn files_that_are_no_text_and_links_move_too() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("logo.png"), b"\x89PNG\0mine").expect("writes");
    std::os::unix::fs::symlink("logo.png", repository.path("link")).expect("links");
    let mut agent = claude(&repository, "s1");
    agent.prompt("move");
    agent.bash("mkdir img && mv logo.png img/logo.png && mv link img/link");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(fs::read(repository.path("logo.png")).expect("it is back"), b"\x89PNG\0mine");
    assert_eq!(fs::read_link(repository.path("link")).expect("it is back"), std::path::Path::new("logo.png"));
    assert!(!repository.path("img").exists());
}

#[test]
fn a_move_that_is_accepted_stays() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("rename");
    agent.bash("mv a.txt b.txt");
    agent.stop();
    ok(&repository, &["accept", "--all"]);
    assert_eq!(status(&repository), "nothing awaits review\n");
    assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
    assert_eq!(repository.read("b.txt"), TEXT);
}

#[test]
fn what_an_agent_makes_and_moves_goes() {
    let repository = Repository::new(&[("other.txt", "x\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("make and move");
    agent.write("a.txt", "agent\n");
    agent.bash("mv a.txt b.txt");
    agent.stop();
    assert_eq!(hunks(&repository, "b.txt").len(), 1);
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "");
}

#[test]
fn a_new_file_in_the_old_place_has_nothing_to_do_with_the_one_that_went() {
    let repository = Repository::new(&[("a.txt", TEXT)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("five");
    agent.edit("a.txt", "five\n", "FIVE\n");
    fs::rename(repository.path("a.txt"), repository.path("b.txt")).expect("it is ours");
    agent.write("a.txt", "agent's new one\n");
    agent.stop();
    revert(&repository, &["--all"]);
    assert!(!repository.path("a.txt").exists());
    assert_eq!(repository.read("b.txt"), TEXT);
}
