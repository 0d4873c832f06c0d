//! Changes that an author would not claim: line ends, blanks at lines' ends, the mark at a text's start that says how it is
//! encoded; and, where there is a grammar, what formatters do to the blanks between tokens. All else in a text keeps its author.

pub mod cells;
mod ends;
pub mod notebook;
mod tokens;

pub use ends::splices as ends;

use crate::syntax::Language;
use crate::weave::Splice;

/// The byte order mark, as a character.
const MARK: char = '\u{feff}';

/// The splices that make `after` of `before`, all neutral, if the two differ in nothing but form: ascending, in bytes of `before`.
#[must_use]
pub fn splices(before: &str, after: &str) -> Option<Vec<Splice>> {
    // An empty text has no author to keep.
    if before.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    let mut push = |start: usize, old: &str, new: &str| {
        if old != new {
            found.push(Splice { range: start..start + old.len(), text: new.to_owned(), neutral: true });
        }
    };
    let (old, new) = (before.strip_prefix(MARK).unwrap_or(before), after.strip_prefix(MARK).unwrap_or(after));
    let mut at = before.len() - old.len();
    push(0, &before[..at], &after[..after.len() - new.len()]);
    let (mut old, mut new) = (old.split_inclusive('\n'), new.split_inclusive('\n'));
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            // Whether the last line has a break is form too, but not whether there is another line.
            (Some(was), Some(is)) if words(was) == words(is) => {
                let kept = words(was).len();
                let ((old_blanks, old_break), (blanks, new_break)) = (end_of(&was[kept..]), end_of(&is[kept..]));
                // Blanks and break may be two authors'.
                push(at + kept, old_blanks, blanks);
                push(at + kept + old_blanks.len(), old_break, new_break);
                at += was.len();
            }
            _ => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The splices that make `after` of `before`, of which those that only format are neutral, if any does: ascending and apart, in bytes of
/// `before`. A region is formatted where its tokens, and the nodes that they stand in, are the same; in a text that does not parse
/// none is.
#[must_use]
pub fn formatting(language: Language, before: &str, after: &str) -> Option<Vec<Splice>> {
    tokens::splices(language, before, after)
}

/// A line without the blanks and the break at its end.
fn words(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r', '\n'])
}

/// The blanks and the break at a line's end.
fn end_of(end: &str) -> (&str, &str) {
    let blanks = end.strip_suffix('\n').map_or(end, |rest| rest.strip_suffix('\r').unwrap_or(rest));
    end.split_at(blanks.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(before: &str, after: &str) -> String {
        let Some(found) = splices(before, after) else { return "a change".to_owned() };
        let mut made = before.to_owned();
        for splice in found.iter().rev() {
            made.replace_range(splice.range.clone(), &splice.text);
        }
        assert_eq!(made, after);
        let drawn = found.iter().map(|s| format!("{}: {:?} -> {:?}", s.range.start, &before[s.range.clone()], s.text));
        drawn.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn line_ends_and_trailing_blanks_are_form() {
        assert_eq!(drawn("a\nb\n", "a\r\nb\r\n"), r#"1: "\n" -> "\r\n", 3: "\n" -> "\r\n""#);
        assert_eq!(drawn("a  \n\t\nb", "a\n\nb\n"), r#"1: "  " -> "", 4: "\t" -> "", 7: "" -> "\n""#);
        assert_eq!(drawn("a\n", "\u{feff}a\n"), "0: \"\" -> \"\\u{feff}\"");
        assert_eq!(drawn("\u{feff}é \n", "é\n"), "0: \"\\u{feff}\" -> \"\", 5: \" \" -> \"\"");
    }

    #[test]
    fn words_indentation_and_lines_are_not() {
        for (before, after) in [
            ("a\n", "a\n"),
            ("a\n", " a\n"),
            ("a\n", "a\n\n"),
            ("a b\n", "ab\n"),
            ("", "\n"),
            ("", "\u{feff}"),
            ("a", ""),
        ] {
            assert_eq!(drawn(before, after), "a change", "{before:?} {after:?}");
        }
    }
}
