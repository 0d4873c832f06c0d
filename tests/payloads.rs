//! Recorded messages of agents' hooks, one file each under `payloads/<agent>`, and what we hear in them.

#![cfg(test)]

mod played;
mod replies;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use countersign::agents::{self, Message};
use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Write};
use countersign_core::scope::{Scope, SessionScope};
use expect_test::{Expect, expect, expect_file};

/// The folder of an agent's messages; beside them stand what its replies must be, and, for most, what is heard in the messages.
fn folder(agent: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("payloads").join(agent)
}

fn recorded(agent: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder(agent)).unwrap().map(|entry| entry.unwrap().path());
    let is_message =
        |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().starts_with(|c: char| c.is_ascii_digit());
    let mut files: Vec<PathBuf> = files.filter(is_message).collect();
    files.sort();
    files
}

fn check(agent: &str, expected: &Expect) {
    expected.assert_eq(&heard(agent));
}

fn heard(agent: &str) -> String {
    let mut shown = String::new();
    for file in recorded(agent) {
        let message = (agents::find(agent).unwrap().parse)(&fs::read(&file).unwrap());
        let name = file.file_stem().unwrap().to_str().unwrap();
        match message {
            Ok(message) => writeln!(shown, "{name}: {}", show(&message)).unwrap(),
            Err(error) => writeln!(shown, "{name}: ERROR {error:#}").unwrap(),
        }
    }
    shown
}

#[test]
fn every_other_agents_messages_are_heard() {
    for agent in agents::names().filter(|name| !["claude-code", "generic"].contains(name)) {
        expect_file![folder(agent).join("heard.txt")].assert_eq(&heard(agent));
    }
}

fn show(message: &Message) -> String {
    let mut shown = format!("{:?}", message.moment);
    for event in &message.events {
        shown += &format!("\n  {}", show_event(event));
    }
    shown
}

fn show_event(event: &AgentEvent) -> String {
    let AgentEvent { agent, session, model, cwd, call, act } = event;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let session = session.to_string().replace("23aad27c-175d-427f-ac5f-a6830b8e6e65", "23aad27c");
    let model = model.as_deref().map(|model| format!(" {model}")).unwrap_or_default();
    format!("{agent} {session}{model} in {} call {}: {}", or_none(cwd), or_none(call), show_act(act))
}

fn show_act(act: &AgentAct) -> String {
    match act {
        AgentAct::WillWrite { writes } => format!("will write{}", show_writes(writes)),
        AgentAct::DidWrite { writes } => format!("did write{}", show_writes(writes)),
        other => format!("{other:?}"),
    }
}

fn show_writes(writes: &[Write]) -> String {
    writes.iter().map(|write| format!("\n    {}", show_write(write))).collect()
}

fn show_write(write: &Write) -> String {
    let mut shown = format!("{} before {:?}", write.path, write.before);
    shown += &format!("\n      {:?}", write.delta);
    if let Some(amended) = &write.amended {
        shown += &format!("\n      user made it {amended:?}");
    }
    if let Some(before) = write.before.text() {
        shown += &format!("\n      so {:?}", write.after(before));
    }
    shown
}

