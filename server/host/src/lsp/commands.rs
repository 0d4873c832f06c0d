//! `workspace/executeCommand`: what needs more than one document, or no text at all.

use countersign_core::document::Act;
use countersign_core::edit::Deed;
use countersign_core::scope::Entry;
use countersign_core::session::Session;
use countersign_core::workspace::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::MessageType;

use super::asking;
use super::outbox::Out;
use super::owner::Owner;
use super::restores;
use super::reverts::{self, Answer};
use super::which::Which;
use crate::config::FILE_NAME;
use crate::disk;
use crate::store::now;

/// All commands that the server knows.
pub(super) const ALL: [&str; 6] = [
    "countersign.revert",
    "countersign.accept",
    "countersign.restore",
    "countersign.scope.set",
    "countersign.scope.allow",
    asking::ANSWER,
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScopeChange {
    path: Option<String>,
    symbol: Option<String>,
    session: Option<String>,
    for_good: bool,
    only: Vec<String>,
}

/// Does a command; the answer says what was done, an error why not. It may come later, from the owner.
pub(super) fn execute(owner: &mut Owner, name: &str, argument: Option<Value>, answer: Answer) {
    let Some(argument) = argument else {
        let _ = answer.send(Err(bare(owner, name)));
        return;
    };
    let wrong = |error: serde_json::Error| format!("{name}: {error}");
    let done = match name {
        "countersign.revert" => match serde_json::from_value(argument) {
            Ok(which) => return reverts::begin(owner, which, answer),
            Err(error) => Err(wrong(error)),
        },
        "countersign.accept" => serde_json::from_value(argument).map_err(wrong).and_then(|which| accept(owner, &which)),
        asking::ANSWER => asking::execute(owner, argument),
        "countersign.restore" => restores::execute(owner, argument),
        "countersign.scope.set" | "countersign.scope.allow" => serde_json::from_value(argument)
            .map_err(wrong)
            .and_then(|change| scope(owner, &change, name.ends_with("set"))),
        _ => Err(format!("there is no command `{name}`")),
    };
    let _ = answer.send(done);
}

/// A command without an argument was typed by a person, in an editor that may not show them the error: what it lacks is said, too.
fn bare(owner: &mut Owner, name: &str) -> String {
    let example = match name {
        "countersign.revert" | "countersign.accept" | "countersign.restore" => r#"{"all":true}"#,
        "countersign.scope.set" => r#"{"only":["src/**"]}"#,
        "countersign.scope.allow" => r#"{"path":"src/a.rs"}"#,
        asking::ANSWER => r#"{"number":1,"answer":"deny"}"#,
        _ => return format!("there is no command `{name}`"),
    };
    let why = format!("{name} needs words behind it, such as {example}; code actions need none");
    let _ = owner.outbox.send(Out::Message(MessageType::Warning, why.clone()));
    why
}

fn accept(owner: &mut Owner, which: &Which) -> Result<Value, String> {
    let mut accepted = 0;
    for path in which.paths(owner)? {
        if which.has_moves(owner, &path) {
            owner.store.settle(&path).map_err(|error| format!("{error:#}"))?;
            accepted += usize::from(which.hunks(owner, &path).is_empty());
        }
        if which.wants_whole(owner, &path) {
            owner.store.accept_whole(&path).map_err(|error| format!("{error:#}"))?;
            accepted += 1;
            continue;
        }
        let hunks = which.hunks(owner, &path);
        if hunks.is_empty() {
            continue;
        }
        let lineage = owner.lineage(&path);
        let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
        owner.flush(&path);
        owner.edit(&path, |file| file.document.accept(lineage, &deeds, &Act::user(now())));
        owner.schedule(&path, std::time::Duration::ZERO);
        accepted += hunks.len();
    }
    if accepted == 0 && which.names_hunks() {
        return Err("the hunk is not there any more: the text has changed since".to_owned());
    }
    Ok(json!({ "hunks": accepted }))
}

fn scope(owner: &mut Owner, change: &ScopeChange, sets: bool) -> Result<Value, String> {
    if change.for_good {
        let path = change.path.as_deref().ok_or("which path?")?;
        allow_for_good(owner, path)?;
        owner.reload_policy();
        return Ok(json!({ "allowed": path }));
    }
    let session = change.session.as_deref().map(|id| {
        let known = owner.store.workspace.sessions().keys().find(|session| session.to_string() == id);
        known.cloned().unwrap_or_else(|| Session::new(id))
    });
    let mut scope = session.as_ref().map(|session| owner.store.workspace.scope_of(session).clone()).unwrap_or_default();
    if sets {
        let entries: Result<Vec<Entry>, String> = change
            .only
            .iter()
            .map(|entry| Entry::parse(entry).map_err(|bad| format!("`{}`: {}", bad.entry, bad.why)))
            .collect();
        scope.only = entries?;
    } else {
        let path = change.path.as_deref().ok_or("which path?")?;
        scope.allowed.push(Entry::exact(path, change.symbol.as_deref()));
    }
    let fact = owner.store.workspace.set_scope(session, scope, now());
    owner.store.append(&[fact]).map_err(|error| format!("{error:#}"))?;
    owner.schedule_all();
    Ok(json!({}))
}

/// Adds a path to what the workspace's policy allows, the rest of the file kept as it is.
fn allow_for_good(owner: &Owner, path: &str) -> Result<(), String> {
    let file = owner.store.root.join(FILE_NAME);
    let reading = disk::read(&file).map_err(|error| format!("{error:#}"))?;
    let text = match &reading.content {
        Content::Text(text) => text.to_string(),
        Content::Absent => String::new(),
        Content::Opaque { why, .. } => return Err(format!("{FILE_NAME} is {why}")),
    };
    let mut policy: toml_edit::DocumentMut =
        text.parse().map_err(|error| format!("{FILE_NAME} cannot be read: {error}"))?;
    let scope = policy.entry("scope").or_insert(toml_edit::table());
    let allow = scope.as_table_like_mut().ok_or("[scope] is no table")?.entry("allow");
    let allow = allow.or_insert(toml_edit::value(toml_edit::Array::new()));
    allow.as_array_mut().ok_or("scope.allow is no list")?.push(path);
    match disk::replace(&file, reading.disk, Some(policy.to_string().as_bytes())) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("{FILE_NAME} was written by someone else just now; nothing was changed")),
        Err(error) => Err(format!("{error:#}")),
    }
}
