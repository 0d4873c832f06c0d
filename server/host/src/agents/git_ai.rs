//! git-ai's `agent-v1`, so that agents which already report to git-ai report to us unchanged: a message before the
//! files are written (`human`), one after (`ai_agent`), and a pair around a shell command.

use anyhow::{Result, bail};
use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Write};
use countersign_core::session::Session;

use super::payload::{Fields, object_in};
use super::{Message, Moment};

/// `human` names no agent and no session: what it announces is claimed by path, by whichever agent reports next.
const UNNAMED: &str = "agent-v1";

/// Whether a message is one of `agent-v1`: these say what they are in `type`, ours in `event`.
pub(super) fn recognises(fields: Fields<'_>) -> bool {
    fields.value("type").is_some() && fields.value("event").is_none()
}

/// Reads one message; fails on a `type` that is none of the four.
pub(super) fn parse(fields: Fields<'_>) -> Result<Message> {
    let command = || -> Result<String> { Ok(fields.text("command")?.unwrap_or_default().to_owned()) };
    let (moment, act) = match fields.needed("type")? {
        "human" => (Moment::BeforeTool, AgentAct::WillWrite { writes: will_write(fields)? }),
        "ai_agent" => (Moment::AfterTool, AgentAct::DidWrite { writes: did_write(fields)? }),
        "pre_shell_command" => (Moment::BeforeTool, AgentAct::WillRun { command: command()?, background: false }),
        "post_shell_command" => {
            (Moment::AfterTool, AgentAct::DidRun { command: command()?, background: false, failed: false })
        }
        _ => bail!("`type` is none of human, ai_agent, pre_shell_command, post_shell_command"),
    };
    let (agent, session) = match act {
        AgentAct::WillWrite { .. } => (UNNAMED, UNNAMED),
        _ => (fields.named("agent_name")?, fields.named("conversation_id")?),
    };
    let event = AgentEvent {
        agent: agent.into(),
        session: Session::new(session),
        model: fields.text("model")?.map(Into::into),
        cwd: Some(fields.named("repo_working_dir")?.to_owned()),
        call: fields.text("tool_use_id")?.map(str::to_owned),
        act,
    };
    Ok(Message { events: vec![event], ..Message::nothing(moment) })
}

/// What an editor holds unsaved of these files is what the agent starts from.
fn will_write(fields: Fields<'_>) -> Result<Vec<Write>> {
    let dirty = object_in(fields, "dirty_files")?;
    let write = |path: &str| -> Result<Write> {
        let before = Fields(&dirty).text(path)?.map_or(Before::Unknown, |text| Before::Text(text.to_owned()));
        Ok(Write { before, ..Write::new(path, Delta::Unknown) })
    };
    fields.texts("will_edit_filepaths")?.into_iter().map(write).collect()
}

/// `dirty_files` is not taken for the agent's text here: an editor's unsaved buffer may hold the user's typing too.
fn did_write(fields: Fields<'_>) -> Result<Vec<Write>> {
    let paths = fields.texts("edited_filepaths")?;
    Ok(paths.into_iter().map(|path| Write::new(path, Delta::Unknown)).collect())
}
