//! A language client on a server's stdin and stdout, as an editor is one: it holds buffers, tells of each change, answers at once what it is asked.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use countersign_tests::text::Encoding;
use serde_json::{Value, json};

use super::DEADLINE;
use super::connection::Connection;
pub(crate) use super::editor::Answer;
use super::editor::{Editor, uri};
use super::profile::Profile;
use super::repository::Repository;

pub(crate) struct Client {
    /// What the server said that it can do.
    pub(crate) capabilities: Value,
    root: PathBuf,
    connection: Connection,
    editor: Arc<Mutex<Editor>>,
    unread: Vec<Value>,
    last: i64,
}

impl Client {
    /// Starts a server and shakes hands with it as that editor does, on the repository's root.
    pub(crate) fn start(repository: &Repository, command: &mut Command, profile: Profile) -> Client {
        Client::start_with(repository, command, profile, Value::Null)
    }

    /// The same with a plugin of ours in it, which says this of itself.
    pub(crate) fn start_with(
        repository: &Repository,
        command: &mut Command,
        profile: Profile,
        countersign: Value,
    ) -> Client {
        let mut client = Client::connect(repository, command, profile);
        client.capabilities = client.initialize(countersign).unwrap_or_else(|error| panic!("initialize: {error}"));
        client.editor().encoding = Encoding::named(client.capabilities["positionEncoding"].as_str());
        client.notify("initialized", json!({}));
        client
    }

    /// Starts a server, and says nothing yet.
    pub(crate) fn connect(repository: &Repository, command: &mut Command, profile: Profile) -> Client {
        let editor = Arc::new(Mutex::new(Editor {
            profile,
            encoding: Encoding::Utf16,
            open: BTreeMap::new(),
            policies: HashMap::new(),
            outbox: None,
        }));
        let answering = Arc::clone(&editor);
        let answer = move |request: &Value| lock(&answering).answer(request);
        let (connection, outbox) = Connection::start(command, answer);
        lock(&editor).outbox = Some(outbox);
        let root = repository.root().to_owned();
        Client { capabilities: Value::Null, root, connection, editor, unread: Vec::new(), last: 0 }
    }

    /// Says who it is, with what a plugin of ours says of itself; gives what the server can do, or why it refuses.
    pub(crate) fn initialize(&mut self, countersign: Value) -> Result<Value, Value> {
        let mut params = self.editor().profile.hello();
        if !countersign.is_null() {
            params["capabilities"]["experimental"]["countersign"] = countersign;
        }
        let root = uri(&self.root);
        params["processId"] = json!(std::process::id());
        params["rootPath"] = json!(self.root);
        params["rootUri"] = json!(root);
        params["workspaceFolders"] = json!([{ "uri": root, "name": "work" }]);
        self.try_request("initialize", params).map(|mut result| result["capabilities"].take())
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        uri(&self.root.join(path))
    }

    /// Opens a file of the root with the text that it has on disk.
    pub(crate) fn open(&self, path: &str) {
        let text = fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.open_with(path, &text);
    }

    /// Opens a file of the root with what a buffer held before this server was started.
    pub(crate) fn open_with(&self, path: &str, text: &str) {
        let mut editor = self.editor();
        let version = editor.profile.first_version();
        editor.open(&self.uri(path), text.to_owned(), version);
    }

    /// What the buffer of an open file holds.
    pub(crate) fn text(&self, path: &str) -> String {
        self.editor().open[&self.uri(path)].text.clone()
    }

    /// Types into an open file, right after the first place where `after` stands: one change a character.
    pub(crate) fn type_after(&self, path: &str, after: &str, typed: &str) {
        let mut at = self.place(path, after) + after.len();
        for character in typed.chars() {
            self.editor().replace(&self.uri(path), at..at, character.encode_utf8(&mut [0; 4]));
            at += character.len_utf8();
        }
    }

