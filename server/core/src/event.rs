//! What is journaled: the facts from which any process comes to the same workspace.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::announce::AgentEvent;
use crate::author::Author;
use crate::document::Record;
use crate::edit::{EditId, Evidence};
use crate::scope::SessionScope;
use crate::session::Session;
use crate::usage::Tally;
use crate::verdict::Answer;
use crate::weave::Fingerprint;

/// Something that happened, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The file, relative to the workspace, with `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// Lines that an agent's edit put in and took out; 0 of anything else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lines: u64,
    /// What.
    pub what: What,
}

/// See [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A file was seen for the first time.
    Began {
        /// There was none: what stands there since was put there by someone.
        absent: bool,
        /// Who may do what with it, as Unix has it, where that was looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
        /// Its text; journaled apart, as a blob.
        #[serde(skip)]
        text: String,
    },
    /// Something was done to a file's text.
    Text(Record),
    /// A file that is no text was seen to be other than before: it is tracked as a whole.
    Whole(Whole),
    /// The file is there, or not.
    Present(bool),
    /// The file came from elsewhere, and brought along all that was ever done to it.
    Moved(Moved),
    /// What stood here went elsewhere; told with the fact that says so there, for who reads only what is said of this path.
    Left,
    /// Who may do what with the file was seen to be other than before.
    Mode(Mode),
    /// A file with nothing in it came, or went: that alone says whose doing it was.
    Empty(Came),
    /// A person accepted where the file is and who may do what with it.
    Settled,
    /// An agent told of what it does. Paths are relative to the workspace.
    Told {
        /// What it said.
        event: AgentEvent,
        /// For each write of it, the fingerprint of the text that the file will then have, where that can be told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        expected: Vec<Option<Fingerprint>>,
    },
    /// A session's scope was set.
    Scoped {
        /// Whose; none is any session's that has none of its own.
        session: Option<Session>,
        /// The whole of it, as it is from now on.
        scope: SessionScope,
    },
    /// A person took back what a session had done to a file, or brought that back after all.
    TurnedDown {
        /// Whose work.
        session: Session,
        /// The file, relative to the workspace.
        file: String,
        /// Lines; 0 where it stands again.
        lines: usize,
    },
    /// A person was asked about what a session was about to do.
    Asked {
        /// Whose act it was.
        session: Session,
        /// Why it was asked, as the person was told.
        question: String,
        /// What they said; none where nobody answered.
        answer: Option<Answer>,
    },
    /// What a session spent was counted; the last count holds.
    Used(Used),
    /// A hunk came before the person's eyes in an editor, or went out of their sight.
    Viewed {
        /// The hunk's name.
        hunk: String,
        /// How it shows from now on.
        view: View,
    },
    /// A session was told of all that had been turned down.
    Informed {
        /// Which.
        session: Session,
    },
}

/// A content that is not followed line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// The host's name for the bytes, by which it finds them in the journal; none where there are none, or too many to keep.
    pub hash: Option<String>,
    /// Bytes.
    pub len: u64,
    /// Why it is not followed: `binary`, `not UTF-8`, `larger than …`.
    pub why: String,
    /// Who made it so.
    pub author: Author,
    /// Why it is held to be theirs.
    pub evidence: Evidence,
    /// The newest edit of the file's text then: tells what came first.
    #[serde(default)]
    pub after: EditId,
}

/// That a file came, or went, with nothing in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// Whether it is there since.
    pub is: bool,
    /// Whose doing it was.
    pub author: Author,
    /// Why it is held to be theirs.
    pub evidence: Evidence,
}

/// That a file went from one path to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where it was, relative to the workspace.
    pub from: String,
    /// Who moved it.
    pub author: Author,
    /// Why it is held to be theirs.
    pub evidence: Evidence,
}

/// How a hunk shows in an editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Some of it is on the screen, and the editor has the focus.
    pub visible: bool,
    /// The cursor is in it.
    pub focused: bool,
}

/// What a session, or a subagent of one, spent so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Whose transcript it is.
    pub session: Session,
    /// The agent's name.
    pub agent: Arc<str>,
    /// All that was counted in the transcript, and where to go on.
    pub tally: Tally,
}

/// Who may do what with a file, as Unix has it: the lowest twelve bits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    /// What it was; none where nobody had looked.
    pub was: Option<u32>,
    /// What it is.
    pub is: u32,
    /// Who made it so.
    pub author: Author,
    /// Why it is held to be theirs.
    pub evidence: Evidence,
}

impl Fact {
    /// Of a file.
    #[must_use]
    pub fn of(path: &str, at: u64, what: What) -> Self {
        Self { path: Some(path.to_owned()), ..Self::new(at, what) }
    }

    /// Of no file.
    #[must_use]
    pub fn new(at: u64, what: What) -> Self {
        Self { path: None, at, lines: 0, what }
    }

    /// The session that it belongs to, where there is one.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.what {
            What::Text(Record::Edited(edit)) => edit.author.session(),
            What::Whole(whole) => whole.author.session(),
            What::Moved(moved) => moved.author.session(),
            What::Mode(mode) => mode.author.session(),
            What::Empty(came) => came.author.session(),
            What::Told { event, .. } => Some(&event.session),
            What::Scoped { session, .. } => session.as_ref(),
            What::Used(used) => Some(&used.session),
            What::TurnedDown { session, .. } | What::Asked { session, .. } | What::Informed { session } => {
                Some(session)
            }
            What::Began { .. }
            | What::Text(Record::Synced { .. })
            | What::Present(_)
            | What::Left
            | What::Settled
            | What::Viewed { .. } => None,
        }
    }
}

fn is_zero(lines: &u64) -> bool {
    *lines == 0
}
