//! Cuts a byte stream into message bodies, forgiving what real clients and wrappers do to headers.
//! A header is any line that ends with `Content-Length: N`, in any case, with CRLF or LF; other lines are skipped.
//! Valid JSON never holds such a line outside its frame, so that a lost frame is found again at the next header.

/// A line longer than this is no header, and is not kept.
const LONGEST_LINE: usize = 64 * 1024;
/// What is kept of such a line: room for a header that is only half there.
const KEPT_TAIL: usize = 64;
const NAME: &[u8] = b"content-length";

/// The bytes held so far, and what is looked for in them.
#[derive(Debug)]
pub(super) struct Frames {
    held: Vec<u8>,
    /// Where in `held` the unread part begins.
    at: usize,
    wanted: Wanted,
    /// The longest body, in bytes, that is taken.
    longest: usize,
    /// Bytes skipped since the last header.
    junk: usize,
}

#[derive(Debug)]
enum Wanted {
    /// A header line, or the blank one after it: what length has been read so far?
    Header(Option<Result<usize, String>>),
    /// A body of this many bytes.
    Body(usize),
}

/// What a stream was found to hold next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Body(Vec<u8>),
    /// A header whose length cannot be used, and why; the search goes on right behind it.
    Unusable(String),
}

impl Frames {
    pub(super) fn new(longest: usize) -> Self {
        Self { held: Vec::new(), at: 0, wanted: Wanted::Header(None), longest, junk: 0 }
    }

    /// Where newly read bytes are appended.
    pub(super) fn intake(&mut self) -> &mut Vec<u8> {
        self.held.drain(..self.at);
        self.at = 0;
        &mut self.held
    }

    /// Puts bytes back in front: the end of a body whose length took too much.
    pub(super) fn give_back(&mut self, bytes: &[u8]) {
        self.held.splice(..self.at, bytes.iter().copied());
        self.at = 0;
    }

    /// The next frame, `None` until more bytes are there.
    pub(super) fn next(&mut self) -> Option<Frame> {
        loop {
            match &mut self.wanted {
                Wanted::Body(length) => {
                    let body = self.held.get(self.at..)?.get(..*length)?.to_vec();
                    self.at += body.len();
                    self.wanted = Wanted::Header(None);
                    if self.at == self.held.len() {
                        // A large frame's memory is not kept for small ones.
                        self.held = Vec::new();
                        self.at = 0;
                    }
                    return Some(Frame::Body(body));
                }
                Wanted::Header(length) => {
                    let length = length.take();
                    let Some(line) = self.line() else {
                        self.wanted = Wanted::Header(length);
                        return None;
                    };
                    match self.after_line(&line, length) {
                        Ok(wanted) => self.wanted = wanted,
                        Err(why) => {
                            self.wanted = Wanted::Header(None);
                            return Some(Frame::Unusable(why));
                        }
                    }
                }
            }
        }
    }

    /// What is wanted after a line; an error when a header ended without a length that can be used.
    fn after_line(&mut self, line: &[u8], read: Option<Result<usize, String>>) -> Result<Wanted, String> {
        if !line.is_empty() {
            let found = length_in(line, self.longest);
            if found.is_none() && read.is_none() && !is_named(line, b"content-type") {
                self.junk += line.len();
            }
            return Ok(Wanted::Header(found.or(read)));
        }
        let Some(length) = read else { return Ok(Wanted::Header(None)) };
        if self.junk > 0 {
            tracing::warn!(bytes = self.junk, "skipped input that is no message");
            self.junk = 0;
        }
        length.map(Wanted::Body)
    }

    /// The next line without its break, `None` until it is whole.
    fn line(&mut self) -> Option<Vec<u8>> {
        let unread = &self.held[self.at..];
        let Some(end) = unread.iter().position(|byte| *byte == b'\n') else {
            if unread.len() > LONGEST_LINE {
                self.junk += unread.len() - KEPT_TAIL;
                self.at = self.held.len() - KEPT_TAIL;
            }
            return None;
        };
        let line = unread[..end].strip_suffix(b"\r").unwrap_or(&unread[..end]).to_vec();
        self.at += end + 1;
        Some(line)
    }
}

/// Where in a body that is no JSON a header begins, whole or cut off by the body's end: there its length was wrong.
pub(super) fn header_within(body: &[u8]) -> Option<usize> {
    (0..body.len()).find(|at| {
        let rest = &body[*at..];
        let same = rest.iter().zip(NAME).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        if same < NAME.len() {
            return same == rest.len();
        }
        let value = rest[same..].iter().skip_while(|byte| matches!(byte, b' ' | b':' | b'0'..=b'9'));
        value.clone().next().is_none_or(|byte| matches!(byte, b'\r' | b'\n'))
    })
}

