//! Hazards that every agent's messages share, and the replies. Whole messages are in the `tests` crate.

use expect_test::expect;

use super::*;

const CLAUDE: &str = r#"{"session_id":"s","cwd":"/repo","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"/repo/a.rs","old_string":"é","new_string":"b"}}"#;
const GENERIC: &str =
    r#"{"event":"will-write","agent":"mine","session":"s","writes":[{"path":"a.rs","edits":[{"old":"é","new":"b"}]}]}"#;
const AGENT_V1: &str = r#"{"type":"ai_agent","repo_working_dir":"/repo","edited_filepaths":["é.rs"],"agent_name":"mine","model":"m","conversation_id":"c"}"#;

/// A whole message of each dialect, and who reads it.
fn messages() -> [(&'static Agent, &'static str); 3] {
    let (claude, generic) = (find("claude-code").unwrap(), find("generic").unwrap());
    [(claude, CLAUDE), (generic, GENERIC), (generic, AGENT_V1)]
}

fn error(agent: &Agent, bytes: &[u8]) -> String {
    format!("{:#}", (agent.parse)(bytes).unwrap_err())
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn a_message_reads_the_same_in_every_encoding() {
    for (agent, text) in messages() {
        let plain = (agent.parse)(text.as_bytes()).unwrap();
        assert_eq!(plain.events.len(), 1);
        let marked = format!("\u{feff}{text}\r\n");
        for bytes in [
            marked.clone().into_bytes(),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!((agent.parse)(&bytes).unwrap(), plain);
        }
    }
}

#[test]
fn every_half_of_a_message_is_refused_with_one_line() {
    for (agent, text) in messages() {
        for bytes in [text.as_bytes().to_vec(), utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
            for end in 0..bytes.len() {
                let error = error(agent, &bytes[..end]);
                assert!(!error.contains('\n') && error.len() < 200, "{end}: {error}");
            }
        }
    }
}

#[test]
fn a_changed_byte_never_panics() {
    for (agent, text) in messages() {
        for at in 0..text.len() {
            for byte in [0, b'"', b'\\', b'{', b']', 0x1b, 0x80, 0xff] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                if let Err(error) = (agent.parse)(&bytes) {
                    assert!(!format!("{error:#}").contains('\n'));
                }
            }
        }
    }
}

