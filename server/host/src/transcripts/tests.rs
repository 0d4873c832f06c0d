//! Transcripts in the shapes that agents write, in one read and in many, and what is no transcript.

use countersign_core::usage::{Prices, Tokens, Usage};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

const CLAUDE: &str = concat!(
    r#"{"type":"permission-mode","permissionMode":"default","sessionId":"s1"}"#,
    "\n",
    r#"{"type":"user","isSidechain":false,"message":{"role":"user","content":"What does \"usage\" mean?"},"uuid":"u1","sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","isSidechain":false,"requestId":"req_1","uuid":"a1","message":{"id":"msg_1","role":"assistant","model":"claude-opus-5","content":[{"type":"thinking","thinking":"…"}],"usage":{"input_tokens":2,"cache_creation_input_tokens":500,"cache_read_input_tokens":100,"output_tokens":1}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","isSidechain":false,"requestId":"req_1","uuid":"a2","message":{"id":"msg_1","role":"assistant","model":"claude-opus-5","content":[{"type":"tool_use","id":"toolu_1","name":"Read","input":{}}],"usage":{"input_tokens":2,"cache_creation_input_tokens":500,"cache_read_input_tokens":100,"output_tokens":90}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"…"}]},"toolUseResult":{"usage":{"input_tokens":9}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","isSidechain":false,"requestId":"req_1","uuid":"a3","message":{"id":"msg_1","role":"assistant","model":"claude-opus-5","content":[{"type":"tool_use","id":"toolu_2","name":"Edit","input":{}}],"usage":{"input_tokens":2,"cache_creation_input_tokens":500,"cache_read_input_tokens":100,"output_tokens":95}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","isSidechain":true,"agentId":"a7","requestId":"req_2","message":{"id":"msg_2","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"tool_use","id":"toolu_3"}],"usage":{"input_tokens":40,"output_tokens":4}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","isSidechain":false,"isApiErrorMessage":true,"message":{"id":"m3","role":"assistant","model":"<synthetic>","content":[],"usage":{"input_tokens":7,"output_tokens":7}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"assistant","forkedFrom":{"sessionId":"s0","messageUuid":"u0"},"message":{"id":"msg_0","model":"claude-opus-5","content":[],"usage":{"input_tokens":9000,"output_tokens":9000}},"sessionId":"s1"}"#,
    "\n",
    r#"{"type":"cost-state","sessionId":"s1","totalCostUSD":0.0319246,"modelUsage":{},"hasUnknownModelCost":false}"#,
    "\n",
);

const CODEX: &str = concat!(
    r#"{"timestamp":"2026-09-18T16:00:00.000Z","type":"session_meta","payload":{"id":"t1","cwd":"/w","cli_version":"0.46.0","source":"cli"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:01.000Z","type":"turn_context","payload":{"turn_id":"1","model":"gpt-6-astra","effort":"high"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:02.000Z","type":"event_msg","payload":{"type":"token_count","info":null,"rate_limits":{}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{}","call_id":"c1"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:04.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":20,"total_tokens":1050},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":20,"total_tokens":1050}}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:05.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"\"token_count\""}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:06.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":20,"total_tokens":1050},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":20,"total_tokens":1050}}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T17:00:00.000Z","type":"turn_context","payload":{"turn_id":"2","model":"gpt-6-mini"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T17:00:04.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1100,"cached_input_tokens":900,"output_tokens":10,"total_tokens":1110},"last_token_usage":{"input_tokens":1100,"cached_input_tokens":900,"output_tokens":10,"total_tokens":1110}}}}"#,
    "\n",
);

