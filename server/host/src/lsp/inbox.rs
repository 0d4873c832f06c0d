//! The way to the one owner of the workspace: everything is told or asked here, and done in the order in which it came.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use countersign_core::author::Author;
use countersign_core::review::Review;
use tokio::sync::oneshot;
use tower_lsp::gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::ext::{DidEditParams, ViewedParams};
use super::outbox::Choice;
use super::owner::Owner;

/// What happens to a workspace.
#[derive(Debug)]
pub(super) enum Event {
    Opened {
        uri: Uri,
        version: i32,
        text: String,
    },
    Changed {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    Saved {
        uri: Uri,
    },
    Closed {
        uri: Uri,
    },
    /// The editor renamed files or folders: from, to.
    Renamed(Vec<(Uri, Uri)>),
    /// Something may have changed on disk there.
    Disk(Vec<PathBuf>),
    /// Too much happened on disk to be told.
    Rescan,
    /// Another process may have journaled something.
    Journal,
    /// A worker judged a file, as it was when this was its newest stamp.
    Analyzed {
        path: String,
        stamp: u64,
        review: Review,
    },
    /// Git says that these files differ from what was committed.
    Dirty(Vec<String>),
    /// The person answered the question of that number, turned it away, or cannot be asked.
    Answered {
        number: u64,
        choice: Choice,
    },
    /// Nobody waits for the answer to the question of that number any more.
    Withdrawn {
        number: u64,
    },
    /// The person wants no more of the work that is shown under this name.
    Cancelled {
        token: String,
    },
    /// Who makes a document's changes from now on.
    Edits(DidEditParams),
    /// The didSave that comes next is of a document that had nothing unsaved.
    SavesNothing {
        uri: Uri,
    },
    /// A hunk came before the person's eyes, or went.
    Viewed(ViewedParams),
    /// An agent writes through the editor from now on, or no more.
    AgentEdit {
        author: Author,
        begins: bool,
        uris: Vec<Uri>,
    },
}

/// What came, and when: on a busy machine it may wait.
pub(super) struct Letter {
    pub(super) came: Instant,
    pub(super) about: About,
}

pub(super) enum About {
    Tell(Event),
    Ask(Box<dyn FnOnce(&mut Owner) + Send>),
}

/// The sending end; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Inbox(Sender<Letter>);

pub(super) fn inbox() -> (Inbox, Receiver<Letter>) {
    let (sender, receiver) = channel();
    (Inbox(sender), receiver)
}

impl Inbox {
    /// Tells the owner what happened. Returns at once.
    pub(super) fn tell(&self, event: Event) {
        // An owner that is gone is one whose server ends.
        let _ = self.send(About::Tell(event));
    }

    /// Has the owner do something and gives what came of it; none if the owner is gone.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Owner) -> T + Send + 'static,
    ) -> Option<T> {
        self.ask_late(move |owner, answer| drop(answer.send(question(owner)))).await
    }

    /// The same, where the owner answers when it can: it may keep the sender.
    pub(super) async fn ask_late<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Owner, oneshot::Sender<T>) + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.send(About::Ask(Box::new(move |owner| question(owner, answer))))?;
        answered.await.ok()
    }

    /// The same for a thread that waits; none also where the owner is not done by then. It may then still do it.
    pub(super) fn ask_until<T: Send + 'static>(
        &self,
        until: Instant,
        question: impl FnOnce(&mut Owner) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = channel();
        self.send(About::Ask(Box::new(move |owner| {
            let _ = answer.send(question(owner));
        })))?;
        answered.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
    }

    fn send(&self, about: About) -> Option<()> {
        self.0.send(Letter { came: Instant::now(), about }).ok()
    }
}
