//! `countersign hook AGENT`: what an agent is about to do is judged, what it did is taken note of: by a running server that answers, else
//! by itself. It answers in time or gets out of the way: whatever goes wrong, the agent gets its neutral reply, and the log says why.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use countersign_core::announce::AgentEvent;
use countersign_core::syntax::Budget;
use countersign_core::verdict::Verdict;

use crate::agents::{self, MAX_PAYLOAD, Moment, Reply};
use crate::approvals::{self, wire::Request};
use crate::gate::{self, Care, Placed, Taken};
use crate::state_dir::{self, note};
use crate::store::Store;

/// How long after its start a hook may still be judging.
const BUDGET: Duration = Duration::from_millis(400);
/// How long a command is judged at least once git has said what differs.
const AFTER_GIT: Duration = Duration::from_millis(250);

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The agent: claude-code, generic
    agent: String,
}

pub(super) fn run(dir: &Path, args: &Args) -> ExitCode {
    let until = Instant::now() + BUDGET;
    let Some(agent) = agents::find(&args.agent) else {
        eprintln!(
            "countersign: there is no agent `{}` (known: {})",
            args.agent,
            agents::names().collect::<Vec<_>>().join(", ")
        );
        println!("{{}}");
        return ExitCode::SUCCESS;
    };
    // A panic must not reach the agent: its reply is the neutral one then.
    let done = std::panic::catch_unwind(|| answer(dir, agent, until));
    let reply = match done {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            note(dir, &format!("hook {}: {error:#}", args.agent));
            (agent.reply)(Moment::Other, &Verdict::allow(), None)
        }
        Err(_) => {
            note(dir, &format!("hook {}: a panic", args.agent));
            (agent.reply)(Moment::Other, &Verdict::allow(), None)
        }
    };
    let _ = std::io::stdout().write_all(reply.stdout.as_bytes());
    let _ = std::io::stderr().write_all(reply.stderr.as_bytes());
    ExitCode::from(reply.code)
}

fn answer(dir: &Path, agent: &agents::Agent, until: Instant) -> Result<Reply> {
    let stdin = std::io::stdin().lock();
    let payload = agents::read_capped(stdin.take(u64::MAX), MAX_PAYLOAD)?;
    let message = (agent.parse)(&payload)?;
    let placed = message.events.into_iter().map(|event| gate::places(dir, event));
    let placed: Vec<Placed> = placed.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    if let Some(reply) = ask(dir, agent, &placed, payload) {
        return Ok(reply);
    }
    let (mut verdict, mut context) = (Verdict::allow(), None);
    for ((root, cwd), mut event) in placed {
        gate::localise(&mut event, &root, &cwd);
        let (said, told) = take((&root, &cwd), &mut event, message.moment.hears(), until)?;
        verdict = verdict.combine(said);
        context = context.or(told);
    }
    Ok((agent.reply)(message.moment, &verdict, context.as_deref()))
}

/// What a server says that follows the workspace, where all of the message is for one.
fn ask(dir: &Path, agent: &agents::Agent, placed: &[Placed], payload: Vec<u8>) -> Option<Reply> {
    let ((root, _), _) = placed.first()?;
    if placed.iter().any(|((other, _), event)| other != root || gate::surveys(event)) {
        return None;
    }
    let state = state_dir::of(root).ok()?.dir;
    let dir = std::fs::canonicalize(dir).ok()?;
    approvals::ask(&state, &Request { agent: agent.name.to_owned(), dir, payload })
}

/// Takes one event in: what is to be said of it, and what else the agent is to be told.
fn take(
    (root, cwd): (&Path, &Path),
    event: &mut AgentEvent,
    hears: bool,
    until: Instant,
) -> Result<(Verdict, Option<String>)> {
    let mut store = Store::open_narrow(root).context("the workspace's journal")?;
    if let Some(aside) = &store.set_aside {
        note(
            root,
            &format!(
                "the journal was damaged ({}) and is kept as {}; a new one was begun",
                aside.why,
                aside.file.display()
            ),
        );
    }
    let Taken { questions, command, context } = gate::take(&mut store, event, hears)?;
    if let Some(command) = command {
        // Git may have taken all the time that there was; a command is judged all the same.
        let until = until.max(Instant::now() + AFTER_GIT);
        let verdict = command.judge(&mut store, event, cwd, &|| Instant::now() < until);
        return Ok((verdict, context));
    }
    if questions.is_empty() {
        return Ok((Verdict::allow(), context));
    }
    let (policy, errors) = crate::config::in_force(root);
    for error in errors {
        note(root, &error.to_string());
    }
    let mut in_time = || Instant::now() < until;
    let mut budget = Budget::asking(&mut in_time);
    let verdicts = questions.iter().map(|question| question.judge(&policy, Care::Likely, &mut budget));
    Ok((verdicts.fold(Verdict::allow(), Verdict::combine), context))
}
