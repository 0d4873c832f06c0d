//! The methods that editors with a plugin of ours know: `countersign/hunks`, `countersign/without`, `countersign/didChangeHunks`,
//! `countersign/didChangeWork`, `countersign/agentEdit`, `countersign/viewed`, `countersign/didEdit`, `countersign/didSaveClean`.

use countersign_core::author::Author;
use countersign_core::session::Session;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::gen_lsp_types::Notification;
use tower_lsp::gen_lsp_types::{LspNotificationMethod, MessageDirection, Range, TextDocumentIdentifier, Uri};

/// `countersign/hunks`: of one document, or of all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct HunksParams {
    /// The document.
    pub(super) text_document: Option<TextDocumentIdentifier>,
}

/// Its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct HunksResult {
    /// From top to bottom, file by file.
    pub(super) hunks: Vec<HunkInfo>,
}

/// A hunk as a plugin draws it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HunkInfo {
    /// Its name, for the commands.
    pub(super) id: String,
    /// The document.
    pub(super) uri: Uri,
    /// Where, in the negotiated encoding; whole lines, empty where lines were only taken away.
    pub(super) range: Range,
    /// Whose.
    pub(super) author: AuthorInfo,
    /// Lines of the text as it is that are new or changed.
    pub(super) added: usize,
    /// Lines of the text before that are gone or changed; a line in which something was only inserted counts on both sides.
    pub(super) removed: usize,
    /// The text that is gone.
    pub(super) removed_text: String,
    /// Lines in it in which the user wrote too.
    pub(super) mine: usize,
    /// What is held against it.
    pub(super) findings: Vec<Value>,
}

/// An author as a plugin draws one.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthorInfo {
    /// `agent`, `user`, `mixed` or `external`.
    pub(super) kind: &'static str,
    /// The agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<String>,
    /// Its session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<String>,
    /// Its model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<String>,
    /// Why it is held to be the author: `content` (it announced this very text), `path` (it announced a write of this file), `window`
    /// (its shell command was running), `buffer` (a person's editor or command) or `none`; the weakest of all changes in the hunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<String>,
}

/// `countersign/without`: a document as it would be without what awaits review.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WithoutParams {
    /// The document.
    pub(super) text_document: TextDocumentIdentifier,
    /// Without what the user wrote in the same hunks, too.
    #[serde(default)]
    pub(super) include_mine: bool,
}

/// Its answer; both are empty where the document is not followed, or is no text.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct WithoutResult {
    /// The text that the hunks' ranges are of.
    pub(super) text: String,
    /// The same without the hunks.
    pub(super) without: String,
}

/// `countersign/didChangeHunks`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HunksChanged {
    /// The document.
    pub(super) uri: Uri,
    /// The version of it that they are of, where it is open.
    pub(super) version: Option<i32>,
    /// How many there are.
    pub(super) counts: Counts,
}

/// Hunks and findings of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Agents' alone.
    pub(super) agent: usize,
    /// Agents' with lines of the user's in them.
    pub(super) mixed: usize,
    /// Nobody's who said so.
    pub(super) external: usize,
    /// What is held against them.
    pub(super) findings: usize,
}

/// The notification of [`HunksChanged`].
#[derive(Debug)]
pub(super) struct DidChangeHunks;

impl Notification for DidChangeHunks {
    type Params = HunksChanged;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::new("countersign/didChangeHunks");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// `countersign/didChangeWork`: an agent's turn has begun, or the last that ran has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkChanged {
    /// Whether an agent's turn runs.
    pub(super) at_work: bool,
}

/// The notification of [`WorkChanged`].
#[derive(Debug)]
pub(super) struct DidChangeWork;

impl Notification for DidChangeWork {
    type Params = WorkChanged;
    const METHOD: LspNotificationMethod<'static> = LspNotificationMethod::new("countersign/didChangeWork");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ServerToClient;
}

/// `countersign/agentEdit`: an agent writes through the editor.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AgentEditParams {
    /// The agent's name.
    pub(super) agent: String,
    /// Its session.
    pub(super) session: String,
    /// `begin` or `end`.
    pub(super) phase: Phase,
    /// The documents.
    pub(super) uris: Vec<Uri>,
}

/// `countersign/didEdit`: who makes a document's changes from a version on. Told before the first of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DidEditParams {
    /// The document.
    pub(super) uri: Uri,
    /// The first version that is so.
    pub(super) version: i32,
    /// A person's keys make them, as they come; else the editor cannot say.
    pub(super) typed: bool,
}

/// `countersign/didSaveClean`: a document had nothing unsaved when it was saved. Told right before its didSave, which then says nothing of
/// whose the text is: the editor may have reloaded it just before.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DidSaveCleanParams {
    /// The document.
    pub(super) uri: Uri,
}

/// `countersign/viewed`: how a hunk shows from now on. Told when that changes; a hunk of which nothing was told is out of sight.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ViewedParams {
    /// The document.
    pub(super) uri: Uri,
    /// The hunk's name.
    pub(super) hunk: String,
    /// Some of it is on the screen, and the editor has the focus.
    pub(super) visible: bool,
    /// The cursor is in it.
    #[serde(default)]
    pub(super) focused: bool,
}

/// Whether an agent begins or ends to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Phase {
    /// What changes from now on is the agent's.
    Begin,
    /// And now no more.
    End,
}

impl AgentEditParams {
    /// Whose the changes are.
    #[must_use]
    pub(super) fn author(&self) -> Author {
        Author::Agent { name: self.agent.as_str().into(), session: Session::new(&self.session) }
    }
}
