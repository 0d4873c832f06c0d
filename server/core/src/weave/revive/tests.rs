//! Bytes of a weave's text, looked at one by one.

use expect_test::expect;
use ropey::Rope;

use super::*;
use crate::edit::{Edit, EditId, Evidence, Insert};

/// The user's edit of this number.
fn edit(counter: u64, acts: Acts) -> Edit {
    Edit {
        id: EditId { counter, process: 1 },
        author: Author::User,
        place: Lineage::Disk,
        evidence: Evidence::Buffer,
        at: counter,
        call: None,
        acts,
    }
}

/// A text with another typed into it at a byte, so that it stands in fragments.
fn weave(first: &str, at: u32, typed: &str) -> Weave {
    let mut weave = Weave::new(Rope::from_str(first));
    let after = (at > 0).then_some(crate::edit::Point { edit: EditId::FIRST, offset: at });
    let acts = Acts { inserts: vec![Insert::new(after, typed)], ..Acts::default() };
    weave.fold(edit(1, acts), [true; 2]).unwrap();
    weave
}

#[test]
fn each_byte_is_a_break_or_none_wherever_it_stands() {
    let (first, typed) = ("aé\nb\r\n🎉c\n", "x\ny");
    for at in [0, 1, 3, 4, 5, 7, 11, 12, 13] {
        let weave = weave(first, at as u32, typed);
        let whole = [&first[..at], typed, &first[at..]].concat();
        for (byte, expected) in whole.bytes().map(|byte| matches!(byte, b'\n' | b'\r')).enumerate() {
            let piece = weave.pieces(Lineage::Disk, byte..byte + 1).pop().unwrap();
            assert_eq!(weave.is_break(&piece), expected, "byte {byte} of {whole:?}");
            assert_eq!(weave.starts_line(Lineage::Disk, byte + 1), expected, "behind byte {byte} of {whole:?}");
        }
        assert!(weave.starts_line(Lineage::Disk, 0));
    }
}

#[test]
fn a_gap_is_what_was_deleted_between_two_characters_and_nothing_else() {
    let mut weave = weave("ab", 1, "xyz");
    let typed = EditId { counter: 1, process: 1 };
    let kills =
        vec![crate::edit::Span { edit: typed, start: 0, len: 2 }, crate::edit::Span { edit: typed, start: 2, len: 1 }];
    weave.fold(edit(2, Acts { kills, ..Acts::default() }), [true; 2]).unwrap();
    let gap = |offset: usize| -> String {
        let gap = weave.gap(Lineage::Disk, offset);
        gap.into_iter().map(|fragment| weave.part_text(fragment, 0..weave.len_of(fragment))).collect()
    };
    assert_eq!([gap(0), gap(1), gap(2)], ["", "xyz", ""]);
}

/// What acts do, one a line: the numbers of the edits, and bytes of their text.
fn told(acts: &Acts) -> String {
    let place = |to: crate::edit::Span| format!("{}+{}..{}", to.edit.counter, to.start, to.end());
    let mut told: String = acts.kills.iter().map(|span| format!("deletes {}\n", place(*span))).collect();
    for Switch { deed, on } in &acts.switches {
        told += &format!(
            "switches {} what {} did to {}\n",
            if *on { "on" } else { "off" },
            deed.by.counter,
            place(deed.to)
        );
    }
    told
}

fn then(weave: &Weave, upto: EditIx, tail: Option<(EditIx, u32)>) -> String {
    told(&weave.back_to(Lineage::Disk, &View::at(upto, tail, &[])))
}

