//! Effects held against the tree: what nothing stands against passes without a word, what would destroy work is asked about by its name,
//! and what reaches for the whole machine is refused.

use super::effect::{Effect, Ignored, What};
use super::losses::{Losses, is_regenerable};
use super::target::{Pattern, Target};
use super::world::{Changed, Kept, Kind, Place, World};
use crate::verdict::Verdict;

/// What may become of a command line with these effects.
pub fn judge(effects: &[Effect], place: &Place, world: &mut dyn World) -> Verdict {
    let mut verdict = Verdict::allow();
    for effect in effects {
        let mut judge = Judge { place, world, command: &effect.command };
        verdict = verdict.combine(judge.effect(&effect.what));
    }
    verdict
}

struct Judge<'a> {
    place: &'a Place,
    world: &'a mut dyn World,
    command: &'a str,
}

/// Where a target lies.
enum Where {
    /// In the workspace; as its paths would be matched.
    Inside(Pattern),
    /// Where nothing of worth is.
    Temporary,
    /// Elsewhere on this machine.
    Outside,
    /// The workspace itself, what holds it, or what the machine or its user live by.
    Root,
}

impl Judge<'_> {
    fn effect(&mut self, what: &What) -> Verdict {
        match what {
            What::Discards { paths, staged } => self.discards(paths, *staged),
            What::Cleans { paths, folders, ignored } => self.cleans(paths, *folders, *ignored),
            What::Stashes { paths, untracked, ignored } => self.stashes(paths, *untracked, *ignored),
            What::DropsStash => match self.world.stashes() {
                0 => Verdict::allow(),
                1 => self.ask("would delete the changes that were put away with `git stash`"),
                n => self.ask(&format!("would delete of the {n} stashes what was put away in them")),
            },
            What::SwitchesTo { revision, forced } => self.switches_to(revision, *forced),
            What::ChecksOut { name, path } => match self.world.is_revision(name) {
                true => self.switches_to(name, false),
                false => self.discards(std::slice::from_ref(path), false),
            },
            What::LeavesCommits { branch, to } => self.leaves(branch, to.as_deref()),
            What::Removes { target, recursive } => self.removes(target, *recursive),
            What::Overwrites { target, names } => self.overwrites(target, names),
            What::Moves { from, to } => self.moves(from, to),
            What::Edits { target } => self.edits(target),
            What::ChangesModes { target, recursive } => self.modes(target, *recursive),
            other => self.always(other),
        }
    }

    /// What needs no look at the tree.
    fn always(&self, what: &What) -> Verdict {
        match what {
            What::EndsHistory => self.ask("would write history anew, or delete commits that nothing leads to any more"),
            What::PushesOver { how } => {
                self.ask(&format!("would replace or delete what another repository holds (`{how}`)"))
            }
            What::ReadsSecret { what } => self.ask(&format!("would read {what}, which may hold secrets")),
            What::Sends { what, to } => self.ask(&format!("would send {what} to {to}")),
            What::External { system } => self.ask(&format!("would change {system}, and no git brings that back")),
            What::DeletesData { system } => self.ask(&format!("would delete data of {system}")),
            What::RunsFromNetwork => self.ask("would run a program that comes from the network, unseen"),
            What::Persists { what } => self.ask(&format!("would set up or change {what}")),
            What::Tampers { what } => self.ask(&format!("touches what oversees agents: {what}")),
            What::Machine { what } => self.deny(&format!("is refused: {what}")),
            What::Kills { names } => self.ask(&format!("would end every process that matches `{names}`")),
            What::Unknown { why } => self.ask(&format!("cannot be judged: {why}")),
            _ => Verdict::allow(),
        }
    }

    fn ask(&self, why: &str) -> Verdict {
        Verdict::ask(format!("`{}` {why}.", self.command))
    }

    fn deny(&self, why: &str) -> Verdict {
        Verdict::deny(format!("`{}` {why}.", self.command))
    }

    /// What is lost is asked about by its name; nothing lost, nothing said.
    fn of(&self, losses: &Losses, would: &str) -> Verdict {
        match losses.sentence() {
            Some(lost) => self.ask(&format!("{would} {lost}")),
            None => Verdict::allow(),
        }
    }

    fn place_of(&mut self, pattern: &Pattern) -> Where {
        let root = &self.place.root;
        let home = self.place.home.as_deref();
        let literal = pattern.literal();
        let is_home =
            home.is_some_and(|home| pattern.holds(home) && !pattern.holds(root) || literal.as_deref() == Some(home));
        let is_homes_all = home.is_some_and(|home| literal.is_none() && pattern.folder() == home);
        let all = literal.is_none() && (pattern.folder() == "/" || pattern.matches("/"));
        if pattern.holds(root) || is_home || is_homes_all || all || literal.as_deref().is_some_and(is_system) {
            return Where::Root;
        }
        if self.place.is_temporary(pattern) {
            return Where::Temporary;
        }
        let Some(path) = literal else {
            let folder = pattern.folder();
            let inside = folder == *root || self.place.inside(&folder).is_some();
            return if inside { Where::Inside(pattern.clone()) } else { Where::Outside };
        };
        match self.world.resolved(&path).filter(|_| self.place.inside(&path).is_some()) {
            Some(real) if self.place.inside(&real).is_some() => Where::Inside(Pattern::of(&real)),
            _ => Where::Outside,
        }
    }

    /// All that differs; none where that cannot be told.
    fn changed(&mut self) -> Option<Vec<Changed>> {
        self.world.changed()
    }

    fn cannot_tell(&self) -> Verdict {
        self.ask("may destroy work: what is not committed could not be looked at in time")
    }

    /// The patterns that are meant in the workspace, or why that cannot be told.
    fn patterns(&mut self, targets: &[Target]) -> Result<Vec<Pattern>, Verdict> {
        let mut patterns = Vec::new();
        for target in targets {
            let Target::Path(pattern) = target else {
                // It may be all of it.
                return Ok(vec![Pattern::of(&self.place.root)]);
            };
            if pattern.holds(&self.place.root) {
                patterns.push(Pattern::of(&self.place.root));
                continue;
            }
            match self.place_of(pattern) {
                Where::Inside(pattern) => patterns.push(pattern),
                Where::Temporary => {}
                Where::Outside | Where::Root => {
                    return Err(self.ask(&format!(
                        "works on `{target}`, outside of the workspace, where nothing is known of what would be lost"
                    )));
                }
            }
        }
        Ok(patterns)
    }

    fn discards(&mut self, targets: &[Target], staged: bool) -> Verdict {
        let patterns = match self.patterns(targets) {
            Ok(patterns) => patterns,
            Err(verdict) => return verdict,
        };
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let kept = if staged { Kept::Commit } else { Kept::Index };
        let losses = self.losses(&changed, kept, |one, full| {
            !one.untracked
                && (one.unstaged || staged && one.staged)
                && patterns.iter().any(|pattern| pattern.holds(full))
        });
        self.of(&losses, "would discard")
    }

    fn cleans(&mut self, targets: &[Target], folders: bool, ignored: Ignored) -> Verdict {
        let patterns = match self.patterns(targets) {
            Ok(patterns) => patterns,
            Err(verdict) => return verdict,
        };
        let mut losses = Losses::default();
        if ignored != Ignored::Only {
            let Some(changed) = self.changed() else { return self.cannot_tell() };
            let mut reached = Vec::new();
            for one in changed.iter().filter(|one| one.untracked) {
                let full = self.place.full(&one.path);
                let is_meant = patterns.iter().any(|pattern| pattern.holds(&full));
                let folder = one.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                if is_meant && (folders || folder.is_empty() || self.world.follows_any_in(folder)) {
                    reached.push(one.path.clone());
                }
            }
            self.add(&mut losses, &reached, Kept::Nothing);
        }
        if ignored != Ignored::Spared && !self.add_ignored(&mut losses, &patterns, true) {
            return self.cannot_tell();
        }
        self.of(&losses, "would delete")
    }

    fn stashes(&mut self, targets: &[Target], untracked: bool, ignored: bool) -> Verdict {
        let patterns = match self.patterns(targets) {
            Ok(patterns) => patterns,
            Err(verdict) => return verdict,
        };
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let mut losses = self.losses(&changed, Kept::Commit, |one, full| {
            (!one.untracked || untracked) && patterns.iter().any(|pattern| pattern.holds(full))
        });
        if ignored && !self.add_ignored(&mut losses, &patterns, true) {
            return self.cannot_tell();
        }
        self.of(&losses, "would put away, out of the work tree,")
    }

    fn switches_to(&mut self, revision: &str, forced: bool) -> Verdict {
        let in_the_way = self.world.in_the_way(revision);
        if in_the_way.is_empty() {
            return Verdict::allow();
        }
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let refused = |path: &String| !forced && changed.iter().any(|one| one.untracked && one.path == *path);
        let lost: Vec<String> = in_the_way.into_iter().filter(|path| !refused(path) && !is_regenerable(path)).collect();
        let mut losses = Losses::default();
        self.add(&mut losses, &lost, Kept::Nothing);
        self.of(&losses, "would overwrite")
    }

    fn leaves(&mut self, branch: &str, to: Option<&str>) -> Verdict {
        match self.world.only_in(branch, to) {
            0 => Verdict::allow(),
            1 => self.ask(&format!("would leave a commit behind that only `{branch}` holds")),
            n => self.ask(&format!("would leave {n} commits behind that only `{branch}` holds")),
        }
    }

    fn removes(&mut self, target: &Target, recursive: bool) -> Verdict {
        let pattern = match target {
            Target::Path(pattern) => pattern,
            Target::Unknown(shown) => {
                return self.ask(&format!(
                    "cannot be judged: what `{shown}` stands for is not known, and it would be deleted"
                ));
            }
        };
        let pattern = match self.place_of(pattern) {
            Where::Root if recursive || pattern.literal().is_none() => {
                return self.deny(&format!("would delete `{target}`, far more than a task can need"));
            }
            Where::Root | Where::Temporary => return Verdict::allow(),
            Where::Outside => return self.ask(&format!("would delete `{target}`, outside of the workspace")),
            Where::Inside(pattern) => pattern,
        };
        let git = self.place.full(".git");
        if pattern.holds(&git) || pattern.literal().is_some_and(|path| path.starts_with(&format!("{git}/"))) {
            return self.git_goes(&pattern, &git);
        }
        if pattern.literal().is_some_and(|path| self.world.kind(&path) == Kind::Absent) {
            return Verdict::allow();
        }
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let mut losses = self.losses(&changed, Kept::Nothing, |_, full| is_hit(&pattern, full, recursive));
        if !self.add_ignored(&mut losses, std::slice::from_ref(&pattern), recursive) {
            return self.cannot_tell();
        }
        self.of(&losses, "would delete")
    }

    fn git_goes(&self, pattern: &Pattern, git: &str) -> Verdict {
        match pattern.literal() {
            Some(path) if path.ends_with(".lock") => Verdict::allow(),
            Some(path) if path != git => self.ask("would delete a part of git's own folder"),
            _ => self.deny("would delete git's folder, and with it every commit that is nowhere else"),
        }
    }

    fn overwrites(&mut self, target: &Target, names: &[String]) -> Verdict {
        let pattern = match target {
            Target::Path(pattern) => pattern,
            Target::Unknown(shown) => {
                return self.ask(&format!(
                    "cannot be judged: what `{shown}` stands for is not known, and it would be overwritten"
                ));
            }
        };
        let is_folder_of_names = !names.is_empty();
        let pattern = match self.place_of(pattern) {
            Where::Inside(pattern) => pattern,
            Where::Root if is_folder_of_names && pattern.literal().as_deref() == Some(self.place.root.as_str()) => {
                pattern.clone()
            }
            Where::Temporary => return Verdict::allow(),
            Where::Root | Where::Outside => {
                return self.ask(&format!("would write `{target}`, outside of the workspace"));
            }
        };
        let mut patterns = vec![pattern.clone()];
        if let Some(path) = pattern.literal() {
            match self.world.kind(&path) {
                Kind::Absent => return Verdict::allow(),
                Kind::Folder if is_folder_of_names => {
                    patterns = names.iter().map(|name| Pattern::of(&format!("{path}/{name}"))).collect();
                }
                Kind::Folder => return Verdict::allow(),
                Kind::File | Kind::Outside => {}
            }
        }
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let mut losses =
            self.losses(&changed, Kept::Nothing, |_, full| patterns.iter().any(|pattern| pattern.holds(full)));
        if !self.add_ignored(&mut losses, &patterns, false) {
            return self.cannot_tell();
        }
        self.of(&losses, "would overwrite")
    }

    fn moves(&mut self, from: &Target, to: &Target) -> Verdict {
        let names: Vec<String> = match from.literal() {
            Some(from) => vec![from.rsplit('/').next().unwrap_or_default().to_owned()],
            None => Vec::new(),
        };
        let leaves = match to {
            Target::Path(pattern) => {
                !pattern.literal().is_some_and(|path| path == self.place.root || self.place.inside(&path).is_some())
            }
            Target::Unknown(_) => true,
        };
        if !leaves {
            return self.overwrites(to, &names);
        }
        // What leaves the workspace is not followed any more.
        let gone = match self.removes(from, true) {
            verdict if verdict.is_allow() => verdict,
            verdict => Verdict {
                reasons: verdict
                    .reasons
                    .iter()
                    .map(|why| why.replace("would delete", "would take out of the workspace"))
                    .collect(),
                ..verdict
            },
        };
        let written = match to {
            Target::Path(pattern)
                if self.place.is_temporary(pattern) || pattern.literal().as_deref() == Some("/dev/null") =>
            {
                Verdict::allow()
            }
            Target::Path(_) if matches!(from, Target::Path(from) if self.place.is_temporary(from)) => {
                self.ask(&format!("would write `{to}`, outside of the workspace"))
            }
            _ => Verdict::allow(),
        };
        gone.combine(written)
    }

    fn edits(&mut self, target: &Target) -> Verdict {
        let pattern = match target {
            Target::Path(pattern) => pattern,
            Target::Unknown(_) => &Pattern::of(&self.place.root).clone(),
        };
        let pattern = match self.place_of(pattern) {
            Where::Inside(pattern) => pattern,
            Where::Temporary => return Verdict::allow(),
            Where::Root => Pattern::of(&self.place.root),
            Where::Outside => return self.ask(&format!("would change `{target}`, outside of the workspace")),
        };
        let Some(changed) = self.changed() else { return self.cannot_tell() };
        let losses = self.losses(&changed, Kept::Nothing, |_, full| pattern.holds(full));
        self.of(&losses, "may change")
    }

    fn modes(&mut self, target: &Target, recursive: bool) -> Verdict {
        let pattern = match target {
            Target::Path(pattern) => pattern,
            Target::Unknown(_) => return Verdict::allow(),
        };
        match self.place_of(pattern) {
            Where::Root if recursive && pattern.literal().as_deref() != Some(self.place.root.as_str()) => {
                self.deny(&format!("would change the rights of all in `{target}`"))
            }
            Where::Root if recursive => self.ask("would change the rights of every file of the workspace"),
            Where::Outside => self.ask(&format!("would change the rights of `{target}`, outside of the workspace")),
            _ => Verdict::allow(),
        }
    }

    fn losses(&mut self, changed: &[Changed], kept: Kept, is_meant: impl Fn(&Changed, &str) -> bool) -> Losses {
        let meant = changed.iter().filter(|one| is_meant(one, &self.place.full(&one.path)));
        let paths: Vec<String> = meant.map(|one| one.path.clone()).collect();
        let mut losses = Losses::default();
        self.add(&mut losses, &paths, kept);
        losses
    }

    fn add(&mut self, losses: &mut Losses, paths: &[String], kept: Kept) {
        for path in paths {
            losses.add(self.world.loss(path, kept));
        }
    }

    /// Ignored files that are hit and that no tool makes again. Whether that could be told.
    fn add_ignored(&mut self, losses: &mut Losses, patterns: &[Pattern], recursive: bool) -> bool {
        let Some(ignored) = self.world.ignored() else { return false };
        for entry in ignored.iter().filter(|entry| !is_regenerable(entry)) {
            let Some(folder) = entry.strip_suffix('/') else {
                let full = self.place.full(entry);
                if patterns.iter().any(|pattern| is_hit(pattern, &full, recursive)) {
                    losses.add(self.world.loss(entry, Kept::Nothing));
                }
                continue;
            };
            let full = self.place.full(folder);
            let below = Pattern::of(&full);
            let meets =
                patterns.iter().any(|pattern| recursive && pattern.holds(&full) || below.holds(&pattern.folder()));
            if !meets {
                continue;
            }
            let Some(files) = self.world.within(folder) else {
                losses.add_folder(folder);
                continue;
            };
            for file in files.iter().filter(|file| !is_regenerable(file)) {
                let full = self.place.full(file);
                if patterns.iter().any(|pattern| is_hit(pattern, &full, recursive)) {
                    losses.add(self.world.loss(file, Kept::Nothing));
                }
            }
        }
        true
    }
}

fn is_hit(pattern: &Pattern, full: &str, recursive: bool) -> bool {
    if recursive { pattern.holds(full) } else { pattern.matches(full) }
}

/// Folders that the machine lives by.
fn is_system(path: &str) -> bool {
    let parts = path.split('/').filter(|part| !part.is_empty()).count();
    const SYSTEM: &[&str] = &[
        "/etc",
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib64",
        "/boot",
        "/dev",
        "/proc",
        "/sys",
        "/var",
        "/opt",
        "/root",
        "/home",
        "/Users",
        "/System",
        "/Library",
        "/Applications",
    ];
    parts == 0 || SYSTEM.contains(&path)
}
