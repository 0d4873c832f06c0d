//! Where a change of whole lines can be told as one some lines further up or down: nobody can say which of two equal lines went, or came.

use countersign_core::weave::Splice;

use super::case::{Case, Step};
use super::hunks::Hunk;
use super::model::{Model, Who};

/// What a case's steps come to when one of them is told otherwise, or all are, that can be.
pub(super) fn told_otherwise(case: &Case) -> impl Iterator<Item = Model> {
    let texts = case.texts();
    let slid = |up: bool| -> Vec<Splice> {
        case.steps.iter().zip(&texts).map(|(step, text)| farthest(text, &step.splice, up)).collect()
    };
    let ways = [slid(true), slid(false)];
    let differs = move |way: &[Splice], at: usize| way[at] != case.steps[at].splice;
    ways.into_iter().flat_map(move |way| {
        let slides: Vec<usize> = (0..way.len()).filter(|at| differs(&way, *at)).collect();
        let all = (slides.len() > 1).then(|| slides.clone());
        let one = slides.into_iter().map(|at| vec![at]);
        all.into_iter().chain(one).map(move |told| model(case, &way, &told)).collect::<Vec<_>>()
    })
}

/// Whether two hunks of different authors touch when one of them is told otherwise, or both: then no line stands between them of which it
/// can be said that neither touched it.
pub(super) fn may_touch(hunks: &[Hunk], old: &str) -> bool {
    let reach = |hunk: &Hunk| {
        let splice = Splice::new(hunk.start..hunk.end, hunk.new.clone());
        farthest(old, &splice, true).range.start..farthest(old, &splice, false).range.end
    };
    let touch = |two: &[Hunk]| two[0].is_agents != two[1].is_agents && reach(&two[1]).start <= reach(&two[0]).end;
    hunks.windows(2).any(touch)
}

fn model(case: &Case, way: &[Splice], told: &[usize]) -> Model {
    let mut model = Model::new(&case.old);
    for (at, Step { is_agents, splice }) in case.steps.iter().enumerate() {
        let who = if *is_agents { Who::Agent } else { Who::User };
        let splice = if told.contains(&at) { &way[at] } else { splice };
        model.splice(who, splice.range.clone(), &splice.text);
    }
    model
}

/// The change that gives the same text and stands as far up or down as can be.
fn farthest(text: &str, splice: &Splice, up: bool) -> Splice {
    let mut slid = splice.clone();
    if splice.range.is_empty() == splice.text.is_empty() {
        return slid;
    }
    while let Some(next) = by_a_line(text, &slid, up) {
        slid = next;
    }
    slid
}

fn by_a_line(text: &str, splice: &Splice, up: bool) -> Option<Splice> {
    let Splice { range, text: new, .. } = splice;
    let what = if new.is_empty() { &text[range.clone()] } else { new.as_str() };
    let (head, tail) = (&text[..range.start], &text[range.end..]);
    let mut lines = what.split_inclusive('\n');
    let line = if up { lines.next_back()? } else { lines.next()? };
    let rest = if up { head.strip_suffix(line)? } else { tail.strip_prefix(line)? };
    if !line.ends_with('\n') || up && !(rest.is_empty() || rest.ends_with('\n')) {
        return None;
    }
    let by = if up { -(line.len() as isize) } else { line.len() as isize };
    let range = range.start.saturating_add_signed(by)..range.end.saturating_add_signed(by);
    let new = match (new.is_empty(), up) {
        (true, _) => String::new(),
        (false, true) => [line, &new[..new.len() - line.len()]].concat(),
        (false, false) => [&new[line.len()..], line].concat(),
    };
    Some(Splice::new(range, new))
}
