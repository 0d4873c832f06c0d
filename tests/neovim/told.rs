//! What the plugin tells the server besides: what was typed, and what was looked at. And workspaces that are not as most.

use std::path::Path;

use super::FILE;
use super::plugin::scene;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

#[test]
fn what_was_looked_at_is_told_to_the_server_and_to_nobody_where_that_is_switched_off() {
    scene(|scene| {
        scene.agent_writes();
        let hear = "told = {}
            local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            local notify = client.rpc.notify
            client.rpc.notify = function(method, params)
              if method == 'countersign/viewed' then
                table.insert(told, ('%s %s'):format(params.visible, params.focused))
              end
              return notify(method, params)
            end";
        scene.neovim.wait_until("#require('countersign').hunks() == 1");
        scene.neovim.lua(hear, &[]);
        scene.neovim.cursor("fn y");
        scene.neovim.wait_until("vim.tbl_contains(told, 'true true')");
        scene.neovim.command("doautocmd FocusLost");
        scene.neovim.wait_until("told[#told] == 'false false'");
        scene.neovim.command("doautocmd FocusGained");
        scene.neovim.wait_until("told[#told] == 'true true'");
        scene.neovim.lua("require('countersign').setup({ views = false })", &[]);
        scene.neovim.cursor("fn a");
        scene.neovim.wait_until("told[#told] == 'false false'");
        let log = binary::run(scene.repository.command(countersign()).arg("log"), b"").ok();
        assert!(log.contains("looked at") && log.contains("out of sight"), "{log}");
    });
}

#[test]
fn keys_are_told_from_what_programs_do_and_only_when_it_becomes_otherwise() {
    scene(|scene| {
        // What was said, the versions from which it holds, and those of the changes that went out with nothing said of them yet.
        let hear = "told, versions, late = {}, {}, {}
            local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            local notify = client.rpc.notify
            client.rpc.notify = function(method, params)
              if method == 'countersign/didEdit' then
                table.insert(told, tostring(params.typed))
                table.insert(versions, params.version)
              elseif method == 'textDocument/didChange' then
                table.insert(late, #versions == 0 and 0 or nil)
                reached = params.textDocument.version
              end
              return notify(method, params)
            end";
        scene.neovim.lua(hear, &[]);
        // The command opens a line, and is none of the keys that are typed into the text.
        scene.neovim.keys("ggOabc<CR>def");
        scene.neovim.wait_until("#told == 2 and reached and reached > versions[2]");
        // A program changes the text while the person is still inserting.
        scene.neovim.lua("vim.api.nvim_buf_set_lines(0, -1, -1, true, { 'program' })", &[]);
        scene.neovim.wait_until("#told == 3 and reached >= versions[3]");
        scene.neovim.keys("ghi<Esc>");
        scene.neovim.wait_until("#told == 4 and reached >= versions[4]");
        scene.neovim.keys("u");
        scene.neovim.wait_until("#told == 5 and reached >= versions[5]");
        let told = scene.neovim.lua("return table.concat(told, ' ') .. ', late ' .. #late", &[]);
        assert_eq!(told.as_str(), Some("false true false true false, late 0"));
    });
}

#[test]
fn what_was_typed_is_told_before_the_change_where_another_server_was_there_first() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
        let mut neovim = Neovim::start(release, &repository);
        // In both encodings, since changes are sent at once for all who share one.
        let others = "local function start(event, encoding)
              vim.lsp.start({
                name = encoding,
                root_dir = vim.fn.getcwd(),
                flags = { debounce_text_changes = 0 },
                cmd = function()
                  local sync = { openClose = true, change = 2 }
                  return {
                    request = function(_, _, answer)
                      vim.schedule(function()
                        answer(nil, { capabilities = { textDocumentSync = sync, positionEncoding = encoding } })
                      end)
                      return true, 1
                    end,
                    notify = function() return true end,
                    is_closing = function() return false end,
                    terminate = function() end,
                  }
                end,
              }, { bufnr = event.buf })
            end
            vim.api.nvim_create_autocmd('BufReadPost', { callback = function(event)
              start(event, 'utf-8')
              start(event, 'utf-16')
            end })";
        neovim.lua(others, &[]);
        neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), countersign());
        neovim.open("a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0 }) == 3");
        let hear = "changed, late, told = 0, 0, 0
            local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            local notify = client.rpc.notify
            client.rpc.notify = function(method, params)
              if method == 'countersign/didEdit' then
                told = told + 1
                late = late + (params.version <= changed and 1 or 0)
              elseif method == 'textDocument/didChange' then
                changed = params.textDocument.version
              end
              return notify(method, params)
            end";
        neovim.lua(hear, &[]);
        neovim.keys("ggOabc");
        neovim.lua("vim.api.nvim_buf_set_lines(0, -1, -1, true, { 'program' })", &[]);
        neovim.keys("def<Esc>");
        neovim.wait_until("told == 4 and changed == vim.b.changedtick");
        assert_eq!(neovim.lua("return late", &[]).as_u64(), Some(0));
    });
}

