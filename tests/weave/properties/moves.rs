//! Moves beside a model of their own: a file as a list of lines, in which only the user's acts leave a trace once the agent is out.

use std::fmt;

use countersign_core::author::Author;
use countersign_core::document::{Act, Document, Record};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Request, plan, undo};
use countersign_core::weave::Splice;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use ropey::Rope;

use super::folding::{folded, shuffled};
use super::reverts::born_of;
use crate::weave::pair::{authors, cases};

/// What the two do to the lines that are there.
#[derive(Clone, Debug)]
enum Turn {
    /// The agent writes the file with a block elsewhere; where it says so, with a line of it changed.
    Moves {
        from: Index,
        lines: usize,
        to: Index,
        changed: Option<Index>,
    },
    /// The agent writes the file with a new line, or without an old one.
    Adds {
        at: Index,
    },
    Drops {
        at: Index,
    },
    /// The user types at a line's end, or in its middle.
    Types {
        at: Index,
        in_the_middle: bool,
    },
    /// The user opens a line below one.
    Opens {
        at: Index,
    },
    /// The user deletes a line.
    Deletes {
        at: Index,
    },
    /// The user cuts a block and pastes it elsewhere.
    Carries {
        from: Index,
        lines: usize,
        to: Index,
    },
}

#[derive(Clone)]
struct History {
    lines: usize,
    turns: Vec<Turn>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines; {}", self.lines, Desk::played(self, true).said)
    }
}

fn history(by_user: bool) -> impl Strategy<Value = History> {
    let place = any::<Index>;
    let moves = (place(), 1..4_usize, place(), prop_oneof![2 => Just(None), 1 => place().prop_map(Some)]);
    let turn = prop_oneof![
        5 => moves.prop_map(|(from, lines, to, changed)| Turn::Moves { from, lines, to, changed }),
        1 => place().prop_map(|at| Turn::Adds { at }),
        1 => place().prop_map(|at| Turn::Drops { at }),
        3 => (place(), any::<bool>()).prop_map(|(at, in_the_middle)| Turn::Types { at, in_the_middle }),
        2 => place().prop_map(|at| Turn::Opens { at }),
        2 => place().prop_map(|at| Turn::Deletes { at }),
        if by_user { 2 } else { 0 } => (place(), 1..4_usize, place()).prop_map(|(from, lines, to)| Turn::Carries { from, lines, to }),
    ];
    (2..12_usize, vec(turn, 1..9)).prop_map(|(lines, turns)| History { lines, turns })
}

/// A line, and who wrote which of its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    no: usize,
    text: Vec<(char, &'static str)>,
    /// The agent wrote it, or in it.
    is_agents: bool,
    /// When the agent last moved it; 0 where it never did.
    moved: usize,
    /// The user deleted a line beside it that the agent had moved there: a new one may be in that one's place, or beside this one.
    is_beside_a_gap: bool,
}

impl Line {
    fn new(no: usize, by: &'static str) -> Self {
        // No two lines are alike: what became of which is plain.
        let text = ["some", "words", "of", "line"].map(|word| format!("{word}{no}")).join(" ");
        Self {
            no,
            text: text.chars().map(|ch| (ch, by)).collect(),
            is_agents: by == "claude",
            moved: 0,
            is_beside_a_gap: false,
        }
    }

    fn put(&mut self, at: usize, word: &str, by: &'static str) {
        self.text.splice(at..at, word.chars().map(|ch| (ch, by)));
    }
}

/// A document, its lines as they are, and as they would be without the agent.
struct Desk {
    document: Document,
    /// All that the document gave out to be journaled.
    records: Vec<Record>,
    now: Vec<Line>,
    ideal: Vec<Line>,
    count: usize,
    said: String,
}

fn claude() -> Act {
    Act::agent(Author::agent("claude", "s1"), Evidence::Content, 0)
}

fn text_of(lines: &[Line]) -> String {
    lines.iter().flat_map(|line| line.text.iter().map(|(ch, _)| *ch).chain(['\n'])).collect()
}

impl Desk {
    fn played(history: &History, is_silent: bool) -> Self {
        let lines: Vec<Line> = (0..history.lines).map(|no| Line::new(no, "base")).collect();
        let text = Rope::from_str(&text_of(&lines));
        let mut document = Document::new(text.clone(), 1);
        let records = document.opened(text, &Act::user(0));
        let mut desk =
            Self { document, records, now: lines.clone(), ideal: lines, count: history.lines, said: String::new() };
        for turn in &history.turns {
            if desk.takes(turn) {
                desk.said += &format!("\n{turn:?}\n{}", text_of(&desk.now));
                if !is_silent {
                    desk.check();
                }
            }
        }
        desk
    }

    fn check(&self) {
        let text = self.document.text(Lineage::Editor).to_string();
        assert_eq!(text, text_of(&self.now), "{}", self.document.weave().describe());
        let weave = self.document.weave();
        let view = countersign_core::weave::View::of(weave, Lineage::Editor);
        assert_eq!(weave.text(&view), text, "{}", weave.describe());
    }

