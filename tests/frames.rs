//! JSON-RPC messages as the Language Server Protocol frames them on a stream: a `Content-Length` header, a blank line, the JSON.

use std::io::{self, BufRead, Write};

use serde_json::Value;

/// Writes one message and flushes it. Errors are the stream's.
pub fn write(stream: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    // In one write: a reader that looks between two would see half a frame, which no editor sends on purpose.
    stream.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    stream.flush()
}

/// Reads the next message; `None` at a stream's end between two messages. Anything that is no frame is an `InvalidData` error which quotes it.
pub fn read(stream: &mut impl BufRead) -> io::Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return if length.is_none() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            Some((name, _)) if name.eq_ignore_ascii_case("content-type") => {}
            _ => return Err(invalid(format!("not a header: {line:?}"))),
        }
    }
    let mut body = vec![0; length.ok_or_else(|| invalid("a frame without Content-Length".to_owned()))?];
    stream.read_exact(&mut body)?;
    serde_json::from_slice(&body)
        .map(Some)
        .map_err(|error| invalid(format!("{error} in {:?}", String::from_utf8_lossy(&body))))
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
