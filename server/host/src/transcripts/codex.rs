//! Codex's transcripts: running totals after each answer, and, of newer versions, each answer's own before them. What a session goes on from
//! stands copied at its head, with the time at which it was copied.

use countersign_core::usage::{Head, Response, Tally, Tokens};
use serde_json::Value;

use super::{Whose, id, model, time, tokens};

/// Milliseconds within which all is copied that a session goes on from.
const COPYING: u64 = 1000;

/// One of these stands in every line that tells something: most lines, and the long ones, are what tools gave back.
const TELLING: [&str; 5] =
    ["\"session_meta\"", "\"turn_context\"", "\"token_usage_record\"", "\"token_count\"", "_call\""];

pub(super) fn line(tally: &mut Tally, text: &str, _: Whose) {
    if !TELLING.iter().any(|word| text.contains(word)) {
        return;
    }
    let Ok(line) = serde_json::from_str::<Value>(text) else { return };
    let payload = &line["payload"];
    let head = tally.head.unwrap_or_default();
    let is_copied = || head.copied > 0 && time(&line).is_some_and(|at| at <= head.copied);
    match line["type"].as_str().unwrap_or_default() {
        // Those behind the first are of the sessions that it goes on from.
        "session_meta" if tally.head.is_none() => {
            let began = time(&line).filter(|_| goes_on(payload));
            let copied = began.map_or(0, |began| began + COPYING);
            tally.head = Some(Head { thread: payload["id"].as_str().map(id), copied });
        }
        "turn_context" => {
            if let Some(named) = payload["model"].as_str() {
                tally.model = Some(model(named));
            }
        }
        "token_usage_record" => {
            tally.is_exact = true;
            let is_own = match (head.thread, payload["thread_id"].as_str().map(id)) {
                (Some(own), Some(thread)) => own == thread,
                _ => !is_copied(),
            };
            if is_own {
                let model = tally.model.clone().unwrap_or_default();
                let id = payload["response_id"].as_str().map(id);
                let tokens = spent(&payload["usage"]);
                tally.count(Response { id, model, tokens, ..Response::default() });
            }
        }
        "event_msg" if payload["type"] == "token_count" => {
            let info = &payload["info"];
            if info["total_token_usage"].is_object() {
                let totals = spent(&info["total_token_usage"]);
                if is_copied() {
                    tally.totals = Some(totals);
                } else {
                    tally.run_to(totals, spent(&info["last_token_usage"]));
                }
            }
        }
        "response_item" if payload["type"].as_str().is_some_and(|kind| kind.ends_with("_call")) && !is_copied() => {
            tally.own.calls = tally.own.calls.saturating_add(1);
        }
        _ => {}
    }
}

/// Whether a session's head says that it goes on from another's: as a fork of it, or as its subagent.
fn goes_on(head: &Value) -> bool {
    let names = ["forked_from_id", "parent_thread_id"];
    names.iter().any(|name| head[*name].is_string()) || head["source"]["subagent"].is_object()
}

/// What was read from and put into a cache is counted in what was read, and thoughts in what was written.
fn spent(usage: &Value) -> Tokens {
    let input = tokens(usage, "input_tokens");
    let cache_read = tokens(usage, "cached_input_tokens").min(input);
    let cache_write = tokens(usage, "cache_write_input_tokens").min(input - cache_read);
    Tokens { input: input - cache_read - cache_write, output: tokens(usage, "output_tokens"), cache_read, cache_write }
}
