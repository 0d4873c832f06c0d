//! What a write does to a file's text, as far as the agent's message says, and the text that it should give.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::chunks::{self, Chunk};

/// What a write does to a file's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delta {
    /// The file becomes this text.
    Whole(String),
    /// Passages are replaced, one after the other, each in what the one before left.
    Replace(Vec<Replacement>),
    /// Runs of whole lines are replaced; positions are those of the text before.
    Hunks(Vec<LineHunk>),
    /// Runs of whole lines are replaced that are found by their text, each below the one before.
    Chunks(Vec<Chunk>),
    /// The file goes.
    Deleted,
    /// The file goes elsewhere with its text.
    Moved {
        /// The new path, as sent.
        to: String,
    },
    /// The text after is not to be computed, but it will hold these.
    Holding(Vec<String>),
    /// Nothing is known but that the file is written.
    Unknown,
}

/// One passage and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The passage; empty for the whole text of a new or empty file.
    pub old: String,
    /// What takes its place.
    pub new: String,
    /// Every occurrence, where there may be several.
    pub all: bool,
}

/// A run of whole lines and what takes its place, each with its line breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineHunk {
    /// The first line, from 0, in the text before.
    pub line: usize,
    /// The lines there.
    pub old: String,
    /// The lines instead.
    pub new: String,
}

/// Why a delta gives no text after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The text before does not hold what the delta takes away.
    NotFound,
    /// The text before holds it this many times, and one was meant.
    Several(usize),
    /// The delta is for a new file, and there is text already.
    NotEmpty,
    /// The delta does not say what the text will be.
    Unknown,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::NotFound => f.write_str("the text does not hold the passage to replace"),
            Misfit::Several(times) => {
                write!(f, "the text holds the passage to replace {times} times, and one was meant")
            }
            Misfit::NotEmpty => f.write_str("the file was to be new, and holds text already"),
            Misfit::Unknown => f.write_str("the write does not say what the text will be"),
        }
    }
}

impl std::error::Error for Misfit {}

impl Delta {
    /// The text that should stand after the write, given the text before; empty for a file that goes.
    ///
    /// Agents speak in `\n` of files that hold `\r\n`: replacements and hunks without a `\r` are fitted to a text whose
    /// every line ends with `\r\n`. A whole text is taken as it is.
    pub fn apply(&self, before: &str) -> Result<String, Misfit> {
        let crlf = is_crlf(before);
        match self {
            Delta::Whole(text) => Ok(text.clone()),
            Delta::Replace(replacements) => {
                replacements.iter().try_fold(before.to_owned(), |text, one| one.apply(&text, crlf))
            }
            Delta::Hunks(hunks) => apply_hunks(before, hunks, crlf),
            Delta::Chunks(chunks) => chunks::apply(before, chunks, crlf),
            Delta::Deleted => Ok(String::new()),
            Delta::Moved { .. } => Ok(before.to_owned()),
            Delta::Holding(_) | Delta::Unknown => Err(Misfit::Unknown),
        }
    }

    /// The texts that the message itself says the write puts into the file: what `content` evidence rests on. Of a run,
    /// the lines that stand in it before and after alike are left out at either end: they are context.
    pub fn text_in(&self) -> Vec<&str> {
        let texts: Vec<&str> = match self {
            Delta::Whole(text) => vec![text],
            Delta::Replace(replacements) => replacements.iter().map(|one| one.new.as_str()).collect(),
            Delta::Hunks(hunks) => hunks.iter().map(|hunk| added(&hunk.old, &hunk.new)).collect(),
            Delta::Chunks(chunks) => chunks.iter().map(Chunk::added).collect(),
            Delta::Holding(texts) => texts.iter().map(String::as_str).collect(),
            Delta::Deleted | Delta::Moved { .. } | Delta::Unknown => vec![],
        };
        texts.into_iter().filter(|text| !text.is_empty()).collect()
    }
}

impl Replacement {
    fn apply(&self, text: &str, crlf: bool) -> Result<String, Misfit> {
        if self.old.is_empty() {
            return if text.is_empty() { Ok(self.new.clone()) } else { Err(Misfit::NotEmpty) };
        }
        let (old, new) = fitted(&self.old, &self.new, crlf);
        match text.matches(&*old).count() {
            0 => Err(Misfit::NotFound),
            1 => Ok(text.replacen(&*old, &new, 1)),
            _ if self.all => Ok(text.replace(&*old, &new)),
            times => Err(Misfit::Several(times)),
        }
    }
}

/// The new lines, without those that it shares with the old at its head and its tail.
pub(super) fn added<'a>(old: &str, new: &'a str) -> &'a str {
    let head = shared(old.split_inclusive('\n').zip(new.split_inclusive('\n')));
    let (old, new) = (&old[head..], &new[head..]);
    let tail = shared(old.split_inclusive('\n').rev().zip(new.split_inclusive('\n').rev()));
    &new[..new.len() - tail]
}

/// Bytes in the lines that old and new begin with alike.
fn shared<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    lines.take_while(|(old, new)| old == new).map(|(_, new)| new.len()).sum()
}

/// Hunks must come in the order of the text and not overlap; one that does not find its old lines at its place is a misfit.
fn apply_hunks(before: &str, hunks: &[LineHunk], crlf: bool) -> Result<String, Misfit> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(before.match_indices('\n').map(|(at, newline)| at + newline.len())).collect();
    let mut after = String::with_capacity(before.len());
    let mut done = 0;
    for hunk in hunks {
        let (old, new) = fitted(&hunk.old, &hunk.new, crlf);
        let start = *starts.get(hunk.line).ok_or(Misfit::NotFound)?;
        let end = start + old.len();
        let whole_lines = old.is_empty() || old.ends_with('\n') || end == before.len();
        if start < done || !whole_lines || !before[start..].starts_with(&*old) {
            return Err(Misfit::NotFound);
        }
        after.push_str(&before[done..start]);
        after.push_str(&new);
        done = end;
    }
    after.push_str(&before[done..]);
    Ok(after)
}

