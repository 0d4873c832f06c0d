//! Hazards that every agent's messages share, and the replies. Whole messages are in the `tests` crate.

mod kept;

use expect_test::expect;

use super::*;

const CLAUDE: &str = r#"{"session_id":"s","cwd":"/repo","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"/repo/a.rs","old_string":"é","new_string":"b"}}"#;
const GENERIC: &str =
    r#"{"event":"will-write","agent":"mine","session":"s","writes":[{"path":"a.rs","edits":[{"old":"é","new":"b"}]}]}"#;
const AGENT_V1: &str = r#"{"type":"ai_agent","repo_working_dir":"/repo","edited_filepaths":["é.rs"],"agent_name":"mine","model":"m","conversation_id":"c"}"#;

const PATCH: &str = r#"{"session_id":"s","turn_id":"t","cwd":"/repo","hook_event_name":"PreToolUse","model":"m","tool_name":"apply_patch","tool_use_id":"c","tool_input":{"command":"*** Begin Patch\n*** Update File: a.rs\n-é\n+b\n*** End Patch\n"}}"#;
const CURSOR: &str = r#"{"conversation_id":"c","generation_id":"g","hook_event_name":"afterFileEdit","workspace_roots":["/repo"],"file_path":"/repo/a.rs","edits":[{"old_string":"é","new_string":"b"}]}"#;
const GEMINI: &str = r#"{"session_id":"s","cwd":"/repo","hook_event_name":"BeforeTool","timestamp":"t","tool_name":"replace","tool_input":{"file_path":"a.rs","old_string":"é","new_string":"b"}}"#;
const COPILOT: &str = r#"{"sessionId":"s","timestamp":1,"cwd":"/repo","toolName":"create","toolArgs":"{\"path\":\"a.rs\",\"file_text\":\"é\"}"}"#;
const OPENCODE: &str = r#"{"hook_event_name":"PreToolUse","session_id":"s","cwd":"/repo","tool_name":"edit","tool_use_id":"c","tool_input":{"filePath":"a.rs","oldString":"é","newString":"b"}}"#;
const AMP: &str = r#"{"hook_event_name":"PreToolUse","thread_id":"T-1","cwd":"/repo","tool_name":"create_file","tool_use_id":"c","tool_input":{"path":"a.rs","content":"é"}}"#;
const CLINE: &str = r#"{"clineVersion":"3","hookName":"PreToolUse","taskId":"t","workspaceRoots":["/repo"],"preToolUse":{"toolName":"write_to_file","parameters":{"path":"a.rs","content":"é"}}}"#;
const WINDSURF: &str = r#"{"agent_action_name":"pre_write_code","trajectory_id":"t","tool_info":{"file_path":"a.rs","edits":[{"old_string":"é","new_string":"b"}]}}"#;
const DROID: &str = r#"{"session_id":"s","cwd":"/repo","hook_event_name":"PreToolUse","tool_name":"Create","tool_input":{"file_path":"a.rs","content":"é"}}"#;