#[test]
fn what_is_no_message_is_refused_with_a_clear_line() {
    let deep = "[".repeat(100_000);
    let deep_object = r#"{"a":"#.repeat(100_000);
    let mut shown = String::new();
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("blanks", b" \r\n\t"),
        ("a mark alone", b"\xef\xbb\xbf"),
        ("words", b"hello"),
        ("a list", b"[1]"),
        ("a number", b"7"),
        ("null", b"null"),
        ("two messages", b"{} {}"),
        ("Latin-1", b"{\"a\":\"\xe9\"}"),
        ("half a pair", b"\xff\xfe\x00\xd8"),
        ("NULs", &[0; 64]),
        ("deep", deep.as_bytes()),
        ("deep objects", deep_object.as_bytes()),
        ("an empty object", b"{}"),
    ] {
        let both = ["claude-code", "generic"].map(|name| error(find(name).unwrap(), bytes));
        shown += &format!("{what}: {}\n", both[0]);
        if both[0] != both[1] {
            shown += &format!("  generic: {}\n", both[1]);
        }
    }
    expect![[r#"
        nothing: the message is empty
        blanks: the message is empty
        a mark alone: the message is empty
        words: the message is no JSON: expected value at line 1 column 1
        a list: the message is a list, not an object
        a number: the message is a number, not an object
        null: the message is null, not an object
        two messages: the message is no JSON: trailing characters at line 1 column 4
        Latin-1: the message is no UTF-8: invalid utf-8 sequence of 1 bytes from index 6
        half a pair: the message is no UTF-16: invalid utf-16: lone surrogate found
        NULs: the message is no JSON: expected value at line 1 column 1
        deep: the message is no JSON: recursion limit exceeded at line 1 column 128
        deep objects: the message is no JSON: recursion limit exceeded at line 1 column 636
        an empty object: `hook_event_name` is missing
          generic: `session` is missing
    "#]]
    .assert_eq(&shown);
}

#[test]
fn a_field_of_a_wrong_type_is_named_and_not_quoted() {
    let mut shown = String::new();
    for (name, text) in [
        ("claude-code", r#"{"hook_event_name":7,"session_id":"s"}"#),
        ("claude-code", r#"{"hook_event_name":"Stop","session_id":["secret"]}"#),
        ("claude-code", r#"{"hook_event_name":"Stop","session_id":""}"#),
        ("claude-code", r#"{"hook_event_name":"PreToolUse","session_id":"s"}"#),
        ("claude-code", r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Edit"}"#),
        ("claude-code", r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Edit","tool_input":[1]}"#),
        (
            "claude-code",
            r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Edit","tool_input":"secret"}"#,
        ),
        (
            "claude-code",
            r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Bash","tool_input":{"command":["ls"]}}"#,
        ),
        (
            "claude-code",
            r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Edit","tool_input":{"file_path":"a","old_string":"a","new_string":"b","replace_all":"yes"}}"#,
        ),
        (
            "claude-code",
            r#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"MultiEdit","tool_input":{"file_path":"a","edits":[{"old_string":"a","new_string":"b"},{"old_string":"a"}]}}"#,
        ),
        ("generic", r#"{"event":"will-write","agent":"a","session":"s","writes":{"path":"a"}}"#),
        ("generic", r#"{"event":"will-write","agent":"a","session":"s","writes":["a"]}"#),
        (
            "generic",
            r#"{"event":"will-write","agent":"a","session":"s","writes":[{"path":"a","after":"x","deleted":true}]}"#,
        ),
        ("generic", r#"{"event":"will-run","agent":"a","session":"s"}"#),
        ("generic", r#"{"type":"robot","repo_working_dir":"/repo"}"#),
        (
            "generic",
            r#"{"type":"ai_agent","repo_working_dir":"/repo","edited_filepaths":"a","agent_name":"a","conversation_id":"c"}"#,
        ),
        ("generic", r#"{"type":"ai_agent","repo_working_dir":"/repo"}"#),
    ] {
        shown += &error(find(name).unwrap(), text.as_bytes());
        shown += "\n";
    }
    assert!(!shown.contains("secret"));
    expect![[r#"
        `hook_event_name` should be a string and is a number
        `session_id` should be a string and is a list
        `session_id` is empty
        `PreToolUse`: `tool_name` is missing
        `PreToolUse`: `file_path` is missing
        `PreToolUse`: `tool_input` should be an object and is a list
        `PreToolUse`: `tool_input` is a string that holds no object: the message is no JSON: expected value at line 1 column 1
        `PreToolUse`: `command` should be a string and is a list
        `PreToolUse`: `replace_all` should be true or false and is a string
        `PreToolUse`: edit 2: `new_string` is missing
        `will-write`: `writes` should be a list and is an object
        `will-write`: `writes` should hold objects and holds a string
        `will-write`: a write says one of `after`, `edits`, `deleted` and `moved-to`
        `will-run`: `command` is missing
        agent-v1: `type` is none of human, ai_agent, pre_shell_command, post_shell_command
        agent-v1: `edited_filepaths` should be a list and is a string
        agent-v1: `agent_name` is missing
    "#]].assert_eq(&shown);
}

#[test]
fn raw_control_characters_and_halves_of_surrogates_are_mended() {
    let text = "{\"event\":\"prompted\",\"agent\":\"a\",\"session\":\"s\",\"prompt\":\"a\u{1b}[1m\n\tb \\ud83d. \\ude00 \\ud83d\\ude00 \\\\ud83d \\\" é\"}";
    let message = (find("generic").unwrap().parse)(text.as_bytes()).unwrap();
    let countersign_core::announce::AgentAct::Prompted { text } = &message.events[0].act else { panic!() };
    assert_eq!(text, "a\u{1b}[1m\n\tb \u{fffd}. \u{fffd} 😀 \\ud83d \" é");
}

#[test]
fn mending_does_not_make_sense_of_nonsense() {
    for text in
        [r#"{"a":"\x"}"#, r#"{"a":"\"#, r#"{"a":"\u12"#, r#"{"a":"\ud8é0"}"#, "{\"a\":\"\\ud83d\\u\n\"", r#"{"a":'b'}"#]
    {
        assert!(error(find("generic").unwrap(), text.as_bytes()).starts_with("the message is no JSON"), "{text}");
    }
}

#[test]
fn events_and_tools_that_we_do_not_know_are_heard_and_change_nothing() {
    let claude = find("claude-code").unwrap();
    let message = (claude.parse)(br#"{"hook_event_name":"TeammateIdle","session_id":"s","new":{"field":[]}}"#).unwrap();
    assert_eq!(message, Message { moment: Moment::Other, events: vec![] });
    let generic = find("generic").unwrap();
    let message = (generic.parse)(br#"{"event":"dreamt","agent":"a","session":"s"}"#).unwrap();
    assert_eq!(message, Message { moment: Moment::Other, events: vec![] });
    let tool = br#"{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"mcp__db__query","tool_input":{"file_path":7}}"#;
    let message = (claude.parse)(tool).unwrap();
    assert_eq!(message.moment, Moment::BeforeTool);
    assert_eq!(message.events.len(), 1);
}

#[test]
fn a_message_over_the_cap_is_refused_and_drained() {
    let mut reader = std::io::Cursor::new(vec![b'x'; 50]);
    let error = read_capped(&mut reader, 10).unwrap_err();
    assert_eq!(error.to_string(), "longer than 10 bytes");
    assert_eq!(reader.position(), 50);
    assert_eq!(read_capped(&b"0123456789"[..], 10).unwrap(), b"0123456789");
    assert_eq!(read_capped(&b""[..], 10).unwrap(), b"");
    let endless = read_capped(std::io::repeat(b'x'), MAX_PAYLOAD).unwrap_err();
    assert_eq!(endless.to_string(), "longer than 33554432 bytes");
}

#[test]
fn fifty_megabytes_of_a_broken_string_are_refused() {
    let mut bytes = br#"{"hook_event_name":"Stop","session_id":""#.to_vec();
    bytes.resize(usize::try_from(MAX_PAYLOAD).unwrap(), b'\n');
    assert!(error(find("claude-code").unwrap(), &bytes).starts_with("the message is no JSON"));
    let mut longer = std::io::Read::chain(&bytes[..], std::io::Read::take(std::io::repeat(b'\n'), 18 << 20));
    assert!(read_capped(&mut longer, MAX_PAYLOAD).is_err());
}

#[test]
fn the_reply_is_neutral_when_there_is_nothing_to_say() {
    for name in names() {
        let agent = find(name).unwrap();
        let moments = [
            Moment::BeforeTool,
            Moment::AfterTool,
            Moment::AfterFailure,
            Moment::SessionStart,
            Moment::Prompt,
            Moment::Other,
        ];
        for moment in moments {
            let reply = (agent.reply)(moment, &Verdict::allow(), None);
            assert_eq!((reply.stdout.as_str(), reply.stderr.as_str(), reply.code), ("{}", "", 0), "{name} {moment:?}");
        }
        let other = (agent.reply)(Moment::Other, &Verdict::deny("no"), Some("context"));
        assert_eq!(other.stdout, "{}", "{name}");
    }
    assert!(find("nobody").is_none());
}

#[test]
fn verdicts_are_said_in_each_agents_words() {
    let mut shown = String::new();
    for name in names() {
        let agent = find(name).unwrap();
        for (moment, verdict, context) in [
            (Moment::BeforeTool, Verdict::deny("`a` is closed."), None),
            (Moment::BeforeTool, Verdict::ask("`a` is asked."), Some("Turned down: b.")),
            (Moment::BeforeTool, Verdict::allow(), Some("Turned down: b.")),
            (Moment::AfterTool, Verdict::deny("`a` is closed."), Some("Turned down: b.")),
            (Moment::AfterTool, Verdict::ask("`a` is asked."), None),
            (Moment::AfterFailure, Verdict::allow(), Some("Turned down: b.")),
            (Moment::SessionStart, Verdict::allow(), Some("Scope: src.")),
            (Moment::Prompt, Verdict::deny("`a` is closed."), Some("Turned down: \"b\".\n")),
        ] {
            shown += &format!(
                "{name} {moment:?} {:?} {}\n",
                verdict.decision,
                (agent.reply)(moment, &verdict, context).stdout
            );
        }
    }
    expect![[r#"
        claude-code BeforeTool Deny {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is closed."}}
        claude-code BeforeTool Ask {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`a` is asked."}}
        claude-code BeforeTool Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse"}}
        claude-code AfterTool Deny {"decision":"block","hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUse"},"reason":"`a` is closed."}
        claude-code AfterTool Ask {"hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"PostToolUse"}}
        claude-code AfterFailure Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUseFailure"}}
        claude-code SessionStart Allow {"hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        claude-code Prompt Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: \"b\".\n","hookEventName":"UserPromptSubmit"}}
        generic BeforeTool Deny {"reasons":["`a` is closed."],"verdict":"deny"}
        generic BeforeTool Ask {"context":"Turned down: b.","reasons":["`a` is asked."],"verdict":"ask"}
        generic BeforeTool Allow {"context":"Turned down: b."}
        generic AfterTool Deny {"context":"Turned down: b.","reasons":["`a` is closed."],"verdict":"deny"}
        generic AfterTool Ask {"reasons":["`a` is asked."],"verdict":"ask"}
        generic AfterFailure Allow {"context":"Turned down: b."}
        generic SessionStart Allow {"context":"Scope: src."}
        generic Prompt Deny {"context":"Turned down: \"b\".\n"}
    "#]].assert_eq(&shown);
}

#[test]
fn the_published_schema_takes_what_we_take() {
    let schema = serde_json::from_str(GENERIC_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let generic = find("generic").unwrap();
    for (text, good) in [
        (GENERIC, true),
        (r#"{"event":"turn-ended","agent":"a","session":"s"}"#, true),
        (r#"{"event":"dreamt","agent":"a","session":"s"}"#, true),
        (r#"{"event":"did-write","agent":"a","session":"s","writes":[{"path":"a","before":null,"after":"x"}]}"#, true),
        (r#"{"event":"did-write","agent":"a","session":"s","writes":[{"path":"a","moved-to":"b"}]}"#, true),
        (r#"{"event":"did-write","agent":"a","session":"s","writes":[{"path":""}]}"#, false),
        (
            r#"{"event":"did-write","agent":"a","session":"s","writes":[{"path":"a","after":"x","moved-to":"b"}]}"#,
            false,
        ),
        (r#"{"event":"did-write","agent":"a","session":"s","writes":[{"path":"a","edits":[{"old":"x"}]}]}"#, false),
        (r#"{"event":"will-run","agent":"a","session":"s"}"#, false),
        (r#"{"event":"prompted","agent":"a","session":"s"}"#, false),
        (r#"{"event":"will-use","agent":"a","session":"s"}"#, false),
        (r#"{"event":"turn-ended","agent":"a"}"#, false),
        (r#"{"event":"turn-ended","agent":7,"session":"s"}"#, false),
    ] {
        assert_eq!(validator.is_valid(&serde_json::from_str(text).unwrap()), good, "schema: {text}");
        assert_eq!((generic.parse)(text.as_bytes()).is_ok(), good, "parse: {text}");
    }
}
