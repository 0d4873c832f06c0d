//! Where a workspace is and where its state lies: subfolders, no repository at all, linked worktrees, folders closed to us; the log.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{claude, ok, plain, run, status};
use crate::support::agent::{ClaudeCode, Hook, countersign_hook};
use crate::support::binary::{self, Ended};
use crate::support::repository::Repository;

fn run_in(repository: &Repository, folder: &Path, arguments: &[&str]) -> Ended {
    binary::run(repository.command(binary::countersign()).current_dir(folder).args(arguments), b"")
}

fn hook_in(repository: &Repository, folder: &Path, payload: &serde_json::Value) -> Ended {
    let mut command = repository.command(binary::countersign());
    binary::run(command.args(["hook", "claude-code"]).current_dir(folder), payload.to_string().as_bytes())
}

fn edit(folder: &Path, event: &str, path: &Path) -> serde_json::Value {
    json!({ "session_id": "s1", "cwd": folder, "hook_event_name": event, "tool_name": "Write", "tool_use_id": "t1",
        "tool_input": { "file_path": path, "content": "agent\n" } })
}

fn write_in(repository: &Repository, cwd: &Path, path: &Path) {
    assert_eq!(hook_in(repository, cwd, &edit(cwd, "PreToolUse", path)).code, Some(0));
    fs::write(path, "agent\n").expect("writes");
    assert_eq!(hook_in(repository, cwd, &edit(cwd, "PostToolUse", path)).code, Some(0));
}

#[test]
fn a_subfolder_is_a_part_of_its_repository() {
    let repository = Repository::new(&[("src/deep/a.txt", "a\n")]);
    let folder = repository.path("src/deep");
    write_in(&repository, &folder, &folder.join("a.txt"));
    let shown = run_in(&repository, &folder, &["status"]).ok();
    assert!(shown.starts_with("src/deep/a.txt\n"), "{shown}");
    assert_eq!(plain(&repository, &shown), status(&repository));
    run_in(&repository, &folder, &["revert", "--yes", "a.txt"]).ok();
    assert_eq!(repository.read("src/deep/a.txt"), "a\n");
}

#[test]
fn without_a_repository_the_state_is_the_users() {
    let repository = Repository::new(&[]);
    let folder = repository.home().join("plain");
    fs::create_dir_all(folder.join("sub")).expect("the home is ours");
    fs::write(folder.join("a.txt"), "mine\n").expect("writes");
    write_in(&repository, &folder, &folder.join("a.txt"));
    // An agent that went into a folder is still in the workspace that it began in.
    write_in(&repository, &folder.join("sub"), &folder.join("sub/new.txt"));
    let shown = run_in(&repository, &folder, &["status"]).ok();
    assert!(shown.contains("a.txt\n") && shown.contains("sub/new.txt\n"), "{shown}");
    assert!(repository.home().join(".local/state/countersign").is_dir());
    let left: Vec<_> =
        fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left.len(), 2, "nothing is written into the workspace: {left:?}");
    run_in(&repository, &folder, &["revert", "--yes", "--all"]).ok();
    assert_eq!(fs::read_to_string(folder.join("a.txt")).expect("it is there"), "mine\n");
    assert!(!folder.join("sub/new.txt").exists());
    let ended = run_in(&repository, &folder, &["check", "--base", "main"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), "countersign: there is no git repository here\n"));
}

#[test]
fn a_linked_worktree_shares_no_file_with_the_main_one() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.root().with_file_name("linked");
    fs::write(repository.path("a.txt"), "a\nmine in the main one\n").expect("writes");
    write_in(&repository, &linked, &linked.join("a.txt"));
    assert_eq!(status(&repository), "nothing awaits review\n");
    assert_eq!(repository.read("a.txt"), "a\nmine in the main one\n");
    let shown = run_in(&repository, &linked, &["status"]).ok();
    assert!(shown.starts_with("a.txt\n"), "{shown}");
    let mut agent = claude(&repository, "s2");
    agent.prompt("go");
    agent.edit("a.txt", "mine", "MINE");
    agent.stop();
    run_in(&repository, &linked, &["revert", "--yes", "--all"]).ok();
    assert_eq!(fs::read_to_string(linked.join("a.txt")).expect("it is there"), "a\n");
    assert_eq!(repository.read("a.txt"), "a\nMINE in the main one\n");
    ok(&repository, &["revert", "--yes", "--all"]);
    assert_eq!(repository.read("a.txt"), "a\nmine in the main one\n");
    assert_eq!(repository.git(&["status", "--short"]), " M a.txt\n");
}

