//! What the editor tells of its documents: opened, changed, closed; and which of its changes are reloads.

use std::time::{Duration, Instant};

use countersign_core::diff::{distance, is_on_the_way};
use countersign_core::document::Act;
use countersign_core::edit::{EditId, Evidence, Lineage};
use countersign_core::weave::{Splice, View};
use countersign_core::workspace::{Content, File};
use ropey::Rope;
use tower_lsp::gen_lsp_types::{Range, TextDocumentContentChangeEvent, Uri};

use super::super::ext::DidEditParams;
use super::super::position::{self, Encoding};
use super::{FLUSH, Owner, PAUSE};
use crate::store::{is_announced, now};

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
        self.saves_no_more(&path);
        self.buffers.insert(path.clone(), Buffer { uri, version, typing: Vec::new() });
        let text = Rope::from_str(text);
        self.read_opened(&path, &text);
        if self.store.workspace.file(&path).is_none() && self.store.begin(&path, &Content::Absent).is_err() {
            return;
        }
        self.edit(&path, |file| file.document.opened(text, &Act::user(now())));
        self.schedule(&path, Duration::ZERO);
    }

    /// A document that is followed, with its path: of several that show one file, by links, the last to be opened.
    fn buffer_of(&mut self, uri: &Uri) -> Option<(String, &mut Buffer)> {
        let path = self.path_of(uri)?;
        let buffer = self.buffers.get_mut(&path).filter(|buffer| buffer.uri == *uri)?;
        Some((path, buffer))
    }

    pub(super) fn changed(&mut self, uri: &Uri, version: i32, changes: &[TextDocumentContentChangeEvent]) {
        let Some((path, buffer)) = self.buffer_of(uri) else { return };
        let is_typed = buffer.is_typed(version);
        buffer.advance(version);
        let act = match self.writing.get(&path).filter(|_| !is_typed) {
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
            self.may_have_saved(&path, followed);
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
        if let Some((_, buffer)) = self.buffer_of(&params.uri)
            && params.version > buffer.version
        {
            buffer.typing.retain(|(from, _)| *from < params.version);
            buffer.typing.push((params.version, params.typed));
        }
    }

    pub(super) fn closed(&mut self, uri: &Uri) {
        let Some((path, _)) = self.buffer_of(uri) else { return };
        self.flush(&path);
        self.buffers.remove(&path);
        self.saves_no_more(&path);
        self.edit(&path, |file| file.document.closed());
        self.schedule(&path, Duration::ZERO);
    }

    /// Whether a change, which makes this text, is the editor's reload of what was written to disk before any watcher told of it. By the
    /// time that is heard of here, the disk may have been written again.
    fn reload(&mut self, path: &str, text: &Rope) -> Reload {
        self.catch_up();
        let Some((content, facts)) = self.foretell(path) else { return Reload::No };
        let Some(file) = self.store.workspace.file(path) else { return Reload::No };
        let announced = facts.iter().any(is_announced);
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

    /// How many edits a file has.
    fn edits_of(&self, path: &str) -> usize {
        self.store.workspace.file(path).map_or(0, |file| file.document.weave().entries().len())
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
