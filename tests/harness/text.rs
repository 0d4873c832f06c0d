//! Positions and edits of the protocol.

use countersign_tests::text::{Encoding, apply_changes, apply_edits, offset, position};
use serde_json::json;

#[test]
fn positions_count_what_was_negotiated() {
    let text = "a\r\né𝄞x\n";
    let x = text.find('x').unwrap();
    for (encoding, character) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
        let expected = json!({ "line": 1, "character": character });
        assert_eq!(position(text, x, encoding), expected);
        assert_eq!(offset(text, &expected, encoding), x);
    }
    assert_eq!(position(text, text.len(), Encoding::Utf16), json!({ "line": 2, "character": 0 }));
}

#[test]
fn positions_past_an_end_mean_that_end() {
    let text = "ab\ncd";
    assert_eq!(offset(text, &json!({ "line": 0, "character": 9 }), Encoding::Utf16), 2);
    assert_eq!(offset(text, &json!({ "line": 7, "character": 0 }), Encoding::Utf16), 5);
}

#[test]
fn edits_all_mean_the_text_before_and_changes_the_text_so_far() {
    let range = |line: u32, from: u32, to: u32| json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } });
    let before = "one two\nthree\n";
    let edits = json!([
        { "range": range(0, 0, 3), "newText": "1\n1" },
        { "range": range(1, 0, 5), "newText": "3" },
        { "range": range(0, 4, 7), "newText": "2" },
    ]);
    let mut edited = before.to_owned();
    let changes = apply_edits(&mut edited, &edits, Encoding::Utf16);
    assert_eq!(edited, "1\n1 2\n3\n");

    let mut changed = before.to_owned();
    apply_changes(&mut changed, &changes, Encoding::Utf16);
    assert_eq!(changed, edited);
}
