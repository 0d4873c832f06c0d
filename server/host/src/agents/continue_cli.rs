//! Continue's command line: events and replies as Claude Code's. It stops a tool on `deny`, and takes `ask` for nothing.

use anyhow::Result;

use super::{Agent, Asks, Message, Moment, hooks, payload};

pub(super) const AGENT: Agent = Agent {
    name: "continue",
    parse,
    reply: hooks::reply_without_asking,
    hears: &[Moment::AfterTool, Moment::AfterFailure, Moment::SessionStart, Moment::Prompt],
    asks: Asks::Nothing,
};

fn parse(bytes: &[u8]) -> Result<Message> {
    hooks::parse(AGENT.name, payload::Fields(&payload::object(bytes)?))
}
