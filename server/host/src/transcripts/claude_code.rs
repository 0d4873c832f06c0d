//! Claude Code's transcripts: a line for each part of an answer, and each repeats what the whole answer took. Subagents have files of their
//! own beside it; older versions told of them in their session's.

use std::path::{Path, PathBuf};

use countersign_core::usage::{Response, Tally, Tokens};
use serde_json::Value;

use super::{Whose, id, model, sorted, time, tokens};

/// Fields under which a session's cost so far stands, in US dollars.
const COSTS: [&str; 2] = ["totalCostUSD", "total_cost_usd"];

/// Folders below one another that are looked into, and entries of each.
const DEPTH: usize = 2;
const ENTRIES: usize = 1000;

pub(super) fn line(tally: &mut Tally, text: &str, whose: Whose) {
    // Most lines, and all of the long ones, are tools' results.
    if !text.contains("\"usage\"") && !COSTS.iter().any(|name| text.contains(name)) {
        return;
    }
    let Ok(line) = serde_json::from_str::<Value>(text) else { return };
    // What was said in the session that this one goes on from was spent there. Not every way to go on says so.
    let begins = tally.head.map_or(0, |head| head.copied);
    if !line["forkedFrom"].is_null() || begins > 0 && time(&line).is_some_and(|at| at <= begins) {
        return;
    }
    if let Some(cost) = COSTS.iter().find_map(|name| line[*name].as_f64()).filter(|cost| (0.0..1e9).contains(cost)) {
        tally.own.said = tally.own.said.max(Some((cost * 1e6).round() as u64));
    }
    let message = &line["message"];
    let usage = &message["usage"];
    // Messages of its own making name no model: `<synthetic>`.
    let named = message["model"].as_str().unwrap_or_default();
    if line["type"] != "assistant" || !usage.is_object() || named.starts_with('<') {
        return;
    }
    let is_others = whose == Whose::Sessions && line["isSidechain"] == true;
    let parts = message["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_call = |part: &&Value| part["type"].as_str().is_some_and(|kind| kind.ends_with("tool_use"));
    tally.count(Response {
        id: message["id"].as_str().or(line["requestId"].as_str()).map(id),
        subagent: line["agentId"].as_str().filter(|_| is_others).map(model),
        model: model(named),
        tokens: Tokens {
            input: tokens(usage, "input_tokens"),
            output: tokens(usage, "output_tokens"),
            cache_read: tokens(usage, "cache_read_input_tokens"),
            cache_write: tokens(usage, "cache_creation_input_tokens"),
        },
        calls: parts.iter().filter(is_call).filter_map(|part| part["id"].as_str()).map(id).collect(),
    });
}

/// `SESSION/subagents/agent-ID.jsonl` beside `SESSION.jsonl`; those of a workflow stand in folders below.
pub(super) fn subagents(transcript: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![(transcript.with_extension("").join("subagents"), DEPTH)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().take(ENTRIES) {
            if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push((entry.path(), depth - 1));
            }
            found.extend(named(entry.path()));
        }
    }
    sorted(found.into_iter())
}

fn named(path: PathBuf) -> Option<(String, PathBuf)> {
    let name = path.file_name()?.to_str()?.strip_prefix("agent-")?.strip_suffix(".jsonl")?.to_owned();
    (!name.is_empty()).then_some((name, path))
}
