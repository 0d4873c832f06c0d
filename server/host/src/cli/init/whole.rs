//! Files that are ours alone: the last line of each tells whether anyone has changed it since it was written.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::change::{self, Plan};
use super::{Place, stamp};

/// Stands before the stamp of all lines above, on the last line.
const SAID: &str = " as written by countersign init: ";

/// A text with its last line, which begins with what begins a comment.
pub(super) fn stamped(text: &str, comment: &str) -> String {
    format!("{text}{comment}{SAID}{}\n", stamp(text))
}

/// Whether a text is one that `init` wrote, of whatever version, and that nobody changed.
pub(in crate::cli) fn is_as_written(text: &str) -> bool {
    let Some(lines) = text.strip_suffix('\n') else { return false };
    let start = lines.rfind('\n').map_or(0, |newline| newline + 1);
    let said = lines[start..].split_once(SAID);
    said.is_some_and(|(comment, said)| ["--", "//", "#"].contains(&comment) && said == stamp(&text[..start]))
}

/// A text that names this program where the file as it is kept has `PROGRAM`, in double quotes as many languages read them.
pub(super) fn naming(place: &Place, text: &str, line: &str) -> String {
    let path = place.program.to_string_lossy();
    let quoted = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    text.replacen(line, &line.replacen("\"countersign\"", &format!("\"{quoted}\""), 1), 1)
}

/// This text in that file, or the file gone; one that is not as it was written is left.
///
/// # Errors
/// If what is there cannot be read.
pub(super) fn plan(place: &Place, file: &Path, wanted: String, remove: bool) -> Result<Plan> {
    let file: PathBuf = file.to_owned();
    let before = change::read(&file)?;
    if before.as_deref().is_some_and(|text| !is_as_written(text)) {
        let shown = place.shown(&file);
        return Ok(Plan::note(format!(
            "left, since it was changed or is not ours: {shown}; delete it to have it written anew"
        )));
    }
    Ok(Plan::of(file, before, if remove { None } else { Some(wanted) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_written_until_a_byte_of_it_changes() {
        for comment in ["--", "//", "#"] {
            let text = stamped("one\ntwo\n", comment);
            assert!(is_as_written(&text), "{text}");
            assert!(!is_as_written(&text.replace("two", "2")) && !is_as_written(text.trim_end()));
            assert!(!is_as_written(&format!("{text}\n")) && !is_as_written(&format!("zero\n{text}")));
        }
        assert!(!is_as_written("") && !is_as_written("one\n") && !is_as_written(&stamped("one\n", "rm -rf /;")));
    }
}
