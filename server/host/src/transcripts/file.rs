//! A transcript as a file: opened without waiting, read on from where it was left in lines that are whole, or anew where it is another.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use countersign_core::usage::Tally;
use rustix::fs::OFlags;

/// Bytes that are read at a time; a longer line is passed over.
const BLOCK: usize = 4 << 20;
/// Bytes that are read at most, however much time there is; the next read goes on.
const MOST: u64 = 256 << 20;
/// By so many of its first bytes a file is told from another.
const HEAD: u64 = 512;
/// Bytes that are read again by the next rather than a place kept behind which nothing was spent.
const AGAIN: u64 = 1 << 20;

/// Reads on in a transcript from where `tally` was left; none where there is nothing new. `line` counts a line.
///
/// # Errors
/// If it is no regular file, is named by no absolute path, or cannot be read. One that is not there yet is nothing new.
pub(super) fn read_on(
    path: &Path,
    mut tally: Tally,
    line: &mut dyn FnMut(&mut Tally, &str),
    in_time: &mut dyn FnMut() -> bool,
) -> Result<Option<Tally>> {
    let Some(file) = open(path)? else { return Ok(None) };
    let length = file.metadata()?.len();
    let is_same = length >= tally.upto && tally.file == name(path, &file, tally.upto)?;
    if !is_same {
        // When the session began is known before there is a file.
        let head = tally.head.filter(|_| tally.file.is_empty());
        tally = Tally { head, ..Tally::default() };
    }
    let begin = tally.upto;
    while tally.upto < length && tally.upto - begin < MOST && in_time() {
        let mut block = vec![0; BLOCK.min(usize::try_from(length - tally.upto).unwrap_or(BLOCK))];
        let read = fill(&file, &mut block, tally.upto)?;
        let taken = lines(&mut tally, &block[..read], line);
        match taken {
            // A line that does not fit is left behind; of a last one the rest may come.
            0 if read == BLOCK => tally.upto += read as u64,
            0 => break,
            taken => tally.upto += taken as u64,
        }
    }
    tally.file = name(path, &file, tally.upto)?;
    Ok((tally.upto > begin || !is_same).then_some(tally))
}

/// Counts the lines that are whole; how many bytes they are.
pub(super) fn lines(tally: &mut Tally, bytes: &[u8], line: &mut dyn FnMut(&mut Tally, &str)) -> usize {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let texts = bytes[..whole].split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    texts.for_each(|text| line(tally, text));
    whole
}

/// Whether a count says more than the one before, or is so far on that the way should not be gone again.
pub(super) fn is_worth_keeping(before: &Tally, tally: &Tally) -> bool {
    let said = |tally: &Tally| (tally.own.clone(), tally.subagents.clone(), tally.model.clone());
    tally.upto < before.upto || tally.upto - before.upto > AGAIN || said(before) != said(tally)
}

/// Nothing but a regular file is opened: another may wait for a writer, or do something when it is opened.
fn open(path: &Path) -> Result<Option<File>> {
    if !path.is_absolute() {
        bail!("it is not named by an absolute path");
    }
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => {
            if !found?.is_file() {
                bail!("it is no regular file");
            }
        }
    }
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).context("flags are few")?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    // Another may have come to stand there meanwhile.
    if !file.metadata()?.is_file() {
        bail!("it is no regular file");
    }
    Ok(Some(file))
}

/// What tells a file from another that may come to stand in its place: its path, and how it begins as far as it was read.
fn name(path: &Path, file: &File, upto: u64) -> Result<String> {
    let mut head = vec![0; usize::try_from(upto.min(HEAD)).unwrap_or_default()];
    let read = fill(file, &mut head, 0)?;
    let mut hash = blake3::Hasher::new();
    hash.update(path.as_os_str().as_bytes()).update(&[0]).update(&head[..read]);
    Ok(hash.finalize().to_hex()[..16].to_owned())
}

/// Reads until the block is full or the file ends; how many bytes.
fn fill(file: &File, block: &mut [u8], at: u64) -> Result<usize> {
    let mut read = 0;
    while read < block.len() {
        match file.read_at(&mut block[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => bail!("{error}"),
        }
    }
    Ok(read)
}
