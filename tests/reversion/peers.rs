//! What other tools make of the same cases.

use std::process::Command;

use super::Outcome;

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
    let file = |outcome: &Outcome| folder.path().join(format!("{}.rs", outcome.case.seed));
    let write = |text: &dyn Fn(&Outcome) -> String| {
        for outcome in outcomes {
            std::fs::write(file(outcome), text(outcome)).expect("the folder is ours");
        }
    };
    git(&["init", "--quiet"]);
    write(&|outcome| outcome.case.old.clone());
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "First"]);
    write(&|outcome| outcome.before.clone());
    git(&["checkout", "--quiet", "--", "."]);
    outcomes.iter().map(|outcome| std::fs::read_to_string(file(outcome)).expect("git put it back")).collect()
}
