//! Bytes of a weave's text, looked at one by one.

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
