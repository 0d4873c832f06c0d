//! A large repository in which hooks are timed beside `git status`: by themselves, and with a server that follows it.

use std::fs;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use countersign_tests::frames;
use serde_json::{Value, json};

/// Files in a folder.
const IN_FOLDER: usize = 100;
/// The files of `src/folder_50` that are as long as files are; the others are small.
pub(crate) const SOURCES: std::ops::Range<usize> = 50..66;

/// Where hooks are timed.
pub(crate) struct Place {
    /// The release binary.
    binary: PathBuf,
    /// The repository.
    pub(crate) root: PathBuf,
    home: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    /// Makes a repository of so many files, in which a file of [`SOURCES`] holds what `source` gives.
    pub(crate) fn new(files: usize, source: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it was just made").join("work");
        let home = root.with_file_name("home");
        fs::create_dir_all(&home).expect("the folder is ours");
        let place = Self { binary: built(), root, home, _folder: folder };
        place.fill(files, source);
        place
    }

    fn fill(&self, files: usize, source: &str) {
        // There always is the folder with the sources.
        for folder in 0..(files / IN_FOLDER).max(51) {
            let path = self.root.join(format!("src/folder_{folder}"));
            fs::create_dir_all(&path).expect("the folder is ours");
            for file in 0..IN_FOLDER {
                let is_source = folder == 50 && SOURCES.contains(&file);
                let text = if is_source { source.to_owned() } else { format!("pub const N: usize = {file};\n") };
                fs::write(path.join(format!("file_{file}.rs")), text).expect("the folder is ours");
            }
        }
        let policy = "[scope]\nallow = [\"src/**\"]\ndeny = [\"src/folder_1/**\", \"**/*.lock\"]\nask = [\"src/folder_2/**\"]\nprotect = [\"tests\", \"ci\"]\n";
        fs::write(self.root.join(".countersign.toml"), policy).expect("the folder is ours");
        fs::write(self.root.join(".gitignore"), "target/\n").expect("the folder is ours");
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["-c", "user.name=u", "-c", "user.email=u@example.org", "commit", "--quiet", "--message", "First"],
        ] {
            assert!(self.command(Path::new("git")).args(arguments).status().expect("git can be started").success());
        }
    }

    /// A file of [`SOURCES`], by its number among them.
    pub(crate) fn source(&self, nth: usize) -> PathBuf {
        self.root.join(format!("src/folder_50/file_{}.rs", SOURCES.start + nth))
    }

    /// A program that is started there.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1");
        for unset in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(unset);
        }
        command
    }

    /// What `git status` takes.
    pub(crate) fn git_status(&self) -> Duration {
        timed(self.command(Path::new("git")).arg("status"), b"")
    }

    /// What one hook event of a session takes; `more` are the fields of its own.
    pub(crate) fn hook(&self, session: &str, event: &str, more: Value) -> Duration {
        let mut payload = json!({ "session_id": session, "cwd": self.root, "hook_event_name": event,
            "permission_mode": "default" });
        if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
            payload.extend(more);
        }
        timed(self.command(&self.binary).args(["hook", "claude-code"]), payload.to_string().as_bytes())
    }

    /// What `countersign` shows with these arguments.
    pub(crate) fn shown(&self, arguments: &[&str]) -> String {
        let shown = self.command(&self.binary).args(arguments).output().expect("it starts");
        assert!(shown.status.success(), "{shown:?}");
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }
}

/// A server that follows the workspace, as an editor starts it. Whatever it asks the person is turned away.
pub(crate) struct Server {
    process: Child,
    stdin: Arc<Mutex<ChildStdin>>,
    reading: JoinHandle<()>,
}

