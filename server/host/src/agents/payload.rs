//! The bytes of a hook's message, made into fields: whatever the encoding, and never a panic or a wrong guess.

use std::io::{self, Read};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

/// The longest message that is read, in bytes.
pub const MAX_PAYLOAD: u64 = 32 * 1024 * 1024;

/// Reads to the end, and fails beyond `cap` bytes without holding more than these. The rest of a longer message is
/// drained up to eight times the cap, so that an agent that still writes does not meet a broken pipe.
pub fn read_capped(mut reader: impl Read, cap: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    reader.by_ref().take(cap).read_to_end(&mut bytes).context("reading failed")?;
    let more = io::copy(&mut reader.take(cap.saturating_mul(7)), &mut io::sink());
    if more.context("reading failed")? > 0 {
        bail!("longer than {cap} bytes");
    }
    Ok(bytes)
}

/// The message as JSON object. Takes UTF-8 and UTF-16 with and without a byte order mark, and mends what some agents
/// get wrong inside strings: raw control characters and halves of surrogate pairs.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>> {
    let text = decode(bytes)?;
    let text = text.trim();
    if text.is_empty() {
        bail!("the message is empty");
    }
    let value = serde_json::from_str(text).or_else(|error| serde_json::from_str(&mend(text)).map_err(|_| error));
    match value.context("the message is no JSON")? {
        Value::Object(object) => Ok(object),
        other => bail!("the message is {}, not an object", kind(&other)),
    }
}

fn decode(bytes: &[u8]) -> Result<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2);
        if !units.remainder().is_empty() {
            bail!("the message ends within a character of UTF-16");
        }
        let units: Vec<u16> = units.map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).context("the message is no UTF-16")
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // JSON begins with a character of ASCII, and holds no raw NUL.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String> {
    Ok(std::str::from_utf8(bytes).context("the message is no UTF-8")?.to_owned())
}

/// Escapes raw control characters in strings, and replaces escapes of lone surrogates, which no text can hold, by
/// U+FFFD. Everything else stays as it is, right or wrong.
fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 16);
    let mut in_string = false;
    let mut rest = text;
    while let Some(at) = rest.find(|next| next == '"' || in_string && (next == '\\' || next < ' ')) {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut taken = 1;
        match rest.as_bytes()[0] {
            b'"' => {
                in_string = !in_string;
                mended.push('"');
            }
            b'\\' => {
                let escape = escape(rest);
                taken = escape.len();
                mended.push_str(if is_lone_surrogate(escape) { "\\ufffd" } else { escape });
            }
            control => {
                mended.push_str("\\u00");
                mended.extend(
                    [control >> 4, control & 0xf].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
                );
            }
        }
        rest = &rest[taken..];
    }
    mended.push_str(rest);
    mended
}

/// The escape that the text begins with: a pair of surrogates counts as one.
fn escape(text: &str) -> &str {
    let unit = |at: usize| text.get(at + 2..at + 6).filter(|_| text[at..].starts_with("\\u")).and_then(hex);
    let length = match (unit(0), text.is_char_boundary(6.min(text.len()))) {
        (Some(0xd800..=0xdbff), true) if matches!(unit(6), Some(0xdc00..=0xdfff)) => 12,
        (Some(_), _) => 6,
        (None, _) => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    };
    &text[..length]
}

fn is_lone_surrogate(escape: &str) -> bool {
    escape.len() == 6 && escape.get(2..).and_then(hex).is_some_and(|unit| (0xd800..=0xdfff).contains(&unit))
}

fn hex(digits: &str) -> Option<u32> {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// What a value is, for an error: never what it holds, which may be a secret.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The fields of an object of a message. A field that is null counts as not there.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The field as sent.
    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string that may be absent.
    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => bail!("`{name}` should be a string and is {}", kind(other)),
        }
    }

    /// A string that must be there.
    pub(super) fn needed(self, name: &str) -> Result<&'a str> {
        self.text(name)?.with_context(|| format!("`{name}` is missing"))
    }

    /// A string that must be there and say something.
    pub(super) fn named(self, name: &str) -> Result<&'a str> {
        let text = self.needed(name)?;
        if text.is_empty() {
            bail!("`{name}` is empty");
        }
        Ok(text)
    }

    /// Whether a field is true; absent is false.
    pub(super) fn flag(self, name: &str) -> Result<bool> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => bail!("`{name}` should be true or false and is {}", kind(other)),
        }
    }

    /// A whole number that may be absent, which is then 0.
    pub(super) fn number(self, name: &str) -> Result<u64> {
        let Some(value) = self.value(name) else { return Ok(0) };
        value.as_u64().with_context(|| format!("`{name}` should be a whole number that is not negative"))
    }

    /// A list that may be absent, which is then empty.
    pub(super) fn list(self, name: &str) -> Result<&'a [Value]> {
        match self.value(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => bail!("`{name}` should be a list and is {}", kind(other)),
        }
    }

    /// A list of objects.
    pub(super) fn objects(self, name: &str) -> Result<Vec<Fields<'a>>> {
        let object = |value: &'a Value| match value {
            Value::Object(object) => Ok(Fields(object)),
            other => bail!("`{name}` should hold objects and holds {}", kind(other)),
        };
        self.list(name)?.iter().map(object).collect()
    }

    /// A list of strings.
    pub(super) fn texts(self, name: &str) -> Result<Vec<&'a str>> {
        let text = |value: &'a Value| match value {
            Value::String(text) => Ok(text.as_str()),
            other => bail!("`{name}` should hold strings and holds {}", kind(other)),
        };
        self.list(name)?.iter().map(text).collect()
    }
}

/// A field that is an object, or a string that holds one as JSON; empty when it is absent.
pub(super) fn object_in(fields: Fields<'_>, name: &str) -> Result<Map<String, Value>> {
    match fields.value(name) {
        None => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(Value::String(text)) => {
            object(text.as_bytes()).with_context(|| format!("`{name}` is a string that holds no object"))
        }
        Some(other) => bail!("`{name}` should be an object and is {}", kind(other)),
    }
}

/// A path as an agent spells it: a `file://` address is undone, and so is the slash that some put before a drive.
pub(super) fn file_path(sent: &str) -> String {
    let path = match sent.strip_prefix("file://") {
        Some(address) => percent_encoding::percent_decode_str(address).decode_utf8_lossy().into_owned(),
        None => sent.to_owned(),
    };
    match path.as_bytes() {
        [b'/', drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic() => path[1..].to_owned(),
        _ => path,
    }
}
