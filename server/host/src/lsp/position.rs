//! Places in a text: LSP positions to byte offsets and back, in the encoding agreed with the client.
//! Any position gives a place: what points past a line, past the text or inside a character moves back to the nearest one.
use std::ops;

use ropey::Rope;
use tower_lsp::gen_lsp_types::{Position, PositionEncodingKind, Range};

/// What `Position::character` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The one to use with a client that offers these (`capabilities.general.position_encodings`): UTF-8, which costs
    /// nothing, where it can; else UTF-16 or, offered alone, UTF-32. No offer, or none that we know, means UTF-16.
    pub fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        let preferred = [Self::Utf8, Self::Utf16, Self::Utf32];
        preferred.into_iter().find(|encoding| offered.contains(&encoding.kind())).unwrap_or_default()
    }

    /// Its name in `InitializeResult::capabilities.position_encoding`.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The byte offset of a position: always a character's start and never between a CR and its LF.
///
/// Past a line's end is that end, before its break; past the last line is the text's end.
pub fn to_offset(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_bytes();
    }
    let start = text.line_to_byte(line);
    let end = line_end(text, line);
    let asked = position.character as usize;
    let char_at = |byte| text.byte_to_char(byte);
    let char = match encoding {
        Encoding::Utf8 => char_at(start.saturating_add(asked).min(end)),
        Encoding::Utf16 => {
            let units = |byte| text.char_to_utf16_cu(char_at(byte));
            text.utf16_cu_to_char(units(start).saturating_add(asked).min(units(end)))
        }
        Encoding::Utf32 => char_at(start).saturating_add(asked).min(char_at(end)),
    };
    text.char_to_byte(char)
}

/// The position of a byte offset. Past the text is its end, inside a character is that character's start, and
/// between a CR and its LF is the line's end.
pub fn to_position(text: &Rope, offset: usize, encoding: Encoding) -> Position {
    let offset = offset.min(text.len_bytes());
    let line = text.byte_to_line(offset);
    let start = text.line_to_byte(line);
    let char_at = |byte| text.byte_to_char(byte);
    let char = char_at(offset.min(line_end(text, line)));
    let character = match encoding {
        Encoding::Utf8 => text.char_to_byte(char) - start,
        Encoding::Utf16 => text.char_to_utf16_cu(char) - text.char_to_utf16_cu(char_at(start)),
        Encoding::Utf32 => char - char_at(start),
    };
    Position::new(saturated(line), saturated(character))
}

/// The bytes of a range. One that ends before it starts is empty, at its start.
pub fn to_bytes(text: &Rope, range: Range, encoding: Encoding) -> ops::Range<usize> {
    let start = to_offset(text, range.start, encoding);
    start..to_offset(text, range.end, encoding).max(start)
}

/// The range of some bytes.
pub fn to_range(text: &Rope, bytes: ops::Range<usize>, encoding: Encoding) -> Range {
    Range { start: to_position(text, bytes.start, encoding), end: to_position(text, bytes.end, encoding) }
}