#[test]
fn claude_codes_messages_are_heard() {
    check(
        "claude-code",
        &expect![[r##"
            01-session-start: SessionStart
              claude-code 23aad27c claude-opus-4-8 in /home/ada/calc call -: SessionStarted { source: Some("startup") }
            02-user-prompt-submit: Prompt
              claude-code 23aad27c in /home/ada/calc call -: Prompted { text: "Make parse return an error instead of panicking." }
            03-pre-edit: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_01Edit: will write
                /home/ada/calc/src/parse.rs before Unknown
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: false }])
            04-post-edit: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_01Edit: did write
                /home/ada/calc/src/parse.rs before Text("pub fn parse(text: &str) -> i64 {\n    text.parse().unwrap()\n}\n")
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: false }])
                  so Ok("pub fn parse(text: &str) -> i64 {\n    text.parse().map_err(|_| Error::Number)\n}\n")
            05-post-edit-user-modified: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_02Edit: did write
                /home/ada/calc/src/parse.rs before Text("pub fn parse(text: &str) -> i64 {\n    text.parse().unwrap()\n}\n")
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: false }])
                  user made it Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.trim().parse().map_err(|_| Error::Number)", all: false }])
                  so Ok("pub fn parse(text: &str) -> i64 {\n    text.trim().parse().map_err(|_| Error::Number)\n}\n")
            06-post-edit-line-removed: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_03Edit: did write
                /home/ada/calc/src/parse.rs before Text("fn f(text: &str) {\n    dbg!(text);\n    g(text);\n}\n")
                  Hunks([LineHunk { line: 0, old: "fn f(text: &str) {\n    dbg!(text);\n    g(text);\n}\n", new: "fn f(text: &str) {\n    g(text);\n}\n" }])
                  so Ok("fn f(text: &str) {\n    g(text);\n}\n")
            07-post-edit-large-file: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_04Edit: did write
                /home/ada/calc/src/parse.rs before Unknown
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: true }])
            08-pre-write: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_05Write: will write
                /home/ada/calc/src/error.rs before Unknown
                  Whole("pub enum Error {\n    Number,\n}\n")
            09-post-write-create: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_05Write: did write
                /home/ada/calc/src/error.rs before Absent
                  Whole("pub enum Error {\n    Number,\n}\n")
                  so Ok("pub enum Error {\n    Number,\n}\n")
            10-post-write-update: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_06Write: did write
                /home/ada/calc/README.md before Text("# Calc\n")
                  Whole("# Calc\n\nAdds.\n")
                  so Ok("# Calc\n\nAdds.\n")
            11-pre-multi-edit: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_07Multi: will write
                /home/ada/calc/src/lib.rs before Unknown
                  Replace([Replacement { old: "mod parse;", new: "mod error;\nmod parse;", all: false }, Replacement { old: "i64", new: "Number", all: true }])
            12-post-multi-edit: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_07Multi: did write
                /home/ada/calc/src/lib.rs before Text("mod parse;\npub fn add(a: i64, b: i64) -> i64 {\n    a + b\n}\n")
                  Replace([Replacement { old: "mod parse;", new: "mod error;\nmod parse;", all: false }, Replacement { old: "i64", new: "Number", all: true }])
                  so Ok("mod error;\nmod parse;\npub fn add(a: Number, b: Number) -> Number {\n    a + b\n}\n")
            13-pre-notebook-edit: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_08Note: will write
                /home/ada/calc/plot.ipynb before Unknown
                  Holding(["\"import math\\n\"", "\"print(\\\"π\\\", math.pi)\""])
            14-post-notebook-edit: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_08Note: did write
                /home/ada/calc/plot.ipynb before Unknown
                  Holding(["\"import math\\n\"", "\"print(\\\"π\\\", math.pi)\""])
            15-post-notebook-edit-error: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_09Note: WriteFailed { paths: ["/home/ada/calc/plot.ipynb"] }
            16-pre-bash: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_10Bash: WillRun { command: "cargo fmt && cargo test -q", background: false }
            17-post-bash: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_10Bash: DidRun { command: "cargo fmt && cargo test -q", background: false, failed: false }
            18-pre-bash-background: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_11Bash: WillRun { command: "npm run watch", background: true }
            19-post-bash-sent-to-background: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_12Bash: DidRun { command: "npm run dev", background: true, failed: false }
            20-failure-edit: AfterFailure
              claude-code 23aad27c in /home/ada/calc call toolu_13Edit: WriteFailed { paths: ["/home/ada/calc/src/parse.rs"] }
            21-failure-bash: AfterFailure
              claude-code 23aad27c in /home/ada/calc call toolu_14Bash: DidRun { command: "make gen", background: false, failed: true }
            22-permission-denied-write: Other
              claude-code 23aad27c in /home/ada/calc call toolu_15Write: WriteFailed { paths: ["/home/ada/calc/.claude/settings.json"] }
            23-subagent-start: Other
              claude-code 23aad27c/a1b2c3 in /home/ada/calc call -: SessionStarted { source: Some("subagent") }
            24-subagent-pre-edit: BeforeTool
              claude-code 23aad27c/a1b2c3 in /home/ada/calc call toolu_16Edit: will write
                /home/ada/calc/src/parse.rs before Unknown
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: false }])
            25-subagent-stop: Other
              claude-code 23aad27c/a1b2c3 in /home/ada/calc call -: TurnEnded
            26-stop: Other
              claude-code 23aad27c in /home/ada/calc call -: TurnEnded
            27-session-end: Other
              claude-code 23aad27c in /home/ada/calc call -: SessionEnded
            28-other-tool: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_17: WillUse { tool: "mcp__github__create_pull_request" }
            29-other-event: Other
            30-stringified-input: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_18Write: will write
                /home/ada/calc/notes.md before Unknown
                  Whole("a\n")
            31-windows-path: BeforeTool
              claude-code 23aad27c in C:\Users\ada\calc call toolu_19Edit: will write
                C:\Users\ada\calc\src\parse.rs before Unknown
                  Replace([Replacement { old: "a\r\n", new: "b\r\n", all: false }])
            32-post-edit-response-is-text: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_20Edit: did write
                /home/ada/calc/src/parse.rs before Unknown
                  Replace([Replacement { old: "    text.parse().unwrap()", new: "    text.parse().map_err(|_| Error::Number)", all: false }])
            33-raw-control-characters: BeforeTool
              claude-code 23aad27c in /home/ada/calc call toolu_21Bash: WillRun { command: "printf '\u{1b}[1mhi'\nls", background: false }
            34-post-edit-creates: AfterTool
              claude-code 23aad27c in /home/ada/calc call toolu_22Edit: did write
                /home/ada/calc/src/new.rs before Absent
                  Replace([Replacement { old: "", new: "// new\n", all: false }])
                  so Ok("// new\n")
            35-permission-request: Permission
              claude-code 23aad27c in /home/ada/calc call -: Requested { tool: "WebFetch" }
        "##]],
    );
}

