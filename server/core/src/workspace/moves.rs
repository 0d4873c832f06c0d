//! Files that went elsewhere: which of those that are gone one came from, whose doing that was, and the way back. A file that moves
//! takes along all that was ever done to it; what it left behind is a path where nothing was yet.

use std::collections::{BTreeMap, HashMap};

use ropey::Rope;

use super::{Content, File, GONE, Sight, Workspace};
use crate::announce::Delta;
use crate::author::Author;
use crate::document::{Act, Document, Record};
use crate::edit::{Evidence, Lineage};
use crate::event::{Fact, Moved, What};
use crate::weave::{EditIx, View};

/// A file that went, and one that came up so long after, in milliseconds, may be one that moved.
const TOGETHER: u64 = 2000;
/// At least this part of the larger text stands in both, by lines, of a file that was changed as it moved.
const ALIKE: f64 = 0.5;
/// So many pairs of files are compared by what they share.
const PAIRS: usize = 20_000;

/// One step of a file's way.
#[derive(Clone, Debug)]
pub struct Move {
    /// Where it came from, and by whom.
    pub moved: Moved,
    /// What stood here before it came.
    pub replaced: Option<Box<File>>,
    /// Whether a person decided that it stands.
    pub is_settled: bool,
}

/// Where a file goes when authors' moves of it are taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Back to this path.
    Back(String),
    /// Nowhere: someone else moved it since, from this path.
    Held(String),
}

impl Workspace {
    /// Files with the content that came up at a path, which are known to be there or have just gone: if one of them is not there any
    /// more, it moved.
    pub fn twins<'a>(&'a self, path: &'a str, content: &'a Content, at: u64) -> impl Iterator<Item = &'a str> {
        let print = Identity::of(content);
        let others = self.files.iter().filter(move |(other, file)| *other != path && file.is_there_or_just_gone(at));
        others
            .filter(move |(_, file)| print.is_some() && file.last_identity() == print)
            .map(|(other, _)| other.as_str())
    }

    /// Files that went just now: one that comes up may be one of them.
    pub fn just_gone(&self, at: u64) -> impl Iterator<Item = &str> {
        let gone = self.files.iter().filter(move |(_, file)| !file.present && file.is_there_or_just_gone(at));
        gone.map(|(path, _)| path.as_str())
    }

    /// Whose doing it was that a file went from one path to another.
    #[must_use]
    pub fn mover(&self, from: &str, to: &str, sight: &Sight) -> Act {
        let told = self.announced.of_path(from).filter(|told| told.may_be_late_for(sight.at));
        if let Some(told) = told.filter(|told| matches!(&told.write.delta, Delta::Moved { to: said } if said == to)) {
            return told.act(Evidence::Content, sight.at);
        }
        sight.judge(self.announced.whose(to, false, sight.changed, sight.at, &|_| None))
    }

    /// That a file went from one path to another, as it is to be journaled and then recalled.
    #[must_use]
    pub fn moving(&self, from: &str, to: &str, act: &Act) -> Vec<Fact> {
        let Act { author, evidence, at, .. } = act.clone();
        let moved = Moved { from: from.to_owned(), author, evidence };
        vec![Fact::of(to, at, What::Moved(moved)), Fact::of(from, at, What::Left)]
    }

    /// What is to be journaled since files moved that an editor of this process had open.
    pub fn take_owed(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.owed)
    }

    /// Forgets a file, to take over anew what the journal has of it.
    pub fn forget(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Puts a file where it went, and what was there before it into its place.
    pub(super) fn take_along(&mut self, to: &str, moved: &Moved, at: u64) {
        let Some(mut file) = self.files.remove(&moved.from) else { return };
        self.left.insert(moved.from.clone());
        let under = self.files.remove(to);
        let shown = under.as_ref().filter(|under| under.document.is_open()).map(|under| under.document.clone());
        let replaced = under.filter(|under| !under.was_never_there()).map(|mut under| {
            under.document.closed();
            Box::new(under)
        });
        let on_its_way = file.moves.iter().rposition(|step| step.moved.from == to);
        let mut undone = on_its_way.map(|at| file.moves.split_off(at)).unwrap_or_default();
        let mut behind = self.uncover(&mut undone, &moved.from, at);
        // Back where it was before, it was never away.
        if undone.is_empty() || replaced.is_some() {
            file.moves.append(&mut undone);
            file.moves.push(Move { moved: moved.clone(), replaced, is_settled: !moved.author.is_agent() });
        }
        let shown_behind = file.document.is_open().then(|| file.document.clone());
        if shown_behind.is_some() {
            let records = file.document.closed();
            self.owe(to, records, at);
        }
        self.keep_buffer(to, &mut file, shown.as_ref(), at);
        self.keep_buffer(&moved.from, &mut behind, shown_behind.as_ref(), at);
        file.document.is_called(to);
        self.files.insert(to.to_owned(), file);
        self.files.insert(moved.from.clone(), behind);
    }

    /// What stood where a file was is known there again; the last of it, at the path that the file leaves, is given back.
    fn uncover(&mut self, undone: &mut [Move], last: &str, at: u64) -> File {
        let mut behind = File::new(last, Rope::new(), true, self.process);
        let paths: Vec<String> =
            undone.iter().skip(1).map(|step| step.moved.from.clone()).chain([last.to_owned()]).collect();
        for (step, path) in undone.iter_mut().zip(paths) {
            let Some(mut stood_here) = step.replaced.take() else { continue };
            stood_here.set_present(false, at);
            if path == last {
                behind = *stood_here;
            } else if self.files.get(&path).is_none_or(File::was_never_there) {
                self.files.insert(path, *stood_here);
            }
        }
        behind
    }

    /// A buffer stays where the editor has it, whatever the file is now: what was typed in it is the user's, and one that is merely behind
    /// was typed by no one.
    fn keep_buffer(&mut self, path: &str, file: &mut File, shown: Option<&Document>, at: u64) {
        if let Some(shown) = shown {
            let act = if shown.is_dirty() { Act::user(at) } else { Act::nobody(at) };
            let records = file.document.opened(shown.text(Lineage::Editor).clone(), &act);
            self.owe(path, records, at);
        }
    }

    fn owe(&mut self, path: &str, records: Vec<Record>, at: u64) {
        self.owed.extend(records.into_iter().map(|record| Fact::of(path, at, What::Text(record))));
    }

    /// What stood there went elsewhere, to a path of which nothing may be known here.
    pub(super) fn leave(&mut self, path: &str) {
        if !self.left.remove(path) && self.files.contains_key(path) {
            self.files.insert(path.to_owned(), File::new(path, Rope::new(), true, self.process));
        }
    }
}

