//! The LanguageServer itself: a method translates, tells or asks the owner, and translates back.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tower_lsp::gen_lsp_types::*;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::{Client, LanguageServer, LspService};

use super::abilities::Abilities;
use super::ext::{
    AgentEditParams, DidEditParams, DidSaveCleanParams, HunksParams, HunksResult, Phase, ViewedParams, WithoutParams,
    WithoutResult,
};
use super::inbox::{Event, Inbox, Letter, inbox};
use super::outbox::outbox;
use super::owner::Owner;
use super::position::Encoding;
use super::transport::{Ended, Limits, serve_stdio};
use super::{actions, commands, hooks, hover, hunks, marks, watch};

/// How long what an editor told of last may take to be journaled.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Serves an editor on stdin and stdout until it goes.
///
/// # Errors
/// If stdin or stdout cannot be had.
pub async fn serve(dir: PathBuf) -> std::io::Result<Ended> {
    let (sender, receiver) = inbox();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let door = Arc::new(OnceLock::new());
    let own = Arc::clone(&door);
    let inbox = sender.clone();
    let (service, socket) = LspService::build(|client| Server {
        editor: client,
        inbox: sender,
        letters: receiver,
        dir,
        client: OnceLock::new(),
        ready: Arc::default(),
        door: own,
    })
    .custom_method("countersign/hunks", Server::hunks)
    .custom_method("countersign/without", Server::without)
    .custom_method("countersign/agentEdit", Server::agent_edit)
    .custom_method("countersign/viewed", Server::viewed)
    .custom_method("countersign/didEdit", Server::did_edit)
    .custom_method("countersign/didSaveClean", Server::did_save_clean)
    .custom_method("window/workDoneProgress/cancel", Server::cancel)
    .finish();
    let ended = serve_stdio(service, socket, Limits::default()).await;
    // One that goes without a `shutdown` has told of things all the same.
    let _ = tokio::time::timeout(LAST_WORD, inbox.ask(Owner::end)).await;
    if let Some(door) = door.get() {
        let _ = std::fs::remove_file(door);
    }
    ended
}

struct Server {
    editor: Client,
    inbox: Inbox,
    /// The owner's end of the inbox, until it is started.
    letters: std::sync::Mutex<Option<std::sync::mpsc::Receiver<Letter>>>,
    /// Where the process was started: the workspace of a client that names none.
    dir: PathBuf,
    /// What the client can do, once it has said so.
    client: OnceLock<Abilities>,
    /// Told when the client may be sent something.
    ready: Arc<Notify>,
    /// The socket of the hooks, where there is one: it goes with the server.
    door: Arc<OnceLock<PathBuf>>,
}

impl Server {
    fn start(&self, root: &Path, encoding: Encoding, client: Abilities) -> anyhow::Result<()> {
        let letters = self.letters.lock().ok().and_then(|mut letters| letters.take());
        let letters = letters.context("it refused before: start the program anew")?;
        let outbox = outbox(self.editor.clone(), self.inbox.clone(), self.ready.clone(), client.is_ours);
        let owner = Owner::open(root, encoding, client, outbox.clone(), &self.inbox)?;
        let (root, wake) = (owner.store.root.clone(), owner.store.journal().wake_file().to_owned());
        let git = owner.store.git.clone();
        std::thread::Builder::new().name("owner".to_owned()).spawn(move || {
            if std::panic::catch_unwind(AssertUnwindSafe(|| owner.run(&letters))).is_err() {
                // Nobody else knows anything: a server without its owner says that all is well. An editor starts another.
                std::process::exit(1);
            }
        })?;
        let eyes = watch::watch(&root, &wake, &git, self.inbox.clone(), move |text| {
            let _ = outbox.send(super::outbox::Out::Message(MessageType::Warning, text));
        });
        match wake.parent().map(|state| hooks::listen(&root, state, self.inbox.clone(), eyes)) {
            Some(Ok(door)) => drop(self.door.set(door)),
            // Hooks do their work themselves then.
            Some(Err(error)) => tracing::warn!("hooks cannot ask this server: {error:#}"),
            None => {}
        }
        Ok(())
    }

    async fn hunks(&self, params: HunksParams) -> Result<HunksResult> {
        let hunks = self.inbox.ask(move |owner| hunks::of(owner, &params)).await;
        Ok(HunksResult { hunks: hunks.unwrap_or_default() })
    }

    async fn without(&self, params: WithoutParams) -> Result<WithoutResult> {
        let without = self.inbox.ask(move |owner| hunks::without(owner, &params)).await;
        Ok(without.flatten().unwrap_or_default())
    }

    async fn agent_edit(&self, params: AgentEditParams) {
        let (author, begins) = (params.author(), params.phase == Phase::Begin);
        self.inbox.tell(Event::AgentEdit { author, begins, uris: params.uris });
    }

    async fn did_edit(&self, params: DidEditParams) {
        self.inbox.tell(Event::Edits(params));
    }

    async fn did_save_clean(&self, params: DidSaveCleanParams) {
        self.inbox.tell(Event::SavesNothing { uri: params.uri });
    }

    async fn viewed(&self, params: ViewedParams) {
        self.inbox.tell(Event::Viewed(params));
    }

