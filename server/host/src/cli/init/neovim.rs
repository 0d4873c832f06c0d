//! Neovim: one plugin file that starts the server, in the user's plugin folder: all workspaces share it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::change::Plan;
use super::{Place, whole};

/// The plugin; its line `local installed` names the program.
const PLUGIN: &str = include_str!("../../../../../editors/neovim/countersign.lua");
const PROGRAM: &str = "local installed = \"countersign\"";

pub(in crate::cli) fn file(place: &Place) -> Result<PathBuf> {
    let config = place.config.as_ref().context("neither XDG_CONFIG_HOME nor HOME is an absolute path")?;
    Ok(config.join("nvim/plugin/countersign.lua"))
}

pub(super) fn is_found(place: &Place) -> bool {
    place.on_path("nvim").is_some() || place.config.as_ref().is_some_and(|config| config.join("nvim").is_dir())
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let plugin = whole::stamped(&whole::naming(place, PLUGIN, PROGRAM), "--");
    whole::plan(place, &file(place)?, plugin, remove)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugin_has_the_line_that_names_the_program() {
        assert_eq!(super::PLUGIN.matches(super::PROGRAM).count(), 1);
    }
}
