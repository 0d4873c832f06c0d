//! Cline: what happened stands in an object of the event's own name, values may be JSON in strings, calls have no ids. It takes anything but
//! an answer for a refusal: this hook always says one.

use anyhow::{Context as _, Result};
use countersign_core::verdict::{Decision, Verdict};
use serde_json::{Map, Value, json};

use super::hooks::{self, Event};
use super::payload::{self, Fields, object_in};
use super::{Agent, Asks, Message, Moment, Reply, told};

pub(super) const AGENT: Agent = Agent { name: "cline", parse, reply, hears: Moment::HEARD, asks: Asks::Nothing };

/// Of each event the object that tells of it, in the editor's hooks and in those of the command line.
const PARTS: [(Event, [&str; 2]); 4] = [
    (Event::Before, ["tool_call", "preToolUse"]),
    (Event::After, ["tool_result", "postToolUse"]),
    (Event::Prompt, ["userPromptSubmit", "userPromptSubmit"]),
    (Event::Started, ["taskStart", "taskResume"]),
];

fn parse(bytes: &[u8]) -> Result<Message> {
    let object = payload::object(bytes)?;
    let fields = Fields(&object);
    let name = fields.named("hookName")?;
    let event = Event::of(name);
    let mut flat = flat(event, fields).with_context(|| format!("`{}`", name.escape_debug()))?;
    for kept in ["hookName", "workspaceRoots", "model", "cwd"] {
        flat.extend(fields.value(kept).map(|value| (kept.to_owned(), value.clone())));
    }
    flat.insert("session_id".to_owned(), fields.named("taskId")?.into());
    if fields.text("parent_agent_id")?.is_some() {
        flat.extend(fields.value("agent_id").map(|value| ("agent_id".to_owned(), value.clone())));
    }
    hooks::parse(AGENT.name, Fields(&flat))
}

/// What the event's own object tells, in the words of [`hooks`].
fn flat(event: Event, fields: Fields<'_>) -> Result<Map<String, Value>> {
    let mut flat = Map::new();
    let Some((_, names)) = PARTS.iter().find(|(of, _)| *of == event) else { return Ok(flat) };
    let name = names.iter().find(|name| fields.value(name).is_some()).unwrap_or(&names[0]);
    let part = object_in(fields, name)?;
    let part = Fields(&part);
    for (from, to) in [
        ("toolName", "tool_name"),
        ("name", "tool_name"),
        ("parameters", "tool_input"),
        ("input", "tool_input"),
        ("id", "tool_use_id"),
        ("prompt", "prompt"),
    ] {
        flat.extend(part.value(from).map(|value| (to.to_owned(), unwrapped(value))));
    }
    if part.value("success") == Some(&false.into()) || part.value("error").is_some() {
        flat.insert("tool_response".to_owned(), json!({ "success": false }));
    }
    Ok(flat)
}

/// An input whose values that are no words are JSON in strings.
fn unwrapped(value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let each = |(key, value): (&String, &Value)| {
        let list = value
            .as_str()
            .filter(|text| text.trim_start().starts_with('['))
            .filter(|_| key == "edits" || key == "commands");
        let parsed = list.and_then(|text| serde_json::from_str(text).ok());
        let flag = match value.as_str() {
            Some("true") if key != "content" => Some(Value::Bool(true)),
            Some("false") if key != "content" => Some(Value::Bool(false)),
            _ => None,
        };
        (key.clone(), parsed.or(flag).unwrap_or_else(|| value.clone()))
    };
    Value::Object(object.iter().map(each).collect())
}

fn reply(moment: Moment, verdict: &Verdict, context: Option<&str>) -> Reply {
    if moment == Moment::BeforeTool && verdict.decision != Decision::Allow {
        return Reply::json(&json!({ "cancel": true, "errorMessage": told(verdict, context).unwrap_or_default() }));
    }
    let mut body = json!({ "cancel": false });
    if let Some(text) = told(verdict, context).filter(|_| moment != Moment::Other) {
        body["contextModification"] = text.into();
    }
    Reply::json(&body)
}