#[test]
fn the_log_tells_what_happened_and_whether_it_is_as_it_was_written() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("a prompt to be found");
    agent.edit("a.txt", "one", "two");
    agent.stop();
    let log = ok(&repository, &["log"]);
    for part in [
        "session started",
        "prompt \"a prompt to be found\"",
        "will write a.txt",
        "wrote a.txt",
        "turn ended",
        "claude-code",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    for line in ok(&repository, &["log", "--json"]).lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("a JSON object a line");
    }
    assert_eq!(run(&repository, &["log", "nobody"]).code, Some(2));
    let said = ok(&repository, &["log", "--verify"]);
    assert!(said.contains("are as they were written"), "{said}");

    let state = repository.path(".git/countersign");
    let journal = journal(&state);
    let copy = repository.home().join("copy");
    fs::rename(&state, &copy).expect("it is ours");
    fs::create_dir(&state).expect("it is gone");
    checkpoint(&copy.join(&journal));
    let mut bytes = fs::read(copy.join(&journal)).expect("reads");
    let at = bytes.windows(6).position(|window| window == b"prompt").expect("a prompt is in it");
    let at = at + bytes[at..].windows(5).position(|window| window == b"found").expect("it is in it");
    bytes[at] = b'g';
    fs::write(state.join(&journal), &bytes).expect("writes");
    let ended = run(&repository, &["log", "--verify"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("is not as it was written") || ended.stdout.contains("event"), "{ended:?}");
}

fn journal(state: &Path) -> String {
    let names = fs::read_dir(state)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    names.into_iter().find(|name| name.ends_with(".sqlite")).expect("a journal")
}

/// Brings all that stands in the log into the database itself.
fn checkpoint(journal: &Path) {
    let connection = rusqlite::Connection::open(journal).expect("opens");
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("is checkpointed");
}

#[test]
fn a_damaged_journal_is_set_aside_named_and_a_new_one_begun() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.edit("a.txt", "one", "two");
    let state = repository.path(".git/countersign");
    let name = journal(&state);
    checkpoint(&state.join(&name));
    fs::write(state.join(&name), vec![b'x'; 20_000]).expect("writes");
    let ended = run(&repository, &["status"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("was damaged") && ended.stderr.contains("journal.corrupt-"), "{ended:?}");
    let reply = agent.edit("a.txt", "two", "two, three");
    assert_eq!((reply.code, reply.decision()), (Some(0), "none"));
    assert!(status(&repository).starts_with("a.txt\n"));

    checkpoint(&state.join(&name));
    fs::write(state.join(&name), vec![b'x'; 20_000]).expect("writes");
    let reply = agent.edit("a.txt", "two, three", "two, three, four");
    assert_eq!((reply.code, reply.decision()), (Some(0), "none"));
    let log = fs::read_to_string(state.join("log")).expect("a log");
    assert!(log.contains("journal.corrupt-"), "the hook says so too: {log}");
}

/// Root may write everywhere: then there is nothing to see.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn folders_that_are_closed_to_us_are_said_in_clear_words() {
    use std::os::unix::fs::PermissionsExt;
    let repository = Repository::new(&[("src/a.txt", "one\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.edit("src/a.txt", "one", "two");
    agent.stop();
    if is_root() {
        return;
    }
    let close =
        |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    close(&repository.path("src"), 0o555);
    let ended = run(&repository, &["revert", "--yes", "--all"]);
    close(&repository.path("src"), 0o755);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.starts_with("countersign: src/a.txt: cannot write in"), "{ended:?}");
    assert_eq!(repository.read("src/a.txt"), "two\n");
}

#[test]
fn a_state_folder_that_cannot_be_made_is_said_and_leaves_the_agent_alone() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    fs::write(repository.path(".git/countersign"), "in the way").expect("writes");
    let ended = run(&repository, &["status"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{ended:?}");
    assert!(ended.stderr.contains("should be the state folder, but is a file"), "{ended:?}");
    let hook: Hook = countersign_hook("claude-code");
    let mut agent = ClaudeCode::start(&repository, hook, "s1");
    let reply = agent.edit("a.txt", "one", "two");
    assert_eq!((reply.code, reply.decision()), (Some(0), "none"), "{reply:?}");
}

#[test]
fn a_repository_within_another_is_a_workspace_of_its_own() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let inner = repository.path("vendor/inner");
    fs::create_dir_all(&inner).expect("folders can be made");
    repository.git(&["init", "--quiet", "vendor/inner"]);
    fs::write(inner.join("b.txt"), "b\n").expect("writes");
    write_in(&repository, &inner, &inner.join("b.txt"));
    let shown = run_in(&repository, &inner, &["status"]).ok();
    assert!(shown.starts_with("b.txt\n"), "{shown}");
    assert!(inner.join(".git/countersign").is_dir());
    assert_eq!(status(&repository), "nothing awaits review\n");
    run_in(&repository, &inner, &["revert", "--yes", "--all"]).ok();
    assert_eq!(fs::read_to_string(inner.join("b.txt")).expect("it is there"), "b\n");
}

#[test]
fn a_worktree_within_its_own_repository_keeps_to_itself() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    repository.git(&["worktree", "add", "--quiet", "trees/one"]);
    let nested = repository.path("trees/one");
    write_in(&repository, &nested, &nested.join("a.txt"));
    assert!(run_in(&repository, &nested, &["status"]).ok().starts_with("a.txt\n"));
    assert_eq!(status(&repository), "nothing awaits review\n");
    assert_eq!(repository.read("a.txt"), "a\n");
    run_in(&repository, &nested, &["revert", "--yes", "--all"]).ok();
    assert_eq!(fs::read_to_string(nested.join("a.txt")).expect("it is there"), "a\n");
}

