//! Inputs of tools, read by their shape: agents share few names and many habits.

use anyhow::{Context as _, Result, bail};
use countersign_core::announce::{Chunk, Delta, Replacement, Write};
use serde_json::Value;

use super::super::apply_patch;
use super::super::payload::{Fields, file_path};

const PATHS: [&str; 10] = [
    "file_path",
    "filePath",
    "path",
    "filepath",
    "file",
    "target_file",
    "targetFile",
    "absolute_path",
    "notebook_path",
    "uri",
];
const OLDS: [&str; 8] = ["old_string", "oldString", "old_str", "oldStr", "old_text", "oldText", "old", "search"];
const NEWS: [&str; 8] = ["new_string", "newString", "new_str", "newStr", "new_text", "newText", "new", "replace"];
const WHOLES: [&str; 6] = ["content", "contents", "file_text", "fileText", "fileContent", "file_content"];
const PATCHES: [&str; 6] = ["patch", "patchText", "patch_text", "input", "command", "diff"];
const LISTS: [&str; 3] = ["edits", "replacements", "changes"];
const COMMANDS: [&str; 5] = ["command", "cmd", "commandLine", "CommandLine", "command_line"];

/// The files that a call writes.
///
/// # Errors
/// If it names none, or a field is not what its name says.
pub(super) fn writes(input: &Value) -> Result<Vec<Write>> {
    let object = match input {
        Value::String(text) if apply_patch::is_patch(text) => return apply_patch::writes(text),
        Value::Object(object) => object,
        Value::String(_) => bail!("the tool's input is a string that holds neither an object nor a patch"),
        _ => bail!("the tool's input is missing"),
    };
    let fields = Fields(object);
    let own = first(fields, &PATHS)?.map(file_path);
    // Where a file is named, a patch in its text is no more than that.
    if own.is_none() {
        let text = |name: &&str| fields.value(name).and_then(Value::as_str);
        if let Some(patch) = PATCHES.iter().filter_map(text).find(|text| apply_patch::is_patch(text)) {
            return apply_patch::writes(patch);
        }
    }
    // Of a list of edits each may name a file of its own.
    let mut writes: Vec<Write> = Vec::new();
    for edit in edits(fields)? {
        let path = match first(edit, &PATHS)?.map(file_path).or_else(|| own.clone()) {
            Some(path) if !path.is_empty() => path,
            _ => bail!("an edit names no file"),
        };
        let one = replacement(edit)?;
        match writes.iter_mut().find(|write| write.path == path).map(|write| &mut write.delta) {
            Some(Delta::Replace(others)) => others.extend(one),
            Some(_) => {}
            None => writes.push(Write::new(path, one.map_or(Delta::Unknown, |one| Delta::Replace(vec![one])))),
        }
    }
    if writes.is_empty() {
        let path = own.filter(|path| !path.is_empty()).context("the tool's input names no file")?;
        writes.push(Write::new(path, delta(fields)?));
    }
    Ok(writes)
}

/// The files that a call deletes.
///
/// # Errors
/// If it names none.
pub(super) fn deletions(input: &Value) -> Result<Vec<Write>> {
    let Value::Object(object) = input else { bail!("the tool's input is missing") };
    let fields = Fields(object);
    let paths = first(fields, &PATHS)?.into_iter().chain(fields.texts("paths")?);
    let writes: Vec<Write> = paths.map(|path| Write::new(file_path(path), Delta::Deleted)).collect();
    if writes.is_empty() {
        bail!("the tool's input names no file");
    }
    Ok(writes)
}

/// The command line that a call runs. A list of words is what a shell is started with, or one command of it.
///
/// # Errors
/// If there is none.
pub(super) fn command(input: &Value) -> Result<String> {
    let object = match input {
        Value::String(text) => return Ok(text.clone()),
        Value::Object(object) => object,
        _ => bail!("the tool's input is missing"),
    };
    let fields = Fields(object);
    // Some tools run several at once.
    if let Some(Value::Array(list)) = fields.value("commands") {
        let lines = list.iter().filter_map(|one| one.as_str().or_else(|| one.get("command")?.as_str()));
        return Ok(lines.collect::<Vec<_>>().join("\n"));
    }
    for name in COMMANDS {
        match fields.value(name) {
            None => {}
            Some(Value::Array(_)) => return Ok(as_line(&fields.texts(name)?)),
            Some(_) => return Ok(fields.needed(name)?.to_owned()),
        }
    }
    bail!("`command` is missing")
}

