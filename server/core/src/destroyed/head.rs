//! What git holds of a file, seen from the text before.

use std::ops::Range;

use super::{Line, within};
use crate::diff;
use crate::workspace::Content;

/// The text of what git holds; none of what is no text.
pub(super) fn text_of(head: &Content) -> String {
    match head {
        Content::Text(text) => text.to_string(),
        Content::Absent | Content::Opaque { .. } => String::new(),
    }
}

/// What git holds of a file, seen from the text before.
pub(super) struct Head {
    /// Bytes of the text before that are not in it, by whole lines and by words.
    lines: Vec<Range<usize>>,
    words: Vec<Range<usize>>,
}

impl Head {
    pub(super) fn new(head: &Content, before: &str) -> Self {
        let text = text_of(head);
        let lines = diff::regions(&text, before).into_iter().map(|(_, new)| new).collect();
        let (mut words, mut shift) = (Vec::new(), 0_isize);
        for splice in diff::splices(&text, before) {
            let start = splice.range.start.saturating_add_signed(shift);
            words.push(start..start + splice.text.len());
            shift += splice.text.len() as isize - splice.range.len() as isize;
        }
        Self { lines, words }
    }

    /// Whether it holds these lines of the text just as they are.
    pub(super) fn has_lines(&self, range: &Range<usize>) -> bool {
        !self.lines.iter().any(|new| new.start < range.end && range.start < new.end)
    }

    /// Whether it holds a line, or all of it that is no agent's.
    pub(super) fn holds(&self, line: &Line, before: &str) -> bool {
        let differs = !self.has_lines(&line.range);
        let is_ours = |at: usize| within(&self.words, at) && !within(&line.agents, at);
        let ours = || {
            before[line.range.clone()]
                .char_indices()
                .any(|(at, ch)| !ch.is_whitespace() && is_ours(line.range.start + at))
        };
        !differs || !line.agents.is_empty() && !ours()
    }
}
