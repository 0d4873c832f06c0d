//! What oversees the agent, and what would act when the command is long over.

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::target::Target;
use super::word::Word;
use crate::scope::Scope;

impl Shell<'_, '_> {
    pub(super) fn guard(&mut self, name: &str, arguments: &[Word], _: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        if words.iter().any(|word| word.starts_with("--dangerously-") || word == "--yolo") {
            self.does(What::Tampers { what: "an agent would be started without its own questions".into() });
            return Some(Flow::default());
        }
        match name {
            "countersign" => self.own(&words),
            "pkill" | "killall" | "skill" => self.does(What::Kills { names: words.join(" ") }),
            "kill" => {
                let all = words.iter().any(|word| word == "-1")
                    && words.len() > 1
                    && words.last().is_some_and(|word| word == "-1");
                let found =
                    arguments.iter().any(|word| word.shown().contains("pgrep") || word.shown().contains("pidof"));
                if all || found {
                    self.does(What::Kills { names: words.join(" ") });
                }
            }
            "crontab" if !words.iter().any(|word| word == "-l") => {
                self.does(What::Persists { what: "commands that run at times of their own".into() });
            }
            "at" | "batch" => self.does(What::Persists { what: "commands that run later".into() }),
            "systemctl" | "launchctl" | "service"
                if words.iter().any(|word| {
                    matches!(word.as_str(), "enable" | "load" | "bootstrap" | "disable" | "mask" | "stop" | "submit")
                }) =>
            {
                self.does(What::Persists { what: "a service of the machine".into() });
            }
            "setcap" | "visudo" | "useradd" | "usermod" | "passwd" | "chpasswd" => {
                self.does(What::Persists { what: "rights on the machine".into() });
            }
            "setenforce" | "ufw" | "iptables" | "auditctl" => {
                self.does(What::Tampers { what: "what protects the machine would be changed".into() });
            }
            _ => return None,
        }
        Some(Flow::default())
    }

    /// Decisions are a person's.
    fn own(&mut self, words: &[String]) {
        let verb = words.iter().find(|word| !word.starts_with('-')).map(String::as_str);
        let decides = match verb {
            Some("accept" | "revert" | "restore" | "init" | "hook" | "run") => {
                !words.iter().any(|word| word == "--dry-run")
            }
            Some("scope") => words.iter().any(|word| matches!(word.as_str(), "set" | "add" | "clear")),
            _ => false,
        };
        if decides {
            self.does(What::Tampers { what: "it decides on changes, which is for a person to do".into() });
        }
    }

    /// A file is about to be changed, whatever becomes of it.
    pub(super) fn touches(&mut self, target: &Target) {
        let Some(path) = target.literal() else { return };
        if let Some(inside) = self.place.inside(&path) {
            let is_lock = inside.starts_with(".git/") && inside.ends_with(".lock");
            if Scope::default().protects_file(inside) && !is_lock {
                self.does(What::Tampers {
                    what: format!("`{inside}` is part of the policy or the hooks that oversee agents"),
                });
            }
            return;
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let starts = STARTS.contains(&name) || STARTING.iter().any(|part| path.contains(part));
        if starts {
            self.does(What::Persists { what: format!("`{target}`, which is read or run later") });
        } else if POLICY.iter().any(|part| path.contains(part)) {
            self.does(What::Tampers { what: format!("`{target}` is part of what oversees agents") });
        }
    }

    /// A variable is set that makes other programs run something, or do without a check.
    pub(super) fn sets_variable(&mut self, name: &str, words: &[Word]) {
        let value = words.first().map(Word::shown).unwrap_or_default();
        match name {
            "LD_PRELOAD" | "LD_LIBRARY_PATH" | "DYLD_INSERT_LIBRARIES" | "BASH_ENV" | "ENV" | "PROMPT_COMMAND" => {
                self.does(What::Persists { what: format!("`{name}`, which makes programs run something else") });
            }
            "GIT_EXTERNAL_DIFF"
            | "GIT_SSH_COMMAND"
            | "GIT_SSH"
            | "GIT_EDITOR"
            | "GIT_SEQUENCE_EDITOR"
            | "GIT_PAGER"
            | "GIT_ASKPASS"
            | "PAGER"
            | "EDITOR"
            | "VISUAL"
                if !value.is_empty() && !is_harmless_program(&value) =>
            {
                self.script(&value, &Flow::default());
            }
            // Other programs may be run under the names that are known.
            "PATH" => self.may_write = true,
            "HUSKY" if value == "0" => {
                self.does(What::Tampers { what: "the repository's commit hooks would be passed by".into() });
            }
            "SKIP" | "PRE_COMMIT_ALLOW_NO_CONFIG" => {
                self.does(What::Tampers { what: "the repository's commit hooks would be passed by".into() });
            }
            _ => {}
        }
    }

    pub(super) fn unsets_variable(&mut self, name: &str) {
        if matches!(name, "PROMPT_COMMAND" | "BASH_ENV") {
            self.does(What::Tampers { what: format!("`{name}` would be unset") });
        }
    }

    /// The options of a command by its names, for those that only look for a few.
    pub(super) fn has_option(arguments: &[Word], names: &[&str]) -> bool {
        Options::of(arguments, &[]).has(names)
    }
}

/// Programs that are set as pagers and editors so that nothing waits for a person.
pub(super) fn is_harmless_program(value: &str) -> bool {
    let first = value.split_whitespace().next().unwrap_or_default();
    let plain = !value.contains([';', '|', '&', '$', '`', '>', '(']);
    plain
        && matches!(
            first,
            "cat" | "less" | "more" | "true" | ":" | "vim" | "vi" | "nano" | "ssh" | "code" | "hx" | "nvim"
        )
}

const STARTS: [&str; 11] = [
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".bash_login",
    ".bash_logout",
    "config.fish",
    "authorized_keys",
    "sudoers",
];
const STARTING: [&str; 9] = [
    "/etc/cron",
    "/var/spool/cron",
    "/etc/systemd",
    "/.config/systemd",
    "/.config/autostart",
    "/LaunchAgents/",
    "/etc/sudoers",
    "/etc/profile",
    "/.ssh/",
];
const POLICY: [&str; 9] = [
    "/.config/countersign",
    "/countersign/",
    "/.claude/settings",
    "/.claude/hooks",
    "/.codex/",
    "/.cursor/hooks",
    "/.gemini/settings",
    "/.gitconfig",
    "/.config/git/",
];
