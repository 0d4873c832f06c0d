//! Where agents say that they keep what is said in a session, and whose that is.

use expect_test::expect;

use super::super::find;

#[test]
fn a_message_tells_where_what_is_said_is_kept_and_whose_it_is() {
    let mut shown = String::new();
    for (name, fields) in [
        ("claude-code", r#""hook_event_name":"Stop","transcript_path":"/t/s.jsonl""#),
        (
            "claude-code",
            r#""hook_event_name":"SubagentStop","agent_id":"a","transcript_path":"/t/s.jsonl","agent_transcript_path":"/t/s/subagents/agent-a.jsonl""#,
        ),
        ("claude-code", r#""hook_event_name":"SubagentStop","agent_id":"a","transcript_path":"/t/s.jsonl""#),
        ("codex", r#""hook_event_name":"Stop","transcript_path":"/t/rollout.jsonl""#),
        (
            "codex",
            r#""hook_event_name":"SubagentStop","agent_id":"a","transcript_path":"/t/rollout.jsonl","agent_transcript_path":null"#,
        ),
        (
            "codex",
            r#""hook_event_name":"UserPromptSubmit","prompt":"","agent_id":"01a2-f5","transcript_path":"/t/rollout-2026-01a2-f5.jsonl""#,
        ),
        ("gemini-cli", r#""hook_event_name":"AfterAgent","transcript_path":"file:///t/chat%20s.jsonl""#),
        ("claude-code", r#""hook_event_name":"Stop","transcript_path":["/t/s.jsonl"]"#),
        ("codex", r#""hook_event_name":"Stop","transcript_path":"""#),
    ] {
        let text = format!(r#"{{"session_id":"s",{fields}}}"#);
        let message = (find(name).unwrap().parse)(text.as_bytes()).unwrap();
        let kept = message.transcript.map(|kept| format!("{} of {}", kept.path.display(), kept.session));
        shown += &format!("{name}: {}\n", kept.as_deref().unwrap_or("nowhere"));
    }
    expect![[r#"
        claude-code: /t/s.jsonl of s
        claude-code: /t/s/subagents/agent-a.jsonl of s/a
        claude-code: /t/s.jsonl of s
        codex: /t/rollout.jsonl of s
        codex: /t/rollout.jsonl of s
        codex: /t/rollout-2026-01a2-f5.jsonl of s/01a2-f5
        gemini-cli: /t/chat s.jsonl of s
        claude-code: nowhere
        codex: nowhere
    "#]]
    .assert_eq(&shown);
}
