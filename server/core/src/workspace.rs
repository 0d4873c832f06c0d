//! All that is known of the files of one workspace and of who works in them. One owner holds it; facts go in, facts come out.

mod answers;
mod empties;
mod hearing;
mod measure;
mod modes;
mod moves;
mod recall;
mod spent;
mod turned_down;
mod unreported;

use std::collections::{BTreeMap, BTreeSet};

use ropey::Rope;

use crate::announce::Before;
use crate::attribution::{Announced, Announcements};
use crate::author::Author;
use crate::diff::distance;
use crate::document::{Act, Document, Record};
use crate::edit::{EditId, Evidence, Lineage};
use crate::event::{Came, Fact, What, Whole};
use crate::scope::SessionScope;
use crate::session::Session;
use crate::usage::Tally;
use crate::verdict::Answer;
use crate::weave::{EditIx, Fingerprint};

pub use modes::Moded;
pub use moves::{Move, Way, pair};

/// Milliseconds without a word after which a turn is over.
const SILENCE: u64 = 10 * 60 * 1000;

/// See the module.
#[derive(Clone, Debug)]
pub struct Workspace {
    process: u32,
    files: BTreeMap<String, File>,
    sessions: BTreeMap<Session, SessionState>,
    announced: Announcements,
    /// The scope of sessions that have none of their own.
    scope: SessionScope,
    /// Paths whose files went elsewhere, until that is said of the paths too.
    left: BTreeSet<String>,
    /// What is to be journaled since a file moved that an editor had open.
    owed: Vec<Fact>,
}

/// A file that is followed.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text, as both lineages have it; that of a file that is no text is empty.
    pub document: Document,
    /// There was no such file at first sight.
    pub began_absent: bool,
    /// Whether it is there now.
    pub present: bool,
    /// What it was, where it is no text, oldest first.
    pub wholes: Vec<Whole>,
    /// Whether it is no text now.
    pub is_whole: bool,
    /// The paths that it came by, oldest first.
    pub moves: Vec<Move>,
    /// Who may do what with it, where that was looked at.
    pub mode: Option<u32>,
    /// How that was changed, oldest first.
    pub modes: Vec<Moded>,
    /// How it came and went with nothing in it, oldest first, since a person last decided on that.
    empties: Vec<Came>,
    /// When it was last seen to be gone, in milliseconds since the Unix epoch.
    gone_at: u64,
    /// Whether it ever was.
    was_gone: bool,
}

/// Why a file that was no text is said to be tracked, once it is gone.
pub const GONE: &str = "gone";

/// An agent's session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionState {
    /// The agent's name.
    pub agent: String,
    /// The model, as last said.
    pub model: Option<String>,
    /// What the user last asked for.
    pub prompt: Option<String>,
    /// When it was first heard of, in milliseconds since the Unix epoch.
    pub began: u64,
    /// When it was last heard of.
    pub heard: u64,
    /// Whether its turn runs.
    pub at_work: bool,
    /// Its own scope, where one was set.
    pub scope: Option<SessionScope>,
    /// What a person took back of its work since it was last told so: lines by file.
    pub turned_down: BTreeMap<String, usize>,
    /// What a person said to questions, where that holds on: by the question.
    answers: BTreeMap<String, Answer>,
    /// What its own transcript was last counted to tell.
    pub tally: Option<Tally>,
}

/// What is read of a file on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// No file.
    Absent,
    /// UTF-8 text.
    Text(Rope),
    /// Anything else, with the host's name for the bytes, their number, and why it is no text to follow.
    Opaque {
        /// Where the bytes are kept.
        hash: Option<String>,
        /// Bytes.
        len: u64,
        /// Why.
        why: String,
    },
}

/// How a file on disk came to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The editor has just written it.
    pub saved: bool,
    /// What no agent announced is git's doing: nobody's.
    pub by_git: bool,
    /// Who may do what with it; none where that was not looked at.
    pub mode: Option<u32>,
    /// When it was last changed in any way, its name and mode among them, as far as that is known, in milliseconds since the Unix epoch.
    pub changed: u64,
    /// When it was last written, as far as that is known, in milliseconds since the Unix epoch.
    pub written: u64,
    /// When it was read.
    pub at: u64,
}

impl Workspace {
    /// With nothing in it; `process` is this process's number in the journal.
    #[must_use]
    pub fn new(process: u32) -> Self {
        Self {
            process,
            files: BTreeMap::new(),
            sessions: BTreeMap::new(),
            announced: Announcements::default(),
            scope: SessionScope::default(),
            left: BTreeSet::new(),
            owed: Vec::new(),
        }
    }

