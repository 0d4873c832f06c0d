//! Claude Code: its hook events as messages. Its replies are those of [`hooks`]. Cursor and Copilot run its hooks too: what they tell is theirs.

mod patch;
mod tools;

use anyhow::{Context as _, Result};
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::session::Session;
use serde_json::Value;

use super::payload::{self, Fields};
use super::{Agent, Asks, Message, Moment, copilot, cursor, hooks};

pub(super) const AGENT: Agent =
    Agent { name: "claude-code", parse, reply: hooks::reply, hears: Moment::HEARD, asks: Asks::Anything };

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    if cursor::recognises(fields) {
        return Ok(Message { host: Some(cursor::AGENT.name), ..hooks::parse(cursor::AGENT.name, fields)? });
    }
    if copilot::recognises(fields) {
        return Ok(Message { host: Some(copilot::AGENT.name), ..copilot::hear(fields)? });
    }
    let name = fields.named("hook_event_name")?;
    let session = session(fields)?;
    let transcript = hooks::transcript(fields, &session);
    let (moment, act) = hear(name, fields).with_context(|| format!("`{}`", name.escape_debug()))?;
    let event = |act| -> Result<AgentEvent> {
        Ok(AgentEvent {
            agent: AGENT.name.into(),
            session,
            model: fields.value("model").and_then(Value::as_str).map(Into::into),
            cwd: fields.text("cwd")?.map(str::to_owned),
            call: fields.text("tool_use_id")?.map(str::to_owned),
            act,
        })
    };
    Ok(Message { events: act.map(event).transpose()?.into_iter().collect(), transcript, ..Message::nothing(moment) })
}

/// `agent_id` is there when a subagent acts, or is spoken of.
fn session(fields: Fields<'_>) -> Result<Session> {
    let session = Session::new(fields.named("session_id")?);
    Ok(match fields.text("agent_id")? {
        Some(subagent) if !subagent.is_empty() => session.with_subagent(subagent),
        _ => session,
    })
}

fn hear(name: &str, fields: Fields<'_>) -> Result<(Moment, Option<AgentAct>)> {
    Ok(match name {
        "PreToolUse" => (Moment::BeforeTool, Some(tools::will(fields)?)),
        "PermissionRequest" => {
            (Moment::Permission, Some(AgentAct::Requested { tool: fields.named("tool_name")?.to_owned() }))
        }
        "PostToolUse" => (Moment::AfterTool, Some(tools::did(fields)?)),
        "PostToolUseFailure" => (Moment::AfterFailure, Some(tools::failed(fields)?)),
        // A refused call gets no other event after it; what it announced is off.
        "PermissionDenied" => (Moment::Other, Some(tools::failed(fields)?)),
        "UserPromptSubmit" => (Moment::Prompt, Some(AgentAct::Prompted { text: fields.needed("prompt")?.to_owned() })),
        "SessionStart" => {
            let source = fields.text("source")?.map(str::to_owned);
            (Moment::SessionStart, Some(AgentAct::SessionStarted { source }))
        }
        "SubagentStart" => (Moment::Other, Some(AgentAct::SessionStarted { source: Some("subagent".to_owned()) })),
        "Stop" | "SubagentStop" => (Moment::Other, Some(AgentAct::TurnEnded)),
        "SessionEnd" => (Moment::Other, Some(AgentAct::SessionEnded)),
        _ => (Moment::Other, None),
    })
}
