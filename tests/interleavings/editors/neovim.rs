//! A person in a real Neovim.

use rmpv::Value;
use similar::TextDiff;

use super::{Change, Editor};
use crate::support::neovim::{Neovim, Release};
use crate::support::repository::Repository;
use crate::support::tap::Tap;

pub(super) struct Desk {
    neovim: Neovim,
    tap: Tap,
}

pub(super) fn start(release: &Release, repository: &Repository) -> Desk {
    let tap = Tap::new(repository);
    let mut neovim = Neovim::start(release, repository);
    let server = tap.server();
    neovim.serve("countersign", &server.iter().map(String::as_str).collect::<Vec<_>>());
    // What is typed is what comes: nothing is indented, nothing continued. A selection ends before the cursor, which may stand behind a line.
    neovim.command("filetype plugin indent off");
    neovim.command("set hidden noautoindent virtualedit=onemore selection=exclusive");
    Desk { neovim, tap }
}

impl Editor for Desk {
    fn open(&mut self, path: &str) {
        let start = self.tap.count();
        self.neovim.open(path);
        self.tap.wait_for_editors("textDocument/didOpen", start);
    }

    fn change(&mut self, path: &str, change: &Change<'_>, expected: &str) {
        let splice = &change.splice;
        self.cursor(change.place(splice.range.start));
        if splice.range.is_empty() {
            self.neovim.keys("i");
        } else {
            self.neovim.keys("v");
            self.cursor(change.place(splice.range.end));
            self.neovim.keys("c");
        }
        if change.typed {
            self.neovim.keys(&splice.text.replace('<', "<lt>").replace('\n', "<CR>").replace('\t', "<Tab>"));
        } else if !splice.text.is_empty() {
            self.neovim.paste(&splice.text);
        }
        self.neovim.keys("<Esc>");
        let text = self.neovim.text();
        let diff = TextDiff::from_lines(expected, &text);
        assert!(text == expected, "typed {splice:?}:\n{}", diff.unified_diff().header("expected", "in Neovim"));
        self.tap.wait_for_text(path, expected);
    }

    fn save(&mut self) {
        let start = self.tap.count();
        self.neovim.keys(":silent write<CR>");
        self.tap.wait_for_editors("textDocument/didSave", start);
    }

    fn reload(&mut self, path: &str, expected: &str) {
        self.neovim.checktime();
        self.tap.wait_for_text(path, expected);
    }

    fn act(&mut self, title: &str) -> bool {
        self.neovim.try_act(title)
    }

    fn tap(&self) -> &Tap {
        &self.tap
    }
}

impl Desk {
    /// Puts the cursor at a line and a byte in it, both from 0.
    fn cursor(&mut self, (line, byte): (usize, usize)) {
        let place = [line + 1, byte].map(|number| Value::from(number as u64));
        self.neovim.lua("vim.api.nvim_win_set_cursor(0, { ... })", &place);
    }
}
