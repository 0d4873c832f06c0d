//! What the shell makes of a word's letters before anything is looked up: braces, and escapes in `$'…'`.

/// So many words come of one.
const MOST: usize = 256;

/// `a{b,c}d` as `abd` and `acd`; none where there would be too many.
pub(super) fn braces(text: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut left = vec![text.to_owned()];
    while let Some(word) = left.pop() {
        match alternatives(&word) {
            Some(words) => left.extend(words.into_iter().rev()),
            None => done.push(word),
        }
        if done.len() + left.len() > MOST {
            return None;
        }
    }
    Some(done)
}

/// The words of the first braces that stand outside of quotes and expansions and have a comma, or two dots, at their own depth.
fn alternatives(word: &str) -> Option<Vec<String>> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut at = 0;
    while at < chars.len() {
        match chars[at].1 {
            '\\' => at += 1,
            quote @ ('\'' | '"' | '`') => {
                at += 1;
                while at < chars.len() && chars[at].1 != quote {
                    at += usize::from(chars[at].1 == '\\' && quote != '\'') + 1;
                }
            }
            '$' if matches!(chars.get(at + 1), Some((_, '{' | '('))) => at = closed(&chars, at + 1),
            '{' => {
                if let Some(words) = split(word, &chars, at) {
                    return Some(words);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the bracket ends that begins here; the end where it does not.
fn closed(chars: &[(usize, char)], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (_, char)) in chars.iter().enumerate().skip(start) {
        match char {
            '{' | '(' => depth += 1,
            '}' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    chars.len()
}

fn split(word: &str, chars: &[(usize, char)], start: usize) -> Option<Vec<String>> {
    let end = closed(chars, start);
    let (open, close) = (chars[start].0, chars.get(end)?.0);
    let inside = &word[open + 1..close];
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, char) in inside.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(inside[from..at].to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        parts = range(inside)?;
    } else {
        parts.push(inside[from..].to_owned());
    }
    Some(parts.into_iter().map(|part| format!("{}{part}{}", &word[..open], &word[close + 1..])).collect())
}

/// `1..5`, `a..e`.
fn range(inside: &str) -> Option<Vec<String>> {
    let (from, to) = inside.split_once("..")?;
    if let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) {
        let (low, high) = (from.min(to), from.max(to));
        return (high.checked_sub(low)? < MOST as i64).then(|| (low..=high).map(|n| n.to_string()).collect());
    }
    let (mut from_chars, mut to_chars) = (from.chars(), to.chars());
    let (low, high) = (from_chars.next()?, to_chars.next()?);
    let single = from_chars.next().is_none() && to_chars.next().is_none();
    single.then(|| (low.min(high)..=low.max(high)).map(String::from).collect())
}

/// The text of `$'…'`, between its quotes.
pub(super) fn ansi_c(inside: &str) -> String {
    let mut bytes: Vec<u8> = Vec::new();
    let mut chars = inside.chars().peekable();
    let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize| {
        let mut value = 0_u32;
        for _ in 0..most {
            let Some(digit) = chars.peek().and_then(|char| char.to_digit(radix)) else { break };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            chars.next();
        }
        value
    };
    while let Some(char) = chars.next() {
        let mut push = |char: char| bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        if char != '\\' {
            push(char);
            continue;
        }
        match chars.peek().copied() {
            Some('0'..='7') => {
                let value = number(&mut chars, 8, 3);
                bytes.push(value as u8);
            }
            Some('x') => {
                chars.next();
                let value = number(&mut chars, 16, 2);
                bytes.push(value as u8);
            }
            Some(kind @ ('u' | 'U')) => {
                chars.next();
                let value = number(&mut chars, 16, if kind == 'u' { 4 } else { 8 });
                push(char::from_u32(value).unwrap_or('\u{fffd}'));
            }
            Some(other) => {
                chars.next();
                push(match other {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'e' | 'E' => '\u{1b}',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    other => other,
                });
            }
            None => push('\\'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_give_every_word_in_order() {
        assert_eq!(braces("a{b,c{d,e}}f").unwrap(), ["abf", "acdf", "acef"]);
        assert_eq!(braces("{1..3}").unwrap(), ["1", "2", "3"]);
        assert_eq!(braces("'{a,b}'${x,y}{z}").unwrap(), ["'{a,b}'${x,y}{z}"]);
        assert_eq!(braces(&"{a,b}".repeat(40)), None);
        assert_eq!(braces(&"{".repeat(5000)).unwrap().len(), 1);
    }

    #[test]
    fn escapes_in_dollar_quotes_are_decoded() {
        assert_eq!(ansi_c(r"\x72\155 \u0078\n"), "rm x\n");
    }
}
