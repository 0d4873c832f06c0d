//! What the editor tells of its documents: opened, changed, saved, closed; and which of its changes are reloads.

use std::time::{Duration, Instant};

use countersign_core::author::Author;
use countersign_core::diff::{distance, is_on_the_way};
use countersign_core::document::Act;
use countersign_core::edit::{EditId, Evidence, Lineage};
use countersign_core::weave::{EditIx, Splice, View};
use countersign_core::workspace::{Content, File};
use ropey::Rope;
use tower_lsp::gen_lsp_types::{Range, TextDocumentContentChangeEvent, Uri};

use super::super::ext::DidEditParams;
use super::super::position::{self, Encoding};
use super::{FLUSH, Owner, PAUSE, SAVING};
use crate::disk;
use crate::store::now;

/// A document that the editor has open.
#[derive(Clone, Debug)]
pub(in super::super) struct Buffer {
    pub(in super::super) uri: Uri,
    pub(in super::super) version: i32,
    /// From which version on changes are typed, or not known to be, as the editor's plugin said it; from the oldest that still counts.
    typing: Vec<(i32, bool)>,
}

impl Buffer {
    /// Whether all changes between the last version and this one were typed: nothing else is said of any.
    fn is_typed(&self, version: i32) -> bool {
        let said = self.typing.iter().filter(|(from, _)| *from <= version);
        self.typing.first().is_some_and(|(from, _)| *from <= version) && said.clone().all(|(_, typed)| *typed)
    }

    /// The text is at this version now.
    fn advance(&mut self, version: i32) {
        self.version = version;
        let past = self.typing.iter().filter(|(from, _)| *from <= version).count();
        self.typing.drain(..past.saturating_sub(1));
    }
}

/// What a change of a buffer is, seen against the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reload {
    /// The buffer is not what the disk holds.
    No,
    /// It is now, or is on the way to it, and an agent announced that.
    Announced,
    /// It is now, and went farther for that than typing goes: it was behind the disk, or the editor gave up what was its own.
    Known,
    /// It is now, or is on the way to it, and nobody announced it.
    OrSave,
}

impl Owner {
    /// The text that is shown of a file: the editor's where it has one of its own or is up to date, else the disk's. A clean buffer
    /// that is behind the disk does not count as open.
    pub(in super::super) fn lineage(&self, path: &str) -> Lineage {
        let open = self.buffers.contains_key(path);
        let behind = self.store.workspace.file(path).is_some_and(is_behind);
        if open && !behind { Lineage::Editor } else { Lineage::Disk }
    }

    /// A place on the editor's screen, in bytes of the text that [`Self::lineage`] names.
    pub(in super::super) fn place_shown(&self, path: &str, range: Range) -> std::ops::Range<usize> {
        let Some(file) = self.store.workspace.file(path) else { return 0..0 };
        let open = self.buffers.contains_key(path);
        let screen = if open { Lineage::Editor } else { Lineage::Disk };
        let bytes = position::to_bytes(file.document.text(screen), range, self.encoding);
        if self.lineage(path) == screen { bytes } else { file.document.carried(screen, &bytes) }
    }

    /// Where bytes of that text are on the screen: what a buffer lacks, at its nearest line.
    pub(in super::super) fn range_shown(&self, path: &str, bytes: &std::ops::Range<usize>) -> Range {
        let Some(file) = self.store.workspace.file(path) else { return Range::default() };
        let screen = if self.buffers.contains_key(path) { Lineage::Editor } else { Lineage::Disk };
        let lineage = self.lineage(path);
        let len = file.document.text(lineage).len_bytes();
        let bytes = bytes.start.min(len)..bytes.end.min(len);
        let bytes = if lineage == screen { bytes } else { file.document.carried(lineage, &bytes) };
        position::to_range(file.document.text(screen), bytes, self.encoding)
    }

