//! Line ends that were changed together with words: each line whose end alone is another is the same line. Only what is left is a change.

use crate::diff;
use crate::weave::Splice;
use std::ops::Range;

use super::MARK;

/// The splices that make `after` of `before`, of which those that change line ends, or the mark at the start, alone are neutral:
/// ascending and apart, in bytes of `before`. None where no line that stays has another end.
#[must_use]
pub fn splices(before: &str, after: &str) -> Option<Vec<Splice>> {
    let same_mark = before.starts_with(MARK) == after.starts_with(MARK);
    let same_last = before.ends_with('\n') == after.ends_with('\n');
    if before.is_empty()
        || after.is_empty()
        || same_mark && same_last && !before.contains('\r') && !after.contains('\r')
    {
        return None;
    }
    let found = compared(before, after, &Plain::of(before), &Plain::of(after));
    found.iter().any(|splice| splice.neutral).then_some(found)
}

/// The splices that make `after` of `before`, given both in plain: what differs between lines that are the same is neutral.
pub(super) fn compared(before: &str, after: &str, old: &Plain, new: &Plain) -> Vec<Splice> {
    let mut found = Vec::new();
    if before[..old.mark] != after[..new.mark] {
        found.push(neutral(0..old.mark, &after[..new.mark]));
    }
    let (mut at, mut new_at) = (0, 0);
    for splice in diff::splices(&old.text, &new.text) {
        same_lines(before, after, old, new, at..splice.range.start, new_at, &mut found);
        let start = new_at + (splice.range.start - at);
        let end = start + splice.text.len();
        let text = &after[new.place(start)..new.place(end)];
        found.push(Splice::new(old.place(splice.range.start)..old.place(splice.range.end), text));
        (at, new_at) = (splice.range.end, end);
    }
    same_lines(before, after, old, new, at..old.text.len(), new_at, &mut found);
    found
}

/// The ends that differ in a stretch of the plain text that is the same in both.
fn same_lines(
    before: &str,
    after: &str,
    old: &Plain,
    new: &Plain,
    stretch: Range<usize>,
    new_start: usize,
    found: &mut Vec<Splice>,
) {
    for (at, was) in old.breaks_in(&stretch) {
        let Ok(peer) = new.breaks.binary_search_by_key(&(at - stretch.start + new_start), |(at, _)| *at) else {
            continue;
        };
        let is = &after[new.breaks[peer].1.clone()];
        if before[was.clone()] != *is {
            found.push(neutral(was.clone(), is));
        }
    }
}

fn neutral(range: Range<usize>, text: &str) -> Splice {
    Splice { range, text: text.to_owned(), neutral: true }
}

/// A text whose lines all end in one character, and where those ends are in the text that it was made of.
pub(super) struct Plain {
    text: String,
    /// Where an end is here, and there.
    breaks: Vec<(usize, Range<usize>)>,
    /// Bytes of the mark at the start, which is not in the text.
    mark: usize,
}

impl Plain {
    fn of(text: &str) -> Self {
        let mark = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        // A lone carriage return ends lines where nothing else does.
        let is_old = !text.contains('\n');
        let mut plain = Self { text: String::with_capacity(text.len()), breaks: Vec::new(), mark };
        let mut done = mark;
        for (at, found) in text.match_indices(['\r', '\n']) {
            let is_end = found == "\n" || is_old;
            if !is_end || at < done {
                continue;
            }
            let start = if found == "\n" && at > done && text.as_bytes()[at - 1] == b'\r' { at - 1 } else { at };
            plain.text.push_str(&text[done..start]);
            plain.breaks.push((plain.text.len(), start..at + 1));
            plain.text.push('\n');
            done = at + 1;
        }
        plain.text.push_str(&text[done..]);
        // The last line has an end, if one of no bytes.
        if done < text.len() {
            plain.breaks.push((plain.text.len(), text.len()..text.len()));
            plain.text.push('\n');
        }
        plain
    }

