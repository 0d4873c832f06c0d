//! Characters (`\r\n` is one), and the normal form of a change: what it comes to, however the editor cut it.

/// One character of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ch {
    One(char),
    CrLf,
}

impl Ch {
    /// In Rust characters.
    pub(crate) fn len(self) -> usize {
        self.as_chars().len()
    }

    pub(crate) fn as_chars(self) -> Vec<char> {
        match self {
            Ch::One(char) => vec![char],
            Ch::CrLf => vec!['\r', '\n'],
        }
    }

    pub(crate) fn is_break(self) -> bool {
        matches!(self, Ch::CrLf | Ch::One('\n' | '\r'))
    }

    /// White space, line breaks included.
    pub(crate) fn is_blank(self) -> bool {
        matches!(self, Ch::CrLf) || matches!(self, Ch::One(char) if char.is_whitespace())
    }

    pub(crate) fn is_word(self) -> bool {
        matches!(self, Ch::One(char) if char.is_alphanumeric() || char == '_')
    }
}

pub(crate) fn chs(text: &str) -> Vec<Ch> {
    let chars: Vec<char> = text.chars().collect();
    let mut chs = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let ch = if chars[at..].starts_with(&['\r', '\n']) { Ch::CrLf } else { Ch::One(chars[at]) };
        chs.push(ch);
        at += ch.len();
    }
    chs
}

pub(crate) fn spelled(chs: impl IntoIterator<Item = Ch>) -> String {
    chs.into_iter().flat_map(Ch::as_chars).collect()
}

/// Replace `delete` Rust characters from Rust character `at` on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Normal {
    pub(crate) at: usize,
    pub(crate) delete: usize,
    pub(crate) insert: Vec<Ch>,
}

/// What a change of a text comes to; None when it changes nothing.
pub(crate) fn normal(old: &str, at: usize, delete: usize, insert: &str) -> Option<Normal> {
    let raw: Vec<char> = old.chars().collect();
    let at = at.min(raw.len());
    let end = at.saturating_add(delete).min(raw.len());
    let (at, end, insert) = uncut(&raw, at, end, insert);

    let old = chs(old);
    let at = chs(&raw[..at].iter().collect::<String>()).len();
    let end = chs(&raw[..end].iter().collect::<String>()).len();
    let (at, end, insert) = differing(&old, at, end, chs(&insert));
    let (at, end, insert) = match (end - at, insert.len()) {
        (0, 0) => return None,
        (0, _) | (_, 0) => slid(&old, at, end, &insert),
        _ => with_its_break(&old, at, end, insert),
    };
    let chars = |chs: &[Ch]| chs.iter().map(|ch| ch.len()).sum();
    Some(Normal { at: chars(&old[..at]), delete: chars(&old[at..end]), insert })
}

/// A change that cuts a `\r\n` of the old text or of the new one is widened to hold the whole of it.
fn uncut(old: &[char], mut at: usize, mut end: usize, insert: &str) -> (usize, usize, String) {
    let mut insert: Vec<char> = insert.chars().collect();
    let next_new = insert.first().or(old.get(end));
    if at > 0 && old[at - 1] == '\r' && (old.get(at) == Some(&'\n') || next_new == Some(&'\n')) {
        at -= 1;
        insert.insert(0, '\r');
    }
    let before_new = if insert.is_empty() { old[..at].last() } else { insert.last() };
    if old.get(end) == Some(&'\n') && (old[..end].last() == Some(&'\r') || before_new == Some(&'\r')) {
        end += 1;
        insert.push('\n');
    }
    (at, end, insert.into_iter().collect())
}

/// Takes off what the deleted and the inserted text share: at their start, then at their end.
fn differing(old: &[Ch], mut at: usize, mut end: usize, mut insert: Vec<Ch>) -> (usize, usize, Vec<Ch>) {
    while at < end && insert.first() == Some(&old[at]) {
        at += 1;
        insert.remove(0);
    }
    while at < end && insert.last() == Some(&old[end - 1]) {
        end -= 1;
        insert.pop();
    }
    (at, end, insert)
}

