//! What a lineage's text is without some authors: the ideal, what the letter of 'Adopted lines' keeps, and what else is right
//! where the answer depends on judgement.

use std::collections::BTreeSet;
use std::fmt;

use super::{AtomNo, AuthorNo, EditNo, Lineage, Oracle, USER, normal};

/// The lineage's text without all changes of some authors.
#[derive(Clone, Debug)]
pub(crate) struct Ideal {
    /// As if the authors had never been there.
    pub(crate) text: String,
    /// The same, but for adopted lines: those stay, and what they replaced stays replaced.
    pub(crate) kept: String,
    /// Some of what would go is adopted.
    pub(crate) adopted: bool,
    /// Text typed into what would go, or beside what comes back.
    pub(crate) dependent: bool,
    pieces: Vec<Piece>,
}

/// A character of the answer, and what speaks for it.
#[derive(Clone, Debug)]
struct Letter {
    text: String,
    /// Else it may be there or not.
    must: bool,
    of_user: bool,
}

/// A letter, and where it came from.
#[derive(Clone)]
struct Placed {
    letter: Letter,
    moves: bool,
    born: EditNo,
    /// For what comes back, by which edit first.
    killed: Option<EditNo>,
}

#[derive(Clone, Debug)]
enum Piece {
    One(Letter),
    /// Text that comes back and text put in its place since: each of these orders is right.
    Either(Vec<Vec<Letter>>),
}

impl Ideal {
    /// Whether another answer than the ideal may be right.
    pub(crate) fn touched(&self) -> bool {
        self.adopted || self.dependent
    }

    /// Whether the text is a right answer; if not, why not.
    pub(crate) fn accepts(&self, text: &str) -> Result<(), String> {
        let text: Vec<char> = text.chars().collect();
        self.read(&text).map_err(|why| {
            let users = self.letters().filter(|letter| letter.must && letter.of_user);
            let users: Vec<char> = users.flat_map(|letter| letter.text.chars()).collect();
            if is_within(&users, &text) { why } else { format!("text of the user's is missing or out of order: {why}") }
        })
    }

    fn read(&self, text: &[char]) -> Result<(), String> {
        let show = |chars: &[char]| format!("{:?}", chars.iter().collect::<String>());
        let mut reached = BTreeSet::from([0]);
        for piece in &self.pieces {
            let far = reached.last().copied().unwrap_or_default();
            reached = match piece {
                Piece::One(letter) => past(letter, text, &reached),
                Piece::Either(orders) => {
                    let past_all = |order: &Vec<Letter>| {
                        order.iter().fold(reached.clone(), |reached, letter| past(letter, text, &reached))
                    };
                    orders.iter().flat_map(past_all).collect()
                }
            };
            if reached.is_empty() {
                let (before, after) = (show(&text[..far]), show(&text[far..]));
                return Err(format!("after {before} there should be {piece}, not {after}"));
            }
        }
        match reached.last() {
            Some(&far) if far < text.len() => Err(format!("{} should be gone at the end", show(&text[far..]))),
            _ => Ok(()),
        }
    }

    fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.pieces.iter().flat_map(|piece| match piece {
            Piece::One(letter) => std::slice::from_ref(letter),
            Piece::Either(orders) => &orders[0],
        })
    }
}

impl Oracle {
    /// The lineage's text without all that these authors did (the base text is nobody's and stays).
    pub(crate) fn without(&self, lineage: Lineage, authors: &[AuthorNo]) -> Ideal {
        let is_out = |edit: EditNo| self.is_by(edit, authors);
        let living = || self.adoptions.iter().filter(|adoption| self.lives(lineage, adoption, &is_out));
        let adopted: BTreeSet<AtomNo> = living().flat_map(|adoption| adoption.adopted.clone()).collect();
        let replaced: BTreeSet<AtomNo> = living().flat_map(|adoption| adoption.replaced.clone()).collect();
        let typed_into = self.typed_into(lineage, &is_out);
        // Whether an adopted line's break, which someone deleted since, still ends a line is in doubt: both are right.
        let mut cut_off = self.cut_off(lineage, &is_out, &BTreeSet::new());
        cut_off.extend(self.cut_off(lineage, &is_out, &adopted));
        let first_loss = self.changes().map(|change| change.edit).filter(|&edit| is_out(edit)).min();

        let (mut text, mut kept, mut sequence) = (Vec::new(), Vec::new(), Vec::new());
        let mut any_adopted = false;
        for atom in self.atoms.iter().filter(|atom| self.is_born(lineage, atom)) {
            let kills = self.kills(lineage, atom);
            if !kills.iter().all(|&kill| is_out(kill)) {
                continue;
            }
            let goes = is_out(atom.born);
            let comes_back = !goes && !kills.is_empty();
            if !goes {
                text.push(atom.ch);
            }
            let stays_by_adoption = adopted.contains(&atom.no);
            let stays_replaced = comes_back && replaced.contains(&atom.no);
            any_adopted |= (goes && stays_by_adoption) || stays_replaced;
            if (goes && stays_by_adoption) || (!goes && !stays_replaced) {
                kept.push(atom.ch);
            }
            let left_alone = typed_into.contains(&atom.no) && (goes || atom.author != USER);
            let stays_away = stays_replaced || left_alone || cut_off.contains(&atom.no);
            let may = if goes { stays_by_adoption || left_alone } else { comes_back && stays_away };
            if !goes || may {
                let letter = Letter { text: normal::spelled([atom.ch]), must: !may, of_user: atom.author == USER };
                // What was there all along holds its place; text that was put beside a gap may stand on its other side.
                let moves = comes_back || first_loss.is_some_and(|loss| atom.born >= loss);
                sequence.push(Placed {
                    letter,
                    moves,
                    born: atom.born,
                    killed: kills.first().copied().filter(|_| !goes),
                });
            }
        }

        let (pieces, beside) = pieces(&sequence);
        Ideal {
            adopted: any_adopted,
            dependent: beside || !typed_into.is_empty() || !cut_off.is_empty(),
            text: normal::spelled(text),
            kept: normal::spelled(kept),
            pieces,
        }
    }

