//! What sessions spent: read off the transcripts that hooks point to, in the hook's own process, once the agent has its reply.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use expect_test::expect;
use serde_json::{Value, json};

use super::{claude, ok, status, status_json};
use crate::support::agent::{countersign_hook, generic};
use crate::support::repository::Repository;

fn repository() -> Repository {
    Repository::new(&[("a.txt", "one\ntwo\n")])
}

fn append(file: &Path, lines: &[Value]) {
    use std::io::Write as _;
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("the home is ours");
    let mut file = fs::File::options().create(true).append(true).open(file).expect("the home is ours");
    lines.iter().for_each(|line| writeln!(file, "{line}").expect("the home is ours"));
}

/// A part of an answer as Claude Code's transcripts have it.
fn answer(id: &str, model: &str, input: u64, output: u64, call: &str) -> Value {
    json!({ "type": "assistant", "isSidechain": false, "requestId": format!("req_{id}"), "message": {
        "id": id, "role": "assistant", "model": model, "content": [{ "type": "tool_use", "id": call, "name": "Edit", "input": {} }],
        "usage": { "input_tokens": input, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 10, "output_tokens": output } } })
}

fn claudes_transcript(repository: &Repository, session: &str) -> PathBuf {
    repository.home().join(format!(".claude/projects/work/{session}.jsonl"))
}

fn spent(repository: &Repository, session: &str) -> Value {
    let status = status_json(repository);
    let sessions = status["sessions"].as_array().expect("a list");
    sessions.iter().find(|known| known["session"] == session).map(|known| known["spent"].clone()).unwrap_or_default()
}

/// One message of an agent's hook, which must get the neutral reply.
fn tell(repository: &Repository, agent: &str, fields: Value) {
    let mut payload = json!({ "cwd": repository.root() });
    if let (Value::Object(payload), Value::Object(fields)) = (&mut payload, fields) {
        payload.extend(fields);
    }
    let reply = generic(repository, &countersign_hook(agent), &payload);
    assert_eq!((reply.code, reply.json), (Some(0), json!({})), "{}", reply.stderr);
}

