//! Changes whose shape misleads: equal lines, lines broken and joined, rows rewritten as they were, texts that are what they were at first.

use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::hunk::hunks;
use expect_test::expect;

use super::{check, tell};

/// How many hunks await review at the end of a story.
fn pending(story: &str) -> usize {
    hunks(&tell(story).0, Lineage::Editor, &Author::is_agent).len()
}

#[test]
fn of_equal_lines_each_is_whose_it_is_by_its_place() {
    let story = "file: if a { | } | if b { | }
         claude: if a { | } | if c { | } | if b { | }
         user: if a { | } | if c { | } | if b { | } | if d { | }";
    check(
        story,
        &expect![[r#"
            .  if a {
            .  }
            c  if c {
            c  }
            .  if b {
            .  }
            u  if d {
            u  }
        "#]],
    );
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
            .  if a {
            .  }
            .  if b {
            .  }
            u  if d {
            u  }
        "#]],
    );
}

#[test]
fn a_line_that_an_agent_breaks_up_keeps_its_words_and_is_one_again_without_it() {
    let broken = "file: start | ⏎ | end
         user: start | call(first_one, second_one); | end
         claude: start | call( | ····first_one, | ····second_one | ); | end";
    check(
        &format!("{broken}\nrevert claude"),
        &expect![[r#"
            .  start
            u  call(first_one, second_one);
            .  end
        "#]],
    );
    let joined = "file: start | ⏎ | end
         user: start | call( | ····first_one, | ····second_one | ); | end
         claude: start | call(first_one, second_one); | end";
    check(
        &format!("{joined}\nrevert claude"),
        &expect![[r#"
            .  start
            u  call(
            u      first_one,
            u      second_one
            u  );
            .  end
        "#]],
    );
}

#[test]
fn an_indentation_a_trailing_blank_and_a_sign_that_an_agent_adds_are_all_that_is_its() {
    let story = "file: start | end
         user: start | let first = one() | let other = two() | let third = three(); | end
         claude: start | ····let first = one() | let other = two(); | let third = three();·· | end";
    check(
        story,
        &expect![[r#"
            .  start
            cu     let first = one()
            uc let other = two();
            uc let third = three();
            .  end
        "#]],
    );
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
            .  start
            u  let first = one()
            u  let other = two()
            u  let third = three();
            .  end
        "#]],
    );
}

#[test]
fn a_row_of_a_table_that_is_written_anew_as_it_was_is_not_changed() {
    let story = "file: # Fruit | pear, 3 | plum, 4
         user: # Fruit | pear, 3 | fig, 5 | plum, 4
         claude: # Fruit | pear, 3 | fig, 5 | plum, 14";
    check(
        story,
        &expect![[r#"
            .  # Fruit
            .  pear, 3
            u  fig, 5
            .c plum, 14
        "#]],
    );
    assert_eq!(pending(story), 1);
}

#[test]
fn what_the_user_deleted_of_an_agents_awaits_no_review() {
    let story = "file: a | b\nclaude: a | x | y | b";
    assert_eq!(pending(story), 1);
    assert_eq!(pending(&format!("{story}\nuser: a | x | b")), 1);
    assert_eq!(pending(&format!("{story}\nuser: a | b")), 0, "the text is what it was at first");
    assert_eq!(pending(&format!("{story}\nuser: a | mine | b")), 0);
    let put_back = "file: a | b | c\nclaude: a | c\nuser: a | b | c";
    assert_eq!(pending(put_back), 0, "so it is where the user puts back what the agent took away");
}

#[test]
fn what_an_agent_wrote_over_its_own_is_one_change_of_what_was_there_before_both() {
    let story = "file: a | first | c
         claude: a | second | c
         claude: a | third | c";
    assert_eq!(pending(story), 1);
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
            .  a
            .  first
            .  c
        "#]],
    );
}

#[test]
fn in_a_line_of_an_agents_the_users_and_the_agents_words_the_user_keeps_it() {
    let story = "file: a | c
         claude: a | call(one) | c
         user: a | call(one, mine) | c
         claude: a | call(one, mine, three) | c";
    check(
        story,
        &expect![[r#"
            .  a
            cu call(one, mine, three)
            .  c
        "#]],
    );
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
            1 kept for user
            .  a
            cu call(one, mine)
            .  c
        "#]],
    );
}
