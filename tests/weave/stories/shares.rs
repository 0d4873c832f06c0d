//! What an adopted line took the place of: its share of that stays away with it, all else comes back.

use expect_test::expect;

use super::check;

#[test]
fn what_another_line_of_the_agents_took_the_place_of_comes_back() {
    check(
        "file: a | first old thing | in the middle | b
         claude: a | call(alpha); | in the middle | call(beta); | b
         user: a | call(alpha); | in the middle | call(beta, mine); | b
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            .  first old thing
            .  in the middle
            cu call(beta, mine);
            .  b
        "#]],
    );
}

#[test]
fn an_adopted_line_holds_all_that_it_took_the_place_of_whatever_the_agent_wrote_above() {
    check(
        "file: a | first old thing | second old thing | b
         claude: a | call(alpha); | first old thing | second old thing | b
         claude: a | call(alpha); | quite.different(beta); | b
         user: a | call(alpha); | quite.different(beta, mine); | b
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            cu quite.different(beta, mine);
            .  b
        "#]],
    );
}

#[test]
fn what_the_agent_wrote_and_took_away_again_has_no_share() {
    check(
        "file: a | first old thing | second old thing | third old thing | b
         claude: a | for_the_time_being(); | b
         claude: a | call(alpha); | quite.different(beta); | b
         user: a | call(alpha, mine); | quite.different(beta); | b
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            .  second old thing
            .  third old thing
            cu call(alpha, mine);
            .  b
        "#]],
    );
}

#[test]
fn a_line_in_which_the_user_had_typed_is_one_line_of_what_was_there() {
    check(
        "file: a | first old thing() | second old thing() | b
         user: a | first old thing(mine) | second old thing() | b
         claude: a | call(alpha); | quite.different(beta); | b
         user: a | call(alpha); | quite.different(beta, more); | b
         revert claude",
        &expect![[r#"
            1 kept for user
            .  a
            .u first old thing(mine)
            cu quite.different(beta, more);
            .  b
        "#]],
    );
}
