//! Agents' transcripts, read on for what a session spent: one file a dialect. Nothing of their text is kept, each read costs what is new,
//! and what is not understood is passed over.

mod claude_code;
mod codex;
mod file;
mod gemini_cli;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use countersign_core::announce::AgentEvent;
use countersign_core::event::Used;
use countersign_core::session::Session;
use countersign_core::usage::{Head, Tally, Usage};

use crate::agents::Transcript;
use crate::state_dir::note;
use crate::store::{Store, now};

/// So many subagents of a session are followed.
const SUBAGENTS: usize = 256;

/// How an agent's transcript is read.
struct Dialect {
    /// Counts one line of it.
    line: fn(&mut Tally, &str, Whose),
    /// The transcripts of subagents that belong to a session's own, with their ids.
    subagents: fn(&Path) -> Vec<(String, PathBuf)>,
    /// Whether a session's transcript is begun with that of another session, from which it goes on, and does not say so.
    copies: bool,
}

/// Whose transcript is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// A session's; it may tell of subagents too.
    Sessions,
    /// A subagent's own.
    Subagents,
}

fn dialect(agent: &str) -> Option<Dialect> {
    let alone = |line| Dialect { line, subagents: |_| Vec::new(), copies: false };
    Some(match agent {
        "claude-code" => Dialect { line: claude_code::line, subagents: claude_code::subagents, copies: true },
        "codex" => alone(codex::line),
        "gemini-cli" => alone(gemini_cli::line),
        _ => return None,
    })
}

/// Whether something is read of an agent's transcripts.
#[must_use]
pub fn is_read(agent: &str) -> bool {
    dialect(agent).is_some()
}

/// Takes note that a session is prompted whose transcript is not there yet: what that will tell of a time before is copied from elsewhere,
/// and was spent there.
///
/// # Errors
/// If the journal cannot be read or written.
pub fn begin(store: &mut Store, agent: &str, transcript: &Transcript) -> Result<()> {
    let Transcript { path, session } = transcript;
    let copies = dialect(agent).is_some_and(|dialect| dialect.copies);
    if !copies || session.subagent.is_some() || path.exists() {
        return Ok(());
    }
    store.know_session(session)?;
    if store.workspace.sessions().get(session).is_some_and(|state| state.tally.is_some()) {
        return Ok(());
    }
    let tally = Tally { head: Some(Head { thread: None, copied: now() }), ..Tally::default() };
    let fact = store.workspace.used(Used { session: session.clone(), agent: agent.into(), tally }, now());
    store.append(&[fact])
}

/// Reads on in a transcript and in those of its subagents, as long as `in_time` says, and journals what was spent. What it all comes to
/// then is in the store's workspace. A transcript that cannot be read costs nothing but a line in the log.
///
/// # Errors
/// If the journal cannot be read or written.
pub fn follow(
    store: &mut Store,
    agent: &str,
    transcript: &Transcript,
    in_time: &mut dyn FnMut() -> bool,
) -> Result<()> {
    let Some(dialect) = dialect(agent) else { return Ok(()) };
    let Transcript { path, session } = transcript;
    store.know_session(session)?;
    store.know_spent(session)?;
    let mut files = vec![(session.clone(), path.clone())];
    if session.subagent.is_none() {
        let of = (dialect.subagents)(path).into_iter().take(SUBAGENTS);
        files.extend(of.map(|(id, path)| (session.with_subagent(&id), path)));
    }
    let mut facts = Vec::new();
    for (session, path) in files {
        match read_on(store, &dialect, &session, &path, in_time) {
            Ok(None) => {}
            Ok(Some(tally)) => {
                let used = Used { session, agent: agent.into(), tally };
                facts.push(store.workspace.used(used, now()));
            }
            Err(error) => note(&store.root, &format!("a transcript of {agent} is not read: {error:#}")),
        }
    }
    store.append(&facts)
}

/// Journals what an agent says itself that a session spent so far, where that is news.
///
/// # Errors
/// If the journal cannot be read or written.
pub fn note_spent(store: &mut Store, event: &AgentEvent, spent: &Usage) -> Result<()> {
    store.know_session(&event.session)?;
    let model = event.model.clone();
    let mut tally =
        Tally { own: Usage { calls: spent.calls, said: spent.said, ..Usage::default() }, model, ..Tally::default() };
    for (named, tokens) in &spent.models {
        tally.own.models.insert(self::model(named), *tokens);
    }
    let known = store.workspace.sessions().get(&event.session).and_then(|state| state.tally.as_ref());
    if known == Some(&tally) {
        return Ok(());
    }
    let used = Used { session: event.session.clone(), agent: event.agent.clone(), tally };
    let fact = store.workspace.used(used, now());
    store.append(&[fact])
}

/// The count of one transcript, where there is more to say than before.
fn read_on(
    store: &Store,
    dialect: &Dialect,
    session: &Session,
    path: &Path,
    in_time: &mut dyn FnMut() -> bool,
) -> Result<Option<Tally>> {
    let before = store.workspace.sessions().get(session).and_then(|state| state.tally.as_ref());
    let whose = if session.subagent.is_some() { Whose::Subagents } else { Whose::Sessions };
    let mut count = |tally: &mut Tally, line: &str| (dialect.line)(tally, line, whose);
    let tally = file::read_on(path, before.cloned().unwrap_or_default(), &mut count, in_time)?;
    let nothing = Tally::default();
    Ok(tally.filter(|tally| file::is_worth_keeping(before.unwrap_or(&nothing), tally)))
}

/// A model's name as it is kept: a word of printable letters, and no longer than names are; else it is none that we know.
fn model(said: &str) -> Arc<str> {
    let is_name = said.len() <= 100 && said.bytes().all(|letter| letter.is_ascii_graphic());
    if is_name { said.into() } else { "".into() }
}

/// A number of tokens. What no model can have read or written is a mistake, and none.
fn tokens(of: &serde_json::Value, name: &str) -> u64 {
    of[name].as_u64().filter(|tokens| *tokens < 1 << 40).unwrap_or_default()
}

/// When a line was written, in milliseconds since the Unix epoch.
fn time(line: &serde_json::Value) -> Option<u64> {
    let time: jiff::Timestamp = line["timestamp"].as_str()?.parse().ok()?;
    u64::try_from(time.as_millisecond()).ok()
}

/// What tells a thing from others that is named so.
fn id(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
}

/// Names in order, each once, so that what is read does not depend on how a folder is listed.
fn sorted(files: impl Iterator<Item = (String, PathBuf)>) -> Vec<(String, PathBuf)> {
    files.collect::<BTreeSet<_>>().into_iter().collect()
}
