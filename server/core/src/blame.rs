//! Who wrote what stands where: for hovers, hints and blame.

use std::ops::Range;

use crate::document::Document;
use crate::edit::Lineage;
use crate::weave::{Entry, View};

/// A stretch of text that one edit wrote.
#[derive(Clone, Debug)]
pub struct Stretch<'a> {
    /// Bytes of the lineage's text.
    pub bytes: Range<usize>,
    /// The edit whose author it is: the one that wrote it, or the one that claimed it.
    pub edit: &'a Entry,
    /// Whether a person accepted it.
    pub accepted: bool,
}

/// Who wrote each part of a range of a lineage's text, in order.
#[must_use]
pub fn blame(document: &Document, lineage: Lineage, bytes: Range<usize>) -> Vec<Stretch<'_>> {
    let weave = document.weave();
    let view = View::of(weave, lineage);
    let end = bytes.end.min(document.text(lineage).len_bytes());
    let mut at = bytes.start;
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for piece in weave.pieces(lineage, bytes.start..end.max(bytes.start)) {
        let (owner, len) = (weave.birth_owner(piece.fragment), piece.range.len());
        let root = weave.root_of(piece.fragment);
        let accepted = weave.accepted(weave.birth(root), root, &view);
        stretches.push(Stretch { bytes: at..at + len, edit: weave.entry(owner), accepted });
        at += len;
    }
    stretches
}
