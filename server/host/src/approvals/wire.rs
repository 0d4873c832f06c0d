//! What goes over a hook's socket: one request, one reply. Either is a length and then byte strings, each with its length, of which the
//! first is the version: who reads another one than its own has read nothing. An agent's message goes as it came; all else is JSON.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use countersign_core::verdict::{Answer, Verdict};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::agents::MAX_PAYLOAD;

/// Raised with every change of the form. Processes of two releases do not talk: they may judge differently.
const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), " 3").as_bytes();
const JUDGE: &[u8] = b"judge";
const ASK: &[u8] = b"ask";
const DIFFERS: &[u8] = b"differs";
/// The longest request, in bytes: a message of an agent and what goes with it.
const LONGEST_REQUEST: u32 = MAX_PAYLOAD as u32 + 64 * 1024;
/// So many bytes are read at a time.
const CHUNK: usize = 256 * 1024;
/// The longest reply, in bytes.
const LONGEST_REPLY: u32 = 1024 * 1024;

/// What a hook wants of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// That it takes in what an agent told, and judges it.
    Judge(Told),
    /// That it puts a question to the person.
    Ask(Asking),
    /// That it says what differs from HEAD in this workspace.
    Differs(PathBuf),
}

/// What a hook was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The agent's name.
    pub agent: String,
    /// The folder that it was started for.
    pub dir: PathBuf,
    /// The agent's message, as it came.
    pub payload: Vec<u8>,
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The agent's name.
    pub agent: String,
    /// What it would do, where, and why that is asked about: a sentence or a few.
    pub question: String,
    /// The change that it would make, as a diff, where it would make one.
    #[serde(default)]
    pub diff: Option<String>,
    /// The files that are asked about, as the workspace names them.
    #[serde(default)]
    pub paths: Vec<String>,
    /// How long the hook waits, in milliseconds.
    pub patience: u64,
}

/// What a server says of what an agent told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// What the agent is to be told besides.
    #[serde(default)]
    pub context: Option<String>,
    /// The change that is asked about, as a diff.
    #[serde(default)]
    pub diff: Option<String>,
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The person is asked: the answer comes behind this, in a reply of its own.
    Shown,
    /// The person answered.
    Said(Answer),
    /// They turned it away, or there is no way to put it to them.
    Unanswered,
}

impl Request {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Judge(Told { agent, dir, payload }) => {
                encode(&[VERSION, JUDGE, agent.as_bytes(), dir.as_os_str().as_bytes(), payload])
            }
            Self::Ask(asking) => encode(&[VERSION, ASK, &json(asking), &[], &[]]),
            Self::Differs(root) => encode(&[VERSION, DIFFERS, &[], root.as_os_str().as_bytes(), &[]]),
        }
    }
}

/// A request; none where it is not one of this version, or does not come.
pub fn read_request(from: &mut impl Read) -> Option<Request> {
    let body = read(from, LONGEST_REQUEST)?;
    let [kind, first, dir, payload] = fields(&body)?;
    match kind {
        JUDGE => {
            let agent = std::str::from_utf8(first).ok()?.to_owned();
            Some(Request::Judge(Told { agent, dir: OsStr::from_bytes(dir).into(), payload: payload.to_owned() }))
        }
        DIFFERS => Some(Request::Differs(OsStr::from_bytes(dir).into())),
        ASK => serde_json::from_slice(first).ok().map(Request::Ask),
        _ => None,
    }
}

/// A reply as bytes: what a server judged, or what came of a question.
#[must_use]
pub fn encode_reply(reply: &impl Serialize) -> Vec<u8> {
    encode(&[VERSION, &json(reply)])
}

/// A reply; none where it is not one of this version, or does not come.
pub fn read_reply<T: DeserializeOwned>(from: &mut impl Read) -> Option<T> {
    let body = read(from, LONGEST_REPLY)?;
    let [reply] = fields(&body)?;
    serde_json::from_slice(reply).ok()
}

/// None of these types has a key that is no text, nor a number that JSON has not.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn encode(fields: &[&[u8]]) -> Vec<u8> {
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    let whole: usize = fields.iter().map(|field| 4 + field.len()).sum();
    let mut bytes = Vec::with_capacity(4 + whole);
    bytes.extend(length(whole));
    for field in fields {
        bytes.extend(length(field.len()));
        bytes.extend_from_slice(field);
    }
    bytes
}

fn read(from: &mut impl Read, longest: u32) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let length = u32::from_le_bytes(length);
    if length > longest {
        return None;
    }
    let (length, mut body) = (length as usize, Vec::new());
    // Not reserved at once: a length is only a claim.
    while body.len() < length {
        let have = body.len();
        body.resize(length.min(have + CHUNK), 0);
        from.read_exact(&mut body[have..]).ok()?;
    }
    Some(body)
}

/// All fields behind the version.
fn fields<const N: usize>(mut body: &[u8]) -> Option<[&[u8]; N]> {
    let mut next = || {
        let (length, rest) = body.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        body = rest;
        Some(field)
    };
    if next()? != VERSION {
        return None;
    }
    let mut found = [&[][..]; N];
    for field in &mut found {
        *field = next()?;
    }
    body.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        let dir = OsStr::from_bytes(b"/a folder/\xff").into();
        Request::Judge(Told { agent: "claude-code".into(), dir, payload: b"{\"a\": \xff\0}".to_vec() })
    }

    #[test]
    fn a_request_and_a_reply_come_as_they_were_sent() {
        assert_eq!(read_request(&mut &request().encode()[..]), Some(request()));
        let asking = Request::Ask(Asking {
            agent: "codex".into(),
            question: "May it?".into(),
            diff: Some("+a\n".into()),
            paths: vec!["a".into()],
            patience: 55_000,
        });
        assert_eq!(read_request(&mut &asking.encode()[..]), Some(asking));
        let differs = Request::Differs("/a folder".into());
        assert_eq!(read_request(&mut &differs.encode()[..]), Some(differs));
        let judged = Judged { verdict: Verdict::ask("é"), context: Some("more".into()), diff: None };
        assert_eq!(read_reply(&mut &encode_reply(&judged)[..]), Some(judged));
        for outcome in [Outcome::Said(Answer::Session), Outcome::Unanswered] {
            assert_eq!(read_reply(&mut &encode_reply(&outcome)[..]), Some(outcome));
        }
    }

    #[test]
    fn a_part_of_a_request_is_none() {
        let whole = request().encode();
        for cut in 0..whole.len() {
            assert_eq!(read_request(&mut &whole[..cut]), None, "{cut} bytes");
        }
    }

    #[test]
    fn what_says_another_version_or_anything_else_is_none() {
        let other = encode(&[b"0.0.9 1", JUDGE, b"claude-code", b"/", b"{}"]);
        let longer = encode(&[VERSION, JUDGE, b"claude-code", b"/", b"{}", b"more"]);
        let lying = [&8_u32.to_le_bytes()[..], &200_u32.to_le_bytes()[..], b"four"].concat();
        for bytes in [&other[..], &longer, &lying, b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0xff; 64], &[0; 64]] {
            assert_eq!(read_request(&mut &bytes[..]), None, "{bytes:?}");
            assert_eq!(read_reply::<Judged>(&mut &bytes[..]), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_changed_byte_never_panics() {
        let whole = request().encode();
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = read_request(&mut &changed[..]);
            }
        }
    }

    #[test]
    fn a_request_longer_than_the_cap_is_not_read() {
        let claim = (LONGEST_REQUEST + 1).to_le_bytes();
        let mut endless = (&claim[..]).chain(std::io::repeat(0));
        assert_eq!(read_request(&mut endless), None);
    }
}
