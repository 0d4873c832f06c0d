//! Our own messages, for agents without a file here: one JSON object on stdin of `countersign hook generic`.
//!
//! ```json
//! { "event": "will-write", "agent": "my-agent", "session": "s-1", "model": "m", "cwd": "/repo", "call": "c-1",
//!   "writes": [ { "path": "src/a.rs", "before": "old\n", "edits": [ { "old": "old", "new": "new", "all": false } ] } ] }
//! ```
//!
//! `event`, `agent` and `session` must be there. `event` is one of `session-started` (`source`), `prompted` (`prompt`),
//! `will-write`, `did-write` and `write-failed` (`writes`), `will-run` and `did-run` (`command`, `background`, `failed`),
//! `will-use`, `did-use` and `requested` (`tool`), `turn-ended`, `session-ended`; any other is heard and ignored. A write says what it
//! does by one of `after` (the whole text), `edits`, `deleted` (true) or `moved-to` (a path), or not at all; `before`
//! is the text before, or null for a file that was not there. `subagent` names a subagent that acts within the session. `spent` says what the
//! session (or the subagent) spent so far: `input`, `output`, `cache-read`, `cache-write` (tokens, each counted in one of them), `calls` (of
//! tools), `cost` (in US dollars).
//!
//! The answer is `{}`, or `{ "verdict": "ask" | "deny", "reasons": […] }`: to a `will-…` for the agent to keep to, to a
//! `did-…` as a judgement on what has happened. Any may hold `context`, a text for the agent. The schema is
//! `generic.schema.json` beside this file. git-ai's `agent-v1` is understood too.

use anyhow::{Context as _, Result, bail};
use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Replacement, Write};
use countersign_core::session::Session;
use countersign_core::usage::{Tokens, Usage};
use countersign_core::verdict::Verdict;
use serde_json::{Map, Value};

use super::payload::{self, Fields};
use super::{Agent, Asks, Message, Moment, Reply, git_ai};

pub(super) const AGENT: Agent = Agent { name: "generic", parse, reply, hears: Moment::HEARD, asks: Asks::Anything };

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    if git_ai::recognises(fields) {
        return git_ai::parse(fields).context("agent-v1");
    }
    let session = Session::new(fields.named("session")?);
    let session = match fields.text("subagent")? {
        Some(subagent) => session.with_subagent(subagent),
        None => session,
    };
    let agent = fields.named("agent")?;
    let event = fields.named("event")?;
    let Some(act) = act(event, fields).with_context(|| format!("`{}`", event.escape_debug()))? else {
        return Ok(Message::nothing(Moment::Other));
    };
    let event = AgentEvent {
        agent: agent.into(),
        session,
        model: fields.text("model")?.map(Into::into),
        cwd: fields.text("cwd")?.map(str::to_owned),
        call: fields.text("call")?.map(str::to_owned),
        act,
    };
    let moment = moment(&event.act);
    let spent = spent(fields)?;
    Ok(Message { events: vec![event], spent, ..Message::nothing(moment) })
}

fn act(event: &str, fields: Fields<'_>) -> Result<Option<AgentAct>> {
    let owned = |name| fields.needed(name).map(str::to_owned);
    Ok(Some(match event {
        "session-started" => AgentAct::SessionStarted { source: fields.text("source")?.map(str::to_owned) },
        "prompted" => AgentAct::Prompted { text: owned("prompt")? },
        "will-write" => AgentAct::WillWrite { writes: writes(fields)? },
        "did-write" => AgentAct::DidWrite { writes: writes(fields)? },
        "write-failed" => {
            AgentAct::WriteFailed { paths: writes(fields)?.into_iter().map(|write| write.path).collect() }
        }
        "will-run" => AgentAct::WillRun { command: owned("command")?, background: fields.flag("background")? },
        "did-run" => AgentAct::DidRun {
            command: owned("command")?,
            background: fields.flag("background")?,
            failed: fields.flag("failed")?,
        },
        "will-use" => AgentAct::WillUse { tool: owned("tool")? },
        "did-use" => AgentAct::DidUse { tool: owned("tool")? },
        "requested" => AgentAct::Requested { tool: owned("tool")? },
        "turn-ended" => AgentAct::TurnEnded,
        "session-ended" => AgentAct::SessionEnded,
        _ => return Ok(None),
    }))
}

