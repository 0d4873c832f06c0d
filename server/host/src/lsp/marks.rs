//! What is drawn beside the text: code lenses over hunks, and inlay hints at their first lines' ends. Both are read off the review that
//! is there already.

use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::hunk::Hunk;
use ropey::Rope;
use serde_json::json;
use tower_lsp::gen_lsp_types::{CodeLens, InlayHint, Label, Position, Range};

use super::actions::{command, whose};
use super::owner::Owner;
use super::position::{self, Encoding};

/// Over each hunk: take it back, accept it.
pub(super) fn lenses(owner: &Owner, path: &str) -> Vec<CodeLens> {
    if owner.ui.code_lens == Some(false) {
        return Vec::new();
    }
    let Some((_, hunks)) = shown(owner, path) else { return Vec::new() };
    let mut lenses = Vec::new();
    for hunk in hunks {
        let at = Position { line: line_of(owner, path, hunk), character: 0 };
        let arguments = json!({ "hunk": hunk.id.to_string(), "path": path });
        let does = [
            (format!("Revert +{} -{} ({})", hunk.added, hunk.removed, whom(owner, hunk)), "countersign.revert"),
            ("Accept".to_owned(), "countersign.accept"),
        ];
        lenses.extend(does.into_iter().map(|(title, name)| CodeLens {
            range: Range { start: at, end: at },
            command: Some(command(&title, name, arguments.clone())),
            data: None,
        }));
    }
    lenses
}

/// At the end of the first line of each hunk in a range: who, with which model, and how much is held against it.
pub(super) fn hints(owner: &Owner, path: &str, range: Range) -> Vec<InlayHint> {
    if owner.ui.inlay_hints == Some(false) {
        return Vec::new();
    }
    let Some((text, hunks)) = shown(owner, path) else { return Vec::new() };
    let findings = |hunk: &Hunk| {
        let review = owner.reviews.get(path);
        let of = |at: usize| review.is_some_and(|review| review.hunks[at].id == hunk.id);
        review.map_or(0, |review| review.findings.iter().filter(|found| found.hunk.is_some_and(of)).count())
    };
    let hint = |hunk: &Hunk| {
        let held = match findings(hunk) {
            0 => String::new(),
            1 => ", 1 finding".to_owned(),
            n => format!(", {n} findings"),
        };
        InlayHint {
            position: end_of(text, line_of(owner, path, hunk), owner.encoding),
            label: Label::String(format!("{}{held}", whom(owner, hunk))),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    };
    let within = |hunk: &&Hunk| {
        let line = line_of(owner, path, hunk);
        range.start.line <= line && line <= range.end.line
    };
    hunks.iter().filter(within).map(hint).collect()
}

/// The text on the screen, and the hunks of the review.
fn shown<'a>(owner: &'a Owner, path: &str) -> Option<(&'a Rope, &'a [Hunk])> {
    let file = owner.store.workspace.file(path)?;
    let lineage = if owner.buffers.contains_key(path) { Lineage::Editor } else { Lineage::Disk };
    Some((file.document.text(lineage), &owner.reviews.get(path)?.hunks))
}

/// The line that a hunk is marked at. One that the buffer lacks is marked at the nearest.
fn line_of(owner: &Owner, path: &str, hunk: &Hunk) -> u32 {
    owner.range_shown(path, &hunk.bytes).start.line
}

fn end_of(text: &Rope, line: u32, encoding: Encoding) -> Position {
    let line = (line as usize).min(text.len_lines() - 1);
    let bare = text.line(line).to_string();
    position::to_position(text, text.line_to_byte(line) + bare.trim_end_matches(['\n', '\r']).len(), encoding)
}

/// The authors, and the models of agents that said theirs.
fn whom(owner: &Owner, hunk: &Hunk) -> String {
    let sessions = owner.store.workspace.sessions();
    let model = |author: &Author| sessions.get(author.session()?)?.model.clone();
    let models: std::collections::BTreeSet<String> = hunk.authors.iter().filter_map(model).collect();
    let models: String = models.iter().map(|model| format!(" · {model}")).collect();
    format!("{}{models}", whose(hunk))
}