    pub(super) fn opened(&mut self, uri: Uri, version: i32, text: &str) {
        let Some(path) = self.path_of(&uri) else { return };
        self.saving_nothing.remove(&path);
        self.buffers.insert(path.clone(), Buffer { uri, version, typing: Vec::new() });
        let text = Rope::from_str(text);
        self.read_opened(&path, &text);
        if self.store.workspace.file(&path).is_none() && self.store.begin(&path, &Content::Absent).is_err() {
            return;
        }
        self.edit(&path, |file| file.document.opened(text, &Act::user(now())));
        self.schedule(&path, Duration::ZERO);
    }

    pub(super) fn changed(&mut self, uri: &Uri, version: i32, changes: &[TextDocumentContentChangeEvent]) {
        let Some(path) = self.path_of(uri) else { return };
        let Some(buffer) = self.buffers.get_mut(&path) else { return };
        let is_typed = buffer.is_typed(version);
        buffer.advance(version);
        let act = match self.writing.get(&path) {
            Some(author) => Act::agent(author.clone(), Evidence::Content, now()),
            None => Act::user(now()),
        };
        let Some(file) = self.store.workspace.file(&path) else { return };
        let was_clean = !file.document.is_dirty();
        let mut text = file.document.text(Lineage::Editor).clone();
        let splices: Vec<Splice> = changes.iter().map(|change| splice(&mut text, change, self.encoding)).collect();
        let may_reload = !was_clean && self.has_nothing_own(&path, file) || self.has_moved(&path);
        let reload = if may_reload && !is_typed { self.reload(&path, &text) } else { Reload::No };
        if matches!(reload, Reload::Announced | Reload::Known) {
            self.read(&path, false);
        }
        let (before, lacked) = (self.edits_of(&path), self.unannounced_and_lacked(&path));
        self.edit(&path, |file| file.document.typed(&splices, &act));
        let lacks = self.unannounced_and_lacked(&path);
        let followed: Vec<EditId> = lacked.into_iter().filter(|id| !lacks.contains(id)).collect();
        if is_typed && !followed.is_empty() {
            // A hook saw it on disk before it was heard of here.
            self.edit(&path, |file| file.document.own(&followed, &Act::user(now())));
        } else if !followed.is_empty() {
            let came = self.came;
            self.followed.retain(|_, (_, at)| came.saturating_duration_since(*at) < SAVING);
            self.followed.entry(path.clone()).or_insert_with(|| (Vec::new(), came)).0.extend(followed);
        }
        if reload == Reload::OrSave {
            self.doubt(&path, before);
        }
        // That a buffer is no longer what the disk has, other processes know at once: they leave its file alone then.
        let wait = if was_clean { Duration::ZERO } else { FLUSH };
        self.unflushed.entry(path.clone()).or_insert_with(|| Instant::now() + wait);
        self.schedule(&path, PAUSE);
    }

    /// The editor's plugin says who makes a document's changes from a version on.
    pub(super) fn told_of_edits(&mut self, params: &DidEditParams) {
        let Some(path) = self.path_of(&params.uri) else { return };
        if let Some(buffer) = self.buffers.get_mut(&path)
            && params.version > buffer.version
        {
            buffer.typing.retain(|(from, _)| *from < params.version);
            buffer.typing.push((params.version, params.typed));
        }
    }

    pub(super) fn saved(&mut self, uri: &Uri) {
        let Some(path) = self.path_of(uri) else { return };
        let came = self.came;
        let is_fresh = |at: Instant| came.saturating_duration_since(at) < SAVING;
        if self.saving_nothing.remove(&path).is_some_and(is_fresh) {
            // What the editor followed or reloaded just before is nobody's save, and doubts are to be resolved as without one.
            self.followed.remove(&path);
            return self.read_watched(&path);
        }
        let is_busy = self.store.git.is_busy();
        if let Some(doubted) = self.doubted.get_mut(&path) {
            // What is in doubt for longer, since git is at it, this save did not write. A slow disk may keep a save for as long.
            doubted.retain(|(_, at)| is_busy && !is_fresh(*at));
            if doubted.is_empty() {
                self.doubted.remove(&path);
                self.doubts.remove(&path);
            }
        }
        let followed = self.followed.remove(&path).filter(|(_, at)| is_fresh(*at));
        self.read(&path, true);
        self.edit(&path, |file| {
            let mut records = file.document.own_save(&Act::user(now()));
            if let Some((ids, _)) = followed {
                records.extend(file.document.own(&ids, &Act::user(now())));
            }
            records
        });
    }

