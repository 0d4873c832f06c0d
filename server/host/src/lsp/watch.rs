//! Our own eyes on the disk: editors report too little of it. Every folder that git does not ignore is watched; new ones are walked
//! again when they are made, and when the kernel says that it lost events all that is known is read anew.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::differing::{Asked, Differing, Eyes, Said};
use super::inbox::{Event, Inbox};
use crate::git::Git;

/// Events that come this close together are told as one.
const TOGETHER: Duration = Duration::from_millis(50);
/// So many looks into files hold nothing up.
const MANY: usize = 256;

/// What the watcher hears.
#[derive(Debug)]
pub(super) enum Heard {
    Disk(notify::Result<notify::Event>),
    /// A hook asks what differs.
    Asked(Asked),
    /// What git said of that.
    Git(Option<Said>),
}

/// Watches a workspace, and the file that is written when something was journaled, until the process ends. What cannot be watched is
/// said. Where to ask what differs.
pub(super) fn watch(root: &Path, wake: &Path, git: &Git, inbox: Inbox, say: impl Fn(String) + Send + 'static) -> Eyes {
    let (sender, heard) = channel();
    let folder = wake.parent().unwrap_or(root).to_owned();
    let eyes = Eyes { git: git.clone(), folder, watcher: sender };
    let (root, wake, own) = (root.to_owned(), wake.to_owned(), eyes.clone());
    let started = std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        if let Err(error) = run(&root, &wake, &own, &heard, &inbox, &say) {
            say(format!("Changes on disk are not watched: {error}"));
        }
    });
    if let Err(error) = started {
        tracing::error!("no watcher: {error}");
    }
    eyes
}

fn run(
    root: &Path,
    wake: &Path,
    eyes: &Eyes,
    events: &Receiver<Heard>,
    inbox: &Inbox,
    say: &dyn Fn(String),
) -> notify::Result<()> {
    let sender = eyes.watcher.clone();
    // The callback must only hand on, or the kernel's queue runs over.
    let mut watcher = notify::recommended_watcher(move |event| {
        let _ = sender.send(Heard::Disk(event));
    })?;
    let mut watched = HashSet::new();
    let mut differing = Differing::new(eyes.git.clone(), root, eyes.watcher.clone());
    walk(root, &mut watcher, &mut watched, &mut differing, say);
    for folder in wake.parent().into_iter().chain(eyes.git.dir()) {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    inbox.tell(Event::Rescan);
    let mut paths: HashSet<PathBuf> = HashSet::new();
    let (mut lost, mut journaled, mut moved) = (false, false, false);
    // When something was heard that was no look into a file, and how many looks since.
    let (mut last, mut looks) = (Instant::now(), 0);
    loop {
        let idle = paths.is_empty() && !lost && !journaled && !differing.is_due;
        let event = if idle {
            events.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            let wait = TOGETHER.saturating_sub(last.elapsed());
            match (wait.is_zero(), looks < MANY) {
                (false, _) => events.recv_timeout(wait),
                // What came long ago may go with what is told: a name that one file lost and another got.
                (true, true) => events.try_recv().map_err(|_| RecvTimeoutError::Timeout),
                // Where programs read all the time, something always waits to be heard.
                (true, false) => Err(RecvTimeoutError::Timeout),
            }
        };
        if event.as_ref().is_ok_and(is_a_look) {
            looks += 1;
        } else {
            (last, looks) = (Instant::now(), 0);
        }
        match event {
            Ok(Heard::Asked(asked)) => differing.is_asked(asked),
            Ok(Heard::Git(said)) => {
                for folder in differing.hears(said, &watched) {
                    // Git ignores it and follows something in it all the same.
                    match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                        Ok(()) => drop(watched.insert(folder)),
                        Err(_) => differing.is_blind(),
                    }
                }
            }
            Ok(Heard::Disk(Ok(event))) => {
                if event.need_rescan() {
                    lost = true;
                    differing.forget();
                }
                let made = matches!(
                    event.kind,
                    EventKind::Create(CreateKind::Folder | CreateKind::Any)
                        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
                );
                for path in event.paths {
                    if wake.parent().is_some_and(|folder| path.starts_with(folder)) {
                        journaled |= path == *wake;
                        differing.sees_mark(&path);
                    } else if eyes.git.dir().is_some_and(|dir| path.starts_with(dir)) {
                        differing.is_due = true;
                    } else if made && path.is_dir() && !is_ignored(&path) {
                        if matches!(event.kind, EventKind::Modify(_)) {
                            // What is in it is known by its old name.
                            differing.forget();
                            moved = true;
                        }
                        // What was put in it before it was watched was not told.
                        let found = walk(&path, &mut watcher, &mut watched, &mut differing, say);
                        found.iter().for_each(|file| differing.touches(file));
                        paths.extend(found);
                    } else {
                        // One that was open to be written may have been, by a way of which nothing is told.
                        let is_closed = matches!(event.kind, EventKind::Access(AccessKind::Close(AccessMode::Write)));
                        if is_closed || !matches!(event.kind, EventKind::Access(_)) {
                            differing.touches(&path);
                        }
                        if !matches!(event.kind, EventKind::Access(_)) {
                            paths.insert(path);
                        }
                    }
                }
            }
            Ok(Heard::Disk(Err(error))) => {
                tracing::warn!("watching: {error}");
                lost = true;
                differing.forget();
            }
            Err(RecvTimeoutError::Timeout) => {
                if std::mem::take(&mut moved) {
                    walk(root, &mut watcher, &mut watched, &mut differing, say);
                }
                if differing.is_due {
                    differing.settle();
                }
                if std::mem::take(&mut journaled) {
                    inbox.tell(Event::Journal);
                }
                if std::mem::take(&mut lost) {
                    inbox.tell(Event::Rescan);
                }
                if !paths.is_empty() {
                    inbox.tell(Event::Disk(paths.drain().collect()));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Whether somebody only looked into a file: nothing is to come of it.
fn is_a_look(heard: &Heard) -> bool {
    matches!(heard, Heard::Disk(Ok(event)) if matches!(event.kind, EventKind::Access(_)))
}

/// Whether git ignores a new folder, in one of which that is not so.
fn is_ignored(folder: &Path) -> bool {
    let Some(parent) = folder.parent() else { return false };
    let mut beside = WalkBuilder::new(parent).hidden(false).ignore(false).max_depth(Some(1)).build().flatten();
    !beside.any(|entry| entry.path() == folder)
}

/// Watches a folder and all below it that git does not ignore. The files there.
fn walk(
    root: &Path,
    watcher: &mut RecommendedWatcher,
    watched: &mut HashSet<PathBuf>,
    differing: &mut Differing,
    say: &dyn Fn(String),
) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let walk =
        WalkBuilder::new(root).hidden(false).ignore(false).filter_entry(|entry| entry.file_name() != ".git").build();
    for entry in walk.flatten() {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder {
            files.push(entry.into_path());
            continue;
        }
        // Anew where it is known: it may be another folder of that name.
        match watcher.watch(entry.path(), RecursiveMode::NonRecursive) {
            Ok(()) => {
                watched.insert(entry.into_path());
            }
            Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => {
                differing.is_blind();
                say(format!(
                    "Only {} folders can be watched: raise fs.inotify.max_user_watches. Changes elsewhere are seen when a file is opened or saved, or a hook tells of them.",
                    watched.len()
                ));
                break;
            }
            Err(error) => {
                if entry.path().exists() {
                    differing.is_blind();
                }
                tracing::warn!("{}: {error}", entry.path().display());
            }
        }
    }
    files
}
