//! A command line before it is parsed: what the shell takes away first, and what no two shells read alike.

/// Bytes: a longer command line is not read.
pub(super) const LONGEST: usize = 256 << 10;

/// The text without continued lines, which the grammar takes for the ends of words; inside of single quotes and quoted here-documents they
/// stay as they are.
pub(super) fn joined(text: &str) -> String {
    if !text.contains("\\\n") {
        return text.to_owned();
    }
    let mut joined = String::with_capacity(text.len());
    let (mut single, mut double) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' if !single => match chars.next() {
                Some('\n') => continue,
                Some(next) => {
                    joined.push(char);
                    joined.push(next);
                    continue;
                }
                None => {}
            },
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            '#' if !single && !double && begins_word(&joined) => {
                // A comment ends with its line, whatever stands in it.
                joined.push(char);
                while let Some(inside) = chars.next_if(|next| *next != '\n') {
                    joined.push(inside);
                }
                continue;
            }
            _ => {}
        }
        joined.push(char);
    }
    joined
}

fn begins_word(before: &str) -> bool {
    before.chars().next_back().is_none_or(|last| last.is_whitespace() || matches!(last, ';' | '&' | '|' | '(' | ')'))
}

/// Why a text cannot be read with certainty.
pub(super) fn trouble(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST {
        return Some("it is too long to be read");
    }
    let inside_a_word = |(at, _): (usize, &str)| !text[at + 1..].starts_with('\n') && at + 1 < text.len();
    if text.contains('\0') || text.match_indices('\r').any(inside_a_word) {
        return Some("it holds control characters that shells read differently");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continued_word_is_one_word() {
        assert_eq!(joined("r\\\nm -rf x"), "rm -rf x");
        assert_eq!(joined("# don't\nr\\\nm x"), "# don't\nrm x");
        assert_eq!(joined("echo 'a\\\nb' \"c\\\nd\" \\\\\ne"), "echo 'a\\\nb' \"cd\" \\\\\ne");
    }
}
