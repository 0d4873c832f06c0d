//! Git: what goes before its command, and which command it is.

mod history;
mod paths;

use super::effect::What;
use super::flow::Flow;
use super::guard::is_harmless_program;
use super::run::Shell;
use super::target::{Pattern, Target};
use super::word::Word;

/// Settings that name programs which git runs.
const PROGRAMS: &[&str] = &[
    "core.pager",
    "core.editor",
    "core.sshcommand",
    "core.fsmonitor",
    "core.askpass",
    "diff.external",
    "sequence.editor",
    "credential.helper",
    "gpg.program",
    "interactive.difffilter",
    "uploadpack.packobjectshook",
];

impl Shell<'_, '_> {
    pub(super) fn git(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let mut at = 0;
        let mut folder = self.state.cwd.clone();
        let mut forces_clean = false;
        while let Some(text) = arguments.get(at).map(Word::shown).filter(|text| text.starts_with('-')) {
            at += 1;
            match text.as_str() {
                "-C" | "--work-tree" | "--git-dir" => {
                    if let Some(word) = arguments.get(at) {
                        folder = folder_of(word, folder.as_deref(), &text);
                    }
                    at += 1;
                }
                "-c" => {
                    if let Some(setting) = arguments.get(at).map(Word::shown) {
                        forces_clean |= setting.eq_ignore_ascii_case("clean.requireForce=false");
                        self.setting(&setting);
                    }
                    at += 1;
                }
                "--namespace" | "--exec-path" | "--super-prefix" | "--config-env" => at += 1,
                _ => {
                    let long = ["--work-tree=", "--git-dir="].iter().find(|long| text.starts_with(**long));
                    if let Some(long) = long {
                        let word = arguments[at - 1].without_start(long);
                        folder = folder_of(&word, folder.as_deref(), long.trim_end_matches('='));
                    }
                }
            }
        }
        let Some(verb) = arguments.get(at) else { return Flow::default() };
        let arguments = &arguments[at + 1..];
        let Some(name) = verb.text() else {
            self.is_unknown(format!("`git {}` can be any command of git", verb.shown()));
            return Flow::default();
        };
        let before = std::mem::replace(&mut self.state.cwd, folder);
        let flow = self.git_command(&name, arguments, forces_clean, stdin);
        self.state.cwd = before;
        flow
    }

    fn git_command(&mut self, name: &str, arguments: &[Word], forces_clean: bool, stdin: &Flow) -> Flow {
        if let Some(flow) = self.git_alias(name, arguments, stdin) {
            return flow;
        }
        match name {
            "reset" => self.git_reset(arguments),
            "checkout" => self.git_checkout(arguments),
            "switch" => self.git_switch(arguments),
            "restore" => self.git_restore(arguments),
            "clean" => self.git_clean(arguments, forces_clean),
            "stash" => self.git_stash(arguments),
            "checkout-index" | "read-tree" => self.git_index(name, arguments),
            "rm" => self.git_rm(arguments),
            "mv" => self.git_mv(arguments),
            "branch" | "tag" | "update-ref" => self.git_refs(name, arguments),
            "push" => self.git_push(arguments),
            "commit" | "merge" | "rebase" | "cherry-pick" | "revert" | "am" | "pull" => {
                self.git_commits(name, arguments);
            }
            "filter-branch" | "filter-repo" | "reflog" | "gc" | "prune" => self.git_ends(name, arguments),
            "config" => self.git_config(arguments),
            "worktree" | "submodule" | "bisect" | "difftool" | "mergetool" => self.git_others(name, arguments),
            "credential" => self.does(What::ReadsSecret { what: "stored passwords".into() }),
            "send-email" => self.does(What::Sends { what: "commits".into(), to: "others, by mail".into() }),
            "rev-parse" if arguments.iter().any(|word| word.shown() == "--show-toplevel") => {
                return Flow::of(self.place.root.clone());
            }
            "ls-files" => {
                let below = Word {
                    pieces: vec![
                        super::word::Piece::Text(self.place.root.clone() + "/"),
                        super::word::Piece::Glob("**".into()),
                    ],
                };
                return Flow { paths: Some(vec![below]), ..Flow::default() };
            }
            _ => self.git_output(arguments),
        }
        Flow { files: true, ..Flow::default() }
    }

    /// A word that git's settings give a meaning; its own commands cannot be given another.
    fn git_alias(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let own = self.git_aliases.remove(name);
        let value = own.clone().or_else(|| (!is_builtin(name)).then(|| self.world.alias(name)).flatten())?;
        let rest: Vec<String> = arguments.iter().map(super::commands::quoted).collect();
        let script = match value.strip_prefix('!') {
            Some(command) => format!("{command} {}", rest.join(" ")),
            None => format!("git {value} {}", rest.join(" ")),
        };
        let flow = self.script(&script, stdin);
        if let Some(own) = own {
            self.git_aliases.insert(name.to_owned(), own);
        }
        Some(flow)
    }

