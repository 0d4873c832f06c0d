//! The workspace, its journal and its files together: what is seen is journaled before it is believed, and what other processes
//! journaled is taken over first.

mod decisions;
mod knowing;
mod moves;
mod reading;
mod serving;
mod counts;
mod telling;
mod unsaved;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use countersign_core::author::Author;
use countersign_core::document::{Act, Record};
use countersign_core::edit::Evidence;
use countersign_core::event::{Fact, What};
use countersign_core::revert::Plan;
use countersign_core::session::Session;
use countersign_core::workspace::{Content, Workspace};

use crate::disk::{self, Reading};
use crate::git::{Git, Held};
use crate::journal::{Appended, Disk, Durability, Head, Journal, NewEvent, Seq, SetAside};
use crate::state_dir;
use counts::Counts;
use serving::Serving;

/// See the module.
#[derive(Debug)]
pub struct Store {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// The repository that it is in, if it is in one.
    pub git: Git,
    /// What that holds of files, as far as it was asked.
    pub held: Held,
    /// What is known; change it through the store, or journal what comes of it.
    pub workspace: Workspace,
    /// A journal that could not be read and was set aside when this one was begun.
    pub set_aside: Option<SetAside>,
    journal: Journal,
    reach: Reach,
    /// Events up to this one are taken over.
    seq: Seq,
    /// Own events after `seq`.
    own: BTreeSet<Seq>,
    counts: Counts,
    /// What the workspace holds and the journal could not take. It goes before all else: what follows builds on it.
    unwritten: Vec<Fact>,
    /// Held while this process serves an editor.
    serving: Option<Serving>,
}

/// What of the journal is taken over.
#[derive(Debug)]
enum Reach {
    All,
    /// Only what was asked for, up to the event that it is known to.
    Some {
        paths: BTreeMap<String, Seq>,
        sessions: BTreeMap<String, Seq>,
    },
}

impl Store {
    /// Opens a workspace's journal and takes all of it over.
    ///
    /// # Errors
    /// If there is no place for the state, or it is not the user's, cannot be read or written, or is from a newer version.
    pub fn open(root: &Path) -> Result<Self> {
        let mut store = Self::start(root, Reach::All)?;
        store.catch_up()?;
        Ok(store)
    }

