//! Hooks that ask this server instead of opening the journal themselves. Each has a thread of its own, which hands the agent's event to the
//! owner and judges what comes back, so that neither a slow hook nor a long judgement keeps the owner from a key. Hanging up is a no: the
//! hook then does the work itself, and what was taken in twice is taken in once.

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Result;
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::review::Policy;
use countersign_core::rules;
use countersign_core::syntax::{Budget, Language};
use countersign_core::verdict::{Decision, Verdict};

use super::asking;
use super::differing::Eyes;
use super::inbox::{Event, Inbox};
use super::owner::{Owner, PAUSE};
use crate::agents;
use crate::approvals::wire::{self, Asking, Judged, Outcome, Request, Told};
use crate::approvals::{self, Door, Line};
use crate::gate::{self, Around, Care, Question, Taken, TooMuch};
use crate::store::{is_unexplained, now};

/// So many hooks are served at a time; more do their work themselves.
const MOST: usize = 64;
/// No connection lasts longer. A hook has less patience, but a busy machine may be slow to bring what it wrote.
const LONGEST: Duration = Duration::from_millis(400);
/// No question to a person stands longer, whatever a hook says.
const LONGEST_QUESTION: Duration = Duration::from_secs(60 * 60);
/// How often it is looked whether a hook still waits for a person.
const GLANCE: Duration = Duration::from_millis(200);
/// So long a command is judged between two letters of the person's; a hook has more time.
const JUDGING: Duration = Duration::from_millis(50);
/// After an error of the system's, such as too many open files.
const REST: Duration = Duration::from_millis(50);

/// Listens to the hooks of a workspace until the process ends. Where.
///
/// # Errors
/// If no socket can be made in the state folder, or no thread started.
pub(super) fn listen(root: &Path, state: &Path, inbox: Inbox, eyes: Eyes) -> Result<PathBuf> {
    let door = Door::open(state)?;
    let path = door.path().to_owned();
    let root = root.to_owned();
    std::thread::Builder::new().name("hooks".to_owned()).spawn(move || {
        let served = Arc::new(root);
        for stream in door.listener.incoming() {
            let Ok(stream) = stream else {
                std::thread::sleep(REST);
                continue;
            };
            // Each thread holds one of them, and this one.
            if Arc::strong_count(&served) <= MOST && approvals::is_same_user(&stream) {
                let (root, inbox, eyes) = (Arc::clone(&served), inbox.clone(), eyes.clone());
                let serve = move || serve(&root, &inbox, &eyes, stream);
                let _ = std::thread::Builder::new().name("hook".to_owned()).spawn(serve);
            }
        }
    })?;
    Ok(path)
}

fn serve(root: &Path, inbox: &Inbox, eyes: &Eyes, stream: UnixStream) {
    let until = Instant::now() + LONGEST;
    let stream = Arc::new(stream);
    let mut line = Line { stream: &stream, until };
    // A hook that has hung up needs no answer.
    let _ = match wire::read_request(&mut line) {
        Some(Request::Judge(told)) => match judge(root, inbox, &told, &stream, until) {
            Some(judged) => line.write_all(&wire::encode_reply(&judged)),
            None => return,
        },
        Some(Request::Differs(of)) => match eyes.differs(until).filter(|_| of == root) {
            Some(dirty) => line.write_all(&wire::encode_reply(&dirty)),
            None => return,
        },
        Some(Request::Ask(asking)) => {
            let Some(outcome) = ask(inbox, asking, &stream) else { return };
            (Line { stream: &stream, until: Instant::now() + LONGEST }).write_all(&wire::encode_reply(&outcome))
        }
        None => return,
    };
}

