//! From a command's name to what is known of it; names that nothing is known of are taken for programs that do what they are for.

use super::effect::What;
use super::flow::Flow;
use super::names;
use super::options::Options;
use super::reads;
use super::run::Shell;
use super::target::Target;
use super::word::Word;

/// Signs of a command that are shown to a person.
const SHOWN: usize = 80;

impl Shell<'_, '_> {
    /// A command as it is written, with what it sets for itself.
    pub(super) fn invoked(&mut self, sets: &[String], words: Vec<Word>, stdin: &Flow) -> Flow {
        let mut words = words;
        let mut git = Vec::new();
        for set in sets {
            let Some((name, value)) = set.split_once('=') else { continue };
            let value = self.one_word(value);
            match name {
                "GIT_DIR" => git.push(Word::of(format!("--git-dir={}", value.shown()))),
                "GIT_WORK_TREE" => git.push(Word::of(format!("--work-tree={}", value.shown()))),
                _ => self.sets_variable(name, &[value]),
            }
        }
        if words.first().and_then(Word::text).is_some_and(|name| basename(&name) == "git") {
            words.splice(1..1, git);
        }
        // They hold for this command alone.
        let set: Vec<(String, Vec<Word>)> = sets.iter().filter_map(|set| self.set_for_now(set)).collect();
        let flow = self.run_words(&words, stdin);
        for (name, before) in set {
            self.set_back(&name, before);
        }
        flow
    }

    /// A command by its words.
    pub(super) fn run_words(&mut self, words: &[Word], stdin: &Flow) -> Flow {
        let Some(first) = words.first() else { return Flow::of("") };
        self.command = shown(words);
        let Some(name) = first.text() else {
            let network = first.is_from_network();
            self.does(if network {
                What::RunsFromNetwork
            } else {
                What::Unknown { why: format!("`{}` can be any command", first.shown()) }
            });
            return Flow::default();
        };
        let arguments = &words[1..];
        if let Some(alias) = self.state.aliases.remove(&name) {
            let rest: Vec<String> = arguments.iter().map(quoted).collect();
            let flow = self.script(&format!("{alias} {}", rest.join(" ")), stdin);
            self.state.aliases.insert(name, alias);
            return flow;
        }
        if let Some(flow) = self.call(&name, arguments, stdin) {
            return flow;
        }
        if name.contains('/')
            && let Some(flow) = self.runs_file(first, arguments, stdin)
        {
            return flow;
        }
        let base = basename(&name);
        self.known_command(base, words, stdin)
    }

    fn known_command(&mut self, name: &str, words: &[Word], stdin: &Flow) -> Flow {
        let arguments = &words[1..];
        if !reads::only_runs(name) && !reads::only_prints(name, arguments) {
            self.changes_named(name, arguments);
        }
        if is_help(arguments) {
            return Flow::default();
        }
        let outer = self.is_given_names;
        self.is_given_names |= matches!(name, "xargs" | "find");
        let wrapped = self.wrapper(name, arguments, stdin);
        self.is_given_names = outer;
        if let Some(flow) = wrapped {
            return flow;
        }
        if let Some(flow) = self.builtin(name, arguments, stdin) {
            return flow;
        }
        if name == "git" {
            return self.git(arguments, stdin);
        }
        let families = [
            Self::secrets,
            Self::databases,
            Self::editors,
            Self::interpreters,
            Self::files,
            Self::network,
            Self::clouds,
            Self::packages,
            Self::machine,
            Self::guard,
        ];
        for family in families {
            if let Some(flow) = family(self, name, arguments, stdin) {
                return flow;
            }
        }
        // What a program makes of what it reads is not known, but where that came from is.
        stdin.clone().changed()
    }

    /// Takes note of the files that a command changes, or that it is not certain which.
    fn changes_named(&mut self, name: &str, arguments: &[Word]) {
        let Some(words) = names::named(name, arguments) else {
            self.may_write = true;
            return;
        };
        let folder = |shell: &Self, word: &Word| match name {
            "git" => word.pathspec(shell.state.cwd.as_deref(), &shell.place.root),
            _ => shell.target(word),
        };
        for target in words.iter().map(|word| folder(self, word)).collect::<Vec<_>>() {
            if name != "git" {
                self.authored.extend(target.literal());
            }
            self.changes(&target);
        }
    }

    /// Takes note of a file that is changed.
    pub(super) fn changes(&mut self, target: &Target) {
        match target.literal().filter(|_| !self.is_given_names && !self.has_branches) {
            Some(path) => drop(self.named.insert(path)),
            None => self.may_write = true,
        }
    }

