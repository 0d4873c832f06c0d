//! The vectors V1 to V14: what a revert must give, however the edits were cut.

use expect_test::expect;

use super::Lineage::{Disk, Editor};
use super::{CLAUDE, Oracle, USER};

/// Lines stand between blanks, edits between semicolons; `A` is the agent, `U` the user.
/// `W@p -k +[…]`: at line p (from 0), W deletes k lines and inserts those. `W@p types x`: at that line's end.
const VECTORS: [[&str; 5]; 15] = [
    ["V1", "a b c d e f", "A@1 -1 +[B1]; U@5 -0 +[u]", "a B1 c d e u f", "a b c d e u f"],
    ["V2", "a b c", "A@1 -0 +[x y]; U@2 -0 +[u]", "a x u y b c", "a u b c"],
    ["V3", "a b c", "A@1 -0 +[x y]; U@1 -1 +[x2]", "a x2 y b c", "a x2 b c"],
    ["V3, other words", "a b c", "A@1 -0 +[x y]; U@1 -1 +[new]", "a new y b c", "a new b c"],
    ["V4", "a b c", "A@1 -0 +[x y]; U@1 -1 +[]", "a y b c", "a b c"],
    ["V5", "a b c", "A@1 -1 +[B]; U@2 -0 +[u]", "a B u c", "a b u c or a u b c"],
    ["V6", "a b c", "U@1 -0 +[u]; A@1 -1 +[]", "a b c", "a u b c"],
    ["V7", "a b c", "U@1 -0 +[u]; A@1 -1 +[U!]", "a U! b c", "a u b c"],
    ["V8", "a b c", "U@1 -1 +[]; A@1 -1 +[k]", "a k", "a c"],
    ["V9", "a b c d", "A@1 -2 +[]; U@1 -0 +[u]", "a u d", "a u b c d or a b c u d"],
    ["V10", "a b c", "A@1 -1 +[B]; A@1 -1 +[BB]; U@3 -0 +[u]", "a BB c u", "a b c u"],
    ["V11", "a b", "A@1 -0 +[x]; U@0 -3 +[new]", "new", "new"],
    ["V12", "a b c", "U@1 -0 +[u]; A@0 -4 +[a z c]", "a z c", "a u b c"],
    ["V13a", "a b c", "A@1 -1 +[B]; U@1 types u; A@1 -1 +[Bua]", "a Bua c", "a Bu c"],
    // The letters that B and Bu share are not the user's; written in other words, the whole line is (below).
    ["V13b", "a b c", "A@1 -1 +[B]; U@1 -1 +[Bu]; A@1 -1 +[Bua]", "a Bua c", "a Bu c"],
];

#[derive(Clone, Copy, Debug)]
enum Way {
    /// Whole lines, with their breaks.
    Lines,
    /// Delete on the line, then letter by letter; a new line is opened first.
    Keys,
    /// As Neovim sends lines: a new line replaces the break above it.
    Neovim,
}

