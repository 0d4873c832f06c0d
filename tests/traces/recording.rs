//! Records traces from real editors: `cargo test -p countersign-tests -- --ignored record` writes those of Neovim and Helix anew, with
//! what comes of them still to be drawn (`UPDATE_EXPECT=1`) and looked at. Pauses here are a person's, and a part of what is recorded.

mod helix;
mod neovim;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::folder;
use super::trace::{Change, Deed, Step, Trace, What, Who};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::repository::Repository;
use crate::support::tap::{Heard, Tap};

const FILE: &str = "one\ntwo\nthree\n";
/// What the file is once the agent has written its line.
const WITH_AGENT: &str = "one\nAGENT\ntwo\nthree\n";
const OTHER: &str = "one\nTWO\nthree\nfour\n";

/// What happens to the file beside the editor, and when.
struct Disk<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    done: Vec<(Instant, What)>,
}

fn repository() -> Repository {
    let repository = Repository::new(&[("a.txt", FILE)]);
    repository.git(&["checkout", "--quiet", "-b", "other"]);
    repository.write("a.txt", OTHER);
    repository.commit("Other");
    repository.git(&["checkout", "--quiet", "main"]);
    repository
}

impl<'a> Disk<'a> {
    fn new(repository: &'a Repository) -> Disk<'a> {
        let claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "s1");
        claude.prompt("Change it");
        Disk { repository, claude, done: Vec::new() }
    }

    fn does(&mut self, who: Who, deed: Deed) {
        self.done.push((Instant::now(), What::Does { who, deed }));
    }

    fn agent_writes(&mut self, text: &str) {
        self.does(Who::Agent, Deed::Writes { path: "a.txt".into(), text: text.into() });
        let announced = self.claude.announce_write("a.txt", text);
        let response = announced.write(self.repository);
        self.claude.report(&announced, response);
    }

    fn outside_writes(&mut self, text: &str) {
        self.does(Who::Outside, Deed::Writes { path: "a.txt".into(), text: text.into() });
        self.repository.write("a.txt", text);
    }

    fn agent_replaces(&mut self, text: &str) {
        self.does(Who::Agent, Deed::Replaces { path: "a.txt".into(), text: text.into() });
        let announced = self.claude.announce_write("a.txt", text);
        self.repository.write("a.txt.tmp", text);
        fs::rename(self.repository.path("a.txt.tmp"), self.repository.path("a.txt")).unwrap();
        let told = serde_json::json!({ "filePath": self.repository.path("a.txt"), "content": text });
        self.claude.report(&announced, told);
    }

    fn touch(&mut self) {
        self.does(Who::Outside, Deed::Touches { path: "a.txt".into() });
        let file = fs::File::options().append(true).open(self.repository.path("a.txt")).unwrap();
        file.set_modified(SystemTime::now()).unwrap();
    }

    fn delete(&mut self) {
        self.does(Who::Outside, Deed::Deletes { path: "a.txt".into() });
        fs::remove_file(self.repository.path("a.txt")).unwrap();
    }

    fn rename(&mut self) {
        self.does(Who::Outside, Deed::Renames { from: "a.txt".into(), to: "c.txt".into() });
        fs::rename(self.repository.path("a.txt"), self.repository.path("c.txt")).unwrap();
    }

    fn checkout(&mut self) {
        self.done.push((Instant::now(), What::Git("checkout --quiet other".into())));
        self.repository.git(&["checkout", "--quiet", "other"]);
    }

    /// The editor has written a file: just before this message, in which it told of it.
    fn editor_wrote(&mut self, path: &str, told: &Heard) {
        let deed = Deed::Writes { path: path.into(), text: self.repository.read(path) };
        self.done.push((told.at - Duration::from_micros(1), What::Does { who: Who::Editor, deed }));
    }

    fn editor_renamed(&mut self, from: &str, to: &str, told: &Heard) {
        let deed = Deed::Renames { from: from.into(), to: to.into() };
        self.done.push((told.at - Duration::from_micros(1), What::Does { who: Who::Editor, deed }));
    }
}

