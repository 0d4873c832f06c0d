//! What goes to the editor, in order: one task sends it, so that no handler ever waits for a client.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::gen_lsp_types::{
    Diagnostic, MessageActionItem, MessageType, ProgressNotification, ProgressParams, ProgressToken,
    ShowDocumentParams, Uri, WorkDoneProgressCreateParams, WorkDoneProgressCreateRequest, WorkspaceEdit,
};

use super::ext::{DidChangeHunks, DidChangeWork, HunksChanged, WorkChanged};
use super::inbox::{Event, Inbox};

/// One thing that an editor is told or asked.
#[derive(Debug)]
pub(super) enum Out {
    Diagnostics {
        uri: Uri,
        version: Option<i32>,
        items: Vec<Diagnostic>,
    },
    /// There is news for who asks for diagnostics.
    Refresh,
    /// There are other code lenses, or inlay hints.
    RefreshLenses,
    RefreshHints,
    Hunks(HunksChanged),
    Work(WorkChanged),
    Edit(Box<WorkspaceEdit>),
    Message(MessageType, String),
    /// A question to the person; the answer comes as [`Event::Answered`].
    Question {
        number: u64,
        text: String,
        choices: Vec<&'static str>,
        /// What is opened beside it, and before.
        shows: Option<Uri>,
    },
    /// Work that is shown until `steps` ends.
    Progress {
        token: String,
        steps: UnboundedReceiver<Value>,
    },
}

/// What a person did with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// They chose this.
    Made(String),
    /// They turned it away.
    TurnedAway,
    /// The editor cannot ask.
    Impossible,
}

pub(super) type Outbox = UnboundedSender<Out>;

/// Starts the task; it sends nothing before `ready`, and ends when all senders are gone.
pub(super) fn outbox(client: Client, inbox: Inbox, ready: Arc<Notify>, is_ours: bool) -> Outbox {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        ready.notified().await;
        send(client, inbox, receiver, is_ours).await;
    });
    sender
}

async fn send(client: Client, inbox: Inbox, mut receiver: UnboundedReceiver<Out>, is_ours: bool) {
    while let Some(out) = receiver.recv().await {
        match out {
            Out::Diagnostics { uri, version, items } => client.publish_diagnostics(uri, items, version).await,
            Out::Hunks(changed) => client.send_notification::<DidChangeHunks>(changed).await,
            Out::Work(changed) => client.send_notification::<DidChangeWork>(changed).await,
            Out::Message(kind, text) => client.show_message(kind, text).await,
            // What comes behind these must not wait for a client that answers late, or for a person who is asked.
            Out::Edit(edit) => drop(tokio::spawn(apply(client.clone(), edit, is_ours))),
            Out::Refresh | Out::RefreshLenses | Out::RefreshHints => drop(tokio::spawn(refresh(client.clone(), out))),
            Out::Question { number, text, choices, shows } => {
                let ask = ask(client.clone(), inbox.clone(), number, text, choices);
                match shows {
                    // Sent in this order, and neither answer is waited for.
                    Some(uri) => drop(tokio::spawn(futures_util::future::join(open(client.clone(), uri), ask))),
                    None => drop(tokio::spawn(ask)),
                }
            }
            Out::Progress { token, steps } => drop(tokio::spawn(show(client.clone(), token, steps))),
        }
    }
}

/// That it was applied proves nothing, since some clients say so of an edit that they refused: the text will tell. That it was not is true,
/// and few of them show it; a plugin of ours that gives a reason has said it.
async fn apply(client: Client, edit: Box<WorkspaceEdit>, is_ours: bool) {
    let why = match client.apply_edit(*edit).await {
        Ok(answer) if answer.applied || is_ours && answer.failure_reason.is_some() => return,
        Ok(answer) => answer.failure_reason,
        Err(error) => Some(error.to_string()),
    };
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    tracing::warn!("the editor refused an edit{why}");
    let text = format!("Countersign: the editor did not make the change{why}: nothing was done, say it again.");
    client.show_message(MessageType::Warning, text).await;
}

async fn refresh(client: Client, what: Out) {
    let refreshed = match what {
        Out::RefreshLenses => client.code_lens_refresh().await,
        Out::RefreshHints => client.inlay_hint_refresh().await,
        _ => client.workspace_diagnostic_refresh().await,
    };
    if let Err(error) = refreshed {
        tracing::warn!("the editor does not ask anew: {error}");
    }
}

async fn ask(client: Client, inbox: Inbox, number: u64, text: String, choices: Vec<&'static str>) {
    let item = |title: &&str| MessageActionItem { title: (*title).to_owned(), ..MessageActionItem::default() };
    let items = choices.iter().map(item).collect();
    let answer = client.show_message_request(MessageType::Warning, text, Some(items)).await;
    let choice = match answer {
        Ok(Some(item)) => Choice::Made(item.title),
        Ok(None) => Choice::TurnedAway,
        Err(error) => {
            tracing::warn!("the editor cannot ask: {error}");
            Choice::Impossible
        }
    };
    inbox.tell(Event::Answered { number, choice });
}

async fn open(client: Client, uri: Uri) {
    let params = ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None };
    if let Err(error) = client.show_document(params).await {
        tracing::warn!("the editor shows no document: {error}");
    }
}

async fn show(client: Client, token: String, mut steps: UnboundedReceiver<Value>) {
    let token = ProgressToken::String(token);
    let create = WorkDoneProgressCreateParams { token: token.clone() };
    let made = client.send_request::<WorkDoneProgressCreateRequest>(create).await;
    if let Err(error) = made {
        return tracing::warn!("the editor shows no progress: {error}");
    }
    while let Some(value) = steps.recv().await {
        client.send_notification::<ProgressNotification>(ProgressParams { token: token.clone(), value }).await;
    }
}
