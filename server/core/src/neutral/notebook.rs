//! Notebooks are JSON, written anew as a whole by whoever changes a cell: how the tokens are laid out is form, and what a revert leaves
//! must still be a notebook.

use std::ops::Range;

use super::ends::{Plain, compared};
use crate::weave::Splice;

/// Whether a file of that name is a notebook.
#[must_use]
pub fn is_notebook(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(name, end)| end == "ipynb" && !name.is_empty() && !name.ends_with('/'))
}

/// The splices that make `after` of `before`, of which those that lay out tokens anew are neutral, where it was written in another layout.
/// None where the layout is the same, or one of them is no JSON.
#[must_use]
pub fn splices(before: &str, after: &str) -> Option<Vec<Splice>> {
    let (old, new) = (laid_out(before)?, laid_out(after)?);
    let found = compared(before, after, &old, &new);
    let anew = found.iter().filter(|splice| splice.neutral).count();
    // Where a cell comes or goes, the blanks beside it change; another layout changes most of those that part lines.
    (anew * 2 > old.ends_with_a_break(before)).then_some(found)
}

/// A text of which each line is a token.
fn laid_out(text: &str) -> Option<Plain> {
    let tokens = tokens(text)?;
    (!tokens.is_empty()).then(|| Plain::by_parts(text, &tokens))
}

/// The splices that make a text JSON that lacks, or has too many, commas between what stands side by side: none where it is JSON as it
/// is. None where that does not do.
#[must_use]
pub fn mend(text: &str) -> Option<Vec<Splice>> {
    let mut mender = Mender { open: Vec::new(), splices: Vec::new(), last: 0..0, comma: 0..0, is_done: false };
    for token in tokens(text)? {
        mender.take(&text[token.clone()], token)?;
    }
    (mender.open.is_empty() && mender.is_done).then_some(mender.splices)
}

/// What stands last in a list or an object that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Opening,
    Key,
    Colon,
    Value,
    Comma,
}

struct Mender {
    /// The brackets that are open, with what stands last in each.
    open: Vec<(char, Last)>,
    splices: Vec<Splice>,
    /// The token before.
    last: Range<usize>,
    /// The last comma behind a value.
    comma: Range<usize>,
    /// The one value of the text is over.
    is_done: bool,
}

impl Mender {
    fn take(&mut self, token: &str, at: Range<usize>) -> Option<()> {
        match token {
            "," => self.comma(&at)?,
            ":" => match self.open.last_mut()? {
                ('{', last) if *last == Last::Key => *last = Last::Colon,
                _ => return None,
            },
            "]" | "}" => self.close(token)?,
            _ => {
                self.value(token, at.start)?;
                if matches!(token, "[" | "{") {
                    self.open.push((token.chars().next()?, Last::Opening));
                }
            }
        }
        self.last = at;
        Some(())
    }

    fn comma(&mut self, at: &Range<usize>) -> Option<()> {
        match self.open.last_mut()? {
            (_, last) if *last == Last::Value => {
                *last = Last::Comma;
                self.comma = at.clone();
            }
            (_, Last::Opening | Last::Comma) => self.splices.push(Splice::new(at.clone(), "")),
            _ => return None,
        }
        Some(())
    }

    fn close(&mut self, token: &str) -> Option<()> {
        let (bracket, last) = self.open.pop()?;
        if (bracket, token) != ('[', "]") && (bracket, token) != ('{', "}") || matches!(last, Last::Key | Last::Colon) {
            return None;
        }
        if last == Last::Comma {
            self.splices.push(Splice::new(self.comma.clone(), ""));
            self.splices.sort_by_key(|splice| splice.range.start);
        }
        self.end_value();
        Some(())
    }

