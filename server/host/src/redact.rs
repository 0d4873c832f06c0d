//! What must not be kept: secrets and personal data in prompts and command lines, taken out before they are journaled. File text is not
//! touched: it must be restorable as it was.

use std::borrow::Cow;
use std::sync::OnceLock;

use countersign_core::announce::{AgentAct, AgentEvent};
use regex::{Captures, NoExpand, Regex, Replacer};

/// What stands where a secret stood.
const GONE: &str = "[redacted]";

/// A pattern, compiled once a text comes that holds one of the words without which it finds nothing: compiling all of them would cost a
/// hook more than the rest of what it does.
struct Pattern {
    /// In small letters, whatever the pattern makes of capitals.
    words: &'static [&'static str],
    pattern: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    const fn new(words: &'static [&'static str], pattern: &'static str) -> Self {
        Self { words, pattern, compiled: OnceLock::new() }
    }

    /// A text with something else where the pattern finds something; none where the text cannot be looked through.
    fn replace<'a>(&self, text: &'a str, with: impl Replacer) -> Option<Cow<'a, str>> {
        if !self.may_be_in(text) {
            return Some(Cow::Borrowed(text));
        }
        let compiled = self.compiled.get_or_init(|| Regex::new(self.pattern).ok());
        compiled.as_ref().map(|pattern| pattern.replace_all(text, with))
    }

    /// Letters beyond ASCII may be another case of one of its letters.
    fn may_be_in(&self, text: &str) -> bool {
        let small = text.to_ascii_lowercase();
        !text.is_ascii() || self.words.iter().any(|word| small.contains(word))
    }
}

/// Shapes of secrets that give themselves away, by the issuers' documented prefixes; and values that are named as secrets.
static SHAPES: Pattern = Pattern::new(
    &[
        "akia",
        "asia",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "sk-",
        "sk_live_",
        "xox",
        "aiza",
        "npm_",
        "hf_",
        "eyj",
        "-----begin",
    ],
    r#"(?x)
    \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                                        # AWS
  | \bgh[pousr]_[0-9A-Za-z]{20,}\b | \bgithub_pat_[0-9A-Za-z_]{20,}\b    # GitHub
  | \bglpat-[0-9A-Za-z_-]{16,}                                           # GitLab
  | \bsk-(?:[a-z]+-)*[0-9A-Za-z_-]{16,} | \bsk_live_[0-9A-Za-z]{16,}     # OpenAI, Anthropic, Stripe
  | \bxox[abprs]-[0-9A-Za-z-]{10,}                                       # Slack
  | \bAIza[0-9A-Za-z_-]{30,} | \bnpm_[0-9A-Za-z]{30,} | \bhf_[0-9A-Za-z]{30,}
  | \beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*            # JSON web tokens
  | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z\ ]*PRIVATE\ KEY-----|\z)
