//! `workspace/executeCommand`: what needs more than one document, or no text at all.

use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::hunk::Hunk;
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::review::{OUT_OF_SCOPE, pending};
use countersign_core::scope::Entry;
use countersign_core::session::Session;
use countersign_core::workspace::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{MessageType, Uri};

use super::actions::hand_out;
use super::outbox::Out;
use super::owner::Owner;
use crate::config::FILE_NAME;
use crate::disk;
use crate::store::now;

/// All commands that the server knows.
pub(super) const ALL: [&str; 4] =
    ["countersign.revert", "countersign.accept", "countersign.scope.set", "countersign.scope.allow"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Which {
    hunk: Option<String>,
    uri: Option<String>,
    path: Option<String>,
    session: Option<String>,
    rule: Option<String>,
    out_of_scope: bool,
    all: bool,
    include_mine: bool,
    now: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScopeChange {
    path: Option<String>,
    symbol: Option<String>,
    session: Option<String>,
    for_good: bool,
    only: Vec<String>,
}

/// Does a command; the answer says what was done, an error why not.
pub(super) fn execute(owner: &mut Owner, name: &str, argument: Option<Value>) -> Result<Value, String> {
    let argument = argument.unwrap_or_else(|| json!({}));
    let wrong = |error: serde_json::Error| format!("{name}: {error}");
    match name {
        "countersign.revert" => revert(owner, &serde_json::from_value(argument).map_err(wrong)?),
        "countersign.accept" => accept(owner, &serde_json::from_value(argument).map_err(wrong)?),
        "countersign.scope.set" | "countersign.scope.allow" => {
            scope(owner, &serde_json::from_value(argument).map_err(wrong)?, name.ends_with("set"))
        }
        _ => Err(format!("there is no command `{name}`")),
    }
}

fn revert(owner: &mut Owner, which: &Which) -> Result<Value, String> {
    let chosen = choose(owner, which)?;
    let at_work = owner.store.workspace.is_at_work(now());
    let (mut files, mut held) = (0, 0);
    for (path, hunks) in chosen {
        let lineage = owner.lineage(&path);
        let Some(file) = owner.store.workspace.file(&path) else { continue };
        let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
        let whose = |author: &Author| match &which.session {
            Some(wanted) => author.session().is_some_and(|session| session.to_string() == *wanted),
            None => author.is_agent() || which.hunk.is_some() && *author == Author::External,
        };
        let request = Request { whose: &whose, only: Some(&deeds), accepted_too: false, mine_too: which.include_mine };
        let plan = plan(&file.document, lineage, &request);
        if plan.is_empty() {
            continue;
        }
        held += plan.held.values().sum::<usize>();
        carry_out(owner, &path, &plan)?;
        files += 1;
    }
    let mut said = match files {
        0 => "Nothing to revert.".to_owned(),
        1 => "Reverted in one file.".to_owned(),
        _ => format!("Reverted in {files} files."),
    };
    if held > 0 {
        said += &format!(" {held} of the agent's lines stay: you changed them since.");
    }
    if at_work && !which.now {
        said += " The agent is still at work, and may write the same again.";
    }
    let _ = owner.outbox.send(Out::Message(MessageType::Info, said));
    Ok(json!({ "files": files, "held": held }))
}

/// Has the editor change a document that it has open, and writes any other file.
fn carry_out(owner: &mut Owner, path: &str, plan: &Plan) -> Result<(), String> {
    if plan.lineage == Lineage::Editor {
        let edit = hand_out(owner, path, plan);
        let _ = owner.outbox.send(Out::Edit(Box::new(edit)));
        return Ok(());
    }
    match owner.store.carry_out(path, plan) {
        Ok(true) => {
            owner.read(path, false);
            Ok(())
        }
        Ok(false) => Err(format!("{path} was written by someone else just now; nothing was changed in it")),
        Err(error) => Err(format!("{error:#}")),
    }
}

fn accept(owner: &mut Owner, which: &Which) -> Result<Value, String> {
    let chosen = choose(owner, which)?;
    let mut accepted = 0;
    for (path, hunks) in chosen {
        let lineage = owner.lineage(&path);
        let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
        owner.flush(&path);
        owner.edit(&path, |file| file.document.accept(lineage, &deeds, &Act::user(now())));
        owner.schedule(&path, std::time::Duration::ZERO);
        accepted += hunks.len();
    }
    Ok(json!({ "hunks": accepted }))
}

/// The hunks that a command is about, file by file.
fn choose(owner: &mut Owner, which: &Which) -> Result<Vec<(String, Vec<Hunk>)>, String> {
    let named = match (&which.uri, &which.path) {
        (Some(uri), _) => Some(owner.path_of(&Uri(uri.clone())).ok_or("the document is not in the workspace")?),
        (None, path) => path.clone(),
    };
    if named.is_none()
        && which.hunk.is_none()
        && which.session.is_none()
        && which.rule.is_none()
        && !which.out_of_scope
        && !which.all
    {
        return Err("say what: a hunk, uri, session, rule, outOfScope or all".to_owned());
    }
    let paths: Vec<String> = owner.store.workspace.files().map(|(path, _)| path.to_owned()).collect();
    let mut chosen = Vec::new();
    for path in paths.into_iter().filter(|path| named.as_ref().is_none_or(|named| named == path)) {
        let Some(file) = owner.store.workspace.file(&path) else { continue };
        let review = owner.reviews.get(&path);
        let says = |hunk: &Hunk, rule: &str| {
            review.is_some_and(|review| {
                let found = review.findings.iter().filter(|found| found.finding.rule == rule);
                found.filter_map(|found| found.hunk).any(|at| review.hunks[at].id == hunk.id)
            })
        };
        let hunks: Vec<Hunk> = pending(file, owner.lineage(&path))
            .into_iter()
            .filter(|hunk| match &which.hunk {
                Some(id) => hunk.id.to_string() == *id,
                None => {
                    let agents = || hunk.authors.iter().filter_map(Author::session);
                    agents().next().is_some()
                        && which
                            .session
                            .as_ref()
                            .is_none_or(|wanted| agents().any(|session| session.to_string() == *wanted))
                        && which.rule.as_ref().is_none_or(|rule| says(hunk, rule))
                        && (!which.out_of_scope || says(hunk, OUT_OF_SCOPE))
                }
            })
            .collect();
        if !hunks.is_empty() {
            chosen.push((path, hunks));
        }
    }
    if chosen.is_empty() && which.hunk.is_some() {
        return Err("the hunk is not there any more: the text has changed since".to_owned());
    }
    Ok(chosen)
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
