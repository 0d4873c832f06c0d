//! What is wrong, too large or strange: a hook stays neutral and says why in its log; nothing panics, nothing is lost.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use super::{claude, ok, revert, status, write_as_user};
use crate::support::binary;
use crate::support::repository::Repository;

fn hook(repository: &Repository, agent: &str, bytes: &[u8]) -> binary::Ended {
    binary::run(repository.command(binary::countersign()).args(["hook", agent]), bytes)
}

fn log(repository: &Repository) -> String {
    fs::read_to_string(repository.path(".git/countersign/log")).unwrap_or_default()
}

#[test]
fn a_hook_fed_nonsense_is_neutral_and_logs_one_line() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let good =
        json!({ "session_id": "s", "cwd": repository.root(), "hook_event_name": "PreToolUse", "tool_name": "Edit",
        "tool_input": { "file_path": repository.path("a.txt"), "old_string": "one", "new_string": "two" } })
        .to_string();
    let mut large = br#"{"session_id":"s","hook_event_name":"UserPromptSubmit","prompt":""#.to_vec();
    large.resize(50 * 1024 * 1024, b'x');
    large.extend_from_slice(b"\"}");
    let inputs: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("blanks", b"  \n ".to_vec()),
        ("garbage", b"\xff\xfe\x00garbage\x07".to_vec()),
        ("no JSON", b"hello".to_vec()),
        ("half", good.as_bytes()[..good.len() / 2].to_vec()),
        ("a list", b"[1,2]".to_vec()),
        ("a wrong type", good.replace("\"s\"", "7").into_bytes()),
        ("a wrong path", good.replace("file_path", "path").into_bytes()),
        ("brackets", "[".repeat(100_000).into_bytes()),
        ("50 MB", large),
    ];
    for (what, bytes) in inputs {
        let before = log(&repository).lines().count();
        let ended = hook(&repository, "claude-code", &bytes);
        assert_eq!(
            (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
            (Some(0), "{}", ""),
            "{what}: {ended:?}"
        );
        assert_eq!(log(&repository).lines().count(), before + 1, "{what}: {}", log(&repository));
    }
    let ended = hook(&repository, "no-such-agent", b"{}");
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), "{}"));
    assert!(!log(&repository).contains("a panic"), "{}", log(&repository));
    assert!(!log(&repository).contains("xxxxxxx"), "a log holds no payload");
}

#[test]
fn odd_names_are_followed_and_what_is_not_utf8_is_left_with_a_word() {
    let names = [
        "with space.txt",
        "say \"hi\" 'there'.txt",
        "line\nbreak.txt",
        "🙂.txt",
        "-dash.txt",
        ":colon.txt",
        "[x]*.txt",
        "tab\t.txt",
    ];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "one\n")).collect();
    let repository = Repository::new(&files);
    let odd = repository.root().join(OsStr::from_bytes(b"latin-\xe9.txt"));
    fs::write(&odd, "mine\n").expect("writes");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    for name in &names[..4] {
        agent.edit(name, "one", "two");
    }
    agent.bash("for f in *; do echo more >> \"./$f\"; done; echo made > 'made here.txt'");
    agent.stop();
    let json: Value = serde_json::from_str(&ok(&repository, &["status", "--json"])).expect("JSON");
    assert_eq!(json["files"].as_array().map(Vec::len), Some(names.len() + 1), "{json:#}");
    let shown = ok(&repository, &["status"]);
    assert_eq!(
        shown.lines().filter(|line| !line.starts_with(' ')).count(),
        names.len() + 2,
        "a name is a line: {shown}"
    );
    assert!(
        log(&repository).contains("is not UTF-8") || log(&repository).contains("are not UTF-8"),
        "{}",
        log(&repository)
    );
    revert(&repository, &["--all"]);
    for name in names {
        assert_eq!(repository.read(name), "one\n", "{name}");
    }
    assert_eq!(fs::read_to_string(odd).expect("it is there"), "mine\nmore\n");
}

#[test]
fn ten_thousand_brackets_are_no_trouble() {
    let deep = format!("fn main() {{\n{}{}\n}}\n", "(".repeat(10_000), ")".repeat(10_000));
    let unclosed = format!("fn main() {{\n{}\n", "{[(".repeat(10_000 / 3));
    for text in [deep, unclosed] {
        let repository = Repository::new(&[("src/main.rs", &text), ("b.py", &text)]);
        let mut agent = claude(&repository, "s1");
        agent.prompt("go");
        ok(&repository, &["scope", "set", "src/main.rs::main", "b.py"]);
        let reply = agent.edit("src/main.rs", "fn main() {\n", "fn main() {\n    todo!();\n");
        assert_eq!(reply.code, Some(0), "{reply:?}");
        agent.edit("b.py", "fn main", "def main");
        agent.stop();
        status(&repository);
        let code = super::run(&repository, &["check"]).code;
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        revert(&repository, &["--all"]);
        assert_eq!(repository.read("src/main.rs"), text);
        assert!(!log(&repository).contains("panic"), "{}", log(&repository));
    }
}

#[test]
fn a_folder_where_a_file_was_hides_nothing() {
    let repository = Repository::new(&[("a", "one\n"), ("b.txt", "b\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.edit("a", "one", "two");
    agent.edit("b.txt", "b", "c");
    fs::remove_file(repository.path("a")).expect("it is there");
    write_as_user(&repository, "a/inside.txt", "mine\n");
    agent.stop();
    let shown = status(&repository);
    assert!(shown.contains("b.txt\n"), "{shown}");
    let ended = super::run(&repository, &["revert", "--yes", "--all"]);
    assert!(ended.code.is_some_and(|code| code < 2), "{ended:?}");
    assert_eq!(repository.read("a/inside.txt"), "mine\n");
    assert_eq!(repository.read("b.txt"), "b\n");
}
