//! Blobs: whole texts, named by their hash, stored once, compressed where that makes them smaller.

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Hash, Journal};

/// The longest text that is stored, in bytes: half of what SQLite holds in one piece.
const LONGEST: u32 = 1 << 29;

/// Shorter texts are kept as they are: compressing them gains nothing.
const SHORT: usize = 128;

impl Journal {
    /// The text of that hash, byte for byte; none where the journal has no such text. Fails where the stored text is no
    /// longer the one that was stored.
    pub fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>> {
        self.told("read a text", read(&self.connection, hash))
    }
}

/// A text as it is stored.
pub(super) struct Packed {
    pub(super) hash: Hash,
    /// Of the text, in bytes.
    pub(super) size: u32,
    /// Whether `bytes` are compressed.
    pub(super) packed: bool,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn pack(text: &[u8]) -> Result<Packed> {
    let size = match u32::try_from(text.len()) {
        Ok(size) if size <= LONGEST => size,
        _ => bail!("a text of {} bytes is longer than the journal takes ({LONGEST} bytes)", text.len()),
    };
    let hash = super::hash(text);
    if text.len() >= SHORT {
        let bytes = zstd::bulk::compress(text, zstd::DEFAULT_COMPRESSION_LEVEL).context("cannot compress a text")?;
        if bytes.len() < text.len() {
            return Ok(Packed { hash, size, packed: true, bytes });
        }
    }
    Ok(Packed { hash, size, packed: false, bytes: text.to_vec() })
}

/// The text, where it is still that of the hash.
pub(super) fn unpack(stored: Packed) -> Result<Vec<u8>> {
    let text = match stored.packed {
        true if stored.size <= LONGEST => {
            zstd::bulk::decompress(&stored.bytes, stored.size as usize).unwrap_or_default()
        }
        true => Vec::new(),
        false => stored.bytes,
    };
    if text.len() != stored.size as usize || super::hash(&text) != stored.hash {
        bail!("the text {} is damaged", stored.hash);
    }
    Ok(text)
}

/// The texts that the journal does not have yet, ready to be stored.
pub(super) fn pack_new<'a>(connection: &Connection, texts: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Packed>> {
    let mut new: Vec<Packed> = Vec::new();
    for text in texts {
        let hash = super::hash(text);
        if !new.iter().any(|packed| packed.hash == hash) && !has(connection, &hash)? {
            new.push(pack(text)?);
        }
    }
    Ok(new)
}

pub(super) fn has(connection: &Connection, hash: &Hash) -> Result<bool> {
    Ok(connection.prepare_cached("SELECT 1 FROM blobs WHERE hash = ?")?.exists([hash.as_bytes()])?)
}

/// Stores a text, unless another process did so since.
pub(super) fn insert(connection: &Connection, packed: &Packed) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO blobs (hash, size, packed, bytes) VALUES (?, ?, ?, ?)")?
        .execute(params![packed.hash.as_bytes(), packed.size, packed.packed, packed.bytes])?;
    Ok(())
}

pub(super) fn read(connection: &Connection, hash: &Hash) -> Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT size, packed, bytes FROM blobs WHERE hash = ?")?
        .query_row([hash.as_bytes()], |row| {
            Ok(Packed { hash: *hash, size: row.get(0)?, packed: row.get(1)?, bytes: row.get(2)? })
        })
        .optional()?
        .map(unpack)
        .transpose()
}
