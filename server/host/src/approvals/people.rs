//! A hook's question to a person: put in every editor that is open on the workspace, and the first answer counts. A server that goes while
//! it is asked may come back with its editor, and is asked again then.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign_core::verdict::Answer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::wire::{self, Asking, Outcome, Request};
use super::{FOLDER, Line, PATIENCE, is_same_user, kin, knock, names};

/// A server says so soon that it has put the question; one that hangs, or is stopped, does not.
const SHOWN: Duration = Duration::from_secs(1);
/// How often it is looked for servers that are new.
const GLANCE: Duration = Duration::from_millis(200);
/// A server that is gone is waited for so long: an editor starts it again at once, where it does.
const RESTART: Duration = Duration::from_secs(10);

/// Puts a question to the person at any editor. None where nobody answers. `in_editor` says that the agent runs in the
/// process of an editor, which starts servers too.
#[must_use]
pub fn ask_people(state: &Path, asking: &Asking, in_editor: bool) -> Option<Answer> {
    let until = Instant::now() + Duration::from_millis(asking.patience);
    let request = Request::Ask(asking.clone()).encode();
    let agent = kin::agent();
    let (mut asked, mut met): (Vec<Asked>, HashSet<String>) = (Vec::new(), HashSet::new());
    // Until when a server that is gone may come back.
    let mut hope = None;
    while Instant::now() < until {
        for stream in new_servers(state, &mut met, agent, in_editor) {
            let soon = Instant::now() + PATIENCE;
            if (Line { stream: &stream, until: soon }).write_all(&request).is_ok() {
                asked.push(Asked { stream, silent_until: Some(Instant::now() + SHOWN) });
            }
        }
        asked.retain(|one| one.silent_until.is_none_or(|until| Instant::now() < until));
        if asked.is_empty() && hope.is_none_or(|hope| hope < Instant::now()) {
            break;
        }
        for at in ready(&asked, until).into_iter().rev() {
            let soon = Instant::now() + PATIENCE;
            match wire::read_reply(&mut Line { stream: &asked[at].stream, until: soon }) {
                Some(Outcome::Said(answer)) => return Some(answer),
                Some(Outcome::Shown) => {
                    asked[at].silent_until = None;
                    continue;
                }
                Some(Outcome::Unanswered) => {}
                None => hope = Some(Instant::now() + RESTART),
            }
            asked.swap_remove(at);
        }
    }
    None
}

/// A server that was asked.
struct Asked {
    stream: UnixStream,
    /// Until when it may say nothing; for ever once it has said that the question is shown.
    silent_until: Option<Instant>,
}

/// Connections to servers that were not met before. One that the agent itself started is no person's.
fn new_servers(state: &Path, met: &mut HashSet<String>, agent: Option<u32>, in_editor: bool) -> Vec<UnixStream> {
    let Ok(here) = File::open(state.join(FOLDER)) else { return Vec::new() };
    let new = names(&here).into_iter().filter(|name| !name.starts_with('.') && met.insert(name.clone()));
    let is_persons = |stream: &UnixStream| {
        let Ok(peer) = rustix::net::sockopt::socket_peercred(stream) else { return false };
        let pid = peer.pid.as_raw_nonzero().get().unsigned_abs();
        !agent.is_some_and(|agent| kin::comes_from(pid, agent, in_editor))
    };
    new.filter_map(|name| knock(&here, &name).ok())
        .filter(|stream| is_same_user(stream) && is_persons(stream))
        .collect()
}

/// Which of them have something to say, or are gone; waits a little where none has.
fn ready(asked: &[Asked], until: Instant) -> Vec<usize> {
    let wait = GLANCE.min(until.saturating_duration_since(Instant::now()));
    let wait = Timespec { tv_sec: 0, tv_nsec: wait.subsec_nanos().into() };
    let mut ends: Vec<PollFd<'_>> =
        asked.iter().map(|one| PollFd::new(&one.stream, PollFlags::IN | PollFlags::RDHUP)).collect();
    if poll(&mut ends, Some(&wait)).is_err() {
        return Vec::new();
    }
    let said = |(at, end): (usize, &PollFd<'_>)| (!end.revents().is_empty()).then_some(at);
    ends.iter().enumerate().filter_map(said).collect()
}
