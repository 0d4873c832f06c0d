//! What a hook costs an agent: PreToolUse and PostToolUse of an edit in a Rust file, process start to exit, beside `git status`, in a
//! repository of 10,000 files; by itself and with a server that answers it; of a line like any other, of one with the words of a secret and
//! none in it, and of one with a guard, for which a hook by itself compiles a rule. The budget is 0.6 of `git status` by itself (but for
//! the guard, of which the figure is only shown), 0.3 with a server.

mod place;

use std::fs;
use std::path::Path;
use std::time::Duration;

use place::{Place, Server, Times, source};
use serde_json::json;

const FILES: usize = 10_000;
const ROUNDS: usize = 60;
/// Rounds that fill caches.
const FIRST: usize = 3;
/// Between two edits an agent thinks for seconds; a server judges the one before in less than this.
const BETWEEN: Duration = Duration::from_millis(200);
const ALONE: f64 = 0.6;
const SERVED: f64 = 0.3;

/// What is edited: a line, as it stands in a round.
type Line = fn(usize) -> String;

fn main() {
    // `cargo test` builds and starts benches too, to see that they work: it says nothing of time.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 2 };
    let place = Place::new(FILES, &source(&plain(0)));
    println!("{FILES} files, {rounds} rounds");
    let mut within = true;
    let lines =
        [(plain as Line, "a plain line", ALONE), (secret, "a secret's words", ALONE), (guard, "a guard", f64::MAX)];
    for (nth, (line, edits, alone)) in lines.into_iter().enumerate() {
        // A file for each: a hook by itself takes longer for one that was edited hundreds of times.
        println!("{edits}");
        within &= measure(&place, &place.source(2 * nth), (edits, line), rounds, ("by itself", alone));
        let server = Server::start(&place);
        within &= measure(&place, &place.source(2 * nth + 1), (edits, line), rounds, ("with a server", SERVED));
        server.end();
    }
    if rounds == ROUNDS && !within {
        std::process::exit(1);
    }
}

/// Times hooks and `git status` in turn, and says whether they keep to a part of it.
fn measure(
    place: &Place,
    edited: &Path,
    (edits, line): (&str, Line),
    rounds: usize,
    (how, budget): (&str, f64),
) -> bool {
    // A session's tool calls have ids that do not come again.
    let session = format!("{edits} {how}");
    fs::write(edited, source(&line(0))).expect("the folder is ours");
    let mut times = Times::default();
    for round in 0..rounds + FIRST {
        let text = fs::read_to_string(edited).expect("it is there");
        std::thread::sleep(BETWEEN);
        let git = place.git_status();
        let mut call = json!({ "tool_name": "Edit", "tool_use_id": format!("toolu_{round}"), "tool_input":
            { "file_path": edited, "old_string": line(round), "new_string": line(round + 1) } });
        let before = place.hook(&session, "PreToolUse", call.clone());
        let new = text.replace(&line(round), &line(round + 1));
        assert_ne!(new, text, "the edit changes something");
        fs::write(edited, &new).expect("the folder is ours");
        call["tool_response"] = json!({ "filePath": edited, "originalFile": text, "userModified": false });
        let after = place.hook(&session, "PostToolUse", call);
        if round >= FIRST {
            times.add(git, before, after);
        }
    }
    let shown = place.shown(&["status"]);
    assert!(shown.contains(&format!("claude-code {session}")), "the hooks did their work: {shown}");
    times.print(how, budget)
}

fn plain(round: usize) -> String {
    format!("pub const ROUND: usize = {round};")
}

fn secret(round: usize) -> String {
    format!("pub const API_KEY_NAME: &str = \"api key {round}\";")
}

fn guard(round: usize) -> String {
    format!("pub fn accepts(text: &str) -> bool {{ if text.is_empty() {{ return false; }} text.len() > {round} }}")
}
