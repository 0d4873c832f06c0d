//! The hard cases of `cases.md`: each is answered, by tests that exist. So are the promises of `server/README.md`.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of all functions in the repository's Rust files that are marked as tests.
fn tests_that_exist() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in crate::tidy::sources("tests").into_iter().chain(crate::tidy::sources("server")).map(|(_, text)| text) {
        let mut marked = false;
        for line in text.lines().map(str::trim) {
            let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            match name {
                Some(name) if marked => {
                    names.insert(name.to_owned());
                    marked = false;
                }
                _ => {
                    marked = line == "#[test]"
                        || line.starts_with("#[tokio::test")
                        || marked && (line.starts_with("#[") || line.is_empty());
                }
            }
        }
    }
    names
}

/// The cells of each row of a document's tables, but for the heads.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let table = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    table
        .map(|line| line.trim_matches('|').replace("\\|", "/").split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// What stands in backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_hard_case_is_answered_by_tests_that_exist() {
    let known = tests_that_exist();
    let cases: Vec<_> = rows("tests/cases.md").into_iter().filter(|cells| !cells[0].is_empty()).collect();
    let numbers: Vec<_> = cases.iter().map(|cells| cells[0].clone()).collect();
    assert_eq!(numbers, (1..=72).map(|number| number.to_string()).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for cells in &cases {
        let tests = quoted(&cells[3]);
        if tests.is_empty() || cells[2].is_empty() {
            wrong.push(format!("{} has no answer", cells[0]));
        }
        wrong
            .extend(tests.into_iter().filter(|name| !known.contains(name)).map(|name| format!("{}: {name}", cells[0])));
    }
    assert_eq!(wrong, [] as [String; 0]);
}

#[test]
fn what_always_holds_is_held_by_tests_that_exist() {
    let known = tests_that_exist();
    let named =
        rows("server/README.md").into_iter().filter(|cells| cells.len() == 2).flat_map(|cells| quoted(&cells[1]));
    let sentences = named.filter(|name| name.matches('_').count() > 2 && !name.contains('/'));
    assert_eq!(sentences.filter(|name| !known.contains(name)).collect::<Vec<_>>(), [] as [String; 0]);
}
