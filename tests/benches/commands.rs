//! What a hook costs an agent by kind of call, in a repository of 100,000 files: PreToolUse and PostToolUse, process start to exit, beside
//! `git status` in the same run, by themselves and with a server that follows the workspace, in which the user has uncommitted work.
//! An edit and what is harmless: at most 0.08 of `git status`, 0.04 with a server. What endangers the whole tree: 1.3, 0.2. What a
//! command writes that names its files, or of which only running it tells, is shown beside these.

mod place;

use std::fs;
use std::path::Path;
use std::time::Duration;

use place::{Place, Server, Times, source};
use serde_json::{Value, json};

const FILES: usize = 100_000;
/// As many as the sources need, for a run that says nothing of time.
const FEW: usize = 5_100;
const ROUNDS: usize = 24;
/// Rounds that fill caches.
const FIRST: usize = 3;
/// Between two calls an agent thinks for seconds; a server has taken in the one before in less than this.
const BETWEEN: Duration = Duration::from_millis(400);

/// A kind of call.
struct Kind {
    name: &'static str,
    calls: &'static [Call],
    /// The greatest parts of `git status`: by itself, with a server.
    budgets: [f64; 2],
}

#[derive(Clone, Copy)]
enum Call {
    Edit,
    /// A command that is really run between its hooks.
    Runs(&'static str),
    /// A command that is told of and not run, since it would take the user's work; or that no machine has, with the file that it would write.
    Told(&'static str, Option<&'static str>),
}

const SHOWN: [f64; 2] = [f64::MAX, f64::MAX];
const HARMLESS: [f64; 2] = [0.08, 0.04];
const DANGEROUS: [f64; 2] = [1.3, 0.2];

const KINDS: &[Kind] = &[
    Kind { name: "an edit", calls: &[Call::Edit], budgets: HARMLESS },
    Kind {
        name: "only reads",
        calls: &[Call::Runs("ls src/folder_50"), Call::Runs("git log -1"), Call::Runs("cat .gitignore | wc -l")],
        budgets: HARMLESS,
    },
    Kind {
        name: "writes the files it names",
        calls: &[
            Call::Runs("touch src/folder_50/file_4.rs"),
            Call::Runs("sed -i s/usize/u32/ src/folder_50/file_5.rs"),
            Call::Runs("echo '// more' >> src/folder_50/file_6.rs"),
            Call::Runs("mkdir -p target && touch target/x && rm target/x"),
        ],
        budgets: HARMLESS,
    },
    Kind {
        name: "takes back the file it names",
        calls: &[
            Call::Runs("git checkout -- src/folder_50/file_5.rs"),
            Call::Runs("git restore src/folder_50/file_7.rs"),
        ],
        budgets: SHOWN,
    },
    Kind {
        name: "writes who knows what",
        calls: &[
            Call::Told("make", None),
            Call::Told("npm test", None),
            Call::Told("./format", Some("src/folder_50/file_8.rs")),
        ],
        budgets: DANGEROUS,
    },
    Kind {
        name: "endangers the whole tree",
        calls: &[
            Call::Told("git checkout .", None),
            Call::Told("git reset --hard", None),
            Call::Told("git clean -fd", None),
            Call::Told("git stash -u", None),
        ],
        budgets: DANGEROUS,
    },
];

fn main() {
    // `cargo test` builds and starts benches too, to see that they work: it says nothing of time.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (files, rounds) = if is_bench { (FILES, ROUNDS) } else { (FEW, 2) };
    let place = Place::new(files, &source("pub const ROUND: usize = 0;"));
    for nth in 12..15 {
        let text = fs::read_to_string(place.source(nth)).expect("it is there");
        fs::write(place.source(nth), text + "// The user's own.\n").expect("the folder is ours");
    }
    fs::write(place.root.join("src/notes.rs"), "// The user's notes.\n").expect("the folder is ours");
    println!("{files} files, {rounds} rounds");
    let mut within = true;
    for (nth, how) in ["by itself", "with a server"].into_iter().enumerate() {
        let server = (nth == 1).then(|| Server::start(&place));
        println!("{how}");
        for kind in KINDS {
            within &= measure(&place, kind, rounds, (how, nth));
        }
        if let Some(server) = server {
            server.end();
        }
    }
    if is_bench && !within {
        std::process::exit(1);
    }
}

/// Times hooks and `git status` in turn, and says whether they keep to a part of it.
fn measure(place: &Place, kind: &Kind, rounds: usize, (how, nth): (&str, usize)) -> bool {
    let session = format!("{} {how}", kind.name);
    let edited = place.source(nth);
    let mut times = Times::default();
    for round in 0..rounds + FIRST {
        std::thread::sleep(BETWEEN);
        let git = place.git_status();
        let (mut told, response) = call(&edited, kind.calls[round % kind.calls.len()], round);
        told["tool_use_id"] = json!(format!("toolu_{round}"));
        let before = place.hook(&session, "PreToolUse", told.clone());
        told["tool_response"] = response(place);
        let after = place.hook(&session, "PostToolUse", told);
        if round >= FIRST {
            times.add(git, before, after);
        }
    }
    assert!(!place.shown(&["log", &session]).is_empty(), "the hooks did their work");
    times.print(kind.name, kind.budgets[nth])
}

/// What happens between the hooks of a call, and what is said of it.
type Run<'a> = Box<dyn Fn(&Place) -> Value + 'a>;

/// What is told of a call, and what it does, with what it says of that.
fn call(edited: &Path, call: Call, round: usize) -> (Value, Run<'_>) {
    let bash = |line: &str| json!({ "tool_name": "Bash", "tool_input": { "command": line } });
    let said = || json!({ "stdout": "", "stderr": "", "interrupted": false });
    match call {
        Call::Edit => {
            let line = |round: usize| format!("pub const ROUND: usize = {round};");
            let told = json!({ "tool_name": "Edit", "tool_input":
                { "file_path": edited, "old_string": line(round), "new_string": line(round + 1) } });
            let run = move |_: &Place| {
                let text = fs::read_to_string(edited).expect("it is there");
                fs::write(edited, text.replace(&line(round), &line(round + 1))).expect("the folder is ours");
                json!({ "filePath": edited, "originalFile": text, "userModified": false })
            };
            (told, Box::new(run))
        }
        Call::Runs(line) => {
            let run = move |place: &Place| {
                let ran = place.command(Path::new("sh")).args(["-c", line]).output().expect("a shell");
                assert!(ran.status.success(), "{line}: {ran:?}");
                said()
            };
            (bash(line), Box::new(run))
        }
        Call::Told(line, writes) => {
            let run = move |place: &Place| {
                if let Some(path) = writes {
                    fs::write(place.root.join(path), format!("pub const N: usize = {round};\n")).expect("it is ours");
                }
                said()
            };
            (bash(line), Box::new(run))
        }
    }
}
