//! `countersign log`: the audit trail, readable and checkable.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args as ClapArgs;

use super::paint::{Ink, count, ink, shown};
use super::select::is_session;
use crate::journal::Event;
use crate::store::Store;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Only what this session did
    session: Option<String>,
    /// Check that every event and text is as it was written
    #[arg(long)]
    verify: bool,
    /// For machines: one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let (root, _) = super::root_of(dir)?;
    if args.verify {
        // What is to be checked need not be understood for that.
        return verify(&Store::open_narrow(&root)?);
    }
    let store = Store::open(&root)?;
    let wanted = args.session.as_deref();
    let session =
        wanted.and_then(|wanted| store.workspace.sessions().keys().find(|session| is_session(session, wanted)));
    if let (Some(wanted), None) = (wanted, session) {
        anyhow::bail!("no session `{wanted}` was heard of");
    }
    let mut after = 0;
    loop {
        let events = store.journal().events_after(after, 1000)?;
        let Some(last) = events.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.seq;
        for event in events
            .iter()
            .filter(|event| session.is_none_or(|session| event.session.as_deref() == Some(&session.to_string())))
        {
            print(event, args.json);
        }
    }
}

fn verify(store: &Store) -> Result<ExitCode> {
    let verified = store.journal().verify()?;
    match verified.broken {
        None => {
            println!(
                "{} events and {} texts are as they were written; the last link is {}",
                verified.events, verified.blobs, verified.last_link
            );
            Ok(ExitCode::SUCCESS)
        }
        Some(broken) => {
            println!("{}", ink(Ink::Bad, &broken.to_string()));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn print(event: &Event, json: bool) {
    if json {
        let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
        let line = serde_json::json!({
            "seq": event.seq, "kind": event.kind, "path": event.path, "session": event.session, "time": event.time, "body": body,
        });
        println!("{line}");
        return;
    }
    let time = jiff::Timestamp::from_millisecond(event.time).map(|time| time.to_string()).unwrap_or_default();
    let about = shown(event.path.as_deref().unwrap_or_default());
    println!(
        "{} {} {:<8} {about}  {}",
        ink(Ink::Faint, &event.seq.to_string()),
        ink(Ink::Faint, &time),
        event.kind,
        summary(event)
    );
}

fn summary(event: &Event) -> String {
    use countersign_core::event::{Fact, What};
    use countersign_core::verdict::Answer;
    let Ok(fact) = serde_json::from_str::<Fact>(&event.body) else { return "(written by another version)".to_owned() };
    match fact.what {
        What::Text(countersign_core::document::Record::Edited(edit)) => {
            let acts = &edit.acts;
            let inserted: usize = acts.inserts.iter().map(|insert| insert.text.len()).sum();
            let deleted: u32 = acts.kills.iter().map(|span| span.len).sum();
            let mut parts = vec![format!("{}", edit.author)];
            if inserted > 0 || deleted > 0 {
                parts.push(format!("+{inserted} -{deleted} bytes"));
            }
            for (n, word) in [
                (acts.switches.len(), "switched"),
                (acts.accepts.len(), "accepted"),
                (acts.claims.len(), "claimed"),
                (acts.adoptions.len(), "adopted"),
            ] {
                if n > 0 {
                    parts.push(format!("{n} {word}"));
                }
            }
            format!("{} ({:?})", parts.join(", "), edit.evidence).to_lowercase()
        }
        What::Text(countersign_core::document::Record::Synced { lineage, .. }) => {
            format!("the {lineage:?} follows").to_lowercase()
        }
        What::Began { absent, .. } => (if absent { "was not there" } else { "first seen" }).to_owned(),
        What::Whole(whole) => format!("{}, {} bytes, by {}", whole.why, whole.len, whole.author),
        What::Present(present) => (if present { "is there" } else { "is gone" }).to_owned(),
        What::Moved(moved) => format!("came from {}, by {}", shown(&moved.from), moved.author),
        What::Left => "went elsewhere".to_owned(),
        What::Mode(mode) => format!("mode {:o}, by {}", mode.is, mode.author),
        What::Empty(came) => {
            format!("{} with nothing in it, by {}", if came.is { "made" } else { "deleted" }, came.author)
        }
        What::Settled => "accepted where it is, with its mode".to_owned(),
        What::Told { event, .. } => format!("{}: {}", event.agent, told(&event.act)),
        What::Scoped { scope, .. } => format!("{} allowed, {} only", scope.allowed.len(), scope.only.len()),
        What::TurnedDown { file, lines: 0, .. } => format!("what was taken back in {} stands again", shown(&file)),
        What::TurnedDown { file, lines, .. } => format!("{} taken back in {}", count(lines, "line"), shown(&file)),
        What::Asked { question, answer, .. } => {
            let said = match answer {
                Some(Answer::Once) => "allowed once",
                Some(Answer::Session) => "allowed for the session",
                Some(Answer::Deny) => "denied",
                None => "nobody answered",
            };
            format!("{said}: {}", shown(&question))
        }
        What::Used(used) => spent(&used.tally),
        What::Informed { .. } => "was told what was taken back".to_owned(),
        What::Viewed { hunk, view } => {
            let how = match (view.visible, view.focused) {
                (_, true) => "looked at",
                (true, false) => "in sight",
                (false, false) => "out of sight",
            };
            format!("hunk {} {how}", shown(&hunk))
        }
    }
}

/// What a session's own agent spent so far, without its subagents.
fn spent(tally: &countersign_core::usage::Tally) -> String {
    if tally.own.is_empty() && tally.file.is_empty() {
        return "its transcript is not there yet".to_owned();
    }
    let model = tally.model.as_deref().map(|model| format!(", {}", shown(model))).unwrap_or_default();
    format!("spent {}{model}", super::spending::tokens(&tally.own))
}

fn told(act: &countersign_core::announce::AgentAct) -> String {
    use countersign_core::announce::AgentAct;
    match act {
        AgentAct::SessionStarted { .. } => "session started".to_owned(),
        AgentAct::Prompted { text } => format!("prompt {:?}", text.chars().take(60).collect::<String>()),
        AgentAct::WillWrite { writes } => {
            format!("will write {}", writes.iter().map(|write| write.path.as_str()).collect::<Vec<_>>().join(", "))
        }
        AgentAct::DidWrite { writes } => {
            format!("wrote {}", writes.iter().map(|write| write.path.as_str()).collect::<Vec<_>>().join(", "))
        }
        AgentAct::WriteFailed { paths } => format!("did not write {}", paths.join(", ")),
        AgentAct::WillRun { command, .. } => format!("will run {command}"),
        AgentAct::DidRun { command, .. } => format!("ran {command}"),
        AgentAct::WillUse { tool } => format!("will use {tool}"),
        AgentAct::Requested { tool } => format!("asks its user whether it may use {tool}"),
        AgentAct::DidUse { tool } => format!("used {tool}"),
        AgentAct::TurnEnded => "turn ended".to_owned(),
        AgentAct::SessionEnded => "session ended".to_owned(),
    }
}
