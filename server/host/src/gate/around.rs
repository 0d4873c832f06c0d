//! What is looked at around a command: nothing where it is certain that it changes nothing, the files that it names where it is certain that
//! it changes no others, else all that differs, which git is asked for.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Result;
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::shell::{self, Place};

use crate::approvals;
use crate::disk;
use crate::git::{Dirty, InHead};
use crate::state_dir;
use crate::store::Store;

/// So many changed files are looked at.
const MOST: usize = 2000;
/// So many names are looked at one by one.
const NAMES: usize = 50;

/// Where the command of an event may have changed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Around {
    /// Nowhere.
    Nothing,
    /// In some files, and in what is in them, if they are folders.
    Named {
        /// As the workspace names them.
        names: Vec<String>,
        /// Git puts something there.
        by_git: bool,
    },
    /// Anywhere.
    All,
}

/// More is to be looked at than a server can while its user types: a hook does it.
#[derive(Clone, Copy, Debug)]
pub struct TooMuch;

impl std::error::Error for TooMuch {}

impl std::fmt::Display for TooMuch {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("more is to be looked at than a server has time for")
    }
}

/// What is known of the files that are looked at.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// All that differs from HEAD.
    All(Dirty),
    /// All that differs in these files and folders.
    In(Vec<String>, Dirty),
    /// Files that may differ, and others that git ignores.
    Files { here: Vec<String>, ignored: Vec<String> },
}

/// What is looked at, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What may have changed, or gone elsewhere.
    pub(super) paths: BTreeSet<String>,
    /// Those of them of which the journal knew, and git does not say that they differ.
    pub(super) others: BTreeSet<String>,
    pub(super) known: Known,
}

impl Known {
    /// Whether the index may have something else of a file than HEAD.
    pub(super) fn may_be_staged(&self, path: &str) -> bool {
        match self {
            Self::All(dirty) | Self::In(_, dirty) => dirty.states.get(path).is_none_or(|[index, _]| *index != b' '),
            Self::Files { .. } => true,
        }
    }
}

impl Around {
    /// Of an event as it was sent.
    #[must_use]
    pub fn of(event: &AgentEvent, root: &Path) -> Self {
        let command = match &event.act {
            AgentAct::WillRun { command, .. } | AgentAct::DidRun { command, background: false, .. } => command,
            AgentAct::DidRun { .. } => return Self::All,
            _ => return Self::Nothing,
        };
        // An agent that does not repeat it leaves open what it was.
        if command.is_empty() {
            return Self::All;
        }
        if shell::only_reads(command) {
            return Self::Nothing;
        }
        match named(event, command, root) {
            Some(names) => Self::Named { names, by_git: command.contains("git") },
            None => Self::All,
        }
    }

    /// The files, as the workspace names them, where they are all and a server has the time to look at them.
    #[must_use]
    pub fn few(&self) -> Option<&[String]> {
        match self {
            Self::Nothing => Some(&[]),
            Self::Named { names, by_git: false } => Some(names),
            Self::Named { by_git: true, .. } | Self::All => None,
        }
    }

    /// What is to be looked at.
    ///
    /// # Errors
    /// If git cannot be asked, or the journal cannot be read; [`TooMuch`] where a server is to do it.
    pub(super) fn look(&self, store: &mut Store) -> Result<Seen> {
        store.know_who_is_at_work()?;
        let named = match self {
            // What a program does that git runs then is not known.
            Self::Named { names, by_git } if !*by_git || !store.git.has_hook("post-checkout") => Some(names),
            _ => None,
        };
        if let Some(names) = named
            && let Some(seen) = files(store, names)?
        {
            return Ok(seen);
        }
        if store.is_serving() {
            return Err(TooMuch.into());
        }
        let heads = store.journal().heads()?.into_iter().map(|(path, _)| path);
        let (dirty, others, names) = match named {
            Some(names) if !has_repositories(store, names) => {
                let is_in = |path: &String| names.iter().any(|name| is_in(path, name));
                (store.git.dirty_in(names)?, heads.filter(is_in).collect(), Some(names.clone()))
            }
            _ => (all(store)?, heads.collect(), None),
        };
        let dirty = limited(store, dirty);
        let paths = dirty.paths.iter().cloned().collect();
        let known = match names {
            Some(names) => Known::In(names, dirty),
            None => Known::All(dirty),
        };
        Ok(Seen { paths, others, known })
    }
}

