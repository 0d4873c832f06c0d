//! Claude Code: its hook events as messages, and verdicts in the words that it honours.

mod patch;
mod tools;

use anyhow::{Context as _, Result};
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::session::Session;
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Value, json};

use super::payload::{self, Fields};
use super::{Agent, Message, Moment, Reply, told};

pub(super) const AGENT: Agent = Agent { name: "claude-code", parse, reply };

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    let name = fields.named("hook_event_name")?;
    let session = session(fields)?;
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
    Ok(Message { moment, events: act.map(event).transpose()?.into_iter().collect() })
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

/// Allow is never said: it would skip the agent's own question to the user.
fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    Reply::json(&match moment {
        Moment::BeforeTool => before_tool(verdict, context),
        // The write has happened: a block is only feedback, which the model reads.
        Moment::AfterTool if verdict.decision == Decision::Deny => {
            let mut body = json!({ "decision": "block", "reason": verdict.reason() });
            if let Some(context) = context {
                body["hookSpecificOutput"] = tell("PostToolUse", context);
            }
            body
        }
        Moment::AfterTool => tell_all("PostToolUse", verdict, context),
        Moment::AfterFailure => tell_all("PostToolUseFailure", verdict, context),
        Moment::SessionStart => tell_all("SessionStart", verdict, context),
        Moment::Prompt => tell_all("UserPromptSubmit", verdict, context),
        Moment::Other => json!({}),
    })
}

fn before_tool(verdict: &Verdict, context: Option<&str>) -> Value {
    let decision = match verdict.decision {
        Decision::Allow => return tell_all("PreToolUse", verdict, context),
        Decision::Ask => "ask",
        Decision::Deny => "deny",
    };
    let mut output = json!({
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": verdict.reason(),
    });
    if let Some(context) = context {
        output["additionalContext"] = context.into();
    }
    json!({ "hookSpecificOutput": output })
}

fn tell_all(event: &str, verdict: &Verdict, context: Option<&str>) -> Value {
    told(verdict, context).map_or_else(|| json!({}), |text| json!({ "hookSpecificOutput": tell(event, &text) }))
}

fn tell(event: &str, text: &str) -> Value {
    json!({ "hookEventName": event, "additionalContext": text })
}
