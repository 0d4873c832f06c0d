//! Reads the client's bytes and passes clean messages on, reading ahead of a busy server up to a limit.
//! It never waits for the server alone, so that `exit` and the input's end are seen while handlers are stuck.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::frames::{Frame, Frames};
use super::message::{self, Message, Turn};
use super::parent::Process;
use super::{End, Limits};

/// Bytes asked of the input at a time.
const READ: usize = 64 * 1024;
/// Counted for a message beside its text, so that many tiny ones are bounded as well.
const OVERHEAD: usize = 128;

/// The messages on their way to the server, oldest first, bounded by their bytes.
pub(super) struct Lane {
    room: Arc<Semaphore>,
    limit: u32,
    messages: mpsc::UnboundedSender<Waiting>,
}

/// A message in the lane, with the room that it takes there.
pub(super) type Waiting = (String, Option<OwnedSemaphorePermit>);

impl Lane {
    pub(super) fn new(limit: usize) -> (Self, mpsc::UnboundedReceiver<Waiting>) {
        let limit = u32::try_from(limit.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let (messages, waiting) = mpsc::unbounded_channel();
        (Self { room: Arc::new(Semaphore::new(limit as usize)), limit, messages }, waiting)
    }

    /// Waits for room; a message larger than the limit goes when the lane is empty.
    async fn push(&self, body: String) {
        let size = u32::try_from(body.len() + OVERHEAD).unwrap_or(u32::MAX).min(self.limit);
        let room = Arc::clone(&self.room).acquire_many_owned(size).await;
        // Nobody takes it when the server has failed, which its own end tells.
        let _ = self.messages.send((body, room.ok()));
    }

    /// Puts the last message in, room or not.
    fn push_at_once(self, body: String) {
        let _ = self.messages.send((body, None));
    }
}

/// What is known of the client, by all who need it.
#[derive(Default)]
pub(super) struct Known {
    /// Whether a `shutdown` request was read.
    pub(super) shutdown: AtomicBool,
    /// Why nothing more will come, set before the server can see that nothing does.
    pub(super) end: OnceLock<End>,
}

/// Runs until `exit` or the input's end, and drops the lane then.
pub(super) async fn pump(
    input: impl AsyncRead + Unpin,
    lane: Lane,
    known: Arc<Known>,
    client: oneshot::Sender<Process>,
    limits: Limits,
) {
    let mut client = Some(client);
    let mut note = |turn: &Turn| match turn {
        Turn::Initialize(Some(id)) => {
            if let (Some(process), Some(client)) = (Process::find(*id), client.take()) {
                // Nobody listens when the server is already ending.
                let _ = client.send(process);
            }
        }
        Turn::Shutdown => known.shutdown.store(true, Ordering::Release),
        Turn::None | Turn::Initialize(None) | Turn::Exit => {}
    };
    let last = run(input, &lane, limits, &mut note).await;
    let end = if last.is_some() { End::Exit } else { End::InputClosed };
    // Set once: by nobody else.
    let _ = known.end.set(end);
    if let Some(exit) = last {
        lane.push_at_once(exit);
    }
}

/// Passes messages on until `exit`, which it gives back, or the end.
async fn run(
    mut input: impl AsyncRead + Unpin,
    lane: &Lane,
    limits: Limits,
    note: &mut (dyn FnMut(&Turn) + Send),
) -> Option<String> {
    let mut frames = Frames::new(limits.longest_message);
    loop {
        while let Some(frame) = frames.next() {
            for Message { body, turn } in messages(&mut frames, frame) {
                if turn == Turn::Exit {
                    return Some(body.to_string());
                }
                note(&turn);
                lane.push(body.to_string()).await;
            }
        }
        let intake = frames.intake();
        intake.reserve(READ);
        match input.read_buf(intake).await {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the input cannot be read any further");
                return None;
            }
        }
    }
}

/// Writes what waits in the lane to the framework, and closes that stream at the lane's end.
pub(super) async fn forward(mut waiting: mpsc::UnboundedReceiver<Waiting>, mut server: DuplexStream) {
    while let Some((body, _room)) = waiting.recv().await {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        if server.write_all(frame.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn messages(frames: &mut Frames, frame: Frame) -> Vec<Message> {
    let body = match frame {
        Frame::Body(body) => body,
        Frame::Unusable(why) => return vec![message::unreadable(&why)],
    };
    let (messages, next_header) = message::read(&body);
    if let Some(at) = next_header {
        tracing::warn!("a message was shorter than its Content-Length");
        frames.give_back(&body[at..]);
    }
    messages
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn exit_needs_no_room_behind_a_message_that_nobody_takes() {
        let input = [r#"{"jsonrpc":"2.0","method":"a"}"#, r#"{"jsonrpc":"2.0","method":"exit"}"#]
            .map(|body| format!("Content-Length: {}\r\n\r\n{body}", body.len()))
            .concat();
        let (lane, mut waiting) = Lane::new(1);
        let known = Arc::new(Known::default());
        let (client, _process) = oneshot::channel();
        let pumping = pump(input.as_bytes(), lane, Arc::clone(&known), client, Limits::default());
        timeout(Duration::from_secs(1_000_000), pumping).await.expect("it ends");
        assert_eq!(known.end.get(), Some(&End::Exit));
        let mut messages = Vec::new();
        while let Some((body, _room)) = waiting.recv().await {
            messages.push(body);
        }
        assert_eq!(messages, [r#"{"jsonrpc":"2.0","method":"a"}"#, r#"{"jsonrpc":"2.0","method":"exit"}"#]);
    }
}