    /// A text of which each part is a line, and what stands between them their ends. They must be ascending, and hold no line break.
    pub(super) fn by_parts(text: &str, parts: &[Range<usize>]) -> Self {
        let mark = parts.first().map_or(0, |part| part.start);
        let mut plain = Self { text: String::with_capacity(text.len()), breaks: Vec::new(), mark };
        for (nth, part) in parts.iter().enumerate() {
            plain.text.push_str(&text[part.clone()]);
            let end = parts.get(nth + 1).map_or(text.len(), |next| next.start);
            plain.breaks.push((plain.text.len(), part.end..end));
            plain.text.push('\n');
        }
        plain
    }

    /// How many of the ends hold a line break in the text that it was made of.
    pub(super) fn ends_with_a_break(&self, text: &str) -> usize {
        self.breaks.iter().filter(|(_, range)| text[range.clone()].contains('\n')).count()
    }

    /// Where a byte of the plain text is in the text that it was made of.
    fn place(&self, at: usize) -> usize {
        match self.breaks.partition_point(|(end, _)| *end < at).checked_sub(1) {
            Some(last) => self.breaks[last].1.end + (at - self.breaks[last].0 - 1),
            None => self.mark + at,
        }
    }

    fn breaks_in(&self, stretch: &Range<usize>) -> impl Iterator<Item = (usize, &Range<usize>)> {
        let from = self.breaks.partition_point(|(at, _)| *at < stretch.start);
        self.breaks[from..].iter().take_while(|(at, _)| *at < stretch.end).map(|(at, range)| (*at, range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(before: &str, after: &str) -> String {
        let Some(found) = splices(before, after) else { return "no end differs".to_owned() };
        let mut made = before.to_owned();
        for splice in found.iter().rev() {
            made.replace_range(splice.range.clone(), &splice.text);
        }
        assert_eq!(made, after);
        let drawn = found.iter().map(|splice| {
            let kind = if splice.neutral { "form" } else { "change" };
            format!("{kind} {:?} -> {:?}", &before[splice.range.clone()], splice.text)
        });
        drawn.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn other_ends_beside_a_changed_line_are_form_and_the_line_alone_is_changed() {
        assert_eq!(
            drawn("a\r\nb\r\nc\r\n", "a\nX\nc\n"),
            r#"form "\r\n" -> "\n", change "b\r\n" -> "X\n", form "\r\n" -> "\n""#
        );
        assert_eq!(
            drawn("let a = 1;\nb\n", "let a = 2;\r\nb\r\n"),
            r#"change "1" -> "2", form "\n" -> "\r\n", form "\n" -> "\r\n""#
        );
        assert_eq!(drawn("a\r\nb\n", "a\r\nnew\nb\r\n"), r#"change "" -> "new\n", form "\n" -> "\r\n""#);
        assert_eq!(drawn("a\nb", "x\na\nb\n"), r#"change "" -> "x\n", form "" -> "\n""#);
        assert_eq!(drawn("a\r\nb", "a\n\nb"), r#"form "\r\n" -> "\n", change "" -> "\n""#);
    }

    #[test]
    fn a_lone_carriage_return_ends_lines_where_nothing_else_does() {
        assert_eq!(drawn("a\rb\r", "a\nX\n"), r#"form "\r" -> "\n", change "b\r" -> "X\n""#);
        assert_eq!(drawn("a\rb\nc\n", "a\rb\nX\n"), "no end differs");
    }

    #[test]
    fn the_mark_at_the_start_is_form_beside_a_change() {
        assert_eq!(drawn("\u{feff}a\nb\n", "a\nX\n"), "form \"\\u{feff}\" -> \"\", change \"b\\n\" -> \"X\\n\"");
        assert_eq!(drawn("a\nb\n", "\u{feff}a\nX\n"), "form \"\" -> \"\\u{feff}\", change \"b\\n\" -> \"X\\n\"");
    }

    #[test]
    fn where_no_end_differs_nothing_is_form() {
        for (before, after) in [("a\n", "b\n"), ("a\r\n", "b\r\n"), ("", "a\r\n"), ("a\r\nb\r\n", "a\r\nx\nb\r\n")] {
            assert_eq!(drawn(before, after), "no end differs", "{before:?} {after:?}");
        }
    }
}
