//! Words that an agent took out and that would come back alone: where all round them was deleted they stay away, else they come back.

use expect_test::expect;

use super::check;

#[test]
fn a_word_does_not_come_back_alone_because_something_was_moved_elsewhere() {
    check(
        "file: old call(b) | one() | two() | the block begins | the block ends | six() | ten() | end
         user: old call(b) | one() | two() | six() | ten() | the block begins | the block ends | end
         claude: new old call(b) | one() | two() | six() | ten() | the block begins | the block ends | end
         claude: new call(b) | one() | two() | six() | ten() | the block begins | the block ends | end
         user: one() | two() | six() | ten() | the block begins | the block ends | end
         revert claude",
        &expect![[r#"
            1 kept for user
            .  one()
            .  two()
            .  six()
            .  ten()
            .  the block begins
            .  the block ends
            .  end
        "#]],
    );
}

#[test]
fn a_word_does_not_come_back_alone_where_its_line_was_deleted_and_that_undone_and_redone() {
    check(
        "file: a | def endpoint(self) -> Optional[str]: | c
         claude: a | def endpoint(self) -> str: | c
         user: a | c
         user: a | def endpoint(self) -> Optional[str]: | c
         user: a | c
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            .  c
        "#]],
    );
}

#[test]
fn a_word_comes_back_beside_what_is_left_of_its_line() {
    let story = "file: a | call(alpha, beta, gamma); | c
         claude: a | call(alpha, gamma); | c";
    check(
        &format!("{story}\nuser: a | call(gamma); | c\nrevert claude"),
        &expect![[r#"
        .  a
        .  call(beta, gamma);
        .  c
    "#]],
    );
    check(
        &format!("{story}\nuser: a | call(alpha); | c\nrevert claude"),
        &expect![[r#"
        1 kept for user
        .  a
        .  call(alpha);
        .  c
    "#]],
    );
    check(
        &format!("{story}\nuser: a | gamma); | c\nrevert claude"),
        &expect![[r#"
        .  a
        .  beta, gamma);
        .  c
    "#]],
    );
}

#[test]
fn a_word_does_not_come_back_alone_into_a_line_that_was_emptied() {
    check(
        "file: a | total one two | c
         claude: a | total one | c
         user: a | ⏎ | c
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            u
            .  c
        "#]],
    );
}

#[test]
fn a_word_of_a_last_line_without_a_break_does_not_come_back_alone() {
    check(
        "file: a | old call(b) \\
         claude: a | new call(b) \\
         user: a
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
        "#]],
    );
}

#[test]
fn a_word_that_was_typed_into_what_was_left_of_a_line_comes_back_there() {
    check(
        "file: a | call(alpha, gamma); | c
         user: a | ; | c
         user: a | mine; | c
         claude: a | ; | c
         revert claude",
        &expect![[r#"
            .  a
            u  mine;
            .  c
        "#]],
    );
}