const CODEX_EXACT: &str = concat!(
    r#"{"timestamp":"2026-09-18T16:00:00.000Z","ordinal":0,"type":"session_meta","payload":{"session_id":"t1","id":"t2","source":{"subagent":{"thread_spawn":{"parent_thread_id":"t1","depth":1}}},"cli_version":"0.156.0"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.001Z","ordinal":1,"type":"session_meta","payload":{"id":"t1","source":"cli"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.002Z","ordinal":2,"type":"turn_context","payload":{"model":"gpt-6-astra"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.003Z","ordinal":3,"type":"token_usage_record","payload":{"thread_id":"t1","response_id":"resp_0","usage":{"input_tokens":70000,"cached_input_tokens":0,"output_tokens":7000}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.004Z","ordinal":4,"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":70000,"output_tokens":7000}}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.005Z","ordinal":5,"type":"response_item","payload":{"type":"custom_tool_call","call_id":"c0"}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:00.150Z","ordinal":6,"type":"token_usage_record","payload":{"thread_id":"t2","response_id":"resp_1","usage":{"input_tokens":26552,"cached_input_tokens":7040,"cache_write_input_tokens":12,"output_tokens":234,"reasoning_output_tokens":30,"total_tokens":26786}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:05.000Z","ordinal":7,"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":96552,"cached_input_tokens":7040,"output_tokens":7234},"last_token_usage":{"input_tokens":26552,"cached_input_tokens":7040,"output_tokens":234}}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:06.000Z","ordinal":8,"type":"compacted","payload":{"message":"…","latest_token_usage_record":{"response_id":"resp_1","usage":{"input_tokens":26552}}}}"#,
    "\n",
    r#"{"timestamp":"2026-09-18T16:00:07.000Z","ordinal":9,"type":"response_item","payload":{"type":"custom_tool_call","call_id":"c1"}}"#,
    "\n",
);

const GEMINI: &str = concat!(
    r#"{"sessionId":"g1","projectHash":"x","startTime":"2026-11-26T10:00:00.000Z","kind":"main"}"#,
    "\n",
    r#"{"id":"m1","type":"user","content":[{"text":"hello"}]}"#,
    "\n",
    r#"{"id":"m2","type":"gemini","content":"","model":"gemini-3-pro","thoughts":[],"tokens":null}"#,
    "\n",
    r#"{"id":"m2","type":"gemini","content":"","model":"gemini-3-pro","thoughts":[],"tokens":{"input":1000,"output":20,"cached":300,"thoughts":5,"tool":7,"total":1032}}"#,
    "\n",
    r#"{"id":"m2","type":"gemini","content":"","model":"gemini-3-pro","tokens":{"input":1000,"output":20,"cached":300,"thoughts":5,"tool":7,"total":1032},"toolCalls":[{"id":"c1","name":"read_file"},{"id":"c2","name":"replace"}]}"#,
    "\n",
    r#"{"$set":{"lastUpdated":"2026-11-26T10:00:09.000Z"}}"#,
    "\n",
    r#"{"$rewindTo":"m1"}"#,
    "\n",
);

fn read(agent: &str, whose: Whose, texts: &[&[u8]]) -> Tally {
    let dialect = dialect(agent).unwrap();
    let mut tally = Tally::default();
    for text in texts {
        file::lines(&mut tally, text, &mut |tally, line| (dialect.line)(tally, line, whose));
    }
    tally
}

fn show(name: &str, usage: &Usage) -> String {
    let mut shown = format!("{name}: {} calls", usage.calls);
    if let Some(cost) = usage.cost(&Prices::default()) {
        shown += &format!(", ${:.4}", cost as f64 / 1e6);
    }
    for (model, tokens) in &usage.models {
        let Tokens { input, output, cache_read, cache_write } = tokens;
        shown += &format!("\n  {model}: in {input}, cached {cache_read}, into the cache {cache_write}, out {output}");
    }
    shown + "\n"
}

fn check(tally: &Tally, expected: &Expect) {
    let mut shown = format!("{}\n", tally.model.as_deref().unwrap_or("no model"));
    shown += &show("own", &tally.own);
    for (id, usage) in &tally.subagents {
        shown += &show(id, usage);
    }
    expected.assert_eq(&shown);
}

