//! Words that would come back alone: an agent took them out of a line, and someone else then deleted what stood round them. Without the
//! agent they would have gone with the rest; so they stay away, and go with whoever deleted that.

use std::collections::BTreeSet;
use std::ops::Range;

use super::tree::FragmentIx;
use super::view::DeedKind;
use super::{EditIx, View, Weave};

const BREAKS: [char; 2] = ['\n', '\r'];
/// What indents a line, and the mark at a text's start.
const FORM: [char; 3] = [' ', '\t', '\u{feff}'];

/// Bytes: what is longer is not read to see whether it is mere indentation.
const LONGEST_FORM: u32 = 256;

/// The fragments that stay away, each with the edit for whose sake: of those that `then` shows and `now` does not, the ones that are no
/// whole lines and either stand in the middle of what one edit deleted, or are all that is left of their line. What was asked to go and
/// stays deletes nothing.
pub(crate) fn cut_off<'a>(
    weave: &Weave,
    now: &View<'a>,
    off: &'a dyn Fn(EditIx, FragmentIx) -> bool,
    asked: &dyn Fn(EditIx, FragmentIx) -> bool,
) -> Vec<(FragmentIx, EditIx)> {
    let then = now.without(off);
    let order: Vec<FragmentIx> = weave.order().collect();
    // What only comes home from where it was moved does not come back.
    let returns = |fragment: FragmentIx| {
        !weave.visible(fragment, now) && weave.visible(fragment, &then) && !weave.stands_elsewhere(fragment, now)
    };
    // What stands in a block that goes home, or that was moved, goes with it: away, too.
    let goes_home = |at: &usize| {
        let moved = |f: &FragmentIx| weave.moved_from(*f).is_some() && off(weave.birth(*f), *f);
        let before = order[..*at].iter().rev().find(|f| weave.visible(**f, &then) || moved(f));
        weave.has_moves() && before.is_some_and(moved)
    };
    let mut with: BTreeSet<FragmentIx> =
        (0..order.len()).filter(|at| returns(order[*at])).filter(goes_home).map(|at| order[at]).collect();
    let along = weave.along(now, &then);
    with.extend(along.iter().map(|along| along.fragment));
    let returns = |fragment: FragmentIx| returns(fragment) && !with.contains(&fragment);
    let returning: Vec<usize> = (0..order.len()).filter(|at| returns(order[*at])).collect();
    let deleters = deleters(weave, &then, &order, &returning, asked);
    let is_words = |f: FragmentIx| !weave.part_text(f, 0..weave.len_of(f)).contains(BREAKS);
    let gone = along.iter().filter(|along| is_words(along.fragment));
    let mut found: Vec<(FragmentIx, EditIx)> =
        gone.filter_map(|along| Some((along.fragment, along.deleted?))).collect();
    for by in deleters {
        let undone =
            |edit: EditIx, fragment: FragmentIx| off(edit, fragment) || edit == by && weave.birth(fragment) != by;
        let whole = now.without(&undone);
        let undeleted = Undeleted::of(weave, &order, &whole, &then, &returns);
        let was_gone = |fragment: &FragmentIx| was_gone_before(weave, *fragment, by, off);
        found.extend(undeleted.cut_off().filter(was_gone).map(|fragment| (fragment, by)));
    }
    found.sort_unstable();
    found.dedup_by_key(|(fragment, _)| *fragment);
    found
}

/// Whether all that comes off a fragment had been done to it when an edit deleted what stood round it: what was there then, and was left,
/// comes back.
fn was_gone_before(weave: &Weave, fragment: FragmentIx, by: EditIx, off: &dyn Fn(EditIx, FragmentIx) -> bool) -> bool {
    let deletion = weave.entry(by).id;
    weave
        .deeds(fragment)
        .filter(|(edit, kind)| *kind == DeedKind::Birth || off(*edit, fragment))
        .all(|(edit, _)| weave.entry(edit).id < deletion)
}

