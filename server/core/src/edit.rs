//! Edits as they are journaled: acts of one author, in anchors (edit, offset) and never in positions, so that folding them in
//! any order that respects causes gives one weave.

use crate::author::Author;
use serde::{Deserialize, Serialize};

/// Names an edit for ever. Ordered by `counter` first, which is larger than that of every edit its author had seen, so that the
/// order respects causes; `process` breaks ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditId {
    /// Lamport counter; 0 is the text at first sight.
    pub counter: u64,
    /// The process that made the edit, unique in its journal.
    pub process: u32,
}

impl EditId {
    /// The text at first sight.
    pub const FIRST: Self = Self { counter: 0, process: 0 };
}

/// A place between two bytes of what an edit inserted: just after byte `offset - 1`, so `offset` is at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    /// The edit whose text is meant.
    pub edit: EditId,
    /// Bytes from the start of that edit's text.
    pub offset: u32,
}

/// A run of bytes of what an edit inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The edit whose text is meant.
    pub edit: EditId,
    /// First byte, from the start of that edit's text.
    pub start: u32,
    /// Bytes.
    pub len: u32,
}

impl Span {
    /// The byte after the last.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.start.saturating_add(self.len)
    }
}

/// The two texts of a file that both keep changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lineage {
    /// What the editor shows.
    Editor,
    /// The bytes of the file.
    Disk,
}

impl Lineage {
    /// Both, in the order in which the weave keeps them.
    pub const BOTH: [Self; 2] = [Self::Editor, Self::Disk];

    pub(crate) fn ix(self) -> usize {
        self as usize
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Editor => Self::Disk,
            Self::Disk => Self::Editor,
        }
    }
}

/// Why an edit is held to be its author's, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Typed into a buffer, or decided by a person's command.
    Buffer,
    /// The agent's payload holds the text, or its announced after-text is what was seen.
    Content,
    /// An announced write covers the path between its before and its after.
    Path,
    /// A shell command or a `run` was open.
    Window,
    /// Nobody claimed it.
    None,
}

impl Evidence {
    /// Whether it only says that its author was at work then: a save of the user's, heard of late, looks the same.
    #[must_use]
    pub fn is_a_guess(self) -> bool {
        matches!(self, Self::Path | Self::Window)
    }
}

/// One act of one author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Its name.
    pub id: EditId,
    /// Whose act it is.
    pub author: Author,
    /// Where it was made: the text that has it from the start.
    pub place: Lineage,
    /// Why it is held to be its author's.
    pub evidence: Evidence,
    /// When, in milliseconds since the Unix epoch; as the caller says, for people to read, never for ordering.
    pub at: u64,
    /// The agent's tool call, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// What it did.
    pub acts: Acts,
}

/// All that an edit does to a file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acts {
    /// Text that comes in. The edit's own text is theirs, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inserts: Vec<Insert>,
    /// Text that goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kills: Vec<Span>,
    /// Text that gives way to the same in another form (line ends, blanks at a line's end): nobody's deletion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fades: Vec<Span>,
    /// What other edits did to a text, switched off or on again: undo, redo, revert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// Lines of other agents that this edit makes its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adoptions: Vec<Adoption>,
    /// Changes that are no longer up for review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<Deed>,
    /// Deeds of edits that nobody, or someone else, was thought to have made, and that are this edit's author's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Deed>,
    /// Of a revert: what was asked for and stays, and for whose sake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

impl Acts {
    /// Whether nothing is done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a text is another for it.
    #[must_use]
    pub fn changes_text(&self) -> bool {
        !(self.inserts.is_empty() && self.kills.is_empty() && self.fades.is_empty() && self.switches.is_empty())
    }

    /// Whether changes are accepted, and no text changes: it holds wherever they stand, and no reload takes it back.
    #[must_use]
    pub fn is_acceptance(&self) -> bool {
        let accepts = self.accepts.clone();
        !accepts.is_empty() && *self == Self { accepts, ..Self::default() }
    }
}

/// A run of new text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insert {
    /// What stands to its left; `None` is the start of the file.
    pub after: Option<Point>,
    /// The text; never empty.
    pub text: String,
    /// A neutral edit's text keeps the author of this text of another edit, and stands and falls with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Point>,
    /// What of it stood elsewhere until then: it keeps its author, only its place is this edit's doing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Moved>,
}

impl Insert {
    /// New text of the edit's author.
    #[must_use]
    pub fn new(after: Option<Point>, text: impl Into<String>) -> Self {
        Self { after, text: text.into(), like: None, from: Vec::new() }
    }
}

/// A part of an insertion that stood elsewhere until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// First byte, from the start of the insertion's text.
    pub at: u32,
    /// The same text where it stood, of an earlier edit.
    pub was: Span,
}

/// What one edit did to one run of text: its birth, its death, or a switch of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Deed {
    /// The edit that did it.
    pub by: EditId,
    /// The text that it was done to.
    pub to: Span,
}

/// A deed switched off or on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// What is switched.
    pub deed: Deed,
    /// Whether it counts from now on.
    pub on: bool,
}

/// A line, or a token, of an agent's in which another author typed or of which another deleted a part: the other's from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// It lasts while one of these changes of the adopting edit lives.
    pub causes: Vec<Cause>,
    /// Births that stay.
    pub births: Vec<Deed>,
    /// Deaths that stay: what the adopted text replaced.
    pub kills: Vec<Deed>,
}

/// A change by which an edit adopts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It inserted this run of its own text.
    Insert(Span),
    /// It deleted this.
    Kill(Span),
}

/// A deed that a revert left standing because another edit builds on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What stays.
    pub deed: Deed,
    /// The edit that builds on it: once that is reverted, this goes too.
    pub holder: EditId,
}
