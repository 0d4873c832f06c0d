//! What must not be kept: secrets in prompts and command lines, taken out before they are journaled. File text is not touched: it must
//! be restorable as it was.

use std::borrow::Cow;
use std::sync::OnceLock;

use countersign_core::announce::{AgentAct, AgentEvent};
use regex::Regex;

/// What stands where a secret stood.
const GONE: &str = "[redacted]";

/// Shapes of secrets that give themselves away, by the issuers' documented prefixes; and values that are named as secrets.
const SHAPES: &str = r#"(?x)
    \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                                        # AWS
  | \bgh[pousr]_[0-9A-Za-z]{20,}\b | \bgithub_pat_[0-9A-Za-z_]{20,}\b    # GitHub
  | \bglpat-[0-9A-Za-z_-]{16,}                                           # GitLab
  | \bsk-(?:[a-z]+-)*[0-9A-Za-z_-]{16,} | \bsk_live_[0-9A-Za-z]{16,}     # OpenAI, Anthropic, Stripe
  | \bxox[abprs]-[0-9A-Za-z-]{10,}                                       # Slack
  | \bAIza[0-9A-Za-z_-]{30,} | \bnpm_[0-9A-Za-z]{30,} | \bhf_[0-9A-Za-z]{30,}
  | \beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*            # JSON web tokens
  | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z\ ]*PRIVATE\ KEY-----|\z)
"#;
const NAMED: &str = r#"(?xi)
    (?P<head> \b[a-z0-9_-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|credential)[a-z0-9_-]* ["']? \s*[=:]\s* ["']?
            | --?(?:password|token|secret|api-key)[=\ ] ["']?
            | \bauthorization:\s*(?:bearer|basic|token)\s+
            | \bbearer\s+ )
    (?P<value> [^\s"'@;&|]{4,} )
"#;

/// Takes secrets out of what an agent's event tells besides file text.
pub fn event(event: &mut AgentEvent) {
    match &mut event.act {
        AgentAct::Prompted { text } => *text = redacted(text),
        AgentAct::WillRun { command, .. } | AgentAct::DidRun { command, .. } => *command = redacted(command),
        _ => {}
    }
}

/// The password in an address.
const IN_ADDRESS: &str = r#"(://[^\s/:@"']*:)[^\s/@"']+@"#;

/// A text without what looks like a secret in it.
#[must_use]
pub fn redacted(text: &str) -> String {
    static PATTERNS: OnceLock<Option<[Regex; 3]>> = OnceLock::new();
    let patterns = PATTERNS
        .get_or_init(|| Some([Regex::new(SHAPES).ok()?, Regex::new(IN_ADDRESS).ok()?, Regex::new(NAMED).ok()?]));
    // What cannot be looked through is not kept.
    let Some([shapes, in_address, named]) = patterns else { return GONE.to_owned() };
    let text: Cow<'_, str> = shapes.replace_all(text, GONE);
    let text = in_address.replace_all(&text, format!("${{1}}{GONE}@"));
    named.replace_all(&text, format!("${{head}}{GONE}")).into_owned()
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
