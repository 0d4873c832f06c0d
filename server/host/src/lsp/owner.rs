//! The one owner of the workspace: applies what happens in the order in which it came, keeps what editors are shown, and journals
//! what comes of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use countersign_core::author::Author;
use countersign_core::document::{Act, Record};
use countersign_core::edit::{EditId, Evidence, Lineage};
use countersign_core::event::{Fact, What};
use countersign_core::review::{Case, Policy, Review};
use countersign_core::weave::{Splice, View};
use countersign_core::workspace::{Content, File};
use ropey::Rope;
use tower_lsp::gen_lsp_types::{MessageType, TextDocumentContentChangeEvent, Uri};

use super::inbox::{Event, Inbox, Letter};
use super::outbox::{Out, Outbox};
use super::position::{self, Encoding};
use super::worker::Job;
use super::{diagnostics, uri};
use crate::config::{self, ConfigError, FILE_NAME, InForce, Policies};
use crate::disk;
use crate::store::{Store, is_unexplained, now};

/// Typing is judged when it has paused for so long.
pub(super) const PAUSE: Duration = Duration::from_millis(25);
/// Typing is journaled this late at most.
const FLUSH: Duration = Duration::from_millis(500);
/// How often the journal is asked for news that no wake-up told of.
const POLL: Duration = Duration::from_secs(2);
/// A write that a didSave follows this soon is the editor's.
const SAVING: Duration = Duration::from_millis(300);

/// See the module.
pub(super) struct Owner {
    pub(super) store: Store,
    pub(super) policy: Arc<Policy>,
    policies: Policies,
    pub(super) policy_errors: Vec<ConfigError>,
    /// What hooks are answered by: as they would read it themselves, before any watcher told of a change.
    pub(super) in_force: InForce,
    pub(super) buffers: HashMap<String, Buffer>,
    pub(super) reviews: HashMap<String, Review>,
    pub(super) encoding: Encoding,
    pub(super) outbox: Outbox,
    worker: Sender<Job>,
    /// Files that are to be judged, and when.
    due: HashMap<String, Instant>,
    stamps: HashMap<String, u64>,
    /// Documents by the address that the editor uses; none of those outside the workspace.
    paths: HashMap<String, Option<String>>,
    /// Files whose typing is not journaled yet, since then.
    unflushed: HashMap<String, Instant>,
    /// What was last read of a file's time and length.
    looked: HashMap<String, (SystemTime, u64)>,
    writing: HashMap<String, Author>,
    /// Files whose new content nobody announced, and when they are looked at again.
    postponed: HashMap<String, Instant>,
    /// Edits of the editor's that may turn out to be a reload.
    doubted: HashMap<String, Vec<EditId>>,
    /// And when that is held to be so.
    doubts: HashMap<String, Instant>,
    polled: Instant,
    /// Where the rules' pages are, if they could be written.
    pub(super) pages: Option<std::path::PathBuf>,
}

/// What a change of a buffer is, seen against the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reload {
    /// The buffer is not what the disk holds.
    No,
    /// It is now, and an agent announced that.
    Announced,
    /// It is now, and nobody announced it.
    OrSave,
}

/// A document that the editor has open.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    pub(super) uri: Uri,
    pub(super) version: i32,
}

