//! The editor behind a client: its open files, and how it answers what a server asks of it.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::mpsc::Sender;

use countersign_tests::text::{self, Encoding};
use serde_json::{Value, json};

use super::profile::Profile;

/// An answer to a server's request.
pub(crate) enum Answer {
    Result(Value),
    Error(i64, &'static str),
    /// Left open, as by a person who has gone for lunch.
    Never,
}

/// Answers requests of one method, given their params.
pub(crate) type Policy = Box<dyn FnMut(&Value) -> Answer + Send>;

pub(super) struct Editor {
    pub(super) profile: Profile,
    pub(super) encoding: Encoding,
    pub(super) open: BTreeMap<String, Buffer>,
    pub(super) policies: HashMap<String, Policy>,
    /// `None` before the server is there and once it has been told to go.
    pub(super) outbox: Option<Sender<Value>>,
}

pub(super) struct Buffer {
    pub(super) text: String,
    pub(super) version: i64,
}

impl Editor {
    pub(super) fn send(&self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        if let Some(outbox) = &self.outbox {
            // A server that is gone is seen by who waits for it.
            let _ = outbox.send(message);
        }
    }

    pub(super) fn notify(&self, method: &str, params: Value) {
        let mut message = json!({ "method": method });
        message["params"] = params;
        self.send(message);
    }

    /// Shows a file with this text; what was open under the URI is replaced.
    pub(super) fn open(&mut self, uri: &str, text: String, version: i64) {
        let language = match uri.rsplit_once('.').map(|(_, extension)| extension) {
            Some("rs") => "rust",
            Some("py") => "python",
            Some("ts") => "typescript",
            Some("js") => "javascript",
            _ => "plaintext",
        };
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": version, "text": text } }),
        );
        self.open.insert(uri.to_owned(), Buffer { text, version });
    }

    /// Tells the server what another editor told of its documents, and holds what that one held.
    pub(super) fn retell(&mut self, method: &str, params: &Value) {
        let document = &params["textDocument"];
        let (uri, version) = (document["uri"].as_str().unwrap_or_default().to_owned(), document["version"].as_i64());
        match method {
            "textDocument/didOpen" => {
                let text = document["text"].as_str().unwrap_or_default().to_owned();
                self.open.insert(uri, Buffer { text, version: version.unwrap_or_default() });
            }
            "textDocument/didChange" => {
                let encoding = self.encoding;
                let buffer = self.open.get_mut(&uri).unwrap_or_else(|| panic!("{uri} is not open"));
                text::apply_changes(&mut buffer.text, &params["contentChanges"], encoding);
                buffer.version = version.unwrap_or(buffer.version + 1);
            }
            "textDocument/didClose" => drop(self.open.remove(&uri)),
            _ => {}
        }
        self.notify(method, params.clone());
    }

    /// Replaces a range of bytes of an open file and tells the server.
    pub(super) fn replace(&mut self, uri: &str, range: std::ops::Range<usize>, new: &str) {
        let encoding = self.encoding;
        let buffer = self.open.get_mut(uri).unwrap_or_else(|| panic!("{uri} is not open"));
        let [start, end] = [range.start, range.end].map(|at| text::position(&buffer.text, at, encoding));
        buffer.text.replace_range(range, new);
        self.changed(uri, json!([{ "range": { "start": start, "end": end }, "text": new }]));
    }

    fn changed(&mut self, uri: &str, changes: Value) {
        let buffer = self.open.get_mut(uri).unwrap_or_else(|| panic!("{uri} is not open"));
        buffer.version += 1;
        let mut params = json!({ "textDocument": { "uri": uri, "version": buffer.version } });
        params["contentChanges"] = changes;
        self.notify("textDocument/didChange", params);
    }

    /// Answers a server's request as this editor does, or as the test's policy for it says.
    pub(super) fn answer(&mut self, request: &Value) {
        let (id, params) = (&request["id"], &request["params"]);
        let method = request["method"].as_str().unwrap_or_default();
        if method == "workspace/applyEdit" && !self.policies.contains_key(method) {
            return self.answer_edit(id, &params["edit"]);
        }
        let answer = match self.policies.get_mut(method) {
            Some(policy) => policy(params),
            None => self.usual(method, params),
        };
        match answer {
            Answer::Result(result) => self.send(json!({ "id": id, "result": result })),
            Answer::Error(code, message) => {
                self.send(json!({ "id": id, "error": { "code": code, "message": message } }));
            }
            Answer::Never => {}
        }
    }