    /// What belongs to the shell itself, and small programs that pass on what they are given.
    fn builtin(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let first = arguments.first();
        Some(match name {
            "cd" | "pushd" => {
                let word = arguments.iter().find(|word| !word.shown().starts_with('-') || word.shown() == "-");
                match word {
                    Some(word) if word.shown() == "-" => self.state.cwd = None,
                    word => self.goes_to(word),
                }
                Flow::of("")
            }
            "popd" => {
                self.state.cwd = None;
                Flow::of("")
            }
            "pwd" => self.state.cwd.clone().map_or_else(Flow::default, Flow::of),
            "echo" => echo(arguments),
            "printf" => printf(arguments),
            "true" | ":" | "false" | "test" | "[" | "sleep" | "wait" | "exit" | "return" | "break" | "continue"
            | "shift" | "set" | "shopt" | "umask" | "ulimit" | "hash" | "jobs" | "fg" | "bg" | "disown" | "let"
            | "type" | "man" | "ls" | "stat" | "wc" | "du" | "df" | "date" | "ps" | "diff" | "cmp" | "file"
            | "realpath" | "readlink" | "tree"
                if !(name == "set" && arguments.is_empty()) =>
            {
                self.listing(name, arguments)
            }
            "read" | "mapfile" | "readarray" => {
                for word in arguments.iter().filter(|word| !word.shown().starts_with('-')) {
                    let value = stdin.paths.clone().and_then(|paths| paths.into_iter().next());
                    let shown = format!("${}", word.shown());
                    self.set(&word.shown(), vec![value.unwrap_or_else(|| Word::unknown(shown))]);
                }
                Flow::of("")
            }
            "which" | "basename" => {
                first.and_then(Word::text).map_or_else(Flow::default, |text| Flow::of(basename(&text)))
            }
            "dirname" => match first.and_then(Word::text) {
                Some(text) => Flow::of(text.rsplit_once('/').map_or(".", |(folder, _)| folder)),
                None => Flow::default(),
            },
            "mktemp" => Flow::of("/tmp/mktemp.XXXXXXXX"),
            "export" | "declare" | "typeset" | "local" | "readonly" => return self.declares(name, arguments),
            "unset" => {
                for word in arguments {
                    self.unsets_variable(&word.shown());
                }
                Flow::of("")
            }
            "alias" => {
                for word in arguments {
                    if let Some((alias, value)) = word.text().as_deref().and_then(|text| text.split_once('=')) {
                        self.state.aliases.insert(alias.to_owned(), value.to_owned());
                    }
                }
                Flow::of("")
            }
            "sort" => {
                let out = Options::of(arguments, &["o", "k", "t", "S", "T", "output"]);
                if let Some(file) = out.value(&["o", "output"]).cloned() {
                    self.goes_into(&file, &Flow::default(), false);
                }
                self.reading(name, arguments, stdin).filtered()
            }
            "grep" | "rg" | "egrep" | "fgrep" | "uniq" | "head" | "tail" | "tac" => {
                let reads = self.reading(name, arguments, stdin);
                reads.filtered()
            }
            "base64" | "openssl" | "xxd" if decodes(arguments) => {
                // What is in a file is not known.
                if arguments.iter().any(|word| !word.shown().starts_with('-')) {
                    return Some(self.reading(name, arguments, stdin).changed());
                }
                let text = stdin.text.as_deref().and_then(decoded);
                Flow { text: text.filter(|_| name == "base64"), ..stdin.clone() }
            }
            _ => return None,
        })
    }

    /// What is listed, where it is paths.
    fn listing(&mut self, name: &str, arguments: &[Word]) -> Flow {
        let operands = arguments.iter().filter(|word| !word.shown().starts_with('-'));
        let paths = (name == "ls").then(|| operands.cloned().collect::<Vec<_>>());
        Flow { paths: paths.filter(|paths| !paths.is_empty()), ..Flow::default() }
    }

    fn declares(&mut self, name: &str, arguments: &[Word]) -> Option<Flow> {
        let prints = arguments.iter().all(|word| word.shown().starts_with('-'));
        if prints && matches!(name, "export" | "declare" | "typeset") {
            self.does(What::ReadsSecret { what: "all variables of the environment".into() });
            return Some(Flow { secret: Some("the environment".into()), ..Flow::default() });
        }
        for word in arguments {
            let text = word.shown();
            if let Some((variable, _)) = text.split_once('=') {
                self.set(variable, vec![word.without_start(&format!("{variable}="))]);
            }
        }
        Some(Flow::of(""))
    }
}

