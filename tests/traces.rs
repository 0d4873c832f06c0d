//! Recorded traces: what each editor tells its server, row by row of what editors do, and what must come of it. A file a row, in a folder
//! an editor. `UPDATE_EXPECT=1` draws what comes of each anew; `recording` says how they were recorded.
#![cfg(test)]

mod drawing;
mod recording;
mod replay;
mod trace;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use crate::support::profile::Profile;
use trace::Trace;

/// Most of a replay is waiting for the recorded time to pass; more at once and two cores are too late for it.
const AT_ONCE: usize = 3;
/// How often a trace is played again whose steps came late.
const AGAIN: usize = 3;

fn folder(editor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("traces").join(editor)
}

/// Replays all traces of an editor; those that end otherwise than drawn are named, each with the difference.
fn every_trace_ends_as_drawn(editor: &str, profile: Profile) {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(editor)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let one = std::env::var("COUNTERSIGN_TRACE").unwrap_or_default();
    files.retain(|file| file.to_string_lossy().contains(&one));
    assert!(one.is_empty() && files.len() >= 20 || !files.is_empty(), "{} traces of {editor}", files.len());
    let (rest, wrong) = (Mutex::new(files.iter()), Mutex::new(Vec::new()));
    let next = || rest.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(file) = next() {
                    let text = fs::read_to_string(file).unwrap();
                    let drawn = catch_unwind(AssertUnwindSafe(|| {
                        let trace = Trace::parse(&text).unwrap();
                        let mut outcome = replay::replay(&trace, profile);
                        for _ in 0..AGAIN {
                            if !outcome.in_time {
                                outcome = replay::replay(&trace, profile);
                            }
                        }
                        expect_test::expect_file![file].assert_eq(&format!("{trace}{}", outcome.drawn));
                    }));
                    if drawn.is_err() {
                        wrong.lock().unwrap().push(file.file_stem().unwrap().to_string_lossy().into_owned());
                    }
                }
            });
        }
    });
    assert_eq!(wrong.into_inner().unwrap(), [] as [String; 0], "not as drawn, of {}: see above", files.len());
}

#[test]
fn every_trace_of_neovim_ends_with_the_right_authors_and_text() {
    every_trace_ends_as_drawn("neovim", Profile::Neovim012);
}

#[test]
fn every_trace_of_neovim_ends_so_in_the_older_one_too() {
    every_trace_ends_as_drawn("neovim", Profile::Neovim010);
}

#[test]
fn every_trace_of_helix_ends_with_the_right_authors_and_text() {
    every_trace_ends_as_drawn("helix", Profile::Helix2507);
}

#[test]
fn every_trace_of_vs_code_ends_with_the_right_authors_and_text() {
    every_trace_ends_as_drawn("vscode", Profile::VsCode);
}
