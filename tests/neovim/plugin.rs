//! The plugin: what it draws, its motions and commands, and what it does when its server dies.

use std::path::Path;

use expect_test::{Expect, expect};
use rmpv::Value;

use super::{FILE, WITH_AGENT};
use crate::support::agent::{ClaudeCode, Hook, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

/// Kills the server's process.
pub(super) const KILL: &str = "local out = vim.fn.systemlist({ 'pgrep', '-P', tostring(vim.fn.getpid()), '-f', 'lsp' })
    -- Neovim says that a server ended, in more than a line.
    vim.notify = function() end
    vim.uv.kill(tonumber(out[1]), 'sigkill')";

/// A workspace that is open in a Neovim with the plugin, and an agent at work in it.
pub(super) struct Scene<'a> {
    pub(super) repository: &'a Repository,
    pub(super) claude: ClaudeCode<'a>,
    pub(super) neovim: Neovim,
}

/// `a.rs` is open; `b.txt` lies beside it.
pub(super) fn scene(test: impl Fn(&mut Scene<'_>)) {
    scene_with("", &countersign_hook("claude-code"), test);
}

/// The same with this policy, and what starts the agent's hooks.
pub(super) fn scene_with(policy: &str, hook: &Hook, test: impl Fn(&mut Scene<'_>)) {
    on_each(|release| {
        let files = [("a.rs", FILE), ("b.txt", "one\ntwo\nthree\n"), (".countersign.toml", policy)];
        let repository = Repository::new(&files);
        let claude = ClaudeCode::start(&repository, hook.clone(), "session-1");
        let mut neovim = Neovim::start(release, &repository);
        neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), countersign());
        neovim.open("a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        test(&mut Scene { repository: &repository, claude, neovim });
    });
}

impl Scene<'_> {
    /// The agent adds two lines below `b`, takes `two` out of the other file, and is done. No key is touched.
    pub(super) fn agent_writes(&mut self) {
        self.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        self.claude.edit("b.txt", "two\n", "");
        self.claude.stop();
        self.wait_for_hunks("agent 3-4");
        self.neovim.wait_until("require('countersign').status().pending == 2");
        assert_eq!(self.neovim.text(), WITH_AGENT);
    }

    /// Waits until the plugin knows of these hunks in the current buffer: their kinds and lines.
    pub(super) fn wait_for_hunks(&mut self, wanted: &str) {
        let found = "table.concat(vim.tbl_map(function(hunk)
            return ('%s %d-%d'):format(hunk.author.kind, hunk.first, hunk.last)
          end, require('countersign').hunks()), ', ')";
        self.neovim.wait_until(&format!("({found}) == '{wanted}'"));
    }

    /// What the plugin draws in the current buffer, in the order of the lines.
    pub(super) fn drawn(&mut self) -> String {
        let draw = "local out = {}
            local namespace = vim.api.nvim_get_namespaces().countersign
            for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
              local row, has = mark[2] + 1, mark[4]
              if has.sign_text then table.insert(out, ('%d sign %s %s'):format(row, vim.trim(has.sign_text), has.sign_hl_group)) end
              if has.virt_text then table.insert(out, ('%d text %s'):format(row, has.virt_text[1][1])) end
              for _, line in ipairs(has.virt_lines or {}) do
                table.insert(out, ('%d %s %s'):format(row, has.virt_lines_above and 'above' or 'below', line[1][1]))
              end
            end
            return table.concat(out, '\\n') .. '\\n'";
        self.neovim.lua(draw, &[]).as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn wait_for_text(&mut self, expected: &str) {
        let wait = "local wanted = ...
            return vim.wait(10000, function()
              return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n') .. '\\n' == wanted
            end, 5)";
        self.neovim.lua(wait, &[Value::from(expected)]);
        assert_eq!(self.neovim.text(), expected);
    }

    fn shows(&mut self, expected: &Expect) {
        expected.assert_eq(&self.drawn());
    }

    fn line(&mut self) -> u64 {
        self.neovim.lua("return vim.fn.line('.')", &[]).as_u64().unwrap_or_default()
    }

    fn list(&mut self, items: &str) -> String {
        let said = format!(
            "return table.concat(vim.tbl_map(function(item)
              return ('%s:%d-%d %s %s\\n'):format(vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ':t'), item.lnum, item.end_lnum, item.type, item.text)
            end, {items}), '')"
        );
        self.neovim.lua(&said, &[]).as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn signs_and_words_stand_at_the_agents_lines_and_go_along_with_what_is_typed() {
    scene(|scene| {
        scene.agent_writes();
        scene.shows(&expect![[r#"
            3 sign a CountersignAgent
            3 text claude-code · claude-opus-4-5
            4 sign a CountersignAgent
        "#]]);
        scene.neovim.wait_for_screen("a fn x() {} claude-code · claude-opus-4-5\na fn y() {}");
        scene.neovim.keys("ggOfn above() {}<Esc>");
        scene.shows(&expect![[r#"
            4 sign a CountersignAgent
            4 text claude-code · claude-opus-4-5
            5 sign a CountersignAgent
        "#]]);
        scene.neovim.cursor("fn y() {");
        scene.neovim.keys("f{a mine() <Esc>");
        scene.wait_for_hunks("mixed 4-5");
        scene.shows(&expect![[r#"
            4 sign m CountersignMixed
            4 text claude-code · claude-opus-4-5, 1 of your lines in it
            5 sign m CountersignMixed
        "#]]);
    });
}

#[test]
fn lines_that_are_gone_are_marked_and_shown_where_that_is_switched_on() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.open("b.txt");
        scene.wait_for_hunks("agent 2-1");
        scene.neovim.command("Countersign toggle removed");
        scene.shows(&expect![[r#"
            2 sign a- CountersignAgent
            2 text claude-code · claude-opus-4-5 -1
            2 above - two
        "#]]);
        scene.neovim.command("Countersign toggle signs");
        scene.neovim.command("Countersign toggle text");
        scene.neovim.command("Countersign toggle removed");
        assert_eq!(scene.drawn().trim(), "");
    });
}

#[test]
fn a_hunk_is_reverted_under_the_cursor_and_undo_brings_it_back() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.cursor("fn c");
        scene.neovim.command("Countersign revert");
        scene.neovim.wait_for_screen("countersign: no hunk on this line");
        scene.neovim.cursor("fn y");
        scene.neovim.command("Countersign revert");
        scene.wait_for_text(FILE);
        scene.wait_for_hunks("");
        scene.neovim.keys("u");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
        scene.neovim.keys(":Countersign accept<CR>");
        scene.wait_for_hunks("");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
        scene.neovim.wait_until("require('countersign').status().pending == 1");
    });
}

#[test]
fn undo_takes_back_a_revert_alone_where_no_key_came_before_it() {
    scene(|scene| {
        scene.agent_writes();
        let revert = "vim.api.nvim_buf_set_lines(0, 0, 0, true, { '// by a program' })
            vim.cmd('4Countersign revert')
            return vim.wait(10000, function() return vim.fn.line('$') == 4 end, 5)";
        assert_eq!(scene.neovim.lua(revert, &[]).as_bool(), Some(true));
        assert_eq!(scene.neovim.text(), format!("// by a program\n{FILE}"));
        scene.neovim.keys("u");
        assert_eq!(scene.neovim.text(), format!("// by a program\n{WITH_AGENT}"));
        scene.neovim.keys("u");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
    });
}

#[test]
fn all_hunks_of_a_selection_of_the_file_and_of_the_session_go_at_once() {
    scene(|scene| {
        scene.claude.edit("a.rs", "fn a() {}\n", "fn w() {}\nfn a() {}\n");
        scene.claude.edit("a.rs", "fn c() {}\n", "fn c() {}\nfn z() {}\n");
        scene.claude.edit("b.txt", "two\n", "");
        scene.claude.stop();
        scene.wait_for_hunks("agent 1-1, agent 5-5");
        scene.neovim.command("%Countersign revert");
        scene.wait_for_text(FILE);
        scene.neovim.keys("u");
        scene.wait_for_hunks("agent 1-1, agent 5-5");
        scene.neovim.command("Countersign revert file");
        scene.wait_for_text(FILE);
        scene.neovim.keys("u");
        scene.wait_for_hunks("agent 1-1, agent 5-5");
        scene.neovim.command("1");
        scene.neovim.command("Countersign revert session");
        scene.wait_for_text(FILE);
        scene.neovim.wait_until("require('countersign').status().pending == 0");
        assert_eq!(scene.repository.read("b.txt"), "one\ntwo\nthree\n", "it is open nowhere");
    });
}

#[test]
fn an_edit_of_a_text_that_has_moved_on_is_refused_and_said() {
    scene(|scene| {
        scene.agent_writes();
        let edit = "local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            local line = { start = { line = 1, character = 0 }, ['end'] = { line = 2, character = 0 } }
            local change = {
              textDocument = { uri = vim.uri_from_bufnr(0), version = 0 },
              edits = { { range = line, newText = '' } },
            }
            return client.handlers['workspace/applyEdit'](nil, { edit = { documentChanges = { change } } }, { client_id = client.id }).applied";
        scene.neovim.keys("ggOfn mine() {}<Esc>");
        let typed = scene.neovim.text();
        assert_eq!(scene.neovim.lua(edit, &[]).as_bool(), Some(false));
        assert_eq!(scene.neovim.text(), typed);
        scene.neovim.wait_for_screen("the text has changed meanwhile: nothing was done");
        scene.neovim.command("write");
        scene.neovim.open("b.txt");
        scene.wait_for_hunks("agent 2-1");
        assert_eq!(scene.neovim.text(), "one\nthree\n");
        assert_eq!(scene.neovim.lua(edit, &[]).as_bool(), Some(true), "this one was just read");
        assert_eq!(scene.neovim.text(), "one\n");
    });
}

#[test]
fn an_edit_that_cannot_be_done_is_said() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("setlocal nomodifiable");
        scene.neovim.cursor("fn y");
        scene.neovim.command("Countersign revert");
        let said = "table.concat(require('countersign.say').history(), '\\n')";
        scene.neovim.wait_until(&format!("{said}:find('nothing was done: ', 1, true)"));
        let said = scene.neovim.lua(&format!("return {said}"), &[]).as_str().unwrap_or_default().to_owned();
        assert!(!said.contains(".lua:"), "{said}");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
    });
}

#[test]
fn motions_go_from_hunk_to_hunk_and_a_hunk_is_a_text_object() {
    scene(|scene| {
        scene.claude.edit("a.rs", "fn a() {}\n", "fn w() {}\nfn a() {}\n");
        scene.claude.edit("a.rs", "fn c() {}\n", "fn c() {}\nfn y() {}\nfn z() {}\n");
        scene.wait_for_hunks("agent 1-1, agent 5-6");
        let keys = "vim.keymap.set({ 'n', 'x', 'o' }, ']a', '<Plug>(countersign-next)')
            vim.keymap.set({ 'n', 'x', 'o' }, '[a', '<Plug>(countersign-prev)')
            vim.keymap.set({ 'x', 'o' }, 'ia', '<Plug>(countersign-hunk)')";
        scene.neovim.lua(keys, &[]);
        let mut lines = Vec::new();
        for keys in ["3G]a", "]a", "]a", "[a", "[a", "3G2]a"] {
            scene.neovim.keys(keys);
            lines.push(scene.line());
        }
        assert_eq!(lines, [5, 1, 5, 1, 5, 1], "around the end, as searches go");
        scene.neovim.keys("6Gyia");
        assert_eq!(scene.neovim.lua("return vim.fn.getreg('\"')", &[]).as_str(), Some("fn y() {}\nfn z() {}\n"));
        scene.neovim.keys("6Gdia");
        let left = "fn w() {}\nfn a() {}\nfn b() {}\nfn c() {}\n";
        assert_eq!(scene.neovim.text(), left);
        scene.wait_for_hunks("agent 1-1");
        // From here is no way to a hunk: no operator takes the line for one.
        for keys in ["3G>ia", "3Gg~ia", "1G>]a", "1G>[a"] {
            scene.neovim.keys(keys);
            assert_eq!(scene.neovim.text(), left, "{keys}");
            assert_eq!(scene.neovim.lua("return vim.api.nvim_get_mode().mode", &[]).as_str(), Some("n"), "{keys}");
        }
    });
}

#[test]
fn a_message_of_many_lines_is_shown_in_full_and_one_in_no_room_at_all_ends() {
    scene(|scene| {
        scene.neovim.lua("require('countersign.say').warn('first\\nsecond')", &[]);
        scene.neovim.command("Countersign messages");
        assert_eq!(scene.neovim.text(), "first\nsecond\n");
        let shortened = "return require('countersign.say').shortened('long', ...)";
        assert_eq!(scene.neovim.lua(shortened, &[3.into()]).as_str(), Some("lo…"));
        assert_eq!(scene.neovim.lua(shortened, &[Value::from(-5)]).as_str(), Some("…"));
    });
}

#[test]
fn a_sign_of_a_character_that_takes_two_cells_is_drawn_alone() {
    scene(|scene| {
        scene.neovim.lua("require('countersign').setup({ signs = { agent = '🤖' }, virtual_text = false })", &[]);
        scene.agent_writes();
        scene.neovim.open("b.txt");
        scene.wait_for_hunks("agent 2-1");
        scene.shows(&expect![[r#"
            2 sign 🤖 CountersignAgent
        "#]]);
    });
}

#[test]
fn the_quickfix_and_the_location_list_hold_hunks_and_what_is_held_against_them() {
    scene(|scene| {
        scene.agent_writes();
        scene.claude.edit("a.rs", "fn y() {}\n", "fn y() {\n    // TODO: implement\n}\n");
        scene.wait_for_hunks("agent 3-6");
        scene.neovim.wait_until("#(require('countersign').hunks()[1] or { findings = {} }).findings == 1");
        scene.neovim.command("Countersign quickfix");
        scene.neovim.wait_until("#vim.fn.getqflist() == 2");
        expect![[r#"
            a.rs:3-6 W claude-code · claude-opus-4-5, 1 finding +4 -0; placeholder-left: Code is missing here: `// TODO: implement`.
            b.txt:2-2 I claude-code · claude-opus-4-5 +0 -1
        "#]]
        .assert_eq(&scene.list("vim.fn.getqflist()"));
        scene.neovim.command("cclose");
        scene.neovim.open("a.rs");
        scene.wait_for_hunks("agent 3-6");
        scene.neovim.command("Countersign loclist");
        expect![[r#"
            a.rs:3-6 W claude-code · claude-opus-4-5, 1 finding +4 -0; placeholder-left: Code is missing here: `// TODO: implement`.
        "#]]
        .assert_eq(&scene.list("vim.fn.getloclist(0)"));
    });
}

/// What the server is asked with this method goes to `answers` for as long as there is one, and not to the server.
pub(super) const ANSWERS: &str = "local server = require('countersign.server')
    local request = server.request
    server.request = function(client, method, params, done, buffer)
      if method ~= 'countersign/hunks' or not answers then
        return request(client, method, params, done, buffer)
      end
      answers(done, params)
      return true, 1
    end";

#[test]
fn a_list_of_what_could_not_be_asked_does_not_seem_whole() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.lua(ANSWERS, &[]);
        scene.neovim.lua("answers = function(done) done({ message = 'it went wrong' }) end", &[]);
        scene.neovim.command("Countersign quickfix");
        scene.neovim.wait_for_screen("countersign: what awaits review could not be asked");
    });
}

#[test]
fn a_file_whose_hunks_a_dead_server_was_asked_for_while_it_was_closed_has_them_again() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("set hidden");
        scene.neovim.lua(ANSWERS, &[]);
        scene.neovim.lua("answers = function() asked = true end", &[]);
        scene.neovim.open("b.txt");
        scene.neovim.wait_until("asked");
        scene.neovim.command("buffer a.rs");
        scene.neovim.command("bunload b.txt");
        let before = "before = vim.lsp.get_clients({ name = 'countersign' })[1].id";
        scene.neovim.lua(&format!("answers = nil {before} {KILL}"), &[]);
        scene.neovim.wait_until("(vim.lsp.get_clients({ name = 'countersign' })[1] or { id = before }).id ~= before");
        scene.neovim.open("b.txt");
        scene.wait_for_hunks("agent 2-1");
    });
}

#[test]
fn the_status_says_what_awaits_review_in_all_files() {
    scene(|scene| {
        let text = "return require('countersign').status().text";
        assert_eq!(scene.neovim.lua(text, &[]).as_str(), Some(""));
        scene.claude.prompt("Change it");
        scene.neovim.wait_until("require('countersign').status().text == 'an agent is at work'");
        scene.agent_writes();
        scene.neovim.wait_until("require('countersign').status().text == '2 to review'");
        scene.neovim.command("Countersign status");
        scene.neovim.wait_for_screen("countersign: 2 to review");
        scene.neovim.command("Countersign nonsense");
        scene.neovim.wait_for_screen("countersign: `nonsense` is not known: see :help :Countersign");
        let complete = "return table.concat(vim.fn.getcompletion(..., 'cmdline'), ' ')";
        let mut completed =
            |line: &str| scene.neovim.lua(complete, &[line.into()]).as_str().unwrap_or_default().to_owned();
        assert_eq!(completed("Countersign re"), "refresh restart revert review");
        assert_eq!(completed("%Countersign revert file "), "all hunk mine now session wait");
    });
}

#[test]
fn a_file_of_whatever_name_counts_once_before_and_after_it_is_opened() {
    scene(|scene| {
        let path = "a b's é🎉.txt";
        scene.claude.write(path, "one\n");
        scene.neovim.wait_until("require('countersign').status().pending == 1");
        scene.neovim.open(path);
        scene.wait_for_hunks("agent 1-1");
        scene.neovim.keys("Omine<Esc>");
        scene.wait_for_hunks("agent 2-2");
        assert_eq!(scene.neovim.lua("return require('countersign').status().pending", &[]).as_u64(), Some(1));
        scene.neovim.cursor("one");
        scene.neovim.command("Countersign revert");
        scene.wait_for_text("mine\n");
        scene.neovim.wait_until("require('countersign').status().pending == 0");
    });
}

#[test]
fn the_file_is_shown_beside_what_a_revert_would_leave() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("Countersign diff");
        scene.neovim.wait_until("vim.wo.diff and #vim.api.nvim_tabpage_list_wins(0) == 2");
        let other = "for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
              local buffer = vim.api.nvim_win_get_buf(window)
              if vim.bo[buffer].buftype ~= '' then
                return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\\n') .. '\\n'
              end
            end";
        assert_eq!(scene.neovim.lua(other, &[]).as_str(), Some(FILE));
    });
}

#[test]
fn no_key_is_a_request() {
    scene(|scene| {
        scene.agent_writes();
        let count = "local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            requests = 0
            local request = client.rpc.request
            client.rpc.request = function(method, ...)
              requests = requests + 1
              return request(method, ...)
            end";
        scene.neovim.lua(count, &[]);
        scene.neovim.keys("ggO");
        for _ in 0..40 {
            scene.neovim.keys("x");
        }
        scene.neovim.keys("<Esc>");
        scene.wait_for_hunks("agent 4-5");
        let asked = scene.neovim.lua("return requests", &[]).as_u64().unwrap_or(u64::MAX);
        assert!(asked <= 10, "{asked} requests for 40 keys");
    });
}

#[test]
fn its_health_says_what_is_there_and_what_is_missing() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("checkhealth countersign");
        let text = scene.neovim.text();
        let version = binary::run(scene.repository.command(countersign()).arg("--version"), b"").ok();
        let version = version.trim().trim_start_matches("countersign ").to_owned();
        for said in [
            format!("OK {}, version {version}", countersign().display()),
            format!("OK runs for {} with 1 buffer", scene.repository.root().display()),
            format!("OK {}/.countersign.toml", scene.repository.root().display()),
            "WARNING claude-code: no hooks of ours are registered: what it writes would count as external".to_owned(),
            "run `countersign init --agent claude-code`".to_owned(),
        ] {
            assert!(text.contains(&said), "{said:?} is not in\n{text}");
        }
        scene.neovim.lua("require('countersign').setup({ program = '/nowhere/countersign' })", &[]);
        scene.neovim.command("checkhealth countersign");
        assert!(scene.neovim.text().contains("ERROR `countersign` was not found"), "{}", scene.neovim.text());
    });
}

#[test]
fn an_option_that_is_none_is_said_and_the_rest_holds() {
    scene(|scene| {
        let set = "said = {}
            vim.notify = function(text) table.insert(said, text) end
            require('countersign').setup({ sings = false, signs = 3, virtual_text = false })
            return table.concat(said, '\\n')";
        let said = scene.neovim.lua(set, &[]).as_str().unwrap_or_default().to_owned();
        let mut said: Vec<&str> = said.lines().collect();
        said.sort_unstable();
        assert_eq!(
            said,
            ["countersign: setup: `signs` is of the wrong type: number", "countersign: setup: `sings` is no option"]
        );
        scene.agent_writes();
        scene.shows(&expect![[r#"
            3 sign a CountersignAgent
            4 sign a CountersignAgent
        "#]]);
    });
}
