//! The architecture's directions, held against the code: core decides, host does, and each protocol stays in its own room.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files below a folder of the repository, by their path in it, with their text.
pub(crate) fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The files that name one of these words in a line of code.
fn naming(files: &[(String, String)], words: &[&str]) -> Vec<String> {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let names = |text: &str| text.lines().filter(code).any(|line| words.iter().any(|word| line.contains(word)));
    files.iter().filter(|(_, text)| names(text)).map(|(path, _)| path.clone()).collect()
}

#[test]
fn core_names_no_clock_file_environment_process_protocol_or_json() {
    let words = [
        "std::fs",
        "std::env",
        "std::process",
        "std::net",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "serde_json",
        "tokio",
        "tower_lsp",
        "rusqlite",
        "git2",
    ];
    assert_eq!(naming(&sources("server/core/src"), &words), [] as [String; 0]);
}

#[test]
fn each_protocol_stays_in_its_room() {
    let files = sources("server/host/src");
    let outside = |words: &[&str], room: &str| {
        let mut found = naming(&files, words);
        found.retain(|path| !path.starts_with(room));
        found
    };
    assert_eq!(outside(&["rusqlite"], "server/host/src/journal"), [] as [String; 0], "only journal/ knows SQL");
    assert_eq!(outside(&["tower_lsp"], "server/host/src/lsp"), [] as [String; 0], "only lsp/ names LSP types");
}

#[test]
fn a_module_of_core_uses_only_modules_above_it() {
    let files = sources("server/core/src");
    let lib = &files.iter().find(|(path, _)| path == "server/core/src/lib.rs").unwrap().1;
    let order: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut wrong = Vec::new();
    for (path, text) in &files {
        let name = path.trim_start_matches("server/core/src/").trim_end_matches(".rs");
        let own = name.split('/').next().unwrap_or_default();
        let Some(place) = order.iter().position(|module| *module == own) else { continue };
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in order.iter().skip(place + 1).filter(|used| product.contains(&format!("crate::{used}::"))) {
            wrong.push(format!("{path} uses {used}"));
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

#[test]
fn every_file_says_at_its_top_what_it_is() {
    let silent = |folder| {
        let files = sources(folder).into_iter();
        // What the rules are tried on is nobody's code.
        files
            .filter(|(path, text)| !text.starts_with("//!") && !path.starts_with("tests/rules/"))
            .map(|(path, _)| path)
            .collect::<Vec<_>>()
    };
    assert_eq!([silent("server"), silent("tests")].concat(), [] as [String; 0]);
}

#[test]
fn the_top_level_holds_what_the_architecture_names() {
    let known = ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "editors", "queries", "server", "tests"];
    let tracked = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    let tracked = String::from_utf8(tracked.stdout).unwrap();
    let names = tracked.split_terminator('\0').map(|path| path.split('/').next().unwrap_or(path).to_owned());
    let unknown: BTreeSet<String> =
        names.filter(|name| !name.starts_with('.') && !known.contains(&name.as_str())).collect();
    assert_eq!(unknown, BTreeSet::new());
}
