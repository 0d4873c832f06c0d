//! From texts to edits: what changed between two texts, and what an editor's range says was typed.
//!
//! Lines are compared by histogram, then words within pairs of changed lines that are alike enough. A line owns its break, and
//! CRLF is one character.

mod way;

use crate::weave::Splice;
use imara_diff::{Algorithm, Diff, InternedInput};
use ropey::Rope;
use std::ops::Range;

pub use way::is_on_the_way;

/// Pairs of lines share at least this part of their words' bytes to be compared word by word.
const ALIKE: f64 = 0.5;
/// More pairs than this of removed and added lines are not weighed against one another.
const PAIRS: usize = 4096;
/// Longer lines are replaced as a whole.
const LONG_LINE: usize = 16 * 1024;
/// A change slides no further than this, in bytes.
const SLIDE: usize = 64 * 1024;

/// The splices that make `after` of `before`: ascending and apart, in bytes of `before`.
#[must_use]
pub fn splices(before: &str, after: &str) -> Vec<Splice> {
    let (head, tail) = common_lines(before, after);
    let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
    let mut found = Vec::new();
    if old.is_empty() || new.is_empty() {
        push(&mut found, head..head + old.len(), new);
        return found;
    }
    let old_lines = Lines::of(old);
    let new_lines = Lines::of(new);
    for hunk in hunks(&old_lines.parts, &new_lines.parts) {
        refine(&old_lines.slice(hunk.0), &new_lines.slice(hunk.1), head, &mut found);
    }
    found
}

/// The runs of lines that two texts share, in order: lines of `before` from 0, and of `after`.
pub(crate) fn common_runs(before: &[&str], after: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let (mut runs, mut from) = (Vec::new(), (0, 0));
    for (was, is) in hunks(before, after).into_iter().chain([(before.len()..0, after.len()..0)]) {
        if was.start > from.0 {
            runs.push((from.0..was.start, from.1..is.start));
        }
        from = (was.end, is.end);
    }
    runs
}

/// The lines that differ between two texts, run by run, in bytes of `before` and of `after`.
pub(crate) fn regions(before: &str, after: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let (head, tail) = common_lines(before, after);
    let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let (old, new) = (Lines::of(old), Lines::of(new));
    let place =
        |lines: &Lines<'_>, range: Range<usize>| head + lines.starts[range.start]..head + lines.starts[range.end];
    hunks(&old.parts, &new.parts).into_iter().map(|(was, is)| (place(&old, was), place(&new, is))).collect()
}

/// The splices that make of one such run what it became: ascending and apart, in bytes of `before`.
pub(crate) fn region(before: &str, after: &str, was: Range<usize>, is: Range<usize>) -> Vec<Splice> {
    let (old, new) = (Lines::of(&before[was.clone()]), Lines::of(&after[is]));
    let mut found = Vec::new();
    refine(&old.slice(0..old.parts.len()), &new.slice(0..new.parts.len()), was.start, &mut found);
    found
}

/// How far two texts are apart: the bytes that go and come.
#[must_use]
pub fn distance(before: &str, after: &str) -> usize {
    cost(&splices(before, after))
}

/// What a difference weighs: the bytes that go and come.
pub(crate) fn cost(splices: &[Splice]) -> usize {
    splices.iter().map(|splice| splice.range.len() + splice.text.len()).sum()
}

/// What a change of `text` as an editor reports it comes to: none where nothing changes, else splices that do not depend on how
/// the editor cut its range.
#[must_use]
pub fn settle(text: &Rope, splice: &Splice) -> Vec<Splice> {
    let splice = widen(text, splice);
    let removed: String = text.byte_slice(splice.range.clone()).into();
    let (head, tail) = common_ends(&removed, &splice.text);
    let start = splice.range.start + head;
    let old = &removed[head..removed.len() - tail];
    let new = &splice.text[head..splice.text.len() - tail];
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.is_empty() || new.is_empty() {
        return vec![slide(text, Splice { range: start..start + old.len(), text: new.to_owned(), ..splice })];
    }
    let around = lines_around(text, &(start..start + old.len()));
    // Words are not looked for in a minified file: what was sent, less what both ends share, is near enough.
    if around.len() > LONG_LINE + old.len() {
        return vec![Splice { range: start..start + old.len(), text: new.to_owned(), ..splice }];
    }
    let before: String = text.byte_slice(around.clone()).into();
    let mut after = before[..start - around.start].to_owned();
    after.push_str(new);
    after.push_str(&before[start + old.len() - around.start..]);
    let mut found = splices(&before, &after);
    for splice in &mut found {
        splice.range = splice.range.start + around.start..splice.range.end + around.start;
    }
    match found.as_mut_slice() {
        [one] if one.range.is_empty() || one.text.is_empty() => vec![slide(text, one.clone())],
        _ => found,
    }
}

