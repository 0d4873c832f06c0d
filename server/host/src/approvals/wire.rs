//! What goes over a hook's socket: one request, one reply. Either is a length and then byte strings, each with its length, of which the
//! first is the version: who reads another one than its own has read nothing.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::agents::{MAX_PAYLOAD, Reply};

/// Raised with every change of the form. Processes of two releases do not talk: they may judge differently.
const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), " 1").as_bytes();
/// The longest request, in bytes: a message of an agent and what goes with it.
const LONGEST_REQUEST: u32 = MAX_PAYLOAD as u32 + 64 * 1024;
/// So many bytes are read at a time.
const CHUNK: usize = 256 * 1024;
/// The longest reply, in bytes.
const LONGEST_REPLY: u32 = 1024 * 1024;

/// What a hook was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The agent's name.
    pub agent: String,
    /// The folder that it was started for.
    pub dir: PathBuf,
    /// The agent's message, as it came.
    pub payload: Vec<u8>,
}

impl Request {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&[VERSION, self.agent.as_bytes(), self.dir.as_os_str().as_bytes(), &self.payload])
    }
}

/// A request; none where it is not one of this version, or does not come.
pub fn read_request(from: &mut impl Read) -> Option<Request> {
    let body = read(from, LONGEST_REQUEST)?;
    let [agent, dir, payload] = fields(&body)?;
    let agent = std::str::from_utf8(agent).ok()?.to_owned();
    Some(Request { agent, dir: OsStr::from_bytes(dir).into(), payload: payload.to_owned() })
}

/// A reply as bytes.
#[must_use]
pub fn encode_reply(reply: &Reply) -> Vec<u8> {
    encode(&[VERSION, reply.stdout.as_bytes(), reply.stderr.as_bytes(), &[reply.code]])
}

/// A reply; none where it is not one of this version, or does not come.
pub fn read_reply(from: &mut impl Read) -> Option<Reply> {
    let body = read(from, LONGEST_REPLY)?;
    let [stdout, stderr, code] = fields(&body)?;
    let &[code] = code else { return None };
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    Some(Reply { stdout: text(stdout)?, stderr: text(stderr)?, code })
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
        Request { agent: "claude-code".into(), dir, payload: b"{\"a\": \xff\0}".to_vec() }
    }

    #[test]
    fn a_request_and_a_reply_come_as_they_were_sent() {
        assert_eq!(read_request(&mut &request().encode()[..]), Some(request()));
        let reply = Reply { stdout: "{}".into(), stderr: "é".into(), code: 2 };
        assert_eq!(read_reply(&mut &encode_reply(&reply)[..]), Some(reply));
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
        let other = encode(&[b"0.0.9 1", b"claude-code", b"/", b"{}"]);
        let longer = encode(&[VERSION, b"claude-code", b"/", b"{}", b"more"]);
        let lying = [&8_u32.to_le_bytes()[..], &200_u32.to_le_bytes()[..], b"four"].concat();
        for bytes in [&other[..], &longer, &lying, b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0xff; 64], &[0; 64]] {
            assert_eq!(read_request(&mut &bytes[..]), None, "{bytes:?}");
            assert_eq!(read_reply(&mut &bytes[..]), None, "{bytes:?}");
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
