//! May the agent run this? The command line is read and interpreted, never run, and what it would do is held against the tree. Git is asked
//! only what the command puts at risk; what it would destroy of files that nobody followed is read into the journal first.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use countersign_core::announce::AgentEvent;
use countersign_core::author::Author;
use countersign_core::diff;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Request, plan};
use countersign_core::review::{Policy, held_by_any};
use countersign_core::shell::{self, Changed, Effect, Kept, Kind, Loss, Place, What, World};
use countersign_core::syntax::Budget;
use countersign_core::verdict::Verdict;
use countersign_core::workspace::Content;

use super::around::Known;
use super::scope;
use crate::store::{Store, now};
use crate::{disk, redact};

/// Bytes: a longer script is not read.
const LONGEST_SCRIPT: u64 = 64 << 10;
/// Bytes: a larger file that git ignores is not read before it goes.
const LARGEST: u64 = 8 << 20;
/// So many files in an ignored folder are looked at.
const WITHIN: usize = 500;
/// What reading a command line may cost: a tenth of a second for the longest.
const STEPS: u64 = 400_000;

/// A command line that an agent is about to run, as sent.
#[derive(Clone, Debug)]
pub struct Command {
    /// With the secrets that may be in it: it is not kept.
    pub line: String,
    pub(super) known: Known,
}

impl Command {
    /// The verdict. `in_time` says whether there is time for more: what could not be looked at is asked about.
    pub fn judge(
        &self,
        store: &mut Store,
        event: &AgentEvent,
        cwd: &Path,
        policy: &Policy,
        in_time: &dyn Fn() -> bool,
    ) -> Verdict {
        let home =
            std::env::var_os("HOME").and_then(|home| home.into_string().ok()).filter(|home| home.starts_with('/'));
        let (Some(root), Some(cwd)) = (store.root.to_str(), cwd.to_str()) else {
            return Verdict::ask("The command's folder has a name that is not UTF-8: what it would do cannot be told.");
        };
        let place = Place { root: root.to_owned(), cwd: cwd.to_owned(), home };
        let (ignored, losses, late) = (None, BTreeMap::new(), false);
        let known = self.known.clone();
        let mut tree = Tree { store, event, known, ignored, losses, in_time, late };
        let reading = shell::read(&self.line, &place, &mut tree, &mut Budget::steps(STEPS));
        tree.know_enough_for(&reading.effects);
        let mut verdict = shell::judge(&reading.effects, &place, &mut tree);
        verdict = verdict.combine(scope::verdict(tree.store, event, &reading, &policy.scope));
        tree.store.held.rest();
        if tree.late {
            let late = "The command does so much that there was no time to look at what it would do.";
            verdict = verdict.combine(Verdict::ask(late));
        }
        // The words of a command line may hold a secret that is to be kept nowhere.
        verdict.reasons.iter_mut().for_each(|reason| *reason = redact::redacted(reason));
        verdict
    }
}

/// What is known of the tree.
struct Tree<'a> {
    store: &'a mut Store,
    event: &'a AgentEvent,
    known: Known,
    ignored: Option<Option<Vec<String>>>,
    losses: BTreeMap<(String, Kept), Option<Loss>>,
    in_time: &'a dyn Fn() -> bool,
    /// Something was not looked at.
    late: bool,
}

impl Tree<'_> {
    /// Asks git how files differ, where it is not enough that they may: for what it takes back itself, and for what is no text, of which
    /// only git tells whether it is what was committed.
    fn know_enough_for(&mut self, effects: &[Effect]) {
        let Known::Files { here, ignored } = &self.known else { return };
        let takes_back = effects.iter().any(|effect| matches!(effect.what, What::Discards { .. }));
        let is_long = |path: &String| {
            std::fs::symlink_metadata(self.store.root.join(path)).is_ok_and(|meta| meta.len() > LARGEST)
        };
        let is_whole = |path: &String| self.store.workspace.file(path).is_none_or(|file| file.is_whole);
        if takes_back || here.iter().any(|path| is_whole(path) || is_long(path)) {
            let names: Vec<String> = here.iter().chain(ignored).cloned().collect();
            if let Ok(dirty) = self.store.git.dirty_in(&names) {
                self.known = Known::In(names, dirty);
            }
        }
    }

    /// Whether git may be asked.
    fn has_time(&mut self) -> bool {
        let has_time = (self.in_time)();
        self.late |= !has_time;
        has_time
    }

    /// What would be gone of a file; of one that is no text, whether anything.
    fn lost(&mut self, path: &str, kept: Kept) -> Option<Loss> {
        let at_risk = |lines, is_users| Some(Loss { path: path.to_owned(), lines, deleted: 0, is_users });
        let meta = std::fs::symlink_metadata(self.store.root.join(path)).ok()?;
        if !(self.in_time)() || meta.len() > LARGEST && self.store.workspace.file(path).is_none() {
            return at_risk(0, false);
        }
        if self.store.read(path, false, false).is_err() {
            return at_risk(0, false);
        }
        let file = self.store.workspace.file(path).filter(|file| file.present)?;
        if file.is_whole {
            let is_agents = file.wholes.last().is_some_and(|whole| whole.author.is_agent());
            return if is_agents { None } else { at_risk(0, false) };
        }
        let (git, held) = (&self.store.git, &self.store.held);
        let is_staged = self.known.may_be_staged(path);
        let act = Act::agent(self.event.author(), Evidence::Content, now());
        let names: Vec<&str> = [path].into_iter().chain(file.former_paths()).collect();
        let committed = |since| {
            let mut kept_there = held_by_any(names.iter().copied(), since, &|path, since| held.of(path, since))?;
            if kept == Kept::Index && is_staged {
                kept_there.extend(git.before(path).map(|reading| reading.content));
            }
            Some(kept_there)
        };
        let (lost, _) = countersign_core::destroyed::foreseen(&file.document, "", &act, &committed);
        let lines: usize = lost.iter().map(|lost| lost.lines).sum();
        let is_users = lost.iter().all(|lost| lost.is_users);
        if lines > 0 {
            return at_risk(lines, is_users);
        }
        // Where nothing is staged the index has what HEAD has, and is not read, which takes long where it is large.
        let kept = if kept == Kept::Index && !is_staged { Kept::Commit } else { kept };
        let version = match kept {
            Kept::Index => git.before(path).map(|reading| reading.content),
            Kept::Commit => held.now(path),
            Kept::Nothing => None,
        };
        let deleted = version.map_or(0, |version| deleted(&version, &file.document));
        (deleted > 0).then(|| Loss { path: path.to_owned(), lines: 0, deleted, is_users: false })
    }
}

