//! Plays a trace against the built server, at the recorded times, with real files and hooks; then has the agent taken out by the editor.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::drawing;
use super::trace::{Change, Deed, Trace, What, Who};
use crate::support::agent::{Announced, ClaudeCode, countersign_hook};
use crate::support::binary::countersign;
use crate::support::client::{Answer, Client};
use crate::support::profile::Profile;
use crate::support::repository::Repository;
use crate::weave::story::drawn;

/// How long after the last step it is looked at what has come of it: longer than any doubt lasts.
const AFTER: Duration = Duration::from_millis(1000);
/// A step that comes so much later than it was recorded, since the machine was busy, makes another trace of it.
const LATE: Duration = Duration::from_millis(100);

/// What came of a trace.
pub(super) struct Outcome {
    /// Who wrote what, in the editor and on disk, and both without the agent.
    pub(super) drawn: String,
    /// Whether each step came at its time.
    pub(super) in_time: bool,
}

/// Plays it, and draws what comes of it.
pub(super) fn replay(trace: &Trace, profile: Profile) -> Outcome {
    let repository = Repository::new(&[("a.txt", &trace.file)]);
    if let Some(other) = &trace.other {
        repository.git(&["checkout", "--quiet", "-b", "other"]);
        repository.write("a.txt", other);
        repository.commit("Other");
        repository.git(&["checkout", "--quiet", "main"]);
    }
    let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.prompt("Change it");
    let client = Client::start(&repository, repository.command(countersign()).arg("lsp"), profile);
    client.answer("workspace/applyEdit", |_| Answer::Never);
    let mut replay = Replay { repository: &repository, claude, client, announced: None, response: Value::Null };
    let (mut last, mut in_time) = (0, true);
    for step in &trace.steps {
        // What lies between two steps is a part of what happened.
        let (begin, wait) = (Instant::now(), Duration::from_millis(step.at.saturating_sub(last)));
        last = step.at;
        thread::sleep(wait);
        let waited = begin.elapsed();
        replay.take(&step.what);
        let took = if step.what.takes_no_time() { begin.elapsed() } else { waited };
        in_time &= took < wait + LATE;
    }
    thread::sleep(AFTER);
    let drawn = replay.outcome();
    let drawn = drawn + &replay.without_the_agent();
    replay.client.quit();
    Outcome { drawn, in_time }
}

struct Replay<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    client: Client,
    announced: Option<Announced>,
    response: Value,
}

