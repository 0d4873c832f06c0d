//! What `init` writes into a workspace that has a record is the user's own act, and is recorded as that.

use std::path::Path;

use anyhow::Result;

use crate::disk;
use crate::store::Store;

/// The record of a workspace, where there is one.
pub(super) struct Record(Option<Store>);

impl Record {
    /// A workspace that was never followed is not followed from here.
    pub(super) fn open(root: &Path) -> Record {
        if !super::super::has_record(root) {
            return Record(None);
        }
        let store = Store::open_narrow(root);
        Record(store.inspect_err(|error| eprintln!("countersign: this is not recorded: {error:#}")).ok())
    }

    /// Does what writes a file, and takes note that the user did.
    ///
    /// # Errors
    /// What `write` says. What cannot be recorded is said, and written all the same.
    pub(super) fn keep(&mut self, file: &Path, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let Some(store) = &mut self.0 else { return write() };
        let root = store.root.clone();
        let Some(path) = file.to_str().and_then(|file| disk::relative(&root, &root, file)) else { return write() };
        let before = store.look_before(&path);
        write()?;
        if let Err(error) = before.and_then(|before| store.claim_for_user(&path, before)) {
            eprintln!("countersign: {path}: this is not recorded: {error:#}");
        }
        Ok(())
    }
}