impl Owner {
    pub(super) fn open(root: &Path, encoding: Encoding, outbox: Outbox, inbox: &Inbox) -> Result<Self> {
        let mut store = Store::open(root)?;
        store.serve()?;
        if let Some(aside) = &store.set_aside {
            let text = format!(
                "Countersign's journal was damaged ({}); it is kept as {}, and a new one was begun.",
                aside.why,
                aside.file.display()
            );
            let _ = outbox.send(Out::Message(MessageType::Warning, text));
        }
        let worker = super::worker::worker(inbox.clone());
        let state = store.journal().wake_file().parent().map(Path::to_owned);
        let pages =
            state.and_then(|state| super::pages::write(&state).inspect_err(|error| tracing::warn!("{error:#}")).ok());
        let mut owner = Self {
            store,
            policy: Arc::default(),
            policies: Policies::default(),
            policy_errors: Vec::new(),
            in_force: InForce::default(),
            buffers: HashMap::new(),
            reviews: HashMap::new(),
            encoding,
            outbox,
            worker,
            due: HashMap::new(),
            stamps: HashMap::new(),
            paths: HashMap::new(),
            unflushed: HashMap::new(),
            looked: HashMap::new(),
            writing: HashMap::new(),
            postponed: HashMap::new(),
            doubted: HashMap::new(),
            doubts: HashMap::new(),
            polled: Instant::now(),
            pages,
        };
        owner.reload_policy();
        Ok(owner)
    }

