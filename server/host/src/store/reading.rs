//! Files as they are read: what that means is journaled before it is believed. What is half written is read again, and what git did before
//! someone else wrote is taken apart from what they did.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use countersign_core::diff::distance;
use countersign_core::document::{Act, Record};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::event::{Fact, What};
use countersign_core::workspace::{Content, Sight};
use ropey::Rope;

use super::{Store, disk_of, is_unexplained, now};
use crate::disk::Reading;
use crate::journal::{Appended, Disk, Head};

/// How often a file is read again when others write to it while it is looked at.
const TRIES: usize = 8;
/// A file that was written so short a time ago may still be: few programs put a new file in the old one's place, most empty it first.
const SETTLING: Duration = Duration::from_millis(25);
/// Bytes: a longer text is not held against all that git may have made of it, since a hook waits for that.
const LONGEST_COMPARED: usize = 1 << 20;

impl Store {
    /// Reads a file and takes note of what that means, and of who did it. `saved` says that the editor has just written it. Of a file
    /// that was never seen, git's version is what it was before, if it has one and `from_git` says so.
    ///
    /// # Errors
    /// If the file or the journal cannot be read, or others write to it without end.
    pub fn read(&mut self, path: &str, saved: bool, from_git: bool) -> Result<Reading> {
        let mut patience = SETTLING;
        for _ in 0..TRIES {
            self.know_path(path)?;
            let reading = self.look_at(path)?;
            if let Some(from) = self.origin(path, &reading) {
                self.take_move(&from, path, &reading)?;
                continue;
            }
            let Some(_) = self.workspace.file(path) else {
                self.begin_file(path, &reading, from_git)?;
                continue;
            };
            let head = self.journal.head(path)?;
            let mut sight = Sight { saved, ..self.sight(path, &reading) };
            if self.workspace.knows(path, &reading.content, &sight) {
                return Ok(reading);
            }
            let Some((mut file, mut facts)) = self.workspace.read(path, &reading.content, &sight) else {
                continue;
            };
            if facts.is_empty() {
                return Ok(reading);
            }
            if self.may_be_half(path, &reading, &facts) && has_waited(sight.written, &mut patience) {
                continue;
            }
            if is_unexplained(&facts) {
                // Another agent may have announced it since it was looked who is at work.
                if self.know_who_is_at_work()? {
                    continue;
                }
                if self.is_explained_by_a_server(path, reading.disk)? {
                    continue;
                }
                sight.by_git = self.git.put(path, &reading);
                if !sight.by_git && self.git_was_here(path, &reading)? {
                    continue;
                }
                if let Some(explained) = self.workspace.read(path, &reading.content, &sight).filter(|_| sight.by_git) {
                    (file, facts) = explained;
                }
            }
            let head = Head { path, expected: head.map(|head| head.disk), new: reading.disk };
            let blobs: Vec<&[u8]> = reading.bytes.as_deref().into_iter().collect();
            match self.write(&facts, Some(&head), &blobs)? {
                Appended::Written { .. } => {
                    self.workspace.put(path, file);
                    return Ok(reading);
                }
                // Another process was first to tell of this content: what it told is taken over.
                Appended::AlreadyThere { .. } => {
                    self.know_path(path)?;
                    let same = self.workspace.read(path, &reading.content, &sight);
                    match same {
                        Some((_, facts)) if facts.is_empty() => return Ok(reading),
                        // The editor's lineage moved, the disk's did not: nothing of this contradicts the head.
                        Some((file, facts)) => {
                            self.append_new(&facts)?;
                            self.workspace.put(path, file);
                            return Ok(reading);
                        }
                        None => {}
                    }
                }
                Appended::Moved { .. } => {}
                Appended::Replaced => bail!("the journal was replaced while it was open: start again"),
            }
        }
        bail!("{path} is being written by others without end")
    }