"#,
);
static NAMED: Pattern = Pattern::new(
    &["password", "passwd", "secret", "token", "key", "credential", "authorization", "bearer"],
    r#"(?xi)
    (?P<head> \b[a-z0-9_-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|credential)[a-z0-9_-]* ["']? \s*[=:]\s* ["']?
            | --?(?:password|token|secret|api-key)[=\ ] ["']?
            | \bauthorization:\s*(?:bearer|basic|token)\s+
            | \bbearer\s+ )
    (?P<value> [^\s"'@;&|]{4,} )
"#,
);

/// Addresses of people, and of what only looks like one: see [`is_of_a_person`].
static MAIL: Pattern = Pattern::new(&["@"], r"\b[0-9A-Za-z][0-9A-Za-z._%+-]*@(?:[0-9A-Za-z-]+\.)+[A-Za-z]{2,}\b");
/// The name of a person's folder, where a path begins with it.
static HOME: Pattern = Pattern::new(
    &["/home/", "users"],
    r#"(?x)
    (?P<head> (?: \A | [\s"'`=:(,<>\[{;|&@] | file:// ) (?: /home/ | /Users/ | [A-Za-z]:[\\/]Users[\\/] ) )
    [^\s/\\"'`:;,|&<>()\[\]{}$*]+
"#,
);

/// Takes secrets and personal data out of what an agent's event tells besides file text, and what `also` gives, which is asked where there is
/// something to look through.
pub fn event(event: &mut AgentEvent, also: impl FnOnce() -> Vec<Regex>) {
    let (AgentAct::Prompted { text }
    | AgentAct::WillRun { command: text, .. }
    | AgentAct::DidRun { command: text, .. }) = &mut event.act
    else {
        return;
    };
    *text = impersonal(&redacted(text));
    for pattern in also() {
        *text = pattern.replace_all(text, NoExpand(GONE)).into_owned();
    }
}

/// A text without addresses of people and names of their folders. Not for what a person is asked: they must see which folder it is, and
/// what they allow for one is not allowed for another.
#[must_use]
pub fn impersonal(text: &str) -> String {
    let nobody = |found: &Captures<'_>| {
        let address = &found[0];
        if is_of_a_person(address) { GONE.to_owned() } else { address.to_owned() }
    };
    let nameless = || Some(HOME.replace(&MAIL.replace(text, nobody)?, format!("${{head}}{GONE}"))?.into_owned());
    // What cannot be looked through is not kept.
    nameless().unwrap_or_else(|| GONE.to_owned())
}

/// `git@github.com` is a service, and `left-pad@1.3.0-next.js` a package.
fn is_of_a_person(address: &str) -> bool {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    let is_version = domain.split('.').take(2).all(|part| part.bytes().all(|digit| digit.is_ascii_digit()));
    !is_version && !["git", "hg", "svn"].contains(&name)
}

/// The password in an address.
static IN_ADDRESS: Pattern = Pattern::new(&["://"], r#"(://[^\s/:@"']*:)[^\s/@"']+@"#);

/// A text without what looks like a secret in it.
#[must_use]
pub fn redacted(text: &str) -> String {
    let looked_through = || {
        let text = SHAPES.replace(text, GONE)?;
        let text = IN_ADDRESS.replace(&text, format!("${{1}}{GONE}@"))?;
        Some(NAMED.replace(&text, format!("${{head}}{GONE}"))?.into_owned())
    };
    // What cannot be looked through is not kept.
    looked_through().unwrap_or_else(|| GONE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_the_rest_stays() {
        let cases = [
            ("deploy with AKIAIOSFODNN7EXAMPLE please", "deploy with [redacted] please"),
            ("export GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEF", "export GITHUB_TOKEN=[redacted]"),
            ("curl -H 'Authorization: Bearer abc.def-123' x", "curl -H 'Authorization: Bearer [redacted]' x"),
            ("psql postgres://app:hunter22@db/x", "psql postgres://app:[redacted]@db/x"),
            ("DB_PASSWORD='s3cr3t!' make", "DB_PASSWORD='[redacted]' make"),
            ("mysql --password=letmein1 -u root", "mysql --password=[redacted] -u root"),
            ("key: -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----.", "key: [redacted]."),
        ];
        for (text, expected) in cases {
            assert_eq!(redacted(text), expected);
        }
        assert_eq!(redacted(&format!("sk-{}", "a1B2".repeat(8))), GONE);
    }

    #[test]
    fn people_are_not_named_and_what_only_looks_like_them_is() {
        let cases = [
            ("mail ada@example.org and a.b+c@163.com.", "mail [redacted] and [redacted]."),
            ("git commit --author='Ada <ada@example.co.uk>'", "git commit --author='Ada <[redacted]>'"),
            ("cp /home/ada/a.rs '/Users/ada.l/b.rs'", "cp /home/[redacted]/a.rs '/Users/[redacted]/b.rs'"),
            ("HOME=/home/ada; cd /home/ada && ls", "HOME=/home/[redacted]; cd /home/[redacted] && ls"),
            (r"type C:\Users\Ada\x.txt", r"type C:\Users\[redacted]\x.txt"),
            ("open file:///home/ada/x.html", "open file:///home/[redacted]/x.html"),
        ];
        for (text, expected) in cases {
            assert_eq!(impersonal(text), expected);
        }
        for text in [
            "git clone git@github.com:org/repo.git",
            "npm install left-pad@1.3.0-next.js @types/node@20.1.0 react@next",
            "edit src/home/page.rs and ./home/ada/x, then ls /home/ /home",
            "uses: actions/checkout@v4",
            "@app.route('/users/<name>')",
            "ls /home/$USER/x /home/*/y",
        ] {
            assert_eq!(impersonal(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_without_a_patterns_words_holds_nothing_that_it_finds(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 1..5),
            fill in "[0-9A-Za-z]{30,40}",
        ) {
            let text: String = parts.iter().map(|part| part.replace('…', &fill)).collect();
            for pattern in [&SHAPES, &IN_ADDRESS, &NAMED, &MAIL, &HOME] {
                let finds = Regex::new(pattern.pattern).unwrap().is_match(&text);
                proptest::prop_assert!(!finds || pattern.may_be_in(&text), "{text}");
            }
        }
    }

    /// `…` is letters and digits.
    const PARTS: &[&str] = &[
        " ",
        "…",
        "AKIA0123456789ABCDEF ",
        "ASIA0123456789ABCDEF ",
        " ghp_…",
        " gho_…",
        " ghu_…",
        " ghs_…",
        " ghr_…",
        " github_pat_…",
        " glpat-…",
        " sk-ant-…",
        " sk_live_…",
        " xoxb-…",
        " AIza…",
        " npm_…",
        " hf_…",
        " eyJ….….",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "://",
        ":",
        "@",
        ".com",
        "/home/",
        "/Users/",
        "C:\\Users\\",
        "my_password",
        "PASSWD",
        "Secret",
        "to\u{212a}en",
        "api-key",
        "ACCESS_KEY",
        "credential\u{17f}",
        "=",
        " = '",
        " --token ",
        "Authorization: basic ",
        "bearer ",
        "\"",
    ];

    #[test]
    fn what_only_speaks_of_secrets_stays() {
        for text in [
            "rotate the token in CI",
            "git commit -m 'fix password check'",
            "cargo test http://localhost:8080/x",
            "a: b",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
