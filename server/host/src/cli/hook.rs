//! `countersign hook AGENT`: what an agent is about to do is judged, what it did is taken note of: by a running server that answers, else
//! by itself. It answers in time or gets out of the way: whatever goes wrong, the agent gets its neutral reply, and the log says why.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::session::Session;
use countersign_core::syntax::Budget;
use countersign_core::usage::Usage;
use countersign_core::verdict::{Answer, Decision, Verdict};

use crate::agents::{self, MAX_PAYLOAD, Message, Moment, Reply, Transcript};
use crate::approvals;
use crate::approvals::wire::{Asking, Judged, Request, Told};
use crate::config;
use crate::gate::{self, Around, Care, Placed, Taken};
use crate::redact;
use crate::state_dir::{self, note};
use crate::store::{Store, now};
use crate::transcripts;

/// How long after its start a hook may still be judging.
const BUDGET: Duration = Duration::from_millis(400);
/// A person is asked for so much shorter than the agent waits for its hook.
const GRACE: Duration = Duration::from_secs(5);
/// How long a transcript is read after the reply; the next hook goes on.
const COUNTING: Duration = Duration::from_millis(150);
/// And before an act is judged by what its session has cost.
const COUNTING_FIRST: Duration = Duration::from_millis(50);
/// How long an act is judged at least, whatever a server, the journal and git took of the time before.
const AT_LEAST: Duration = Duration::from_millis(250);

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The agent: claude-code, codex, cursor, gemini-cli, copilot, opencode, amp, cline, windsurf, droid, continue, generic
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
    let neutral = || ((agent.reply)(Moment::Other, &Verdict::allow(), None), None);
    let (reply, spending) = match done {
        Ok(Ok(answered)) => answered,
        Ok(Err(error)) => {
            note(dir, &format!("hook {}: {error:#}", args.agent));
            neutral()
        }
        Err(_) => {
            note(dir, &format!("hook {}: a panic", args.agent));
            neutral()
        }
    };
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(reply.stdout.as_bytes()).and_then(|()| stdout.flush());
    let _ = std::io::stderr().write_all(reply.stderr.as_bytes());
    if let Some(spending) = spending {
        let counted = std::panic::catch_unwind(|| spending.count(COUNTING));
        let why = match counted {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("{error:#}")),
            Err(_) => Some("a panic".to_owned()),
        };
        if let Some(why) = why {
            note(dir, &format!("hook {}: what was spent is not counted: {why}", args.agent));
        }
    }
    ExitCode::from(reply.code)
}

/// What is to be counted once the agent has its reply.
struct Spending {
    root: PathBuf,
    event: AgentEvent,
    /// Read at moments at which nobody waits: before a tool's every use it would cost more than it tells.
    transcript: Option<Transcript>,
    spent: Option<Usage>,
}

impl Spending {
    fn of(message: &Message, dir: &Path) -> Option<Self> {
        let event = message.events.first()?;
        let is_calm = matches!(event.act, AgentAct::TurnEnded | AgentAct::SessionEnded | AgentAct::Prompted { .. });
        let transcript = message.transcript.clone().filter(|_| is_calm && transcripts::is_read(&event.agent));
        let spent = message.spent.clone();
        if transcript.is_none() && spent.is_none() {
            return None;
        }
        let (root, _) = gate::place(dir, event).ok()?;
        Some(Self { root, event: event.clone(), transcript, spent })
    }

    /// What is to be counted before an act is judged: where what a session may cost is limited, what it has cost by now.
    fn first(message: &Message, dir: &Path) -> Option<Self> {
        let event = message.events.first().filter(|event| event.act.awaits_verdict())?;
        let transcript = Some(message.transcript.clone()?);
        let (root, _) = gate::place(dir, event).ok()?;
        config::limits_cost(&root).then(|| Self { root, event: event.clone(), transcript, spent: None })
    }

    /// Reads for so long, from when it begins to read: what the journal takes to open would leave it nothing on a slow machine.
    fn count(&self, at_most: Duration) -> Result<()> {
        let mut until = None;
        let mut in_time = || Instant::now() < *until.get_or_insert_with(|| Instant::now() + at_most);
        let mut store = Store::open_narrow(&self.root)?;
        if let Some(spent) = &self.spent {
            transcripts::note_spent(&mut store, &self.event, spent)?;
        }
        let Some(transcript) = &self.transcript else { return Ok(()) };
        if matches!(self.event.act, AgentAct::Prompted { .. }) {
            transcripts::begin(&mut store, &self.event.agent, transcript)?;
        }
        transcripts::follow(&mut store, &self.event.agent, transcript, &mut in_time)
    }
}