/// Bytes of the whole lines that a range lies in.
#[must_use]
pub fn lines_around(text: &Rope, range: &Range<usize>) -> Range<usize> {
    let start = text.line_to_byte(text.byte_to_line(range.start));
    let last = text.byte_to_line(range.end);
    let end = if last + 1 < text.len_lines() { text.line_to_byte(last + 1) } else { text.len_bytes() };
    start..end
}

/// A text cut into lines (or words), each with its place.
struct Lines<'a> {
    parts: Vec<&'a str>,
    starts: Vec<usize>,
}

/// Consecutive lines: their texts, and where they start and end in bytes.
struct Stretch<'a> {
    parts: &'a [&'a str],
    starts: &'a [usize],
    end: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self::new(text.split_inclusive('\n').collect())
    }

    fn new(parts: Vec<&'a str>) -> Self {
        let mut starts = Vec::with_capacity(parts.len() + 1);
        let mut at = 0;
        for part in &parts {
            starts.push(at);
            at += part.len();
        }
        starts.push(at);
        Self { parts, starts }
    }

    fn slice(&self, range: Range<usize>) -> Stretch<'_> {
        Stretch {
            parts: &self.parts[range.clone()],
            starts: &self.starts[range.start..=range.end],
            end: self.starts[range.end],
        }
    }
}

impl Stretch<'_> {
    fn text(&self) -> String {
        self.parts.concat()
    }
    fn range(&self) -> Range<usize> {
        self.starts[0]..self.end
    }
}

fn hunks<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (wide(hunk.before), wide(hunk.after))).collect()
}

/// Splits a hunk of lines into pairs alike enough to be compared word by word, and the rest.
fn refine(old: &Stretch<'_>, new: &Stretch<'_>, base: usize, found: &mut Vec<Splice>) {
    let (mut i, mut j) = (0, 0);
    let flush = |to_i: usize, to_j: usize, i: usize, j: usize, found: &mut Vec<Splice>| {
        let range = base + old.starts[i]..base + old.starts[to_i];
        push(found, range, &new.parts[j..to_j].concat());
    };
    for (at_old, at_new) in pairs(old.parts, new.parts) {
        flush(at_old, at_new, i, j, found);
        words(old.parts[at_old], new.parts[at_new], base + old.starts[at_old], found);
        (i, j) = (at_old + 1, at_new + 1);
    }
    flush(old.parts.len(), new.parts.len(), i, j, found);
}

/// Which removed line became which added one: the pairs, in order on both sides, that are most alike in sum.
fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.is_empty() || new.is_empty() || old.len() * new.len() > PAIRS {
        return Vec::new();
    }
    let width = new.len() + 1;
    let mut best = vec![0.0_f64; (old.len() + 1) * width];
    let mut alike = vec![0.0_f64; old.len() * new.len()];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let here = likeness(old[i], new[j]);
            alike[i * new.len() + j] = here;
            let with = if here >= ALIKE { here + best[(i + 1) * width + j + 1] } else { 0.0 };
            best[i * width + j] = with.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j, mut chosen) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        let here = alike[i * new.len() + j];
        if here >= ALIKE && best[i * width + j] <= here + best[(i + 1) * width + j + 1] {
            chosen.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    chosen
}

