//! `:Countersign diff` where its text is not what the buffer's is, or is not to be had.

use std::path::Path;

use super::FILE;
use super::plugin::{Scene, scene};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::countersign;
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

impl Scene<'_> {
    /// The server answers what is asked for a diff with this: an error, and a result.
    fn answer_for_a_diff(&mut self, answer: &str) {
        let stand_in = format!(
            "local server = require('countersign.server')
            own_request = own_request or server.request
            server.request = function(client, method, params, done, buffer)
              if method ~= 'countersign/without' then
                return own_request(client, method, params, done, buffer)
              end
              vim.schedule(function() done({answer}) end)
              return true, 1
            end"
        );
        self.neovim.lua(&stand_in, &[]);
    }

    fn windows(&mut self) -> Option<u64> {
        self.neovim.lua("return #vim.api.nvim_tabpage_list_wins(0)", &[]).as_u64()
    }
}

#[test]
fn a_file_of_other_line_ends_takes_lines_from_beside_it_without_a_second_end() {
    on_each(|release| {
        let crlf = FILE.replace('\n', "\r\n");
        let repository = Repository::new(&[("a.rs", &crlf), (".countersign.toml", "")]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
        let mut neovim = Neovim::start(release, &repository);
        neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), countersign());
        neovim.open("a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        claude.edit("a.rs", "fn b() {}\r\n", "fn x() {}\r\nfn y() {}\r\n");
        claude.stop();
        neovim.wait_until("#require('countersign').hunks() == 1");
        neovim.command("Countersign review");
        neovim.wait_until("vim.api.nvim_buf_line_count(0) > 1");
        assert!(!neovim.text().contains('\r'), "{}", neovim.text());
        neovim.keys("q");
        neovim.command("Countersign diff");
        neovim.wait_until("vim.wo.diff and #vim.api.nvim_tabpage_list_wins(0) == 2");
        neovim.command("%diffget");
        assert_eq!(neovim.text(), FILE);
        neovim.write();
        assert_eq!(repository.read("a.rs"), crlf);
    });
}

#[test]
fn nothing_stands_beside_a_file_of_which_the_server_does_not_know() {
    scene(|scene| {
        scene.agent_writes();
        for answer in ["{ message = 'it went wrong' }", "nil, { text = '', without = '' }"] {
            scene.answer_for_a_diff(answer);
            scene.neovim.command("mode");
            scene.neovim.command("Countersign diff");
            scene.neovim.wait_for_screen("countersign: nothing is known of this file");
            assert_eq!(scene.windows(), Some(1));
            scene.neovim.command("messages clear");
        }
        scene.neovim.command("enew");
        scene.neovim.command("Countersign diff");
        scene.neovim.wait_for_screen("countersign: no server runs for this file");
        assert_eq!(scene.windows(), Some(1));
    });
}