    /// This process's number in the journal.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    /// The files that are followed, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// One of them.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// One of them, to be changed: what comes of it is to be journaled.
    pub fn file_mut(&mut self, path: &str) -> Option<&mut File> {
        self.files.get_mut(path)
    }

    /// The sessions that were heard of.
    #[must_use]
    pub fn sessions(&self) -> &BTreeMap<Session, SessionState> {
        &self.sessions
    }

    /// Whether an agent's turn runs. One of which nothing was heard for ten minutes is over.
    #[must_use]
    pub fn is_at_work(&self, now: u64) -> bool {
        self.sessions.values().any(|session| session.at_work && session.heard + SILENCE > now)
    }

    /// The scope of a session: its own, its parent's, or that of all.
    #[must_use]
    pub fn scope_of(&self, session: &Session) -> &SessionScope {
        let own = |session: &Session| self.sessions.get(session).and_then(|state| state.scope.as_ref());
        own(session).or_else(|| own(&session.parent())).unwrap_or(&self.scope)
    }

    /// A file as it is at first sight, and what is to be journaled of it; it is to be put in place then. `mode` is who may do what with it,
    /// where that was looked at.
    #[must_use]
    pub fn first_sight(&self, path: &str, content: &Content, mode: Option<u32>, at: u64) -> (File, Vec<Fact>) {
        let (absent, text) = match content {
            Content::Absent => (true, Rope::new()),
            Content::Text(text) => (false, text.clone()),
            Content::Opaque { .. } => (false, Rope::new()),
        };
        let mut facts = vec![Fact::of(path, at, What::Began { absent, mode, text: text.to_string() })];
        let mut file = File::new(path, text, absent, self.process);
        file.mode = mode;
        if let Content::Opaque { hash, len, why } = content {
            let (hash, len, why) = (hash.clone(), *len, why.clone());
            let whole =
                Whole { hash, len, why, author: Author::Nobody, evidence: Evidence::None, after: EditId::FIRST };
            facts.push(file.whole(path, whole, at));
        }
        (file, facts)
    }

    /// Whether it is certain that reading this comes to nothing: to be asked first of a long file, of which [`Workspace::read`] makes another.
    #[must_use]
    pub fn knows(&self, path: &str, content: &Content, sight: &Sight) -> bool {
        let (Some(file), Content::Text(text)) = (self.files.get(path), content) else { return false };
        let is_same_mode = sight.mode.is_none() || sight.mode == file.mode;
        file.present && !file.is_whole && is_same_mode && text == file.document.text(Lineage::Disk)
    }

    /// What it means that a file that is followed was read to hold this. Nothing is changed: the file as it is then is given back, to
    /// be put in place once the facts are journaled.
    #[must_use]
    pub fn read(&self, path: &str, content: &Content, sight: &Sight) -> Option<(File, Vec<Fact>)> {
        let Sight { saved, at, .. } = *sight;
        let mut file = self.files.get(path)?.clone();
        let mut facts = Vec::new();
        let text = match content {
            Content::Text(text) => text.clone(),
            Content::Absent if !file.is_whole => Rope::new(),
            Content::Absent | Content::Opaque { .. } => {
                let Act { author, evidence, .. } = match content {
                    Content::Opaque { .. } if saved => Act::user(at),
                    _ => self.whose_of(path, false, sight),
                };
                let (hash, len, why) = match content {
                    Content::Opaque { hash, len, why } => (hash.clone(), *len, why.clone()),
                    _ => (None, 0, GONE.to_owned()),
                };
                let last = file.wholes.last().filter(|_| file.is_whole);
                if last.is_none_or(|last| (&last.hash, last.len, &last.why) != (&hash, len, &why)) {
                    let whole = Whole { hash, len, why, author, evidence, after: EditId::FIRST };
                    facts.push(file.whole(path, whole, at));
                }
                facts.extend(file.be_present(path, *content != Content::Absent, at));
                facts.extend(self.see_mode(&mut file, path, sight));
                return Some((file, facts));
            }
        };
        facts.extend(self.see_empty(&mut file, path, content, sight));
        let steps = if saved && file.document.is_open() {
            self.steps_of_save(&file, path, text, sight)
        } else {
            self.steps(&file, path, text, sight)
        };
        for (text, act) in steps {
            let records = file.document.observe(Lineage::Disk, text, &act);
            facts.extend(file.facts(path, records, at));
        }
        if std::mem::take(&mut file.is_whole) && facts.is_empty() {
            // It is the text again that it was before it was none: others are told by a word that changes nothing.
            let missing = file.document.weave().missing(Lineage::Disk);
            let missing = missing.iter().map(|ix| file.document.weave().entry(*ix).id).collect();
            let synced = Record::Synced { lineage: Lineage::Disk, process: self.process, missing };
            facts.push(Fact::of(path, at, What::Text(synced)));
        }
        facts.extend(file.be_present(path, *content != Content::Absent, at));
        facts.extend(self.see_mode(&mut file, path, sight));
        Some((file, facts))
    }

