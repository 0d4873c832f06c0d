//! Files that are made, deleted, overwritten, or are no text: each comes back as it was, or goes if it was not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{claude, ok, revert, run, status, status_json, write_as_user};
use crate::support::repository::Repository;

#[test]
fn a_file_that_the_agent_made_goes_unless_the_user_wrote_in_it() {
    let repository = Repository::new(&[]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("make two files");
    agent.write("src/one.txt", "1\n2\n");
    agent.write("src/two.txt", "1\n2\n");
    agent.stop();
    write_as_user(&repository, "src/two.txt", "1\nmine\n2\n");
    revert(&repository, &["--all"]);
    assert!(!repository.path("src/one.txt").exists());
    assert_eq!(repository.read("src/two.txt"), "mine\n");
}

#[test]
fn a_file_that_the_agent_overwrote_comes_back_uncommitted_work_and_all() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    write_as_user(&repository, "a.txt", "one\ntwo\nmine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("rewrite");
    agent.write("a.txt", "all new\n");
    agent.stop();
    revert(&repository, &["a.txt"]);
    assert_eq!(repository.read("a.txt"), "one\ntwo\nmine\n");
}

#[test]
fn a_file_keeps_its_mode() {
    let repository = Repository::new(&[("run.sh", "#!/bin/sh\necho one\n")]);
    fs::set_permissions(repository.path("run.sh"), fs::Permissions::from_mode(0o750)).expect("it is ours");
    let mut agent = claude(&repository, "s1");
    agent.prompt("two");
    agent.edit("run.sh", "one", "two");
    agent.stop();
    revert(&repository, &["--all"]);
    let mode = fs::metadata(repository.path("run.sh")).expect("it is there").permissions().mode();
    assert_eq!((repository.read("run.sh").as_str(), mode & 0o777), ("#!/bin/sh\necho one\n", 0o750));
}

#[test]
fn files_that_are_no_text_are_tracked_whole_and_come_back_whole() {
    let repository = Repository::new(&[]);
    let latin = b"caf\xe9 of mine\n";
    fs::write(repository.path("logo.png"), b"\x89PNG\0mine").expect("writes");
    fs::write(repository.path("latin.txt"), latin).expect("writes");
    fs::write(repository.path("text.txt"), "text of mine\n").expect("writes");
    fs::write(repository.path("gone.bin"), b"\0gone").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.prompt("replace them");
    agent.bash(
        "printf '\\000agent' > logo.png; printf '\\000agent' > text.txt; printf '\\000new' > new.bin; rm gone.bin",
    );
    // An agent that knows nothing but UTF-8.
    let fields = json!({ "tool_name": "Write", "tool_use_id": "toolu_9",
        "tool_input": { "file_path": repository.path("latin.txt"), "content": "café of the agent\n" } });
    agent.tell("PreToolUse", fields.clone());
    fs::write(repository.path("latin.txt"), "café of the agent\n").expect("writes");
    agent.tell("PostToolUse", fields);
    agent.stop();

    let shown = status(&repository);
    assert!(shown.contains("logo.png  tracked as a whole: binary; last written by claude-code"), "{shown}");
    assert_eq!(status_json(&repository)["wholeFiles"].as_array().map(Vec::len), Some(4), "{shown}");

    let said = revert(&repository, &["--all"]);
    let bytes = |path: &str| fs::read(repository.path(path)).ok();
    assert_eq!(bytes("logo.png").as_deref(), Some(&b"\x89PNG\0mine"[..]), "{said}");
    assert_eq!(bytes("latin.txt").as_deref(), Some(&latin[..]), "{said}");
    assert_eq!(bytes("text.txt").as_deref(), Some(&b"text of mine\n"[..]), "{said}");
    assert_eq!(bytes("gone.bin").as_deref(), Some(&b"\0gone"[..]), "{said}");
    assert_eq!(bytes("new.bin"), None, "{said}");
    assert_eq!(ok(&repository, &["revert", "--all", "--yes"]), "nothing to revert\n");
}

#[test]
fn a_whole_file_that_someone_else_wrote_last_is_left() {
    let repository = Repository::new(&[]);
    fs::write(repository.path("logo.png"), b"\0one").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.prompt("draw");
    agent.bash("printf '\\000agent' > logo.png");
    agent.stop();
    status(&repository);
    fs::write(repository.path("logo.png"), b"\0mine").expect("writes");
    assert_eq!(revert(&repository, &["--all"]), "nothing to revert\n");
    assert_eq!(fs::read(repository.path("logo.png")).expect("it is there"), b"\0mine");
}

#[test]
fn a_link_that_the_agent_turned_into_a_file_is_a_link_again() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    std::os::unix::fs::symlink("a.txt", repository.path("link")).expect("links");
    let mut agent = claude(&repository, "s1");
    agent.prompt("unlink");
    agent.bash("rm link && printf '\\000x' > link");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(fs::read_link(repository.path("link")).expect("a link"), std::path::Path::new("a.txt"));
}

#[test]
fn a_file_larger_than_is_followed_is_said_to_be_so() {
    let repository = Repository::new(&[]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("make it large");
    agent.bash("head -c 9000000 /dev/zero | tr '\\0' 'a' > large.txt");
    agent.stop();
    assert!(
        status(&repository).contains("large.txt  tracked as a whole: larger than 8 MiB"),
        "{}",
        status(&repository)
    );
    revert(&repository, &["--all"]);
    assert!(!repository.path("large.txt").exists());
}

#[test]
fn a_stale_hunk_is_refused_in_a_clear_word() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("two");
    agent.edit("a.txt", "two", "TWO");
    agent.stop();
    let (id, _) = super::hunks(&repository, "a.txt").remove(0);
    revert(&repository, &["--hunk", &id]);
    let ended = run(&repository, &["revert", "--yes", "--hunk", &id]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.starts_with(&format!("countersign: there is no hunk {id} (any more)")), "{}", ended.stderr);
    let ended = run(&repository, &["revert", "--yes", "--hunk", "nonsense"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{}", ended.stderr);
}
