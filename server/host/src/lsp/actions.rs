//! Code actions: taking an agent's hunk back, accepting it, and what can be done about a finding.

use std::collections::BTreeSet;

use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::hunk::Hunk;
use countersign_core::loading::loading;
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::review::{OUT_OF_SCOPE, pending};
use countersign_core::weave::Splice;
use countersign_core::workspace::{Content, File};
use ropey::Rope;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, Command, DeleteFile, DeleteFileOptions, Diagnostic, DocumentChange,
    Edit, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};

use super::owner::Owner;
use super::{asking, position, restores};
use crate::disk;
use crate::store::now;

pub(super) const REVERT: &str = "quickfix.countersign.revert";
pub(super) const RESTORE: &str = "quickfix.countersign.restore";
pub(super) const ACCEPT: &str = "quickfix.countersign.accept";
pub(super) const LOAD: &str = "quickfix.countersign.load";
pub(super) const REVERT_FILE: &str = "source.countersign.revert";
pub(super) const ACCEPT_FILE: &str = "source.countersign.accept";

const AT_THE_END: &str = "when the agent's turn ends";

/// What an action stands for, until its edit is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reverts {
    path: String,
    /// The hunk; all of the agents' without one.
    #[serde(default)]
    hunk: Option<String>,
    #[serde(default)]
    mine_too: bool,
}

/// An action that takes into a buffer what was written to its file meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Loads {
    load: String,
}

/// The actions at a place. Their edits are worked out when one is chosen, by clients that can ask for them then.
pub(super) fn at(owner: &mut Owner, params: &CodeActionParams) -> Vec<CodeAction> {
    let Some(path) = owner.path_of(&params.text_document.uri) else { return Vec::new() };
    let lineage = owner.lineage(&path);
    let Some(file) = owner.store.workspace.file(&path) else { return Vec::new() };
    let text = file.document.text(lineage);
    let bytes = owner.place_shown(&path, params.range);
    let (first, last) = (text.byte_to_line(bytes.start), text.byte_to_line(bytes.end.max(bytes.start)));
    let hunks = pending(file, lineage);
    let here = hunks.iter().filter(|hunk| touches(hunk, first, last));
    let shown = &params.context.diagnostics;
    let of = |hunk| restores::of_hunk(owner, &path, hunk, shown).into_iter().chain(of_hunk(&path, hunk));
    let mut actions: Vec<CodeAction> = here.flat_map(of).collect();
    for diagnostic in &params.context.diagnostics {
        actions.extend(of_finding(owner, &path, &hunks, diagnostic));
    }
    actions.extend(of_unloaded(&path, file));
    if first == 0 {
        actions.extend(asking::actions(owner));
    }
    if hunks.iter().any(|hunk| hunk.authors.iter().any(Author::is_agent)) {
        actions.extend(of_file(owner, &path, &hunks));
    }
    let only = params.context.only.as_deref();
    actions.retain(|action| only.is_none_or(|only| only.iter().any(|kind| is_of(action, kind))));
    // Of a buffer that is behind the disk there is no edit to work out; and Helix does not run a command that it is told of so late.
    if owner.client.resolves_edits && lineage == Lineage::Editor {
        return actions;
    }
    actions.into_iter().map(|action| resolve(owner, action)).collect()
}

/// Gives an action the edit that it stands for, or the reason why it can't be done any more.
pub(super) fn resolve(owner: &mut Owner, mut action: CodeAction) -> CodeAction {
    let Some(data) = action.data.clone() else { return action };
    if let Ok(Loads { load: path }) = serde_json::from_value(data.clone()) {
        action.edit = load(owner, &path);
        return action;
    }
    if let Ok(restores) = serde_json::from_value(data.clone()) {
        return restores::resolve(owner, &restores, action);
    }
    let Ok(reverts) = serde_json::from_value::<Reverts>(data) else { return action };
    match edit_for(owner, &reverts) {
        Ok(Some(edit)) => action.edit = Some(edit),
        // The buffer is not what the disk has, and has nothing of its own: the file is written, the editor reloads it.
        Ok(None) => {
            let hunk = reverts.hunk.as_deref();
            let arguments = json!({ "hunk": hunk, "path": reverts.path, "includeMine": reverts.mine_too, "now": true });
            action.command = Some(command("Revert", "countersign.revert", arguments));
        }
        Err(why) => {
            action.disabled = Some(tower_lsp::gen_lsp_types::CodeActionDisabled { reason: why });
        }
    }
    action
}

