//! The product in a real Neovim, 0.10 and 0.12: an agent writes beside a person who types, and is taken back out.

mod diff;
mod plugin;
mod questions;
mod reloads;
mod review;
mod screen;
mod told;
mod troubles;

use rmpv::Value;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

const FILE: &str = "fn a() {}\nfn b() {}\nfn c() {}\n";
const WITH_AGENT: &str = "fn a() {}\nfn b() {}\nfn x() {}\nfn y() {}\nfn c() {}\n";

struct Scene<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    neovim: Neovim,
}

/// A repository with one file, open in a Neovim that is served, and an agent at work in it.
fn scene(test: impl Fn(&mut Scene<'_>)) {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
        let mut neovim = Neovim::start(release, &repository);
        neovim.serve("countersign", &[countersign().to_str().expect("a path in UTF-8"), "lsp"]);
        neovim.open("a.rs");
        // What is typed and saved before the server is there is nobody's who said so.
        neovim.wait_until("(vim.lsp.get_clients({ bufnr = 0, name = 'countersign' })[1] or {}).initialized");
        test(&mut Scene { repository: &repository, claude, neovim });
    });
}

impl Scene<'_> {
    /// The agent adds two lines below `b`, and Neovim reloads.
    fn agent_writes(&mut self) {
        self.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        self.neovim.checktime();
        assert_eq!(self.neovim.text(), WITH_AGENT);
        self.wait_for_hunks("agent 3-4");
    }

    /// Waits until the server tells of these hunks in the open file: their kind and lines.
    fn wait_for_hunks(&mut self, wanted: &str) {
        let ask = "local wanted = ...
            local found
            for _ = 1, 400 do
              local params = { textDocument = vim.lsp.util.make_text_document_params() }
              local replies = vim.lsp.buf_request_sync(0, 'countersign/hunks', params, 10000) or {}
              found = {}
              for _, reply in pairs(replies) do
                for _, hunk in ipairs((reply.result or {}).hunks or {}) do
                  table.insert(found, ('%s %d-%d'):format(hunk.author.kind, hunk.range.start.line + 1, hunk.range['end'].line))
                end
              end
              found = table.concat(found, ', ')
              if found == wanted then return found end
              vim.wait(25)
            end
            return found";
        let found = self.neovim.lua(ask, &[Value::from(wanted)]);
        assert_eq!(found.as_str(), Some(wanted), "{}", self.neovim.text());
    }

    /// Chooses a code action at a line and waits until the text is what it should make of it.
    fn act(&mut self, at: &str, title: &str, expected: &str) {
        self.neovim.cursor(at);
        self.neovim.act(title);
        let text = Value::from(expected);
        let wait = "local wanted = ...
            vim.wait(10000, function()
              return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n') .. '\\n' == wanted
            end, 5)";
        self.neovim.lua(wait, &[text]);
        assert_eq!(self.neovim.text(), expected);
    }

    fn command(&self, arguments: &[&str]) -> String {
        run(self.repository.command(countersign()).args(arguments), b"").ok()
    }
}

#[test]
fn typing_above_below_between_and_inside_survives_a_revert() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.keys("ggOfn above() {}<Esc>Gofn below() {}<Esc>");
        scene.neovim.cursor("fn x");
        scene.neovim.keys("ofn between() {}<Esc>");
        scene.wait_for_hunks("agent 4-4, agent 6-6");
        scene.neovim.cursor("fn y() {");
        scene.neovim.keys("f{a mine() <Esc>");
        scene.wait_for_hunks("agent 4-4, mixed 6-6");
        let kept =
            "fn above() {}\nfn a() {}\nfn b() {}\nfn between() {}\nfn y() { mine() }\nfn c() {}\nfn below() {}\n";
        scene.act("fn x", "Revert all of the agents' hunks in this file now (an agent is at work)", kept);
        scene.neovim.write();
        assert_eq!(scene.repository.read("a.rs"), kept);
    });
}

#[test]
fn a_hunk_is_reverted_and_undo_brings_it_back_with_its_author() {
    scene(|scene| {
        scene.agent_writes();
        scene.act("fn x", "Revert this hunk (claude-code)", FILE);
        scene.wait_for_hunks("");
        scene.neovim.keys("u");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
    });
}

