//! One file's text with every edit in it: fragments in one order, tombstones in place, and for each fragment what was done to it.
//!
//! The weave only grows. An edit (`fold`) adds fragments and acts on fragments; which of them count is a question of the text
//! that one asks for (`View`). The order of concurrent insertions is that of an RGA (Roh et al., 2011): behind one character the
//! later edit stands nearer to it.

mod adopt;
mod along;
mod body;
mod compose;
mod cut_off;
mod enter;
mod fingerprint;
mod links;
mod moved;
mod revive;
mod tree;
mod view;

pub(crate) use adopt::push_deed;
pub(crate) use along::Along;
pub use compose::Splice;
pub(crate) use cut_off::cut_off;
pub use fingerprint::Fingerprint;
pub(crate) use tree::FragmentIx;
pub(crate) use view::DeedKind;
pub use view::View;

use crate::author::Author;
use crate::edit::{Acts, Adoption, Deed, Edit, EditId, Evidence, Insert, Kept, Lineage, Moved, Point, Span};
use body::Body;
use links::Links;
use moved::Origin;
use ropey::Rope;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tree::Tree;

/// An edit's number in this weave, in the order in which it was folded; 0 is the text at first sight.
pub type EditIx = u32;

/// See the module.
#[derive(Clone, Debug)]
pub struct Weave {
    entries: Vec<Entry>,
    index: HashMap<EditId, EditIx>,
    fragments: Vec<Fragment>,
    /// Where each edit's text is: the fragment that starts at that byte of it.
    starts: BTreeMap<(EditIx, u32), FragmentIx>,
    tree: Tree,
    /// Edits that a lineage does not have, ascending.
    missing: [Vec<EditIx>; 2],
    /// The largest counter of any edit's id.
    counter: u64,
    /// All agents that wrote here.
    agents: BTreeSet<Author>,
    /// Where text of an edit was put again, by a move or in another form.
    links: HashMap<EditIx, Links>,
}

/// An edit as the weave keeps it: its text apart, once.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub id: EditId,
    /// Whose act it is.
    pub author: Author,
    /// Where it was made.
    pub place: Lineage,
    /// Why it is held to be its author's.
    pub evidence: Evidence,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// The agent's tool call.
    pub call: Option<String>,
    body: Body,
    runs: Vec<Run>,
    /// All that it did but its insertions.
    acts: Acts,
}

impl Entry {
    /// The lines that the edit made its author's own.
    #[must_use]
    pub fn adoptions(&self) -> &[Adoption] {
        &self.acts.adoptions
    }

    /// Of a revert: what it left standing.
    #[must_use]
    pub fn kept(&self) -> &[Kept] {
        &self.acts.kept
    }
}

#[derive(Clone, Debug)]
struct Run {
    after: Option<Point>,
    like: Option<Point>,
    from: Vec<Moved>,
    start: u32,
    len: u32,
}

#[derive(Clone, Debug)]
struct Fragment {
    edit: EditIx,
    /// The edit whose author the text keeps, where a neutral edit wrote it; else `edit`.
    like: EditIx,
    /// Where the text stood before it was moved here.
    from: Option<Origin>,
    start: u32,
    len: u32,
    /// In the order of the acting edits' ids.
    acts: Vec<Act>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Act {
    by: EditIx,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Kill,
    /// A neutral edit put the same text in another form in its place.
    Fade,
    /// What that edit did to this text counts (again), or not.
    Switch(EditIx, bool),
    /// What that edit did to this text has been accepted.
    Accept(EditIx),
    /// What that edit did to this text was the acting edit's author's.
    Claim(EditIx),
    /// The text stands in a line that the acting edit adopted.
    Hold,
}

/// An edit names another that the weave does not have (yet).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(pub EditId);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "edit {}.{} is not known", self.0.process, self.0.counter)
    }
}

impl Weave {
    /// Of a file's text at first sight, which both lineages show.
    #[must_use]
    pub fn new(first: Rope) -> Self {
        let len = first.len_bytes();
        let mut weave = Self {
            entries: vec![Entry {
                id: EditId::FIRST,
                author: Author::Nobody,
                place: Lineage::Disk,
                evidence: Evidence::None,
                at: 0,
                call: None,
                body: if len > 0 { Body::rope(first) } else { Body::new(String::new()) },
                runs: Vec::new(),
                acts: Acts::default(),
            }],
            index: HashMap::from([(EditId::FIRST, 0)]),
            fragments: Vec::new(),
            starts: BTreeMap::new(),
            tree: Tree::default(),
            missing: [Vec::new(), Vec::new()],
            counter: 0,
            agents: BTreeSet::new(),
            links: HashMap::new(),
        };
        if len > 0 {
            weave.add_fragment(
                None,
                Fragment { edit: 0, like: 0, from: None, start: 0, len: len as u32, acts: Vec::new() },
            );
        }
        weave
    }

