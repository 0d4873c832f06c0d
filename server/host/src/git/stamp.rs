//! Whether HEAD, the index and the rules by which git reads a work tree are what they were: told by the files that hold them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Git;

/// What these files are, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    head: Vec<u8>,
    files: Vec<Option<(u64, u64, i64, i64)>>,
}

impl Stamp {
    /// As they are now; none where the moves of HEAD leave no log, by which they could be told.
    #[must_use]
    pub fn of(git: &Git) -> Option<Self> {
        let dir = git.dir.as_ref()?;
        let log = dir.join("logs/HEAD");
        fs::symlink_metadata(&log).ok()?;
        let common = common(dir);
        let files = [
            dir.join("index"),
            log,
            dir.join("config.worktree"),
            dir.join("info/sparse-checkout"),
            common.join("config"),
            common.join("info/exclude"),
            common.join("info/attributes"),
            common.join("packed-refs"),
        ];
        Some(Self { head: fs::read(dir.join("HEAD")).ok()?, files: files.iter().map(|file| what(file)).collect() })
    }
}

fn what(file: &Path) -> Option<(u64, u64, i64, i64)> {
    let meta = fs::metadata(file).ok()?;
    Some((meta.ino(), meta.len(), meta.ctime(), meta.ctime_nsec()))
}

/// The directory that all worktrees of a repository share.
pub(super) fn common(dir: &Path) -> PathBuf {
    match fs::read_to_string(dir.join("commondir")) {
        Ok(common) => dir.join(common.trim_end_matches('\n')),
        Err(_) => dir.to_owned(),
    }
}

impl Git {
    /// The worktree's own git directory.
    #[must_use]
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }
}
