//! `countersign scope`: where the open session's agent may write.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args as ClapArgs, Subcommand};
use countersign_core::scope::{Entry, SessionScope};
use countersign_core::session::Session;

use super::select::is_session;
use super::{Desk, persons};
use crate::store::now;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The session; without it the one heard of last, or all to come where there is none
    #[arg(long, value_name = "ID", global = true)]
    session: Option<String>,
    #[command(subcommand)]
    act: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print it
    Show,
    /// Limit the agent to these: globs, or `path::Symbol`
    Set {
        #[arg(required = true)]
        entries: Vec<String>,
    },
    /// Allow these as well, whatever else is said of them
    Add {
        #[arg(required = true)]
        entries: Vec<String>,
    },
    /// Back to what the policy says
    Clear,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    let session = session(&desk, args.session.as_deref())?;
    let mut scope = session.as_ref().map(|session| desk.store.workspace.scope_of(session).clone()).unwrap_or_default();
    match args.act.as_ref().unwrap_or(&Action::Show) {
        Action::Show => {}
        Action::Set { entries } => scope.only = parse(entries)?,
        Action::Add { entries } => scope.allowed.extend(parse(entries)?),
        Action::Clear => scope = SessionScope::default(),
    }
    if !matches!(args.act, None | Some(Action::Show)) {
        persons::may_decide(&desk.store.root, "set where agents may write")?;
        let fact = desk.store.workspace.set_scope(session.clone(), scope.clone(), now());
        desk.store.append(&[fact])?;
    }
    let whose = session.map_or_else(|| "all sessions".to_owned(), |session| format!("session {session}"));
    println!("{whose}");
    print("only", &scope.only);
    print("allowed besides", &scope.allowed);
    Ok(ExitCode::SUCCESS)
}

fn print(what: &str, entries: &[Entry]) {
    if entries.is_empty() {
        println!("  {what}: {}", if what == "only" { "as the policy says" } else { "nothing" });
    }
    for entry in entries {
        println!("  {what}: {}", entry.written());
    }
}

fn parse(entries: &[String]) -> Result<Vec<Entry>> {
    entries
        .iter()
        .map(|entry| Entry::parse(entry).map_err(|bad| anyhow::anyhow!("`{}`: {}", bad.entry, bad.why)))
        .collect()
}

fn session(desk: &Desk, wanted: Option<&str>) -> Result<Option<Session>> {
    let sessions = desk.store.workspace.sessions();
    match wanted {
        Some(wanted) => {
            let found = sessions.keys().find(|session| is_session(session, wanted));
            Ok(Some(found.with_context(|| format!("no session `{wanted}` was heard of"))?.clone()))
        }
        None => {
            let newest =
                sessions.iter().filter(|(session, _)| session.subagent.is_none()).max_by_key(|(_, state)| state.heard);
            Ok(newest.map(|(session, _)| session.clone()))
        }
    }
}
