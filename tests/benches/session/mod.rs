//! An editor's session with the release server over stdio, in a repository of its own.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use countersign_tests::frames;
use serde_json::{Value, json};

pub(crate) struct Session {
    pub(crate) server: Child,
    incoming: Receiver<Value>,
    root: PathBuf,
    pub(crate) version: u64,
    requests: u64,
}

impl Session {
    pub(crate) fn start(program: &Path, root: &Path) -> Self {
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

    pub(crate) fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "rust", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, path: &str, change: Value) {
        self.version += 1;
        let document = json!({ "uri": self.uri(path), "version": self.version });
        let changes = Value::Array(vec![change]);
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn request(&mut self, method: &str, params: &Value) {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none());
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        frames::write(self.server.stdin.as_mut().expect("its stdin"), message).expect("the server reads");
    }

    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) {
        loop {
            let message = self.incoming.recv_timeout(Duration::from_secs(30)).expect("the server answers");
            if wanted(&message) {
                return;
            }
        }
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.root.display()).trim_end_matches('/').to_owned()
    }

    pub(crate) fn end(mut self) {
        self.request("shutdown", &Value::Null);
        self.notify("exit", &Value::Null);
        let _ = self.server.wait();
    }
}

/// Builds the release server; gives its path.
pub(crate) fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "--quiet", "-p", "countersign"]).status();
    assert!(built.expect("cargo runs").success());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/countersign")
}

/// Runs git in a folder.
pub(crate) fn git(root: &Path, arguments: &[&str]) {
    assert!(Command::new("git").args(arguments).current_dir(root).status().expect("git runs").success());
}
