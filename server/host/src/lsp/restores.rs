//! Restores: work that an agent destroyed comes back by an edit where the file is open, else on disk.

use countersign_core::destroyed::{DESTROYED_WORK, Destroyed, destroyed_whole};
use countersign_core::edit::{Deed, Lineage};
use countersign_core::hunk::Hunk;
use countersign_core::revert::{Plan, restore};
use countersign_core::review::destroyed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{CodeAction, CodeActionKind, Diagnostic, Uri, WorkspaceEdit};

use super::actions::{RESTORE, command, hand_out};
use super::owner::Owner;
use super::reverts::{carry_out, written};
use crate::git::Held;

/// What an action stands for, until its edit is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Restores {
    path: String,
    /// The hunk in which it was destroyed.
    restore: String,
}

/// What a command is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct What {
    hunk: Option<String>,
    uri: Option<String>,
    path: Option<String>,
    all: bool,
}

/// The action that brings back what was destroyed in a hunk, where something was.
pub(super) fn of_hunk(owner: &Owner, path: &str, hunk: &Hunk, shown: &[Diagnostic]) -> Option<CodeAction> {
    let review = owner.reviews.get(path)?;
    let is_it = |found: &countersign_core::review::Found| {
        found.finding.rule == DESTROYED_WORK && found.hunk.is_some_and(|at| review.hunks[at].id == hunk.id)
    };
    let found = review.findings.iter().find(|found| is_it(found))?;
    let removed = found.finding.removed.as_deref().unwrap_or_default();
    let lines = removed.lines().filter(|line| !line.trim().is_empty()).count();
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    let about = |diagnostic: &&Diagnostic| {
        let rule = diagnostic.data.as_ref().and_then(|data| data.get("rule")).and_then(Value::as_str);
        rule == Some(DESTROYED_WORK)
    };
    let diagnostics: Vec<Diagnostic> = shown.iter().filter(about).cloned().collect();
    Some(CodeAction {
        title: format!("Restore my lines: the {lines} that {} took away", super::actions::whose(hunk)),
        kind: Some(CodeActionKind::Custom(RESTORE.into())),
        diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
        data: serde_json::to_value(Restores { path: path.to_owned(), restore: hunk.id.to_string() }).ok(),
        ..CodeAction::default()
    })
}

/// Gives an action its edit, or a command where the file is not the editor's to change, or the reason why it can't be done any more.
pub(super) fn resolve(owner: &mut Owner, restores: &Restores, mut action: CodeAction) -> CodeAction {
    let Restores { path, restore } = restores;
    if owner.lineage(path) == Lineage::Disk {
        action.command = Some(command("Restore", "countersign.restore", json!({ "hunk": restore, "path": path })));
        return action;
    }
    match edit_for(owner, path, restore) {
        Ok(edit) => action.edit = Some(edit),
        Err(reason) => action.disabled = Some(tower_lsp::gen_lsp_types::CodeActionDisabled { reason }),
    }
    action
}

fn edit_for(owner: &mut Owner, path: &str, hunk: &str) -> Result<WorkspaceEdit, String> {
    let lost = lost_in(owner, path, Some(hunk));
    let plan = plan_for(owner, path, &lost)?.ok_or_else(stale)?;
    Ok(hand_out(owner, path, &plan))
}

fn stale() -> String {
    "there is nothing to restore any more: the text has changed since".to_owned()
}

/// Brings back what is meant; says how many lines and files that were.
pub(super) fn execute(owner: &mut Owner, argument: Value) -> Result<Value, String> {
    let what: What = serde_json::from_value(argument).map_err(|error| format!("countersign.restore: {error}"))?;
    owner.catch_up();
    let named = match (&what.uri, &what.path) {
        (Some(uri), _) => Some(owner.path_of(&Uri(uri.clone())).ok_or("the document is not in the workspace")?),
        (None, path) => path.clone(),
    };
    if named.is_none() && what.hunk.is_none() && !what.all {
        return Err("say what: a hunk, uri or all".to_owned());
    }
    let (mut lines, mut files, mut failed) = (0, 0, Vec::new());
    let paths: Vec<String> = owner.store.workspace.files().map(|(path, _)| path.to_owned()).collect();
    for path in paths.iter().filter(|path| named.as_ref().is_none_or(|named| named == *path)) {
        match restore_in(owner, path, what.hunk.as_deref()) {
            Ok(None) => {}
            Ok(Some(back)) => (lines, files) = (lines + back, files + 1),
            Err(why) => failed.push(format!("{path}: {why}")),
        }
    }
    match (files, what.hunk.is_some()) {
        (0, _) if !failed.is_empty() => Err(failed.join("; ")),
        (0, true) => Err(stale()),
        _ => Ok(json!({ "lines": lines, "files": files, "failed": failed })),
    }
}

/// Brings back what is meant in a file: how many lines, or none where nothing is.
fn restore_in(owner: &mut Owner, path: &str, hunk: Option<&str>) -> Result<Option<usize>, String> {
    owner.catch_up();
    let lineage = owner.lineage(path);
    let lost = lost_in(owner, path, hunk);
    let git = Held::new(&owner.store.git);
    let file = owner.store.workspace.file(path).ok_or("the file is not followed")?;
    let closed = hunk.is_none() && !owner.buffers.contains_key(path);
    let whole = if closed { destroyed_whole(file, path, &|path, since| git.of(path, since)) } else { None };
    if lost.is_empty() && whole.is_none() {
        return Ok(None);
    }
    if lineage == Lineage::Disk && owner.store.is_unsaved_in_an_editor(path).unwrap_or(true) {
        return Err("it has unsaved changes in another editor: restore it there, or save it first".to_owned());
    }
    if let Some(was) = whole {
        let done = owner.store.restore_whole(path, &was);
        written(owner, path, done)?;
        return Ok(Some(0));
    }
    let plan = plan_for(owner, path, &lost)?.ok_or_else(stale)?;
    carry_out(owner, path, &plan)?;
    Ok(Some(lost.iter().map(|lost| lost.lines).sum()))
}

fn lost_in(owner: &Owner, path: &str, hunk: Option<&str>) -> Vec<Destroyed> {
    let git = Held::new(&owner.store.git);
    let held = |path: &str, since| git.of(path, since);
    let mut lost = destroyed(&owner.store.workspace, path, owner.lineage(path), &held);
    lost.retain(|lost| hunk.is_none_or(|hunk| lost.hunk.to_string() == hunk));
    lost
}

fn plan_for(owner: &Owner, path: &str, lost: &[Destroyed]) -> Result<Option<Plan>, String> {
    let file = owner.store.workspace.file(path).ok_or("the file is not followed")?;
    let deeds: Vec<Deed> = lost.iter().flat_map(|lost| lost.deeds.clone()).collect();
    Ok(restore(&file.document, owner.lineage(path), &deeds))
}
