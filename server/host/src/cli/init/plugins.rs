//! OpenCode and Amp: plugins that run in their process and start the hook, a file each that is ours alone.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::change::Plan;
use super::{Place, whole};

/// An agent that is told of what happens by a plugin.
#[derive(Debug)]
pub(in crate::cli) struct PluginFile {
    /// The name that `hook` takes.
    pub(in crate::cli) agent: &'static str,
    /// The program by which it is found.
    program: &'static str,
    /// The plugin; its line [`PROGRAM`] names ours.
    text: &'static str,
    /// The folder of its own in the workspace, and in the user's folder of configurations.
    folders: [&'static str; 2],
}

const PROGRAM: &str = "const program = \"countersign\"";

pub(in crate::cli) const OPENCODE: PluginFile = PluginFile {
    agent: "opencode",
    program: "opencode",
    text: include_str!("../../agents/opencode.ts"),
    folders: [".opencode", "opencode"],
};

pub(in crate::cli) const AMP: PluginFile =
    PluginFile { agent: "amp", program: "amp", text: include_str!("../../agents/amp.ts"), folders: [".amp", "amp"] };

impl PluginFile {
    /// Its file in this workspace, or the user's for all workspaces.
    ///
    /// # Errors
    /// If there is no folder for the user's.
    pub(in crate::cli) fn file(&self, place: &Place) -> Result<PathBuf> {
        let [own, users] = self.files(place);
        if place.user {
            users.context("neither XDG_CONFIG_HOME nor HOME is an absolute path")
        } else {
            own.context("no workspace")
        }
    }

    /// The workspace's and the user's.
    pub(in crate::cli) fn files(&self, place: &Place) -> [Option<PathBuf>; 2] {
        let users = place.config.as_ref().map(|config| config.join(self.folders[1]));
        [Some(place.root.join(self.folders[0])), users].map(|folder| Some(folder?.join("plugins/countersign.ts")))
    }

    /// Whether it is there: its program, or a folder of its own.
    pub(in crate::cli) fn is_found(&self, place: &Place) -> bool {
        let is_folder = |file: &PathBuf| file.ancestors().nth(2).is_some_and(std::path::Path::is_dir);
        place.on_path(self.program).is_some() || self.files(place).iter().flatten().any(is_folder)
    }

    pub(super) fn plan(&self, place: &Place, remove: bool) -> Result<Plan> {
        let plugin = whole::stamped(&whole::naming(place, self.text, PROGRAM), "//");
        whole::plan(place, &self.file(place)?, plugin, remove)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_plugins_have_the_line_that_names_the_program() {
        for plugin in [super::OPENCODE, super::AMP] {
            assert_eq!(plugin.text.matches(super::PROGRAM).count(), 1, "{}", plugin.agent);
            assert!(plugin.text.contains(&format!("\"hook\", \"{}\"", plugin.agent)));
        }
    }
}
