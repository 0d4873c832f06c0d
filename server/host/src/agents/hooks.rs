//! Messages in the manner of Claude Code's hooks, as most agents send them: an event, a session, a tool and its input, each under one of a
//! few names. What is an agent's own stands in its own file.

use anyhow::{Context as _, Result};
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::session::Session;
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Value, json};

use super::payload::{Fields, file_path};
use super::tools::Call;
use super::{Message, Moment, Reply, told};

const EVENTS: [&str; 3] = ["hook_event_name", "hookEventName", "hookName"];
const SESSIONS: [&str; 6] = ["session_id", "sessionId", "sessionID", "thread_id", "threadId", "conversation_id"];
const TOOLS: [&str; 2] = ["tool_name", "toolName"];
const INPUTS: [&str; 3] = ["tool_input", "toolInput", "toolArgs"];
const CALLS: [&str; 4] = ["tool_use_id", "toolUseId", "toolUseID", "callID"];
const ROOTS: [&str; 2] = ["workspace_roots", "workspaceRoots"];

/// What an event is about, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A tool is about to be used.
    Before,
    /// The user is about to be asked whether a tool may be used.
    Asked,
    /// A tool was used.
    After,
    /// A tool failed.
    Failed,
    /// A tool was refused: nothing is heard after it.
    Refused,
    /// The user asked for something.
    Prompt,
    /// A session began.
    Started,
    /// A subagent began.
    SubagentStarted,
    /// A subagent has done its work.
    SubagentStopped,
    /// The agent waits for its user.
    Stopped,
    /// The session is over.
    Ended,
    /// Anything else.
    Other,
}

impl Event {
    /// By its name without case and joints.
    pub(super) fn of(name: &str) -> Event {
        let bare: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match bare.as_str() {
            "pretooluse" | "beforetool" | "toolcall" => Event::Before,
            "permissionrequest" => Event::Asked,
            "posttooluse" | "aftertool" | "toolresult" => Event::After,
            "posttoolusefailure" => Event::Failed,
            "permissiondenied" => Event::Refused,
            "userpromptsubmit" | "userpromptsubmitted" | "beforesubmitprompt" | "beforeagent" | "promptsubmit" => {
                Event::Prompt
            }
            "sessionstart" | "taskstart" | "taskresume" | "agentstart" | "agentresume" => Event::Started,
            "subagentstart" => Event::SubagentStarted,
            "subagentstop" => Event::SubagentStopped,
            "stop" | "agentstop" | "afteragent" | "stopfailure" | "interrupt" | "taskcomplete" | "taskcancel"
            | "taskerror" | "agentend" | "agentabort" | "agenterror" => Event::Stopped,
            "sessionend" | "sessionshutdown" => Event::Ended,
            _ => Event::Other,
        }
    }

    /// Whether it tells of a tool's call.
    pub(super) fn is_of_a_tool(self) -> bool {
        matches!(self, Event::Before | Event::Asked | Event::After | Event::Failed | Event::Refused)
    }

    /// Where in the agent's work it comes.
    pub(super) fn moment(self) -> Moment {
        match self {
            Event::Before => Moment::BeforeTool,
            Event::Asked => Moment::Permission,
            Event::After => Moment::AfterTool,
            Event::Failed => Moment::AfterFailure,
            Event::Prompt => Moment::Prompt,
            Event::Started => Moment::SessionStart,
            _ => Moment::Other,
        }
    }
}

/// Reads a message of an agent whose events are as Claude Code's.
///
/// # Errors
/// If it has no event or session, or a field is not what its name says.
pub(super) fn parse(agent: &str, fields: Fields<'_>) -> Result<Message> {
    let name = first(fields, &EVENTS)?.context("`hook_event_name` is missing")?;
    let event = Event::of(name);
    let call = if event.is_of_a_tool() { Some(call(fields)?) } else { None };
    let act = act(event, call.as_ref(), fields).with_context(|| format!("`{}`", name.escape_debug()))?;
    message(agent, fields, event.moment(), act)
}

/// A message of one act, or of none, with what all messages have.
///
/// # Errors
/// If it has no session.
pub(super) fn message(agent: &str, fields: Fields<'_>, moment: Moment, act: Option<AgentAct>) -> Result<Message> {
    let session = session(fields)?;
    let Some(act) = act else { return Ok(Message::nothing(moment)) };
    let event = AgentEvent {
        agent: agent.into(),
        session,
        model: model(fields),
        cwd: cwd(fields)?,
        call: first(fields, &CALLS)?.filter(|call| !call.is_empty()).map(str::to_owned),
        act,
    };
    Ok(Message { events: vec![event], ..Message::nothing(moment) })
}

