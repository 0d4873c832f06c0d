//! The way through a document's fragments: the text before and as it is, in pieces.

use std::ops::Range;

use crate::author::Author;
use crate::document::Document;
use crate::edit::Lineage;
use crate::weave::{EditIx, FragmentIx, View, Weave};

/// A stretch of the text before that one fragment holds.
pub(super) struct Piece {
    pub(super) fragment: FragmentIx,
    /// Where it begins in the text before, and how long it is.
    pub(super) from: usize,
    pub(super) len: usize,
    /// Where it stands, or stood, in the text as it is.
    pub(super) at: usize,
    pub(super) now: bool,
}

impl Piece {
    pub(super) fn end(&self) -> usize {
        self.from + self.len
    }
}

/// The way through a document's fragments.
pub(super) struct Walk<'a> {
    document: &'a Document,
    lineage: Lineage,
}

/// What agents put into the text as it is.
pub(super) struct Put {
    pub(super) range: Range<usize>,
    pub(super) author: Author,
    pub(super) fragment: FragmentIx,
}

impl<'a> Walk<'a> {
    pub(super) fn new(document: &'a Document, lineage: Lineage) -> Self {
        Self { document, lineage }
    }

    /// The text before and as it is, the pieces of the former, and what agents put into the latter.
    pub(super) fn pieces(&self) -> (String, String, Vec<Piece>, Vec<Put>) {
        let weave = self.document.weave();
        let view = View::of(weave, self.lineage);
        let pending = |by: EditIx, fragment: FragmentIx| is_pending(weave, &view, by, fragment);
        let without = view.without(&pending);
        let (mut before, mut after) = (String::new(), String::new());
        let (mut pieces, mut put) = (Vec::new(), Vec::new());
        for fragment in weave.order_between(&view, &without) {
            let (now, then) = (weave.visible(fragment, &view), weave.visible(fragment, &without));
            let (from, at) = (before.len(), after.len());
            weave.visit_fragment(fragment, 0..weave.len_of(fragment), &mut |text| {
                if then {
                    before.push_str(text);
                }
                if now {
                    after.push_str(text);
                }
            });
            if then && before.len() > from {
                // What was moved is there still, elsewhere.
                let now = now || weave.stands_elsewhere(fragment, &view);
                pieces.push(Piece { fragment, from, len: before.len() - from, at, now });
            } else if now {
                let author = weave.entry(weave.birth_owner(fragment)).author.clone();
                put.push(Put { range: at..after.len(), author, fragment });
            }
        }
        (before, after, pieces, put)
    }
}

pub(super) fn is_pending(weave: &Weave, view: &View<'_>, by: EditIx, fragment: FragmentIx) -> bool {
    weave.entry(weave.owner(by, fragment)).author.is_agent() && !weave.accepted(by, fragment, view)
}