    /// What comes back though all round it someone who stays has deleted the line, or the words on both sides: as whole lines it is what
    /// it was, in part it may as well have gone with the rest.
    fn cut_off(
        &self,
        lineage: Lineage,
        is_out: &impl Fn(EditNo) -> bool,
        adopted: &BTreeSet<AtomNo>,
    ) -> BTreeSet<AtomNo> {
        let mut atoms = BTreeSet::new();
        for deleter in (1..self.edits.len()).filter(|&edit| !is_out(edit)) {
            let kills = |place: usize| self.kills(lineage, &self.atoms[place]);
            let stood = |place: &usize| {
                let atom = &self.atoms[*place];
                let born = self.is_born(lineage, atom) && (!is_out(atom.born) || adopted.contains(&atom.no));
                born && kills(*place).into_iter().all(|kill| kill == deleter || is_out(kill))
            };
            // Blanks that are left of a line are none of what is in it.
            let matters = |place: &usize| {
                let ch = &self.atoms[*place].ch;
                !kills(*place).is_empty() || !ch.is_blank() || ch.is_break()
            };
            let list: Vec<usize> = (0..self.atoms.len()).filter(stood).filter(matters).collect();
            let is_gone = |at: usize| kills(list[at]).contains(&deleter);
            let comes_back = |at: usize| !is_gone(at) && !kills(list[at]).is_empty();
            // What was there when that was deleted, and was left, comes back.
            let was_gone = |at: &usize| {
                self.atoms[list[*at]].born < deleter && kills(list[*at]).into_iter().all(|kill| kill < deleter)
            };
            let is_break = |at: usize| self.atoms[list[at]].ch.is_break();
            let mut at = 0;
            while at < list.len() {
                let end = (at..list.len()).find(|&end| !comes_back(end)).unwrap_or(list.len());
                // What comes back with a line break is a line again.
                if end > at && !(at..end).any(is_break) {
                    let inside = at > 0 && is_gone(at - 1) && end < list.len() && is_gone(end);
                    let start = (0..at).rev().find(|&before| is_break(before)).map_or(0, |at| at + 1);
                    let to = (end..list.len()).find(|&behind| is_break(behind)).unwrap_or(list.len());
                    let rest = || (start..at).chain(end..to);
                    let breaks = to == list.len() || is_gone(to);
                    let alone = rest().all(|at| is_gone(at) || comes_back(at));
                    if inside || breaks && alone && (to < list.len() || rest().any(is_gone)) {
                        atoms.extend((at..end).filter(was_gone).map(|at| self.atoms[list[at]].no));
                    }
                }
                at = end + 1;
            }
        }
        atoms
    }

    /// All that belongs to lines in which text that stays was typed right beside text that goes: the atoms, and the dead
    /// between them. It may have been typed there before those who go deleted the line.
    fn typed_into(&self, lineage: Lineage, is_out: &impl Fn(EditNo) -> bool) -> BTreeSet<AtomNo> {
        let stood = |place: &usize| {
            let atom = &self.atoms[*place];
            self.is_born(lineage, atom) && self.kills(lineage, atom).into_iter().all(is_out)
        };
        let standing: Vec<usize> = (0..self.atoms.len()).filter(stood).collect();
        let mut atoms = self.typed_into_lines(&self.visible(lineage), is_out);
        atoms.extend(self.typed_into_lines(&standing, is_out));
        atoms
    }

