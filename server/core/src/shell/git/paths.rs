//! Git's commands that change files of the work tree.

use super::super::effect::{Ignored, What};
use super::super::options::Options;
use super::super::run::Shell;
use super::super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn git_reset(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["pathspec-from-file"]);
        let hard = options.has(&["hard", "merge"]);
        if hard || options.is_unsure && options.after_dashes.is_none() {
            let paths = vec![self.whole_tree()];
            self.does(What::Discards { paths, staged: true });
        }
        if let Some(to) = options.operands.first().filter(|_| hard || options.has(&["keep"])) {
            let to = to.shown();
            if to != "HEAD" && to != "@" {
                self.does(What::LeavesCommits { branch: "HEAD".into(), to: Some(to) });
            }
        }
    }

    pub(super) fn git_checkout(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["b", "B", "orphan", "conflict", "pathspec-from-file"]);
        if options.has(&["p", "patch"]) {
            return;
        }
        let force = options.has(&["f", "force"]);
        if force {
            let paths = vec![self.whole_tree()];
            self.does(What::Discards { paths, staged: true });
        }
        if let Some(branch) = options.value(&["B"]) {
            let to = options.operands.first().map_or("HEAD".into(), Word::shown);
            return self.does(What::LeavesCommits { branch: branch.shown(), to: Some(to) });
        }
        if options.has(&["b", "orphan", "detach"]) {
            return;
        }
        if options.has(&["pathspec-from-file"]) {
            let paths = vec![self.whole_tree()];
            return self.does(What::Discards { paths, staged: true });
        }
        let sides = options.has(&["ours", "theirs"]);
        match (options.after_dashes, options.operands.as_slice()) {
            (_, []) => {}
            (Some(at), operands) if operands.len() > at => {
                let paths = self.pathspecs(&operands[at..]);
                self.does(What::Discards { paths, staged: at > 0 });
            }
            (None, [one]) if !sides && !options.is_unsure => self.checks_out(one, force),
            (Some(_), [one]) => self.switches_to(one, force),
            (_, operands) => {
                let paths = if options.is_unsure { vec![self.whole_tree()] } else { self.pathspecs(operands) };
                self.does(What::Discards { paths, staged: true });
            }
        }
    }

    fn checks_out(&mut self, word: &Word, force: bool) {
        let name = word.shown();
        let path = word.pathspec(self.state.cwd.as_deref(), &self.place.root);
        if matches!(name.as_str(), "-" | "HEAD" | "@") {
            return self.switches_to(word, force);
        }
        let is_path = matches!(name.as_str(), "." | "..")
            || name.contains(['*', '?'])
            || name.starts_with([':', '/'])
            || name.starts_with("./");
        if is_path {
            return self.does(What::Discards { paths: vec![path], staged: false });
        }
        self.does(What::ChecksOut { name, path });
    }

    fn switches_to(&mut self, word: &Word, forced: bool) {
        let revision = word.shown();
        if !matches!(revision.as_str(), "HEAD" | "@") {
            self.does(What::SwitchesTo { revision, forced });
        }
    }

    pub(super) fn git_switch(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["c", "C", "create", "force-create", "orphan"]);
        let force = options.has(&["f", "force", "discard-changes"]) || options.is_unsure;
        if force {
            let paths = vec![self.whole_tree()];
            self.does(What::Discards { paths, staged: true });
        }
        if let Some(branch) = options.value(&["C", "force-create"]) {
            let to = options.operands.first().map_or("HEAD".into(), Word::shown);
            return self.does(What::LeavesCommits { branch: branch.shown(), to: Some(to) });
        }
        if let Some(one) = options.operands.first().filter(|_| !options.has(&["c", "create", "orphan"])) {
            self.switches_to(&one.clone(), force);
        }
    }

    pub(super) fn git_restore(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["s", "source", "pathspec-from-file", "conflict"]);
        let staged = options.has(&["S", "staged"]);
        let worktree = options.has(&["W", "worktree"]) || !staged;
        if options.has(&["p", "patch"]) || !worktree && !options.is_unsure {
            return;
        }
        let from_file = options.has(&["pathspec-from-file"]) || options.is_unsure;
        let paths = if from_file { vec![self.whole_tree()] } else { self.pathspecs(&options.operands) };
        let staged = staged || options.has(&["s", "source"]);
        if !paths.is_empty() {
            self.does(What::Discards { paths, staged });
        }
    }

    pub(super) fn git_clean(&mut self, arguments: &[Word], forced: bool) {
        let options = Options::of(arguments, &["e", "exclude"]);
        let force = forced || options.has(&["f", "force"]) || options.is_unsure;
        if options.has(&["n", "dry-run", "i", "interactive"]) || !force {
            return;
        }
        let ignored = match (options.has(&["X"]), options.has(&["x"])) {
            (true, _) => Ignored::Only,
            (_, true) => Ignored::Included,
            _ => Ignored::Spared,
        };
        let here = Word::of(".");
        let words = if options.operands.is_empty() { std::slice::from_ref(&here) } else { &options.operands };
        let paths = self.pathspecs(words);
        // A path that is named is gone into.
        let folders = options.has(&["d"]) || !options.operands.is_empty();
        if self.unfollowed {
            self.does(What::Discards { paths: paths.clone(), staged: true });
        }
        self.does(What::Cleans { paths, folders, ignored });
    }

    pub(super) fn git_stash(&mut self, arguments: &[Word]) {
        let first = arguments.first().map(Word::shown);
        let (verb, rest) = match first.as_deref() {
            Some(verb) if !verb.starts_with('-') => (verb, &arguments[1..]),
            _ => ("push", arguments),
        };
        match verb {
            "drop" | "clear" => self.does(What::DropsStash),
            "pop" | "apply" => self.takes_stash_back(),
            "push" | "save" => {
                let options = Options::of(rest, &["m", "message", "pathspec-from-file"]);
                if options.has(&["p", "patch"]) {
                    return;
                }
                let named = if verb == "push" { self.pathspecs(&options.operands) } else { Vec::new() };
                let paths = if named.is_empty() { vec![self.whole_tree()] } else { named };
                let ignored = options.has(&["a", "all"]);
                let untracked = ignored || options.has(&["u", "include-untracked"]);
                self.does(What::Stashes { paths, untracked, ignored });
            }
            "list" | "show" | "create" | "store" | "branch" => {}
            _ if !arguments.first().is_some_and(Word::is_known) => {
                self.is_unknown(format!("`git stash {verb}` can be any of its commands"));
            }
            _ => {}
        }
    }

    pub(super) fn git_index(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(arguments, &["prefix", "stage", "index-output"]);
        let discards = match name {
            "checkout-index" => options.has(&["f", "force"]) && !options.has(&["prefix"]),
            _ => options.has(&["reset"]) && options.has(&["u"]),
        };
        if !discards {
            return;
        }
        let named = self.pathspecs(&options.operands);
        let whole = name == "read-tree" || options.has(&["a", "all"]) || named.is_empty();
        let paths = if whole { vec![self.whole_tree()] } else { named };
        self.does(What::Discards { paths, staged: name == "read-tree" });
    }

    pub(super) fn git_rm(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["pathspec-from-file"]);
        if options.has(&["cached"]) {
            // What git does not follow any more is what `clean` deletes later in the line.
            self.unfollowed = options.has(&["r"]) || self.unfollowed;
        }
        if options.has(&["cached", "n", "dry-run"]) {
            return;
        }
        self.authors(&options.operands);
        // Without being forced, git keeps what differs.
        if options.has(&["f", "force"]) {
            let paths = self.pathspecs(&options.operands);
            self.does(What::Discards { paths, staged: true });
        }
    }

    pub(super) fn git_mv(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &[]);
        self.authors(&options.operands);
        if let Some(to) = options.operands.last().filter(|_| options.has(&["f", "force"])) {
            let names = options
                .operands
                .iter()
                .map(|word| super::super::commands::basename(&word.shown()).to_owned())
                .collect();
            let target = self.target(to);
            self.does(What::Overwrites { target, names });
        }
    }
    /// Takes note of files that become other than git has them.
    fn authors(&mut self, words: &[Word]) {
        let paths: Vec<String> = words.iter().filter_map(|word| self.target(word).literal()).collect();
        self.authored.extend(paths);
    }
}