#[test]
fn generic_messages_are_heard() {
    check(
        "generic",
        &expect![[r#"
        01-session-started: SessionStart
          patcher run-12 m-1 in /home/ada/calc call -: SessionStarted { source: Some("nightly") }
        02-prompted: Prompt
          patcher run-12 m-1 in /home/ada/calc call -: Prompted { text: "Rename add to sum." }
        03-will-write-edits: BeforeTool
          patcher run-12 m-1 in /home/ada/calc call c1: will write
            src/lib.rs before Text("fn add() {}\n")
              Replace([Replacement { old: "add", new: "sum", all: false }])
              so Ok("fn sum() {}\n")
        04-did-write-several: AfterTool
          patcher run-12 m-1 in /home/ada/calc call c1: did write
            src/lib.rs before Text("fn add() {}\n")
              Replace([Replacement { old: "add", new: "sum", all: true }])
              so Ok("fn sum() {}\n")
            src/new.rs before Absent
              Whole("// new\n")
              so Ok("// new\n")
            src/old.rs before Unknown
              Deleted
            a.md before Unknown
              Moved { to: "b.md" }
            logo.png before Unknown
              Unknown
        05-write-failed: AfterFailure
          patcher run-12 m-1 in /home/ada/calc call c2: WriteFailed { paths: ["src/lib.rs"] }
        06-will-run: BeforeTool
          patcher run-12 m-1 in /home/ada/calc call c3: WillRun { command: "make gen", background: true }
        07-did-run: AfterFailure
          patcher run-12 m-1 in /home/ada/calc call c3: DidRun { command: "make gen", background: false, failed: true }
        08-will-use: BeforeTool
          patcher run-12 m-1 in /home/ada/calc call c4: WillUse { tool: "search" }
        09-did-use: AfterTool
          patcher run-12 m-1 in /home/ada/calc call c4: DidUse { tool: "search" }
        10-subagent-turn-ended: Other
          patcher run-12/reviewer m-1 in /home/ada/calc call -: TurnEnded
        11-session-ended: Other
          patcher run-12 m-1 in /home/ada/calc call -: SessionEnded
        20-agent-v1-human: BeforeTool
          agent-v1 agent-v1 in /home/ada/calc call -: will write
            /home/ada/calc/src/lib.rs before Text("unsaved\n")
              Unknown
              so Err(Unknown)
            src/main.rs before Unknown
              Unknown
        21-agent-v1-ai-agent: AfterTool
          my-agent conv-123 gpt-5 in /home/ada/calc call -: did write
            /home/ada/calc/src/lib.rs before Unknown
              Unknown
        22-agent-v1-pre-shell-command: BeforeTool
          my-agent conv-123 gpt-5 in /home/ada/calc call shell-1: WillRun { command: "cargo fmt", background: false }
        23-agent-v1-post-shell-command: AfterTool
          my-agent conv-123 gpt-5 in /home/ada/calc call shell-1: DidRun { command: "cargo fmt", background: false, failed: false }
    "#]],
    );
}

#[test]
fn recorded_messages_fit_the_published_schema() {
    let schema = serde_json::from_str(agents::GENERIC_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let ours: Vec<PathBuf> =
        recorded("generic").into_iter().filter(|file| !file.display().to_string().contains("agent-v1")).collect();
    assert_eq!(ours.len(), 11);
    for file in ours {
        let message = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert!(validator.is_valid(&message), "{}", file.display());
    }
}

/// The write that a recorded message of Claude Code announces.
fn write_of(name: &str) -> Write {
    let file = recorded("claude-code").into_iter().find(|file| file.file_stem().unwrap() == name).unwrap();
    let message = (agents::find("claude-code").unwrap().parse)(&fs::read(file).unwrap()).unwrap();
    match &message.events[0].act {
        AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes } => writes[0].clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_announced_is_what_was_written() {
    let (announced, done) = (write_of("03-pre-edit"), write_of("04-post-edit"));
    let before = done.before.text().unwrap();
    assert_eq!(announced.after(before), done.after(before));
}

#[test]
fn what_the_user_changed_in_a_proposal_is_told_apart_from_what_the_agent_proposed() {
    let write = write_of("05-post-edit-user-modified");
    let before = write.before.text().unwrap();
    let agents = write.delta.apply(before).unwrap();
    let users = write.amended.as_ref().unwrap().apply(before).unwrap();
    assert!(!agents.contains("trim()") && users.contains("trim()"));
}

#[test]
fn a_line_that_an_edit_removed_with_its_break_is_gone_whole() {
    let write = write_of("06-post-edit-line-removed");
    assert!(matches!(write.delta, Delta::Hunks(_)));
    assert_eq!(write.after(write.before.text().unwrap()).unwrap(), "fn f(text: &str) {\n    g(text);\n}\n");
}

#[test]
fn an_agent_that_would_write_its_own_hooks_is_stopped_in_its_own_words() {
    let agent = agents::find("claude-code").unwrap();
    let text = r#"{"session_id":"s","cwd":"/repo","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":".claude/settings.json","content":"{}"}}"#;
    let message = (agent.parse)(text.as_bytes()).unwrap();
    let AgentAct::WillWrite { writes } = &message.events[0].act else { panic!() };
    assert_eq!(writes[0].before, Before::Unknown);
    let verdict = Scope::default().judge(&writes[0].path, None, &SessionScope::default());
    let reply = (agent.reply)(message.moment, &verdict, None);
    expect![[r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`.claude/settings.json` is part of the policy or the hooks that oversee agents."}}"#]].assert_eq(&reply.stdout);
}