    /// Opens a workspace's journal and takes nothing over yet: [`Store::catch_up`] does, which takes its time where there is much.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn prepare(root: &Path) -> Result<Self> {
        Self::start(root, Reach::All)
    }

    /// Opens a workspace's journal and takes over only what is asked for: for a process of milliseconds.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_narrow(root: &Path) -> Result<Self> {
        Self::start(root, Reach::Some { paths: BTreeMap::new(), sessions: BTreeMap::new() })
    }

    fn start(root: &Path, reach: Reach) -> Result<Self> {
        let root = std::fs::canonicalize(root).with_context(|| format!("cannot find {}", root.display()))?;
        let place = state_dir::of(&root)?;
        let opened = Journal::open_spared(&place.dir, state_dir::spare_of(&root, &place).as_deref(), now() as i64)?;
        if opened.came_back {
            state_dir::note(
                &root,
                "the journal was gone, and came back from where it is kept outside of the work tree",
            );
        }
        let mut journal = opened.journal;
        let workspace = Workspace::new(journal.register_process()?.0);
        let git = Git::new(&root, place.git_dir);
        let set_aside = opened.set_aside;
        Ok(Self {
            root,
            held: Held::new(&git),
            git,
            workspace,
            set_aside,
            journal,
            reach,
            seq: 0,
            own: BTreeSet::new(),
            counts: Counts::new(),
            unwritten: Vec::new(),
            serving: None,
        })
    }

    /// The journal, to read from.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Journals facts that the workspace already holds and that no other process can contradict. Those that cannot be written now go before
    /// what is written next, of whatever kind; with no facts, they are tried alone.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn append(&mut self, facts: &[Fact]) -> Result<()> {
        let mut all = std::mem::take(&mut self.unwritten);
        all.extend_from_slice(facts);
        let written = self.append_new(&all);
        if written.is_err() {
            self.unwritten = all;
        }
        written
    }

    /// Whether the journal lacks what the workspace holds.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Journals facts that the workspace is to hold once they are journaled.
    fn append_new(&mut self, facts: &[Fact]) -> Result<()> {
        if facts.is_empty() {
            return Ok(());
        }
        match self.write(facts, None, &[])? {
            Appended::Written { .. } => Ok(()),
            _ => bail!("the journal was replaced while it was open: start again"),
        }
    }

    /// Writes a file as a plan wants it, if it still is what was read last, and takes note of it. Whether it was.
    ///
    /// # Errors
    /// If the file or the journal cannot be read or written.
    pub fn carry_out(&mut self, path: &str, plan: &Plan) -> Result<bool> {
        if let Some(why) = plan.refused {
            bail!("{why}");
        }
        let full = self.place(path)?;
        // What the file is on disk, text or not, is what was read last.
        let Some(expected) = self.planned_on(path)? else { return Ok(false) };
        let file = self.workspace.file_mut(path).context("the file is not followed")?;
        file.document.hand_out(plan, &Act::user(now()));
        let content = file.content_for(&plan.target);
        let bytes = plan.target.to_string();
        let wanted = (content != Content::Absent).then_some(bytes.as_bytes());
        let (mode, is_plain) = (file.mode, disk::is_plain(&full));
        if !disk::replace(&full, expected, wanted)? {
            return Ok(false);
        }
        if !is_plain && wanted.is_some() {
            match mode {
                Some(mode) => disk::set_mode(&full, mode)?,
                None if self.git.is_executable(path) => disk::make_executable(&full)?,
                None => {}
            }
        }
        self.read(path, false, false)?;
        Ok(true)
    }

    /// Follows a file from a content that it had before it was seen.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn begin(&mut self, path: &str, content: &Content) -> Result<()> {
        let (file, facts) = self.workspace.first_sight(path, content, None, now());
        let head = Head { path, expected: None, new: disk_of(content) };
        if let Appended::Written { .. } = self.write(&facts, Some(&head), &[])? {
            self.workspace.put(path, file);
        }
        Ok(())
    }

    fn begin_file(&mut self, path: &str, reading: &Reading, from_git: bool) -> Result<()> {
        let of_git = if from_git { self.git.before(path) } else { None };
        self.begin_with(path, reading, of_git.as_ref())
    }

    /// Follows a file from what git has of it, or else from what is there.
    fn begin_with(&mut self, path: &str, there: &Reading, of_git: Option<&Reading>) -> Result<()> {
        let mode = of_git.map_or(there.mode, |of_git| moves::mode_in_git(of_git, there));
        let first = of_git.unwrap_or(there);
        let (file, facts) = self.workspace.first_sight(path, &first.content, mode, now());
        let blobs: Vec<&[u8]> = first.bytes.as_deref().into_iter().collect();
        let head = Head { path, expected: None, new: first.disk };
        if let Appended::Written { .. } = self.write(&facts, Some(&head), &blobs)? {
            self.workspace.put(path, file);
        }
        Ok(())
    }

    /// Journals facts, and with them what they say of agents' work that a person turned down.
    fn write(&mut self, facts: &[Fact], head: Option<&Head<'_>>, blobs: &[&[u8]]) -> Result<Appended> {
        self.append(&[])?;
        self.write_by(facts, blobs, |journal, batch, durability| journal.append(batch, head, durability))
    }

    fn write_by(
        &mut self,
        facts: &[Fact],
        blobs: &[&[u8]],
        append: impl FnOnce(&mut Journal, &[NewEvent<'_>], Durability) -> Result<Appended>,
    ) -> Result<Appended> {
        let turned_down: Vec<Fact> = facts.iter().flat_map(|fact| self.turned_down(fact)).collect();
        let facts = &[facts, &turned_down].concat();
        let bodies: Vec<String> =
            facts.iter().map(serde_json::to_string).collect::<Result<_, _>>().context("cannot journal a fact")?;
        let sessions: Vec<Option<String>> = facts.iter().map(session_of).collect();
        let texts: Vec<Vec<&[u8]>> = facts
            .iter()
            .map(|fact| match &fact.what {
                What::Began { text, .. } => vec![text.as_bytes()],
                What::Whole(_) => blobs.to_vec(),
                _ => Vec::new(),
            })
            .collect();
        let batch: Vec<NewEvent<'_>> = facts
            .iter()
            .zip(&bodies)
            .zip(sessions.iter().zip(&texts))
            .map(|((fact, body), (session, texts))| NewEvent {
                kind: kind(&fact.what),
                path: fact.path.as_deref(),
                session: session.as_deref(),
                time: fact.at as i64,
                body,
                blobs: texts,
            })
            .collect();
        let decides = facts.iter().any(|fact| matches!(fact.what, What::Scoped { .. }));
        let durability = if decides { Durability::Decision } else { Durability::Edit };
        let appended = append(&mut self.journal, &batch, durability)?;
        if let Appended::Written { first, last } = appended {
            self.own.extend(first..=last);
            for fact in &turned_down {
                self.workspace.recall(fact).map_err(|missing| anyhow::anyhow!("{missing}"))?;
            }
        }
        Ok(appended)
    }

    fn turned_down(&self, fact: &Fact) -> Vec<Fact> {
        let (What::Text(Record::Edited(edit)), Some(path)) = (&fact.what, &fact.path) else { return Vec::new() };
        let of = |what| Fact::new(fact.at, what);
        self.workspace.turned_down(path, edit).into_iter().map(of).collect()
    }

    /// What a session is to be told that it has not been told yet; it has been from now on.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn inform(&mut self, session: &Session) -> Result<Option<String>> {
        let Some(told) = self.workspace.untold(session) else { return Ok(None) };
        let fact = Fact::new(now(), What::Informed { session: session.clone() });
        self.append_new(std::slice::from_ref(&fact))?;
        self.workspace.recall(&fact).map_err(|missing| anyhow::anyhow!("{missing}"))?;
        Ok(Some(told))
    }
}

