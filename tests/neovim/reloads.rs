//! The plugin reads what an agent wrote by itself, and never under the user's hands.

use super::plugin::{Scene, scene};
use super::{FILE, WITH_AGENT};
use crate::support::agent::ClaudeCode;

impl Scene<'_> {
    /// The agent does this, and the plugin hears of these files as they are then.
    fn news_of(&mut self, files: &[&str], agent: impl FnOnce(&mut ClaudeCode<'_>)) {
        let hear = "local reload = require('countersign.reload')
            local catch_up = own_catch_up or reload.catch_up
            heard, own_catch_up = {}, catch_up
            function size(file)
              return (vim.uv.fs_stat(file) or { size = 'gone' }).size
            end
            reload.catch_up = function(error, params)
              local file = vim.fs.basename(params.uri)
              local now = size(file)
              catch_up(error, params)
              heard[file] = now
            end";
        self.neovim.lua(hear, &[]);
        agent(&mut self.claude);
        for file in files {
            self.neovim.wait_until(&format!("heard['{file}'] == size('{file}')"));
        }
    }

    /// The agent adds two lines below `b`.
    fn news(&mut self) {
        self.news_of(&["a.rs"], |claude| {
            claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        });
    }

    fn messages(&mut self) -> String {
        let messages = self.neovim.lua("return vim.fn.execute('messages')", &[]);
        messages.as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn lines_that_are_selected_stay_in_their_place_until_they_are_not() {
    scene(|scene| {
        scene.neovim.keys("3GV");
        scene.news();
        scene.neovim.keys("y");
        assert_eq!(scene.neovim.lua("return vim.fn.getreg('\"')", &[]).as_str(), Some("fn c() {}\n"));
        scene.wait_for_text(WITH_AGENT);
    });
}

#[test]
fn what_is_done_to_selected_lines_stays_beside_what_was_written() {
    scene(|scene| {
        scene.neovim.keys("3GV");
        scene.news();
        scene.neovim.keys("d");
        assert_eq!(scene.neovim.text(), "fn a() {}\nfn b() {}\n");
    });
}

#[test]
fn it_waits_for_the_end_of_an_insertion_and_of_a_command_line() {
    scene(|scene| {
        scene.neovim.keys("3Gi");
        scene.news();
        assert_eq!(scene.neovim.text(), FILE);
        scene.neovim.keys("<Esc>");
        scene.wait_for_text(WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
        scene.neovim.keys(":echo");
        scene.news_of(&["a.rs"], |claude| {
            claude.edit("a.rs", "fn c() {}\n", "");
        });
        assert_eq!(scene.neovim.text(), WITH_AGENT);
        scene.neovim.keys("<Esc>");
        scene.wait_for_text(&WITH_AGENT.replace("fn c() {}\n", ""));
    });
}

#[test]
fn files_that_are_deleted_stop_nobody() {
    scene(|scene| {
        scene.neovim.command("set hidden");
        scene.neovim.open("b.txt");
        scene.neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        scene.news_of(&["a.rs", "b.txt"], |claude| {
            claude.bash("rm a.rs b.txt");
        });
        assert_eq!(scene.neovim.text(), "one\ntwo\nthree\n");
        assert!(!scene.messages().contains("E211"), "{}", scene.messages());
    });
}

#[test]
fn news_are_heard_while_no_text_may_be_changed_and_what_was_written_comes_after() {
    scene(|scene| {
        scene.neovim.command("nnoremap <expr> gz getcharstr() == 'x' ? 'G' : ''");
        scene.neovim.keys("gz");
        scene.news();
        scene.neovim.keys("x");
        scene.wait_for_text(WITH_AGENT);
        assert!(!scene.messages().contains("E565"), "{}", scene.messages());
    });
}

#[test]
fn a_file_that_comes_after_its_buffer_is_read_into_it_and_takes_no_key() {
    scene(|scene| {
        scene.neovim.open("new.txt");
        scene.neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        scene.claude.write("new.txt", "hello\n");
        scene.wait_for_text("hello\n");
        scene.wait_for_hunks("agent 1-1");
        scene.neovim.open("newer.txt");
        scene.neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        // As a template of the user's does it.
        scene.neovim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'mine' }) vim.bo.modified = false", &[]);
        scene.news_of(&["newer.txt"], |claude| {
            claude.write("newer.txt", "hello\n");
        });
        assert_eq!(scene.neovim.text(), "mine\n");
    });
}