#[test]
fn where_the_server_is_told_of_no_change_nothing_is_taken_out_of_the_text() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
        claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        claude.stop();
        let mut neovim = Neovim::start(release, &repository);
        neovim.open("a.rs");
        // After a change between this server and the next Neovim tells the next of none.
        let other = "vim.lsp.start({ name = 'other', cmd = function(dispatchers)
              die = function() dispatchers.on_exit(0, 0) end
              return {
                request = function(_, _, answer)
                  vim.schedule(function() answer(nil, { capabilities = {} }) end)
                  return true, 1
                end,
                notify = function() return true end,
                is_closing = function() return false end,
                terminate = function() end,
              }
            end })";
        neovim.lua(other, &[]);
        neovim.wait_until("#vim.lsp.get_clients() == 1");
        neovim.lua("die()", &[]);
        neovim.wait_until("#vim.lsp.get_clients() == 0");
        neovim.keys("Gofn own() {}<Esc>");
        neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), countersign());
        neovim.wait_until("#require('countersign').hunks() == 1");
        neovim.keys("ggOfn mine() {}<CR>fn more() {}<Esc>");
        let typed = neovim.text();
        // Of the file: where the server has the hunk, it is no more.
        neovim.command("Countersign revert file");
        // The next message may be there before it is seen on the screen.
        let said = "table.concat(require('countersign.say').history(), ' ')";
        neovim.wait_until(&format!("{said}:find('Neovim does not tell what changes here: nothing was done', 1, true)"));
        assert_eq!(neovim.text(), typed);
    });
}

#[test]
fn a_workspace_without_git_and_with_other_line_ends_is_reviewed_like_any() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", &FILE.replace('\n', "\r\n")), (".countersign.toml", "")]);
        std::fs::remove_dir_all(repository.path(".git")).unwrap();
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
        let mut neovim = Neovim::start(release, &repository);
        neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), countersign());
        neovim.open("a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        claude.edit("a.rs", "fn b() {}\r\n", "fn b() {}\r\nfn x() {}\r\n");
        claude.stop();
        // The server may answer with the hunk a moment before it tells that the file is to be read.
        neovim.wait_until("vim.fn.search('fn x', 'nw') > 0 and #require('countersign').hunks() == 1");
        assert_eq!(neovim.text(), FILE.replace("fn c", "fn x() {}\nfn c"));
        neovim.keys("ggOfn mine() {}<Esc>");
        neovim.cursor("fn x");
        neovim.wait_until("require('countersign').hunks()[1].first == 4");
        neovim.command("Countersign revert");
        neovim.wait_until("vim.fn.search('fn x', 'nw') == 0");
        neovim.write();
        assert_eq!(repository.read("a.rs"), format!("fn mine() {{}}\n{FILE}").replace('\n', "\r\n"));
    });
}
