//! Reverts: the text is what it would be without the author, and never without what a person wrote.

use std::collections::BTreeMap;

use countersign_core::document::{Act, Document};
use countersign_core::revert::undo;
use proptest::prelude::*;

use crate::weave::history::merging_history;
use crate::weave::oracle::Lineage::{Disk, Editor};
use crate::weave::oracle::{AuthorNo, CLAUDE, CODEX, EXTERNAL, NAMES};
use crate::weave::pair::{Pair, authors, cases, lineage, plan_of};

const SETS: [&[AuthorNo]; 4] = [&[CLAUDE], &[CODEX], &[CLAUDE, CODEX], &[EXTERNAL]];

/// How often each visible character stands there that this author bore.
pub(super) fn born_of(document: &Document, of: countersign_core::edit::Lineage, author: &str) -> BTreeMap<char, usize> {
    let text = document.text(of).to_string();
    let mut counts = BTreeMap::new();
    for (ch, _) in text.chars().zip(authors(document, of)).filter(|(_, by)| by == author) {
        *counts.entry(ch).or_default() += 1;
    }
    counts
}

fn shown(document: &Document, of: countersign_core::edit::Lineage) -> (String, Vec<String>) {
    (document.text(of).to_string(), authors(document, of))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_revert_gives_the_ideal_or_what_is_as_right(history in merging_history()) {
        let pair = Pair::played(&history);
        for of in [Editor, Disk] {
            for set in SETS {
                let ideal = pair.oracle.without(of, set);
                let target = pair.plan(of, set).target.to_string();
                if ideal.touched() {
                    prop_assert_eq!(ideal.accepts(&target), Ok(()), "{:?} {:?}\n{}", of, set, pair.told());
                } else {
                    prop_assert_eq!(&target, &ideal.text, "{:?} {:?}\n{}", of, set, pair.told());
                }
            }
        }
    }

    #[test]
    fn no_revert_takes_what_the_user_wrote(history in merging_history()) {
        let pair = Pair::played(&history);
        for (of, set) in [(Editor, SETS[0]), (Editor, SETS[2]), (Editor, SETS[3]), (Disk, SETS[2])] {
            let mut document = pair.document.clone();
            let before = born_of(&document, lineage(of), "user");
            let plan = pair.plan(of, set);
            document.carry_out(&plan, &Act::user(0));
            prop_assert_eq!(document.text(lineage(of)), &plan.target);
            let after = born_of(&document, lineage(of), "user");
            for (ch, count) in before {
                prop_assert!(after.get(&ch).is_some_and(|left| *left >= count), "{:?} {:?}\n{}", ch, set, pair.told());
            }
        }
    }

    #[test]
    fn with_mine_too_nothing_of_the_agents_is_left(history in merging_history()) {
        let pair = Pair::played(&history);
        let mut document = pair.document.clone();
        let plan = plan_of(&document, Editor, &[CLAUDE, CODEX], true);
        document.carry_out(&plan, &Act::user(0));
        let (text, authors) = shown(&document, lineage(Editor));
        let agents = [CLAUDE, CODEX].map(|no| NAMES[usize::from(no)].to_owned());
        prop_assert!(!authors.iter().any(|author| agents.contains(author)), "{:?}\n{}", text, pair.told());
    }

    #[test]
    fn reverts_that_keep_nothing_commute(history in merging_history()) {
        let pair = Pair::played(&history);
        let (mut one, mut other) = (pair.document.clone(), pair.document.clone());
        let mut kept = 0;
        for (document, order) in [(&mut one, [CLAUDE, CODEX]), (&mut other, [CODEX, CLAUDE])] {
            for author in order {
                let plan = plan_of(document, Editor, &[author], false);
                kept += plan.held.len();
                document.carry_out(&plan, &Act::user(0));
            }
        }
        if kept == 0 {
            prop_assert_eq!(shown(&one, lineage(Editor)), shown(&other, lineage(Editor)), "{}", pair.told());
        }
    }

    #[test]
    fn a_revert_that_is_undone_never_was(history in merging_history(), by_text in any::<bool>()) {
        let pair = Pair::played(&history);
        for set in SETS {
            let mut document = pair.document.clone();
            let before = shown(&document, lineage(Editor));
            let plan = pair.plan(Editor, set);
            document.carry_out(&plan, &Act::user(0));
            let (_, revert) = document.weave().entries().last().expect("there is always edit 0");
            let revert = revert.id;
            if plan.is_empty() {
                prop_assert_eq!(plan.target.to_string(), before.0);
                continue;
            }
            // The disk's text is what the disk has, not what the editor had.
            if by_text && before.0 != pair.text(Disk) && plan.target != before.0.as_str() {
                document.observe(lineage(Editor), before.0.as_str().into(), &Act::user(0));
            } else {
                let undo = undo(&document, lineage(Editor), revert).expect("it was a revert");
                prop_assert_eq!(undo.target.to_string(), before.0.clone());
                document.carry_out(&undo, &Act::user(0));
            }
            prop_assert_eq!(shown(&document, lineage(Editor)), before, "{:?}\n{}", set, pair.told());
            let again = plan_of(&document, Editor, set, false);
            prop_assert_eq!(again.target.to_string(), plan.target.to_string(), "{:?} reverted again\n{}\n{}", set, document.weave().describe(), pair.told());
        }
    }
}
