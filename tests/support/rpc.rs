//! Neovim's own remote calls: MessagePack on its stdin and stdout.

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rmpv::{Value, decode, encode};

use super::DEADLINE;
use super::screen::Screen;

pub(super) struct Rpc {
    pub(super) screen: Arc<Screen>,
    child: Child,
    stdin: ChildStdin,
    replies: Receiver<(u64, Result<Value, String>)>,
    last: u64,
}

impl Rpc {
    pub(super) fn start(command: &mut Command) -> Rpc {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdin = child.stdin.take().expect("piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (send, replies) = mpsc::channel();
        // Always reading: Neovim stops when what it draws is not taken.
        let screen = Arc::new(Screen::default());
        let drawn = Arc::clone(&screen);
        thread::spawn(move || {
            while let Ok(message) = decode::read_value(&mut stdout) {
                if let Some(events) = redraw(&message) {
                    drawn.draw(events);
                } else if let Some(reply) = reply(&message)
                    && send.send(reply).is_err()
                {
                    break;
                }
            }
        });
        Rpc { screen, child, stdin, replies, last: 0 }
    }

    /// Calls an API function and waits for its result, or for its error's text. A call that Neovim can't end before the person answers it is an error.
    pub(super) fn call(&mut self, function: &str, arguments: Vec<Value>) -> Result<Value, String> {
        let call = self.send(function, arguments);
        let asks = || Err(format!("{function} waits for the person"));
        let result = self.wait(call, Duration::from_millis(100)).unwrap_or_else(asks);
        result.map_err(|error| format!("{error}; it shows\n{}", self.screen.text()))
    }

    /// Waits until Neovim has taken all keys that were fed to it, or asks the person something (`Press ENTER`, a choice) and so takes no call.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        // An ordinary call is served when no typed key is left.
        let ordinary = self.send("nvim_eval", vec!["1".into()]);
        self.wait(ordinary, Duration::from_millis(5)).map_or(Ok(()), |result| result.map(drop))
    }

    /// Sends a call whose reply is not waited for; gives its id.
    pub(super) fn send(&mut self, function: &str, arguments: Vec<Value>) -> u64 {
        self.last += 1;
        let request = Value::Array(vec![0.into(), self.last.into(), function.into(), Value::Array(arguments)]);
        let mut bytes = Vec::new();
        encode::write_value(&mut bytes, &request).expect("memory takes any bytes");
        // If Neovim has gone, the wait for its answer says so.
        let _ = self.stdin.write_all(&bytes);
        self.last
    }

    /// Waits for a call's reply; `None` once Neovim waits for the person instead. The mode, which it tells at any time, is asked for this often.
    fn wait(&mut self, call: u64, often: Duration) -> Option<Result<Value, String>> {
        let end = Instant::now() + DEADLINE;
        let mut mode = None;
        while Instant::now() < end {
            match self.receive(often) {
                Some((id, result)) if id == call => return Some(result),
                Some((id, Ok(reply))) if Some(id) == mode => {
                    if entry(&reply, "blocking").and_then(Value::as_bool) == Some(true) {
                        return None;
                    }
                }
                // The reply to a call that was not waited for to its end.
                Some(_) => {}
                None => mode = Some(self.send("nvim_get_mode", Vec::new())),
            }
        }
        Some(Err(format!("no answer in {DEADLINE:?}")))
    }

    fn receive(&mut self, limit: Duration) -> Option<(u64, Result<Value, String>)> {
        match self.replies.recv_timeout(limit) {
            Ok(reply) => Some(reply),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("Neovim ended: {:?}", self.child.wait()),
        }
    }
}

impl Drop for Rpc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The value of a map's key.
fn entry<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

/// The events of `[2, "redraw", events]`.
fn redraw(message: &Value) -> Option<&[Value]> {
    match message.as_array()?.as_slice() {
        [_, name, Value::Array(events)] if name.as_str() == Some("redraw") => Some(events),
        _ => None,
    }
}

/// `[1, id, error, result]`.
fn reply(message: &Value) -> Option<(u64, Result<Value, String>)> {
    let [kind, id, error, result] = message.as_array()?.as_slice() else { return None };
    if kind.as_u64() != Some(1) {
        return None;
    }
    let result = if error.is_nil() { Ok(result.clone()) } else { Err(error[1].as_str().unwrap_or("?").to_owned()) };
    Some((id.as_u64()?, result))
}
