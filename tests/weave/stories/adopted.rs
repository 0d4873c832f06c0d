//! Adopted lines: how long they are the user's, and what of them is.

use super::{Act, check, drawn, reverts, tell};
use countersign_core::weave::Splice;
use expect_test::expect;

#[test]
fn a_line_stays_the_users_while_one_of_two_changes_in_it_stands() {
    check(
        "file: a | b
           claude: a | let one = two; | b
           user: a | let one = Xtwo; | b
           user: a | let one = Xtwoo; | b
           user: a | let one = twoo; | b
           revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            cu let one = twoo;
            .  b
        "#]],
    );
}

#[test]
fn in_a_line_of_several_only_the_word_that_the_user_split_is_kept() {
    check(
        "file: old = 1
           claude: old = 1 + foo + bar
           user: old = 1 + foXo + bar
           revert claude",
        &expect![[r#"
            1 kept for user
            .cu old = 1foXo
        "#]],
    );
}

#[test]
fn of_two_replaced_lines_the_one_whose_new_line_is_not_adopted_comes_back() {
    check(
        "file: a | first old thing | second old thing | b
           claude: a | call(alpha); | call(beta); | b
           user: a | call(alpha); | call(beta, more); | b
           revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            .  first old thing
            cu call(beta, more);
            .  b
        "#]],
    );
}

#[test]
fn what_the_user_parted_from_an_agents_line_holds_it_no_more() {
    check(
        "file: a | b
           claude: a | foo(bar) | b
           user: a | mine foo(bar) | b
           user: a | mine | foo(bar) | b
           revert claude",
        &expect![[r#"
            .  a
            u  mine
            .  b
        "#]],
    );
}

#[test]
fn a_line_that_two_agents_built_on_each_other_goes_when_both_go() {
    check(
        "file: a | b
           claude: a | call(one); | b
           codex: a | call(one, two); | b
           claude: a | call(one, two, three); | b
           revert agents",
        &expect![[r#"
            .  a
            .  b
        "#]],
    );
}

#[test]
fn a_blank_that_adopted_a_line_keeps_it_when_a_formatter_trims_the_blank() {
    let story = "file: a | b
           claude: a | let alpha = beta(b) | b
           user: a | let alpha = beta (b) | b
           user: a | let alpha = beta· | (b) | b";
    let kept = expect![[r#"
        2 kept for user
        .  a
        cu let alpha = beta
        u  (b)
        .  b
    "#]];
    check(&format!("{story}\nrevert claude"), &kept);
    let trimmed = expect![[r#"
        2 kept for user
        .  a
        c  let alpha = beta
        u  (b)
        .  b
    "#]];
    check(&format!("{story}\nexternal: a | let alpha = beta | (b) | b\nrevert claude"), &trimmed);
}

/// An agent wrote two lines where there were four, in two goes.
const TWO_FOR_FOUR: &str = "file: a | first old() | second old() | third old() | fourth old() | b
           claude: a | call(alpha); | b
           claude: a | call(alpha); | call(beta); | b";

#[test]
fn a_line_that_is_kept_holds_its_share_of_what_was_there_before() {
    let first = "user: a | call(alpha, mine); | call(beta); | b";
    check(
        &format!("{TWO_FOR_FOUR}\n{first}\nrevert claude"),
        &expect![[r#"
        1 kept for user
        .  a
        .  third old()
        .  fourth old()
        cu call(alpha, mine);
        .  b
    "#]],
    );
    let second = "user: a | call(alpha); | call(beta, mine); | b";
    check(
        &format!("{TWO_FOR_FOUR}\n{second}\nrevert claude"),
        &expect![[r#"
        1 kept for user
        .  a
        .  first old()
        .  second old()
        cu call(beta, mine);
        .  b
    "#]],
    );
}

#[test]
fn of_four_lines_that_one_line_took_the_place_of_none_comes_back_beside_it() {
    check(
        "file: a | first old() | second old() | third old() | fourth old() | b
           claude: a | call(alpha); | b
           user: a | call(alpha, mine); | b
           revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            cu call(alpha, mine);
            .  b
        "#]],
    );
}

#[test]
fn of_two_lines_that_four_lines_took_the_place_of_each_goes_with_two() {
    let names = ["one", "two", "three", "four"];
    let told = names.map(|mine| {
        let lines =
            names.map(|name| if name == mine { format!("call({name}, mine);") } else { format!("call({name});") });
        let story = format!(
            "file: a | first old() | second old() | b
             claude: a | call(one); | call(two); | call(three); | call(four); | b
             user: a | {} | b
             revert claude",
            lines.join(" | ")
        );
        tell(&story).1
    });
    expect![[r#"
        1 kept for user
        .  a
        .  second old()
        cu call(one, mine);
        .  b

        1 kept for user
        .  a
        .  second old()
        cu call(two, mine);
        .  b

        1 kept for user
        .  a
        .  first old()
        cu call(three, mine);
        .  b

        1 kept for user
        .  a
        .  first old()
        cu call(four, mine);
        .  b
    "#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn of_two_lines_that_one_change_touches_each_is_the_users_and_what_is_between_is_not() {
    check(
        "file: a | b
           claude: a | let alpha = 1; | in_the_middle(); | let beta = 2; | b
           user: a | let alpha = 10; | in_the_middle(); | let beta = 20; | b
           revert claude",
        &expect![[r#"
            2 kept for user
            .  a
            cu let alpha = 10;
            cu let beta = 20;
            .  b
        "#]],
    );
}

#[test]
fn a_line_that_comes_with_words_that_join_an_agents_makes_that_the_users() {
    let story = "file: a | b
        claude: a | call(alpha); | b";
    let (mut document, _) = tell(story);
    document.typed(&[Splice::new(2..2, "mine\nmore ")], &Act::user(0));
    assert_eq!(reverts(&mut document, "claude"), "1 kept for user\n");
    expect![[r#"
        .  a
        u  mine
        uc more call(alpha);
        .  b
    "#]]
    .assert_eq(&drawn(&document));
    let (mut document, _) = tell(story);
    document.typed(&[Splice::new(14..14, " more\nmine")], &Act::user(0));
    assert_eq!(reverts(&mut document, "claude"), "1 kept for user\n");
    expect![[r#"
        .  a
        cu call(alpha); more
        u  mine
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn in_a_line_of_the_users_what_an_agent_added_is_the_agents_wherever_the_user_types() {
    check(
        "file: a | b
           user: a | let mine = 1; | b
           claude: a | let mine = 1 + extra(thing); | b
           user: a | let mine = 12 + extra(thing); | b
           revert claude",
        &expect![[r#"
            .  a
            u  let mine = 12;
            .  b
        "#]],
    );
}

#[test]
fn a_blank_line_of_an_agents_in_which_the_user_types_is_the_users() {
    let (mut document, _) = tell(
        "file: a | b
        claude: a | ···· | b",
    );
    document.typed(&[Splice::new(6..6, "mine")], &Act::user(0));
    assert_eq!(reverts(&mut document, "claude"), "1 kept for user\n");
    expect![[r#"
        .  a
        cu     mine
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}
