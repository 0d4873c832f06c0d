//! Google's Gemini CLI: events of its own names, no ids of calls, and no question: a tool is denied, or runs. After a tool a denial would
//! hide the tool's result, so none is said then.

use anyhow::Result;
use countersign_core::verdict::Verdict;
use serde_json::json;

use super::{Agent, Asks, Message, Moment, Reply, hooks, payload, told};

pub(super) const AGENT: Agent = Agent {
    name: "gemini-cli",
    parse,
    reply,
    hears: &[Moment::AfterTool, Moment::SessionStart, Moment::Prompt],
    asks: Asks::Nothing,
};

fn parse(bytes: &[u8]) -> Result<Message> {
    hooks::parse(AGENT.name, payload::Fields(&payload::object(bytes)?))
}

fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let event = match moment {
        Moment::BeforeTool if verdict.is_allow() => return Reply::json(&json!({})),
        Moment::BeforeTool => return Reply::json(&json!({ "decision": "deny", "reason": verdict.reason() })),
        Moment::AfterTool => "AfterTool",
        Moment::SessionStart => "SessionStart",
        Moment::Prompt => "BeforeAgent",
        Moment::AfterFailure | Moment::Other => return Reply::json(&json!({})),
    };
    Reply::json(&match told(verdict, context) {
        Some(text) => json!({ "hookSpecificOutput": { "hookEventName": event, "additionalContext": text } }),
        None => json!({}),
    })
}
