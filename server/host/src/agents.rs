//! Coding agents' hooks: one file for each dialect, its messages in and its replies out.

mod apply_patch;
mod claude_code;
mod cline;
mod codex;
mod continue_cli;
mod copilot;
mod cursor;
mod droid;
mod gemini_cli;
mod generic;
mod git_ai;
mod hooks;
mod outcome;
mod payload;
mod shim;
mod tools;
mod unanswered;
mod windsurf;

use std::path::PathBuf;
use std::time::Duration;

use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::session::Session;
use countersign_core::usage::Usage;
use countersign_core::verdict::Verdict;

pub use payload::{MAX_PAYLOAD, read_capped};
pub use unanswered::settled;

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
    /// The moments at which it reads what it is told, in a reply that decides nothing.
    pub hears: &'static [Moment],
    /// What it can put to its user where a hook wants it asked. It gets no other question: see [`settled`].
    pub asks: Asks,
}

impl Agent {
    /// Whether it can ask its user about what a message tells of.
    #[must_use]
    pub fn can_ask(&self, message: &Message) -> bool {
        match self.host(message).asks {
            Asks::Anything => true,
            // In another agent's words it would not know a question for one.
            Asks::Commands => {
                message.host.is_none()
                    && !message.events.iter().any(|event| matches!(event.act, AgentAct::WillWrite { .. }))
            }
            Asks::Nothing => false,
        }
    }

    /// Whether what it is told in the reply to a message is read.
    #[must_use]
    pub fn hears(&self, message: &Message) -> bool {
        self.host(message).hears.contains(&message.moment)
    }

    /// How long it waits for a hook that stands before a tool, as `init` registers it; where there is nothing to register, and nothing is
    /// said, as long as most wait at least.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_secs(if matches!(self.name, "cline" | "windsurf") { 30 } else { 60 })
    }

    /// Whether it runs in an editor's own processes, which start language servers too.
    #[must_use]
    pub fn runs_in_editor(&self) -> bool {
        matches!(self.name, "copilot" | "cursor" | "windsurf" | "cline")
    }

    /// Who runs the hook.
    fn host(&self, message: &Message) -> &Agent {
        message.host.and_then(find).unwrap_or(self)
    }
}

/// What an agent can put to its user where a hook wants it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Any use of a tool.
    Anything,
    /// Commands and other tools, and no writes.
    Commands,
    /// Nothing: the word for it is an error, or lets the tool run.
    Nothing,
}

/// One message of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where in the agent's work it came: decides what the reply may say.
    pub moment: Moment,
    /// What the agent says that it does; none when that is nothing to us.
    pub events: Vec<AgentEvent>,
    /// The agent that runs this hook although it was registered for another: several run each other's. It is answered in the other's words,
    /// since that is what it takes the hook for.
    pub host: Option<&'static str>,
    /// Where the agent keeps what is said in the session, where it tells.
    pub transcript: Option<Transcript>,
    /// What it says itself that the session, or the subagent that acts, spent so far.
    pub spent: Option<Usage>,
}

/// A file in which an agent keeps what is said in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Where it is, as sent.
    pub path: PathBuf,
    /// Whose it is: a session's, or that of a subagent which has one of its own.
    pub session: Session,
}

impl Message {
    /// One that tells of nothing.
    #[must_use]
    pub fn nothing(moment: Moment) -> Message {
        Message { moment, events: Vec::new(), host: None, transcript: None, spent: None }
    }
}

/// Where in the agent's work a hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a tool is used: the one moment that a verdict can stop anything.
    BeforeTool,
    /// While the agent asks its user about a tool: who denies it answers for them.
    Permission,
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
    /// All but the last, at which nothing is ever heard.
    const HEARD: &[Moment] =
        &[Moment::BeforeTool, Moment::AfterTool, Moment::AfterFailure, Moment::SessionStart, Moment::Prompt];
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

static AGENTS: [Agent; 12] = [
    claude_code::AGENT,
    codex::AGENT,
    cursor::AGENT,
    gemini_cli::AGENT,
    copilot::AGENT,
    shim::OPENCODE,
    shim::AMP,
    cline::AGENT,
    windsurf::AGENT,
    droid::AGENT,
    continue_cli::AGENT,
    generic::AGENT,
];

/// The agent of this name.
pub fn find(name: &str) -> Option<&'static Agent> {
    AGENTS.iter().find(|agent| agent.name == name)
}

/// What agents leave in the environment of the commands that they run, and `countersign run` in its program's.
const MARKS: [(&str, &str); 6] = [
    (RUN_MARK, "the program that `countersign run` runs"),
    ("CLAUDECODE", "claude-code"),
    ("GEMINI_CLI", "gemini-cli"),
    ("CODEX_SANDBOX", "codex"),
    ("CURSOR_AGENT", "cursor"),
    ("CLINE_ACTIVE", "cline"),
];
/// Where a program that `countersign run` started finds its session's name.
pub const RUN_MARK: &str = "COUNTERSIGN_SESSION";

/// The agent that this process was started by, where it says so. One that hides is not seen here.
#[must_use]
pub fn at_work() -> Option<String> {
    let mark = MARKS.iter().find(|(mark, _)| std::env::var_os(mark).is_some_and(|value| !value.is_empty()));
    mark.map(|(_, agent)| (*agent).to_owned())
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
