//! What git holds of a file: as HEAD has it, and as HEAD had it since something happened. Texts are remembered by commit and path, which
//! is why a process keeps one of these.

use std::cell::RefCell;
use std::collections::HashMap;

use countersign_core::workspace::Content;

use super::Git;
use super::reader::Reader;
use crate::disk;

/// So many commits that HEAD was at are looked into.
const MOST: usize = 32;
/// So many texts are remembered.
const REMEMBERED: usize = 256;

/// See the module.
#[derive(Debug)]
pub struct Held {
    git: Git,
    reader: RefCell<Option<Reader>>,
    known: RefCell<HashMap<(String, String), Content>>,
}

impl Held {
    /// What this repository holds.
    #[must_use]
    pub fn new(git: &Git) -> Self {
        Self { git: git.clone(), reader: RefCell::default(), known: RefCell::default() }
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
        let mut reader = self.reader.borrow_mut();
        if reader.is_none() {
            *reader = Reader::start(&self.git);
        }
        let read = reader.as_mut()?.read(commit, path);
        if read.is_none() {
            // It may have ended, or not be where it was thought to be.
            *reader = None;
        }
        Some(read?.map_or(Content::Absent, |bytes| disk::content_of(bytes).0))
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
