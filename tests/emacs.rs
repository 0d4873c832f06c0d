//! The product in a real Emacs with the configuration that its page shows.

use std::path::Path;
use std::thread;

use crate::support::agent::{ClaudeCode, hook_of_an_agent};
use crate::support::emacs::Emacs;
use crate::support::repository::Repository;

const FILE: &str = "def a():\n    pass\n\n\ndef c():\n    pass\n";
const POLICY: &str = "[scope]\nask = [\"b.txt\"]\n";

/// The first piece of Lisp on the page.
fn configuration() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/emacs/README.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let lisp = page.split("```elisp\n").nth(1).and_then(|rest| rest.split("```").next());
    lisp.expect("it shows some").to_owned()
}

/// Waits until the server tells of so many hunks of each kind: agents' alone, mixed.
fn wait_for_hunks(emacs: &Emacs, wanted: (u64, u64)) {
    emacs.tap.wait_for_last("countersign/didChangeHunks", "a.py", |params| {
        let count = |name: &str| params["counts"][name].as_u64().unwrap_or(u64::MAX);
        (count("agent"), count("mixed")) == wanted
    });
}

#[test]
fn an_agents_hunk_is_shown_and_taken_back_and_what_it_asks_is_answered() {
    let repository = Repository::new(&[("a.py", FILE), ("b.txt", "one\ntwo\n"), (".countersign.toml", POLICY)]);
    let Some(mut emacs) = Emacs::start(&repository, &configuration(), "a.py") else { return };
    let mut claude = ClaudeCode::start(&repository, hook_of_an_agent(), "session-1");
    claude.prompt("Add a function");
    claude.edit("a.py", "def c():\n", "def x():\n    return eval(input())\n\n\ndef c():\n");
    // It follows the disk by itself.
    let with_agent = FILE.replace("def c", "def x():\n    return eval(input())\n\n\ndef c");
    emacs.tap.wait_for_text("a.py", &with_agent);
    wait_for_hunks(&emacs, (1, 0));
    emacs.wait_for_screen("Flymake[1 0]");

    emacs.goto(1);
    let typed = format!("import os\n{with_agent}");
    emacs.type_in("a.py", "import os\r", &typed);
    emacs.goto(7);
    // It asks for hints where it draws anew.
    emacs.wait_for_screen("def x(): claude-code · claude-opus-4-5, 1 finding");
    emacs.keys("\x05");
    let typed = typed.replace("eval(input())", "eval(input())  # mine");
    emacs.type_in("a.py", "  # mine", &typed);
    wait_for_hunks(&emacs, (0, 1));
    emacs.act("Revert claude-code's part of this hunk, keep mine");
    let kept = format!("import os\n{FILE}").replace("def c", "    return eval(input())  # mine\ndef c");
    emacs.tap.wait_for_text("a.py", &kept);
    emacs.type_in("a.py", "\x1f", &typed);
    wait_for_hunks(&emacs, (0, 1));
    emacs.save();
    assert_eq!(repository.read("a.py"), typed);

    let said = thread::scope(|scope| {
        let hook = scope.spawn(|| claude.announce_edit("b.txt", "two\n", "2\n").reply.decision().to_owned());
        emacs.wait_for_screen("claude-code asks for leave");
        emacs.goto(1);
        emacs.act("Deny (claude-code)");
        hook.join().expect("the hook answers")
    });
    assert_eq!(said, "deny");
}