#[test]
fn the_vectors_hold_by_lines() {
    expect![[r#"
        V1: a B1 c d e u f -> a b c d e u f
        V2: a x u y b c -> a u b c
        V3: a x2 y b c -> a 2b c, dependent, adopted: a x2 b c
        V3, other words: a new y b c -> a new b c
        V4: a y b c -> a b c
        V5: a B u c -> a b u c, dependent
        V6: a b c -> a u b c
        V7: a U! b c -> a u b c
        V8: a k -> a c
        V9: a u d -> a u b c d, dependent
        V10: a BB c u -> a b c u
        V11: new -> new
        V12: a z c -> a u b c
        V13a: a Bua c -> a b uc, dependent, adopted: a Bu c
        V13b: a Bua c -> a b uc, dependent, adopted: a Bu c
    "#]]
    .assert_eq(&table(Way::Lines));
}

#[test]
fn the_vectors_hold_key_by_key() {
    expect![[r#"
        V1: a B1 c d e u f -> a b c d e u f
        V2: a x u y b c -> a u b c
        V3: a x2 y b c -> a x2b c, dependent, adopted: a x2 b c
        V3, other words: a new y b c -> a newb c, dependent, adopted: a new b c
        V4: a y b c -> a b c
        V5: a B u c -> a b u c
        V6: a b c -> a u b c
        V7: a U! b c -> a u b c
        V8: a k -> a c
        V9: a u d -> a u b c d, dependent
        V10: a BB c u -> a b c u
        V11: new -> new
        V12: a z c -> a u b c
        V13a: a Bua c -> a ub c, dependent, adopted: a Bu c
        V13b: a Bua c -> a Bub c, dependent, adopted: a Bu c
    "#]]
    .assert_eq(&table(Way::Keys));
}

#[test]
fn the_vectors_hold_as_neovim_sends_them() {
    assert_eq!(table(Way::Neovim), table(Way::Lines));
}

#[test]
fn leaving_v13_as_it_is_is_right_too() {
    for [name, base, edits, now, _] in VECTORS.iter().filter(|vector| vector[0].starts_with("V13")) {
        let ideal = played(base, edits, Way::Lines).without(Editor, &[CLAUDE]);
        assert_eq!(ideal.accepts(&lines(now)), Ok(()), "{name}");
    }
}

#[test]
fn v13b_in_other_words_gives_back_the_line_that_the_agent_replaced() {
    let edits = "A@1 -1 +[old]; U@1 -1 +[new]; A@1 -1 +[newer]";
    let ideal = played("a b c", edits, Way::Lines).without(Editor, &[CLAUDE]);
    assert_eq!(words(&ideal.text), "a b new c");
    assert!(ideal.dependent);

    // Keys leave the line's break, which the agent's line and the user's share: they cannot both be there.
    let ideal = played("a b c", edits, Way::Keys).without(Editor, &[CLAUDE]);
    assert_eq!(words(&ideal.kept), "a new c");
    assert_eq!(ideal.accepts("a\nnew\nc\n"), Ok(()));
}

#[test]
fn v14_two_lineages_delete_one_line() {
    for way in [Way::Lines, Way::Keys] {
        let mut oracle = Oracle::new("a\nb\nc\n");
        match way {
            Way::Keys => {
                oracle.splice(Editor, USER, 2, 1, "");
                oracle.splice(Editor, USER, 2, 1, "");
            }
            _ => {
                oracle.splice(Editor, USER, 2, 2, "");
            }
        }
        oracle.splice(Disk, CLAUDE, 2, 2, "k\n");
        assert_eq!(words(&oracle.text(Editor)), "a c");
        assert_eq!(words(&oracle.text(Disk)), "a k c");
        oracle.load_both();
        for lineage in [Editor, Disk] {
            assert_eq!(words(&oracle.text(lineage)), "a k c");
            let ideal = oracle.without(lineage, &[CLAUDE]);
            assert_eq!((words(&ideal.text).as_str(), ideal.touched()), ("a c", false));
        }
    }
}

/// A line for each vector: what is there, the ideal, and where it is not the only answer, why, and what adoption keeps.
fn table(way: Way) -> String {
    let mut table = String::new();
    for [name, base, edits, now, after] in VECTORS {
        let oracle = played(base, edits, way);
        assert_eq!(words(&oracle.text(Editor)), now, "{name} {way:?}\n{oracle:?}");
        let ideal = oracle.without(Editor, &[CLAUDE]);
        let answers: Vec<&str> = after.split(" or ").collect();
        let refused: Vec<String> = answers.iter().filter_map(|answer| ideal.accepts(&lines(answer)).err()).collect();
        let allowed = if ideal.dependent { 0 } else { answers.len() - 1 };
        assert!(refused.len() <= allowed, "{name} {way:?} {refused:?}\n{ideal:?}\n{oracle:?}");
        assert!(answers.contains(&words(&ideal.kept).as_str()), "{name} {way:?} {ideal:?}\n{oracle:?}");
        let mut row = format!("{name}: {now} -> {}", words(&ideal.text));
        if ideal.dependent {
            row += ", dependent";
        }
        if ideal.adopted {
            row += &format!(", adopted: {}", words(&ideal.kept));
        }
        table += &(row + "\n");
    }
    table
}

fn played(base: &str, edits: &str, way: Way) -> Oracle {
    let mut oracle = Oracle::new(&lines(base));
    for edit in edits.split("; ") {
        let (who, what) = edit.split_once('@').expect("W@p");
        let author = if who == "A" { CLAUDE } else { USER };
        if let Some((line, text)) = what.split_once(" types ") {
            let end = start_of(&oracle, number(line) + 1) - 1;
            keys(&mut oracle, author, end, 0, text);
            continue;
        }
        let [line, count, inserted] = what.splitn(3, ' ').collect::<Vec<_>>().try_into().expect("p -k +[…]");
        let line = number(line);
        let count = number(count.trim_start_matches('-'));
        let insert = lines(inserted.trim_start_matches("+[").trim_end_matches(']'));
        let (at, end) = (start_of(&oracle, line), start_of(&oracle, line + count));
        match way {
            Way::Neovim if at > 0 => {
                oracle.splice(Editor, author, at - 1, end - at, &behind_a_break(&insert));
            }
            Way::Lines | Way::Neovim => {
                oracle.splice(Editor, author, at, end - at, &insert);
            }
            Way::Keys if count > 0 && !insert.is_empty() => {
                keys(&mut oracle, author, at, end - at - 1, insert.trim_end());
            }
            Way::Keys => {
                keys(&mut oracle, author, at, end - at, "");
                if !insert.is_empty() {
                    keys(&mut oracle, author, at, 0, "\n");
                    keys(&mut oracle, author, at, 0, insert.trim_end());
                }
            }
        }
    }
    oracle
}

fn number(digits: &str) -> usize {
    digits.parse().expect("lines and counts are numbers")
}

/// The same lines, when the break above them is replaced and the last of their own is left.
fn behind_a_break(insert: &str) -> String {
    insert.lines().map(|line| format!("\n{line}")).collect()
}

fn keys(oracle: &mut Oracle, author: u8, at: usize, delete: usize, insert: &str) {
    for _ in 0..delete {
        oracle.splice(Editor, author, at, 1, "");
    }
    for (offset, key) in insert.chars().enumerate() {
        oracle.splice(Editor, author, at + offset, 0, key.encode_utf8(&mut [0; 4]));
    }
}

fn start_of(oracle: &Oracle, line: usize) -> usize {
    oracle.text(Editor).split_inclusive('\n').take(line).map(|line| line.chars().count()).sum()
}

fn lines(words: &str) -> String {
    words.split_whitespace().map(|word| format!("{word}\n")).collect()
}

/// Shows a line without its break as such, for lines that ran into each other are an error.
fn words(text: &str) -> String {
    let words = text.lines().map(|line| if line.is_empty() { "_" } else { line }).collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.ends_with('\n') { words } else { words + "(no break)" }
}
