//! How soon a key's findings are out, over the wire: the release server, a 10,000-line Rust file that an agent wrote in, keys typed
//! one by one. Prints medians and 95th percentiles; `cargo bench -p countersign-tests --bench server`.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use countersign_tests::frames;
use serde_json::{Value, json};

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
    session.wait_for_findings(session.version);

    let (mut findings, mut replies) = (Vec::new(), Vec::new());
    for key in 0..KEYS {
        let started = Instant::now();
        let place = json!({ "line": 7, "character": 4 + key });
        session.change("big.rs", json!({ "range": { "start": place, "end": place }, "text": "x" }));
        replies.push(session.answer_time(started));
        session.wait_for_findings(session.version);
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

struct Session {
    server: Child,
    incoming: Receiver<Value>,
    root: PathBuf,
    version: u64,
    requests: u64,
}

impl Session {
    fn start(program: &Path, root: &Path) -> Self {
        let mut server = Command::new(program)
            .arg("lsp")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut stdout = BufReader::new(server.stdout.take().expect("its stdout"));
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(message)) = frames::read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut session = Self { server, incoming, root: root.to_owned(), version: 1, requests: 0 };
        let uri = session.uri("");
        session.request("initialize", &json!({ "rootUri": uri, "capabilities": {} }));
        session.notify("initialized", &json!({}));
        session
    }

    fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "rust", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    fn change(&mut self, path: &str, change: Value) {
        self.version += 1;
        let document = json!({ "uri": self.uri(path), "version": self.version });
        let changes = Value::Array(vec![change]);
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    fn wait_for_findings(&mut self, version: u64) {
        self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["version"] == version
                && params["diagnostics"].as_array().is_some_and(|all| !all.is_empty())
        });
    }

    /// How long a request takes that was sent behind a key.
    fn answer_time(&mut self, started: Instant) -> Duration {
        let place = json!({ "line": 7, "character": 4 });
        let params = json!({ "textDocument": { "uri": self.uri("big.rs") }, "position": place });
        self.request("textDocument/hover", &params);
        started.elapsed()
    }

    fn request(&mut self, method: &str, params: &Value) {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none());
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        frames::write(self.server.stdin.as_mut().expect("its stdin"), message).expect("the server reads");
    }

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) {
        loop {
            let message = self.incoming.recv_timeout(Duration::from_secs(30)).expect("the server answers");
            if wanted(&message) {
                return;
            }
        }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.root.display()).trim_end_matches('/').to_owned()
    }

    fn end(mut self) {
        self.request("shutdown", &Value::Null);
        self.notify("exit", &Value::Null);
        let _ = self.server.wait();
    }
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

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "--quiet", "-p", "countersign"]).status();
    assert!(built.expect("cargo runs").success());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/countersign")
}

fn git(root: &Path, arguments: &[&str]) {
    assert!(Command::new("git").args(arguments).current_dir(root).status().expect("git runs").success());
}
