//! A command line before it is parsed: what the shell takes away first, and what no two shells read alike.

/// Bytes: a longer command line is not read.
pub(super) const LONGEST: usize = 256 << 10;

/// The text without continued lines, which the grammar takes for the ends of words; inside of single quotes and here-documents they stay
/// as they are.
pub(super) fn joined(text: &str) -> String {
    if !text.contains("\\\n") {
        return text.to_owned();
    }
    let mut joined = String::with_capacity(text.len());
    let (mut single, mut double) = (false, false);
    let mut documents: Vec<Document<'_>> = Vec::new();
    let mut at = 0;
    while let Some(char) = text[at..].chars().next() {
        let rest = &text[at..];
        let mut length = char.len_utf8();
        match char {
            '\\' if !single => {
                length += rest[1..].chars().next().map_or(0, char::len_utf8);
                if rest.starts_with("\\\n") {
                    at += length;
                    continue;
                }
            }
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            // A comment ends with its line, whatever stands in it.
            '#' if !single && !double && begins_word(&joined) => length = rest.find('\n').unwrap_or(rest.len()),
            '<' if !single => {
                if let Some((document, start)) = Document::begins(rest) {
                    documents.push(document);
                    length = start;
                } else if rest.starts_with("<<<") {
                    length = 3;
                }
            }
            '\n' if !documents.is_empty() => {
                length = documents.drain(..).fold(1, |end, one| end + one.length(&rest[end..]));
            }
            _ => {}
        }
        joined.push_str(&rest[..length]);
        at += length;
    }
    joined
}

/// A here-document of which the beginning was seen.
#[derive(Debug)]
pub(super) struct Document<'a> {
    end: &'a str,
    is_indented: bool,
}

impl<'a> Document<'a> {
    /// One that begins here, and how long its beginning is.
    pub(super) fn begins(text: &'a str) -> Option<(Document<'a>, usize)> {
        let rest = text.strip_prefix("<<").filter(|rest| !rest.starts_with('<'))?;
        let is_indented = rest.starts_with('-');
        let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
        let start = text.len() - word.len();
        let (end, length) = match word.chars().next()? {
            quote @ ('\'' | '"') => {
                let length = word[1..].find(quote)?;
                (&word[1..=length], length + 2)
            }
            _ => {
                let plain = word.strip_prefix('\\').unwrap_or(word);
                let length = plain
                    .find(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '!')))
                    .unwrap_or(plain.len());
                (&plain[..length], word.len() - plain.len() + length)
            }
        };
        // A number is what something is shifted by.
        let is_name = !end.is_empty() && !end.starts_with(|char: char| char.is_ascii_digit());
        is_name.then_some((Document { end, is_indented }, start + length))
    }

    /// Bytes of its body, its last line among them, from the line after its beginning.
    pub(super) fn length(&self, text: &str) -> usize {
        let mut length = 0;
        for line in text.split_inclusive('\n') {
            let plain = line.trim_end_matches('\n');
            let is_end = if self.is_indented { plain.trim_start_matches('\t') } else { plain } == self.end;
            if is_end {
                // The break behind it ends the command.
                return length + plain.len();
            }
            length += line.len();
        }
        length
    }
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
        assert_eq!(joined("cat <<E\nit's\nE\nr\\\nm x"), "cat <<E\nit's\nE\nrm x");
        assert_eq!(joined("# don't\nr\\\nm x"), "# don't\nrm x");
        assert_eq!(joined("echo 'a\\\nb' \"c\\\nd\" \\\\\ne"), "echo 'a\\\nb' \"cd\" \\\\\ne");
    }
}
