//! Our own eyes on the disk: editors report too little of it. Every folder that git does not ignore is watched; new ones are walked
//! again when they are made, and when the kernel says that it lost events all that is known is read anew.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use ignore::WalkBuilder;
use notify::event::{CreateKind, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::inbox::{Event, Inbox};

/// Events that come this close together are told as one.
const TOGETHER: Duration = Duration::from_millis(50);

/// Watches a workspace, and the file that is written when something was journaled, until the process ends. What cannot be watched is
/// said.
pub(super) fn watch(root: &Path, wake: &Path, inbox: Inbox, say: impl Fn(String) + Send + 'static) {
    let (root, wake) = (root.to_owned(), wake.to_owned());
    let started = std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        if let Err(error) = run(&root, &wake, &inbox, &say) {
            say(format!("Changes on disk are not watched: {error}"));
        }
    });
    if let Err(error) = started {
        tracing::error!("no watcher: {error}");
    }
}

fn run(root: &Path, wake: &Path, inbox: &Inbox, say: &dyn Fn(String)) -> notify::Result<()> {
    let (sender, events) = channel();
    // The callback must only hand on, or the kernel's queue runs over.
    let mut watcher = notify::recommended_watcher(move |event| {
        let _ = sender.send(event);
    })?;
    let mut watched = HashSet::new();
    walk(root, &mut watcher, &mut watched, say);
    if let Some(folder) = wake.parent() {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    inbox.tell(Event::Rescan);
    let mut paths: HashSet<PathBuf> = HashSet::new();
    let (mut lost, mut journaled) = (false, false);
    loop {
        let idle = paths.is_empty() && !lost && !journaled;
        let event = if idle {
            events.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            events.recv_timeout(TOGETHER)
        };
        match event {
            Ok(Ok(event)) => {
                lost |= event.need_rescan();
                let made = matches!(
                    event.kind,
                    EventKind::Create(CreateKind::Folder | CreateKind::Any)
                        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
                );
                for path in event.paths {
                    if wake.parent().is_some_and(|folder| path.starts_with(folder)) {
                        journaled |= path == *wake;
                    } else if made && path.is_dir() {
                        // What was put in it before it was watched was not told.
                        paths.extend(walk(&path, &mut watcher, &mut watched, say));
                    } else if !matches!(event.kind, EventKind::Access(_)) {
                        paths.insert(path);
                    }
                }
            }
            Ok(Err(error)) => {
                tracing::warn!("watching: {error}");
                lost = true;
            }
            Err(RecvTimeoutError::Timeout) => {
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

/// Watches a folder and all below it that git does not ignore. The files there.
fn walk(
    root: &Path,
    watcher: &mut RecommendedWatcher,
    watched: &mut HashSet<PathBuf>,
    say: &dyn Fn(String),
) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let walk = WalkBuilder::new(root).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
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
                say(format!(
                    "Only {} folders can be watched: raise fs.inotify.max_user_watches. Changes elsewhere are seen when a file is opened or saved, or a hook tells of them.",
                    watched.len()
                ));
                break;
            }
            Err(error) => tracing::warn!("{}: {error}", entry.path().display()),
        }
    }
    files
}
