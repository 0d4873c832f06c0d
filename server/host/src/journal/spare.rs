//! A second name for a journal's files, in a folder outside of the work tree: a journal that goes with git's folder is still there under
//! it, to the last event, and comes back under its first name. All three files have both names, so that it is one journal whichever is used.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::files::Files;
use super::set_aside;
use crate::state_dir;

/// The log and its index come first: a database that stands alone is taken for whole.
fn pairs(files: &Files, spare: &Files) -> [(PathBuf, PathBuf); 3] {
    [(&files.wal, &spare.wal), (&files.shm, &spare.shm), (&files.database, &spare.database)]
        .map(|(one, other)| (one.clone(), other.clone()))
}

/// Gives a journal that has gone its first name again; `files.lock` is held. Whether there was one to come back, and it could: one that
/// began outside of any repository may be on another file system, where it stays.
pub(super) fn bring_back(files: &Files, spare: &Path) -> bool {
    let spare = Files::of(spare.to_owned());
    if files.database.exists() || !spare.database.exists() {
        return false;
    }
    let came_back = link_back(files, &spare).is_ok();
    if !came_back {
        // Half of it would be taken for damage.
        for (name, spare) in pairs(files, &spare) {
            if is_same(&name, &spare) {
                let _ = fs::remove_file(&name);
            }
        }
    }
    came_back
}

fn link_back(files: &Files, spare: &Files) -> io::Result<()> {
    for (name, spare) in pairs(files, spare) {
        if spare.exists() && !is_same(&name, &spare) {
            // What is left under the first name belongs to no database.
            let _ = fs::remove_file(&name);
            fs::hard_link(&spare, &name)?;
        }
    }
    Ok(())
}

/// Sees to it that an open journal has its second name. Where it cannot have one (another file system), it has none.
pub(super) fn keep(files: &Files, spare: &Path) -> Result<()> {
    let folder = Files::of(spare.to_owned());
    if pairs(files, &folder).iter().all(|(one, other)| is_same(one, other)) {
        return Ok(());
    }
    let _lock = files.lock()?;
    let folder = Files::of(state_dir::make_private(spare)?);
    if fs::metadata(&files.dir)?.dev() != fs::metadata(&folder.dir)?.dev() {
        // What stands there is no second name, and nothing can be.
        return Ok(());
    }
    if folder.database.exists() && !is_same(&files.database, &folder.database) {
        // Another journal's: it may hold what is nowhere else.
        set_aside::rename(&folder, jiff::Timestamp::now().as_millisecond(), "earlier")?;
    }
    for (name, spare) in pairs(files, &folder) {
        if !is_same(&name, &spare) {
            let _ = fs::remove_file(&spare);
            match fs::hard_link(&name, &spare) {
                Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {}
                linked => linked.with_context(|| format!("{} cannot be kept outside", name.display()))?,
            }
        }
    }
    Ok(())
}

/// Whether a journal has its second name.
#[must_use]
pub fn is_kept(dir: &Path, spare: &Path) -> bool {
    is_same(&Files::of(dir.to_owned()).database, &Files::of(spare.to_owned()).database)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let of = |path: &Path| -> io::Result<(u64, u64)> {
        let found = fs::symlink_metadata(path)?;
        Ok((found.dev(), found.ino()))
    };
    matches!((of(one), of(other)), (Ok(one), Ok(other)) if one == other)
}
