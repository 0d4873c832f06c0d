//! Saves that several processes see.

use countersign_core::author::Author;
use countersign_core::blame::blame;
use countersign_core::document::{Act, Document, Record};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::weave::Splice;
use ropey::Rope;

#[test]
fn a_save_that_another_process_took_for_nobodys_is_the_users() {
    let first = Rope::from_str("a\nb\n");
    let mut server = Document::new(first.clone(), 1);
    server.opened(first.clone(), &Act::user(0));
    let mut typed = server.typed(&[Splice::new(2..2, "mine\n")], &Act::user(0));
    typed.extend(server.flush());
    // A hook reads the file before the server told of what was typed into it.
    let mut hook = Document::new(first, 2);
    let seen = hook.observe(Lineage::Disk, Rope::from_str("a\nmine\nb\n"), &Act::external(0));
    for record in &seen {
        server.fold(record).expect("it names the first text alone");
    }
    let records = server.own_save(&Act::user(0));
    assert_eq!(records.len(), 1);
    let author = |document: &Document| blame(document, Lineage::Disk, 2..7)[0].edit.author.clone();
    assert_eq!(author(&server), Author::User);
    assert_eq!(server.text(Lineage::Disk).to_string(), "a\nmine\nb\n");
    for record in typed.iter().chain(&records) {
        hook.fold(record).expect("it names what is known");
    }
    assert_eq!(author(&hook), Author::User);
    assert_eq!(server.own_save(&Act::user(0)), []);
}

#[test]
fn a_save_that_was_taken_for_nobodys_before_an_agent_wrote_is_the_users_too() {
    let first = Rope::from_str("a\nb\n");
    let mut server = Document::new(first.clone(), 1);
    server.opened(first.clone(), &Act::user(0));
    server.typed(&[Splice::new(2..2, "mine\n")], &Act::user(0));
    let mut hook = Document::new(first, 2);
    let mut seen = hook.observe(Lineage::Disk, Rope::from_str("a\nmine\nb\n"), &Act::external(0));
    let agent = Act::agent(Author::agent("claude-code", "s1"), Evidence::Content, 0);
    seen.extend(hook.observe(Lineage::Disk, Rope::from_str("a\nmine\nB\n"), &agent));
    for record in &seen {
        server.fold(record).expect("it names what is known");
    }
    assert_eq!(server.own_save(&Act::user(0)).len(), 1);
    let author = |bytes| blame(&server, Lineage::Disk, bytes)[0].edit.author.to_string();
    assert_eq!((author(2..7), author(7..9)), ("user".to_owned(), "claude-code".to_owned()));
    assert_eq!(server.own_save(&Act::user(0)), []);
}

/// A revert that was killed once it had written, say: the editor shows it as typed, a hook as an earlier text that came back.
#[test]
fn after_a_save_the_editor_and_the_disk_are_one_whatever_another_process_took_it_for() {
    let agent = |name| Act::agent(Author::agent("claude-code", name), Evidence::Content, 0);
    let first = Rope::from_str("a\nb\n");
    let mut server = Document::new(first.clone(), 1);
    server.opened(first.clone(), &Act::user(0));
    let mut hook = Document::new(first, 2);
    let told = |records: Vec<Record>, document: &mut Document| {
        records.iter().for_each(|record| document.fold(record).expect("it names what is known"));
    };
    let sees = |hook: &mut Document, text: &str, act: &Act| hook.observe(Lineage::Disk, Rope::from_str(text), act);
    let types = |server: &mut Document, change: Splice| {
        let mut records = server.typed(&[change], &Act::user(0));
        records.extend(server.flush());
        records
    };
    told(sees(&mut hook, "a\nits\nb\n", &agent("s1")), &mut server);
    told(types(&mut server, Splice::new(2..2, "its\n")), &mut hook);
    // It is taken out for both before either is heard of by the other, and so is a line saved.
    for (change, text) in [(Splice::new(2..6, ""), "a\nb\n"), (Splice::new(2..2, "mine\n"), "a\nmine\nb\n")] {
        let (typed, seen) = (types(&mut server, change), sees(&mut hook, text, &Act::external(0)));
        told(typed, &mut hook);
        told(seen, &mut server);
    }
    told(server.own_save(&Act::user(0)), &mut hook);
    // What the agent writes next is its own, when the editor shows it too.
    told(sees(&mut hook, "a\nmine\nnext\nb\n", &agent("s2")), &mut server);
    types(&mut server, Splice::new(7..7, "next\n"));
    let authors = |of| {
        let runs = blame(&server, of, 0..server.text(of).len_bytes());
        runs.iter().map(|run| run.edit.author.to_string()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!([Lineage::Editor, Lineage::Disk].map(authors), ["nobody, user, claude-code, nobody"; 2]);
}

#[test]
fn what_stood_on_disk_when_the_user_typed_it_is_the_users_once_it_is_saved() {
    // A server that starts late finds the text on disk, then hears how the editor came to it.
    let saved = Rope::from_str("a\nmine\nb\n");
    let mut server = Document::new(saved.clone(), 1);
    server.opened(Rope::from_str("a\nb\n"), &Act::user(0));
    for (at, key) in "mine\n".char_indices() {
        server.typed(&[Splice::new(2 + at..2 + at, key)], &Act::user(0));
    }
    server.own_save(&Act::user(0));
    let agent = Act::agent(Author::agent("claude-code", "s1"), Evidence::Content, 0);
    server.observe(Lineage::Disk, Rope::from_str("a\nmine\nB\n"), &agent);
    // The editor reloads it, all in one change.
    server.typed(&[Splice::new(0..saved.len_bytes(), "a\nmine\nB\n")], &Act::user(0));
    let author = |bytes| blame(&server, Lineage::Disk, bytes)[0].edit.author.to_string();
    assert_eq!((author(2..7), author(7..9)), ("user".to_owned(), "claude-code".to_owned()));
    let in_editor = blame(&server, Lineage::Editor, 7..9)[0].edit.author.to_string();
    assert_eq!(in_editor, "claude-code");
}
