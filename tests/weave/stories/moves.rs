//! Moves: a block that went elsewhere keeps its authors, and goes home with what was written inside it.

use countersign_core::author::Author;
use countersign_core::destroyed::Suspects;
use countersign_core::document::{Act, Document};
use countersign_core::edit::Lineage;
use countersign_core::hunk::hunks;
use countersign_core::revert::{Request, plan, restore, undo};
use countersign_core::weave::Splice;
use expect_test::expect;
use ropey::Rope;

use super::{check, drawn, reverts, tell, writes};

/// A file of three functions, of which the user wrote the first.
const FILE: &str = "file: one() | two() | six() | ten() | abc() | xyz() | end
    user: fn first() { | ··let mine = 1; | } | one() | two() | six() | ten() | abc() | xyz() | end";
const MOVED: &str = "claude: one() | two() | six() | ten() | abc() | xyz() | fn first() { | ··let mine = 1; | } | end";

#[test]
fn what_an_agent_moved_is_whose_it_was_and_goes_home_with_its_revert() {
    check(
        &format!("{FILE}\n{MOVED}"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            u  fn first() {
            u    let mine = 1;
            u  }
            .  end
        "#]],
    );
    check(
        &format!("{FILE}\n{MOVED}\nrevert claude"),
        &expect![[r#"
            u  fn first() {
            u    let mine = 1;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn what_the_user_wrote_inside_a_block_that_an_agent_moved_goes_home_with_it() {
    check(
        &format!(
            "{FILE}\n{MOVED}
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let mine = 100; | ··let more = 2; | }} | after | end
             revert claude"
        ),
        &expect![[r#"
            u  fn first() {
            u    let mine = 100;
            u    let more = 2;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            u  after
            .  end
        "#]],
    );
    check(
        &format!(
            "{FILE}\n{MOVED}
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | }} | end
             revert claude"
        ),
        &expect![[r#"
            u  fn first() {
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn what_the_user_put_in_the_place_of_a_moved_blocks_ends_goes_home_with_it() {
    check(
        &format!(
            "{FILE}\n{MOVED}
             user: one() | two() | six() | ten() | abc() | xyz() | sub other(me): | ··let mine = 1; | quite.finished | end
             revert claude"
        ),
        &expect![[r#"
            u  sub other(me):
            u    let mine = 1;
            u  quite.finished
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn of_a_block_that_an_agent_moved_and_changed_only_the_changed_words_are_its() {
    let file = "file: one() | two() | six() | ten() | abc() | xyz() | end
        user: fn first_of_them(mine) { | ··let mine = 1; | } | one() | two() | six() | ten() | abc() | xyz() | end";
    let changed = "claude: one() | two() | six() | ten() | abc() | xyz() | fn first_of_them(mine) { | ··let mine = 2; | } | new() | end";
    check(
        &format!("{file}\n{changed}"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            u  fn first_of_them(mine) {
            uc   let mine = 2;
            u  }
            c  new()
            .  end
        "#]],
    );
    check(
        &format!("{file}\n{changed}\nrevert claude"),
        &expect![[r#"
            u  fn first_of_them(mine) {
            u    let mine = 1;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn of_a_block_that_an_agent_moved_in_part_that_part_goes_home() {
    let part = "claude: one() | two() | six() | ten() | abc() | xyz() | ··let mine = 1; | ··let more = 2; | end";
    let file = "file: one() | two() | six() | ten() | abc() | xyz() | end
        user: fn first() { | ··let mine = 1; | ··let more = 2; | } | one() | two() | six() | ten() | abc() | xyz() | end";
    check(
        &format!("{file}\n{part}"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            u    let mine = 1;
            u    let more = 2;
            .  end
        "#]],
    );
    check(
        &format!("{file}\n{part}\nrevert claude"),
        &expect![[r#"
            u  fn first() {
            u    let mine = 1;
            u    let more = 2;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

const AGENTS: &str = "file: one() | two() | six() | ten() | abc() | xyz() | end
    claude: fn first() { | ··let its = 1; | } | one() | two() | six() | ten() | abc() | xyz() | end";

#[test]
fn what_the_user_moved_of_an_agents_stays_the_agents_and_goes_with_it() {
    let moved = "user: one() | two() | six() | ten() | abc() | xyz() | fn first() { | ··let its = 1; | } | end";
    check(
        &format!("{AGENTS}\n{moved}"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            c  fn first() {
            c    let its = 1;
            c  }
            .  end
        "#]],
    );
    check(
        &format!("{AGENTS}\n{moved}\nrevert claude"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn what_the_user_typed_inside_an_agents_line_that_was_moved_makes_it_the_users() {
    check(
        &format!(
            "{AGENTS}
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let its = 1; | }} | end
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let its = 1 + mine; | }} | end
             revert claude"
        ),
        &expect![[r#"
            1 kept for user
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            cu   let its = 1 + mine;
            .  end
        "#]],
    );
}

#[test]
fn cut_and_pasted_is_moved_and_typed_again_is_not() {
    let cut = "user: one() | two() | six() | ten() | abc() | xyz() | end";
    let pasted = "user: one() | two() | six() | ten() | abc() | xyz() | fn first() { | ··let its = 1; | } | end";
    check(
        &format!("{AGENTS}\n{cut}\n{pasted}\nrevert claude"),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
    // Pasted once more it is there twice: the second is the user's own.
    check(
        &format!(
            "{AGENTS}\n{cut}\n{pasted}\nuser: one() | fn first() {{ | ··let its = 1; | }} | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let its = 1; | }} | end\nrevert claude"
        ),
        &expect![[r#"
            .  one()
            u  fn first() {
            u    let its = 1;
            u  }
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
    check(
        &format!(
            "{AGENTS}\n{cut}
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | end
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let its = 1; | end
             user: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | ··let its = 1; | }} | end
             revert claude"
        ),
        &expect![[r#"
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            u  fn first() {
            u    let its = 1;
            u  }
            .  end
        "#]],
    );
}

#[test]
fn a_block_that_the_user_moved_on_stays_where_the_user_put_it() {
    check(
        &format!(
            "{FILE}\n{MOVED}
             user: one() | fn first() {{ | ··let mine = 1; | }} | two() | six() | ten() | abc() | xyz() | end
             revert claude"
        ),
        &expect![[r#"
            .  one()
            u  fn first() {
            u    let mine = 1;
            u  }
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn a_block_that_an_agent_moved_twice_goes_home() {
    check(
        &format!(
            "{FILE}\n{MOVED}
             claude: one() | fn first() {{ | ··let mine = 1; | }} | two() | six() | ten() | abc() | xyz() | end
             revert claude"
        ),
        &expect![[r#"
            u  fn first() {
            u    let mine = 1;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

#[test]
fn brackets_blank_lines_and_what_stands_twice_are_never_moved() {
    check(
        "file: a | b | c | d | e
           user: } | ⏎ | x | a | b | c | d | e
           claude: a | b | c | d | } | ⏎ | x | e",
        &expect![[r#"
            .  a
            .  b
            .  c
            .  d
            c  }
            c
            c  x
            .  e
        "#]],
    );
    check(
        "file: a | b | c
           user: let value = compute(); | a | b | let value = compute(); | c
           claude: a | b | c | let value = compute();",
        &expect![[r#"
            .  a
            .  b
            .  c
            c  let value = compute();
        "#]],
    );
}

#[test]
fn two_agents_moves_are_taken_out_each_by_itself() {
    let story = format!(
        "{FILE}\n{MOVED}
         codex: one() | fn first() {{ | ··let mine = 1; | ··let its = 2; | }} | two() | six() | ten() | abc() | xyz() | end"
    );
    check(
        &format!("{story}\nrevert claude"),
        &expect![[r#"
            .  one()
            u  fn first() {
            u    let mine = 1;
            c    let its = 2;
            u  }
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
    check(
        &format!("{story}\nrevert claude\nrevert codex"),
        &expect![[r#"
            u  fn first() {
            u    let mine = 1;
            u  }
            .  one()
            .  two()
            .  six()
            .  ten()
            .  abc()
            .  xyz()
            .  end
        "#]],
    );
}

/// Each hunk: its authors, its lines, how many are the user's, what it took away.
pub(super) fn told(document: &Document) -> String {
    let hunks = hunks(document, Lineage::Editor, &Author::is_agent);
    let line = |hunk: &countersign_core::hunk::Hunk| {
        let authors: Vec<String> = hunk.authors.iter().map(Author::to_string).collect();
        format!("{:?} by {}, {} of the user's, -{:?}\n", hunk.lines, authors.join("+"), hunk.mine, hunk.removed_text)
    };
    hunks.iter().map(line).collect()
}

#[test]
fn a_hunk_at_either_end_of_a_move_takes_the_block_home() {
    let (document, _) = tell(&format!("{FILE}\n{MOVED}"));
    expect![[r#"
        0..0 by claude, 0 of the user's, -"fn first() {\n  let mine = 1;\n}\n"
        6..9 by claude, 3 of the user's, -""
    "#]]
    .assert_eq(&told(&document));
    for hunk in hunks(&document, Lineage::Editor, &Author::is_agent) {
        let mut document = document.clone();
        let request =
            Request { whose: &Author::is_agent, only: Some(&hunk.deeds), accepted_too: false, mine_too: false };
        let plan = plan(&document, Lineage::Editor, &request);
        document.carry_out(&plan, &Act::user(0));
        assert_eq!(drawn(&document), tell(FILE).1);
        assert_eq!(told(&document), "");
    }
    for hunk in hunks(&document, Lineage::Editor, &Author::is_agent) {
        let mut document = document.clone();
        document.accept(Lineage::Editor, &hunk.deeds, &Act::user(0));
        assert_eq!(told(&document), "", "a move is accepted as a whole");
        assert_eq!(reverts(&mut document, "claude"), "");
        assert_eq!(drawn(&document), tell(&format!("{FILE}\n{MOVED}")).1);
    }
}

#[test]
fn an_agents_block_that_the_user_moved_awaits_review_where_it_is() {
    let moved = "user: one() | two() | six() | ten() | abc() | xyz() | fn first() { | ··let its = 1; | } | end";
    let (mut document, _) = tell(&format!("{AGENTS}\n{moved}"));
    expect![[r#"
        6..9 by claude, 0 of the user's, -""
    "#]]
    .assert_eq(&told(&document));
    let deeds = hunks(&document, Lineage::Editor, &Author::is_agent)[0].deeds.clone();
    document.accept(Lineage::Editor, &deeds, &Act::user(0));
    assert_eq!(told(&document), "");
}

#[test]
fn what_went_home_is_back_where_it_was_once_that_is_undone() {
    let typed = "user: one() | two() | six() | ten() | abc() | xyz() | fn first() { | ··let mine = 100; | ··let more = 2; | } | end";
    let (document, before) = tell(&format!("{FILE}\n{MOVED}\n{typed}"));
    let mut by_plan = document.clone();
    reverts(&mut by_plan, "claude");
    let after = drawn(&by_plan);
    let mut by_text = by_plan.clone();
    let (_, revert) = by_plan.weave().entries().last().unwrap();
    let plan = undo(&by_plan, Lineage::Editor, revert.id).unwrap();
    by_plan.carry_out(&plan, &Act::user(0));
    by_text.observe(Lineage::Editor, document.text(Lineage::Editor).clone(), &Act::user(0));
    for mut undone in [by_plan, by_text] {
        assert_eq!(drawn(&undone), before);
        assert_eq!(told(&undone), told(&document));
        reverts(&mut undone, "claude");
        assert_eq!(drawn(&undone), after);
    }
}

/// What agents destroyed of a file of which git holds nothing, and the text with it brought back.
fn lost(document: &Document) -> String {
    let all = hunks(document, Lineage::Editor, &Author::is_agent);
    let Some(suspects) = Suspects::of(document, Lineage::Editor) else { return "nothing\n".to_owned() };
    let lost = suspects.destroyed(&all, None);
    let told = lost.iter().map(|lost| {
        let back = restore(document, Lineage::Editor, &lost.deeds).expect("it comes back");
        format!("{:?}, back in {:?}\n", lost.text, back.target.to_string())
    });
    told.collect()
}

#[test]
fn what_an_agent_moved_is_not_destroyed_and_what_it_then_deletes_is() {
    let (document, _) = tell(&format!("{FILE}\n{MOVED}"));
    assert_eq!(lost(&document), "nothing\n");
    let (document, _) = tell(&format!(
        "{FILE}\n{MOVED}\nclaude: one() | two() | six() | ten() | abc() | xyz() | fn first() {{ | }} | end"
    ));
    expect![[r#"
        "  let mine = 1;\n", back in "one()\ntwo()\nsix()\nten()\nabc()\nxyz()\nfn first() {\n  let mine = 1;\n}\nend\n"
    "#]]
    .assert_eq(&lost(&document));
}

#[test]
fn a_move_within_an_editor_is_one_whether_cut_and_pasted_or_dragged() {
    let text = "fn first() {\n  let its = 1;\n}\none()\ntwo()\nsix()\nten()\nabc()\nxyz()\nend\n";
    let block = "fn first() {\n  let its = 1;\n}\n";
    let changes = [
        // Cut, and put below another line, as Neovim sends it.
        vec![Splice::new(0..block.len(), ""), Splice::new(35..35, format!("\n{}", block.trim_end()))],
        // Lines moved down by an editor's command: one change of all that is between.
        vec![Splice::new(0..block.len() + 36, format!("one()\ntwo()\nsix()\nten()\nabc()\nxyz()\n{block}"))],
    ];
    let ends = changes.map(|changes| {
        let mut document = Document::new(Rope::from_str("one()\ntwo()\nsix()\nten()\nabc()\nxyz()\nend\n"), 1);
        document.opened(Rope::from_str("one()\ntwo()\nsix()\nten()\nabc()\nxyz()\nend\n"), &Act::user(0));
        writes(&mut document, "claude", text);
        for change in changes {
            document.typed(&[change], &Act::user(0));
        }
        drawn(&document)
    });
    expect![[r#"
        .  one()
        .  two()
        .  six()
        .  ten()
        .  abc()
        .  xyz()
        c  fn first() {
        c    let its = 1;
        c  }
        .  end
    "#]]
    .assert_eq(&ends[0]);
    assert_eq!(ends[0], ends[1]);
}