    fn usual(&self, method: &str, params: &Value) -> Answer {
        match method {
            "window/showMessageRequest" if !self.profile.asks_person() => Answer::Error(-32601, "Method not found"),
            "client/registerCapability"
            | "client/unregisterCapability"
            | "window/workDoneProgress/create"
            | "window/showMessageRequest" => Answer::Result(Value::Null),
            "workspace/configuration" => {
                Answer::Result(params["items"].as_array().into_iter().flatten().map(|_| Value::Null).collect())
            }
            "window/showDocument" => Answer::Result(json!({ "success": true })),
            _ if method.ends_with("/refresh") => Answer::Result(Value::Null),
            _ => Answer::Error(-32601, "Method not found"),
        }
    }

    fn answer_edit(&mut self, id: &Value, edit: &Value) {
        let planned = self.plan(edit);
        let applied = planned.is_some() || self.profile.claims_applied_when_refused();
        let reply = json!({ "id": id, "result": { "applied": applied } });
        if self.profile.answers_after_change() {
            self.carry_out(planned);
            self.send(reply);
        } else {
            self.send(reply);
            self.carry_out(planned);
        }
    }

    /// Applies a workspace edit as when the person chose a code action. False: turned down, nothing was done.
    pub(super) fn apply(&mut self, edit: &Value) -> bool {
        let planned = self.plan(edit);
        let applied = planned.is_some();
        self.carry_out(planned);
        applied
    }

    /// The edit's steps, in order, or `None` where one was made for another version than is open.
    fn plan(&self, edit: &Value) -> Option<Vec<Value>> {
        let by_uri = edit["changes"].as_object().into_iter().flatten();
        let by_uri = by_uri.map(|(uri, edits)| json!({ "textDocument": { "uri": uri }, "edits": edits }));
        let steps: Vec<Value> = match edit["documentChanges"].as_array() {
            Some(steps) => steps.clone(),
            None => by_uri.collect(),
        };
        let refused = steps.iter().any(|step| {
            let document = &step["textDocument"];
            let current = document["uri"].as_str().and_then(|uri| self.open.get(uri));
            let versions = document["version"].as_i64().zip(current);
            versions.is_some_and(|(version, buffer)| self.profile.refuses(version, buffer.version))
        });
        (!refused).then_some(steps)
    }

    fn carry_out(&mut self, steps: Option<Vec<Value>>) {
        for step in steps.into_iter().flatten() {
            match step["kind"].as_str() {
                None => self.edit(step["textDocument"]["uri"].as_str().unwrap_or_default(), &step["edits"]),
                Some("create") => drop(File::create_new(disk_path(&step["uri"])).expect("the file can be created")),
                Some("delete") => fs::remove_file(disk_path(&step["uri"])).expect("the file can be deleted"),
                Some("rename") => {
                    fs::rename(disk_path(&step["oldUri"]), disk_path(&step["newUri"]))
                        .expect("the file can be renamed");
                }
                Some(other) => panic!("no editor knows {other}"),
            }
        }
    }

    /// Edits a file in a buffer; one that is not open is opened for it, and stays open and unsaved.
    fn edit(&mut self, uri: &str, edits: &Value) {
        if !self.open.contains_key(uri) {
            let text = fs::read_to_string(disk_path(&json!(uri))).unwrap_or_default();
            self.open(uri, text, self.profile.first_version());
        }
        let encoding = self.encoding;
        let buffer = self.open.get_mut(uri).expect("opened above");
        let changes = text::apply_edits(&mut buffer.text, edits, encoding);
        self.changed(uri, changes);
    }
}

/// The URI of a path: what is not plain is written `%XX`, as editors do.
pub(super) fn uri(path: &std::path::Path) -> String {
    let path = path.to_str().expect("test paths are text");
    let escaped = path.bytes().map(|byte| match byte {
        b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    format!("file://{}", escaped.collect::<String>())
}

fn disk_path(uri: &Value) -> PathBuf {
    let uri = uri.as_str().and_then(|uri| uri.strip_prefix("file://")).unwrap_or_else(|| panic!("no file: {uri}"));
    let mut parts = uri.split('%');
    let mut path = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        path.push(u8::from_str_radix(&part[..2], 16).expect("two hex digits"));
        path.extend_from_slice(&part.as_bytes()[2..]);
    }
    PathBuf::from(String::from_utf8(path).expect("test paths are text"))
}
