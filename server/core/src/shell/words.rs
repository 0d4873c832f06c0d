//! From a word's letters to what the shell passes on: quotes, variables, substitutions, the signs that stand for others.

use std::iter::Peekable;
use std::str::CharIndices;

use super::expand;
use super::flow::Flow;
use super::run::Shell;
use super::source::Document;
use super::word::{Piece, Word};

/// Bytes: braces in a longer word are not expanded.
const LONGEST_BRACED: usize = 4096;

/// Words that are being put together.
#[derive(Default)]
struct Fields {
    done: Vec<Word>,
    word: Option<Word>,
}

impl Fields {
    fn push(&mut self, piece: Piece) {
        let word = self.word.get_or_insert_default();
        match (word.pieces.last_mut(), piece) {
            (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
            (_, piece) => word.pieces.push(piece),
        }
    }

    fn text(&mut self, text: impl Into<String>) {
        self.push(Piece::Text(text.into()));
    }

    fn end(&mut self) {
        self.done.extend(self.word.take());
    }

    /// What an expansion gives: as it is inside of quotes, split at blanks outside.
    fn expansion(&mut self, words: Vec<Word>, quoted: bool) {
        for (at, word) in words.into_iter().enumerate() {
            if at > 0 {
                self.end();
            }
            self.word.get_or_insert_default();
            for piece in word.pieces {
                match piece {
                    Piece::Text(text) if !quoted => self.split(&text),
                    piece => self.push(piece),
                }
            }
        }
    }

    fn split(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                ' ' | '\t' | '\n' => self.end(),
                '*' | '?' | '[' => self.push(Piece::Glob(char.to_string())),
                char => self.text(char),
            }
        }
    }
}

type Chars<'a> = Peekable<CharIndices<'a>>;

impl Shell<'_, '_> {
    /// The words that a word becomes.
    pub(super) fn words(&mut self, text: &str) -> Vec<Word> {
        if !text.contains('{') {
            return self.fields(text);
        }
        let braced = (text.len() <= LONGEST_BRACED).then(|| expand::braces(text)).flatten();
        match braced {
            Some(words) => words.iter().flat_map(|word| self.fields(word)).collect(),
            None if text.starts_with(['"', '\'']) => self.fields(text),
            None => vec![Word::unknown(text)],
        }
    }

    /// One word, as on the right of `=`: nothing is split there.
    pub(super) fn one_word(&mut self, text: &str) -> Word {
        let words = self.fields(text);
        let mut all = Word::default();
        for (at, word) in words.into_iter().enumerate() {
            if at > 0 {
                all.pieces.push(Piece::Text(" ".into()));
            }
            all.pieces.extend(word.pieces);
        }
        all
    }

    /// What stands between double quotes, or in a here-document.
    pub(super) fn quoted(&mut self, text: &str) -> Word {
        let mut fields = Fields::default();
        self.in_double_quotes(text, &mut fields);
        fields.end();
        fields.done.into_iter().next().unwrap_or_default()
    }

