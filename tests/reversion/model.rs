//! What stands in a file and why, one character at a time: who put it there, who took it away. Written apart from the weave that it
//! judges, and from the letter of what both authors did alone.

use std::collections::HashSet;
use std::ops::Range;

use similar::{DiffOp, TextDiff};

/// Who put a character there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// It was there at first.
    Base,
    /// The user.
    User,
    /// The agent.
    Agent,
}

/// A character that stands, or stood, in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    pub(super) char: char,
    pub(super) born: Who,
    pub(super) killed_by_user: bool,
    pub(super) killed_by_agent: bool,
    /// It is the agent's, and the user changed a part of the line that it stands in, or it was written in the place of such a line; or it
    /// is the user's, typed into a line.
    pub(super) touched: bool,
    /// It is the agent's, and the user deleted a part of its line.
    pub(super) cut: bool,
    /// It is of a word that stood in the lines that the agent wrote anew here.
    pub(super) stood: bool,
    /// Where it stood at first, in bytes.
    at: Option<usize>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Model {
    /// In the order of the text, the dead in their places.
    pub(super) atoms: Vec<Atom>,
}

/// A line of the text.
pub(super) struct Line {
    /// Bytes, with its break.
    pub(super) range: Range<usize>,
    /// With its break.
    pub(super) text: String,
    /// Who put all of it there that is not blank, if that is one.
    pub(super) by: Option<Who>,
}

impl Atom {
    fn is_there(&self) -> bool {
        !self.killed_by_user && !self.killed_by_agent
    }
}

impl Model {
    pub(super) fn new(text: &str) -> Model {
        let atom = |(at, char)| Atom { at: Some(at), ..born(Who::Base, char) };
        Model { atoms: text.char_indices().map(atom).collect() }
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        self.atoms.iter().filter(|atom| atom.is_there()).map(|atom| atom.char).collect()
    }

    /// The text as it would stand had the agent never been there, what the user made of the agent's lines on its own.
    #[must_use]
    pub fn without_the_agent(&self) -> String {
        let kept = |atom: &&Atom| atom.born != Who::Agent && !atom.killed_by_user;
        self.atoms.iter().filter(kept).map(|atom| atom.char).collect()
    }

    /// Replaces bytes of the text. An agent's lines that stay as they were are not its doing, nor is what stays of a line that it only put
    /// something into, or only took something out of.
    pub(super) fn splice(&mut self, who: Who, range: Range<usize>, new: &str) {
        if who == Who::User {
            return self.replace(who, range, new);
        }
        let old = self.text()[range.clone()].to_owned();
        let diff = TextDiff::from_lines(old.as_str(), new);
        let lines = |text: &'_ str| -> Vec<String> { text.split_inclusive('\n').map(str::to_owned).collect() };
        let (olds, news) = (lines(&old), lines(new));
        let bytes = |upto: usize| range.start + olds[..upto].iter().map(String::len).sum::<usize>();
        for op in diff.ops().iter().rev().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
            let (from, to) = (op.old_range(), op.new_range());
            let pairs: Vec<(usize, usize)> = match from.len() == to.len() {
                true => from.clone().zip(to.clone()).collect(),
                false => pairs(&olds, &news, from.clone(), to.clone()),
            };
            // From the last pair up, and above each what stands between it and the one before.
            let (mut old_end, mut new_end) = (from.end, to.end);
            for (old, new) in pairs.into_iter().rev() {
                self.replace_some(who, bytes(old + 1)..bytes(old_end), &news[new + 1..new_end].concat());
                let (grown, part) = grown(&olds[old], &news[new]);
                self.replace_some(who, bytes(old) + grown.start..bytes(old) + grown.end, part);
                (old_end, new_end) = (old, new);
            }
            self.replace_some(who, bytes(from.start)..bytes(old_end), &news[to.start..new_end].concat());
        }
    }

    fn replace_some(&mut self, who: Who, range: Range<usize>, new: &str) {
        if !range.is_empty() || !new.is_empty() {
            self.replace(who, range, new);
        }
    }

    fn replace(&mut self, who: Who, range: Range<usize>, new: &str) {
        let (mut at, mut slot, mut touched, mut last, mut gone) = (0, 0, false, '\n', String::new());
        for (place, atom) in self.atoms.iter_mut().enumerate().filter(|(_, atom)| atom.is_there()) {
            if at >= range.end {
                break;
            }
            if at >= range.start {
                last = atom.char;
                gone.push(last);
                touched |= who == Who::Agent && atom.touched;
                match who {
                    Who::Agent => atom.killed_by_agent = true,
                    _ => atom.killed_by_user = true,
                }
            }
            slot = place + 1;
            at += atom.char.len_utf8();
        }
        let stood = if who == Who::Agent { stood(&gone, new) } else { Vec::new() };
        let stood = stood.into_iter().chain(std::iter::repeat(false));
        let atoms = new.chars().zip(stood).map(|(char, stood)| Atom { touched, stood, ..born(who, char) });
        self.atoms.splice(slot..slot, atoms);
        let is_whole = last == '\n' && (new.is_empty() || new.ends_with('\n')) && self.begins_line(range.start);
        if who == Who::User && !is_whole {
            self.touch(range.start, slot, new, !range.is_empty());
        }
    }

    fn begins_line(&self, byte: usize) -> bool {
        byte == 0 || self.text().as_bytes()[byte - 1] == b'\n'
    }

    /// Marks what is the agent's in lines of which the user has just changed a part, and what the user typed there.
    fn touch(&mut self, start: usize, slot: usize, new: &str, cuts: bool) {
        let text = self.text();
        let end = start + new.len();
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let last = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        let mut at = 0;
        for atom in self.atoms.iter_mut().filter(|atom| atom.is_there()) {
            let is_meant = atom.born == Who::Agent && (first..last).contains(&at);
            atom.touched |= is_meant;
            atom.cut |= is_meant && cuts;
            at += atom.char.len_utf8();
        }
        for atom in &mut self.atoms[slot..slot + new.chars().count()] {
            atom.touched = true;
        }
    }

    /// Where in the text stands what stood at this byte at first: behind what stood before it, and what was put there since.
    pub(super) fn place_of(&self, base: usize) -> usize {
        let end = self.atoms.iter().position(|atom| atom.at.is_some_and(|at| at >= base)).unwrap_or(self.atoms.len());
        self.atoms[..end].iter().filter(|atom| atom.is_there()).map(|atom| atom.char.len_utf8()).sum()
    }

    /// Whether what stands at this byte came in the place of something: between the same two stretches that nobody touched, the agent took
    /// something away.
    pub(super) fn stands_for_others(&self, byte: usize) -> bool {
        let is_untouched = |atom: &Atom| atom.born == Who::Base && atom.is_there();
        let mut at = 0;
        for gap in self.atoms.chunk_by(|a, b| is_untouched(a) == is_untouched(b)) {
            at += gap.iter().filter(|atom| atom.is_there()).map(|atom| atom.char.len_utf8()).sum::<usize>();
            if at > byte {
                return gap.iter().any(|atom| atom.killed_by_agent && atom.born != Who::Agent);
            }
        }
        false
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line { range: 0..0, text: String::new(), by: None };
        let mut authors = Vec::new();
        for atom in self.atoms.iter().filter(|atom| atom.is_there()) {
            line.text.push(atom.char);
            line.range.end += atom.char.len_utf8();
            if !atom.char.is_whitespace() && !authors.contains(&atom.born) {
                authors.push(atom.born);
            }
            if atom.char == '\n' {
                let next = line.range.end..line.range.end;
                line.by = (authors.len() == 1).then(|| authors[0]);
                lines.push(std::mem::replace(&mut line, Line { range: next, text: String::new(), by: None }));
                authors.clear();
            }
        }
        lines
    }

    /// What one of them put there and what the other does not answer for, a line or a part of one each, in order. The user's is all
    /// that the user did not take back; the agent's what stands, but for words that stood there before.
    #[must_use]
    pub fn pieces(&self, who: Who) -> Vec<String> {
        let is_meant = |atom: &Atom| {
            atom.born == who && if who == Who::User { !atom.killed_by_user } else { atom.is_there() && !atom.stood }
        };
        let mut pieces = vec![String::new()];
        for atom in self.atoms.iter().filter(|atom| is_meant(atom) || atom.is_there()) {
            if !is_meant(atom) || atom.char == '\n' {
                pieces.push(String::new());
            } else if let Some(piece) = pieces.last_mut() {
                piece.push(atom.char);
            }
        }
        let pieces = pieces.iter().map(|piece| piece.trim().to_owned());
        pieces.filter(|piece| !piece.is_empty()).collect()
    }
}