fn answer(dir: &Path, agent: &agents::Agent, until: Instant) -> Result<(Reply, Option<Spending>)> {
    let stdin = std::io::stdin().lock();
    let payload = agents::read_capped(stdin.take(u64::MAX), MAX_PAYLOAD)?;
    let message = (agent.parse)(&payload)?;
    let (hears, can_ask) = (agent.hears(&message), agent.can_ask(&message));
    let spending = Spending::of(&message, dir);
    if let Some(Err(error)) = Spending::first(&message, dir).map(|spending| spending.count(COUNTING_FIRST)) {
        note(dir, &format!("hook {}: what was spent is not counted: {error:#}", agent.name));
    }
    let placed = message.events.into_iter().map(|event| gate::places(dir, event));
    let mut placed: Vec<Placed> = placed.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let asked = now();
    let answer = ask(dir, agent, &placed, payload);
    for ((root, cwd), event) in &mut placed {
        gate::localise(event, root, cwd);
    }
    let Judged { mut verdict, context, diff } = match answer {
        approvals::Answer::Judged(judged) => judged,
        approvals::Answer::None => by_itself(&mut placed, hears, Some(asked), until)?,
        approvals::Answer::Nobody => by_itself(&mut placed, hears, None, until)?,
    };
    if let (Decision::Ask, Moment::BeforeTool, Some(((root, _), event))) =
        (verdict.decision, message.moment, placed.first())
    {
        let paths: Vec<String> = placed.iter().flat_map(|(_, event)| gate::paths(event)).collect();
        // A person who cannot be asked has not answered.
        verdict = persons(root, agent, &event.session, verdict.clone(), diff, &paths).unwrap_or_else(|error| {
            note(root, &format!("hook {}: nobody was asked: {error:#}", agent.name));
            verdict
        });
        if !can_ask {
            verdict = agents::settled(verdict, &paths, root);
        }
    }
    Ok(((agent.reply)(message.moment, &verdict, context.as_deref()), spending))
}

/// What a server says that follows the workspace, where all of the message is for one.
fn ask(dir: &Path, agent: &agents::Agent, placed: &[Placed], payload: Vec<u8>) -> approvals::Answer {
    let Some(((root, _), _)) = placed.first() else { return approvals::Answer::Nobody };
    if placed.iter().any(|((other, _), event)| other != root || gate::surveys(event)) {
        return approvals::Answer::Nobody;
    }
    let (Ok(state), Ok(dir)) = (state_dir::of(root), std::fs::canonicalize(dir)) else {
        return approvals::Answer::Nobody;
    };
    approvals::judge(&state.dir, &Request::Judge(Told { agent: agent.name.to_owned(), dir, payload }))
}

/// What this process says of a message without any server; `asked` is when one was asked that gave no answer.
fn by_itself(placed: &mut [Placed], hears: bool, asked: Option<u64>, until: Instant) -> Result<Judged> {
    let mut all = Judged::default();
    for ((root, cwd), event) in placed {
        let judged = take((root, cwd), event, (hears, asked), until)?;
        all.verdict = all.verdict.combine(judged.verdict);
        all.context = all.context.or(judged.context);
        all.diff = all.diff.or(judged.diff);
    }
    Ok(all)
}

/// Takes one event in: what is to be said of it, and what else the agent is to be told.
fn take(
    (root, cwd): (&Path, &Path),
    event: &mut AgentEvent,
    (hears, asked): (bool, Option<u64>),
    until: Instant,
) -> Result<Judged> {
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
    let (policy, errors) = if event.act.awaits_verdict() { config::in_force(root) } else { Default::default() };
    for error in errors {
        note(root, &error.to_string());
    }
    let around = Around::of(event, &store.root);
    let Taken { questions, command, verdict, context } =
        gate::take(&mut store, (event, &around), hears, asked, &policy)?;
    let until = until.max(Instant::now() + AT_LEAST);
    if let Some(command) = command {
        let verdict = verdict.combine(command.judge(&mut store, event, cwd, &policy, &|| Instant::now() < until));
        return Ok(Judged { verdict, context, diff: None });
    }
    let mut in_time = || Instant::now() < until;
    let mut budget = Budget::asking(&mut in_time);
    let verdicts = questions.iter().map(|question| question.judge(&policy, Care::Likely, &mut budget));
    let verdict = verdicts.fold(verdict, Verdict::combine);
    let diff = if verdict.decision == Decision::Ask { gate::diff(&questions) } else { None };
    Ok(Judged { verdict, context, diff })
}

/// What becomes of a question once a person was asked, in any editor that is open on the workspace; what they said before in this session is not
/// asked again. It stays a question where nobody answers.
fn persons(
    root: &Path,
    agent: &agents::Agent,
    session: &Session,
    verdict: Verdict,
    diff: Option<String>,
    paths: &[String],
) -> Result<Verdict> {
    let question = redact::redacted(&verdict.reason());
    let mut store = Store::open_narrow(root)?;
    store.know_session(session)?;
    let denied =
        |again: &str| Verdict::deny(format!("{question}\nThe user said no{again}. Do not try it in another way."));
    match store.workspace.answer(session, &question) {
        Some(Answer::Deny) => return Ok(denied(" to this before")),
        Some(Answer::Session | Answer::Once) => return Ok(Verdict::allow()),
        None => {}
    }
    let patience = agent.patience().saturating_sub(GRACE).as_millis().try_into().unwrap_or(u64::MAX);
    let asking =
        Asking { agent: agent.name.to_owned(), question: question.clone(), diff, paths: paths.to_owned(), patience };
    let said = approvals::ask_people(&state_dir::of(root)?.dir, &asking, agent.runs_in_editor());
    let fact = store.workspace.asked(session, &question, said, now());
    store.append(&[fact])?;
    Ok(match said {
        Some(Answer::Deny) => denied(""),
        Some(Answer::Once | Answer::Session) => Verdict::allow(),
        None => verdict,
    })
}
