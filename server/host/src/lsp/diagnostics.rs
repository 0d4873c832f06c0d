//! Findings as an editor shows them.

use std::path::Path;

use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::finding::{Finding, Severity};
use countersign_core::loading::loading;
use countersign_core::review::{Found, Review};
use ropey::Rope;
use serde_json::json;
use tower_lsp::gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    Range, Uri,
};

use super::ext::Counts;
use super::owner::Owner;
use super::position::{self, Encoding};
use super::{actions, asking, pages};
use crate::config::ConfigError;

/// The code of what a buffer lacks.
pub(super) const UNLOADED: &str = "not-loaded";

/// What is to be shown of a document: what is held against its changes, and what is wrong in it where it is a policy.
pub(super) fn of(owner: &mut Owner, uri: &Uri) -> Vec<Diagnostic> {
    let path = owner.path_of(uri);
    let mut items = path.as_ref().map(|path| findings(owner, path)).unwrap_or_default();
    items.extend(path.as_ref().and_then(|path| unloaded(owner, path)));
    items.extend(path.iter().flat_map(|path| asking::warnings(owner, path)));
    if let Some(file) = super::uri::to_path(uri) {
        items.extend(of_policy(&owner.policy_errors, &file, owner.encoding));
    }
    items
}

/// What is held against a file, in the text that is shown of it.
fn findings(owner: &Owner, path: &str) -> Vec<Diagnostic> {
    let Some(review) = owner.reviews.get(path) else { return Vec::new() };
    let uri = owner.uri_of(path);
    let shown = |found: &Found| {
        let range = owner.range_shown(path, &found.finding.range);
        let mut diagnostic = diagnostic(review, found, range, uri.as_ref());
        diagnostic.code_description = pages::of(&owner.pages, &found.finding.rule).map(|href| CodeDescription { href });
        diagnostic
    };
    review.findings.iter().map(shown).collect()
}

/// What a buffer with unsaved typing lacks of what was written to its file meanwhile.
fn unloaded(owner: &Owner, path: &str) -> Option<Diagnostic> {
    let document = &owner.store.workspace.file(path)?.document;
    let loading = loading(document)?;
    let text = document.text(Lineage::Editor);
    let first = loading.splices.first()?.range.clone();
    let whose = actions::names(&loading.authors);
    let places = match loading.touching {
        0 => "none of it touches a line of yours".to_owned(),
        1 => "in 1 place it touches a line of yours".to_owned(),
        n => format!("in {n} places it touches lines of yours"),
    };
    let message = format!(
        "{whose} wrote this file while it had unsaved changes here, and that is not in this buffer yet: {places}."
    );
    Some(Diagnostic {
        range: position::to_range(text, first, owner.encoding),
        severity: Some(DiagnosticSeverity::Warning),
        code: Some(Code::String(UNLOADED.to_owned())),
        source: Some("countersign".to_owned()),
        message: message.into(),
        data: Some(json!({ "rule": UNLOADED })),
        ..Diagnostic::default()
    })
}

fn diagnostic(review: &Review, found: &Found, range: Range, uri: Option<&Uri>) -> Diagnostic {
    let finding = &found.finding;
    let hunk = found.hunk.map(|at| review.hunks[at].id.to_string());
    let stood = finding.removed.as_ref().zip(uri).map(|(removed, uri)| {
        let first = removed.lines().next().unwrap_or_default().trim();
        let location = Location { uri: uri.clone(), range };
        vec![DiagnosticRelatedInformation { location, message: format!("here stood: {first}") }]
    });
    Diagnostic {
        range,
        severity: Some(severity(finding)),
        code: Some(Code::String(finding.rule.clone())),
        source: Some("countersign".to_owned()),
        message: finding.message.clone().into(),
        tags: (finding.rule == "lint-suppressed").then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: stood,
        data: Some(json!({ "hunk": hunk, "rule": finding.rule, "symbol": finding.symbol })),
        ..Diagnostic::default()
    }
}

fn severity(finding: &Finding) -> DiagnosticSeverity {
    match finding.severity {
        Severity::Critical | Severity::High => DiagnosticSeverity::Error,
        Severity::Medium => DiagnosticSeverity::Warning,
        Severity::Low => DiagnosticSeverity::Information,
    }
}

/// What is wrong in a policy file.
fn of_policy(errors: &[ConfigError], file: &Path, encoding: Encoding) -> Vec<Diagnostic> {
    if errors.iter().all(|error| error.file != file) {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let text = Rope::from_str(&text);
    let of_file = errors.iter().filter(|error| error.file == file);
    of_file
        .map(|error| {
            let bytes = error.span.start.min(text.len_bytes())..error.span.end.min(text.len_bytes());
            Diagnostic {
                range: position::to_range(&text, bytes, encoding),
                severity: Some(DiagnosticSeverity::Error),
                code: Some(Code::String("policy".to_owned())),
                source: Some("countersign".to_owned()),
                message: format!("{} (the last good policy stays in force)", error.message).into(),
                ..Diagnostic::default()
            }
        })
        .collect()
}

/// How many hunks and findings a review has, by kind.
pub(super) fn counts(review: &Review) -> Counts {
    let mut counts = Counts { findings: review.findings.len(), ..Counts::default() };
    for hunk in &review.hunks {
        match hunk.authors.iter().any(Author::is_agent) {
            true if hunk.mine > 0 => counts.mixed += 1,
            true => counts.agent += 1,
            false => counts.external += 1,
        }
    }
    counts
}
