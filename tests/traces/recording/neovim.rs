//! What is done in Neovim, row by row.

use rmpv::Value;

use super::{Disk, FILE, WITH_AGENT, pause, repository, write};
use crate::support::neovim::{Neovim, on_each};
use crate::support::tap::Tap;

struct Desk<'a> {
    disk: Disk<'a>,
    neovim: Neovim,
    tap: Tap,
}

type Row = (&'static str, &'static str, fn(&mut Desk<'_>));

const ROWS: [Row; 28] = [
    ("typing", "Three keys, 50 ms apart, wait for a pause and come as one change", |desk| {
        desk.agents_line();
        desk.neovim.cursor("two");
        desk.neovim.keys("A");
        for key in ["x", "y", "z"] {
            desk.neovim.keys(key);
            pause(50);
        }
        desk.settle();
    }),
    ("save", "A save is told once what is typed was", |desk| {
        desk.agents_line();
        desk.neovim.keys("Gofour<Esc>");
        desk.save(":write<CR>");
    }),
    ("save-of-a-clean-buffer", "A save of a clean buffer is told like any other", |desk| {
        desk.agents_line();
        desk.save(":write<CR>");
    }),
    ("formatter-on-save", "A formatter on save takes blanks off before the file is written", |desk| {
        desk.neovim.command("autocmd BufWritePre * silent! %s/\\s\\+$//e");
        desk.agents_line();
        desk.neovim.cursor("AGENT");
        desk.neovim.keys("A  <Esc>jA mine  <Esc>");
        desk.save(":write<CR>");
    }),
    ("undo-and-redo", "Undo and redo look like any edit", |desk| {
        desk.agents_line();
        desk.neovim.cursor("two");
        desk.neovim.keys("A mine<Esc>");
        desk.settle();
        pause(200);
        desk.neovim.keys("u");
        desk.settle();
        pause(200);
        desk.neovim.keys("<C-r>");
        desk.settle();
    }),
    (
        "rewrite-of-a-clean-buffer",
        "A rewrite from outside is not told until Neovim looks: then the file is closed and opened",
        |desk| {
            desk.agents_line();
            desk.disk.outside_writes("one\nAGENT\ntwo\nthree\noutside\n");
            pause(500);
            desk.look();
        },
    ),
    ("rename-over", "An agent writes another file and renames it over this one", |desk| {
        desk.disk.agent_replaces(WITH_AGENT);
        pause(200);
        desk.look();
    }),
    ("ten-rewrites", "Ten rewrites, 100 ms apart, are one for a Neovim that looks once", |desk| {
        desk.agents_line();
        let mut text = WITH_AGENT.to_owned();
        for n in 0..10 {
            text += &format!("outside {n}\n");
            desk.disk.outside_writes(&text);
            pause(100);
        }
        desk.look();
    }),
    (
        "rewrite-of-a-dirty-buffer-kept",
        "A rewrite under unsaved typing, of which the person is warned: they keep the buffer",
        |desk| {
            desk.dirty_and_rewritten();
            desk.neovim.focus();
            desk.neovim.wait_for_screen("W12");
            desk.neovim.keys("O");
            desk.settle();
        },
    ),
    ("rewrite-of-a-dirty-buffer-loaded", "The same, and they load the file", |desk| {
        desk.dirty_and_rewritten();
        desk.neovim.focus();
        desk.neovim.wait_for_screen("(L)oad File");
        desk.neovim.keys("L");
        desk.neovim.wait_until("not vim.bo.modified");
        desk.settle();
    }),
    ("rewrite-of-a-dirty-buffer-overwritten", "The same, and they write over it", |desk| {
        desk.dirty_and_rewritten();
        desk.save(":write!<CR>");
    }),
    (
        "write-then-typing",
        "An agent's write that Neovim has not seen, a key, and a save that is asked about and not done: didSave comes all the same",
        |desk| {
            desk.disk.agent_writes(WITH_AGENT);
            desk.neovim.cursor("three");
            desk.neovim.keys("A mine<Esc>");
            desk.settle();
            let start = desk.tap.count();
            desk.neovim.keys(":write<CR>");
            desk.neovim.wait_for_screen("(y/n)?");
            desk.neovim.keys("n");
            desk.neovim.wait_for_screen("Press ENTER");
            desk.neovim.keys("<CR>");
            desk.tap.wait_for_editors("textDocument/didSave", start);
        },
    ),
    ("touch", "A file whose bytes stay is closed and opened all the same", |desk| {
        desk.agents_line();
        pause(1100);
        desk.disk.touch();
        pause(100);
        desk.look();
    }),
    ("checkout", "Another branch, checked out in a terminal", |desk| {
        pause(300);
        desk.disk.checkout();
        pause(300);
        desk.look();
    }),
    ("deleted", "The file is deleted; a save makes it again", |desk| {
        desk.agents_line();
        desk.disk.delete();
        pause(200);
        desk.neovim.focus();
        desk.neovim.wait_for_screen("E211");
        desk.neovim.keys("<CR>");
        pause(400);
        desk.save(":write<CR>");
    }),
    ("deleted-and-made-again", "The file is deleted, and an agent makes it again with a line of its own", |desk| {
        desk.disk.delete();
        pause(500);
        desk.disk.agent_writes(WITH_AGENT);
        desk.look();
    }),
    ("renamed-outside", "The file is renamed outside: its buffer keeps the old name", |desk| {
        desk.agents_line();
        desk.disk.rename();
        pause(500);
        desk.neovim.checktime();
    }),
    (
        "saved-under-another-name",
        "The buffer is saved under another name: one file is closed, another opened and saved",
        |desk| {
            desk.agents_line();
            let start = desk.tap.count();
            desk.neovim.keys(":saveas c.txt<CR>");
            let told = desk.tap.wait_for_editors("textDocument/didSave", start);
            desk.disk.editor_wrote(
                "c.txt",
                &desk.tap.heard()[start..=told].iter().find(|heard| heard.from_editor).unwrap().clone(),
            );
        },
    ),
    ("buffer-deleted", "A buffer with typing in it is thrown away", |desk| {
        desk.agents_line();
        desk.neovim.cursor("two");
        desk.neovim.keys("A mine<Esc>");
        desk.settle();
        desk.close(":bdelete!<CR>");
    }),
    ("code-action", "A code action's edit comes back as a change", |desk| {
        desk.agents_line();
        desk.neovim.cursor("two");
        desk.neovim.keys("A mine<Esc>");
        desk.settle();
        desk.neovim.cursor("AGENT");
        desk.neovim.act("Revert this hunk (claude-code)");
        desk.wait_for("one\ntwo mine\nthree\n");
    }),
    ("apply-edit", "What the server wants applied is answered, and told as a change", |desk| {
        desk.agents_line();
        desk.neovim.lua(REVERT, &[]);
        desk.wait_for(FILE);
    }),
    (
        "apply-edit-of-a-file-that-is-not-open",
        "Another server's edit of a file that is not open opens it, unseen and unsaved",
        |desk| {
            desk.disk.agent_writes(WITH_AGENT);
            desk.close(":bdelete!<CR>");
            pause(300);
            let edit = "local at = { line = 0, character = 0 }
            local edits = { { range = { start = at, ['end'] = at }, newText = 'mine\\n' } }
            local uri = vim.uri_from_fname(vim.fn.getcwd() .. '/a.txt')
            vim.lsp.util.apply_workspace_edit({ changes = { [uri] = edits } }, 'utf-16')
            vim.fn.bufload('a.txt')
            vim.cmd.buffer('a.txt')";
            desk.neovim.lua(edit, &[]);
            desk.settle();
        },
    ),
    ("apply-edit-over-unsent-keys", "A revert is asked for while keys have not been sent yet", |desk| {
        desk.agents_line();
        desk.neovim.cursor("three");
        desk.neovim.keys("A mine<Esc>");
        desk.neovim.lua(REVERT, &[]);
        desk.wait_for("one\ntwo\nthree mine\n");
    }),
    ("reload", "Unsaved typing is thrown away for what is on disk", |desk| {
        desk.neovim.cursor("three");
        desk.neovim.keys("A mine<Esc>");
        desk.settle();
        desk.disk.agent_writes(WITH_AGENT);
        desk.neovim.keys(":edit!<CR>");
        desk.wait_for(WITH_AGENT);
    }),
    (
        "undo-after-a-reload",
        "Undo after a reload: a change, a close and an open, with a text that the disk does not have",
        |desk| {
            desk.agents_line();
            pause(300);
            desk.neovim.keys("u");
            desk.wait_for(FILE);
        },
    ),
    ("close", "A clean buffer is closed", |desk| {
        desk.agents_line();
        desk.close(":bdelete<CR>");
    }),
    (
        "line-typed-in-front",
        "A line is deleted with its break, and another typed in its place: for a moment in front of the agent's",
        |desk| {
            desk.agents_line();
            desk.neovim.keys("ggv$cONE<CR><Esc>");
            desk.settle();
        },
    ),
    ("typing-while-the-agent-writes", "Keys before, between and behind an agent's write, all saved", |desk| {
        desk.neovim.keys("ggOabove<Esc>");
        desk.save(":write<CR>");
        desk.disk.agent_writes("above\none\nAGENT\ntwo\nthree\n");
        desk.look();
        desk.neovim.keys("Gobelow<Esc>");
        desk.neovim.cursor("AGENT");
        desk.neovim.keys("omiddle<Esc>");
        desk.save(":write<CR>");
    }),
];

const REVERT: &str = "local get = vim.lsp.get_clients or vim.lsp.get_active_clients
    local argument = { uri = vim.uri_from_bufnr(0), now = true }
    get()[1].request('workspace/executeCommand', { command = 'countersign.revert', arguments = { argument } }, function() end, 0)";

impl Desk<'_> {
    /// The agent writes its line, and Neovim reloads.
    fn agents_line(&mut self) {
        self.disk.agent_writes(WITH_AGENT);
        self.look();
        pause(200);
    }

    fn dirty_and_rewritten(&mut self) {
        self.neovim.cursor("three");
        self.neovim.keys("A mine<Esc>");
        self.settle();
        pause(2100);
        self.disk.agent_writes(WITH_AGENT);
        pause(200);
    }

    fn look(&mut self) {
        self.neovim.checktime();
        self.settle();
    }

    /// Waits until the server was told of the buffer as it is.
    fn settle(&mut self) {
        let text = self.neovim.text();
        self.tap.wait_for_text("a.txt", &text);
    }

    /// Waits until the server was told of this text.
    fn wait_for(&mut self, text: &str) {
        self.tap.wait_for_text("a.txt", text);
        assert_eq!(self.neovim.text(), text);
    }

    fn save(&mut self, keys: &str) {
        let start = self.tap.count();
        self.neovim.keys(keys);
        let told = self.tap.wait_for_editors("textDocument/didSave", start);
        self.disk.editor_wrote("a.txt", &self.tap.heard()[told].clone());
    }

    fn close(&mut self, keys: &str) {
        let start = self.tap.count();
        self.neovim.keys(keys);
        self.tap.wait_for_editors("textDocument/didClose", start);
    }
}

#[test]
#[ignore = "writes the traces of Neovim anew"]
fn record_neovim() {
    let one = std::env::var("COUNTERSIGN_TRACE").unwrap_or_default();
    on_each(|release| {
        if !release.name.contains("0.12") {
            return;
        }
        for (stem, title, play) in ROWS.iter().filter(|(stem, _, _)| stem.contains(&one)) {
            println!("{stem}");
            let repository = repository();
            let (disk, tap) = (Disk::new(&repository), Tap::new(&repository));
            let mut neovim = Neovim::start(release, &repository);
            let server = tap.server();
            neovim.serve("countersign", &server.iter().map(String::as_str).collect::<Vec<_>>());
            neovim.lua("vim.o.autoread = true", &[] as &[Value]);
            neovim.open("a.txt");
            tap.wait_for_editors("textDocument/didOpen", 0);
            pause(200);
            let mut desk = Desk { disk, neovim, tap };
            play(&mut desk);
            pause(400);
            write("neovim", stem, title, &release.name, desk.disk, &desk.tap);
        }
    });
}
