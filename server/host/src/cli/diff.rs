//! `countersign diff`: one author's part of the work tree as a unified diff that `git apply` takes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args as ClapArgs, ValueEnum};
use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::review::without;

use super::paint::{Ink, ink, shown};
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
        if file.is_whole {
            if file.wholes.last().is_some_and(|last| whose(&last.author)) {
                eprintln!("countersign: {} is left out: it is no text", shown(path));
            }
            continue;
        }
        let before = without(file, Lineage::Disk, &whose);
        let after = file.document.text(Lineage::Disk).to_string();
        if before != after {
            print!("{}", unified(path, &before, &after, file.began_absent && before.is_empty(), !file.present));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unified(path: &str, before: &str, after: &str, is_new: bool, is_gone: bool) -> String {
    // Lines as git has them: a lone carriage return ends none.
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let diff = similar::TextDiff::configure().newline_terminated(true).diff_slices(&old_lines, &new_lines);
    let [a, b] = ["a/", "b/"].map(|side| quoted(&format!("{side}{path}")));
    // What comes after a tab is no part of a name with blanks in it.
    let tab = if path.contains(' ') { "\t" } else { "" };
    let old = if is_new { "/dev/null".to_owned() } else { format!("{a}{tab}") };
    let new = if is_gone { "/dev/null".to_owned() } else { format!("{b}{tab}") };
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
    format!("diff --git {a} {b}\n{mode}{}", lines.collect::<String>())
}

/// A name as git writes it: in quotes where it holds what would not be read back.
fn quoted(name: &str) -> String {
    let plain = |char: char| !char.is_control() && char != '"' && char != '\\';
    if name.chars().all(plain) {
        return name.to_owned();
    }
    let escaped = name.chars().map(|char| match char {
        '"' | '\\' => format!("\\{char}"),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        char if char.is_control() => char.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        char => char.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
