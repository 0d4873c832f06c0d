//! The command line: one file per command. Each prints text for people or JSON for machines, and one clear line on bad input.

mod accept;
mod check;
mod demo;

mod diff;

mod doctor;
mod explain;
mod hook;
mod init;

mod log;
mod lsp;

mod paint;
mod persons;
mod restore;
mod run;
mod revert;
mod scope;
mod select;
mod spending;
mod status;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use countersign_core::review::Policy;

use crate::config;
pub(crate) use crate::state_dir::root_of;
use crate::store::Store;

/// In-editor oversight of coding agents: who wrote each hunk, what was out of scope or risky, and a revert of the agent's part alone.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, propagate_version = true)]
struct Cli {
    /// Work in this folder.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a recorded session through the real server and hooks, and leave the folder to open
    Demo(demo::Args),
    /// Run the language server on stdin and stdout
    Lsp(lsp::Args),
    /// Take one hook event of an agent on stdin, and reply on stdout
    Hook(hook::Args),
    /// Run an agent that has no hooks as one session: what it and its children write is its own
    Run(run::Args),
    /// Show what awaits review
    Status(status::Args),
    /// Print one author's part as a unified diff
    Diff(diff::Args),
    /// Take agents' changes back out, and leave yours standing
    Revert(revert::Args),
    /// Bring back work of yours that an agent destroyed, and typing that a reload dropped
    Restore(restore::Args),
    /// Take changes off the list of those that await review
    Accept(accept::Args),
    /// Say what is held against pending changes: 0 none over the threshold, 1 some, 2 could not check
    Check(check::Args),
    /// Show or set where agents may write
    Scope(scope::Args),
    /// Show what happened, or verify that the record is as it was written
    Log(log::Args),
    /// Say what a rule matches, and why it matters
    Explain(explain::Args),
    /// Set this workspace up: its policy, agents' hooks, editors
    Init(init::Args),
    /// Say what is set up, what is not, and what to do about it
    Doctor(doctor::Args),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    end_with_the_reader();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A hook that cannot do its work stays out of its agent's way.
            let is_hook = std::env::args().nth(1).is_some_and(|first| first == "hook");
            let help = !error.use_stderr();
            let _ = error.print();
            return if help || is_hook { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let dir = cli.dir.unwrap_or_else(|| PathBuf::from("."));
    let done = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Lsp(args) => return lsp::run(&dir, &args),
        Command::Hook(args) => return hook::run(&dir, &args),
        Command::Run(args) => run::run(&dir, &args),
        Command::Status(args) => status::run(&dir, &args),
        Command::Diff(args) => diff::run(&dir, &args),
        Command::Revert(args) => revert::run(&dir, &args),
        Command::Restore(args) => restore::run(&dir, &args),
        Command::Accept(args) => accept::run(&dir, &args),
        Command::Check(args) => return check::run(&dir, &args),
        Command::Scope(args) => scope::run(&dir, &args),
        Command::Log(args) => log::run(&dir, &args),
        Command::Explain(args) => explain::run(&args),
        Command::Init(args) => init::run(&dir, &args),
        Command::Doctor(args) => doctor::run(&dir, &args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `countersign log | head`: whoever reads our output may stop at any time, and that is no error of ours.
fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let told =
            panic.payload().downcast_ref::<String>().is_some_and(|text| text.starts_with("failed printing to stdout"));
        if told {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// A workspace as a command works on it: the journal taken over, the files that it knows read, the policies in force.
struct Desk {
    store: Store,
    policy: Policy,
    /// The folder that paths on the command line are relative to.
    cwd: PathBuf,
}

impl Desk {
    fn open(dir: &Path) -> Result<Self> {
        let (root, cwd) = root_of(dir)?;
        let mut store = Store::open(&root)?;
        if let Some(aside) = &store.set_aside {
            eprintln!(
                "countersign: the journal was damaged ({}) and is kept as {}; a new one was begun",
                aside.why,
                aside.file.display()
            );
        }
        store.refresh()?;
        let (policy, errors) = config::in_force(&root);
        for error in errors {
            eprintln!("countersign: {error}");
        }
        Ok(Self { store, policy, cwd })
    }

    /// Paths of the command line as the workspace names them.
    fn paths(&self, paths: &[PathBuf]) -> Result<Vec<String>> {
        let name = |path: &PathBuf| {
            let text = path.to_str().ok_or_else(|| anyhow::anyhow!("{} is not UTF-8", path.display()))?;
            if self.cwd.join(path) == self.store.root || text == "." && self.cwd == self.store.root {
                return Ok(String::new());
            }
            crate::disk::relative(&self.store.root, &self.cwd, text)
                .ok_or_else(|| anyhow::anyhow!("{text} is not in the workspace {}", self.store.root.display()))
        };
        paths.iter().map(name).collect()
    }
}

/// Whether a workspace has a place in which its state is kept already.
fn has_record(root: &Path) -> bool {
    let var = |name| std::env::var_os(name);
    crate::state_dir::locate(root, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref())
        .is_ok_and(|place| place.dir.exists())
}

/// Whether a path is named by a list: itself, a folder above it, or all where the list is empty.
fn names(paths: &[String], path: &str) -> bool {
    paths.is_empty()
        || paths.iter().any(|named| {
            named.is_empty()
                || path == named
                || path.strip_prefix(named.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
}
