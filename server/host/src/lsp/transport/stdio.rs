//! The real stdin and stdout as streams, each on a thread of its own: a read of stdin cannot be called off, and must
//! not keep the process from ending. Anything else that prints or reads meanwhile is kept away from the protocol.
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::thread;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

const CHUNK: usize = 64 * 1024;

/// Both ends of the process, and word of when everything written has gone out.
pub(super) struct Stdio {
    pub(super) input: DuplexStream,
    pub(super) output: DuplexStream,
    pub(super) flushed: oneshot::Receiver<()>,
}

/// Takes stdin and stdout for the protocol, for good.
///
/// # Errors
/// When the descriptors cannot be duplicated or a thread cannot be started.
pub(super) fn open() -> io::Result<Stdio> {
    let (stdin, stdout) = take()?;
    let (input, feeder) = duplex(CHUNK);
    let (output, drain) = duplex(CHUNK);
    let (done, flushed) = oneshot::channel();
    let runtime = Handle::current();
    let same_runtime = runtime.clone();
    thread::Builder::new().name("stdin".into()).spawn(move || feed(stdin, feeder, &runtime))?;
    thread::Builder::new().name("stdout".into()).spawn(move || {
        drain_to(stdout, drain, &same_runtime);
        // Nobody waits for it when the grace is over.
        let _ = done.send(());
    })?;
    Ok(Stdio { input, output, flushed })
}

fn feed(mut stdin: File, mut feeder: DuplexStream, runtime: &Handle) {
    let mut chunk = vec![0; CHUNK];
    loop {
        match stdin.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) if runtime.block_on(feeder.write_all(&chunk[..read])).is_err() => return,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                tracing::warn!(%error, "stdin cannot be read");
                return;
            }
            _ => {}
        }
    }
}

fn drain_to(mut stdout: File, mut drain: DuplexStream, runtime: &Handle) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(read @ 1..) = runtime.block_on(drain.read(&mut chunk)) {
        if let Err(error) = stdout.write_all(&chunk[..read]) {
            tracing::warn!(%error, "stdout cannot be written");
            return;
        }
    }
}

/// The protocol's own descriptors. Stdout becomes stderr and stdin empty for all others, so that a stray print breaks
/// no frame and a child process takes no bytes.
#[cfg(unix)]
fn take() -> io::Result<(File, File)> {
    use std::os::fd::AsFd as _;
    let stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((stdin, stdout))
}

#[cfg(windows)]
fn take() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle as _;
    let stdin = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let stdout = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    Ok((stdin, stdout))
}