/// So many lines of git's version are not there, and no agent took them away.
fn deleted(version: &Content, document: &Document) -> usize {
    let Content::Text(version) = version else { return 0 };
    let request = Request { whose: &Author::is_agent, only: None, accepted_too: true, mine_too: false };
    let (version, own) = (version.to_string(), plan(document, Lineage::Disk, &request).target.to_string());
    let removed = diff::splices(&version, &own).into_iter().filter(|splice| splice.text.is_empty());
    let lines = |range: Range<usize>| version[range].lines().filter(|line| !line.trim().is_empty()).count();
    removed.map(|splice| lines(splice.range)).sum()
}

impl World for Tree<'_> {
    fn alias(&mut self, name: &str) -> Option<String> {
        if self.has_time() { self.store.git.alias(name) } else { None }
    }

    fn script(&mut self, path: &str) -> Option<String> {
        let inside = self.has_time().then(|| disk::relative(&self.store.root, &self.store.root, path)).flatten()?;
        let full = self.store.root.join(inside);
        let meta = std::fs::symlink_metadata(&full).ok()?;
        if !meta.is_file() || meta.len() > LONGEST_SCRIPT {
            return None;
        }
        match disk::read(&full).ok()?.content {
            Content::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn kind(&mut self, path: &str) -> Kind {
        let root = &self.store.root;
        let inside = match Path::new(path) == root {
            true => String::new(),
            false => match disk::relative(root, root, path) {
                Some(inside) => inside,
                None => return Kind::Outside,
            },
        };
        match std::fs::symlink_metadata(root.join(inside)) {
            Ok(meta) if meta.is_dir() => Kind::Folder,
            Ok(_) => Kind::File,
            Err(_) => Kind::Absent,
        }
    }

    fn resolved(&mut self, path: &str) -> Option<String> {
        let root = &self.store.root;
        disk::relative(root, root, path).and_then(|inside| root.join(inside).to_str().map(str::to_owned))
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        if !self.store.git.is_present() {
            return self.unversioned();
        }
        if !self.has_time() {
            return None;
        }
        let dirty = match &self.known {
            Known::All(dirty) | Known::In(_, dirty) => dirty,
            Known::Files { here, .. } => {
                let may =
                    |path: &String| Changed { path: path.clone(), staged: false, unstaged: true, untracked: false };
                return Some(here.iter().map(may).collect());
            }
        };
        let changed = dirty.states.iter().map(|(path, [index, tree])| Changed {
            path: path.clone(),
            staged: !matches!(index, b' ' | b'?'),
            unstaged: !matches!(tree, b' ' | b'?'),
            untracked: *index == b'?',
        });
        Some(changed.collect())
    }

    fn ignored(&mut self) -> Option<Vec<String>> {
        if !self.store.git.is_present() {
            return Some(Vec::new());
        }
        let (git, known) = (&self.store.git, &self.known);
        let ask = || match known {
            Known::All(_) => git.ignored(),
            Known::In(names, _) => git.ignored_in(names),
            Known::Files { ignored, .. } => Some(ignored.clone()),
        };
        self.ignored.get_or_insert_with(ask).clone()
    }

    fn within(&mut self, folder: &str) -> Option<Vec<String>> {
        if self.has_time() { self.store.git.files_within(folder, WITHIN) } else { None }
    }

    fn follows_any_in(&mut self, folder: &str) -> bool {
        if self.has_time() { self.store.git.follows_any_in(folder) } else { true }
    }

    fn is_revision(&mut self, name: &str) -> bool {
        if self.has_time() { self.store.git.is_revision(name) } else { false }
    }

    fn in_the_way(&mut self, revision: &str) -> Vec<String> {
        if self.has_time() { self.store.git.in_the_way(revision) } else { Vec::new() }
    }

    fn stashes(&mut self) -> usize {
        if self.has_time() { self.store.git.stashes() } else { 1 }
    }

    fn only_in(&mut self, branch: &str, to: Option<&str>) -> usize {
        if self.has_time() { self.store.git.only_in(branch, to) } else { 1 }
    }

    fn loss(&mut self, path: &str, kept: Kept) -> Option<Loss> {
        let key = (path.to_owned(), kept);
        if let Some(known) = self.losses.get(&key) {
            return known.clone();
        }
        let lost = self.lost(path, kept);
        self.losses.insert(key, lost.clone());
        lost
    }
}

impl Tree<'_> {
    /// Without git, every file is one that git does not follow.
    fn unversioned(&self) -> Option<Vec<Changed>> {
        let files = self.store.git.files_within(".", WITHIN)?;
        let changed = |path: String| Changed {
            path: path.trim_start_matches("./").to_owned(),
            staged: false,
            unstaged: false,
            untracked: true,
        };
        Some(files.into_iter().map(changed).collect())
    }
}
