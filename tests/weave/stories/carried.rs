//! Blocks that an agent changed and the user then moved: what the agent took out comes back where the block is.

use expect_test::expect;

use super::moves::told;
use super::{check, tell};

/// A file of which an agent changed a function.
const CHANGED: &str =
    "file: fn first() { | ··let old = 1; | ··call(old, 2); | } | one() | two() | six() | ten() | abc() | xyz() | end
    claude: fn its(agent: u8) { | ··let new = agent; | ··call(old, agent); | } | one() | two() | six() | ten() | abc() | xyz() | end";

#[test]
fn what_an_agent_changed_in_a_block_that_the_user_moved_is_changed_back_where_the_block_is() {
    let moved = "user: one() | two() | six() | ten() | abc() | xyz() | fn its(agent: u8) { | ··let new = agent; | ··call(old, agent); | } | end";
    let cut = "user: one() | two() | six() | ten() | abc() | xyz() | end";
    let changed_back = expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        .  abc()
        .  xyz()
        .  fn first() {
        .    let old = 1;
        .    call(old, 2);
        .  }
        .  end
    "#]];
    check(&format!("{CHANGED}\n{moved}\nrevert claude"), &changed_back);
    check(&format!("{CHANGED}\n{cut}\n{moved}\nrevert claude"), &changed_back);
    let (document, _) = tell(&format!("{CHANGED}\n{moved}"));
    expect![[r#"
        6..9 by claude, 0 of the user's, -"fn first() {\n  let old = 1;\n2"
    "#]]
    .assert_eq(&told(&document));
}

#[test]
fn what_an_agent_took_out_comes_back_where_it_was_unless_all_that_took_its_place_was_moved() {
    let story = "file: a line above | first old() | second old() | b line below | one() | end
        claude: a line above | calls_the_alpha_function(); | calls_the_beta_function(); | b line below | one() | end";
    let told = [
        "a line above | calls_the_alpha_function(); | b line below | one() | calls_the_beta_function(); | end",
        "a line above | calls_the_beta_function(); | b line below | one() | calls_the_alpha_function(); | end",
        "a line above | b line below | one() | calls_the_alpha_function(); | calls_the_beta_function(); | end",
    ]
    .map(|moved| tell(&format!("{story}\nuser: {moved}\nrevert claude")).1);
    expect![[r#"
        .  a line above
        .  first old()
        .  second old()
        .  b line below
        .  one()
        .  end

        .  a line above
        .  first old()
        .  second old()
        .  b line below
        .  one()
        .  end

        .  a line above
        .  b line below
        .  one()
        .  first old()
        .  second old()
        .  end
    "#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn an_agents_line_that_is_moved_alone_takes_no_neighbour_along() {
    check(
        "file: a line above | the user's own line | b line below | end
         claude: a line above | an agent's entirely new line | the user's own line | b line below | end
         claude: a line above | an agent's entirely new line | b line below | end
         user: a line above | b line below | an agent's entirely new line | end
         revert claude",
        &expect![[r#"
            .  a line above
            .  the user's own line
            .  b line below
            .  end
        "#]],
    );
}

#[test]
fn a_word_that_an_agent_took_out_of_a_line_that_was_moved_and_then_deleted_does_not_come_back_alone() {
    check(
        "file: fn first(items) { | ··call(one, two, three, four); | } | one() | two() | six() | end
         claude: fn first(items) { | ··call(one, three, four); | } | one() | two() | six() | end
         user: one() | two() | six() | fn first(items) { | ··call(one, three, four); | } | end
         user: one() | two() | six() | fn first(items) { | } | end
         revert claude",
        &expect![[r#"
            1 kept for user
            .  one()
            .  two()
            .  six()
            .  fn first(items) {
            .  }
            .  end
        "#]],
    );
}

#[test]
fn a_line_that_comes_back_stands_in_its_block_where_that_goes_home_itself() {
    check(
        "file: begin of the file | first of the block | second of the block | middle of the file | user's first | agent's victim | user's second | end
         claude: begin of the file | first of the block | second of the block | middle of the file | user's first | user's second | end
         claude: begin of the file | middle of the file | user's first | user's second | end | first of the block | second of the block
         user: begin of the file | middle of the file | end | first of the block | user's first | user's second | second of the block
         revert claude",
        &expect![[r#"
            .  begin of the file
            .  first of the block
            .  user's first
            .  agent's victim
            .  user's second
            .  second of the block
            .  middle of the file
            .  end
        "#]],
    );
}

#[test]
fn a_line_that_was_deleted_twice_belongs_where_it_stood_the_second_time() {
    check(
        "file: one() | two() | an agent's victim | six() | ten() | end
         claude: one() | two() | six() | ten() | end
         user: one() | two() | an agent's victim | six() | ten() | end
         user: one() | two() | the block begins | an agent's victim | the block ends | six() | ten() | end
         claude: one() | two() | the block begins | the block ends | six() | ten() | end
         user: one() | two() | six() | ten() | the block begins | the block ends | end
         revert claude",
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            u  the block begins
            .  an agent's victim
            u  the block ends
            .  end
        "#]],
    );
}

/// A block out of which an agent took a line.
const BLOCK: &str = "file: one() | two() | the block begins | an agent's victim | the block ends | six() | ten() | end
    claude: one() | two() | the block begins | the block ends | six() | ten() | end";

#[test]
fn a_line_of_the_agents_that_the_block_left_behind_parts_it_not() {
    check(
        &format!(
            "{BLOCK}
             claude: one() | two() | the block begins | an inserted line | the block ends | six() | ten() | end
             user: one() | two() | an inserted line | six() | ten() | end
             user: one() | two() | an inserted line | six() | ten() | the block begins | the block ends | end
             revert claude"
        ),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  the block begins
            .  an agent's victim
            .  the block ends
            .  end
        "#]],
    );
}

#[test]
fn a_line_that_came_later_and_was_left_behind_parts_a_block_not() {
    check(
        &format!(
            "{BLOCK}
             user: one() | two() | the block begins | the user's later line | the block ends | six() | ten() | end
             user: one() | two() | the user's later line | six() | ten() | end
             user: one() | two() | the user's later line | six() | ten() | the block begins | the block ends | end
             revert claude"
        ),
        &expect![[r#"
            .  one()
            .  two()
            u  the user's later line
            .  six()
            .  ten()
            .  the block begins
            .  an agent's victim
            .  the block ends
            .  end
        "#]],
    );
}

#[test]
fn a_line_that_had_been_carried_away_before_parts_a_block_not() {
    check(
        "file: one() | two() | the block begins | carried away before | an agent's victim | the block ends | six() | ten() | end
         user: one() | carried away before | two() | the block begins | an agent's victim | the block ends | six() | ten() | end
         claude: one() | carried away before | two() | the block begins | the block ends | six() | ten() | end
         user: one() | carried away before | two() | six() | ten() | the block begins | the block ends | end
         revert claude",
        &expect![[r#"
            .  one()
            .  carried away before
            .  two()
            .  six()
            .  ten()
            .  the block begins
            .  an agent's victim
            .  the block ends
            .  end
        "#]],
    );
}

#[test]
fn a_line_at_a_blocks_end_stays_where_it_was() {
    check(
        "file: one() | two() | the block begins | the block ends | an agent's victim | six() | ten() | end
         claude: one() | two() | the block begins | the block ends | six() | ten() | end
         user: one() | two() | six() | ten() | the block begins | the block ends | end
         revert claude",
        &expect![[r#"
            .  one()
            .  two()
            .  an agent's victim
            .  six()
            .  ten()
            .  the block begins
            .  the block ends
            .  end
        "#]],
    );
}

#[test]
fn what_an_agent_wrote_over_twice_comes_back_where_the_last_of_it_was_carried() {
    check(
        "file: a line above | the first old line | b line below | one() | end
         claude: a line above | its_temporary_function(); | b line below | one() | end
         claude: a line above | calls_the_alpha_and_beta(); | b line below | one() | end
         user: a line above | b line below | one() | calls_the_alpha_and_beta(); | end
         revert claude",
        &expect![[r#"
            .  a line above
            .  b line below
            .  one()
            .  the first old line
            .  end
        "#]],
    );
}

#[test]
fn what_two_agents_took_out_of_a_block_comes_back_in_it_by_each() {
    let story =
        "file: one() | two() | the block begins | first victim | second victim | the block ends | six() | ten() | end
        claude: one() | two() | the block begins | second victim | the block ends | six() | ten() | end
        codex: one() | two() | the block begins | the block ends | six() | ten() | end
        user: one() | two() | six() | ten() | the block begins | the block ends | end";
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        .  the block begins
        .  first victim
        .  the block ends
        .  end
    "#]],
    );
    check(
        &format!("{story}\nrevert codex"),
        &expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        .  the block begins
        .  second victim
        .  the block ends
        .  end
    "#]],
    );
    check(
        &format!("{story}\nrevert agents"),
        &expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        .  the block begins
        .  first victim
        .  second victim
        .  the block ends
        .  end
    "#]],
    );
}