    fn fields(&mut self, text: &str) -> Vec<Word> {
        let mut fields = Fields::default();
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '\'' => fields.text(until(text, &mut chars, '\'')),
                '"' => {
                    fields.word.get_or_insert_default();
                    let inside = until_unescaped_quote(text, &mut chars);
                    self.in_double_quotes(inside, &mut fields);
                }
                '\\' => fields.text(chars.next().map_or('\\', |(_, next)| next)),
                '$' if chars.next_if(|next| next.1 == '\'').is_some() => {
                    let inside = until_escaped(text, &mut chars, '\'');
                    fields.text(expand::ansi_c(inside));
                }
                '$' if chars.peek().is_some_and(|next| next.1 == '"') => {}
                '$' => self.expand(text, &mut chars, &mut fields, false),
                '`' => {
                    let inside = until_escaped(text, &mut chars, '`').replace("\\`", "`");
                    let words = self.substituted(&inside);
                    fields.expansion(vec![words], false);
                }
                '~' if at == 0 => self.tilde(text, &mut chars, &mut fields),
                '<' | '>' if chars.peek().is_some_and(|next| next.1 == '(') => {
                    let inside = bracketed(text, &mut chars);
                    let path = self.process(inside, char == '<');
                    fields.text(path);
                }
                '*' | '?' | '[' => fields.push(Piece::Glob(glob(text, at, &mut chars, char))),
                char if char.is_whitespace() => fields.end(),
                char => fields.text(char),
            }
        }
        fields.end();
        fields.done
    }

    fn in_double_quotes(&mut self, text: &str, fields: &mut Fields) {
        let mut chars = text.char_indices().peekable();
        while let Some((_, char)) = chars.next() {
            match char {
                '\\' => match chars.next() {
                    Some((_, next @ ('$' | '`' | '"' | '\\'))) => fields.text(next),
                    Some((_, '\n')) => {}
                    Some((_, next)) => {
                        fields.text('\\');
                        fields.text(next);
                    }
                    None => fields.text('\\'),
                },
                '$' => self.expand(text, &mut chars, fields, true),
                '`' => {
                    let inside = until_escaped(text, &mut chars, '`').replace("\\`", "`");
                    let word = self.substituted(&inside);
                    fields.expansion(vec![word], true);
                }
                char => fields.text(char),
            }
        }
    }

    /// After a `$`.
    fn expand(&mut self, text: &str, chars: &mut Chars<'_>, fields: &mut Fields, quoted: bool) {
        match chars.peek().copied() {
            Some((_, '(')) => {
                let inside = bracketed(text, chars);
                if inside.starts_with('(') && inside.ends_with(')') {
                    return fields.push(unknown(format!("$({inside})")));
                }
                let word = self.substituted(inside);
                fields.expansion(vec![word], quoted);
            }
            Some((_, '{')) => {
                let inside = bracketed(text, chars).to_owned();
                let words = self.parameter(&inside);
                fields.expansion(words, quoted);
            }
            Some((_, sign @ ('@' | '*' | '#' | '?' | '$' | '!' | '-' | '0'..='9'))) => {
                chars.next();
                let words = self.variable(&sign.to_string());
                fields.expansion(words, quoted);
            }
            Some((start, char)) if char.is_ascii_alphabetic() || char == '_' => {
                let mut end = start;
                while let Some((at, next)) = chars.next_if(|next| next.1.is_ascii_alphanumeric() || next.1 == '_') {
                    end = at + next.len_utf8();
                }
                let words = self.variable(&text[start..end]);
                fields.expansion(words, quoted);
            }
            _ => fields.text('$'),
        }
    }

    fn tilde(&mut self, text: &str, chars: &mut Chars<'_>, fields: &mut Fields) {
        let rest = &text[1..];
        if rest.is_empty() || rest.starts_with('/') {
            let words = self.variable("HOME");
            fields.expansion(words, true);
        } else if rest.starts_with(|char: char| char.is_ascii_alphabetic()) {
            while chars.next_if(|next| next.1 != '/').is_some() {}
            fields.text("/home/~");
        } else {
            fields.text('~');
        }
    }

    /// `${…}`.
    fn parameter(&mut self, inside: &str) -> Vec<Word> {
        let end = inside.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(end);
        if name.is_empty() {
            return match inside {
                "@" | "*" | "#" | "?" | "$" | "!" => self.variable(inside),
                _ => vec![Word { pieces: vec![unknown(format!("${{{inside}}}"))] }],
            };
        }
        let value = self.known(name);
        let is_set = value.as_ref().is_some_and(|words| words.iter().any(|word| !word.shown().is_empty()));
        let shown = || vec![Word { pieces: vec![unknown(format!("${{{inside}}}"))] }];
        match rest {
            "" | "[@]" | "[*]" => value.unwrap_or_else(|| self.variable(name)),
            _ if rest.starts_with(":-") || rest.starts_with(":=") => match value.filter(|_| is_set) {
                Some(value) => value,
                None => vec![self.one_word(&rest[2..])],
            },
            _ if rest.starts_with(['-', '=']) => match value {
                Some(value) => value,
                None => vec![self.one_word(&rest[1..])],
            },
            _ if rest.starts_with(":?") || rest.starts_with('?') => value.unwrap_or_else(shown),
            _ if rest.starts_with(":+") => vec![self.one_word(&rest[2..])],
            _ => shown(),
        }
    }

    /// What a command prints, without the line breaks at its end.
    fn substituted(&mut self, script: &str) -> Word {
        let flow = self.aside(|shell| shell.script(script, &Flow::default()));
        match flow.text {
            Some(text) => Word::of(text.trim_end_matches('\n')),
            None => Word {
                pieces: vec![Piece::Unknown {
                    shown: format!("$({script})"),
                    network: flow.network,
                    secret: flow.secret,
                }],
            },
        }
    }

    /// `<(…)` and `>(…)`: a path, and what is read from it.
    fn process(&mut self, script: &str, reads: bool) -> String {
        let flow = self.aside(|shell| shell.script(script, &Flow::default()));
        let path = format!("/dev/fd/{}", 64 + self.written.len());
        if reads {
            self.written.insert(path.clone(), flow);
        }
        path
    }
}

