//! What is told of a weave as a whole: its description, and of what kind edits are.

use expect_test::expect;

use super::*;
use crate::edit::{Cause, Switch};

const BASE: EditId = EditId::FIRST;

fn id(counter: u64) -> EditId {
    EditId { counter, process: 1 }
}

fn edit(counter: u64, author: Author, acts: Acts) -> Edit {
    let (place, evidence) = (Lineage::Disk, Evidence::Buffer);
    Edit { id: id(counter), author, place, evidence, at: counter, call: None, acts }
}

fn span(edit: EditId, start: u32, len: u32) -> Span {
    Span { edit, start, len }
}

fn insert(edit: EditId, offset: u32, text: &str) -> Insert {
    Insert::new(Some(Point { edit, offset }), text)
}

/// A text in which each of these was done, one after the other.
fn woven(first: &str, all: Vec<Acts>) -> Weave {
    let mut weave = Weave::new(Rope::from_str(first));
    for (no, acts) in all.into_iter().enumerate() {
        weave.fold(edit(no as u64 + 1, Author::User, acts), [true; 2]).unwrap();
    }
    weave
}

#[test]
fn a_description_names_what_was_done_to_each_run_of_text_and_parts_none() {
    let deed = |by, to| Deed { by: id(by), to };
    let moved = Insert { from: vec![Moved { at: 0, was: span(BASE, 8, 4) }], ..insert(BASE, 4, "six\n") };
    let like = Insert { like: Some(Point { edit: BASE, offset: 1 }), ..insert(BASE, 4, "ONE\n") };
    let adoption = Adoption { causes: Vec::new(), births: vec![deed(1, span(id(1), 0, 4))], kills: Vec::new() };
    let weave = woven(
        "one\ntwo\nsix\nten\n",
        vec![
            Acts { inserts: vec![insert(BASE, 4, "new\nnew\n")], kills: vec![span(BASE, 4, 4)], ..Acts::default() },
            Acts { inserts: vec![moved], kills: vec![span(BASE, 8, 4)], ..Acts::default() },
            Acts { inserts: vec![like], fades: vec![span(BASE, 0, 4)], ..Acts::default() },
            Acts { switches: vec![Switch { deed: deed(1, span(BASE, 4, 4)), on: false }], ..Acts::default() },
            Acts { switches: vec![Switch { deed: deed(1, span(BASE, 4, 4)), on: true }], ..Acts::default() },
            Acts { accepts: vec![deed(1, span(id(1), 0, 4))], ..Acts::default() },
            Acts { claims: vec![deed(1, span(id(1), 4, 4))], adoptions: vec![adoption], ..Acts::default() },
            // Cut, and alike on both sides of the cut.
            Acts { accepts: vec![deed(1, span(BASE, 12, 2)), deed(1, span(BASE, 14, 2))], ..Acts::default() },
        ],
    );
    expect![[r#"
        0.0+0 "one\n" faded by 1.3
        1.3+0 "ONE\n" like 0.0
        1.2+0 "six\n" from 0.0+8
        1.1+0 "new\n" 1.1 accepted by 1.6 held by 1.7
        1.1+4 "new\n" 1.1 claimed by 1.7
        0.0+4 "two\n" killed by 1.1 1.1 switched off by 1.4 1.1 switched on by 1.5
        0.0+8 "six\n" killed by 1.2
        0.0+12 "ten\n" 1.1 accepted by 1.8
    "#]]
    .assert_eq(&weave.describe());
}

#[test]
fn runs_of_one_edit_are_told_apart_where_they_were_put_apart() {
    let twice = vec![insert(BASE, 1, "x"), insert(BASE, 1, "y")];
    let weave = woven("ab", vec![Acts { inserts: twice, ..Acts::default() }]);
    expect![[r#"
        0.0+0 "a"
        1.1+0 "x"
        1.1+1 "y"
        0.0+1 "b"
    "#]]
    .assert_eq(&weave.describe());
}

#[test]
fn only_what_gives_text_another_form_is_neutral() {
    let like = || Insert { like: Some(Point { edit: BASE, offset: 1 }), ..insert(BASE, 1, "A") };
    let fades = || vec![span(BASE, 0, 1)];
    let switches = vec![Switch { deed: Deed { by: BASE, to: span(BASE, 1, 1) }, on: false }];
    for (is_form, acts) in [
        (true, Acts { inserts: vec![like()], fades: fades(), ..Acts::default() }),
        (true, Acts { fades: fades(), ..Acts::default() }),
        (true, Acts { inserts: vec![like()], ..Acts::default() }),
        (false, Acts { inserts: vec![like(), insert(BASE, 1, "x")], fades: fades(), ..Acts::default() }),
        (false, Acts { inserts: vec![like()], kills: vec![span(BASE, 1, 1)], fades: fades(), ..Acts::default() }),
        (false, Acts { fades: fades(), switches, ..Acts::default() }),
        (false, Acts::default()),
    ] {
        let said = format!("{acts:?}");
        let weave = woven("ab", vec![acts]);
        assert_eq!(weave.is_form_since(Lineage::Editor, 1), is_form, "{said}");
        assert!(weave.is_form_since(Lineage::Editor, 2), "there is nothing since");
    }
    let mut weave = woven("ab", vec![Acts { kills: vec![span(BASE, 1, 1)], ..Acts::default() }]);
    weave.set_missing(Lineage::Editor, vec![1]);
    assert!(weave.is_form_since(Lineage::Editor, 1), "what a text lacks changes nothing in it");
}

#[test]
fn an_edit_is_blank_where_all_that_it_inserted_is() {
    for (text, blank) in [(" \t\n", true), ("", true), (" x ", false)] {
        let weave = woven("ab", vec![Acts { inserts: vec![insert(BASE, 1, text)], ..Acts::default() }]);
        assert_eq!(weave.is_blank(1), blank, "{text:?}");
    }
}

const LINES: &str = "one\ntwo\nsix\nten\n";

/// An insertion at the text's start that says where it stood before.
fn moved(text: &str, from: &[(u32, Span)]) -> Insert {
    let from = from.iter().map(|(at, was)| Moved { at: *at, was: *was }).collect();
    Insert { from, ..Insert::new(None, text) }
}

#[test]
fn what_a_broken_journal_says_was_moved_and_was_not_is_new_text() {
    for (why, first, at, was) in [
        ("nothing", LINES, 0, span(BASE, 8, 0)),
        ("nothing inside of a character", "é\n", 0, span(BASE, 1, 0)),
        ("nothing at the end", LINES, 4, span(BASE, 8, 0)),
        ("more than there is of it", LINES, 2, span(BASE, 8, 4)),
        ("from behind the end", LINES, 0, span(BASE, 14, 4)),
        ("from far behind the end", LINES, 0, span(BASE, u32::MAX, 4)),
        ("another text", LINES, 0, span(BASE, 4, 4)),
        ("itself", LINES, 0, span(id(1), 0, 4)),
    ] {
        let mut weave = woven(first, vec![Acts { inserts: vec![moved("six\n", &[(at, was)])], ..Acts::default() }]);
        assert_eq!(weave.describe(), format!("1.1+0 \"six\\n\"\n0.0+0 {first:?}\n"), "{why}");
        let kills = vec![span(id(1), 0, 4)];
        weave.fold(edit(2, Author::User, Acts { kills, ..Acts::default() }), [true; 2]).unwrap();
        assert_eq!(weave.text(&View::of(&weave, Lineage::Disk)), first, "{why}: it is not deleted with it");
    }
    let far = moved("six\n", &[(u32::MAX, span(BASE, 8, 4)), (0, span(BASE, 8, 4))]);
    let weave = woven(LINES, vec![Acts { inserts: vec![far], ..Acts::default() }]);
    assert!(
        weave.describe().starts_with("1.1+0 \"six\\n\" from 0.0+8\n"),
        "what is true of it is taken: {}",
        weave.describe()
    );
}

#[test]
fn what_is_cut_where_it_stood_is_cut_where_it_stands_and_the_other_way_round() {
    let carry = Acts {
        inserts: vec![moved("xsix\nten\n", &[(1, span(BASE, 8, 8))])],
        kills: vec![span(BASE, 8, 8)],
        ..Acts::default()
    };
    for to in
        [span(BASE, 8, 2), span(BASE, 9, 3), span(BASE, 12, 1), span(id(1), 1, 5), span(id(1), 2, 6), span(id(1), 0, 9)]
    {
        let accepts = vec![Deed { by: id(1), to }];
        let weave = woven(LINES, vec![carry.clone(), Acts { accepts, ..Acts::default() }]);
        let mut copies = 0;
        for fragment in weave.order() {
            for copy in weave.copies_of(fragment) {
                let text = |fragment| weave.part_text(fragment, 0..weave.len_of(fragment));
                assert_eq!(text(copy), text(fragment), "{to:?}");
                assert_eq!(weave.moved_from(copy), Some(fragment), "{to:?}");
                copies += weave.len_of(copy);
            }
        }
        assert_eq!(copies, 8, "{to:?}");
        assert_eq!(weave.text(&View::of(&weave, Lineage::Disk)), "xsix\nten\none\ntwo\n");
    }
}

#[test]
fn another_form_of_what_was_moved_stands_and_falls_with_what_it_was_at_first() {
    let carry = Acts {
        inserts: vec![moved("six\nten\n", &[(0, span(BASE, 8, 8))])],
        kills: vec![span(BASE, 8, 8)],
        ..Acts::default()
    };
    // Cut, so that the form is one of a piece that is not the first.
    let cut = Acts { accepts: vec![Deed { by: id(1), to: span(id(1), 0, 4) }], ..Acts::default() };
    let point = Some(Point { edit: id(1), offset: 6 });
    let form = Acts {
        inserts: vec![Insert { like: point, ..insert(id(1), 8, "TEN\n") }],
        fades: vec![span(id(1), 4, 4)],
        ..Acts::default()
    };
    let mut weave = woven(LINES, vec![carry, cut, form]);
    expect![[r#"
        1.1+0 "six\n" from 0.0+8 1.1 accepted by 1.2
        1.1+4 "ten\n" from 0.0+12 faded by 1.3
        1.3+0 "TEN\n" like 1.1 from 0.0+13
        0.0+0 "one\ntwo\n"
        0.0+8 "six\nten\n" killed by 1.1
    "#]]
    .assert_eq(&weave.describe());
    let form = weave.fragments_of(span(id(3), 0, 4))[0];
    assert_eq!((weave.moved_from(form), weave.source_of(form).is_some()), (None, true), "its bytes are others");
    let text = |weave: &Weave| weave.text(&View::of(weave, Lineage::Disk));
    assert_eq!(text(&weave), "six\nTEN\none\ntwo\n");
    weave.fold(edit(4, Author::User, Acts { kills: vec![span(id(3), 0, 4)], ..Acts::default() }), [true; 2]).unwrap();
    assert_eq!(text(&weave), "six\none\ntwo\n");
}

#[test]
fn an_edit_that_names_what_is_not_known_is_refused_and_changes_nothing() {
    let unknown = id(9);
    let (to, deed) = (span(unknown, 0, 1), Deed { by: unknown, to: span(BASE, 0, 1) });
    let done_to = Deed { by: BASE, to };
    let adopts = |births, kills| vec![Adoption { causes: Vec::new(), births, kills }];
    let all = [
        Acts { inserts: vec![insert(unknown, 1, "x")], ..Acts::default() },
        Acts {
            inserts: vec![Insert { like: Some(Point { edit: unknown, offset: 1 }), ..insert(BASE, 1, "x") }],
            ..Acts::default()
        },
        Acts { inserts: vec![moved("x", &[(0, to)])], ..Acts::default() },
        Acts { kills: vec![to], ..Acts::default() },
        Acts { fades: vec![to], ..Acts::default() },
        Acts { switches: vec![Switch { deed, on: false }], ..Acts::default() },
        Acts { switches: vec![Switch { deed: done_to, on: false }], ..Acts::default() },
        Acts { accepts: vec![deed], ..Acts::default() },
        Acts { claims: vec![done_to], ..Acts::default() },
        Acts { adoptions: adopts(vec![deed], Vec::new()), ..Acts::default() },
        Acts { adoptions: adopts(Vec::new(), vec![done_to]), ..Acts::default() },
        Acts { kept: vec![Kept { deed, holder: BASE }], ..Acts::default() },
        Acts { kept: vec![Kept { deed: Deed { by: BASE, to: span(BASE, 0, 1) }, holder: unknown }], ..Acts::default() },
    ];
    for acts in all {
        let said = format!("{acts:?}");
        let mut weave = Weave::new(Rope::from_str("ab"));
        assert_eq!(weave.fold(edit(1, Author::User, acts), [true; 2]), Err(Missing(unknown)), "{said}");
        assert_eq!((weave.describe().as_str(), weave.entries().len()), ("0.0+0 \"ab\"\n", 1), "{said}");
    }
    assert_eq!(Missing(unknown).to_string(), "edit 1.9 is not known");
}

#[test]
fn an_edit_may_name_itself() {
    let acts = Acts { inserts: vec![insert(BASE, 1, "xy")], kills: vec![span(id(1), 0, 1)], ..Acts::default() };
    let weave = woven("ab", vec![acts]);
    assert_eq!(weave.text(&View::of(&weave, Lineage::Disk)), "ayb");
}

#[test]
fn what_was_moved_is_nowhere_where_what_it_was_at_first_is_not() {
    let typed = Acts { inserts: vec![Insert::new(None, "six\n")], ..Acts::default() };
    let birth = Deed { by: id(1), to: span(id(1), 0, 4) };
    let taken_out = Acts { switches: vec![Switch { deed: birth, on: false }], ..Acts::default() };
    let carried = Insert { from: vec![Moved { at: 0, was: birth.to }], ..insert(BASE, 4, "six\n") };
    let cut = Acts { kills: vec![birth.to], ..Acts::default() };
    let paste = Acts { inserts: vec![carried], ..Acts::default() };
    let mut weave = woven("one\ntwo\n", vec![typed, taken_out, cut, paste]);
    let shown = |weave: &Weave| {
        let text = weave.text(&View::of(weave, Lineage::Disk));
        assert_eq!(weave.fingerprint(Lineage::Disk), Fingerprint::of(text.as_bytes()), "{}", weave.describe());
        text
    };
    assert_eq!(shown(&weave), "one\ntwo\n");
    let back = Acts { switches: vec![Switch { deed: birth, on: true }], ..Acts::default() };
    weave.fold(edit(5, Author::User, back), [true; 2]).unwrap();
    assert_eq!(shown(&weave), "one\nsix\ntwo\n");
    weave.fold(edit(6, Author::User, Acts { kills: vec![span(id(4), 0, 4)], ..Acts::default() }), [true; 2]).unwrap();
    assert_eq!(shown(&weave), "one\ntwo\n");
}

#[test]
fn a_text_shows_the_edits_that_it_has() {
    let mut weave = woven("ab", vec![Acts { kills: vec![span(BASE, 1, 1)], ..Acts::default() }]);
    weave.set_missing(Lineage::Editor, vec![1]);
    let shows = |view: View<'_>| [0, 1].map(|edit| view.shows(edit));
    assert_eq!(shows(View::of(&weave, Lineage::Disk)), [true, true]);
    assert_eq!(shows(View::of(&weave, Lineage::Editor)), [true, false]);
    assert_eq!(shows(View::at(1, None, &[])), [true, false]);
}

/// A text into which an agent wrote "its\n", and then something was done to that.
fn with_its(acts: Vec<Acts>) -> (Weave, FragmentIx) {
    let mut weave = Weave::new(Rope::from_str("one\n"));
    let its = Acts { inserts: vec![Insert::new(None, "its\n")], ..Acts::default() };
    weave.fold(edit(1, Author::agent("claude", "s1"), its), [true; 2]).unwrap();
    for (no, acts) in acts.into_iter().enumerate() {
        weave.fold(edit(no as u64 + 2, Author::User, acts), [false, true]).unwrap();
    }
    let first = weave.order().next().unwrap();
    (weave, first)
}

#[test]
fn a_deed_is_accepted_where_its_acceptance_counts() {
    let birth = Deed { by: id(1), to: span(id(1), 0, 4) };
    let accepts = Acts { accepts: vec![birth], ..Acts::default() };
    let taken_back = Switch { deed: Deed { by: id(2), ..birth }, on: false };
    let (weave, its) = with_its(vec![accepts.clone()]);
    assert!(weave.accepted(1, its, &View::of(&weave, Lineage::Disk)));
    assert!(!weave.accepted(0, its, &View::of(&weave, Lineage::Disk)), "another deed");
    assert!(!weave.accepted(1, its, &View::of(&weave, Lineage::Editor)), "which has not heard of it");
    let (weave, its) = with_its(vec![accepts, Acts { switches: vec![taken_back], ..Acts::default() }]);
    assert!(!weave.accepted(1, its, &View::of(&weave, Lineage::Disk)), "it was taken back");
}

#[test]
fn text_is_held_where_an_adoption_of_it_counts() {
    let births = vec![Deed { by: id(1), to: span(id(1), 0, 4) }];
    let adoptions = vec![Adoption { causes: Vec::new(), births, kills: Vec::new() }];
    let (weave, its) = with_its(vec![Acts { adoptions, ..Acts::default() }]);
    let held = |lineage| weave.order().map(|f| weave.held(f, &View::of(&weave, lineage))).collect::<Vec<_>>();
    assert_eq!((held(Lineage::Disk), held(Lineage::Editor)), (vec![true, false], vec![false, false]));
    assert_eq!(weave.birth_owner(its), 1, "it is the agent's still");
}

#[test]
fn what_was_claimed_is_the_last_claimers() {
    let birth = Deed { by: id(1), to: span(id(1), 0, 4) };
    let claims = || Acts { claims: vec![birth], ..Acts::default() };
    let (weave, its) = with_its(vec![claims(), claims()]);
    assert_eq!((weave.owner(1, its), weave.birth_owner(its)), (3, 3));
    assert_eq!([0, 1, 2].map(|edit| weave.is_claimed(edit)), [false, true, false]);
    assert_eq!((weave.deeds_of(1), weave.deeds_of(2)), (vec![birth], Vec::new()));
    assert_eq!(weave.blame(Lineage::Disk, 2..6), [(2, 3), (2, 0)]);
}

#[test]
fn only_the_last_edits_one_whole_insertion_grows() {
    let typed = || Acts { inserts: vec![insert(BASE, 1, "x")], ..Acts::default() };
    let text = |weave: &Weave| weave.text(&View::of(weave, Lineage::Disk));
    let cause = Cause::Insert(span(id(1), 0, 1));
    let adoptions = vec![Adoption { causes: vec![cause], births: Vec::new(), kills: Vec::new() }];
    let mut weave = woven("ab", vec![Acts { adoptions, ..typed() }]);
    assert!(weave.grow(1, "yz") && weave.grow(1, "!"));
    assert_eq!((text(&weave).as_str(), weave.len_of_edit(1)), ("axyz!b", 4));
    assert_eq!(weave.entry(1).adoptions()[0].causes, [Cause::Insert(span(id(1), 0, 4))], "all of it is the cause");
    assert_eq!(weave.fingerprint(Lineage::Disk), Fingerprint::of(b"axyz!b"));
    let accepted = Acts { accepts: vec![Deed { by: id(1), to: span(id(1), 0, 1) }], ..Acts::default() };
    for (why, first) in [
        ("it is the first text", vec![]),
        ("another edit came", vec![typed(), typed()]),
        ("it is cut", vec![Acts { inserts: vec![insert(BASE, 1, "xy")], ..accepted }]),
        ("there are two", vec![Acts { inserts: vec![insert(BASE, 1, "x"), insert(BASE, 2, "y")], ..Acts::default() }]),
        ("there is none", vec![Acts { kills: vec![span(BASE, 0, 1)], ..Acts::default() }]),
    ] {
        let mut weave = woven("ab", first);
        let (before, edit) = (text(&weave), EditIx::from(weave.entries().len() > 1));
        assert!(!weave.grow(edit, "no"), "{why}");
        assert_eq!(text(&weave), before, "{why}");
    }
}