/// A pure insertion or deletion, at the nearest place with the same outcome where it begins at a line's start.
fn slid(old: &[Ch], at: usize, end: usize, insert: &[Ch]) -> (usize, usize, Vec<Ch>) {
    let new = [&old[..at], insert, &old[end..]].concat();
    let (short, long) = if insert.is_empty() { (&new, old) } else { (&old.to_vec(), &new[..]) };
    let length = long.len() - short.len();
    let same_outcome = |place: usize| [&long[..place], &long[place + length..]].concat() == *short;
    let nearest = (0..=short.len())
        .filter(|&place| begins_a_line(short, place) && same_outcome(place))
        .min_by_key(|&place| (place.abs_diff(at), place < at))
        .unwrap_or(at);
    if insert.is_empty() {
        (nearest, nearest + length, Vec::new())
    } else {
        (nearest, nearest, new[nearest..nearest + length].to_vec())
    }
}

/// A line owns its break: a replacement of whole lines by whole lines takes the last break along.
fn with_its_break(old: &[Ch], at: usize, end: usize, mut insert: Vec<Ch>) -> (usize, usize, Vec<Ch>) {
    match old.get(end) {
        Some(&line_break) if line_break.is_break() && begins_a_line(old, at) => {
            insert.push(line_break);
            (at, end + 1, insert)
        }
        _ => (at, end, insert),
    }
}

fn begins_a_line(text: &[Ch], place: usize) -> bool {
    place == 0 || text[place - 1].is_break()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The change, drawn in the old text: `[deleted>inserted]`.
    fn drawn(old: &str, at: usize, delete: usize, insert: &str) -> String {
        let Some(change) = normal(old, at, delete, insert) else {
            return "nothing".to_owned();
        };
        let old: Vec<char> = old.chars().collect();
        let part = |range: std::ops::Range<usize>| old[range].iter().collect::<String>();
        let end = change.at + change.delete;
        let inserted = spelled(change.insert.iter().copied());
        format!("{}[{}>{inserted}]{}", part(0..change.at), part(change.at..end), part(end..old.len()))
            .escape_debug()
            .to_string()
    }

    #[test]
    fn what_both_ends_share_is_taken_off() {
        assert_eq!(drawn("say hello\n", 0, 9, "say jello"), r"say [h>j]ello\n");
        assert_eq!(drawn("aaa", 0, 3, "aa"), "[a>]aa");
        assert_eq!(drawn("é", 0, 1, "è"), "[é>è]");
        assert_eq!(drawn("a\n", 0, 2, "a\n"), "nothing");
        assert_eq!(drawn("a", 7, 7, ""), "nothing");
    }

    #[test]
    fn a_new_line_sent_as_a_replaced_break_begins_a_line() {
        assert_eq!(drawn("a\nb\n", 1, 1, "\nx\n"), r"a\n[>x\n]b\n");
        assert_eq!(drawn("a\nb\n", 1, 0, "\nx"), r"a\n[>x\n]b\n");
        assert_eq!(drawn("a\nb\n", 1, 2, ""), r"a\n[b\n>]");
        assert_eq!(drawn("a", 1, 0, "\nx"), r"a[>\nx]");
    }

    #[test]
    fn of_two_line_starts_the_nearer_wins_and_the_right_one_at_a_tie() {
        assert_eq!(drawn("}\n}\n}\n", 3, 2, ""), r"}\n}\n[}\n>]");
        assert_eq!(drawn("}\n}\n}\n", 2, 2, ""), r"}\n[}\n>]}\n");
        assert_eq!(drawn("ab\nab\nab", 1, 3, ""), r"[ab\n>]ab\nab");
    }

    #[test]
    fn whole_lines_replaced_by_whole_lines_keep_their_own_break() {
        assert_eq!(drawn("a\nb\nc\n", 2, 1, "k"), r"a\n[b\n>k\n]c\n");
        assert_eq!(drawn("a\nb\nc\n", 2, 4, "k\nl\n"), r"a\n[b\nc\n>k\nl\n]");
        assert_eq!(drawn("a\nbad\n", 2, 3, "kid"), r"a\n[ba>ki]d\n");
        assert_eq!(drawn("a\nb", 2, 1, "k"), r"a\n[b>k]");
    }

    #[test]
    fn a_crlf_is_never_cut() {
        assert_eq!(drawn("a\r\nb", 2, 0, "x"), r"a[\r\n>\rx\n]b");
        assert_eq!(drawn("a\r\nb", 1, 1, ""), r"a[\r\n>\n]b");
        assert_eq!(drawn("a\rb", 2, 0, "\n"), r"a[\r>\r\n]b");
        assert_eq!(drawn("a\rx\nb", 2, 1, ""), r"a[\rx\n>\r\n]b");
        assert_eq!(drawn("a\r\nb\r\n", 1, 2, "\r\nx\r\n"), r"a\r\n[>x\r\n]b\r\n");
    }
}