/// A whole message of each dialect, and who reads it.
fn messages() -> Vec<(&'static Agent, &'static str)> {
    [
        ("claude-code", CLAUDE),
        ("claude-code", CURSOR),
        ("codex", PATCH),
        ("cursor", CURSOR),
        ("gemini-cli", GEMINI),
        ("copilot", COPILOT),
        ("opencode", OPENCODE),
        ("amp", AMP),
        ("cline", CLINE),
        ("windsurf", WINDSURF),
        ("droid", DROID),
        ("continue", DROID),
        ("generic", GENERIC),
        ("generic", AGENT_V1),
    ]
    .map(|(name, text)| (find(name).unwrap(), text))
    .into()
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
        // After an edit Claude Code's own hook hears nothing in Cursor's name for it.
        assert_eq!(plain.events.len(), usize::from(plain.host.is_none()), "{} {text}", agent.name);
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
        ("generic", r#"{"event":"turn-ended","agent":"a","session":"s","spent":7}"#),
        ("generic", r#"{"event":"turn-ended","agent":"a","session":"s","spent":{"input":-1}}"#),
        ("generic", r#"{"event":"turn-ended","agent":"a","session":"s","spent":{"cost":"2 dollars"}}"#),
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
        `spent` should be an object and is a number
        `input` should be a whole number that is not negative
        `cost` should be an amount in US dollars
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
    assert_eq!(message, Message::nothing(Moment::Other));
    let generic = find("generic").unwrap();
    let message = (generic.parse)(br#"{"event":"dreamt","agent":"a","session":"s"}"#).unwrap();
    assert_eq!(message, Message::nothing(Moment::Other));
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
            let neutral = if name == "cline" { r#"{"cancel":false}"# } else { "{}" };
            let said = (reply.stdout.as_str(), reply.stderr.as_str(), reply.code);
            assert_eq!(said, (neutral, "", 0), "{name} {moment:?}");
            let other = (agent.reply)(Moment::Other, &Verdict::deny("no"), Some("context"));
            assert_eq!((other.stdout.as_str(), other.code), (neutral, 0), "{name}");
        }
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
            let Reply { stdout, stderr, code } = (agent.reply)(moment, &verdict, context);
            shown += &format!("{name} {moment:?} {:?} {stdout}", verdict.decision);
            shown += &if code == 0 { "\n".to_owned() } else { format!(" {code} {stderr}") };
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
        codex BeforeTool Deny {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is closed."}}
        codex BeforeTool Ask {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is asked."}}
        codex BeforeTool Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse"}}
        codex AfterTool Deny {"decision":"block","hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUse"},"reason":"`a` is closed."}
        codex AfterTool Ask {"hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"PostToolUse"}}
        codex AfterFailure Allow {}
        codex SessionStart Allow {"hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        codex Prompt Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: \"b\".\n","hookEventName":"UserPromptSubmit"}}
        cursor BeforeTool Deny {"agent_message":"`a` is closed.","permission":"deny","user_message":"`a` is closed."}
        cursor BeforeTool Ask {"agent_message":"`a` is asked.","permission":"ask","user_message":"`a` is asked."}
        cursor BeforeTool Allow {}
        cursor AfterTool Deny {"additional_context":"`a` is closed.\nTurned down: b."}
        cursor AfterTool Ask {"additional_context":"`a` is asked."}
        cursor AfterFailure Allow {"additional_context":"Turned down: b."}
        cursor SessionStart Allow {"additional_context":"Scope: src."}
        cursor Prompt Deny {}
        gemini-cli BeforeTool Deny {"decision":"deny","reason":"`a` is closed."}
        gemini-cli BeforeTool Ask {"decision":"deny","reason":"`a` is asked."}
        gemini-cli BeforeTool Allow {}
        gemini-cli AfterTool Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: b.","hookEventName":"AfterTool"}}
        gemini-cli AfterTool Ask {"hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"AfterTool"}}
        gemini-cli AfterFailure Allow {}
        gemini-cli SessionStart Allow {"hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        gemini-cli Prompt Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: \"b\".\n","hookEventName":"BeforeAgent"}}
        copilot BeforeTool Deny {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is closed."},"permissionDecision":"deny","permissionDecisionReason":"`a` is closed."}
        copilot BeforeTool Ask {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`a` is asked."},"permissionDecision":"ask","permissionDecisionReason":"`a` is asked."}
        copilot BeforeTool Allow {}
        copilot AfterTool Deny {"additionalContext":"`a` is closed.\nTurned down: b.","hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: b.","hookEventName":"PostToolUse"}}
        copilot AfterTool Ask {"additionalContext":"`a` is asked.","hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"PostToolUse"}}
        copilot AfterFailure Allow {}
        copilot SessionStart Allow {"additionalContext":"Scope: src.","hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        copilot Prompt Deny {}
        opencode BeforeTool Deny {"decision":"deny","reason":"`a` is closed."}
        opencode BeforeTool Ask {"context":"Turned down: b.","decision":"deny","reason":"`a` is asked."}
        opencode BeforeTool Allow {"context":"Turned down: b."}
        opencode AfterTool Deny {"context":"Turned down: b."}
        opencode AfterTool Ask {}
        opencode AfterFailure Allow {"context":"Turned down: b."}
        opencode SessionStart Allow {"context":"Scope: src."}
        opencode Prompt Deny {"context":"Turned down: \"b\".\n"}
        amp BeforeTool Deny {"decision":"deny","reason":"`a` is closed."}
        amp BeforeTool Ask {"context":"Turned down: b.","decision":"ask","reason":"`a` is asked."}
        amp BeforeTool Allow {"context":"Turned down: b."}
        amp AfterTool Deny {"context":"Turned down: b."}
        amp AfterTool Ask {}
        amp AfterFailure Allow {"context":"Turned down: b."}
        amp SessionStart Allow {"context":"Scope: src."}
        amp Prompt Deny {"context":"Turned down: \"b\".\n"}
        cline BeforeTool Deny {"cancel":true,"errorMessage":"`a` is closed."}
        cline BeforeTool Ask {"cancel":true,"errorMessage":"`a` is asked.\nTurned down: b."}
        cline BeforeTool Allow {"cancel":false,"contextModification":"Turned down: b."}
        cline AfterTool Deny {"cancel":false,"contextModification":"`a` is closed.\nTurned down: b."}
        cline AfterTool Ask {"cancel":false,"contextModification":"`a` is asked."}
        cline AfterFailure Allow {"cancel":false,"contextModification":"Turned down: b."}
        cline SessionStart Allow {"cancel":false,"contextModification":"Scope: src."}
        cline Prompt Deny {"cancel":false,"contextModification":"`a` is closed.\nTurned down: \"b\".\n"}
        windsurf BeforeTool Deny {} 2 `a` is closed.
        windsurf BeforeTool Ask {} 2 `a` is asked.
        windsurf BeforeTool Allow {}
        windsurf AfterTool Deny {}
        windsurf AfterTool Ask {}
        windsurf AfterFailure Allow {}
        windsurf SessionStart Allow {}
        windsurf Prompt Deny {}
        droid BeforeTool Deny {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is closed."}}
        droid BeforeTool Ask {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`a` is asked."}}
        droid BeforeTool Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse"}}
        droid AfterTool Deny {"decision":"block","hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUse"},"reason":"`a` is closed."}
        droid AfterTool Ask {"hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"PostToolUse"}}
        droid AfterFailure Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUseFailure"}}
        droid SessionStart Allow {"hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        droid Prompt Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: \"b\".\n","hookEventName":"UserPromptSubmit"}}
        continue BeforeTool Deny {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is closed."}}
        continue BeforeTool Ask {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`a` is asked."}}
        continue BeforeTool Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PreToolUse"}}
        continue AfterTool Deny {"decision":"block","hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUse"},"reason":"`a` is closed."}
        continue AfterTool Ask {"hookSpecificOutput":{"additionalContext":"`a` is asked.","hookEventName":"PostToolUse"}}
        continue AfterFailure Allow {"hookSpecificOutput":{"additionalContext":"Turned down: b.","hookEventName":"PostToolUseFailure"}}
        continue SessionStart Allow {"hookSpecificOutput":{"additionalContext":"Scope: src.","hookEventName":"SessionStart"}}
        continue Prompt Deny {"hookSpecificOutput":{"additionalContext":"`a` is closed.\nTurned down: \"b\".\n","hookEventName":"UserPromptSubmit"}}
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

#[test]
fn an_agent_is_asked_for_no_more_than_it_can() {
    let mut shown = String::new();
    for name in names() {
        let agent = find(name).unwrap();
        let heard = Moment::HEARD.iter().filter(|moment| agent.hears.contains(moment)).collect::<Vec<_>>();
        shown += &format!("{name}: asks {:?}, hears {heard:?}\n", agent.asks);
        let asked = (agent.reply)(Moment::BeforeTool, &Verdict::ask("why"), None);
        assert!(agent.asks != Asks::Nothing || !asked.stdout.contains("\"ask\""), "{name}: {asked:?}");
    }
    expect![[r#"
        claude-code: asks Anything, hears [BeforeTool, AfterTool, AfterFailure, SessionStart, Prompt]
        codex: asks Nothing, hears [BeforeTool, AfterTool, SessionStart, Prompt]
        cursor: asks Commands, hears [AfterTool, AfterFailure, SessionStart]
        gemini-cli: asks Nothing, hears [AfterTool, SessionStart, Prompt]
        copilot: asks Anything, hears [AfterTool, SessionStart]
        opencode: asks Nothing, hears [AfterTool]
        amp: asks Anything, hears [Prompt]
        cline: asks Nothing, hears [BeforeTool, AfterTool, AfterFailure, SessionStart, Prompt]
        windsurf: asks Nothing, hears []
        droid: asks Anything, hears [AfterTool, SessionStart, Prompt]
        continue: asks Nothing, hears [AfterTool, AfterFailure, SessionStart, Prompt]
        generic: asks Anything, hears [BeforeTool, AfterTool, AfterFailure, SessionStart, Prompt]
    "#]]
    .assert_eq(&shown);
}

#[test]
fn a_hook_of_claude_codes_that_another_runs_hears_that_other() {
    let claude = find("claude-code").unwrap();
    let mut shown = String::new();
    for text in [
        r#"{"conversation_id":"c","cursor_version":"2.5","hook_event_name":"preToolUse","tool_name":"Write","tool_input":{"file_path":"a","content":"x"},"workspace_roots":["/repo"]}"#,
        r#"{"conversation_id":"c","hook_event_name":"PreToolUse","tool_name":"Shell","tool_input":{"command":"ls"}}"#,
        r#"{"timestamp":"t","hook_event_name":"PreToolUse","session_id":"s","transcript_path":"/x/GitHub.copilot-chat/t.jsonl","tool_name":"create_file","tool_input":{"filePath":"a","content":"x"}}"#,
        r#"{"sessionId":"s","timestamp":1,"toolName":"create","toolArgs":{"path":"a","file_text":"x"}}"#,
        r#"{"timestamp":"t","hook_event_name":"PreToolUse","session_id":"s","transcript_path":"/home/ada/.claude/p/t.jsonl","tool_name":"Write","tool_input":{"file_path":"a","content":"x"}}"#,
    ] {
        let message = (claude.parse)(text.as_bytes()).unwrap();
        let can_ask = claude.can_ask(&message);
        let event = &message.events[0];
        shown += &format!(
            "{} {} can ask: {can_ask}, host {:?}, in {:?}\n",
            event.agent, event.session, message.host, event.cwd
        );
    }
    expect![[r#"
        cursor c can ask: false, host Some("cursor"), in Some("/repo")
        cursor c can ask: false, host Some("cursor"), in None
        copilot s can ask: true, host Some("copilot"), in None
        copilot s can ask: true, host Some("copilot"), in None
        claude-code s can ask: true, host None, in None
    "#]]
    .assert_eq(&shown);
}