    /// Adds an edit, which the lineages named by `seen` (editor, disk) show from now on. Folding it a second time changes nothing.
    ///
    /// # Errors
    /// If it names an edit that was not folded before; nothing has changed then.
    pub fn fold(&mut self, edit: Edit, seen: [bool; 2]) -> Result<EditIx, Missing> {
        if let Some(known) = self.index.get(&edit.id) {
            return Ok(*known);
        }
        self.check(&edit)?;
        let ix = self.entries.len() as EditIx;
        for (at, seen) in seen.into_iter().enumerate() {
            if !seen {
                self.missing[at].push(ix);
            }
        }
        let Edit { id, author, place, evidence, at, call, mut acts } = edit;
        let inserts = std::mem::take(&mut acts.inserts);
        let mut text = String::new();
        let mut runs = Vec::with_capacity(inserts.len());
        for Insert { after, text: run, like, from } in inserts {
            let (start, len) = (text.len() as u32, run.len() as u32);
            runs.push(Run { after, like, from, start, len });
            text.push_str(&run);
        }
        let entry = Entry { id, author, place, evidence, at, call, body: Body::new(text), runs: runs.clone(), acts };
        self.counter = self.counter.max(entry.id.counter);
        if entry.author.is_agent() {
            self.agents.insert(entry.author.clone());
        }
        self.index.insert(entry.id, ix);
        self.entries.push(entry);
        for run in runs.into_iter().filter(|run| run.len > 0) {
            self.place(ix, &run);
        }
        self.act_all(ix);
        Ok(ix)
    }

    /// Lengthens the last edit's one insertion, which must be all that it did and must not be cut: a run of typing.
    /// Whether it could be done.
    pub(crate) fn grow(&mut self, ix: EditIx, text: &str) -> bool {
        if ix as usize + 1 != self.entries.len() {
            return false;
        }
        let Some(fragment) = self.starts.get(&(ix, 0)).copied() else { return false };
        let entry = &mut self.entries[ix as usize];
        let [run] = entry.runs.as_mut_slice() else { return false };
        if self.fragments[fragment as usize].len != run.len || !entry.body.grow(text) {
            return false;
        }
        run.len += text.len() as u32;
        for adoption in &mut entry.acts.adoptions {
            for cause in &mut adoption.causes {
                if let crate::edit::Cause::Insert(span) = cause {
                    span.len += text.len() as u32;
                }
            }
        }
        self.fragments[fragment as usize].len = run.len;
        self.refresh(fragment);
        true
    }

    /// Makes a lineage show all edits but some: a save, a reload.
    pub(crate) fn set_missing(&mut self, lineage: Lineage, mut missing: Vec<EditIx>) {
        missing.sort_unstable();
        missing.dedup();
        let before = std::mem::replace(&mut self.missing[lineage.ix()], missing);
        let after = &self.missing[lineage.ix()];
        let changed: Vec<EditIx> = before
            .iter()
            .filter(|ix| after.binary_search(ix).is_err())
            .chain(after.iter().filter(|ix| before.binary_search(ix).is_err()))
            .copied()
            .collect();
        for ix in changed {
            self.refresh_all_of(ix);
        }
    }

    /// Folds of many edits begin with this: what [`Weave::fingerprint`] and places in texts are told by is made by [`Weave::settle`],
    /// before either is asked for.
    pub(crate) fn put_off_sums(&mut self) {
        self.tree.put_off();
    }

    /// See [`Weave::put_off_sums`], which goes on.
    pub(crate) fn settle(&mut self) {
        self.tree.settle();
    }

    /// Ends what [`Weave::put_off_sums`] began.
    pub(crate) fn sum_at_once(&mut self) {
        self.tree.sum_at_once();
    }

    /// The edits that a lineage does not show, ascending.
    #[must_use]
    pub fn missing(&self, lineage: Lineage) -> &[EditIx] {
        &self.missing[lineage.ix()]
    }

    /// What is known of an edit.
    #[must_use]
    pub fn entry(&self, ix: EditIx) -> &Entry {
        &self.entries[ix as usize]
    }

    /// How many bytes an edit inserted.
    #[must_use]
    pub fn len_of_edit(&self, ix: EditIx) -> u32 {
        self.entry(ix).body.len() as u32
    }

    /// Whether all edits from this number on that a lineage has are neutral.
    pub(crate) fn is_form_since(&self, lineage: Lineage, from: EditIx) -> bool {
        let view = View::of(self, lineage);
        let neutral = |entry: &Entry| {
            let Acts { kills, fades, switches, .. } = &entry.acts;
            let inserts = || entry.runs.iter().all(|run| run.like.is_some());
            !(fades.is_empty() && entry.runs.is_empty()) && kills.is_empty() && switches.is_empty() && inserts()
        };
        self.entries().skip(from as usize).all(|(ix, entry)| !view.has(ix) || neutral(entry))
    }

    /// Whether an edit inserted nothing but blanks.
    pub(crate) fn is_blank(&self, ix: EditIx) -> bool {
        self.entry(ix).body.is_blank()
    }

