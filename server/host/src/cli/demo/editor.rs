//! The editor of the demo: a language client on the real server's stdin and stdout, with buffers of its own.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::lsp::uri;

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Editor {
    root: PathBuf,
    server: Child,
    stdin: ChildStdin,
    incoming: Receiver<Value>,
    buffers: HashMap<String, Buffer>,
    requests: i64,
}

struct Buffer {
    text: String,
    version: i32,
}

impl Editor {
    /// Starts the server on a folder and opens a file of it.
    pub(super) fn start(server: &Path, root: &Path) -> Result<Self> {
        let mut server = Command::new(server)
            .arg("lsp")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let stdin = server.stdin.take().context("the server has no stdin")?;
        let stdout = server.stdout.take().context("the server has no stdout")?;
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut editor = Self { root: root.to_owned(), server, stdin, incoming, buffers: HashMap::new(), requests: 0 };
        let hello = json!({
            "processId": std::process::id(),
            "rootUri": editor.uri(""),
            "capabilities": { "general": { "positionEncodings": ["utf-8"] } },
        });
        editor.request("initialize", &hello)?;
        editor.notify("initialized", &json!({}))?;
        Ok(editor)
    }

    pub(super) fn open(&mut self, path: &str) -> Result<()> {
        let text = std::fs::read_to_string(self.root.join(path))?;
        let document = json!({ "uri": self.uri(path), "languageId": "python", "version": 1, "text": text });
        self.buffers.insert(path.to_owned(), Buffer { text, version: 1 });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }))
    }

    /// Types right after the first place where `after` stands, key by key.
    pub(super) fn type_after(&mut self, path: &str, after: &str, typed: &str) -> Result<()> {
        let at = self.text(path)?.find(after).context("there is no such place to type at")? + after.len();
        for (offset, key) in typed.char_indices() {
            self.change(path, &[(at + offset, at + offset, &key.to_string())])?;
        }
        Ok(())
    }

    /// What the disk has takes the place of what the buffer had.
    pub(super) fn reload(&mut self, path: &str) -> Result<()> {
        let text = std::fs::read_to_string(self.root.join(path))?;
        let len = self.text(path)?.len();
        self.change(path, &[(0, len, &text)])
    }

    pub(super) fn save(&mut self, path: &str) -> Result<()> {
        std::fs::write(self.root.join(path), self.text(path)?)?;
        self.notify("textDocument/didSave", &json!({ "textDocument": { "uri": self.uri(path) } }))
    }

    /// Has the server do a command. What it asks of the editor meanwhile is done.
    pub(super) fn execute(&mut self, command: &str, argument: &Value) -> Result<Value> {
        self.request("workspace/executeCommand", &json!({ "command": command, "arguments": [argument] }))
    }

    /// Waits until the server tells of as many hunks of agents in a file.
    pub(super) fn wait_for_hunks(&mut self, path: &str, agents: u64) -> Result<()> {
        let uri = self.uri(path);
        self.wait(|message| {
            let (params, count) = (&message["params"], &message["params"]["counts"]);
            let found = count["agent"].as_u64().unwrap_or(0) + count["mixed"].as_u64().unwrap_or(0);
            message["method"] == "countersign/didChangeHunks" && params["uri"] == uri && found == agents
        })?;
        Ok(())
    }

    pub(super) fn quit(mut self) -> Result<()> {
        self.request("shutdown", &Value::Null)?;
        self.notify("exit", &Value::Null)?;
        let status = self.server.wait()?;
        if status.success() { Ok(()) } else { bail!("the server ended with {status}") }
    }

    fn text(&self, path: &str) -> Result<&str> {
        self.buffers.get(path).map(|buffer| buffer.text.as_str()).with_context(|| format!("{path} is not open"))
    }

    /// Changes a buffer and tells the server, in one message: each change in the text that the one before left, in bytes.
    fn change(&mut self, path: &str, changes: &[(usize, usize, &str)]) -> Result<()> {
        let uri = self.uri(path);
        let buffer = self.buffers.get_mut(path).with_context(|| format!("{path} is not open"))?;
        let mut told = Vec::new();
        for (start, end, new) in changes {
            let range = json!({ "start": place(&buffer.text, *start), "end": place(&buffer.text, *end) });
            buffer.text.replace_range(*start..*end, new);
            told.push(json!({ "range": range, "text": new }));
        }
        buffer.version += 1;
        let document = json!({ "uri": uri, "version": buffer.version });
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": told }))
    }

    fn uri(&self, path: &str) -> Value {
        json!(uri::from_path(&self.root.join(path)).map(|uri| uri.0.trim_end_matches('/').to_owned()))
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let reply = self.wait(|message| message["id"] == id && message.get("method").is_none())?;
        match reply.get("error") {
            Some(error) => bail!("{method}: {error}"),
            None => Ok(reply["result"].clone()),
        }
    }

    fn notify(&mut self, method: &str, params: &Value) -> Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.stdin.flush()?)
    }

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.incoming.recv_timeout(left).context("the server does not answer")?;
            if message["method"] == "workspace/applyEdit" {
                self.apply(&message)?;
            }
            if wanted(&message) {
                return Ok(message);
            }
        }
    }

    /// Does an edit that the server asks for, as an editor does.
    fn apply(&mut self, request: &Value) -> Result<()> {
        for change in request["params"]["edit"]["documentChanges"].as_array().into_iter().flatten() {
            let uri = &change["textDocument"]["uri"];
            let path = self
                .buffers
                .keys()
                .find(|path| self.uri(path) == *uri)
                .cloned()
                .context("an edit of a file that is not open")?;
            let mut edits: Vec<&Value> = change["edits"].as_array().into_iter().flatten().collect();
            edits.sort_by_key(|edit| {
                std::cmp::Reverse((
                    edit["range"]["start"]["line"].as_u64(),
                    edit["range"]["start"]["character"].as_u64(),
                ))
            });
            let mut changes = Vec::new();
            for edit in edits {
                let text = self.text(&path)?;
                let (start, end) = (offset(text, &edit["range"]["start"]), offset(text, &edit["range"]["end"]));
                changes.push((start, end, edit["newText"].as_str().unwrap_or_default()));
            }
            self.change(&path, &changes)?;
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": { "applied": true } }))
    }
}

impl Drop for Editor {
    /// A demo that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn place(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": before.matches('\n').count(), "character": at - line_start })
}

fn offset(text: &str, place: &Value) -> usize {
    let (line, column) =
        (place["line"].as_u64().unwrap_or(0) as usize, place["character"].as_u64().unwrap_or(0) as usize);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    (start + column).min(text.len())
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut len = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => len = value.trim().parse().ok()?,
            _ if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; len];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
