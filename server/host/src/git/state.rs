//! What a command line puts at risk, asked of git: only for commands that put something at risk.

use std::path::Path;

use super::Git;

/// So many files that another commit holds are looked for.
const MOST: usize = 20_000;

impl Git {
    /// What the user's git takes a word for, if it is an alias.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<String> {
        let is_name = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
        let value = is_name.then(|| self.text(&["config", "--get", &format!("alias.{name}")])).flatten()?;
        Some(value.trim_end_matches('\n').to_owned())
    }

    /// Ignored files below the workspace; a folder of which all is ignored stands for what is in it, with a `/` behind it.
    #[must_use]
    pub fn ignored(&self) -> Option<Vec<String>> {
        self.paths(&["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"])
    }

    /// The same of these files, and of what is in these folders.
    #[must_use]
    pub fn ignored_in(&self, names: &[String]) -> Option<Vec<String>> {
        let mut arguments = vec!["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--"];
        let paths: Vec<String> = names.iter().map(|name| format!(":(literal){name}")).collect();
        arguments.extend(paths.iter().map(String::as_str));
        self.paths(&arguments)
    }

    /// Whether anything in a folder is followed.
    #[must_use]
    pub fn follows_any_in(&self, folder: &str) -> bool {
        self.paths(&["ls-files", "-z", "--", &format!(":(literal){folder}")]).is_some_and(|paths| !paths.is_empty())
    }

    /// Whether there is a commit of that name.
    #[must_use]
    pub fn is_revision(&self, name: &str) -> bool {
        self.commit(name).is_some()
    }

    /// The files that a commit holds and HEAD does not, and that are here all the same.
    #[must_use]
    pub fn in_the_way(&self, revision: &str) -> Vec<String> {
        let revision = if revision == "-" { "@{-1}" } else { revision };
        let Some(commit) = self.commit(revision) else { return Vec::new() };
        let arguments = ["diff", "--name-only", "-z", "--no-renames", "--diff-filter=A", "--relative", "HEAD", &commit];
        let added = self.paths(&arguments).unwrap_or_default();
        let is_here = |path: &String| std::fs::symlink_metadata(self.root.join(path)).is_ok();
        added.into_iter().take(MOST).filter(is_here).collect()
    }

    /// How many times changes were put away.
    #[must_use]
    pub fn stashes(&self) -> usize {
        self.text(&["stash", "list"]).map_or(0, |list| list.lines().count())
    }

    /// How many commits only this branch (or tag) holds, once it is gone or at another commit.
    #[must_use]
    pub fn only_in(&self, branch: &str, to: Option<&str>) -> usize {
        let short = ["refs/heads/", "refs/tags/"].iter().find_map(|start| branch.strip_prefix(start));
        let name = short.unwrap_or(branch);
        let Some(commit) = self.commit(branch) else { return 0 };
        let own = match name {
            "HEAD" => self.text(&["symbolic-ref", "--quiet", "--short", "HEAD"]).unwrap_or_default().trim().to_owned(),
            name => name.to_owned(),
        };
        let exclude = format!("--exclude={}", if own.is_empty() { "HEAD" } else { &own });
        let mut arguments = vec!["rev-list", "--count", &commit, "--not"];
        arguments.extend([exclude.as_str(), "--branches", exclude.as_str(), "--tags", "--remotes"]);
        let to = match to.map(|to| self.commit(to)) {
            // What it goes to is not known: it is as if it were gone.
            Some(None) | None => None,
            Some(to) => to,
        };
        arguments.extend(to.as_deref());
        let is_checked_out =
            self.text(&["symbolic-ref", "--quiet", "--short", "HEAD"]).unwrap_or_default().trim() == own;
        if !is_checked_out {
            arguments.push("HEAD");
        }
        self.text(&arguments).and_then(|count| count.trim().parse().ok()).unwrap_or(0)
    }

    fn commit(&self, name: &str) -> Option<String> {
        let asked = format!("{name}^{{commit}}");
        let found = self.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &asked])?;
        Some(found.trim().to_owned())
    }

    pub(super) fn text(&self, arguments: &[&str]) -> Option<String> {
        String::from_utf8(self.listed(arguments)?).ok()
    }

    fn paths(&self, arguments: &[&str]) -> Option<Vec<String>> {
        let listed = self.listed(arguments)?;
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Some(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// The files in a folder of the workspace, without following links; none where there are more.
    #[must_use]
    pub fn files_within(&self, folder: &str, most: usize) -> Option<Vec<String>> {
        let (mut found, mut folders) = (Vec::new(), vec![folder.trim_end_matches('/').to_owned()]);
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(self.root.join(Path::new(&folder))).ok()?;
            for entry in entries.flatten() {
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(name),
                    _ => found.push(name),
                }
                if found.len() + folders.len() > most {
                    return None;
                }
            }
        }
        Some(found)
    }
}
