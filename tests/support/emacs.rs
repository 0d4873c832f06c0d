//! A real Emacs in a terminal of its own, with eglot as it comes with it: keys reach it as a person's do, and what it tells its server is
//! listened to.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::DEADLINE;
use super::repository::Repository;
use super::tap::{Heard, Tap};
use super::terminal::Terminal;

pub(crate) struct Emacs {
    pub(crate) tap: Tap,
    terminal: Terminal,
}

/// What no user's configuration is about: the files beside the one that is edited, and compiling behind the test's back.
const QUIET: &str =
    "(setq native-comp-jit-compilation nil inhibit-startup-screen t create-lockfiles nil auto-save-default nil)\n";

/// The Emacs that `tests/editors/setup` has put in place. One that can't be had is said to be skipped, past the capture of a test's output.
fn program() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editors/emacs");
    if folder.join("version").exists() {
        return Some(folder.join("emacs"));
    }
    let why = fs::read_to_string(folder.with_extension("why"));
    let why = why.unwrap_or_else(|_| "no Emacs: run tests/editors/setup".to_owned());
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {}", why.trim());
    None
}

impl Emacs {
    /// Starts in the repository's root with a file open and this as the user's configuration, where there is an Emacs.
    pub(crate) fn start(repository: &Repository, configuration: &str, path: &str) -> Option<Emacs> {
        let program = program()?;
        let tap = Tap::new(repository);
        tap.stand_on_path(repository);
        fs::write(repository.home().join(".emacs"), format!("{QUIET}{configuration}")).expect("the home is ours");
        let mut setsid = repository.command("setsid");
        setsid.arg("--ctty").arg(program).args(["-nw", path]).env("PATH", repository.path_with_own_programs());
        // It asks an xterm what it can do, and waits for the answer.
        setsid.env("TERM", "linux");
        let emacs = Emacs { tap, terminal: Terminal::start(setsid) };
        emacs.tap.wait_for_editors("textDocument/didOpen", 0);
        Some(emacs)
    }

    /// Types keys as the terminal sends them: `\x1bx` for M-x, `\r` for RET, `\x1f` for undo.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.terminal.send(keys);
    }

    /// Types keys into a file, and waits until the server has been told of what they make of it.
    pub(crate) fn type_in(&mut self, path: &str, keys: &str, expected: &str) {
        self.keys(keys);
        self.tap.wait_for_text(path, expected);
    }

    /// Puts the cursor at the start of a line, from 1.
    pub(crate) fn goto(&mut self, line: usize) {
        self.keys(&format!("\x1bgg{line}\r"));
    }

    /// Saves the file that is shown, and waits until its server is told so.
    pub(crate) fn save(&mut self) {
        let start = self.tap.count();
        self.keys("\x18\x13");
        self.tap.wait_for_editors("textDocument/didSave", start);
    }

    /// Chooses the code action with this title at the cursor. What it changes comes later: wait for it.
    pub(crate) fn act(&mut self, title: &str) {
        let start = self.tap.count();
        self.keys("\x1bxeglot-code-actions\r");
        let asked = self.tap.wait_for_editors("textDocument/codeAction", start);
        let id = self.tap.heard()[asked].message["id"].clone();
        let is_answer = |heard: &Heard| !heard.from_editor && heard.message["id"] == id;
        let answer = self.tap.wait_for("code actions", asked, is_answer);
        let offered = self.tap.heard()[answer].message["result"].to_string();
        assert!(offered.contains(title), "no action {title:?} among {offered}");
        self.wait_for_screen("Pick an action");
        // A blank by itself completes a word.
        self.keys(&format!("{}\r", title.replace(' ', "\x11 ")));
    }

    /// Waits until this stands on the screen.
    pub(crate) fn wait_for_screen(&self, wanted: &str) {
        let shows = self.terminal.wait_for(|screen| screen.contains(wanted), DEADLINE);
        assert!(shows, "{wanted:?} does not show in {DEADLINE:?}:\n{}", self.terminal.text());
    }
}
