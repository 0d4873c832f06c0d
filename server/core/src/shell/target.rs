//! Which files a command means: absolute paths, in which signs may stand for others.

use std::fmt;

/// Files that a command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those that match.
    Path(Pattern),
    /// It cannot be told; as it is written.
    Unknown(String),
}

impl Target {
    /// The one path that it can be, if it is one.
    pub fn literal(&self) -> Option<String> {
        match self {
            Target::Path(pattern) => pattern.literal(),
            Target::Unknown(_) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Path(pattern) => f.write_str(&pattern.shown),
            Target::Unknown(shown) => f.write_str(shown),
        }
    }
}

/// A path with signs that stand for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    tokens: Vec<Token>,
    /// The letters up to the first sign; all of it where there is none.
    start: String,
    shown: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Char(char),
    /// Any sign but `/`.
    One,
    /// Any signs but `/`.
    Many,
    /// Any signs.
    Any,
    /// One of these.
    Class(Vec<(char, char)>, bool),
}

impl Pattern {
    /// A path that is just this one.
    pub fn of(path: &str) -> Pattern {
        Pattern { tokens: path.chars().map(Token::Char).collect(), start: path.to_owned(), shown: path.to_owned() }
    }

    /// Cleans an absolute path of `.`, `..` and double slashes, by its letters alone.
    pub(super) fn new(tokens: &[Token], shown: String) -> Pattern {
        let mut parts: Vec<&[Token]> = Vec::new();
        for part in tokens.split(|token| *token == Token::Char('/')) {
            match part {
                [] | [Token::Char('.')] => {}
                [Token::Char('.'), Token::Char('.')] => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let mut clean = Vec::new();
        for part in parts {
            clean.push(Token::Char('/'));
            clean.extend_from_slice(part);
        }
        if clean.is_empty() {
            clean.push(Token::Char('/'));
        }
        let letters = clean.iter().map_while(|token| if let Token::Char(char) = token { Some(*char) } else { None });
        let start = letters.collect();
        Pattern { tokens: clean, start, shown }
    }

    /// As it is written in the command.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The path, where nothing in it stands for something else.
    pub fn literal(&self) -> Option<String> {
        self.is_literal().then(|| self.start.clone())
    }

    fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// The folder in which all that matches lies.
    pub fn folder(&self) -> String {
        if self.is_literal() {
            return self.start.clone();
        }
        let folder = self.start.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }
    }

    /// Whether a path matches.
    pub fn matches(&self, path: &str) -> bool {
        if !path.starts_with(self.start.as_str()) {
            return false;
        }
        if self.is_literal() {
            return self.start == path;
        }
        let mut at = vec![false; self.tokens.len() + 1];
        at[0] = true;
        self.skip(&mut at);
        let mut begins = false;
        for char in path.chars() {
            let mut next = vec![false; self.tokens.len() + 1];
            for (n, token) in self.tokens.iter().enumerate().filter(|(n, _)| at[*n]) {
                let hidden = begins && char == '.';
                match token {
                    Token::Char(own) => next[n + 1] |= *own == char,
                    Token::One => next[n + 1] |= char != '/' && !hidden,
                    Token::Many => next[n] |= char != '/' && !hidden,
                    Token::Any => next[n] = true,
                    Token::Class(ranges, not) => {
                        let inside = ranges.iter().any(|(low, high)| (*low..=*high).contains(&char));
                        next[n + 1] |= inside != *not && char != '/' && !hidden;
                    }
                }
            }
            begins = char == '/';
            at = next;
            self.skip(&mut at);
        }
        at[self.tokens.len()]
    }

    /// What stands for nothing is passed over.
    fn skip(&self, at: &mut [bool]) {
        for (n, token) in self.tokens.iter().enumerate() {
            if at[n] && matches!(token, Token::Many | Token::Any) {
                at[n + 1] = true;
            }
        }
    }

    /// Whether a path matches, or lies in a folder that does.
    pub fn holds(&self, path: &str) -> bool {
        if !path.starts_with(self.start.as_str()) {
            return false;
        }
        let folders = path.match_indices('/').map(|(at, _)| &path[..at.max(1)]);
        self.matches(path) || folders.into_iter().any(|folder| self.matches(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Pattern {
        let token = |char| match char {
            '*' => Token::Many,
            '?' => Token::One,
            '@' => Token::Any,
            other => Token::Char(other),
        };
        Pattern::new(&text.chars().map(token).collect::<Vec<_>>(), text.to_owned())
    }

    #[test]
    fn signs_stand_for_what_they_do_in_the_shell() {
        for (pattern, path, is_match) in [
            ("/w/*.rs", "/w/a.rs", true),
            ("/w/*.rs", "/w/a/b.rs", false),
            ("/w/*", "/w/.env", false),
            ("/w/?.rs", "/w/a.rs", true),
            ("/w/@.rs", "/w/a/b.rs", true),
            ("/w/./a/../b", "/w/b", true),
            ("/../..", "/", true),
        ] {
            assert_eq!(glob(pattern).matches(path), is_match, "{pattern} {path}");
        }
    }

    #[test]
    fn a_folder_holds_what_is_below_it_and_no_neighbour() {
        assert!(glob("/w/src").holds("/w/src/a.rs") && !glob("/w/src").holds("/w/src2/a.rs"));
        assert!(glob("/").holds("/w/src/a.rs") && glob("/w/*").holds("/w/src/a.rs"));
        assert_eq!(glob("/w/src/*.rs").folder(), "/w/src");
        assert_eq!(glob("/w/src").folder(), "/w/src");
    }
}
