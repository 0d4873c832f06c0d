//! Gemini CLI's transcripts: a line for each state of a message, the last of which holds. Older versions kept one JSON object in a file,
//! written anew each time: nothing is read of those.

use countersign_core::usage::{Response, Tally, Tokens};
use serde_json::Value;

use super::{Whose, id, model, tokens};

pub(super) fn line(tally: &mut Tally, text: &str, _: Whose) {
    if !text.contains("\"tokens\"") && !text.contains("\"toolCalls\"") {
        return;
    }
    let Ok(line) = serde_json::from_str::<Value>(text) else { return };
    let Some(name) = line["id"].as_str().filter(|_| line["type"] == "gemini") else { return };
    let used = &line["tokens"];
    // What was read from the cache is counted in what was read; what tools gave and what was thought is counted apart.
    let cache_read = tokens(used, "cached").min(tokens(used, "input"));
    let calls = line["toolCalls"].as_array().map(Vec::as_slice).unwrap_or_default();
    tally.count(Response {
        id: Some(id(name)),
        subagent: None,
        model: model(line["model"].as_str().unwrap_or_default()),
        tokens: Tokens {
            input: tokens(used, "input") - cache_read + tokens(used, "tool"),
            output: tokens(used, "output") + tokens(used, "thoughts"),
            cache_read,
            cache_write: 0,
        },
        calls: calls.iter().filter_map(|call| call["id"].as_str()).map(id).collect(),
    });
}