    /// Works until the inbox is closed.
    pub(super) fn run(mut self, letters: &Receiver<Letter>) {
        loop {
            match letters.recv_timeout(self.patience()) {
                Ok(Letter::Tell(event)) => self.apply(event),
                Ok(Letter::Ask(question)) => question(&mut self),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tick();
        }
        self.flush_all();
    }

    fn patience(&self) -> Duration {
        let due = self
            .due
            .values()
            .chain(self.unflushed.values())
            .chain(self.postponed.values())
            .chain(self.doubts.values())
            .min();
        due.map_or(POLL, |at| at.saturating_duration_since(Instant::now())).min(POLL)
    }

    fn tick(&mut self) {
        for path in ready(&self.due) {
            self.due.remove(&path);
            self.judge(&path);
        }
        for path in ready(&self.unflushed) {
            self.flush(&path);
        }
        for path in ready(&self.doubts) {
            self.resolve_doubt(&path);
            self.read(&path, false);
        }
        for path in ready(&self.postponed) {
            self.read(&path, false);
        }
        if self.polled.elapsed() >= POLL {
            self.polled = Instant::now();
            if self.store.is_behind().unwrap_or(false) {
                self.catch_up();
            }
        }
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Opened { uri, version, text } => self.opened(uri, version, &text),
            Event::Changed { uri, version, changes } => self.changed(&uri, version, &changes),
            Event::Saved { uri } => {
                if let Some(path) = self.path_of(&uri) {
                    self.doubted.remove(&path);
                    self.doubts.remove(&path);
                    self.read(&path, true);
                    self.edit(&path, |file| file.document.own_save());
                }
            }
            Event::Closed { uri } => self.closed(&uri),
            Event::Disk(paths) => self.disk_changed(&paths),
            Event::Rescan => self.rescan(),
            Event::Journal => self.catch_up(),
            Event::Analyzed { path, stamp, review } => {
                if self.stamps.get(&path) == Some(&stamp) {
                    self.reviews.insert(path.clone(), review);
                    self.publish(&path);
                }
            }
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
        let path = uri::to_path(uri).and_then(|full| disk::relative(root, root, full.to_str()?));
        let path = path.filter(|path| !path.starts_with(".git/"));
        self.paths.insert(uri.0.clone(), path.clone());
        path
    }

    /// The address of a file: as the editor wrote it, where it is open.
    pub(super) fn uri_of(&self, path: &str) -> Option<Uri> {
        self.buffers.get(path).map(|buffer| buffer.uri.clone()).or_else(|| uri::from_path(&self.store.root.join(path)))
    }

    /// The text that is shown of a file: the editor's where it has one of its own or is up to date, else the disk's. A clean buffer
    /// that is behind the disk does not count as open.
    pub(super) fn lineage(&self, path: &str) -> Lineage {
        let open = self.buffers.contains_key(path);
        let behind = self.store.workspace.file(path).is_some_and(is_behind);
        if open && !behind { Lineage::Editor } else { Lineage::Disk }
    }

    fn opened(&mut self, uri: Uri, version: i32, text: &str) {
        let Some(path) = self.path_of(&uri) else { return };
        self.buffers.insert(path.clone(), Buffer { uri, version });
        self.read(&path, false);
        if self.store.workspace.file(&path).is_none() && self.store.begin(&path, &Content::Absent).is_err() {
            return;
        }
        let text = Rope::from_str(text);
        self.edit(&path, |file| file.document.opened(text, &Act::user(now())));
        self.schedule(&path, Duration::ZERO);
    }

    fn changed(&mut self, uri: &Uri, version: i32, changes: &[TextDocumentContentChangeEvent]) {
        let Some(path) = self.path_of(uri) else { return };
        let Some(buffer) = self.buffers.get_mut(&path) else { return };
        buffer.version = version;
        let act = match self.writing.get(&path) {
            Some(author) => Act::agent(author.clone(), Evidence::Content, now()),
            None => Act::user(now()),
        };
        let Some(file) = self.store.workspace.file(&path) else { return };
        let mut text = file.document.text(Lineage::Editor).clone();
        let splices: Vec<Splice> = changes.iter().map(|change| splice(&mut text, change, self.encoding)).collect();
        let reload = if self.has_moved(&path) { self.reload(&path, &text) } else { Reload::No };
        if reload == Reload::Announced {
            self.read(&path, false);
        }
        let before = self.edits_of(&path);
        self.edit(&path, |file| file.document.typed(&splices, &act));
        if reload == Reload::OrSave {
            self.doubt(&path, before);
        }
        self.unflushed.entry(path.clone()).or_insert_with(|| Instant::now() + FLUSH);
        self.schedule(&path, PAUSE);
    }

    fn closed(&mut self, uri: &Uri) {
        let Some(path) = self.path_of(uri) else { return };
        self.flush(&path);
        self.buffers.remove(&path);
        self.edit(&path, |file| file.document.closed());
        self.schedule(&path, Duration::ZERO);
    }

    fn disk_changed(&mut self, paths: &[PathBuf]) {
        self.catch_up();
        let root = self.store.root.clone();
        for full in paths {
            if full.file_name().is_some_and(|name| name == FILE_NAME) && full.parent() == Some(&root) {
                self.reload_policy();
            }
            let Some(path) = full.to_str().and_then(|full| disk::relative(&root, &root, full)) else { continue };
            let followed = self.store.workspace.file(&path).is_some();
            // What is none of ours and goes again at once, as editors' own temporary files, is not followed.
            if !path.starts_with(".git/") && (followed || full.is_file()) && !is_temporary(&path) {
                self.read_watched(&path);
            }
        }
    }

    fn rescan(&mut self) {
        if let Err(error) = self.store.refresh() {
            self.complain(&format!("cannot read the files anew: {error:#}"));
        }
        match self.store.git.dirty() {
            Ok(paths) => {
                for path in paths.paths {
                    if self.store.workspace.file(&path).is_none() {
                        self.read(&path, false);
                    }
                }
            }
            Err(error) => tracing::warn!("{error:#}"),
        }
        for path in self.all_paths() {
            self.schedule(&path, Duration::ZERO);
        }
    }

    pub(super) fn catch_up(&mut self) {
        match self.store.catch_up() {
            Ok(touched) if touched.is_empty() => {}
            Ok(touched) => {
                for path in touched {
                    self.schedule(&path, Duration::ZERO);
                }
            }
            Err(error) => self.complain(&format!("{error:#}")),
        }
    }

    /// Reads a file and takes note of what it holds.
    pub(super) fn read(&mut self, path: &str, saved: bool) {
        self.flush(path);
        self.postponed.remove(path);
        let full = self.store.root.join(path);
        let stamp = std::fs::symlink_metadata(&full).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())));
        match stamp {
            Some(stamp) => self.looked.insert(path.to_owned(), stamp),
            None => self.looked.remove(path),
        };
        match self.store.read(path, saved, !self.buffers.contains_key(path)) {
            Ok(_) => self.schedule(path, Duration::ZERO),
            Err(error) => tracing::warn!("{path}: {error:#}"),
        }
    }

    /// Whether a change, which makes this text, is the editor's reload of what was written to disk before any watcher told of it.
    fn reload(&mut self, path: &str, text: &Rope) -> Reload {
        self.catch_up();
        let clean = self.store.workspace.file(path).is_some_and(|file| !file.document.is_dirty());
        match self.foretell(path) {
            Some((content, _)) if content != Content::Text(text.clone()) => Reload::No,
            Some((_, facts)) if facts.iter().any(|fact| fact.session().is_some()) => Reload::Announced,
            Some(_) if clean => Reload::OrSave,
            _ => Reload::No,
        }
    }

    /// Remembers that the last change of a clean buffer made it what the disk holds by then: a save that the editor told of late, if a
    /// didSave follows; else a reload of what nobody announced.
    fn doubt(&mut self, path: &str, before: usize) {
        self.edit(path, |file| file.document.flush());
        let Some(file) = self.store.workspace.file(path) else { return };
        let new: Vec<EditId> = file.document.weave().entries().skip(before).map(|(_, entry)| entry.id).collect();
        if !new.is_empty() {
            self.doubted.insert(path.to_owned(), new);
            self.doubts.insert(path.to_owned(), Instant::now() + SAVING);
        }
    }

    /// How many edits a file has.
    fn edits_of(&self, path: &str) -> usize {
        self.store.workspace.file(path).map_or(0, |file| file.document.weave().entries().len())
    }

    /// No didSave came: what the buffer became by its last change was someone else's doing.
    fn resolve_doubt(&mut self, path: &str) {
        self.doubts.remove(path);
        if let Some(ids) = self.doubted.remove(path) {
            self.edit(path, |file| {
                let weave = file.document.weave();
                let deeds = ids.iter().filter_map(|id| weave.ix(*id)).flat_map(|ix| weave.deeds_of(ix)).collect();
                file.document.claim(deeds, &Act::external(now()))
            });
        }
    }

    /// What the disk holds of a file, and what taking note of it would come to.
    pub(super) fn foretell(&self, path: &str) -> Option<(Content, Vec<Fact>)> {
        let found = disk::read(&self.store.root.join(path)).ok()?;
        let written = found.modified.unwrap_or_else(now).min(now());
        let (_, facts) = self.store.workspace.read(path, &found.content, false, written, now())?;
        Some((found.content, facts))
    }

    /// Reads a file of which a watcher told. What nobody announced, where the editor has the file open, may be a save whose keys, or
    /// whose didSave, are still on their way here: it is looked at again a little later.
    fn read_watched(&mut self, path: &str) {
        let open = self.buffers.contains_key(path);
        if open && self.foretell(path).is_some_and(|(_, facts)| is_unexplained(&facts)) {
            self.postponed.insert(path.to_owned(), Instant::now() + SAVING);
        } else {
            self.read(path, false);
        }
    }

    fn has_moved(&self, path: &str) -> bool {
        let full = self.store.root.join(path);
        let stamp = std::fs::symlink_metadata(full).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())));
        stamp.as_ref() != self.looked.get(path)
    }

    /// Changes a file's document and journals what comes of it.
    pub(super) fn edit(&mut self, path: &str, act: impl FnOnce(&mut File) -> Vec<Record>) {
        let at = now();
        let Some(file) = self.store.workspace.file_mut(path) else { return };
        let facts: Vec<Fact> = act(file).into_iter().map(|record| Fact::of(path, at, What::Text(record))).collect();
        if let Err(error) = self.store.append(&facts) {
            self.complain(&format!("the journal cannot be written: {error:#}"));
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

    pub(super) fn schedule(&mut self, path: &str, after: Duration) {
        self.due.insert(path.to_owned(), Instant::now() + after);
    }

    pub(super) fn schedule_all(&mut self) {
        for path in self.all_paths() {
            self.schedule(&path, Duration::ZERO);
        }
    }

    fn all_paths(&self) -> Vec<String> {
        self.store.workspace.files().map(|(path, _)| path.to_owned()).collect()
    }

    fn judge(&mut self, path: &str) {
        let stamp = self.stamps.entry(path.to_owned()).or_default();
        *stamp += 1;
        let stamp = *stamp;
        let Some(case) = Case::of(&self.store.workspace, path, self.lineage(path)) else { return };
        let job = Job { path: path.to_owned(), stamp, case, policy: self.policy.clone() };
        if self.worker.send(job).is_err() {
            tracing::error!("the worker is gone");
        }
    }

    fn publish(&mut self, path: &str) {
        let Some(uri) = self.uri_of(path) else { return };
        let version = self.buffers.get(path).map(|buffer| buffer.version);
        let items = diagnostics::of(self, path);
        let _ = self.outbox.send(Out::Diagnostics { uri: uri.clone(), version, items });
        let counts = self.reviews.get(path).map(diagnostics::counts).unwrap_or_default();
        let _ = self.outbox.send(Out::Hunks(super::ext::HunksChanged { uri, version, counts }));
    }

    /// Reads the policies again; what is wrong in one is shown in its file, and the last good one stays in force.
    pub(super) fn reload_policy(&mut self) {
        let user = config::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
        let before: Vec<PathBuf> = self.policy_errors.iter().map(|error| error.file.clone()).collect();
        self.policy_errors = self.policies.reload(&self.store.root, user.as_deref());
        let config = self.policies.config();
        self.policy = Arc::new(Policy { rules: config.rules(), scope: config.scope });
        let files = before.into_iter().chain(self.policy_errors.iter().map(|error| error.file.clone()));
        for file in files.collect::<std::collections::BTreeSet<_>>() {
            if let Some(uri) = uri::from_path(&file) {
                let items = diagnostics::of_policy(&self.policy_errors, &file, self.encoding);
                let _ = self.outbox.send(Out::Diagnostics { uri, version: None, items });
            }
        }
        self.schedule_all();
    }

    pub(super) fn complain(&self, text: &str) {
        tracing::error!("{text}");
        let _ = self.outbox.send(Out::Message(MessageType::Error, format!("Countersign: {text}")));
    }
}

/// The files whose time has come.
fn ready(times: &HashMap<String, Instant>) -> Vec<String> {
    let now = Instant::now();
    times.iter().filter(|(_, at)| **at <= now).map(|(path, _)| path.clone()).collect()
}

/// Whether a file's buffer has nothing of its own, and lacks what the disk has.
fn is_behind(file: &File) -> bool {
    let weave = file.document.weave();
    let disk = View::of(weave, Lineage::Disk);
    file.document.is_open()
        && file.document.is_dirty()
        && weave.missing(Lineage::Disk).iter().all(|ix| weave.missing(Lineage::Editor).contains(ix))
        && weave.missing(Lineage::Editor).iter().any(|ix| disk.shows(*ix))
}

/// Whether a path is of the kind that programs write and throw away again.
fn is_temporary(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with('~')
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
        || name.starts_with(".countersign-")
        || name == "4913"
}

/// A change as the editor sent it, in bytes of the text that the changes before it left, which it changes too.
fn splice(text: &mut Rope, change: &TextDocumentContentChangeEvent, encoding: Encoding) -> Splice {
    let splice = match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(partial) => {
            Splice::new(position::to_bytes(text, partial.range, encoding), partial.text.clone())
        }
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
            Splice::new(0..text.len_bytes(), whole.text.clone())
        }
    };
    let (start, end) = (text.byte_to_char(splice.range.start), text.byte_to_char(splice.range.end));
    text.remove(start..end);
    text.insert(start, &splice.text);
    splice
}
