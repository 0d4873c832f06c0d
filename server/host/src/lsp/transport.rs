//! Runs a language server over a pair of streams so that no client can bring it down: malformed frames cost an error
//! reply, `exit` and the input's end always end it, and a client that does not read holds up no more than a bound.
mod frames;
mod message;
mod parent;
mod pump;
mod stdio;
#[cfg(test)]
mod tests;

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, duplex};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower::Service;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::{ClientSocket, Server};

use self::parent::Process;
use self::pump::{Known, Lane};
use super::guard::Guard;

/// How many handlers may be waiting at once. Reading goes on only while there is room, so this is far above what any
/// client has in flight.
const CONCURRENCY: usize = 1024;
/// Bytes between the pump and the framework.
const PIPE: usize = 64 * 1024;

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message that is taken, in bytes: 256 MiB, since a file of any size that an editor opens comes in one.
    pub longest_message: usize,
    /// How far the input is read ahead of a busy server, in bytes: 64 MiB. A longer message is still taken, alone.
    pub read_ahead: usize,
    /// How long what is under way at the end may take to finish and to be written: 2 s, after which it is dropped.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { longest_message: 256 << 20, read_ahead: 64 << 20, grace: Duration::from_secs(2) }
    }
}

/// Why a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client sent `exit`.
    Exit,
    /// The client closed our input.
    InputClosed,
    /// The client closed our output.
    OutputClosed,
    /// The client's process is gone.
    ClientGone,
    /// The framework gave up, which is a defect.
    Failed,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why it did.
    pub why: End,
    /// Whether the client had sent `shutdown`.
    pub after_shutdown: bool,
}

impl Ended {
    /// What the protocol asks the process to exit with: 0 after `shutdown`, else 1.
    pub fn exit_code(self) -> ExitCode {
        if self.after_shutdown && self.why != End::Failed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Serves on the process's own stdin and stdout until the client ends it, and returns with everything written.
///
/// From here on stdout is the protocol's alone: what else is printed goes to stderr. Return [`Ended::exit_code`] from
/// `main` then; a stdin that stays open does not hold up the process. Needs a runtime with time enabled.
///
/// # Errors
/// When stdin or stdout cannot be taken over.
pub async fn serve_stdio<S>(service: S, socket: ClientSocket, limits: Limits) -> io::Result<Ended>
where
    S: Service<Request, Response = Option<Response>> + Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
    S::Future: Send + 'static,
{
    let stdio = stdio::open()?;
    let ended = serve(stdio.input, stdio.output, service, socket, limits).await;
    if timeout(limits.grace, stdio.flushed).await.is_err() {
        tracing::warn!("the client does not read: what was still to be written is dropped");
    }
    Ok(ended)
}

/// Serves on any pair of streams until the client ends it, and returns with everything written, or after
/// [`Limits::grace`]. Dropped before, it stops at once.
pub async fn serve<I, O, S>(input: I, output: O, service: S, socket: ClientSocket, limits: Limits) -> Ended
where
    I: AsyncRead + Send + Unpin + 'static,
    O: AsyncWrite + Send + Unpin + 'static,
    S: Service<Request, Response = Option<Response>> + Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
    S::Future: Send + 'static,
{
    let known = Arc::new(Known::default());
    let output_closed = Arc::new(Notify::new());
    let (client, client_process) = oneshot::channel();
    let (lane, waiting) = Lane::new(limits.read_ahead);
    let (to_server, from_pump) = duplex(PIPE);
    let output = Watched { output, closed: Arc::clone(&output_closed) };

    let mut pumping = Task::new(pump::pump(input, lane, Arc::clone(&known), client, limits));
    let _forwarding = Task::new(pump::forward(waiting, to_server));
    let server = Server::new(from_pump, output, socket).concurrency_level(CONCURRENCY);
    let mut serving = Task::new(server.serve(Guard::new(service)));

    let mut served = false;
    let cut_off = tokio::select! {
        _ = &mut pumping => None,
        _ = &mut serving => { served = true; None }
        () = output_closed.notified() => Some(End::OutputClosed),
        () = client_gone(client_process) => Some(End::ClientGone),
    };
    if cut_off.is_some() {
        // What the client had sent by then still counts: its last keystrokes are in the pipe.
        let _ = timeout(limits.grace, &mut pumping).await;
    }
    drop(pumping);
    if !served && timeout(limits.grace, &mut serving).await.is_err() {
        tracing::warn!("handlers or the client took too long at the end, and were dropped");
    }
    let why = cut_off.or_else(|| known.end.get().copied()).unwrap_or(End::Failed);
    let after_shutdown = known.shutdown.load(Ordering::Acquire);
    tracing::info!(?why, after_shutdown, "the server ended");
    Ended { why, after_shutdown }
}

async fn client_gone(process: oneshot::Receiver<Process>) {
    match process.await {
        Ok(process) => process.gone().await,
        Err(_) => pending().await,
    }
}

/// A task that ends when this is dropped.
struct Task<T>(JoinHandle<T>);

impl<T: Send + 'static> Task<T> {
    fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Future for Task<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll(context).map(Result::ok)
    }
}

/// The output, which tells when it cannot be written: the framework would go on without a word.
struct Watched<O> {
    output: O,
    closed: Arc<Notify>,
}

impl<O: AsyncWrite + Unpin> Watched<O> {
    fn tell<T>(&self, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &outcome {
            tracing::warn!(%error, "the output cannot be written");
            self.closed.notify_one();
        }
        outcome
    }
}

impl<O: AsyncWrite + Unpin> AsyncWrite for Watched<O> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.output).poll_write(context, bytes);
        self.tell(outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.output).poll_flush(context);
        self.tell(outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_shutdown(context)
    }
}
