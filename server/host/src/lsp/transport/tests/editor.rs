//! The client's side: writes frames or anything else, reads whole replies, and fails where it would wait for ever.
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::super::frames::{Frame, Frames};
use super::super::{Ended, Limits, serve};
use super::probe;

/// Far beyond any wait: with the paused clock it passes only when all else stands still.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

pub(super) struct Editor {
    input: DuplexStream,
    output: DuplexStream,
    replies: Frames,
    serving: JoinHandle<Ended>,
}

impl Editor {
    /// A server that has been initialized.
    pub(super) async fn start(limits: Limits) -> Self {
        let mut editor = Self::connect(limits);
        editor.ask(0, "initialize", json!({ "processId": null, "capabilities": {} })).await;
        editor.tell("initialized", json!({})).await;
        editor
    }

    pub(super) fn connect(limits: Limits) -> Self {
        let (input, server_input) = duplex(1 << 16);
        let (server_output, output) = duplex(1 << 16);
        let (service, socket) = probe::service();
        let serving = tokio::spawn(serve(server_input, server_output, service, socket, limits));
        Self { input, output, replies: Frames::new(1 << 30), serving }
    }

    pub(super) async fn raw(&mut self, bytes: impl AsRef<[u8]>) {
        let written = timeout(FOR_EVER, self.input.write_all(bytes.as_ref())).await;
        written.expect("the server reads on").expect("the server is there");
    }

    pub(super) async fn tell(&mut self, method: &str, params: Value) {
        self.raw(frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string())).await;
    }

    pub(super) async fn request(&mut self, id: i64, method: &str, params: Value) {
        self.raw(frame(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string())).await;
    }

    /// Sends a request and gives the next reply, whosever it is.
    pub(super) async fn ask(&mut self, id: i64, method: &str, params: Value) -> Value {
        self.request(id, method, params).await;
        self.next().await.expect("a reply")
    }

    /// The next message from the server, `None` when it has closed its output.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            match self.replies.next() {
                Some(Frame::Body(body)) => return Some(serde_json::from_slice(&body).expect("the server writes JSON")),
                Some(Frame::Unusable(why)) => panic!("the server wrote a bad header: {why}"),
                None => {}
            }
            let intake = self.replies.intake();
            intake.reserve(1 << 16);
            let read = timeout(FOR_EVER, self.output.read_buf(intake)).await;
            if read.expect("the server says something").expect("a stream in memory does not fail") == 0 {
                return None;
            }
        }
    }

    /// Checks that the server is well: it answers, and next of all.
    pub(super) async fn answers(&mut self) {
        let reply = self.ask(99, "test/echo", json!({ "still": "there" })).await;
        assert_eq!(reply, json!({ "jsonrpc": "2.0", "id": 99, "result": { "still": "there" } }));
    }

    /// Waits until nothing on either side can go on without the other.
    pub(super) async fn all_stand_still(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// Closes the output, then waits for the end, with the input left open.
    pub(super) async fn hang_up_output(self) -> Ended {
        let Self { input, output, serving, .. } = self;
        drop(output);
        let ended = ended(serving).await;
        drop(input);
        ended
    }

    /// The input alone, to write to while this reads.
    pub(super) fn take_input(&mut self) -> DuplexStream {
        std::mem::replace(&mut self.input, duplex(1).0)
    }

    /// How the server ends, with both streams left open and nothing read.
    pub(super) async fn end_unread(self) -> Ended {
        let Self { input, output, serving, .. } = self;
        let ended = ended(serving).await;
        drop((input, output));
        ended
    }

    /// Closes the input; gives what was still said and how the server ended.
    pub(super) async fn hang_up_input(mut self) -> (Vec<Value>, Ended) {
        drop(self.take_input());
        self.last_words().await
    }

    /// What the server still says, and how it ended, with both streams left open.
    pub(super) async fn last_words(mut self) -> (Vec<Value>, Ended) {
        let mut said = Vec::new();
        while let Some(message) = self.next().await {
            said.push(message);
        }
        (said, ended(self.serving).await)
    }
}

async fn ended(serving: JoinHandle<Ended>) -> Ended {
    timeout(FOR_EVER, serving).await.expect("the server ends").expect("the server does not panic")
}

pub(super) fn frame(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The body of a `test/echo` request.
pub(super) fn echo(id: i64, text: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": "test/echo", "params": [text] }).to_string()
}

/// A reply in a line that a person reads: its id and its result, or its error's code.
pub(super) fn told(reply: &Value) -> String {
    let id = reply.get("id").map_or_else(|| "no id".to_owned(), Value::to_string);
    match reply.get("error") {
        Some(error) => format!("{id}: {} {}\n", error["code"], error["message"].as_str().unwrap_or_default()),
        None => format!("{id}: {}\n", reply["result"]),
    }
}
