//! The harness, proved against real editors, real processes and a stand-in for Countersign.

mod agent;
mod client;
mod neovim;
mod process;
mod text;

use std::fs;
use std::path::Path;

use serde_json::Value;

/// What a stand-in was sent: a JSON value a line.
fn log(path: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(path).unwrap_or_default();
    lines.lines().map(|line| serde_json::from_str(line).expect("the stand-in writes JSON")).collect()
}