fn edit_for(owner: &mut Owner, reverts: &Reverts) -> Result<Option<WorkspaceEdit>, String> {
    let path = &reverts.path;
    if owner.lineage(path) == Lineage::Disk {
        return Ok(None);
    }
    let plan = plan_for(owner, path, reverts.hunk.as_deref(), reverts.mine_too, Lineage::Editor)?;
    Ok(Some(hand_out(owner, path, &plan)))
}

/// What taking a hunk, or all of a file's agents, back comes to.
pub(super) fn plan_for(
    owner: &Owner,
    path: &str,
    hunk: Option<&str>,
    mine_too: bool,
    lineage: Lineage,
) -> Result<Plan, String> {
    let file = owner.store.workspace.file(path).ok_or("the file is not followed")?;
    let hunks = pending(file, lineage);
    let stale = || "the hunk is not there any more: the text has changed since".to_owned();
    let deeds: Option<Vec<Deed>> = match hunk {
        Some(name) => {
            let found = hunks.iter().find(|hunk| hunk.id.to_string() == name).ok_or_else(stale)?;
            Some(found.deeds.clone())
        }
        None => None,
    };
    let whose = |author: &Author| author.is_agent() || deeds.is_some() && *author == Author::External;
    let request = Request { whose: &whose, only: deeds.as_deref(), accepted_too: false, mine_too };
    let plan = plan(&file.document, lineage, &request);
    plan.refused.map_or(Ok(plan), |why| Err(why.to_owned()))
}

/// What the disk has and the buffer lacks, as an edit of the buffer.
fn load(owner: &mut Owner, path: &str) -> Option<WorkspaceEdit> {
    let file = owner.store.workspace.file_mut(path)?;
    let loading = loading(&file.document)?;
    file.document.expect_load(&loading.target);
    let uri = owner.uri_of(path)?;
    let change = edits_of(owner, path, &uri, Lineage::Editor, &loading.splices);
    Some(WorkspaceEdit { document_changes: Some(vec![change]), ..WorkspaceEdit::default() })
}

/// A plan as an edit of the document's version, which is known again when the text comes back.
pub(super) fn hand_out(owner: &mut Owner, path: &str, plan: &Plan) -> WorkspaceEdit {
    if let Some(file) = owner.store.workspace.file_mut(path) {
        file.document.hand_out(plan, &Act::user(now()));
    }
    let Some(uri) = owner.uri_of(path) else { return WorkspaceEdit::default() };
    let mut changes = vec![edits_of(owner, path, &uri, plan.lineage, &plan.splices)];
    if goes(owner, path, plan) {
        let options = Some(DeleteFileOptions { ignore_if_not_exists: Some(true), ..DeleteFileOptions::default() });
        changes.push(DocumentChange::DeleteFile(DeleteFile { uri, options, annotation_id: None }));
    }
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}

/// Splices of a document's text as edits of the version that the editor has.
fn edits_of(owner: &Owner, path: &str, uri: &Uri, lineage: Lineage, splices: &[Splice]) -> DocumentChange {
    let text = owner.store.workspace.file(path).map(|file| file.document.text(lineage).clone()).unwrap_or_default();
    let edits = splices.iter().map(|splice| {
        Edit::TextEdit(TextEdit {
            range: position::to_range(&text, splice.range.clone(), owner.encoding),
            new_text: splice.text.clone(),
        })
    });
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: owner.buffers.get(path).map(|buffer| buffer.version),
        text_document_identifier: TextDocumentIdentifier { uri: uri.clone() },
    };
    DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits: edits.collect() })
}

