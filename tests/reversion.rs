//! Interleavings of an agent's and a user's hunks over real source files: two releases of published packages give the hunks, a seed says
//! whose each is, in what order they come, and when the user saves and reloads. Then the agent is taken out.

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Request, plan};
use countersign_core::weave::Splice;
use ropey::Rope;
use similar::{ChangeTag, DiffOp, TextDiff};

/// Packages with the older and the newer release's name in this crate's manifest.
const PACKAGES: [(&str, &str); 4] =
    [("arrayvec", "0.5.2"), ("bitflags", "1.3.2"), ("fastrand", "1.9.0"), ("heck", "0.4.1")];

/// A file in two releases.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Package and path, for people.
    pub name: String,
    /// The older text.
    pub old: String,
    /// The newer text.
    pub new: String,
}

/// One interleaving, and what became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What gives the same interleaving again.
    pub seed: u64,
    /// The file.
    pub name: String,
    /// The text at first.
    pub old: String,
    /// The text when the agent was taken out.
    pub before: String,
    /// What it should become: the older text with the user's hunks alone.
    pub wanted: String,
    /// What it became.
    pub after: String,
    /// The lines that the user put in.
    pub mine: Vec<String>,
    /// How many hunks are the agent's, and the user's.
    pub hunks: [usize; 2],
}

/// A run of lines that differs, in bytes of the older text.
#[derive(Clone, Debug)]
struct Hunk {
    start: usize,
    end: usize,
    new: String,
    is_agents: bool,
}

/// The files that differ between the releases, by cargo's own word on where the packages' sources are.
///
/// # Panics
/// If cargo cannot tell: the packages are ordinary dependencies of this crate.
#[must_use]
pub fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let packages = packages();
    for (package, older) in PACKAGES {
        let folder = |is_older: bool| {
            let found = packages.iter().find(|(name, version, _)| name == package && (version == older) == is_older);
            found.map(|(_, _, folder)| folder.clone()).unwrap_or_else(|| panic!("{package} is a dependency"))
        };
        let (old, new) = (folder(true), folder(false));
        for path in sources(&old.join("src")) {
            let inside = path.strip_prefix(&old).expect("it was found there");
            let texts = (std::fs::read_to_string(&path), std::fs::read_to_string(new.join(inside)));
            let (Ok(before), Ok(after)) = texts else { continue };
            if hunks(&before, &after).len() >= 2 {
                pairs.push(Pair { name: format!("{package}/{}", inside.display()), old: before, new: after });
            }
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    pairs
}

fn packages() -> Vec<(String, String, PathBuf)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output();
    let version = String::from_utf8(rustc.expect("rustc can be started").stdout).expect("rustc writes text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    // Of this host alone: packages of others need not be there.
    let output = Command::new(cargo)
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("cargo metadata: {error}\n{said}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let of = |package: &serde_json::Value| {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        (text(&package["name"]), text(&package["version"]), manifest.parent().unwrap_or(Path::new("/")).to_owned())
    };
    packages.iter().map(of).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Runs of lines that differ, apart by at least a line.
fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        }))
        .collect();
    let mut hunks: Vec<Hunk> = Vec::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let added = diff.iter_changes(op).filter(|change| change.tag() == ChangeTag::Insert);
        let new: String = added.map(|change| change.value()).collect();
        let (start, end) = (starts[op.old_range().start], starts[op.old_range().end]);
        match hunks.last_mut() {
            Some(last) if last.end == start => {
                last.end = end;
                last.new += &new;
            }
            _ => hunks.push(Hunk { start, end, new, is_agents: false }),
        }
    }
    hunks
}

