//! Claude Code's tools: what a call would do, did, or failed to do.

use anyhow::{Context as _, Result};
use countersign_core::announce::{AgentAct, Before, Delta, Replacement, Write};
use serde_json::{Map, Value};

use super::super::payload::{Fields, object_in};
use super::patch;

/// What a call is about to do.
pub(super) fn will(fields: Fields<'_>) -> Result<AgentAct> {
    let (tool, input) = call(fields)?;
    let input = Fields(&input);
    Ok(match tool {
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" => {
            AgentAct::WillWrite { writes: vec![Write::new(path(tool, input)?, proposed(tool, input)?)] }
        }
        "Bash" => {
            let (command, background) = (input.needed("command")?.to_owned(), input.flag("run_in_background")?);
            AgentAct::WillRun { command, background }
        }
        other => AgentAct::WillUse { tool: other.to_owned() },
    })
}

/// What a call did, by its response where that says more than its input.
pub(super) fn did(fields: Fields<'_>) -> Result<AgentAct> {
    let (tool, input) = call(fields)?;
    let input = Fields(&input);
    let empty = Map::new();
    let response = Fields(fields.value("tool_response").and_then(Value::as_object).unwrap_or(&empty));
    Ok(match tool {
        "NotebookEdit" if response.text("error")?.is_some_and(|error| !error.is_empty()) => {
            AgentAct::WriteFailed { paths: vec![path(tool, input)?.to_owned()] }
        }
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" => {
            AgentAct::DidWrite { writes: vec![written(tool, input, response)?] }
        }
        "Bash" => AgentAct::DidRun {
            command: input.needed("command")?.to_owned(),
            // A command that outlives its time-out goes on in the background without having been asked to.
            background: input.flag("run_in_background")? || response.text("backgroundTaskId")?.is_some(),
            failed: response.flag("interrupted")?,
        },
        other => AgentAct::DidUse { tool: other.to_owned() },
    })
}

/// What a call would have done that failed or was refused.
pub(super) fn failed(fields: Fields<'_>) -> Result<AgentAct> {
    let (tool, input) = call(fields)?;
    let input = Fields(&input);
    Ok(match tool {
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" => {
            AgentAct::WriteFailed { paths: vec![path(tool, input)?.to_owned()] }
        }
        "Bash" => AgentAct::DidRun { command: input.needed("command")?.to_owned(), background: false, failed: true },
        other => AgentAct::DidUse { tool: other.to_owned() },
    })
}

fn call(fields: Fields<'_>) -> Result<(&str, Map<String, Value>)> {
    Ok((fields.named("tool_name")?, object_in(fields, "tool_input")?))
}

fn path<'a>(tool: &str, input: Fields<'a>) -> Result<&'a str> {
    input.named(if tool == "NotebookEdit" { "notebook_path" } else { "file_path" })
}

/// What the input asks for.
fn proposed(tool: &str, input: Fields<'_>) -> Result<Delta> {
    Ok(match tool {
        "Write" => Delta::Whole(input.needed("content")?.to_owned()),
        "NotebookEdit" => Delta::Holding(lines_of_cell(input.text("new_source")?.unwrap_or_default())),
        "MultiEdit" => {
            let edit = |(at, edit)| replacement(edit).with_context(|| format!("edit {}", at + 1));
            Delta::Replace(input.objects("edits")?.into_iter().enumerate().map(edit).collect::<Result<_>>()?)
        }
        _ => Delta::Replace(vec![replacement(input)?]),
    })
}

fn replacement(input: Fields<'_>) -> Result<Replacement> {
    let (old, new) = (input.needed("old_string")?, input.needed("new_string")?);
    Ok(Replacement { old: old.to_owned(), new: new.to_owned(), all: input.flag("replace_all")? })
}

/// The write that a response tells of. `userModified` says that the user changed the proposal before it was written.
fn written(tool: &str, input: Fields<'_>, response: Fields<'_>) -> Result<Write> {
    let proposed = proposed(tool, input)?;
    let before = match before(response)? {
        Before::Unknown if creates(&proposed) => Before::Absent,
        before => before,
    };
    let done = done(tool, &proposed, &before, response)?;
    let amended = response.flag("userModified")?;
    let (delta, amended) = if amended { (proposed, Some(done)) } else { (done, None) };
    Ok(Write { path: path(tool, input)?.to_owned(), before, delta, amended })
}

/// An edit of an empty passage makes a new file, or fills an empty one.
fn creates(delta: &Delta) -> bool {
    matches!(delta, Delta::Replace(replacements) if replacements.first().is_some_and(|first| first.old.is_empty()))
}

/// `originalFile` is null both for a new file and for one too large to repeat; `type` tells which, for `Write`.
fn before(response: Fields<'_>) -> Result<Before> {
    let mut names = ["originalFile", "originalFileContents", "original_file"].into_iter();
    Ok(match names.find_map(|name| response.value(name)).and_then(Value::as_str) {
        Some(text) => Before::Text(text.to_owned()),
        None if response.text("type")? == Some("create") => Before::Absent,
        None => Before::Unknown,
    })
}

/// What the response says was done; what was proposed, where it does not say.
fn done(tool: &str, proposed: &Delta, before: &Before, response: Fields<'_>) -> Result<Delta> {
    let whole = |name| -> Result<Option<Delta>> { Ok(response.text(name)?.map(|text| Delta::Whole(text.to_owned()))) };
    let said = match tool {
        "Write" => whole("content")?,
        "NotebookEdit" => whole("updated_file")?,
        "MultiEdit" => None,
        _ => replaced(response)?,
    };
    let said = said.unwrap_or_else(|| proposed.clone());
    if matches!(said, Delta::Whole(_) | Delta::Holding(_)) {
        return Ok(said);
    }
    Ok(before.text().and_then(|before| patch::exact(before, &said, response)).unwrap_or(said))
}

fn replaced(response: Fields<'_>) -> Result<Option<Delta>> {
    let (Some(old), Some(new)) = (response.text("oldString")?, response.text("newString")?) else { return Ok(None) };
    let all = response.flag("replaceAll")?;
    Ok(Some(Delta::Replace(vec![Replacement { old: old.to_owned(), new: new.to_owned(), all }])))
}

/// A notebook is JSON: the lines of a cell stand in it each as a JSON string.
fn lines_of_cell(source: &str) -> Vec<String> {
    source.split_inclusive('\n').map(|line| Value::from(line).to_string()).collect()
}
