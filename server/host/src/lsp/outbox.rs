//! What goes to the editor, in order: one task sends it, so that no handler ever waits for a client.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::gen_lsp_types::{Diagnostic, MessageType, Uri, WorkspaceEdit};

use super::ext::{DidChangeHunks, HunksChanged};

/// One thing that an editor is told or asked.
#[derive(Debug)]
pub(super) enum Out {
    Diagnostics { uri: Uri, version: Option<i32>, items: Vec<Diagnostic> },
    Hunks(HunksChanged),
    Edit(Box<WorkspaceEdit>),
    Message(MessageType, String),
}

pub(super) type Outbox = UnboundedSender<Out>;

/// Starts the task; it ends when all senders are gone.
pub(super) fn outbox(client: Client) -> Outbox {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(send(client, receiver));
    sender
}

async fn send(client: Client, mut receiver: UnboundedReceiver<Out>) {
    while let Some(out) = receiver.recv().await {
        match out {
            Out::Diagnostics { uri, version, items } => client.publish_diagnostics(uri, items, version).await,
            Out::Hunks(changed) => client.send_notification::<DidChangeHunks>(changed).await,
            Out::Message(kind, text) => client.show_message(kind, text).await,
            // Its reply proves nothing (some clients say `applied` of an edit that they refused): the text will tell. What comes
            // behind it must not wait for a person who is asked.
            Out::Edit(edit) => {
                let client = client.clone();
                tokio::spawn(async move {
                    if let Err(error) = client.apply_edit(*edit).await {
                        tracing::warn!("the editor refused an edit: {error}");
                    }
                });
            }
        }
    }
}
