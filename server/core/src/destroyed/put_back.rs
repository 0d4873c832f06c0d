//! Lines that agents changed back to what git holds: what someone had changed in them, and not committed, is gone. Such a line comes back
//! in the place of what stands there now, which git holds.

use std::ops::Range;

use super::head::{Head, text_of};
use super::walk::{Piece, Put, is_pending};
use super::{Line, has_words, is_gone};
use crate::diff;
use crate::edit::Deed;
use crate::weave::{DeedKind, View, Weave};
use crate::workspace::Content;

const BREAKS: [char; 2] = ['\n', '\r'];

/// A line that agents changed.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// As it was.
    pub(super) line: Line,
    /// Its words when it was changed, where others put something into it since.
    then: Option<String>,
    /// Bytes of the text as it is.
    now: Range<usize>,
}

/// The lines of which agents took away a part that none of them wrote, each with the line that stands there now: where both texts have as
/// many lines, but for those that are gone whole.
pub(super) fn changed(
    weave: &Weave,
    view: &View<'_>,
    (before, after): (&str, &str),
    pieces: &[Piece],
    put: &[Put],
) -> Vec<Changed> {
    let mut found = Vec::new();
    for (old, new) in diff::regions(before, after) {
        let pieces_of = |old: &Range<usize>| -> Vec<&Piece> {
            let first = pieces.partition_point(|piece| piece.end() <= old.start);
            pieces[first..].iter().take_while(|piece| piece.from < old.end).collect()
        };
        // Of those that are gone whole nothing is left to be changed.
        let left = |old: &Range<usize>| !is_gone(before, old, &pieces_of(old));
        let (old, new): (Vec<_>, _) = (lines(before, &old).into_iter().filter(left).collect(), lines(after, &new));
        if old.len() != new.len() {
            continue;
        }
        for (old, now) in old.into_iter().zip(new) {
            let here = pieces_of(&old);
            let part = |piece: &Piece| &before[piece.from.max(old.start)..piece.end().min(old.end)];
            let is_loss = |piece: &&&Piece| {
                let by_agent = weave.entry(weave.birth_owner(piece.fragment)).author.is_agent();
                !piece.now && !by_agent && has_words(part(piece))
            };
            if !here.iter().any(|piece| is_loss(&piece)) {
                continue;
            }
            let mut line = Line::new(weave, view, before, old.clone(), &here, None);
            let changed = line.deeds.iter().filter_map(|deed| weave.ix(deed.by)).max();
            let is_earlier = |piece: &&&Piece| Some(weave.written_by(piece.fragment)) <= changed;
            let then: String = here.iter().filter(is_earlier).map(|piece| part(piece)).collect();
            line.text = before[old.clone()].to_owned();
            let then = (then != line.text && has_words(&then)).then_some(then);
            line.deeds.extend(brought(weave, view, put, &now));
            found.push(Changed { line, then, now });
        }
    }
    found
}

/// The deeds by which agents brought what stands in a part of the text as it is.
fn brought(weave: &Weave, view: &View<'_>, put: &[Put], part: &Range<usize>) -> Vec<Deed> {
    let first = put.partition_point(|put| put.range.end <= part.start);
    let here = put[first..].iter().take_while(|put| put.range.start < part.end);
    let mut deeds = Vec::new();
    for Put { range, fragment, .. } in here {
        let inside = range.start.max(part.start) - range.start..range.end.min(part.end) - range.start;
        let to = weave.span(*fragment, inside.start as u32..inside.end as u32);
        let theirs = weave.deeds(*fragment).filter(|(by, kind)| {
            *kind != DeedKind::Kill && is_pending(weave, view, *by, *fragment) && weave.counts(*by, *fragment, view)
        });
        deeds.extend(theirs.map(|(by, _)| Deed { by: weave.entry(by).id, to }));
    }
    deeds
}

/// Those of the lines that stand there now as git holds them, and were otherwise before. Where others wrote in such a line since (git too, where
/// it marks a conflict), no text ever held it as it is without the agents' part: then git may hold it as it was.
pub(super) fn put_back<'a>(
    changed: &'a [Changed],
    (before, after): (&str, &str),
    committed: &[Content],
) -> impl Iterator<Item = &'a Line> {
    let committed = if changed.is_empty() { &[] } else { committed };
    let heads: Vec<(Head, Head)> =
        committed.iter().map(|head| (Head::new(head, before), Head::new(head, after))).collect();
    let texts: Vec<String> = committed.iter().map(text_of).collect();
    let before = before.to_owned();
    let is_it = move |changed: &&Changed| {
        let holds =
            |then: &String| texts.iter().any(|text| text.lines().any(|line| line == then.trim_end_matches(BREAKS)));
        !changed.then.as_ref().is_some_and(holds)
            && !heads.iter().any(|(then, _)| then.holds(&changed.line, &before))
            && heads.iter().any(|(_, now)| now.has_lines(&changed.now))
    };
    changed.iter().filter(is_it).map(|changed| &changed.line)
}

/// The lines of a part of a text.
fn lines(text: &str, part: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = part.start;
    let line = |line: &str| {
        start += line.len();
        start - line.len()..start
    };
    text[part.clone()].split_inclusive('\n').map(line).collect()
}