/// Plays one interleaving over one of the files.
#[must_use]
pub fn play(pairs: &[Pair], seed: u64) -> Outcome {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
    let pair = &pairs[random.below(pairs.len())];
    let mut all = hunks(&pair.old, &pair.new);
    // A part of a release is as real as all of it, and gives more files to interleave over.
    while all.len() > 2 + random.below(14) {
        let at = random.below(all.len());
        all.remove(at);
    }
    for hunk in &mut all {
        hunk.is_agents = random.below(2) == 0;
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, random.below(at + 1));
    }
    let mut desk = Desk::new(&pair.old);
    let mut done = vec![false; all.len()];
    for at in order {
        let (start, end) = place(&all, &done, at);
        let splice = Splice::new(start..end, all[at].new.clone());
        if all[at].is_agents {
            desk.agent(&splice, &mut random);
        } else {
            desk.user(splice, &mut random);
        }
        done[at] = true;
    }
    desk.settle(&mut random);
    let agent = Author::is_agent;
    let request = Request { whose: &agent, only: None, accepted_too: false, mine_too: false };
    let lineage = if random.below(2) == 0 { Lineage::Disk } else { Lineage::Editor };
    let after = plan(&desk.document, lineage, &request).target.to_string();
    let count = |is_agents| all.iter().filter(|hunk| hunk.is_agents == is_agents).count();
    Outcome {
        seed,
        name: pair.name.clone(),
        old: pair.old.clone(),
        before: desk.document.text(lineage).to_string(),
        wanted: with(&pair.old, &all, |hunk| !hunk.is_agents),
        after,
        mine: all.iter().filter(|hunk| !hunk.is_agents).flat_map(|hunk| hunk.new.lines().map(str::to_owned)).collect(),
        hunks: [count(true), count(false)],
    }
}

/// Where a hunk stands in the text that has those which are done.
fn place(all: &[Hunk], done: &[bool], at: usize) -> (usize, usize) {
    let before = all.iter().zip(done).take(at).filter(|(_, done)| **done);
    let shift: isize = before.map(|(hunk, _)| hunk.new.len() as isize - (hunk.end - hunk.start) as isize).sum();
    (all[at].start.saturating_add_signed(shift), all[at].end.saturating_add_signed(shift))
}

fn with(old: &str, all: &[Hunk], wanted: impl Fn(&Hunk) -> bool) -> String {
    let mut text = old.to_owned();
    for hunk in all.iter().rev().filter(|hunk| wanted(hunk)) {
        text.replace_range(hunk.start..hunk.end, &hunk.new);
    }
    text
}

impl Outcome {
    /// Whether the text is what it would be without the agent.
    #[must_use]
    pub fn is_perfect(&self) -> bool {
        self.after == self.wanted
    }

    /// The part of the user's lines that stand in a text, from 0 to 1; 1 where there are none.
    #[must_use]
    pub fn preserved_in(&self, text: &str) -> f64 {
        let mut left: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        for line in text.lines() {
            *left.entry(line).or_default() += 1;
        }
        // Lines that the older text holds anyway say nothing of what was preserved.
        for line in self.old.lines() {
            if let Some(count) = left.get_mut(line) {
                *count = count.saturating_sub(1);
            }
        }
        let wanted: Vec<&String> = self.mine.iter().filter(|line| !line.trim().is_empty()).collect();
        let known: std::collections::HashSet<&str> = self.old.lines().collect();
        let wanted: Vec<&&String> = wanted.iter().filter(|line| !known.contains(line.as_str())).collect();
        if wanted.is_empty() {
            return 1.0;
        }
        let kept = wanted.iter().filter(|line| match left.get_mut(line.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        });
        kept.count() as f64 / wanted.len() as f64
    }
}

/// An editor and a disk with one file.
struct Desk {
    document: Document,
    agent: Author,
    at: u64,
}

impl Desk {
    fn new(text: &str) -> Desk {
        let mut document = Document::new(Rope::from_str(text), 1);
        document.opened(Rope::from_str(text), &Act::user(0));
        Desk { document, agent: Author::agent("agent", "s1"), at: 1 }
    }

    /// The agent writes the file. A person saves before they let it: a buffer with changes cannot be reloaded.
    fn agent(&mut self, splice: &Splice, random: &mut Random) {
        self.save(random);
        let mut text = self.document.text(Lineage::Disk).to_string();
        text.replace_range(splice.range.clone(), &splice.text);
        self.at += 1;
        let act = Act::agent(self.agent.clone(), Evidence::Content, self.at);
        self.document.observe(Lineage::Disk, Rope::from_str(&text), &act);
        if random.below(2) == 0 {
            self.reload(random);
        }
    }

