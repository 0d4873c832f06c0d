//! Stands in for Countersign where the harness itself is tested: `stand-in lsp LOG` is a small language server that finds each TODO,
//! `stand-in hook LOG` takes an agent's hook events. Both append what they are sent to LOG, a JSON value a line.
//! `stand-in tap SOCKET SERVER ARGUMENT…` stands between an editor and its server, and tells a listener what passes.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use countersign_tests::frames;
use countersign_tests::text::{self, Encoding};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["lsp", log] => serve(Path::new(log)),
        ["hook", log] => hook(Path::new(log)),
        ["tap", socket, program, ref rest @ ..] => tap(Path::new(socket), program, rest),
        _ => Err(io::Error::other("usage: stand-in lsp|hook LOG, or tap SOCKET SERVER ARGUMENT…")),
    }
}

/// Replies with what the file LOG.EVENT holds: JSON for stdout, or `block: REASON` for exit code 2 and stderr. Without one: nothing, as most hooks.
fn hook(log: &Path) -> io::Result<()> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let event: Value = serde_json::from_str(&input)?;
    append(log, &event)?;
    let reply = format!("{}.{}", log.display(), event["hook_event_name"].as_str().unwrap_or_default());
    let reply = fs::read_to_string(reply).unwrap_or_default();
    if let Some(reason) = reply.strip_prefix("block: ") {
        eprintln!("{reason}");
        std::process::exit(2);
    }
    print!("{reply}");
    Ok(())
}

/// Starts the server, and passes each message on once the listener at the socket has it: `{ "from": "editor" | "server", "message" }`.
fn tap(socket: &Path, program: &str, arguments: &[&str]) -> io::Result<()> {
    let listener = Arc::new(Mutex::new(UnixStream::connect(socket)?));
    let mut server = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (stdin, stdout) = (server.stdin.take().expect("piped"), server.stdout.take().expect("piped"));
    let editors = Arc::clone(&listener);
    // Ends with the process, if the editor goes on talking to a server that is gone.
    thread::spawn(move || pass_on("editor", io::stdin(), stdin, &editors));
    pass_on("server", stdout, io::stdout(), &listener)?;
    server.wait().map(drop)
}

fn pass_on(from: &str, input: impl Read, mut output: impl Write, listener: &Mutex<UnixStream>) -> io::Result<()> {
    let mut input = BufReader::new(input);
    while let Some(message) = frames::read(&mut input)? {
        let told = json!({ "from": from, "message": message });
        frames::write(&mut *listener.lock().expect("no one panics with it in hand"), &told)?;
        frames::write(&mut output, &message)?;
    }
    Ok(())
}

fn append(log: &Path, value: &Value) -> io::Result<()> {
    File::options().create(true).append(true).open(log)?.write_all(format!("{value}\n").as_bytes())
}

struct Document {
    text: String,
    version: Value,
}

struct Server {
    encoding: Encoding,
    documents: HashMap<String, Document>,
    /// Requests of ours that the client has not answered, each with the request of its that the answer is for.
    asked: HashMap<i64, Value>,
    output: io::Stdout,
}

fn serve(log: &Path) -> io::Result<()> {
    let mut server =
        Server { encoding: Encoding::Utf16, documents: HashMap::new(), asked: HashMap::new(), output: io::stdout() };
    let mut input = io::stdin().lock();
    while let Some(message) = frames::read(&mut input)? {
        append(log, &message)?;
        match message["method"].as_str() {
            Some("exit") => break,
            Some(method) => server.take(method, &message)?,
            None => server.answered(&message)?,
        }
    }
    Ok(())
}

impl Server {
    fn take(&mut self, method: &str, message: &Value) -> io::Result<()> {
        let (id, params) = (&message["id"], &message["params"]);
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        match method {
            "initialize" => self.initialize(id, params),
            "shutdown" => self.reply(id, Value::Null),
            "textDocument/didOpen" => {
                let text = params["textDocument"]["text"].as_str().unwrap_or_default().to_owned();
                self.documents
                    .insert(uri.to_owned(), Document { text, version: params["textDocument"]["version"].clone() });
                self.publish(uri)
            }
            "textDocument/didChange" => {
                let document = self.documents.get_mut(uri).ok_or_else(|| io::Error::other("changed, not open"))?;
                text::apply_changes(&mut document.text, &params["contentChanges"], self.encoding);
                document.version = params["textDocument"]["version"].clone();
                self.publish(uri)
            }
            "textDocument/didClose" => {
                self.documents.remove(uri);
                Ok(())
            }
            "textDocument/codeAction" => self.reply(id, actions(uri, params)),
            "codeAction/resolve" => {
                let mut action = params.clone();
                if params.get("data").is_some() {
                    action["edit"] = self.edit(&params["data"], "DONE, resolved");
                }
                self.reply(id, action)
            }
            "workspace/executeCommand" => self.execute(id, params),
            _ if id.is_null() => Ok(()),
            _ => self.send(json!({ "id": id, "error": { "code": -32601, "message": format!("no {method} here") } })),
        }
    }

