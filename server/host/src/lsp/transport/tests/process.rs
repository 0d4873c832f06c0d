//! The same over real pipes: this test binary runs itself as the server process.
use std::io::{Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use super::super::{Limits, serve_stdio};
use super::editor::frame;
use super::probe;

const SERVER: &str = "COUNTERSIGN_TEST_SERVER";

#[test]
#[ignore = "the server's side of the other tests here"]
fn server() {
    if std::env::var_os(SERVER).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (service, socket) = probe::service();
    let ended = runtime.block_on(serve_stdio(service, socket, Limits::default())).expect("stdin and stdout are there");
    // As at the end of `main`: neither may wait for a stdin that stays open.
    drop(runtime);
    std::process::exit(i32::from(ended.exit_code() != ExitCode::SUCCESS));
}

/// A server process, its input, and threads that take all that it says.
struct Server {
    process: Child,
    input: ChildStdin,
    /// Told when the first of the protocol is read.
    first_message: Receiver<()>,
    output: JoinHandle<Vec<u8>>,
    errors: JoinHandle<Vec<u8>>,
}

impl Server {
    fn start() -> Self {
        let this = std::env::current_exe().expect("the test binary has a path");
        let mut process = Command::new(this)
            .args(["--exact", "lsp::transport::tests::process::server", "--ignored", "--nocapture"])
            .env(SERVER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the test binary runs");
        let input = process.stdin.take().expect("piped");
        let (told, first_message) = channel();
        let output = collect(process.stdout.take().expect("piped"), told);
        let errors = collect(process.stderr.take().expect("piped"), channel().0);
        Self { process, input, first_message, output, errors }
    }

    fn initialized(process_id: Option<u32>) -> Self {
        let mut server = Self::start();
        server
            .say(json!({ "id": 0, "method": "initialize", "params": { "processId": process_id, "capabilities": {} } }));
        server
    }

    fn say(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        self.input.write_all(frame(&message.to_string()).as_bytes()).expect("the server reads on");
    }

    /// Waits for its end with the input left open; gives its exit code, its messages, and what it said beside them.
    fn end(mut self) -> (i32, Vec<Value>, String) {
        let code = self.process.wait().expect("it was started").code().expect("no signal ended it");
        drop(self.input);
        let errors = self.errors.join().expect("the reader does not panic");
        (
            code,
            messages(&self.output.join().expect("the reader does not panic")),
            String::from_utf8_lossy(&errors).into(),
        )
    }
}

fn collect(mut from: impl Read + Send + 'static, first_message: Sender<()>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let (mut all, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
        loop {
            match from.read(&mut chunk).expect("a pipe can be read") {
                0 => return all,
                read => all.extend_from_slice(&chunk[..read]),
            }
            if first_header(&all) < all.len() {
                // Only one test listens.
                let _ = first_message.send(());
            }
        }
    })
}

fn first_header(output: &[u8]) -> usize {
    output.windows(16).position(|window| window == b"Content-Length: ").unwrap_or(output.len())
}

/// The messages of an output that holds nothing else, but for what the test runner prints before it is taken over.
fn messages(output: &[u8]) -> Vec<Value> {
    let mut rest = &output[first_header(output)..];
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let text = String::from_utf8_lossy(rest);
        let (header, _) = text.split_once("\r\n\r\n").expect("a header ends");
        let length: usize = header.strip_prefix("Content-Length: ").expect("a header").parse().expect("a number");
        let body = &rest[header.len() + 4..][..length];
        messages.push(serde_json::from_slice(body).expect("the server writes JSON"));
        rest = &rest[header.len() + 4 + length..];
    }
    messages
}

fn ids(messages: &[Value]) -> Vec<i64> {
    let mut ids: Vec<i64> = messages.iter().filter_map(|message| message["id"].as_i64()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn the_process_ends_on_exit_with_0_after_shutdown_while_its_stdin_stays_open() {
    let mut server = Server::initialized(None);
    server.say(json!({ "id": 1, "method": "shutdown" }));
    server.say(json!({ "method": "exit" }));
    let (code, messages, _) = server.end();
    assert_eq!((code, ids(&messages)), (0, vec![0, 1]));
}

#[test]
fn the_process_ends_on_exit_with_1_without_shutdown_while_its_stdin_stays_open() {
    let mut server = Server::initialized(None);
    server.say(json!({ "method": "exit" }));
    let (code, messages, _) = server.end();
    assert_eq!((code, ids(&messages)), (1, vec![0]));
}

#[test]
fn everything_said_is_written_before_the_process_ends() {
    let mut server = Server::initialized(None);
    let large = "x".repeat(5_000_000);
    server.say(json!({ "id": 1, "method": "test/echo", "params": [large] }));
    for id in 2..66 {
        server.say(json!({ "id": id, "method": "test/hang" }));
    }
    server.say(json!({ "id": 66, "method": "shutdown" }));
    server.say(json!({ "method": "exit" }));
    let (code, messages, _) = server.end();
    assert_eq!((code, ids(&messages)), (0, (0..=66).collect()));
    let echoed = messages.iter().find(|message| message["id"] == 1).expect("it was answered");
    assert_eq!(echoed["result"], json!([large]));
}

#[test]
fn a_stray_print_goes_to_stderr_and_breaks_no_frame() {
    let mut server = Server::initialized(None);
    server.say(json!({ "id": 1, "method": "test/print" }));
    server.say(json!({ "method": "exit" }));
    let (_, messages, errors) = server.end();
    assert_eq!(ids(&messages), [0, 1]);
    assert!(errors.contains("a stray print"), "{errors}");
}

#[test]
fn a_closed_stdin_ends_the_process() {
    for (shutdown, expected) in [(true, 0), (false, 1)] {
        let mut server = Server::initialized(None);
        if shutdown {
            server.say(json!({ "id": 1, "method": "shutdown" }));
        }
        let Server { mut process, input, .. } = server;
        drop(input);
        assert_eq!(process.wait().expect("it was started").code(), Some(expected));
    }
}

#[cfg(unix)]
#[test]
fn the_process_ends_when_its_client_is_gone_while_its_stdin_stays_open() {
    let mut client = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat is there");
    let server = Server::initialized(Some(client.id()));
    server.first_message.recv().expect("it answers, so it knows of its client");
    client.kill().expect("it runs");
    client.wait().expect("it was started");
    let (code, _, _) = server.end();
    assert_eq!(code, 1);
}
