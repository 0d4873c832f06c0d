//! What git says of a workspace, asked of its own program: it opens every kind of repository, and takes no lock here.

mod head;
mod held;
mod moves;
mod named;
mod reader;
mod stamp;
mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::disk::{self, Reading};
pub use held::{Held, InHead};
pub use stamp::Stamp;

/// The repository of a workspace, if there is one.
#[derive(Clone, Debug)]
pub struct Git {
    root: PathBuf,
    /// The worktree's own git directory, where the workspace is in a repository.
    dir: Option<PathBuf>,
}

/// A line of what git lists: mode, two more words, and the path, as seen from the workspace.
struct Entry<'a> {
    mode: &'a [u8],
    last: &'a [u8],
    path: &'a [u8],
}

fn entries(listed: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    listed.split(|byte| *byte == 0).filter_map(|line| {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let mut words = line[..tab].split(|byte| *byte == b' ');
        Some(Entry { mode: words.next()?, last: words.next_back()?, path: &line[tab + 1..] })
    })
}

/// The mode of a file that is no link, of git's word for it.
fn mode_of(word: &[u8]) -> Option<u32> {
    match word {
        b"100644" => Some(0o644),
        b"100755" => Some(0o755),
        _ => None,
    }
}

/// A lock this old belongs to no git that runs.
const LEFT_BEHIND: Duration = Duration::from_secs(10);
/// A move of HEAD follows the new index within this.
const HEAD_FOLLOWS: Duration = Duration::from_secs(1);

/// A rebase takes its next step within this, holds a lock, or waits for a message.
const STEP: Duration = Duration::from_secs(2);
/// A rebase that was at it this long ago was killed.
const GIVEN_UP: Duration = Duration::from_secs(3600);

/// What differs from HEAD.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dirty {
    /// Relative to the workspace.
    pub paths: Vec<String>,
    /// What differs of each, in git's letters: between HEAD and the index, between the index and the work tree.
    pub states: BTreeMap<String, [u8; 2]>,
    /// Names that are not UTF-8, as far as they can be shown: they are not followed.
    pub unreadable: Vec<String>,
}

impl Dirty {
    /// The same, where this is what differs of these files and of what is in these folders.
    #[must_use]
    pub fn with(&self, names: &[String], of_these: Dirty) -> Dirty {
        let is_known = |path: &String| {
            let is_below = |name: &String| path.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'));
            !names.iter().any(|name| name == path || is_below(name))
        };
        let mut dirty = of_these;
        dirty.paths.extend(self.paths.iter().filter(|path| is_known(path)).cloned());
        let states = self.states.iter().filter(|(path, _)| is_known(path));
        dirty.states.extend(states.map(|(path, state)| (path.clone(), *state)));
        dirty.unreadable.extend(self.unreadable.iter().cloned());
        dirty.paths.sort();
        dirty
    }
}

impl Git {
    /// `dir` is the worktree's own git directory, if the workspace is in a repository.
    #[must_use]
    pub fn new(root: &Path, dir: Option<PathBuf>) -> Self {
        Self { root: root.to_owned(), dir }
    }