impl File {
    /// The paths that the file had, oldest first.
    pub fn former_paths(&self) -> impl Iterator<Item = &str> {
        self.moves.iter().map(|step| step.moved.from.as_str())
    }

    /// Where these authors' moves of the file go back to, where any of them awaits review.
    #[must_use]
    pub fn way_back(&self, whose: &dyn Fn(&Author) -> bool) -> Option<Way> {
        let is_theirs = |step: &&Move| !step.is_settled && whose(&step.moved.author);
        match self.moves.iter().rev().take_while(is_theirs).last() {
            Some(first) => Some(Way::Back(first.moved.from.clone())),
            None => self.moves.iter().rev().find(is_theirs).map(|step| Way::Held(step.moved.from.clone())),
        }
    }

    /// The moves of the file that await review.
    pub fn pending_moves(&self) -> impl Iterator<Item = &Moved> {
        let here = self.moves.iter().filter(|step| self.present && !step.is_settled);
        here.map(|step| &step.moved)
    }

    fn is_there_or_just_gone(&self, at: u64) -> bool {
        self.present || self.gone_at + TOGETHER > at
    }

    /// Whether it is a path at which there is nothing and never was.
    fn was_never_there(&self) -> bool {
        let weave = self.document.weave();
        // What an editor alone holds was never there.
        let on_disk = weave.entries().skip(1).any(|(ix, _)| !weave.missing(Lineage::Disk).contains(&ix));
        !self.present && self.began_absent && self.wholes.is_empty() && !on_disk
    }

    /// The text that it has, or had before it went.
    fn last_text(&self) -> Rope {
        let weave = self.document.weave();
        if self.present {
            return self.document.text(Lineage::Disk).clone();
        }
        let last = weave.entries().len().saturating_sub(1) as EditIx;
        weave.rope(&View::at(last, None, weave.missing(Lineage::Disk)))
    }

    fn last_identity(&self) -> Option<Identity> {
        let whole = self.wholes.iter().rfind(|whole| whole.why != GONE).filter(|_| self.is_whole);
        match whole {
            Some(whole) => whole.hash.clone().map(Identity::Whole),
            None if self.is_whole => None,
            None if self.present => Identity::of_text(self.document.text(Lineage::Disk)),
            None => Identity::of_text(&self.last_text()),
        }
    }
}

/// What tells a content from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identity {
    Text(Rope),
    Whole(String),
}

