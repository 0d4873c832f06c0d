//! What git holds of a file: as HEAD has it, and as HEAD had it since something happened. Texts are remembered by commit and path.

use std::cell::RefCell;
use std::collections::HashMap;

use countersign_core::workspace::Content;

use super::Git;
use super::moves::Move;
use crate::disk;

/// So many commits that HEAD was at are looked into.
const MOST: usize = 32;
/// So many texts are remembered.
const REMEMBERED: usize = 256;

/// See the module.
#[derive(Debug)]
pub struct Held {
    git: Git,
    /// The commit that HEAD was at when this was its last move.
    head: RefCell<Option<(Option<Move>, String)>>,
    known: RefCell<HashMap<(String, String), Content>>,
}

impl Held {
    /// What this repository holds.
    #[must_use]
    pub fn new(git: &Git) -> Self {
        Self { git: git.clone(), head: RefCell::default(), known: RefCell::default() }
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
        let mut heads: Vec<String> = self.head(moves.first()).into_iter().collect();
        for from in moves.into_iter().take(MOST).take_while(|moved| moved.is_since(since)) {
            if !from.is_first() && !heads.contains(&from.from) {
                heads.push(from.from);
            }
        }
        heads
    }

    /// The commit that HEAD is at. Whoever moves it adds to its log, where there is one: else git is asked each time.
    fn head(&self, last: Option<&Move>) -> Option<String> {
        if let Some((_, head)) = self.head.borrow().as_ref().filter(|(seen, _)| last.is_some() && seen.as_ref() == last)
        {
            return Some(head.clone());
        }
        let asked = self.git.command(&["rev-parse", "--verify", "--quiet", "HEAD"]).output().ok()?;
        let head = String::from_utf8(asked.stdout).ok().filter(|_| asked.status.success())?.trim().to_owned();
        *self.head.borrow_mut() = Some((last.cloned(), head.clone()));
        Some(head)
    }

    fn at(&self, commit: String, path: &str) -> Content {
        let key = (commit, path.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let content = self.git.content_at(&key.0, path);
        let mut known = self.known.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, content.clone());
        content
    }
}

impl Git {
    /// A file as a commit has it and as it would be checked out.
    fn content_at(&self, commit: &str, path: &str) -> Content {
        match self.command(&["cat-file", "--filters", &format!("{commit}:./{path}")]).output() {
            Ok(blob) if blob.status.success() => disk::content_of(blob.stdout).0,
            _ => Content::Absent,
        }
    }
}