    /// A setting that is in force for one command, or from now on.
    fn setting(&mut self, setting: &str) {
        let Some((key, value)) = setting.split_once('=') else { return };
        let key = key.to_ascii_lowercase();
        if let Some(alias) = key.strip_prefix("alias.") {
            self.git_aliases.insert(alias.to_owned(), value.to_owned());
        } else if key == "core.hookspath" {
            self.does(What::Tampers { what: "the repository's hooks would be passed by".into() });
        } else if is_program(&key) && !value.is_empty() && !is_harmless_program(value) && value != "false" {
            let count = self.count();
            self.script(value.trim_start_matches('!'), &Flow::default());
            if self.count() == count {
                self.does(What::Persists { what: format!("`{key}`, a program that git runs") });
            }
        }
    }

    fn git_config(&mut self, arguments: &[Word]) {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let reads = ["--get", "--get-all", "--get-regexp", "--list", "-l", "get", "list", "--show-origin"];
        let operands: Vec<&String> = words.iter().filter(|word| !word.starts_with('-') && *word != "set").collect();
        let unsets = words.iter().any(|word| word.starts_with("--unset") || word == "unset");
        if words.iter().any(|word| reads.contains(&word.as_str())) || operands.len() < 2 && !unsets {
            return;
        }
        let key = operands.first().map(|key| key.to_ascii_lowercase()).unwrap_or_default();
        let is_url = key.starts_with("url.") && key.ends_with("insteadof");
        let outside = words.iter().any(|word| matches!(word.as_str(), "--global" | "--system"));
        match operands.get(1) {
            Some(value) if key.starts_with("alias.") || key == "core.hookspath" || is_program(&key) => {
                self.setting(&format!("{key}={value}"));
                if value.starts_with('!') || outside {
                    self.does(What::Persists { what: format!("`{key}`, which git runs or obeys later") });
                }
            }
            _ if outside || is_url => {
                self.does(What::Persists { what: format!("`{key}`, which all of git obeys later") });
            }
            _ => {}
        }
    }

    /// `--output=FILE` of what prints.
    fn git_output(&mut self, arguments: &[Word]) {
        for word in arguments {
            if word.shown().starts_with("--output=") {
                self.goes_into(&word.without_start("--output="), &Flow::default(), false);
            }
        }
    }

    /// The whole work tree that git works on; the folder itself outside of the workspace.
    fn whole_tree(&self) -> Target {
        match &self.state.cwd {
            Some(cwd) if Pattern::of(&self.place.root).holds(cwd) => Target::Path(Pattern::of(&self.place.root)),
            Some(cwd) => Target::Path(Pattern::of(cwd)),
            None => Target::Unknown("a repository that is not known".to_owned()),
        }
    }

    fn pathspecs(&self, words: &[Word]) -> Vec<Target> {
        words.iter().map(|word| word.pathspec(self.state.cwd.as_deref(), &self.place.root)).collect()
    }
}

fn folder_of(word: &Word, cwd: Option<&str>, option: &str) -> Option<String> {
    let folder = word.target(cwd).literal()?;
    if option == "--git-dir" {
        return Some(folder.strip_suffix("/.git").map_or(folder.clone(), str::to_owned));
    }
    Some(folder)
}

fn is_program(key: &str) -> bool {
    let is_filter = key.starts_with("filter.")
        && (key.ends_with(".clean") || key.ends_with(".smudge") || key.ends_with(".process"));
    let is_tool = (key.starts_with("difftool.") || key.starts_with("mergetool.")) && key.ends_with(".cmd");
    PROGRAMS.contains(&key)
        || key.starts_with("pager.")
        || is_filter
        || is_tool
        || key.ends_with(".textconv")
        || key.ends_with(".command")
}

fn is_builtin(name: &str) -> bool {
    const BUILTIN: &[&str] = &[
        "add",
        "am",
        "apply",
        "archive",
        "bisect",
        "blame",
        "branch",
        "bundle",
        "cat-file",
        "check-ignore",
        "checkout",
        "checkout-index",
        "cherry",
        "cherry-pick",
        "clean",
        "clone",
        "commit",
        "config",
        "count-objects",
        "credential",
        "describe",
        "diff",
        "diff-tree",
        "difftool",
        "fetch",
        "filter-branch",
        "for-each-ref",
        "format-patch",
        "fsck",
        "gc",
        "grep",
        "hash-object",
        "help",
        "init",
        "log",
        "ls-files",
        "ls-remote",
        "ls-tree",
        "merge",
        "merge-base",
        "mergetool",
        "mv",
        "name-rev",
        "notes",
        "prune",
        "pull",
        "push",
        "range-diff",
        "read-tree",
        "rebase",
        "reflog",
        "remote",
        "repack",
        "replace",
        "reset",
        "restore",
        "rev-list",
        "rev-parse",
        "revert",
        "rm",
        "shortlog",
        "show",
        "show-ref",
        "sparse-checkout",
        "stash",
        "status",
        "submodule",
        "switch",
        "symbolic-ref",
        "tag",
        "update-index",
        "update-ref",
        "version",
        "whatchanged",
        "worktree",
        "write-tree",
    ];
    BUILTIN.contains(&name)
}
