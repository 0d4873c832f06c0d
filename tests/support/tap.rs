//! Listens in on an editor and its server: each message with its time, and the texts of open files as the server has them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::BufReader;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use countersign_tests::frames;
use countersign_tests::text::{self, Encoding};
use serde_json::Value;
use similar::TextDiff;

use super::DEADLINE;
use super::binary::{self, countersign, stand_in};
use super::editor::uri;
use super::repository::Repository;

/// A message that passed.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) at: Instant,
    pub(crate) from_editor: bool,
    pub(crate) message: Value,
}

/// On one line, shortened.
impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = if self.from_editor { "editor" } else { "server" };
        let message: String = self.message.to_string().chars().take(400).collect();
        write!(f, "{from}: {message}")
    }
}

pub(crate) struct Tap {
    root: PathBuf,
    socket: PathBuf,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    heard: Vec<Heard>,
    texts: BTreeMap<String, String>,
    encoding: Option<Encoding>,
    over: bool,
}

impl Tap {
    pub(crate) fn new(repository: &Repository) -> Tap {
        let (root, socket) = (repository.root().to_owned(), repository.home().join("tap"));
        // One that was there before has gone.
        let _ = fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap_or_else(|error| panic!("{}: {error}", socket.display()));
        let state = Arc::<(Mutex<State>, Condvar)>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            // One connection for each time that the editor starts its server.
            for stream in listener.incoming().flatten() {
                if lock(&shared.0).over {
                    break;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || listen(stream, &shared));
            }
        });
        Tap { root, socket, state }
    }

    /// What an editor is to start as its server.
    pub(crate) fn server(&self) -> Vec<String> {
        let socket = self.socket.to_str().expect("test paths are text");
        let [stand_in, countersign] = [stand_in(), countersign()].map(|path| path.to_str().expect("a path in UTF-8"));
        [stand_in, "tap", socket, countersign, "lsp"].map(str::to_owned).to_vec()
    }

    /// Has what the PATH calls `countersign` listened to, where the home's `bin` comes first in it.
    pub(crate) fn stand_on_path(&self, repository: &Repository) {
        let [server @ .., _] = &self.server()[..] else { unreachable!("it names a program") };
        let server: Vec<String> = server.iter().map(|word| format!("{word:?}")).collect();
        let program = repository.home().join("bin/countersign");
        // A link to the program would be written through.
        let _ = fs::remove_file(&program);
        binary::write_program(&program, &format!("exec {} \"$@\"\n", server.join(" ")));
    }

    /// All that has passed.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        lock(&self.state.0).heard.clone()
    }

    /// The text of an open file, as the server was told of it.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        lock(&self.state.0).texts.get(&self.uri(path)).cloned()
    }

    /// Waits until the server was told that an open file holds this.
    pub(crate) fn wait_for_text(&self, path: &str, wanted: &str) {
        let uri = self.uri(path);
        let is_so = |state: &State| state.texts.get(&uri).is_some_and(|text| text == wanted);
        let text = self.wait(is_so).texts.get(&uri).cloned();
        let is = text.unwrap_or_default();
        let diff = TextDiff::from_lines(wanted, &is);
        assert!(is == wanted, "{path}, after {DEADLINE:?}:\n{}", diff.unified_diff().header("wanted", "told"));
    }

    /// Waits until the server was told that an open file holds something else than this.
    pub(crate) fn wait_for_other_text(&self, path: &str, old: &str) {
        let uri = self.uri(path);
        let text = self.wait(|state| state.texts.get(&uri).is_some_and(|text| text != old)).texts.get(&uri).cloned();
        assert_ne!(text.as_deref(), Some(old), "{path}, after {DEADLINE:?}");
    }

    /// Waits for a message, from the `start`th on, for which this holds; gives its place.
    pub(crate) fn wait_for(&self, what: &str, start: usize, wanted: impl Fn(&Heard) -> bool) -> usize {
        let found = self.find(start, wanted);
        found.unwrap_or_else(|| panic!("no {what} in {DEADLINE:?} behind {:#?}", &self.heard()[start..]))
    }

    /// The same; none at the deadline.
    pub(crate) fn find(&self, start: usize, wanted: impl Fn(&Heard) -> bool) -> Option<usize> {
        let find = |state: &State| state.heard.iter().skip(start).position(&wanted).map(|at| at + start);
        find(&self.wait(|state| find(state).is_some()))
    }

    /// Waits for a notification or request of the editor's, from the `start`th message on; gives its place.
    pub(crate) fn wait_for_editors(&self, method: &str, start: usize) -> usize {
        self.wait_for(method, start, |heard| heard.from_editor && heard.message["method"] == method)
    }

    /// Waits until the last that the server told of a file by a notification of this method is such.
    pub(crate) fn wait_for_last(&self, method: &str, path: &str, wanted: impl Fn(&Value) -> bool) {
        let uri = self.uri(path);
        let is_of_it = |heard: &&Heard| {
            !heard.from_editor && heard.message["method"] == method && heard.message["params"]["uri"] == uri.as_str()
        };
        let last = |state: &State| state.heard.iter().rev().find(is_of_it).map(|heard| heard.message["params"].clone());
        let last = last(&self.wait(|state| last(state).is_some_and(|params| wanted(&params)))).unwrap_or_default();
        assert!(wanted(&last), "the last {method} of {path} after {DEADLINE:?}: {last:#}");
    }

    /// How much has passed.
    pub(crate) fn count(&self) -> usize {
        lock(&self.state.0).heard.len()
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        uri(&self.root.join(path))
    }

    fn wait(&self, wanted: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waited = self.state.1.wait_timeout_while(lock(&self.state.0), DEADLINE, |state| !wanted(state));
        waited.expect("listening does not panic").0
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        lock(&self.state.0).over = true;
        // Wakes who waits for the next server.
        let _ = UnixStream::connect(&self.socket);
    }
}

fn listen(stream: UnixStream, shared: &(Mutex<State>, Condvar)) {
    let mut stream = BufReader::new(stream);
    while let Ok(Some(mut told)) = frames::read(&mut stream) {
        let message = told["message"].take();
        let heard = Heard { at: Instant::now(), from_editor: told["from"] == "editor", message };
        let mut state = lock(&shared.0);
        state.take(&heard);
        state.heard.push(heard);
        shared.1.notify_all();
    }
}

impl State {
    fn take(&mut self, heard: &Heard) {
        let message = &heard.message;
        if let Some(encoding) = message["result"]["capabilities"]["positionEncoding"].as_str() {
            self.encoding = Some(Encoding::named(Some(encoding)));
        }
        let document = &message["params"]["textDocument"];
        let uri = || document["uri"].as_str().unwrap_or_default().to_owned();
        match message["method"].as_str() {
            Some("textDocument/didOpen") => {
                self.texts.insert(uri(), document["text"].as_str().unwrap_or_default().to_owned());
            }
            Some("textDocument/didChange") => {
                let encoding = self.encoding.unwrap_or(Encoding::Utf16);
                if let Some(text) = self.texts.get_mut(&uri()) {
                    text::apply_changes(text, &message["params"]["contentChanges"], encoding);
                }
            }
            Some("textDocument/didClose") => drop(self.texts.remove(&uri())),
            _ => {}
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("listening does not panic")
}
