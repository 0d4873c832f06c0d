//! What differs from HEAD, known without looking at all of it: what git said last, and what the watcher has told of since. It is said only
//! where it is certain that nothing was missed: every folder with files is watched, all that happened before the question was told, and
//! neither HEAD nor the index is another than when git was asked. Else a hook asks git itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use super::watch::Heard;
use crate::disk;
use crate::git::{Dirty, Git, Stamp};

/// So many changed files are told of; a hook asks git itself where there are more.
const MOST: usize = 2000;
/// So many files git is asked about by name: for more it looks at all.
const NAMED: usize = 200;

/// Where hooks ask what differs.
#[derive(Clone, Debug)]
pub(super) struct Eyes {
    pub(super) git: Git,
    /// Is watched too: what is written there comes behind all that was written before.
    pub(super) folder: PathBuf,
    pub(super) watcher: Sender<Heard>,
}

/// A question that is answered once a file that was made after it is told of.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) mark: PathBuf,
    answer: Sender<Option<Snapshot>>,
}

/// What was known at a moment.
#[derive(Clone, Debug)]
struct Snapshot {
    dirty: Arc<Dirty>,
    stamp: Stamp,
    /// May differ otherwise by now.
    touched: Vec<String>,
}

/// What git said.
#[derive(Debug)]
pub(super) struct Said {
    /// What had been told of when it was asked.
    upto: u64,
    /// What it was asked about; all where there is none.
    names: Option<Vec<String>>,
    dirty: Dirty,
    /// None where HEAD or the index changed meanwhile.
    stamp: Option<Stamp>,
    /// The folders with files that it follows.
    folders: HashSet<PathBuf>,
}

