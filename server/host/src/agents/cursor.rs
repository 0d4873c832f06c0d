//! Cursor: hooks of its own, before and after commands, MCP tools, edits and tools in general. Only before commands and MCP tools can it ask
//! its user, so these are heard where that is so, and left where they come again as tools.

use anyhow::{Context as _, Result};
use countersign_core::announce::{AgentAct, Delta, Write};
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Value, json};

use super::hooks::{self, Event};
use super::payload::{self, Fields};
use super::tools::Call;
use super::{Agent, Asks, Message, Moment, Reply, told};

pub(super) const AGENT: Agent = Agent {
    name: "cursor",
    parse,
    reply,
    hears: &[Moment::AfterTool, Moment::AfterFailure, Moment::SessionStart],
    asks: Asks::Commands,
};

/// Whether a message to a hook of another agent's is Cursor's, which runs those too.
pub(super) fn recognises(fields: Fields<'_>) -> bool {
    ["cursor_version", "conversation_id", "generation_id"].into_iter().any(|name| fields.value(name).is_some())
}

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    let name = fields.named("hook_event_name")?;
    let (moment, act) = act(name, fields).with_context(|| format!("`{}`", name.escape_debug()))?;
    hooks::message(AGENT.name, fields, moment, act)
}

fn act(name: &str, fields: Fields<'_>) -> Result<(Moment, Option<AgentAct>)> {
    let command = || -> Result<Call> { Ok(Call::new("Shell", Some(&json!({ "command": fields.needed("command")? })))) };
    let tool = || -> Result<String> { Ok(fields.named("tool_name")?.to_owned()) };
    // What comes after these three is not read.
    Ok(match name {
        "beforeShellExecution" => (Moment::BeforeTool, Some(command()?.will()?)),
        "afterShellExecution" => (Moment::Other, Some(command()?.did()?)),
        "beforeMCPExecution" => (Moment::BeforeTool, Some(AgentAct::WillUse { tool: tool()? })),
        "afterMCPExecution" => (Moment::Other, Some(AgentAct::DidUse { tool: tool()? })),
        "afterFileEdit" => (Moment::Other, Some(AgentAct::DidWrite { writes: vec![edited(fields)?] })),
        _ => {
            let event = Event::of(name);
            (event.moment(), tool_or_life(event, fields)?)
        }
    })
}

/// Commands and MCP tools were heard of already, by their own events.
fn tool_or_life(event: Event, fields: Fields<'_>) -> Result<Option<AgentAct>> {
    if !event.is_of_a_tool() {
        return hooks::act(event, None, fields);
    }
    let call = hooks::call(fields)?;
    let is_heard_elsewhere = call.runs() || fields.text("tool_name")?.is_some_and(|tool| tool.starts_with("MCP:"));
    if is_heard_elsewhere { Ok(None) } else { hooks::act(event, Some(&call), fields) }
}

/// A new file comes as one edit of nothing.
fn edited(fields: Fields<'_>) -> Result<Write> {
    let path = payload::file_path(fields.named("file_path")?);
    if fields.list("edits")?.is_empty() {
        return Ok(Write::new(path, Delta::Unknown));
    }
    let input = json!({ "file_path": path, "edits": fields.value("edits") });
    match Call::new("Edit", Some(&input)).did()? {
        AgentAct::DidWrite { mut writes } if writes.len() == 1 => Ok(writes.remove(0)),
        _ => Ok(Write::new(path, Delta::Unknown)),
    }
}

/// Allow is never said: it would skip Cursor's own question to the user. The event after an edit is never answered.
fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let permission = match (moment, verdict.decision) {
        (Moment::BeforeTool, Decision::Ask) => "ask",
        (Moment::BeforeTool, Decision::Deny) => "deny",
        (Moment::AfterTool | Moment::AfterFailure | Moment::SessionStart, _) => {
            return Reply::json(&heard(verdict, context));
        }
        _ => return Reply::json(&json!({})),
    };
    let reason = verdict.reason();
    Reply::json(&json!({ "permission": permission, "user_message": reason, "agent_message": reason }))
}

fn heard(verdict: &Verdict, context: Option<&str>) -> Value {
    told(verdict, context).map_or_else(|| json!({}), |text| json!({ "additional_context": text }))
}
