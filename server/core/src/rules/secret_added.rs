//! Secrets: by the shape that an issuer gives them, in any text; by name and look, in code.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use super::hits::Raw;
use super::words;

/// The shape of an issuer's secrets: how they begin, and how many letters, digits, `_` and `-` follow at least.
struct Shape {
    issuer: &'static str,
    prefix: &'static str,
    least: usize,
}

const fn shape(issuer: &'static str, prefix: &'static str, least: usize) -> Shape {
    Shape { issuer, prefix, least }
}

const SHAPES: [Shape; 24] = [
    shape("An AWS access key", "AKIA", 16),
    shape("An AWS access key", "ASIA", 16),
    shape("A GitHub token", "ghp_", 36),
    shape("A GitHub token", "gho_", 36),
    shape("A GitHub token", "ghu_", 36),
    shape("A GitHub token", "ghs_", 36),
    shape("A GitHub token", "ghr_", 36),
    shape("A GitHub token", "github_pat_", 50),
    shape("A GitLab token", "glpat-", 20),
    shape("A Slack token", "xoxb-", 20),
    shape("A Slack token", "xoxp-", 20),
    shape("A Slack token", "xoxa-", 20),
    shape("A Stripe key", "sk_live_", 20),
    shape("A Stripe key", "rk_live_", 20),
    shape("An Anthropic key", "sk-ant-", 32),
    shape("An OpenAI key", "sk-proj-", 32),
    shape("A Google API key", "AIza", 35),
    shape("An npm token", "npm_", 36),
    shape("A PyPI token", "pypi-", 50),
    shape("A SendGrid key", "SG.", 40),
    shape("A Hugging Face token", "hf_", 34),
    shape("A DigitalOcean token", "dop_v1_", 60),
    shape("A crates registry token", "cio", 32),
    shape("A Shopify token", "shpat_", 32),
];

/// The places of secrets that are known by their shape: issuers' tokens, private keys, passwords in addresses.
pub(crate) fn scan(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for shape in &SHAPES {
        let places = memmem::find_iter(text.as_bytes(), shape.prefix);
        found.extend(places.filter_map(|at| token(text, at, shape)));
    }
    for (at, _) in text.match_indices("-----BEGIN ") {
        let kind = text[at + 11..].split_once("-----").map_or("", |(kind, _)| kind);
        if kind.len() < 64 && kind.contains("PRIVATE KEY") {
            found.push(at..at + 11 + kind.len() + 5);
        }
    }
    found.extend(text.match_indices("://").filter_map(|(at, _)| password_in_address(text, at)));
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// What a text's secret is, for the sentence of a finding; never the secret itself.
pub(crate) fn issuer(text: &str) -> String {
    let shaped =
        SHAPES.iter().find(|shape| text.match_indices(shape.prefix).any(|(at, _)| token(text, at, shape).is_some()));
    match shaped {
        Some(shape) => shape.issuer.to_owned(),
        None if text.contains("PRIVATE KEY") => "A private key".to_owned(),
        None if text.contains("://") => "A password in an address".to_owned(),
        None => {
            let name = text.split(['=', ':']).next().unwrap_or_default();
            let name = words::each(name).last().unwrap_or("secret");
            format!("The value of `{}`", words::in_brief(name))
        }
    }
}

/// Whether a named string looks like a secret and not like a word, a name of one, or an example.
pub(crate) fn is_credible(text: &str, raw: &Raw) -> bool {
    if raw.key == raw.range {
        return true;
    }
    is_credible_value(text.get(raw.key.clone()).unwrap_or_default().trim_matches(QUOTES))
}

/// Whether a text holds what may be a secret: one that is known by its shape, or a string that looks like one.
pub(crate) fn may_hold(text: &str) -> bool {
    text.split(QUOTES).any(is_credible_value) || !scan(text).is_empty()
}

const QUOTES: [char; 3] = ['"', '\'', '`'];

fn is_credible_value(value: &str) -> bool {
    let letters = value.bytes().any(|b| b.is_ascii_alphabetic());
    let digits = value.bytes().any(|b| b.is_ascii_digit());
    let name_of_one = value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    value.len() >= 8
        && letters
        && digits
        && !name_of_one
        && !value.contains(char::is_whitespace)
        && !is_example(value)
        && entropy(value) > 2.5
}

/// No issuer's token is longer.
const LONGEST: usize = 256;

fn token(text: &str, at: usize, shape: &Shape) -> Option<Range<usize>> {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let bytes = text.as_bytes();
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
        return None;
    }
    let start = at + shape.prefix.len();
    let length = bytes[start..].iter().take(LONGEST).take_while(|&&b| is_part(b)).count();
    let tail = text.get(start..start + length)?;
    let credible = length >= shape.least && entropy(tail) > 3.0 && !is_example(tail);
    credible.then(|| at..start + length)
}

fn password_in_address(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at + 3..];
    let host_starts =
        rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '@' | '<' | '>'))?;
    let (user, password) = rest[..host_starts].split_once(':')?;
    let plain = password.len() >= 3 && !user.is_empty() && !password.contains(['{', '}', '$', '%', '*']);
    let host = &rest[host_starts..];
    let real = host.starts_with('@') && !host[1..].starts_with("localhost") && !host[1..].starts_with("127.");
    let made_up = is_example(password) || is_example(&host[..host.len().min(40).min(floor(host))]) || password == user;
    if !plain || !real || made_up || matches!(password, "password" | "pass" | "secret" | "pwd") {
        return None;
    }
    let scheme = text[..at].bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-')).count();
    (scheme > 0).then(|| at - scheme..at + 3 + host_starts + 1)
}

/// The length of the first word of a host.
fn floor(host: &str) -> usize {
    host[1..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).map_or(host.len(), |end| end + 1)
}

fn is_example(value: &str) -> bool {
    const SIGNS: [&str; 16] = [
        "example",
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "dummy",
        "your",
        "xxxx",
        "<",
        "${",
        "{{",
        "....",
        "redacted",
        "insert",
        "sample",
        "fake",
    ];
    let value = value.to_lowercase();
    SIGNS.iter().any(|sign| value.contains(sign))
}

/// Shannon's entropy in bits for each character.
fn entropy(text: &str) -> f64 {
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let all: f64 = counts.values().sum();
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}
