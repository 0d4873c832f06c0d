//! Taking an author back out: which changes are switched off, which stay because someone else built on them, and what that does to
//! the text. A plan is made without changing anything; carried out it is one more edit, which can be undone like any other.

mod form;
mod home;

use crate::author::Author;
use crate::document::{Act, Document, Record};
use crate::edit::{Acts, Adoption, Cause, Deed, Edit, EditId, Evidence, Insert, Kept, Lineage, Point, Span, Switch};
use crate::weave::{DeedKind, EditIx, FragmentIx, Splice, View, Weave, cut_off, push_deed};
use ropey::Rope;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is to be taken out.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Whose changes.
    pub whose: &'a dyn Fn(&Author) -> bool,
    /// Of those only these, of one or more hunks.
    pub only: Option<&'a [Deed]>,
    /// Those that were accepted, too.
    pub accepted_too: bool,
    /// What the user wrote on the same lines, too.
    pub mine_too: bool,
}

/// What a revert will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The text whose author is taken out.
    pub lineage: Lineage,
    /// In bytes of that text as it is: ascending and apart.
    pub splices: Vec<Splice>,
    /// The text that they make.
    pub target: Rope,
    /// What was asked for and stays, by whose it is now, in lines.
    pub held: BTreeMap<Author, usize>,
    /// Why it is not to be carried out: a notebook would be none any more.
    pub refused: Option<&'static str>,
    acts: Acts,
}

impl Plan {
    /// Whether the text stays as it is: there is nothing to revert, or all of it is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.acts.switches.is_empty()
    }

    /// The edit that carries the plan out; it gets its id when it is entered.
    #[must_use]
    pub fn edit(&self, act: &Act) -> Edit {
        let Act { author, at, call, .. } = act.clone();
        let id = EditId::FIRST;
        Edit { id, author, place: self.lineage, evidence: Evidence::Buffer, at, call, acts: self.acts.clone() }
    }
}

/// What taking those changes out of a lineage's text comes to.
#[must_use]
pub fn plan(document: &Document, lineage: Lineage, request: &Request<'_>) -> Plan {
    let weave = document.weave();
    let view = View::of(weave, lineage);
    let asked = Asked::new(weave, &view, request);
    let selected = |by: EditIx, fragment: FragmentIx| asked.off.contains(&(by, fragment));
    let mut kept = Keepers { weave, view, asked: &asked, kept: HashMap::new(), holders: BTreeMap::new() };
    if !request.mine_too {
        kept.gather();
    }
    let stays = kept.kept;
    let off = |by: EditIx, fragment: FragmentIx| selected(by, fragment) && !stays.contains_key(&(by, fragment));
    let then = view.without(&off);
    let mut acts = Acts::default();
    for fragment in weave.order() {
        for (by, _) in weave.deeds(fragment).filter(|(by, _)| selected(*by, fragment)) {
            let deed = weave.deed(by, fragment);
            match stays.get(&(by, fragment)) {
                Some(holder) => acts.kept.push(Kept { deed, holder: weave.entry(*holder).id }),
                None => push_switch(&mut acts.switches, Switch { deed, on: false }),
            }
        }
    }
    let held = kept.holders;
    home::carry(weave, &view, &then, &off, &mut acts);
    let carried = if acts.inserts.is_empty() { None } else { planned(document, lineage, acts.clone()) };
    let plan = match carried {
        Some((plan, _)) => Plan { held, ..plan },
        None => {
            let (splices, target) = change(weave, document.text(lineage), &view, &then);
            Plan { lineage, splices, target, held, refused: None, acts }
        }
    };
    let plan = if request.only.is_some() { plan } else { form::with_line_ends(document, request, plan) };
    if document.is_notebook() { form::as_a_notebook(document, plan) } else { plan }
}

/// Switches on again what a revert, or a restore, switched off, off what it switched on, and takes back what it put elsewhere.
#[must_use]
pub fn undo(document: &Document, lineage: Lineage, revert: EditId) -> Option<Plan> {
    let weave = document.weave();
    let ix = weave.ix(revert)?;
    let edit = weave.edit(ix);
    if edit.acts.switches.is_empty() {
        return None;
    }
    let before = View::at(ix, None, weave.missing(lineage));
    let mut switches = Vec::new();
    for Switch { deed, on } in &edit.acts.switches {
        // What was so before is so again by what made it so.
        let changed = placed(weave, std::slice::from_ref(deed)).filter(|(by, f)| weave.counts(*by, *f, &before) != *on);
        changed.for_each(|(by, f)| push_switch(&mut switches, Switch { deed: weave.deed(by, f), on: !on }));
    }
    let len = edit.acts.inserts.iter().map(|insert| insert.text.len() as u32).sum();
    let own = (len > 0).then_some(Span { edit: revert, start: 0, len });
    let did = own.into_iter().chain(edit.acts.kills.iter().copied()).map(|to| Deed { by: revert, to });
    switches.extend(did.map(|deed| Switch { deed, on: false }));
    planned(document, lineage, Acts { switches, ..Acts::default() }).map(|(plan, _)| plan)
}