impl Replay<'_> {
    fn take(&mut self, what: &What) {
        let document = |path: &str| json!({ "textDocument": { "uri": self.client.uri(path) } });
        match what {
            What::Opened { path, version, text } => {
                let mut params = document(path);
                params["textDocument"]["languageId"] = json!("plaintext");
                params["textDocument"]["version"] = json!(version);
                params["textDocument"]["text"] = json!(text);
                self.client.retell("textDocument/didOpen", &params);
            }
            What::Changed { path, version, changes } => {
                let mut params = document(path);
                params["textDocument"]["version"] = json!(version);
                let change = |Change { range: [a, b, c, d], text }: &Change| {
                    let range = json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
                    json!({ "range": range, "text": text })
                };
                params["contentChanges"] = changes.iter().map(change).collect();
                self.client.retell("textDocument/didChange", &params);
            }
            What::Plain { name, path } => {
                let mut params = document(path);
                if name == "willSave" {
                    params["reason"] = json!(1);
                }
                self.client.retell(&format!("textDocument/{name}"), &params);
            }
            What::Watched(seen) => {
                let kinds = ["created", "changed", "deleted"];
                let seen = seen.iter().map(|(kind, path)| {
                    let kind = kinds.iter().position(|known| known == kind).expect("a kind of change") + 1;
                    json!({ "uri": self.client.uri(path), "type": kind })
                });
                let changes: Value = seen.collect();
                self.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
            }
            What::Renamed { name, from, to } => {
                let files = json!([{ "oldUri": self.client.uri(from), "newUri": self.client.uri(to) }]);
                // A server that did not ask for it is not asked; a notification it may get all the same.
                if name == "didRenameFiles" {
                    self.client.notify("workspace/didRenameFiles", json!({ "files": files }));
                }
            }
            What::Chooses { line, title } => self.choose(*line, title),
            What::Runs { command } => {
                let arguments = json!([{ "uri": self.client.uri("a.txt"), "now": true }]);
                self.client.ask("workspace/executeCommand", json!({ "command": command, "arguments": arguments }));
            }
            What::Answers { applied } => {
                let id = self.client.wait_for_request("workspace/applyEdit");
                self.client.reply(&id, &json!({ "applied": applied }));
            }
            What::Git(arguments) => {
                self.repository.git(&arguments.split(' ').collect::<Vec<_>>());
            }
            What::Does { who, deed } => self.does(*who, deed),
        }
    }

    /// Asks for an action's edit as the editor did; what it made of it stands in the trace.
    fn choose(&mut self, line: u32, title: &str) {
        let actions = self.client.actions("a.txt", line, &json!([]));
        let action = actions.into_iter().find(|action| action["title"] == title);
        let mut action = action.unwrap_or_else(|| panic!("{title:?} is not offered"));
        if action.get("edit").is_none() && action.get("command").is_none() {
            action = self.client.request("codeAction/resolve", action);
        }
        if let Some(run) = action.get("command") {
            let params = json!({ "command": run["command"], "arguments": run["arguments"] });
            self.client.request("workspace/executeCommand", params);
        }
    }

    fn does(&mut self, who: Who, deed: &Deed) {
        let repository = self.repository;
        match (who, deed) {
            (Who::Agent, Deed::Writes { path, text }) => {
                let announced = self.claude.announce_write(path, text);
                let response = announced.write(repository);
                self.claude.report(&announced, response);
            }
            (_, Deed::Writes { path, text }) => repository.write(path, text),
            (_, Deed::Announces { path, text }) => self.announced = Some(self.claude.announce_write(path, text)),
            (_, Deed::WritesIt) => {
                self.response = self.announced.as_ref().expect("it was announced").write(repository);
            }
            (_, Deed::Reports) => {
                let announced = self.announced.take().expect("it was announced");
                self.claude.report(&announced, self.response.take());
            }
            (_, Deed::Replaces { path, text }) => {
                let announced = (who == Who::Agent).then(|| self.claude.announce_write(path, text));
                let temporary = format!("{path}.tmp");
                repository.write(&temporary, text);
                fs::rename(repository.path(&temporary), repository.path(path)).unwrap();
                if let Some(announced) = announced {
                    self.claude.report(&announced, json!({ "filePath": repository.path(path), "content": text }));
                }
            }
            (_, Deed::Touches { path }) => {
                let file = fs::File::options().append(true).open(repository.path(path)).unwrap();
                file.set_modified(std::time::SystemTime::now()).unwrap();
            }
            (Who::Agent, Deed::Deletes { path }) => {
                self.claude.bash(&format!("rm {path}"));
            }
            (_, Deed::Deletes { path }) => fs::remove_file(repository.path(path)).unwrap(),
            (_, Deed::Renames { from, to }) => fs::rename(repository.path(from), repository.path(to)).unwrap(),
        }
    }

    fn texts(&self, path: &str) -> [Option<String>; 2] {
        [self.client.buffer(path), fs::read_to_string(self.repository.path(path)).ok()]
    }

    fn files(&self) -> Vec<&'static str> {
        ["a.txt", "c.txt"].into_iter().filter(|path| self.texts(path).iter().any(Option::is_some)).collect()
    }

    fn outcome(&self) -> String {
        let files = self.files();
        if files.is_empty() {
            return "no file\n".to_owned();
        }
        files.iter().map(|path| drawing::draw(self.repository, path, &self.texts(path))).collect()
    }

    /// Has the agent taken out of all files by the editor, and draws the texts that this leaves.
    fn without_the_agent(&mut self) -> String {
        self.client.answer_as_usual("workspace/applyEdit");
        let files = self.files();
        let mut told = String::new();
        for path in files {
            let before = self.texts(path);
            let arguments = json!([{ "uri": self.client.uri(path), "now": true }]);
            let run = json!({ "command": "countersign.revert", "arguments": arguments });
            let done = self.client.request("workspace/executeCommand", run);
            // An edit may be one that changes no text.
            let end = Instant::now() + 2 * AFTER;
            while done["files"] != 0 && self.texts(path) == before && Instant::now() < end {
                thread::sleep(Duration::from_millis(5));
            }
            let after = self.texts(path);
            if after == before {
                told += &format!("revert the agent in {path}: nothing to revert\n");
                continue;
            }
            let [editor, disk] = after.map(|text| text.map_or("none".to_owned(), |text| drawn(&text)));
            told += &format!("revert the agent in {path}\n  editor  {editor}\n  disk    {disk}\n");
        }
        told
    }
}