#[test]
fn a_reload_before_the_report_is_the_agents_all_the_same() {
    scene(|scene| {
        let announced = scene.claude.announce_edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        let response = announced.write(scene.repository);
        scene.neovim.checktime();
        scene.wait_for_hunks("agent 3-4");
        scene.claude.report(&announced, response);
        scene.wait_for_hunks("agent 3-4");
        scene.act("fn x", "Revert this hunk (claude-code)", FILE);
    });
}

#[test]
fn without_a_hook_a_change_is_external_and_stays_until_it_is_named() {
    scene(|scene| {
        scene.agent_writes();
        scene.repository.write("a.rs", &format!("{WITH_AGENT}fn other() {{}}\n"));
        scene.neovim.checktime();
        scene.wait_for_hunks("agent 3-4, external 6-6");
        scene.act(
            "fn x",
            "Revert all of the agents' hunks in this file now (an agent is at work)",
            "fn a() {}\nfn b() {}\nfn c() {}\nfn other() {}\n",
        );
        scene.wait_for_hunks("external 4-4");
        scene.act("fn other", "Revert this hunk (external)", FILE);
    });
}

#[test]
fn what_was_typed_and_not_saved_stands_beside_what_the_agent_wrote() {
    scene(|scene| {
        scene.neovim.keys("Gofn mine() {}<Esc>");
        scene.neovim.write();
        scene.agent_writes_below_b();
        scene.neovim.checktime();
        scene.wait_for_hunks("agent 3-3");
        scene.neovim.keys("ggOfn more() {}<Esc>");
        scene.wait_for_hunks("agent 4-4");
        let kept = "fn more() {}\nfn a() {}\nfn b() {}\nfn c() {}\nfn mine() {}\n";
        scene.act("fn x", "Revert this hunk (claude-code)", kept);
    });
}

impl Scene<'_> {
    fn agent_writes_below_b(&mut self) {
        self.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\n");
    }
}

#[test]
fn a_session_is_reverted_from_the_command_line_and_the_editor_follows() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.keys("Gofn mine() {}<Esc>");
        scene.neovim.write();
        // What stands behind the save is answered once the server knows of it: before, the file has unsaved changes.
        scene.wait_for_hunks("agent 3-4");
        scene.claude.stop();
        scene.command(&["revert", "--session", "session-1", "--yes"]);
        let kept = format!("{FILE}fn mine() {{}}\n");
        assert_eq!(scene.repository.read("a.rs"), kept);
        scene.neovim.checktime();
        assert_eq!(scene.neovim.text(), kept);
        scene.wait_for_hunks("");
        assert!(scene.command(&["log", "--verify"]).contains("are as they were written"));
    });
}

#[test]
fn a_file_that_is_formatted_on_save_keeps_its_agents_lines() {
    scene(|scene| {
        scene.agent_writes();
        // As a formatter does it that only takes blanks off at line ends.
        scene.neovim.command("autocmd BufWritePre * silent! %s/\\s\\+$//e");
        scene.neovim.cursor("fn c");
        scene.neovim.keys("A  <Esc>");
        scene.neovim.write();
        assert_eq!(scene.repository.read("a.rs"), WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
        scene.act("fn x", "Revert this hunk (claude-code)", FILE);
    });
}

#[test]
fn a_server_that_was_killed_comes_back_and_knows_all() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.keys("Gofn mine() {}<Esc>");
        scene.neovim.write();
        scene.wait_for_hunks("agent 3-4");
        let restart = "for _, client in ipairs(vim.lsp.get_clients()) do client.stop(true) end
            return vim.wait(10000, function() return #vim.lsp.get_clients() == 0 end, 5)";
        assert_eq!(scene.neovim.lua(restart, &[]), Value::from(true));
        scene.neovim.command("edit");
        scene.wait_for_hunks("agent 3-4");
        scene.act("fn x", "Revert this hunk (claude-code)", &format!("{FILE}fn mine() {{}}\n"));
    });
}
