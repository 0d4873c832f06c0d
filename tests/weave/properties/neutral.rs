//! Form is nobody's: line ends, trailing blanks, the mark at a text's start. And one write is one edit, however often it is seen.

use countersign_core::author::Author;
use countersign_core::document::{Act, Document, Record};
use countersign_core::edit::Lineage;
use countersign_core::hunk::hunks;
use countersign_core::weave::Splice;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::weave::history::merging_history;
use crate::weave::oracle::Lineage::Editor;
use crate::weave::oracle::{CLAUDE, CODEX, EXTERNAL, USER};
use crate::weave::pair::{Pair, authors, cases, deed_of, plan_of};

#[derive(Clone, Copy, Debug)]
enum Form {
    CrLf,
    Lf,
    Trimmed,
    Blanks,
    Mark,
}

fn formed(text: &str, form: Form) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let (words, end) = match line.strip_suffix('\n') {
            Some(words) => (words, "\n"),
            None => (line, ""),
        };
        let bare = words.strip_suffix('\r').unwrap_or(words);
        match form {
            Form::CrLf => format!("{bare}{}", end.replace('\n', "\r\n")),
            Form::Lf => format!("{bare}{end}"),
            Form::Trimmed => format!("{}{end}", words.trim_end_matches([' ', '\t', '\r'])),
            Form::Blanks => format!("{bare}  {end}"),
            Form::Mark => line.to_owned(),
        }
    });
    let text: String = lines.collect();
    if matches!(form, Form::Mark) { format!("\u{feff}{}", text.trim_start_matches('\u{feff}')) } else { text }
}

/// Who wrote each character that is no form.
fn words(document: &Document) -> Vec<(char, String)> {
    let text = document.text(Lineage::Editor).to_string();
    let chars = text.chars().zip(authors(document, Lineage::Editor));
    chars.filter(|(ch, _)| !ch.is_whitespace() && *ch != '\u{feff}').collect()
}

/// How many hunks await review as nobody's, and how many characters are gone in them, but for form. One hunk may become two where a
/// blank went that had held them together.
fn under_review(document: &Document) -> (usize, usize) {
    let hunks = hunks(document, Lineage::Editor, &|author| *author == Author::External);
    let removed = hunks.iter().map(|hunk| hunk.removed_text.chars().filter(|ch| !ch.is_whitespace()).count()).sum();
    (hunks.len(), removed)
}

fn without(document: &Document, set: &[u8]) -> String {
    let target = plan_of(document, Editor, set, false).target.to_string();
    target.chars().filter(|ch| !ch.is_whitespace() && *ch != '\u{feff}').collect()
}

/// The splices, each as it is sent: in the text that those before it left.
fn one_by_one(before: &str, after: &str) -> Vec<Splice> {
    let splices = countersign_core::neutral::splices(before, after).unwrap_or_default();
    splices.into_iter().rev().map(|splice| Splice::new(splice.range, splice.text)).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn form_changes_no_author(
        history in merging_history(),
        forms in vec(prop::sample::select(vec![Form::CrLf, Form::Lf, Form::Trimmed, Form::Blanks, Form::Mark]), 1..4),
        who in prop::sample::select(vec![USER, CODEX, EXTERNAL]),
        as_changes in any::<bool>(),
    ) {
        let pair = Pair::played(&history);
        let mut document = pair.document.clone();
        let before = words(&document);
        let reverted = without(&document, &[CLAUDE]);
        let (hunks, removed) = under_review(&document);
        for form in forms {
            let old = document.text(Lineage::Editor).to_string();
            let new = formed(&old, form);
            let changes = one_by_one(&old, &new);
            if countersign_core::neutral::splices(&old, &new).is_none() || new == pair.text(crate::weave::oracle::Lineage::Disk) {
                continue;
            }
            if as_changes && changes.len() > 1 {
                document.typed(&changes, &deed_of(who));
            } else {
                document.observe(Lineage::Editor, new.as_str().into(), &deed_of(who));
            }
            prop_assert_eq!(document.text(Lineage::Editor).to_string(), new);
        }
        prop_assert_eq!(words(&document), before, "{}\n{}", document.weave().describe(), pair.told());
        prop_assert_eq!(without(&document, &[CLAUDE]), reverted, "{}\n{}", document.weave().describe(), pair.told());
        let (hunks_now, removed_now) = under_review(&document);
        prop_assert!(hunks > 0 || hunks_now == 0, "{}\n{}", document.weave().describe(), pair.told());
        prop_assert_eq!(removed_now, removed, "{}\n{}", document.weave().describe(), pair.told());
    }

    #[test]
    fn one_write_is_one_edit_however_often_it_is_seen(
        history in merging_history(),
        text in "(a\\n|foo bar\\n|\\}\\n){1,6}z",
        seen in vec(any::<bool>(), 1..6),
    ) {
        let pair = Pair::played(&history);
        for first in [Lineage::Disk, Lineage::Editor] {
            let mut document = pair.document.clone();
            document.flush();
            let mut records = document.observe(first, text.as_str().into(), &deed_of(CLAUDE));
            for on_disk in seen.iter().copied().chain([true, false]) {
                let (of, by) = if on_disk { (Lineage::Disk, Act::external(0)) } else { (Lineage::Editor, Act::user(0)) };
                records.extend(document.observe(of, text.as_str().into(), &by));
            }
            records.extend(document.flush());
            // That a file was read in the middle of a write is taken back first, which is nobody's edit.
            let is_anyones =
                |record: &&Record| matches!(record, Record::Edited(edit) if edit.author != Author::Nobody);
            let edits = records.iter().filter(is_anyones).count();
            prop_assert!(edits <= 1, "{:#?}", records);
            for of in Lineage::BOTH {
                prop_assert_eq!(document.text(of).to_string(), text.clone());
            }
            let new = authors(&document, Lineage::Disk).pop();
            prop_assert_eq!(new.as_deref(), Some("claude"), "the last letter stands nowhere else");
        }
    }
}
