//! The sockets on which hooks ask a running server: one for each server of a workspace, in a folder of its state that is closed to others.
//! A socket's name tells how old it is, and is never used twice; it appears once the server listens, so that one at which nobody does is a
//! dead server's and goes.

mod kin;
mod people;
pub mod wire;

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::git::Dirty;
use crate::state_dir;
use crate::store::now;
use wire::{Judged, Request};

pub use people::ask_people;

/// How long a hook waits for a server, before it does the work itself.
const PATIENCE: Duration = Duration::from_millis(150);
/// The folder, in the state folder.
const FOLDER: &str = "servers";
const ENDING: &str = ".sock";

/// What came of asking a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is none to ask.
    Nobody,
    /// It did not answer in time, or would rather have the hook do the work; it may have done it all the same.
    None,
    /// What it says.
    Judged(Judged),
}

/// Has a running server judge what an agent told, the newest one.
#[must_use]
pub fn judge(state: &Path, request: &Request) -> Answer {
    let until = Instant::now() + PATIENCE;
    let Some(stream) = connect(state) else { return Answer::Nobody };
    let mut line = Line { stream: &stream, until };
    let judged = line.write_all(&request.encode()).ok().and_then(|()| wire::read_reply(&mut line));
    judged.map_or(Answer::None, Answer::Judged)
}

/// What differs from HEAD in a workspace, as the newest server knows it. None where none is certain of that in time.
#[must_use]
pub fn differs(state: &Path, root: &Path) -> Option<Dirty> {
    let stream = connect(state)?;
    let mut line = Line { stream: &stream, until: Instant::now() + PATIENCE };
    line.write_all(&Request::Differs(root.to_owned()).encode()).ok()?;
    wire::read_reply(&mut line)
}

/// A server's own socket.
#[derive(Debug)]
pub struct Door {
    /// Where hooks come in.
    pub listener: UnixListener,
    path: PathBuf,
}

impl Door {
    /// Opens one in a workspace's state folder, and removes those of servers that are gone.
    ///
    /// # Errors
    /// If the folder is not the user's own, or its file system has no sockets.
    pub fn open(state: &Path) -> Result<Self> {
        let folder = state_dir::make_private(&state.join(FOLDER))?;
        let here = File::open(&folder).with_context(|| format!("cannot open {}", folder.display()))?;
        for name in names(&here) {
            if !name.starts_with('.') && matches!(knock(&here, &name), Err(Errno::CONNREFUSED)) {
                let _ = fs::remove_file(folder.join(&name));
            }
        }
        let name = format!("{:014}-{}{ENDING}", now(), std::process::id());
        let hidden = short(&here, &format!(".{name}"));
        let listener =
            UnixListener::bind(&hidden).with_context(|| format!("cannot make a socket in {}", folder.display()))?;
        fs::set_permissions(&hidden, Permissions::from_mode(0o600)).context("cannot close a socket to others")?;
        fs::rename(&hidden, short(&here, &name)).context("cannot name a socket")?;
        Ok(Self { listener, path: folder.join(name) })
    }

    /// Where it is, for who ends the server.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether the process at the other end is the same user's.
#[must_use]
pub fn is_same_user(stream: &UnixStream) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

/// Whether the process at the other end has gone.
#[must_use]
pub fn has_gone(stream: &UnixStream) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut one = [PollFd::new(stream, PollFlags::RDHUP)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut one, Some(&at_once)).is_err() || !one[0].revents().is_empty()
}

/// One end of a connection, on which nothing waits beyond a point in time.
#[derive(Debug)]
pub struct Line<'a> {
    /// The connection.
    pub stream: &'a UnixStream,
    /// When it is over.
    pub until: Instant,
}

impl Line<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Line<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(bytes)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection to the newest server that listens.
fn connect(state: &Path) -> Option<UnixStream> {
    let folder = state.join(FOLDER);
    let here = File::open(&folder).ok()?;
    let mut names = names(&here);
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable_by(|a, b| b.cmp(a));
    for name in names {
        match knock(&here, &name) {
            Ok(stream) => return is_same_user(&stream).then_some(stream),
            Err(Errno::CONNREFUSED) => {
                let _ = fs::remove_file(folder.join(&name));
            }
            // One that lets so many wait has no time.
            Err(_) => return None,
        }
    }
    None
}

/// The sockets in the folder; those whose names begin with a dot are not open yet.
fn names(here: &File) -> Vec<String> {
    let Ok(found) = rustix::fs::Dir::read_from(here) else { return Vec::new() };
    let names = found.flatten().filter_map(|entry| entry.file_name().to_str().map(str::to_owned).ok());
    names.filter(|name| name.ends_with(ENDING)).collect()
}

/// Connects without waiting, also where the server is stopped and others queue.
fn knock(here: &File, name: &str) -> Result<UnixStream, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(short(here, name))?)?;
    let stream = UnixStream::from(socket);
    stream.set_nonblocking(false).map_err(|_| Errno::IO)?;
    Ok(stream)
}

/// A name in the folder that fits into a socket's address, which holds 108 bytes, wherever the folder is.
fn short(here: &File, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{name}", here.as_raw_fd()))
}

#[cfg(test)]
mod tests;