/// Brings back what deeds took away, each to its place, on lines of its own: nothing else changes, but that what some of them brought goes
/// again. None where that is not so.
#[must_use]
pub fn restore(document: &Document, lineage: Lineage, deeds: &[Deed]) -> Option<Plan> {
    let mut acts = brought_back(document, lineage, deeds);
    let (bare, trial) = planned(document, lineage, acts.clone())?;
    let seams = seams(&trial, lineage, document.next_id());
    let plan = if seams.is_empty() {
        bare
    } else {
        acts.inserts.extend(seams);
        planned(document, lineage, acts)?.0
    };
    let weave = document.weave();
    let view = View::of(weave, lineage);
    // What a deed brought stands there; what it took away does not.
    let brought = |deed: &Deed| weave.fragments_of(deed.to).into_iter().any(|fragment| weave.visible(fragment, &view));
    if deeds.iter().any(brought) {
        return (!plan.splices.is_empty()).then_some(plan);
    }
    only_adding(plan)
}

/// Brings back what deeds took away just where it stood, within lines too: nothing else changes. None where that is not so.
#[must_use]
pub fn put_back(document: &Document, lineage: Lineage, deeds: &[Deed]) -> Option<Plan> {
    let (plan, _) = planned(document, lineage, brought_back(document, lineage, deeds))?;
    only_adding(plan)
}

/// A plan that takes nothing away and brings something.
fn only_adding(plan: Plan) -> Option<Plan> {
    let only_adds = plan.splices.iter().all(|splice| splice.range.is_empty());
    (only_adds && !plan.splices.is_empty()).then_some(plan)
}

/// What brings back what deeds took away: to where it stood, or where that was moved.
fn brought_back(document: &Document, lineage: Lineage, deeds: &[Deed]) -> Acts {
    let (weave, all) = (document.weave(), placed(document.weave(), deeds).collect::<HashSet<_>>());
    let (view, off) = (View::of(weave, lineage), |by: EditIx, fragment: FragmentIx| all.contains(&(by, fragment)));
    let switches = deeds.iter().map(|deed| Switch { deed: *deed, on: false }).collect();
    let mut acts = Acts { switches, ..Acts::default() };
    home::follow(weave, &view, &view.without(&off), &mut acts);
    acts
}

/// Has the user type what splices of a lineage's text say; they must be ascending, apart, and within the text.
#[must_use]
pub fn type_in(document: &Document, lineage: Lineage, splices: &[Splice]) -> Option<Plan> {
    let acts = document.weave().compose(lineage, &Author::User, splices);
    planned(document, lineage, acts).map(|(plan, _)| plan)
}

/// What an act of the user's would come to, and the weave with it in.
fn planned(document: &Document, lineage: Lineage, acts: Acts) -> Option<(Plan, Weave)> {
    // The act's own switches are what its undoing undoes, and so those of any that did the same since.
    let mut trial = document.weave().clone();
    let id = document.next_id();
    let (author, evidence) = (Author::User, Evidence::Buffer);
    let act = Edit { id, author, place: lineage, evidence, at: 0, call: None, acts: acts.clone() };
    let ix = trial.fold(act, [true, true]).ok()?;
    let ahead = |by: EditIx, _: FragmentIx| by == ix;
    let now = View::of(&trial, lineage).without(&ahead);
    let (splices, target) = change(&trial, document.text(lineage), &now, &View::of(&trial, lineage));
    Some((Plan { lineage, splices, target, held: BTreeMap::new(), refused: None, acts }, trial))
}

