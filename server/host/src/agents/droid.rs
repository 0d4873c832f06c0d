//! Factory's Droid: events and replies as Claude Code's, tools of its own names.

use anyhow::Result;

use super::{Agent, Asks, Message, Moment, hooks, payload};

pub(super) const AGENT: Agent = Agent {
    name: "droid",
    parse,
    reply: hooks::reply,
    hears: &[Moment::AfterTool, Moment::SessionStart, Moment::Prompt],
    asks: Asks::Anything,
};

fn parse(bytes: &[u8]) -> Result<Message> {
    hooks::parse(AGENT.name, payload::Fields(&payload::object(bytes)?))
}
