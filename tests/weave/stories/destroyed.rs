//! Work destroyed: which lines are, and that what was destroyed comes back exactly, and nothing else changes.

use std::cell::Cell;

use countersign_core::author::Author;
use countersign_core::destroyed::{Destroyed, Suspects};
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::hunk::hunks;
use countersign_core::revert::restore;
use countersign_core::rules::{self, Settings};
use countersign_core::taken::taken;
use countersign_core::workspace::Content;
use expect_test::{Expect, expect};
use ropey::Rope;

use super::super::story::{drawn, parse};
use super::tell;

/// What was destroyed, where git holds these texts of the file.
fn destroyed(document: &Document, heads: Option<&[Content]>) -> Vec<Destroyed> {
    let hunks = hunks(document, Lineage::Editor, &Author::is_agent);
    Suspects::of(document, Lineage::Editor).map_or_else(Vec::new, |suspects| suspects.destroyed(&hunks, heads))
}

fn head(text: &str) -> Vec<Content> {
    let story = parse(&format!("file: {text}")).expect("a text on one line");
    vec![Content::Text(Rope::from_str(&story.file))]
}

/// Tells a story of a file of which git holds `committed`, then what is said of it, then the text with all of it restored.
fn check(committed: &str, story: &str, outcome: &Expect) {
    let (mut document, _) = tell(story);
    let heads = head(committed);
    let mut said = String::new();
    for lost in destroyed(&document, Some(&heads)) {
        said += &format!("{}\n", lost.finding(&Settings::default(), true).expect("no setting is against it").message);
        restores(&mut document, &lost);
    }
    assert_eq!(destroyed(&document, Some(&heads)), [], "what was restored is destroyed no more");
    outcome.assert_eq(&(said + &super::drawn(&document)));
}

fn restores(document: &mut Document, lost: &Destroyed) {
    let plan = restore(document, Lineage::Editor, &lost.deeds).expect("it can come back");
    if lost.put_back == 0 {
        let back: String = plan.splices.iter().map(|splice| splice.text.as_str()).collect();
        assert_eq!(back.replace('\n', ""), lost.text.replace('\n', ""));
    }
    document.carry_out(&plan, &Act::user(0));
    assert_eq!(*document.text(Lineage::Editor), plan.target);
}

