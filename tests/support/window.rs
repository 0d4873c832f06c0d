//! A real Neovim in a terminal window, driven by keys alone, and looked at as a person does.

use std::path::Path;

use super::DEADLINE;
use super::neovim::Release;
use super::repository::Repository;
use super::terminal::Terminal;

/// What a terminal sends for F2, which stands for Escape: an Escape and the key behind it, read at once, are another key.
const F2: &str = "\x1bOQ";

pub(crate) struct Window {
    terminal: Terminal,
}

impl Window {
    /// Starts in the repository's root with a file open, and with what stands in the home, as users have it.
    pub(crate) fn open(release: &Release, repository: &Repository, path: &str) -> Window {
        let mut setsid = repository.command("setsid");
        setsid.arg("--ctty").arg(&release.program).args(["-i", "NONE", "--cmd", "set noswapfile shortmess+=I"]);
        setsid.args(["--cmd", "inoremap <F2> <Esc>"]).arg(path);
        setsid.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
        Window { terminal: Terminal::start(setsid) }
    }

    /// Types keys as the terminal sends them: `\x1b` for Escape, `\r` for Enter.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.terminal.send(&keys.replace('\x1b', F2));
    }

    /// Waits until this stands on the screen.
    pub(crate) fn wait_for_screen(&self, wanted: &str) {
        let shows = self.terminal.wait_for(|screen| screen.contains(wanted), DEADLINE);
        assert!(shows, "{wanted:?} does not show in {DEADLINE:?}:\n{}", self.terminal.text());
    }

    /// Draws the upper left part of what shows, so many rows and columns.
    pub(crate) fn draw(&self, rows: u16, columns: u16, file: &Path) {
        self.terminal.draw(rows, columns, file);
    }

    /// Waits until a file holds this.
    pub(crate) fn wait_for_file(&self, file: &Path, wanted: &str) {
        let read = || std::fs::read_to_string(file).unwrap_or_default();
        // Neovim says that it has written.
        self.terminal.wait_for(|_| read() == wanted, DEADLINE);
        assert_eq!(read(), wanted, "{}", self.terminal.text());
    }
}
