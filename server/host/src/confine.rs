//! A program that the kernel keeps from writing outside of a scope: Landlock, which speaks of folders and files, not of patterns or
//! symbols. What it cannot be told is said, and only flagged.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use anyhow::{Context, Result, bail};
use countersign_core::scope::{Fences, Scope, SessionScope};
use landlock::{
    ABI, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetStatus,
};

/// The oldest Landlock that keeps moves between folders and truncation in: with an older one a fence has holes.
const ABI_NEEDED: ABI = ABI::V3;
/// What every program writes to.
const DEVICES: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"];

/// Where a program may write.
#[derive(Debug)]
pub struct Fence {
    root: PathBuf,
    /// Folders and files of the workspace, relative to it; the empty path is all of it.
    open: BTreeSet<PathBuf>,
    /// What else it may write to.
    beside: Vec<PathBuf>,
    /// Of the scope, what the kernel cannot be told.
    untold: Vec<String>,
}

impl Fence {
    /// The fence of a scope. `beside` is what the user opens besides the workspace.
    ///
    /// # Errors
    /// If the kernel has no Landlock, or a path of `beside` is not there.
    pub fn of(root: &Path, scope: &Scope, session: &SessionScope, beside: &[PathBuf]) -> Result<Self> {
        if Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_write(ABI_NEEDED))
            .and_then(Ruleset::create)
            .is_err()
        {
            bail!(
                "this kernel cannot confine a program (no Landlock, or one older than Linux 6.2): run it without --enforce, and what is out of scope is flagged"
            );
        }
        let Fences { lists, only_judged } = scope.fences(session);
        let mut untold = Vec::new();
        let mut open = BTreeSet::from([PathBuf::new()]);
        for list in &lists {
            let within: BTreeSet<PathBuf> =
                list.iter().filter_map(|pattern| opened(root, pattern, &mut untold)).collect();
            open = in_both(&open, &within);
        }
        untold.extend(only_judged);
        untold.push("the policy's and the hooks' own files".to_owned());
        let beside: Result<Vec<PathBuf>> = beside
            .iter()
            .map(|path| std::fs::canonicalize(path).with_context(|| format!("--writable {}", path.display())))
            .collect();
        Ok(Self { root: root.to_owned(), open, beside: beside?, untold })
    }

    /// What the kernel will do, and what it will not, for the person.
    #[must_use]
    pub fn told(&self) -> String {
        let open = self.open.iter().map(|path| name(path));
        let beside = self.beside().into_iter().map(|path| path.display().to_string());
        let open: Vec<String> = open.chain(beside).chain(["its terminal".to_owned()]).collect();
        format!(
            "countersign: the kernel refuses it all writes but to {}\ncountersign: not told to the kernel, and only flagged: {}",
            open.join(", "),
            self.untold.join("; ")
        )
    }

    /// Starts a program behind the fence, and with it all that it starts.
    ///
    /// # Errors
    /// If the kernel does not keep all of it, or the program cannot be started.
    pub fn spawn(self, mut command: Command) -> Result<Child> {
        // The fence holds for the thread that puts itself behind it, and for what that starts; not for this process.
        let thread = std::thread::Builder::new().name("fence".to_owned()).spawn(move || {
            let status = self.ruleset()?.restrict_self()?;
            if status.ruleset != RulesetStatus::FullyEnforced {
                bail!("the kernel does not keep all of the fence: nothing was started");
            }
            Ok(command.spawn()?)
        })?;
        thread.join().map_err(|_| anyhow::anyhow!("the program was not started"))?
    }

    fn ruleset(&self) -> Result<RulesetCreated> {
        let all = AccessFs::from_write(ABI_NEEDED);
        let mut rules =
            Ruleset::default().set_compatibility(CompatLevel::HardRequirement).handle_access(all)?.create()?;
        let within = self.open.iter().map(|path| self.root.join(path));
        for path in within.chain(self.beside()).chain(DEVICES.iter().map(PathBuf::from)) {
            let Ok(opened) = PathFd::new(&path) else { continue };
            let access = if path.is_dir() { all } else { all & AccessFs::from_file(ABI_NEEDED) };
            rules = rules.add_rule(PathBeneath::new(opened, access))?;
        }
        Ok(rules)
    }

    /// The folder for what is thrown away, unless the workspace itself lies in it, and what the user opened.
    fn beside(&self) -> Vec<PathBuf> {
        let temporary =
            std::fs::canonicalize(std::env::temp_dir()).ok().filter(|folder| !self.root.starts_with(folder));
        temporary.into_iter().chain(self.beside.iter().cloned()).collect()
    }
}