/// All that differs: a server that follows the workspace may know it.
fn all(store: &Store) -> Result<Dirty> {
    let served = state_dir::of(&store.root).ok().and_then(|place| approvals::differs(&place.dir, &store.root));
    served.map_or_else(|| store.git.dirty(), Ok)
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The files that a command names, where it is certain that it changes no others.
fn named(event: &AgentEvent, command: &str, root: &Path) -> Option<Vec<String>> {
    let cwd = std::fs::canonicalize(event.cwd.as_ref()?).ok()?;
    let home = std::env::var_os("HOME").and_then(|home| home.into_string().ok()).filter(|home| home.starts_with('/'));
    let place = Place { root: root.to_str()?.to_owned(), cwd: cwd.to_str()?.to_owned(), home };
    let written = shell::writes(command, &place, &|path| Path::new(path).is_dir())?;
    let mut names = BTreeSet::new();
    for path in &written {
        if *path == place.root {
            return None;
        }
        names.extend(disk::relative(root, &cwd, path));
    }
    let is_gits = |name: &String| name == ".git" || name.starts_with(".git/");
    (names.len() <= NAMES && !names.iter().any(is_gits)).then(|| names.into_iter().collect())
}

/// What is known of names that are those of plain files, or of none. None where there are others among them: folders, and what is there
/// under another name as well.
fn files(store: &mut Store, names: &[String]) -> Result<Option<Seen>> {
    let is_plain = |name: &String| match std::fs::symlink_metadata(store.root.join(name)) {
        Ok(meta) => meta.is_file() && meta.nlink() == 1,
        Err(_) => true,
    };
    if !store.git.is_present() || !names.iter().all(is_plain) || has_repositories(store, names) {
        return Ok(None);
    }
    // A folder that is gone was one all the same: files in it were followed.
    for name in names {
        if store.journal().has_heads_in(name)? {
            return Ok(None);
        }
    }
    let (mut here, mut asked) = (Vec::new(), Vec::new());
    for name in names {
        store.know_path(name)?;
        let known = if store.workspace.file(name).is_some() { &mut here } else { &mut asked };
        known.push(name.clone());
    }
    let Some(in_head) = store.held.in_head(&asked) else { return Ok(None) };
    if in_head.values().any(|kind| *kind != InHead::File) {
        return Ok(None);
    }
    let (committed, new): (Vec<String>, Vec<String>) = asked.into_iter().partition(|name| in_head.contains_key(name));
    here.extend(committed);
    let new: Vec<String> = new.into_iter().filter(|name| disk::is_plain(&store.root.join(name))).collect();
    let Some(ignores) = store.git.ignores(&new) else { return Ok(None) };
    let (ignored, new): (Vec<String>, Vec<String>) = new.into_iter().partition(|name| ignores.contains(name));
    here.extend(new);
    let paths = here.iter().cloned().collect();
    Ok(Some(Seen { paths, others: BTreeSet::new(), known: Known::Files { here, ignored } }))
}

/// Whether any of these lies in a repository of its own, of which this one's git does not tell.
fn has_repositories(store: &Store, names: &[String]) -> bool {
    let is_own = |name: &String| {
        Path::new(name)
            .ancestors()
            .skip(1)
            .any(|folder| folder != Path::new("") && store.root.join(folder).join(".git").exists())
    };
    names.iter().any(is_own)
}

/// A name that is not UTF-8 is left, with a word, and so are those of a tree in which all differs.
fn limited(store: &Store, mut dirty: Dirty) -> Dirty {
    if let Some(first) = dirty.unreadable.first() {
        state_dir::note(
            &store.root,
            &format!("not followed, since their names are not UTF-8: {} ({first:?} …)", dirty.unreadable.len()),
        );
    }
    if dirty.paths.len() > MOST {
        let left = dirty.paths.len() - MOST;
        state_dir::note(&store.root, &format!("not looked at around a command, since so many files differ: {left}"));
        dirty.paths.truncate(MOST);
    }
    dirty
}