    fn value(&mut self, token: &str, at: usize) -> Option<()> {
        let end = self.last.end;
        let Some((bracket, last)) = self.open.last_mut() else {
            return (!std::mem::replace(&mut self.is_done, !matches!(token, "[" | "{"))).then_some(());
        };
        debug_assert!(end <= at, "tokens come in order");
        let is_beside = *last == Last::Value;
        match (*bracket, *last) {
            ('{', Last::Opening | Last::Comma | Last::Value) if token.starts_with('"') => *last = Last::Key,
            ('{', Last::Colon) => *last = Last::Value,
            ('[', _) => *last = Last::Value,
            _ => return None,
        }
        if is_beside {
            self.splices.push(Splice::new(end..end, ","));
        }
        Some(())
    }

    fn end_value(&mut self) {
        match self.open.last_mut() {
            Some((_, last)) => *last = Last::Value,
            None => self.is_done = true,
        }
    }
}

/// Brackets, commas, colons, strings and other words; none where a string does not end.
pub(super) fn tokens(text: &str) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'[' | b']' | b'{' | b'}' | b',' | b':' => at += 1,
            b'"' => {
                at += 1;
                loop {
                    match bytes.get(at)? {
                        b'"' => break,
                        b'\n' => return None,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                at += 1;
            }
            _ => {
                let ends = |byte: &u8| {
                    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'[' | b']' | b'{' | b'}' | b',' | b':' | b'"')
                };
                at = bytes[at..].iter().position(ends).map_or(bytes.len(), |len| at + len);
            }
        }
        found.push(start..at);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let Some(found) = mend(text) else { return "no JSON".to_owned() };
        let mut made = text.to_owned();
        for splice in found.iter().rev() {
            made.replace_range(splice.range.clone(), &splice.text);
        }
        made
    }

    #[test]
    fn what_is_json_stays_as_it_is() {
        for text in [r#"{"cells": [], "n": -1.5e3}"#, "[]", "[[{}], \"a, b ] \\\" {\", null]", "1", " \"x\"\n"] {
            assert_eq!(mended(text), text);
        }
    }

    #[test]
    fn commas_are_put_where_they_lack_and_taken_where_they_are_too_many() {
        assert_eq!(mended("[1 2]"), "[1, 2]");
        assert_eq!(mended("[{}\n {}]"), "[{},\n {}]");
        assert_eq!(mended("[1,, 2]"), "[1, 2]");
        assert_eq!(mended("[1,,]"), "[1]");
        assert_eq!(mended("[1, 2,]"), "[1, 2]");
        assert_eq!(mended("[, 1]"), "[ 1]");
        assert_eq!(mended(r#"{"a": 1 "b": [2,],}"#), r#"{"a": 1, "b": [2]}"#);
    }

    #[test]
    fn what_lacks_more_than_commas_is_not_mended() {
        for text in ["", "[1", "[1}", "{\"a\"}", "{1: 2}", "{\"a\": }", "[\"a", "1 2", "[\"a\nb\"]", "]"] {
            assert_eq!(mended(text), "no JSON", "{text:?}");
        }
    }

    #[test]
    fn another_layout_is_form_and_what_changed_in_it_a_change() {
        let before = "{\n \"cells\": [\n  {\n   \"source\": [\n    \"a\\n\",\n    \"b\"\n   ]\n  }\n ]\n}\n";
        let after = "{\"cells\": [{\"source\": [\"a\\n\", \"c\"]}]}";
        let found = splices(before, after).expect("another layout");
        let changes: Vec<(&str, &str)> = found
            .iter()
            .filter(|splice| !splice.neutral)
            .map(|splice| (before[splice.range.clone()].trim(), splice.text.trim()))
            .collect();
        assert_eq!(changes, [("b", "c")]);
        let mut made = before.to_owned();
        for splice in found.iter().rev() {
            made.replace_range(splice.range.clone(), &splice.text);
        }
        assert_eq!(made, after);
        assert_eq!(splices(before, &before.replace("\"b\"", "\"b\\n\",\n    \"c\"")), None, "the same layout");
    }
}
