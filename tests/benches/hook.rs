//! What a hook costs an agent: PreToolUse and PostToolUse of an edit in a Rust file, process start to exit, beside `git status`, in a
//! repository of 10,000 files; by itself and with a server that answers it; of a line like any other, of one with the words of a secret and
//! none in it, and of one with a guard, for which a hook by itself compiles a rule. The budget is 0.6 of `git status` by itself (but for
//! the guard, of which the figure is only shown), 0.3 with a server.

use std::fs;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign_tests::frames;
use serde_json::{Value, json};

const FILES: usize = 10_000;
const ROUNDS: usize = 60;
/// Rounds that fill caches.
const FIRST: usize = 3;
/// Between two edits an agent thinks for seconds; a server judges the one before in less than this.
const BETWEEN: Duration = Duration::from_millis(200);
const ALONE: f64 = 0.6;
const SERVED: f64 = 0.3;

/// The files of one folder that are edited; the others are small.
const SOURCES: std::ops::Range<usize> = 50..56;

/// What is edited: a line, as it stands in a round.
type Line = fn(usize) -> String;

fn main() {
    // `cargo test` builds and starts benches too, to see that they work: it says nothing of time.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 2 };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it was just made").join("work");
    let home = root.with_file_name("home");
    fs::create_dir_all(&home).expect("the folder is ours");
    repository(&root, &home);
    let place = Place { binary: built(), root, home };
    println!("{FILES} files, {rounds} rounds");
    let mut within = true;
    let lines =
        [(plain as Line, "a plain line", ALONE), (secret, "a secret's words", ALONE), (guard, "a guard", f64::MAX)];
    for (nth, (line, edits, alone)) in lines.into_iter().enumerate() {
        // A file for each: a hook by itself takes longer for one that was edited hundreds of times.
        let file = |what: usize| place.root.join(format!("src/folder_50/file_{}.rs", SOURCES.start + 2 * nth + what));
        println!("{edits}");
        within &= measure(&place, &file(0), (edits, line), rounds, ("by itself", alone));
        let server = serve(&place);
        within &= measure(&place, &file(1), (edits, line), rounds, ("with a server", SERVED));
        end(server);
    }
    if rounds == ROUNDS && !within {
        std::process::exit(1);
    }
}

struct Place {
    binary: PathBuf,
    root: PathBuf,
    home: PathBuf,
}

/// Times hooks and `git status` in turn, and says whether they keep to a part of it.
fn measure(
    place: &Place,
    edited: &Path,
    (edits, line): (&str, Line),
    rounds: usize,
    (how, budget): (&str, f64),
) -> bool {
    let Place { binary, root, home } = place;
    // A session's tool calls have ids that do not come again.
    let session = format!("{edits} {how}");
    let hook = |event: &str, round: usize, more: Value| {
        let payload = payload(place, edited, &session, event, (round, line), more).to_string();
        timed(command(binary, root, home).args(["hook", "claude-code"]), payload.as_bytes())
    };
    fs::write(edited, source(&line(0))).expect("the folder is ours");
    let (mut git, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds + FIRST {
        let text = fs::read_to_string(edited).expect("it is there");
        std::thread::sleep(BETWEEN);
        let status = timed(command(Path::new("git"), root, home).arg("status"), b"");
        let pre = hook("PreToolUse", round, Value::Null);
        let new = text.replace(&line(round), &line(round + 1));
        assert_ne!(new, text, "the edit changes something");
        fs::write(edited, &new).expect("the folder is ours");
        let response = json!({ "filePath": edited, "originalFile": text, "userModified": false });
        let post = hook("PostToolUse", round, response);
        if round >= FIRST {
            git.push(status);
            before.push(pre);
            after.push(post);
        }
    }
    let shown = command(binary, root, home).arg("status").output().expect("it starts");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains(&format!("claude-code {session}")), "the hooks did their work: {shown}");
    let base = median(&mut git);
    for (name, times) in [("git status", &mut git), ("PreToolUse", &mut before), ("PostToolUse", &mut after)] {
        let (median, p95) = (median(times), times[times.len() * 95 / 100]);
        let ratio = ms(median) / ms(base);
        println!("  {how:<14} {name:<12} median {:>6.2} ms  p95 {:>6.2} ms  ratio {ratio:.2}", ms(median), ms(p95));
    }
    let worst = ms(median(&mut before)).max(ms(median(&mut after))) / ms(base);
    let verdict = if worst <= budget { "within the budget" } else { "OVER THE BUDGET" };
    if budget < f64::MAX {
        println!("  {how:<14} {verdict} of {budget}");
    }
    worst <= budget
}

