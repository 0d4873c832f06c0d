//! Who wrote what stands in a file, in the editor and on disk, as the server's journal has it: read back by another process, and held
//! against the texts that there really are.

use countersign::store::Store;
use countersign_core::author::Author;
use countersign_core::document::{Act, Document, Record};
use countersign_core::edit::Lineage;
use countersign_core::event::{Fact, What};
use countersign_core::workspace::Workspace;
use ropey::Rope;

use crate::support::repository::Repository;
use crate::weave::pair::authors;
use crate::weave::story::with_gutter;

/// Draws a file with a gutter of authors: `.` as it was, `u` the user, `c` Claude Code, `e` nobody who said so.
pub(super) fn draw(repository: &Repository, path: &str, texts: &[Option<String>; 2]) -> String {
    let mut document = document(repository, path);
    if texts[0].is_some() && texts[0] == texts[1] && document.is_dirty() {
        // What was written while the editor had the file closed came to it with no word of its own.
        document.reloaded();
    }
    let lineages = [("editor", Lineage::Editor, &texts[0]), ("disk", Lineage::Disk, &texts[1])];
    let drawn = lineages.map(|(name, lineage, text)| {
        let text = text.as_ref()?;
        let known = document.text(lineage).to_string();
        assert_eq!(known, *text, "{path}: what the server holds to be in the {name}");
        let names = authors(&document, lineage);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Some(with_gutter(&known, &names))
    });
    match drawn {
        [Some(editor), Some(disk)] if editor == disk => format!("{path}, editor and disk\n{}", indented(&editor)),
        [editor, disk] => {
            let part = |name: &str, drawn: Option<String>| {
                drawn.map_or_else(
                    || format!("{path}, {name}: none\n"),
                    |drawn| format!("{path}, {name}\n{}", indented(&drawn)),
                )
            };
            part("editor", editor) + &part("disk", disk)
        }
    }
}

fn indented(drawn: &str) -> String {
    drawn.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}

/// The file's document as the server has it: all that was journaled, of every file since it may have come from elsewhere, taken over under its
/// number.
fn document(repository: &Repository, path: &str) -> Document {
    let store = Store::open(repository.root()).unwrap();
    let events = store.journal().events_after(0, usize::MAX >> 1).unwrap();
    let facts: Vec<Fact> = events
        .iter()
        .map(|event| {
            let mut fact: Fact = serde_json::from_str(&event.body).unwrap();
            if let (What::Began { text, .. }, Some(hash)) = (&mut fact.what, event.blobs.first()) {
                *text = String::from_utf8(store.journal().blob(hash).unwrap().unwrap()).unwrap();
            }
            fact
        })
        .collect();
    let records = facts.iter().filter_map(|fact| match &fact.what {
        What::Text(record) => Some(record),
        _ => None,
    });
    let mut workspace = Workspace::new(editors_process(records));
    for fact in &facts {
        workspace.recall(fact).unwrap();
        if let (What::Began { text, .. }, Some(path)) = (&fact.what, &fact.path) {
            let file = workspace.file_mut(path).unwrap();
            file.document.opened(Rope::from_str(text), &Act::user(0));
        }
    }
    workspace.file(path).expect("the file is followed").document.clone()
}

/// The number of the process that has an editor.
fn editors_process<'a>(mut records: impl Iterator<Item = &'a Record>) -> u32 {
    let of_editor = records.find_map(|record| match record {
        Record::Edited(edit) if edit.place == Lineage::Editor => Some(edit.id.process),
        Record::Synced { lineage: Lineage::Editor, process, .. } => Some(*process),
        _ => None,
    });
    of_editor.unwrap_or(u32::MAX)
}

/// How each author is named, for the gutter's letters to be told apart.
#[test]
fn authors_have_letters_of_their_own() {
    let letters = [Author::User, Author::External, Author::agent("claude-code", "s1")].map(|author| author.to_string());
    assert_eq!(letters.map(|name| name.chars().next()), [Some('u'), Some('e'), Some('c')]);
}
