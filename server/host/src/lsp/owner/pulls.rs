//! Diagnostics for clients that ask for them. They are told of a file once its newest state is judged, never of an older one; and when
//! there is news that they did not ask for, they are told to ask.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use tokio::sync::oneshot::Sender;
use tower_lsp::gen_lsp_types::{
    Diagnostic, DocumentDiagnosticReport, FullDocumentDiagnosticReport, PreviousResultId,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    Uri, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::super::outbox::Out;
use super::super::{diagnostics, uri};
use super::Owner;

/// News of several files that comes this close together is told as one.
const TOGETHER: Duration = Duration::from_millis(50);
/// A client that typed asks by itself within this time.
const BY_ITSELF: Duration = Duration::from_millis(400);

/// What was asked and is not answered yet, and what a client knows.
#[derive(Default)]
pub(super) struct Pulls {
    waiting: Vec<Waiting>,
    /// The last that the client was told of each file: by an answer, or by being told to ask.
    told: HashMap<String, Told>,
    /// What it was not told.
    news: HashMap<String, Told>,
    /// When it is told to ask.
    pub(super) due: Option<Instant>,
}

/// A report of a file: its name, and the version that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    report: String,
    version: Option<i32>,
}

/// A question about a file, answered in whatever way it wants.
pub(in super::super) type Question = Box<dyn FnOnce(&mut Owner, &str) + Send>;

enum Waiting {
    Document { uri: Uri, known: Option<String>, answer: Sender<DocumentDiagnosticReport> },
    Workspace { known: Vec<PreviousResultId>, answer: Sender<WorkspaceDiagnosticReport> },
    Other { path: String, question: Question },
}

impl Owner {
    /// A client asks for a document's diagnostics; `known` names the report that it has.
    pub(in super::super) fn pull_document(
        &mut self,
        uri: Uri,
        known: Option<String>,
        answer: Sender<DocumentDiagnosticReport>,
    ) {
        self.pulls.waiting.push(Waiting::Document { uri, known, answer });
    }

    /// A client asks for the diagnostics of all files.
    pub(in super::super) fn pull_workspace(
        &mut self,
        known: Vec<PreviousResultId>,
        answer: Sender<WorkspaceDiagnosticReport>,
    ) {
        self.pulls.waiting.push(Waiting::Workspace { known, answer });
    }

    /// Asks something of a file once its newest state is judged.
    pub(in super::super) fn once_judged(&mut self, path: String, question: Question) {
        self.pulls.waiting.push(Waiting::Other { path, question });
    }

    /// Answers what can be answered by now; tells of news whose time has come.
    pub(super) fn serve_pulls(&mut self) {
        for waiting in std::mem::take(&mut self.pulls.waiting) {
            match waiting {
                Waiting::Document { answer, .. } if answer.is_closed() => {}
                Waiting::Workspace { answer, .. } if answer.is_closed() => {}
                Waiting::Document { uri, known, answer } if self.can_tell_of(&uri) => {
                    let _ = answer.send(self.report(&uri, known.as_deref()));
                }
                Waiting::Workspace { known, answer } if self.is_all_judged() => {
                    let _ = answer.send(self.report_all(&known));
                }
                Waiting::Other { path, question } if self.is_judged(&path) => question(self, &path),
                later => self.pulls.waiting.push(later),
            }
        }
        if self.pulls.due.is_some_and(|at| at <= Instant::now()) {
            self.pulls.due = None;
            let news = std::mem::take(&mut self.pulls.news);
            if !news.is_empty() {
                self.pulls.told.extend(news);
                let _ = self.outbox.send(Out::Refresh);
            }
        }
    }

    /// Takes note of what is held against a file, for a client that will ask for it.
    pub(super) fn has_news(&mut self, uri: &Uri, items: &[Diagnostic]) {
        let key = self.key(uri);
        let new = Told { report: name_of(items), version: self.version_of(uri) };
        let told = self.pulls.told.get(&key);
        if told.map_or_else(|| items.is_empty(), |told| told.report == new.report) {
            self.pulls.news.remove(&key);
            return;
        }
        let asks = new.version.is_some() && told.is_none_or(|told| told.version != new.version);
        let at = Instant::now() + if asks { BY_ITSELF } else { TOGETHER };
        self.pulls.news.insert(key, new);
        self.pulls.due = Some(self.pulls.due.map_or(at, |due| due.min(at)));
    }

    fn can_tell_of(&mut self, uri: &Uri) -> bool {
        self.path_of(uri).is_none_or(|path| self.is_judged(&path))
    }

    fn report(&mut self, uri: &Uri, known: Option<&str>) -> DocumentDiagnosticReport {
        let items = diagnostics::of(self, uri);
        let name = name_of(&items);
        self.has_told(uri, &name);
        if known == Some(name.as_str()) {
            let unchanged = UnchangedDocumentDiagnosticReport { result_id: name };
            return RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: unchanged,
            }
            .into();
        }
        let full = FullDocumentDiagnosticReport { result_id: Some(name), items };
        RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: full }.into()
    }

    /// All files that there is something to say of, and those of which the client knows something.
    fn report_all(&mut self, known: &[PreviousResultId]) -> WorkspaceDiagnosticReport {
        let mut files: BTreeMap<String, (Uri, Option<&str>)> = BTreeMap::new();
        let judged = self.reviews.iter().filter(|(_, review)| !review.findings.is_empty()).map(|(path, _)| path);
        let found: Vec<Uri> = judged
            .filter_map(|path| self.uri_of(path))
            .chain(self.policy_errors.iter().filter_map(|error| uri::from_path(&error.file)))
            .collect();
        for uri in found {
            files.insert(self.key(&uri), (uri, None));
        }
        for PreviousResultId { uri, value } in known {
            files.insert(self.key(uri), (uri.clone(), Some(value)));
        }
        let items = files.into_values().map(|(uri, known)| self.report_in_all(uri, known)).collect();
        WorkspaceDiagnosticReport { items }
    }

    fn report_in_all(&mut self, uri: Uri, known: Option<&str>) -> WorkspaceDocumentDiagnosticReport {
        let items = diagnostics::of(self, &uri);
        let (name, version) = (name_of(&items), self.version_of(&uri));
        // Of a document that is open clients believe what they asked of it alone.
        if version.is_none() {
            self.has_told(&uri, &name);
        }
        if known == Some(name.as_str()) {
            let unchanged = UnchangedDocumentDiagnosticReport { result_id: name };
            return WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: unchanged,
            }
            .into();
        }
        let full = FullDocumentDiagnosticReport { result_id: Some(name), items };
        WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: full }.into()
    }

    fn has_told(&mut self, uri: &Uri, report: &str) {
        let key = self.key(uri);
        self.pulls.news.remove(&key);
        let version = self.version_of(uri);
        self.pulls.told.insert(key, Told { report: report.to_owned(), version });
    }

    fn version_of(&mut self, uri: &Uri) -> Option<i32> {
        let path = self.path_of(uri)?;
        self.buffers.get(&path).map(|buffer| buffer.version)
    }

    /// One name for a file, however a client spells it.
    fn key(&mut self, uri: &Uri) -> String {
        self.path_of(uri).unwrap_or_else(|| uri.0.clone())
    }
}

/// Names a report by what is in it: the same report has the same name, also in the next server.
fn name_of(items: &[Diagnostic]) -> String {
    let text = serde_json::to_vec(items).unwrap_or_default();
    crate::journal::hash(&text).to_hex()[..16].to_owned()
}
