//! What happens on disk and in the journal while a server runs.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use countersign_core::edit::Lineage;
use countersign_core::event::Fact;
use countersign_core::workspace::{Content, File, Sight};
use ropey::Rope;
use tower_lsp::gen_lsp_types::Uri;

use super::super::inbox::Event;
use super::{Owner, SAVING};
use crate::config::FILE_NAME;
use crate::disk;
use crate::store::{is_guessed, is_unexplained, now};

/// The coarsest time that a file system keeps of a file's last change.
const COARSE: Duration = Duration::from_secs(2);
/// A file that stays empty longer than this was meant to be.
const FILLED: Duration = Duration::from_secs(3);

impl Owner {
    pub(super) fn disk_changed(&mut self, paths: &[PathBuf]) {
        self.catch_up();
        let root = self.store.root.clone();
        let mut changed = BTreeSet::new();
        for full in paths {
            if full.file_name().is_some_and(|name| name == FILE_NAME) && full.parent() == Some(&root) {
                self.reload_policy();
            }
            let Some(path) = full.to_str().and_then(|full| disk::relative(&root, &root, full)) else { continue };
            let followed = self.store.workspace.file(&path).is_some();
            let there =
                std::fs::symlink_metadata(full).is_ok_and(|meta| meta.is_file() || followed && meta.is_symlink());
            // What is none of ours and goes again at once, as editors' own temporary files, is not followed.
            if !path.starts_with(".git/") && (followed || there) && !is_temporary(&path) {
                changed.insert(path);
            } else if !there {
                // A folder that went: what was in it is not told of.
                changed.extend(self.followed_below(&path));
            }
        }
        self.settle_moves(&changed);
        for path in changed {
            self.read_watched(&path);
        }
    }

    fn followed_below(&self, folder: &str) -> Vec<String> {
        let below = format!("{folder}/");
        let files = self.store.workspace.files().filter(|(path, file)| file.present && path.starts_with(&below));
        files.map(|(path, _)| path.to_owned()).collect()
    }

    fn settle_moves(&mut self, paths: &BTreeSet<String>) {
        match self.store.settle_moves(paths, false) {
            Ok(moved) => moved.iter().for_each(|path| self.schedule(path, Duration::ZERO)),
            Err(error) => tracing::warn!("{error:#}"),
        }
    }

    /// The editor says that the user gave files, or folders, other names.
    pub(super) fn renamed(&mut self, files: &[(Uri, Uri)]) {
        self.flush_all();
        self.catch_up();
        for (from, to) in files {
            let (Some(from), Some(to)) = (self.path_of(from), self.path_of(to)) else { continue };
            let inside =
                self.followed_below(&from).into_iter().map(|path| (format!("{to}{}", &path[from.len()..]), path));
            for (to, from) in inside.chain([(to.clone(), from.clone())]).collect::<Vec<_>>() {
                match self.store.renamed_by_user(&from, &to) {
                    Ok(true) => {
                        self.read(&to, false);
                        self.schedule(&from, Duration::ZERO);
                    }
                    Ok(false) => {}
                    Err(error) => tracing::warn!("{from}: {error:#}"),
                }
            }
        }
    }

    /// Looks anew at all files that are followed, and asks git, beside, which others differ.
    pub(super) fn rescan(&mut self) {
        match self.store.journal().heads() {
            Ok(heads) => {
                // Those that are gone are looked for first among those that git says are new.
                let gone = self.lost();
                self.scan(heads.into_iter().map(|(path, _)| path).filter(|path| !gone.contains(path)).collect());
            }
            Err(error) => self.complain(&format!("cannot read the files anew: {error:#}")),
        }
        let (git, inbox) = (self.store.git.clone(), self.inbox.clone());
        let ask = move || {
            let dirty = git.dirty().inspect_err(|error| tracing::warn!("{error:#}"));
            inbox.tell(Event::Dirty(dirty.unwrap_or_default().paths));
        };
        if let Err(error) = std::thread::Builder::new().name("git".to_owned()).spawn(ask) {
            tracing::error!("git is not asked: {error}");
        }
        self.schedule_all();
    }

    /// Followed files that are not there any more.
    fn lost(&self) -> BTreeSet<String> {
        let root = &self.store.root;
        let lost = self.store.workspace.files().filter(|(path, file)| file.present && disk::is_gone(root, path, path));
        lost.map(|(path, _)| path.to_owned()).collect()
    }

    /// Git says that these files differ from what was committed: those that are not followed yet are.
    pub(super) fn found_dirty(&mut self, paths: Vec<String>) {
        let mut found = self.lost();
        found.extend(paths.into_iter().filter(|path| self.store.workspace.file(path).is_none_or(|file| !file.present)));
        self.settle_moves(&found);
        self.scan(found.into_iter().collect());
    }

    pub(in super::super) fn catch_up(&mut self) {
        match self.store.catch_up() {
            Ok(touched) if touched.is_empty() => {}
            Ok(touched) => {
                for path in touched {
                    self.schedule(&path, Duration::ZERO);
                }
            }
            Err(error) => self.complain(&format!("{error:#}")),
        }
    }