/// From 0 to 1: which part of two lines' words, weighed by bytes, they have in common.
fn likeness(a: &str, b: &str) -> f64 {
    if a.len() > LONG_LINE || b.len() > LONG_LINE {
        return 0.0;
    }
    let weigh = |line| tokens(line).into_iter().filter(|token| !token.trim().is_empty()).collect::<Vec<&str>>();
    let (mut left, mut right) = (weigh(a), weigh(b));
    let total: usize = left.iter().chain(&right).map(|token| token.len()).sum();
    if total == 0 {
        return 0.0;
    }
    left.sort_unstable();
    right.sort_unstable();
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += left[i].len();
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    2.0 * common as f64 / total as f64
}

fn words(old: &str, new: &str, base: usize, found: &mut Vec<Splice>) {
    let (old, new) = (Lines::new(tokens(old)), Lines::new(tokens(new)));
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(old.parts.iter().copied());
    input.update_after(new.parts.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    for hunk in diff.hunks() {
        let removed = old.slice(hunk.before.start as usize..hunk.before.end as usize);
        let added = new.slice(hunk.after.start as usize..hunk.after.end as usize).text();
        let (text, range) = (removed.text(), removed.range());
        // A word that only grew, or shrank, at one place is not a new word.
        let (head, tail) = common_ends(&text, &added);
        let grew = head + tail == text.len() || head + tail == added.len();
        let (head, tail) = if grew { (head, tail) } else { (0, 0) };
        push(found, base + range.start + head..base + range.end - tail, &added[head..added.len() - tail]);
    }
}

/// Words, runs of blanks, line breaks, and every other character by itself.
fn tokens(line: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Word,
        Blank,
        Break,
        Other,
    }
    let kind = |ch: char| match ch {
        '\r' | '\n' => Kind::Break,
        ch if ch.is_alphanumeric() || ch == '_' => Kind::Word,
        ch if ch.is_whitespace() => Kind::Blank,
        _ => Kind::Other,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last: Option<Kind> = None;
    for (at, ch) in line.char_indices() {
        let here = kind(ch);
        if last.is_some_and(|last| last != here || here == Kind::Other) {
            parts.push(&line[start..at]);
            start = at;
        }
        last = Some(here);
    }
    if start < line.len() {
        parts.push(&line[start..]);
    }
    parts
}

fn push(found: &mut Vec<Splice>, range: Range<usize>, text: &str) {
    if range.is_empty() && text.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.range.end == range.start => {
            last.range.end = range.end;
            last.text.push_str(text);
        }
        _ => found.push(Splice::new(range, text)),
    }
}

