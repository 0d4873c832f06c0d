//! What a didSave says of the changes before it, and what it says where none comes: editors are heard of late, and a change that makes a
//! buffer what the disk holds by then is a save or a reload.

use std::time::Instant;

use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{EditId, Lineage};
use countersign_core::weave::{EditIx, Entry};
use countersign_core::workspace::File;
use tower_lsp::gen_lsp_types::Uri;

use super::{Owner, SAVING};
use crate::disk;
use crate::store::now;

/// What a file's next didSave, or that none comes, is still to say.
#[derive(Debug, Default)]
pub(super) struct Saving {
    /// Edits of the editor's that may turn out to be a reload, and when each came.
    doubted: Vec<(EditId, Instant)>,
    /// When that is held to be so.
    pub(super) due: Option<Instant>,
    /// Edits that nobody announced and that the buffer came to show by a change of its own, and when: typing that was saved before it was
    /// heard of, if a didSave follows.
    followed: Option<(Vec<EditId>, Instant)>,
    /// When it was said that the next is one of nothing that was unsaved.
    of_nothing: Option<Instant>,
}

impl Owner {
    pub(super) fn saved(&mut self, uri: &Uri) {
        let Some(path) = self.path_of(uri) else { return };
        let came = self.came;
        let is_fresh = |at: Instant| came.saturating_duration_since(at) < SAVING;
        let is_busy = self.store.git.is_busy();
        let saving = self.saves.entry(path.clone()).or_default();
        let followed = saving.followed.take().filter(|(_, at)| is_fresh(*at));
        if saving.of_nothing.take().is_some_and(is_fresh) {
            // What the editor followed or reloaded just before is nobody's save, and doubts are to be resolved as without one.
            return self.read_watched(&path);
        }
        // What is in doubt for longer, since git is at it, this save did not write. A slow disk may keep a save for as long.
        saving.doubted.retain(|(_, at)| is_busy && !is_fresh(*at));
        if saving.doubted.is_empty() {
            saving.due = None;
        }
        self.read(&path, true);
        self.edit(&path, |file| {
            let mut records = file.document.own_save(&Act::user(now()));
            if let Some((ids, _)) = followed {
                records.extend(file.document.own(&ids, &Act::user(now())));
            }
            records
        });
    }

    /// The editor's plugin says that the next didSave writes nothing that was unsaved.
    pub(super) fn saves_nothing(&mut self, uri: &Uri) {
        if let Some(path) = self.path_of(uri) {
            self.saves.entry(path).or_default().of_nothing = Some(self.came);
        }
    }

    /// A document begins or ends: no didSave follows what was told of it before.
    pub(super) fn saves_no_more(&mut self, path: &str) {
        if let Some(saving) = self.saves.get_mut(path) {
            (saving.followed, saving.of_nothing) = (None, None);
        }
    }

    /// By its last change a buffer came to show these edits, which nobody announced.
    pub(super) fn may_have_saved(&mut self, path: &str, edits: Vec<EditId>) {
        let came = self.came;
        let saving = self.saves.entry(path.to_owned()).or_default();
        let fresh = saving.followed.take().filter(|(_, at)| came.saturating_duration_since(*at) < SAVING);
        saving.followed.insert(fresh.unwrap_or_else(|| (Vec::new(), came))).0.extend(edits);
    }

    /// Remembers that the last change of a clean buffer made it what the disk holds by then: a save that the editor told of late, if a
    /// didSave follows; else a reload of what nobody announced.
    pub(super) fn doubt(&mut self, path: &str, before: usize) {
        self.edit(path, |file| file.document.flush());
        let Some(file) = self.store.workspace.file(path) else { return };
        let came = self.came;
        let new: Vec<(EditId, Instant)> =
            file.document.weave().entries().skip(before).map(|(_, entry)| (entry.id, came)).collect();
        if !new.is_empty() {
            let saving = self.saves.entry(path.to_owned()).or_default();
            saving.doubted.extend(new);
            saving.due = Some(Instant::now() + SAVING);
            // What git put there stays git's, though somebody else writes on it before the doubt is over.
            if self.is_gits(path) && !self.is_in_the_making(path) {
                self.settle_doubt(path);
                self.read(path, false);
            }
        }
    }

