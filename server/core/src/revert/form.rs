//! What a plan also does to form, so that what is left is what it was: commas between a notebook's cells, lines' own ends.

use std::collections::HashSet;

use super::{Plan, Request, placed, planned};
use crate::author::Author;
use crate::document::Document;
use crate::edit::{Deed, Switch};
use crate::neutral::notebook;
use crate::weave::{EditIx, FragmentIx, View};

/// Why a notebook stays as it is.
const NO_NOTEBOOK: &str = "the notebook could not be read any more without that: revert more, or less, of it";

/// The same for a notebook: commas between what then stands side by side come and go too. What would be no notebook is refused.
pub(super) fn as_a_notebook(document: &Document, plan: Plan) -> Plan {
    let was_one = notebook::mend(&document.text(plan.lineage).to_string()).is_some_and(|splices| splices.is_empty());
    let refused = |plan: Plan| Plan { refused: Some(NO_NOTEBOOK), ..plan };
    if !was_one || plan.target.len_bytes() == 0 {
        return plan;
    }
    let Some(commas) = notebook::mend(&plan.target.to_string()) else { return refused(plan) };
    if commas.is_empty() {
        return plan;
    }
    let Some((_, trial)) = planned(document, plan.lineage, plan.acts.clone()) else { return refused(plan) };
    let typed = trial.compose(plan.lineage, &Author::User, &commas);
    let mut acts = plan.acts.clone();
    acts.inserts.extend(typed.inserts);
    acts.kills.extend(typed.kills);
    match planned(document, plan.lineage, acts) {
        Some((whole, _)) if notebook::mend(&whole.target.to_string()).is_some_and(|left| left.is_empty()) => {
            Plan { held: plan.held, ..whole }
        }
        _ => refused(plan),
    }
}

/// The same, where lines also get back the ends that the edits which go gave them on the side.
pub(super) fn with_line_ends(document: &Document, request: &Request<'_>, plan: Plan) -> Plan {
    let weave = document.weave();
    let view = View::of(weave, plan.lineage);
    let going: HashSet<EditIx> = plan.acts.switches.iter().filter_map(|switch| weave.ix(switch.deed.by)).collect();
    let is_end = |fragment| {
        let text = weave.part_text(fragment, 0..weave.len_of(fragment));
        matches!(text.as_str(), "\n" | "\r\n" | "\r" | "\u{feff}")
    };
    let order: Vec<FragmentIx> = weave.order().collect();
    let shown: Vec<bool> = order.iter().map(|fragment| weave.visible(*fragment, &view)).collect();
    // What came, or went, with nothing in its place is only taken back where it can part or join no others.
    let deeds: Vec<Deed> = plan.acts.switches.iter().map(|switch| switch.deed).collect();
    let gone: HashSet<(EditIx, FragmentIx)> = placed(weave, &deeds).collect();
    let goes = |by: EditIx, fragment: FragmentIx| gone.contains(&(by, fragment));
    let then = view.without(&goes);
    let stays: Vec<bool> = order.iter().map(|fragment| weave.visible(*fragment, &then)).collect();
    let is_outermost = |at: usize| !stays[..at].contains(&true) || !stays[at + 1..].contains(&true);
    let is_gone_with = |by: EditIx| going.contains(&by) && (request.whose)(&weave.entry(by).author);
    let mut off: Vec<(EditIx, FragmentIx)> = Vec::new();
    let mut at = 0;
    while at < order.len() {
        let here = order[at];
        let faded = weave.fades(here).find(|by| is_gone_with(*by) && weave.counts_but_for(*by, here, &view));
        let stands_for = |by| order.get(at + 1).copied().filter(|next| weave.writer(*next) == by && is_end(*next));
        match faded.filter(|_| is_end(here)).map(|by| (by, stands_for(by))) {
            // Still there where nobody changed it since.
            Some((by, Some(next))) => {
                off.extend(shown[at + 1].then_some([(by, here), (by, next)]).into_iter().flatten());
                at += 1;
            }
            Some((by, None)) if is_outermost(at) => off.push((by, here)),
            Some(_) => {}
            None => {
                let by = weave.writer(here);
                if shown[at] && by != weave.birth(here) && is_gone_with(by) && is_end(here) && is_outermost(at) {
                    off.push((by, here));
                }
            }
        }
        at += 1;
    }
    let mut acts = plan.acts.clone();
    acts.switches.extend(off.into_iter().map(|(by, here)| Switch { deed: weave.deed(by, here), on: false }));
    if acts == plan.acts {
        return plan;
    }
    match planned(document, plan.lineage, acts) {
        Some((whole, _)) => Plan { held: plan.held, ..whole },
        None => plan,
    }
}