    /// Reads a file and takes note of what it holds.
    pub(in super::super) fn read(&mut self, path: &str, saved: bool) {
        self.flush(path);
        self.postponed.remove(path);
        match Stamp::of(&self.store.root.join(path)) {
            Some(stamp) => self.looked.insert(path.to_owned(), stamp),
            None => self.looked.remove(path),
        };
        match self.store.read(path, saved, !self.buffers.contains_key(path)) {
            Ok(_) => self.schedule(path, Duration::ZERO),
            Err(error) => tracing::warn!("{path}: {error:#}"),
        }
    }

    /// What the disk holds of a file, and what taking note of it would come to.
    pub(in super::super) fn foretell(&self, path: &str) -> Option<(Content, Vec<Fact>)> {
        let found = disk::read(&self.store.root.join(path)).ok()?;
        let written = found.modified.unwrap_or_else(now).min(now());
        let sight = Sight { written, at: now(), ..Sight::default() };
        if self.store.workspace.knows(path, &found.content, &sight) {
            return Some((found.content, Vec::new()));
        }
        let (_, facts) = self.store.workspace.read(path, &found.content, &sight)?;
        Some((found.content, facts))
    }

    /// Reads a file of which a watcher told. What nobody announced may be a save whose keys, or whose didSave, are still on their way
    /// here, or git's doing, which moves HEAD last: it is looked at again a little later.
    pub(super) fn read_watched(&mut self, path: &str) {
        if self.is_unexplained(path) {
            self.postponed.insert(path.to_owned(), Instant::now() + SAVING);
        } else {
            self.read(path, false);
        }
    }

    /// Reads a file that the editor opens with a text. Where the disk has another by now, which nobody announced, it may be that text with
    /// keys in it that are still on their way here, saved already.
    pub(super) fn read_opened(&mut self, path: &str, text: &Rope) {
        let known = self.store.workspace.file(path).is_some_and(|file| file.document.text(Lineage::Disk) == text);
        if known { self.read_watched(path) } else { self.read(path, false) }
    }

    /// Reads a file that may have changed while nobody looked, or that was to be looked at again; what nobody announced, later, while someone is
    /// still at it.
    pub(in super::super) fn read_as_found(&mut self, path: &str) {
        let is_in_the_making = self.is_in_the_making(path) || self.store.git.may_move_head();
        if is_in_the_making && self.is_unexplained(path) {
            self.postponed.insert(path.to_owned(), Instant::now() + SAVING);
        } else {
            self.read(path, false);
        }
    }

    /// Whether a file is not yet what it will be: git is in the middle of something, or somebody writes it anew.
    pub(super) fn is_in_the_making(&self, path: &str) -> bool {
        self.store.git.is_busy() || self.was_emptied(path)
    }

    /// Whether somebody emptied a file just now, as those do who write it anew, on a slow disk long before they fill it.
    fn was_emptied(&self, path: &str) -> bool {
        let is_young = |meta: &Metadata| meta.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age < FILLED));
        let meta = std::fs::symlink_metadata(self.store.root.join(path));
        let held = |file: &File| file.document.text(Lineage::Disk).len_bytes() > 0;
        meta.is_ok_and(|meta| meta.len() == 0 && is_young(&meta)) && self.store.workspace.file(path).is_some_and(held)
    }

    /// Whether what a file holds may be a save that the editor has not told of yet: nobody announced it to the letter.
    fn is_unexplained(&self, path: &str) -> bool {
        let facts = self.foretell(path).map(|(_, facts)| facts).unwrap_or_default();
        is_unexplained(&facts) || self.buffers.contains_key(path) && is_guessed(&facts)
    }

    /// Whether a file may hold something else than when it was read last.
    pub(super) fn has_moved(&self, path: &str) -> bool {
        let stamp = Stamp::of(&self.store.root.join(path));
        stamp.as_ref() != self.looked.get(path) || stamp.is_some_and(Stamp::may_be_another)
    }
}

/// What tells whether a file was changed in any way: when that was last, which no program sets, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Seconds since the Unix epoch, and nanoseconds.
    changed: (i64, i64),
    len: u64,
}

impl Stamp {
    fn of(full: &Path) -> Option<Self> {
        let meta = std::fs::symlink_metadata(full).ok()?;
        Some(Self { changed: (meta.ctime(), meta.ctime_nsec()), len: meta.len() })
    }

    /// Whether the file may have been changed again at this time: it is told in whole seconds, and that is not over for long.
    fn may_be_another(self) -> bool {
        let (seconds, nanoseconds) = self.changed;
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap_or_default());
        nanoseconds == 0 && then.elapsed().is_ok_and(|elapsed| elapsed < COARSE)
    }
}

/// Whether a path is of the kind that programs write and throw away again.
fn is_temporary(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with('~') || name.ends_with(".swp") || name.ends_with(".tmp") || name == "4913" || disk::is_aside(name)
}