    /// What nobody announced to the letter that stands on disk and not in a buffer.
    pub(super) fn unannounced_and_lacked(&self, path: &str) -> Vec<EditId> {
        let Some(file) = self.store.workspace.file(path) else { return Vec::new() };
        let weave = file.document.weave();
        let entries = weave.missing(Lineage::Editor).iter().map(|ix| weave.entry(*ix));
        let is_unannounced = |entry: &&Entry| entry.author == Author::External || entry.evidence.is_a_guess();
        entries.filter(is_unannounced).map(|entry| entry.id).collect()
    }

    fn doubted(&self, path: &str) -> &[(EditId, Instant)] {
        self.saves.get(path).map(|saving| saving.doubted.as_slice()).unwrap_or_default()
    }

    /// Whether some of a buffer may have been reloaded, and nothing else is its own: one who writes often is reloaded again before the
    /// first time was made out.
    pub(super) fn is_doubted(&self, path: &str, file: &File) -> bool {
        !self.doubted(path).is_empty() && self.has_nothing_own(path, file)
    }

    /// Whether a buffer has nothing of its own but what it may have reloaded.
    pub(super) fn has_nothing_own(&self, path: &str, file: &File) -> bool {
        let weave = file.document.weave();
        let doubted = self.doubted(path);
        let own = |ix: &&EditIx| !weave.missing(Lineage::Editor).contains(ix);
        weave
            .missing(Lineage::Disk)
            .iter()
            .filter(own)
            .all(|ix| doubted.iter().any(|(id, _)| *id == weave.entry(*ix).id))
    }

    /// No didSave has come for these files in time: what their buffers became by their last changes was someone else's doing, or git's, which
    /// is nobody's. While someone is still at it, that is told later.
    pub(super) fn resolve_doubts(&mut self) {
        let is_due = |saving: &Saving| saving.due.is_some_and(|due| due <= self.came);
        let due = self.saves.iter().filter(|(_, saving)| is_due(saving)).map(|(path, _)| path.clone());
        for path in due.collect::<Vec<_>>() {
            if !self.is_in_the_making(&path) {
                self.settle_doubt(&path);
                self.read(&path, false);
            } else if let Some(saving) = self.saves.get_mut(&path) {
                saving.due = Some(Instant::now() + SAVING);
            }
        }
    }

    /// Nobody waits for a didSave any more, and all that was told of is journaled.
    pub(super) fn leave_no_doubt(&mut self) {
        for path in self.saves.keys().cloned().collect::<Vec<_>>() {
            if !self.doubted(&path).is_empty() {
                self.settle_doubt(&path);
                self.read(&path, false);
            }
        }
        self.flush_all();
    }

    /// Whether the disk holds what git put there.
    fn is_gits(&self, path: &str) -> bool {
        disk::read(&self.store.root.join(path)).is_ok_and(|reading| self.store.git.put(path, &reading))
    }

    fn settle_doubt(&mut self, path: &str) {
        let Some(saving) = self.saves.get_mut(path) else { return };
        saving.due = None;
        let doubted = std::mem::take(&mut saving.doubted);
        if doubted.is_empty() {
            return;
        }
        let reading = disk::read(&self.store.root.join(path));
        let act = reading.map_or_else(|_| Act::external(now()), |reading| self.store.whose(path, &reading));
        self.edit(path, |file| {
            let weave = file.document.weave();
            let deeds = doubted.iter().filter_map(|(id, _)| weave.ix(*id)).flat_map(|ix| weave.deeds_of(ix)).collect();
            file.document.claim(deeds, &act)
        });
    }
}
