//! What an agent tells, taken in: the one place for a hook that works by itself and for a server that is asked. What it is about to write
//! is handed back as questions, which can be judged wherever there is time for it.

mod around;
mod judge;
mod scope;
mod shell;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Write};
use countersign_core::destroyed::{Destroyed, foreseen};
use countersign_core::document::Act;
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::review::{Policy, held_by_any};
use countersign_core::verdict::Verdict;
use countersign_core::workspace::Content;

use crate::store::{Store, now};
use crate::{config, disk, redact, state_dir};

use around::Seen;
pub use around::{Around, TooMuch};
pub use judge::{Care, Question, diff, ranges};
pub use shell::Command;

/// The workspace of an event that was sent from `dir`, and the folder that its paths start from.
///
/// # Errors
/// If neither the event's folder nor `dir` can be found.
pub fn place(dir: &Path, event: &AgentEvent) -> Result<(PathBuf, PathBuf)> {
    let start = event.cwd.as_deref().map_or_else(|| dir.to_owned(), PathBuf::from);
    state_dir::root_of(&start).or_else(|_| state_dir::root_of(dir))
}

/// An event, with its workspace and the folder that its paths start from.
pub type Placed = ((PathBuf, PathBuf), AgentEvent);

/// An event of an agent, for each workspace that is to hear of it: the one that it was sent from, and, of files that lie in repositories of
/// their own (a submodule, one of several in a folder, another project), theirs.
///
/// # Errors
/// If neither the event's folder nor `dir` can be found.
pub fn places(dir: &Path, event: AgentEvent) -> Result<Vec<Placed>> {
    let own = place(dir, &event)?;
    let mut elsewhere: BTreeMap<PathBuf, Vec<Write>> = BTreeMap::new();
    if let AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes } = &event.act {
        for write in writes {
            if let Some(root) = repository_of(&own.1.join(&write.path)).filter(|root| *root != own.0) {
                elsewhere.entry(root).or_default().push(write.clone());
            }
        }
    }
    let cwd = own.1.clone();
    let others = elsewhere.into_iter().map(|(root, writes)| {
        let act = match &event.act {
            AgentAct::WillWrite { .. } => AgentAct::WillWrite { writes },
            _ => AgentAct::DidWrite { writes },
        };
        ((root, cwd.clone()), AgentEvent { act, ..event.clone() })
    });
    let mut placed: Vec<Placed> = others.collect();
    placed.insert(0, (own, event));
    Ok(placed)
}

/// The top of the repository that a file is in, or will be once its folders are made.
fn repository_of(file: &Path) -> Option<PathBuf> {
    let folder = file.ancestors().skip(1).find_map(|folder| std::fs::canonicalize(folder).ok())?;
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// What became of an event.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// What is to be judged before the agent may go on.
    pub questions: Vec<Question>,
    /// The command that is to be judged before the agent may run it.
    pub command: Option<Command>,
    /// What is said of the act already: by the session's limits, and by its tool's name.
    pub verdict: Verdict,
    /// What the agent is to be told besides: which of its work a person took back.
    pub context: Option<String>,
}

/// Takes in an event whose paths are the workspace's, without the secrets in it. Told twice, it is taken in once: who asks a server and
/// gets no answer in time does the work itself, and says `since` when it asked. `hears` says whether the agent reads what it is told at
/// this moment; `policy` is asked only about what is announced.
///
/// # Errors
/// If the journal or a file cannot be read or written; [`TooMuch`], before anything is taken in, where a server is to do it.
pub fn take(
    store: &mut Store,
    (event, around): (&mut AgentEvent, &Around),
    hears: bool,
    since: Option<u64>,
    policy: &Policy,
) -> Result<Taken> {
    let line = match &event.act {
        AgentAct::WillRun { command, .. } => command.clone(),
        _ => String::new(),
    };
    redact::event(event, || config::redactions(&store.root));
    let event = &*event;
    store.know_session(&event.session)?;
    let mut taken = take_in(store, event, around, since)?;
    if let Some(command) = &mut taken.command {
        command.line = line;
    }
    taken.verdict = standing::verdict(store, event, &taken.questions, policy)?;
    taken.context = if hears { store.inform(&event.session)? } else { None };
    Ok(taken)
}