pub(super) fn unknown(shown: String) -> Piece {
    Piece::Unknown { shown, network: false, secret: None }
}

/// A set of signs in brackets, where it ends in this word; else the sign alone.
fn glob(text: &str, at: usize, chars: &mut Chars<'_>, char: char) -> String {
    let end = (char == '[').then(|| text[at..].find(']')).flatten();
    let plain = |inside: &str| !inside.contains(['"', '\'', '$', '`', '\\']);
    match end.map(|end| &text[at..=at + end]).filter(|inside| plain(inside)) {
        Some(inside) => {
            while chars.next_if(|next| next.0 < at + inside.len()).is_some() {}
            inside.to_owned()
        }
        None => char.to_string(),
    }
}

fn until<'a>(text: &'a str, chars: &mut Chars<'_>, end: char) -> &'a str {
    let start = chars.peek().map_or(text.len(), |next| next.0);
    for (at, char) in chars.by_ref() {
        if char == end {
            return &text[start..at];
        }
    }
    &text[start..]
}

fn until_escaped<'a>(text: &'a str, chars: &mut Chars<'_>, end: char) -> &'a str {
    let start = chars.peek().map_or(text.len(), |next| next.0);
    while let Some((at, char)) = chars.next() {
        if char == end {
            return &text[start..at];
        }
        if char == '\\' {
            chars.next();
        }
    }
    &text[start..]
}

/// Up to the double quote that ends this string: those inside of substitutions are not it.
fn until_unescaped_quote<'a>(text: &'a str, chars: &mut Chars<'_>) -> &'a str {
    let start = chars.peek().map_or(text.len(), |next| next.0);
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return &text[start..at],
            '\\' => drop(chars.next()),
            '`' => drop(until_escaped(text, chars, '`')),
            '$' if chars.peek().is_some_and(|next| matches!(next.1, '(' | '{')) => drop(bracketed(text, chars)),
            _ => {}
        }
    }
    &text[start..]
}

/// What stands between the bracket that comes next and the one that ends it; quotes inside count.
fn bracketed<'a>(text: &'a str, chars: &mut Chars<'_>) -> &'a str {
    let Some((start, open)) = chars.next() else { return "" };
    let close = if open == '(' { ')' } else { '}' };
    let mut depth = 1_usize;
    let mut double = false;
    let mut documents: Vec<Document<'_>> = Vec::new();
    while let Some((at, char)) = chars.next() {
        match char {
            '<' if open == '(' && !double => {
                let begun = if text[..at].ends_with('<') { None } else { Document::begins(&text[at..]) };
                if let Some((document, length)) = begun {
                    documents.push(document);
                    while chars.next_if(|next| next.0 < at + length).is_some() {}
                }
            }
            '\n' if !documents.is_empty() => {
                let end = documents.drain(..).fold(at + 1, |end, one| end + one.length(&text[end..]));
                while chars.next_if(|next| next.0 < end).is_some() {}
            }
            '\\' => drop(chars.next()),
            '"' => double = !double,
            '\'' if !double => drop(until(text, chars, '\'')),
            char if char == open => depth += 1,
            char if char == close => {
                depth -= 1;
                if depth == 0 {
                    return &text[start + 1..at];
                }
            }
            _ => {}
        }
    }
    &text[(start + 1).min(text.len())..]
}
