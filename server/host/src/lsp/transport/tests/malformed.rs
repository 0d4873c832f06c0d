//! What clients and wrappers send that they should not: it costs at most an error reply.
use expect_test::{Expect, expect};
use serde_json::json;

use super::super::Limits;
use super::editor::{Editor, echo, frame, told};

/// Sends bytes to a server, then a good request; gives all that it answers up to the reply to that.
async fn check(bytes: impl AsRef<[u8]>, expected: &Expect) {
    let mut editor = Editor::start(Limits { longest_message: 100_000, ..Limits::default() }).await;
    editor.raw(bytes).await;
    editor.raw(frame(&echo(2, "next"))).await;
    let mut answers = String::new();
    while !answers.contains("2: [\"next\"]") {
        answers += &told(&editor.next().await.expect("the server is there"));
    }
    expected.assert_eq(&answers);
    editor.answers().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_an_error_without_an_id() {
    check(
        frame(r#"{"jsonrpc":"2.0","id":1,"method":"#),
        &expect![[r#"
        null: -32700 countersign cannot read this message: EOF while parsing a value at line 1 column 33
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_utf8_is_an_error_without_an_id() {
    let mut body = echo(1, "????").into_bytes();
    let at = body.iter().position(|byte| *byte == b'?').expect("the text is there");
    body[at] = 0xff;
    check(
        [format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes(), body].concat(),
        &expect![[r#"
        null: -32700 countersign cannot read this message: invalid unicode code point at line 1 column 57
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_no_message_is_an_invalid_request() {
    check(
        frame("{}"),
        &expect![[r#"
        null: -32600 not a JSON-RPC 2.0 message: its `jsonrpc` is not "2.0"
        2: ["next"]
    "#]],
    )
    .await;
    check(
        frame(r#"{"id":7,"method":"test/echo","params":[]}"#),
        &expect![[r#"
        7: -32600 not a JSON-RPC 2.0 message: its `jsonrpc` is not "2.0"
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_nothing() {
    check(
        frame(""),
        &expect![[r#"
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_answered_one_by_one() {
    let batch = format!("[{},{{}},{}]", echo(10, "one"), echo(11, "two"));
    check(
        frame(&batch),
        &expect![[r#"
        10: ["one"]
        null: -32600 not a JSON-RPC 2.0 message: its `jsonrpc` is not "2.0"
        11: ["two"]
        2: ["next"]
    "#]],
    )
    .await;
    check(
        frame("[]"),
        &expect![[r#"
        null: -32600 not a JSON-RPC 2.0 message: an empty batch
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_garbage_header_is_skipped() {
    check(
        "\u{1b}[1mLast login\u{1b}[0m\r\n\r\n: : :\r\n\r\n",
        &expect![[r#"
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_header_is_read_in_any_case_with_either_break() {
    let body = echo(1, "quiet");
    let length = body.len();
    check(
        format!("content-length: {length}\r\n\r\n{body}"),
        &expect![[r#"
        1: ["quiet"]
        2: ["next"]
    "#]],
    )
    .await;
    check(
        format!("CONTENT-LENGTH:{length}\n\n{body}"),
        &expect![[r#"
        1: ["quiet"]
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_content_type_may_be_of_any_kind_with_or_without_charset() {
    let body = echo(1, "é");
    let length = body.len();
    let before = |kind: &str| format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}");
    let after = |kind: &str| format!("Content-Length: {length}\r\nContent-Type: {kind}\r\nX-Y: z\r\n\r\n{body}");
    let kinds = ["application/vscode-jsonrpc", "application/vscode-jsonrpc; charset=utf-8", "a/b; charset=latin1"];
    let sent = kinds.map(|kind| before(kind) + &after(kind)).concat();
    check(
        sent,
        &expect![[r#"
        1: ["é"]
        1: ["é"]
        1: ["é"]
        1: ["é"]
        1: ["é"]
        1: ["é"]
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_length_that_is_too_short_loses_that_message_alone() {
    check(
        format!("Content-Length: 10\r\n\r\n{}", echo(1, "cut")),
        &expect![[r#"
        null: -32700 countersign cannot read this message: EOF while parsing a string at line 1 column 10
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_length_that_is_too_long_loses_nothing() {
    let body = echo(1, "whole");
    let sent = [1, 7, 20, 30].map(|excess| format!("Content-Length: {}\r\n\r\n{body}", body.len() + excess));
    check(
        sent.concat(),
        &expect![[r#"
        1: ["whole"]
        1: ["whole"]
        1: ["whole"]
        1: ["whole"]
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_length_that_is_no_number_loses_that_message_alone() {
    check(
        format!("Content-Length: lots\r\n\r\n{}", echo(1, "lost")),
        &expect![[r#"
        null: -32700 countersign cannot read this message: the Content-Length "lots" is no number
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_length_of_four_gigabytes_is_refused_at_once() {
    check(
        "Content-Length: 4294967296\r\n\r\n",
        &expect![[r#"
        null: -32700 countersign cannot read this message: a message of 4294967296 bytes is over the limit of 100000
        2: ["next"]
    "#]],
    )
    .await;
    check(
        format!("Content-Length: 4294967296\r\n\r\n{}", echo(1, "lost")),
        &expect![[r#"
        null: -32700 countersign cannot read this message: a message of 4294967296 bytes is over the limit of 100000
        2: ["next"]
    "#]],
    )
    .await;
    check("Content-Length: 99999999999999999999999\r\n\r\n", &expect![[r#"
        null: -32700 countersign cannot read this message: a message of 99999999999999999999999 bytes is over the limit of 100000
        2: ["next"]
    "#]]).await;
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_nested_brackets_are_an_error_and_no_overflow() {
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"test/echo","params":{nested}}}"#);
    check(
        frame(&body),
        &expect![[r#"
        null: -32700 countersign cannot read this message: recursion limit exceeded at line 1 column 181
        2: ["next"]
    "#]],
    )
    .await;
    check(
        frame(&nested),
        &expect![[r#"
        null: -32700 countersign cannot read this message: recursion limit exceeded at line 1 column 128
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_notification_is_ignored_and_an_unknown_request_is_answered() {
    let notifications =
        [r#"{"jsonrpc":"2.0","method":"$/unknown"}"#, r#"{"jsonrpc":"2.0","method":"unknown","params":{}}"#];
    check(
        notifications.map(frame).concat(),
        &expect![[r#"
        2: ["next"]
    "#]],
    )
    .await;
    check(
        frame(r#"{"jsonrpc":"2.0","id":1,"method":"unknown"}"#),
        &expect![[r#"
        1: -32601 Method not found
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_nothing_is_ignored() {
    let replies = [
        r#"{"jsonrpc":"2.0","id":77,"result":null}"#,
        r#"{"jsonrpc":"2.0","id":77}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}"#,
        r#"{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"m","stack":"s"}}"#,
    ];
    check(
        replies.map(frame).concat(),
        &expect![[r#"
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn parameters_of_the_wrong_shape_are_an_error_of_that_request() {
    let hover = r#"{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{"textDocument":7}}"#;
    check(
        frame(hover),
        &expect![[r#"
        1: -32602 invalid type: integer `7`, expected struct TextDocumentIdentifier
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_handler_is_an_error_of_that_request() {
    check(
        frame(r#"{"jsonrpc":"2.0","id":1,"method":"test/panic"}"#),
        &expect![[r#"
        1: -32603 countersign failed at test/panic; its log says why
        2: ["next"]
    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_after_an_await_is_an_error_of_that_request() {
    let mut editor = Editor::start(Limits::default()).await;
    let reply = editor.ask(1, "test/panicLater", json!(null)).await;
    expect![[r#"
        1: -32603 countersign failed at test/panicLater; its log says why
    "#]]
    .assert_eq(&told(&reply));
    editor.answers().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_notification_is_survived() {
    check(
        frame(r#"{"jsonrpc":"2.0","method":"test/panicQuietly"}"#),
        &expect![[r#"
        2: ["next"]
    "#]],
    )
    .await;
}
