//! How an edit enters the weave: its text is placed behind its anchors, what it did is noted on the fragments that it did it to.

use super::tree::FragmentIx;
use super::{
    Act, Acts, Deed, Edit, EditIx, Fingerprint, Fragment, Lineage, Missing, Point, Run, Span, View, Weave, What,
};

impl Weave {
    pub(super) fn check(&self, edit: &Edit) -> Result<(), Missing> {
        let Acts { inserts, kills, fades, switches, adoptions, accepts, claims, kept } = &edit.acts;
        let held = adoptions.iter().flat_map(|a| a.births.iter().chain(&a.kills));
        let deeds = switches
            .iter()
            .map(|s| &s.deed)
            .chain(accepts)
            .chain(claims)
            .chain(kept.iter().map(|k| &k.deed))
            .chain(held);
        let named = deeds
            .flat_map(|deed| [deed.by, deed.to.edit])
            .chain(inserts.iter().flat_map(|i| [i.after, i.like]).flatten().map(|point| point.edit))
            .chain(inserts.iter().flat_map(|i| &i.from).map(|moved| moved.was.edit))
            .chain(kills.iter().chain(fades).map(|span| span.edit))
            .chain(kept.iter().map(|k| k.holder));
        for id in named {
            if id != edit.id && !self.index.contains_key(&id) {
                return Err(Missing(id));
            }
        }
        Ok(())
    }

    /// Puts a run of an edit's text behind its anchor.
    pub(super) fn place(&mut self, ix: EditIx, run: &Run) {
        let id = self.entries[ix as usize].id;
        let mut left = run.after.and_then(|point| {
            let home = self.index[&point.edit];
            self.cut(home, point.offset);
            self.ending_at(home, point.offset)
        });
        loop {
            let next = match left {
                Some(left) => self.tree.next(left),
                None => self.tree.iter().next(),
            };
            // A later edit's text, and what hangs on it, stands nearer to the anchor.
            match next {
                Some(next) if self.entries[self.fragments[next as usize].edit as usize].id >= id => left = Some(next),
                _ => break,
            }
        }
        let kept = run.like.and_then(|point| Some((point, self.home_of(point)?)));
        let like = kept.map_or(ix, |(_, f)| self.fragments[f as usize].like);
        let from = kept.and_then(|(point, f)| self.form_of(f, point));
        self.add_fragment(left, Fragment { edit: ix, like, from, start: run.start, len: run.len, acts: Vec::new() });
        self.link(ix, run, from);
    }

    pub(super) fn act_all(&mut self, ix: EditIx) {
        let acts = std::mem::take(&mut self.entries[ix as usize].acts);
        for span in &acts.kills {
            self.act(*span, Act { by: ix, what: What::Kill });
        }
        for span in &acts.fades {
            self.act(*span, Act { by: ix, what: What::Fade });
        }
        for switch in &acts.switches {
            let of = self.index[&switch.deed.by];
            if of == ix {
                continue;
            }
            self.act(switch.deed.to, Act { by: ix, what: What::Switch(of, switch.on) });
        }
        for Deed { by, to } in &acts.accepts {
            self.act(*to, Act { by: ix, what: What::Accept(self.index[by]) });
        }
        for Deed { by, to } in &acts.claims {
            self.act(*to, Act { by: ix, what: What::Claim(self.index[by]) });
        }
        for Deed { to, .. } in acts.adoptions.iter().flat_map(|adoption| &adoption.births) {
            self.act(*to, Act { by: ix, what: What::Hold });
        }
        for deed in
            acts.adoptions.iter().flat_map(|adoption| &adoption.kills).chain(acts.kept.iter().map(|kept| &kept.deed))
        {
            self.cut_out(deed.to);
        }
        self.entries[ix as usize].acts = acts;
    }

    pub(super) fn cut_out(&mut self, span: Span) -> EditIx {
        let home = self.index[&span.edit];
        self.cut(home, span.start);
        self.cut(home, span.end());
        home
    }