    /// The user types in an up-to-date editor: at once, key by key, or by taking out first what is to be replaced.
    fn user(&mut self, splice: Splice, random: &mut Random) {
        self.reload(random);
        self.at += 1;
        let act = Act::user(self.at);
        let Splice { range, text, .. } = splice;
        match random.below(3) {
            0 => {
                self.document.typed(&[Splice::new(range, text)], &act);
            }
            1 => {
                self.document.typed(&[Splice::new(range.clone(), String::new())], &act);
                self.document.typed(&[Splice::new(range.start..range.start, text)], &act);
            }
            _ => {
                self.document.typed(&[Splice::new(range.clone(), String::new())], &act);
                let mut at = range.start;
                // Long texts come line by line, as by a completion or a paste.
                let by_key = text.len() < 300;
                let keys = text.split_inclusive(|_: char| by_key).flat_map(|part| part.split_inclusive('\n'));
                for key in keys {
                    self.document.typed(&[Splice::new(at..at, key.to_owned())], &act);
                    at += key.len();
                }
            }
        }
        if random.below(2) == 0 {
            self.save(random);
        }
    }

    /// The buffer is written, and that is heard of from the editor, or only seen on disk.
    fn save(&mut self, random: &mut Random) {
        if !self.document.is_dirty() || self.is_behind() {
            return;
        }
        self.at += 1;
        if random.below(2) == 0 {
            self.document.saved();
        } else {
            let text = self.document.text(Lineage::Editor).clone();
            self.document.observe(Lineage::Disk, text, &Act::external(self.at));
        }
        self.is_saved();
    }

    /// The buffer takes over what the disk has: by the editor's word, or as one change of its text.
    fn reload(&mut self, random: &mut Random) {
        if !self.is_behind() {
            return;
        }
        self.at += 1;
        if random.below(2) == 0 {
            self.document.reloaded();
        } else {
            let (buffer, disk) = (self.document.text(Lineage::Editor), self.document.text(Lineage::Disk));
            let splice = Splice::new(0..buffer.len_bytes(), disk.to_string());
            self.document.typed(&[splice], &Act::user(self.at));
        }
        self.is_saved();
    }

    /// In the end the editor and the disk hold the same.
    fn settle(&mut self, random: &mut Random) {
        self.reload(random);
        self.save(random);
    }

    /// Whether the disk has what the buffer lacks: in these plays, just when an agent wrote last.
    fn is_behind(&self) -> bool {
        !self.document.weave().missing(Lineage::Editor).is_empty()
    }

    fn is_saved(&self) {
        assert!(!self.document.is_dirty(), "the editor and the disk hold the same after a save or a reload");
    }
}

/// Numbers that a seed gives: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut next = self.0;
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((next ^ (next >> 31)) % limit.max(1) as u64) as usize
    }
}

/// What `git checkout -- FILE` makes of the same texts: all files in one repository, put back by one command.
///
/// # Panics
/// If git cannot be run.
#[must_use]
pub fn by_git(outcomes: &[Outcome]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "core.autocrlf=false", "-c", "user.name=u", "-c", "user.email=u@example.org"])
            .args(arguments)
            .current_dir(folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git can be started");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let file = |outcome: &Outcome| folder.path().join(format!("{}.rs", outcome.seed));
    let write = |text: &dyn Fn(&Outcome) -> String| {
        for outcome in outcomes {
            std::fs::write(file(outcome), text(outcome)).expect("the folder is ours");
        }
    };
    git(&["init", "--quiet"]);
    write(&|outcome| outcome.old.clone());
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "First"]);
    write(&|outcome| outcome.before.clone());
    git(&["checkout", "--quiet", "--", "."]);
    outcomes.iter().map(|outcome| std::fs::read_to_string(file(outcome)).expect("git put it back")).collect()
}

/// The figures of a run, a line for Countersign and a line for git.
#[must_use]
pub fn figures(outcomes: &[Outcome]) -> String {
    let n = outcomes.len();
    let line = |name: &str, texts: &[String]| {
        let perfect = outcomes.iter().zip(texts).filter(|(outcome, text)| outcome.wanted == **text).count();
        let shares: Vec<f64> = outcomes.iter().zip(texts).map(|(outcome, text)| outcome.preserved_in(text)).collect();
        let whole = shares.iter().filter(|share| **share >= 1.0).count();
        let mean = shares.iter().sum::<f64>() / n.max(1) as f64;
        format!("{name:<24} perfect {perfect}/{n} preserved {whole}/{n} (share of the user's lines {mean:.2})\n")
    };
    let ours: Vec<String> = outcomes.iter().map(|outcome| outcome.after.clone()).collect();
    line("countersign revert", &ours) + &line("git checkout -- FILE", &by_git(outcomes))
}
