//! What a revert takes, and what it leaves.

use super::check;
use expect_test::expect;

#[test]
fn a_line_typed_under_an_agents_line_survives_its_revert() {
    check(
        "file: a | b
           claude: a | x | b
           user: a | x | mine | b
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn a_line_typed_above_an_agents_line_survives_its_revert() {
    check(
        "file: a | b
           claude: a | x | b
           user: a | mine | x | b
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn a_line_typed_between_two_of_an_agents_survives_its_revert() {
    check(
        "file: a | b
           claude: a | x | y | b
           user: a | x | mine | y | b
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn a_line_of_the_agents_in_which_the_user_typed_is_the_users() {
    check(
        "file: a | b
           claude: a | let x = 1; | let y = 2; | b
           user: a | let x = 12; | let y = 2; | b
           revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            cu let x = 12;
            .  b
        "#]],
    );
}

#[test]
fn a_line_of_the_agents_that_the_user_replaced_is_the_users() {
    check(
        "file: a | old | b
           claude: a | new | b
           user: a | quite different | b
           revert claude",
        &expect![[r#"
            .  a
            .  old
            u  quite different
            .  b
        "#]],
    );
}

#[test]
fn a_line_of_the_agents_of_which_the_user_deleted_a_part_is_the_users() {
    check(
        "file: a | b
           claude: a | foo(bar, baz); | b
           user: a | foo(bar); | b
           revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            c  foo(bar);
            .  b
        "#]],
    );
}

#[test]
fn what_an_agent_deleted_comes_back() {
    check(
        "file: a | b | c
           user: a | b | mine | c
           claude: a | c
           revert claude",
        &expect![[r#"
            .  a
            .  b
            u  mine
            .  c
        "#]],
    );
}

#[test]
fn two_agents_are_taken_out_one_by_one() {
    check(
        "file: a | b | c
           claude: a | x | b | c
           codex: a | x | b | y | c
           revert claude",
        &expect![[r#"
            .  a
            .  b
            c  y
            .  c
        "#]],
    );
    check(
        "file: a | b | c
           claude: a | x | b | c
           codex: a | x | b | y | c
           revert codex",
        &expect![[r#"
            .  a
            c  x
            .  b
            .  c
        "#]],
    );
    check(
        "file: a | b | c
           claude: a | x | b | c
           codex: a | x | b | y | c
           revert agents",
        &expect![[r#"
            .  a
            .  b
            .  c
        "#]],
    );
}

#[test]
fn what_one_agent_built_on_anothers_line_holds_it() {
    check(
        "file: a | b
           claude: a | call(one); | b
           codex: a | call(one, two); | b
           revert claude",
        &expect![[r#"
            1 kept for codex
            .  a
            c  call(one, two);
            .  b
        "#]],
    );
}

#[test]
fn what_was_held_for_an_agent_goes_with_that_agent() {
    check(
        "file: a | b
           claude: a | call(one); | b
           codex: a | call(one, two); | b
           revert claude
           revert codex",
        &expect![[r#"
            1 kept for codex
            .  a
            .  b
        "#]],
    );
}

#[test]
fn what_nobody_claimed_stays_when_agents_go_and_can_go_alone() {
    check(
        "file: a | b
           claude: a | x | b
           external: a | x | b | generated
           revert agents",
        &expect![[r#"
            .  a
            .  b
            e  generated
        "#]],
    );
    check(
        "file: a | b
           claude: a | x | b
           external: a | x | b | generated
           revert external",
        &expect![[r#"
            .  a
            c  x
            .  b
        "#]],
    );
}

#[test]
fn a_line_typed_after_a_replaced_line_stands_beside_what_comes_back() {
    check(
        "file: a | b | c
           claude: a | B | c
           user: a | B | mine | c
           revert claude",
        &expect![[r#"
            .  a
            .  b
            u  mine
            .  c
        "#]],
    );
}

#[test]
fn a_line_typed_where_an_agent_deleted_a_block_stands_beside_it() {
    check(
        "file: a | b | c | d
           claude: a | d
           user: a | mine | d
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
            .  c
            .  d
        "#]],
    );
}

#[test]
fn a_rewritten_file_with_one_real_change_is_one_change() {
    check(
        "file: fn a() {} | fn b() {} | fn c() {}
           user: fn a() {} | fn b() {} | fn mine() {} | fn c() {}
           claude: fn a() {} | fn b() { todo!() } | fn mine() {} | fn c() {}
           revert claude",
        &expect![[r#"
            .  fn a() {}
            .  fn b() {}
            u  fn mine() {}
            .  fn c() {}
        "#]],
    );
}

#[test]
fn a_file_that_an_agent_wrote_is_empty_again_but_for_the_users_line() {
    check(
        "file:
           claude: one | two
           user: one | mine | two
           revert claude",
        &expect![[r#"
            u  mine
        "#]],
    );
}

#[test]
fn a_word_that_an_agent_replaced_in_a_line_that_the_user_then_deleted_does_not_come_back_alone() {
    let story = "file: a | def endpoint(self) -> Optional[str]: | c
           claude: a | def endpoint(self) -> str: | c";
    check(
        &format!("{story}\nuser: a | c\nrevert claude"),
        &expect![[r#"
            1 kept for user
            .  a
            .  c
        "#]],
    );
    check(
        &format!("{story}\nuser: a | mine | c\nrevert claude"),
        &expect![[r#"
            1 kept for user
            .  a
            u  mine
            .  c
        "#]],
    );
    check(
        &format!("{story}\nuser: a | def endpoint() | c\nrevert claude"),
        &expect![[r#"
            1 kept for user
            .  a
            .  def endpoint()
            .  c
        "#]],
    );
    let first = "file: a | old call(b) | c\nclaude: a | new call(b) | c";
    check(
        &format!("{first}\nuser: a | c\nrevert claude"),
        &expect![[r#"
        1 kept for user
        .  a
        .  c
    "#]],
    );
}

#[test]
fn a_line_that_an_agent_deleted_comes_back_into_what_the_user_deleted_round_it() {
    check(
        "file: a | b | c | d | e\nclaude: a | b | d | e\nuser: a | e\nrevert claude",
        &expect![[r#"
        .  a
        .  c
        .  e
    "#]],
    );
}
