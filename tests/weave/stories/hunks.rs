//! What awaits review, hunk by hunk.

use super::{Document, Lineage, Request, drawn, plan, tell};
use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::hunk::{Hunk, HunkId, find, hunks};
use expect_test::expect;

fn pending(document: &Document) -> Vec<Hunk> {
    hunks(document, Lineage::Editor, &Author::is_agent)
}

/// Lines from 1, authors, lines that came and went, lines in which the user wrote, and what went.
fn listed(document: &Document) -> String {
    let line = |hunk: &Hunk| {
        let authors: Vec<String> = hunk.authors.iter().map(ToString::to_string).collect();
        let (first, end) = (hunk.lines.start + 1, hunk.lines.end);
        let place = if hunk.lines.is_empty() { format!("before {first}") } else { format!("{first}-{end}") };
        let Hunk { added, removed, mine, removed_text, .. } = hunk;
        format!("{place} {}: +{added} -{removed}, {mine} mine, gone {removed_text:?}\n", authors.join(" and "))
    };
    pending(document).iter().map(line).collect()
}

fn revert(document: &mut Document, hunk: &Hunk, mine_too: bool) {
    let request = Request { whose: &Author::is_agent, only: Some(&hunk.deeds), accepted_too: false, mine_too };
    let plan = plan(document, Lineage::Editor, &request);
    document.carry_out(&plan, &Act::user(0));
}

#[test]
fn hunks_are_listed_with_their_lines_and_authors() {
    let (document, _) = tell(
        "file: a | b | c | d | e
        claude: a | x | b | C | d | e
        codex: a | x | b | C | y | d
        user: a | x | mine | b | C | y | d",
    );
    expect![[r#"
        2-2 claude: +1 -0, 0 mine, gone ""
        5-6 claude and codex: +2 -1, 0 mine, gone "c\n"
        before 8 codex: +0 -1, 0 mine, gone "e\n"
    "#]]
    .assert_eq(&listed(&document));
}

#[test]
fn a_line_in_which_was_only_inserted_counts_as_gone_and_come() {
    let (document, _) = tell(
        "file: a | b b | c | d d | e
        claude: a | b more b | c | d | e | f",
    );
    expect![[r#"
        2-2 claude: +1 -1, 0 mine, gone ""
        4-4 claude: +1 -1, 0 mine, gone " d"
        6-6 claude: +1 -0, 0 mine, gone ""
    "#]]
    .assert_eq(&listed(&document));
}

#[test]
fn one_hunk_is_accepted_and_another_reverted() {
    let (mut document, _) = tell(
        "file: a | b | c
        claude: a | x | b | c | y",
    );
    let [first, second] = <[Hunk; 2]>::try_from(pending(&document)).expect("two hunks");
    document.accept(Lineage::Editor, &first.deeds, &Act::user(0));
    revert(&mut document, &second, false);
    expect![[r#"
        .  a
        c  x
        .  b
        .  c
    "#]]
    .assert_eq(&drawn(&document));
    assert_eq!(listed(&document), "");
}

#[test]
fn what_was_accepted_stays_when_the_agent_is_taken_out() {
    let (mut document, _) = tell(
        "file: a | b | c
        claude: a | x | b | c | y",
    );
    let first = pending(&document).remove(0);
    document.accept(Lineage::Editor, &first.deeds, &Act::user(0));
    super::reverts(&mut document, "claude");
    expect![[r#"
        .  a
        c  x
        .  b
        .  c
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn hunks_of_two_agents_side_by_side_are_one_hunk() {
    let (document, _) = tell(
        "file: a | b
        claude: a | x | b
        codex: a | x | y | b",
    );
    expect![[r#"
        2-3 claude and codex: +2 -0, 0 mine, gone ""
    "#]]
    .assert_eq(&listed(&document));
}

#[test]
fn a_mixed_hunk_goes_with_what_the_user_wrote_in_it_when_that_is_asked() {
    let story = "file: a | b
        claude: a | let x = 1; | b
        user: a | let x = 12; | b";
    let (mut document, _) = tell(story);
    let hunks = pending(&document);
    expect![[r#"
        2-2 claude: +1 -0, 1 mine, gone ""
    "#]]
    .assert_eq(&listed(&document));
    revert(&mut document, &hunks[0], true);
    expect![[r#"
        .  a
        .  b
    "#]]
    .assert_eq(&drawn(&document));
}

#[test]
fn a_hunk_that_is_gone_is_not_found() {
    let (mut document, _) = tell(
        "file: a | b
        claude: a | x | b",
    );
    let hunk = pending(&document).remove(0);
    let id: HunkId = hunk.id.to_string().parse().expect("its own name");
    assert_eq!(find(&pending(&document), id), Some(&hunk));
    revert(&mut document, &hunk, false);
    assert_eq!(find(&pending(&document), id), None);
    assert!("3.17".parse::<HunkId>().is_err());
}
