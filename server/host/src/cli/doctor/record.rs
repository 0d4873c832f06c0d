//! What is kept, and by what policy: the policy files, the state folder, the journal, the log.

use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use rustix::fs::Access;

use super::super::init::Place;
use super::super::paint::count;
use super::Check;
use crate::config::{self, FILE_NAME, Policies};
use crate::journal::{Journal, is_kept};
use crate::state_dir;
use crate::store::now;

/// A longer journal is not walked here: `log --verify` does, in its own time.
const WALKED: i64 = 50_000;

pub(super) fn policies(place: &Place) -> Vec<Check> {
    let user = config::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
    let errors = Policies::default().reload(&place.root, user.as_deref());
    let workspace = place.root.join(FILE_NAME);
    let mut checks: Vec<Check> = errors
        .iter()
        .map(|error| {
            let said = format!("{}:{}:{}: {}", place.shown(&error.file), error.line, error.column, error.message);
            Check::bad("policy", said, "set it right: until then this file says nothing to new processes")
        })
        .collect();
    for (file, absent) in [(Some(workspace), "`countersign init` writes a first one"), (user, "")] {
        let Some(file) = file.filter(|file| !errors.iter().any(|error| error.file == *file)) else { continue };
        let shown = place.shown(&file);
        if file.exists() {
            checks.push(Check::good("policy", shown));
        } else if !absent.is_empty() {
            checks.push(Check::absent(
                "policy",
                format!("no {shown}: agents may write everywhere but to policies; {absent}"),
            ));
        }
    }
    checks
}

/// The state folder as it is found, and where it is; looked at first, since whoever opens the journal closes it to others.
pub(super) fn folder(place: &Place) -> (Vec<Check>, Option<PathBuf>) {
    let var = |name| std::env::var_os(name);
    let found = state_dir::locate(&place.root, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref());
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            return (vec![Check::bad("state", format!("{error:#}"), "set HOME, or work in a git repository")], None);
        }
    };
    let mut checks = Vec::new();
    if let Some(doubt) = found.doubt {
        checks.push(Check::bad("state", doubt, "mend the .git: until then this counts as outside of any repository"));
    }
    checks.push(mode(&found.dir));
    (checks, Some(found.dir))
}

/// The journal, where it is kept besides, and the log; where something was recorded.
pub(super) fn kept(place: &Place, dir: &Path) -> Vec<Check> {
    if !dir.exists() {
        return vec![Check::absent("journal", "nothing was recorded yet")];
    }
    let journal = journal(dir).unwrap_or_else(|error| {
        Check::bad("journal", format!("{error:#}"), "nothing can be recorded until this is set right")
    });
    std::iter::once(journal).chain(copy(place, dir)).chain(log(dir)).collect()
}

fn mode(dir: &Path) -> Check {
    let said = dir.display().to_string();
    let meta = match std::fs::metadata(dir) {
        Ok(meta) => meta,
        Err(error) if error.kind() == ErrorKind::NotFound => return to_be_made(dir, &said),
        Err(error) => return Check::bad("state", format!("{said}: {error}"), "make it yours to read"),
    };
    let mode = meta.permissions().mode() & 0o777;
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Check::bad(
            "state",
            format!("{said} belongs to user {}", meta.uid()),
            "it is not used until it is yours: chown it",
        );
    }
    if mode != 0o700 {
        return Check::bad("state", format!("{said} has mode {mode:04o}"), format!("chmod 700 '{said}'"));
    }
    Check::good("state", format!("{said}, mode 0700"))
}

/// Whether a folder that is not there could be.
fn to_be_made(dir: &Path, said: &str) -> Check {
    let above = dir.ancestors().skip(1).find(|above| above.exists()).unwrap_or(Path::new("/"));
    match rustix::fs::access(above, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Check::absent("state", format!("{said}, not there yet")),
        Err(error) => Check::bad(
            "state",
            format!("{said} is not there, and cannot be made: {}: {error}", above.display()),
            "make that folder yours to write: until then nothing is recorded, and no server starts",
        ),
    }
}

fn journal(dir: &Path) -> Result<Check> {
    let begin = Instant::now();
    let opened = Journal::open(dir, now() as i64)?;
    if let Some(aside) = opened.set_aside {
        let said = format!("was damaged ({}) and is kept as {}; a new one was begun", aside.why, aside.file.display());
        return Ok(Check::bad("journal", said, "its history is not read any more: keep the file or delete it"));
    }
    let last = opened.journal.last_seq()?;
    if last > WALKED {
        return Ok(Check::good("journal", format!("{last} events; `countersign log --verify` checks them all")));
    }
    let verified = opened.journal.verify()?;
    let took = begin.elapsed().as_millis();
    Ok(match verified.broken {
        None => Check::good(
            "journal",
            format!(
                "{} and {}, all as they were written, read in {took} ms; the last link is {}",
                count(verified.events as usize, "event"),
                count(verified.blobs as usize, "text"),
                &verified.last_link.to_hex()[..16]
            ),
        ),
        Some(broken) => Check::bad(
            "journal",
            broken.to_string(),
            "someone or something wrote to it: `countersign log` shows what is there",
        ),
    })
}

/// Where the journal outlives git's folder.
fn copy(place: &Place, dir: &Path) -> Option<Check> {
    let found = state_dir::of(&place.root).ok()?;
    let spare = state_dir::spare_of(&place.root, &found)?;
    let said = place.shown(&spare);
    Some(if is_kept(dir, &spare) {
        Check::good("copy", format!("{said}, should git's folder be deleted"))
    } else {
        Check::absent(
            "copy",
            format!(
                "none in {said}, which is on another file system or cannot be written: what is deleted with git's folder is gone"
            ),
        )
    })
}

/// The last line that a hook or a server left for people who wonder.
fn log(dir: &Path) -> Option<Check> {
    let text = String::from_utf8_lossy(&std::fs::read(dir.join("log")).ok()?).into_owned();
    let last = text.lines().last()?;
    let said = format!("{} in {}, the last: {last}", count(text.lines().count(), "line"), dir.join("log").display());
    Some(Check::good("log", said))
}