    fn typed_into_lines(&self, visible: &[usize], is_out: &impl Fn(EditNo) -> bool) -> BTreeSet<AtomNo> {
        let mut atoms = BTreeSet::new();
        let mut before_line = 0;
        let is_break = |place: &usize| self.atoms[*place].ch.is_break();
        let mut rest = visible;
        while !rest.is_empty() {
            let end = rest.iter().position(is_break).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let after_line = after.first().copied().unwrap_or(self.atoms.len());
            let is_typed_into = |new: usize, old: usize| {
                let (new, old) = (&self.atoms[new], &self.atoms[old]);
                is_out(old.born) && !is_out(new.born) && new.born > old.born
            };
            if line.windows(2).any(|pair| is_typed_into(pair[0], pair[1]) || is_typed_into(pair[1], pair[0])) {
                atoms.extend(self.atoms[before_line..after_line].iter().map(|atom| atom.no));
            }
            before_line = line[line.len() - 1] + 1;
            rest = after;
        }
        atoms
    }
}

/// The sequence with its gaps, in which what came since may stand on either side of what comes back; and whether there is one.
fn pieces(sequence: &[Placed]) -> (Vec<Piece>, bool) {
    let mut pieces = Vec::new();
    let mut beside = false;
    for zone in sequence.chunk_by(|a, b| a.moves && b.moves) {
        let loss = zone.iter().filter_map(|placed| placed.killed).min();
        let (new, old): (Vec<Placed>, Vec<Placed>) =
            zone.iter().cloned().partition(|placed| loss.is_some_and(|loss| placed.born > loss));
        let letters = |placed: &[Placed]| placed.iter().map(|placed| placed.letter.clone()).collect::<Vec<_>>();
        if new.is_empty() || old.is_empty() {
            pieces.extend(letters(zone).into_iter().map(Piece::One));
        } else {
            beside = true;
            let (new, old) = (letters(&new), letters(&old));
            pieces.push(Piece::Either(vec![letters(zone), [old.clone(), new.clone()].concat(), [new, old].concat()]));
        }
    }
    (pieces, beside)
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled =
            |letters: &[Letter]| format!("{:?}", letters.iter().map(|letter| letter.text.as_str()).collect::<String>());
        match self {
            Piece::One(letter) => write!(f, "{:?}", letter.text),
            Piece::Either(orders) => {
                write!(
                    f,
                    "{}",
                    Vec::from_iter(orders.iter().map(|order| spelled(order)).collect::<BTreeSet<_>>()).join(" or ")
                )
            }
        }
    }
}

/// Where one may stand in the text after this letter.
fn past(letter: &Letter, text: &[char], reached: &BTreeSet<usize>) -> BTreeSet<usize> {
    let wanted: Vec<char> = letter.text.chars().collect();
    let read = reached.iter().filter(|&&at| text[at..].starts_with(&wanted)).map(|&at| at + wanted.len());
    let skipped = reached.iter().filter(|_| !letter.must).copied();
    read.chain(skipped).collect()
}

/// Whether these characters are in the text, in this order, others between them or not.
fn is_within(chars: &[char], text: &[char]) -> bool {
    let mut text = text.iter();
    chars.iter().all(|char| text.any(|other| other == char))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::weave::oracle::{CLAUDE, Lineage::Editor, Oracle, USER};

    #[test]
    fn a_wrong_answer_is_told_why() {
        let mut oracle = Oracle::new("a\nb\nc\nd\n");
        oracle.splice(Editor, CLAUDE, 2, 2, "B\n");
        oracle.splice(Editor, USER, 4, 0, "u\n");
        oracle.splice(Editor, CLAUDE, 8, 0, "x\n");
        let ideal = oracle.without(Editor, &[CLAUDE]);
        for right in ["a\nb\nu\nc\nd\n", "a\nu\nb\nc\nd\n"] {
            assert_eq!(ideal.accepts(right), Ok(()));
        }
        let wrong = [
            ("the user's line is gone", "a\nb\nc\nd\n"),
            ("the agent's line is left", "a\nb\nu\nc\nx\nd\n"),
            ("the last line is not the agent's", "a\nb\nu\nc\n"),
            ("what the agent deleted is not back", "a\nu\nc\nd\n"),
            ("the user's line has moved", "a\nb\nc\nu\nd\n"),
            ("there is more", "a\nb\nu\nc\nd\nd\n"),
        ];
        let told = wrong.map(|(what, answer)| format!("{what}: {}\n", ideal.accepts(answer).unwrap_err()));
        expect![[r#"
            the user's line is gone: text of the user's is missing or out of order: after "a\n" there should be "b\nu\n" or "u\nb\n", not "b\nc\nd\n"
            the agent's line is left: after "a\nb\nu\nc\n" there should be "d", not "x\nd\n"
            the last line is not the agent's: after "a\nb\nu\nc\n" there should be "d", not ""
            what the agent deleted is not back: after "a\n" there should be "b\nu\n" or "u\nb\n", not "u\nc\nd\n"
            the user's line has moved: after "a\n" there should be "b\nu\n" or "u\nb\n", not "b\nc\nu\nd\n"
            there is more: "d\n" should be gone at the end
        "#]]
        .assert_eq(&told.concat());
    }
}