/// The line breaks that part what an edit brought back from what stands beside it.
fn seams(weave: &Weave, lineage: Lineage, edit: EditId) -> Vec<Insert> {
    let Some(ix) = weave.ix(edit) else { return Vec::new() };
    let ahead = |by: EditIx, _: FragmentIx| by == ix;
    let (then, now) = (View::of(weave, lineage), View::of(weave, lineage).without(&ahead));
    let mut inserts = Vec::new();
    // What stands to the left: its fragment, whether it was brought back, whether it ends a line.
    let mut left: Option<(FragmentIx, bool, bool)> = None;
    for fragment in weave.order().filter(|fragment| weave.visible(*fragment, &then)) {
        let text = weave.part_text(fragment, 0..weave.len_of(fragment));
        let back = !weave.visible(fragment, &now);
        if let Some((beside, was_back, ends)) = left
            && back != was_back
            && !ends
            && !text.starts_with(['\n', '\r'])
        {
            let span = weave.whole(beside);
            let after = Some(Point { edit: span.edit, offset: span.end() });
            inserts.push(Insert::new(after, "\n"));
        }
        left = Some((fragment, back, text.ends_with('\n')));
    }
    inserts
}

impl Document {
    /// Carries a plan out, where the text is to be changed by whoever asked: on disk, or in memory.
    pub fn carry_out(&mut self, plan: &Plan, act: &Act) -> Vec<Record> {
        // What was held back is remembered even where that is all.
        if plan.acts.is_empty() { Vec::new() } else { self.commit(plan.lineage, plan.edit(act)) }
    }

    /// Hands a plan out to be carried out by the editor, or by a writer of the disk: once the text is seen to be the plan's, it is done.
    pub fn hand_out(&mut self, plan: &Plan, act: &Act) {
        self.expect(plan.lineage, &plan.target, plan.edit(act));
    }

    /// Takes changes off the list of those that await review; of a move both halves.
    pub fn accept(&mut self, lineage: Lineage, deeds: &[Deed], act: &Act) -> Vec<Record> {
        let Act { author, at, call, evidence } = act.clone();
        let mut accepts = deeds.to_vec();
        for (by, fragment) in placed(self.weave(), deeds) {
            let halves = self.weave().other_half(by, fragment).into_iter();
            halves.for_each(|(by, fragment)| push_deed(&mut accepts, self.weave().deed(by, fragment)));
        }
        let acts = Acts { accepts, ..Acts::default() };
        let edit = Edit { id: EditId::FIRST, author, place: lineage, evidence, at, call, acts };
        if deeds.is_empty() { Vec::new() } else { self.commit(lineage, edit) }
    }
}

/// The deeds that a request names, each with the fragment that it was done to.
struct Asked {
    off: HashSet<(EditIx, FragmentIx)>,
}

impl Asked {
    fn new(weave: &Weave, view: &View<'_>, request: &Request<'_>) -> Self {
        let only: Option<HashSet<(EditIx, FragmentIx)>> = request.only.map(|deeds| placed(weave, deeds).collect());
        let author = |by, fragment| &weave.entry(weave.owner(by, fragment)).author;
        let wanted = |by: EditIx, fragment: FragmentIx| {
            (request.whose)(author(by, fragment))
                && only.as_ref().is_none_or(|only| only.contains(&(by, fragment)))
                && (request.accepted_too || !weave.accepted(by, fragment, view))
        };
        // Where an author switched off a deed of their own, it would count again once that switch is gone.
        let gone = view.without(&wanted);
        let mut off = HashSet::new();
        for fragment in weave.order() {
            for (by, _) in weave.deeds(fragment).filter(|(by, _)| wanted(*by, fragment)) {
                let silenced = || weave.counts_but_for(by, fragment, &gone);
                if weave.counts(by, fragment, view) || silenced() {
                    off.insert((by, fragment));
                }
            }
        }
        let mut asked = Self { off };
        asked.add_what_waited(weave, view);
        if request.mine_too {
            asked.add_mine(weave, view);
        }
        asked.add_other_halves(weave, view);
        asked
    }

    /// Of a move nothing goes by halves: else text would stand in two places, or in none.
    fn add_other_halves(&mut self, weave: &Weave, view: &View<'_>) {
        let mut open: Vec<_> = self.off.iter().copied().collect();
        while let Some((by, fragment)) = open.pop() {
            let halves = weave.other_half(by, fragment).into_iter();
            let halves: Vec<_> =
                halves.filter(|(by, f)| weave.counts(*by, *f, view) && !self.off.contains(&(*by, *f))).collect();
            self.off.extend(&halves);
            open.extend(halves);
        }
    }

    /// What earlier reverts left standing for the sake of an edit that goes now.
    fn add_what_waited(&mut self, weave: &Weave, view: &View<'_>) {
        let going: HashSet<EditIx> = self.off.iter().map(|(by, _)| *by).collect();
        let reverts = weave.entries().filter(|(ix, _)| view.has(*ix));
        let waited: Vec<Deed> = reverts
            .flat_map(|(_, entry)| entry.kept())
            .filter(|kept| weave.ix(kept.holder).is_some_and(|holder| going.contains(&holder)))
            .map(|kept| kept.deed)
            .collect();
        self.off.extend(placed(weave, &waited).filter(|(by, fragment)| weave.counts(*by, *fragment, view)));
    }