impl Eyes {
    /// What differs from HEAD at this moment; none where that is not certain by then.
    pub(super) fn differs(&self, until: Instant) -> Option<Dirty> {
        static MARKS: AtomicU64 = AtomicU64::new(0);
        let name = format!(".mark-{}-{}", std::process::id(), MARKS.fetch_add(1, Ordering::Relaxed));
        let mark = self.folder.join(name);
        let (answer, answered) = channel();
        self.watcher.send(Heard::Asked(Asked { mark: mark.clone(), answer })).ok()?;
        fs::write(&mark, b"").ok()?;
        let answer = answered.recv_timeout(until.saturating_duration_since(Instant::now()));
        let _ = fs::remove_file(&mark);
        let Snapshot { dirty, stamp, touched } = answer.ok()??;
        let dirty = match touched.as_slice() {
            [] => (*dirty).clone(),
            touched => dirty.with(touched, self.git.dirty_in(touched).ok()?),
        };
        (dirty.unreadable.is_empty() && Stamp::of(&self.git)? == stamp).then_some(dirty)
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Differing {
    git: Git,
    root: PathBuf,
    watcher: Sender<Heard>,
    known: Option<(Arc<Dirty>, Stamp)>,
    /// What was told of since git said so, and when, as a count.
    touched: BTreeMap<String, u64>,
    count: u64,
    asked: Vec<Asked>,
    /// Git is being asked.
    is_asking: bool,
    /// There may be something to ask it.
    pub(super) is_due: bool,
    /// Whether all changes can be seen here.
    is_possible: bool,
}

impl Differing {
    pub(super) fn new(git: Git, root: &Path, watcher: Sender<Heard>) -> Self {
        let is_possible = git.is_present() && disk::is_local(root);
        let (touched, asked) = (BTreeMap::new(), Vec::new());
        let (known, count, is_asking, is_due) = (None, 0, false, is_possible);
        Self { git, root: root.to_owned(), watcher, known, touched, count, asked, is_asking, is_due, is_possible }
    }

    /// Something happened there.
    pub(super) fn touches(&mut self, path: &Path) {
        let Ok(inside) = path.strip_prefix(&self.root) else { return };
        // What git ignores, and what it makes of what it reads, is another for more files than this.
        let rules = [".gitignore", ".gitattributes", ".gitmodules"];
        match inside.to_str().filter(|inside| !inside.is_empty() && !rules.iter().any(|name| inside.ends_with(name))) {
            Some(inside) => {
                self.count += 1;
                self.touched.insert(inside.to_owned(), self.count);
            }
            None => self.forget(),
        }
        self.is_due = true;
    }

    /// Something may have been missed.
    pub(super) fn forget(&mut self) {
        // What git is being asked now is of before.
        self.count += 1;
        self.touched.insert(".".to_owned(), self.count);
        self.known = None;
        self.is_due = true;
    }

    /// Not all can be watched.
    pub(super) fn is_blind(&mut self) {
        self.is_possible = false;
        self.known = None;
    }

    /// A hook asks; it is answered when its mark is told of.
    pub(super) fn is_asked(&mut self, asked: Asked) {
        self.asked.push(asked);
    }

    /// Answers those whose mark this is: all that happened before they asked was told.
    pub(super) fn sees_mark(&mut self, mark: &Path) {
        while let Some(at) = self.asked.iter().position(|asked| asked.mark == mark) {
            let Asked { answer, .. } = self.asked.swap_remove(at);
            let touched: Vec<String> = self.touched.keys().cloned().collect();
            let known = self.known.as_ref().filter(|_| self.is_possible && touched.len() <= NAMED);
            let snapshot =
                known.map(|(dirty, stamp)| Snapshot { dirty: Arc::clone(dirty), stamp: stamp.clone(), touched });
            let _ = answer.send(snapshot);
            // It may be that HEAD moved.
            self.is_due = true;
        }
    }

    /// Asks git, beside, for what is not certain any more.
    pub(super) fn settle(&mut self) {
        self.is_due = false;
        if self.is_asking || !self.is_possible {
            return;
        }
        let stamp = Stamp::of(&self.git);
        let is_current = self.known.as_ref().is_some_and(|(_, known)| Some(known) == stamp.as_ref());
        let names = match is_current && self.touched.len() <= NAMED {
            true if self.touched.is_empty() => return,
            true => Some(self.touched.keys().cloned().collect()),
            false => None,
        };
        let (git, upto, watcher, root) = (self.git.clone(), self.count, self.watcher.clone(), self.root.clone());
        let ask = move || {
            let said = said(&git, &root, upto, names);
            let _ = watcher.send(Heard::Git(said));
        };
        self.is_asking = std::thread::Builder::new().name("git".to_owned()).spawn(ask).is_ok();
    }

    /// Git answers. The folders that have to be watched besides `watched`, before it can be believed.
    pub(super) fn hears(&mut self, said: Option<Said>, watched: &HashSet<PathBuf>) -> Vec<PathBuf> {
        self.is_asking = false;
        let Some(Said { upto, names, dirty, stamp, folders }) = said else {
            self.known = None;
            return Vec::new();
        };
        let unseen: Vec<PathBuf> = folders.into_iter().filter(|folder| !watched.contains(folder)).collect();
        self.is_due = true;
        let Some(stamp) = stamp.filter(|_| unseen.is_empty() && dirty.paths.len() <= MOST) else {
            self.is_due = dirty.paths.len() <= MOST;
            self.known = None;
            return unseen;
        };
        match (&names, self.known.take()) {
            (None, _) => self.known = Some((Arc::new(dirty), stamp)),
            (Some(names), Some((before, known))) if known == stamp => {
                self.known = Some((Arc::new(before.with(names, dirty)), stamp));
            }
            // It was forgotten meanwhile, or HEAD moved.
            _ => return unseen,
        }
        self.touched.retain(|name, at| *at > upto || names.as_ref().is_some_and(|names| !names.contains(name)));
        if self.touched.contains_key(".") {
            self.known = None;
        }
        self.is_due = !self.touched.is_empty();
        unseen
    }
}

/// What git says of these files, or of all. None where it cannot be asked.
fn said(git: &Git, root: &Path, upto: u64, names: Option<Vec<String>>) -> Option<Said> {
    let before = Stamp::of(git)?;
    let (dirty, mut folders) = match &names {
        Some(names) => (git.dirty_in(names).ok()?, BTreeSet::new()),
        None => (git.dirty().ok()?, git.folders()?),
    };
    folders.extend(dirty.paths.iter().map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()));
    let folders = folders.into_iter().map(|folder| if folder.is_empty() { root.to_owned() } else { root.join(folder) });
    let folders = folders.filter(|folder| folder.is_dir()).collect();
    let stamp = Stamp::of(git).filter(|after| *after == before);
    Some(Said { upto, names, dirty, stamp, folders })
}