#[test]
fn a_workspace_that_is_reached_through_a_link_is_the_one_that_the_link_leads_to() {
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let linked = repository.root().with_file_name("linked");
    std::os::unix::fs::symlink(repository.root(), &linked).expect("links can be made");
    write_in(&repository, &linked, &linked.join("a.txt"));
    assert!(status(&repository).starts_with("a.txt\n"), "{}", status(&repository));
    run_in(&repository, &linked, &["revert", "--yes", "a.txt"]).ok();
    assert_eq!(repository.read("a.txt"), "a\n");
}

#[test]
fn in_a_folder_of_several_repositories_a_write_is_known_where_the_agent_began_and_in_the_files_own_repository() {
    let repository = Repository::new(&[]);
    let parent = repository.home().join("projects");
    for name in ["one", "two"] {
        fs::create_dir_all(parent.join(name)).expect("folders can be made");
        repository.git(&["init", "--quiet", parent.join(name).to_str().expect("a plain path")]);
        fs::write(parent.join(name).join("a.txt"), "mine\n").expect("writes");
    }
    let shown = |folder: &Path| run_in(&repository, folder, &["status"]).ok();
    write_in(&repository, &parent, &parent.join("one/a.txt"));
    assert!(shown(&parent).starts_with("one/a.txt\n"), "{}", shown(&parent));
    assert!(shown(&parent.join("one")).starts_with("a.txt\n"), "{}", shown(&parent.join("one")));
    run_in(&repository, &parent.join("one"), &["revert", "--yes", "--all", "--now"]).ok();
    assert_eq!(fs::read_to_string(parent.join("one/a.txt")).expect("it is there"), "mine\n");
    assert!(shown(&parent).starts_with("nothing awaits review\n"), "{}", shown(&parent));
    // From one repository into its neighbour: the neighbour's file, under the neighbour's policy.
    fs::write(parent.join("two/.countersign.toml"), "[scope]\ndeny = [\"a.txt\"]\n").expect("writes");
    let one = parent.join("one");
    let denied = hook_in(&repository, &one, &edit(&one, "PreToolUse", &parent.join("two/a.txt")));
    assert!(denied.stdout.contains("deny"), "{denied:?}");
    assert!(shown(&one).starts_with("nothing awaits review\n"), "{}", shown(&one));
}

#[test]
fn a_submodule_is_a_workspace_of_its_own_and_its_commit_is_nobodys_text_in_the_one_around() {
    let library = Repository::new(&[("lib.txt", "lib\n")]);
    let repository = Repository::new(&[("a.txt", "a\n")]);
    let from = library.root().to_str().expect("a plain path").to_owned();
    repository.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, "lib"]);
    repository.commit("With a submodule");
    let inside = repository.path("lib");
    write_in(&repository, &inside, &inside.join("lib.txt"));
    assert!(run_in(&repository, &inside, &["status"]).ok().starts_with("lib.txt\n"));
    // An agent at the top that moves the submodule on changes no file of the top.
    let mut agent = claude(&repository, "s1");
    agent.prompt("go on");
    agent.bash("cd lib && git checkout -q -- lib.txt && git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m Empty");
    agent.stop();
    assert_eq!(repository.git(&["status", "--short"]), " M lib\n");
    assert_eq!(status(&repository), "nothing awaits review\n");
    let ended = run(&repository, &["revert", "--yes", "--all"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "nothing to revert\n"), "{ended:?}");
}