fn pause(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

/// Writes what was heard and done as the upper half of a trace.
fn write(editor: &str, stem: &str, title: &str, from: &str, disk: Disk<'_>, tap: &Tap) {
    let mut steps: Vec<(Instant, What)> = disk.done;
    steps.extend(heard(&tap.heard(), disk.repository.root()));
    steps.sort_by_key(|(at, _)| *at);
    let begin = steps.first().expect("something happened").0;
    let step = |(at, what): (Instant, What)| Step { at: at.duration_since(begin).as_millis() as u64, what };
    let other = steps.iter().any(|(_, what)| matches!(what, What::Git(_))).then(|| OTHER.to_owned());
    let title = format!("{title}. Recorded from {from}.");
    let trace = Trace { title, file: FILE.to_owned(), other, steps: steps.into_iter().map(step).collect() };
    fs::create_dir_all(folder(editor)).unwrap();
    fs::write(folder(editor).join(format!("{stem}.txt")), trace.to_string()).unwrap();
}

/// What an editor told of its documents, did about actions and commands, and answered.
fn heard(all: &[Heard], root: &Path) -> Vec<(Instant, What)> {
    let mut told = Vec::new();
    let (mut line, mut wishes) = (0, Vec::new());
    for Heard { at, from_editor, message } in all {
        let params = &message["params"];
        if !from_editor {
            if message["method"] == "workspace/applyEdit" {
                wishes.push(message["id"].clone());
            }
            continue;
        }
        let path = |value: &Value| {
            let path = value.as_str().and_then(|uri| uri.strip_prefix("file://")).unwrap_or_default();
            Path::new(path).strip_prefix(root).map(|path| path.display().to_string()).unwrap_or_default()
        };
        let document = || path(&params["textDocument"]["uri"]);
        let version = params["textDocument"]["version"].as_i64().unwrap_or_default();
        let what = match message["method"].as_str() {
            Some("textDocument/didOpen") => {
                let text = params["textDocument"]["text"].as_str().unwrap_or_default().to_owned();
                What::Opened { path: document(), version, text }
            }
            Some("textDocument/didChange") => {
                let changes = params["contentChanges"].as_array().into_iter().flatten().map(change).collect();
                What::Changed { path: document(), version, changes }
            }
            Some(name @ ("textDocument/didSave" | "textDocument/didClose" | "textDocument/willSave")) => {
                What::Plain { name: name.trim_start_matches("textDocument/").to_owned(), path: document() }
            }
            Some("workspace/didChangeWatchedFiles") => {
                let kind = |change: &Value| {
                    ["created", "changed", "deleted"][change["type"].as_u64().unwrap_or(2) as usize - 1]
                };
                let seen = params["changes"].as_array().into_iter().flatten();
                What::Watched(seen.map(|change| (kind(change).to_owned(), path(&change["uri"]))).collect())
            }
            Some(name @ ("workspace/willRenameFiles" | "workspace/didRenameFiles")) => {
                let file = &params["files"][0];
                let name = name.trim_start_matches("workspace/").to_owned();
                What::Renamed { name, from: path(&file["oldUri"]), to: path(&file["newUri"]) }
            }
            Some("textDocument/codeAction") => {
                line = params["range"]["start"]["line"].as_u64().unwrap_or_default() as u32;
                continue;
            }
            Some("codeAction/resolve") => {
                What::Chooses { line, title: params["title"].as_str().unwrap_or_default().to_owned() }
            }
            Some("workspace/executeCommand") => {
                What::Runs { command: params["command"].as_str().unwrap_or_default().to_owned() }
            }
            None if wishes.contains(&message["id"]) => What::Answers { applied: message["result"]["applied"] == true },
            _ => continue,
        };
        told.push((*at, what));
    }
    told
}

fn change(change: &Value) -> Change {
    let end = |end: &str, part: &str| change["range"][end][part].as_u64().unwrap_or_default() as u32;
    let range = [end("start", "line"), end("start", "character"), end("end", "line"), end("end", "character")];
    Change { range, text: change["text"].as_str().unwrap_or_default().to_owned() }
}
