//! A word as the shell would pass it on: what is known of it, and what is not.

use super::target::{Pattern, Target, Token};

/// One argument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Just this.
    Text(String),
    /// Signs that stand for others in the names of files.
    Glob(String),
    /// What cannot be known, as it is written, and whether it comes from the network or holds a secret.
    Unknown { shown: String, network: bool, secret: Option<String> },
}

impl Word {
    pub(super) fn of(text: impl Into<String>) -> Word {
        Word { pieces: vec![Piece::Text(text.into())] }
    }

    pub(super) fn unknown(shown: impl Into<String>) -> Word {
        Word { pieces: vec![Piece::Unknown { shown: shown.into(), network: false, secret: None }] }
    }

    /// All of it, where it is known.
    pub(super) fn text(&self) -> Option<String> {
        let known = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Glob(text) => Some(text.clone()),
            Piece::Unknown { .. } => None,
        };
        self.pieces.iter().map(known).collect()
    }

    /// For people, and for looking at options of which only the value is not known.
    pub(super) fn shown(&self) -> String {
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Glob(text) => text.clone(),
            Piece::Unknown { shown, .. } => shown.clone(),
        };
        self.pieces.iter().map(shown).collect()
    }

    pub(super) fn is_known(&self) -> bool {
        !self.pieces.iter().any(|piece| matches!(piece, Piece::Unknown { .. }))
    }

    /// Whether it could be any word, and so an option too.
    pub(super) fn may_be_an_option(&self) -> bool {
        let first = self.pieces.iter().find(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        matches!(first, Some(Piece::Unknown { .. }))
    }

    pub(super) fn is_from_network(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Unknown { network: true, .. }))
    }

    pub(super) fn secret(&self) -> Option<&String> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Unknown { secret, .. } => secret.as_ref(),
            _ => None,
        })
    }

    /// The same without its first signs.
    pub(super) fn without_start(&self, start: &str) -> Word {
        let mut word = self.clone();
        if let Some(Piece::Text(text)) = word.pieces.first_mut() {
            *text = text.strip_prefix(start).unwrap_or(text).to_owned();
        }
        word
    }

    /// The files that it names, seen from a folder; `home` is where `~` leads.
    pub(super) fn target(&self, cwd: Option<&str>) -> Target {
        let mut tokens = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => tokens.extend(text.chars().map(Token::Char)),
                Piece::Glob(text) => tokens.extend(globbed(text, &Token::Many)),
                // What follows a folder lies in it, or is all of it; at the start it may be anything.
                Piece::Unknown { .. } if at == 0 || tokens.is_empty() => return Target::Unknown(self.shown()),
                Piece::Unknown { .. } => {
                    while tokens.last() == Some(&Token::Char('/')) && tokens.len() > 1 {
                        tokens.pop();
                    }
                    tokens.push(Token::Any);
                }
            }
        }
        placed(tokens, cwd, self.shown())
    }

    /// The files that it names to git, which reads signs in words itself.
    pub(super) fn pathspec(&self, cwd: Option<&str>, root: &str) -> Target {
        let Some(text) = self.text() else { return self.target(cwd) };
        if let Some(rest) = text.strip_prefix(":/").or_else(|| text.strip_prefix(":(top)")) {
            return placed(globbed(rest, &Token::Any), Some(root), text);
        }
        let plain = text.strip_prefix(":(literal)").or_else(|| text.strip_prefix(":(glob)"));
        match plain.or_else(|| text.strip_prefix("./")) {
            // What is left out only makes it less.
            None if text.starts_with(':') => Target::Path(Pattern::of(root)),
            Some(rest) => placed(globbed(rest, &Token::Any), cwd, text.clone()),
            None => placed(globbed(&text, &Token::Any), cwd, text.clone()),
        }
    }
}

fn placed(tokens: Vec<Token>, cwd: Option<&str>, shown: String) -> Target {
    if tokens.first() == Some(&Token::Char('/')) {
        return Target::Path(Pattern::new(&tokens, shown));
    }
    let Some(cwd) = cwd else { return Target::Unknown(shown) };
    let mut all: Vec<Token> = cwd.chars().chain(['/']).map(Token::Char).collect();
    all.extend(tokens);
    Target::Path(Pattern::new(&all, shown))
}

/// The signs of a pattern; `many` is what `*` stands for.
fn globbed(text: &str, many: &Token) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '*' => tokens.push(if chars.get(at + 1) == Some(&'*') { Token::Any } else { many.clone() }),
            '?' => tokens.push(Token::One),
            '[' => match class(&chars[at..]) {
                Some((token, length)) => {
                    tokens.push(token);
                    at += length - 1;
                }
                None => tokens.push(Token::Char('[')),
            },
            char => tokens.push(Token::Char(char)),
        }
        at += 1;
    }
    tokens
}

fn class(chars: &[char]) -> Option<(Token, usize)> {
    let not = matches!(chars.get(1), Some('!' | '^'));
    let start = 1 + usize::from(not);
    let end = start + 1 + chars.get(start + 1..)?.iter().position(|char| *char == ']')?;
    let inside = &chars[start..end];
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < inside.len() {
        if inside.get(at + 1) == Some(&'-') && at + 2 < inside.len() {
            ranges.push((inside[at], inside[at + 2]));
            at += 3;
        } else {
            ranges.push((inside[at], inside[at]));
            at += 1;
        }
    }
    Some((Token::Class(ranges, not), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_all_of_the_folder_before_it_or_anything() {
        let unknown = Piece::Unknown { shown: "$X".into(), network: false, secret: None };
        let below = Word { pieces: vec![Piece::Text("build/".into()), unknown.clone()] };
        let Target::Path(pattern) = below.target(Some("/w")) else { panic!("it is in a folder") };
        assert!(pattern.matches("/w/build") && pattern.matches("/w/build/a/b") && !pattern.matches("/w/src"));
        let anything = Word { pieces: vec![unknown, Piece::Text("/".into())] };
        assert_eq!(anything.target(Some("/w")), Target::Unknown("$X/".into()));
    }

    #[test]
    fn a_word_for_git_has_signs_that_cross_folders() {
        let Target::Path(all) = Word::of("*.rs").pathspec(Some("/w"), "/w") else { panic!("it is a path") };
        assert!(all.matches("/w/src/a.rs"));
        let Target::Path(top) = Word::of(":/").pathspec(Some("/w/src"), "/w") else { panic!("it is a path") };
        assert!(top.holds("/w/b.rs"));
    }
}