fn as_line(words: &[&str]) -> String {
    match words {
        [shell, "-c" | "-lc", line] if shell.ends_with("sh") => (*line).to_owned(),
        _ => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether what a call runs goes on after it returns.
pub(super) fn background(input: &Value) -> bool {
    let is_true = |name| input.get(name).and_then(Value::as_bool).unwrap_or_default();
    ["run_in_background", "is_background", "isBackground", "background", "fireAndForget"].into_iter().any(is_true)
        || matches!(input.get("mode").and_then(Value::as_str), Some("async" | "detached" | "background"))
}

/// The first of these fields that is there.
fn first<'a>(fields: Fields<'a>, names: &[&str]) -> Result<Option<&'a str>> {
    names.iter().find_map(|name| fields.text(name).transpose()).transpose()
}

fn edits(fields: Fields<'_>) -> Result<Vec<Fields<'_>>> {
    for name in LISTS {
        if matches!(fields.value(name), Some(Value::Array(list)) if !list.is_empty()) {
            return fields.objects(name);
        }
    }
    Ok(Vec::new())
}

/// What one file becomes.
fn delta(fields: Fields<'_>) -> Result<Delta> {
    if let Some(text) = first(fields, &WHOLES)? {
        return Ok(Delta::Whole(text.to_owned()));
    }
    if let Some(blocks) = fields.text("diff")?.and_then(blocks) {
        return Ok(Delta::Chunks(blocks));
    }
    if let Some(one) = replacement(fields)? {
        return Ok(Delta::Replace(vec![one]));
    }
    let new = first(fields, &NEWS)?;
    Ok(match new {
        // Put in at a line, or at a place that is not told.
        Some(new) if !new.is_empty() && is_there(fields, &["insert_line", "insertLine"]) => {
            Delta::Holding(vec![new.to_owned()])
        }
        Some(new) => Delta::Whole(new.to_owned()),
        None => Delta::Unknown,
    })
}

fn is_there(fields: Fields<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| fields.value(name).is_some())
}

fn replacement(fields: Fields<'_>) -> Result<Option<Replacement>> {
    let Some(old) = first(fields, &OLDS)? else { return Ok(None) };
    let new = first(fields, &NEWS)?.unwrap_or_default();
    let flag = |name| fields.value(name).and_then(Value::as_bool).unwrap_or_default();
    let several = fields.value("expected_replacements").and_then(Value::as_u64).is_some_and(|times| times > 1);
    let all = ["replace_all", "replaceAll", "allow_multiple", "change_all", "all"].into_iter().any(flag) || several;
    Ok(Some(Replacement { old: old.to_owned(), new: new.to_owned(), all }))
}

/// Blocks of `SEARCH` and `REPLACE`, between lines of dashes, equal signs and pluses; none where there is none, or one is not ended.
fn blocks(text: &str) -> Option<Vec<Chunk>> {
    let mut chunks = Vec::new();
    let mut lines = text.lines();
    let is = |line: &str, sign: char, word: &str| {
        let line = line.trim_end();
        line.starts_with(sign)
            && line.trim_start_matches(sign).trim() == word
            && line.chars().take_while(|c| *c == sign).count() >= 3
    };
    while let Some(line) = lines.next() {
        if !is(line, '-', "SEARCH") && !is(line, '<', "SEARCH") {
            continue;
        }
        let until = |lines: &mut std::str::Lines<'_>, ends: &dyn Fn(&str) -> bool| -> Option<String> {
            let mut run = String::new();
            loop {
                let line = lines.next()?;
                if ends(line) {
                    return Some(run);
                }
                run += &format!("{line}\n");
            }
        };
        let old = until(&mut lines, &|line| is(line, '=', ""))?;
        let new = until(&mut lines, &|line| is(line, '+', "REPLACE") || is(line, '>', "REPLACE"))?;
        chunks.push(Chunk { headings: Vec::new(), old, new, at_end: false });
    }
    (!chunks.is_empty()).then_some(chunks)
}
