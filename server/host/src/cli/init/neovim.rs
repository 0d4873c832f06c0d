//! Neovim: one plugin file that starts the server, in the user's plugin folder: all workspaces share it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::change::{self, Plan};
use super::{Place, stamp};

/// The plugin; its line `local installed` names the program.
const PLUGIN: &str = include_str!("../../../../../editors/neovim/countersign.lua");
const PROGRAM: &str = "local installed = \"countersign\"";
/// Opens the last line; the stamp of all lines above it follows.
const STAMP: &str = "-- as written by countersign init: ";

pub(in crate::cli) fn file(place: &Place) -> Result<PathBuf> {
    let config = place.config.as_ref().context("neither XDG_CONFIG_HOME nor HOME is an absolute path")?;
    Ok(config.join("nvim/plugin/countersign.lua"))
}

pub(super) fn is_found(place: &Place) -> bool {
    place.on_path("nvim").is_some() || place.config.as_ref().is_some_and(|config| config.join("nvim").is_dir())
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let file = file(place)?;
    let before = change::read(&file)?;
    if before.as_deref().is_some_and(|text| !is_as_written(text)) {
        let shown = place.shown(&file);
        return Ok(Plan::note(format!(
            "left, since it was changed or is not ours: {shown}; delete it to have it written anew"
        )));
    }
    let after = if remove { None } else { Some(plugin(place)) };
    Ok(Plan::of(file, before, after))
}

/// Whether a text is one that `init` wrote, of whatever version, and that nobody changed.
pub(in crate::cli) fn is_as_written(text: &str) -> bool {
    let Some(last) = text.rfind(STAMP) else { return false };
    text[last + STAMP.len()..] == format!("{}\n", stamp(&text[..last]))
}

fn plugin(place: &Place) -> String {
    let path = place.program.to_string_lossy();
    let quoted = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    let text = PLUGIN.replacen(PROGRAM, &format!("local installed = \"{quoted}\""), 1);
    let stamp = stamp(&text);
    format!("{text}{STAMP}{stamp}\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_has_the_line_that_names_the_program() {
        assert_eq!(super::PLUGIN.matches(super::PROGRAM).count(), 1);
    }
}
