//! Neovim's own remote calls: MessagePack on its stdin and stdout.

use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rmpv::{Value, decode, encode};

use super::DEADLINE;

pub(super) struct Rpc {
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
        thread::spawn(move || {
            while let Ok(message) = decode::read_value(&mut stdout) {
                if let Some(reply) = reply(&message)
                    && send.send(reply).is_err()
                {
                    break;
                }
            }
        });
        Rpc { child, stdin, replies, last: 0 }
    }

    /// Calls an API function and waits for its result, or for its error's text.
    pub(super) fn call(&mut self, function: &str, arguments: Vec<Value>) -> Result<Value, String> {
        let id = self.send(function, arguments);
        let end = Instant::now() + DEADLINE;
        loop {
            match self.receive(end.saturating_duration_since(Instant::now())) {
                Some((answered, result)) if answered == id => return result,
                // The reply to a call that nobody waited for to its end.
                Some(_) => {}
                None => return Err(format!("no answer to {function} in {DEADLINE:?}")),
            }
        }
    }

    /// Waits until Neovim has taken all keys that were fed to it, or asks the person something (`Press ENTER`, a choice) and so takes no call.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        // An ordinary call is served when no typed key is left; the mode is told at any time.
        let ordinary = self.send("nvim_eval", vec!["1".into()]);
        let mut mode = self.send("nvim_get_mode", Vec::new());
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            match self.receive(Duration::from_millis(5)) {
                Some((id, result)) if id == ordinary => return result.map(drop),
                Some((id, result)) if id == mode => {
                    if result.is_ok_and(|mode| entry(&mode, "blocking").and_then(Value::as_bool) == Some(true)) {
                        return Ok(());
                    }
                }
                Some(_) => {}
                None => mode = self.send("nvim_get_mode", Vec::new()),
            }
        }
        Err(format!("keys not taken in {DEADLINE:?}"))
    }

    fn send(&mut self, function: &str, arguments: Vec<Value>) -> u64 {
        self.last += 1;
        let request = Value::Array(vec![0.into(), self.last.into(), function.into(), Value::Array(arguments)]);
        let mut bytes = Vec::new();
        encode::write_value(&mut bytes, &request).expect("memory takes any bytes");
        // If Neovim has gone, the wait for its answer says so.
        let _ = self.stdin.write_all(&bytes);
        self.last
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
pub(super) fn entry<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

/// `[1, id, error, result]`; all else is drawing.
fn reply(message: &Value) -> Option<(u64, Result<Value, String>)> {
    let [kind, id, error, result] = message.as_array()?.as_slice() else { return None };
    if kind.as_u64() != Some(1) {
        return None;
    }
    let result = if error.is_nil() { Ok(result.clone()) } else { Err(error[1].as_str().unwrap_or("?").to_owned()) };
    Some((id.as_u64()?, result))
}
