//! A real Helix in a terminal of its own: keys reach it as a person's do, and what it tells its server is listened to.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::DEADLINE;
use super::repository::Repository;
use super::tap::{Heard, Tap};
use super::terminal::Terminal;

/// A Helix that `tests/editors/setup` has put in place.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// As it names itself, such as `helix 25.01.1`.
    pub(crate) name: String,
    pub(crate) program: PathBuf,
}

/// The releases that are there, oldest first. One that can't be had is said to be skipped, past the capture of a test's output.
pub(crate) fn releases() -> Vec<Release> {
    let editors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editors");
    let release = |which: &str| {
        let Ok(version) = fs::read_to_string(editors.join(which).join("hx-version")) else {
            let why = fs::read_to_string(editors.join(format!("{which}.why")));
            let why = why.unwrap_or_else(|_| format!("no {which} Helix: run tests/editors/setup"));
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            let _ = writeln!(std::io::stderr(), "skipped: {test}: {}", why.trim());
            return None;
        };
        let name = version.lines().next().unwrap_or_default().to_owned();
        Some(Release { name, program: editors.join(which).join("hx") })
    };
    ["older", "newer"].into_iter().filter_map(release).collect()
}

/// Runs a test on each Helix in turn.
pub(crate) fn on_each(test: impl Fn(&Release)) {
    for release in releases() {
        // Seen when the test fails.
        println!("on {}", release.name);
        test(&release);
    }
}

pub(crate) struct Helix {
    pub(crate) tap: Tap,
    terminal: Terminal,
}

const CONFIG: &str = "theme = 'default'
[editor]
auto-completion = false
auto-pairs = false
idle-timeout = 100
[editor.lsp]
display-messages = true
[keys.insert]
F2 = 'normal_mode'
[keys.select]
F2 = 'normal_mode'
";

/// What a terminal sends for F2, which stands for Escape: an Escape and the key behind it, read at once, are another key.
const F2: &str = "\x1bOQ";

impl Helix {
    /// Starts in the repository's root with a file open, which Countersign serves; `formatter` is a line of plain
    /// text's configuration: one formats on save.
    pub(crate) fn start(release: &Release, repository: &Repository, path: &str, formatter: &str) -> Helix {
        let tap = Tap::new(repository);
        let folder = repository.home().join(".config/helix");
        fs::create_dir_all(&folder).expect("the home is ours");
        let [program, arguments @ ..] = &tap.server()[..] else { unreachable!("it names a program") };
        let languages = format!(
            "[language-server.countersign]\ncommand = {program:?}\nargs = {arguments:?}\n\n\
             [[language]]\nname = \"rust\"\nlanguage-servers = [\"countersign\"]\nauto-format = false\n\n\
             [[language]]\nname = \"plain\"\nscope = \"text.plain\"\nfile-types = [\"txt\"]\nroots = []\n\
             language-servers = [\"countersign\"]\nauto-format = {}\n{formatter}\n",
            !formatter.is_empty()
        );
        fs::write(folder.join("languages.toml"), languages).expect("the home is ours");
        let helix = Helix { tap, terminal: terminal(release, repository, path) };
        helix.tap.wait_for_editors("textDocument/didOpen", 0);
        helix
    }

    /// Starts as a user's does, with nothing but what the home and the work tree say of languages: what they call `countersign` is
    /// listened to. Nothing is waited for.
    pub(crate) fn start_as_users_do(release: &Release, repository: &Repository, path: &str) -> Helix {
        let tap = Tap::new(repository);
        tap.stand_on_path(repository);
        Helix { tap, terminal: terminal(release, repository, path) }
    }

