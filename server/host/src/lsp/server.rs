//! The LanguageServer itself: a method translates, tells or asks the owner, and translates back.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use serde_json::Value;
use tower_lsp::gen_lsp_types::*;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::{Client, LanguageServer, LspService};

use super::ext::{AgentEditParams, AuthorInfo, HunkInfo, HunksParams, HunksResult, Phase};
use super::inbox::{Event, Inbox, Letter, inbox};
use super::outbox::outbox;
use super::owner::Owner;
use super::position::{self, Encoding};
use super::transport::{Ended, Limits, serve_stdio};
use super::{actions, commands, diagnostics, hooks, hover, watch};

/// Serves an editor on stdin and stdout until it goes.
///
/// # Errors
/// If stdin or stdout cannot be had.
pub async fn serve(dir: PathBuf) -> std::io::Result<Ended> {
    let (sender, receiver) = inbox();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let door = Arc::new(OnceLock::new());
    let own = Arc::clone(&door);
    let server = |client| Server { client, inbox: sender, letters: receiver, dir, lazily: OnceLock::new(), door: own };
    let (service, socket) = LspService::build(server)
        .custom_method("countersign/hunks", Server::hunks)
        .custom_method("countersign/agentEdit", Server::agent_edit)
        .finish();
    let ended = serve_stdio(service, socket, Limits::default()).await;
    if let Some(door) = door.get() {
        let _ = std::fs::remove_file(door);
    }
    ended
}

struct Server {
    client: Client,
    inbox: Inbox,
    /// The owner's end of the inbox, until it is started.
    letters: std::sync::Mutex<Option<std::sync::mpsc::Receiver<Letter>>>,
    /// Where the process was started: the workspace of a client that names none.
    dir: PathBuf,
    /// Whether the client asks for an action's edit when it is chosen.
    lazily: OnceLock<bool>,
    /// The socket of the hooks, where there is one: it goes with the server.
    door: Arc<OnceLock<PathBuf>>,
}

impl Server {
    fn start(&self, root: &Path, encoding: Encoding) -> anyhow::Result<()> {
        let Some(letters) = self.letters.lock().ok().and_then(|mut letters| letters.take()) else { return Ok(()) };
        let outbox = outbox(self.client.clone());
        let owner = Owner::open(root, encoding, outbox.clone(), &self.inbox)?;
        let (root, wake) = (owner.store.root.clone(), owner.store.journal().wake_file().to_owned());
        std::thread::Builder::new().name("owner".to_owned()).spawn(move || owner.run(&letters))?;
        match wake.parent().map(|state| hooks::listen(&root, state, self.inbox.clone())) {
            Some(Ok(door)) => drop(self.door.set(door)),
            // Hooks do their work themselves then.
            Some(Err(error)) => tracing::warn!("hooks cannot ask this server: {error:#}"),
            None => {}
        }
        watch::watch(&root, &wake, self.inbox.clone(), move |text| {
            let _ = outbox.send(super::outbox::Out::Message(MessageType::Warning, text));
        });
        Ok(())
    }

    async fn hunks(&self, params: HunksParams) -> Result<HunksResult> {
        let hunks = self.inbox.ask(move |owner| hunk_infos(owner, &params)).await;
        Ok(HunksResult { hunks: hunks.unwrap_or_default() })
    }