/// What the person says; none where the hook has gone, or this server ends.
fn ask(inbox: &Inbox, asking: Asking, stream: &UnixStream) -> Option<Outcome> {
    let until = Instant::now() + Duration::from_millis(asking.patience).min(LONGEST_QUESTION);
    let (answer, answered) = channel();
    let number = inbox.ask_until(until, move |owner| asking::put(owner, asking, answer))?;
    let mut line = Line { stream, until: Instant::now() + LONGEST };
    let _ = line.write_all(&wire::encode_reply(&Outcome::Shown));
    loop {
        match answered.recv_timeout(GLANCE) {
            Ok(outcome) => return Some(outcome),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if Instant::now() >= until || approvals::has_gone(stream) => {
                inbox.tell(Event::Withdrawn { number });
                return None;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What is to be said of what an agent told; none where the hook had better do the work itself.
fn judge(root: &Path, inbox: &Inbox, told: &Told, stream: &Arc<UnixStream>, until: Instant) -> Option<Judged> {
    let agent = agents::find(&told.agent)?;
    let message = (agent.parse)(&told.payload).ok()?;
    let (hears, since) = (agent.hears(&message), now());
    let mut judged = Judged::default();
    for mut event in message.events {
        let (placed, cwd) = gate::place(&told.dir, &event).ok()?;
        if placed != root || gate::surveys(&event) {
            return None;
        }
        let around = Around::of(&event, root);
        around.few()?;
        gate::localise(&mut event, root, &cwd);
        let asking = Arc::clone(stream);
        let (Taken { questions, verdict: standing, context, .. }, policy) =
            inbox.ask_until(until, move |owner| {
                // It came late to this: by now the hook does it, or has done it.
                if approvals::has_gone(&asking) { None } else { owner.take((&mut event, &around), &cwd, hears, since) }
            })??;
        judged.context = judged.context.or(context);
        judged.verdict = judged.verdict.combine(standing);
        if !questions.is_empty() {
            let verdict = verdict(&policy, &questions, until)?;
            if verdict.decision == Decision::Ask {
                judged.diff = judged.diff.or_else(|| gate::diff(&questions));
            }
            judged.verdict = judged.verdict.combine(verdict);
        }
    }
    Some(judged)
}

/// None where there is not enough time: a hook by itself has more.
fn verdict(policy: &Policy, questions: &[Question], until: Instant) -> Option<Verdict> {
    let mut in_time = || Instant::now() < until;
    let mut budget = Budget::asking(&mut in_time);
    let mut verdict = Verdict::allow();
    for question in questions {
        let care = Care::of(&question.path);
        if care == Care::Likely {
            compile(&question.path);
        }
        verdict = verdict.combine(question.judge(policy, care, &mut budget));
    }
    (!budget.is_spent()).then_some(verdict)
}

/// Compiles the rules of a file's language for the next hook, beside this one.
fn compile(path: &str) {
    if let Some(language) = Language::of_path(path) {
        let _ = std::thread::Builder::new().name("rules".to_owned()).spawn(move || rules::compile(language));
    }
}

impl Owner {
    /// Takes an agent's event in, after all that was typed before it: what is to be judged, and by what. A command is judged here, since that
    /// is asked of the workspace. None where it fails, or where the disk holds what nobody has explained: a save may be on its way here, and
    /// a hook can wait for that.
    fn take(
        &mut self,
        (event, around): (&mut AgentEvent, &Around),
        cwd: &Path,
        hears: bool,
        since: u64,
    ) -> Option<(Taken, Arc<Policy>)> {
        self.flush_all();
        self.catch_up();
        let announces = matches!(event.act, AgentAct::WillWrite { .. } | AgentAct::WillRun { .. });
        let mut changed = Vec::new();
        for path in gate::paths(event).into_iter().chain(around.few()?.iter().cloned()) {
            let found = self.foretell(&path).map(|(_, facts)| facts).unwrap_or_default();
            if is_unexplained(&found) {
                return None;
            }
            if !announces || !found.is_empty() {
                changed.push(path);
            }
        }
        let policy = self.in_force.policy(&self.store.root);
        let taken = gate::take(&mut self.store, (event, around), hears, Some(since), &policy);
        for path in changed {
            // Not at once: the hook is not to wait for the processor.
            self.schedule(&path, PAUSE);
        }
        let mut taken = taken
            .inspect_err(|error| {
                if !error.is::<TooMuch>() {
                    tracing::warn!("a hook: {error:#}");
                }
            })
            .ok()?;
        if let Some(command) = taken.command.take() {
            let until = Instant::now() + JUDGING;
            let in_time = || Instant::now() < until;
            let verdict = command.judge(&mut self.store, event, cwd, &policy, &in_time);
            taken.verdict = taken.verdict.combine(verdict);
            in_time().then_some(())?;
        }
        Some((taken, policy))
    }
}