/// `rm --help` and its like do nothing else.
fn is_help(arguments: &[Word]) -> bool {
    let is = |word: &Word| matches!(word.text().as_deref(), Some("--help" | "--version"));
    arguments.first().is_some_and(is) && arguments.len() == 1
}

pub(super) fn basename(name: &str) -> &str {
    let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    base.strip_suffix(".exe").unwrap_or(base)
}

/// A command in plain words, as far as there is room.
pub(super) fn shown(words: &[Word]) -> String {
    let word = |word: &Word| {
        let text = word.shown();
        if text.is_empty() || text.contains(|char: char| char.is_whitespace()) { format!("'{text}'") } else { text }
    };
    let all = words.iter().map(word).collect::<Vec<_>>().join(" ").replace(['\n', '\r'], " ");
    if all.chars().count() <= SHOWN {
        return all;
    }
    all.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// A word as a script may hold it.
pub(super) fn quoted(word: &Word) -> String {
    match word.text() {
        Some(text) => format!("'{}'", text.replace('\'', r"'\''")),
        None => "\"$unknown\"".to_owned(),
    }
}

fn echo(arguments: &[Word]) -> Flow {
    let escapes = arguments.first().and_then(Word::text).is_some_and(|text| text == "-e" || text == "-ne");
    let words: Vec<&Word> =
        arguments.iter().skip_while(|word| matches!(word.shown().as_str(), "-n" | "-e" | "-E" | "-ne")).collect();
    let text: Option<Vec<String>> = words.iter().map(|word| word.text()).collect();
    let text = text.map(|texts| texts.join(" ") + "\n");
    let text = if escapes { text.map(|text| super::expand::ansi_c(&text)) } else { text };
    let secret = words.iter().find_map(|word| word.secret().cloned());
    let has_glob = |word: &&Word| word.pieces.iter().any(|piece| matches!(piece, super::word::Piece::Glob(_)));
    let paths = words.iter().copied().any(|word| has_glob(&word)).then(|| words.iter().copied().cloned().collect());
    let text = text.filter(|_| paths.is_none());
    Flow { text, network: words.iter().any(|word| word.is_from_network()), secret, files: false, paths }
}

fn printf(arguments: &[Word]) -> Flow {
    let texts: Option<Vec<String>> = arguments.iter().map(Word::text).collect();
    let secret = arguments.iter().find_map(|word| word.secret().cloned());
    let network = arguments.iter().any(Word::is_from_network);
    let text = texts.and_then(|texts| {
        let (format, values) = texts.split_first()?;
        let format = super::expand::ansi_c(format);
        if !format.contains('%') {
            return Some(format);
        }
        let plain = format.replace("%s", "").replace("%b", "");
        if plain.contains('%') {
            return None;
        }
        let mut out = String::new();
        let mut values = values.iter();
        loop {
            let mut parts = format.split("%s").flat_map(|part| part.split("%b"));
            out += parts.next().unwrap_or_default();
            for part in parts {
                out += values.next().map_or("", String::as_str);
                out += part;
            }
            if values.len() == 0 {
                return Some(out);
            }
        }
    });
    Flow { text, network, secret, ..Flow::default() }
}

fn decodes(arguments: &[Word]) -> bool {
    arguments.iter().any(|word| matches!(word.shown().as_str(), "-d" | "-D" | "--decode" | "-di" | "-r"))
}

/// The text that is written in base64, if it is text.
fn decoded(text: &str) -> Option<String> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for char in text.chars().filter(|char| !char.is_whitespace()).take_while(|char| *char != '=') {
        let value = match char {
            'A'..='Z' => char as u32 - 'A' as u32,
            'a'..='z' => char as u32 - 'a' as u32 + 26,
            '0'..='9' => char as u32 - '0' as u32 + 52,
            '+' | '-' => 62,
            '/' | '_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | value) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_known() {
        let words = |words: &[&str]| words.iter().map(|word| Word::of(*word)).collect::<Vec<_>>();
        assert_eq!(printf(&words(&["rm -rf %s\\n", "x"])).text.as_deref(), Some("rm -rf x\n"));
        assert_eq!(echo(&words(&["-e", "a\\tb"])).text.as_deref(), Some("a\tb\n"));
        assert_eq!(decoded("cm0gLXJmIHg=").as_deref(), Some("rm -rf x"));
    }
}
