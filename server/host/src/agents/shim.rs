//! Agents whose hooks are a program in their own process: OpenCode and Amp. A small one that `init` writes sends what happens in the manner of
//! Claude Code, and does what the answer says: `{ "decision": "ask" | "deny", "reason" }` before a tool, `{ "context" }` at any time.

use anyhow::Result;
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Map, Value};

use super::{Agent, Asks, Message, Moment, Reply, hooks, payload};

/// OpenCode lets a plugin stop a tool, and ask nothing.
pub(super) const OPENCODE: Agent =
    Agent { name: "opencode", parse: opencode, reply: unasking, hears: &[Moment::AfterTool], asks: Asks::Nothing };

/// Amp lets a plugin ask.
pub(super) const AMP: Agent = Agent { name: "amp", parse: amp, reply, hears: &[Moment::Prompt], asks: Asks::Anything };

fn opencode(bytes: &[u8]) -> Result<Message> {
    hooks::parse(OPENCODE.name, payload::Fields(&payload::object(bytes)?))
}

fn amp(bytes: &[u8]) -> Result<Message> {
    hooks::parse(AMP.name, payload::Fields(&payload::object(bytes)?))
}

fn unasking(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    reply(moment, &hooks::unasked(moment, verdict), context)
}

fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let mut body = Map::new();
    let decision = match verdict.decision {
        Decision::Ask => "ask",
        Decision::Deny => "deny",
        Decision::Allow => "",
    };
    if moment == Moment::BeforeTool && !decision.is_empty() {
        body.insert("decision".to_owned(), decision.into());
        body.insert("reason".to_owned(), verdict.reason().into());
    }
    if let Some(context) = context.filter(|_| moment != Moment::Other) {
        body.insert("context".to_owned(), context.into());
    }
    Reply::json(&Value::Object(body))
}