    /// What the user did between the first and the last of what goes, run by run. What the user had taken out stays out.
    fn add_mine(&mut self, weave: &Weave, view: &View<'_>) {
        let mut waiting = Vec::new();
        let mut inside = false;
        let mut found = Vec::new();
        for fragment in weave.order() {
            let hit = weave.deeds(fragment).any(|(by, _)| self.off.contains(&(by, fragment)));
            let mine = weave.deeds(fragment).filter(|(by, kind)| {
                let author = &weave.entry(weave.owner(*by, fragment)).author;
                *kind != DeedKind::Switch
                    && matches!(author, Author::User | Author::External)
                    && weave.counts(*by, fragment, view)
            });
            let mut mine: Vec<_> = mine.map(|(by, _)| (by, fragment)).collect();
            // What was only moved goes home.
            if weave.stands_elsewhere(fragment, view) {
                mine.clear();
            }
            if hit {
                found.append(&mut waiting);
                found.extend(mine);
                inside = true;
            } else if inside && (!mine.is_empty() || !weave.visible(fragment, view)) {
                waiting.extend(mine);
            } else {
                waiting.clear();
                inside = false;
            }
        }
        self.off.extend(found);
    }
}

fn placed<'a>(weave: &'a Weave, deeds: &'a [Deed]) -> impl Iterator<Item = (EditIx, FragmentIx)> + 'a {
    deeds.iter().flat_map(|deed| {
        let by = weave.ix(deed.by);
        weave.fragments_of(deed.to).into_iter().filter_map(move |fragment| by.map(|by| (by, fragment)))
    })
}

/// Works out what stays, and for whose sake.
struct Keepers<'a> {
    weave: &'a Weave,
    view: View<'a>,
    asked: &'a Asked,
    kept: HashMap<(EditIx, FragmentIx), EditIx>,
    holders: BTreeMap<Author, usize>,
}

impl Keepers<'_> {
    fn gather(&mut self) {
        let weave = self.weave;
        let all: Vec<(EditIx, &Adoption)> = weave
            .entries()
            .filter(|(holder, _)| self.view.has(*holder))
            .flat_map(|(holder, entry)| entry.adoptions().iter().map(move |adoption| (holder, adoption)))
            .collect();
        let mut living = all;
        // What an adoption keeps may part the lines of others, so one that ends can end others.
        while !living.is_empty() {
            let births: HashSet<_> = living.iter().flat_map(|(_, adoption)| placed(weave, &adoption.births)).collect();
            let off = |by, fragment| self.asked.off.contains(&(by, fragment)) && !births.contains(&(by, fragment));
            let most = self.view.without(&off);
            let lines = lines(weave, &most);
            let before = living.len();
            living.retain(|(holder, adoption)| self.lives(*holder, adoption, &most, &lines));
            if living.len() == before {
                break;
            }
        }
        for (holder, adoption) in living {
            self.keep(holder, adoption);
        }
        self.leave_cut_off();
    }

    /// What would come back alone stays away.
    fn leave_cut_off(&mut self) {
        let weave = self.weave;
        let off = |by: EditIx, f: FragmentIx| self.asked.off.contains(&(by, f)) && !self.kept.contains_key(&(by, f));
        let asked = |by: EditIx, f: FragmentIx| self.asked.off.contains(&(by, f));
        let cut_off = cut_off(weave, &self.view, &off, &asked);
        let mut holders = HashSet::new();
        for (fragment, holder) in cut_off {
            let kills = weave.kills(fragment).into_iter();
            let stays: Vec<_> = kills.filter(|deed| self.asked.off.contains(deed)).collect();
            self.kept.extend(stays.into_iter().map(|deed| (deed, holder)));
            if holders.insert(holder) {
                *self.holders.entry(weave.entry(holder).author.clone()).or_default() += 1;
            }
        }
    }

    /// Whether a change by which an edit adopts still stands, in one line with what it adopted, when all else that is asked for is
    /// gone.
    fn lives(
        &self,
        holder: EditIx,
        adoption: &Adoption,
        most: &View<'_>,
        lines: &HashMap<FragmentIx, (usize, usize)>,
    ) -> bool {
        let weave = self.weave;
        let births: Vec<(usize, usize)> = placed(weave, &adoption.births)
            .filter(|(_, fragment)| weave.stands(*fragment, most))
            .map(|(_, fragment)| lines[&fragment])
            .collect();
        let beside = |fragment: FragmentIx| {
            let (first, last) = lines[&fragment];
            births.iter().any(|(from, to)| first <= *to && *from <= last)
        };
        adoption.causes.iter().any(|cause| match cause {
            // What goes with its author, and is only kept for another's sake, keeps nothing. A blank that a formatter trimmed
            // since was typed all the same.
            Cause::Insert(span) => weave
                .fragments_of(*span)
                .into_iter()
                .any(|f| !self.asked.off.contains(&(holder, f)) && weave.stands(f, most) && beside(f)),
            Cause::Kill(span) => weave.fragments_of(*span).into_iter().any(|f| {
                let killed = weave.deeds(f).any(|deed| deed == (holder, DeedKind::Kill));
                killed && weave.counts(holder, f, most) && beside(f)
            }),
        })
    }

    fn keep(&mut self, holder: EditIx, adoption: &Adoption) {
        let weave = self.weave;
        let adopted: Vec<_> = placed(weave, &adoption.births).collect();
        let births: Vec<_> = adopted.iter().copied().filter(|deed| self.asked.off.contains(deed)).collect();
        let off = |by: EditIx, f: FragmentIx| self.asked.off.contains(&(by, f)) && !births.contains(&(by, f));
        let with = self.view.without(&off);
        let mut text = String::new();
        for (_, fragment) in adopted.iter().filter(|(_, fragment)| weave.stands(*fragment, &with)) {
            text += &weave.part_text(*fragment, 0..weave.len_of(*fragment));
        }
        if births.is_empty() || text.is_empty() {
            return;
        }
        let mut kept = births;
        // Where no word of the line is left, what it replaced need not stay away.
        if !text.trim().is_empty() {
            kept.extend(placed(weave, &adoption.kills).filter(|deed| self.asked.off.contains(deed)));
        }
        let halves: Vec<_> = kept.iter().flat_map(|(by, fragment)| weave.other_half(*by, *fragment)).collect();
        kept.extend(halves.into_iter().filter(|deed| self.asked.off.contains(deed)));
        *self.holders.entry(weave.entry(holder).author.clone()).or_default() += text.lines().count();
        self.kept.extend(kept.into_iter().map(|deed| (deed, holder)));
    }
}

