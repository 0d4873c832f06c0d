//! One entry of a scope: a pattern of paths, and perhaps a symbol in them.

use std::fmt;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use super::path;

/// A pattern of paths with `*`, `?`, `**`, `[…]` and `{a,b}`, and perhaps `::` and a symbol: `src/lib.rs::Parser::parse`.
///
/// Read as in `.gitignore`: a pattern without a slash matches at any depth, one with a slash from the workspace's root
/// (a leading slash says so too); `*` stays within a folder; a pattern that matches a folder covers all in it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Entry {
    written: String,
    paths: GlobSet,
    symbol: Option<String>,
    /// The path, for an entry that was made for one file and not from a pattern.
    exact: Option<String>,
}

/// An entry that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEntry {
    /// The entry as written.
    pub entry: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.entry, self.why)
    }
}

impl std::error::Error for BadEntry {}

/// An entry as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Written {
    Pattern(String),
    Exact { path: String, symbol: Option<String> },
}

/// How much of a change a list of entries covers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cover {
    /// The whole of it.
    All,
    /// The file, but not these changed symbols.
    AllBut(Vec<String>),
    /// Some symbols of the file, and which ones change is not known.
    Unknown,
    /// The file in no way.
    None,
}

impl Entry {
    /// Reads a pattern, with `::Symbol` behind it or not.
    pub fn parse(written: &str) -> Result<Entry, BadEntry> {
        let bad = |why: &str| BadEntry { entry: written.to_owned(), why: why.to_owned() };
        let (pattern, symbol) = match written.split_once("::") {
            Some((_, "")) => return Err(bad("a symbol's name is missing behind `::`")),
            Some((pattern, symbol)) => (pattern, Some(symbol.to_owned())),
            None => (written, None),
        };
        if path::has_drive(pattern) {
            return Err(bad("patterns are relative to the workspace"));
        }
        if pattern.split('/').any(|part| part == "..") {
            return Err(bad("a pattern cannot leave the workspace"));
        }
        let paths = compile(pattern).map_err(|error| bad(&error))?;
        Ok(Entry { written: written.to_owned(), paths, symbol, exact: None })
    }

    /// The entry for just this file, whatever signs its name holds, and perhaps one symbol in it.
    pub fn exact(path: &str, symbol: Option<&str>) -> Entry {
        let written = symbol.map_or_else(|| path.to_owned(), |symbol| format!("{path}::{symbol}"));
        Entry { written, paths: GlobSet::empty(), symbol: symbol.map(str::to_owned), exact: Some(path.to_owned()) }
    }

    /// Whether it names a symbol in its files.
    #[must_use]
    pub fn has_symbol(&self) -> bool {
        self.symbol.is_some()
    }

    /// The pattern, or the path, as it was written, without the symbol.
    #[must_use]
    pub fn path_written(&self) -> &str {
        let behind = self.symbol.as_ref().map_or(0, |symbol| symbol.len() + "::".len());
        &self.written[..self.written.len() - behind]
    }

    /// The entry as it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The symbol that it is limited to.
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// Whether it speaks of this file, or of some symbol in it.
    pub fn covers_path(&self, path: &str) -> bool {
        match &self.exact {
            Some(exact) => exact == path,
            None => self.paths.is_match(path),
        }
    }