fn take_in(store: &mut Store, event: &AgentEvent, around: &Around, since: Option<u64>) -> Result<Taken> {
    match &event.act {
        AgentAct::WillWrite { writes } => {
            let paths = paths(event);
            store.look_where_they_went(&paths)?;
            for path in &paths {
                store.read(path, false, false)?;
            }
            store.tell(event, since)?;
            let questions = writes.iter().flat_map(|write| questions(store, event, write)).collect();
            store.held.rest();
            return Ok(Taken { questions, ..Taken::default() });
        }
        AgentAct::DidWrite { writes } => {
            for write in writes {
                store.know_path(&write.path)?;
                if store.workspace.file(&write.path).is_none() {
                    begin_as_told(store, write)?;
                }
            }
            store.tell(event, since)?;
            let paths = paths(event);
            store.settle_moves(&paths.iter().cloned().collect(), false)?;
            for path in paths {
                store.read(&path, false, false)?;
            }
        }
        AgentAct::WillRun { .. } if *around != Around::Nothing => {
            let seen = around.look(store)?;
            store.settle_moves(&seen.paths.union(&seen.others).cloned().collect(), false)?;
            for path in &seen.paths {
                look(store, path, false);
            }
            store.tell(event, since)?;
            return Ok(Taken { command: Some(Command { line: String::new(), known: seen.known }), ..Taken::default() });
        }
        AgentAct::DidRun { .. } if *around != Around::Nothing => {
            let Seen { paths, others, .. } = around.look(store)?;
            let paths = paths.union(&others).cloned().collect();
            prepare(store, &paths)?;
            store.settle_moves(&paths, true)?;
            for path in paths {
                if let Err(error) = store.begin_before_command(&path) {
                    unread(store, &path, &error);
                }
                look(store, &path, true);
            }
            store.held.rest();
            store.tell(event, since)?;
        }
        AgentAct::TurnEnded | AgentAct::SessionEnded => {
            // Not every write is reported; after this none is the agent's any more.
            for path in store.workspace.unreported(&event.author()) {
                look(store, &path, false);
            }
            store.tell(event, since)?;
        }
        _ => store.tell(event, since)?,
    }
    Ok(Taken::default())
}

/// Asks git at once for what it has of files that nothing is known of.
fn prepare(store: &mut Store, paths: &BTreeSet<String>) -> Result<()> {
    for path in paths {
        store.know_path(path)?;
    }
    let new: Vec<String> = paths.iter().filter(|path| store.workspace.file(path).is_none()).cloned().collect();
    store.held.prepare(&new);
    Ok(())
}

/// The files that an event tells of.
#[must_use]
pub fn paths(event: &AgentEvent) -> Vec<String> {
    match &event.act {
        AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes } => {
            writes.iter().flat_map(|write| write.paths().into_iter().map(str::to_owned)).collect()
        }
        AgentAct::WriteFailed { paths } => paths.clone(),
        _ => Vec::new(),
    }
}

/// Whether a server need not be asked about an event, since all that differs is to be looked at: what was run is not told, or runs on.
#[must_use]
pub fn surveys(event: &AgentEvent) -> bool {
    match &event.act {
        AgentAct::WillRun { command, .. } => command.is_empty(),
        AgentAct::DidRun { command, background, .. } => command.is_empty() || *background,
        _ => false,
    }
}

/// A file that is to go elsewhere is asked about where it is, and where it will be.
fn questions(store: &Store, event: &AgentEvent, write: &Write) -> Vec<Question> {
    let mut all = vec![question(store, event, write)];
    if let Delta::Moved { to } = &write.delta {
        let text = all[0].before.clone();
        all.push(question(store, event, &Write::new(to.clone(), Delta::Whole(text))));
        // Nothing of it is lost where it was.
        all[0].would_destroy.0.clear();
    }
    all
}

fn question(store: &Store, event: &AgentEvent, write: &Write) -> Question {
    let file = store.workspace.file(source(event, write).unwrap_or(&write.path));
    let before = file.map(|file| file.document.text(Lineage::Disk).to_string()).unwrap_or_default();
    let after = write.after(&before).ok();
    let would_destroy = after.as_ref().map(|after| would_destroy(store, event, &write.path, after)).unwrap_or_default();
    let scope = store.workspace.scope_of(&event.session).clone();
    Question { path: write.path.clone(), before, after, scope, would_destroy }
}

