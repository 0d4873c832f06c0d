//! One file that is to be changed: shown as a diff first, then written, if it still is what was shown.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use similar::{ChangeTag, TextDiff};

use super::super::paint::{Ink, ink};
use super::run::Run;
use crate::disk;
use crate::journal::{Disk, hash};

/// What a file holds, and what it shall hold; none where it is not there.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) file: PathBuf,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Whether it is to be started as a program.
    pub(super) is_program: bool,
    /// Whether it is shown by its length alone: all of it is ours, and there is much.
    pub(super) in_short: bool,
}

/// What is to be done for one agent, editor or file, and what there is to say of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    pub(super) notes: Vec<String>,
    /// What is done by programs, after the files.
    pub(super) runs: Vec<Run>,
}

impl Plan {
    /// Nothing but a word.
    pub(super) fn note(note: impl Into<String>) -> Plan {
        Plan { notes: vec![note.into()], ..Plan::default() }
    }

    /// A program alone.
    pub(super) fn run(run: Run) -> Plan {
        Plan { runs: vec![run], ..Plan::default() }
    }

    /// This text instead of that; nothing where they are the same.
    pub(super) fn of(file: PathBuf, before: Option<String>, after: Option<String>) -> Plan {
        let change = (before != after).then_some(Change { file, before, after, is_program: false, in_short: false });
        Plan { changes: change.into_iter().collect(), ..Plan::default() }
    }

    pub(super) fn changes_something(&self) -> bool {
        !self.changes.is_empty()
    }

    /// This and another, as one.
    pub(super) fn with(mut self, other: Plan) -> Plan {
        self.changes.extend(other.changes);
        self.notes.extend(other.notes);
        self.runs.extend(other.runs);
        self
    }

    /// The same, each change shown by its length alone.
    pub(super) fn in_short(mut self) -> Plan {
        self.changes.iter_mut().for_each(|change| change.in_short = true);
        self
    }

    pub(super) fn and(mut self, note: impl Into<String>) -> Plan {
        self.notes.push(note.into());
        self
    }
}

/// A file's text; none where there is no file. A link is followed: settings often are links into a repository of their own.
///
/// # Errors
/// If it cannot be read, or is no UTF-8.
pub(super) fn read(file: &Path) -> Result<Option<String>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8(bytes).context("it is no UTF-8")?)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).context("it cannot be read"),
    }
}

impl Change {
    /// The change as a unified diff, in colour where stdout shows it. `shown` is the file's name in it.
    pub(super) fn diff(&self, shown: &str) -> String {
        let (before, after) = (self.before.as_deref().unwrap_or(""), self.after.as_deref().unwrap_or(""));
        let name = |side: &Option<String>| if side.is_some() { shown.to_owned() } else { "/dev/null".to_owned() };
        let mut text = format!(
            "{}\n{}\n",
            ink(Ink::Strong, &format!("--- {}", name(&self.before))),
            ink(Ink::Strong, &format!("+++ {}", name(&self.after)))
        );
        if self.in_short {
            let (gone, added) = (before.lines().count(), after.lines().count());
            return text + &format!("{}\n", ink(Ink::Faint, &format!("@@ {gone} lines before, {added} after @@")));
        }
        let diff = TextDiff::from_lines(before, after);
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            text += &format!("{}\n", ink(Ink::Faint, hunk.header().to_string().trim_end()));
            for change in hunk.iter_changes() {
                let line = change.value().trim_end_matches(['\n', '\r']);
                text += &match change.tag() {
                    ChangeTag::Equal => format!(" {line}\n"),
                    ChangeTag::Delete => format!("{}\n", ink(Ink::Bad, &format!("-{line}"))),
                    ChangeTag::Insert => format!("{}\n", ink(Ink::Good, &format!("+{line}"))),
                };
            }
        }
        text
    }

    /// Writes the file, atomically, if it still is what was read; folders are made on the way, and what is empty after a file is
    /// gone goes with it, up to `floor` and without it.
    ///
    /// # Errors
    /// If it cannot be written, or was changed meanwhile.
    pub(super) fn carry_out(&self, floor: &Path) -> Result<()> {
        let expected = match &self.before {
            Some(text) => Disk::Holds(hash(text.as_bytes())),
            None => Disk::Absent,
        };
        let target = match &self.before {
            Some(_) => fs::canonicalize(&self.file).with_context(|| format!("cannot find {}", self.file.display()))?,
            None => self.file.clone(),
        };
        if !disk::replace(&target, expected, self.after.as_deref().map(str::as_bytes))? {
            bail!("it was changed meanwhile; nothing was written to it, run this again");
        }
        if self.is_program && self.after.is_some() {
            let mode = Permissions::from_mode(0o755);
            fs::set_permissions(&target, mode)
                .with_context(|| format!("cannot make {} a program", target.display()))?;
        }
        if self.after.is_none() {
            let above = self.file.ancestors().skip(1);
            for folder in above.take_while(|folder| folder.starts_with(floor) && *folder != floor) {
                if fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
        Ok(())
    }
}
