//! Hover: who wrote a line, when, asked by what prompt, and what is held against it.

use std::collections::BTreeMap;

use countersign_core::author::Author;
use countersign_core::blame::blame;
use countersign_core::edit::{EditId, Evidence};
use countersign_core::weave::Entry;
use tower_lsp::gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Position, Range, Uri};

use super::actions;
use super::owner::Owner;

/// What is known of the line at a place; nothing where no agent, and nobody else but the user, wrote in it.
pub(super) fn at(owner: &mut Owner, uri: &Uri, place: Position) -> Option<Hover> {
    if owner.ui.hover == Some(false) {
        return None;
    }
    let path = owner.path_of(uri)?;
    let lineage = owner.lineage(&path);
    let file = owner.store.workspace.file(&path)?;
    let text = file.document.text(lineage);
    let line = actions::line_at(text, owner.place_shown(&path, Range { start: place, end: place }).start);
    let start = text.line_to_byte(line);
    let end = if line + 1 < text.len_lines() { text.line_to_byte(line + 1) } else { text.len_bytes() };
    let mut told: BTreeMap<EditId, String> = BTreeMap::new();
    let stretches = blame(&file.document, lineage, start..end);
    let others = stretches.iter().any(|stretch| matches!(stretch.edit.author, Author::Agent { .. } | Author::External));
    // What was taken away stood on a line that may be no agent's.
    let review = owner.reviews.get(&path);
    let findings = review.into_iter().flat_map(|review| &review.findings).map(|found| &found.finding);
    let here: Vec<String> = findings
        .filter(|finding| finding.range.start < end.max(start + 1) && start <= finding.range.end)
        .map(|finding| format!("⚠ {} — `{}`", finding.message, finding.rule))
        .collect();
    if !others && here.is_empty() {
        return None;
    }
    for stretch in &stretches {
        if stretch.edit.author != Author::Nobody {
            let verdict = if stretch.accepted { "accepted" } else { "awaits review" };
            told.entry(stretch.edit.id).or_insert_with(|| describe(owner, stretch.edit, verdict));
        }
    }
    let mut parts: Vec<String> = told.into_values().collect();
    parts.dedup();
    parts.extend(here);
    let value = parts.join("\n\n");
    let contents = Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(owner.range_shown(&path, &(start..end))) })
}

fn describe(owner: &Owner, edit: &Entry, verdict: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(edit.at as i64)
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let time = time.unwrap_or_default();
    let Some(session) = edit.author.session() else {
        return format!("**{}** · {time}", edit.author);
    };
    let state = owner.store.workspace.sessions().get(session);
    let model = state.and_then(|state| state.model.as_deref()).map(|model| format!(" · {model}")).unwrap_or_default();
    let call = edit.call.as_deref().map(|call| format!(" · call `{call}`")).unwrap_or_default();
    let prompt = state
        .and_then(|state| state.prompt.as_deref())
        .map(|prompt| format!("\n\n> {}", quoted(prompt)))
        .unwrap_or_default();
    format!(
        "**{}**{model} · session `{session}`{call} · {time} · {verdict} ({}){prompt}",
        edit.author,
        why(edit.evidence)
    )
}

fn why(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Buffer => "typed in the editor",
        Evidence::Content => "it announced this very text",
        Evidence::Path => "it announced a write of this file",
        Evidence::Window => "its shell command was running",
        Evidence::None => "nobody claimed it",
    }
}

/// The beginning of a prompt, as the body of a quotation.
fn quoted(prompt: &str) -> String {
    let mut short: String = prompt.chars().take(300).collect();
    if short.len() < prompt.len() {
        short.push('…');
    }
    short.replace('\n', "\n> ")
}