    /// Whether there is a repository.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.dir.is_some()
    }

    /// What a file was before someone changed it on disk that nobody had looked at: the index's version; absent where git has none.
    /// None outside a repository, or where git does not answer.
    #[must_use]
    pub fn before(&self, path: &str) -> Option<Reading> {
        let listed = self.listed(&["ls-files", "--stage", "-z", "--", &format!(":(literal){path}")])?;
        // Of a file in conflict there is no version 0; 2 is what stood there before the merge.
        let entries: Vec<Entry<'_>> = entries(&listed).filter(|entry| entry.path == path.as_bytes()).collect();
        let entry = ["0", "2"].iter().find_map(|wanted| entries.iter().find(|entry| entry.last == wanted.as_bytes()));
        match entry {
            Some(entry) => self.version(entry.mode, &format!(":{}:./{path}", String::from_utf8_lossy(entry.last))),
            // Nothing is absent but what git says it does not know.
            None => entries.is_empty().then(Reading::absent),
        }
    }

    fn listed(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let listed = self.is_present().then(|| self.command(arguments).output().ok()).flatten()?;
        listed.status.success().then_some(listed.stdout)
    }

    /// A version of a file, as it would be checked out.
    fn version(&self, mode: &[u8], name: &str) -> Option<Reading> {
        let blob = |how| {
            let blob = self.command(&["cat-file", how, name]).output().ok()?;
            blob.status.success().then_some(blob.stdout)
        };
        match (mode, mode_of(mode)) {
            // Line ends and filters make it other bytes than the blob's.
            (_, Some(mode)) => Some(Reading { mode: Some(mode), ..disk::reading_of(blob("--filters")?) }),
            (b"120000", _) => Some(disk::link_of(blob("blob")?)),
            // A folder is no file.
            (b"040000", _) => Some(Reading::absent()),
            // A submodule is another repository's.
            _ => None,
        }
    }

    /// Whether git is in the middle of something, so that what it puts into the work tree cannot be told yet. A lock that was left behind
    /// by a git that was killed is not waited for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let rebase = ["rebase-merge", "rebase-apply"].into_iter().find(|name| self.has(name));
        let left_behind = if rebase.is_some() { GIVEN_UP } else { LEFT_BEHIND };
        self.is_younger("index.lock", left_behind)
            || self.is_younger("HEAD.lock", left_behind)
            || rebase.is_some_and(|rebase| self.goes_on(rebase))
    }

    /// Whether a rebase goes on by itself. One that stopped, for a person to resolve or edit something, may stand still for days: what is
    /// written meanwhile is not git's. While it waits for a commit's message it has not stopped: HEAD does not hold yet what it picked.
    fn goes_on(&self, rebase: &str) -> bool {
        let within = |limit| [rebase, "index", "HEAD"].iter().any(|name| self.is_younger(name, limit));
        within(STEP) || !self.stands_still(rebase) && within(GIVEN_UP)
    }

    /// Whether a rebase says that it stopped, or waits for a command that it runs. The older kind does not say, and asks for no messages.
    fn stands_still(&self, rebase: &str) -> bool {
        let Some(dir) = self.dir.as_ref().map(|dir| dir.join(rebase)) else { return true };
        let Ok(done) = std::fs::read_to_string(dir.join("done")) else { return true };
        let last = done.lines().next_back().and_then(|line| line.split_whitespace().next()).unwrap_or_default();
        dir.join("stopped-sha").exists() || ["break", "b", "exec", "x"].contains(&last)
    }

    /// Whether git may be about to move HEAD: between the new index and the lock on HEAD, which moves last, nothing says that it is at it
    /// but how new the index is.
    #[must_use]
    pub fn may_move_head(&self) -> bool {
        self.is_younger("index", HEAD_FOLLOWS)
    }

    fn has(&self, name: &str) -> bool {
        self.dir.as_ref().is_some_and(|dir| dir.join(name).is_dir())
    }

    fn is_younger(&self, name: &str, limit: Duration) -> bool {
        let Some(dir) = &self.dir else { return false };
        let age = std::fs::metadata(dir.join(name)).and_then(|meta| meta.modified()).map(|changed| changed.elapsed());
        age.is_ok_and(|age| age.is_ok_and(|age| age < limit))
    }

    /// Paths below the workspace that differ from HEAD or that git does not follow (and does not ignore).
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn dirty(&self) -> Result<Dirty> {
        self.status(&["."])
    }

    /// The same of these files, and of what is in these folders.
    ///
    /// # Errors
    /// If git cannot be asked.
    pub fn dirty_in(&self, names: &[String]) -> Result<Dirty> {
        let paths: Vec<String> = names.iter().map(|name| format!(":(literal){name}")).collect();
        self.status(&paths.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn status(&self, paths: &[&str]) -> Result<Dirty> {
        if !self.is_present() || paths.is_empty() {
            return Ok(Dirty::default());
        }
        let arguments = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--"];
        let output = self.command(&[&arguments, paths].concat()).output().context("cannot run git")?;
        if !output.status.success() {
            bail!("git status failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let prefix = self.prefix()?;
        let entries = output.stdout.split(|byte| *byte == 0).filter(|entry| entry.len() > 3);
        let is_followed = |path: &&str| !path.ends_with('/') && !crate::disk::is_aside(path);
        let mut dirty = Dirty::default();
        for entry in entries {
            match std::str::from_utf8(&entry[3..]) {
                Ok(path) => {
                    let path = path.strip_prefix(prefix.as_str()).filter(is_followed).map(str::to_owned);
                    dirty.states.extend(path.clone().map(|path| (path, [entry[0], entry[1]])));
                    dirty.paths.extend(path);
                }
                Err(_) => dirty.unreadable.push(String::from_utf8_lossy(&entry[3..]).into_owned()),
            }
        }
        Ok(dirty)
    }

    /// Paths below the workspace that differ between a revision and the work tree, new ones that git does not ignore among them.
    ///
    /// # Errors
    /// If there is no repository, or no such revision.
    pub fn changed_since(&self, revision: &str) -> Result<Vec<String>> {
        if !self.is_present() {
            bail!("there is no git repository here");
        }
        let lists: [&[&str]; 2] = [
            &["diff", "--name-only", "-z", "--no-renames", "--relative", "--end-of-options", revision, "--", "."],
            &["ls-files", "--others", "--exclude-standard", "-z", "--", "."],
        ];
        let mut paths = Vec::new();
        for arguments in lists {
            let output = self.command(arguments).output().context("cannot run git")?;
            if !output.status.success() {
                bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
            }
            let found = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
            paths.extend(found.filter_map(|path| std::str::from_utf8(path).ok()).map(str::to_owned));
        }
        Ok(paths)
    }

    /// A file's text in a revision, empty where it has none; none where it is no text.
    #[must_use]
    pub fn at(&self, revision: &str, path: &str) -> Option<String> {
        let output = self.command(&["cat-file", "--filters", &format!("{revision}:./{path}")]).output().ok()?;
        if output.status.success() { String::from_utf8(output.stdout).ok() } else { Some(String::new()) }
    }

    /// Whether git has the file as one that can be run.
    #[must_use]
    pub fn is_executable(&self, path: &str) -> bool {
        let listed = || self.command(&["ls-files", "--stage", "-z", "--", &format!(":(literal){path}")]).output().ok();
        self.is_present() && listed().is_some_and(|output| output.stdout.starts_with(b"100755 "))
    }

    /// The workspace's place in the repository, with a slash behind it; empty at the top.
    fn prefix(&self) -> Result<String> {
        if self.root.join(".git").exists() {
            return Ok(String::new());
        }
        let output = self.command(&["rev-parse", "--show-prefix"]).output().context("cannot run git")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-optional-locks").args(arguments).current_dir(&self.root).stdin(Stdio::null());
        // Where only a part of the history was cloned, what is not here is not here: nothing is fetched.
        command.env("GIT_NO_LAZY_FETCH", "1");
        // A hook or a rebase may have set these for a repository that is not this one.
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command
    }
}

#[cfg(test)]
pub(crate) mod tests;
