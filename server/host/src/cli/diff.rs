//! `countersign diff`: one author's part of the work tree as a unified diff that `git apply` takes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args as ClapArgs, ValueEnum};
use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::review::without;

use super::paint::{Ink, ink};
use super::{Desk, names};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Whose part
    #[arg(long, value_enum, default_value_t = Whose::Agent)]
    author: Whose,
    /// Only in these files and folders
    paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Whose {
    Agent,
    User,
    External,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let desk = Desk::open(dir)?;
    let paths = desk.paths(&args.paths)?;
    let whose = |author: &Author| match args.author {
        Whose::Agent => author.is_agent(),
        Whose::User => *author == Author::User,
        Whose::External => *author == Author::External,
    };
    for (path, file) in desk.store.workspace.files().filter(|(path, _)| names(&paths, path)) {
        let before = without(file, Lineage::Disk, &whose);
        let after = file.document.text(Lineage::Disk).to_string();
        if before != after {
            print!("{}", unified(path, &before, &after, file.began_absent && before.is_empty(), !file.present));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unified(path: &str, before: &str, after: &str, is_new: bool, is_gone: bool) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let old = if is_new { "/dev/null".to_owned() } else { format!("a/{path}") };
    let new = if is_gone { "/dev/null".to_owned() } else { format!("b/{path}") };
    let mode = match (is_new, is_gone) {
        (true, _) => "new file mode 100644\n",
        (_, true) => "deleted file mode 100644\n",
        _ => "",
    };
    let body = diff.unified_diff().header(&old, &new).to_string();
    let lines = body.split_inclusive('\n').map(|line| {
        let painted = match line.as_bytes().first() {
            Some(b'+') if !line.starts_with("+++") => Ink::Good,
            Some(b'-') if !line.starts_with("---") => Ink::Bad,
            Some(b'@') => Ink::Mine,
            _ => return line.to_owned(),
        };
        format!("{}\n", ink(painted, line.trim_end_matches('\n')))
    });
    format!("diff --git a/{path} b/{path}\n{mode}{}", lines.collect::<String>())
}
