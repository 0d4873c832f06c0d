//! OpenAI's Codex: its events are as Claude Code's, its edits are patches. It rejects a reply with a field or a word that it does not know,
//! `ask` among them, and then lets the tool run: nothing is said to it but `deny`, and what it is told besides.

use anyhow::Result;
use countersign_core::verdict::Verdict;

use super::{Agent, Asks, Message, Moment, Reply, hooks, payload};

pub(super) const AGENT: Agent = Agent { name: "codex", parse, reply, hears: HEARS, asks: Asks::Nothing };

const HEARS: &[Moment] = &[Moment::BeforeTool, Moment::AfterTool, Moment::SessionStart, Moment::Prompt];

fn parse(bytes: &[u8]) -> Result<Message> {
    hooks::parse(AGENT.name, payload::Fields(&payload::object(bytes)?))
}

/// It has no event for a tool that failed.
fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let moment = if moment == Moment::AfterFailure { Moment::Other } else { moment };
    hooks::reply_without_asking(moment, verdict, context)
}