impl Server {
    /// Starts it.
    pub(crate) fn start(place: &Place) -> Self {
        let mut command = place.command(&place.binary);
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server starts");
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        let stdin = Arc::new(Mutex::new(process.stdin.take().expect("piped")));
        let uri = format!("file://{}", place.root.display());
        let able = json!({ "window": { "showMessage": { "messageActionItem": {} } } });
        say(&stdin, json!({ "id": 1, "method": "initialize", "params": { "rootUri": uri, "capabilities": able } }));
        while frames::read(&mut stdout).expect("a message").expect("a reply")["id"] != 1 {}
        say(&stdin, json!({ "method": "initialized", "params": {} }));
        let answers = Arc::clone(&stdin);
        let reading = std::thread::spawn(move || {
            while let Ok(Some(message)) = frames::read(&mut stdout) {
                if message["method"].is_string() && !message["id"].is_null() {
                    say(&answers, json!({ "id": message["id"], "result": null }));
                } else if message["id"] == 2 {
                    say(&answers, json!({ "method": "exit" }));
                }
            }
        });
        Self { process, stdin, reading }
    }

    /// Ends it, as an editor does.
    pub(crate) fn end(mut self) {
        say(&self.stdin, json!({ "id": 2, "method": "shutdown" }));
        self.reading.join().expect("it ends with the server");
        assert!(self.process.wait().expect("it is ours").success());
    }
}

fn say(stdin: &Mutex<ChildStdin>, mut message: Value) {
    message["jsonrpc"] = json!("2.0");
    // One that ends does not read any more.
    let _ = frames::write(&mut *stdin.lock().expect("nobody panics with it"), &message);
}

/// The release binary.
fn built() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    let target = here.ancestors().nth(3).expect("benches stand in TARGET/PROFILE/deps");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--release", "-p", "countersign", "--bin", "countersign", "--manifest-path"]);
    let built = build.arg(manifest).arg("--target-dir").arg(target).status().expect("cargo can be started");
    assert!(built.success(), "countersign does not build");
    target.join("release/countersign")
}

/// A file as they are: some four hundred lines with functions, tests and comments.
pub(crate) fn source(line: &str) -> String {
    let mut text = format!("//! Numbers.\n\n{line}\n");
    for n in 0..40 {
        text += &format!(
            "/// The number {n}.\npub fn number_{n}(a: usize) -> Result<usize, String> {{\n    let b = a.checked_add({n}).ok_or(\"too large\")?;\n    if b > 1000 {{\n        return Err(format!(\"{{b}} is too large\"));\n    }}\n    Ok(b)\n}}\n\n"
        );
    }
    text + "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(super::number_1(1), Ok(2));\n    }\n}\n"
}

/// From the start of a program to its exit.
fn timed(command: &mut Command, input: &[u8]) -> Duration {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().expect("it can be started");
    child.stdin.take().expect("piped").write_all(input).unwrap_or_default();
    let status = child.wait().expect("it is ours");
    let took = begin.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

/// Rounds of `git status`, the hook before and the hook after.
#[derive(Default)]
pub(crate) struct Times {
    git: Vec<Duration>,
    before: Vec<Duration>,
    after: Vec<Duration>,
}

impl Times {
    /// Adds a round.
    pub(crate) fn add(&mut self, git: Duration, before: Duration, after: Duration) {
        self.git.push(git);
        self.before.push(before);
        self.after.push(after);
    }

    /// Prints medians and 95th percentiles under a name, and says whether both hooks keep to this part of `git status`.
    pub(crate) fn print(mut self, name: &str, budget: f64) -> bool {
        let base = median(&mut self.git);
        let all = [("git status", &mut self.git), ("PreToolUse", &mut self.before), ("PostToolUse", &mut self.after)];
        let mut worst: f64 = 0.0;
        for (nth, (hook, times)) in all.into_iter().enumerate() {
            let (median, p95) = (median(times), times[times.len() * 95 / 100]);
            let ratio = ms(median) / ms(base);
            println!(
                "  {name:<30} {hook:<12} median {:>6.2} ms  p95 {:>6.2} ms  ratio {ratio:.3}",
                ms(median),
                ms(p95)
            );
            worst = if nth == 0 { worst } else { worst.max(ratio) };
        }
        if budget < f64::MAX {
            let verdict = if worst <= budget { "within the budget" } else { "OVER THE BUDGET" };
            println!("  {name:<30} {verdict} of {budget}");
        }
        worst <= budget
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