fn is_crlf(text: &str) -> bool {
    let breaks = text.matches('\n').count();
    breaks > 0 && breaks == text.matches("\r\n").count()
}

fn fitted<'a>(old: &'a str, new: &'a str, crlf: bool) -> (Cow<'a, str>, Cow<'a, str>) {
    if crlf && !old.contains('\r') && !new.contains('\r') {
        (old.replace('\n', "\r\n").into(), new.replace('\n', "\r\n").into())
    } else {
        (old.into(), new.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(old: &str, new: &str, all: bool) -> Delta {
        Delta::Replace(vec![Replacement { old: old.into(), new: new.into(), all }])
    }

    fn hunk(line: usize, old: &str, new: &str) -> LineHunk {
        LineHunk { line, old: old.into(), new: new.into() }
    }

    #[test]
    fn a_passage_that_stands_once_is_replaced() {
        assert_eq!(replace("b", "B", false).apply("a b c"), Ok("a B c".into()));
        assert_eq!(replace("b ", "", false).apply("a b c"), Ok("a c".into()));
        assert_eq!(replace("é", "e", true).apply("é🎉é"), Ok("e🎉e".into()));
    }

    #[test]
    fn a_passage_that_stands_nowhere_or_often_is_a_misfit() {
        assert_eq!(replace("x", "y", true).apply("a b c"), Err(Misfit::NotFound));
        assert_eq!(replace("a", "y", false).apply("a b a"), Err(Misfit::Several(2)));
        assert_eq!(replace("a", "y", true).apply("a b a"), Ok("y b y".into()));
    }

    #[test]
    fn an_empty_passage_creates_but_never_overwrites() {
        assert_eq!(replace("", "new\n", false).apply(""), Ok("new\n".into()));
        assert_eq!(replace("", "new\n", true).apply("old"), Err(Misfit::NotEmpty));
    }

    #[test]
    fn several_replacements_each_see_what_the_one_before_left() {
        let delta = Delta::Replace(vec![
            Replacement { old: "a".into(), new: "b".into(), all: false },
            Replacement { old: "bb".into(), new: "c".into(), all: false },
        ]);
        assert_eq!(delta.apply("ab"), Ok("c".into()));
        assert_eq!(delta.apply("a"), Err(Misfit::NotFound));
    }

    #[test]
    fn a_text_of_crlf_keeps_its_line_ends() {
        assert_eq!(replace("b\nc", "B\nX\nc", false).apply("a\r\nb\r\nc\r\n"), Ok("a\r\nB\r\nX\r\nc\r\n".into()));
        assert_eq!(replace("b", "b\nx", false).apply("a\r\nb\r\n"), Ok("a\r\nb\r\nx\r\n".into()));
        assert_eq!(replace("b\n", "x\n", false).apply("a\r\nb\nc"), Ok("a\r\nx\nc".into()), "mixed: taken literally");
        assert_eq!(Delta::Hunks(vec![hunk(1, "b\n", "x\ny\n")]).apply("a\r\nb\r\n"), Ok("a\r\nx\r\ny\r\n".into()));
    }

    #[test]
    fn hunks_replace_lines_at_their_place() {
        let delta = Delta::Hunks(vec![hunk(0, "a\n", ""), hunk(2, "a\n", "x\ny\n"), hunk(4, "", "end")]);
        assert_eq!(delta.apply("a\nb\na\nb\n"), Ok("b\nx\ny\nb\nend".into()));
    }

    #[test]
    fn hunks_that_do_not_fit_are_a_misfit() {
        for (line, old) in [(0, "b\n"), (1, "a\n"), (9, "a\n"), (0, "a\nb\nc\n"), (0, "a\nb")] {
            assert_eq!(
                Delta::Hunks(vec![hunk(line, old, "")]).apply("a\nbb\n"),
                Err(Misfit::NotFound),
                "{line} {old:?}"
            );
        }
        let crossing = Delta::Hunks(vec![hunk(0, "a\nbb\n", ""), hunk(1, "bb\n", "")]);
        assert_eq!(crossing.apply("a\nbb\n"), Err(Misfit::NotFound));
    }

    #[test]
    fn a_hunk_reaches_a_last_line_without_a_break() {
        assert_eq!(Delta::Hunks(vec![hunk(1, "b", "c\n")]).apply("a\nb"), Ok("a\nc\n".into()));
    }

    #[test]
    fn a_payload_holds_what_it_adds_and_not_its_context() {
        assert_eq!(Delta::Hunks(vec![hunk(3, "a\nb\nc\n", "a\nx\ny\nc\n")]).text_in(), ["x\ny\n"]);
        assert_eq!(Delta::Hunks(vec![hunk(3, "a\na\n", "a\na\na\n")]).text_in(), ["a\n"]);
        assert_eq!(replace("old", "new", false).text_in(), ["new"]);
        assert!(replace("old", "", false).text_in().is_empty());
        assert_eq!(Delta::Whole("t".into()).text_in(), ["t"]);
        assert!(Delta::Unknown.text_in().is_empty());
    }

    #[test]
    fn what_is_unknown_is_not_predicted() {
        assert_eq!(Delta::Unknown.apply("a"), Err(Misfit::Unknown));
        assert_eq!(Delta::Holding(vec!["x".into()]).apply("a"), Err(Misfit::Unknown));
        assert_eq!(Delta::Deleted.apply("a"), Ok(String::new()));
        assert_eq!(Delta::Moved { to: "b".into() }.apply("a"), Ok("a".into()));
    }
}
