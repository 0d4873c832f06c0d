//! `countersign init`: sets a workspace up, and takes back what it set up: the policy, agents' hooks, editors' configuration.
//! Each change is shown before it is made, and what others wrote stays as it is.

pub(super) mod cline;
pub(super) mod helix;
pub(super) mod hook_files;
pub(super) mod neovim;
pub(super) mod plugins;
pub(super) mod vscode;
pub(super) mod whole;

mod change;
mod claude_code;
mod codex;
mod continue_cli;
mod copilot;
mod cursor;
mod droid;
mod gemini_cli;
mod json;
mod policy;
mod record;
mod run;
mod shell;
mod windsurf;

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;

use super::paint::{Ink, ink};
use super::persons;
use change::Plan;
use hook_files::HookFile;
use plugins::PluginFile;
use record::Record;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Set up this agent's hooks: claude-code, codex, cursor, gemini-cli, copilot, opencode, amp, cline, windsurf, droid, continue. Without
    /// --agent and --editor, all that are found
    #[arg(long = "agent", value_name = "NAME")]
    agents: Vec<String>,
    /// Set up this editor: neovim, helix, vscode
    #[arg(long = "editor", value_name = "NAME")]
    editors: Vec<String>,
    /// The agent's settings for all workspaces instead of those of this one
    #[arg(long)]
    user: bool,
    /// Take back what was set up, and nothing else
    #[arg(long)]
    remove: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the JSON schema of .countersign.toml, and do nothing else
    #[arg(long)]
    schema: bool,
}

/// Agents whose hooks stand in a JSON file.
pub(super) const HOOK_FILES: [&HookFile; 8] = [
    &claude_code::CLAUDE_CODE,
    &codex::CODEX,
    &cursor::CURSOR,
    &gemini_cli::GEMINI_CLI,
    &copilot::COPILOT,
    &windsurf::WINDSURF,
    &droid::DROID,
    &continue_cli::CONTINUE,
];
/// Agents that are told of by a plugin of ours.
pub(super) const PLUGINS: [&PluginFile; 2] = [&plugins::OPENCODE, &plugins::AMP];

const AGENTS: [&str; 11] = [
    "claude-code",
    "codex",
    "cursor",
    "gemini-cli",
    "copilot",
    "opencode",
    "amp",
    "cline",
    "windsurf",
    "droid",
    "continue",
];
const EDITORS: [&str; 3] = ["neovim", "helix", "vscode"];

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    if args.schema {
        put(crate::config::SCHEMA);
        return Ok(ExitCode::SUCCESS);
    }
    check_names("agent", &args.agents, &AGENTS)?;
    check_names("editor", &args.editors, &EDITORS)?;
    let place = Place::new(dir, args.user)?;
    let mut plans = Vec::new();
    let mut refused = 0;
    for name in wanted(&place, args) {
        match plan(&place, name, args.remove) {
            Ok(plan) => plans.push((name, plan)),
            Err(error) => {
                eprintln!("countersign: {name}: {} is left alone: {error:#}", about(&place, name));
                refused += 1;
            }
        }
    }
    let (said, changes) = say(&place, &plans, args.remove);
    put(&said);
    let failed = ExitCode::from(u8::from(refused > 0));
    if changes == 0 {
        put(if args.remove { "nothing to take back\n" } else { "nothing to change\n" });
    }
    if changes > 0 && !args.dry_run {
        persons::may_decide(&place.root, "change what oversees it")?;
    }
    if changes == 0 || args.dry_run {
        return Ok(failed);
    }
    if !args.yes && !confirmed()? {
        put("nothing was changed\n");
        return Ok(ExitCode::FAILURE);
    }
    let mut record = Record::open(&place.root);
    for (name, plan) in &plans {
        for change in &plan.changes {
            if let Err(error) = record.keep(&change.file, || change.carry_out(place.floor(&change.file))) {
                eprintln!("countersign: {name}: {}: {error:#}", place.shown(&change.file));
                refused += 1;
            }
        }
        for run in &plan.runs {
            if let Err(error) = run.carry_out() {
                eprintln!("countersign: {name}: {error:#}");
                refused += 1;
            }
        }
    }
    if !args.remove && refused == 0 {
        put("done; `countersign doctor` shows whether it works\n");
    }
    Ok(ExitCode::from(u8::from(refused > 0)))
}

/// Where things are: the workspace, the user's folders, and this program.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The workspace.
    pub(super) root: PathBuf,
    pub(super) home: Option<PathBuf>,
    /// The user's folder of configurations.
    pub(super) config: Option<PathBuf>,
    /// The user's folder of data.
    pub(super) data: Option<PathBuf>,
    /// This program, without links.
    pub(super) program: PathBuf,
    /// Whether the agents' settings of the user are meant, not those of the workspace.
    pub(super) user: bool,
}