    /// All edits, in the order in which they were folded, the first text first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (EditIx, &Entry)> {
        self.entries.iter().enumerate().map(|(ix, entry)| (ix as EditIx, entry))
    }

    /// When the text was changed last before an edit, in milliseconds since the Unix epoch: an edit is known when it is seen, which may be
    /// long after it was done. When that was where it is the first.
    pub(crate) fn changed_before(&self, edit: EditIx) -> u64 {
        let seen = self.entry(edit).at;
        let earlier = self.entries.iter().take(edit as usize).map(|entry| entry.at);
        // The text at first sight tells no time.
        earlier.filter(|at| *at < seen && *at > 0).max().unwrap_or(seen)
    }

    /// An edit's number, if it is known.
    #[must_use]
    pub fn ix(&self, id: EditId) -> Option<EditIx> {
        self.index.get(&id).copied()
    }

    /// The edit in the form in which it is journaled.
    #[must_use]
    pub fn edit(&self, ix: EditIx) -> Edit {
        let entry = self.entry(ix);
        let inserts = entry.runs.iter().map(|run| {
            let mut text = String::with_capacity(run.len as usize);
            let range = run.start as usize..(run.start + run.len) as usize;
            entry.body.visit(range, &mut |piece| text.push_str(piece));
            Insert { after: run.after, text, like: run.like, from: run.from.clone() }
        });
        let acts = Acts { inserts: inserts.collect(), ..entry.acts.clone() };
        let Entry { id, author, place, evidence, at, call, .. } = entry.clone();
        Edit { id, author, place, evidence, at, call, acts }
    }

    /// A counter larger than that of every edit in the weave.
    #[must_use]
    pub fn next_counter(&self) -> u64 {
        self.counter + 1
    }

    /// The fingerprint of a lineage's text.
    #[must_use]
    pub fn fingerprint(&self, lineage: Lineage) -> Fingerprint {
        self.tree.total(lineage)
    }

    /// The fingerprint that a lineage's text would have after one splice of it.
    #[must_use]
    pub fn fingerprint_after(&self, lineage: Lineage, splice: &Splice) -> Fingerprint {
        let kept = self.print_to(lineage, splice.range.start);
        let gone = self.print_to(lineage, splice.range.end);
        kept.then(Fingerprint::of(splice.text.as_bytes())).then(self.fingerprint(lineage).behind(gone))
    }

    /// The fingerprint of a lineage's first bytes.
    fn print_to(&self, lineage: Lineage, offset: usize) -> Fingerprint {
        let before = self.tree.print_before(lineage, offset);
        match self.tree.find(lineage, offset) {
            Some((fragment, at)) => {
                let Fragment { edit, start, .. } = self.fragments[fragment as usize];
                let part = start as usize..start as usize + at;
                before.then(self.entries[edit as usize].body.fingerprint(part))
            }
            None => before,
        }
    }

    /// How many fragments there are: what a keystroke's cost grows with.
    #[must_use]
    pub fn fragment_count(&self) -> usize {
        self.fragments.len()
    }

    /// The whole weave as text, a run of text with one history a line: the same however the edits were folded.
    #[must_use]
    pub fn describe(&self) -> String {
        let order: Vec<&Fragment> = self.tree.iter().map(|ix| &self.fragments[ix as usize]).collect();
        let one_run = |a: &&Fragment, b: &&Fragment| {
            a.edit == b.edit
                && a.like == b.like
                && a.acts == b.acts
                && a.start + a.len == b.start
                && self.goes_on_from(a, b)
                && !self.starts_run(b)
        };
        order.chunk_by(one_run).map(|run| self.describe_run(run)).collect()
    }

    fn starts_run(&self, fragment: &Fragment) -> bool {
        self.entry(fragment.edit).runs.iter().any(|run| run.start == fragment.start)
    }

    fn describe_run(&self, run: &[&Fragment]) -> String {
        let name = |ix: EditIx| format!("{}.{}", self.entry(ix).id.process, self.entry(ix).id.counter);
        let Fragment { edit, like, start, acts, .. } = run[0];
        let end: u32 = start + run.iter().map(|fragment| fragment.len).sum::<u32>();
        let mut text = String::new();
        self.entry(*edit).body.visit(*start as usize..end as usize, &mut |piece| text.push_str(piece));
        let mut out = format!("{}+{start} {text:?}", name(*edit));
        if like != edit {
            out += &format!(" like {}", name(*like));
        }
        if let Some(Origin { home, start, .. }) = run[0].from {
            out += &format!(" from {}+{start}", name(home));
        }
        for act in acts {
            let by = name(act.by);
            out += &match act.what {
                What::Kill => format!(" killed by {by}"),
                What::Fade => format!(" faded by {by}"),
                What::Switch(of, on) => format!(" {} switched {} by {by}", name(of), if on { "on" } else { "off" }),
                What::Accept(of) => format!(" {} accepted by {by}", name(of)),
                What::Claim(of) => format!(" {} claimed by {by}", name(of)),
                What::Hold => format!(" held by {by}"),
            };
        }
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests;
