//! What counts as touching a line: the pure parts, at their edges.

use std::ops::Range;

use ropey::Rope;

use super::*;

fn line(text: &str, at: usize) -> Range<usize> {
    line_of(&Rope::from_str(text), at)
}

/// Whether a splice joins its first line and its last one.
fn joined(before: &str, range: Range<usize>, text: &str) -> (bool, bool) {
    let splice = Splice::new(range.clone(), text);
    joins(&Rope::from_str(before), &splice, &line(before, range.start), &line(before, range.end))
}

#[test]
fn words_beside_what_is_left_of_a_line_join_it_and_whole_lines_do_not() {
    let before = "one\ntwo  \n";
    for (range, text, expected) in [
        // A word typed into a line, at its start, at its end, and behind the blanks at its end.
        (1..1, "x", (true, true)),
        (0..0, "x", (true, true)),
        (3..3, "x", (true, true)),
        (9..9, "x", (true, true)),
        // Blanks join where they part what stands on both sides, and are nothing at an end.
        (1..1, " ", (true, true)),
        (0..0, " ", (false, false)),
        (3..3, " ", (false, false)),
        (7..7, " ", (false, false)),
        (1..1, "", (false, false)),
        // A whole line above, words behind the first line's, words before the last line's.
        (0..0, "x\n", (false, false)),
        (3..3, " x\n", (true, false)),
        (4..4, "x\ny", (false, true)),
        (1..1, "x\ny", (true, true)),
        (1..1, "\n    ", (false, false)),
        (1..1, "x\n", (true, false)),
        (0..0, "\ny", (false, true)),
        // Behind the last word nothing is left that words could join.
        (3..3, "\ny", (false, false)),
        (7..7, "\ny", (false, false)),
    ] {
        assert_eq!(joined(before, range.clone(), text), expected, "{range:?} {text:?}");
    }
}

#[test]
fn only_the_outer_lines_of_a_change_are_touched_in_part() {
    let text = Rope::from_str("one\ntwo\nthree\nfour");
    let pairs = |lines: Vec<Range<usize>>| lines.into_iter().map(|line| (line.start, line.end)).collect::<Vec<_>>();
    let between = |start, end| pairs(lines_between(&text, &line_of(&text, start), &line_of(&text, end)));
    assert_eq!(between(1, 2), [(0, 4)]);
    assert_eq!(between(1, 9), [(0, 4), (8, 14)], "the one in the middle goes as a whole");
    assert_eq!(between(1, 18), [(0, 4), (14, 18)]);
    let ended = Rope::from_str("one\ntwo\n");
    assert_eq!(
        pairs(lines_between(&ended, &line_of(&ended, 1), &line_of(&ended, 8))),
        [(0, 4)],
        "there is no line behind the last break"
    );
}

#[test]
fn of_a_long_line_only_what_is_near_is_looked_at() {
    let text = Rope::from_str(&"é".repeat(LONG_LINE));
    let all = 0..text.len_bytes();
    let (near, clipped) = clip(&text, all.clone(), &(LONG_LINE..LONG_LINE + 2));
    assert!(clipped);
    let quarter = LONG_LINE / 4;
    assert_eq!(
        near,
        (LONG_LINE - quarter) & !1..(LONG_LINE + 2 + quarter) & !1,
        "a quarter to each side, and no half character"
    );
    let (wide, _) = clip(&text, all.clone(), &(0..2 * LONG_LINE));
    assert_eq!(wide, 0..LONG_LINE & !1, "no more than the longest line");
    let (edge, _) = clip(&text, all.clone(), &(2 * LONG_LINE..2 * LONG_LINE));
    assert_eq!(edge.end, 2 * LONG_LINE);
    let short = Rope::from_str(&"x".repeat(LONG_LINE));
    assert_eq!(clip(&short, 0..LONG_LINE, &(5..6)), (0..LONG_LINE, false), "the longest that is no long one");
}

#[test]
fn deeds_that_go_on_from_one_another_are_one() {
    let id = |counter| EditId { counter, process: 1 };
    let deed = |by, edit, start| Deed { by: id(by), to: Span { edit: id(edit), start, len: 2 } };
    let mut deeds = Vec::new();
    for next in [deed(1, 2, 0), deed(1, 2, 2), deed(1, 2, 5), deed(3, 2, 7), deed(3, 4, 9)] {
        push_deed(&mut deeds, next);
    }
    let shown: Vec<(u64, u64, u32, u32)> =
        deeds.iter().map(|deed| (deed.by.counter, deed.to.edit.counter, deed.to.start, deed.to.len)).collect();
    assert_eq!(shown, [(1, 2, 0, 4), (1, 2, 5, 2), (3, 2, 7, 2), (3, 4, 9, 2)]);
}

#[test]
fn a_line_ends_before_its_break_and_the_blanks_before_that() {
    let text = Rope::from_str("one \t\r\n  \né");
    let ends: Vec<usize> = [0, 7, 10].into_iter().map(|at| text_end(&text, &line_of(&text, at))).collect();
    assert_eq!(ends, [3, 7, 12]);
}
