//! Order, and who waits for whom: changes apply as they came, and no number of slow requests holds them up.
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use super::super::Limits;
use super::editor::{Editor, frame};

fn change(version: i64) -> Value {
    json!({ "textDocument": { "uri": "file:///w/[slug]/a b.rs", "version": version }, "contentChanges": [{ "text": "" }] })
}

#[tokio::test(start_paused = true)]
async fn changes_apply_in_the_order_in_which_they_came() {
    let mut editor = Editor::start(Limits::default()).await;
    for version in 0..2000 {
        editor.tell("textDocument/didChange", change(version)).await;
    }
    let reply = editor.ask(1, "test/changes", json!(null)).await;
    assert_eq!(reply["result"], json!((0..2000).collect::<Vec<_>>()));
}

#[tokio::test(start_paused = true)]
async fn a_change_is_applied_at_once_behind_slow_requests() {
    for slow in [64, 1000] {
        let mut editor = Editor::start(Limits::default()).await;
        for id in 0..slow {
            editor.request(id, "test/hang", json!(null)).await;
        }
        editor.tell("textDocument/didChange", change(5)).await;
        let reply = editor.ask(5000, "test/changes", json!(null)).await;
        assert_eq!(reply, json!({ "jsonrpc": "2.0", "id": 5000, "result": [5] }));
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_64_requests_in_flight_is_cancelled_at_once() {
    let mut editor = Editor::start(Limits::default()).await;
    for id in 0..64 {
        editor.request(id, "test/hang", json!(null)).await;
    }
    for id in (0..64).rev() {
        editor.tell("$/cancelRequest", json!({ "id": id })).await;
        let reply = editor.next().await.expect("a reply");
        assert_eq!((&reply["id"], &reply["error"]["code"]), (&json!(id), &json!(-32800)));
    }
}

/// There are 1024 slots: a cancellation that waited for one would wait for ever.
#[tokio::test(start_paused = true)]
async fn more_requests_than_there_are_slots_are_cancelled() {
    let mut editor = Editor::start(Limits::default()).await;
    for id in 0..1100 {
        editor.request(id, "test/hang", json!(null)).await;
    }
    for id in 0..1100 {
        editor.tell("$/cancelRequest", json!({ "id": id })).await;
    }
    for _ in 0..1100 {
        assert_eq!(editor.next().await.expect("a reply")["error"]["code"], -32800);
    }
    editor.answers().await;
}

/// Handlers should not wait for the client; where one does, it holds up itself alone.
#[tokio::test(start_paused = true)]
async fn a_handler_that_waits_for_the_client_holds_up_no_other() {
    let mut editor = Editor::start(Limits::default()).await;
    let question = editor.ask(1, "test/ask", json!(null)).await;
    assert_eq!(question["method"], "workspace/workspaceFolders");
    for version in 0..1000 {
        editor.tell("textDocument/didChange", change(version)).await;
    }
    editor.answers().await;
    editor.raw(frame(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": null }).to_string())).await;
    assert_eq!(editor.next().await, Some(json!({ "jsonrpc": "2.0", "id": 1, "result": true })));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_after_it_cancelled_upsets_nothing() {
    let mut editor = Editor::start(Limits::default()).await;
    let question = editor.ask(1, "test/ask", json!(null)).await;
    editor.tell("$/cancelRequest", json!({ "id": 1 })).await;
    assert_eq!(editor.next().await.expect("a reply")["error"]["code"], -32800);
    editor.raw(frame(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": null }).to_string())).await;
    editor.answers().await;
}

/// The server sends 200,000 notifications of 1 kB to a client that reads none: it waits, and sends them all later.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_holds_up_a_flood_and_loses_nothing_of_it() {
    const FLOOD: usize = 200_000;
    let mut editor = Editor::start(Limits::default()).await;
    editor.request(1, "test/flood", json!(FLOOD)).await;
    editor.request(2, "test/flooded", json!(null)).await;
    editor.all_stand_still().await;
    editor.request(3, "test/flooded", json!(null)).await;
    editor.all_stand_still().await;
    let (mut notifications, mut taken) = (0, Vec::new());
    loop {
        let message = editor.next().await.expect("the server is there");
        match message["id"].as_i64() {
            None => notifications += 1,
            Some(1) => break,
            Some(_) => taken.push(message["result"].as_u64().expect("a count")),
        }
    }
    assert_eq!(notifications, FLOOD);
    // 64 kB lie in the stream, and a few more in the framework's own buffers.
    assert!(taken.len() == 2 && taken.iter().all(|taken| *taken < 200), "{taken:?}");
}

/// The client sends 200,000 notifications that each make the server send one, and reads none.
#[tokio::test(start_paused = true)]
async fn a_client_that_writes_and_does_not_read_is_held_up_at_a_bound() {
    const FLOOD: usize = 200_000;
    let limits = Limits { read_ahead: 1 << 20, ..Limits::default() };
    let mut editor = Editor::start(limits).await;
    let notification = frame(&json!({ "jsonrpc": "2.0", "method": "test/log", "params": "x".repeat(100) }).to_string());
    let written = AtomicUsize::new(0);
    let mut input = editor.take_input();
    let writing = async {
        for _ in 0..FLOOD {
            input.write_all(notification.as_bytes()).await.expect("the server is there");
            written.fetch_add(notification.len(), Ordering::Relaxed);
        }
    };
    tokio::pin!(writing);
    tokio::select! {
        () = editor.all_stand_still() => {}
        () = &mut writing => panic!("everything was taken from a client that does not read"),
    }
    let bytes = written.load(Ordering::Relaxed);
    assert!(bytes < 3 << 20, "{bytes} bytes were taken");
    let reading = async {
        for _ in 0..FLOOD {
            assert_eq!(editor.next().await.expect("the server is there")["method"], "window/logMessage");
        }
    };
    tokio::join!(reading, writing);
}