    /// The text of a file of which an editor told that it saved it, as steps from the one before. By the time that is heard of, an agent may
    /// have written on what was saved.
    fn steps_of_save(&self, file: &File, path: &str, text: Rope, sight: &Sight) -> Vec<(Rope, Act)> {
        let (user, saved) = (Act::user(sight.at), file.document.text(Lineage::Editor));
        if text == *saved {
            return vec![(text, user)];
        }
        let mut steps = self.steps_from(file, saved, path, text, sight, &user);
        if steps.iter().any(|(_, act)| act.author.is_agent()) {
            steps.insert(0, (saved.clone(), user));
        }
        steps
    }

    /// Whose a text of a file on disk is, as far as no announcement tells it to the letter.
    #[must_use]
    pub fn whose(&self, path: &str, sight: &Sight) -> Act {
        self.whose_of(path, true, sight)
    }

    /// The same of a file that may be no text.
    fn whose_of(&self, path: &str, is_text: bool, sight: &Sight) -> Act {
        let seen = |announced: &Announced| self.files.get(path).and_then(|file| seen(file, announced));
        sight.judge(self.announced.whose(path, is_text, sight.written, sight.at, &seen))
    }

    /// A new text of a file on disk as one or two steps from the one before, each with whose it is.
    fn steps(&self, file: &File, path: &str, text: Rope, sight: &Sight) -> Vec<(Rope, Act)> {
        let before = file.document.text(Lineage::Disk);
        if text == *before {
            return vec![(text, Act::external(sight.at))];
        }
        self.steps_from(file, before, path, text, sight, &self.whose(path, sight))
    }

    /// What an agent announced is taken for just that, where the text has it; what the text has besides is the rest's.
    fn steps_from(
        &self,
        file: &File,
        before: &Rope,
        path: &str,
        text: Rope,
        sight: &Sight,
        rest: &Act,
    ) -> Vec<(Rope, Act)> {
        let Sight { written, at, .. } = *sight;
        let seen = |announced: &Announced| seen(file, announced);
        let (before, after) = (before.to_string(), text.to_string());
        let print = Fingerprint::of(after.as_bytes());
        let open = || self.announced.open(path, written, &seen);
        let exact = |known: &&Announced| {
            known.expected == Some(print) || known.write.after(&before).is_ok_and(|expected| expected == after)
        };
        if let Some(known) = open().find(exact) {
            let own = known.act(Evidence::Content, at);
            // What the agent found there and we did not know of is someone else's.
            let found = match &known.write.before {
                Before::Text(found) if *found != before && known.write.after(found).as_ref() == Ok(&after) => {
                    Some(found)
                }
                _ => None,
            };
            let mut steps: Vec<(Rope, Act)> =
                found.map(|found| (Rope::from_str(found), rest.clone())).into_iter().collect();
            let amended = known.write.amended.as_ref();
            let proposed = amended.and_then(|_| known.write.delta.apply(found.unwrap_or(&before)).ok());
            match proposed {
                Some(proposed) if proposed != after => {
                    steps.extend([(Rope::from_str(&proposed), own), (text, Act::user(at))]);
                }
                _ => steps.push((text, own)),
            }
            return steps;
        }
        let mut least = None;
        for known in open() {
            let Ok(expected) = known.write.after(&before) else { continue };
            let whole = least.as_ref().map_or_else(|| distance(&before, &after), |(cost, _, _)| *cost);
            let left = distance(&expected, &after);
            if left < whole {
                least = Some((left, expected, known.act(Evidence::Content, at)));
            }
        }
        match least {
            Some((_, expected, own)) => vec![(Rope::from_str(&expected), own), (text, rest.clone())],
            None => vec![(text, rest.clone())],
        }
    }