/// What the session spent so far; the model's name is that of the message.
fn spent(fields: Fields<'_>) -> Result<Option<Usage>> {
    if fields.value("spent").is_none() {
        return Ok(None);
    }
    let spent = payload::object_in(fields, "spent")?;
    let spent = Fields(&spent);
    let cost = match spent.value("cost").map(Value::as_f64) {
        None => None,
        Some(Some(cost)) if (0.0..1e9).contains(&cost) => Some((cost * 1e6).round() as u64),
        Some(_) => bail!("`cost` should be an amount in US dollars"),
    };
    let tokens = Tokens {
        input: spent.number("input")?,
        output: spent.number("output")?,
        cache_read: spent.number("cache-read")?,
        cache_write: spent.number("cache-write")?,
    };
    let model = fields.text("model")?.unwrap_or_default();
    Ok(Some(Usage { models: [(model.into(), tokens)].into(), calls: spent.number("calls")?, said: cost }))
}

fn moment(act: &AgentAct) -> Moment {
    match act {
        AgentAct::SessionStarted { .. } => Moment::SessionStart,
        AgentAct::Prompted { .. } => Moment::Prompt,
        AgentAct::WillWrite { .. } | AgentAct::WillRun { .. } | AgentAct::WillUse { .. } => Moment::BeforeTool,
        AgentAct::Requested { .. } => Moment::Permission,
        AgentAct::WriteFailed { .. } | AgentAct::DidRun { failed: true, .. } => Moment::AfterFailure,
        AgentAct::DidWrite { .. } | AgentAct::DidRun { .. } | AgentAct::DidUse { .. } => Moment::AfterTool,
        AgentAct::TurnEnded | AgentAct::SessionEnded => Moment::Other,
    }
}

fn writes(fields: Fields<'_>) -> Result<Vec<Write>> {
    fields.objects("writes")?.into_iter().map(write).collect()
}

fn write(fields: Fields<'_>) -> Result<Write> {
    let before = match fields.0.get("before") {
        None => Before::Unknown,
        Some(Value::Null) => Before::Absent,
        Some(_) => Before::Text(fields.needed("before")?.to_owned()),
    };
    Ok(Write { before, ..Write::new(fields.named("path")?, delta(fields)?) })
}

fn delta(fields: Fields<'_>) -> Result<Delta> {
    let whole = fields.text("after")?.map(|text| Delta::Whole(text.to_owned()));
    let edits = match fields.value("edits") {
        None => None,
        Some(_) => Some(Delta::Replace(fields.objects("edits")?.into_iter().map(replacement).collect::<Result<_>>()?)),
    };
    let deleted = fields.flag("deleted")?.then_some(Delta::Deleted);
    let moved = fields.text("moved-to")?.map(|to| Delta::Moved { to: to.to_owned() });
    let mut said = [whole, edits, deleted, moved].into_iter().flatten();
    match (said.next(), said.next()) {
        (None, _) => Ok(Delta::Unknown),
        (Some(delta), None) => Ok(delta),
        (Some(_), Some(_)) => bail!("a write says one of `after`, `edits`, `deleted` and `moved-to`"),
    }
}

fn replacement(fields: Fields<'_>) -> Result<Replacement> {
    let (old, new) = (fields.needed("old")?, fields.needed("new")?);
    Ok(Replacement { old: old.to_owned(), new: new.to_owned(), all: fields.flag("all")? })
}

fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let mut body = Map::new();
    if matches!(moment, Moment::BeforeTool | Moment::Permission | Moment::AfterTool) && !verdict.is_allow() {
        body.insert("verdict".into(), format!("{:?}", verdict.decision).to_lowercase().into());
        body.insert("reasons".into(), verdict.reasons.clone().into());
    }
    if let Some(context) = context.filter(|_| moment != Moment::Other) {
        body.insert("context".into(), context.into());
    }
    Reply::json(&body.into())
}
