//! README's steps for each editor, word for word, in a clone and with a home of their own: what stands in its blocks is run, and nothing else.
//! A command whose comment says so is run in the user's repository, the others in the clone; what is asked is answered with yes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, Ended, run, run_for};
use crate::support::helix;
use crate::support::neovim::{self, Neovim};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, node, place};

const FILE: &str = "fn a() {}\nfn b() {}\n";
/// From nothing, as for the first time.
const BUILD: Duration = Duration::from_secs(900);

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The commands of the block of README that one of them begins so, without their comments.
fn block(begins: &str) -> Vec<(String, bool)> {
    let readme = fs::read_to_string(here("../README.md")).expect("README is there");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    let found = blocks.into_iter().find(|block| block.lines().any(|line| line.starts_with(begins)));
    let command = |line: &str| {
        let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
        (command.trim().to_owned(), comment.contains("in your repository"))
    };
    found.unwrap_or_else(|| panic!("README has no block with `{begins}`")).lines().map(command).collect()
}

/// A clone of these sources as they are. It stays, so that what was built in it need not be built again.
fn clone() -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().expect("nobody panics with it");
    let (root, clone) = (here(".."), here("../target/readme/clone"));
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .expect("git");
    let listed = String::from_utf8(listed.stdout).expect("our names are plain");
    let wanted: BTreeSet<&str> = listed.split_terminator('\0').filter(|path| root.join(path).is_file()).collect();
    for path in &wanted {
        let (from, to) = (root.join(path), clone.join(path));
        // Cargo goes by times.
        if fs::read(&from).ok() != fs::read(&to).ok() {
            fs::create_dir_all(to.parent().expect("a file has a folder")).expect("the target folder is ours");
            fs::copy(&from, &to).expect("the target folder is ours");
        }
    }
    let before = fs::read_to_string(clone.with_extension("files")).unwrap_or_default();
    for gone in before.split_terminator('\0').filter(|path| !wanted.contains(path)) {
        let _ = fs::remove_file(clone.join(gone));
    }
    fs::write(clone.with_extension("files"), &listed).expect("the target folder is ours");
    clone
}

/// A user's machine: a repository, a home with `~/.local/bin` on the PATH, and these programs.
struct Machine {
    repository: Repository,
    path: String,
}

impl Machine {
    fn with(programs: &[(&str, &Path)]) -> Machine {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let bin = repository.home().join(".local/bin");
        let others = repository.home().join("programs");
        fs::create_dir_all(&bin).expect("the home is ours");
        fs::create_dir_all(&others).expect("the home is ours");
        for (name, program) in programs {
            symlink(program, others.join(name)).expect("the folder is new");
        }
        let path = std::env::var("PATH").expect("tests need a PATH");
        let path = format!("{}:{}:{path}", bin.display(), others.display());
        Machine { repository, path }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.repository.command(program);
        command.env("PATH", &self.path);
        // Where packages come from, and which compiler is used, is the machine's.
        let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let folders = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup"), ("NPM_CONFIG_USERCONFIG", ".npmrc")];
        command.envs(folders.map(|(name, folder)| (name, home.join(folder))));
        let is_machines = |name: &str| {
            let name = name.to_lowercase();
            let begins = ["cargo_home", "rustup_", "npm_config_", "ssl_cert", "node_extra_ca_certs"];
            name.ends_with("_proxy") || begins.iter().any(|begin| name.starts_with(begin))
        };
        command.envs(std::env::vars().filter(|(name, _)| is_machines(name)));
        // The build is README's, made for speed of building: what is tried are the steps.
        for (name, value) in [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16")] {
            command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        command
    }

    /// Runs a block's commands, as typed into a terminal.
    fn follows(&self, steps: &[(String, bool)]) {
        let clone = clone();
        for (step, in_repository) in steps {
            let folder = if *in_repository { self.repository.root() } else { &clone };
            let mut terminal = self.command("script");
            terminal.args(["--quiet", "--return", "--command", step, "/dev/null"]).current_dir(folder);
            let ended = run_for(BUILD, &mut terminal, "y\n".repeat(20).as_bytes());
            let ended: Ended = ended.unwrap_or_else(|| panic!("`{step}` does not end"));
            assert_eq!(ended.code, Some(0), "`{step}`: {ended:#?}");
        }
    }
}

fn first_steps() -> Vec<(String, bool)> {
    let mut steps = block("cargo build");
    let init = block("countersign init").into_iter().filter(|(step, _)| step.starts_with("countersign init"));
    steps.extend(init.map(|(step, _)| (step, true)));
    steps
}

#[test]
#[ignore = "builds a clone: tests/run does"]
fn readmes_first_steps_build_the_program_and_set_up_neovim() {
    let Some(release) = neovim::releases().pop() else { return };
    let machine = Machine::with(&[("nvim", &release.program)]);
    let steps = first_steps();
    assert!(steps.len() <= 3, "{steps:?}");
    machine.follows(&steps);
    let mut neovim = Neovim::start_with_path(&release, &machine.repository, &machine.path);
    neovim.open("a.rs");
    neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
    let mut claude = ClaudeCode::start(&machine.repository, countersign_hook("claude-code"), "session-1");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\n");
    neovim.wait_until("#require('countersign').hunks() == 1");
    neovim.cursor("fn x");
    neovim.command("Countersign revert");
    neovim.wait_until("#require('countersign').hunks() == 0");
    assert_eq!(neovim.text(), FILE);
}

#[test]
#[ignore = "builds a clone: tests/run does"]
fn readmes_first_steps_set_up_helix() {
    let Some(release) = helix::releases().pop() else { return };
    let machine = Machine::with(&[("hx", &release.program)]);
    machine.follows(&first_steps());
    let said = run(machine.command("countersign").arg("doctor"), b"");
    assert!(said.stdout.contains("ok helix"), "{said:#?}");
    assert!(machine.repository.read(".helix/languages.toml").contains("[language-server.countersign]"));
}

#[test]
#[ignore = "builds a clone: tests/run does"]
fn readmes_steps_for_vs_code_are_all_that_it_needs() {
    let Some(place) = place() else { return };
    let code = place.code.canonicalize().expect("it is there");
    let machine = Machine::with(&[("node", &node(&place.code))]);
    let home = machine.repository.home();
    let script = format!(
        "EXTENSIONS_GALLERY='{{}}' exec node '{}' --user-data-dir '{}' --extensions-dir '{}' \"$@\"\n",
        code.join("node_modules/code-server").display(),
        home.join("code").display(),
        home.join("extensions").display()
    );
    binary::write_program(&home.join("programs/code-server"), &script);
    let steps = block("editors/vscode/package");
    assert!(steps.len() <= 3, "{steps:?}");
    machine.follows(&steps);
    let start =
        Start { settings: json!({}), from_sources: false, path: Some(machine.path.clone()), ..Start::default() };
    let opened = Code::start(&place, &machine.repository, &start);
    // Before it is opened: of what comes before its watcher VS Code never hears.
    let mut claude = ClaudeCode::start(&machine.repository, countersign_hook("claude-code"), "session-1");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\n");
    let file = machine.repository.path("a.rs");
    opened.host("await vscode.window.showTextDocument(vscode.Uri.file(words[0]))", &[&file.to_string_lossy()]);
    opened.wait_until("api.servers.list().some((server) => server.isRunning)");
    opened.wait_until("drawn(api) === 'agent 3-3'");
}
