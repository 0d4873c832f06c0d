//! The paths that a scope judges: relative to the workspace, separated by `/`, already resolved.

use std::fmt;

/// Why a path is not one that a scope can judge, as a sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPath {
    path: String,
    why: &'static str,
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}.", self.path.escape_debug(), self.why)
    }
}

/// Refuses what could name another file than it seems to, or one outside the workspace.
pub(super) fn check(path: &str) -> Result<(), BadPath> {
    let why = if path.is_empty() {
        "names no file"
    } else if path.starts_with('/') {
        "is outside the workspace"
    } else if path.contains('\\') || path.contains('\0') || has_drive(path) {
        "is no path that can be judged"
    } else if path.split('/').any(|part| part == "..") {
        "leaves the workspace"
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        "is not a plain path"
    } else {
        return Ok(());
    };
    Err(BadPath { path: path.to_owned(), why })
}

/// Whether it begins like `C:`, which Windows takes for a drive.
pub(super) fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}