/// The first and the last line, from 0, of a text in which each fragment stands, or would stand.
fn lines(weave: &Weave, view: &View<'_>) -> HashMap<FragmentIx, (usize, usize)> {
    let mut lines = HashMap::new();
    let mut line = 0;
    for fragment in weave.order() {
        let len = weave.len_of(fragment);
        let (mut inside, mut last) = (0, false);
        if weave.visible(fragment, view) {
            weave.visit_fragment(fragment, 0..len, &mut |text| {
                inside += text.matches('\n').count();
                last = text.ends_with('\n');
            });
        }
        lines.insert(fragment, (line, line + inside - usize::from(last)));
        line += inside;
    }
    lines
}

fn push_switch(switches: &mut Vec<Switch>, switch: Switch) {
    match switches.last_mut() {
        Some(last)
            if last.on == switch.on
                && last.deed.by == switch.deed.by
                && last.deed.to.edit == switch.deed.to.edit
                && last.deed.to.end() == switch.deed.to.start =>
        {
            last.deed.to.len += switch.deed.to.len;
        }
        _ => switches.push(switch),
    }
}

/// What makes the text that one view shows that of another.
pub(crate) fn change(weave: &Weave, text: &Rope, now: &View<'_>, then: &View<'_>) -> (Vec<Splice>, Rope) {
    let mut splices: Vec<Splice> = Vec::new();
    let mut at = 0;
    for fragment in weave.order() {
        let len = weave.len_of(fragment);
        let (shown, wanted) = (weave.visible(fragment, now), weave.visible(fragment, then));
        let end = at + if shown { len as usize } else { 0 };
        if shown != wanted {
            let new = if wanted { weave.part_text(fragment, 0..len) } else { String::new() };
            match splices.last_mut() {
                Some(last) if last.range.end == at => {
                    last.range.end = end;
                    last.text += &new;
                }
                _ => splices.push(Splice::new(at..end, new)),
            }
        }
        at = end;
    }
    let mut target = text.clone();
    for splice in splices.iter().rev() {
        let (start, end) = (target.byte_to_char(splice.range.start), target.byte_to_char(splice.range.end));
        target.remove(start..end);
        target.insert(start, &splice.text);
    }
    (splices, target)
}
