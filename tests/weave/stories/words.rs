//! Which of an agent's words a user's change of a line keeps, and which changes keep none.

use expect_test::expect;

use super::{Act, check, drawn, reverts, tell};
use countersign_core::weave::Splice;

/// What each of these changes of a line leaves of it when the agent goes.
fn left(story: &str, changes: &[&str]) -> String {
    let told =
        changes.iter().map(|line| format!("{line}\n{}", tell(&format!("{story}\nuser: {line}\nrevert claude")).1));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn of_an_agents_words_in_the_users_line_those_are_kept_that_the_user_cut() {
    let changes = [
        "the_old = value(1) + fooX_bar + baz",
        "the_old = value(1) + foo_Xbar + baz",
        "the_old = value(1) + foo_barX + baz",
        "the_old = value(1) + Xfoo_bar + baz",
        "the_old = value(1) + foo_ + baz",
        "the_old = value(1) + baz",
        "the_old = value(1) +X foo_bar + baz",
        "the_old = value(12) + foo_bar + baz",
        "the_old = value(1) + fooX_bar + baXz",
    ];
    expect![[r#"
        the_old = value(1) + fooX_bar + baz
        1 kept for user
        .cu the_old = value(1)fooX_bar

        the_old = value(1) + foo_Xbar + baz
        1 kept for user
        .cu the_old = value(1)foo_Xbar

        the_old = value(1) + foo_barX + baz
        .u the_old = value(1)X

        the_old = value(1) + Xfoo_bar + baz
        .u the_old = value(1)X

        the_old = value(1) + foo_ + baz
        1 kept for user
        .c the_old = value(1)foo_

        the_old = value(1) + baz
        .  the_old = value(1)

        the_old = value(1) +X foo_bar + baz
        .u the_old = value(1)X

        the_old = value(12) + foo_bar + baz
        .u the_old = value(12)

        the_old = value(1) + fooX_bar + baXz
        1 kept for user
        .cu the_old = value(1)fooX_barbaXz
    "#]]
    .assert_eq(&left("file: the_old = value(1)\nclaude: the_old = value(1) + foo_bar + baz", &changes));
}

#[test]
fn of_a_line_that_is_all_an_agents_every_word_is_kept_unless_none_is_left() {
    let changes = ["call(alpha, mine);", "call(alpha, beta) ;", "call();", "mine", "call(alpha, beta); // mine"];
    expect![[r#"
        call(alpha, mine);
        1 kept for user
        cu call(alpha, mine);

        call(alpha, beta) ;
        1 kept for user
        cu call(alpha, beta) ;

        call();
        1 kept for user
        c  call();

        mine
        .  old_thing_here
        u  mine

        call(alpha, beta); // mine
        1 kept for user
        cu call(alpha, beta); // mine
    "#]]
    .assert_eq(&left("file: old_thing_here\nclaude: call(alpha, beta);", &changes));
}

#[test]
fn what_the_user_typed_in_an_agents_line_and_took_out_again_keeps_nothing() {
    check(
        "file: a | b
         claude: a | call(alpha, beta); | b
         user: a | call(alpha, mine, beta); | b
         user: a | call(alpha, mine, beta); | b | more
         user: a | call(alpha, beta); | b | more
         revert claude",
        &expect![[r#"
            .  a
            .  b
            u  more
        "#]],
    );
}

#[test]
fn blanks_at_an_agents_lines_end_may_come_and_go() {
    let story = "file: a | b
        claude: a | call(alpha); | b";
    let ends = [(Splice::new(14..14, " "), Some(Splice::new(14..15, ""))), (Splice::new(14..14, "\n    "), None)];
    for (first, second) in ends {
        let (mut document, _) = tell(story);
        for splice in std::iter::once(first).chain(second) {
            document.typed(&[splice], &Act::user(0));
            assert_eq!(reverts(&mut document.clone(), "claude"), "", "{}", drawn(&document));
        }
    }
    let (mut document, _) = tell("file: a | b\nclaude: a | call(alpha);·· | b");
    document.typed(&[Splice::new(14..16, "")], &Act::user(0));
    assert_eq!(reverts(&mut document, "claude"), "", "{}", drawn(&document));
}

#[test]
fn words_that_take_the_place_of_all_of_an_agents_line_let_what_was_there_before_come_back() {
    let (mut document, _) = tell(
        "file: a | old thing | b
        claude: a | call(alpha); | b",
    );
    document.typed(&[Splice::new(2..14, "")], &Act::user(0));
    document.typed(&[Splice::new(2..2, "mine")], &Act::user(0));
    reverts(&mut document, "claude");
    expect![[r#"
        .  a
        .  old thing
        u  mine
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn an_agent_that_types_in_another_agents_line_adopts_it_and_in_its_own_does_not() {
    let story = "file: a | b
        claude: a | call(alpha); | b";
    check(
        &format!("{story}\nclaude: a | call(alpha, beta); | b\nrevert claude"),
        &expect![[r#"
        .  a
        .  b
    "#]],
    );
    check(
        &format!("{story}\ncodex: a | call(alpha, beta); | b\nrevert claude"),
        &expect![[r#"
        1 kept for codex
        .  a
        c  call(alpha, beta);
        .  b
    "#]],
    );
    check(
        &format!("{story}\nexternal: a | call(alpha, beta); | b\nrevert claude"),
        &expect![[r#"
        1 kept for external
        .  a
        ce call(alpha, beta);
        .  b
    "#]],
    );
}

#[test]
fn words_at_the_start_of_a_line_belong_to_it_and_not_to_what_was_deleted_above() {
    check(
        "file: a | old_thing_here | b
         claude: a | call(alpha, beta); | b
         user: a | mine call(alpha, beta); | b
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            uc mine call(alpha, beta);
            .  b
        "#]],
    );
    check(
        "file: a | old thing | next | b
         claude: a | next | b
         user: a | mine next | b
         revert claude",
        &expect![[r#"
            .  a
            .  old thing
            u. mine next
            .  b
        "#]],
    );
    check(
        "file: old thing | the next line of it | b
         claude: next line of it | b
         user: mine next line of it | b
         revert claude",
        &expect![[r#"
            .  old thing
            u. mine the next line of it
            .  b
        "#]],
    );
    check(
        "file: old thing | next | b
         claude: next | b
         user: mine next | b
         revert claude",
        &expect![[r#"
            .  old thing
            u. mine next
            .  b
        "#]],
    );
}

#[test]
fn what_is_typed_at_a_lines_end_stays_there_whatever_was_deleted_below() {
    check(
        "file: foo | bar | baz\\
         user: foo | bar\\
         claude: foo\\
         user: foo;\\
         revert claude",
        &expect![[r#"
            .u foo;
            .  bar
        "#]],
    );
}
