//! Lines and words that come back where they were, while the rest of the text is new: whose they are then.

use countersign_core::document::{Act, Document};
use countersign_core::edit::Lineage;
use countersign_core::weave::Splice;
use expect_test::expect;
use ropey::Rope;

use super::{by, check, drawn, save, tell};

#[test]
fn a_line_that_is_put_back_where_it_was_deleted_is_whose_it_was() {
    let story = "file: a | b | c
        claude: a | done | b | c
        user: a | b | c
        user: a | b | c | mine";
    check(
        &format!("{story}\nuser: a | done | b | c | mine"),
        &expect![[r#"
        .  a
        c  done
        .  b
        .  c
        u  mine
    "#]],
    );
    check(
        &format!("{story}\nuser: a | b | done | c | mine"),
        &expect![[r#"
        .  a
        .  b
        u  done
        .  c
        u  mine
    "#]],
    );
    check(
        &format!("{story}\nuser: a | done | done | b | c | mine"),
        &expect![[r#"
        .  a
        u  done
        u  done
        .  b
        .  c
        u  mine
    "#]],
    );
    check(
        &format!("{story}\nuser: a | done | c | mine"),
        &expect![[r#"
        .  a
        u  done
        .  c
        u  mine
    "#]],
    );
}

#[test]
fn a_line_that_is_put_back_is_whose_it_was_though_another_was_deleted_beside_it() {
    let story = "file: a | other | b
        claude: a | other | done | b
        user: a | other | b
        user: a | b
        user: a | b | mine";
    check(
        &format!("{story}\nuser: a | done | b | mine"),
        &expect![[r#"
        .  a
        c  done
        .  b
        u  mine
    "#]],
    );
    check(
        &format!("{story}\nuser: a | other | b | mine"),
        &expect![[r#"
        .  a
        .  other
        .  b
        u  mine
    "#]],
    );
    check(
        &format!("{story}\nuser: a | other | done | b | mine"),
        &expect![[r#"
        .  a
        .  other
        c  done
        .  b
        u  mine
    "#]],
    );
}

#[test]
fn a_blank_line_is_typed_more_often_than_put_back() {
    check(
        "file: a | b
         claude: a | ⏎ | b
         user: a | b
         user: a | b | mine
         user: a | ⏎ | b | mine",
        &expect![[r#"
            .  a
            u
            .  b
            u  mine
        "#]],
    );
}

#[test]
fn a_line_that_two_deleted_is_not_back_when_one_of_them_puts_it_there() {
    let (mut document, _) = tell(
        "file: a | b
        claude: a | done | b",
    );
    document.typed(&[Splice::new(2..7, "")], &Act::user(0));
    for gone_and_more in [Splice::new(2..7, ""), Splice::new(4..4, "more\n")] {
        document.written(Lineage::Disk, &gone_and_more, &by("codex"));
    }
    document.load();
    assert_eq!(document.text(Lineage::Editor), "a\nb\nmore\n");
    document.typed(&[Splice::new(2..2, "done\n")], &Act::user(0));
    expect![[r#"
        .  a
        u  done
        .  b
        c  more
    "#]]
    .assert_eq(&drawn(&document));
}

/// The file as git leaves it, which says nothing of who wrote what.
fn git(document: &mut Document, text: &str) {
    let act = Act::nobody(0);
    document.observe(Lineage::Disk, Rope::from_str(text), &act);
    document.observe(Lineage::Editor, Rope::from_str(text), &act);
}

#[test]
fn words_that_git_takes_away_and_brings_back_are_whose_they_were() {
    let (mut document, _) = tell(
        "file: let total = 1; | b | let count = 2; | d
        user: let total = 1 + tax; | b | let count = 2 + more; | d",
    );
    save(&mut document);
    git(&mut document, "let total = 1;\nb\nlet count = 2;\nd\n");
    git(&mut document, "let total = 1 + tax;\nb\nlet count = 2;\nd\nof another branch\n");
    expect![[r#"
        .u let total = 1 + tax;
        .  b
        .  let count = 2;
        .  d
        .  of another branch
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn words_that_an_agent_took_away_and_another_program_brings_back_are_that_programs() {
    check(
        "file: let total = 1; | b
         claude: let total = 2; | b
         external: let total = 1; | b | generated",
        &expect![[r#"
            .e let total = 1;
            .  b
            e  generated
        "#]],
    );
}

#[test]
fn what_another_program_deletes_of_the_first_text_comes_back_without_it() {
    check(
        "file: a | b | c
         user: a | x | b | y | c
         user: a | b | c
         user: a | b | c | mine
         external: a | c | mine
         revert external",
        &expect![[r#"
            .  a
            .  b
            .  c
            u  mine
        "#]],
    );
}
