//! The policies that a process of milliseconds works by: read anew, with the workspace's last good one kept for when it is wrong.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use countersign_core::limits::Limit;
use countersign_core::review::Policy;
use countersign_core::usage::Prices;
use regex::Regex;

use super::{Config, ConfigError, FILE_NAME, Policies, Unanswered};

/// The policies in force, and what is wrong in them. Where the workspace's is wrong, the last one stays in force that was good when any
/// process read it.
#[must_use]
pub fn in_force(root: &Path) -> (Policy, Vec<ConfigError>) {
    let (config, errors) = config_in_force(root);
    (config.judged_by(), errors)
}

/// What a question gets in a workspace that nobody answers.
#[must_use]
pub fn unanswered(root: &Path) -> Unanswered {
    config_in_force(root).0.unanswered
}

/// What models' tokens cost in a workspace.
#[must_use]
pub fn prices(root: &Path) -> Prices {
    config_in_force(root).0.prices
}

/// How a policy spells it.
const COST: &[u8] = b"cost";

/// Whether what a session may cost is limited in a workspace.
#[must_use]
pub fn limits_cost(root: &Path) -> bool {
    // Before every call: where no policy speaks of it, none is read for it.
    let user = super::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
    let kept = kept_policy(root).map(|folder| folder.join(FILE_NAME));
    let files = [Some(root.join(FILE_NAME)), kept, user];
    let speaks = |file: &PathBuf| match std::fs::File::open(file) {
        Ok(file) => crate::agents::read_capped(file, super::MAX_FILE)
            .is_ok_and(|text| text.windows(COST.len()).any(|part| part == COST)),
        Err(_) => false,
    };
    files.iter().flatten().any(speaks) && config_in_force(root).0.limits.cost != Limit::default()
}

/// What is taken out of what agents are told and run, in a workspace, besides what always is.
#[must_use]
pub fn redactions(root: &Path) -> Vec<Regex> {
    let patterns = config_in_force(root).0.audit.redaction;
    patterns.iter().filter_map(|pattern| Regex::new(pattern.get_ref()).ok()).collect()
}

fn config_in_force(root: &Path) -> (Config, Vec<ConfigError>) {
    let mut policies = Policies::default();
    let user = super::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
    let errors = policies.reload(root, user.as_deref());
    let ours = root.join(FILE_NAME);
    if let Some(kept) = kept_policy(root) {
        if errors.iter().any(|error| error.file == ours) {
            policies.reload(&kept, user.as_deref());
        } else {
            // Where it cannot be kept, a wrong one is as if there were none.
            let _ = keep_policy(&ours, &kept);
        }
    }
    (policies.config(), errors)
}

/// What [`in_force`] gave, for a process that asks it again and again: read anew when a file is another than it was.
#[derive(Debug, Default)]
pub struct InForce {
    stamps: Option<[Option<Stamp>; 2]>,
    policy: Arc<Policy>,
}

/// A file's inode, last change of any kind, and length.
type Stamp = (u64, i64, i64, u64);

impl InForce {
    /// The policies in force now; what is wrong in them is noted in the workspace's log, once.
    pub fn policy(&mut self, root: &Path) -> Arc<Policy> {
        let user = super::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
        let stamps = Some([stamp(&root.join(FILE_NAME)), user.as_deref().and_then(stamp)]);
        if self.stamps != stamps {
            let (policy, errors) = in_force(root);
            for error in errors {
                crate::state_dir::note(root, &error.to_string());
            }
            // Stamped before it was read: what changes meanwhile is seen by the next.
            (self.stamps, self.policy) = (stamps, Arc::new(policy));
        }
        Arc::clone(&self.policy)
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(file).ok()?;
    Some((found.ino(), found.ctime(), found.ctime_nsec(), found.len()))
}

/// The folder that holds the workspace's last good policy, under its own name; it need not exist.
fn kept_policy(root: &Path) -> Option<PathBuf> {
    Some(crate::state_dir::of(root).ok()?.dir.join("last-good-policy"))
}

fn keep_policy(ours: &Path, kept: &Path) -> Result<()> {
    let copy = kept.join(FILE_NAME);
    match (std::fs::read(ours), std::fs::read(&copy)) {
        (Ok(now), Ok(then)) if now == then => {}
        (Ok(now), _) => {
            let folder = crate::state_dir::make_private(kept)?;
            // Others may read it at any time: it is replaced in one step.
            let mut new = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut new, &now)?;
            new.persist(folder.join(FILE_NAME))?;
        }
        (Err(_), Ok(_)) => std::fs::remove_file(copy)?,
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_is_kept_is_read_anew_when_its_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        // State of its own, in what looks like a repository.
        for made in ["objects", "refs"] {
            std::fs::create_dir_all(folder.path().join(".git").join(made)).unwrap();
        }
        std::fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let file = folder.path().join(FILE_NAME);
        let mut kept = InForce::default();
        let mut disabled = || {
            let policy = kept.policy(folder.path());
            ["test-deleted", "test-skipped"].map(|rule| policy.rules.disabled.contains(rule))
        };
        assert_eq!(disabled(), [false, false]);
        std::fs::write(&file, "[risk]\ndisable = [\"test-deleted\"]\n").unwrap();
        assert_eq!(disabled(), [true, false]);
        std::fs::write(&file, "[risk]\ndisable = [\"test-skipped\"]\n").unwrap();
        assert_eq!(disabled(), [false, true]);
        std::fs::write(&file, "[risk\n").unwrap();
        assert_eq!(disabled(), [false, true], "the last good one");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(disabled(), [false, false]);
    }
}
