//! The vectors of the design, V1 to V14: what a revert must give, each as line splices, key by key, and as Neovim sends them.

use super::play::{Play, Way, claude};
use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{Evidence, Lineage};
use ropey::Rope;

/// At a visible line, that author deletes so many lines and inserts those.
struct Step(Author, usize, usize, &'static [&'static str]);

fn agent(at: usize, gone: usize, new: &'static [&'static str]) -> Step {
    Step(claude(), at, gone, new)
}

fn user(at: usize, gone: usize, new: &'static [&'static str]) -> Step {
    Step(Author::User, at, gone, new)
}

fn words(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}

/// `accepted` are the right texts after the revert, the ideal first.
fn vector(base: &str, steps: &[Step], now: &str, accepted: &[&str]) {
    for way in [Way::Lines, Way::Keys, Way::Neovim] {
        let base: String = base.split(' ').map(|line| format!("{line}\n")).collect();
        let mut play = Play::new(&base, way);
        for Step(author, at, gone, new) in steps {
            play.lines(author, *at, *gone, new);
        }
        assert_eq!(words(&play.text()), now, "{way:?}");
        play.revert(&claude());
        let after = words(&play.text());
        assert!(accepted.contains(&after.as_str()), "{way:?}: {after}\n{}", play.document.weave().describe());
    }
}

#[test]
fn v1_apart() {
    vector("a b c d e f", &[agent(1, 1, &["B1"]), user(5, 0, &["u"])], "a B1 c d e u f", &["a b c d e u f"]);
}

#[test]
fn v2_user_inserts_inside_an_agents_block() {
    vector("a b c", &[agent(1, 0, &["x", "y"]), user(2, 0, &["u"])], "a x u y b c", &["a u b c"]);
}

#[test]
fn v3_user_replaces_an_agents_line() {
    vector("a b c", &[agent(1, 0, &["x", "y"]), user(1, 1, &["x2"])], "a x2 y b c", &["a x2 b c"]);
}

#[test]
fn v4_user_deletes_part_of_an_agents_block() {
    vector("a b c", &[agent(1, 0, &["x", "y"]), user(1, 1, &[])], "a y b c", &["a b c"]);
}

#[test]
fn v5_agent_replaces_a_line_and_the_user_appends_after_it() {
    vector("a b c", &[agent(1, 1, &["B"]), user(2, 0, &["u"])], "a B u c", &["a b u c", "a u b c"]);
}

#[test]
fn v6_agent_deletes_a_line_of_the_users() {
    vector("a b c", &[user(1, 0, &["u"]), agent(1, 1, &[])], "a b c", &["a u b c"]);
}

#[test]
fn v7_agent_rewrites_a_line_of_the_users() {
    vector("a b c", &[user(1, 0, &["u"]), agent(1, 1, &["U!"])], "a U! b c", &["a u b c"]);
}

#[test]
fn v8_user_deletes_a_line_and_the_agent_replaces_the_next() {
    vector("a b c", &[user(1, 1, &[]), agent(1, 1, &["k"])], "a k", &["a c"]);
}

#[test]
fn v9_agent_deletes_a_block_and_the_user_types_in_the_hole() {
    vector("a b c d", &[agent(1, 2, &[]), user(1, 0, &["u"])], "a u d", &["a u b c d", "a b c u d"]);
}

#[test]
fn v10_agent_edits_its_own_edit() {
    let steps = [agent(1, 1, &["B"]), agent(1, 1, &["BB"]), user(3, 0, &["u"])];
    vector("a b c", &steps, "a BB c u", &["a b c u"]);
}

#[test]
fn v11_user_replaces_all() {
    vector("a b", &[agent(1, 0, &["x"]), user(0, 3, &["new"])], "new", &["new"]);
}

#[test]
fn v12_agent_rewrites_the_file_over_the_users_edit() {
    vector("a b c", &[user(1, 0, &["u"]), agent(0, 4, &["a", "z", "c"])], "a z c", &["a u b c"]);
}

#[test]
fn v13a_agent_then_the_user_types_in_it_then_the_agent_on_that() {
    for way in [Way::Lines, Way::Keys, Way::Neovim] {
        let mut play = Play::new("a\nb\nc\n", way);
        play.lines(&claude(), 1, 1, &["B"]);
        play.types(&Author::User, 1, 1, "u");
        play.lines(&claude(), 1, 1, &["Bua"]);
        let plan = play.revert(&claude());
        assert_eq!(plan.held, [(Author::User, 1)].into(), "{way:?}: it is said that a line stays, and for whom");
        assert!(["a Bu c"].contains(&words(&play.text()).as_str()), "{way:?}: {}", play.text());
    }
}

#[test]
fn v13b_the_same_where_the_user_replaces_the_whole_line() {
    // What an editor sends for a line that grew by a letter does not tell typing from replacing, so the line may be held, too.
    let steps = [agent(1, 1, &["B"]), user(1, 1, &["Bu"]), agent(1, 1, &["Bua"])];
    vector("a b c", &steps, "a Bua c", &["a b Bu c", "a Bu c"]);
}

#[test]
fn v14_two_lineages_delete_one_line() {
    let mut play = Play::new("a\nb\nc\n", Way::Lines);
    play.lines(&Author::User, 1, 1, &[]);
    let agent = Act::agent(claude(), Evidence::Content, 0);
    play.document.observe(Lineage::Disk, Rope::from_str("a\nk\nc\n"), &agent);
    play.check();
    play.document.load();
    play.check();
    assert_eq!(words(&play.text()), "a k c");
    play.revert(&claude());
    assert_eq!(words(&play.text()), "a c");
}
