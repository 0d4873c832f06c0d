//! `countersign/viewed`: which hunks a person had before their eyes, and when. Journaled for the times that reviews took, and told to nobody.

use std::collections::BTreeMap;

use countersign_core::edit::Lineage;
use countersign_core::event::{Fact, View, What};

use super::ext::ViewedParams;
use super::owner::Owner;
use crate::store::now;

/// The hunks that are before the person's eyes, with their files: as they were told last.
pub(super) type Views = BTreeMap<String, (String, View)>;

/// Takes note of what the editor tells of a hunk, where it is news. What is no pending hunk of the document is left out.
pub(super) fn told(owner: &mut Owner, params: ViewedParams) {
    let Some(path) = owner.path_of(&params.uri) else { return };
    let view = View { visible: params.visible || params.focused, focused: params.focused };
    let was = owner.views.get(&params.hunk).map(|(_, view)| *view).unwrap_or_default();
    // What is out of sight may be gone, too: its view ends all the same.
    if view == was || view.visible && !is_pending(owner, &path, &params.hunk) {
        return;
    }
    if view.visible {
        owner.views.insert(params.hunk.clone(), (path.clone(), view));
    } else {
        owner.views.remove(&params.hunk);
    }
    owner.journal(&[Fact::of(&path, now(), What::Viewed { hunk: params.hunk, view })]);
}

/// The editor goes, and with it all that it shows.
pub(super) fn end(owner: &mut Owner) {
    for (hunk, (path, _)) in std::mem::take(&mut owner.views) {
        owner.journal(&[Fact::of(&path, now(), What::Viewed { hunk, view: View::default() })]);
    }
}

fn is_pending(owner: &Owner, path: &str, hunk: &str) -> bool {
    let Some(file) = owner.store.workspace.file(path) else { return false };
    let lineage: Lineage = owner.lineage(path);
    countersign_core::review::pending(file, lineage).iter().any(|pending| pending.id.to_string() == hunk)
}
