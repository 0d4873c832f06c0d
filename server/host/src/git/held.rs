//! What git holds of a file: as HEAD has it, and as HEAD had it since something happened. Texts are remembered by commit and path.

use std::cell::RefCell;
use std::collections::HashMap;

use countersign_core::workspace::Content;

use super::Git;
use crate::disk;

/// So many commits that HEAD was at are looked into.
const MOST: usize = 32;
/// So many texts are remembered.
const REMEMBERED: usize = 256;
/// HEAD's log counts in seconds.
const SECOND: u64 = 1000;

/// See the module.
#[derive(Debug)]
pub struct Held {
    git: Git,
    /// The commit that HEAD was at when its log looked so.
    head: RefCell<Option<(Vec<u8>, String)>>,
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
        let log = self.git.dir.as_ref().and_then(|dir| std::fs::read(dir.join("logs/HEAD")).ok()).unwrap_or_default();
        let mut heads: Vec<String> = self.head(&log).into_iter().collect();
        for line in String::from_utf8_lossy(&log).lines().rev().take(MOST) {
            let Some((from, at)) = moved(line) else { break };
            if at.saturating_add(1).saturating_mul(SECOND) < since {
                break;
            }
            if !from.bytes().all(|byte| byte == b'0') && !heads.iter().any(|head| head == from) {
                heads.push(from.to_owned());
            }
        }
        heads
    }

    /// The commit that HEAD is at. Whoever moves it adds to its log, where there is one: else git is asked each time.
    fn head(&self, log: &[u8]) -> Option<String> {
        let last = log.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap_or_default();
        if let Some((_, head)) = self.head.borrow().as_ref().filter(|(seen, _)| !last.is_empty() && seen == last) {
            return Some(head.clone());
        }
        let asked = self.git.command(&["rev-parse", "--verify", "--quiet", "HEAD"]).output().ok()?;
        let head = String::from_utf8(asked.stdout).ok().filter(|_| asked.status.success())?.trim().to_owned();
        *self.head.borrow_mut() = Some((last.to_vec(), head.clone()));
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

/// Where HEAD was before a line of its log, and when it moved, in seconds since the Unix epoch.
fn moved(line: &str) -> Option<(&str, u64)> {
    let (names, _) = line.split_once('\t').unwrap_or((line, ""));
    let mut words = names.rsplit(' ');
    let (_zone, at) = (words.next()?, words.next()?.parse().ok()?);
    Some((names.split(' ').next()?, at))
}
