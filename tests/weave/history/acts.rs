//! What the steps of a random history come to, in the text that is there when they happen.

use super::{Step, What};
use crate::weave::oracle::{AuthorNo, CLAUDE, CODEX, EXTERNAL, EditNo, Lineage, Oracle, USER};

/// What happens, in the text that there is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Counted in Rust characters of the lineage's text.
    Splice {
        lineage: Lineage,
        author: AuthorNo,
        at: usize,
        delete: usize,
        insert: String,
    },
    Save,
    Reload,
    LoadBoth,
    Revert {
        lineage: Lineage,
        edits: Vec<EditNo>,
    },
    UndoRevert {
        lineage: Lineage,
    },
}

impl Step {
    /// What the step comes to, given all that has happened.
    pub(crate) fn acts(&self, oracle: &Oracle) -> Vec<Act> {
        match self {
            Step::Write(lineage, author, what) => {
                let splices = what.splices(&oracle.text(*lineage)).into_iter();
                let splice =
                    |(at, delete, insert)| Act::Splice { lineage: *lineage, author: *author, at, delete, insert };
                splices.map(splice).collect()
            }
            Step::Save => vec![Act::Save],
            Step::Reload => vec![Act::Reload],
            Step::LoadBoth => vec![Act::LoadBoth],
            Step::RevertAuthors(lineage, authors) => {
                vec![Act::Revert { lineage: *lineage, edits: oracle.edits_of(authors) }]
            }
            Step::RevertEdit(lineage, which) => {
                let edits = oracle.edits_of(&[USER, CLAUDE, CODEX, EXTERNAL]);
                let edits = edits.get(which % edits.len().max(1)).copied().into_iter().collect();
                vec![Act::Revert { lineage: *lineage, edits }]
            }
            Step::UndoRevert(lineage) => vec![Act::UndoRevert { lineage: *lineage }],
        }
    }
}

impl Act {
    /// The edit that it made, if it changed anything.
    pub(crate) fn apply(&self, oracle: &mut Oracle) -> Option<EditNo> {
        match self {
            Act::Splice { lineage, author, at, delete, insert } => {
                oracle.splice(*lineage, *author, *at, *delete, insert)
            }
            Act::Save => {
                oracle.save();
                None
            }
            Act::Reload => {
                oracle.reload();
                None
            }
            Act::LoadBoth => {
                oracle.load_both();
                None
            }
            Act::Revert { lineage, edits } => oracle.revert(*lineage, edits),
            Act::UndoRevert { lineage } => oracle.undo_last_revert(*lineage),
        }
    }
}

/// Where a line is, in Rust characters: its start, the end of its text, its end behind the break.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    text_end: usize,
    end: usize,
}

impl What {
    /// At, delete, insert, one after the other; none where there is nothing to do it to.
    fn splices(&self, text: &str) -> Vec<(usize, usize, String)> {
        let places = places(text);
        let chars: Vec<char> = text.chars().collect();
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let nth = |line: &usize| places.get(line % places.len().max(1)).copied();
        let with_breaks = |lines: &[String]| lines.iter().map(|line| line.clone() + line_break).collect::<String>();
        let column_in = |line: &usize, column: &usize| {
            let (start, end) = nth(line).map_or((0, 0), |place| (place.start, place.text_end));
            start + column % (end - start + 1)
        };
        let several = |line: &usize, count: &usize| {
            let first = line % places.len().max(1);
            let last = places.get((first + count).min(places.len().saturating_sub(1)))?;
            Some((places[first].start, *last))
        };
        match self {
            What::InsertLines { line, lines } => match places.get(line % (places.len() + 1)) {
                Some(place) => vec![(place.start, 0, with_breaks(lines))],
                None if places.last().is_some_and(|last| last.text_end == last.end) => {
                    vec![(chars.len(), 0, line_break.to_owned() + &lines.join(line_break))]
                }
                None => vec![(chars.len(), 0, with_breaks(lines))],
            },
            What::InsertInside { line, column, text } => {
                vec![(column_in(line, column), 0, text.replace('\n', line_break))]
            }
            What::Type { line, column, text } => {
                let mut at = column_in(line, column);
                let keys = text.chars().map(|key| if key == '\n' { line_break.to_owned() } else { key.to_string() });
                keys.map(|key| {
                    at += key.chars().count();
                    (at - key.chars().count(), 0, key)
                })
                .collect()
            }
            What::ReplaceLines { line, count, lines } => {
                let replace = |(start, last): (usize, Place)| {
                    let insert = if last.text_end == last.end { lines.join(line_break) } else { with_breaks(lines) };
                    (start, last.end - start, insert)
                };
                several(line, count).map(replace).into_iter().collect()
            }
            What::Retype { line } => {
                let retype = |place: Place| {
                    (place.start, place.end - place.start, chars[place.start..place.end].iter().collect())
                };
                nth(line).map(retype).into_iter().collect()
            }
            What::DeleteLines { line, count } => {
                several(line, count).map(|(start, last)| (start, last.end - start, String::new())).into_iter().collect()
            }
            What::DeletePart { line, column, count } => match nth(line) {
                Some(place) if place.start < place.text_end => {
                    let at = place.start + column % (place.text_end - place.start);
                    vec![(at, 1 + count % (place.text_end - at), String::new())]
                }
                _ => Vec::new(),
            },
            What::Backspace { at, count } => {
                let mut at = at % (chars.len() + 1);
                let mut keys = Vec::new();
                for _ in 0..=*count {
                    let width = if chars[..at].ends_with(&['\r', '\n']) { 2 } else { 1 };
                    let Some(before) = at.checked_sub(width) else { break };
                    at = before;
                    keys.push((at, width, String::new()));
                }
                keys
            }
            What::Splice { at, delete, insert } => {
                let at = at % (chars.len() + 1);
                vec![(at, delete % (chars.len() - at + 1), insert.clone())]
            }
        }
    }
}

fn places(text: &str) -> Vec<Place> {
    let mut start = 0;
    let place = |line: &str| {
        let text = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let place = Place { start, text_end: start + text.chars().count(), end: start + line.chars().count() };
        start = place.end;
        place
    };
    text.split_inclusive('\n').map(place).collect()
}
