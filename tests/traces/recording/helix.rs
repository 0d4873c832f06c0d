//! What is done in Helix, row by row.

use super::{Disk, FILE, OTHER, WITH_AGENT, pause, repository, write};
use crate::support::helix::{Helix, releases};

struct Desk<'a> {
    disk: Disk<'a>,
    helix: Helix,
}

type Row = (&'static str, &'static str, fn(&mut Desk<'_>));

const MINE: &str = "one\ntwo\nthree mine\n";

const ROWS: [Row; 24] = [
    ("typing", "Three keys, 50 ms apart, are three changes", |desk| {
        desk.agents_line();
        desk.helix.goto(3);
        desk.helix.keys("A");
        for (key, text) in [("x", "twox"), ("y", "twoxy"), ("z", "twoxyz")] {
            desk.helix.type_in("a.txt", key, &WITH_AGENT.replace("two", text));
            pause(50);
        }
    }),
    ("save", "A save is told behind the keys", |desk| {
        desk.agents_line();
        desk.helix.goto(4);
        desk.helix.type_in("a.txt", "ofour\x1b", "one\nAGENT\ntwo\nthree\nfour\n");
        desk.save("write");
    }),
    ("save-of-a-clean-buffer", "A save of a clean buffer is told like any other", |desk| {
        desk.agents_line();
        desk.save("write");
    }),
    ("formatter-on-save", "A formatter on save takes blanks off before the file is written", |desk| {
        desk.agents_line();
        desk.helix.goto(2);
        desk.helix.type_in("a.txt", "A  \x1bjA mine  \x1b", "one\nAGENT  \ntwo mine  \nthree\n");
        desk.save("write");
    }),
    ("undo-and-redo", "Undo and redo look like any edit", |desk| {
        desk.agents_line();
        desk.helix.goto(3);
        desk.helix.type_in("a.txt", "A mine\x1b", "one\nAGENT\ntwo mine\nthree\n");
        pause(200);
        desk.helix.type_in("a.txt", "u", WITH_AGENT);
        pause(200);
        desk.helix.type_in("a.txt", "U", "one\nAGENT\ntwo mine\nthree\n");
    }),
    ("rewrite-of-a-clean-buffer", "A rewrite from outside is not told, and loaded when the person says so", |desk| {
        desk.agents_line();
        let text = "one\nAGENT\ntwo\nthree\noutside\n";
        desk.disk.outside_writes(text);
        pause(800);
        desk.helix.reload("a.txt", text);
    }),
    ("rewrite-that-is-not-loaded", "An agent's write that Helix is never told to load", |desk| {
        desk.disk.agent_writes(WITH_AGENT);
        pause(500);
    }),
    ("rename-over", "An agent writes another file and renames it over this one", |desk| {
        desk.disk.agent_replaces(WITH_AGENT);
        pause(200);
        desk.helix.reload("a.txt", WITH_AGENT);
    }),
    ("ten-rewrites", "Ten rewrites, 100 ms apart, are one for a Helix that is told once", |desk| {
        desk.agents_line();
        let mut text = WITH_AGENT.to_owned();
        for n in 0..10 {
            text += &format!("outside {n}\n");
            desk.disk.outside_writes(&text);
            pause(100);
        }
        desk.helix.reload("a.txt", &text);
    }),
    (
        "rewrite-of-a-dirty-buffer-refused",
        "A rewrite under unsaved typing: a save is refused, and nothing sent",
        |desk| {
            desk.dirty_and_rewritten();
            desk.helix.command("write");
            desk.helix.wait_for_screen("modified by an external process");
        },
    ),
    ("rewrite-of-a-dirty-buffer-overwritten", "The same, and the person writes over it", |desk| {
        desk.dirty_and_rewritten();
        desk.save("write!");
    }),
    ("rewrite-of-a-dirty-buffer-loaded", "The same, and they load the file", |desk| {
        desk.dirty_and_rewritten();
        desk.helix.reload("a.txt", WITH_AGENT);
    }),
    ("undo-of-a-reload", "They load the file and take that back: their typing is there again, unsaved", |desk| {
        desk.dirty_and_rewritten();
        desk.helix.reload("a.txt", WITH_AGENT);
        pause(300);
        desk.helix.type_in("a.txt", "u", MINE);
    }),
    ("write-then-typing", "An agent's write that Helix has not loaded, and a key", |desk| {
        desk.disk.agent_writes(WITH_AGENT);
        pause(300);
        desk.helix.goto(3);
        desk.helix.type_in("a.txt", "A mine\x1b", MINE);
    }),
    ("touch", "A file whose bytes stay: nothing is told", |desk| {
        desk.agents_line();
        desk.disk.touch();
        pause(300);
    }),
    ("checkout", "Another branch, checked out in a terminal, and all files loaded", |desk| {
        pause(300);
        desk.disk.checkout();
        pause(500);
        desk.helix.command("reload-all");
        desk.helix.tap.wait_for_text("a.txt", OTHER);
    }),
    ("deleted", "The file is deleted; a save makes it again", |desk| {
        desk.agents_line();
        desk.disk.delete();
        pause(600);
        desk.save("write");
    }),
    ("renamed-outside", "The file is renamed outside: its buffer keeps the old name", |desk| {
        desk.agents_line();
        desk.disk.rename();
        pause(500);
    }),
    ("renamed-in-the-editor", "The file is renamed in the editor", |desk| {
        desk.agents_line();
        let start = desk.helix.tap.count();
        desk.helix.command("move ./c.txt");
        let told = desk.helix.tap.wait_for_editors("textDocument/didClose", start);
        let heard = desk.helix.tap.heard()[told].clone();
        desk.helix.tap.wait_for_editors("textDocument/didOpen", start);
        pause(200);
        desk.disk.editor_renamed("a.txt", "c.txt", &heard);
    }),
    ("buffer-closed", "A buffer with typing in it is thrown away", |desk| {
        desk.agents_line();
        desk.helix.goto(3);
        desk.helix.type_in("a.txt", "A mine\x1b", "one\nAGENT\ntwo mine\nthree\n");
        desk.close("buffer-close!");
    }),
    ("close", "A clean buffer is closed", |desk| {
        desk.agents_line();
        desk.close("buffer-close");
    }),
    ("code-action", "A code action's edit comes back as a change", |desk| {
        desk.agents_line();
        desk.helix.goto(3);
        desk.helix.type_in("a.txt", "A mine\x1b", "one\nAGENT\ntwo mine\nthree\n");
        desk.helix.goto(2);
        desk.helix.act("Revert this hunk (claude-code)");
        desk.helix.tap.wait_for_text("a.txt", "one\ntwo mine\nthree\n");
    }),
    ("undo-after-a-reload", "A reload is taken back: the buffer has what the disk has not", |desk| {
        desk.agents_line();
        pause(300);
        desk.helix.type_in("a.txt", "u", FILE);
    }),
    ("typing-while-the-agent-writes", "Keys before, between and behind an agent's write, all saved", |desk| {
        desk.helix.type_in("a.txt", "ggOabove\x1b", "above\none\ntwo\nthree\n");
        desk.save("write");
        let text = "above\none\nAGENT\ntwo\nthree\n";
        desk.disk.agent_writes(text);
        desk.helix.reload("a.txt", text);
        desk.helix.goto(5);
        desk.helix.type_in("a.txt", "obelow\x1b", "above\none\nAGENT\ntwo\nthree\nbelow\n");
        desk.helix.goto(3);
        desk.helix.type_in("a.txt", "omiddle\x1b", "above\none\nAGENT\nmiddle\ntwo\nthree\nbelow\n");
        desk.save("write");
    }),
];

impl Desk<'_> {
    /// The agent writes its line, and Helix is told to load it.
    fn agents_line(&mut self) {
        self.disk.agent_writes(WITH_AGENT);
        self.helix.reload("a.txt", WITH_AGENT);
        pause(200);
    }

    fn dirty_and_rewritten(&mut self) {
        self.helix.goto(3);
        self.helix.type_in("a.txt", "A mine\x1b", MINE);
        pause(700);
        self.disk.agent_writes(WITH_AGENT);
        pause(200);
    }

    fn save(&mut self, command: &str) {
        let start = self.helix.tap.count();
        self.helix.write(command);
        let told = self.helix.tap.wait_for_editors("textDocument/didSave", start);
        self.disk.editor_wrote("a.txt", &self.helix.tap.heard()[told].clone());
    }

    fn close(&mut self, command: &str) {
        let start = self.helix.tap.count();
        self.helix.command(command);
        self.helix.tap.wait_for_editors("textDocument/didClose", start);
    }
}

#[test]
#[ignore = "writes the traces of Helix anew"]
fn record_helix() {
    let one = std::env::var("COUNTERSIGN_TRACE").unwrap_or_default();
    let newest = releases().pop().expect("a Helix");
    for (stem, title, play) in ROWS.iter().filter(|(stem, _, _)| stem.contains(&one)) {
        println!("{stem}");
        let repository = repository();
        let disk = Disk::new(&repository);
        let formatter =
            if *stem == "formatter-on-save" { "formatter = { command = 'sed', args = ['s/ *$//'] }" } else { "" };
        let helix = Helix::start(&newest, &repository, "a.txt", formatter);
        pause(300);
        let mut desk = Desk { disk, helix };
        play(&mut desk);
        pause(400);
        write("helix", stem, title, &newest.name, desk.disk, &desk.helix.tap);
    }
}