fn is_named(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// The length that a line gives, `None` when it is no `Content-Length` header.
///
/// In the middle of a line, behind an unframed body, only a number counts; a line of its own may be a bad one.
fn length_in(line: &[u8], longest: usize) -> Option<Result<usize, String>> {
    let at = (0..line.len().checked_sub(NAME.len())?).rfind(|at| is_named(&line[*at..], NAME))?;
    let value = line[at + NAME.len()..].trim_ascii_start().strip_prefix(b":")?.trim_ascii();
    let value = String::from_utf8_lossy(value);
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<usize>() {
        Ok(length) if digits && length <= longest => Some(Ok(length)),
        _ if digits => Some(Err(format!("a message of {value} bytes is over the limit of {longest}"))),
        _ if at == 0 => Some(Err(format!("the Content-Length {value:?} is no number"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    /// All frames of a stream that comes in pieces of this many bytes, one a line.
    fn cut(stream: &[u8], piece: usize) -> String {
        let mut frames = Frames::new(1000);
        let mut cut = String::new();
        for piece in stream.chunks(piece) {
            frames.intake().extend_from_slice(piece);
            while let Some(frame) = frames.next() {
                cut += &match frame {
                    Frame::Body(body) => format!("body {}\n", String::from_utf8_lossy(&body)),
                    Frame::Unusable(why) => format!("unusable: {why}\n"),
                };
            }
        }
        cut
    }

    fn check(stream: &str, expected: &Expect) {
        for piece in [1, 2, 7, stream.len()] {
            expected.assert_eq(&cut(stream.as_bytes(), piece));
        }
    }

    #[test]
    fn headers_are_read_in_any_case_with_either_break_and_with_others_around() {
        check(
            "Content-Length: 2\r\n\r\n{}content-length:2\n\n[]CONTENT-LENGTH : 02 \r\nContent-Type: x\r\nX: y\r\n\r\n{}",
            &expect![[r#"
                body {}
                body []
                body {}
            "#]],
        );
    }

    #[test]
    fn lines_that_are_no_header_are_skipped() {
        check(
            "Last login: today\r\n\r\nnot a header\r\nContent-Length: 2\r\n\r\n{}\r\n\r\nContent-Length: 2\r\n\r\n[]",
            &expect![[r#"
                body {}
                body []
            "#]],
        );
    }

    #[test]
    fn a_body_without_a_usable_length_is_skipped_up_to_the_next_header() {
        check(
            "Content-Length: many\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}Content-Length: -1\r\n\r\n{}\nContent-Length: 2\r\n\r\n[]",
            &expect![[r#"
                unusable: the Content-Length "many" is no number
                body {}
                unusable: the Content-Length "-1" is no number
                body []
            "#]],
        );
    }

    #[test]
    fn a_body_over_the_limit_is_skipped_and_not_kept() {
        let mut frames = Frames::new(1000);
        frames.intake().extend_from_slice(b"Content-Length: 4294967296\r\n\r\n");
        assert!(matches!(frames.next(), Some(Frame::Unusable(_))));
        for _ in 0..100 {
            frames.intake().extend_from_slice(&[b'x'; 50_000]);
            assert_eq!(frames.next(), None);
            assert!(frames.held.len() - frames.at <= LONGEST_LINE);
        }
        frames.intake().extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(frames.next(), Some(Frame::Body(b"{}".to_vec())));
    }

    #[test]
    fn a_header_inside_a_broken_body_is_found_whole_or_cut() {
        let found = |body: &str| header_within(body.as_bytes()).map(|at| body[at..].to_owned());
        assert_eq!(found("{\"a\":Content-Length: 52\r\n\r\n{\"b"), Some("Content-Length: 52\r\n\r\n{\"b".to_owned()));
        assert_eq!(found("{\"a\":content-le"), Some("content-le".to_owned()));
        assert_eq!(found("{\"a\": \"Content-Length: 52\"}"), None);
    }

    /// Bytes at random, and pieces of headers among them.
    fn garbage() -> impl Strategy<Value = Vec<u8>> {
        let pieces: [&[u8]; 8] =
            [b"Content-Length", b":", b" 7", b"999", b"\n", b"\r\n\r\n", b"{\"a\":", b"Content-Length: 12\r\n\r\n"];
        let piece = proptest::sample::select(pieces.to_vec()).prop_map(<[u8]>::to_vec);
        let noise = proptest::collection::vec(any::<u8>(), 0..9);
        proptest::collection::vec(prop_oneof![piece, noise], 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn after_any_garbage_at_most_one_good_frame_is_lost(garbage in garbage()) {
            // A length inside the garbage may take the next frame with it, never two: that one is as long as any may be.
            let next = format!("\n\nContent-Length: 1000\r\n\r\n{}", "x".repeat(1000));
            let stream = [&garbage, next.as_bytes(), b"Content-Length: 2\r\n\r\n{}"].concat();
            let cut = cut(&stream, 64);
            prop_assert!(cut.ends_with("body {}\n"), "{cut}");
        }
    }
}