    /// What is to be said of a document, once its newest state is judged; none of one outside the workspace.
    async fn once_judged<T: Send + 'static>(
        &self,
        uri: Uri,
        question: impl FnOnce(&mut Owner, &str) -> T + Send + 'static,
    ) -> Option<T> {
        let ask = move |owner: &mut Owner, answer: oneshot::Sender<T>| {
            if let Some(path) = owner.path_of(&uri) {
                owner.once_judged(path, Box::new(move |owner, path| drop(answer.send(question(owner, path)))));
            }
        };
        self.inbox.ask_late(ask).await
    }

    async fn cancel(&self, params: WorkDoneProgressCancelParams) {
        if let ProgressToken::String(token) = params.token {
            self.inbox.tell(Event::Cancelled { token });
        }
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let encoding = Encoding::negotiate(offered);
        let client = *self.client.get_or_init(|| Abilities::of(&params));
        let root = workspace(&params).unwrap_or_else(|| self.dir.clone());
        if let Err(error) = crate::state_dir::root_of(&root).and_then(|(root, _)| self.start(&root, encoding, client)) {
            if !client.is_ours {
                // Most editors tell nobody why a server refused; this they may be told before they are answered.
                let text = format!("Countersign: nothing is overseen here (see `countersign doctor`): {error:#}");
                self.editor.show_message(MessageType::Error, text).await;
            }
            return Err(Error {
                code: tower_lsp::jsonrpc::ErrorCode::InternalError,
                message: format!("{error:#}").into(),
                data: None,
            });
        }
        Ok(InitializeResult {
            capabilities: capabilities(encoding, client),
            server_info: Some(ServerInfo {
                name: "countersign".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.ready.notify_one();
    }

    async fn shutdown(&self) -> Result<()> {
        self.inbox.ask(Owner::end).await;
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let TextDocumentItem { uri, version, text, .. } = params.text_document;
        self.inbox.tell(Event::Opened { uri, version, text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { version, text_document_identifier } = params.text_document;
        self.inbox.tell(Event::Changed { uri: text_document_identifier.uri, version, changes: params.content_changes });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.inbox.tell(Event::Saved { uri: params.text_document.uri });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.inbox.tell(Event::Closed { uri: params.text_document.uri });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| super::uri::to_path(&change.uri));
        self.inbox.tell(Event::Disk(paths.collect()));
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        self.inbox.tell(Event::Renamed(params.files.into_iter().map(|one| (one.old_uri, one.new_uri)).collect()));
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>> {
        let actions = self.inbox.ask(move |owner| actions::at(owner, &params)).await;
        Ok(actions.map(|actions| actions.into_iter().map(Into::into).collect()))
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let unresolved = action.clone();
        Ok(self.inbox.ask(move |owner| actions::resolve(owner, action)).await.unwrap_or(unresolved))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        let argument: Option<Value> = params.arguments.and_then(|arguments| arguments.into_iter().next());
        let done = self.inbox.ask_late(move |owner, answer| {
            commands::execute(owner, &params.command, argument, answer);
        });
        let done = done.await;
        match done {
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(why)) => {
                Err(Error { code: tower_lsp::jsonrpc::ErrorCode::InvalidParams, message: why.into(), data: None })
            }
            None => Ok(None),
        }
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let place = params.text_document_position_params;
        Ok(self.inbox.ask(move |owner| hover::at(owner, &place.text_document.uri, place.position)).await.flatten())
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri;
        Ok(self.once_judged(uri, |owner, path| marks::lenses(owner, path)).await)
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let (uri, range) = (params.text_document.uri, params.range);
        Ok(self.once_judged(uri, move |owner, path| marks::hints(owner, path, range)).await)
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReport> {
        let (uri, known) = (params.text_document.uri, params.previous_result_id);
        let report = self.inbox.ask_late(move |owner, answer| owner.pull_document(uri, known, answer)).await;
        Ok(report.unwrap_or_else(|| RelatedFullDocumentDiagnosticReport::default().into()))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReport> {
        let known = params.previous_result_ids;
        let report = self.inbox.ask_late(move |owner, answer| owner.pull_workspace(known, answer)).await;
        Ok(report.unwrap_or_default())
    }
}

/// What the server can do.
fn capabilities(encoding: Encoding, client: Abilities) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let kinds =
        [actions::REVERT, actions::RESTORE, actions::ACCEPT, actions::LOAD, actions::REVERT_FILE, actions::ACCEPT_FILE];
    let kinds = kinds.map(|kind| CodeActionKind::Custom(kind.into()));
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        hover_provider: Some(true.into()),
        code_lens_provider: Some(CodeLensOptions::default()),
        inlay_hint_provider: Some(true.into()),
        diagnostic_provider: client.pulls.then(|| DiagnosticProvider::DiagnosticOptions(pulled())),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some([CodeActionKind::QuickFix].into_iter().chain(kinds).collect()),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::ALL.iter().map(|name| (*name).to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceOptions {
            file_operations: Some(FileOperationOptions { did_rename: Some(all_files()), ..Default::default() }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// Files and folders of any name on disk.
fn all_files() -> FileOperationRegistrationOptions {
    let pattern = FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None };
    FileOperationRegistrationOptions::new(vec![FileOperationFilter::new(Some("file".to_owned()), pattern)])
}

/// How diagnostics can be asked for.
fn pulled() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some("countersign".to_owned()),
        inter_file_dependencies: false,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// The first folder that a client has open.
fn workspace(params: &InitializeParams) -> Option<PathBuf> {
    let folders = params.workspace_folders_initialize_params.workspace_folders.as_ref();
    let first = match folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.first().map(|folder| &folder.uri),
        _ => None,
    };
    #[allow(deprecated)]
    let root = params.root_uri.as_ref();
    first.or(root).and_then(super::uri::to_path)
}
