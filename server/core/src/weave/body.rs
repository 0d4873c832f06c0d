//! The text that one edit inserted: short ones as a string, long ones as a rope that shares its leaves with the editor's.

use super::fingerprint::{Fingerprint, Prefixes};
use ropey::Rope;
use std::ops::Range;

/// Longer texts are kept as ropes.
const LONG: usize = 4096;

#[derive(Clone, Debug)]
pub(super) enum Body {
    Short(String),
    Long(Rope, Prefixes),
}

impl Body {
    pub(super) fn new(text: String) -> Self {
        if text.len() <= LONG { Self::Short(text) } else { Self::rope(Rope::from_str(&text)) }
    }

    pub(super) fn rope(rope: Rope) -> Self {
        let prefixes = Prefixes::of(rope.chunks());
        Self::Long(rope, prefixes)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Short(text) => text.len(),
            Self::Long(rope, _) => rope.len_bytes(),
        }
    }

    /// Grows the text at its end, if it is a short one and stays so.
    pub(super) fn grow(&mut self, more: &str) -> bool {
        match self {
            Self::Short(text) if text.len() + more.len() <= LONG => {
                text.push_str(more);
                true
            }
            _ => false,
        }
    }

    /// Whether there is nothing but blanks in a short text.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Short(text) if text.trim().is_empty())
    }

    /// Calls `visit` with the text of a range, piece by piece.
    pub(super) fn visit(&self, range: Range<usize>, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Short(text) => visit(&text[range]),
            Self::Long(rope, _) => rope.byte_slice(range).chunks().for_each(visit),
        }
    }

    /// Whether a character starts, or the text ends, at this byte.
    pub(super) fn is_boundary(&self, at: usize) -> bool {
        match self {
            Self::Short(text) => text.is_char_boundary(at),
            Self::Long(rope, _) => at == rope.len_bytes() || rope.byte(at) & 0xc0 != 0x80,
        }
    }

    pub(super) fn fingerprint(&self, range: Range<usize>) -> Fingerprint {
        match self {
            Self::Short(text) => Fingerprint::of(&text.as_bytes()[range]),
            Self::Long(rope, prefixes) => {
                prefixes.part(range.start, range.end, |part, visit| visit_bytes(rope, part, visit))
            }
        }
    }
}

/// Bytes of a range that may cut a character.
fn visit_bytes(rope: &Rope, range: Range<usize>, visit: &mut dyn FnMut(&[u8])) {
    let (mut chunks, mut at, _, _) = rope.chunks_at_byte(range.start);
    while at < range.end {
        let Some(chunk) = chunks.next() else { return };
        let from = range.start.saturating_sub(at);
        let to = (range.end - at).min(chunk.len());
        visit(&chunk.as_bytes()[from..to]);
        at += chunk.len();
    }
}
