//! Which texts are right once the agent is out. Where the two wrote apart that is one text: the older one with the user's hunks alone.
//! Where they touched or wrote in one another's lines, a text is right when
//!
//! - all that the user put in, and did not take back, is there, in its order, also where the agent had taken it away or rewritten it;
//! - the first text is there, in its order, but for what the user took away;
//! - nothing of the agent's is left but in lines of which the user changed a part: such a line may stay (the user's now), or any part of it
//!   may, and what the user typed into it stands there or in the line that comes back;
//! - a line that the agent had replaced comes back whole; where the user changed or deleted the agent's line, it may also stay away whole;
//!   where they deleted a part of the agent's line, that part may be missing;
//! - where text comes back beside text of the user's, either may come first, line by line; and of equal lines that stand side by side any
//!   may be the one that went or came.

use std::collections::HashSet;

use super::model::{Atom, Model, Who};

/// A character of a right text.
#[derive(Clone, Copy)]
struct Letter {
    char: char,
    /// Else it may be there or not.
    must: bool,
    /// What may be missing may be missing without its line.
    alone: bool,
    /// It may stand in the middle of a line that comes back.
    loose: bool,
}

/// A stretch of the first text that nobody touched, or what stands between two such stretches.
enum Part {
    Untouched(Vec<char>),
    /// What comes back, and what was put there: whole lines of them may stand in any order among each other.
    Gap {
        back: Vec<Letter>,
        new: Vec<Letter>,
    },
}

impl Model {
    /// Whether a text is right once the agent is out; if not, why not.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn accepts(&self, text: &str) -> Result<(), String> {
        read(&self.parts(), &text.chars().collect::<Vec<char>>())
    }

    fn parts(&self) -> Vec<Part> {
        let is_untouched = |atom: &Atom| atom.born == Who::Base && !atom.killed_by_user && !atom.killed_by_agent;
        let parts = self.atoms.chunk_by(|a, b| is_untouched(a) == is_untouched(b));
        let part = |atoms: &[Atom]| {
            if is_untouched(&atoms[0]) {
                return Part::Untouched(atoms.iter().map(|atom| atom.char).collect());
            }
            let is_adopted = |atom: &Atom| atom.born == Who::Agent && atom.touched && !atom.killed_by_user;
            let is_given_up = |atom: &Atom| atom.born == Who::Agent && (atom.touched || atom.killed_by_user);
            let may_stay_away = atoms.iter().any(is_given_up);
            let kept = || atoms.iter().filter(|atom| !atom.killed_by_user);
            let is_cut = atoms.iter().any(|atom| atom.cut);
            let letter =
                |atom: &Atom, must: bool, alone: bool| Letter { char: atom.char, must, alone, loose: atom.touched };
            let back = kept().filter(|atom| atom.born != Who::Agent && atom.killed_by_agent);
            let back = back.map(|atom| letter(atom, !may_stay_away || atom.born == Who::User, is_cut));
            let new = kept().filter(|atom| is_adopted(atom) || atom.born == Who::User && !atom.killed_by_agent);
            let new = new.map(|atom| letter(atom, atom.born == Who::User, true));
            Part::Gap { back: back.collect(), new: new.collect() }
        };
        parts.map(part).collect()
    }
}

/// So many steps of readings are tried; a text that needs more is not called right.
const PATIENCE: usize = 2_000_000;

/// How far a reading has come.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Reached {
    part: usize,
    back: usize,
    new: usize,
    text: usize,
    /// In the middle of a line of what comes back, or of what was put there.
    within: Option<Side>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    Back,
    New,
}

/// Tries all readings, the likeliest first.
fn read(parts: &[Part], text: &[char]) -> Result<(), String> {
    let mut open = vec![Reached { part: 0, back: 0, new: 0, text: 0, within: None }];
    let mut seen = HashSet::new();
    let mut farthest = 0;
    while let Some(reached) = open.pop() {
        farthest = farthest.max(reached.text);
        if !seen.insert(reached) {
            continue;
        }
        if seen.len() > PATIENCE {
            return Err("too many readings".to_owned());
        }
        let next = Reached { part: reached.part + 1, back: 0, new: 0, text: reached.text, within: None };
        match parts.get(reached.part) {
            None if reached.text == text.len() => return Ok(()),
            None => {}
            Some(Part::Untouched(chars)) => {
                let common = chars.iter().zip(&text[reached.text..]).take_while(|(a, b)| a == b).count();
                farthest = farthest.max(reached.text + common);
                if common == chars.len() {
                    open.push(Reached { text: reached.text + common, ..next });
                }
            }
            Some(Part::Gap { back, new }) => {
                if reached.back == back.len() && reached.new == new.len() {
                    open.push(next);
                }
                step(&reached, Side::New, [back, new], text, &mut open);
                step(&reached, Side::Back, [back, new], text, &mut open);
            }
        }
    }
    let show = |chars: &[char]| chars.iter().collect::<String>();
    let (from, to) = (farthest.saturating_sub(60), (farthest + 60).min(text.len()));
    Err(format!("wrong from here on: {:?} >>> {:?}", show(&text[from..farthest]), show(&text[farthest..to])))
}

/// Goes on with the next letter of one side of a gap: as the text has it, or left out where it may be. Not in the middle of a line of the
/// other side's.
fn step(reached: &Reached, side: Side, [back, new]: [&[Letter]; 2], text: &[char], open: &mut Vec<Reached>) {
    let (letters, at) = if side == Side::Back { (back, reached.back) } else { (new, reached.new) };
    let Some(letter) = letters.get(at) else { return };
    let others_left = if side == Side::Back { reached.new < new.len() } else { reached.back < back.len() };
    let interrupts = others_left && !letter.loose && reached.within.is_some_and(|within| within != side);
    let past = |count: usize| match side {
        Side::Back => Reached { back: reached.back + count, ..*reached },
        Side::New => Reached { new: reached.new + count, ..*reached },
    };
    let line = letters[at..].split_inclusive(|letter| letter.char == '\n').next().unwrap_or_default();
    if letter.alone && !letter.must {
        open.push(past(1));
    } else if (at == 0 || letters[at - 1].char == '\n') && line.iter().all(|letter| !letter.must) {
        open.push(past(line.len()));
    }
    if !interrupts && text.get(reached.text) == Some(&letter.char) {
        let within = if letter.loose { reached.within } else { (letter.char != '\n').then_some(side) };
        open.push(Reached { text: reached.text + 1, within, ..past(1) });
    }
}
