//! Claude Code's `structuredPatch`: hunks of lines that say what was written, nearly always exactly.

use countersign_core::announce::{Delta, LineHunk};
use serde_json::Value;

use super::super::payload::Fields;

/// The hunks of a response as a delta, where they say more about the text after than `said` does, given the text before.
///
/// A patch is made to be shown: tabs at a line's head may have become blanks in it. So it is believed where it fits the
/// text before and does not differ from what `said` gives by blanks alone.
pub(super) fn exact(before: &str, said: &Delta, response: Fields<'_>) -> Option<Delta> {
    let hunks = Delta::Hunks(response.list("structuredPatch").ok()?.iter().map(hunk).collect::<Option<_>>()?);
    let patched = hunks.apply(before).ok()?;
    match said.apply(before) {
        Ok(text) if text == patched || same_but_for_indent(&text, &patched) => None,
        Ok(_) if patched == before => None,
        _ => Some(hunks),
    }
}

fn same_but_for_indent(one: &str, other: &str) -> bool {
    let lines = |text: &'_ str| text.split('\n').map(|line| line.trim_start().to_owned()).collect::<Vec<_>>();
    lines(one) == lines(other)
}

/// A hunk is `{ oldStart, lines }`: the first line from 1, and lines that begin with a blank, `-`, `+` or `\`, the last
/// of which says that the line before it ends the file without a break.
fn hunk(hunk: &Value) -> Option<LineHunk> {
    let start = usize::try_from(hunk.get("oldStart")?.as_u64()?).ok()?;
    let (mut old, mut new) = (String::new(), String::new());
    let mut last = ' ';
    for line in hunk.get("lines")?.as_array()? {
        let line = line.as_str()?;
        let sign = line.chars().next()?;
        match sign {
            ' ' | '-' | '+' => {
                for side in sides(sign, &mut old, &mut new) {
                    side.push_str(&line[1..]);
                    side.push('\n');
                }
                last = sign;
            }
            '\\' => {
                for side in sides(last, &mut old, &mut new) {
                    side.pop();
                }
            }
            _ => return None,
        }
    }
    Some(LineHunk { line: start.saturating_sub(1), old, new })
}

fn sides<'a>(sign: char, old: &'a mut String, new: &'a mut String) -> Vec<&'a mut String> {
    match sign {
        '-' => vec![old],
        '+' => vec![new],
        _ => vec![old, new],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::announce::Replacement;
    use serde_json::json;

    fn exact_of(before: &str, old: &str, new: &str, patch: &Value) -> Option<String> {
        let said = Delta::Replace(vec![Replacement { old: old.into(), new: new.into(), all: false }]);
        let response = json!({ "structuredPatch": patch });
        exact(before, &said, Fields(response.as_object().unwrap())).map(|delta| delta.apply(before).unwrap())
    }

    #[test]
    fn a_patch_is_believed_where_the_input_does_not_fit_the_text() {
        let patch =
            json!([{ "oldStart": 1, "oldLines": 2, "newStart": 1, "newLines": 2, "lines": [" a", "-“b”", "+c"] }]);
        assert_eq!(exact_of("a\n“b”\n", "\"b\"", "c", &patch), Some("a\nc\n".into()));
    }

    #[test]
    fn a_patch_is_believed_where_a_whole_line_went_with_its_break() {
        let patch = json!([{ "oldStart": 1, "lines": [" a", "-b", " c"] }]);
        assert_eq!(exact_of("a\nb\nc\n", "b", "", &patch), Some("a\nc\n".into()));
    }

    #[test]
    fn a_patch_that_shows_tabs_as_blanks_is_not_believed() {
        let patch = json!([{ "oldStart": 1, "lines": [" a", "+    b"] }]);
        assert_eq!(exact_of("a\n", "a\n", "a\n\tb\n", &patch), None);
    }

    #[test]
    fn a_patch_that_fits_nowhere_is_not_believed() {
        for patch in [
            json!([{ "oldStart": 9, "lines": ["-a", "+b"] }]),
            json!([{ "oldStart": 1, "lines": ["-x", "+b"] }]),
            json!([{ "oldStart": 1, "lines": ["?a"] }]),
            json!([{ "oldStart": -1, "lines": ["-a", "+b"] }]),
            json!([{ "oldStart": 1, "lines": [7] }]),
            json!("none"),
            json!([]),
        ] {
            assert_eq!(exact_of("a\n", "a", "b", &patch), None, "{patch}");
        }
    }

    #[test]
    fn a_last_line_without_a_break_stays_without() {
        let patch = json!([{ "oldStart": 1, "lines": [" a", "-b", "\\ No newline at end of file", "+c", "\\ No newline at end of file"] }]);
        assert_eq!(exact_of("a\nb", "x", "c", &patch), Some("a\nc".into()));
    }
}
