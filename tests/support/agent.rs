//! Plays Claude Code: real hook events, with all their fields, around real writes to disk. And agents that speak the generic JSON.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::binary::{self, Ended};
use super::repository::Repository;

/// What starts a hook: a program and its arguments.
pub(crate) type Hook = Vec<PathBuf>;

/// `countersign hook AGENT` of the built binary.
pub(crate) fn countersign_hook(agent: &str) -> Hook {
    vec![binary::countersign().into(), "hook".into(), agent.into()]
}

/// The hook of an agent that is a process of its own, as agents are: Claude Code. Perl is on every machine that has git.
pub(crate) fn hook_of_an_agent() -> Hook {
    let agent = ["perl", "-e", "exit(system(@ARGV) >> 8)"].map(PathBuf::from);
    agent.into_iter().chain(countersign_hook("claude-code")).collect()
}

/// A hook's answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// What it wrote to stdout; null when that was nothing.
    pub(crate) json: Value,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
    pub(crate) took: Duration,
}

impl Reply {
    /// None, since its hook was killed: agents go on then.
    fn killed() -> Reply {
        Reply { json: Value::Null, stderr: String::new(), code: None, took: Duration::ZERO }
    }

    fn of(ended: Ended) -> Reply {
        let Ended { code, stdout, stderr, took } = ended;
        let json = match stdout.trim() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|error| panic!("a reply of {text:?}: {error}")),
        };
        Reply { json, stderr, code, took }
    }

    /// `allow`, `ask`, `deny`, or `none` where the hook leaves it to the agent. Exit code 2 denies, whatever stdout holds.
    pub(crate) fn decision(&self) -> &str {
        match (self.code, &self.json["decision"]) {
            (Some(2), _) => "deny",
            (_, block) if block == "block" => "deny",
            _ => self.json["hookSpecificOutput"]["permissionDecision"].as_str().unwrap_or("none"),
        }
    }

    /// Why, in the words that the agent is shown.
    pub(crate) fn reason(&self) -> &str {
        if self.code == Some(2) {
            return self.stderr.trim();
        }
        let said = self.json["hookSpecificOutput"]["permissionDecisionReason"].as_str();
        said.or(self.json["reason"].as_str()).unwrap_or_default()
    }
}

/// One run of Claude Code in a repository.
pub(crate) struct ClaudeCode<'a> {
    repository: &'a Repository,
    hook: Hook,
    session: String,
    transcript: PathBuf,
    calls: u32,
    /// How long its hooks may take before they are killed; none: as long as tests wait for anything.
    pub(crate) patience: Option<Duration>,
}

/// A tool that has been announced and has not run yet.
pub(crate) struct Announced {
    /// What the hook said to it.
    pub(crate) reply: Reply,
    fields: Value,
    write: Tool,
}

enum Tool {
    File { path: PathBuf, before: Option<String>, after: String },
    Shell { command: String },
}