    pub(super) fn closed(&mut self, uri: &Uri) {
        let Some(path) = self.path_of(uri) else { return };
        self.flush(&path);
        self.buffers.remove(&path);
        self.followed.remove(&path);
        self.saving_nothing.remove(&path);
        self.edit(&path, |file| file.document.closed());
        self.schedule(&path, Duration::ZERO);
    }

    /// Whether a change, which makes this text, is the editor's reload of what was written to disk before any watcher told of it. By the
    /// time that is heard of here, the disk may have been written again.
    fn reload(&mut self, path: &str, text: &Rope) -> Reload {
        self.catch_up();
        let Some((content, facts)) = self.foretell(path) else { return Reload::No };
        let Some(file) = self.store.workspace.file(path) else { return Reload::No };
        let announced = facts.iter().any(|fact| fact.session().is_some());
        match content {
            Content::Text(disk) if disk == *text => {
                if announced {
                    Reload::Announced
                } else if file.document.is_dirty() && is_nearer(file, text) {
                    Reload::Known
                } else if !file.document.is_dirty() || self.is_doubted(path, file) {
                    Reload::OrSave
                } else {
                    Reload::No
                }
            }
            // An editor that looks while the file is written anew finds it emptied, and not filled yet.
            Content::Text(_) if text.len_bytes() == 0 && self.has_moved(path) && self.has_nothing_own(path, file) => {
                Reload::OrSave
            }
            Content::Text(disk) if self.has_nothing_own(path, file) => {
                let [before, text, disk] = [file.document.text(Lineage::Editor), text, &disk].map(Rope::to_string);
                match is_on_the_way(&before, &text, &disk) {
                    true if announced => Reload::Announced,
                    true => Reload::OrSave,
                    false => Reload::No,
                }
            }
            _ => Reload::No,
        }
    }

    /// Remembers that the last change of a clean buffer made it what the disk holds by then: a save that the editor told of late, if a
    /// didSave follows; else a reload of what nobody announced.
    fn doubt(&mut self, path: &str, before: usize) {
        self.edit(path, |file| file.document.flush());
        let Some(file) = self.store.workspace.file(path) else { return };
        let came = self.came;
        let new: Vec<(EditId, Instant)> =
            file.document.weave().entries().skip(before).map(|(_, entry)| (entry.id, came)).collect();
        if !new.is_empty() {
            self.doubted.entry(path.to_owned()).or_default().extend(new);
            self.doubts.insert(path.to_owned(), Instant::now() + SAVING);
            // What git put there stays git's, though somebody else writes on it before the doubt is over.
            if self.is_gits(path) && !self.is_in_the_making(path) {
                self.settle_doubt(path);
                self.read(path, false);
            }
        }
    }

    /// What nobody announced that stands on disk and not in a buffer.
    fn unannounced_and_lacked(&self, path: &str) -> Vec<EditId> {
        let Some(file) = self.store.workspace.file(path) else { return Vec::new() };
        let weave = file.document.weave();
        let entries = weave.missing(Lineage::Editor).iter().map(|ix| weave.entry(*ix));
        entries.filter(|entry| entry.author == Author::External).map(|entry| entry.id).collect()
    }

    /// How many edits a file has.
    fn edits_of(&self, path: &str) -> usize {
        self.store.workspace.file(path).map_or(0, |file| file.document.weave().entries().len())
    }

