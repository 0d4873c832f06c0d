//! Stories: who wrote what, what a revert leaves, what awaits review. The user acts in the editor, agents and others on disk:
//! before they write the user saves, and after they wrote the editor reloads.

mod adopted;
mod alone;
mod back;
mod carried;
mod destroyed;
mod dropped;
mod hunks;
mod moves;
mod reverts;
mod revived;
mod shapes;
mod shares;
mod texts;
mod words;

use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Request, plan};
use countersign_core::weave::Fingerprint;
use expect_test::Expect;
use ropey::Rope;

use super::oracle::NAMES;
use super::pair::{author, authors};
use super::story::{Step, parse, with_gutter};

/// Tells a story, and expects its outcome; what a revert had to leave, and for whom, is said above it.
fn check(story: &str, outcome: &Expect) {
    outcome.assert_eq(&tell(story).1);
}

/// The document at the end of a story, and its text with a gutter of authors.
fn tell(story: &str) -> (Document, String) {
    let story = parse(story).expect("a story");
    let mut document = Document::new(Rope::from_str(&story.file), 1);
    document.opened(Rope::from_str(&story.file), &Act::user(0));
    let mut said = String::new();
    for step in &story.steps {
        match step {
            Step::Writes { author, text } => writes(&mut document, author, text),
            Step::Reverts { author } => said += &reverts(&mut document, author),
        }
        for of in Lineage::BOTH {
            let text = document.text(of).to_string();
            assert_eq!(document.weave().fingerprint(of), Fingerprint::of(text.as_bytes()));
        }
    }
    let shown = drawn(&document);
    (document, said + &shown)
}

fn writes(document: &mut Document, who: &str, text: &str) {
    let act = by(who);
    let text = Rope::from_str(text);
    if who == "user" {
        document.observe(Lineage::Editor, text, &act);
        return;
    }
    save(document);
    document.observe(Lineage::Disk, text.clone(), &act);
    document.observe(Lineage::Editor, text, &Act::user(0));
}

fn save(document: &mut Document) {
    let text = document.text(Lineage::Editor).clone();
    document.observe(Lineage::Disk, text, &Act::user(0));
}

fn reverts(document: &mut Document, who: &str) -> String {
    let whose = by(who).author;
    let whose =
        |author: &countersign_core::author::Author| if who == "agents" { author.is_agent() } else { *author == whose };
    let plan =
        plan(document, Lineage::Editor, &Request { whose: &whose, only: None, accepted_too: false, mine_too: false });
    document.carry_out(&plan, &Act::user(0));
    assert_eq!(*document.text(Lineage::Editor), plan.target);
    plan.held.iter().map(|(author, lines)| format!("{lines} kept for {author}\n")).collect()
}

fn by(who: &str) -> Act {
    match NAMES.iter().position(|name| *name == who) {
        Some(no) => {
            let evidence = if who == "user" { Evidence::Buffer } else { Evidence::Content };
            Act { author: author(no as u8), evidence, at: 0, call: None }
        }
        None => Act::external(0),
    }
}

fn drawn(document: &Document) -> String {
    let names = authors(document, Lineage::Editor);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_gutter(&document.text(Lineage::Editor).to_string(), &names)
}
