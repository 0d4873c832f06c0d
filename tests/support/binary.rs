//! The built `countersign`, and programs run to their end.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::DEADLINE;

/// The `countersign` that stands beside this test binary. Cargo builds no other package's binaries for a test, so this asks it to, once, in the
/// same profile and target folder: a fraction of a second when `tests/run` has built it already, and never an old one.
pub(crate) fn countersign() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let tests = std::env::current_exe().expect("a running program has a path");
        let folder = tests.ancestors().nth(2).expect("test binaries stand in TARGET/PROFILE/deps");
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") => "dev",
            other => other.expect("a profile's name is plain text"),
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // All of the workspace: features are then the ones that the tests' own build chose, and nothing is built twice.
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--workspace", "--bin", "countersign", "--profile", profile, "--target-dir"])
            .arg(folder.parent().expect("a profile's folder stands in the target folder"))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .status()
            .expect("cargo can be started");
        assert!(built.success(), "countersign does not build");
        folder.join("countersign")
    })
}

/// Makes a program of a shell's lines, and the folder that it stands in. Another process writes it: one that any thread starts while this one
/// has it open would keep it open too, and a program that is open for writing cannot be started.
pub(crate) fn write_program(file: &Path, lines: &str) {
    let write = r#"mkdir -p "${0%/*}" && { echo '#!/bin/sh'; cat; } > "$0" && chmod 755 "$0""#;
    run(Command::new("sh").args(["-c", write]).arg(file), lines.as_bytes()).ok();
}

/// The stand-in that the harness's own tests use where Countersign will be.
pub(crate) fn stand_in() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stand-in"))
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None`: a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ended {
    /// What it wrote to stdout; panics with all that is known when it did not exit with 0.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }
}

/// Runs a program to its end with `input` on stdin. One that outlasts the deadline is killed with all that it started, and the test fails.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Ended {
    run_for(DEADLINE, command, input).unwrap_or_else(|| panic!("not over after {DEADLINE:?}: {command:?}"))
}

/// The same with a limit of the caller's; `None` when it was killed at the limit.
pub(crate) fn run_for(limit: Duration, command: &mut Command, input: &[u8]) -> Option<Ended> {
    let begin = Instant::now();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = spawn(command);
    let group = Pid::from_child(&child);
    let (mut stdin, mut stdout, mut stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program that reads none of it closes the pipe: its right.
            let _ = stdin.take().expect("piped").write_all(input);
        });
        let stdout = scope.spawn(move || read_all(stdout.as_mut().expect("piped")));
        let stderr = scope.spawn(move || read_all(stderr.as_mut().expect("piped")));
        let (ended, end) = mpsc::channel();
        scope.spawn(move || ended.send(child.wait()));
        let status = end.recv_timeout(limit);
        let took = begin.elapsed();
        if status.is_err() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let (stdout, stderr) = (stdout.join().expect("no panic"), stderr.join().expect("no panic"));
        let code = status.ok()?.expect("a child of ours can be waited for").code();
        Some(Ended { code, stdout, stderr, took })
    })
}

fn read_all(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A program that was just copied counts as open for writing while any process that another test was starting just then has not
/// begun: it is started as soon as that has.
fn spawn(command: &mut Command) -> Child {
    let begin = Instant::now();
    loop {
        match command.spawn() {
            Ok(child) => return child,
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && begin.elapsed() < DEADLINE => {
                thread::yield_now();
            }
            Err(error) => panic!("{command:?}: {error}"),
        }
    }
}