/// Whether a file goes with what is taken out of it: the agent made it, nothing else is in it, here and on disk, and the editor can
/// do that.
fn goes(owner: &Owner, path: &str, plan: &Plan) -> bool {
    let file = owner.store.workspace.file(path);
    owner.client.deletes
        && file.is_some_and(|file| {
            let known = Content::Text(file.document.text(Lineage::Disk).clone());
            file.present
                && !file.document.is_dirty()
                && file.content_for(&plan.target) == Content::Absent
                && disk::read(&owner.store.root.join(path)).is_ok_and(|reading| reading.content == known)
        })
}

fn touches(hunk: &Hunk, first: usize, last: usize) -> bool {
    if hunk.lines.is_empty() {
        // Lines that are gone are met from the line before and the line behind.
        return first <= hunk.lines.start && hunk.lines.start <= last + 1;
    }
    hunk.lines.start <= last && first < hunk.lines.end
}

fn of_hunk(path: &str, hunk: &Hunk) -> Vec<CodeAction> {
    let id = hunk.id.to_string();
    let whose = whose(hunk);
    let revert = |title: String, mine_too: bool, preferred: bool| CodeAction {
        title,
        kind: Some(CodeActionKind::Custom(REVERT.into())),
        is_preferred: preferred.then_some(true),
        data: serde_json::to_value(Reverts { path: path.to_owned(), hunk: Some(id.clone()), mine_too }).ok(),
        ..CodeAction::default()
    };
    let mut actions = Vec::new();
    if hunk.mine > 0 && hunk.authors.iter().any(Author::is_agent) {
        let lines = lines(hunk.mine);
        actions.push(revert(format!("Revert {whose}'s part of this hunk, keep mine"), false, true));
        actions.push(revert(format!("Revert all of this hunk, {lines} of mine too"), true, false));
    } else {
        actions.push(revert(format!("Revert this hunk ({whose})"), false, true));
    }
    let accept = json!({ "hunk": id, "path": path });
    actions.push(CodeAction {
        title: format!("Accept this hunk ({whose})"),
        kind: Some(CodeActionKind::Custom(ACCEPT.into())),
        command: Some(command("Accept this hunk", "countersign.accept", accept)),
        ..CodeAction::default()
    });
    actions
}

/// What can be done about a file that was written while its buffer had unsaved typing. Nothing of either is lost; where both changed
/// one line, a person says whether they are to stand together.
fn of_unloaded(path: &str, file: &File) -> Option<CodeAction> {
    let loading = loading(&file.document)?;
    let whose = names(&loading.authors);
    let title = match loading.touching {
        0 => format!("Take what {whose} wrote into this buffer, and keep my unsaved changes"),
        n => format!("Take what {whose} wrote into this buffer beside my unsaved changes, {} to look at", places(n)),
    };
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::Custom(LOAD.into())),
        is_preferred: (loading.touching == 0).then_some(true),
        data: serde_json::to_value(Loads { load: path.to_owned() }).ok(),
        ..CodeAction::default()
    })
}

fn places(n: usize) -> String {
    if n == 1 { "1 place".to_owned() } else { format!("{n} places") }
}

