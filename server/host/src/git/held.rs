//! What git holds of a file: as HEAD has it, and as HEAD had it since something happened. Texts are remembered by commit and path, which
//! is why a process keeps one of these.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use countersign_core::workspace::Content;

use super::reader::Reader;
use super::{Git, entries, mode_of};
use crate::disk::{self, Reading};

/// So many commits that HEAD was at are looked into.
const MOST: usize = 32;
/// So many texts are remembered.
const REMEMBERED: usize = 256;
/// So many modes are.
const MODES: usize = 10_000;
/// So many names are asked about at a time: a command line has an end.
const AT_A_TIME: usize = 500;

/// What HEAD has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InHead {
    /// A file that is no link.
    File,
    /// A folder, a link or another repository.
    Other,
}

/// A commit and a path in it.
type Name = (String, String);

/// See the module.
#[derive(Debug)]
pub struct Held {
    git: Git,
    reader: RefCell<Option<Reader>>,
    known: RefCell<HashMap<Name, Content>>,
    /// As git writes them; none where the commit has nothing under the name.
    modes: RefCell<HashMap<Name, Option<Vec<u8>>>>,
}

impl Held {
    /// What this repository holds.
    #[must_use]
    pub fn new(git: &Git) -> Self {
        Self { git: git.clone(), reader: RefCell::default(), known: RefCell::default(), modes: RefCell::default() }
    }

    /// A file as HEAD has it, and as HEAD had it at any time since then (milliseconds since the Unix epoch); none outside of a repository.
    /// What was committed, and taken out by a commit since, is in git all the same.
    #[must_use]
    pub fn of(&self, path: &str, since: u64) -> Option<Vec<Content>> {
        self.git.dir.as_ref()?;
        Some(self.heads_since(since).into_iter().map(|commit| self.at(commit, path)).collect())
    }

    /// The commit that HEAD is at, and those that it was at since then, newest first.
    fn heads_since(&self, since: u64) -> Vec<String> {
        let moves = self.git.moves();
        let mut heads: Vec<String> = self.git.head().into_iter().collect();
        for from in moves.into_iter().take(MOST).take_while(|moved| moved.is_since(since)) {
            if !from.is_first() && !heads.contains(&from.from) {
                heads.push(from.from);
            }
        }
        heads
    }

    /// A file as HEAD has it; none where there is no HEAD.
    #[must_use]
    pub fn now(&self, path: &str) -> Option<Content> {
        Some(self.at(self.git.head()?, path))
    }

    /// A file as HEAD has it and as it would be checked out, with its mode; absent where HEAD has none. None where that cannot be told.
    #[must_use]
    pub fn committed(&self, path: &str) -> Option<Reading> {
        let head = self.git.head()?;
        self.prepare(&[path.to_owned()]);
        let mode = self.modes.borrow().get(&(head.clone(), path.to_owned()))?.clone();
        let Some(mode) = mode else { return Some(Reading::absent()) };
        let read = mode_of(&mode).and_then(|number| Some((number, self.bytes(&head, path)?)));
        match read {
            Some((number, bytes)) => Some(Reading { mode: Some(number), ..disk::reading_of(bytes?) }),
            None => self.git.version(&mode, &format!("{head}:./{path}")),
        }
    }

    /// Those names under which HEAD has something; none where that cannot be told.
    #[must_use]
    pub fn in_head(&self, names: &[String]) -> Option<BTreeMap<String, InHead>> {
        if names.is_empty() {
            return Some(BTreeMap::new());
        }
        let head = self.git.head()?;
        self.prepare(names);
        let (modes, mut found) = (self.modes.borrow(), BTreeMap::new());
        for name in names {
            if let Some(mode) = modes.get(&(head.clone(), name.clone()))? {
                let kind = if mode.starts_with(b"100") { InHead::File } else { InHead::Other };
                found.insert(name.clone(), kind);
            }
        }
        Some(found)
    }

    /// Asks at once what HEAD has under names that will be asked about one by one.
    pub fn prepare(&self, names: &[String]) {
        let Some(head) = self.git.head() else { return };
        let mut modes = self.modes.borrow_mut();
        let new: Vec<&String> =
            names.iter().filter(|name| !modes.contains_key(&(head.clone(), (*name).clone()))).collect();
        if modes.len() + new.len() > MODES {
            modes.clear();
        }
        for names in new.chunks(AT_A_TIME) {
            let paths = names.iter().map(|name| format!("./{name}"));
            let asked: Vec<String> =
                ["ls-tree", "-z", &head, "--"].map(str::to_owned).into_iter().chain(paths).collect();
            let Some(listed) = self.git.listed(&asked.iter().map(String::as_str).collect::<Vec<_>>()) else { return };
            let found: HashMap<&[u8], &[u8]> = entries(&listed).map(|entry| (entry.path, entry.mode)).collect();
            for name in names {
                let mode = found.get(name.as_bytes()).map(|mode| mode.to_vec());
                modes.insert((head.clone(), (*name).clone()), mode);
            }
        }
    }

    /// Ends the git that reads, until there is more to be read.
    pub fn rest(&self) {
        self.reader.replace(None);
    }

    fn at(&self, commit: String, path: &str) -> Content {
        let key = (commit, path.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let read = self.read(&key.0, path).or_else(|| self.git.content_at(&key.0, path));
        // What git does not say now it may say later.
        let Some(content) = read else { return Content::Absent };
        let mut known = self.known.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, content.clone());
        content
    }

    /// The same through the reader; none where that does not do.
    fn read(&self, commit: &str, path: &str) -> Option<Content> {
        Some(self.bytes(commit, path)?.map_or(Content::Absent, |bytes| disk::content_of(bytes).0))
    }

    fn bytes(&self, commit: &str, path: &str) -> Option<Option<Vec<u8>>> {
        let mut reader = self.reader.borrow_mut();
        if reader.is_none() {
            *reader = Reader::start(&self.git);
        }
        let read = reader.as_mut()?.read(commit, path);
        if read.is_none() {
            // It may have ended, or not be where it was thought to be.
            *reader = None;
        }
        read
    }
}

impl Git {
    /// A file as a commit has it and as it would be checked out; none where it has none, or git cannot be asked.
    pub(super) fn content_at(&self, commit: &str, path: &str) -> Option<Content> {
        let blob = self.command(&["cat-file", "--filters", &format!("{commit}:./{path}")]).output().ok()?;
        blob.status.success().then(|| disk::content_of(blob.stdout).0)
    }
}
