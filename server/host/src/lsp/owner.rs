//! The one owner of the workspace: applies what happens in the order in which it came, keeps what editors are shown, and journals
//! what comes of it.

mod buffers;
mod chores;
mod disk;
mod judging;
mod pulls;
mod saving;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::Result;
use countersign_core::author::Author;
use countersign_core::document::Record;
use countersign_core::event::Fact;
use countersign_core::review::{Policy, Review};
use countersign_core::workspace::File;
use tower_lsp::gen_lsp_types::{MessageType, Uri};

use super::abilities::Abilities;
use super::inbox::{About, Event, Inbox, Letter};
use super::outbox::{Out, Outbox};
use super::position::Encoding;
use super::which::Which;
use super::worker::Job;
use super::{asking, reverts, uri, views};
use crate::config::{ConfigError, InForce, Policies, Ui};
use crate::store::{Store, now};
use buffers::Buffer;
pub(super) use chores::Chore;
use pulls::Pulls;
use saving::Saving;

/// Typing is judged when it has paused for so long.
pub(super) const PAUSE: Duration = Duration::from_millis(15);
/// Typing is journaled this late at most.
const FLUSH: Duration = Duration::from_millis(500);
/// How often the journal is asked for news that no wake-up told of.
const POLL: Duration = Duration::from_secs(2);
/// A write that a didSave follows this soon is the editor's.
const SAVING: Duration = Duration::from_millis(300);
/// How long letters wait for other work.
const TURN: Duration = Duration::from_millis(10);

/// See the module.
pub(super) struct Owner {
    pub(super) store: Store,
    pub(super) policy: Arc<Policy>,
    pub(super) ui: Ui,
    policies: Policies,
    pub(super) policy_errors: Vec<ConfigError>,
    /// What hooks are answered by: as they would read it themselves, before any watcher told of a change.
    pub(super) in_force: InForce,
    pub(super) buffers: HashMap<String, Buffer>,
    pub(super) reviews: HashMap<String, Review>,
    pub(super) encoding: Encoding,
    pub(super) client: Abilities,
    pub(super) outbox: Outbox,
    inbox: Inbox,
    worker: Sender<Job>,
    /// Files that are to be judged, and when.
    due: HashMap<String, Instant>,
    stamps: HashMap<String, u64>,
    /// Files that the worker has.
    judging: HashSet<String>,
    /// The versions of buffers that were judged last.
    judged: HashMap<String, i32>,
    pulls: Pulls,
    pub(super) chores: VecDeque<Chore>,
    /// Reverts that wait for the end of an agent's turn.
    pub(super) waiting: Vec<Which>,
    /// Reverts that the person was asked about, by the question's number.
    pub(super) questions: HashMap<u64, Which>,
    /// What hooks ask the person.
    pub(super) asked: asking::Questions,
    pub(super) views: views::Views,
    /// The last number that was given to a question or to long work.
    pub(super) numbers: u64,
    /// Documents by the address that the editor uses; none of those outside the workspace.
    paths: HashMap<String, Option<String>>,
    /// Files whose typing is not journaled yet, since then.
    unflushed: HashMap<String, Instant>,
    /// What was last read of a file's time and length.
    looked: HashMap<String, disk::Stamp>,
    writing: HashMap<String, Author>,
    /// Files whose new content nobody announced, and when they are looked at again.
    postponed: HashMap<String, Instant>,
    /// What the didSaves of files are still to say.
    saves: HashMap<String, Saving>,
    /// When the last letter came; now, where none waits. What was to follow within some time has not come by then.
    came: Instant,
    polled: Instant,
    /// Whether the editor was last told that an agent is at work.
    told_work: bool,
    /// Where the rules' pages are, if they could be written.
    pub(super) pages: Option<std::path::PathBuf>,
}

