//! An open file's text as an editor or a server holds it: positions of the protocol, edits and changes applied.

use serde_json::{Value, json};

/// What the `character` of a position counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16, which every client and server knows.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// From the protocol's name for it; `None` stands for UTF-16, as where no encoding was negotiated.
    pub fn named(name: Option<&str>) -> Encoding {
        match name {
            Some("utf-8") => Encoding::Utf8,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf16,
        }
    }

    fn length(self, character: char) -> usize {
        match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// The byte offset in `text` of a protocol position (line and character from 0). Past a line's end means its end, past the last line the text's.
pub fn offset(text: &str, position: &Value, encoding: Encoding) -> usize {
    let (line, character) = (number(&position["line"]), number(&position["character"]));
    let Some((start, content)) = lines(text).nth(line) else { return text.len() };
    let mut units = 0;
    let within = content.char_indices().find(|(_, c)| {
        let reached = units >= character;
        units += encoding.length(*c);
        reached
    });
    start + within.map_or(content.len(), |(at, _)| at)
}

/// The protocol position (line and character from 0) of a byte offset, which must lie on a character's boundary.
pub fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let (line, (start, _)) =
        lines(text).enumerate().take_while(|(_, (start, _))| *start <= offset).last().unwrap_or((0, (0, "")));
    let character: usize = text[start..offset].chars().map(|c| encoding.length(c)).sum();
    json!({ "line": line, "character": character })
}

/// Applies a `contentChanges` array of didChange, in order; a change without a range is the whole text.
pub fn apply_changes(text: &mut String, changes: &Value, encoding: Encoding) {
    for change in changes.as_array().into_iter().flatten() {
        let new = change["text"].as_str().unwrap_or_default();
        match change.get("range") {
            Some(range) => text.replace_range(span(text, range, encoding), new),
            None => *text = new.to_owned(),
        }
    }
}

/// Applies an array of text edits, whose ranges all mean the text before any of them. Gives the same as didChange's `contentChanges`, last place first.
pub fn apply_edits(text: &mut String, edits: &Value, encoding: Encoding) -> Value {
    let mut edits: Vec<&Value> = edits.as_array().into_iter().flatten().collect();
    edits.sort_by_key(|edit| offset(text, &edit["range"]["start"], encoding));
    let changes: Value =
        edits.iter().rev().map(|edit| json!({ "range": edit["range"], "text": edit["newText"] })).collect();
    apply_changes(text, &changes, encoding);
    changes
}

fn span(text: &str, range: &Value, encoding: Encoding) -> std::ops::Range<usize> {
    let (start, end) = (offset(text, &range["start"], encoding), offset(text, &range["end"], encoding));
    start..end.max(start)
}

/// Each line's start in bytes and its content without its break; after a last break stands one more, empty line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let begin = start?;
        let rest = &text[begin..];
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line_break = if rest[length..].starts_with("\r\n") { 2 } else { usize::from(length < rest.len()) };
        start = (line_break > 0).then_some(begin + length + line_break);
        Some((begin, &rest[..length]))
    })
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
}