    fn takes(&mut self, turn: &Turn) -> bool {
        self.count += 1;
        match turn {
            Turn::Moves { from, lines, to, changed } => {
                let Some((mut block, to)) = self.lift(from, *lines, to) else { return false };
                block.iter_mut().for_each(|line| line.moved = self.count);
                if let Some(changed) = changed {
                    let line = &mut block[changed.index(*lines)];
                    line.put(2, "n other", "claude");
                    line.is_agents = true;
                }
                self.now.splice(to..to, block);
                self.agent()
            }
            Turn::Adds { at } => {
                let at = at.index(self.now.len() + 1);
                self.now.insert(at, Line::new(self.count, "claude"));
                self.agent()
            }
            Turn::Drops { at } => {
                let Some(at) = self.some_line(at) else { return false };
                let gone = self.now.remove(at);
                self.leaves_a_gap(at, gone.is_beside_a_gap);
                self.agent()
            }
            Turn::Types { at, in_the_middle } => {
                let Some(at) = self.some_line(at) else { return false };
                let column = if *in_the_middle { 6 } else { self.now[at].text.len() };
                let word = format!(" mine{}", self.count);
                let no = self.now[at].no;
                self.user(at, column, 0, &word);
                for line in self.now.iter_mut().chain(&mut self.ideal).filter(|line| line.no == no) {
                    line.put(column, &word, "user");
                }
                true
            }
            Turn::Opens { at } => {
                // Between lines that were neighbours all along, and moved together, it is plain where the new one belongs.
                let Some(at) = self.some_line(at).filter(|at| self.are_neighbours(*at)) else { return false };
                let new = Line { moved: self.now[at].moved, ..Line::new(self.count, "user") };
                self.user(at + 1, 0, 0, &text_of(std::slice::from_ref(&new)));
                let home = self.home(at) + 1;
                self.now.insert(at + 1, new.clone());
                self.ideal.insert(home, new);
                true
            }
            Turn::Deletes { at } => {
                let Some(at) = self.some_line(at) else { return false };
                let (home, len) = (self.home(at), self.now[at].text.len() + 1);
                self.user(at, 0, len, "");
                let gone = self.now.remove(at);
                self.leaves_a_gap(at, gone.moved > 0 || gone.is_beside_a_gap);
                self.ideal.remove(home);
                true
            }
            Turn::Carries { from, lines, to } => {
                let first = from.index(self.now.len().max(1));
                let Some((block, to)) = self.lift(from, *lines, to) else { return false };
                let text = text_of(&block);
                self.user(first, 0, text.len(), "");
                self.user(to, 0, 0, &text);
                self.now.splice(to..to, block);
                true
            }
        }
    }

    fn leaves_a_gap(&mut self, at: usize, is_one: bool) {
        let upto = (at + 1).min(self.now.len());
        self.now[at.saturating_sub(1)..upto].iter_mut().for_each(|line| line.is_beside_a_gap |= is_one);
    }

    /// Takes a block out of the lines, and says where it is to go.
    fn lift(&mut self, from: &Index, lines: usize, to: &Index) -> Option<(Vec<Line>, usize)> {
        let from = from.index(self.now.len().max(1));
        if from + lines > self.now.len() {
            return None;
        }
        let to = to.index(self.now.len() - lines + 1);
        (to != from).then(|| (self.now.splice(from..from + lines, []).collect(), to))
    }

    /// A line that the agent did not write in.
    fn some_line(&self, at: &Index) -> Option<usize> {
        let ours: Vec<usize> = (0..self.now.len()).filter(|at| !self.now[*at].is_agents).collect();
        (!ours.is_empty()).then(|| ours[at.index(ours.len())])
    }

    fn home(&self, at: usize) -> usize {
        self.ideal.iter().position(|line| line.no == self.now[at].no).expect("it is not the agent's")
    }

    fn are_neighbours(&self, at: usize) -> bool {
        let next = self.now.get(at + 1).filter(|next| next.moved == self.now[at].moved);
        let next = next.filter(|next| !next.is_beside_a_gap || !self.now[at].is_beside_a_gap);
        next.is_some_and(|next| self.ideal.get(self.home(at) + 1).is_some_and(|line| line.no == next.no))
    }

    fn user(&mut self, line: usize, column: usize, gone: usize, new: &str) {
        let at = self.document.text(Lineage::Editor).line_to_byte(line) + column;
        self.records.extend(self.document.typed(&[Splice::new(at..at + gone, new)], &Act::user(0)));
    }

    /// The user saves, the agent writes the file, the editor loads it.
    fn agent(&mut self) -> bool {
        let (text, saved) = (Rope::from_str(&text_of(&self.now)), self.document.text(Lineage::Editor).clone());
        self.records.extend(self.document.observe(Lineage::Disk, saved, &Act::external(0)));
        self.records.extend(self.document.observe(Lineage::Disk, text.clone(), &claude()));
        self.records.extend(self.document.observe(Lineage::Editor, text, &Act::user(0)));
        true
    }

