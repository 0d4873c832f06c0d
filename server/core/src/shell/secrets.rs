//! Reading what holds secrets.

use super::effect::What;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn secrets(&mut self, name: &str, arguments: &[Word], _: &Flow) -> Option<Flow> {
        let words: Vec<String> = arguments.iter().map(Word::shown).collect();
        let has = |wanted: &[&str]| wanted.iter().all(|word| words.iter().any(|own| own == word));
        let what = match name {
            "printenv" if words.is_empty() || words.iter().any(|word| is_secret_name(word)) => "the environment",
            "set" if words.is_empty() => "the environment",
            "history" => "the history of the shell",
            "security" if words.iter().any(|word| word.starts_with("find-")) || has(&["dump-keychain"]) => {
                "the keychain"
            }
            "secret-tool" | "pass" | "op" | "vault" | "bw"
                if words.iter().any(|word| matches!(word.as_str(), "lookup" | "read" | "show" | "get" | "kv")) =>
            {
                "the keyring"
            }
            "gpg" | "gpg2" if words.iter().any(|word| word.starts_with("--export-secret")) => "secret keys",
            "gcloud" if words.iter().any(|word| word.starts_with("print-") && word.ends_with("-token")) => {
                "an access token"
            }
            "gh" if has(&["auth", "token"]) => "an access token",
            "aws" if has(&["configure", "get"]) || has(&["configure", "export-credentials"]) => "credentials",
            "kubectl" | "oc"
                if words.iter().any(|word| word == "get") && words.iter().any(|word| word.starts_with("secret")) =>
            {
                "a cluster's secrets"
            }
            "heroku" if words.iter().any(|word| word == "config") => "an application's secrets",
            "mimikatz" | "lazagne" => "credentials",
            _ => return None,
        };
        self.does(What::ReadsSecret { what: what.to_owned() });
        Some(Flow { secret: Some(what.to_owned()), ..Flow::default() })
    }

    /// A file that is read.
    pub(super) fn reads(&mut self, word: &Word) -> Flow {
        let target = self.target(word);
        if let Some(flow) = target.literal().and_then(|path| self.written.get(&path)) {
            return flow.clone();
        }
        // What cannot be told apart from a secret by its folder is judged by its name.
        let named = target.literal().unwrap_or_else(|| word.shown());
        if is_secret_file(&named) {
            self.does(What::ReadsSecret { what: format!("`{}`", word.shown()) });
            return Flow { secret: Some(word.shown()), files: true, ..Flow::default() };
        }
        Flow { files: true, network: word.is_from_network(), ..Flow::default() }
    }

    /// A program that prints what it reads: its files, or what flows into it.
    pub(super) fn reading(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued: &[&str] = match name {
            "head" | "tail" => &["n", "c"],
            "grep" | "egrep" | "fgrep" | "rg" => &["e", "f", "A", "B", "C", "m", "g", "t"],
            "cut" => &["d", "f", "c"],
            _ => &[],
        };
        let options = Options::of(arguments, valued);
        let is_search = matches!(name, "grep" | "egrep" | "fgrep" | "rg" | "jq" | "yq" | "tr");
        let skip = usize::from(is_search && !options.has(&["e"]));
        let mut flow: Option<Flow> = None;
        for word in options.operands.iter().skip(skip) {
            let read = self.reads(word);
            flow = Some(match flow {
                Some(before) => before.then(read),
                None => read,
            });
        }
        let lists = options.has(&["l", "files-with-matches"]) && is_search;
        if lists {
            let below = |word: &Word| match word.shown().as_str() {
                "." => Word { pieces: vec![super::word::Piece::Glob("**".into())] },
                _ => Word { pieces: [word.pieces.clone(), vec![super::word::Piece::Glob("**".into())]].concat() },
            };
            let found: Vec<Word> = options.operands.iter().skip(skip).map(below).collect();
            return Flow { paths: (!found.is_empty()).then_some(found), ..Flow::default() };
        }
        let flow = flow.unwrap_or_else(|| stdin.clone());
        if matches!(name, "cat" | "less" | "more" | "bat") { flow } else { flow.filtered() }
    }
}

/// Whether a variable of this name is likely to hold a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY", "CREDENTIAL", "PRIVATE_KEY"]
        .iter()
        .any(|part| name.contains(part))
}

/// Whether a file of this path holds secrets.
pub(super) fn is_secret_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = format!("{path}/");
    let is_env = name == ".env" || name.starts_with(".env.") && !EXAMPLES.iter().any(|end| name.ends_with(end));
    let is_key = name.starts_with("id_")
        && !name.ends_with(".pub")
        && ["rsa", "dsa", "ecdsa", "ed25519"].iter().any(|kind| name[3..].starts_with(kind));
    let in_folder = SECRET_FOLDERS.iter().any(|folder| folders.contains(folder))
        && !name.ends_with(".pub")
        && name != "known_hosts"
        && name != "config.example";
    let is_environment = path.starts_with("/proc/") && name == "environ";
    is_env
        || is_key
        || in_folder
        || is_environment
        || SECRET_NAMES.contains(&name)
        || SECRET_ENDS.iter().any(|end| path.ends_with(end))
}

const EXAMPLES: [&str; 5] = [".example", ".sample", ".template", ".dist", ".test"];
const SECRET_FOLDERS: [&str; 6] = ["/.ssh/", "/.aws/", "/.gnupg/", "/.config/gcloud/", "/.azure/", "/.config/gh/"];
const SECRET_NAMES: [&str; 14] = [
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    "credentials.json",
    "service-account.json",
    "shadow",
    "access_tokens.json",
    ".bash_history",
    ".zsh_history",
    ".vault-token",
    ".htpasswd",
];
const SECRET_ENDS: [&str; 9] =
    [".pem", ".key", ".p12", ".pfx", ".keystore", ".jks", "/.kube/config", "/.docker/config.json", ".kdbx"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_places_and_names() {
        for path in ["/w/.env", "/w/.env.local", "/h/.ssh/id_rsa", "/h/.aws/credentials", "/proc/1/environ", "/w/a.pem"]
        {
            assert!(is_secret_file(path), "{path}");
        }
        for path in ["/w/.env.example", "/h/.ssh/id_rsa.pub", "/w/src/environ.rs", "/w/key.rs", "/w/.envrc.md"] {
            assert!(!is_secret_file(path), "{path}");
        }
    }
}
