//! Commands that delete, replace and move files.

use super::commands::basename;
use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::target::Target;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn files(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        match name {
            "rm" | "unlink" | "srm" | "trash" | "rimraf" | "del" => self.removes(name, arguments),
            "shred" | "wipe" => self.each(arguments, &["n", "s"], |target| What::Removes { target, recursive: false }),
            "truncate" => self.each(arguments, &["s", "r", "size", "reference"], overwritten),
            "tee" | "sponge" => self.tee(arguments, stdin),
            "dd" => self.dd(arguments, stdin),
            "cp" | "install" | "ln" => self.copies(name, arguments),
            "mv" => self.moves(arguments),
            "rename" | "prename" => self.renames(arguments),
            "gio" if arguments.first().is_some_and(|word| matches!(word.shown().as_str(), "trash" | "remove")) => {
                self.removes("trash", &arguments[1..]);
            }
            "patch" if !Self::has_option(arguments, &["dry-run"]) => {
                let options = Options::of(arguments, &["p", "i", "o", "d", "input", "r", "strip"]);
                for word in options.operands.iter().take(1) {
                    let target = self.target(word);
                    self.does(What::Edits { target });
                }
            }
            "make" | "gmake" => self.recipes(arguments),
            "rsync" | "robocopy" => self.syncs(arguments),
            "unzip" | "tar" | "bsdtar" | "7z" => self.unpacks(name, arguments),
            "mkdir" => self.makes(arguments),
            "chmod" | "chown" | "chgrp" | "setfacl" | "chattr" | "xattr" => self.modes(name, arguments),
            "cat" | "less" | "more" | "bat" | "nl" | "cut" | "strings" | "od" | "hexdump" | "base64" | "xxd"
            | "gzip" | "zcat" | "jq" | "yq" | "tr" | "rev" | "column" | "fold" | "paste" | "comm" | "join"
            | "iconv" => {
                return Some(self.reading(name, arguments, stdin));
            }
            _ => return None,
        }
        Some(match name {
            "tee" => stdin.clone(),
            // An archive that is made goes to whoever reads it.
            "tar" | "bsdtar" => Flow { files: true, ..Flow::default() },
            _ => Flow::of(""),
        })
    }

    /// What is written goes into a file.
    pub(super) fn goes_into(&mut self, word: &Word, flow: &Flow, appends: bool) {
        let target = self.target(word);
        if !target.literal().is_some_and(|path| path.starts_with("/dev/")) {
            self.authored.extend(target.literal());
            self.changes(&target);
        }
        if let Some(path) = target.literal() {
            if let Some(rest) = path.strip_prefix("/dev/tcp/").or_else(|| path.strip_prefix("/dev/udp/")) {
                let to = rest.split('/').next().unwrap_or_default().to_owned();
                return self.sends(flow, to);
            }
            if is_device(&path) {
                return self.does(What::Machine { what: format!("`{path}` would be written to") });
            }
            if path.starts_with("/dev/") {
                return;
            }
            let before = self.written.get(&path).cloned().filter(|_| appends);
            let now = match before {
                Some(before) => before.then(flow.clone()),
                None => flow.clone(),
            };
            self.written.insert(path, now);
        }
        self.touches(&target);
        if !appends {
            self.does(overwritten(target));
        }
    }

    fn removes(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(arguments, &[]);
        let recursive = options.has(&["r", "R", "recursive"]) || matches!(name, "rimraf" | "trash");
        if options.operands.is_empty() && options.is_unsure {
            self.is_unknown("it cannot be told what would be deleted");
        }
        for word in &options.operands {
            let target = self.target(word);
            self.touches(&target);
            self.removes_what_was_moved(&target, recursive);
            self.does(What::Removes { target, recursive });
        }
    }

    /// What was put there by this line is not there yet: what goes is what it was.
    fn removes_what_was_moved(&mut self, target: &Target, recursive: bool) {
        let Target::Path(pattern) = target else { return };
        let moved: Vec<Target> =
            self.moved.iter().filter(|(to, _)| pattern.holds(to)).map(|(_, from)| from.clone()).collect();
        for target in moved {
            self.does(What::Removes { target, recursive });
        }
    }

    pub(super) fn finds_and_removes(&mut self, found: &[Word]) {
        for word in found {
            let target = self.target(word);
            self.does(What::Removes { target, recursive: false });
        }
    }

    /// The same for each operand.
    fn each(&mut self, arguments: &[Word], valued: &[&str], what: fn(Target) -> What) {
        for word in &Options::of(arguments, valued).operands {
            let target = self.target(word);
            match target.literal().filter(|path| is_device(path)) {
                Some(path) => self.does(What::Machine { what: format!("`{path}` would be written to") }),
                None => self.does(what(target)),
            }
        }
    }

    fn tee(&mut self, arguments: &[Word], stdin: &Flow) {
        let options = Options::of(arguments, &[]);
        let appends = options.has(&["a", "append"]);
        for word in &options.operands {
            self.goes_into(word, stdin, appends);
        }
    }

    fn dd(&mut self, arguments: &[Word], stdin: &Flow) {
        for word in arguments {
            let text = word.shown();
            if text.starts_with("of=") {
                self.goes_into(&word.without_start("of="), &stdin.clone().changed(), false);
            } else if text.starts_with("if=") {
                self.reads(&word.without_start("if="));
            }
        }
    }

    fn copies(&mut self, name: &str, arguments: &[Word]) {
        let options =
            Options::of(arguments, &["t", "S", "suffix", "target-directory", "m", "o", "g", "mode", "owner", "group"]);
        if name != "ln" && options.has(&["n", "no-clobber"])
            || options.has(&["b", "backup"])
            || name == "install" && options.has(&["d"])
        {
            return;
        }
        let (from, to) = ends(&options);
        let Some(to) = to else { return };
        for word in from {
            if name != "ln" {
                self.reads(word);
            }
        }
        // A link takes the place of nothing unless it is told to.
        if name == "ln" && !options.has(&["f", "force"]) {
            return self.touches(&self.target(to).clone());
        }
        if name != "ln" {
            self.passes_on(from, to);
        }
        let names = from.iter().map(|word| basename(&word.shown()).to_owned()).collect();
        let target = self.target(to);
        self.touches(&target);
        if to.shown() == "/dev/null" {
            return;
        }
        self.does(What::Overwrites { target, names });
    }

    /// A copy of what this line wrote is the same again.
    fn passes_on(&mut self, from: &[Word], to: &Word) {
        let ([from], Some(to)) = (from, self.target(to).literal()) else { return };
        let flow = self.target(from).literal().and_then(|path| {
            let written = self.written.get(&path).cloned();
            written.or_else(|| self.world.script(&path).map(Flow::of))
        });
        if let Some(flow) = flow {
            self.written.insert(to, flow);
        }
    }

    fn moves(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["t", "S", "suffix", "target-directory"]);
        let (from, to) = ends(&options);
        let Some(to) = to else { return };
        self.passes_on(from, to);
        for word in from {
            let (from, to) = (self.target(word), self.target(to));
            self.touches(&from);
            self.touches(&to);
            if let Some(to) = to.literal() {
                let name = basename(&word.shown()).to_owned();
                self.moved.extend([(format!("{to}/{name}"), from.clone()), (to, from.clone())]);
            }
            if options.has(&["n", "no-clobber", "b", "backup"]) {
                continue;
            }
            self.does(What::Moves { from, to });
        }
    }

    fn renames(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &[]);
        if options.has(&["n", "no-act", "nono"]) {
            return;
        }
        if options.has(&["f", "force"]) {
            for word in options.operands.iter().skip(1) {
                let target = self.target(word);
                self.does(overwritten(target));
            }
        }
    }

    fn syncs(&mut self, arguments: &[Word]) {
        let options = Options::of(arguments, &["e", "exclude", "include", "f", "filter", "rsh"]);
        if let Some(shell) = options.value(&["e", "rsh"]).cloned() {
            self.text_command(Some(&shell), &Flow::default());
        }
        let (from, to) = ends(&options);
        let Some(to) = to.filter(|_| !options.has(&["n", "dry-run"])) else { return };
        if is_remote(&to.shown()) {
            let what = from.iter().map(Word::shown).collect::<Vec<_>>().join(" ");
            return self.does(What::Sends { what, to: to.shown() });
        }
        let target = self.target(to);
        self.touches(&target);
        if options.given.iter().any(|(name, _)| name.starts_with("del")) {
            self.does(What::Removes { target: target.clone(), recursive: true });
        }
        let names = from.iter().map(|word| basename(&word.shown()).to_owned()).collect();
        self.does(What::Overwrites { target, names });
    }

    fn unpacks(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(arguments, &["C", "f", "d", "directory", "file", "T", "X", "exclude", "to-command"]);
        for (option, value) in &options.given {
            let value = value.as_ref().map(Word::shown).unwrap_or_default();
            if option == "to-command" || option.starts_with("checkpoint-action") || option.starts_with("use-compress") {
                self.script(value.trim_start_matches("exec="), &Flow::default());
            }
        }
        // What an archive holds is not known: it is asked about where it would write over what is there.
        let letters = arguments.first().map(Word::shown).unwrap_or_default();
        let extracts = letters.starts_with('x') || options.has(&["x", "extract", "get"]);
        if matches!(name, "tar" | "bsdtar") && extracts {
            let at = arguments.iter().position(|word| word.shown() == "-C").and_then(|at| arguments.get(at + 1));
            let folder = at.cloned().unwrap_or_else(|| Word::of("."));
            let target = self.target(&folder);
            self.does(What::Edits { target });
        }
        if name == "unzip" && options.has(&["o"]) {
            let folder = options.value(&["d"]).cloned().unwrap_or_else(|| Word::of("."));
            let target = self.target(&folder);
            self.does(What::Edits { target });
        }
        let file = options.value(&["f", "file"]).cloned().filter(|file| file.shown() != "-");
        if let Some(file) = file.filter(|_| name == "tar" && options.has(&["c", "create"])) {
            self.goes_into(&file, &Flow { files: true, ..Flow::default() }, false);
        }
    }

    /// Recipes that do not come from a file are not known.
    fn recipes(&mut self, arguments: &[Word]) {
        let given = |pair: &[Word]| pair[0].shown() == "-f" && matches!(pair[1].shown().as_str(), "-" | "/dev/stdin");
        if arguments.windows(2).any(given) {
            self.is_unknown("it runs recipes that it is given, which are not known");
        }
    }

    fn makes(&mut self, arguments: &[Word]) {
        for word in &Options::of(arguments, &["m", "mode"]).operands {
            let made = self.target(word).literal();
            self.state.made.extend(made);
        }
    }

    fn modes(&mut self, name: &str, arguments: &[Word]) {
        let options = Options::of(arguments, &[]);
        let recursive = options.has(&["R", "recursive"]);
        let mode = options.operands.first().map(Word::shown).unwrap_or_default();
        let gains = name == "chmod"
            && (mode.contains('s') && mode.contains('+') || mode.len() == 4 && mode.starts_with(['4', '2', '6']));
        if gains {
            self.does(What::Persists { what: "a program that runs with its owner's rights".into() });
        }
        for word in options.operands.iter().skip(1) {
            let target = self.target(word);
            self.does(What::ChangesModes { target, recursive });
        }
    }
}

fn overwritten(target: Target) -> What {
    What::Overwrites { target, names: Vec::new() }
}

/// What comes first, and where it goes.
pub(super) fn ends(options: &Options) -> (&[Word], Option<&Word>) {
    if let Some(to) = options.value(&["t", "target-directory"]) {
        return (&options.operands, Some(to));
    }
    match options.operands.split_last() {
        Some((to, from)) if !from.is_empty() => (from, Some(to)),
        _ => (&[], None),
    }
}

/// `host:path`, or an address.
pub(super) fn is_remote(text: &str) -> bool {
    text.contains("://") || text.split_once(':').is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'))
}

/// Disks and memory, and not what swallows all.
fn is_device(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/dev/") else { return false };
    ["sd", "hd", "vd", "xvd", "nvme", "disk", "rdisk", "mmcblk", "loop", "dm-", "mapper", "mem", "kmem", "md"]
        .iter()
        .any(|start| name.starts_with(start))
}
