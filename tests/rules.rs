//! The rules, judged on fixtures: `tests/rules/<rule>/<language>/{bad,good,near-miss}.*`.
//!
//! A fixture is a text before and a text after an agent's change, and for a bad one what the rules say of it.
//! `UPDATE_EXPECT=1` writes that last part anew.

// Lists of ranges are what is tested here, one of them backwards; and what a test reads is there or the test is wrong.
#![allow(clippy::single_range_in_vec_init, clippy::reversed_empty_ranges, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use countersign_core::finding::{Finding, Kind};
use countersign_core::rules::{self, Change, Preset, Settings};
use countersign_core::syntax::Budget;
use similar::{ChangeTag, TextDiff};

mod fixtures;
mod hostile;
mod meaning;
mod symbols;

fn settings() -> Settings {
    Settings { preset: Preset::Strict, ..Settings::default() }
}

/// Judges a change that is all an agent's.
fn judge(path: &str, before: &str, after: &str) -> Vec<Finding> {
    let (added, removed) = by_lines(before, after);
    let change = Change { path, before, after, added: &added, removed: &removed };
    rules::judge(&change, &settings(), &mut Budget::default())
}

type Ranges = Vec<Range<usize>>;

/// What was added (in bytes of `after`) and removed (in bytes of `before`), by whole lines.
fn by_lines(before: &str, after: &str) -> (Ranges, Ranges) {
    ranges(&TextDiff::from_lines(before, after))
}

/// The same, by words.
fn by_words(before: &str, after: &str) -> (Ranges, Ranges) {
    ranges(&TextDiff::from_words(before, after))
}

fn ranges(diff: &TextDiff<'_, '_, str>) -> (Ranges, Ranges) {
    let (mut added, mut removed, mut old, mut new) = (Vec::new(), Vec::new(), 0, 0);
    for change in diff.iter_all_changes() {
        let length = change.value().len();
        match change.tag() {
            ChangeTag::Equal => (old, new) = (old + length, new + length),
            ChangeTag::Delete => {
                removed.push(old..old + length);
                old += length;
            }
            ChangeTag::Insert => {
                added.push(new..new + length);
                new += length;
            }
        }
    }
    (added, removed)
}

/// A finding on one line; lines count from 1.
fn drawn(text: &str, findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let line = 1 + text[..finding.range.start].bytes().filter(|&b| b == b'\n').count();
        let kind = match finding.kind {
            Kind::Introduced => "introduced",
            Kind::Removed => "removed",
            other => panic!("no rule says {other:?}"),
        };
        let severity = format!("{:?}", finding.severity).to_lowercase();
        writeln!(out, "line {line}: {} {kind}, {severity}: {}", finding.rule, finding.message).unwrap();
    }
    out
}