    /// Takes the agent out; says whether something of it stays for the user's sake.
    fn revert(&mut self) -> bool {
        let request = Request { whose: &Author::is_agent, only: None, accepted_too: false, mine_too: false };
        let plan = plan(&self.document, Lineage::Editor, &request);
        self.records.extend(self.document.carry_out(&plan, &Act::user(0)));
        assert_eq!(self.document.text(Lineage::Editor), &plan.target);
        !plan.held.is_empty()
    }

    fn shown(&self) -> (String, Vec<String>) {
        (self.document.text(Lineage::Editor).to_string(), authors(&self.document, Lineage::Editor))
    }
}

fn authors_of(lines: &[Line]) -> Vec<String> {
    let of_line = |line: &Line| {
        let own: Vec<String> = line.text.iter().map(|(_, by)| (*by).to_owned()).collect();
        let of_break = line.text[0].1.to_owned();
        own.into_iter().chain([of_break]).collect::<Vec<_>>()
    };
    lines.iter().flat_map(of_line).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn without_the_agent_every_line_is_home_with_what_the_user_made_of_it(history in history(false)) {
        let mut desk = Desk::played(&history, false);
        let (before, edits) = (desk.shown(), desk.document.weave().entries().len());
        desk.revert();
        let (text, authors) = desk.shown();
        prop_assert_eq!(&text, &text_of(&desk.ideal), "{}", desk.document.weave().describe());
        prop_assert_eq!(authors, authors_of(&desk.ideal));
        let (_, revert) = desk.document.weave().entries().last().expect("there is always edit 0");
        let plan = undo(&desk.document, Lineage::Editor, revert.id);
        // Where the user had undone all that the agent did there is nothing to revert.
        if let Some(plan) = plan.filter(|_| desk.document.weave().entries().len() > edits) {
            desk.document.carry_out(&plan, &Act::user(0));
            prop_assert_eq!(desk.shown(), before);
        }
    }

    #[test]
    fn no_revert_of_a_mover_takes_what_the_user_wrote_or_leaves_what_the_agent_wrote(history in history(true)) {
        let mut desk = Desk::played(&history, false);
        let before = born_of(&desk.document, Lineage::Editor, "user");
        let is_held = desk.revert();
        let after = born_of(&desk.document, Lineage::Editor, "user");
        for (ch, count) in before {
            prop_assert!(after.get(&ch).is_some_and(|left| *left >= count), "{:?}\n{}", ch, desk.document.weave().describe());
        }
        let (text, authors) = desk.shown();
        prop_assert!(is_held || !authors.contains(&"claude".to_owned()), "{}\n{}", text, desk.document.weave().describe());
    }

    #[test]
    fn a_revert_of_a_mover_that_is_undone_never_was(history in history(true), by_text in any::<bool>()) {
        let mut desk = Desk::played(&history, false);
        let before = desk.shown();
        let edits = desk.document.weave().entries().len();
        desk.revert();
        let reverted = desk.shown();
        if desk.document.weave().entries().len() == edits {
            return Ok(());
        }
        let on_disk = desk.document.text(Lineage::Disk).to_string();
        if by_text && before.0 != on_disk && before.0 != reverted.0 {
            desk.document.observe(Lineage::Editor, Rope::from_str(&before.0), &Act::user(0));
        } else {
            let (_, revert) = desk.document.weave().entries().last().expect("there is always edit 0");
            let Some(plan) = undo(&desk.document, Lineage::Editor, revert.id) else { return Ok(()) };
            desk.document.carry_out(&plan, &Act::user(0));
        }
        prop_assert_eq!(desk.shown(), before, "{}", desk.document.weave().describe());
        desk.revert();
        prop_assert_eq!(desk.shown(), reverted, "reverted again\n{}", desk.document.weave().describe());
    }

    #[test]
    fn moves_are_folded_from_the_journal_in_any_order_that_respects_causes(
        history in history(true),
        reverts in any::<bool>(),
        choices in vec(any::<Index>(), 8),
    ) {
        let mut desk = Desk::played(&history, false);
        if reverts {
            desk.revert();
        }
        desk.records.extend(desk.document.flush());
        let base = text_of(&(0..history.lines).map(|no| Line::new(no, "base")).collect::<Vec<_>>());
        let told = serde_json::to_string(&desk.records).expect("records are told");
        let records: Vec<Record> = serde_json::from_str(&told).expect("and heard");
        let document = folded(&base, &records);
        prop_assert_eq!(document.weave().describe(), desk.document.weave().describe());
        prop_assert_eq!(document.text(Lineage::Disk), desk.document.text(Lineage::Disk));
        let edits: Vec<Record> = records.into_iter().filter(|record| matches!(record, Record::Edited(_))).collect();
        let other = folded(&base, &shuffled(&edits, &choices));
        prop_assert_eq!(other.weave().describe(), document.weave().describe());
    }
}