    /// Whose what was read of a file is, as far as nobody announced it to the letter: git's, a running command's, or nobody's known.
    #[must_use]
    pub fn whose(&self, path: &str, reading: &Reading) -> Act {
        let by_git = self.git.put(path, reading);
        self.workspace.whose(path, &Sight { by_git, ..self.sight(path, reading) })
    }

    /// Takes note of what git made of a file before someone else wrote it, if that explains more of what was read than it leaves. Whether
    /// it does: what is left is then to be looked at anew.
    fn git_was_here(&mut self, path: &str, reading: &Reading) -> Result<bool> {
        let Content::Text(text) = &reading.content else { return Ok(false) };
        let Some(file) = self.workspace.file(path).filter(|_| text.len_bytes() <= LONGEST_COMPARED) else {
            return Ok(false);
        };
        let (known, text) = (file.document.text(Lineage::Disk).to_string(), text.to_string());
        // Where nothing was done to it since, git's doing before the first sight is in what was seen.
        let began = self.journal.events_of_path(path, 0)?.first().map_or(0, |event| event.time.max(0) as u64);
        let edited = file.document.weave().entries().map(|(_, entry)| entry.at).max().unwrap_or_default();
        let since = began.max(edited);
        let made = self.git.may_have_made(path, &known, since);
        let nearest = made.into_iter().min_by_key(|made| distance(made, &text));
        let Some(made) = nearest.filter(|made| distance(made, &text) < distance(&known, &text)) else {
            return Ok(false);
        };
        let content = Content::Text(Rope::from_str(&made));
        let sight = Sight { by_git: true, mode: None, ..self.sight(path, reading) };
        let Some((file, facts)) = self.workspace.read(path, &content, &sight) else { return Ok(false) };
        let expected = self.journal.head(path)?.map(|head| head.disk);
        let head = Head { path, expected, new: disk_of(&content) };
        let written = matches!(self.write(&facts, Some(&head), &[])?, Appended::Written { .. });
        if written {
            self.workspace.put(path, file);
        }
        Ok(written)
    }

    /// Whether what was read may be a part of what someone is still writing: nobody announced it, or it is what was there, cut short.
    fn may_be_half(&self, path: &str, reading: &Reading, facts: &[Fact]) -> bool {
        let is_cut_short = || {
            let Content::Text(text) = &reading.content else { return false };
            let known = self.workspace.file(path).map(|file| file.document.text(Lineage::Disk));
            let is_start =
                |known: &Rope| known.len_bytes() > text.len_bytes() && known.to_string().starts_with(&text.to_string());
            known.is_some_and(is_start)
        };
        is_unexplained(facts) || !all_announced(facts) && is_cut_short()
    }

    /// Reads all files that are followed, and takes note of what changed on disk while nobody looked.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn refresh(&mut self) -> Result<()> {
        let heads: BTreeMap<String, Disk> =
            self.journal.heads()?.into_iter().map(|(path, head)| (path, head.disk)).collect();
        self.look_for_what_is_gone(&heads)?;
        for path in heads.into_keys() {
            let known = self.journal.head(&path)?.map(|head| head.disk);
            match self.look_at(&path) {
                Ok(reading) if Some(reading.disk) == known && self.has_mode(&path, &reading) => {}
                Ok(_) => {
                    self.read(&path, false, false)?;
                }
                // A folder stands in its place, or it is closed to us: it stays as it was known.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Waits until a file that was written at that time has settled, if there is anything to wait for and `patience` is left. Whether it did.
fn has_waited(written: u64, patience: &mut Duration) -> bool {
    let age = Duration::from_millis(now().saturating_sub(written));
    let wait = SETTLING.saturating_sub(age).min(*patience);
    *patience -= wait;
    std::thread::sleep(wait);
    !wait.is_zero()
}

/// Whether all that was done to a text is what was announced, to the letter.
fn all_announced(facts: &[Fact]) -> bool {
    facts.iter().all(|fact| match &fact.what {
        What::Text(Record::Edited(edit)) => edit.evidence == Evidence::Content,
        _ => true,
    })
}
