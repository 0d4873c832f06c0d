//! Blocks that an agent changed and the user then moved, beside a model of their own: a file as a list of lines, each as it is and as it
//! would be without the agent.

use std::collections::HashSet;

use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::hunk::hunks;
use countersign_core::revert::{Request, plan, undo};
use countersign_core::weave::Splice;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use ropey::Rope;

use crate::weave::pair::cases;

/// A line, without the agent (where there was one) and with it (where there is one).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    was: Option<String>,
    is: Option<String>,
}

#[derive(Clone, Debug)]
enum Change {
    /// One of a line's four words.
    Word(Index, usize),
    Line(Index),
    Drops(Index),
    Adds(Index),
}

/// The user cuts a block and pastes it elsewhere.
#[derive(Clone, Debug)]
struct Carry {
    from: Index,
    lines: usize,
    to: Index,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    let change = prop_oneof![
        2 => (place(), 0..4_usize).prop_map(|(at, word)| Change::Word(at, word)),
        2 => place().prop_map(Change::Line),
        1 => place().prop_map(Change::Drops),
        1 => place().prop_map(Change::Adds),
    ];
    vec(change, 1..6)
}

fn carries() -> impl Strategy<Value = Vec<Carry>> {
    let carry = (any::<Index>(), 1..6_usize, any::<Index>()).prop_map(|(from, lines, to)| Carry { from, lines, to });
    vec(carry, 1..4)
}

fn words(no: usize, name: &str) -> String {
    // No two lines are alike: what became of which is plain.
    ["some", "words", "of", name].map(|word| format!("{word}{no}")).join(" ")
}

fn with(lines: &[Line]) -> String {
    lines.iter().filter_map(|line| line.is.as_ref()).map(|line| format!("{line}\n")).collect()
}

fn without(lines: &[Line]) -> String {
    lines.iter().filter_map(|line| line.was.as_ref()).map(|line| format!("{line}\n")).collect()
}

fn change(lines: &mut Vec<Line>, change: &Change, no: usize) {
    let here: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].is.is_some() && lines[*at].was.is_some()).collect();
    let some = |at: &Index| here[at.index(here.len())];
    match change {
        Change::Adds(at) => {
            lines.insert(at.index(lines.len() + 1), Line { was: None, is: Some(words(no, "agent")) });
        }
        _ if here.len() < 2 => {}
        Change::Word(at, word) => {
            let line = lines[some(at)].is.get_or_insert_default();
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let new =
                words.iter().enumerate().map(|(ix, old)| if ix == *word { format!("agents{no}") } else { old.clone() });
            *line = new.collect::<Vec<_>>().join(" ");
        }
        Change::Line(at) => lines[some(at)].is = Some(format!("its{no} own{no} line{no} entirely{no}")),
        Change::Drops(at) => lines[some(at)].is = None,
    }
}

/// Whether it is plain on which side of a place between two lines everything belongs: the agent put and dropped nothing beside it, and
/// did not change both.
fn is_plain(lines: &[Line], place: usize) -> bool {
    let beside = [place.checked_sub(1).and_then(|at| lines.get(at)), lines.get(place)];
    let mut beside = beside.into_iter().flatten();
    beside.clone().all(|line| line.was.is_some() && line.is.is_some()) && beside.any(|line| line.was == line.is)
}

/// Moves a block in the model; what is cut, in lines, and where it is put then.
fn carry(lines: &mut Vec<Line>, carry: &Carry) -> Option<(Vec<Line>, usize, usize)> {
    let from = carry.from.index(lines.len());
    let upto = (from + carry.lines).min(lines.len());
    if !is_plain(lines, from) || !is_plain(lines, upto) {
        return None;
    }
    let block: Vec<Line> = lines.splice(from..upto, []).collect();
    let to = carry.to.index(lines.len() + 1);
    let plain = is_plain(lines, to) && to != from;
    let at = if plain { to } else { from };
    lines.splice(at..at, block.iter().cloned());
    plain.then_some((block, from, to))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_an_agent_changed_in_blocks_that_the_user_carried_elsewhere_is_changed_back_there(
        count in 2..12_usize,
        changes in changes(),
        carries in carries(),
        in_one in any::<bool>(),
    ) {
        let mut lines: Vec<Line> = (0..count).map(|no| Some(words(no, "line"))).map(|line| Line { was: line.clone(), is: line }).collect();
        let first = Rope::from_str(&with(&lines));
        let mut document = Document::new(first.clone(), 1);
        document.opened(first, &Act::user(0));
        let writes = |document: &mut Document, lines: &[Line]| {
            let text = Rope::from_str(&with(lines));
            document.observe(Lineage::Disk, text.clone(), &Act::agent(Author::agent("claude", "s1"), Evidence::Content, 0));
            document.observe(Lineage::Editor, text, &Act::user(0));
        };
        for (no, one) in changes.iter().enumerate() {
            change(&mut lines, one, count + no);
            if !in_one {
                writes(&mut document, &lines);
            }
        }
        writes(&mut document, &lines);
        let mut texts = HashSet::from([with(&lines)]);
        for one in &carries {
            let mut carried = lines.clone();
            let Some((block, from, to)) = carry(&mut carried, one) else { continue };
            let mut rest = carried.clone();
            rest.splice(to..to + block.len(), []);
            // What cuts the same again, or puts it where it was, undoes.
            if !texts.insert(with(&rest)) || !texts.insert(with(&carried)) {
                continue;
            }
            lines = carried;
            let (text, [cut, put]) = (with(&block), [from, to].map(|at| with(&rest[..at]).len()));
            document.typed(&[Splice::new(cut..cut + text.len(), "")], &Act::user(0));
            document.typed(&[Splice::new(put..put, text)], &Act::user(0));
            prop_assert_eq!(document.text(Lineage::Editor).to_string(), with(&lines));
        }
        let gone: String = hunks(&document, Lineage::Editor, &Author::is_agent).into_iter().map(|hunk| hunk.removed_text).collect();
        let request = Request { whose: &Author::is_agent, only: None, accepted_too: false, mine_too: false };
        let plan = plan(&document, Lineage::Editor, &request);
        document.carry_out(&plan, &Act::user(0));
        prop_assert_eq!(&document.text(Lineage::Editor).to_string(), &without(&lines), "{}", document.weave().describe());
        prop_assert!(plan.held.is_empty());
        prop_assert_eq!(gone.is_empty(), lines.iter().all(|line| line.was.is_none() || line.was == line.is), "{:?} {}", lines, document.weave().describe());
        if !plan.is_empty() {
            let (_, revert) = document.weave().entries().last().expect("there is always edit 0");
            let plan = undo(&document, Lineage::Editor, revert.id).expect("what was reverted is undone");
            document.carry_out(&plan, &Act::user(0));
            prop_assert_eq!(document.text(Lineage::Editor).to_string(), with(&lines));
        }
    }
}
