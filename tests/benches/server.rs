//! How soon a key's findings are out, over the wire: the release server, a 10,000-line Rust file that an agent wrote in, keys typed
//! one by one. Prints medians and 95th percentiles; `cargo bench -p countersign-tests --bench server`.

mod session;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use session::{Session, build, git};

const LINES: usize = 10_000;
const KEYS: usize = 60;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let program = build();
    let folder = tempfile::tempdir().expect("a folder");
    let root = std::fs::canonicalize(folder.path()).expect("its name");
    let text: String = (0..LINES / 5)
        .map(|n| {
            format!(
                "/// Item {n}.\npub fn item_{n}(value: u64) -> u64 {{\n    let next = value + {n};\n    next * 2\n}}\n"
            )
        })
        .collect();
    std::fs::write(root.join("big.rs"), &text).expect("a file");
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-qm", "base"]);

    let mut session = Session::start(&program, &root);
    session.open("big.rs", &text);
    let old = "    let next = value + 1000;\n";
    hook(&program, &root, "PreToolUse", old);
    let text = text.replacen(old, &format!("{old}    todo!();\n"), 1);
    std::fs::write(root.join("big.rs"), &text).expect("the agent's write");
    hook(&program, &root, "PostToolUse", old);
    session.change("big.rs", json!({ "text": text }));
    wait_for_findings(&mut session);

    let (mut findings, mut replies) = (Vec::new(), Vec::new());
    for key in 0..KEYS {
        let started = Instant::now();
        let place = json!({ "line": 7, "character": 4 + key });
        session.change("big.rs", json!({ "range": { "start": place, "end": place }, "text": "x" }));
        replies.push(answer_time(&mut session, started));
        wait_for_findings(&mut session);
        findings.push(started.elapsed());
    }
    println!("file of {LINES} lines, {KEYS} keys, each waited for");
    print("key to findings of its version", &mut findings);
    print("key to the answer of a request behind it", &mut replies);
    session.end();
}

fn print(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what}: median {:.1} ms, p95 {:.1} ms", at(50), at(95));
}

fn wait_for_findings(session: &mut Session) {
    let version = session.version;
    session.wait(|message| {
        let params = &message["params"];
        message["method"] == "textDocument/publishDiagnostics"
            && params["version"] == version
            && params["diagnostics"].as_array().is_some_and(|all| !all.is_empty())
    });
}

/// How long a request takes that was sent behind a key.
fn answer_time(session: &mut Session, started: Instant) -> Duration {
    let place = json!({ "line": 7, "character": 4 });
    let params = json!({ "textDocument": { "uri": session.uri("big.rs") }, "position": place });
    session.request("textDocument/hover", &params);
    started.elapsed()
}

fn hook(program: &Path, root: &Path, event: &str, old: &str) {
    let path = root.join("big.rs");
    let payload = json!({
        "session_id": "bench", "transcript_path": "", "cwd": root, "hook_event_name": event, "tool_name": "Edit",
        "tool_use_id": "t1", "tool_input": { "file_path": path, "old_string": old, "new_string": format!("{old}    todo!();\n") },
        "tool_response": { "filePath": path },
    });
    let mut hook = Command::new(program)
        .args(["hook", "claude-code"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the hook starts");
    let mut stdin = hook.stdin.take().expect("its stdin");
    std::io::Write::write_all(&mut stdin, payload.to_string().as_bytes()).expect("it reads");
    drop(stdin);
    assert!(hook.wait().expect("it ends").success());
}