#[test]
fn claude_code_tells_an_answer_in_parts_and_of_subagents_in_between() {
    check(
        &read("claude-code", Whose::Sessions, &[CLAUDE.as_bytes()]),
        &expect![[r#"
            claude-opus-5
            own: 2 calls, $0.0319
              claude-opus-5: in 2, cached 100, into the cache 500, out 95
            a7: 1 calls
              claude-haiku-4-5: in 40, cached 0, into the cache 0, out 4
        "#]],
    );
    let own = read("claude-code", Whose::Subagents, &[CLAUDE.as_bytes()]);
    assert_eq!((own.subagents.len(), own.own.models.len(), own.own.calls), (0, 2, 3));
}

#[test]
fn codex_tells_running_totals_again_and_anew() {
    check(
        &read("codex", Whose::Sessions, &[CODEX.as_bytes()]),
        &expect![[r#"
            gpt-6-mini
            own: 1 calls
              gpt-6-astra: in 800, cached 200, into the cache 0, out 50
              gpt-6-mini: in 200, cached 900, into the cache 0, out 10
        "#]],
    );
}

#[test]
fn codex_tells_each_answers_own_tokens_and_what_was_copied_counts_elsewhere() {
    check(
        &read("codex", Whose::Sessions, &[CODEX_EXACT.as_bytes()]),
        &expect![[r#"
            gpt-6-astra
            own: 1 calls
              gpt-6-astra: in 19500, cached 7040, into the cache 12, out 234
        "#]],
    );
}

#[test]
fn codex_tells_no_threads_in_older_forks_and_what_was_copied_has_one_time() {
    let old =
        CODEX_EXACT.lines().filter(|line| !line.contains("token_usage_record")).collect::<Vec<_>>().join("\n") + "\n";
    check(
        &read("codex", Whose::Subagents, &[old.as_bytes()]),
        &expect![[r#"
            gpt-6-astra
            own: 1 calls
              gpt-6-astra: in 19512, cached 7040, into the cache 0, out 234
        "#]],
    );
}

#[test]
fn gemini_cli_tells_each_state_of_a_message() {
    check(
        &read("gemini-cli", Whose::Sessions, &[GEMINI.as_bytes()]),
        &expect![[r#"
            gemini-3-pro
            own: 2 calls
              gemini-3-pro: in 707, cached 300, into the cache 0, out 25
        "#]],
    );
}

#[test]
fn what_a_session_of_claude_code_goes_on_from_is_told_of_a_time_before_it_began() {
    let line = |id: &str, time: &str| {
        format!(
            r#"{{"type":"assistant","timestamp":"{time}","message":{{"id":"{id}","model":"m","content":[],"usage":{{"input_tokens":10}}}}}}"#
        ) + "\n"
    };
    let text = [
        line("1", "2026-11-27T04:13:49.094Z"),
        line("2", "2026-11-27T04:14:28.300Z"),
        line("3", "2026-11-27T04:14:28.483Z"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    std::fs::write(&path, text.concat()).unwrap();
    let mut count = |tally: &mut Tally, line: &str| claude_code::line(tally, line, Whose::Sessions);
    let mut read = |tally: Tally| file::read_on(&path, tally, &mut count, &mut || true).unwrap().unwrap();
    let began = "2026-11-27T04:14:28.300Z".parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64;
    let head = Some(Head { thread: None, copied: began });
    let own = read(Tally { head, ..Tally::default() });
    assert_eq!((own.own.tokens().input, own.head), (10, head));
    assert_eq!(read(Tally::default()).own.tokens().input, 30);
}

#[test]
fn no_words_of_a_transcript_are_kept() {
    let spoken = r#"{"type":"assistant","message":{"id":"a secret word","model":"please note that this is long","content":[{"type":"tool_use","id":"b secret word"}],"usage":{"input_tokens":1,"output_tokens":99999999999999999,"cache_read_input_tokens":-4}},"isSidechain":true,"agentId":"c secret word","sessionId":"s1"}"#;
    let tally = read("claude-code", Whose::Sessions, &[format!("{spoken}\n").as_bytes()]);
    let kept = serde_json::to_string(&tally).unwrap();
    assert!(!kept.contains("secret") && !kept.contains("note"), "{kept}");
    assert_eq!(tally.own.tokens().all() + tally.subagents[""].tokens().all(), 1);
}

const ALL: [(&str, &str); 4] =
    [("claude-code", CLAUDE), ("codex", CODEX), ("codex", CODEX_EXACT), ("gemini-cli", GEMINI)];

/// What stands in a file is read on as it grows by these steps, the count put away between two reads as the journal does.
fn grown(agent: &str, text: &[u8], steps: &[usize]) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let dialect = dialect(agent).unwrap();
    let mut tally = Tally::default();
    let mut count = |tally: &mut Tally, line: &str| (dialect.line)(tally, line, Whose::Sessions);
    let mut ends: Vec<usize> = steps.iter().map(|end| end % (text.len() + 1)).collect();
    ends.extend([0, text.len()]);
    ends.sort_unstable();
    for end in ends {
        std::fs::write(&path, &text[..end]).unwrap();
        if let Some(read) = file::read_on(&path, tally.clone(), &mut count, &mut || true).unwrap() {
            tally = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        }
    }
    Tally { file: String::new(), ..tally }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_transcript_that_grows_in_any_steps_comes_to_the_same(steps in prop::collection::vec(any::<usize>(), 0..12)) {
        for (agent, text) in ALL {
            prop_assert_eq!(grown(agent, text.as_bytes(), &steps), grown(agent, text.as_bytes(), &[]), "{}", agent);
        }
    }

    #[test]
    fn rubbish_in_a_transcript_is_passed_over(
        which in 0..ALL.len(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..40),
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (agent, text) = ALL[which];
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.extend(tail);
        for whose in [Whose::Sessions, Whose::Subagents] {
            for (other, _) in ALL {
                let tally = read(other, whose, &[&bytes]);
                // Each of the few answers that are left has at most what a number can say that counts.
                prop_assert!(tally.own.tokens().all() < 1 << 46);
            }
            read(agent, whose, &[&bytes]);
        }
    }
}

#[test]
fn a_file_that_shrank_or_was_replaced_is_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let mut count = |tally: &mut Tally, line: &str| claude_code::line(tally, line, Whose::Sessions);
    let mut read = |tally: &Tally| file::read_on(&path, tally.clone(), &mut count, &mut || true).unwrap();
    assert_eq!(read(&Tally::default()), None, "not there yet");
    std::fs::write(&path, CLAUDE).unwrap();
    let all = read(&Tally::default()).unwrap();
    assert_eq!((all.upto, read(&all)), (CLAUDE.len() as u64, None), "nothing new");
    let third = CLAUDE.split_inclusive('\n').nth(2).unwrap();
    std::fs::write(&path, third).unwrap();
    let shrunk = read(&all).unwrap();
    assert_eq!((shrunk.upto, shrunk.own.tokens().output), (third.len() as u64, 1));
    std::fs::write(&path, CLAUDE.replace("\"s1\"", "\"s2\"")).unwrap();
    let replaced = read(&all).unwrap();
    assert_eq!((replaced.own, replaced.file == all.file), (all.own, false));
}

#[test]
fn what_is_no_file_is_not_opened_and_a_line_without_end_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = |tally: &mut Tally, line: &str| claude_code::line(tally, line, Whose::Sessions);
    let mut read = |path: &Path| file::read_on(path, Tally::default(), &mut count, &mut || true);
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    for path in [&fifo, folder.path(), Path::new("/dev/zero"), Path::new("t.jsonl")] {
        assert!(read(path).is_err(), "{}", path.display());
    }
    let long = folder.path().join("long.jsonl");
    std::fs::write(&long, [vec![b'x'; 9 << 20], b"\n".to_vec(), CLAUDE.as_bytes().to_vec()].concat()).unwrap();
    let tally = read(&long).unwrap().unwrap();
    assert_eq!((tally.upto, tally.own.calls), ((9 << 20) + 1 + CLAUDE.len() as u64, 2));
}

#[test]
fn subagents_of_claude_code_have_files_below_their_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("s1/subagents");
    std::fs::create_dir_all(below.join("workflows/w1/deeper")).unwrap();
    for name in ["agent-b.jsonl", "agent-a.jsonl", "agent-a.meta.json", "agent-.jsonl", "workflows/w1/agent-c.jsonl"] {
        std::fs::write(below.join(name), "").unwrap();
    }
    std::fs::write(below.join("workflows/w1/deeper/agent-d.jsonl"), "").unwrap();
    let names = |transcript: &str| -> Vec<String> {
        claude_code::subagents(&folder.path().join(transcript)).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(names("s1.jsonl"), ["a", "b", "c"]);
    assert_eq!(names("s2.jsonl"), [] as [String; 0]);
}

#[test]
fn a_read_that_runs_out_of_time_is_gone_on_with_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let filler = format!("{}\n", "x".repeat(1000)).repeat(5000);
    std::fs::write(&path, format!("{filler}{CLAUDE}")).unwrap();
    let mut count = |tally: &mut Tally, line: &str| claude_code::line(tally, line, Whose::Sessions);
    let mut blocks = 1;
    let first = file::read_on(&path, Tally::default(), &mut count, &mut || {
        blocks -= 1;
        blocks >= 0
    });
    let first = first.unwrap().unwrap();
    assert!(first.own.is_empty() && first.upto > 4_000_000, "{first:?}");
    let second = file::read_on(&path, first, &mut count, &mut || true).unwrap().unwrap();
    assert_eq!(second.own.calls, 2);
}
