//! Code of other languages on a command line: calls that delete, write or run are found by their names, and what they are given where it
//! is written out.

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::Word;

/// What a call does.
#[derive(Clone, Copy, PartialEq)]
enum Call {
    Removes,
    RemovesAll,
    Writes,
    Moves,
    Runs,
    Sends,
}

/// Names of calls, as they end before the bracket or the argument.
const CALLS: &[(&str, Call)] = &[
    ("rmtree", Call::RemovesAll),
    ("remove_tree", Call::RemovesAll),
    ("rm_rf", Call::RemovesAll),
    ("rm_r", Call::RemovesAll),
    ("removedirs", Call::RemovesAll),
    ("rimraf", Call::RemovesAll),
    ("rmSync", Call::RemovesAll),
    ("rmdirSync", Call::RemovesAll),
    ("fs.rm", Call::RemovesAll),
    ("promises.rm", Call::RemovesAll),
    ("RemoveAll", Call::RemovesAll),
    ("remove_dir_all", Call::RemovesAll),
    ("os.remove", Call::Removes),
    ("unlink", Call::Removes),
    ("unlinkSync", Call::Removes),
    ("File.delete", Call::Removes),
    ("FileUtils.rm", Call::Removes),
    ("write_text", Call::Writes),
    ("write_bytes", Call::Writes),
    ("writeFileSync", Call::Writes),
    ("writeFile", Call::Writes),
    ("truncateSync", Call::Writes),
    ("truncate", Call::Writes),
    ("file_put_contents", Call::Writes),
    ("File.write", Call::Writes),
    ("copyFileSync", Call::Moves),
    ("renameSync", Call::Moves),
    ("shutil.move", Call::Moves),
    ("shutil.copy", Call::Moves),
    ("shutil.copyfile", Call::Moves),
    ("os.rename", Call::Moves),
    ("os.replace", Call::Moves),
    ("os.system", Call::Runs),
    ("os.popen", Call::Runs),
    ("system", Call::Runs),
    ("shell_exec", Call::Runs),
    ("passthru", Call::Runs),
    ("execSync", Call::Runs),
    ("exec", Call::Runs),
    ("spawnSync", Call::Runs),
    ("spawn", Call::Runs),
    ("execFileSync", Call::Runs),
    ("subprocess.run", Call::Runs),
    ("subprocess.call", Call::Runs),
    ("check_call", Call::Runs),
    ("check_output", Call::Runs),
    ("Popen", Call::Runs),
    ("popen", Call::Runs),
    ("requests.post", Call::Sends),
    ("requests.put", Call::Sends),
    ("urlopen", Call::Sends),
];

/// Methods of the path that stands before them.
const METHODS: &[&str] = &["unlink", "write_text", "write_bytes", "rmdir"];

impl Shell<'_, '_> {
    pub(super) fn interpreters(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let base = name.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
        let flags: &[&str] = match base {
            "python" | "pypy" | "ipython" => &["c"],
            "node" | "nodejs" | "bun" | "tsx" => &["e", "eval", "p", "print"],
            "perl" | "ruby" | "lua" | "Rscript" | "elixir" | "raku" | "osascript" | "julia" => &["e", "E", "pe", "ne"],
            "php" => &["r"],
            "deno" => &["eval"],
            "pwsh" | "powershell" => return Some(self.powershell(arguments)),
            _ => return None,
        };
        let options = Options::of(arguments, flags);
        let dash_e = |word: &&Word| word.shown().starts_with('-') && word.shown().ends_with(['e', 'E']);
        let mut code = options.value(flags).cloned();
        if base == "deno" {
            code = arguments.iter().skip_while(|word| word.shown() != "eval").nth(1).cloned();
        } else if code.is_none() && matches!(base, "perl" | "ruby") {
            code = arguments.iter().skip_while(|word| !dash_e(word)).nth(1).cloned();
        }
        if let Some(code) = code {
            match code.text() {
                Some(text) => self.code(&text),
                None if code.is_from_network() => self.does(What::RunsFromNetwork),
                None => self.code(&code.shown()),
            }
            return Some(Flow::default());
        }
        match options.operands.first() {
            Some(path) if path.shown() != "-" => {
                let target = self.target(path).literal();
                let written = target.and_then(|path| self.written.get(&path).cloned());
                match written {
                    Some(Flow { text: Some(text), .. }) => self.code(&text),
                    Some(Flow { network: true, .. }) => self.does(What::RunsFromNetwork),
                    _ => {}
                }
            }
            _ if arguments.iter().any(|word| word.shown() == "-m") => {}
            _ => match &stdin.text {
                Some(text) => self.code(&text.clone()),
                None if stdin.network => self.does(What::RunsFromNetwork),
                None => {}
            },
        }
        Some(stdin.clone().changed())
    }