    /// Types keys as the terminal sends them: `\x1b` for Escape, `\r` for Enter.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.terminal.send(&keys.replace('\x1b', F2));
    }

    /// Types keys into a file, and waits until the server has been told of what they make of it.
    pub(crate) fn type_in(&mut self, path: &str, keys: &str, expected: &str) {
        self.keys(keys);
        self.tap.wait_for_text(path, expected);
    }

    /// Runs a command such as `reload`. What it does comes later: wait for it.
    pub(crate) fn command(&mut self, command: &str) {
        self.keys(&format!(":{command}"));
        self.wait_for_screen(&format!(":{command}"));
        self.keys("\r");
    }

    /// Puts the cursor at the start of a line, from 1.
    pub(crate) fn goto(&mut self, line: usize) {
        self.keys(&format!("{line}G"));
    }

    /// Pastes text at the cursor while inserting, as a terminal does it.
    pub(crate) fn paste(&mut self, text: &str) {
        self.terminal.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Saves the file that is shown, and waits until its server is told so.
    pub(crate) fn write(&mut self, command: &str) {
        let start = self.tap.count();
        self.command(command);
        let is_told = |heard: &Heard| heard.from_editor && heard.message["method"] == "textDocument/didSave";
        assert!(self.tap.find(start, is_told).is_some(), "not saved:\n{}", self.screen());
    }

    /// Takes what is on disk into the buffer.
    pub(crate) fn reload(&mut self, path: &str, expected: &str) {
        self.command("reload");
        self.tap.wait_for_text(path, expected);
    }

    /// Opens the menu of code actions at the cursor, and chooses the one with this title. What it changes comes later: wait for it.
    pub(crate) fn act(&mut self, title: &str) {
        assert!(self.try_act(title), "no action {title:?}:\n{}", self.screen());
    }

    /// Chooses among the choices of a message, of which this is the first.
    pub(crate) fn choose(&mut self, first: &str, title: &str) {
        self.wait_for_screen(title);
        let screen = self.screen();
        let row = |title: &str| screen.lines().position(|row| row.trim() == title).expect("it shows");
        self.terminal.send(&"\x1b[B".repeat(row(title) - row(first)));
        self.keys("\r");
    }

    /// The same, where it may not be offered. Whether it was.
    pub(crate) fn try_act(&mut self, title: &str) -> bool {
        let start = self.tap.count();
        self.keys(" a");
        let titles = self.offered(start);
        if !titles.iter().any(|offered| offered == title) {
            self.keys("\x1b");
            return false;
        }
        let row = |title: &str| self.screen().lines().position(|row| row.contains(title));
        self.wait_for_screen(title);
        let first = titles.iter().filter_map(|title| row(title)).min().expect("the wanted one is among them");
        let steps = row(title).expect("it was waited for") - first;
        self.terminal.send(&"\x1b[B".repeat(steps));
        self.keys("\r");
        true
    }

    /// The titles of the code actions that were asked for behind the `start`th message.
    fn offered(&self, start: usize) -> Vec<String> {
        let asked = self.tap.wait_for_editors("textDocument/codeAction", start);
        let id = self.tap.heard()[asked].message["id"].clone();
        let is_answer = |heard: &Heard| !heard.from_editor && heard.message["id"] == id;
        let answer = self.tap.wait_for("code actions", asked, is_answer);
        let actions = self.tap.heard()[answer].message["result"].take();
        let titles = actions.as_array().into_iter().flatten().filter_map(|action| action["title"].as_str());
        titles.map(str::to_owned).collect()
    }

    /// Kills its server, as a crash does.
    pub(crate) fn kill_server(&self) {
        assert_eq!(self.terminal.kill("countersign"), 1, "one server runs");
    }

    /// What stands on the screen.
    pub(crate) fn screen(&self) -> String {
        self.terminal.text()
    }

    /// Draws the upper left part of what shows, so many rows and columns.
    pub(crate) fn draw(&self, rows: u16, columns: u16, file: &Path) {
        self.terminal.draw(rows, columns, file);
    }

    /// Waits until this stands on the screen no more.
    pub(crate) fn wait_until_screen_lacks(&self, unwanted: &str) {
        let lacks = self.terminal.wait_for(|screen| !screen.contains(unwanted), DEADLINE);
        assert!(lacks, "{unwanted:?} still shows after {DEADLINE:?}:\n{}", self.screen());
    }

    /// Waits until all of this stands in one row of the screen.
    pub(crate) fn wait_for_row(&self, wanted: &[&str]) {
        let is_row = |row: &str| wanted.iter().all(|part| row.contains(part));
        let shows = self.terminal.wait_for(|screen| screen.lines().any(is_row), DEADLINE);
        assert!(shows, "{wanted:?} do not show in one row in {DEADLINE:?}:\n{}", self.screen());
    }

    /// Waits until this stands on the screen.
    pub(crate) fn wait_for_screen(&self, wanted: &str) {
        let shows = self.terminal.wait_for(|screen| screen.contains(wanted), DEADLINE);
        assert!(shows, "{wanted:?} does not show in {DEADLINE:?}:\n{}", self.screen());
    }
}

/// Helix on a screen, with a file open, and the home's `bin` before the rest of the PATH.
fn terminal(release: &Release, repository: &Repository, path: &str) -> Terminal {
    let folder = repository.home().join(".config/helix");
    fs::create_dir_all(&folder).expect("the home is ours");
    fs::write(folder.join("config.toml"), CONFIG).expect("the home is ours");
    let mut setsid = repository.command("setsid");
    setsid.arg("--ctty").arg(&release.program).arg(path).env("PATH", repository.path_with_own_programs());
    setsid.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
    Terminal::start(setsid)
}