/// Whether something was done to a text by nobody who said so.
#[must_use]
pub fn is_unexplained(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| matches!(&fact.what, What::Text(Record::Edited(edit)) if edit.author == Author::External))
}

/// Whether something was done to a file by an agent of which no more is known than that it was at work then, or, to one that is no text, by
/// nobody who said so.
#[must_use]
pub fn is_guessed(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| match &fact.what {
        What::Text(Record::Edited(edit)) => edit.evidence.is_a_guess(),
        What::Whole(whole) => whole.evidence.is_a_guess() || whole.author == Author::External,
        _ => false,
    })
}

/// Whether an agent announced what a fact tells, to the letter.
#[must_use]
pub fn is_announced(fact: &Fact) -> bool {
    matches!(&fact.what, What::Text(Record::Edited(edit)) if edit.author.is_agent() && edit.evidence == Evidence::Content)
}

/// What is filed where an agent told something.
const TOLD: &str = "told";
/// What is filed where a file came from elsewhere.
const MOVED: &str = "moved";
/// What a person's look at a hunk is filed as.
const VIEWED: &str = "viewed";
/// What a session's scope is filed as.
const SCOPED: &str = "scoped";
/// What a session's count of what it spent is filed as.
const USED: &str = "used";
/// What the scope of all sessions is filed under.
const ANY_SESSION: &str = "*";

fn session_of(fact: &Fact) -> Option<String> {
    match &fact.what {
        What::Scoped { session: None, .. } => Some(ANY_SESSION.to_owned()),
        _ => fact.session().map(ToString::to_string),
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Began { .. } => "began",
        What::Text(_) => "text",
        What::Whole(_) => "whole",
        What::Present(_) => "present",
        What::Moved(_) => MOVED,
        What::Left => "left",
        What::Mode(_) => "mode",
        What::Empty(_) => "empty",
        What::Settled => "settled",
        What::Told { .. } => TOLD,
        What::TurnedDown { .. } => "turned-down",
        What::Asked { .. } => "asked",
        What::Used(_) => USED,
        What::Informed { .. } => "informed",
        What::Viewed { .. } => VIEWED,
        What::Scoped { .. } => SCOPED,
    }
}

fn disk_of(content: &Content) -> Disk {
    match content {
        Content::Text(text) => Disk::Holds(crate::journal::hash(text.to_string().as_bytes())),
        Content::Absent | Content::Opaque { .. } => Disk::Absent,
    }
}

/// Milliseconds since the Unix epoch.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