impl Owner {
    /// Opens the workspace's journal; what is in it is taken over when the work begins.
    pub(super) fn open(
        root: &Path,
        encoding: Encoding,
        client: Abilities,
        outbox: Outbox,
        inbox: &Inbox,
    ) -> Result<Self> {
        let mut store = Store::prepare(root)?;
        store.serve()?;
        if let Some(aside) = &store.set_aside {
            let text = format!(
                "Countersign's journal was damaged ({}); it is kept as {}, and a new one was begun.",
                aside.why,
                aside.file.display()
            );
            let _ = outbox.send(Out::Message(MessageType::Warning, text));
        }
        let worker = super::worker::worker(inbox.clone(), &store.git);
        let state = store.journal().wake_file().parent().map(Path::to_owned);
        let pages =
            state.and_then(|state| super::pages::write(&state).inspect_err(|error| tracing::warn!("{error:#}")).ok());
        Ok(Self {
            store,
            policy: Arc::default(),
            ui: Ui::default(),
            policies: Policies::default(),
            policy_errors: Vec::new(),
            in_force: InForce::default(),
            buffers: HashMap::new(),
            reviews: HashMap::new(),
            encoding,
            client,
            outbox,
            inbox: inbox.clone(),
            worker,
            due: HashMap::new(),
            stamps: HashMap::new(),
            judging: HashSet::new(),
            judged: HashMap::new(),
            pulls: Pulls::default(),
            chores: VecDeque::new(),
            waiting: Vec::new(),
            questions: HashMap::new(),
            asked: asking::Questions::new(),
            views: views::Views::new(),
            numbers: 0,
            paths: HashMap::new(),
            unflushed: HashMap::new(),
            looked: HashMap::new(),
            writing: HashMap::new(),
            postponed: HashMap::new(),
            saves: HashMap::new(),
            came: Instant::now(),
            polled: Instant::now(),
            told_work: false,
            pages,
        })
    }

    /// Works as long as the process. Letters that come before the journal is taken over wait for that.
    pub(super) fn run(mut self, letters: &Receiver<Letter>) {
        if let Err(error) = self.take_over() {
            return self.complain(&format!("the journal cannot be read: {error:#}"));
        }
        self.reload_policy();
        loop {
            let letter = letters.recv_timeout(self.patience());
            self.came = letter.as_ref().map_or_else(|_| Instant::now(), |letter| letter.came);
            match letter.map(|letter| letter.about) {
                Ok(About::Tell(event)) => self.apply(event),
                Ok(About::Ask(question)) => question(&mut self),
                Err(RecvTimeoutError::Timeout) => {}
                // It sends itself letters, so that this does not come.
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.tick();
        }
    }

    /// The editor goes, with a word or without: nothing waits for it any more, and what it told of is journaled.
    pub(super) fn end(&mut self) {
        self.leave_no_doubt();
        views::end(self);
    }

    fn take_over(&mut self) -> Result<()> {
        let mut long = self.long("Reading the journal", false);
        self.store.catch_up_telling(&mut |done, all| long.step(done, all))?;
        Ok(())
    }

    fn patience(&self) -> Duration {
        if !self.chores.is_empty() {
            return Duration::ZERO;
        }
        let due = self
            .due
            .values()
            .chain(self.unflushed.values())
            .chain(self.postponed.values())
            .chain(self.saves.values().filter_map(|saving| saving.due.as_ref()))
            .chain(&self.pulls.due)
            .min();
        due.map_or(POLL, |at| at.saturating_duration_since(Instant::now())).min(POLL)
    }

    fn tick(&mut self) {
        self.judge_due();
        for path in ready(&self.unflushed, Instant::now()) {
            self.flush(&path);
        }
        self.resolve_doubts();
        for path in ready(&self.postponed, self.came) {
            self.read_as_found(&path);
        }
        if self.polled.elapsed() >= POLL {
            self.polled = Instant::now();
            self.journal(&[]);
            if self.store.is_behind().unwrap_or(false) {
                self.catch_up();
            }
        }
        reverts::turn_may_have_ended(self);
        self.tell_of_work();
        self.work();
        self.serve_pulls();
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Opened { uri, version, text } => self.opened(uri, version, &text),
            Event::Changed { uri, version, changes } => self.changed(&uri, version, &changes),
            Event::Saved { uri } => self.saved(&uri),
            Event::Closed { uri } => self.closed(&uri),
            Event::Renamed(files) => self.renamed(&files),
            Event::Disk(paths) => self.disk_changed(&paths),
            Event::Rescan => self.rescan(),
            Event::Journal => self.catch_up(),
            Event::Analyzed { path, stamp, review } => self.analyzed(&path, stamp, review),
            Event::Dirty(paths) => self.found_dirty(paths),
            Event::Answered { number, choice } => {
                if asking::chosen(self, number, &choice).is_none() {
                    reverts::answered(self, number, &choice);
                }
            }
            Event::Withdrawn { number } => asking::withdraw(self, number),
            Event::Cancelled { token } => self.cancel(&token),
            Event::Edits(params) => self.told_of_edits(&params),
            Event::SavesNothing { uri } => self.saves_nothing(&uri),
            Event::Viewed(params) => views::told(self, params),
            Event::AgentEdit { author, begins, uris } => {
                for path in uris.iter().filter_map(|uri| self.path_of(uri)).collect::<Vec<_>>() {
                    self.flush(&path);
                    if begins {
                        self.writing.insert(path, author.clone())
                    } else {
                        self.writing.remove(&path)
                    };
                }
            }
        }
    }