/// Which characters of a text are of words that stand in the text that it was written in the place of. A word that was there is none of
/// its writer's, whatever became of the line round it, and what the user later cuts off it leaves no more of the writer.
fn stood(old: &str, new: &str) -> Vec<bool> {
    let is_word = |char: &char| char.is_alphanumeric() || *char == '_';
    let olds: HashSet<&str> = old.split(|char: char| !is_word(&char)).collect();
    let chars: Vec<char> = new.chars().collect();
    let tokens = chars.chunk_by(|a, b| is_word(a) && is_word(b));
    tokens.flat_map(|token| vec![olds.contains(token.iter().collect::<String>().as_str()); token.len()]).collect()
}

/// Where lines came or went beside them: the old lines that only grew or only shrank, each with what it became, as many as can be in
/// their order. What its author put there stays that one's, though the agent took away the line below it with the same stroke.
fn pairs(olds: &[String], news: &[String], from: Range<usize>, to: Range<usize>) -> Vec<(usize, usize)> {
    let is_pair = |old: usize, new: usize| {
        let (changed, _) = grown(&olds[old], &news[new]);
        let common = olds[old].len() - changed.len();
        // A bracket is like any other: which it became nobody can say.
        let has_words = olds[old].chars().any(char::is_alphanumeric);
        has_words && 2 * common > olds[old].len().max(news[new].len())
    };
    let mut best: Vec<Vec<(usize, usize)>> = vec![Vec::new(); to.len() + 1];
    for old in from {
        let above = best.clone();
        for (nth, new) in to.clone().enumerate() {
            let with = is_pair(old, new).then(|| [above[nth].as_slice(), &[(old, new)]].concat());
            let others = [&best[nth], &above[nth + 1]].map(Clone::clone);
            let all = others.into_iter().chain(with);
            best[nth + 1] = all.max_by_key(Vec::len).unwrap_or_default();
        }
    }
    best.pop().unwrap_or_default()
}

/// What of a line, in bytes, became what: a part of it where the line only grew, or only shrank, at one place; else all of it.
fn grown<'a>(old: &str, new: &'a str) -> (Range<usize>, &'a str) {
    let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let head = common(&mut old.chars(), &mut new.chars());
    let tail = common(&mut old[head..].chars().rev(), &mut new[head..].chars().rev());
    if head + tail == old.len() || head + tail == new.len() {
        (head..old.len() - tail, &new[head..new.len() - tail])
    } else {
        (0..old.len(), new)
    }
}

fn born(who: Who, char: char) -> Atom {
    Atom {
        char,
        born: who,
        killed_by_user: false,
        killed_by_agent: false,
        touched: false,
        cut: false,
        stood: false,
        at: None,
    }
}