impl Place {
    pub(super) fn new(dir: &Path, user: bool) -> Result<Place> {
        let (root, _) = super::root_of(dir)?;
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let program = std::fs::canonicalize(&program).unwrap_or(program);
        if program.to_str().is_none() || root.to_str().is_none() {
            bail!("settings hold text, and the path of this program or of the workspace is no UTF-8");
        }
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|folder: &PathBuf| folder.is_absolute());
        let home = absolute("HOME");
        let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
        let data = absolute("XDG_DATA_HOME").or_else(|| Some(home.as_ref()?.join(".local/share")));
        Ok(Place { root, home, config, data, program, user })
    }

    /// The program of this name that the PATH leads to.
    pub(super) fn on_path(&self, name: &str) -> Option<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
    }

    /// A file as people are shown it: from the workspace, or from the home.
    pub(super) fn shown(&self, file: &Path) -> String {
        if let Ok(inside) = file.strip_prefix(&self.root) {
            return inside.display().to_string();
        }
        match self.home.as_ref().and_then(|home| file.strip_prefix(home).ok()) {
            Some(inside) => format!("~/{}", inside.display()),
            None => file.display().to_string(),
        }
    }

    /// The folder that stays when what is below it was made by us and is empty again.
    fn floor(&self, file: &Path) -> &Path {
        let folders = [Some(&self.root), self.config.as_ref(), self.data.as_ref(), self.home.as_ref()];
        folders.into_iter().flatten().find(|folder| file.starts_with(folder)).unwrap_or(&self.root)
    }
}

/// A path as one word of a shell.
pub(super) fn quoted(path: &Path) -> String {
    shell::quote(path)
}

/// The first digits of a text's hash: tells whether what was written is still as it was.
pub(super) fn stamp(text: &str) -> String {
    crate::journal::hash(text.as_bytes()).to_hex()[..12].to_owned()
}

fn check_names(what: &str, named: &[String], known: &[&str]) -> Result<()> {
    match named.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => bail!("there is no {what} `{name}` that can be set up (known: {})", known.join(", ")),
        None => Ok(()),
    }
}

/// What is named, else what is found, and the policy in any case. What is to be taken back may be left of something that is gone.
fn wanted(place: &Place, args: &Args) -> Vec<&'static str> {
    let named = |name: &str| args.agents.iter().chain(&args.editors).any(|named| named == name);
    let all_named = args.agents.is_empty() && args.editors.is_empty();
    let found = |name: &str| match (hook_file(name), plugin(name), name) {
        (Some(file), _, _) => file.is_found(place),
        (_, Some(plugin), _) => plugin.is_found(place),
        (_, _, "cline") => cline::is_found(place),
        (_, _, "neovim") => neovim::is_found(place),
        (_, _, "helix") => helix::is_found(place),
        _ => vscode::is_found(place),
    };
    let of = AGENTS.into_iter().chain(EDITORS);
    let chosen = of.filter(|name| if all_named { args.remove || found(name) } else { named(name) });
    let policy = (!args.remove || all_named).then_some("policy");
    policy.into_iter().chain(chosen).collect()
}

fn hook_file(name: &str) -> Option<&'static HookFile> {
    HOOK_FILES.into_iter().find(|file| file.agent == name)
}

fn plugin(name: &str) -> Option<&'static PluginFile> {
    PLUGINS.into_iter().find(|plugin| plugin.agent == name)
}

fn plan(place: &Place, name: &str, remove: bool) -> Result<Plan> {
    match (hook_file(name), plugin(name), name) {
        (_, _, "policy") => policy::plan(place, remove),
        (_, _, "droid") => droid::plan(place, remove),
        (Some(file), _, _) => file.plan(place, remove),
        (_, Some(plugin), _) => plugin.plan(place, remove),
        (_, _, "cline") => cline::plan(place, remove),
        (_, _, "neovim") => neovim::plan(place, remove),
        (_, _, "helix") => helix::plan(place, remove),
        _ => Ok(vscode::plan(place, remove)),
    }
}

/// The file that a plan is about, for people.
fn about(place: &Place, name: &str) -> String {
    let file = match (hook_file(name), plugin(name), name) {
        (_, _, "policy") => Ok(place.root.join(crate::config::FILE_NAME)),
        (Some(file), _, _) => file.file(place),
        (_, Some(plugin), _) => plugin.file(place),
        (_, _, "cline") => cline::folder(place),
        (_, _, "neovim") => neovim::file(place),
        _ => Ok(helix::file(place)),
    };
    file.map_or_else(|_| "its configuration".to_owned(), |file| place.shown(&file))
}

/// Every change and every word, for people; and how many changes there are.
fn say(place: &Place, plans: &[(&str, Plan)], remove: bool) -> (String, usize) {
    let mut said = String::new();
    for (name, plan) in plans {
        let mut words = plan.notes.clone();
        for change in &plan.changes {
            said += &change.diff(&place.shown(&change.file));
        }
        for run in &plan.runs {
            said += &format!("{} {}\n", ink(Ink::Strong, "$"), run.shown());
        }
        let is_agents = AGENTS.contains(name) && !place.user && !remove;
        if plan.changes.iter().any(|change| is_agents && is_seen_by_git(place, &change.file)) {
            words.push("git does not ignore this file, and it holds a path of this machine: ignore it".to_owned());
        }
        for word in words {
            said += &format!("{} {word}\n", ink(Ink::Warning, &format!("{name}:")));
        }
    }
    (said, plans.iter().map(|(_, plan)| plan.changes.len() + plan.runs.len()).sum())
}

/// What git says of a settings file that holds a path of this machine.
fn is_seen_by_git(place: &Place, file: &Path) -> bool {
    let mut git = std::process::Command::new("git");
    git.args(["check-ignore", "--quiet", "--"]).arg(file).current_dir(&place.root);
    let asked =
        git.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    asked.status().is_ok_and(|status| status.code() == Some(1))
}

/// Prints to whoever still reads: a pager that was closed is no reason to stop half way.
pub(super) fn put(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn confirmed() -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("this changes settings: say --yes, or --dry-run to only see what it would do");
    }
    put("Make these changes? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
