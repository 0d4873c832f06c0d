//! `countersign accept`: takes changes off the list of those that await review. Nothing is written to any file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args as ClapArgs;
use countersign_core::document::Act;
use countersign_core::edit::{Deed, Lineage};

use super::paint::count;
use super::select::{Selected, Selection};
use super::{Desk, persons};
use crate::store::now;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    what: Selection,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    persons::may_decide(&desk.store.root, "accept changes")?;
    let selected = args.what.resolve(&desk)?;
    let mut accepted = 0;
    for Selected { path, hunks, earlier, way, mode, empty, .. } in &selected {
        if way.is_some() || mode.is_some() || empty.is_some() {
            desk.store.settle(path)?;
            accepted += usize::from(hunks.is_empty());
        }
        if earlier.is_some() && desk.store.workspace.file(path).is_some_and(|file| file.is_whole) {
            desk.store.accept_whole(path)?;
            accepted += 1;
            continue;
        }
        let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
        let Some(file) = desk.store.workspace.file_mut(path) else { continue };
        let at = now();
        let records = file.document.accept(Lineage::Disk, &deeds, &Act::user(at));
        let facts = file.facts(path, records, at);
        desk.store.append(&facts)?;
        accepted += hunks.len();
    }
    println!("{} accepted", count(accepted, "hunk"));
    Ok(ExitCode::SUCCESS)
}
