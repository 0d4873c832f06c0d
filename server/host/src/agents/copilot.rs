//! GitHub's Copilot: VS Code's agent hooks, and the Copilot CLI with its two spellings, of which one says no event. All of them take a reply
//! that is written for each at once. The CLI blocks a tool when its hook fails, so that this one never must.

use anyhow::{Context as _, Result};
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Value, json};

use super::hooks::{self, Event};
use super::payload::{self, Fields};
use super::{Agent, Asks, Message, Moment, Reply, told};

pub(super) const AGENT: Agent =
    Agent { name: "copilot", parse, reply, hears: &[Moment::AfterTool, Moment::SessionStart], asks: Asks::Anything };

/// Whether a message to one of Claude Code's hooks is Copilot's, which runs those too: Claude Code spells no key so, tells no time, and keeps
/// its transcripts in a folder of its own.
pub(super) fn recognises(fields: Fields<'_>) -> bool {
    let has = |name| fields.value(name).is_some();
    let is_claudes =
        || fields.value("transcript_path").and_then(Value::as_str).is_some_and(|path| path.contains(".claude"));
    ["sessionId", "hookEventName", "toolName"].into_iter().any(has) || has("timestamp") && !is_claudes()
}

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    hear(Fields(&object))
}

/// Reads one message.
///
/// # Errors
/// If it has no session, or a field is not what its name says.
pub(super) fn hear(fields: Fields<'_>) -> Result<Message> {
    if ["hook_event_name", "hookEventName"].into_iter().any(|name| fields.value(name).is_some()) {
        return hooks::parse(AGENT.name, fields);
    }
    let event = unnamed(fields);
    let call = if event.is_of_a_tool() { Some(hooks::call(fields)?) } else { None };
    let act = hooks::act(event, call.as_ref(), fields)
        .with_context(|| format!("a message with no event, taken for {event:?}"))?;
    hooks::message(AGENT.name, fields, event.moment(), act)
}

/// The event of a message that does not name it, by what else it says.
fn unnamed(fields: Fields<'_>) -> Event {
    let has = |name| fields.value(name).is_some();
    match () {
        () if has("toolName") && has("toolResult") => Event::After,
        () if has("toolName") && has("error") => Event::Failed,
        () if has("toolName") => Event::Before,
        () if has("prompt") => Event::Prompt,
        () if has("source") => Event::Started,
        () if has("stopReason") => Event::Stopped,
        () if has("reason") => Event::Ended,
        () => Event::Other,
    }
}

/// The CLI reads the outer fields, VS Code the inner ones. Allow is never said: it would skip the agent's own question to the user.
fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let event = match (moment, verdict.decision) {
        (Moment::BeforeTool, Decision::Deny) => return Reply::json(&decided("deny", verdict)),
        (Moment::BeforeTool, Decision::Ask) => return Reply::json(&decided("ask", verdict)),
        (Moment::AfterTool, _) => "PostToolUse",
        (Moment::SessionStart, _) => "SessionStart",
        _ => return Reply::json(&json!({})),
    };
    Reply::json(&match told(verdict, context) {
        Some(text) => json!({
            "additionalContext": text,
            "hookSpecificOutput": { "hookEventName": event, "additionalContext": text },
        }),
        None => json!({}),
    })
}

fn decided(decision: &str, verdict: &Verdict) -> Value {
    json!({
        "permissionDecision": decision,
        "permissionDecisionReason": verdict.reason(),
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": decision,
            "permissionDecisionReason": verdict.reason(),
        },
    })
}