/// What an event says that the agent does.
///
/// # Errors
/// If the call is not as its tool's name says, or a prompt is missing.
pub(super) fn act(event: Event, call: Option<&Call>, fields: Fields<'_>) -> Result<Option<AgentAct>> {
    Ok(match (event, call) {
        (Event::Before, Some(call)) => Some(call.will()?),
        (Event::Asked, Some(call)) => Some(call.requested()),
        (Event::After, Some(call)) if failed(fields) => Some(call.failed()?),
        (Event::After, Some(call)) => Some(call.did()?),
        (Event::Failed | Event::Refused, Some(call)) => Some(call.failed()?),
        (Event::Prompt, _) => Some(AgentAct::Prompted { text: fields.needed("prompt")?.to_owned() }),
        (Event::Started, _) => Some(AgentAct::SessionStarted { source: fields.text("source")?.map(str::to_owned) }),
        // Not of an agent that does not say which: its own turn goes on.
        (Event::SubagentStarted | Event::SubagentStopped, _) if fields.value("agent_id").is_none() => None,
        (Event::SubagentStarted, _) => Some(AgentAct::SessionStarted { source: Some("subagent".to_owned()) }),
        (Event::Stopped | Event::SubagentStopped, _) => Some(AgentAct::TurnEnded),
        (Event::Ended, _) => Some(AgentAct::SessionEnded),
        _ => None,
    })
}

/// The call that a message tells of.
///
/// # Errors
/// If it names no tool.
pub(super) fn call(fields: Fields<'_>) -> Result<Call> {
    let tool = first(fields, &TOOLS)?.filter(|tool| !tool.is_empty()).context("`tool_name` is missing")?;
    Ok(Call::new(tool, INPUTS.iter().find_map(|name| fields.value(name))))
}

/// A verdict in Claude Code's words, which others honour too. Allow is never said: it would skip the agent's own question to the user.
pub(super) fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    Reply::json(&match moment {
        Moment::BeforeTool => before_tool(verdict, context),
        Moment::Permission => permission(verdict),
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

/// The same for an agent that knows no question: by then there is none, and were there one, the tool must not run.
pub(super) fn reply_without_asking(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    reply(moment, &unasked(moment, verdict), context)
}

/// A verdict that a tool may not run after all, where it asks before it.
pub(super) fn unasked(moment: Moment, verdict: &Verdict) -> Verdict {
    let decision = match verdict.decision {
        Decision::Ask if moment == Moment::BeforeTool => Decision::Deny,
        decision => decision,
    };
    Verdict { decision, ..verdict.clone() }
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

/// Only a denial: any other word would answer for the user.
fn permission(verdict: &Verdict) -> Value {
    if verdict.decision != Decision::Deny {
        return json!({});
    }
    let decision = json!({ "behavior": "deny", "message": verdict.reason() });
    json!({ "hookSpecificOutput": { "hookEventName": "PermissionRequest", "decision": decision } })
}

fn tell_all(event: &str, verdict: &Verdict, context: Option<&str>) -> Value {
    told(verdict, context).map_or_else(|| json!({}), |text| json!({ "hookSpecificOutput": tell(event, &text) }))
}

fn tell(event: &str, text: &str) -> Value {
    json!({ "hookEventName": event, "additionalContext": text })
}

/// Whether a report says that the tool did not do its work, in one of the words that agents have for it.
fn failed(fields: Fields<'_>) -> bool {
    let results = ["tool_response", "tool_result", "toolResult"].into_iter().filter_map(|name| fields.value(name));
    let said = |value: &Value| {
        let kind = ["result_type", "resultType"].iter().find_map(|name| value.get(name)).and_then(Value::as_str);
        let is_error = match value.get("error") {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(error)) => !error.is_empty(),
            Some(_) => true,
        };
        is_error
            || matches!(kind, Some("failure" | "error" | "denied" | "rejected"))
            || value.get("success") == Some(&false.into())
    };
    results.into_iter().any(said)
}

/// `agent_id` is there when a subagent acts.
fn session(fields: Fields<'_>) -> Result<Session> {
    let id = first(fields, &SESSIONS)?.filter(|id| !id.is_empty()).context("`session_id` is missing")?;
    let session = Session::new(id);
    Ok(match fields.text("agent_id")? {
        Some(subagent) if !subagent.is_empty() && subagent != id => session.with_subagent(subagent),
        _ => session,
    })
}

/// The folder that paths start from; the first folder of the workspace where none is sent.
fn cwd(fields: Fields<'_>) -> Result<Option<String>> {
    let sent = fields.text("cwd")?.filter(|cwd| !cwd.is_empty()).map(file_path);
    let root = || ROOTS.iter().find_map(|name| fields.value(name)?.get(0)?.as_str().map(file_path));
    Ok(sent.or_else(root))
}

fn model(fields: Fields<'_>) -> Option<std::sync::Arc<str>> {
    let named = |value: &Value| {
        value.as_str().or_else(|| value.get("slug")?.as_str()).or_else(|| value.get("id")?.as_str()).map(str::to_owned)
    };
    fields
        .value("model")
        .or_else(|| fields.value("model_name"))
        .and_then(named)
        .filter(|model| !model.is_empty())
        .map(Into::into)
}

/// The first of these fields that is there.
///
/// # Errors
/// If it is no string.
pub(super) fn first<'a>(fields: Fields<'a>, names: &[&str]) -> Result<Option<&'a str>> {
    names.iter().find_map(|name| fields.text(name).transpose()).transpose()
}
