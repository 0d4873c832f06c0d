//! Package managers and build tools: what they publish, and what they take away.

use super::effect::What;
use super::flow::Flow;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn packages(&mut self, name: &str, arguments: &[Word], _: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let has = |word: &str| words.iter().any(|own| own == word);
        let verb =
            words.iter().find(|word| !word.starts_with('-') && !word.starts_with('+')).map_or("", String::as_str);
        let is_dry = has("--dry-run") || has("-n") && matches!(name, "cargo");
        match name {
            "npm" | "pnpm" | "yarn" | "cargo" | "gem" | "twine" | "poetry" | "uv" | "flit" | "hatch" | "dotnet"
            | "mvn" | "gradle" | "bun" => {
                let publishes = match name {
                    "gem" => matches!(verb, "push" | "yank"),
                    "twine" => verb == "upload",
                    "mvn" => verb == "deploy",
                    "dotnet" => has("push"),
                    _ => matches!(
                        verb,
                        "publish" | "unpublish" | "yank" | "deprecate" | "owner" | "publishToMavenCentral"
                    ),
                };
                if publishes && !is_dry {
                    self.does(What::External { system: "a registry that others use".into() });
                }
            }
            "apt" | "apt-get" | "dnf" | "yum" | "brew" | "pacman" | "apk" | "zypper" | "snap" | "port" => {
                let removes = matches!(verb, "remove" | "purge" | "autoremove" | "uninstall" | "erase" | "del" | "zap")
                    || name == "pacman" && words.iter().any(|word| word.starts_with("-R"));
                if removes {
                    self.does(What::External { system: "programs of this machine".into() });
                }
            }
            "pip" | "pip3" => {
                let index = words.iter().any(|word| {
                    word.starts_with("--index-url") || word.starts_with("--extra-index-url") || word == "-i"
                });
                if index && verb == "install" {
                    self.does(What::RunsFromNetwork);
                }
            }
            _ => return None,
        }
        Some(Flow::default())
    }
}