    /// Replaces the first place where `old` stands in an open file by `new`, in one change.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let at = self.place(path, old);
        self.editor().replace(&self.uri(path), at..at + old.len(), new);
    }

    /// Replaces a range of bytes of an open file, in one change.
    pub(crate) fn splice(&self, path: &str, range: std::ops::Range<usize>, new: &str) {
        self.editor().replace(&self.uri(path), range, new);
    }

    /// Writes an open file to disk, then tells of it.
    pub(crate) fn save(&self, path: &str) {
        fs::write(self.root.join(path), self.text(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.notify("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(path) } }));
    }

    /// Brings an open file up to what is on disk, the way this editor does.
    pub(crate) fn reload(&self, path: &str) {
        let text = fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let uri = self.uri(path);
        if !self.editor().profile.reopens_on_reload() {
            let all = 0..self.text(path).len();
            return self.editor().replace(&uri, all, &text);
        }
        let version = self.close(path);
        self.editor().open(&uri, text, version);
    }

    /// Closes an open file; gives the version that it had.
    pub(crate) fn close(&self, path: &str) -> i64 {
        let uri = self.uri(path);
        let closed = self.editor().open.remove(&uri).unwrap_or_else(|| panic!("{path} is not open"));
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
        closed.version
    }

    /// The diagnostics of an open file, once they are those of its present version.
    pub(crate) fn diagnostics(&mut self, path: &str) -> Value {
        let uri = self.uri(path);
        if self.pulls() {
            return self.pull(path, None)["items"].take();
        }
        let version = self.editor().open[&uri].version;
        let current = |params: &Value| params["uri"] == uri.as_str() && params["version"] == version;
        self.wait_for("textDocument/publishDiagnostics", current)["diagnostics"].take()
    }

    /// Whether this editor asks for diagnostics, as the server offered, instead of being told of them.
    pub(crate) fn pulls(&self) -> bool {
        !self.capabilities["diagnosticProvider"].is_null()
    }

    /// Asks for a file's diagnostics; `known` names the report that the editor has.
    pub(crate) fn pull(&mut self, path: &str, known: Option<&str>) -> Value {
        let mut params = json!({ "textDocument": { "uri": self.uri(path) }, "identifier": "countersign", "previousResultId": known });
        if known.is_none() {
            params.as_object_mut().expect("an object").remove("previousResultId");
        }
        self.request("textDocument/diagnostic", params)
    }

    /// Waits until the diagnostics of a file are such, as this editor comes to know of them; gives them.
    pub(crate) fn wait_for_diagnostics(&mut self, path: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        if !self.pulls() {
            let uri = self.uri(path);
            let told = self.wait_for("textDocument/publishDiagnostics", |params| {
                params["uri"] == uri.as_str() && wanted(&list(&params["diagnostics"]))
            });
            return list(&told["diagnostics"]);
        }
        loop {
            let found = list(&self.pull(path, None)["items"]);
            if wanted(&found) {
                return found;
            }
            self.wait_for("workspace/diagnostic/refresh", |_| true);
        }
    }

    /// The code actions that the server has for a line (from 0) with these of its diagnostics.
    pub(crate) fn actions(&mut self, path: &str, line: u32, diagnostics: &Value) -> Vec<Value> {
        let here = diagnostics.as_array().into_iter().flatten().filter(|d| d["range"]["start"]["line"] == line);
        let at = json!({ "line": line, "character": 0 });
        let params = json!({ "textDocument": { "uri": self.uri(path) }, "range": { "start": at, "end": at },
            "context": { "diagnostics": here.collect::<Vec<_>>(), "triggerKind": 1 } });
        self.request("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// Does a code action as the person who chose it: resolves it when it has neither edit nor command, applies its edit, runs its command.
    /// Gives the command's result; panics where the edit is turned down.
    pub(crate) fn act(&mut self, action: &Value) -> Value {
        let mut action = action.clone();
        if action.get("edit").is_none() && action.get("command").is_none() {
            action = self.request("codeAction/resolve", action);
        }
        if let Some(edit) = action.get("edit") {
            assert!(self.editor().apply(edit), "made for another version: {action:#}");
        }
        match action.get("command") {
            Some(run) => self.request(
                "workspace/executeCommand",
                json!({ "command": run["command"], "arguments": run["arguments"] }),
            ),
            None => Value::Null,
        }
    }

    /// From now on the server's requests of this method are answered so.
    pub(crate) fn answer(&self, method: &str, policy: impl FnMut(&Value) -> Answer + Send + 'static) {
        self.editor().policies.insert(method.to_owned(), Box::new(policy));
    }

    /// Tells the server what a recorded editor told of its documents, and holds what that one held.
    pub(crate) fn retell(&self, method: &str, params: &Value) {
        self.editor().retell(method, params);
    }

    /// What the buffer of a file holds, where it is open.
    pub(crate) fn buffer(&self, path: &str) -> Option<String> {
        self.editor().open.get(&self.uri(path)).map(|buffer| buffer.text.clone())
    }

    /// Waits for a request of the server's that the policy left open; gives its id.
    pub(crate) fn wait_for_request(&mut self, method: &str) -> Value {
        self.wait(method, |message| message["method"] == method && message.get("id").is_some())["id"].take()
    }

    /// Answers a request that the policy left open.
    pub(crate) fn reply(&self, id: &Value, result: &Value) {
        self.editor().send(json!({ "id": id, "result": result }));
    }

    /// From now on the server's requests of this method are answered as this editor does again.
    pub(crate) fn answer_as_usual(&self, method: &str) {
        self.editor().policies.remove(method);
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.editor().notify(method, params);
    }

    /// Asks the server and waits for the result; panics on an error.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.try_request(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Asks the server and waits for the result or the error.
    pub(crate) fn try_request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.wait_reply(id)
    }

    /// Asks the server and does not wait; gives the request's id.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method });
        message["params"] = params;
        self.editor().send(message);
        self.last
    }

    /// Waits for the reply to a request that was asked.
    pub(crate) fn wait_reply(&mut self, id: i64) -> Result<Value, Value> {
        let mut reply = self.wait(&format!("a reply to request {id}"), |m| m["id"] == id && m.get("method").is_none());
        match reply.get_mut("error") {
            Some(error) if !error.is_null() => Err(error.take()),
            _ => Ok(reply["result"].take()),
        }
    }

    /// Waits for a notification or request of the server for which `wanted` holds; gives its params. Older ones of that method are then read too.
    pub(crate) fn wait_for(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait(method, |message| message["method"] == method && wanted(&message["params"]))["params"].take()
    }

    /// All that has come, and that no one waited for.
    pub(crate) fn unread(&mut self) -> &[Value] {
        self.unread.extend(self.connection.incoming.try_iter());
        &self.unread
    }

    /// Ends the server as an editor does that quits, and gives its exit code.
    pub(crate) fn quit(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.go()
    }

    /// Closes the server's input as an editor does that was killed, and gives its exit code.
    pub(crate) fn go(mut self) -> Option<i32> {
        self.editor().outbox = None;
        // Its stdout ends when it does.
        let end = Instant::now() + DEADLINE;
        while let Ok(message) = self.connection.incoming.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.unread.push(message);
        }
        assert!(Instant::now() < end, "the server does not end");
        self.connection.child.wait().expect("a child of ours can be waited for").code()
    }

    /// The server's process id.
    pub(crate) fn process(&self) -> u32 {
        self.connection.child.id()
    }

    /// Ends the server at once, as a crash does.
    pub(crate) fn kill(mut self) {
        self.connection.child.kill().expect("a child of ours can be killed");
    }

    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + DEADLINE;
        let mut next = 0;
        loop {
            while next < self.unread.len() {
                if wanted(&self.unread[next]) {
                    let found = self.unread.remove(next);
                    let method = found.get("method").cloned();
                    let mut place = 0;
                    self.unread.retain(|message| {
                        place += 1;
                        place > next || method.is_none() || message.get("method") != method.as_ref()
                    });
                    return found;
                }
                next += 1;
            }
            match self.connection.incoming.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) => self.unread.push(message),
                Err(why) => panic!("no {what}: {why}"),
            }
        }
    }

    fn place(&self, path: &str, text: &str) -> usize {
        let whole = self.text(path);
        whole.find(text).unwrap_or_else(|| panic!("{text:?} is not in {path}:\n{whole}"))
    }

    fn editor(&self) -> MutexGuard<'_, Editor> {
        lock(&self.editor)
    }
}

impl Drop for Client {
    /// A test that did not read an error of the server, or did not see it panic, has not passed.
    fn drop(&mut self) {
        let _ = self.connection.child.kill();
        let _ = self.connection.child.wait();
        while let Ok(message) = self.connection.incoming.recv_timeout(DEADLINE) {
            self.unread.push(message);
        }
        let stderr = self.connection.stderr();
        if thread::panicking() {
            eprintln!("unread: {:#}\nthe server's stderr:\n{stderr}", Value::Array(self.unread.clone()));
            return;
        }
        let says = |m: &Value| m["method"] == "window/logMessage" || m["method"] == "window/showMessage";
        let errors: Vec<&Value> = self.unread.iter().filter(|m| says(m) && m["params"]["type"] == 1).collect();
        assert!(errors.is_empty(), "errors that the test did not read: {errors:#?}");
        assert!(!stderr.contains("panicked at"), "the server panicked:\n{stderr}");
    }
}

fn lock(editor: &Mutex<Editor>) -> MutexGuard<'_, Editor> {
    editor.lock().expect("no one panics with the editor in hand")
}
