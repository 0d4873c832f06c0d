//! What git did to a file: HEAD's log tells where it moved, and what it holds there is what was put into the work tree.

use std::io::Write;
use std::process::Stdio;

use countersign_core::workspace::Content;

use super::Git;
use crate::disk::Reading;

/// So many of HEAD's last moves are looked into.
const MOST: usize = 8;
/// HEAD's log counts in seconds, in milliseconds.
const SECOND: u64 = 1000;

/// A line of HEAD's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// The commits that it was at before and after.
    pub(super) from: String,
    to: String,
    /// When, in seconds since the Unix epoch.
    at: u64,
    /// By a commit that was made in the work tree.
    commits: bool,
}

impl Move {
    fn read(line: &str) -> Option<Self> {
        let (names, message) = line.split_once('\t').unwrap_or((line, ""));
        let mut words = names.rsplit(' ');
        let (_zone, at) = (words.next()?, words.next()?.parse().ok()?);
        let mut names = names.split(' ');
        let (from, to) = (names.next()?.to_owned(), names.next()?.to_owned());
        Some(Self { from, to, at, commits: message.starts_with("commit") })
    }

    /// Whether it may have been later than this, in milliseconds since the Unix epoch.
    pub(super) fn is_since(&self, since: u64) -> bool {
        self.at.saturating_add(1).saturating_mul(SECOND) >= since
    }

    /// Whether HEAD was nowhere before.
    pub(super) fn is_first(&self) -> bool {
        self.from.bytes().all(|byte| byte == b'0')
    }
}

impl Git {
    /// HEAD's last moves, newest first, as far as its log tells.
    pub(super) fn moves(&self) -> Vec<Move> {
        let log = self.dir.as_ref().and_then(|dir| std::fs::read(dir.join("logs/HEAD")).ok()).unwrap_or_default();
        String::from_utf8_lossy(&log).lines().rev().map_while(Move::read).collect()
    }

    /// Whether what stands in a file's place was put there by git: it is what HEAD has, and HEAD was moved there otherwise than by a
    /// commit, or had it before the last one too.
    #[must_use]
    pub fn put(&self, path: &str, reading: &Reading) -> bool {
        let bytes = match &reading.content {
            Content::Text(text) => Some(text.to_string().into_bytes()),
            Content::Absent => None,
            Content::Opaque { .. } => match &reading.bytes {
                Some(bytes) => Some(bytes.clone()),
                None => return false,
            },
        };
        let Some(last) = self.moves().into_iter().next() else { return false };
        self.holds("HEAD", path, bytes.as_deref()) && (!last.commits || self.holds(&last.from, path, bytes.as_deref()))
    }

    /// Texts that git may have made of a file's text since then (milliseconds since the Unix epoch), newest first: what each commit holds
    /// that HEAD was moved to otherwise than by a commit, and what the text becomes by the same change, as when a stash is put back behind
    /// a pull.
    #[must_use]
    pub fn may_have_made(&self, path: &str, text: &str, since: u64) -> Vec<String> {
        let moves = self.moves().into_iter().take_while(|to| to.is_since(since)).take(MOST);
        let mut made = Vec::new();
        for Move { from, to, .. } in moves.filter(|to| !to.commits && !to.is_first()) {
            let (Some(old), Some(new)) = (self.at(&from, path), self.at(&to, path)) else { continue };
            made.extend((old != new).then(|| self.merged(text, &old, &new)).flatten());
            made.push(new);
        }
        made
    }

    /// What one text becomes by the change between two others, where they do not clash.
    fn merged(&self, text: &str, old: &str, new: &str) -> Option<String> {
        let file = |content: &str| {
            let mut file = tempfile::NamedTempFile::new().ok()?;
            file.write_all(content.as_bytes()).ok()?;
            Some(file)
        };
        let (ours, base, theirs) = (file(text)?, file(old)?, file(new)?);
        let mut command = self.command(&["merge-file", "--stdout", "--quiet"]);
        command.args([ours.path(), base.path(), theirs.path()]).stderr(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    }

    /// Whether a revision has just these bytes of a file, as they are checked out; none is no such file.
    fn holds(&self, revision: &str, path: &str, bytes: Option<&[u8]>) -> bool {
        let name = format!("{revision}:./{path}");
        let Ok(blob) = self.command(&["cat-file", "--filters", &name]).output() else { return false };
        if blob.status.success() {
            return bytes == Some(blob.stdout.as_slice());
        }
        let path = format!("./{path}");
        let listed = || self.command(&["ls-tree", "-z", revision, "--", &path]).output().ok();
        bytes.is_none() && listed().is_some_and(|listed| listed.status.success() && listed.stdout.is_empty())
    }
}