    fn initialize(&mut self, id: &Value, params: &Value) -> io::Result<()> {
        let encoding = params["capabilities"]["general"]["positionEncodings"][0].as_str().unwrap_or("utf-16");
        self.encoding = Encoding::named(Some(encoding));
        self.reply(
            id,
            json!({ "capabilities": {
                "positionEncoding": encoding,
                "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
                "codeActionProvider": { "resolveProvider": true },
                "executeCommandProvider": { "commands": ["replace", "ask", "fail", "hang"] },
            }, "serverInfo": { "name": "stand-in" } }),
        )
    }

    fn execute(&mut self, id: &Value, params: &Value) -> io::Result<()> {
        let argument = &params["arguments"][0];
        match params["command"].as_str() {
            Some("replace") => {
                let edit = self.edit(argument, "DONE, by command");
                self.ask(id, "workspace/applyEdit", json!({ "edit": edit }))
            }
            Some("ask") => self.ask(id, argument["method"].as_str().unwrap_or_default(), argument["params"].clone()),
            Some("fail") => {
                self.send(json!({ "method": "window/logMessage", "params": { "type": 1, "message": "it failed" } }))?;
                self.reply(id, Value::Null)
            }
            _ => Ok(()),
        }
    }

    /// Asks the client; its answer becomes ours to its own request `id`.
    fn ask(&mut self, id: &Value, method: &str, params: Value) -> io::Result<()> {
        let ours = i64::try_from(self.asked.len()).map_err(io::Error::other)?;
        self.asked.insert(ours, id.clone());
        let mut message = json!({ "id": ours, "method": method });
        message["params"] = params;
        self.send(message)
    }

    fn answered(&mut self, message: &Value) -> io::Result<()> {
        let Some(id) = message["id"].as_i64().and_then(|id| self.asked.get(&id).cloned()) else { return Ok(()) };
        self.reply(&id, json!({ "result": message["result"], "error": message["error"] }))
    }

    fn publish(&mut self, uri: &str) -> io::Result<()> {
        let Document { text, version } = &self.documents[uri];
        let diagnostics: Value = text
            .match_indices("TODO")
            .map(|(at, _)| {
                let (start, end) =
                    (text::position(text, at, self.encoding), text::position(text, at + 4, self.encoding));
                json!({ "range": { "start": start, "end": end }, "severity": 2, "source": "stand-in", "code": "todo",
                    "message": "a TODO stands here" })
            })
            .collect();
        self.send(json!({ "method": "textDocument/publishDiagnostics",
            "params": { "uri": uri, "version": version, "diagnostics": diagnostics } }))
    }

    /// The edit that writes `text` over the place that an action's data names, for the version that stands now.
    fn edit(&self, place: &Value, text: &str) -> Value {
        let version = place["uri"].as_str().and_then(|uri| self.documents.get(uri)).map(|d| d.version.clone());
        let version = place.get("version").cloned().or(version);
        json!({ "documentChanges": [{ "textDocument": { "uri": place["uri"], "version": version },
            "edits": [{ "range": place["range"], "newText": text }] }] })
    }

    fn reply(&mut self, id: &Value, result: Value) -> io::Result<()> {
        let mut message = json!({ "id": id });
        message["result"] = result;
        self.send(message)
    }

    fn send(&mut self, mut message: Value) -> io::Result<()> {
        message["jsonrpc"] = json!("2.0");
        frames::write(&mut self.output, &message)
    }
}

/// Two actions for each diagnostic asked about: one is resolved to its edit, one is a command.
fn actions(uri: &str, params: &Value) -> Value {
    let found = params["context"]["diagnostics"].as_array().into_iter().flatten();
    found
        .flat_map(|diagnostic| {
            let place = json!({ "uri": uri, "range": diagnostic["range"] });
            [
                json!({ "title": "Do it", "kind": "quickfix", "data": place }),
                json!({ "title": "Do it by command", "kind": "quickfix",
                    "command": { "title": "replace", "command": "replace", "arguments": [place] } }),
            ]
        })
        .collect()
}