    /// Whether some of a buffer may have been reloaded, and nothing else is its own: one who writes often is reloaded again before the
    /// first time was made out.
    fn is_doubted(&self, path: &str, file: &File) -> bool {
        self.doubted.get(path).is_some_and(|doubted| !doubted.is_empty()) && self.has_nothing_own(path, file)
    }

    /// Whether a buffer has nothing of its own but what it may have reloaded.
    fn has_nothing_own(&self, path: &str, file: &File) -> bool {
        let weave = file.document.weave();
        let doubted = self.doubted.get(path).map(Vec::as_slice).unwrap_or_default();
        let own = |ix: &&EditIx| !weave.missing(Lineage::Editor).contains(ix);
        weave
            .missing(Lineage::Disk)
            .iter()
            .filter(own)
            .all(|ix| doubted.iter().any(|(id, _)| *id == weave.entry(*ix).id))
    }

    /// No didSave came: what the buffer became by its last changes was someone else's doing, or git's, which is nobody's. False
    /// while someone is still at it: then that is told later.
    pub(super) fn resolve_doubt(&mut self, path: &str) -> bool {
        if self.is_in_the_making(path) {
            self.doubts.insert(path.to_owned(), Instant::now() + SAVING);
            return false;
        }
        self.settle_doubt(path);
        true
    }

    /// Nobody waits for a didSave any more, and all that was told of is journaled: the server may end.
    pub(in super::super) fn leave_no_doubt(&mut self) {
        for path in self.doubted.keys().cloned().collect::<Vec<_>>() {
            self.settle_doubt(&path);
            self.read(&path, false);
        }
        self.flush_all();
    }

    /// Whether the disk holds what git put there.
    fn is_gits(&self, path: &str) -> bool {
        disk::read(&self.store.root.join(path)).is_ok_and(|reading| self.store.git.put(path, &reading))
    }

    fn settle_doubt(&mut self, path: &str) {
        self.doubts.remove(path);
        if let Some(doubted) = self.doubted.remove(path) {
            let act = if self.is_gits(path) { Act::nobody(now()) } else { Act::external(now()) };
            self.edit(path, |file| {
                let weave = file.document.weave();
                let deeds =
                    doubted.iter().filter_map(|(id, _)| weave.ix(*id)).flat_map(|ix| weave.deeds_of(ix)).collect();
                file.document.claim(deeds, &act)
            });
        }
    }
}

/// Whether a file's buffer has nothing of its own, and lacks what the disk has.
fn is_behind(file: &File) -> bool {
    let weave = file.document.weave();
    let disk = View::of(weave, Lineage::Disk);
    file.document.is_open()
        && file.document.is_dirty()
        && weave.missing(Lineage::Disk).iter().all(|ix| weave.missing(Lineage::Editor).contains(ix))
        && weave.missing(Lineage::Editor).iter().any(|ix| disk.shows(*ix))
}

/// Whether a text is nearer to what the disk was known to hold than to what the buffer held: keys lead away from it, unless many are told of
/// at once, and then a save follows.
fn is_nearer(file: &File, text: &Rope) -> bool {
    let text = text.to_string();
    let away = |lineage| distance(&file.document.text(lineage).to_string(), &text);
    away(Lineage::Disk) < away(Lineage::Editor)
}

/// A change as the editor sent it, in bytes of the text that the changes before it left, which it changes too.
fn splice(text: &mut Rope, change: &TextDocumentContentChangeEvent, encoding: Encoding) -> Splice {
    let splice = match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(partial) => {
            Splice::new(position::to_bytes(text, partial.range, encoding), partial.text.clone())
        }
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
            Splice::new(0..text.len_bytes(), whole.text.clone())
        }
    };
    let (start, end) = (text.byte_to_char(splice.range.start), text.byte_to_char(splice.range.end));
    text.remove(start..end);
    text.insert(start, &splice.text);
    splice
}
