//! What typing costs over the wire: the release server, a file of 100,000 lines with 10,000 edits in it, by a user and by an agent that edits
//! through the editor in turn. Prints how long a key takes until the server has taken it in, how soon the hunks are known once the file is
//! opened, and what a line and an edit cost in memory; `cargo bench -p countersign-tests --bench typing`.

mod session;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use session::{Session, build, git};

const LINES: usize = 100_000;
const EDITS: usize = 10_000;
const KEYS: usize = 1_000;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let program = build();
    let folder = tempfile::tempdir().expect("a folder");
    let root = std::fs::canonicalize(folder.path()).expect("its name");
    let text: String = (0..LINES).map(|n| format!("    value {n} of {}\n", n / 2)).collect();
    std::fs::write(root.join("big.txt"), &text).expect("a file");
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-qm", "base"]);

    let mut session = Session::start(&program, &root);
    let empty = memory(&session);
    session.open("big.txt", &text);
    answer(&mut session, 0);
    let opened = memory(&session);
    let begun = Instant::now();
    edit(&mut session);
    answer(&mut session, 0);
    println!("{EDITS} edits taken in: {:.1} s", begun.elapsed().as_secs_f64());
    let edited = memory(&session);

    let (mut keys, mut requests) = (Vec::new(), Vec::new());
    for key in 0..KEYS {
        let line = (key / 30 * 7919) % LINES;
        let at = json!({ "line": line, "character": key % 30 });
        let started = Instant::now();
        session.change("big.txt", json!({ "range": { "start": at, "end": at }, "text": "x" }));
        answer(&mut session, line);
        keys.push(started.elapsed());
        let started = Instant::now();
        answer(&mut session, line);
        requests.push(started.elapsed());
    }
    print("a key, until a request behind it is answered", &mut keys);
    print("such a request alone", &mut requests);

    let typed = save(&mut session, &root);
    session.notify("textDocument/didClose", &json!({ "textDocument": { "uri": session.uri("big.txt") } }));
    print("hunks, from opening the file", &mut [opens(&mut session, &typed)]);
    session.end();
    let started = Instant::now();
    let mut session = Session::start(&program, &root);
    println!("a new server, until it answers: {:.0} ms", started.elapsed().as_secs_f64() * 1000.0);
    print("hunks, from opening the file in it", &mut [opens(&mut session, &typed)]);
    session.end();
    println!(
        "memory: {:.0} bytes a line, {:.0} bytes an edit",
        each(opened, empty, LINES),
        each(edited, opened, EDITS)
    );
}

/// Lines are put in all over the file, by the user and by an agent in turn.
fn edit(session: &mut Session) {
    let uri = session.uri("big.txt");
    for nth in 0..EDITS {
        let at = json!({ "line": (nth * 7919) % LINES, "character": 0 });
        let change = json!({ "range": { "start": at, "end": at }, "text": format!("    added {nth}\n") });
        let tell = |session: &mut Session, phase: &str| {
            let params = json!({ "agent": "bench", "session": "s1", "phase": phase, "uris": [uri] });
            session.notify("countersign/agentEdit", &params);
        };
        if nth % 2 == 0 {
            session.change("big.txt", change);
        } else {
            tell(session, "begin");
            session.change("big.txt", change);
            tell(session, "end");
        }
    }
}

/// A request that is answered behind all that was told before it.
fn answer(session: &mut Session, line: usize) {
    let place = json!({ "line": line, "character": 0 });
    let params = json!({ "textDocument": { "uri": session.uri("big.txt") }, "position": place });
    session.request("textDocument/hover", &params);
}

/// Writes the text that the edits and keys made, as the editor does; gives it.
fn save(session: &mut Session, root: &std::path::Path) -> String {
    let mut lines: Vec<String> = (0..LINES).map(|n| format!("    value {n} of {}\n", n / 2)).collect();
    for nth in 0..EDITS {
        lines.insert((nth * 7919) % LINES, format!("    added {nth}\n"));
    }
    for key in 0..KEYS {
        lines[(key / 30 * 7919) % LINES].insert(key % 30, 'x');
    }
    let text = lines.concat();
    std::fs::write(root.join("big.txt"), &text).expect("the file is ours");
    session.notify("textDocument/didSave", &json!({ "textDocument": { "uri": session.uri("big.txt") } }));
    answer(session, 0);
    text
}

/// How long it takes from opening the file until the server tells of its hunks.
fn opens(session: &mut Session, text: &str) -> Duration {
    let started = Instant::now();
    session.open("big.txt", text);
    let told = |message: &Value| {
        message["method"] == "countersign/didChangeHunks"
            && message["params"]["counts"]["agent"].as_u64().is_some_and(|agents| agents > 0)
    };
    session.wait(told);
    started.elapsed()
}

/// Bytes that the server has in memory.
fn memory(session: &Session) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", session.server.id())).expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("how much is resident");
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<usize>().ok()).expect("a number") * 1024
}

fn each(after: usize, before: usize, count: usize) -> f64 {
    after.saturating_sub(before) as f64 / count as f64
}

fn print(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    match times.len() {
        1 => println!("{what}: {:.0} ms", at(0)),
        _ => println!("{what}: median {:.2} ms, p99 {:.2} ms", at(50), at(99)),
    }
}
