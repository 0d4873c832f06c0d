//! Real formatters over real sources: whoever runs one, each word keeps its author, and a revert after it takes the agent's words alone.

use std::io::Write as _;
use std::process::{Command, Stdio};

use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::neutral::formatting;
use countersign_core::syntax::Language;
use countersign_core::weave::Splice;
use countersign_tests::reversion::corpus::crates;
use proptest::collection::vec;
use proptest::prelude::*;
use ropey::Rope;

use crate::weave::oracle::CLAUDE;
use crate::weave::oracle::Lineage::Editor;
use crate::weave::pair::{author, authors, cases, plan_of};

/// What rustfmt makes of a text; none where it does not parse.
fn formatted(text: &str, config: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2021", "--emit", "stdout", "--quiet", "--config", config])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("rustfmt can be started");
    rustfmt.stdin.take().expect("it is a pipe").write_all(text.as_bytes()).expect("rustfmt reads");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("rustfmt writes text"))
}

/// Who wrote each letter and digit.
fn words(document: &Document) -> Vec<(char, String)> {
    let text = document.text(Lineage::Editor).to_string();
    text.chars().zip(authors(document, Lineage::Editor)).filter(|(ch, _)| ch.is_alphanumeric()).collect()
}

/// A text without blanks and without what formatters put at a list's end.
fn bare(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace() && !matches!(ch, ',' | ';')).collect()
}

fn without_claude(document: &Document) -> String {
    bare(&plan_of(document, Editor, &[CLAUDE], false).target.to_string())
}

/// Where two texts part, with a little around it.
fn first_difference(wanted: &str, got: &str) -> String {
    let same = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.chars().skip(same.saturating_sub(60)).take(160).collect::<String>();
    format!("wanted …{}\n   got …{}", part(wanted), part(got))
}

/// A file that an agent brought from one release to the next, with comments of the user's in it, open and saved.
fn worked_on(old: &str, new: &str) -> Document {
    let mut document = Document::new(Rope::from_str(old), 1).in_language(Some(Language::Rust));
    document.opened(Rope::from_str(old), &Act::user(0));
    document.observe(Lineage::Disk, Rope::from_str(new), &Act::agent(author(CLAUDE), Evidence::Content, 1));
    document.reloaded();
    let items: Vec<usize> = new.match_indices("\n}\n").map(|(at, found)| at + found.len()).collect();
    for at in items.iter().rev().step_by(3) {
        document.typed(&[Splice::new(*at..*at, "// Mine: see there.\n")], &Act::user(2));
    }
    document.saved();
    document
}

/// Who runs the formatter: nobody who says so, an agent's shell, the user's editor in one change, in many.
fn format(document: &mut Document, text: &str, who: usize) {
    let before = document.text(Lineage::Editor).to_string();
    let whole = Splice::new(0..before.len(), text);
    match who {
        0 => drop(document.observe(Lineage::Disk, Rope::from_str(text), &Act::external(3))),
        1 => {
            let shell = Act::agent(author(CLAUDE), Evidence::Window, 3);
            document.observe(Lineage::Disk, Rope::from_str(text), &shell);
        }
        2 => drop(document.typed(&[whole], &Act::user(3))),
        _ => {
            let changes = countersign_core::diff::splices(&before, text);
            let changes: Vec<Splice> = changes.into_iter().rev().collect();
            document.typed(&changes, &Act::user(3));
        }
    }
    if who < 2 {
        document.reloaded();
    } else {
        document.saved();
    }
}

#[test]
fn a_formatter_changes_no_words_author_and_a_revert_after_it_takes_the_agents_words_alone() {
    if Command::new("rustfmt").arg("--version").output().is_err() {
        return println!("skipped: rustfmt is not installed");
    }
    let mut files = 0;
    for pair in crates().into_iter().filter(|pair| pair.language == "Rust") {
        for (no, style) in ["max_width=60", "hard_tabs=true,max_width=140"].into_iter().enumerate() {
            let mut document = worked_on(&pair.old, &pair.new);
            let text = document.text(Lineage::Editor).to_string();
            let form = formatted(&text, &format!("{style},reorder_imports=false,reorder_modules=false"));
            // What puts braces round an expression, or takes them away, changes the tree.
            let Some(form) = form.filter(|form| bare(form) == bare(&text) && *form != text) else { continue };
            files += 1;
            let (before, left) = (words(&document), without_claude(&document));
            format(&mut document, &form, (files + no) % 4);
            assert!(words(&document) == before, "{} {style}: authors changed", pair.name);
            let now = without_claude(&document);
            assert!(now == left, "{} {style}: reverted\n{}", pair.name, first_difference(&left, &now));
            document.typed(&[Splice::new(0..form.len(), text.as_str())], &Act::user(4));
            assert_eq!(document.text(Lineage::Editor).to_string(), text);
            assert!(words(&document) == before, "{} {style}: undone", pair.name);
        }
    }
    assert!(files >= 20, "{files} files were formatted");
}

/// Statements, each as tokens between which a formatter may put what blanks it likes.
fn statement() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::select(vec![
        vec!["let", " ", "a", "=", "b", ";"],
        vec!["call", "(", "one", ",", "two", ")", ";"],
        vec!["if", " ", "a", "{", "b", "(", ")", ";", "}"],
        vec!["/* a note */"],
        vec!["// to the end\n"],
        vec!["let", " ", "s", "=", "\"a  b\"", ";"],
        vec!["let", " ", "s", "=", "'c'", ";"],
    ])
}

/// A function of those statements, with blanks chosen by numbers.
fn laid_out(statements: &[Vec<&'static str>], blanks: &[usize]) -> String {
    let mut blanks = blanks.iter().cycle();
    let mut text = "fn f() {".to_owned();
    for token in statements.iter().flatten() {
        text += token;
        text += ["", " ", "\n", "\n    ", "\t"][blanks.next().copied().unwrap_or_default() % 5];
    }
    text + "\n}\n"
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_formatting_makes_the_text_that_came_and_touches_no_word(
        old in vec(statement(), 1..6),
        new in vec(statement(), 0..3),
        at in any::<prop::sample::Index>(),
        blanks in (vec(0..5_usize, 1..9), vec(0..5_usize, 1..9)),
    ) {
        let before = laid_out(&old, &blanks.0);
        let mut statements = old.clone();
        let at = at.index(old.len());
        statements.splice(at..at, new);
        let after = laid_out(&statements, &blanks.1);
        for (before, after) in [(&before, &after), (&after, &before)] {
            let Some(found) = formatting(Language::Rust, before, after) else { continue };
            let mut made = before.clone();
            for splice in found.iter().rev() {
                made.replace_range(splice.range.clone(), &splice.text);
                let words = before[splice.range.clone()].chars().chain(splice.text.chars()).any(char::is_alphanumeric);
                prop_assert!(!splice.neutral || !words, "{:?} -> {:?}", &before[splice.range.clone()], splice.text);
            }
            prop_assert_eq!(&made, after);
        }
    }
}