#[test]
fn a_session_of_claude_code_spent_what_its_transcript_tells() {
    let repository = repository();
    let prices = "[prices.claude-opus]\ninput = 5\noutput = 25\ncache-read = 0.5\ncache-write = 6.25\n";
    let mut agent = claude(&repository, "s1");
    let transcript = claudes_transcript(&repository, "s1");
    agent.prompt("change two");
    agent.edit("a.txt", "two", "TWO");
    append(&transcript, &[answer("m1", "claude-opus-4-5-20251101", 1000, 1, "t1")]);
    agent.stop();
    // The hook came before the last words were written; the next one reads on.
    append(&transcript, &[answer("m1", "claude-opus-4-5-20251101", 1000, 200, "t2")]);
    assert_eq!(spent(&repository, "s1")["output"], 1);
    agent.stop();
    assert_eq!(
        spent(&repository, "s1"),
        json!({ "input": 1000, "output": 200, "cacheRead": 100, "cacheWrite": 10, "calls": 2, "cost": null,
            "models": { "claude-opus-4-5-20251101": { "input": 1000, "output": 200, "cacheRead": 100, "cacheWrite": 10 } } })
    );
    assert!(status(&repository).contains("cost unknown"), "{}", status(&repository));
    repository.write(".countersign.toml", prices);
    assert_eq!(spent(&repository, "s1")["cost"], 0.010112);
    expect![[r#"
        a.txt
          line 2  +1 -1  claude-code s1  ID
        1 hunk in 1 file, 0 findings
        claude-code s1 claude-opus-4-5  1,110 tokens read (100 of them cached), 200 written, 2 tool calls, $0.0101
    "#]]
    .assert_eq(&status(&repository));
    let log = ok(&repository, &["log", "s1"]);
    let counts: Vec<&str> = log.lines().filter_map(|line| line.split_once("  spent ")).map(|(_, told)| told).collect();
    expect![[r#"
        [
            "1,110 tokens read (100 of them cached), 1 written, 1 tool call, claude-opus-4-5-20251101",
            "1,110 tokens read (100 of them cached), 200 written, 2 tool calls, claude-opus-4-5-20251101",
        ]
    "#]]
    .assert_debug_eq(&counts);
}

#[test]
fn what_a_session_goes_on_from_was_spent_elsewhere() {
    let repository = repository();
    let agent = claude(&repository, "s2");
    // Its transcript is made once it is prompted, and begins with what was said in another.
    agent.tell("UserPromptSubmit", json!({ "prompt": "go on from there" }));
    let mut copied = answer("m1", "claude-opus-4-5", 1000, 50, "t1");
    copied["timestamp"] = json!("2026-01-02T03:04:05.678Z");
    let mut own = answer("m2", "claude-opus-4-5", 7, 3, "t2");
    own["timestamp"] = json!("2999-01-02T03:04:05.678Z");
    append(&claudes_transcript(&repository, "s2"), &[copied, own]);
    agent.stop();
    assert_eq!((&spent(&repository, "s2")["input"], &spent(&repository, "s2")["calls"]), (&json!(7), &json!(1)));
}

#[test]
fn a_subagent_spends_under_its_session() {
    let repository = repository();
    let agent = claude(&repository, "s1");
    let own = claudes_transcript(&repository, "s1");
    let folder = own.with_extension("").join("subagents");
    append(&own, &[answer("m1", "claude-opus-4-5", 1, 1, "t1")]);
    append(&folder.join("agent-told.jsonl"), &[answer("m2", "claude-haiku-4-5", 20, 2, "t2")]);
    agent.tell(
        "SubagentStop",
        json!({ "agent_id": "told", "agent_type": "Explore", "agent_transcript_path": folder.join("agent-told.jsonl") }),
    );
    assert_eq!(spent(&repository, "s1/told")["input"], 20);
    assert_eq!(spent(&repository, "s1")["input"], 20, "its session's hook has not come yet");
    // One of which no hook told, and more of the other than was there when its hook came.
    append(&folder.join("agent-found.jsonl"), &[answer("m3", "claude-haiku-4-5", 300, 3, "t3")]);
    append(&folder.join("agent-told.jsonl"), &[answer("m4", "claude-haiku-4-5", 4000, 4, "t4")]);
    agent.stop();
    let inputs = ["s1", "s1/told", "s1/found"].map(|session| spent(&repository, session)["input"].clone());
    assert_eq!(inputs, [4321, 4020, 300]);
    assert_eq!(spent(&repository, "s1")["models"]["claude-haiku-4-5"]["output"], 9);
}

#[test]
fn a_session_of_codex_spent_what_its_transcript_tells() {
    let repository = repository();
    let transcript = repository.home().join(".codex/sessions/2026/11/26/rollout-1.jsonl");
    let total = |input: u64, cached: u64, output: u64| json!({ "input_tokens": input, "cached_input_tokens": cached, "output_tokens": output });
    append(
        &transcript,
        &[
            json!({ "timestamp": "2026-11-26T10:00:00.000Z", "type": "session_meta", "payload": { "id": "c1", "source": "cli" } }),
            json!({ "timestamp": "2026-11-26T10:00:01.000Z", "type": "turn_context", "payload": { "model": "gpt-6-astra" } }),
            json!({ "timestamp": "2026-11-26T10:00:02.000Z", "type": "response_item", "payload": { "type": "custom_tool_call", "call_id": "1" } }),
            json!({ "timestamp": "2026-11-26T10:00:03.000Z", "type": "event_msg", "payload": { "type": "token_count",
                "info": { "total_token_usage": total(900, 400, 70), "last_token_usage": total(900, 400, 70) } } }),
        ],
    );
    // A subagent's own transcript is named where its session's is else.
    let subagents = transcript.with_file_name("rollout-2.jsonl");
    append(
        &subagents,
        &[
            json!({ "timestamp": "2026-11-26T10:00:02.000Z", "type": "session_meta", "payload": { "id": "2", "parent_thread_id": "c1" } }),
            json!({ "timestamp": "2026-11-26T10:00:02.500Z", "type": "token_usage_record", "payload": { "thread_id": "2", "response_id": "r1",
                "usage": total(30, 20, 1) } }),
        ],
    );
    let prompt = json!({ "session_id": "c1", "agent_id": "2", "hook_event_name": "UserPromptSubmit", "prompt": "look", "transcript_path": subagents });
    tell(&repository, "codex", prompt);
    let stop = json!({ "session_id": "c1", "turn_id": "t", "hook_event_name": "Stop", "transcript_path": transcript,
        "permission_mode": "default", "stop_hook_active": false, "last_assistant_message": "Done." });
    tell(&repository, "codex", stop.clone());
    tell(&repository, "codex", stop);
    let told = spent(&repository, "c1");
    assert_eq!(
        (&told["input"], &told["cacheRead"], &told["output"], &told["calls"]),
        (&json!(510), &json!(420), &json!(71), &json!(1))
    );
    // No message said the model.
    assert_eq!(status_json(&repository)["sessions"][0]["model"], "gpt-6-astra");
}

#[test]
fn an_agent_that_says_itself_what_it_spent_is_believed() {
    let repository = repository();
    for (input, cost) in [(10, 0.5), (30, 1.25)] {
        tell(
            &repository,
            "generic",
            json!({ "event": "turn-ended", "agent": "mine", "session": "g1", "model": "m",
                "spent": { "input": input, "output": 7, "calls": 2, "cost": cost } }),
        );
    }
    let told = spent(&repository, "g1");
    assert_eq!((&told["input"], &told["calls"], &told["cost"]), (&json!(30), &json!(2), &json!(1.25)));
}

#[test]
fn what_is_no_transcript_costs_nothing() {
    let repository = repository();
    let fifo = repository.home().join("fifo.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo is there");
    assert!(made.success());
    let rubbish = repository.home().join("rubbish.jsonl");
    fs::write(&rubbish, [b"\xff\xfe{}\n{\"usage\":\n[[[\n".as_slice(), &[b'{'; 100_000], b"\n\"usage\"\n"].concat())
        .expect("writes");
    let closed = repository.home().join("closed.jsonl");
    fs::File::options().create_new(true).write(true).mode(0o000).open(&closed).expect("makes");
    let all = [
        &fifo,
        &rubbish,
        &closed,
        repository.root(),
        Path::new("/nowhere/t.jsonl"),
        Path::new("t.jsonl"),
        Path::new("/dev/zero"),
    ];
    for path in all {
        for (agent, event) in [("claude-code", "Stop"), ("claude-code", "UserPromptSubmit"), ("codex", "SessionEnd")] {
            let fields =
                json!({ "session_id": "s1", "hook_event_name": event, "transcript_path": path, "prompt": "go on" });
            tell(&repository, agent, fields);
        }
    }
    assert_eq!(spent(&repository, "s1"), Value::Null);
    let log = fs::read_to_string(repository.path(".git/countersign/log")).expect("what was not read is said there");
    assert!(log.contains("it is no regular file") && !log.contains("fifo") && !log.contains("usage"), "{log}");
}

#[test]
fn nothing_that_was_said_is_kept_of_a_transcript_and_of_a_prompt_not_all() {
    let repository = repository();
    repository.write(".countersign.toml", "[audit]\nredaction = ['corp-[0-9]+']\n");
    let agent = claude(&repository, "s1");
    let mut line = answer("m1", "claude-opus-4-5", 1, 1, "t1");
    line["message"]["content"] = json!([{ "type": "text", "text": "the word is xyzzy" }]);
    append(&claudes_transcript(&repository, "s1"), &[line]);
    agent.prompt("write to ada@example.org about corp-77 in /home/ada/calc");
    agent.stop();
    let log = ok(&repository, &["log", "--json"]);
    assert!(log.contains("\"used\"") && !log.contains("xyzzy"), "{log}");
    assert!(
        log.contains("write to [redacted] about [redacted] in /home/[redacted]/calc") && !log.contains("ada@"),
        "{log}"
    );
}