/// What the kernel opens for a pattern; what it opens besides, and what leads out of the workspace and stays closed, is said.
fn opened(root: &Path, pattern: &str, untold: &mut Vec<String>) -> Option<PathBuf> {
    let (prefix, whole) = literal(root, pattern);
    let real = std::fs::canonicalize(root.join(&prefix)).ok();
    if real.is_none_or(|real| !real.starts_with(root)) {
        untold.push(format!("`{pattern}` leads out of the workspace, and stays closed"));
        return None;
    }
    if !whole {
        untold.push(format!("of `{pattern}`, the kernel opens all of {}", name(&prefix)));
    }
    Some(prefix)
}

/// What lies in one of the folders of each of two lists: each list only tightens the other.
fn in_both(one: &BTreeSet<PathBuf>, other: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let inner = |(a, b): (&PathBuf, &PathBuf)| match () {
        () if a.starts_with(b) => Some(a.clone()),
        () if b.starts_with(a) => Some(b.clone()),
        () => None,
    };
    pairs.filter_map(inner).collect()
}

/// The folder or file that a pattern begins with and that is there, relative to the workspace; and whether that is just what the pattern
/// covers.
fn literal(root: &Path, pattern: &str) -> (PathBuf, bool) {
    let trimmed = pattern.trim_start_matches('/');
    // A name alone matches at any depth.
    if !pattern.starts_with('/') && !trimmed.trim_end_matches('/').contains('/') {
        return (PathBuf::new(), false);
    }
    let mut path = PathBuf::new();
    let mut parts = trimmed.trim_end_matches('/').split('/');
    for part in parts.by_ref() {
        let next = path.join(part);
        let is_plain = !part.contains(['*', '?', '[', '{', '\\']);
        if !is_plain {
            return (path, part == "**" && parts.next().is_none());
        }
        // What is to be made is made in the folder above.
        if !root.join(&next).exists() {
            return (path, false);
        }
        path = next;
    }
    (path, true)
}

fn name(path: &Path) -> String {
    if path.as_os_str().is_empty() { "the workspace".to_owned() } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_lists_only_what_both_open_is_open() {
        let set = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        assert_eq!(in_both(&set(&[""]), &set(&["src", "docs"])), set(&["docs", "src"]));
        assert_eq!(in_both(&set(&["src"]), &set(&[""])), set(&["src"]), "the repository opens no more than the user");
        assert_eq!(in_both(&set(&["src", "docs"]), &set(&["src/deep", "srcs"])), set(&["src/deep"]));
        assert_eq!(in_both(&set(&["src"]), &set(&["docs"])), set(&[]));
    }

    #[test]
    fn a_link_that_leads_out_of_the_workspace_opens_nothing() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = std::fs::canonicalize(folder.path()).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("src")).unwrap();
        let mut untold = Vec::new();
        assert_eq!(opened(&root, "src/**", &mut untold), None);
        assert_eq!(untold, ["`src/**` leads out of the workspace, and stays closed"]);
    }

    #[test]
    fn of_a_pattern_the_kernel_is_told_the_folder_that_it_begins_with() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("src/deep")).unwrap();
        std::fs::write(root.path().join("src/a.rs"), "").unwrap();
        let told = |pattern: &str| {
            let (path, whole) = literal(root.path(), pattern);
            (path.display().to_string(), whole)
        };
        for (pattern, path, whole) in [
            ("src/**", "src", true),
            ("src/deep/", "src/deep", true),
            ("/src", "src", true),
            ("src/a.rs", "src/a.rs", true),
            ("src/new.rs", "src", false),
            ("src/*.rs", "src", false),
            ("src/**/*.rs", "src", false),
            ("src/{a,b}.rs", "src", false),
            ("*.md", "", false),
            ("src", "", false),
        ] {
            assert_eq!(told(pattern), (path.to_owned(), whole), "{pattern}");
        }
    }
}
