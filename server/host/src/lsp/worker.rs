//! Heavy work off the owner's thread: files are judged here, one after the other, the newest state of each.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use countersign_core::review::{Case, Policy};
use countersign_core::syntax::Budget;

use super::inbox::{Event, Inbox};
use crate::git::{Git, Held};

/// No file is judged for longer.
const LONGEST: Duration = Duration::from_secs(2);

/// A file to be judged.
pub(super) struct Job {
    pub(super) path: String,
    pub(super) stamp: u64,
    pub(super) case: Case,
    pub(super) policy: Arc<Policy>,
}

/// Starts the thread; it ends when the sender is gone.
pub(super) fn worker(inbox: Inbox, git: &Git) -> Sender<Job> {
    let (sender, jobs) = channel::<Job>();
    let git = Held::new(git);
    let judge = move || {
        let held = |path: &str, since| git.of(path, since);
        while let Ok(first) = jobs.recv() {
            let mut waiting = vec![first];
            waiting.extend(jobs.try_iter());
            // A file that waits in several states is judged in its newest.
            let mut newest: Vec<Job> = Vec::new();
            for job in waiting.into_iter().rev() {
                if !newest.iter().any(|known| known.path == job.path) {
                    newest.push(job);
                }
            }
            for Job { path, stamp, case, policy } in newest.into_iter().rev() {
                let started = Instant::now();
                let mut go_on = || started.elapsed() < LONGEST;
                let hunks = case.hunks().to_vec();
                let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    case.judge(&policy, &held, &mut Budget::asking(&mut go_on))
                }));
                // A file that cannot be judged still has its hunks.
                let review = judged.unwrap_or_else(|_| {
                    tracing::error!("{path}: a rule panicked");
                    countersign_core::review::Review { hunks, findings: Vec::new() }
                });
                inbox.tell(Event::Analyzed { path, stamp, review });
            }
            git.rest();
        }
    };
    let started = std::thread::Builder::new().name("worker".to_owned()).spawn(judge);
    if let Err(error) = started {
        tracing::error!("no worker: {error}");
    }
    sender
}
