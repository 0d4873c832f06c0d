//! What a command does that may matter: facts of the command alone, without a judgement.

use super::target::Target;

/// One thing that a part of a command line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What it does.
    pub what: What,
    /// The command that does it, in plain words: without wrappers and tricks of quoting.
    pub command: String,
}

impl Effect {
    /// The files of the work tree that it is about; none where it is not certain that there are no others.
    pub(super) fn files(&self) -> Option<Vec<String>> {
        match &self.what {
            What::Discards { paths, .. } => paths.iter().map(Target::literal).collect(),
            What::Removes { target, .. }
            | What::Overwrites { target, .. }
            | What::Edits { target }
            | What::ChangesModes { target, .. } => target.literal().map(|path| vec![path]),
            What::Moves { from, to } => [from, to].into_iter().map(Target::literal).collect(),
            What::ReadsSecret { .. } | What::Tampers { .. } | What::Persists { .. } => Some(Vec::new()),
            _ => None,
        }
    }
}

impl Effect {
    /// The files that get another content, as far as they are named: not what is put back from git.
    pub(super) fn overwrites(&self) -> Vec<String> {
        match &self.what {
            What::Overwrites { target, names } if !names.is_empty() => {
                let folder = target.literal();
                folder.into_iter().flat_map(|folder| names.iter().map(move |name| format!("{folder}/{name}"))).collect()
            }
            What::Overwrites { target, .. } | What::Edits { target } | What::Moves { to: target, .. } => {
                target.literal().into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The file or folder that goes, or gets other rights, where it is named.
    pub(super) fn takes_away(&self) -> Option<String> {
        match &self.what {
            What::Removes { target, .. } | What::ChangesModes { target, .. } | What::Moves { from: target, .. } => {
                target.literal()
            }
            _ => None,
        }
    }
}

/// What of ignored files is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// None of them.
    Spared,
    /// They too.
    Included,
    /// They alone.
    Only,
}

/// What a command does. Paths are absolute; those that a command was not given are the folder that it works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Changes of followed files go back: to the index, or, with `staged`, to a commit.
    Discards {
        /// Which files.
        paths: Vec<Target>,
        /// What is staged goes too.
        staged: bool,
    },
    /// Files that git does not follow go.
    Cleans {
        /// Which files.
        paths: Vec<Target>,
        /// Folders too.
        folders: bool,
        /// Ignored ones.
        ignored: Ignored,
    },
    /// Changes are put away, out of the work tree.
    Stashes {
        /// Which files.
        paths: Vec<Target>,
        /// Files that git does not follow too.
        untracked: bool,
        /// Ignored ones too.
        ignored: bool,
    },
    /// What was put away goes for good.
    DropsStash,
    /// A commit is checked out, or merged: ignored files that it holds are overwritten without a word.
    SwitchesTo {
        /// The commit, as named.
        revision: String,
        /// Changes in the way are thrown away.
        forced: bool,
    },
    /// `git checkout NAME`: a commit where there is one of this name, else the file.
    ChecksOut {
        /// As given.
        name: String,
        /// The file of that name.
        path: Target,
    },
    /// A branch ends, or goes back to another commit.
    LeavesCommits {
        /// What it is called; `HEAD` for the branch that is checked out.
        branch: String,
        /// Where it goes; nowhere where it is deleted.
        to: Option<String>,
    },
    /// Commits that nothing leads to any more are deleted for good, or history is written anew.
    EndsHistory,
    /// Another repository's history is replaced or deleted.
    PushesOver {
        /// How: `--force`, `--delete`…
        how: String,
    },
    /// A file goes.
    Removes {
        /// Which.
        target: Target,
        /// Folders with all that is in them.
        recursive: bool,
    },
    /// A file's content is replaced.
    Overwrites {
        /// The file, or the folder in which the files of these names are.
        target: Target,
        /// What the files are called if it is a folder.
        names: Vec<String>,
    },
    /// A file goes elsewhere.
    Moves {
        /// Which.
        from: Target,
        /// Where to, or into which folder.
        to: Target,
    },
    /// A file is changed where it is, as a person would in an editor.
    Edits {
        /// Which.
        target: Target,
    },
    /// Files get other rights or owners.
    ChangesModes {
        /// Which.
        target: Target,
        /// Folders with all that is in them.
        recursive: bool,
    },
    /// Something that holds secrets is read.
    ReadsSecret {
        /// What.
        what: String,
    },
    /// Files or secrets leave the machine.
    Sends {
        /// What.
        what: String,
        /// Where to, as far as that is known.
        to: String,
    },
    /// Something is done to another system than this machine.
    External {
        /// Which.
        system: String,
    },
    /// Data that no git holds is deleted.
    DeletesData {
        /// Where.
        system: String,
    },
    /// A program is run that comes from the network.
    RunsFromNetwork,
    /// Something is set up that acts later, or rights are gained.
    Persists {
        /// What.
        what: String,
    },
    /// What oversees the agent is changed, stopped or passed by.
    Tampers {
        /// What.
        what: String,
    },
    /// A disk or the whole machine is at stake.
    Machine {
        /// What happens.
        what: String,
    },
    /// Processes are ended by their names.
    Kills {
        /// Which.
        names: String,
    },
    /// It cannot be told what is done.
    Unknown {
        /// Why.
        why: String,
    },
}
