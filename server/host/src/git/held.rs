//! What git holds of a file: as HEAD has it, and as HEAD had it since something happened. Texts are remembered by commit and path, which
//! is why a process keeps one of these.

use std::cell::RefCell;
use std::collections::HashMap;

use countersign_core::workspace::Content;

use super::reader::Reader;
use super::{Git, entries};
use crate::disk::{self, Reading};

/// So many commits that HEAD was at are looked into.
const MOST: usize = 32;
/// So many texts are remembered.
const REMEMBERED: usize = 256;
/// So many modes are.
const MODES: usize = 10_000;
/// So many names are asked about at a time: a command line has an end.
const AT_A_TIME: usize = 500;

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
        let name = (head, path.to_owned());
        let mode = self.modes.borrow().get(&name)?.clone();
        let Some(mode) = mode else { return Some(Reading::absent()) };
        let number = match mode.as_slice() {
            b"100644" => 0o644,
            b"100755" => 0o755,
            _ => return self.git.version(&mode, &format!("{}:./{path}", name.0)),
        };
        match self.bytes(&name.0, path) {
            Some(bytes) => Some(Reading { mode: Some(number), ..disk::reading_of(bytes?) }),
            None => self.git.version(&mode, &format!("{}:./{path}", name.0)),
        }
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
        let content = self.read(&key.0, path).unwrap_or_else(|| self.git.content_at(&key.0, path));
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
    /// A file as a commit has it and as it would be checked out.
    pub(super) fn content_at(&self, commit: &str, path: &str) -> Content {
        match self.command(&["cat-file", "--filters", &format!("{commit}:./{path}")]).output() {
            Ok(blob) if blob.status.success() => disk::content_of(blob.stdout).0,
            _ => Content::Absent,
        }
    }
}
