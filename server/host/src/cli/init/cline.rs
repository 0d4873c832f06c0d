//! Cline: programs named by their events, in a folder. It takes one that fails for a refusal, so that ours answers even when there is no
//! `countersign` any more.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::change::Plan;
use super::{Place, shell, whole};

const EVENTS: [&str; 7] =
    ["PreToolUse", "PostToolUse", "UserPromptSubmit", "TaskStart", "TaskResume", "TaskCancel", "TaskComplete"];
const ENDING: &str = " hook cline || printf '{\"cancel\":false}\\n'";

/// Whether it is there: its program, or a folder of its own.
pub(in crate::cli) fn is_found(place: &Place) -> bool {
    let home = place.home.as_ref();
    place.on_path("cline").is_some()
        || place.root.join(".clinerules").is_dir()
        || [".cline", "Documents/Cline"].iter().any(|folder| home.is_some_and(|home| home.join(folder).is_dir()))
}

/// Its folder of hooks in this workspace, or the user's for all workspaces.
///
/// # Errors
/// If there is no home for the user's.
pub(in crate::cli) fn folder(place: &Place) -> Result<PathBuf> {
    if !place.user {
        return Ok(place.root.join(".clinerules/hooks"));
    }
    Ok(place.home.as_ref().context("HOME is not set: there are no settings of the user")?.join("Documents/Cline/Hooks"))
}

/// The files that should be there, in each folder that it looks into.
pub(in crate::cli) fn files(place: &Place) -> Vec<PathBuf> {
    let folders = [false, true].into_iter().filter_map(|user| folder(&Place { user, ..place.clone() }).ok());
    folders.flat_map(|folder| EVENTS.map(|event| folder.join(event))).collect()
}

/// The program that a file of ours starts.
pub(in crate::cli) fn program(text: &str) -> Option<PathBuf> {
    let command = text.lines().find_map(|line| line.strip_suffix(ENDING))?;
    shell::unquote(command).map(PathBuf::from)
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let folder = folder(place)?;
    let text = format!(
        "#!/bin/sh\n# Tells Countersign what Cline does. Added by `countersign init`, and taken away by `countersign init --remove`.\n{}{ENDING}\n",
        shell::quote(&place.program)
    );
    let text = whole::stamped(&text, "#");
    EVENTS.iter().try_fold(Plan::default(), |plan, event| {
        let mut one = whole::plan(place, &folder.join(event), text.clone(), remove)?;
        one.changes.iter_mut().for_each(|change| change.is_program = true);
        Ok(plan.with(one))
    })
}