    pub(super) fn act(&mut self, span: Span, act: Act) {
        let home = self.cut_out(span);
        for fragment in self.fragments_in(home, span.start, span.end()) {
            let acts = &self.fragments[fragment as usize].acts;
            if acts.contains(&act) {
                continue;
            }
            let id = self.entries[act.by as usize].id;
            let at = acts.partition_point(|other| self.entries[other.by as usize].id <= id);
            self.fragments[fragment as usize].acts.insert(at, act);
            self.refresh(fragment);
        }
    }

    pub(super) fn fragments_in(&self, home: EditIx, start: u32, end: u32) -> Vec<FragmentIx> {
        self.starts.range((home, start)..(home, end)).map(|(_, fragment)| *fragment).collect()
    }

    /// The fragment that holds the byte left of a point.
    pub(super) fn home_of(&self, point: Point) -> Option<FragmentIx> {
        let home = *self.index.get(&point.edit)?;
        self.holding(home, point.offset.checked_sub(1)?)
    }

    pub(super) fn holding(&self, home: EditIx, byte: u32) -> Option<FragmentIx> {
        let (_, fragment) = self.starts.range((home, 0)..=(home, byte)).next_back()?;
        let here = &self.fragments[*fragment as usize];
        (byte < here.start + here.len).then_some(*fragment)
    }

    pub(super) fn ending_at(&self, home: EditIx, end: u32) -> Option<FragmentIx> {
        self.holding(home, end.checked_sub(1)?)
    }

    /// Sees to it that a fragment starts at a byte of an edit's text.
    pub(super) fn cut(&mut self, home: EditIx, at: u32) {
        let Some(left) = self.holding(home, at) else { return };
        let here = &mut self.fragments[left as usize];
        // A broken journal may name half a character.
        if here.start == at || !self.entries[home as usize].body.is_boundary(at as usize) {
            return;
        }
        let kept = at - here.start;
        let from = here.from.map(|from| from.behind(kept));
        let right = Fragment { start: at, len: here.len - kept, from, ..here.clone() };
        here.len = kept;
        self.refresh(left);
        self.add_fragment(Some(left), right);
        self.cut_its_like(home, at, from);
    }

    pub(super) fn add_fragment(&mut self, after: Option<FragmentIx>, fragment: Fragment) {
        let new = self.fragments.len() as FragmentIx;
        self.starts.insert((fragment.edit, fragment.start), new);
        self.fragments.push(fragment);
        self.tree.insert(after, new, self.print(new), self.seen(new));
    }

    pub(super) fn refresh_all_of(&mut self, ix: EditIx) {
        let mut fragments = self.fragments_in(ix, 0, u32::MAX);
        let acts = &self.entries[ix as usize].acts;
        let touched = acts.kills.iter().chain(&acts.fades).chain(acts.switches.iter().map(|switch| &switch.deed.to));
        for span in touched {
            fragments.extend(self.fragments_in(self.index[&span.edit], span.start, span.end()));
        }
        for fragment in fragments {
            self.refresh(fragment);
        }
    }

    pub(super) fn refresh(&mut self, fragment: FragmentIx) {
        for other in self.kin(fragment) {
            let (print, seen) = (self.print(other), self.seen(other));
            self.tree.set(other, print, seen);
        }
        let (print, seen) = (self.print(fragment), self.seen(fragment));
        self.tree.set(fragment, print, seen);
    }

    pub(super) fn print(&self, fragment: FragmentIx) -> Fingerprint {
        let Fragment { edit, start, len, .. } = self.fragments[fragment as usize];
        self.entries[edit as usize].body.fingerprint(start as usize..(start + len) as usize)
    }

    pub(super) fn seen(&self, fragment: FragmentIx) -> [bool; 2] {
        Lineage::BOTH.map(|lineage| self.visible(fragment, &View::of(self, lineage)))
    }
}
