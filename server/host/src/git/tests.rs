//! What is read off git's files, or through one git, is what git itself says.

use std::fs;
use std::path::Path;

use countersign_core::workspace::Content;
use tempfile::TempDir;

use super::*;
use crate::state_dir;

/// What git says, in a folder, of the test's own.
pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    command.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.args(["-c", "user.name=u", "-c", "user.email=u@example.org", "-c", "protocol.file.allow=always"]);
    command.args(arguments);
    let out = command.output().expect("git runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
}

fn repository() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().canonicalize().expect("a path").join("work");
    fs::create_dir(&root).expect("the folder is ours");
    git(&root, &["init", "--quiet"]);
    (dir, root)
}

fn commit(root: &Path) {
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--allow-empty", "--message", "more"]);
}

fn opened(root: &Path) -> Git {
    Git::new(root, state_dir::of(root).expect("a place").git_dir)
}

fn agrees(root: &Path) {
    let asked = Command::new("git").current_dir(root).args(["rev-parse", "--verify", "--quiet", "HEAD"]).output();
    let asked = asked.expect("git runs");
    let asked = asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).trim().to_owned());
    assert_eq!(opened(root).head(), asked);
}

#[test]
fn head_is_what_git_says_it_is_wherever_git_keeps_it() {
    let (_dir, root) = repository();
    agrees(&root);
    commit(&root);
    agrees(&root);
    git(&root, &["switch", "--quiet", "--create", "topic/one"]);
    commit(&root);
    agrees(&root);
    git(&root, &["pack-refs", "--all"]);
    agrees(&root);
    commit(&root);
    agrees(&root);
    git(&root, &["switch", "--quiet", "--detach", "HEAD~1"]);
    agrees(&root);
    git(&root, &["worktree", "add", "--quiet", "../other", "topic/one"]);
    agrees(&root.with_file_name("other"));
    git(&root, &["symbolic-ref", "refs/heads/alias", "refs/heads/topic/one"]);
    git(&root, &["symbolic-ref", "HEAD", "refs/heads/alias"]);
    agrees(&root);
    // An older git knows no other format.
    let (_dir, root) = repository();
    if Command::new("git").current_dir(&root).args(["refs", "migrate", "--ref-format=reftable"]).status().is_ok() {
        commit(&root);
        agrees(&root);
    }
}

/// What is held of a file, and what one git for it alone says.
fn both(held: &Held, git: &Git, path: &str) -> (Content, Content) {
    let head = git.head().expect("there is one");
    (held.now(path).expect("there is a HEAD"), git.content_at(&head, path).unwrap_or(Content::Absent))
}

#[test]
fn what_one_git_reads_of_many_files_is_what_each_is_for_itself() {
    let (_dir, root) = repository();
    fs::create_dir(root.join("folder")).expect("the folder is ours");
    let files: [(&str, &[u8]); 9] = [
        ("plain.txt", b"one\ntwo\n"),
        ("open.txt", b"no end"),
        ("empty.txt", b""),
        ("lines.txt", b"\n\n\n"),
        ("crlf.txt", b"a\r\nb\r\n"),
        ("binary", b"\0\x01\xff\n"),
        ("with blanks \t.txt", b"blank\n"),
        ("folder/\u{e9}\"x.txt", b"accent\n"),
        (".gitattributes", b"crlf.txt text eol=crlf\n"),
    ];
    for (name, bytes) in files {
        fs::write(root.join(name), bytes).expect("the folder is ours");
    }
    commit(&root);
    let git = opened(&root);
    let held = Held::new(&git);
    for (name, bytes) in files {
        let (held, alone) = both(&held, &git, name);
        assert_eq!(held, alone, "{name}");
        assert_eq!(held, disk::content_of(bytes.to_vec()).0, "{name}");
    }
    for absent in ["nothing.txt", "folder/none", "with no blanks"] {
        let (held, alone) = both(&held, &git, absent);
        assert_eq!((&held, &alone), (&Content::Absent, &Content::Absent), "{absent}");
    }
    assert_eq!(held.now("folder"), Some(Content::Absent), "a folder is no file");
    // It goes on from where it rested.
    held.rest();
    fs::write(root.join("plain.txt"), "three\n").expect("the folder is ours");
    commit(&root);
    assert_eq!(held.now("plain.txt"), Some(Content::Text("three\n".into())));
}

#[test]
fn a_filter_that_fails_costs_its_own_file_alone() {
    let (_dir, root) = repository();
    fs::write(root.join(".gitattributes"), "bad.txt filter=bad\n").expect("the folder is ours");
    fs::write(root.join("bad.txt"), "x\n").expect("the folder is ours");
    fs::write(root.join("good.txt"), "y\n").expect("the folder is ours");
    commit(&root);
    git(&root, &["config", "filter.bad.smudge", "false"]);
    git(&root, &["config", "filter.bad.required", "true"]);
    let git = opened(&root);
    let held = Held::new(&git);
    let (bad, alone) = both(&held, &git, "bad.txt");
    assert_eq!(bad, alone);
    assert_eq!(held.now("good.txt"), Some(Content::Text("y\n".into())));
}