/// How many bytes of whole lines two texts share at their starts, and at their ends.
fn common_lines(a: &str, b: &str) -> (usize, usize) {
    let (head, _) = common_ends(a, b);
    let head = if head == a.len() && head == b.len() { head } else { a[..head].rfind('\n').map_or(0, |at| at + 1) };
    let (a, b) = (&a[head..], &b[head..]);
    let same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    let tail_start = a.len() - same;
    // The common end starts behind a break that is common too, or where one of the texts starts.
    let tail = if same == a.len() || same == b.len() {
        let shorter_starts_line = a.len().min(b.len()) == same
            && (a.len() == same || a.as_bytes()[tail_start - 1] == b'\n')
            && (b.len() == same || b.as_bytes()[b.len() - same - 1] == b'\n');
        if shorter_starts_line { same } else { line_tail(&a[tail_start..]) }
    } else {
        line_tail(&a[floor(a, tail_start)..])
    };
    (head, tail)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn line_tail(common: &str) -> usize {
    common.find('\n').map_or(0, |at| common.len() - at - 1)
}

/// How many bytes two texts share at their starts, and beyond those at their ends, in whole characters; CRLF is one.
fn common_ends(a: &str, b: &str) -> (usize, usize) {
    let mut head = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    while !(cut_allowed(a, head) && cut_allowed(b, head)) {
        head -= 1;
    }
    let (rest_a, rest_b) = (&a.as_bytes()[head..], &b.as_bytes()[head..]);
    let mut tail = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
    while !(cut_allowed(a, a.len() - tail) && cut_allowed(b, b.len() - tail)) {
        tail -= 1;
    }
    (head, tail)
}

fn cut_allowed(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && !parts_crlf(text.as_bytes(), at)
}

/// A change that cuts a CRLF, of the text before it or of the text after it, takes the whole of it.
fn widen(text: &Rope, splice: &Splice) -> Splice {
    let Splice { range, text: new, neutral } = splice;
    let (mut range, mut new) = (range.clone(), new.clone());
    let old = |at: Option<usize>| at.filter(|at| *at < text.len_bytes()).map(|at| text.byte(at));
    let before = range.start.checked_sub(1);
    let after_new = new.bytes().next().or_else(|| old(Some(range.end)));
    if old(before) == Some(b'\r') && (old(Some(range.start)) == Some(b'\n') || after_new == Some(b'\n')) {
        range.start -= 1;
        new.insert(0, '\r');
    }
    let before_new = new.bytes().next_back().or_else(|| old(range.start.checked_sub(1)));
    let before_old = old(range.end.checked_sub(1));
    if old(Some(range.end)) == Some(b'\n') && (before_old == Some(b'\r') || before_new == Some(b'\r')) {
        range.end += 1;
        new.push('\n');
    }
    Splice { range, text: new, neutral: *neutral }
}

/// Moves an insertion or a deletion that could as well stand elsewhere to the nearest line's start, the later one of two.
fn slide(text: &Rope, splice: Splice) -> Splice {
    let inserts = splice.range.is_empty();
    let moved: String = if inserts { splice.text.clone() } else { text.byte_slice(splice.range.clone()).into() };
    let starts_line = |at: usize| at == 0 || text.line_to_byte(text.byte_to_line(at)) == at;
    if starts_line(splice.range.start) {
        return splice;
    }
    let moved = moved.as_bytes();
    let (start, len) = (splice.range.start, moved.len());
    let reach = SLIDE.min(len + LONG_LINE);
    // Behind the change stands what followed it; before it, what preceded it.
    let right = (1..=reach).take_while(|n| {
        let at = splice.range.end + n - 1;
        at < text.len_bytes() && text.byte(at) == moved[(n - 1) % len]
    });
    let left = (1..=reach.min(start)).take_while(|n| text.byte(start - n) == moved[len - 1 - (n - 1) % len]);
    let whole = |at: usize| valid(text, at) && valid(text, at + splice.range.len());
    // What comes in is turned round as it slides, and its own CRLF stay whole too.
    let turns = |by: isize| !inserts || !parts_crlf(moved, by.rem_euclid(len as isize) as usize);
    let right = right.filter(|n| starts_line(start + n) && whole(start + n) && turns(*n as isize)).min();
    let left = left.filter(|n| starts_line(start - n) && whole(start - n) && turns(-(*n as isize))).min();
    match (left, right) {
        (_, Some(right)) if left.is_none_or(|left| right <= left) => rotate(&splice, moved, right as isize, inserts),
        (Some(left), _) => rotate(&splice, moved, -(left as isize), inserts),
        _ => splice,
    }
}

/// Whether a text may be cut there: between two characters, and not within a CRLF.
fn valid(text: &Rope, at: usize) -> bool {
    let crlf = at > 0 && at < text.len_bytes() && text.byte(at - 1) == b'\r' && text.byte(at) == b'\n';
    !crlf && text.char_to_byte(text.byte_to_char(at)) == at
}

/// Whether a cut there comes between the two halves of a CRLF.
fn parts_crlf(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n')
}

fn rotate(splice: &Splice, moved: &[u8], by: isize, inserts: bool) -> Splice {
    let shift = |at: usize| at.saturating_add_signed(by);
    let range = shift(splice.range.start)..shift(splice.range.end);
    if !inserts {
        return Splice { range, ..splice.clone() };
    }
    let at = by.rem_euclid(moved.len() as isize) as usize;
    let rotated = [&moved[at..], &moved[..at]].concat();
    match String::from_utf8(rotated) {
        Ok(text) => Splice { range, text, ..splice.clone() },
        Err(_) => splice.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn apply(before: &str, splices: &[Splice]) -> String {
        let mut text = before.to_owned();
        for splice in splices.iter().rev() {
            text.replace_range(splice.range.clone(), &splice.text);
        }
        text
    }

    fn check(before: &str, after: &str, expected: &Expect) {
        let found = splices(before, after);
        assert_eq!(apply(before, &found), after);
        let lines: Vec<String> =
            found.iter().map(|s| format!("{:?} -> {:?}", &before[s.range.clone()], s.text)).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn a_changed_word_is_all_that_changes_in_a_line() {
        check("fn a(x: u8) {\n}\n", "fn a(x: u16) {\n}\n", &expect![[r#""u8" -> "u16""#]]);
        check("let total = 1;\n", "let totals = 1;\n", &expect![[r#""" -> "s""#]]);
    }

    #[test]
    fn a_line_unlike_the_old_one_replaces_it_with_its_break() {
        check("a\nb\nc\n", "a\nB\nc\n", &expect![[r#""b\n" -> "B\n""#]]);
        check("a\nb", "a\nB", &expect![[r#""b" -> "B""#]]);
    }

    #[test]
    fn a_rewritten_file_with_one_real_change_is_one_change() {
        let text: String = (0..100).map(|n| format!("line {n}\n")).collect();
        check(&text, &text.replace("line 50\n", "other\n"), &expect![[r#""line 50\n" -> "other\n""#]]);
    }

    #[test]
    fn ends_without_a_break_and_empty_texts_are_no_special_cases() {
        check("", "a\n", &expect![[r#""" -> "a\n""#]]);
        check("a\n", "", &expect![[r#""a\n" -> """#]]);
        check("a", "a\n", &expect![[r#""" -> "\n""#]]);
        check("a\r\nb\r\n", "a\r\nx\r\nb\r\n", &expect![[r#""" -> "x\r\n""#]]);
        check("a\nb\n", "a\n\nb\n", &expect![[r#""" -> "\n""#]]);
    }

    fn settled(text: &str, range: Range<usize>, new: &str) -> String {
        let rope = Rope::from_str(text);
        let found = settle(&rope, &Splice::new(range.clone(), new));
        let mut expected = text.to_owned();
        expected.replace_range(range, new);
        assert_eq!(apply(text, &found), expected);
        let lines: Vec<String> =
            found.iter().map(|s| format!("{}: {:?} -> {:?}", s.range.start, &text[s.range.clone()], s.text)).collect();
        lines.join("\n")
    }

    #[test]
    fn a_line_opened_below_is_a_line_of_its_own_however_the_editor_cuts_it() {
        // `o` under "a", as an editor sends it: the break of "a" makes way for a break, the text and a break.
        expect![[r#"2: "" -> "u\n""#]].assert_eq(&settled("a\nb\n", 1..2, "\nu\n"));
        expect![[r#"2: "" -> "u\n""#]].assert_eq(&settled("a\nb\n", 1..1, "\nu"));
        expect![[r#"2: "" -> "u\n""#]].assert_eq(&settled("a\nb\n", 2..2, "u\n"));
    }

    #[test]
    fn a_deletion_that_starts_at_the_line_before_is_that_of_the_line() {
        expect![[r#"2: "b\n" -> """#]].assert_eq(&settled("a\nb\nc\n", 1..3, ""));
        expect![[r#"4: "b\r\n" -> """#]].assert_eq(&settled("aa\r\nb\r\nc\r\n", 2..5, ""));
    }

    #[test]
    fn a_change_that_completes_a_crlf_slides_where_no_crlf_is_cut() {
        expect![[r#"0: "" -> "é\r\n""#]].assert_eq(&settled("é\r \n\ré", 3..3, "\né\r"));
    }

    #[test]
    fn what_old_and_new_text_share_at_their_ends_was_not_typed() {
        expect![[r#"1: "" -> "u""#]].assert_eq(&settled("B\n", 0..2, "Bu\n"));
        expect![""].assert_eq(&settled("same\n", 0..5, "same\n"));
        expect![[r#"0: "b\n" -> "B\n""#]].assert_eq(&settled("b\nc\n", 0..1, "B"));
    }
}