fn of_file(owner: &Owner, path: &str, hunks: &[Hunk]) -> Vec<CodeAction> {
    let at_work = owner.store.workspace.is_at_work(now());
    let all = "Revert all of the agents' hunks in this file".to_owned();
    let reverts = Reverts { path: path.to_owned(), hunk: None, mine_too: false };
    let mut actions = vec![CodeAction {
        // An edit is applied by the editor at once: it is the person who waits.
        title: if at_work { format!("{all} now (an agent is at work)") } else { all.clone() },
        kind: Some(CodeActionKind::Custom(REVERT_FILE.into())),
        data: serde_json::to_value(reverts).ok(),
        ..CodeAction::default()
    }];
    if at_work {
        actions.push(revert_by_command(format!("{all} {AT_THE_END}"), json!({ "path": path, "wait": true })));
    }
    actions.push(CodeAction {
        title: "Accept all of the agents' hunks in this file".to_owned(),
        kind: Some(CodeActionKind::Custom(ACCEPT_FILE.into())),
        command: Some(command("Accept all", "countersign.accept", json!({ "path": path }))),
        ..CodeAction::default()
    });
    let agents: std::collections::BTreeSet<_> =
        hunks.iter().flat_map(|hunk| &hunk.authors).filter(|author| author.is_agent()).collect();
    for author in agents {
        let Some(session) = author.session().map(ToString::to_string) else { continue };
        let title = format!("Revert all that {author} did in session {session}, in every file");
        if at_work && !owner.client.asks {
            let now = json!({ "session": session, "now": true });
            actions.push(revert_by_command(format!("{title}, now (an agent is at work)"), now));
            let wait = json!({ "session": session, "wait": true });
            actions.push(revert_by_command(format!("{title}, {AT_THE_END}"), wait));
        } else {
            actions.push(revert_by_command(title, json!({ "session": session })));
        }
    }
    actions
}

fn revert_by_command(title: String, arguments: Value) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::Custom(REVERT_FILE.into())),
        command: Some(command(&title, "countersign.revert", arguments)),
        title,
        ..CodeAction::default()
    }
}

/// What can be done about an agent that wrote where it was not to.
fn of_finding(owner: &Owner, path: &str, hunks: &[Hunk], diagnostic: &Diagnostic) -> Vec<CodeAction> {
    let data = diagnostic.data.as_ref();
    let field = |name: &str| data.and_then(|data| data.get(name)).and_then(Value::as_str);
    if field("rule") != Some(OUT_OF_SCOPE) {
        return Vec::new();
    }
    let hunk = hunks.iter().find(|hunk| Some(hunk.id.to_string().as_str()) == field("hunk"));
    let session = hunk.and_then(|hunk| hunk.authors.iter().find_map(Author::session)).map(ToString::to_string);
    let allow = |title: String, symbol: Option<&str>, for_good: bool| {
        let arguments = json!({ "path": path, "symbol": symbol, "session": session, "forGood": for_good });
        CodeAction {
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic.clone()]),
            command: Some(command(&title, "countersign.scope.allow", arguments)),
            title,
            ..CodeAction::default()
        }
    };
    let mut actions = vec![allow(format!("Allow `{path}` for this session"), None, false)];
    if let Some(symbol) = field("symbol") {
        actions.push(allow(format!("Allow `{symbol}` for this session"), Some(symbol), false));
    }
    if !owner.policy.scope.protects_file(path) {
        actions.push(allow(format!("Allow `{path}` for good, in .countersign.toml"), None, true));
    }
    actions
}

fn is_of(action: &CodeAction, wanted: &CodeActionKind) -> bool {
    let name =
        |kind: &CodeActionKind| serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned));
    let (Some(kind), Some(wanted)) = (action.kind.as_ref().and_then(name), name(wanted)) else { return true };
    wanted.is_empty() || kind == wanted || kind.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('.'))
}

pub(super) fn command(title: &str, name: &str, arguments: Value) -> Command {
    Command { title: title.to_owned(), tooltip: None, command: name.to_owned(), arguments: Some(vec![arguments]) }
}

/// The names of a hunk's authors.
pub(super) fn whose(hunk: &Hunk) -> String {
    names(&hunk.authors)
}

/// Authors' names as people read them.
pub(super) fn names(authors: &BTreeSet<Author>) -> String {
    authors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn lines(n: usize) -> String {
    if n == 1 { "1 line".to_owned() } else { format!("{n} lines") }
}

/// The line that a byte of a text is on, from 0.
#[must_use]
pub(super) fn line_at(text: &Rope, byte: usize) -> usize {
    text.byte_to_line(byte.min(text.len_bytes()))
}
