//! OpenAI's Codex: its events are as Claude Code's, its edits are patches. It rejects a reply with a field or a word that it does not know,
//! `ask` among them, and then lets the tool run: nothing is said to it but `deny`, and what it is told besides.

use anyhow::Result;
use countersign_core::verdict::Verdict;
use serde_json::{Map, Value, json};

use super::{Agent, Asks, Message, Moment, Reply, apply_patch, hooks, payload};

pub(super) const AGENT: Agent = Agent { name: "codex", parse, reply, hears: HEARS, asks: Asks::Nothing };

const HEARS: &[Moment] = &[Moment::BeforeTool, Moment::AfterTool, Moment::SessionStart, Moment::Prompt];

fn parse(bytes: &[u8]) -> Result<Message> {
    let mut object = payload::object(bytes)?;
    taken_out_of_the_shells_hands(&mut object);
    hooks::parse(AGENT.name, payload::Fields(&object))
}

/// A command that does nothing but apply a patch it does not run: it writes the files itself, and reports nothing. It announces it as a
/// command all the same.
fn taken_out_of_the_shells_hands(object: &mut Map<String, Value>) {
    let command = object.get("tool_input").and_then(|input| input.get("command")?.as_str());
    if let Some(patch) = command.and_then(apply_patch::of_command) {
        object.insert("tool_name".to_owned(), "apply_patch".into());
        object.insert("tool_input".to_owned(), json!({ "command": patch }));
    }
}

/// It has no event for a tool that failed.
fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    let moment = if moment == Moment::AfterFailure { Moment::Other } else { moment };
    hooks::reply_without_asking(moment, verdict, context)
}