    /// A file that is no text as a person decided that it is: put back to what it was, or accepted as it is.
    #[must_use]
    pub fn decided(&self, path: &str, whole: &Whole, at: u64) -> Option<(File, Vec<Fact>)> {
        let mut file = self.files.get(path)?.clone();
        let present = whole.why != GONE;
        let whole = Whole { author: Author::User, evidence: Evidence::Buffer, ..whole.clone() };
        let mut facts = vec![file.whole(path, whole, at)];
        facts.extend(file.be_present(path, present, at));
        Some((file, facts))
    }

    /// Puts a file in place that [`Workspace::read`] gave.
    pub fn put(&mut self, path: &str, file: File) {
        self.files.insert(path.to_owned(), file);
    }

    /// Sets the scope of a session, or of all that have none of their own.
    pub fn set_scope(&mut self, session: Option<Session>, scope: SessionScope, at: u64) -> Fact {
        match &session {
            Some(session) => self.sessions.entry(session.clone()).or_default().scope = Some(scope.clone()),
            None => self.scope = scope.clone(),
        }
        Fact::new(at, What::Scoped { session, scope })
    }
}

impl Sight {
    /// Announcements come first: what an agent has git do is the agent's.
    fn judge(&self, act: Act) -> Act {
        if self.by_git && act.author == Author::External { Act::nobody(self.at) } else { act }
    }
}

/// With what evidence, best first, a write of an announcement was seen in a file.
fn seen(file: &File, announced: &Announced) -> Option<Evidence> {
    let weave = file.document.weave();
    // Where calls have no ids, a write is another's that puts in what this one does not hold.
    let holds = |text: &str| announced.write.delta.text_in().iter().any(|held| held.contains(text));
    let is_its =
        |ix: EditIx| announced.call.is_some() || weave.edit(ix).acts.inserts.iter().all(|insert| holds(&insert.text));
    let its = weave.entries().filter(|(ix, entry)| {
        entry.author == announced.author
            && entry.call == announced.call
            && entry.at >= announced.at
            && (entry.evidence != Evidence::Content || is_its(*ix))
    });
    its.map(|(_, entry)| entry.evidence).min()
}

impl File {
    fn new(path: &str, text: Rope, absent: bool, process: u32) -> Self {
        let mut document = Document::new(text, process);
        document.is_called(path);
        Self {
            document,
            began_absent: absent,
            present: !absent,
            wholes: Vec::new(),
            is_whole: false,
            moves: Vec::new(),
            mode: None,
            modes: Vec::new(),
            empties: Vec::new(),
            gone_at: 0,
            was_gone: absent,
        }
    }

    /// What is written to disk for a text: no file where there was none before, or is none any more, and nothing is left.
    #[must_use]
    pub fn content_for(&self, text: &Rope) -> Content {
        let none = (self.was_gone || !self.present) && text.len_bytes() == 0;
        if none { Content::Absent } else { Content::Text(text.clone()) }
    }

    /// Whether one of these authors ever edited its text.
    #[must_use]
    pub fn has_edits_by(&self, whose: &dyn Fn(&Author) -> bool) -> bool {
        self.document.weave().entries().any(|(_, entry)| whose(&entry.author))
    }

    /// The newest edit of the text that the disk has of it. An editor may show a text of what is none on disk.
    #[must_use]
    pub fn newest_edit(&self) -> EditId {
        let weave = self.document.weave();
        let hidden = weave.missing(Lineage::Disk);
        let shown = weave.entries().filter(|(ix, _)| !hidden.contains(ix));
        shown.map(|(_, entry)| entry.id).max().unwrap_or_default()
    }

    fn whole(&mut self, path: &str, whole: Whole, at: u64) -> Fact {
        let whole = Whole { after: self.newest_edit(), ..whole };
        self.wholes.push(whole.clone());
        self.is_whole = true;
        Fact::of(path, at, What::Whole(whole))
    }

    fn be_present(&mut self, path: &str, present: bool, at: u64) -> Option<Fact> {
        (self.present != present).then(|| {
            self.set_present(present, at);
            Fact::of(path, at, What::Present(present))
        })
    }

    fn set_present(&mut self, present: bool, at: u64) {
        self.present = present;
        self.gone_at = if present { 0 } else { at };
        self.was_gone |= !present;
    }

    /// Nothing of where it is and who may do what with it awaits review any more.
    fn settle(&mut self) {
        self.moves.iter_mut().for_each(|step| step.is_settled = true);
        self.modes.iter_mut().for_each(|step| step.is_settled = true);
        self.empties.clear();
    }
}

#[cfg(test)]
mod tests;