impl<'a> ClaudeCode<'a> {
    /// Starts a session under this id.
    pub(crate) fn start(repository: &'a Repository, hook: Hook, session: &str) -> ClaudeCode<'a> {
        let folder = repository.home().join(".claude/projects/work");
        fs::create_dir_all(&folder).expect("the home is ours");
        let transcript = folder.join(format!("{session}.jsonl"));
        let claude = ClaudeCode { repository, hook, session: session.to_owned(), transcript, calls: 0, patience: None };
        claude.tell("SessionStart", json!({ "source": "startup", "model": "claude-opus-4-5" }));
        claude
    }

    /// The user asks for something: a turn begins.
    pub(crate) fn prompt(&self, prompt: &str) -> Reply {
        let line =
            json!({ "type": "user", "sessionId": self.session, "message": { "role": "user", "content": prompt } });
        let mut transcript =
            File::options().create(true).append(true).open(&self.transcript).expect("the home is ours");
        writeln!(transcript, "{line}").expect("the home is ours");
        self.tell("UserPromptSubmit", json!({ "prompt": prompt }))
    }

    /// The Edit tool, from announcement to report: replaces the one place where `old` stands. Not run where the hook does not let it.
    pub(crate) fn edit(&mut self, path: &str, old: &str, new: &str) -> Reply {
        let announced = self.announce_edit(path, old, new);
        self.run(announced)
    }

    /// The Write tool: the whole file.
    pub(crate) fn write(&mut self, path: &str, content: &str) -> Reply {
        let announced = self.announce_write(path, content);
        self.run(announced)
    }

    /// The Bash tool: the command really runs, in the root. Where the hook asks, the user says yes.
    pub(crate) fn bash(&mut self, command: &str) -> Reply {
        let input = json!({ "command": command, "description": "Run a command" });
        let announced = self.announce("Bash", input, Tool::Shell { command: command.to_owned() });
        self.run(announced)
    }

    /// PreToolUse of Bash alone: what the hook says.
    pub(crate) fn announce_bash(&mut self, command: &str) -> Reply {
        let input = json!({ "command": command, "description": "Run a command" });
        self.announce("Bash", input, Tool::Shell { command: command.to_owned() }).reply
    }

    /// PreToolUse of Edit alone: `write` and `report` come when the test says.
    pub(crate) fn announce_edit(&mut self, path: &str, old: &str, new: &str) -> Announced {
        let file = self.repository.path(path);
        let before = self.repository.read(path);
        assert_eq!(before.matches(old).count(), 1, "Edit wants {old:?} once in {path}:\n{before}");
        let input = json!({ "file_path": file, "old_string": old, "new_string": new });
        let after = before.replacen(old, new, 1);
        self.announce("Edit", input, Tool::File { path: file, before: Some(before), after })
    }

    /// PreToolUse of Write alone.
    pub(crate) fn announce_write(&mut self, path: &str, content: &str) -> Announced {
        let file = self.repository.path(path);
        let before = fs::read_to_string(&file).ok();
        let input = json!({ "file_path": file, "content": content });
        self.announce("Write", input, Tool::File { path: file, before, after: content.to_owned() })
    }

    /// PostToolUse of a tool that was announced and has run.
    pub(crate) fn report(&self, announced: &Announced, response: Value) -> Reply {
        let mut fields = announced.fields.clone();
        fields["tool_response"] = response;
        fields["duration_ms"] = json!(7);
        self.tell("PostToolUse", fields)
    }

    /// The turn is over.
    pub(crate) fn stop(&self) -> Reply {
        self.tell("Stop", json!({ "stop_hook_active": false, "last_assistant_message": "Done." }))
    }

    /// Sends one event, with the fields that all have and these. Claude Code starts hooks in the project, with its folder in the environment.
    pub(crate) fn tell(&self, event: &str, fields: Value) -> Reply {
        let mut payload = json!({ "session_id": self.session, "transcript_path": self.transcript,
            "cwd": self.repository.root(), "hook_event_name": event, "permission_mode": "default" });
        if let (Value::Object(payload), Value::Object(fields)) = (&mut payload, fields) {
            payload.extend(fields);
        }
        let mut command = start(self.repository, &self.hook);
        command.env("CLAUDE_PROJECT_DIR", self.repository.root());
        let payload = payload.to_string();
        match self.patience {
            None => Reply::of(binary::run(&mut command, payload.as_bytes())),
            Some(limit) => {
                binary::run_for(limit, &mut command, payload.as_bytes()).map_or_else(Reply::killed, Reply::of)
            }
        }
    }

    fn announce(&mut self, tool: &str, input: Value, write: Tool) -> Announced {
        self.calls += 1;
        let id = format!("toolu_{:024}", self.calls);
        let mut fields = json!({ "tool_name": tool, "tool_use_id": id });
        fields["tool_input"] = input;
        Announced { reply: self.tell("PreToolUse", fields.clone()), fields, write }
    }

    fn run(&self, announced: Announced) -> Reply {
        let is_allowed = matches!(announced.write, Tool::Shell { .. });
        if matches!(announced.reply.decision(), "deny") || announced.reply.decision() == "ask" && !is_allowed {
            return announced.reply;
        }
        let response = announced.write(self.repository);
        self.report(&announced, response)
    }
}

impl Announced {
    /// What the tool does to the disk, and its response.
    pub(crate) fn write(&self, repository: &Repository) -> Value {
        match &self.write {
            Tool::Shell { command } => {
                let ended = binary::run(repository.command("sh").args(["-c", command]), b"");
                json!({ "stdout": ended.stdout, "stderr": ended.stderr, "interrupted": false, "isImage": false })
            }
            Tool::File { path, before, after } => {
                fs::create_dir_all(path.parent().expect("a path in the root")).expect("folders can be made");
                fs::write(path, after).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                self.file_response(path, before.as_deref(), after)
            }
        }
    }

    fn file_response(&self, path: &Path, before: Option<&str>, after: &str) -> Value {
        let patch = structured_patch(before.unwrap_or_default(), after);
        let input = &self.fields["tool_input"];
        match self.fields["tool_name"] == "Edit" {
            true => json!({ "filePath": path, "oldString": input["old_string"], "newString": input["new_string"],
                "originalFile": before, "structuredPatch": patch, "userModified": false, "replaceAll": false }),
            false => json!({ "type": if before.is_some() { "update" } else { "create" }, "filePath": path,
                "content": after, "originalFile": before,
                "structuredPatch": if before.is_some() { patch } else { json!([]) } }),
        }
    }
}

/// An agent that sends the documented JSON, or git-ai's `agent-v1`, to the generic hook.
pub(crate) fn generic(repository: &Repository, hook: &Hook, payload: &Value) -> Reply {
    Reply::of(binary::run(&mut start(repository, hook), payload.to_string().as_bytes()))
}

fn start(repository: &Repository, hook: &Hook) -> Command {
    let (program, arguments) = hook.split_first().expect("a hook names a program");
    let mut command = repository.command(program);
    command.args(arguments);
    command
}

/// Hunks of three lines' context, as Claude Code reports them: lines from 1, each with its ` `, `-` or `+`.
fn structured_patch(before: &str, after: &str) -> Value {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(3);
    let hunks = groups.iter().map(|group| {
        let (first, last) = (group.first().expect("no group is empty"), group.last().expect("no group is empty"));
        let (old, new) = (first.old_range().start, first.new_range().start);
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        let lines = changes.map(|change| {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            format!("{sign}{}", change.value().trim_end_matches('\n'))
        });
        json!({ "oldStart": old + 1, "oldLines": last.old_range().end - old, "newStart": new + 1,
            "newLines": last.new_range().end - new, "lines": lines.collect::<Vec<_>>() })
    });
    hunks.collect()
}