impl Identity {
    /// None of what is nothing, and so nothing that could be told from others.
    fn of(content: &Content) -> Option<Self> {
        match content {
            Content::Text(text) => Self::of_text(text),
            Content::Opaque { hash, .. } => hash.clone().map(Self::Whole),
            Content::Absent => None,
        }
    }

    fn of_text(text: &Rope) -> Option<Self> {
        (text.len_bytes() > 0).then(|| Self::Text(text.clone()))
    }
}

/// Which of the files that are gone came up where: of the same content first, then of text that is alike enough. Of several that may be
/// it, that of the same name, then that of the nearest place.
#[must_use]
pub fn pair<'a>(gone: &[(&'a str, &File)], come: &[(&'a str, &Content)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::new();
    let mut by_content: HashMap<Identity, Vec<&'a str>> = HashMap::new();
    for (path, file) in gone {
        if let Some(identity) = file.last_identity() {
            by_content.entry(identity).or_default().push(path);
        }
    }
    let same = come.iter().filter_map(|(path, content)| Some((*path, by_content.get(&Identity::of(content)?)?)));
    choose(same.flat_map(|(to, all)| all.iter().map(move |from| (1.0, *from, to))).collect(), &mut pairs);
    let (gone_all, come_all) = (gone, come);
    let is_left = |path: &str| !pairs.iter().any(|(from, to)| *from == path || *to == path);
    let gone: Vec<(&str, String)> = gone
        .iter()
        .filter(|(path, file)| is_left(path) && !file.is_whole)
        .map(|(path, file)| (*path, file.last_text().to_string()))
        .collect();
    let come: Vec<(&str, String)> = come
        .iter()
        .filter(|(path, _)| is_left(path))
        .filter_map(|(path, content)| match content {
            Content::Text(text) => Some((*path, text.to_string())),
            Content::Absent | Content::Opaque { .. } => None,
        })
        .collect();
    if gone.len() * come.len() <= PAIRS {
        let all = gone.iter().flat_map(|(from, was)| come.iter().map(move |(to, is)| (shared(was, is), *from, *to)));
        choose(all.filter(|(alike, _, _)| *alike >= ALIKE).collect(), &mut pairs);
    }
    pair_empty(gone_all, come_all, &mut pairs);
    pairs
}

/// Files with nothing in them are told by their names alone.
fn pair_empty<'a>(gone: &[(&'a str, &File)], come: &[(&'a str, &Content)], pairs: &mut Vec<(&'a str, &'a str)>) {
    let was_empty = |file: &File| !file.is_whole && file.last_text().len_bytes() == 0;
    let is_empty = |content: &Content| matches!(content, Content::Text(text) if text.len_bytes() == 0);
    let gone = || gone.iter().filter(|(_, file)| was_empty(file)).map(|(path, _)| *path);
    let come = come.iter().filter(|(_, content)| is_empty(content)).map(|(path, _)| *path);
    let same = come.flat_map(|to| gone().filter(move |from| near(from, to) > 0).map(move |from| (1.0, from, to)));
    choose(same.collect(), pairs);
}

/// How many of the last parts of two paths are the same.
fn near(one: &str, other: &str) -> usize {
    one.rsplit('/').zip(other.rsplit('/')).take_while(|(one, other)| one == other).count()
}

/// Takes the best pairs, each path once.
fn choose<'a>(mut all: Vec<(f64, &'a str, &'a str)>, pairs: &mut Vec<(&'a str, &'a str)>) {
    all.sort_by(|(a, from, to), (b, other_from, other_to)| {
        b.total_cmp(a).then_with(|| near(other_from, other_to).cmp(&near(from, to)))
    });
    for (_, from, to) in all {
        if !pairs.iter().any(|(old, new)| *old == from || *new == to) {
            pairs.push((from, to));
        }
    }
}

/// From 0 to 1: which part of the larger of two texts stands in both, by lines.
fn shared(was: &str, is: &str) -> f64 {
    let (small, large) = (was.len().min(is.len()), was.len().max(is.len()));
    // What is so much smaller cannot be the half of it.
    if small == 0 || (small as f64) < ALIKE * large as f64 {
        return 0.0;
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in was.split_inclusive('\n') {
        *left.entry(line.trim_end()).or_default() += 1;
    }
    let mut common = 0;
    for line in is.split_inclusive('\n') {
        if let Some(times) = left.get_mut(line.trim_end()).filter(|times| **times > 0) {
            *times -= 1;
            common += line.len();
        }
    }
    common as f64 / large as f64
}
