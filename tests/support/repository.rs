//! A real git repository in a temporary folder, with a home of its own beside it: nothing of the machine's user gets in, nothing is left.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::binary;

pub(crate) struct Repository {
    folder: TempDir,
    root: PathBuf,
}

impl Repository {
    /// A repository on branch `main` whose first commit holds these files (path from the root, text).
    pub(crate) fn new(files: &[(&str, &str)]) -> Repository {
        let repository = Repository::empty();
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit("First");
        repository
    }

    /// A repository on branch `main` without a commit.
    pub(crate) fn empty() -> Repository {
        let folder = tempfile::Builder::new().prefix("repository-").tempdir().expect("a temporary folder");
        let real = folder.path().canonicalize().expect("the folder was just made");
        for made in ["home", "run", "work"] {
            fs::create_dir(real.join(made)).expect("the folder is new");
        }
        let repository = Repository { folder, root: real.join("work") };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// The work tree's root, without links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.with_file_name("home")
    }

    /// The PATH, the home's `bin` first in it.
    pub(crate) fn path_with_own_programs(&self) -> String {
        let path = std::env::var("PATH").expect("tests need a PATH");
        format!("{}:{path}", self.home().join("bin").display())
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file as any program would: in place, folders made as needed.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a path in the root")).expect("folders can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Commits all that is in the work tree.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// `git status` in its short form, a path a line.
    pub(crate) fn status(&self) -> String {
        self.git(&["status", "--short", "--untracked-files=all"])
    }

    /// The words that have a program, put behind them, run with the root mounted to be read only: root writes past all modes, but not to that.
    /// `None` where nothing can be mounted, which is said past the capture of a test's output.
    pub(crate) fn read_only(&self) -> Option<[&'static str; 5]> {
        let words = [
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount --bind . . && mount -o remount,bind,ro . && cd \"$PWD\" && exec \"$0\" \"$@\"",
        ];
        let tried = binary::run(self.command(words[0]).args(&words[1..]).arg("true"), b"");
        if tried.code == Some(0) {
            return Some(words);
        }
        let test = thread::current().name().unwrap_or_default().to_owned();
        let _ = writeln!(std::io::stderr(), "skipped: {test}: nothing can be mounted here");
        None
    }

    /// A program in the home that is `countersign` in a workspace that is read only, until the home has a `writable`. It notes the process of
    /// each start in the home's `starts`. `None` where nothing can be mounted.
    pub(crate) fn program_that_may_not_write(&self) -> Option<PathBuf> {
        let [unshare, flags, sh, c, script] = self.read_only()?;
        let real = binary::countersign().display();
        let program = self.home().join("countersign");
        let lines = format!(
            "echo $$ >> \"$HOME/starts\"\n\
             [ \"$1\" = --version ] || [ -e \"$HOME/writable\" ] || exec {unshare} {flags} {sh} {c} '{script}' {real} \"$@\"\n\
             exec {real} \"$@\"\n"
        );
        binary::write_program(&program, &lines);
        Some(program)
    }

    /// The processes that such a program was, in the order of their starts.
    pub(crate) fn starts(&self) -> Vec<String> {
        let starts = fs::read_to_string(self.home().join("starts")).unwrap_or_default();
        starts.lines().map(str::to_owned).collect()
    }

    /// Runs git in the root; gives its stdout, panics with its stderr when it fails.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        binary::run(self.command("git").args(arguments), b"").ok()
    }

    /// A program to be started in the root, in an environment that holds nothing but the PATH, this repository's home and a fixed identity and author's date.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env_clear();
        for kept in ["PATH", "TMPDIR"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        let home = self.home();
        for (name, folder) in [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        ] {
            command.env(name, home.join(folder));
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Una User");
            command.env(format!("GIT_{role}_EMAIL"), "una@example.org");
        }
        // When HEAD moved is told by the clock that agents' edits are told by.
        command
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", self.root.with_file_name("run"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.folder.path());
        command
    }
}
