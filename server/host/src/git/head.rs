//! The commit that HEAD is at, read off git's files: a hook that asks git for it waits for a process.

use std::io::ErrorKind;
use std::path::Path;

use super::Git;
use super::stamp::common;

impl Git {
    /// The commit that HEAD is at; none where there is none yet, or where git cannot be asked.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        let dir = self.dir.as_ref()?;
        let asked = || self.text(&["rev-parse", "--verify", "--quiet", "HEAD"]);
        written(dir).or_else(|| asked().map(|head| head.trim().to_owned()))
    }
}

/// As it stands in the files; none where git keeps it elsewhere, or otherwise.
fn written(dir: &Path) -> Option<String> {
    let head = std::fs::read_to_string(dir.join("HEAD")).ok()?;
    let Some(name) = head.strip_prefix("ref: ") else { return commit(&head) };
    let name = name.trim_end_matches('\n');
    // Others lead elsewhere, or are a worktree's own.
    let is_branch = name.starts_with("refs/heads/") && !name.split('/').any(|part| part.starts_with('.'));
    let common = is_branch.then(|| common(dir))?;
    match std::fs::read_to_string(common.join(name)) {
        Ok(branch) => commit(&branch),
        // One that cannot be read is newer than what was packed.
        Err(error) if error.kind() != ErrorKind::NotFound => None,
        Err(_) => packed(&std::fs::read_to_string(common.join("packed-refs")).ok()?, name),
    }
}

fn packed(refs: &str, name: &str) -> Option<String> {
    let found = refs.lines().find(|line| line.split_once(' ').is_some_and(|(_, other)| other == name))?;
    found.split_once(' ').and_then(|(found, _)| commit(found))
}

fn commit(name: &str) -> Option<String> {
    let name = name.trim_end_matches('\n');
    let is_whole = matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_whole.then(|| name.to_owned())
}
