//! The few words of PowerShell that delete and replace files, where it is started with a command.

use super::effect::What;
use super::flow::Flow;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn powershell(&mut self, arguments: &[Word]) -> Flow {
        let is_command = |word: &Word| {
            let text = word.shown().to_ascii_lowercase();
            text.len() > 1 && "-command".starts_with(&text) || text == "/c"
        };
        if arguments.iter().any(|word| word.shown().to_ascii_lowercase().starts_with("-enc")) {
            self.is_unknown("its command is encoded");
        }
        let Some(at) = arguments.iter().position(is_command) else { return Flow::default() };
        let code: Vec<String> = arguments[at + 1..].iter().map(Word::shown).collect();
        for statement in code.join(" ").split([';', '|', '\n']) {
            self.cmdlet(statement.trim());
        }
        Flow::default()
    }

    fn cmdlet(&mut self, statement: &str) {
        let words: Vec<&str> = statement.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
        let Some((name, rest)) = words.split_first() else { return };
        let operands: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with('-')).collect();
        let target = |shell: &Self, word: &str| match word.contains('$') {
            true => Word::unknown(word).target(None),
            false => shell.target(&Word::of(word)),
        };
        match name.to_ascii_lowercase().as_str() {
            "remove-item" | "ri" | "rm" | "rmdir" | "del" | "erase" | "rd" => {
                for word in operands {
                    let target = target(self, word);
                    self.does(What::Removes { target, recursive: true });
                }
            }
            "clear-content" | "set-content" | "out-file" | "clc" | "sc" => {
                if let Some(word) = operands.first() {
                    let target = target(self, word);
                    self.does(What::Overwrites { target, names: Vec::new() });
                }
            }
            "copy-item" | "move-item" | "cpi" | "mi" | "cp" | "mv" | "copy" | "move" => {
                if let Some(word) = operands.last() {
                    let target = target(self, word);
                    self.does(What::Overwrites { target, names: Vec::new() });
                }
            }
            "invoke-expression" | "iex" => self.is_unknown("what it is given would be run"),
            _ => drop(self.script(statement, &Flow::of(""))),
        }
    }
}
