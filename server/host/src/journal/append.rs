//! Appending: events, the texts that they need, their links and the move of a disk head, in one transaction or not at all.

use anyhow::{Result, bail};
use rusqlite::{Transaction, TransactionBehavior, params};

use super::blob::{self, Packed};
use super::chain::{self, Linked};
use super::head::{self, Disk, DiskHead};
use super::read;
use super::{Hash, Journal, Seq};

/// An event to append.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewEvent<'a> {
    /// What kind of event it is, as the reader will tell it from others.
    pub kind: &'a str,
    /// The file that it is about.
    pub path: Option<&'a str>,
    /// The session that it belongs to.
    pub session: Option<&'a str>,
    /// When, in milliseconds since 1970 (UTC).
    pub time: i64,
    /// JSON, kept as it is.
    pub body: &'a str,
    /// The texts that it needs, whole; each is stored once, however often it is given.
    pub blobs: &'a [&'a [u8]],
}

/// A disk head to move: this batch tells how the file got from one content to another.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The file.
    pub path: &'a str,
    /// What the writer took the file to hold before; none for a file that the journal does not know.
    pub expected: Option<Disk>,
    /// What the file holds now.
    pub new: Disk,
}

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "only `Written` was written"]
pub enum Appended {
    /// All of it is in the journal, from `first` to `last`.
    Written {
        /// The first event's place.
        first: Seq,
        /// The last event's place.
        last: Seq,
    },
    /// Nothing was written: the head is already what it was to become. Another process told of the same write first.
    AlreadyThere {
        /// The head, with the event that brought it there: a claim can be appended for that one.
        head: DiskHead,
    },
    /// Nothing was written: the head is something else than was expected. Take the difference again from there.
    Moved {
        /// The head; none where the journal does not know the file.
        head: Option<DiskHead>,
    },
    /// Nothing was written: this journal was set aside or deleted, and what it told is no longer what others see. Open
    /// it again.
    Replaced,
}

/// What an append must survive once it is acknowledged. Either survives the end of the process, however sudden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut may take the last edits, always the newest first; what is left is whole.
    Edit,
    /// A power cut takes nothing: the disk has it, and all that was appended before it.
    Decision,
}

impl Journal {
    /// Appends all events of `batch`, or none. With a `head`, only where the file's head is still what the writer
    /// expects, compared and moved in the same transaction; the new head then points at the batch's last event.
    ///
    /// Fails, with nothing written, on an empty batch, a full or read-only disk, or when other processes keep the journal
    /// locked for five seconds.
    pub fn append(
        &mut self,
        batch: &[NewEvent<'_>],
        head: Option<&Head<'_>>,
        durability: Durability,
    ) -> Result<Appended> {
        self.append_guarded(batch, durability, |transaction, last| match head {
            None => Ok(None),
            Some(head) => match refuse(transaction, head)? {
                None => {
                    head::set(transaction, head.path, DiskHead { disk: head.new, seq: last })?;
                    Ok(None)
                }
                refused => Ok(refused),
            },
        })
    }

    /// The same for a file that goes from one path to another: only where each of these heads is still what the writer expects.
    pub fn append_moving(
        &mut self,
        batch: &[NewEvent<'_>],
        heads: &[Head<'_>; 2],
        durability: Durability,
    ) -> Result<Appended> {
        self.append_guarded(batch, durability, |transaction, last| {
            for head in heads {
                let found = head::get(transaction, head.path)?;
                if found.map(|found| found.disk) != head.expected {
                    return Ok(Some(Appended::Moved { head: found }));
                }
            }
            for head in heads {
                head::set(transaction, head.path, DiskHead { disk: head.new, seq: last })?;
            }
            Ok(None)
        })
    }

    /// The same for what a session tells: only where nothing of it was appended behind the event that the writer saw last of it.
    pub fn append_of_session(
        &mut self,
        batch: &[NewEvent<'_>],
        session: &str,
        seen: Seq,
        durability: Durability,
    ) -> Result<Appended> {
        self.append_guarded(batch, durability, |transaction, last| {
            let before = read::last_of_session(transaction, session, last - batch.len() as Seq)?;
            Ok((before > seen).then_some(Appended::Moved { head: None }))
        })
    }

    /// `guard` moves heads, to the batch's last event, or says why nothing is to be written.
    fn append_guarded(
        &mut self,
        batch: &[NewEvent<'_>],
        durability: Durability,
        guard: impl FnOnce(&Transaction<'_>, Seq) -> Result<Option<Appended>>,
    ) -> Result<Appended> {
        let appended = self.try_append(batch, durability, guard);
        let appended = self.told("append", appended)?;
        if let Appended::Written { last, .. } = appended {
            self.wake_others(last);
            self.shorten_log();
        }
        Ok(appended)
    }

    fn try_append(
        &mut self,
        batch: &[NewEvent<'_>],
        durability: Durability,
        guard: impl FnOnce(&Transaction<'_>, Seq) -> Result<Option<Appended>>,
    ) -> Result<Appended> {
        if batch.is_empty() {
            bail!("a batch without events was to be appended");
        }
        // Compressing takes longer than writing: it is done before others are kept waiting.
        let texts = batch.iter().flat_map(|event| event.blobs.iter().copied());
        let new_blobs = blob::pack_new(&self.connection, texts)?;
        self.set_durability(durability)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if self.files.identity()? != Some(self.identity) {
            return Ok(Appended::Replaced);
        }
        let (first, last) = insert(&transaction, batch, &new_blobs, self.id)?;
        // A transaction that is let go leaves nothing behind.
        if let Some(refused) = guard(&transaction, last)? {
            return Ok(refused);
        }
        transaction.commit()?;
        Ok(Appended::Written { first, last })
    }

    fn set_durability(&mut self, durability: Durability) -> Result<()> {
        if self.durability != durability {
            let level = match durability {
                Durability::Edit => "NORMAL",
                Durability::Decision => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.durability = durability;
        }
        Ok(())
    }
}

fn refuse(transaction: &Transaction<'_>, wanted: &Head<'_>) -> Result<Option<Appended>> {
    let found = head::get(transaction, wanted.path)?;
    Ok(match found {
        Some(head) if head.disk == wanted.new => Some(Appended::AlreadyThere { head }),
        _ if found.map(|head| head.disk) == wanted.expected => None,
        head => Some(Appended::Moved { head }),
    })
}

/// Gives the places of the first and the last event.
fn insert(transaction: &Transaction<'_>, batch: &[NewEvent<'_>], blobs: &[Packed], id: Hash) -> Result<(Seq, Seq)> {
    for packed in blobs {
        blob::insert(transaction, packed)?;
    }
    let (before, mut link) = chain::last(transaction, id)?;
    let mut seq = before;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO events (seq, kind, path, session, time, body, blobs, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for event in batch {
        seq += 1;
        let hashes: Vec<u8> = event.blobs.iter().flat_map(|text| *super::hash(text).as_bytes()).collect();
        link = chain::link(
            &link,
            &Linked {
                seq,
                kind: event.kind.as_bytes(),
                path: event.path.map(str::as_bytes),
                session: event.session.map(str::as_bytes),
                time: event.time,
                body: event.body.as_bytes(),
                blobs: &hashes,
            },
        );
        let hashes = (!hashes.is_empty()).then_some(hashes);
        statement.execute(params![
            seq,
            event.kind,
            event.path,
            event.session,
            event.time,
            event.body,
            hashes,
            link.as_bytes()
        ])?;
    }
    Ok((before + 1, seq))
}