#[test]
fn going_back_switches_what_hides_a_text_and_nothing_else() {
    let span = |counter, start, len| crate::edit::Span { edit: EditId { counter, process: 1 }, start, len };
    let mut weave = weave("one two\n", 4, "mine ");
    let kills = vec![crate::edit::Span { edit: EditId::FIRST, start: 4, len: 3 }, span(1, 0, 2)];
    weave.fold(edit(2, Acts { kills, ..Acts::default() }), [true; 2]).unwrap();
    assert_eq!(weave.text(&View::of(&weave, Lineage::Disk)), "one ne \n");
    expect![[r#"
        switches off what 2 did to 1+0..2
        switches off what 2 did to 0+4..7
    "#]]
    .assert_eq(&then(&weave, 2, None));
    expect![[r#"
        deletes 1+2..5
        switches off what 2 did to 0+4..7
    "#]]
    .assert_eq(&then(&weave, 1, None));
    expect![[r#""#]].assert_eq(&then(&weave, 3, None));
    expect![[r#"
        deletes 1+4..5
        switches off what 2 did to 1+0..2
        switches off what 2 did to 0+4..7
    "#]]
    .assert_eq(&then(&weave, 2, Some((1, 4))));
    expect![[r#"
        deletes 1+2..5
        switches off what 2 did to 1+0..1
        switches off what 2 did to 0+4..7
    "#]]
    .assert_eq(&then(&weave, 2, Some((1, 1))));
    // Switched off, then on: each way back is the other's.
    let birth = Deed { by: EditId { counter: 1, process: 1 }, to: span(1, 2, 3) };
    for (counter, on) in [(3, false), (4, true)] {
        let switches = vec![Switch { deed: birth, on }];
        weave.fold(edit(counter, Acts { switches, ..Acts::default() }), [true; 2]).unwrap();
    }
    expect![[r#"
        switches off what 1 did to 1+2..5
    "#]]
    .assert_eq(&then(&weave, 4, None));
    expect![[r#""#]].assert_eq(&then(&weave, 3, None));
    let switches = vec![Switch { deed: Deed { by: EditId { counter: 4, process: 1 }, to: span(1, 2, 3) }, on: false }];
    weave.fold(edit(5, Acts { switches, ..Acts::default() }), [true; 2]).unwrap();
    assert_eq!(weave.text(&View::of(&weave, Lineage::Disk)), "one \n");
    expect![[r#"
        switches on what 4 did to 1+2..5
    "#]]
    .assert_eq(&then(&weave, 5, None));
    expect![[r#"
        switches on what 1 did to 1+2..5
    "#]]
    .assert_eq(&then(&weave, 3, None));
}

#[test]
fn going_back_lets_what_someone_deleted_be_gone_for_their_sake_again() {
    let mut weave = weave("one two\n", 0, "mine ");
    let to = crate::edit::Span { edit: EditId::FIRST, start: 0, len: 3 };
    weave.fold(edit(2, Acts { kills: vec![to], ..Acts::default() }), [true; 2]).unwrap();
    let deed = Deed { by: EditId { counter: 2, process: 1 }, to };
    let switches = vec![Switch { deed, on: false }];
    weave.fold(edit(3, Acts { switches, ..Acts::default() }), [true; 2]).unwrap();
    expect![[r#"
        switches on what 2 did to 0+0..3
    "#]]
    .assert_eq(&then(&weave, 3, None));
}

#[test]
fn going_back_kills_what_a_person_wrote_outside_of_a_place_or_not() {
    let mut weave = weave("one\ntwo\n", 4, "mine\n");
    let outside = |weave: &Weave, upto, tail, range: Range<usize>| {
        weave.would_kill_outside(Lineage::Disk, &View::at(upto, tail, &[]), &range)
    };
    for (range, kills) in [(4..9, false), (0..13, false), (5..9, true), (4..8, true), (0..4, true), (9..13, true)] {
        assert_eq!(outside(&weave, 1, None, range.clone()), kills, "{range:?}");
        assert!(!outside(&weave, 2, None, range), "nothing goes");
    }
    for (range, kills) in [(6..9, false), (7..9, true), (6..8, true)] {
        assert_eq!(outside(&weave, 2, Some((1, 2)), range.clone()), kills, "{range:?} of what was typed last");
    }
    weave
        .fold(
            Edit {
                author: Author::agent("claude", "s1"),
                ..edit(2, Acts { inserts: vec![Insert::new(None, "its\n")], ..Acts::default() })
            },
            [true; 2],
        )
        .unwrap();
    assert!(!outside(&weave, 2, None, 12..12), "an agent's text is no person's");
}
