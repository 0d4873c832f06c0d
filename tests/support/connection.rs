//! A server's process and its three streams, each served by a thread of its own, so that neither side ever waits for the other to read.

use std::io::{BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use countersign_tests::frames;
use serde_json::{Value, json};

pub(super) struct Connection {
    pub(super) child: Child,
    /// All that the server sends; ends when its stdout does.
    pub(super) incoming: Receiver<Value>,
    stderr: Arc<Mutex<String>>,
}

impl Connection {
    /// Starts the server. Its requests go to `answer` as they come, before they can be read here: an editor does not wait for a test to look.
    /// What is put into the sender goes to its stdin, which is closed with the sender.
    pub(super) fn start(
        command: &mut Command,
        answer: impl FnMut(&Value) + Send + 'static,
    ) -> (Connection, Sender<Value>) {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let outbox = write_all(&mut child);
        let incoming = read_all(&mut child, answer);
        let stderr = collect_stderr(&mut child);
        (Connection { child, incoming, stderr }, outbox)
    }

    /// What the server has written to stderr.
    pub(super) fn stderr(&self) -> String {
        self.stderr.lock().map(|text| text.clone()).unwrap_or_default()
    }
}

fn write_all(child: &mut Child) -> Sender<Value> {
    let mut stdin = child.stdin.take().expect("piped");
    let (outbox, messages) = mpsc::channel();
    thread::spawn(move || {
        for message in messages {
            // A server that is gone is seen by who waits for it.
            if frames::write(&mut stdin, &message).is_err() {
                break;
            }
        }
    });
    outbox
}

fn read_all(child: &mut Child, mut answer: impl FnMut(&Value) + Send + 'static) -> Receiver<Value> {
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let (send, incoming) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let message = match frames::read(&mut stdout) {
                Ok(Some(message)) => message,
                Ok(None) => break,
                // Passed on as an error, so that the test fails with it: stdout is the protocol's alone.
                Err(error) => {
                    let said = format!("what the server wrote is no message: {error}");
                    let said = json!({ "method": "window/logMessage", "params": { "type": 1, "message": said } });
                    let _ = send.send(said);
                    break;
                }
            };
            if message.get("method").is_some() && message.get("id").is_some() {
                answer(&message);
            }
            if send.send(message).is_err() {
                break;
            }
        }
    });
    incoming
}

fn collect_stderr(child: &mut Child) -> Arc<Mutex<String>> {
    let mut stream = child.stderr.take().expect("piped");
    let stderr = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&stderr);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut bytes) {
            if let Ok(mut text) = collected.lock() {
                text.push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        }
    });
    stderr
}