    /// What code of whatever language would do, as far as its calls give it away.
    pub(super) fn code(&mut self, code: &str) {
        for (name, call) in CALLS {
            for (at, _) in code.match_indices(name) {
                if is_in_word(code, at, name) {
                    continue;
                }
                self.calls(code, at, name, *call);
            }
        }
        self.opens(code);
        // Backticks and `%x` run commands in Perl and Ruby, and hold text in JavaScript.
        if code.contains("%x(") || code.contains("%x{") {
            self.is_unknown("the code runs commands");
        }
    }

    fn calls(&mut self, code: &str, at: usize, name: &str, call: Call) {
        let given = arguments_of(&code[at + name.len()..]).resolved(code);
        let is_method = METHODS.contains(&name)
            && code[..at].ends_with('.')
            && !code[..at].ends_with("os.")
            && !code[..at].ends_with("fs.");
        let first = match is_method {
            true => last_text(&code[..at]),
            false => given.texts.first().cloned(),
        };
        let target = first.filter(|_| given.is_plain || is_method).map(|text| self.target(&Word::of(text)));
        match (call, target) {
            (Call::Removes, Some(target)) => self.does(What::Removes { target, recursive: false }),
            (Call::RemovesAll, Some(target)) => self.does(What::Removes { target, recursive: true }),
            (Call::Writes, Some(target)) => {
                self.touches(&target);
                self.does(What::Overwrites { target, names: Vec::new() });
            }
            (Call::Moves, Some(from)) => match given.texts.get(1) {
                Some(to) => {
                    let to = self.target(&Word::of(to.clone()));
                    let is_copy = name.contains("copy");
                    self.does(if is_copy {
                        What::Overwrites { target: to, names: Vec::new() }
                    } else {
                        What::Moves { from, to }
                    });
                }
                None => self.is_unknown(format!("the code calls `{name}`, and for which files is not known")),
            },
            (Call::Runs, _) if !given.texts.is_empty() && given.is_plain => {
                let script = given.texts.join(" ");
                self.script(&script, &Flow::default());
            }
            (Call::Runs, _) if name == "exec" && !code.contains("child_process") && !code.contains("os.exec") => {}
            (Call::Runs, _) => self.is_unknown(format!("the code calls `{name}`, and with what is not known")),
            (Call::Sends, _) => {
                let to = given.texts.first().cloned().unwrap_or_else(|| "an address that is not known".into());
                if name != "urlopen" || code.contains("data=") {
                    self.does(What::Sends { what: "what the code gives it".into(), to });
                }
            }
            (_, None) => self.is_unknown(format!("the code calls `{name}`, and for which files is not known")),
        }
    }