    /// How the workspace names a document of the editor's; none outside of it.
    pub(super) fn path_of(&mut self, uri: &Uri) -> Option<String> {
        if let Some(known) = self.paths.get(&uri.0) {
            return known.clone();
        }
        let root = &self.store.root;
        let path = uri::to_path(uri).and_then(|full| crate::disk::relative(root, root, full.to_str()?));
        let path = path.filter(|path| !path.starts_with(".git/"));
        self.paths.insert(uri.0.clone(), path.clone());
        path
    }

    /// The address of a file: as the editor wrote it, where it is open.
    pub(super) fn uri_of(&self, path: &str) -> Option<Uri> {
        self.buffers.get(path).map(|buffer| buffer.uri.clone()).or_else(|| uri::from_path(&self.store.root.join(path)))
    }

    /// Changes a file's document and journals what comes of it.
    pub(super) fn edit(&mut self, path: &str, act: impl FnOnce(&mut File) -> Vec<Record>) {
        let at = now();
        let Some(file) = self.store.workspace.file_mut(path) else { return };
        let records = act(file);
        let facts = file.facts(path, records, at);
        self.journal(&facts);
    }

    /// Journals what the workspace holds, or, with no facts, what could not be written before. That it cannot is said once.
    pub(super) fn journal(&mut self, facts: &[Fact]) {
        let was_said = self.store.has_unwritten();
        match self.store.append(facts) {
            Err(error) if !was_said => self.complain(&format!("the journal cannot be written: {error:#}")),
            Err(error) => tracing::warn!("the journal cannot be written: {error:#}"),
            Ok(()) => {}
        }
    }

    pub(super) fn flush(&mut self, path: &str) {
        if self.unflushed.remove(path).is_some() {
            self.edit(path, |file| file.document.flush());
        }
    }

    pub(super) fn flush_all(&mut self) {
        for path in self.unflushed.keys().cloned().collect::<Vec<_>>() {
            self.flush(&path);
        }
    }

    pub(super) fn complain(&self, text: &str) {
        tracing::error!("{text}");
        let _ = self.outbox.send(Out::Message(MessageType::Error, format!("Countersign: {text}")));
    }
}

/// The files whose time has come.
fn ready(times: &HashMap<String, Instant>, now: Instant) -> Vec<String> {
    times.iter().filter(|(_, at)| **at <= now).map(|(path, _)| path.clone()).collect()
}
