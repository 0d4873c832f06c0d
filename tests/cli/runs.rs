//! `countersign run`: a session round a program that has no hooks.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{hunks, ok, revert, run, status};
use crate::support::binary;
use crate::support::repository::Repository;

const FILE: &str = "one\ntwo\n";

#[test]
fn what_a_program_and_its_children_write_is_its_own_and_goes_without_the_users() {
    let repository = Repository::new(&[("a.txt", FILE)]);
    repository.write("a.txt", "mine\none\ntwo\n");
    let script = "echo said; sh -c 'sed -i s/two/TWO/ a.txt'; echo new > new.txt; exit 3";
    let ended = run(&repository, &["run", "--agent", "aider", "--", "sh", "-c", script]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), "said\n"), "its own code and words: {ended:?}");
    assert!(ended.stderr.contains("aider changed 2 files"), "{}", ended.stderr);
    let shown = status(&repository);
    assert!(shown.contains("aider") && shown.contains("new.txt"), "{shown}");
    let session = ended.stderr.split("--session ").nth(1).expect("it is named").split('`').next().expect("it ends");
    ok(&repository, &["revert", "--session", session, "--yes"]);
    assert_eq!(repository.read("a.txt"), "mine\none\ntwo\n");
    assert!(!repository.path("new.txt").exists());
}

#[test]
fn what_is_written_once_it_has_ended_is_not_its() {
    let repository = Repository::new(&[("a.txt", FILE), ("b.txt", FILE)]);
    ok(&repository, &["run", "--", "sh", "-c", "echo three >> a.txt"]);
    repository.write("b.txt", "one\ntwo\nlater\n");
    revert(&repository, &["--all"]);
    assert_eq!((repository.read("a.txt").as_str(), repository.read("b.txt").as_str()), (FILE, "one\ntwo\nlater\n"));
}

#[test]
fn a_program_that_is_not_there_is_one_line_and_one_that_is_killed_tells_how() {
    let repository = Repository::new(&[("a.txt", FILE)]);
    let ended = run(&repository, &["run", "--", "no-such-program"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{ended:?}");
    let ended = run(&repository, &["run", "--", "sh", "-c", "kill -9 $$"]);
    assert_eq!(ended.code, Some(128 + 9), "{ended:?}");
    assert!(ended.stderr.contains("sh changed nothing here"), "{ended:?}");
}

#[test]
fn a_signal_to_end_is_the_programs_and_what_it_wrote_is_noted() {
    let repository = Repository::new(&[("a.txt", FILE)]);
    let script = "trap 'echo three >> a.txt; exit 7' TERM; echo ready; while :; do sleep 0.05; done";
    let mut command = repository.command(binary::countersign());
    let mut child = command.args(["run", "--", "sh", "-c", script]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says so");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(7));
    assert_eq!(hunks(&repository, "a.txt").len(), 1);
}

#[test]
fn the_kernel_keeps_a_program_and_its_children_in_the_scope() {
    let policy = "[scope]\nallow = [\"src/**\", \"docs/*.md\"]\ndeny = [\"src/secret\"]\n";
    let files = [("a.txt", FILE), ("src/a.txt", FILE), ("docs/a.md", FILE), (".countersign.toml", policy)];
    let repository = Repository::new(&files);
    let script = "echo x >> src/a.txt && echo in; echo x > src/new.txt && echo made; \
        (echo x >> a.txt) 2> /dev/null || echo out; mv src/new.txt . 2> /dev/null || echo kept; \
        sh -c 'rm a.txt' 2> /dev/null || echo stays; (echo x > \"$HOME/dot\") 2> /dev/null || echo home";
    let ended = run(&repository, &["run", "--enforce", "--", "sh", "-c", script]);
    if ended.stderr.contains("this kernel cannot confine") {
        return eprintln!("skipped: {}", ended.stderr);
    }
    assert_eq!(ended.stdout, "in\nmade\nout\nkept\nstays\nhome\n", "{}", ended.stderr);
    assert_eq!(repository.read("a.txt"), FILE);
    let told = "countersign: the kernel refuses it all writes but to docs, src, its terminal\n\
        countersign: not told to the kernel, and only flagged: of `docs/*.md`, the kernel opens all of docs; `src/secret`; \
        the policy's and the hooks' own files\n";
    assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    let own = repository.home().join("own");
    std::fs::create_dir(&own).expect("it is ours");
    let own = own.display().to_string();
    let script = format!("echo x > '{own}/state' && echo written");
    let ended = run(&repository, &["run", "--enforce", "--writable", &own, "--", "sh", "-c", &script]);
    assert_eq!(ended.stdout, "written\n", "{}", ended.stderr);
    let ended = run(&repository, &["run", "--enforce", "--writable", "not-there", "--", "true"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{ended:?}");
}

#[test]
fn a_program_that_is_overseen_does_not_decide_on_its_own_work() {
    let repository = Repository::new(&[("a.txt", FILE)]);
    repository.write("mine.txt", "mine\n");
    let program = binary::countersign().display();
    let script = format!(
        "echo three >> a.txt; for what in 'accept a.txt' 'scope add a.txt' 'init --agent claude-code --yes'; do \
         {program} $what || echo refused; done; {program} status > /dev/null && echo shown"
    );
    let ended = run(&repository, &["run", "--agent", "aider", "--", "sh", "-c", &script]);
    assert_eq!(ended.stdout.matches("refused").count(), 3, "{ended:?}");
    assert!(ended.stdout.ends_with("shown\n"), "it may look: {ended:?}");
    assert!(ended.stderr.contains("which may not accept changes: that is for a person"), "{}", ended.stderr);
    assert_eq!(hunks(&repository, "a.txt").len(), 1);
    assert!(!repository.path(".claude").exists());
    ok(&repository, &["accept", "a.txt"]);
    assert_eq!(hunks(&repository, "a.txt").len(), 0, "a person may");
}
