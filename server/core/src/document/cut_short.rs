//! A file that was read while it was written: most programs empty a file first, and on a busy machine that is seen. What then stands there
//! again was never taken away.

use super::Document;
use super::known::State;
use crate::author::Author;
use crate::edit::Lineage;
use crate::weave::EditIx;

/// A writer is not stopped for longer in the middle of its work, in milliseconds.
const STOPPED: u64 = 2000;

impl Document {
    /// What the disk held before somebody, a moment ago, left only its beginning there, where this text is nearer to that than to what was
    /// left.
    pub(super) fn cut_short(&self, text: &str, at: u64) -> Option<State> {
        let ix = self.weave.entries().len() as EditIx - 1;
        let last = self.weave.entry(ix);
        // Where only the beginning is left that the file once was, that is nobody's doing.
        let only_took = matches!(last.author, Author::External | Author::Nobody) && self.weave.len_of_edit(ix) == 0;
        if !only_took || at.saturating_sub(last.at) > STOPPED {
            return None;
        }
        let left = self.texts[Lineage::Disk.ix()].to_string();
        let state = self.known.before(self.weave.fingerprint(Lineage::Disk))?;
        let whole = self.weave.text(&state.view());
        let is_cut = whole.len() > left.len() && whole.starts_with(&left);
        let away = |from: &str| crate::diff::distance(from, text);
        (is_cut && away(&whole) < away(&left)).then(|| state.clone())
    }
}
