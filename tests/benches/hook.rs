//! What a hook costs an agent: PreToolUse and PostToolUse of an edit in a Rust file, process start to exit, beside `git status`, in a
//! repository of 10,000 files. No server runs. The budget is 0.6 of `git status` for either.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const FILES: usize = 10_000;
const ROUNDS: usize = 60;
const BUDGET: f64 = 0.6;

fn main() {
    // `cargo test` builds and starts benches too, to see that they work: it says nothing of time.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 2 };
    let binary = built();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it was just made").join("work");
    let home = root.with_file_name("home");
    fs::create_dir_all(&home).expect("the folder is ours");
    repository(&root, &home);
    let edited = root.join("src/folder_50/file_50.rs");
    let hook = |event: &str, round: usize, more: Value| {
        let payload = payload(&root, &edited, event, round, more).to_string();
        timed(command(&binary, &root, &home).args(["hook", "claude-code"]), payload.as_bytes())
    };
    let (mut git, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds + 3 {
        let text = fs::read_to_string(&edited).expect("it is there");
        let status = timed(command(Path::new("git"), &root, &home).arg("status"), b"");
        let pre = hook("PreToolUse", round, Value::Null);
        let new = text.replace(&line(round), &line(round + 1));
        assert_ne!(new, text, "the edit changes something");
        fs::write(&edited, &new).expect("the folder is ours");
        let post =
            hook("PostToolUse", round, json!({ "filePath": edited, "originalFile": text, "userModified": false }));
        // The first rounds fill caches.
        if round >= 3 {
            git.push(status);
            before.push(pre);
            after.push(post);
        }
    }
    let shown = Command::new(&binary).arg("status").current_dir(&root).env("HOME", &home).output().expect("it starts");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("claude-code bench"), "the hooks did their work: {shown}");
    let base = median(&mut git);
    println!("{FILES} files, {rounds} rounds, no server");
    for (name, times) in
        [("git status", &mut git), ("hook, PreToolUse", &mut before), ("hook, PostToolUse", &mut after)]
    {
        let (median, p95) = (median(times), times[times.len() * 95 / 100]);
        println!(
            "{name:<20} median {:>6.2} ms  p95 {:>6.2} ms  ratio {:.2}",
            ms(median),
            ms(p95),
            ms(median) / ms(base)
        );
    }
    let worst = ms(median(&mut before)).max(ms(median(&mut after))) / ms(base);
    println!(
        "{} (at most {BUDGET} of git status)",
        if worst <= BUDGET { "within the budget" } else { "OVER THE BUDGET" }
    );
    if rounds == ROUNDS && worst > BUDGET {
        std::process::exit(1);
    }
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
            let text = if (folder, file) == (50, 50) { source() } else { format!("pub const N: usize = {file};\n") };
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
fn source() -> String {
    let mut text = format!("//! Numbers.\n\n{}\n", line(0));
    for n in 0..40 {
        text += &format!(
            "/// The number {n}.\npub fn number_{n}(a: usize) -> Result<usize, String> {{\n    let b = a.checked_add({n}).ok_or(\"too large\")?;\n    if b > 1000 {{\n        return Err(format!(\"{{b}} is too large\"));\n    }}\n    Ok(b)\n}}\n\n"
        );
    }
    text + "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(super::number_1(1), Ok(2));\n    }\n}\n"
}

fn line(round: usize) -> String {
    format!("pub const ROUND: usize = {round};")
}

fn payload(root: &Path, file: &Path, event: &str, round: usize, response: Value) -> Value {
    let mut payload = json!({ "session_id": "bench", "cwd": root, "hook_event_name": event, "permission_mode": "default",
        "tool_name": "Edit", "tool_use_id": format!("toolu_{round}"),
        "tool_input": { "file_path": file, "old_string": line(round), "new_string": line(round + 1) } });
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