/// Where a file that is changed comes from, if it is moved before.
fn source<'a>(event: &'a AgentEvent, write: &Write) -> Option<&'a str> {
    let AgentAct::WillWrite { writes } = &event.act else { return None };
    let moves = |other: &&Write| matches!(&other.delta, Delta::Moved { to } if *to == write.path);
    matches!(write.delta, Delta::Chunks(_)).then(|| writes.iter().find(moves).map(|moved| moved.path.as_str()))?
}

/// What a write would take away that no agent wrote and that git does not hold; and whether there is a git to hold it.
fn would_destroy(store: &Store, event: &AgentEvent, path: &str, after: &str) -> (Vec<Destroyed>, bool) {
    let Some(file) = store.workspace.file(path).filter(|file| !file.is_whole) else { return (Vec::new(), true) };
    let act = Act::agent(event.author(), Evidence::Content, now());
    let paths = || [path].into_iter().chain(file.former_paths());
    let held = |since| held_by_any(paths(), since, &|path, since| store.held.of(path, since));
    foreseen(&file.document, after, &act, &held)
}

/// A file that cannot be read is not followed: a folder, one that is closed to us.
fn look(store: &mut Store, path: &str, from_git: bool) {
    if let Err(error) = store.read(path, false, from_git) {
        unread(store, path, &error);
    }
}

fn unread(store: &Store, path: &str, error: &anyhow::Error) {
    state_dir::note(&store.root, &format!("{path}: {error:#}"));
}

/// Names paths as the workspace does, and leaves out what lies outside of it.
pub fn localise(event: &mut AgentEvent, root: &Path, cwd: &Path) {
    let name = |path: &str| disk::relative(root, cwd, path);
    match &mut event.act {
        AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes } => {
            writes.retain_mut(|write| localise_write(write, &name));
        }
        AgentAct::WriteFailed { paths } => *paths = paths.iter().filter_map(|path| name(path)).collect(),
        _ => {}
    }
}

/// Whether a write is of the workspace. A file that leaves it is deleted there; one that comes in is new.
fn localise_write(write: &mut Write, name: &dyn Fn(&str) -> Option<String>) -> bool {
    let to = match &write.delta {
        Delta::Moved { to } => Some(name(to)),
        _ => None,
    };
    match (name(&write.path), to) {
        (Some(path), Some(Some(to))) => *write = Write { path, delta: Delta::Moved { to }, ..write.clone() },
        (Some(path), Some(None)) => *write = Write { path, delta: Delta::Deleted, ..write.clone() },
        (Some(path), None) => write.path = path,
        (None, Some(Some(to))) => *write = Write::new(to, Delta::Unknown),
        (None, _) => return false,
    }
    true
}

/// A file of which only the report is heard was, before it, what the agent says it was. Where it does not say, it is git's version
/// if the agent's change makes of that what is there now, else what is there without the agent's change: what differs from git's
/// besides may be work of the user's that is not committed.
fn begin_as_told(store: &mut Store, write: &Write) -> Result<()> {
    let before = match &write.before {
        Before::Absent => Some(Content::Absent),
        Before::Text(text) => Some(Content::Text(ropey::Rope::from_str(text))),
        Before::Unknown => {
            let now = disk::read(&store.root.join(&write.path))?.content;
            let git = store.git.before(&write.path).map(|git| git.content);
            let explained = match (&now, &git) {
                (Content::Text(now), Some(Content::Text(git))) => {
                    write.after(&git.to_string()).is_ok_and(|after| *now == after)
                }
                (Content::Text(now), Some(Content::Absent)) => write.after("").is_ok_and(|after| *now == after),
                _ => false,
            };
            match &now {
                _ if explained => git,
                Content::Text(now) => undone(write, &now.to_string()).map(|text| Content::Text(text.as_str().into())),
                _ => None,
            }
        }
    };
    match before {
        Some(before) => store.begin(&write.path, &before),
        None => Ok(()),
    }
}

/// The text that a write made this of, where that is beyond doubt.
fn undone(write: &Write, after: &str) -> Option<String> {
    let Delta::Replace(replacements) = &write.delta else { return None };
    let mut text = after.to_owned();
    for one in replacements.iter().rev() {
        if one.new.is_empty() || text.matches(&one.new).count() != 1 {
            return None;
        }
        text = text.replacen(&one.new, &one.old, 1);
    }
    write.after(&text).is_ok_and(|made| made == after).then_some(text)
}
