//! What git makes of the same cases, where it is told more than it usually knows: the very text before and after each of the agent's
//! writes.
//!
//! - `git checkout -- FILE`: the file as it was committed before either wrote.
//! - `git apply -R`: the agent's writes as patches of three lines' context, taken back newest first from the text as it stands. A patch that
//!   does not apply is left in, whole, as git leaves it.
//! - `git merge-file`: each of the agent's writes taken back newest first, as `git revert` would: its base is the text after the write, its
//!   other side the text before it. What conflicts stays in the file between markers, for the user to sort out.

use std::path::Path;
use std::process::Command;

use similar::TextDiff;

use super::play::Outcome;
use super::threads;

/// A way of git's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// `git checkout -- FILE`.
    Checkout,
    /// `git apply -R`.
    Apply,
    /// `git merge-file`.
    Merge,
}

impl Peer {
    /// All of them.
    pub const ALL: [Peer; 3] = [Peer::Checkout, Peer::Apply, Peer::Merge];

    /// In print.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["git checkout -- FILE", "git apply -R", "git merge-file"][self as usize]
    }

    /// What it makes of each case.
    ///
    /// # Panics
    /// If git cannot be run.
    #[must_use]
    pub fn answers(self, outcomes: &[&Outcome]) -> Vec<String> {
        if self == Peer::Checkout {
            return checked_out(outcomes);
        }
        threads::map(outcomes, |outcome| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            self.taken_back(folder.path(), outcome)
        })
    }

    fn taken_back(self, folder: &Path, outcome: &Outcome) -> String {
        let texts = outcome.case.texts();
        let mut text = outcome.before.clone();
        for (at, _) in outcome.case.steps.iter().enumerate().rev().filter(|(_, step)| step.is_agents) {
            text = match self {
                Peer::Apply => patched_back(folder, &text, &texts[at], &texts[at + 1]),
                _ => merged_back(folder, &text, &texts[at], &texts[at + 1]),
            };
        }
        text
    }
}

fn patched_back(folder: &Path, text: &str, before: &str, after: &str) -> String {
    let patch = TextDiff::from_lines(before, after).unified_diff().header("a/file", "b/file").to_string();
    write(folder, "file", text);
    write(folder, "patch", &patch);
    // A patch that is refused changes nothing.
    git(folder, &["apply", "--reverse", "--whitespace=nowarn", "patch"]);
    std::fs::read_to_string(folder.join("file")).expect("it was written above")
}

fn merged_back(folder: &Path, text: &str, before: &str, after: &str) -> String {
    for (name, text) in [("now", text), ("after", after), ("before", before)] {
        write(folder, name, text);
    }
    String::from_utf8(git(folder, &["merge-file", "-p", "--quiet", "now", "after", "before"]))
        .expect("all three are text")
}

/// All files in one repository, put back by one command.
fn checked_out(outcomes: &[&Outcome]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = |at: usize| at.to_string();
    git(folder.path(), &["init", "--quiet"]);
    outcomes.iter().enumerate().for_each(|(at, outcome)| write(folder.path(), &name(at), &outcome.case.old));
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "First"]);
    outcomes.iter().enumerate().for_each(|(at, outcome)| write(folder.path(), &name(at), &outcome.before));
    git(folder.path(), &["checkout", "--quiet", "--", "."]);
    let texts = (0..outcomes.len()).map(|at| std::fs::read_to_string(folder.path().join(name(at))));
    texts.map(|text| text.expect("git put it back")).collect()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder is ours");
}

/// Runs git without the user's configuration; gives what it prints.
fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let done = Command::new("git")
        .args(["-c", "core.autocrlf=false", "-c", "user.name=u", "-c", "user.email=u@example.org"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder))
        .output()
        .expect("git can be started");
    done.stdout
}
