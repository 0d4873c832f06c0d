//! Undo, reloads, line ends and odd texts: who wrote what then.

use super::{Lineage, Rope, by, check, drawn, save, tell};
use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::Evidence;
use countersign_core::weave::Splice;
use expect_test::expect;

fn types(document: &mut Document, at: usize, delete: usize, text: &str) {
    document.typed(&[Splice::new(at..at + delete, text)], &Act::user(0));
}

#[test]
fn what_is_undone_and_redone_is_whose_it_was() {
    check(
        "file: a | b
           claude: a | x | b
           user: a | b
           user: a | x | b",
        &expect![[r#"
            .  a
            c  x
            .  b
        "#]],
    );
}

#[test]
fn an_agents_line_that_the_user_types_again_is_the_users() {
    let (mut document, _) = tell(
        "file: a | b
        claude: a | xyz | b",
    );
    types(&mut document, 2, 4, "");
    types(&mut document, 2, 0, "\n");
    for (at, key) in ["x", "y", "z"].into_iter().enumerate() {
        types(&mut document, 2 + at, 0, key);
    }
    expect![[r#"
        .  a
        u  xyz
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn a_blank_line_of_an_agents_that_a_clean_buffer_loads_as_one_change_is_the_agents() {
    let act = Act::agent(Author::agent("claude", "s1"), Evidence::Content, 0);
    let mut document = Document::new(Rope::from_str("a\nb\n"), 1);
    document.opened(Rope::from_str("a\nb\n"), &Act::user(0));
    document.observe(Lineage::Disk, Rope::from_str("a\n\nb\n"), &act);
    types(&mut document, 0, 4, "a\n\nb\n");
    expect![[r#"
        .  a
        c
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn undo_goes_past_a_reload() {
    let (mut document, _) = tell(
        "file: a
        user: a | mine
        claude: a | mine | x",
    );
    document.observe(Lineage::Editor, Rope::from_str("a\nmine\n"), &Act::user(0));
    document.observe(Lineage::Editor, Rope::from_str("a\n"), &Act::user(0));
    document.observe(Lineage::Editor, Rope::from_str("a\nmine\n"), &Act::user(0));
    document.observe(Lineage::Editor, Rope::from_str("a\nmine\nx\n"), &Act::user(0));
    expect![[r#"
        .  a
        u  mine
        c  x
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn a_run_of_typing_is_undone_in_part() {
    let (mut document, _) = tell("file: \\");
    types(&mut document, 0, 0, "a");
    types(&mut document, 1, 0, "b");
    types(&mut document, 2, 0, "é");
    types(&mut document, 1, 1, " ");
    types(&mut document, 2, 2, "");
    types(&mut document, 1, 1, "");
    expect![[r#"
        u  a
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn typing_that_a_reload_dropped_can_be_brought_back() {
    let mut document = Document::new(Rope::from_str("a\n"), 1);
    document.opened(Rope::from_str("a\n"), &Act::user(0));
    types(&mut document, 2, 0, "dropped\n");
    document.observe(Lineage::Disk, Rope::from_str("a\nx\n"), &by("claude"));
    document.reloaded();
    expect![[r#"
        .  a
        c  x
    "#]]
    .assert_eq(&drawn(&document));
    document.observe(Lineage::Editor, Rope::from_str("a\ndropped\n"), &Act::user(0));
    expect![[r#"
        .  a
        u  dropped
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn what_only_the_disk_had_is_loaded_beside_what_is_not_saved() {
    let mut document = Document::new(Rope::from_str("a\nb\nc\n"), 1);
    document.opened(Rope::from_str("a\nb\nc\n"), &Act::user(0));
    types(&mut document, 2, 0, "mine\n");
    document.observe(Lineage::Disk, Rope::from_str("a\nb\nx\nc\n"), &by("claude"));
    document.load();
    expect![[r#"
        .  a
        u  mine
        .  b
        c  x
        .  c
    "#]]
    .assert_eq(&drawn(&document));
    save(&mut document);
    assert!(!document.is_dirty());
}

#[test]
fn line_ends_of_two_bytes_stay_whole() {
    check(
        "file: a␍ | b␍
           claude: a␍ | x␍ | b␍
           user: a␍ | x␍ | mine␍ | b␍
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn other_line_ends_and_trailing_blanks_are_nobodys_change() {
    check(
        "file: a | b
           claude: a | x·· | b
           user: a | x·· | mine | b
           external: a␍ | x␍ | mine␍ | b␍",
        &expect![[r#"
            .  a
            c  x
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn a_last_line_without_a_break_is_a_line() {
    check(
        "file: a | b \\
           claude: a | b | x \\
           user: a | b | x | mine \\
           revert claude",
        &expect![[r#"
            .  a
            .  b
            u  mine
        "#]],
    );
}

#[test]
fn an_empty_file_and_an_emptied_one_are_files() {
    check(
        "file:
           user: mine
           claude:
           revert claude",
        &expect![[r#"
            u  mine
        "#]],
    );
}

#[test]
fn characters_of_many_bytes_are_characters() {
    check(
        "file: 🦀 | é
           claude: 🦀 | 日本 🦀🦀🦀 | é
           user: 🦀 | 日本語 🦀🦀🦀 | é
           revert claude",
        &expect![[r#"
            1 kept for user
            .  🦀
            cu 日本語 🦀🦀🦀
            .  é
        "#]],
    );
}

#[test]
fn a_change_out_of_the_text_or_within_a_character_is_left_out() {
    let mut document = Document::new(Rope::from_str("é\n"), 1);
    document.opened(Rope::from_str("é\n"), &Act::user(0));
    let backwards = Splice { range: std::ops::Range { start: 2, end: 0 }, text: "x".to_owned(), neutral: false };
    for splice in [Splice::new(9..12, "x"), Splice::new(1..1, "x"), Splice::new(0..1, ""), backwards] {
        assert!(document.typed(std::slice::from_ref(&splice), &Act::user(0)).is_empty());
        assert!(document.written(Lineage::Disk, &splice, &Act::external(0)).is_empty());
    }
    assert_eq!(document.text(Lineage::Editor), "é\n");
}

#[test]
fn a_key_in_a_line_of_many_bytes_is_that_key() {
    let long = "x = 1; ".repeat(100_000);
    let mut document = Document::new(Rope::from_str(&long), 1);
    document.opened(Rope::from_str(&long), &Act::user(0));
    document.written(Lineage::Editor, &Splice::new(350_000..350_005, "y = 2"), &by("claude"));
    types(&mut document, 7, 5, "z = 3");
    types(&mut document, 350_000, 0, "w");
    assert_eq!(drawn(&document).len(), long.len() + "w".len() + ".uc ".len() + "\n".len() - " ".len());
    super::reverts(&mut document, "claude");
    let mut expected = long.clone();
    expected.replace_range(7..12, "z = 3");
    expected.insert(350_000, 'w');
    assert_eq!(document.text(Lineage::Editor).to_string(), expected);
}

#[test]
fn undo_goes_past_other_line_ends() {
    let (mut document, _) = tell(
        "file: a
        claude: a | x
        external: a␍ | x␍
        user: a␍ | x␍ | mine␍",
    );
    document.observe(Lineage::Editor, Rope::from_str("a\nx\n"), &Act::user(0));
    expect![[r#"
        .  a
        c  x
    "#]]
    .assert_eq(&drawn(&document));
    super::reverts(&mut document, "claude");
    assert_eq!(document.text(Lineage::Editor), "a\n");
}

#[test]
fn a_line_break_between_them_parts_the_users_words_from_an_agents() {
    let (mut document, _) = tell(
        "file: a | b
        claude: a | foo(bar) | b",
    );
    types(&mut document, 2, 0, "mine");
    assert_eq!(super::reverts(&mut document.clone(), "claude"), "1 kept for user\n");
    types(&mut document, 6, 0, "\n");
    assert_eq!(super::reverts(&mut document, "claude"), "");
    assert_eq!(document.text(Lineage::Editor), "a\nmine\nb\n");
}

#[test]
fn keys_typed_one_behind_the_other_are_one_edit() {
    let mut document = Document::new(Rope::from_str("a\n"), 1);
    document.opened(Rope::from_str("a\n"), &Act::user(0));
    let mut records = Vec::new();
    for (at, key) in "word".char_indices() {
        records.extend(document.typed(&[Splice::new(1 + at..1 + at, key)], &Act::user(0)));
    }
    records.extend(document.flush());
    assert_eq!((records.len(), document.text(Lineage::Editor).to_string().as_str()), (1, "aword\n"));
}

/// The file was read in the middle of a write that left so much of it, and then as a whole.
fn cut(left: &str, whole: &str, by_whom: &Act, expected: &expect_test::Expect) {
    let (mut document, _) = tell(
        "file: a | b
        user: a | b | mine
        claude: a | b | x | mine",
    );
    document.closed();
    document.observe(Lineage::Disk, Rope::from_str(left), &Act::external(5));
    document.observe(Lineage::Disk, Rope::from_str(whole), by_whom);
    expected.assert_eq(&drawn(&document));
}

#[test]
fn a_file_that_is_read_while_it_is_written_keeps_its_authors() {
    let more = expect![[r#"
        .  a
        .  b
        c  x
        u  mine
        e  more
    "#]];
    cut("", "a\nb\nx\nmine\nmore\n", &Act::external(30), &more);
    cut("a\nb\n", "a\nb\nx\nmine\nmore\n", &Act::external(30), &more);
    let agent = Act::agent(Author::agent("claude", "s1"), Evidence::Content, 30);
    cut(
        "",
        "a\nagain\nx\nmine\n",
        &agent,
        &expect![[r#"
            .  a
            c  again
            c  x
            u  mine
        "#]],
    );
}

#[test]
fn what_was_taken_away_and_is_written_much_later_is_new() {
    cut(
        "",
        "a\nb\nx\nmine\nmore\n",
        &Act::external(60_000),
        &expect![[r#"
            e  a
            e  b
            e  x
            e  mine
            e  more
        "#]],
    );
    cut(
        "",
        "a\nother\nwords\n",
        &Act::external(30),
        &expect![[r#"
        e  a
        e  other
        e  words
    "#]],
    );
}

#[test]
fn of_what_an_agent_typed_in_the_editor_each_part_that_is_redone_is_the_agents() {
    let mut document = Document::new(Rope::from_str("a\n"), 1);
    document.opened(Rope::from_str("a\n"), &Act::user(0));
    for (at, text) in [(1, " one"), (5, " two"), (9, " three")] {
        document.typed(&[Splice::new(at..at, text)], &by("claude"));
    }
    types(&mut document, 5, 10, "");
    assert_eq!(document.text(Lineage::Editor), "a one\n");
    types(&mut document, 5, 0, " two");
    expect![[r#"
        .c a one two
    "#]]
    .assert_eq(&drawn(&document));
    super::reverts(&mut document, "claude");
    assert_eq!(document.text(Lineage::Editor), "a\n");
}

#[test]
fn a_revert_that_was_itself_reverted_is_undone_and_redone() {
    let story = "file: a | b
        claude: a | x | b
        revert claude
        revert user";
    let agents = expect![[r#"
        .  a
        c  x
        .  b
    "#]];
    check(story, &agents);
    check(&format!("{story}\nuser: a | b\nuser: a | x | b"), &agents);
}

#[test]
fn a_run_of_typing_is_one_edit_of_no_more_than_4096_bytes() {
    let edits = |piece: &str, times: usize| {
        let mut document = Document::new(Rope::from_str("a\n"), 1);
        document.opened(Rope::from_str("a\n"), &Act::user(0));
        let mut records = Vec::new();
        for at in 0..times {
            let at = 1 + at * piece.len();
            records.extend(document.typed(&[Splice::new(at..at, piece)], &Act::user(0)));
        }
        records.extend(document.flush());
        assert_eq!(document.text(Lineage::Editor).to_string(), format!("a{}\n", piece.repeat(times)));
        records.len()
    };
    assert_eq!([8, 9].map(|times| edits(&"x".repeat(512), times)), [1, 2]);
    assert_eq!([4, 5].map(|times| edits(&"word ".repeat(200), times)), [1, 2]);
}
