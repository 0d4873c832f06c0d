//! Google's Gemini CLI: events of its own names, no ids of calls, and no question: a tool is denied, or runs. After a tool a denial would
//! hide the tool's result, so none is said then.

use anyhow::Result;
use countersign_core::verdict::Verdict;
use serde_json::{Value, json};

use super::outcome::Outcome;
use super::{Agent, Asks, Message, Moment, Reply, hooks, payload, told};

pub(super) const AGENT: Agent = Agent {
    name: "gemini-cli",
    parse,
    reply,
    hears: &[Moment::AfterTool, Moment::SessionStart, Moment::Prompt],
    asks: Asks::Nothing,
};

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let mut message = hooks::parse(AGENT.name, payload::Fields(&object))?;
    let shown = object.get("tool_response").and_then(|response| response.get("returnDisplay"));
    if let (Some(outcome), [event]) = (shown.and_then(outcome), message.events.as_mut_slice()) {
        outcome.tell(&mut event.act);
    }
    Ok(message)
}

/// What is shown of a write holds the file before and after. A person may have changed the proposal in an editor.
fn outcome(shown: &Value) -> Option<Outcome<'_>> {
    let text = |name| shown.get(name).and_then(Value::as_str);
    let is_new = shown.get("isNewFile").and_then(Value::as_bool).unwrap_or_default();
    let lines = |name| shown.get("diffStat").and_then(|stat| stat.get(name)?.as_u64()).unwrap_or_default();
    Some(Outcome {
        before: if is_new { None } else { Some(text("originalContent")?) },
        after: text("newContent")?,
        is_amended: lines("user_added_lines") + lines("user_removed_lines") > 0,
    })
}

fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let event = match moment {
        Moment::BeforeTool if verdict.is_allow() => return Reply::json(&json!({})),
        Moment::BeforeTool => return Reply::json(&json!({ "decision": "deny", "reason": verdict.reason() })),
        Moment::AfterTool => "AfterTool",
        Moment::SessionStart => "SessionStart",
        Moment::Prompt => "BeforeAgent",
        Moment::Permission | Moment::AfterFailure | Moment::Other => return Reply::json(&json!({})),
    };
    Reply::json(&match told(verdict, context) {
        Some(text) => json!({ "hookSpecificOutput": { "hookEventName": event, "additionalContext": text } }),
        None => json!({}),
    })
}
