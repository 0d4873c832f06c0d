//! Windsurf: what Cascade did or is about to do stands in `tool_info`, under an action's name. It reads no reply: exit code 2 before an action
//! stops it, with the words on stderr.

use anyhow::{Context as _, Result};
use countersign_core::announce::AgentAct;
use countersign_core::verdict::Verdict;
use serde_json::{Map, Value};

use super::hooks;
use super::payload::{self, Fields, object_in};
use super::tools::Call;
use super::{Agent, Asks, Message, Moment, Reply};

pub(super) const AGENT: Agent = Agent { name: "windsurf", parse, reply, hears: &[], asks: Asks::Nothing };

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    let action = fields.named("agent_action_name")?;
    let info = object_in(fields, "tool_info")?;
    let (moment, act) = act(action, &info).with_context(|| format!("`{}`", action.escape_debug()))?;
    let mut flat = Map::new();
    flat.insert("session_id".to_owned(), fields.named("trajectory_id")?.into());
    for (from, kept) in [(fields, "model_name"), (fields, "agent_id"), (Fields(&info), "cwd")] {
        flat.extend(from.value(kept).map(|value| (kept.to_owned(), value.clone())));
    }
    hooks::message(AGENT.name, Fields(&flat), moment, act)
}

fn act(action: &str, info: &Map<String, Value>) -> Result<(Moment, Option<AgentAct>)> {
    let call = |tool| Call::new(tool, Some(&Value::Object(info.clone())));
    let named = |name| -> Result<String> { Ok(Fields(info).text(name)?.unwrap_or("mcp").to_owned()) };
    Ok(match action {
        "pre_write_code" => (Moment::BeforeTool, Some(call("Edit").will()?)),
        "post_write_code" | "post_code_action" => (Moment::AfterTool, Some(call("Edit").did()?)),
        "pre_run_command" => (Moment::BeforeTool, Some(call("Bash").will()?)),
        "post_run_command" => (Moment::AfterTool, Some(call("Bash").did()?)),
        "pre_mcp_tool_use" => (Moment::BeforeTool, Some(AgentAct::WillUse { tool: named("mcp_tool_name")? })),
        "post_mcp_tool_use" => (Moment::AfterTool, Some(AgentAct::DidUse { tool: named("mcp_tool_name")? })),
        "pre_user_prompt" => (
            Moment::Prompt,
            Some(AgentAct::Prompted { text: Fields(info).text("user_prompt")?.unwrap_or_default().to_owned() }),
        ),
        "post_cascade_response" | "post_cascade_response_with_transcript" => (Moment::Other, Some(AgentAct::TurnEnded)),
        _ => (Moment::Other, None),
    })
}

fn reply(moment: Moment, verdict: &Verdict, _: Option<&str>) -> Reply {
    let stops = moment == Moment::BeforeTool && !verdict.is_allow();
    let stderr = if stops { format!("{}\n", verdict.reason()) } else { String::new() };
    Reply { stdout: "{}".to_owned(), stderr, code: if stops { 2 } else { 0 } }
}
