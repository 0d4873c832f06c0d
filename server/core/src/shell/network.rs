//! What comes from the network, and what leaves for it.

use super::effect::What;
use super::files::is_remote;
use super::flow::Flow;
use super::options::Options;
use super::run::Shell;
use super::word::Word;

impl Shell<'_, '_> {
    pub(super) fn network(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        match name {
            "curl" | "wget" | "http" | "https" | "xh" | "aria2c" => Some(self.fetches(name, arguments, stdin)),
            "nc" | "ncat" | "netcat" | "socat" | "telnet" | "ftp" | "sftp" | "mail" | "mailx" | "sendmail" => {
                let words: Vec<String> = arguments.iter().map(Word::shown).collect();
                let runs = matches!(name, "nc" | "ncat" | "netcat") && Self::has_option(arguments, &["e", "c", "exec"])
                    || words.iter().any(|word| {
                        word.to_ascii_uppercase().contains("EXEC:") || word.to_ascii_uppercase().contains("SYSTEM:")
                    });
                if runs {
                    self.does(What::Persists { what: "a shell for another machine".into() });
                }
                let to = words.into_iter().find(|word| !word.starts_with('-')).unwrap_or_default();
                self.sends(stdin, to);
                Some(Flow { network: true, ..Flow::default() })
            }
            "dig" | "nslookup" | "host" | "ping" => {
                if let Some(word) = arguments.iter().find(|word| !word.is_known()) {
                    self.does(What::Sends { what: format!("`{}`", word.shown()), to: "a name server".into() });
                }
                Some(Flow { network: true, ..Flow::default() })
            }
            "scp" | "rclone" => {
                let operands = Options::of(arguments, &["i", "P", "o", "F", "J", "S", "c", "l"]).operands;
                let (to, from) = operands.split_last()?;
                for word in from {
                    self.reads(word);
                }
                if is_remote(&to.shown()) {
                    let what = from.iter().map(Word::shown).collect::<Vec<_>>().join(" ");
                    self.does(What::Sends { what, to: to.shown() });
                } else {
                    let target = self.target(to);
                    let names = from.iter().map(|word| super::commands::basename(&word.shown()).to_owned()).collect();
                    self.does(What::Overwrites { target, names });
                }
                Some(Flow::default())
            }
            "zip" => {
                let options = Options::of(arguments, &["b", "TT", "unzip-command"]);
                for (at, word) in arguments.iter().enumerate() {
                    if word.shown() == "-TT" || word.shown() == "--unzip-command" {
                        let command = arguments.get(at + 1).cloned();
                        self.text_command(command.as_ref(), &Flow::default());
                    }
                }
                for word in options.operands.iter().skip(1) {
                    self.reads(word);
                }
                Some(Flow { files: true, ..Flow::default() })
            }
            _ => None,
        }
    }

    fn fetches(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Flow {
        let valued = [
            "o",
            "O_",
            "X",
            "d",
            "F",
            "T",
            "H",
            "u",
            "A",
            "e",
            "b",
            "c",
            "m",
            "w",
            "x",
            "K",
            "request",
            "data",
            "form",
            "output",
            "upload-file",
            "header",
            "user",
            "max-time",
            "retry",
            "connect-timeout",
            "output-document",
            "post-file",
            "post-data",
            "method",
            "body-file",
            "body-data",
            "data-binary",
            "data-raw",
            "data-urlencode",
            "json",
            "cacert",
            "cert",
            "key",
            "cookie",
            "url",
            "proxy",
        ];
        let valued: Vec<&str> = valued.iter().copied().chain((name == "wget").then_some("O")).collect();
        let options = Options::of(arguments, &valued);
        let url = options.value(&["url"]).or(options.operands.iter().find(|word| {
            word.shown().contains('.') || word.shown().contains("//") || word.shown().contains("localhost")
        }));
        let url = url.or(options.operands.last()).map(Word::shown).unwrap_or_default();
        let to = host_of(&url);
        let is_here = is_this_machine(&to);
        if let Some(word) = options.operands.iter().find(|word| word.secret().is_some()) {
            self.does(What::Sends { what: format!("`{}`", word.shown()), to: to.clone() });
        }
        let sent = self.sent(name, &options, stdin);
        let method = options.value(&["X", "request", "method"]).map(|word| word.shown().to_ascii_uppercase());
        let changes = matches!(method.as_deref(), Some("DELETE" | "PUT" | "POST" | "PATCH"));
        match sent {
            Some(what) if !is_here => self.does(What::Sends { what, to }),
            None if changes && !is_here => self.does(What::External { system: format!("`{to}`") }),
            _ => {}
        }
        if changes && method.as_deref() == Some("DELETE") && !is_here {
            self.does(What::External { system: format!("`{}`", host_of(&url)) });
        }
        let out = options
            .value(&["o", "output", "output-document"])
            .or(options.value(&["O"]).filter(|_| name == "wget"))
            .cloned();
        let fetched = Flow { network: true, ..Flow::default() };
        match out.filter(|word| word.shown() != "-") {
            Some(file) => {
                self.goes_into(&file, &fetched, false);
                Flow::default()
            }
            None if name == "wget" && options.value(&["O", "output-document"]).is_none()
                || name == "curl" && options.has(&["O", "remote-name"]) =>
            {
                let file =
                    url.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
                if let Some(path) = self.target(&Word::of(file)).literal() {
                    self.written.insert(path, fetched);
                }
                Flow::default()
            }
            None => fetched,
        }
    }

    /// What a request takes along.
    fn sent(&mut self, name: &str, options: &Options, stdin: &Flow) -> Option<String> {
        let mut found = None;
        for (option, value) in &options.given {
            let is_body = matches!(
                option.as_str(),
                "d" | "F"
                    | "T"
                    | "data"
                    | "form"
                    | "upload-file"
                    | "post-file"
                    | "post-data"
                    | "body-file"
                    | "body-data"
                    | "data-binary"
                    | "data-raw"
                    | "data-urlencode"
                    | "json"
            );
            let is_header = matches!(option.as_str(), "H" | "header" | "b" | "cookie");
            let Some(value) = value.as_ref().filter(|_| is_body || is_header && name == "curl") else { continue };
            if let Some(secret) = value.secret().filter(|_| is_body) {
                found = Some(secret.clone());
                continue;
            }
            if !is_body {
                continue;
            }
            let text = value.shown();
            let file = match option.as_str() {
                "T" | "upload-file" | "post-file" | "body-file" => Some(text.as_str()),
                _ => text.split_once('@').map(|(_, file)| file),
            };
            match file {
                Some("-" | ".") | Some("") => {
                    let what = stdin.secret.clone().or(stdin.files.then(|| "files".to_owned()));
                    found = found.or(what).or(Some("what it is given".into()));
                }
                Some(file) => {
                    self.reads(&Word::of(file));
                    found = Some(format!("`{file}`"));
                }
                None => found = found.or(Some("data".into())),
            }
        }
        found
    }

    /// What flows leaves for another machine.
    pub(super) fn sends(&mut self, flow: &Flow, to: String) {
        if is_this_machine(&to) {
            return;
        }
        let what = flow.secret.clone().or(flow.files.then(|| "files".to_owned()));
        if let Some(what) = what {
            self.does(What::Sends { what, to });
        }
    }
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once('@').map_or(host, |(_, name)| name);
    let name = name
        .rsplit_once(':')
        .filter(|(_, port)| port.chars().all(|char| char.is_ascii_digit()))
        .map_or(name, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]" | "::1") || name.ends_with(".localhost")
}