/// Where a line's text ends and its break (CRLF, LF or a lone CR) begins, in bytes.
fn line_end(text: &Rope, line: usize) -> usize {
    let slice = text.line(line);
    let length = slice.len_bytes();
    let from_end = |back: usize| length.checked_sub(back).map(|at| slice.byte(at));
    let broken = match (from_end(2), from_end(1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (_, Some(b'\n' | b'\r')) => 1,
        _ => 0,
    };
    text.line_to_byte(line) + length - broken
}

/// LSP counts in 32 bits.
fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    /// The slow and plain way: the text as lines, each with where it starts and its text without the break.
    fn lines(text: &str) -> Vec<(usize, &str)> {
        let mut lines = Vec::new();
        let mut start = 0;
        loop {
            let rest = &text[start..];
            let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
            lines.push((start, &rest[..end]));
            let broken = if rest[end..].starts_with("\r\n") { 2 } else { usize::from(end < rest.len()) };
            if broken == 0 {
                return lines;
            }
            start += end + broken;
        }
    }

    fn width(c: char, encoding: Encoding) -> usize {
        match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }

    fn naive_offset(text: &str, position: Position, encoding: Encoding) -> usize {
        let lines = lines(text);
        let Some((start, line)) = lines.get(position.line as usize) else { return text.len() };
        let mut left = position.character as usize;
        let mut offset = *start;
        for c in line.chars() {
            let Some(after) = left.checked_sub(width(c, encoding)) else { break };
            left = after;
            offset += c.len_utf8();
        }
        offset
    }

    fn naive_position(text: &str, offset: usize, encoding: Encoding) -> Position {
        let lines = lines(text);
        let number = lines.iter().rposition(|(start, _)| *start <= offset).expect("the first line starts at 0");
        let (start, line) = lines[number];
        let before = line.char_indices().take_while(|(at, c)| start + at + c.len_utf8() <= offset);
        Position::new(number as u32, before.map(|(_, c)| width(c, encoding)).sum::<usize>() as u32)
    }

    fn texts() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            "a",
            "b",
            " ",
            "\t",
            "\n",
            "\r",
            "\r\n",
            "é",
            "e\u{301}",
            "ß",
            "漢",
            "\u{2028}",
            "\u{b}",
            "\u{c}",
            "\u{85}",
            "😀",
            "👩\u{200d}👩\u{200d}👧",
            "🇩🇪",
            "𝒳",
            "\u{feff}",
            "\u{0}",
        ]);
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn count() -> impl Strategy<Value = u32> {
        prop_oneof![9 => 0u32..40, 1 => Just(u32::MAX), 1 => any::<u32>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_position_is_where_counting_by_hand_puts_it(text in texts(), line in count(), character in count()) {
            let rope = Rope::from_str(&text);
            for encoding in ALL {
                let position = Position::new(line, character);
                prop_assert_eq!(to_offset(&rope, position, encoding), naive_offset(&text, position, encoding));
            }
        }

        #[test]
        fn any_offset_is_where_counting_by_hand_puts_it(text in texts(), offset in 0usize..200) {
            let rope = Rope::from_str(&text);
            for encoding in ALL {
                let expected = naive_position(&text, offset.min(text.len()), encoding);
                prop_assert_eq!(to_position(&rope, offset, encoding), expected);
            }
        }

        #[test]
        fn a_place_comes_back_in_every_encoding(text in texts()) {
            let rope = Rope::from_str(&text);
            let inside_break = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
            for offset in (0..=text.len()).filter(|at| text.is_char_boundary(*at) && !inside_break(*at)) {
                for encoding in ALL {
                    prop_assert_eq!(to_offset(&rope, to_position(&rope, offset, encoding), encoding), offset);
                }
            }
        }

        #[test]
        fn a_range_is_never_backwards(text in texts(), a in count(), b in count(), c in count(), d in count()) {
            let rope = Rope::from_str(&text);
            for encoding in ALL {
                let range = Range { start: Position::new(a, b), end: Position::new(c, d) };
                let bytes = to_bytes(&rope, range, encoding);
                prop_assert!(text.get(bytes).is_some());
            }
        }
    }

    /// Where each position of a line lands, drawn as the text before it.
    fn walk(text: &str, line: u32, encoding: Encoding) -> String {
        let rope = Rope::from_str(text);
        let landing = |character| {
            let offset = to_offset(&rope, Position::new(line, character), encoding);
            format!("{character}: {:?}\n", &text[..offset])
        };
        (0..5).map(landing).collect()
    }

    #[test]
    fn a_position_inside_a_surrogate_pair_is_the_characters_start() {
        expect![[r#"
            0: ""
            1: ""
            2: "😀"
            3: "😀b"
            4: "😀b"
        "#]]
        .assert_eq(&walk("😀b\r\nc", 0, Encoding::Utf16));
    }

    #[test]
    fn a_line_ends_before_its_break_whatever_the_break_is() {
        expect![[r#"
            0: "a\r\nb\rc\n"
            1: "a\r\nb\rc\nd"
            2: "a\r\nb\rc\nd"
            3: "a\r\nb\rc\nd"
            4: "a\r\nb\rc\nd"
        "#]]
        .assert_eq(&walk("a\r\nb\rc\nd", 3, Encoding::Utf16));
        expect![[r#"
            0: "a\r\n"
            1: "a\r\nb"
            2: "a\r\nb"
            3: "a\r\nb"
            4: "a\r\nb"
        "#]]
        .assert_eq(&walk("a\r\nb\rc\nd", 1, Encoding::Utf8));
    }

    #[test]
    fn separators_that_the_protocol_does_not_name_break_no_line() {
        assert_eq!(Rope::from_str("a\u{2028}b\u{2029}c\u{b}d\u{c}e\u{85}f").len_lines(), 1);
    }

    #[test]
    fn the_encoding_is_utf8_where_offered_and_utf16_where_nothing_is_known() {
        let custom = PositionEncodingKind::Custom("utf-7".into());
        let utf8 = PositionEncodingKind::UTF8;
        let utf16 = PositionEncodingKind::UTF16;
        let utf32 = PositionEncodingKind::UTF32;
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(std::slice::from_ref(&custom))), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[utf16.clone(), utf8])), Encoding::Utf8);
        assert_eq!(Encoding::negotiate(Some(&[utf32.clone(), utf16])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[custom, utf32])), Encoding::Utf32);
    }
}
