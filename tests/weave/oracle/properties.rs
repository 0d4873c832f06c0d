//! The oracle against itself, and against texts kept by hand: thousands of random histories.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::Lineage::{Disk, Editor};
use super::{AuthorNo, BASE, CLAUDE, CODEX, EXTERNAL, Oracle, USER};
use crate::weave::history::{Act, History, history, merging_history};

const ALL: [AuthorNo; 4] = [USER, CLAUDE, CODEX, EXTERNAL];

fn played(history: &History) -> Oracle {
    let mut oracle = Oracle::new(&history.base);
    for step in &history.steps {
        for act in step.acts(&oracle) {
            act.apply(&mut oracle);
        }
    }
    oracle
}

/// The text after a splice, by characters.
fn spliced(text: &str, at: usize, delete: usize, insert: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (before, after) = (&chars[..at], &chars[at + delete..]);
    before.iter().copied().chain(insert.chars()).chain(after.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lineages_show_the_texts_that_were_written(history in history()) {
        let mut oracle = Oracle::new(&history.base);
        let (mut editor, mut disk) = (history.base.clone(), history.base.clone());
        for step in &history.steps {
            for act in step.acts(&oracle) {
                let edit = act.apply(&mut oracle);
                match &act {
                    Act::Splice { lineage, at, delete, insert, .. } => {
                        let text = if *lineage == Editor { &mut editor } else { &mut disk };
                        let new = spliced(text, *at, *delete, insert);
                        prop_assert_eq!(edit.is_none(), *text == new);
                        *text = new;
                    }
                    Act::Save => disk = editor.clone(),
                    Act::Reload => editor = disk.clone(),
                    Act::LoadBoth | Act::Revert { lineage: Editor, .. } | Act::UndoRevert { lineage: Editor } => editor = oracle.text(Editor),
                    Act::Revert { lineage: Disk, .. } | Act::UndoRevert { lineage: Disk } => disk = oracle.text(Disk),
                }
                prop_assert_eq!(&oracle.text(Editor), &editor);
                prop_assert_eq!(&oracle.text(Disk), &disk);
            }
        }
    }

    #[test]
    fn the_first_text_is_never_rewritten(history in merging_history()) {
        let oracle = played(&history);
        prop_assert_eq!(oracle.first_text(), history.base.as_str());
        for lineage in [Editor, Disk] {
            let ideal = oracle.without(lineage, &ALL);
            prop_assert_eq!(&ideal.text, &history.base);
            prop_assert!(!ideal.touched());
        }
    }

    #[test]
    fn without_nobody_is_the_text_itself(history in merging_history()) {
        let mut oracle = played(&history);
        for lineage in [Editor, Disk] {
            for nobody in [&[][..], &[BASE]] {
                let ideal = oracle.without(lineage, nobody);
                prop_assert_eq!(&ideal.text, &oracle.text(lineage));
                prop_assert_eq!(&ideal.kept, &ideal.text);
                prop_assert!(!ideal.touched());
            }
            prop_assert_eq!(oracle.revert(lineage, &[]), None);
            prop_assert_eq!(oracle.revert(lineage, &[0]), None);
        }
    }

    #[test]
    fn switching_an_authors_edits_off_gives_the_ideal_and_undoing_it_what_was(history in merging_history()) {
        for lineage in [Editor, Disk] {
            let mut oracle = played(&history);
            let before = (oracle.text(lineage), oracle.authors(lineage));
            let ideal = oracle.without(lineage, &[CLAUDE]).text;
            let reverted = oracle.revert(lineage, &oracle.edits_of(&[CLAUDE]));
            prop_assert_eq!(oracle.text(lineage), ideal);
            prop_assert!(!oracle.authors(lineage).contains(&CLAUDE));
            if reverted.is_some() {
                prop_assert!(oracle.undo_last_revert(lineage).is_some());
            }
            prop_assert_eq!((oracle.text(lineage), oracle.authors(lineage)), before);
        }
    }

    #[test]
    fn reverts_of_two_agents_commute(history in merging_history()) {
        let (mut one, mut other) = (played(&history), played(&history));
        for (oracle, order) in [(&mut one, [CLAUDE, CODEX]), (&mut other, [CODEX, CLAUDE])] {
            for author in order {
                let edits = oracle.edits_of(&[author]);
                oracle.revert(Editor, &edits);
            }
        }
        prop_assert_eq!(one.text(Editor), other.text(Editor));
        prop_assert_eq!(one.text(Editor), played(&history).without(Editor, &[CLAUDE, CODEX]).text);
    }

    #[test]
    fn the_ideal_and_what_adoption_keeps_are_right_answers(history in merging_history()) {
        let oracle = played(&history);
        for authors in [&[CLAUDE][..], &[CODEX], &[CLAUDE, CODEX], &[EXTERNAL], &[USER]] {
            let ideal = oracle.without(Editor, authors);
            for answer in [&ideal.text, &ideal.kept] {
                prop_assert_eq!(ideal.accepts(answer), Ok(()), "{:?}\n{:?}", ideal, oracle);
            }
        }
    }

    #[test]
    fn elsewhere_no_other_answer_is_right(history in merging_history(), at in 0..64_usize) {
        let ideal = played(&history).without(Editor, &[CLAUDE]);
        if ideal.touched() {
            return Ok(());
        }
        let more = spliced(&ideal.text, at % (ideal.text.chars().count() + 1), 0, "!");
        prop_assert!(ideal.accepts(&more).is_err());
        let length = ideal.text.chars().count();
        if length > 0 {
            let less = spliced(&ideal.text, at % length, 1, "");
            prop_assert!(ideal.accepts(&less).is_err());
        }
    }

    #[test]
    fn a_right_answer_never_lacks_what_the_user_sees_as_his(history in merging_history(), at in 0..64_usize) {
        let oracle = played(&history);
        let chars = oracle.text(Editor).chars().zip(oracle.authors(Editor)).collect::<Vec<_>>();
        let users: Vec<char> = chars.iter().filter(|(_, author)| *author == USER).map(|(char, _)| *char).collect();
        if users.is_empty() {
            return Ok(());
        }
        let ideal = oracle.without(Editor, &[CLAUDE, CODEX]);
        // A character that stands nowhere else cannot be made up for by another of its kind.
        let lost = users[at % users.len()];
        let answer: String = ideal.kept.chars().filter(|char| *char != lost).collect();
        prop_assert!(ideal.accepts(&answer).is_err());
    }
}

#[test]
fn reverts_are_undone_last_first_and_each_once() {
    let mut oracle = Oracle::new("");
    let claudes = oracle.splice(Editor, CLAUDE, 0, 0, "c\n");
    let codexs = oracle.splice(Editor, CODEX, 2, 0, "x\n");
    oracle.revert(Editor, &Vec::from_iter(claudes));
    oracle.revert(Editor, &Vec::from_iter(codexs));
    assert_eq!(oracle.text(Editor), "");
    assert_eq!(oracle.undo_last_revert(Disk), None);
    oracle.undo_last_revert(Editor);
    assert_eq!(oracle.text(Editor), "x\n");
    oracle.undo_last_revert(Editor);
    assert_eq!(oracle.text(Editor), "c\nx\n");
    assert_eq!(oracle.undo_last_revert(Editor), None);
}

#[test]
fn what_a_save_overwrites_and_what_a_reload_drops_stays_in_the_weave() {
    let mut oracle = Oracle::new("a\n");
    oracle.splice(Editor, USER, 2, 0, "typed\n");
    oracle.splice(Disk, CLAUDE, 0, 2, "written\n");
    let mut reloaded = oracle.clone();
    oracle.save();
    reloaded.reload();
    for (oracle, text) in [(oracle, "a\ntyped\n"), (reloaded, "written\n")] {
        assert_eq!([Editor, Disk].map(|lineage| oracle.text(lineage)), [text, text]);
        assert_eq!(oracle.edits_of(&ALL), [1, 2]);
        assert!(["typed", "written"].iter().all(|lost| format!("{oracle:?}").contains(lost)));
    }
}

/// The other properties would say little if random histories seldom came to what is in doubt.
#[test]
fn random_histories_often_meet_adopted_and_dependent_text() {
    let mut runner = TestRunner::deterministic();
    let (mut reverted, mut brought_back, mut adopted, mut dependent) = (0, 0, 0, 0);
    for _ in 0..2000 {
        let oracle = played(&merging_history().new_tree(&mut runner).unwrap().current());
        let ideal = oracle.without(Editor, &[CLAUDE, CODEX]);
        reverted += usize::from(ideal.text != oracle.text(Editor));
        brought_back += usize::from(ideal.text.len() > oracle.text(Editor).len());
        adopted += usize::from(ideal.adopted);
        dependent += usize::from(ideal.dependent);
    }
    let counts = format!("{reverted} reverted, {brought_back} brought back, {adopted} adopted, {dependent} dependent");
    assert!(reverted > 800 && brought_back > 150 && adopted > 60 && dependent > 150, "{counts}");
}
