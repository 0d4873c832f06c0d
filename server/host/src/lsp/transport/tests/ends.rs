//! How a server ends: by `exit` or a closed stream, at once, with everything said.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::super::{End, Ended, Limits};
use super::editor::{Editor, frame, told};

fn check((said, ended): (Vec<Value>, Ended), expected: &Expect) {
    let words: String = said.iter().map(told).collect();
    let code = if ended.exit_code() == std::process::ExitCode::SUCCESS { 0 } else { 1 };
    expected.assert_eq(&format!("{words}{:?}, exit code {code}\n", ended.why));
}

#[tokio::test(start_paused = true)]
async fn exit_after_shutdown_is_0_while_the_input_stays_open() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "shutdown", json!(null)).await;
    editor.tell("exit", json!(null)).await;
    check(
        editor.last_words().await,
        &expect![[r#"
        1: null
        Exit, exit code 0
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn exit_without_shutdown_is_1() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.tell("exit", json!(null)).await;
    check(
        editor.last_words().await,
        &expect![[r#"
        Exit, exit code 1
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn exit_before_initialize_is_1() {
    let mut editor = Editor::connect(Limits::default());
    editor.tell("exit", json!(null)).await;
    check(
        editor.last_words().await,
        &expect![[r#"
        Exit, exit code 1
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn a_closed_input_ends_it_after_what_was_asked() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "test/echo", json!(["a"])).await;
    check(
        editor.hang_up_input().await,
        &expect![[r#"
        1: ["a"]
        InputClosed, exit code 1
    "#]],
    );
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "shutdown", json!(null)).await;
    check(
        editor.hang_up_input().await,
        &expect![[r#"
        1: null
        InputClosed, exit code 0
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn half_a_message_at_the_end_is_dropped() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.raw(&frame(r#"{"jsonrpc":"2.0","id":1,"method":"test/echo"}"#)[..40]).await;
    check(
        editor.hang_up_input().await,
        &expect![[r#"
        InputClosed, exit code 1
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn exit_cancels_what_is_in_flight() {
    let mut editor = Editor::start(Limits::default()).await;
    for id in 0..3 {
        editor.request(id, "test/hang", json!(null)).await;
    }
    editor.tell("test/hangQuietly", json!(null)).await;
    editor.tell("exit", json!(null)).await;
    let (mut said, ended) = editor.last_words().await;
    said.sort_by_key(|reply| reply["id"].as_i64());
    check(
        (said, ended),
        &expect![[r#"
        0: -32800 Canceled
        1: -32800 Canceled
        2: -32800 Canceled
        Exit, exit code 1
    "#]],
    );
}

#[tokio::test(start_paused = true)]
async fn exit_is_seen_while_everything_before_it_is_stuck() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "test/flood", json!(1_000_000)).await;
    for id in 0..3000 {
        editor.request(2 + id, "test/hang", json!(null)).await;
    }
    editor.request(5000, "shutdown", json!(null)).await;
    editor.tell("exit", json!(null)).await;
    let ended = editor.end_unread().await;
    assert_eq!(ended, Ended { why: End::Exit, after_shutdown: true });
}

#[tokio::test(start_paused = true)]
async fn a_closed_output_ends_it() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "test/echo", json!([])).await;
    assert_eq!(editor.hang_up_output().await, Ended { why: End::OutputClosed, after_shutdown: false });
}

#[tokio::test(start_paused = true)]
async fn shutdown_may_have_null_parameters_or_none() {
    let mut editor = Editor::start(Limits::default()).await;
    editor.raw(frame(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown","params":null}"#)).await;
    check(
        editor.hang_up_input().await,
        &expect![[r#"
        1: null
        InputClosed, exit code 0
    "#]],
    );
    let mut editor = Editor::start(Limits::default()).await;
    editor.raw(frame(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#)).await;
    check(
        editor.hang_up_input().await,
        &expect![[r#"
        1: null
        InputClosed, exit code 0
    "#]],
    );
}
