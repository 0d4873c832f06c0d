//! Commands that run another command: what they run is looked at in their place.

mod search;

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::{Piece, Word};

/// What stands between a wrapper's name and the command: options with a value, and how many operands.
const PLAIN: &[(&str, &[&str], usize)] = &[
    ("sudo", &["u", "g", "h", "p", "C", "r", "t", "T", "U", "D", "R", "user", "group"], 0),
    ("doas", &["u", "C"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["a"], 0),
    ("time", &["f", "o"], 0),
    ("nohup", &[], 0),
    ("nice", &["n", "adjustment"], 0),
    ("ionice", &["c", "n", "p"], 0),
    ("timeout", &["s", "k", "signal", "kill-after"], 1),
    ("gtimeout", &["s", "k", "signal", "kill-after"], 1),
    ("stdbuf", &["i", "o", "e"], 0),
    ("setsid", &[], 0),
    ("chrt", &[], 1),
    ("taskset", &["c"], 1),
    ("coproc", &[], 0),
    ("caffeinate", &["t", "w"], 0),
    ("unbuffer", &[], 0),
    ("strace", &["e", "o", "p", "s", "u", "E"], 0),
    ("ltrace", &["e", "o", "p", "s", "u"], 0),
    ("unshare", &[], 0),
    ("fakeroot", &[], 0),
    ("firejail", &[], 0),
    ("busybox", &[], 0),
    ("toybox", &[], 0),
    ("xvfb-run", &["s", "n"], 0),
    ("npx", &["p", "package", "c"], 0),
    ("bunx", &[], 0),
    ("arch", &[], 0),
    ("dotenv", &["f", "e"], 0),
    ("chronic", &[], 0),
    ("ts", &[], 0),
    ("entr", &[], 0),
    ("direnv", &[], 2),
];

/// Programs of which one word means: run this.
const RUNNERS: &[(&str, &[&str])] = &[
    ("uv", &["run"]),
    ("poetry", &["run"]),
    ("pipenv", &["run"]),
    ("pdm", &["run"]),
    ("rye", &["run"]),
    ("hatch", &["run"]),
    ("pnpm", &["exec", "dlx"]),
    ("npm", &["exec", "x"]),
    ("yarn", &["exec", "dlx"]),
    ("bundle", &["exec"]),
    ("mise", &["exec", "x"]),
    ("asdf", &["exec"]),
    ("conda", &["run"]),
    ("rustup", &["run"]),
];

impl Shell<'_, '_> {
    pub(super) fn wrapper(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        if let Some((_, valued, operands)) = PLAIN.iter().find(|(own, ..)| *own == name) {
            return Some(self.plain(name, arguments, valued, *operands, stdin));
        }
        if let Some((_, words)) = RUNNERS.iter().find(|(own, _)| *own == name) {
            let first = arguments.first()?.text()?;
            let rest = &arguments[1..];
            return words.contains(&first.as_str()).then(|| self.rest(rest, &[], 0, stdin));
        }
        match name {
            "env" => Some(self.env(arguments, stdin)),
            "xargs" | "parallel" => Some(self.xargs(arguments, stdin)),
            "eval" => Some(self.evaluates(arguments, stdin)),
            "bash" | "sh" | "zsh" | "dash" | "ksh" | "ash" | "fish" | "mksh" | "rbash" => {
                Some(self.inner_shell(arguments, stdin))
            }
            "source" | "." => {
                let path = arguments.first()?;
                if path.is_from_network() {
                    self.does(What::RunsFromNetwork);
                }
                Some(self.runs_file(path, &arguments[1..], stdin).unwrap_or_default())
            }
            "trap" => Some(self.text_command(arguments.first(), stdin)),
            "watch" | "su" | "runuser" | "script" | "flock" => Some(self.with_text(name, arguments, stdin)),
            "find" | "gfind" => Some(self.find(arguments, stdin)),
            "fd" | "fdfind" => Some(self.fd(arguments, stdin)),
            "ssh" | "docker" | "podman" | "kubectl" | "oc" | "vagrant" | "wsl" | "nsenter" | "chroot" => {
                self.elsewhere(name, arguments, stdin)
            }
            _ => None,
        }
    }

    fn plain(&mut self, name: &str, arguments: &[Word], valued: &[&str], operands: usize, stdin: &Flow) -> Flow {
        let lists = |word: &Word| matches!(word.text().as_deref(), Some("-v" | "-V"));
        if name == "command" && arguments.first().is_some_and(lists) {
            return arguments.get(1).and_then(Word::text).map_or_else(Flow::default, Flow::of);
        }
        if name == "npx" {
            let options = Options::of(arguments, valued);
            if let Some(script) = options.value(&["c"]) {
                return self.text_command(Some(&script.clone()), stdin);
            }
        }
        self.rest(arguments, valued, operands, stdin)
    }

    /// What is left behind options, what is set for it, and so many operands.
    fn rest(&mut self, arguments: &[Word], valued: &[&str], operands: usize, stdin: &Flow) -> Flow {
        let mut left = arguments;
        let mut skip = operands;
        while let Some((word, rest)) = left.split_first() {
            let text = word.shown();
            if text == "--" {
                left = rest;
            } else if text.starts_with('-') && text.len() > 1 && !word.may_be_an_option() {
                left = rest;
                let name = text.trim_start_matches('-');
                let is_long = text.starts_with("--");
                let takes_next = match is_long {
                    true => valued.contains(&name) && name.len() > 1,
                    // A bundle ends with the letter that takes a value.
                    false => name.chars().last().is_some_and(|last| valued.contains(&last.to_string().as_str())),
                };
                if takes_next {
                    left = left.split_first().map_or(left, |(_, rest)| rest);
                }
            } else if is_assignment(&text) {
                if let Some((name, _)) = text.split_once('=') {
                    self.sets_variable(name, &[word.without_start(&format!("{name}="))]);
                }
                left = rest;
            } else if skip > 0 {
                skip -= 1;
                left = rest;
            } else {
                break;
            }
        }
        self.run_words(left, stdin)
    }

    fn env(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued = ["u", "C", "S", "unset", "chdir", "split-string"];
        let options = Options::of(arguments, &valued);
        // Only what stands before the command is env's own.
        let own = arguments.iter().position(|word| !word.shown().starts_with('-') && !is_assignment(&word.shown()));
        let before = Options::of(&arguments[..own.unwrap_or(arguments.len())], &valued);
        if let Some(text) = before.value(&["S", "split-string"]).or(options.value(&["S", "split-string"])) {
            return self.text_command(Some(&text.clone()), stdin);
        }
        let folder = before.value(&["C", "chdir"]).cloned();
        if own.is_none() && !before.has(&["C", "chdir"]) {
            self.does(What::ReadsSecret { what: "all variables of the environment".into() });
            return Flow { secret: Some("the environment".into()), ..Flow::default() };
        }
        self.aside(|shell| {
            if let Some(folder) = folder.or_else(|| options.value(&["C", "chdir"]).cloned()) {
                shell.goes_to(Some(&folder));
            }
            shell.rest(arguments, &valued, 0, stdin)
        })
    }

    fn xargs(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued = ["I", "n", "P", "L", "d", "s", "E", "a", "j", "max-args", "max-procs", "delimiter", "arg-file"];
        let mut at = 0;
        let mut replace: Option<String> = None;
        while let Some(text) = arguments.get(at).map(Word::shown).filter(|text| text.starts_with('-')) {
            at += 1;
            if let Some(rest) = text.strip_prefix("-I") {
                replace = match rest {
                    "" => arguments.get(at).map(Word::shown),
                    rest => Some(rest.to_owned()),
                };
                at += usize::from(rest.is_empty());
            } else if valued.contains(&text.trim_start_matches('-')) {
                at += 1;
            }
        }
        let command = arguments.get(at..).unwrap_or_default();
        if command.is_empty() {
            return stdin.clone().changed();
        }
        let given: Vec<Word> = match (&stdin.text, &stdin.paths) {
            (Some(text), _) => text.split_whitespace().map(Word::of).collect(),
            (None, Some(paths)) => paths.clone(),
            (None, None) => vec![Word {
                pieces: vec![Piece::Unknown {
                    shown: "what it is given".into(),
                    network: stdin.network,
                    secret: stdin.secret.clone(),
                }],
            }],
        };
        let replace = replace.or_else(|| command.iter().any(|word| word.shown().contains("{}")).then(|| "{}".into()));
        if let Some(sign) = replace {
            for one in &given {
                let words: Vec<Word> = command.iter().map(|word| replaced(word, &sign, one)).collect();
                self.run_words(&words, &Flow::default());
            }
            return Flow { files: stdin.files, ..Flow::default() };
        }
        let words: Vec<Word> = command.iter().cloned().chain(given).collect();
        self.run_words(&words, &Flow::default())
    }

    fn evaluates(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let mut word = Word::default();
        for one in arguments {
            word.pieces.extend(one.pieces.iter().cloned());
            word.pieces.push(Piece::Text(" ".into()));
        }
        self.text_command(Some(&word), stdin)
    }

    /// A word that is a script of its own.
    pub(super) fn text_command(&mut self, word: Option<&Word>, stdin: &Flow) -> Flow {
        let Some(word) = word else { return Flow::default() };
        match word.text() {
            Some(text) => self.script(&text, stdin),
            None if word.is_from_network() => {
                self.does(What::RunsFromNetwork);
                Flow::default()
            }
            None => {
                self.is_unknown(format!("what `{}` holds would be run", word.shown()));
                Flow::default()
            }
        }
    }

    fn inner_shell(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued = ["o", "O", "rcfile", "init-file"];
        let options = Options::of(arguments, &valued);
        if options.has(&["c"]) {
            let script = options.operands.first().cloned();
            return self.aside(|shell| shell.text_command(script.as_ref(), stdin));
        }
        if options.has(&["n"]) {
            return Flow::default();
        }
        match options.operands.first().filter(|_| !options.has(&["s"])) {
            Some(path) if path.shown() != "-" => {
                if path.is_from_network() {
                    self.does(What::RunsFromNetwork);
                }
                let rest = options.operands[1..].to_vec();
                let path = path.clone();
                self.aside(|shell| shell.runs_file(&path, &rest, stdin)).unwrap_or_default()
            }
            _ => self.aside(|shell| shell.runs_flow(stdin)),
        }
    }

    /// What comes in is run as a script.
    fn runs_flow(&mut self, stdin: &Flow) -> Flow {
        match &stdin.text {
            Some(text) => self.script(text, &Flow::default()),
            None if stdin.network => {
                self.does(What::RunsFromNetwork);
                Flow::default()
            }
            None => {
                self.is_unknown("it runs what it is given, which is not known");
                Flow::default()
            }
        }
    }

    /// A script in a file: of this line's own making, or in the workspace. None where it is neither.
    pub(super) fn runs_file(&mut self, path: &Word, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        self.may_write = true;
        let path = self.target(path).literal()?;
        if path == "/dev/stdin" {
            return Some(self.runs_flow(stdin));
        }
        let flow = self.written.get(&path).cloned();
        for (at, word) in arguments.iter().enumerate() {
            self.state_set(&(at + 1).to_string(), word.clone());
        }
        if let Some(flow) = flow {
            return Some(self.runs_flow(&flow));
        }
        let text = self.world.script(&path)?;
        let first = text.lines().next().unwrap_or_default();
        let is_shell = !first.starts_with("#!") || first.contains("sh");
        Some(self.within_file(|shell| if is_shell { shell.script(&text, &Flow::default()) } else { Flow::default() }))
    }

    fn with_text(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued: &[&str] = match name {
            "watch" => &["n", "interval"],
            "flock" => &["c", "w", "E"],
            _ => &["c", "command", "s", "w", "g", "G"],
        };
        let options = Options::of(arguments, valued);
        if let Some(script) = options.value(&["c", "command"]).cloned() {
            return self.text_command(Some(&script), stdin);
        }
        match name {
            "watch" => self.evaluates(&options.operands, stdin),
            "flock" => self.rest(arguments, valued, 1, stdin),
            _ => Flow::default(),
        }
    }

    /// A command that runs in another system: what it would do there is told as one.
    fn elsewhere(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let skips: &[&str] =
            &["l", "p", "i", "o", "F", "u", "e", "w", "n", "c", "L", "R", "D", "J", "namespace", "user"];
        let operands = match name {
            "ssh" | "chroot" => 1,
            "docker" | "podman" | "kubectl" | "oc" => {
                let verb = arguments.iter().position(|word| word.shown() == "exec")?;
                return Some(self.in_system(name, &arguments[verb + 1..], (skips, 1), stdin));
            }
            "vagrant" => {
                let script = Options::of(arguments, &["c"]).value(&["c"]).cloned()?;
                return Some(self.in_system(name, &[script], (&[], 0), stdin));
            }
            _ => 0,
        };
        if name == "ssh" {
            self.ssh_options(arguments, stdin);
        }
        Some(self.in_system(name, arguments, (skips, operands), stdin))
    }

    /// What ssh runs here, by its options.
    fn ssh_options(&mut self, arguments: &[Word], stdin: &Flow) {
        for (at, word) in arguments.iter().enumerate() {
            let text = word.shown();
            let value = if text == "-o" {
                arguments.get(at + 1).map(Word::shown)
            } else {
                text.strip_prefix("-o").map(str::to_owned)
            };
            let command = value.as_deref().and_then(|value| value.split_once('=')).filter(|(key, _)| {
                key.eq_ignore_ascii_case("ProxyCommand") || key.eq_ignore_ascii_case("LocalCommand")
            });
            if let Some((_, command)) = command {
                self.script(command, stdin);
            }
        }
    }

    fn in_system(
        &mut self,
        name: &str,
        arguments: &[Word],
        (valued, operands): (&[&str], usize),
        stdin: &Flow,
    ) -> Flow {
        let command = self.command.clone();
        let known = self.count();
        let flow = self.aside(|shell| {
            let after: Vec<Word> = arguments.to_vec();
            // What the other system's shell gets is one text.
            if name == "ssh" {
                let at = host_at(&after, valued);
                let text: Vec<String> = after.get(at + 1..).unwrap_or_default().iter().map(Word::shown).collect();
                if text.is_empty() { Flow::default() } else { shell.script(&text.join(" "), stdin) }
            } else {
                shell.rest(&after, valued, operands, stdin)
            }
        });
        self.command = command;
        if self.forget_since(known) {
            self.does(What::External { system: format!("the system that `{name}` reaches") });
        }
        flow.changed()
    }
}

/// A word in which a sign stands for another word.
pub(super) fn replaced(word: &Word, sign: &str, by: &Word) -> Word {
    let mut made = Word::default();
    for piece in &word.pieces {
        match piece {
            Piece::Text(text) if text.contains(sign) => {
                for (at, part) in text.split(sign).enumerate() {
                    if at > 0 {
                        made.pieces.extend(by.pieces.iter().cloned());
                    }
                    if !part.is_empty() {
                        made.pieces.push(Piece::Text(part.to_owned()));
                    }
                }
            }
            piece => made.pieces.push(piece.clone()),
        }
    }
    made
}

fn host_at(words: &[Word], valued: &[&str]) -> usize {
    let mut at = 0;
    while let Some(text) = words.get(at).map(Word::shown).filter(|text| text.starts_with('-')) {
        let takes_next = text.len() == 2 && valued.contains(&&text[1..]);
        at += 1 + usize::from(takes_next);
    }
    at
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    })
}
