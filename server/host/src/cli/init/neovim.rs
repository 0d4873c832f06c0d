//! Neovim: the plugin, in the folder of the user's data that is on every Neovim's runtime path, also of those whose plugin manager turns
//! packages off, and before their configuration is read. All workspaces share it.

use std::path::{Component, PathBuf};

use anyhow::{Context, Result};

use super::change::{self, Plan};
use super::{Place, whole};

macro_rules! plugin {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../../editors/neovim/", $name)))),*]
    };
}

/// All files of the plugin, by their names in it.
const PLUGIN: [(&str, &str); 22] = plugin![
    "plugin/countersign.lua",
    "lua/countersign/act.lua",
    "lua/countersign/command.lua",
    "lua/countersign/compare.lua",
    "lua/countersign/config.lua",
    "lua/countersign/draw.lua",
    "lua/countersign/edits.lua",
    "lua/countersign/health.lua",
    "lua/countersign/hunks.lua",
    "lua/countersign/init.lua",
    "lua/countersign/lists.lua",
    "lua/countersign/motions.lua",
    "lua/countersign/patch.lua",
    "lua/countersign/program.lua",
    "lua/countersign/questions.lua",
    "lua/countersign/reload.lua",
    "lua/countersign/review.lua",
    "lua/countersign/say.lua",
    "lua/countersign/server.lua",
    "lua/countersign/status.lua",
    "lua/countersign/typing.lua",
    "lua/countersign/views.lua",
];
const HELP: &str = include_str!("../../../../../editors/neovim/doc/countersign.txt");
/// The line of `program.lua` that names the program.
const PROGRAM: &str = "local installed = \"countersign\"";

/// The file that Neovim loads.
///
/// # Errors
/// If there is no folder for the user's data.
pub(in crate::cli) fn file(place: &Place) -> Result<PathBuf> {
    Ok(site(place)?.join("plugin/countersign.lua"))
}

/// The file that names the program.
///
/// # Errors
/// As [`file`].
pub(in crate::cli) fn program(place: &Place) -> Result<PathBuf> {
    Ok(site(place)?.join("lua/countersign/program.lua"))
}

/// What an older Countersign wrote: one file, in the folder of the user's configuration. It keeps the plugin from loading.
pub(in crate::cli) fn older(place: &Place) -> Option<PathBuf> {
    let file = place.config.as_ref()?.join(appname()).join("plugin/countersign.lua");
    file.exists().then_some(file)
}

fn site(place: &Place) -> Result<PathBuf> {
    let data = place.data.as_ref().context("neither XDG_DATA_HOME nor HOME is an absolute path")?;
    Ok(data.join(appname()).join("site"))
}

/// What Neovim's folders are called: `nvim`, or what NVIM_APPNAME says.
fn appname() -> PathBuf {
    let said = std::env::var_os("NVIM_APPNAME").map(PathBuf::from);
    let is_name = |said: &PathBuf| {
        said.components().next().is_some() && said.components().all(|part| matches!(part, Component::Normal(_)))
    };
    said.filter(is_name).unwrap_or_else(|| PathBuf::from("nvim"))
}

pub(super) fn is_found(place: &Place) -> bool {
    place.on_path("nvim").is_some() || place.config.as_ref().is_some_and(|config| config.join(appname()).is_dir())
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let site = site(place)?;
    let mut all = Plan::default();
    for (name, text) in PLUGIN {
        let text = whole::stamped(&whole::naming(place, text, PROGRAM), "--");
        all = all.with(whole::plan(place, &site.join(name), text, remove)?);
    }
    let help = whole::plan(place, &site.join("doc/countersign.txt"), whole::stamped(HELP, "#"), remove)?;
    let tags = tags_plan(place, &site.join("doc/tags"), remove)?;
    Ok(all.with(help).with(tags).in_short().with(older_plan(place)?))
}

/// The help's tags, where the folder has none but ours: what `:helptags` makes of it.
fn tags_plan(place: &Place, file: &std::path::Path, remove: bool) -> Result<Plan> {
    let ours = tags(HELP);
    match change::read(file)? {
        Some(text) if text != ours && !remove => {
            let shown = place.shown(file);
            Ok(Plan::note(format!("others' help has its tags in {shown}: `:helptags ALL` in Neovim adds ours")))
        }
        Some(text) if text != ours => Ok(Plan::default()),
        before => Ok(Plan::of(file.to_owned(), before, (!remove).then_some(ours))),
    }
}

fn tags(help: &str) -> String {
    let words = help.split(&[' ', '\t', '\n'][..]);
    let named = words.filter_map(|word| word.strip_prefix('*')?.strip_suffix('*'));
    let mut lines: Vec<String> =
        named.filter(|tag| !tag.is_empty()).map(|tag| format!("{tag}\tcountersign.txt\t/*{tag}*\n")).collect();
    lines.sort();
    lines.concat()
}

fn older_plan(place: &Place) -> Result<Plan> {
    let Some(file) = older(place) else { return Ok(Plan::default()) };
    let before = change::read(&file)?;
    if before.as_deref().is_some_and(whole::is_as_written) {
        return Ok(Plan::of(file, before, None));
    }
    let shown = place.shown(&file);
    Ok(Plan::note(format!(
        "left, since it was changed or is not ours: {shown}; Neovim loads it instead of the plugin, until you delete it"
    )))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn one_file_of_the_plugin_has_the_line_that_names_the_program() {
        let named = PLUGIN.iter().filter(|(_, text)| text.contains(PROGRAM)).map(|(name, _)| *name);
        assert_eq!(named.collect::<Vec<_>>(), ["lua/countersign/program.lua"]);
        assert_eq!(PLUGIN.iter().map(|(_, text)| text.matches(PROGRAM).count()).sum::<usize>(), 1);
    }

    #[test]
    fn no_file_of_the_plugin_is_forgotten() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim");
        let mut found = BTreeSet::new();
        for part in ["plugin", "lua/countersign", "doc"] {
            for entry in std::fs::read_dir(folder.join(part)).expect("the plugin is there").flatten() {
                found.insert(format!("{part}/{}", entry.file_name().to_string_lossy()));
            }
        }
        let known = PLUGIN.iter().map(|(name, _)| (*name).to_owned()).chain(["doc/countersign.txt".to_owned()]);
        assert_eq!(found, known.collect());
    }

    #[test]
    fn every_word_between_stars_is_a_tag() {
        assert_eq!(
            tags("*b.txt*  Head\n\n1. One   *one* *:Two*\n a*b ** *\n"),
            ":Two\tcountersign.txt\t/*:Two*\nb.txt\tcountersign.txt\t/*b.txt*\none\tcountersign.txt\t/*one*\n"
        );
    }
}
