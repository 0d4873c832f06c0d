//! What must be known of the tree to judge a command: asked for one by one, since most commands need none of it.

use super::target::Pattern;

/// Where a command runs. All paths are absolute and without links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The workspace.
    pub root: String,
    /// The folder that the command starts in.
    pub cwd: String,
    /// The user's home, where it is known.
    pub home: Option<String>,
}

impl Place {
    /// A path as the workspace names it; none outside, and none for the workspace itself.
    pub fn inside<'a>(&self, path: &'a str) -> Option<&'a str> {
        let inside = path.strip_prefix(self.root.as_str())?.strip_prefix('/')?;
        (!inside.is_empty()).then_some(inside)
    }

    /// The path of a file that the workspace names so.
    pub fn full(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    /// Whether what a pattern means lies in folders for things of no worth: below them, and not they themselves. A workspace may lie there
    /// too.
    pub fn is_temporary(&self, pattern: &Pattern) -> bool {
        let folder = pattern.folder();
        // What stands beside the workspace is of worth, wherever that is.
        let beside = self.root.rsplit_once('/').map_or("", |(beside, _)| beside);
        let is_beside = !TEMPORARY.contains(&beside) && Pattern::of(beside).holds(&folder);
        if is_beside || folder == self.root || self.inside(&folder).is_some() || pattern.holds(&self.root) {
            return false;
        }
        let is_below = |of: &str| folder.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'));
        let is_inside = |of: &str| is_below(of) || folder == of && pattern.literal().is_none();
        TEMPORARY.iter().any(|of| is_inside(of))
    }
}

const TEMPORARY: [&str; 5] = ["/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/private/var/folders"];

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Absent,
    /// A file, or a link to one.
    File,
    /// A folder.
    Folder,
    /// It is outside of the workspace, where nothing is looked at.
    Outside,
}

/// A file that differs from what is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As the workspace names it.
    pub path: String,
    /// The index holds a change.
    pub staged: bool,
    /// The work tree holds one that the index does not.
    pub unstaged: bool,
    /// Git does not follow it.
    pub untracked: bool,
}

/// What is left of a file after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// What is staged takes its place; what is committed is kept as well.
    Index,
    /// What is committed takes its place.
    Commit,
    /// Something else does, or nothing; what is committed is kept.
    Nothing,
}

/// What of a file would be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The file, as the workspace names it.
    pub path: String,
    /// Lines that no agent wrote and git does not hold; none of what is no text.
    pub lines: usize,
    /// Where there are none: lines that no agent deleted, and that would come back.
    pub deleted: usize,
    /// Whether the user is known to have typed them.
    pub is_users: bool,
}

/// What the host knows. Paths are the workspace's own but where it says otherwise.
pub trait World {
    /// What the user's git takes a word for, if it is an alias.
    fn alias(&mut self, name: &str) -> Option<String>;
    /// The text of a file of the workspace, by its absolute path; none where it is no text, too long, or outside.
    fn script(&mut self, path: &str) -> Option<String>;
    /// What stands at an absolute path.
    fn kind(&mut self, path: &str) -> Kind;
    /// Where an absolute path leads once links in its folders are followed; none out of the workspace.
    fn resolved(&mut self, path: &str) -> Option<String>;
    /// All that differs from what is committed, and what git neither follows nor ignores; none where that cannot be told.
    fn changed(&mut self) -> Option<Vec<Changed>>;
    /// Ignored files; a folder of which all is ignored stands for what is in it, with a `/` behind it. None where that cannot be told.
    fn ignored(&mut self) -> Option<Vec<String>>;
    /// The files in a folder that is ignored; none where there are too many to look at.
    fn within(&mut self, folder: &str) -> Option<Vec<String>>;
    /// Whether git follows anything in a folder.
    fn follows_any_in(&mut self, folder: &str) -> bool;
    /// Whether git has a commit of that name.
    fn is_revision(&mut self, name: &str) -> bool;
    /// The files that a commit holds and the one that is checked out does not, and that are here all the same.
    fn in_the_way(&mut self, revision: &str) -> Vec<String>;
    /// How many times changes were put away.
    fn stashes(&mut self) -> usize;
    /// How many commits only this branch holds, once it is gone or at another commit.
    fn only_in(&mut self, branch: &str, to: Option<&str>) -> usize;
    /// What would be gone of a file; none where nothing is, or all of it is an agent's of this session.
    fn loss(&mut self, path: &str, kept: Kept) -> Option<Loss>;
}

/// A world of which nothing is known but where folders are.
pub(super) struct Folders<'a>(pub(super) &'a dyn Fn(&str) -> bool);

impl World for Folders<'_> {
    fn alias(&mut self, _: &str) -> Option<String> {
        None
    }

    fn script(&mut self, _: &str) -> Option<String> {
        None
    }

    fn kind(&mut self, path: &str) -> Kind {
        if (self.0)(path) { Kind::Folder } else { Kind::Absent }
    }

    fn resolved(&mut self, _: &str) -> Option<String> {
        None
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        None
    }

    fn ignored(&mut self) -> Option<Vec<String>> {
        None
    }

    fn within(&mut self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn follows_any_in(&mut self, _: &str) -> bool {
        false
    }

    fn is_revision(&mut self, _: &str) -> bool {
        false
    }

    fn in_the_way(&mut self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn stashes(&mut self) -> usize {
        0
    }

    fn only_in(&mut self, _: &str, _: Option<&str>) -> usize {
        0
    }

    fn loss(&mut self, _: &str, _: Kept) -> Option<Loss> {
        None
    }
}