    /// `open(path, 'w')` empties a file.
    fn opens(&mut self, code: &str) {
        for (at, _) in code.match_indices("open(") {
            let given = arguments_of(&code[at + 4..]).resolved(code);
            let writes = |text: &String| matches!(text.as_str(), "w" | "wb" | "w+" | "wt" | ">" | "r+" | "x");
            let Some(mode) = given.texts.iter().find(|text| writes(text)) else {
                continue;
            };
            if mode == "x" {
                continue;
            }
            // Perl names the file last, behind what stands for it.
            let is_plain = given.is_plain || given.texts.first().is_some_and(writes);
            match given.texts.iter().find(|text| !writes(text)).filter(|_| is_plain) {
                Some(path) => {
                    let target = self.target(&Word::of(path.clone()));
                    self.touches(&target);
                    self.does(What::Overwrites { target, names: Vec::new() });
                }
                None => self.is_unknown("the code writes files, and which is not known"),
            }
        }
    }
}

fn is_in_word(code: &str, at: usize, name: &str) -> bool {
    let before = code[..at].chars().next_back();
    let after = code[at + name.len()..].chars().next();
    let part = |char: char| char.is_alphanumeric() || char == '_';
    before.is_some_and(part) || after.is_some_and(|char| part(char) || char == '.' || char == '=' || char == ',')
}

/// What stands in a call's brackets, or behind its name.
struct Given {
    texts: Vec<String>,
    /// Its first argument is a text alone, or a list of them.
    is_plain: bool,
    /// Its first argument, where that is a name alone.
    name: Option<String>,
}

impl Given {
    /// With the text that the name of its first argument stands for, where the code says so and says nothing else.
    fn resolved(mut self, code: &str) -> Given {
        let Some(text) = self.name.as_deref().and_then(|name| assigned(code, name)) else { return self };
        self.texts.insert(0, text);
        self.is_plain = true;
        self
    }
}

/// The text that a name is given in code, if it is given one text alone.
fn assigned(code: &str, name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for (at, _) in code.match_indices(name) {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].trim_start();
        let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
        let is_other = before.is_some_and(is_part) || after.starts_with("==");
        let Some(value) = after.strip_prefix('=').filter(|_| !is_other) else {
            // A loop gives it others.
            if !is_other && code[..at].trim_end().ends_with("for") {
                return None;
            }
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''))?;
        let (text, rest) = value[1..].split_once(quote)?;
        let is_all = rest.trim_start_matches([' ', '\t']).chars().next().is_none_or(|next| matches!(next, ';' | '\n'));
        if !is_all || text.contains('\\') || found.as_deref().is_some_and(|found| found != text) {
            return None;
        }
        found = Some(text.to_owned());
    }
    found
}

fn arguments_of(rest: &str) -> Given {
    let inside = rest.trim_start().strip_prefix('(').unwrap_or(rest);
    let (mut texts, mut depth, mut plain, mut commas) = (Vec::new(), 0_usize, true, 0);
    let mut chars = inside.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' | '\'' | '`' => {
                let mut text = String::new();
                while let Some(next) = chars.next() {
                    match next {
                        '\\' => text.extend(chars.next()),
                        next if next == char => break,
                        next => text.push(next),
                    }
                }
                plain &= !(char == '`' && text.contains("${"));
                texts.push(text);
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ';' | '\n' if depth == 0 => break,
            ',' => commas += 1,
            char if commas == 0 && (char.is_alphanumeric() || char == '+' || char == '%') => {
                // A prefix of a text, as in `r'…'`, is none; a name is.
                plain &= matches!(chars.peek(), Some('"' | '\'')) && !matches!(char, 'f' | '+' | '%');
            }
            _ => {}
        }
    }
    let first = inside.split([',', ')']).next().unwrap_or_default().trim();
    let is_name = !first.is_empty() && first.chars().all(|char| char.is_alphanumeric() || char == '_');
    Given { texts, is_plain: plain, name: is_name.then(|| first.to_owned()) }
}

/// The last text that stands before a method: the path that it is of.
fn last_text(code: &str) -> Option<String> {
    let code = code.strip_suffix('.')?.strip_suffix(')')?.trim_end();
    let quote = code.chars().next_back().filter(|char| matches!(char, '"' | '\''))?;
    let inside = &code[..code.len() - 1];
    inside.rfind(quote).map(|at| inside[at + 1..].to_owned())
}
