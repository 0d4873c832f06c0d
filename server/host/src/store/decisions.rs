//! What the user does to files by command: files that are no text put back or accepted, files that a command of ours wrote for them.

use anyhow::{Context, Result, bail};
use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{Deed, Evidence};
use countersign_core::event::{Fact, Mode, What, Whole};
use countersign_core::whole::Earlier;
use countersign_core::workspace::GONE;

use super::{Store, now};
use crate::disk;
use crate::journal::{Appended, Disk, Hash, Head};

impl Store {
    /// Takes a file for what it is before a command of the user's writes it. How many edits it has, for [`Store::claim_for_user`].
    ///
    /// # Errors
    /// If the file or the journal cannot be read or written.
    pub fn look_before(&mut self, path: &str) -> Result<usize> {
        self.read(path, false, true)?;
        Ok(self.workspace.file(path).map_or(0, |file| file.document.weave().entries().len()))
    }

    /// Takes note that the user had a file written, by a command of ours: what nobody announced of it since it had so many edits is
    /// theirs, whoever saw it first.
    ///
    /// # Errors
    /// If the file or the journal cannot be read or written.
    pub fn claim_for_user(&mut self, path: &str, before: usize) -> Result<()> {
        self.read(path, false, true)?;
        let Some(file) = self.workspace.file_mut(path) else { return Ok(()) };
        let weave = file.document.weave();
        let new = weave.entries().skip(before).filter(|(_, entry)| entry.author == Author::External);
        let deeds: Vec<Deed> = new.flat_map(|(ix, _)| weave.deeds_of(ix)).collect();
        if deeds.is_empty() {
            return Ok(());
        }
        let at = now();
        let records = file.document.claim(deeds, &Act::user(at));
        let facts = file.facts(path, records, at);
        self.append(&facts)
    }

    /// Makes a file that is no text what it was before, and journals who decided so. Whether it was still what it was known to be.
    ///
    /// # Errors
    /// If its earlier bytes are not kept, or it or the journal cannot be written.
    pub fn put_back(&mut self, path: &str, whole: &Whole) -> Result<bool> {
        let full = self.place(path)?;
        let Some(expected) = self.planned_on(path)? else { return Ok(false) };
        let bytes = match (&whole.hash, whole.why.as_str()) {
            (_, GONE) => None,
            (Some(hash), _) => {
                let hash = Hash::from_hex(hash).context("the name of its earlier bytes is damaged")?;
                Some(self.journal.blob(&hash)?.context("its earlier bytes are not in the journal")?)
            }
            (None, why) => bail!("its earlier bytes are not kept: it was {why}"),
        };
        let (is_link, was_plain) = (whole.why == disk::LINK, disk::is_plain(&full));
        let written = match &bytes {
            Some(bytes) if is_link => disk::replace_by_link(&full, expected, bytes)?,
            bytes => disk::replace(&full, expected, bytes.as_deref())?,
        };
        if !written {
            return Ok(false);
        }
        let mode = self.workspace.file(path).filter(|_| !was_plain && !is_link).and_then(|file| file.mode);
        if let (Some(mode), Some(_)) = (mode, &bytes) {
            disk::set_mode(&full, mode)?;
        }
        let Some((file, facts)) = self.workspace.decided(path, whole, now()) else { return Ok(true) };
        let new = bytes.as_deref().map_or(Disk::Absent, |bytes| Disk::Holds(crate::journal::hash(bytes)));
        let blobs: Vec<&[u8]> = bytes.as_deref().into_iter().collect();
        match self.write(&facts, Some(&Head { path, expected: Some(expected), new }), &blobs)? {
            Appended::Written { .. } => self.workspace.put(path, file),
            // Another process saw it first: what it told is taken over.
            _ => self.know_path(path)?,
        }
        Ok(true)
    }

    /// Makes a file of which all changed what it was before. Whether it was still what it was known to be.
    ///
    /// # Errors
    /// If its earlier bytes are not kept, or it or the journal cannot be written.
    pub fn bring_back(&mut self, path: &str, earlier: &Earlier) -> Result<bool> {
        match earlier {
            Earlier::Text(plan) => self.carry_out(path, plan),
            Earlier::Whole(whole) => self.put_back(path, whole),
            Earlier::Absent => {
                let last = self.workspace.file(path).and_then(|file| file.wholes.last());
                let last = last.context("the file is not followed")?.clone();
                self.put_back(path, &Whole { hash: None, len: 0, why: GONE.to_owned(), ..last })
            }
        }
    }

    /// Makes a file what it was before an agent made something else of all of it. Whether it was still what it was known to be.
    ///
    /// # Errors
    /// As [`Store::bring_back`]; and where what stands there now is not kept, so that it would be lost.
    pub fn restore_whole(&mut self, path: &str, was: &Earlier) -> Result<bool> {
        match self.workspace.file(path).and_then(|file| file.wholes.last().filter(|_| file.is_whole && file.present)) {
            Some(last) if last.hash.is_none() => {
                bail!("what stands there now is {} and not kept: move it away first", last.why)
            }
            _ => self.bring_back(path, was),
        }
    }

    /// Gives a file the mode that it had before. Whether it still has the one that it was known to have.
    ///
    /// # Errors
    /// If it is not ours, or the journal cannot be written.
    pub fn put_mode_back(&mut self, path: &str, was: u32) -> Result<bool> {
        let full = self.place(path)?;
        let Some(is) = self.workspace.file(path).and_then(|file| file.mode) else { return Ok(false) };
        if disk::read(&full)?.mode != Some(is) {
            return Ok(false);
        }
        disk::set_mode(&full, was)?;
        let mode = Mode { was: Some(is), is: was, author: Author::User, evidence: Evidence::Buffer };
        self.journal_and_recall(&[Fact::of(path, now(), What::Mode(mode))])?;
        Ok(true)
    }

    /// Makes a file that has nothing in it, or deletes it where it still has nothing. Whether it was as it was known to be.
    ///
    /// # Errors
    /// If it or the journal cannot be written.
    pub fn put_empty_back(&mut self, path: &str, is_there: bool) -> Result<bool> {
        let full = self.place(path)?;
        let Some(expected) = self.planned_on(path)? else { return Ok(false) };
        if !disk::replace(&full, expected, is_there.then_some(&b""[..]))? {
            return Ok(false);
        }
        if let Some(mode) = self.workspace.file(path).and_then(|file| file.mode).filter(|_| is_there) {
            disk::set_mode(&full, mode)?;
        }
        self.read(path, false, false)?;
        Ok(true)
    }

    /// Journals that a file is accepted where it is, with the mode that it has.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn settle(&mut self, path: &str) -> Result<()> {
        self.journal_and_recall(&[Fact::of(path, now(), What::Settled)])
    }

    fn journal_and_recall(&mut self, facts: &[Fact]) -> Result<()> {
        self.append_new(facts)?;
        for fact in facts {
            self.workspace.recall(fact).map_err(|missing| anyhow::anyhow!("{missing}"))?;
        }
        Ok(())
    }

    /// Journals that a file that is no text is accepted as it is.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn accept_whole(&mut self, path: &str) -> Result<()> {
        let last = self.workspace.file(path).and_then(|file| file.wholes.last()).cloned();
        let decided = last.and_then(|last| self.workspace.decided(path, &last, now()));
        let Some((file, facts)) = decided else { return Ok(()) };
        self.append_new(&facts)?;
        self.workspace.put(path, file);
        Ok(())
    }
}
