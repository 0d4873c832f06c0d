//! Texts that were there before and come back as a whole: each is whose it was.

use countersign_core::document::{Act, Document};
use countersign_core::edit::Lineage;
use expect_test::expect;
use ropey::Rope;

use super::{Step, check, drawn, parse, reverts, writes};

/// The document at the end of a story, and after each step its text, and that with its authors.
fn steps(story: &str) -> (Document, Vec<(Rope, String)>) {
    let story = parse(story).expect("a story");
    let mut document = Document::new(Rope::from_str(&story.file), 1);
    document.opened(Rope::from_str(&story.file), &Act::user(0));
    let told = |document: &Document| (document.text(Lineage::Editor).clone(), drawn(document));
    let mut all = vec![told(&document)];
    for step in &story.steps {
        match step {
            Step::Writes { author, text } => writes(&mut document, author, text),
            Step::Reverts { author } => drop(reverts(&mut document, author)),
        }
        all.push(told(&document));
    }
    (document, all)
}

const STORIES: [&str; 6] = [
    "file: a | b | c
     claude: a | B, its | c
     user: a | B, its and mine | c
     claude: a | c
     user: a | mine | c",
    "file: one() | two() | six() | ten() | end
     user: the block begins | the block ends | one() | two() | six() | ten() | end
     claude: one() | two() | six() | ten() | the block begins | the block ends | end
     claude: one() | two() | six() | ten() | the block begins | of the agent's | the block ends | end
     user: one() | two() | six() | ten() | the block begins | mine, too | of the agent's | the block ends | end",
    "file: one() | two() | six() | ten() | end
     claude: the block begins | the block ends | one() | two() | six() | ten() | end
     user: one() | two() | six() | ten() | the block begins | the block ends | end
     user: one() | two() | six() | ten() | the block begins | end
     claude: one() | two() | six() | ten() | the block began | end",
    "file: one() | two() | six() | ten() | the block begins | the block ends | end
     claude: the block begins | the block ends | one() | two() | six() | ten() | end
     user: one() | the block begins | the block ends | two() | six() | ten() | end
     claude: one() | two() | six() | ten() | end",
    "file: a | b | c
     claude: a | x | b | c
     revert claude
     user: a | b | mine | c
     claude: a | its | b | mine | c",
    "file: a | let total = 1; | c
     claude: a | let total = 1 + tax; | c
     external: a␍ | let total = 1 + tax;␍ | c␍
     user: a␍ | let total = 2 + tax;␍ | c␍",
];

#[test]
fn a_text_that_comes_back_is_what_it_was() {
    for story in STORIES {
        let (document, all) = steps(story);
        for (step, (text, was)) in all.iter().enumerate() {
            let mut back = document.clone();
            back.observe(Lineage::Editor, text.clone(), &Act::user(0));
            assert_eq!(drawn(&back), *was, "back to step {step} of\n{story}");
            // And from there to each other one.
            for (text, was) in &all {
                back.observe(Lineage::Editor, text.clone(), &Act::user(0));
                assert_eq!(drawn(&back), *was, "by step {step} of\n{story}");
            }
        }
    }
}

#[test]
fn what_an_agent_deleted_is_its_doing_however_often_that_is_undone_and_redone() {
    check(
        "file: a | b | c
         claude: a | c
         user: a | b | c
         user: a | c
         user: a | b | c
         user: a | c
         revert claude",
        &expect![[r#"
            .  a
            .  b
            .  c
        "#]],
    );
}

const BLOCK: &str = "file: one() | two() | six() | ten() | end
    claude: the block begins | the block ends | one() | two() | six() | ten() | end";
const CUT: &str = "user: one() | two() | six() | ten() | end";

#[test]
fn what_was_cut_and_brought_back_and_is_then_pasted_is_there_twice() {
    let twice = "user: the block begins | the block ends | one() | two() | six() | ten() | the block begins | the block ends | end";
    let back = "user: the block begins | the block ends | one() | two() | six() | ten() | end";
    check(
        &format!("{BLOCK}\n{CUT}\n{back}\n{twice}"),
        &expect![[r#"
        c  the block begins
        c  the block ends
        .  one()
        .  two()
        .  six()
        .  ten()
        u  the block begins
        u  the block ends
        .  end
    "#]],
    );
}

#[test]
fn what_was_written_over_is_not_cut() {
    let over = "user: quite another thing | one() | two() | six() | ten() | end";
    let again = "user: quite another thing | one() | two() | six() | ten() | the block begins | the block ends | end";
    check(
        &format!("{BLOCK}\n{over}\n{again}"),
        &expect![[r#"
        u  quite another thing
        .  one()
        .  two()
        .  six()
        .  ten()
        u  the block begins
        u  the block ends
        .  end
    "#]],
    );
}

#[test]
fn what_someone_else_cut_is_not_moved_by_who_writes_it_again() {
    let again = "one() | two() | six() | ten() | the block begins | the block ends | end";
    check(
        &format!("{BLOCK}\n{CUT}\ncodex: {again}"),
        &expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        c  the block begins
        c  the block ends
        .  end
    "#]],
    );
    check(
        &format!("{BLOCK}\n{CUT}\nuser: {again}"),
        &expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        c  the block begins
        c  the block ends
        .  end
    "#]],
    );
}