#[test]
fn lines_that_the_user_typed_and_did_not_commit_are_destroyed_and_come_back() {
    check(
        "a | b | c",
        "file: a | b | c
        user: a | one | two | b | c
        claude: a | b | agent | c",
        &expect![[r#"
            2 lines of yours that were not committed are gone: `one`.
            .  a
            u  one
            u  two
            .  b
            c  agent
            .  c
        "#]],
    );
}

#[test]
fn text_older_than_our_first_sight_counts_where_git_does_not_hold_it() {
    check(
        "a | c",
        "file: a | old and not committed | c
        claude: a | c",
        &expect![[r#"
            1 line that was not committed is gone: `old and not committed`.
            .  a
            .  old and not committed
            .  c
        "#]],
    );
}

#[test]
fn what_was_committed_is_not_destroyed() {
    check(
        "a | one | b",
        "file: a | b
        user: a | one | b
        claude: a | b",
        &expect![[r#"
            .  a
            .  b
        "#]],
    );
}

#[test]
fn of_a_block_that_is_partly_committed_the_rest_is_destroyed() {
    check(
        "a | one | b",
        "file: a | one | b
        user: a | one | two | b
        claude: a | agent",
        &expect![[r#"
            1 line of yours that was not committed is gone: `two`.
            .  a
            u  two
            c  agent
        "#]],
    );
}

#[test]
fn a_committed_line_that_the_user_changed_is_destroyed_as_it_was() {
    check(
        "a | let total = 1; | b",
        "file: a | let total = 1; | b
        user: a | let total = 1 + tax; | b
        claude: a | b",
        &expect![[r#"
            1 line that was not committed is gone: `let total = 1 + tax;`.
            .  a
            .u let total = 1 + tax;
            .  b
        "#]],
    );
}

#[test]
fn a_line_that_was_only_changed_is_not_destroyed() {
    check(
        "a | b",
        "file: a | b
        user: a | let total = price * count; | b
        claude: a | let total = price * count + tax; | b",
        &expect![[r#"
            .  a
            uc let total = price * count + tax;
            .  b
        "#]],
    );
}

#[test]
fn a_line_that_is_changed_step_by_step_is_not_destroyed() {
    check(
        "a | b",
        "file: a | b
        user: a | let total = price * count; | b
        claude: a | let sum = price * count; | b
        claude: a | let sum = cost * count; | b
        claude: a | let sum = cost * number; | b",
        &expect![[r#"
            .  a
            uc let sum = cost * number;
            .  b
        "#]],
    );
}

#[test]
fn a_line_that_its_agent_put_elsewhere_is_not_destroyed_and_one_that_another_put_there_is() {
    check(
        "a | b | c",
        "file: a | b | c
        user: a | mine it is | b | c
        claude: a | b | c | mine it is",
        &expect![[r#"
            .  a
            .  b
            .  c
            c  mine it is
        "#]],
    );
    check(
        "a | b | c",
        "file: a | b | c
        user: a | mine it is | b | c
        codex: a | mine it is | b | c | mine it is
        claude: a | b | c | mine it is",
        &expect![[r#"
            1 line of yours that was not committed is gone: `mine it is`.
            .  a
            u  mine it is
            .  b
            .  c
            c  mine it is
        "#]],
    );
}

#[test]
fn what_an_agent_wrote_is_not_destroyed() {
    check(
        "a | b",
        "file: a | b
        codex: a | agent | b
        claude: a | b",
        &expect![[r#"
            .  a
            .  b
        "#]],
    );
}

#[test]
fn blank_lines_do_not_count_and_go_along_with_what_they_stood_beside() {
    check(
        "a | b",
        "file: a | b
        user: a | ⏎ | ⏎ | b
        claude: a | b",
        &expect![[r#"
            .  a
            .  b
        "#]],
    );
    check(
        "fn a() { | } | b",
        "file: fn a() { | } | b
        user: fn a() { | } | ⏎ | fn mine() { | ··two(); | } | b
        claude: fn a() { | } | b",
        &expect![[r#"
            3 lines of yours that were not committed are gone: `fn mine() {`.
            .  fn a() {
            .  }
            u
            u  fn mine() {
            u    two();
            u  }
            .  b
        "#]],
    );
}

#[test]
fn a_last_line_without_a_break_comes_back_on_a_line_of_its_own() {
    check(
        "a",
        "file: a
        user: a | mine \\
        claude: a | other",
        &expect![[r#"
            1 line of yours that was not committed is gone: `mine`.
            .  a
            u  mine
            c  other
        "#]],
    );
    check(
        "a",
        "file: a \\
        user: a | mine \\
        claude: a \\",
        &expect![[r#"
            1 line of yours that was not committed is gone: `mine`.
            .  a
            u  mine
        "#]],
    );
}

#[test]
fn of_two_hunks_each_comes_back_alone() {
    let (mut document, _) = tell(
        "file: a | b | c
        user: a | one | b | two | c
        claude: a | b | c",
    );
    let heads = head("a | b | c");
    let lost = destroyed(&document, Some(&heads));
    let said: Vec<String> = lost.iter().map(|lost| drawn(&lost.text)).collect();
    assert_eq!(said, ["one", "two"]);
    restores(&mut document, &lost[1]);
    expect![[r#"
        .  a
        .  b
        u  two
        .  c
    "#]]
    .assert_eq(&super::drawn(&document));
    assert_eq!(destroyed(&document, Some(&heads)).len(), 1);
}

#[test]
fn what_was_destroyed_in_a_block_that_the_user_then_moved_comes_back_in_it() {
    check(
        "one() | two() | six() | end",
        "file: one() | two() | six() | end
        user: fn first(items) { | ··let mine = items; | ··call(mine); | } | one() | two() | six() | end
        claude: fn first(items) { | ··call(mine); | } | one() | two() | six() | end
        user: one() | two() | six() | fn first(items) { | ··call(mine); | } | end",
        &expect![[r#"
            1 line of yours that was not committed is gone: `let mine = items;`.
            .  one()
            .  two()
            .  six()
            u  fn first(items) {
            u    let mine = items;
            u    call(mine);
            u  }
            .  end
        "#]],
    );
}

#[test]
fn outside_of_a_repository_nothing_is_committed() {
    let (document, _) = tell(
        "file: a | b | c
        claude: a | c",
    );
    let lost = destroyed(&document, None);
    let said = lost[0].finding(&Settings::default(), false).expect("no setting is against it");
    assert_eq!(said.message, "1 line is gone: `b`.");
    assert_eq!(said.removed.as_deref(), Some("b\n"));
}

#[test]
fn a_text_that_git_held_since_is_committed() {
    let (document, _) = tell(
        "file: a | b | c
        claude: a | c",
    );
    let heads = [head("a | c"), head("a | b | c")].concat();
    assert_eq!(destroyed(&document, Some(&heads)), []);
}

#[test]
fn what_looks_like_a_secret_is_not_quoted() {
    let (document, _) = tell(
        "file: a | API_TOKEN=kD93hfUzQ1 | c
        claude: a | c",
    );
    let said = destroyed(&document, None)[0].finding(&Settings::default(), true).expect("no setting is against it");
    assert_eq!(said.message, "1 line that was not committed is gone.");
}

#[test]
fn accepted_changes_destroyed_nothing_and_settings_silence_the_rest() {
    let (mut document, _) = tell(
        "file: a | b | c
        claude: a | c",
    );
    let disabled = Settings { disabled: ["destroyed-work".to_owned()].into(), ..Settings::default() };
    assert_eq!(destroyed(&document, None)[0].finding(&disabled, true), None);
    let hunk = hunks(&document, Lineage::Editor, &Author::is_agent).remove(0);
    document.accept(Lineage::Editor, &hunk.deeds, &Act::user(0));
    assert_eq!(destroyed(&document, None), []);
}

#[test]
fn a_line_of_an_agents_that_was_accepted_is_destroyed_where_the_user_typed_in_it() {
    let lost_after = |typed: &str| {
        let (mut document, _) = tell(
            "file: a | c
            claude: a | agent 1 | c",
        );
        let hunk = hunks(&document, Lineage::Editor, &Author::is_agent).remove(0);
        document.accept(Lineage::Editor, &hunk.deeds, &Act::user(0));
        super::writes(&mut document, "user", typed);
        super::writes(&mut document, "codex", "a\nc\n");
        destroyed(&document, Some(&head("a | c"))).iter().map(|lost| lost.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(lost_after("a\nagent 1\nc\n"), [] as [String; 0]);
    assert_eq!(lost_after("a\nagent 1 and mine\nc\n"), ["agent 1 and mine\n"]);
}

#[test]
fn the_rules_own_example_shows_what_it_says() {
    let rule = rules::rule("destroyed-work").expect("there is one");
    let side = |text: &str, other: char| -> String {
        let lines = text.lines().filter(|line| !line.starts_with(other));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
    };
    for (text, is_bad) in [(&rule.example.bad, true), (&rule.example.good, false)] {
        let mut document = Document::new(Rope::from_str(&side(text, '+')), 1);
        let agent = Act::agent(Author::agent("claude", "s1"), Evidence::Content, 0);
        document.observe(Lineage::Disk, Rope::from_str(&side(text, '-')), &agent);
        assert_eq!(!destroyed(&document, Some(&[])).is_empty(), is_bad, "{text}");
    }
}

#[test]
fn a_line_that_an_agent_put_back_to_what_is_committed_is_destroyed_and_comes_back_as_it_was() {
    check(
        "limit = 10 | name = x | end",
        "file: limit = 10 | name = x | end
        user: limit = 99 | name = x | end
        claude: limit = 10 | name = x | end",
        &expect![[r#"
            1 line of yours that was not committed is put back to what git holds: `limit = 99`.
            .  limit =
            u  99
            .  name = x
            .  end
        "#]],
    );
    check(
        "a | nine | c",
        "file: a | nine | c
        user: a | nine, mine | c
        claude: a | nine | c and more",
        &expect![[r#"
            .  a
            .  nine
            c  c and more
        "#]],
    );
}

#[test]
fn what_the_user_added_to_a_line_and_an_agent_put_back_comes_back_with_the_lines_that_it_took() {
    check(
        "a | nine | c | d",
        "file: a | nine | c | d
        user: a | nine, mine | typed | c | d
        claude: a | nine | c | D",
        &expect![[r#"
            2 lines of yours that were not committed are gone: `typed`.
            .  a
            .  nine
            u  , mine
            u  typed
            .  c
            c  D
        "#]],
    );
}

#[test]
fn what_git_held_is_asked_from_the_change_before_since_a_command_is_seen_only_when_it_ends() {
    let typed = Act { at: 5_000, ..Act::user(0) };
    let gits = |author| Act { author, evidence: Evidence::Content, at: 90_000, call: None };
    for author in [Author::agent("claude", "s1"), Author::Nobody] {
        let mut document = Document::new(Rope::from_str("a\nb\n"), 1);
        document.observe(Lineage::Disk, Rope::from_str("a\nmine\nb\n"), &typed);
        document.observe(Lineage::Disk, Rope::from_str("a\nb\n"), &gits(author.clone()));
        let asked = Cell::new(None);
        let committed = |since| {
            asked.set(Some(since));
            vec!["a\nmine\nb\n".to_owned()]
        };
        if author == Author::Nobody {
            assert_eq!(taken(&document, Lineage::Disk, &committed), [], "a commit holds it");
        } else {
            committed(Suspects::of(&document, Lineage::Disk).expect("a line of the user's is gone").since);
        }
        assert_eq!(asked.get(), Some(5_000), "{author:?}");
    }
}

#[test]
fn where_the_first_change_is_an_agents_git_is_asked_from_that_on_and_not_of_all_that_it_ever_held() {
    let claude = Act { author: Author::agent("claude", "s1"), evidence: Evidence::Content, at: 90_000, call: None };
    let mut document = Document::new(Rope::from_str("a\nmine\nb\n"), 1);
    document.observe(Lineage::Disk, Rope::from_str("a\nb\n"), &claude);
    assert_eq!(Suspects::of(&document, Lineage::Disk).expect("a line is gone").since, 90_000);
}

#[test]
fn a_line_that_git_marks_in_a_conflict_was_destroyed_by_nobody() {
    check(
        "x | fn c() {} | y",
        "file: x | fn c() {} | y
        claude: x | fn agent() {} | y
        external: x | >>>> | fn c() {} | <<<< | y",
        &expect![[r#"
            .  x
            e  >>>>
            .e fn c() {}
            e  <<<<
            .  y
        "#]],
    );
    check(
        "x | fn c() {} | y",
        "file: x | fn c() {} | y
        user: x | fn mine() {} | y
        claude: x | fn agent() {} | y
        external: x | >>>> | fn c() {} | <<<< | y",
        &expect![[r#"
            1 line of yours that was not committed is put back to what git holds: `fn minec() {}`.
            .  x
            e  >>>>
            .  fn
            u  mine
            e. c() {}
            e  <<<<
            .  y
        "#]],
    );
}

#[test]
fn a_line_that_git_holds_elsewhere_is_put_back_all_the_same() {
    check(
        "fn a | return true | fn b | return false",
        "file: fn a | return true | fn b | return false
        user: fn a | return true | fn b | return true
        claude: fn a | return true | fn b | return false",
        &expect![[r#"
            1 line of yours that was not committed is put back to what git holds: `return true`.
            .  fn a
            .  return true
            .  fn b
            .  return
            u  true
        "#]],
    );
}

#[test]
fn what_a_save_claims_late_was_there_when_an_agent_took_it_away() {
    let (mut document, _) = tell(
        "file: x | fn c() {} | y
        external: x | fn mine_c() {} | y
        claude: x | fn c() {} | y",
    );
    let weave = document.weave();
    let external = weave.entries().filter(|(_, entry)| entry.author == Author::External);
    let deeds = external.flat_map(|(ix, _)| weave.deeds_of(ix)).collect();
    document.claim(deeds, &Act::user(0));
    let lost = destroyed(&document, Some(&head("x | fn c() {} | y")));
    assert_eq!(lost.iter().map(|lost| lost.text.as_str()).collect::<Vec<_>>(), ["fn mine_c() {}\n"]);
}
