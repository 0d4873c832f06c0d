//! Text that neither the editor nor the disk has any more though nobody deleted it: which is, and how it comes back.

use std::collections::BTreeSet;

use countersign_core::document::{Act, Document};
use countersign_core::dropped::dropped;
use countersign_core::edit::{EditId, Lineage};
use countersign_core::weave::Splice;
use ropey::Rope;

fn open(text: &str) -> Document {
    let mut document = Document::new(Rope::from_str(text), 1);
    document.opened(Rope::from_str(text), &Act::user(0));
    document
}

fn types(document: &mut Document, before: &str, text: &str) {
    let at = document.text(Lineage::Editor).to_string().find(before).expect("it is there");
    document.typed(&[Splice::new(at..at, text)], &Act::user(0));
    document.flush();
}

fn listed(document: &Document) -> Vec<String> {
    dropped(document, &BTreeSet::new()).into_iter().map(|lost| lost.text).collect()
}

/// Brings back all that can come back, the first first; the text on disk then.
fn restored(document: &mut Document) -> String {
    while let Some(plan) = dropped(document, &BTreeSet::new()).iter().find_map(|lost| lost.plan(document)) {
        document.carry_out(&plan, &Act::user(0));
    }
    document.text(Lineage::Disk).to_string()
}

#[test]
fn typing_that_a_reload_dropped_comes_back_to_its_place() {
    let mut document = open("a\nb\nc\n");
    types(&mut document, "b", "one\ntwo\n");
    types(&mut document, "c", "in ");
    assert_eq!(listed(&document), [] as [String; 0], "the editor has it");
    document.reloaded();
    assert_eq!(listed(&document), ["one\ntwo\n", "in "]);
    assert_eq!(restored(&mut document), "a\none\ntwo\nb\nin c\n");
    assert_eq!(listed(&document), [] as [String; 0]);
}

#[test]
fn what_the_user_had_taken_back_or_typed_again_is_not_missed() {
    let mut document = open("a\nb\n");
    types(&mut document, "b", "kept\n");
    types(&mut document, "kept", "gone again\n");
    document.typed(&[Splice::new(2..13, "")], &Act::user(0));
    document.reloaded();
    assert_eq!(listed(&document), ["kept\n"]);
    types(&mut document, "a", "kept\n");
    document.saved();
    assert_eq!(listed(&document), [] as [String; 0]);
}

#[test]
fn what_a_save_overwrote_comes_back_between_what_was_saved() {
    let mut document = open("a\nb\n");
    types(&mut document, "a", "typed\n");
    document.observe(Lineage::Disk, Rope::from_str("a\nof another program\nb\n"), &Act::external(0));
    document.saved();
    let lost = dropped(&document, &BTreeSet::new());
    assert_eq!((lost.len(), lost[0].place, lost[0].lines), (1, Lineage::Disk, 1));
    assert_eq!(restored(&mut document), "typed\na\nof another program\nb\n");
}

#[test]
fn words_whose_line_is_gone_have_no_place() {
    let mut document = open("a\nlet total = 1;\nb\n");
    types(&mut document, ";", " + tax");
    document.observe(Lineage::Disk, Rope::from_str("a\nb\n"), &Act::external(0));
    document.reloaded();
    let lost = dropped(&document, &BTreeSet::new());
    assert_eq!((lost.len(), lost[0].text.as_str()), (1, " + tax"));
    assert_eq!(lost[0].plan(&document), None);
}

#[test]
fn what_another_editor_holds_is_not_dropped() {
    let mut document = open("a\nb\n");
    types(&mut document, "b", "one\n");
    document.reloaded();
    let held: BTreeSet<EditId> = document.weave().entries().map(|(_, entry)| entry.id).collect();
    assert_eq!(dropped(&document, &held), []);
}
