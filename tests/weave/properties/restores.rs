//! Restores: every character that is said to be destroyed comes back, and nothing of anyone's goes.

use countersign_core::author::Author;
use countersign_core::destroyed::{Destroyed, Suspects};
use countersign_core::document::{Act, Document};
use countersign_core::edit::Lineage;
use countersign_core::hunk::hunks;
use countersign_core::revert::{Plan, restore};
use countersign_core::workspace::Content;
use proptest::prelude::*;
use ropey::Rope;

use crate::weave::history::merging_history;
use crate::weave::oracle::Lineage::{Disk, Editor};
use crate::weave::pair::{Pair, authors, cases, lineage};

fn destroyed(document: &Document, of: Lineage, heads: Option<&[Content]>) -> Vec<Destroyed> {
    let hunks = hunks(document, of, &Author::is_agent);
    Suspects::of(document, of).map_or_else(Vec::new, |suspects| suspects.destroyed(&hunks, heads))
}

/// Whether what comes back shares no line with what stood there.
fn stands_apart(plan: &Plan) -> bool {
    let (text, mut shift) = (plan.target.to_string(), 0);
    plan.splices.iter().all(|splice| {
        let (start, new) = (splice.range.start + shift, splice.text.as_str());
        let end = start + new.len();
        shift += new.len();
        let begins = text[..start].is_empty() || text[..start].ends_with('\n') || new.starts_with(['\n', '\r']);
        begins && (text[end..].is_empty() || text[end..].starts_with(['\n', '\r']) || new.ends_with('\n'))
    })
}

/// Each character with whose it is.
fn signed(document: &Document, of: Lineage) -> Vec<(char, String)> {
    document.text(of).chars().zip(authors(document, of)).collect()
}

/// Whether one list is the other with something left out.
fn is_within<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|one| rest.any(|other| other == one))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_destroyed_comes_back_exactly_and_takes_nothing_away(history in merging_history()) {
        let pair = Pair::played(&history);
        let head = [Content::Text(Rope::from_str(&history.base))];
        for (of, heads) in [(Editor, None), (Disk, None), (Editor, Some(&head[..])), (Disk, Some(&head[..]))] {
            let (of, mut document) = (lineage(of), pair.document.clone());
            // What is left may pair otherwise with what came back: one after the other, until nothing is left.
            let mut rounds = 0;
            while let Some(lost) = destroyed(&document, of, heads).into_iter().next_back() {
                rounds += 1;
                prop_assert!(rounds < 64, "{:?} does not stay\n{}", lost, pair.told());
                let before = signed(&document, of);
                let Some(plan) = restore(&document, of, &lost.deeds) else {
                    return Err(TestCaseError::fail(format!("{lost:?} cannot come back\n{}", pair.told())));
                };
                document.carry_out(&plan, &Act::user(0));
                prop_assert_eq!(document.text(of), &plan.target);
                if lost.put_back > 0 {
                    // What stood in its place goes, and git has that: of people's words none is missing.
                    let users = |signed: &[(char, String)]| -> Vec<char> {
                        signed.iter().filter(|(ch, by)| by == "user" && ch.is_alphanumeric()).map(|(ch, _)| *ch).collect()
                    };
                    prop_assert!(is_within(&users(&before), &users(&signed(&document, of))), "{:?}\n{}", lost, pair.told());
                    continue;
                }
                let back: String = plan.splices.iter().map(|splice| splice.text.as_str()).collect();
                // Line breaks may have to part it from what stands beside it.
                prop_assert_eq!(back.replace('\n', ""), lost.text.replace('\n', ""), "{}", pair.told());
                prop_assert!(is_within(&before, &signed(&document, of)), "{:?}\n{}", lost, pair.told());
                prop_assert!(stands_apart(&plan), "{:?}\n{}", plan, pair.told());
            }
        }
    }
}