    async fn agent_edit(&self, params: AgentEditParams) {
        let (author, begins) = (params.author(), params.phase == Phase::Begin);
        self.inbox.tell(Event::AgentEdit { author, begins, uris: params.uris });
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let encoding = Encoding::negotiate(offered);
        let _ = self.lazily.set(resolves_edits(&params.capabilities));
        let root = workspace(&params).unwrap_or_else(|| self.dir.clone());
        if let Err(error) = crate::state_dir::root_of(&root).and_then(|(root, _)| self.start(&root, encoding)) {
            return Err(Error {
                code: tower_lsp::jsonrpc::ErrorCode::InternalError,
                message: format!("{error:#}").into(),
                data: None,
            });
        }
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(ServerInfo {
                name: "countersign".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn shutdown(&self) -> Result<()> {
        self.inbox.ask(Owner::flush_all).await;
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

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>> {
        let lazily = self.lazily.get().copied().unwrap_or(false);
        let actions = self.inbox.ask(move |owner| actions::at(owner, &params, lazily)).await;
        Ok(actions.map(|actions| actions.into_iter().map(Into::into).collect()))
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let unresolved = action.clone();
        Ok(self.inbox.ask(move |owner| actions::resolve(owner, action)).await.unwrap_or(unresolved))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        let argument: Option<Value> = params.arguments.and_then(|arguments| arguments.into_iter().next());
        let done = self.inbox.ask(move |owner| commands::execute(owner, &params.command, argument)).await;
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

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReport> {
        let items = self.inbox.ask(move |owner| {
            let path = owner.path_of(&params.text_document.uri)?;
            Some(diagnostics::of(owner, &path))
        });
        let items = items.await.flatten().unwrap_or_default();
        let report = FullDocumentDiagnosticReport { result_id: None, items };
        Ok(DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: report,
        }))
    }
}

/// What the server can do.
fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let kinds = [actions::REVERT, actions::ACCEPT, actions::REVERT_FILE, actions::ACCEPT_FILE];
    let kinds = kinds.map(|kind| CodeActionKind::Custom(kind.into()));
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        hover_provider: Some(true.into()),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some([CodeActionKind::QuickFix].into_iter().chain(kinds).collect()),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::ALL.iter().map(|name| (*name).to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        ..ServerCapabilities::default()
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

fn resolves_edits(capabilities: &ClientCapabilities) -> bool {
    let action = capabilities.text_document.as_ref().and_then(|document| document.code_action.as_ref());
    let support = action.and_then(|action| action.resolve_support.as_ref());
    support.is_some_and(|support| support.properties.iter().any(|property| property == "edit"))
}

fn hunk_infos(owner: &mut Owner, params: &HunksParams) -> Vec<HunkInfo> {
    let only = params.text_document.as_ref().map(|document| owner.path_of(&document.uri));
    let paths: Vec<String> = match only {
        Some(path) => path.into_iter().collect(),
        None => owner.store.workspace.files().map(|(path, _)| path.to_owned()).collect(),
    };
    paths.iter().flat_map(|path| hunks_of(owner, path)).collect()
}

fn hunks_of(owner: &Owner, path: &str) -> Vec<HunkInfo> {
    let lineage: Lineage = owner.lineage(path);
    let (Some(file), Some(uri)) = (owner.store.workspace.file(path), owner.uri_of(path)) else { return Vec::new() };
    let text = file.document.text(lineage);
    let review = owner.reviews.get(path);
    let hunks = countersign_core::review::pending(file, lineage);
    let info = |hunk: countersign_core::hunk::Hunk| {
        let findings = review.into_iter().flat_map(|review| {
            review.findings.iter().filter(|found| found.hunk.is_some_and(|at| review.hunks[at].id == hunk.id))
        });
        HunkInfo {
            id: hunk.id.to_string(),
            uri: uri.clone(),
            range: position::to_range(text, hunk.bytes.clone(), owner.encoding),
            author: author_info(owner, &hunk),
            added: hunk.added,
            removed: hunk.removed,
            removed_text: hunk.removed_text.clone(),
            mine: hunk.mine,
            findings: findings.filter_map(|found| serde_json::to_value(&found.finding).ok()).collect(),
        }
    };
    hunks.into_iter().map(info).collect()
}

fn author_info(owner: &Owner, hunk: &countersign_core::hunk::Hunk) -> AuthorInfo {
    let Some(agent) = hunk.authors.iter().find(|author| author.is_agent()) else {
        return AuthorInfo { kind: "external", ..AuthorInfo::default() };
    };
    let state = agent.session().and_then(|session| owner.store.workspace.sessions().get(session));
    let evidence = hunk.deeds.first().and_then(|deed| {
        owner.store.workspace.files().find_map(|(_, file)| {
            let weave = file.document.weave();
            weave.ix(deed.by).map(|ix| format!("{:?}", weave.entry(ix).evidence).to_lowercase())
        })
    });
    AuthorInfo {
        kind: if hunk.mine > 0 { "mixed" } else { "agent" },
        agent: Some(Author::to_string(agent)),
        session: agent.session().map(ToString::to_string),
        model: state.and_then(|state| state.model.clone()),
        evidence,
    }
}