/// A server that follows the workspace and has a file open, as an editor starts it.
fn serve(place: &Place) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut server = command(&place.binary, &place.root, &place.home)
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut stdout = BufReader::new(server.stdout.take().expect("piped"));
    let uri = format!("file://{}", place.root.display());
    let hello =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "rootUri": uri, "capabilities": {} } });
    let stdin = server.stdin.as_mut().expect("piped");
    frames::write(stdin, &hello).expect("the server reads");
    while frames::read(&mut stdout).expect("a message").expect("a reply")["id"] != 1 {}
    frames::write(stdin, &json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }))
        .expect("the server reads");
    (server, stdout)
}

fn end((mut server, mut stdout): (Child, BufReader<std::process::ChildStdout>)) {
    let stdin = server.stdin.as_mut().expect("piped");
    frames::write(stdin, &json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" })).expect("the server reads");
    while frames::read(&mut stdout).expect("a message").expect("a reply")["id"] != 2 {}
    frames::write(stdin, &json!({ "jsonrpc": "2.0", "method": "exit" })).expect("the server reads");
    assert!(server.wait().expect("it is ours").success());
}

/// The release binary.
fn built() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    let target = here.ancestors().nth(3).expect("benches stand in TARGET/PROFILE/deps");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--release", "-p", "countersign", "--bin", "countersign", "--manifest-path"]);
    let built = build.arg(manifest).arg("--target-dir").arg(target).status().expect("cargo can be started");
    assert!(built.success(), "countersign does not build");
    target.join("release/countersign")
}

fn repository(root: &Path, home: &Path) {
    for folder in 0..100 {
        let path = root.join(format!("src/folder_{folder}"));
        fs::create_dir_all(&path).expect("the folder is ours");
        for file in 0..FILES / 100 {
            let text = if folder == 50 && SOURCES.contains(&file) {
                source(&plain(0))
            } else {
                format!("pub const N: usize = {file};\n")
            };
            fs::write(path.join(format!("file_{file}.rs")), text).expect("the folder is ours");
        }
    }
    let policy = "[scope]\nallow = [\"src/**\"]\ndeny = [\"src/folder_1/**\", \"**/*.lock\"]\nask = [\"src/folder_2/**\"]\nprotect = [\"tests\", \"ci\"]\n";
    fs::write(root.join(".countersign.toml"), policy).expect("the folder is ours");
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["-c", "user.name=u", "-c", "user.email=u@example.org", "commit", "--quiet", "--message", "First"],
    ] {
        assert!(command(Path::new("git"), root, home).args(arguments).status().expect("git can be started").success());
    }
}

/// A file as they are: some four hundred lines with functions, tests and comments.
fn source(line: &str) -> String {
    let mut text = format!("//! Numbers.\n\n{line}\n");
    for n in 0..40 {
        text += &format!(
            "/// The number {n}.\npub fn number_{n}(a: usize) -> Result<usize, String> {{\n    let b = a.checked_add({n}).ok_or(\"too large\")?;\n    if b > 1000 {{\n        return Err(format!(\"{{b}} is too large\"));\n    }}\n    Ok(b)\n}}\n\n"
        );
    }
    text + "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(super::number_1(1), Ok(2));\n    }\n}\n"
}

fn plain(round: usize) -> String {
    format!("pub const ROUND: usize = {round};")
}

fn secret(round: usize) -> String {
    format!("pub const API_KEY_NAME: &str = \"api key {round}\";")
}

fn guard(round: usize) -> String {
    format!("pub fn accepts(text: &str) -> bool {{ if text.is_empty() {{ return false; }} text.len() > {round} }}")
}

fn payload(
    place: &Place,
    edited: &Path,
    session: &str,
    event: &str,
    (round, line): (usize, Line),
    response: Value,
) -> Value {
    let mut payload = json!({ "session_id": session, "cwd": place.root, "hook_event_name": event,
        "permission_mode": "default", "tool_name": "Edit", "tool_use_id": format!("toolu_{round}"),
        "tool_input": { "file_path": edited, "old_string": line(round), "new_string": line(round + 1) } });
    if !response.is_null() {
        payload["tool_response"] = response;
    }
    payload
}

fn command(program: &Path, root: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root).env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1");
    for unset in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(unset);
    }
    command
}

/// From the start of a program to its exit.
fn timed(command: &mut Command, input: &[u8]) -> Duration {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().expect("it can be started");
    child.stdin.take().expect("piped").write_all(input).unwrap_or_default();
    let status = child.wait().expect("it is ours");
    let took = begin.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
