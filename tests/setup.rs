//! `init` and `doctor` of the built binary: what is set up works, comes back the same, and goes without a trace.

mod agents;
mod doctor;
mod helix;
mod init;
mod neovim;
mod settings;
mod vscode;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::binary::{self, Ended};
use crate::support::repository::Repository;

/// Runs `countersign` in a repository, in which nothing is found but what its home has in `bin` and the system's own tools.
fn countersign(repository: &Repository, arguments: &[&str]) -> Ended {
    binary::run(command(repository, binary::countersign()).args(arguments), b"")
}

fn command(repository: &Repository, program: &Path) -> Command {
    let mut command = repository.command(program);
    command.env("PATH", format!("{}:{}", repository.home().join("bin").display(), tools(repository).display()));
    command
}

/// Links to the few programs that hooks need, so that no editor or agent of this machine is found.
fn tools(repository: &Repository) -> PathBuf {
    let folder = repository.root().with_file_name("run").join("tools");
    if !folder.exists() {
        fs::create_dir(&folder).expect("the folder is ours");
        let path = std::env::var_os("PATH").expect("tests need a PATH");
        for tool in ["git", "sh"] {
            let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.exists());
            let found = found.unwrap_or_else(|| panic!("no {tool} on the PATH"));
            std::os::unix::fs::symlink(found, folder.join(tool)).expect("the folder is ours");
        }
    }
    folder
}

/// A program in the home's `bin`.
fn install(repository: &Repository, name: &str, script: &str) {
    let file = repository.home().join("bin").join(name);
    binary::write_program(&file, script);
}

/// All files of the work tree and the home but git's own and those in `bin`, with their texts.
fn everything(repository: &Repository) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![repository.root().to_owned(), repository.home()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be read").flatten() {
            let path = entry.path();
            if entry.file_name() == ".git" || entry.file_name() == "bin" {
                continue;
            }
            // What was recorded is no trace: it has a second name there.
            if path.ends_with(".local/state") {
                continue;
            }
            if path.ends_with(".local") {
                folders.push(path);
                continue;
            }
            // Folders count too: an empty one is a trace.
            let text = if path.is_dir() { String::new() } else { fs::read_to_string(&path).expect("text") };
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// A text without what differs from machine to machine.
fn told(repository: &Repository, text: &str) -> String {
    let binary = binary::countersign().canonicalize().expect("it was built");
    text.replace(&binary.display().to_string(), "BINARY")
        .replace(&repository.home().display().to_string(), "HOME")
        .replace(&repository.root().display().to_string(), "ROOT")
}