    /// Whether a symbol is the one that it is limited to, or lies in that; always, without such a limit.
    pub fn covers_symbol(&self, symbol: &str) -> bool {
        self.symbol.as_deref().is_none_or(|limit| {
            symbol.strip_prefix(limit).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    }

    pub(super) fn names_exactly(&self, path: &str) -> bool {
        self.exact.as_deref() == Some(path)
    }

    pub(super) fn lacks_symbol(&self) -> Option<BadEntry> {
        let why = "a symbol is written `path::Symbol`";
        self.symbol.is_none().then(|| BadEntry { entry: self.written.clone(), why: why.to_owned() })
    }
}

impl From<Entry> for Written {
    fn from(entry: Entry) -> Written {
        match entry.exact {
            Some(path) => Written::Exact { path, symbol: entry.symbol },
            None => Written::Pattern(entry.written),
        }
    }
}

impl TryFrom<Written> for Entry {
    type Error = BadEntry;

    fn try_from(written: Written) -> Result<Entry, BadEntry> {
        match written {
            Written::Pattern(pattern) => Entry::parse(&pattern),
            Written::Exact { path, symbol } => Ok(Entry::exact(&path, symbol.as_deref())),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.exact.is_some() { "exact" } else { "pattern" };
        write!(f, "{kind} {:?}", self.written)
    }
}

/// Entries are the same when they say the same.
impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        (&self.written, &self.exact) == (&other.written, &other.exact)
    }
}

impl Eq for Entry {}

impl Cover {
    /// Entries add up: what any of them covers is covered.
    pub(super) fn of(entries: &[Entry], path: &str, changed: Option<&[String]>) -> Cover {
        let mut speaking = entries.iter().filter(|entry| entry.covers_path(path)).peekable();
        if speaking.peek().is_none() {
            return Cover::None;
        }
        let speaking: Vec<&Entry> = speaking.collect();
        if speaking.iter().any(|entry| entry.symbol.is_none()) {
            return Cover::All;
        }
        let Some(changed) = changed else { return Cover::Unknown };
        let left: Vec<String> = changed
            .iter()
            .filter(|symbol| !speaking.iter().any(|entry| entry.covers_symbol(symbol)))
            .cloned()
            .collect();
        if left.is_empty() { Cover::All } else { Cover::AllBut(left) }
    }
}

/// Reads each entry, and puts those that cannot be read with the bad.
pub(super) fn parse_all(written: &[String], bad: &mut Vec<BadEntry>) -> Vec<Entry> {
    let mut entries = vec![];
    for one in written {
        match Entry::parse(one) {
            Ok(entry) => entries.push(entry),
            Err(error) => bad.push(error),
        }
    }
    entries
}

/// The entries as a person reads them in a sentence; the first few of many.
pub(super) fn list(entries: &[Entry]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = entries.iter().take(SHOWN).map(|entry| format!("`{entry}`")).collect();
    if entries.len() > SHOWN {
        shown.push(format!("{} more", entries.len() - SHOWN));
    }
    shown.join(", ")
}

/// The set that matches what a pattern means: the path itself, and all in it if it is a folder.
fn compile(pattern: &str) -> Result<GlobSet, String> {
    let mut plain = pattern;
    while let Some(rest) = plain.strip_prefix("./") {
        plain = rest;
    }
    let rooted = plain.trim_end_matches('/').contains('/');
    let plain = plain.trim_matches('/');
    if plain.is_empty() {
        return Err("the pattern is empty".to_owned());
    }
    let anchored = if rooted { plain.to_owned() } else { format!("**/{plain}") };
    let mut set = GlobSetBuilder::new();
    set.add(glob(&anchored)?);
    set.add(glob(&format!("{anchored}/**"))?);
    set.build().map_err(|error| error.to_string())
}

fn glob(pattern: &str) -> Result<Glob, String> {
    let built = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    built.map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_stored_and_read_back_as_what_it_was() {
        let pattern = Entry::parse("src/*.rs::new").unwrap();
        for entry in [pattern.clone(), Entry::exact("app/[slug].ts", Some("load")), Entry::exact("a::b", None)] {
            let back = Entry::try_from(Written::from(entry.clone())).unwrap();
            assert_eq!(back, entry);
            assert_eq!(back.symbol(), entry.symbol());
        }
        assert_ne!(pattern, Entry::exact("src/*.rs", Some("new")), "the same words, another meaning");
        assert!(Entry::try_from(Written::Pattern("../a".into())).is_err());
    }
}
