//! Coding agents' hooks: one file for each dialect, its messages in and its replies out.

mod claude_code;
mod generic;
mod git_ai;
mod payload;

use countersign_core::announce::AgentEvent;
use countersign_core::verdict::Verdict;

pub use payload::{MAX_PAYLOAD, read_capped};

/// The JSON schema of the messages that `hook generic` takes.
pub const GENERIC_SCHEMA: &str = include_str!("agents/generic.schema.json");

/// An agent whose hooks we speak.
#[derive(Debug)]
pub struct Agent {
    /// The name that `hook` takes, as in `claude-code`.
    pub name: &'static str,
    /// Reads one message of a hook. Fails with one line for the log when it is no message of this agent; the answer
    /// is then `reply` with [`Moment::Other`]. An event or a tool that we do not know is no error: it says nothing.
    pub parse: fn(&[u8]) -> anyhow::Result<Message>,
    /// What the hook answers, given the verdict and what the agent should be told besides. Neutral, so that the agent
    /// goes on as without us, where there is nothing to say or the agent listens to nothing.
    pub reply: fn(Moment, &Verdict, Option<&str>) -> Reply,
}

/// One message of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where in the agent's work it came: decides what the reply may say.
    pub moment: Moment,
    /// What the agent says that it does; none when that is nothing to us.
    pub events: Vec<AgentEvent>,
}

/// Where in the agent's work a hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a tool is used: the one moment that a verdict can stop anything.
    BeforeTool,
    /// After a tool was used.
    AfterTool,
    /// After a tool failed or was refused.
    AfterFailure,
    /// A session began.
    SessionStart,
    /// The user asked for something, and the agent has not begun.
    Prompt,
    /// Any other: nothing is heard.
    Other,
}

impl Moment {
    /// Whether the agent reads what it is told then, in a reply that decides nothing.
    #[must_use]
    pub fn hears(self) -> bool {
        self != Moment::Other
    }
}

/// What a hook's process leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// All that goes to stdout.
    pub stdout: String,
    /// All that goes to stderr; empty but for agents that listen there.
    pub stderr: String,
    /// The exit code; 0 but for agents that are stopped by another.
    pub code: u8,
}

impl Reply {
    /// A reply on stdout alone, with exit code 0.
    fn json(body: &serde_json::Value) -> Reply {
        Reply { stdout: body.to_string(), stderr: String::new(), code: 0 }
    }
}

static AGENTS: [Agent; 2] = [claude_code::AGENT, generic::AGENT];

/// The agent of this name.
pub fn find(name: &str) -> Option<&'static Agent> {
    AGENTS.iter().find(|agent| agent.name == name)
}

/// The names of all agents that we speak.
pub fn names() -> impl Iterator<Item = &'static str> {
    AGENTS.iter().map(|agent| agent.name)
}

/// The reasons of a verdict and what else there is to tell, as one text; none when both are empty.
fn told(verdict: &Verdict, context: Option<&str>) -> Option<String> {
    let parts = [verdict.reason(), context.unwrap_or_default().to_owned()];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
