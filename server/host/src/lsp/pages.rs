//! The rules' pages, as editors link to them from a finding: written into the state folder, so that they are there offline and are of
//! this very version.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use countersign_core::rules::{self, Rule};
use tower_lsp::gen_lsp_types::Uri;

use super::uri;
use crate::state_dir::make_private;

/// Writes the pages below a state folder, where they are not there as they should be. Their folder.
pub(super) fn write(state: &Path) -> Result<PathBuf> {
    let folder = make_private(&state.join("rules"))?;
    for rule in rules::all() {
        let (page, text) = (folder.join(format!("{}.md", rule.id)), page(rule));
        if fs::read_to_string(&page).ok().as_ref() != Some(&text) {
            let mut new = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut new, text.as_bytes())?;
            new.persist(&page).with_context(|| format!("cannot write {}", page.display()))?;
        }
    }
    Ok(folder)
}

/// The address of a rule's page; none for what is no rule of ours.
pub(super) fn of(folder: &Option<PathBuf>, rule: &str) -> Option<Uri> {
    rules::rule(rule)?;
    uri::from_path(&folder.as_ref()?.join(format!("{rule}.md")))
}

fn page(rule: &Rule) -> String {
    let Rule { id, title, why, category, .. } = rule;
    let (bad, good) = (rule.example.bad.trim_end(), rule.example.good.trim_end());
    format!(
        "# {id}\n\n{title} ({category})\n\n{}\n\n## Bad\n\n```\n{bad}\n```\n\n## Good\n\n```\n{good}\n```\n",
        why.trim()
    )
}