/// The edits that deleted something right beside what comes back.
fn deleters(
    weave: &Weave,
    then: &View<'_>,
    order: &[FragmentIx],
    returning: &[usize],
    asked: &dyn Fn(EditIx, FragmentIx) -> bool,
) -> BTreeSet<EditIx> {
    let mut found = BTreeSet::new();
    let is_form = |fragment| {
        let len = weave.len_of(fragment);
        len <= LONGEST_FORM && is_form(&weave.part_text(fragment, 0..len))
    };
    // What stands there in another form is not gone, and mere form hides nothing.
    let gone = |at: &usize| !weave.stands(order[*at], then) || is_form(order[*at]);
    for at in returning {
        let before = (0..*at).rev().take_while(gone);
        let behind = (*at + 1..order.len()).take_while(gone);
        for at in before.chain(behind) {
            let kills = weave.kills(order[at]).into_iter();
            found.extend(kills.filter(|(by, f)| weave.counts(*by, *f, then) && !asked(*by, *f)).map(|(by, _)| by));
        }
    }
    found
}

/// An indentation that is left of a line is none of what is in it, nor is the mark at a text's start.
fn is_form(text: &str) -> bool {
    text.trim_start_matches(FORM).is_empty()
}

/// A text with one edit's deletions undone, part by part.
struct Undeleted {
    parts: Vec<Part>,
}

struct Part {
    fragment: FragmentIx,
    text: String,
    /// The edit deleted it.
    deleted: bool,
    returns: bool,
}

impl Part {
    /// Whether it ends a line; an indentation behind the break is none of what is in the next.
    fn ends_line(&self) -> bool {
        self.text.trim_end_matches(FORM).ends_with(BREAKS)
    }
}

impl Undeleted {
    fn of(
        weave: &Weave,
        order: &[FragmentIx],
        whole: &View<'_>,
        then: &View<'_>,
        returns: &dyn Fn(FragmentIx) -> bool,
    ) -> Self {
        let shown = order.iter().copied().filter(|fragment| weave.visible(*fragment, whole));
        let parts = |fragment| {
            let text = weave.part_text(fragment, 0..weave.len_of(fragment));
            let (deleted, returns) = (!weave.visible(fragment, then), returns(fragment));
            let part = |text: &str| Part { fragment, text: text.to_owned(), deleted, returns };
            text.split_inclusive('\n').map(part).collect::<Vec<_>>()
        };
        let matters = |part: &Part| part.deleted || part.returns || !is_form(&part.text);
        Self { parts: shown.flat_map(parts).filter(matters).collect() }
    }

    /// What comes back though all round it was deleted.
    fn cut_off(&self) -> impl Iterator<Item = FragmentIx> + '_ {
        let mut runs = Vec::new();
        let mut at = 0;
        while at < self.parts.len() {
            let end = (at..self.parts.len()).find(|end| !self.parts[*end].returns).unwrap_or(self.parts.len());
            if end > at {
                runs.push(at..end);
            }
            at = end + 1;
        }
        // What comes back with a line break is a line again.
        let words = |run: &Range<usize>| !self.parts[run.clone()].iter().any(|part| part.text.contains(BREAKS));
        let alone = runs.into_iter().filter(words).filter(|run| {
            let before = run.start.checked_sub(1).map(|at| &self.parts[at]);
            let inside =
                before.is_some_and(|part| part.deleted) && self.parts.get(run.end).is_some_and(|part| part.deleted);
            inside || self.is_all_of_its_line(run)
        });
        alone.flat_map(|run| self.parts[run].iter().map(|part| part.fragment))
    }

    /// Whether the rest of the line that these parts stand in is deleted, its break too, or comes back as they do.
    fn is_all_of_its_line(&self, run: &Range<usize>) -> bool {
        let before = self.parts[..run.start].iter().rev().take_while(|part| !part.ends_line());
        let behind = &self.parts[run.end..];
        let end = behind.iter().position(|part| part.text.contains(BREAKS));
        let rest: Vec<&Part> = before.chain(behind.iter().take(end.unwrap_or(behind.len()))).collect();
        let breaks = end.is_none_or(|at| behind[at].deleted);
        let all = rest.iter().all(|part| part.deleted || part.returns);
        breaks && all && (end.is_some() || rest.iter().any(|part| part.deleted))
    }
}
