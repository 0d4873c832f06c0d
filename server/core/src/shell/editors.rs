//! Programs that change files where they are.

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn editors(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        match name {
            "sed" | "gsed" => Some(self.sed(arguments, stdin)),
            "perl" | "ruby" => {
                let in_place = arguments.iter().any(|word| {
                    let text = word.shown();
                    text.starts_with('-')
                        && !text.starts_with("--")
                        && text[1..].split(['e', 'E', 'M']).next().unwrap_or_default().contains('i')
                });
                if !in_place {
                    return None;
                }
                let options = Options::of(arguments, &["e", "E", "I", "M"]);
                self.edits(&options.operands);
                // What the code does besides.
                None
            }
            "awk" | "gawk" => {
                let in_place = arguments.windows(2).any(|pair| pair[0].shown() == "-i" && pair[1].shown() == "inplace");
                let options = Options::of(arguments, &["i", "f", "v", "F"]);
                if in_place {
                    self.edits(options.operands.get(1..).unwrap_or_default());
                }
                let code = options.operands.first().map(Word::shown).unwrap_or_default();
                self.awk_writes(&code);
                if code.contains("system(") || code.contains("| \"") || code.contains("|\"") {
                    self.code(&code);
                }
                if !in_place {
                    return Some(self.reading_all(options.operands.get(1..).unwrap_or_default(), stdin));
                }
                Some(Flow::of(""))
            }
            "sd" => {
                let options = Options::of(arguments, &["f", "n"]);
                self.edits(options.operands.get(2..).unwrap_or_default());
                Some(Flow::of(""))
            }
            "ed" | "ex" => {
                let options = Options::of(arguments, &["c"]);
                self.edits(&options.operands);
                self.editor_script(&stdin.text.clone().unwrap_or_default());
                Some(Flow::of(""))
            }
            "vim" | "vi" | "nvim" | "view" => {
                for (at, word) in arguments.iter().enumerate() {
                    let text = word.shown();
                    let script = if text == "-c" {
                        arguments.get(at + 1).map(Word::shown)
                    } else {
                        text.strip_prefix('+').map(str::to_owned)
                    };
                    if let Some(script) = script {
                        self.editor_script(&script);
                        if script
                            .split('|')
                            .any(|part| matches!(part.trim(), "wq" | "w" | "x" | "wq!" | "w!" | "wa" | "xa"))
                        {
                            let options = Options::of(arguments, &["c"]);
                            let files: Vec<Word> =
                                options.operands.into_iter().filter(|word| !word.shown().starts_with('+')).collect();
                            self.edits(&files);
                        }
                    }
                }
                Some(Flow::of(""))
            }
            _ => None,
        }
    }

    /// `print > "FILE"`.
    fn awk_writes(&mut self, code: &str) {
        for (at, _) in code.match_indices('>') {
            let rest = code[at + 1..].trim_start();
            let file = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            if let Some((file, _)) = file.filter(|_| !code[..at].ends_with('>') && code[..at].contains("print")) {
                self.goes_into(&Word::of(file), &Flow::default(), false);
            }
        }
    }

    pub(super) fn reading_all(&mut self, words: &[Word], stdin: &Flow) -> Flow {
        let mut flow = if words.is_empty() { stdin.clone() } else { Flow::of("") };
        for word in words {
            flow = flow.then(self.reads(word));
        }
        flow.changed()
    }

    fn edits(&mut self, words: &[Word]) {
        for word in words {
            let target = self.target(word);
            self.touches(&target);
            self.does(What::Edits { target });
        }
    }

    fn sed(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        // What follows `-i` in one word is the ending of a copy.
        let in_place = |word: &Word| {
            let text = word.shown();
            text == "--in-place"
                || text.starts_with("--in-place=")
                || text.starts_with('-')
                    && !text.starts_with("--")
                    && text[1..].chars().take_while(|char| !matches!(char, 'e' | 'f')).any(|char| char == 'i')
        };
        let is_in_place = arguments.iter().any(in_place);
        let mut words: Vec<Word> = Vec::new();
        let (mut scripts, mut has_script) = (Vec::new(), false);
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let text = word.shown();
            if in_place(word) && !text.ends_with('e') {
                continue;
            }
            match text.as_str() {
                "-e" | "--expression" | "-f" | "--file" | "-ne" | "-Ee" | "-re" | "-ie" | "-nie" => {
                    has_script = true;
                    scripts.extend(rest.next().map(Word::shown));
                }
                _ if text.starts_with("--expression=") => {
                    has_script = true;
                    scripts.push(text["--expression=".len()..].to_owned());
                }
                _ if text.starts_with('-') && text.len() > 1 => {}
                _ => words.push(word.clone()),
            }
        }
        if !has_script && !words.is_empty() {
            scripts.push(words.remove(0).shown());
        }
        for script in &scripts {
            self.sed_script(script);
        }
        if is_in_place {
            self.edits(&words);
            return Flow::of("");
        }
        self.reading_all(&words, stdin)
    }

    /// `w FILE` writes, `e` runs what it finds.
    fn sed_script(&mut self, script: &str) {
        for part in script.split([';', '\n']) {
            let part = part.trim();
            let command =
                part.trim_start_matches(|char: char| char.is_ascii_digit() || matches!(char, '$' | ',' | ' '));
            if let Some(file) = command.strip_prefix("w ") {
                self.goes_into(&Word::of(file.trim()), &Flow::default(), false);
            }
            if let Some(inner) = command.strip_prefix("e ") {
                self.script(inner, &Flow::default());
            }
            let Some(separator) = command.strip_prefix('s').and_then(|rest| rest.chars().next()) else { continue };
            if separator.is_alphanumeric() || separator.is_whitespace() {
                continue;
            }
            let mut ends = command.rsplit(separator);
            let flags = ends.next().unwrap_or_default();
            if flags.starts_with(|char: char| "gIiMmp0123456789e".contains(char))
                && flags.split('w').next().unwrap_or_default().contains('e')
            {
                let by = ends.next().unwrap_or_default().to_owned();
                self.script(&by, &Flow::default());
                self.is_unknown("its `e` flag runs what it finds");
            }
            if let Some((_, file)) = flags.split_once("w ") {
                self.goes_into(&Word::of(file.trim()), &Flow::default(), false);
            }
        }
    }

    /// `!command` in an editor's own script runs a command.
    fn editor_script(&mut self, script: &str) {
        for part in script.split(['|', '\n']) {
            let part = part.trim().trim_start_matches([':', '%', '.', ',', '$']);
            if let Some(command) =
                part.strip_prefix('!').or_else(|| part.strip_prefix("r !")).or_else(|| part.strip_prefix("r!"))
            {
                self.script(command, &Flow::default());
            }
        }
    }
}
