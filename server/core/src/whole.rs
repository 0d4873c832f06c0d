//! Files that are tracked as a whole: what they were before some authors changed them. There is nothing to merge in them: all of
//! it comes back, or nothing.

use ropey::Rope;

use crate::author::Author;
use crate::edit::{EditId, Lineage};
use crate::event::Whole;
use crate::revert::{Plan, Request, plan};
use crate::weave::{DeedKind, View};
use crate::workspace::{Content, File};

/// What a file was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Earlier {
    /// These bytes, or no file where it was [`GONE`](crate::workspace::GONE).
    Whole(Whole),
    /// Text: what is left of it without these authors.
    Text(Box<Plan>),
    /// No file.
    Absent,
}

/// What a file was before the wanted authors, the last to write it, made it what it is: where it is no text, or was none before they
/// made it text of which all is theirs and awaits review. None where it is otherwise.
#[must_use]
pub fn earlier(file: &File, whose: &dyn Fn(&Author) -> bool) -> Option<Earlier> {
    let last = file.wholes.last()?;
    let newest = file.newest_edit();
    let is_theirs =
        if file.is_whole { whose(&last.author) } else { last.after < newest && is_all_of(file, last.after, whose) };
    if !is_theirs {
        return None;
    }
    let mut newer: Option<&Whole> = None;
    for whole in file.wholes.iter().rev() {
        if newer.is_some_and(|newer| newer.after != whole.after) {
            break;
        }
        if !whose(&whole.author) {
            return Some(Earlier::Whole(whole.clone()));
        }
        newer = Some(whole);
    }
    // Text that was changed since cannot be told from what it was then.
    (newer?.after == newest).then(|| of_text(file, whose))
}

fn of_text(file: &File, whose: &dyn Fn(&Author) -> bool) -> Earlier {
    let request = Request { whose, only: None, accepted_too: false, mine_too: false };
    let plan = plan(&file.document, Lineage::Disk, &request);
    let target: &Rope = &plan.target;
    if file.content_for(target) == Content::Absent { Earlier::Absent } else { Earlier::Text(Box::new(plan)) }
}

/// Whether all of the text on disk came after an edit, is these authors' and awaits review.
fn is_all_of(file: &File, after: EditId, whose: &dyn Fn(&Author) -> bool) -> bool {
    let weave = file.document.weave();
    let view = View::of(weave, Lineage::Disk);
    weave.order().filter(|fragment| weave.visible(*fragment, &view)).all(|fragment| {
        weave.deeds(fragment).find(|(_, kind)| *kind == DeedKind::Birth).is_some_and(|(born, _)| {
            let entry = weave.entry(weave.owner(born, fragment));
            entry.id > after && whose(&entry.author) && !weave.accepted(born, fragment, &view)
        })
    })
}
