//! Git's commands that change commits, branches and other repositories.

use super::super::effect::What;
use super::super::flow::Flow;
use super::super::options::Options;
use super::super::run::Shell;
use super::super::word::Word;

const BY: &str = "the repository's commit hooks would be passed by";

impl Shell<'_, '_> {
    pub(super) fn git_refs(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(arguments, &["u", "set-upstream-to", "sort", "format", "contains", "m", "F"]);
        let force = options.has(&["f", "force"]);
        let gone = match name {
            "branch" => options.has(&["D"]) || options.has(&["d", "delete"]) && force,
            _ => options.has(&["d", "delete"]),
        };
        if gone {
            for branch in options.operands.iter().map(Word::shown) {
                self.does(What::LeavesCommits { branch, to: None });
            }
            return;
        }
        let moved = match name {
            "branch" => force || options.has(&["M", "C"]),
            "tag" => force,
            _ => !options.has(&["stdin"]),
        };
        let branch = if options.has(&["M", "C"]) { options.operands.last() } else { options.operands.first() };
        if let Some(branch) = branch.filter(|_| moved) {
            let to = options.operands.get(1).filter(|_| !options.has(&["M", "C"])).map_or("HEAD".into(), Word::shown);
            self.does(What::LeavesCommits { branch: branch.shown(), to: Some(to) });
        }
    }

    pub(super) fn git_push(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["o", "push-option", "repo", "receive-pack", "exec"]);
        if options.has(&["no-verify"]) {
            self.does(What::Tampers { what: BY.into() });
        }
        if options.has(&["n", "dry-run"]) {
            return;
        }
        let flags =
            ["force", "mirror", "delete", "prune", "force-with-lease"].into_iter().find(|name| options.has(&[name]));
        let letter = options.has(&["f"]).then_some("force").or(options.has(&["d"]).then_some("delete"));
        if let Some(flag) = letter.or(flags) {
            return self.does(What::PushesOver { how: format!("--{flag}") });
        }
        let spec = options.operands.iter().skip(1).map(Word::shown).find(|spec| spec.starts_with(['+', ':']));
        match spec {
            Some(spec) => self.does(What::PushesOver { how: spec }),
            None if options.is_unsure && options.operands.first().is_some_and(Word::may_be_an_option) => {
                self.does(What::PushesOver { how: "what is not known".into() });
            }
            None => {}
        }
    }

    pub(super) fn git_commits(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(
            arguments,
            &["m", "F", "C", "c", "x", "exec", "s", "X", "author", "date", "message", "onto", "file", "strategy"],
        );
        let letter = name == "commit" && options.has(&["n"]);
        if letter || options.has(&["no-verify"]) {
            self.does(What::Tampers { what: BY.into() });
        }
        if let Some(command) = options.value(&["x", "exec"]).cloned().filter(|_| name == "rebase") {
            self.text_command(Some(&command), &Flow::default());
        }
        if options.has(&["abort"]) {
            // What was resolved by hand is gone with it.
            let paths = vec![self.whole_tree()];
            return self.does(What::Discards { paths, staged: true });
        }
        if let Some(revision) =
            options.operands.first().filter(|_| name == "merge" && !options.has(&["continue", "quit"]))
        {
            self.does(What::SwitchesTo { revision: revision.shown(), forced: false });
        }
    }

    pub(super) fn git_ends(&mut self, name: &str, arguments: &[Word]) {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let ends = match name {
            "reflog" => words.iter().any(|word| word == "expire" || word == "delete"),
            "gc" => words.iter().any(|word| word.starts_with("--prune=") && word != "--prune=never"),
            "prune" => !words.iter().any(|word| word == "-n" || word == "--dry-run"),
            _ => !words.iter().any(|word| word == "--dry-run" || word == "--analyze"),
        };
        if ends {
            self.does(What::EndsHistory);
        }
    }

    pub(super) fn git_others(&mut self, name: &str, arguments: &[Word]) {
        let verb = arguments.first().map(Word::shown).unwrap_or_default();
        let rest = arguments.get(1..).unwrap_or_default();
        let options = Options::of(rest, &["x", "extcmd"]);
        match (name, verb.as_str()) {
            ("worktree", "remove") if options.has(&["f", "force"]) => {
                for word in &options.operands {
                    let target = self.target(word);
                    self.does(What::Removes { target, recursive: true });
                }
            }
            ("submodule", "deinit") if options.has(&["f", "force"]) => {
                let paths = self.pathspecs(&options.operands);
                let paths = if paths.is_empty() { vec![self.whole_tree()] } else { paths };
                self.does(What::Discards { paths, staged: true });
            }
            ("submodule", "foreach") => {
                let words = options.operands.clone();
                if let [one] = words.as_slice() {
                    self.text_command(Some(&one.clone()), &Flow::default());
                } else {
                    self.run_words(&words, &Flow::default());
                }
            }
            ("bisect", "run") => {
                self.run_words(rest, &Flow::default());
            }
            ("difftool" | "mergetool", _) => {
                if let Some(command) = Options::of(arguments, &["x", "extcmd"]).value(&["x", "extcmd"]).cloned() {
                    self.text_command(Some(&command), &Flow::default());
                }
            }
            _ => {}
        }
    }
}
