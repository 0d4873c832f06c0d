//! What other processes journaled, taken over: all of it, or, in a process of milliseconds, no more than was asked for.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use countersign_core::event::{Fact, What};
use countersign_core::session::Session;

use super::{ANY_SESSION, MOVED, Reach, SCOPED, Store, USED, VIEWED, now};
use crate::journal::{Disk, Event, Seq};

/// Events that are read at a time.
pub(super) const PAGE: usize = 1000;
/// And so many are folded at a time: a long file's text is made anew each time.
const FOLDED: usize = 50_000;
/// Milliseconds: an agent of which nothing was heard for so long writes no more.
const SILENCE: u64 = 10 * 60 * 1000;
/// So many of the last things that an agent told are what its next one may go with.
const RECENT: usize = 64;

impl Store {
    /// Whether other processes may have journaled something.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn is_behind(&mut self) -> Result<bool> {
        self.journal.changed_elsewhere()
    }

    /// Takes over what other processes journaled. The paths that it was about.
    ///
    /// # Errors
    /// If the journal cannot be read, or holds what this version does not understand.
    pub fn catch_up(&mut self) -> Result<BTreeSet<String>> {
        self.catch_up_telling(&mut |_, _| {})
    }

    /// The same; `tell` hears, from time to time, how many events of how many are taken over.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub fn catch_up_telling(&mut self, tell: &mut dyn FnMut(usize, usize)) -> Result<BTreeSet<String>> {
        let mut touched = BTreeSet::new();
        match &self.reach {
            Reach::All => {
                let (began, mut seq, mut facts) = (self.seq, self.seq, Vec::new());
                loop {
                    let events = self.journal.events_after(seq, PAGE)?;
                    for event in events.iter().filter(|event| !self.own.contains(&event.seq)) {
                        facts.push(self.decoded(event)?);
                        touched.extend(event.path.clone());
                    }
                    seq = events.last().map_or(seq, |last| last.seq);
                    let is_last = events.len() < PAGE;
                    if is_last || facts.len() >= FOLDED {
                        self.recall(std::mem::take(&mut facts), seq)?;
                        self.own = self.own.split_off(&(seq + 1));
                        self.seq = seq;
                    }
                    if is_last {
                        break;
                    }
                    tell((seq - began) as usize, (self.journal.last_seq()? - began) as usize);
                }
            }
            Reach::Some { paths, sessions } => {
                let (paths, sessions) = (paths.clone(), sessions.clone());
                for path in paths.keys() {
                    self.catch_up_path(path)?;
                }
                for session in sessions.keys() {
                    self.catch_up_session(session)?;
                }
            }
        }
        self.pay_owed()?;
        Ok(touched)
    }

    /// Sees to it that a session, and the scope of all, is known.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub fn know_session(&mut self, session: &Session) -> Result<()> {
        if let Reach::Some { sessions, .. } = &mut self.reach {
            let wanted = [session.parent().to_string(), session.to_string(), ANY_SESSION.to_owned()];
            for session in &wanted {
                sessions.entry(session.clone()).or_default();
            }
            for session in wanted {
                self.catch_up_session(&session)?;
            }
        }
        Ok(())
    }

    /// Sees to it that what a session and its subagents spent is known, as far as it was counted.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub fn know_spent(&mut self, session: &Session) -> Result<()> {
        if let Reach::All = self.reach {
            return self.catch_up().map(drop);
        }
        let events = self.journal.newest_of_family(&session.id, USED)?;
        self.take_over_new(&events)
    }

    /// Sees to it that what agents announced that may be at work now is known: what is read then may be theirs. Whether that was news.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub fn know_who_is_at_work(&mut self) -> Result<bool> {
        if !matches!(self.reach, Reach::Some { .. }) {
            return Ok(false);
        }
        let since = i64::try_from(now().saturating_sub(SILENCE)).unwrap_or_default();
        let mut is_news = false;
        for session in self.journal.sessions_since(since)? {
            let upto = |store: &Self| match &store.reach {
                Reach::Some { sessions, .. } => sessions.get(&session).copied(),
                Reach::All => None,
            };
            let before = upto(self);
            if let Reach::Some { sessions, .. } = &mut self.reach {
                sessions.entry(session.clone()).or_default();
            }
            self.catch_up_session(&session)?;
            is_news |= upto(self) != before;
        }
        Ok(is_news)
    }

    fn catch_up_path(&mut self, path: &str) -> Result<()> {
        let Reach::Some { paths, .. } = &self.reach else { return Ok(()) };
        let events = self.journal.events_of_path(path, paths.get(path).copied().unwrap_or_default())?;
        if events.iter().any(|event| event.kind == MOVED && !self.own.contains(&event.seq)) {
            return self.take_over_from_all_it_came_from(path);
        }
        self.take_over_new(&events)?;
        if let (Reach::Some { paths, .. }, Some(last)) = (&mut self.reach, events.last()) {
            paths.insert(path.to_owned(), last.seq);
        }
        Ok(())
    }

    fn catch_up_session(&mut self, session: &str) -> Result<()> {
        let Reach::Some { sessions, .. } = &self.reach else { return Ok(()) };
        let after = sessions.get(session).copied().unwrap_or_default();
        let events = self.journal.newest_of_session(session, after, RECENT, [SCOPED, USED])?;
        self.take_over_new(&events)?;
        if let (Reach::Some { sessions, .. }, Some(last)) = (&mut self.reach, events.last()) {
            sessions.insert(session.to_owned(), last.seq);
        }
        Ok(())
    }

    /// Sees to it that what the journal has of a file is known.
    ///
    /// # Errors
    /// As [`Store::catch_up`].
    pub fn know_path(&mut self, path: &str) -> Result<()> {
        if let Reach::Some { paths, .. } = &mut self.reach {
            paths.entry(path.to_owned()).or_default();
            return self.catch_up_path(path);
        }
        self.catch_up()?;
        Ok(())
    }

    /// What a file held on disk by all that is known of it; none where another process told of more: a plan that was made of what is known is
    /// none then.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn planned_on(&self, path: &str) -> Result<Option<Disk>> {
        // In this order: what is told between the two is news.
        let head = self.journal.head(path)?;
        let known = match &self.reach {
            Reach::All => self.seq,
            Reach::Some { paths, .. } => paths.get(path).copied().unwrap_or_default(),
        };
        let events = self.journal.events_of_path(path, known)?;
        let has_news = events.iter().any(|event| event.kind != VIEWED && !self.own.contains(&event.seq));
        Ok((!has_news).then(|| head.map_or(Disk::Absent, |head| head.disk)))
    }

    fn take_over_new(&mut self, events: &[Event]) -> Result<()> {
        let new: Vec<&Event> = events.iter().filter(|event| !self.own.contains(&event.seq)).collect();
        self.take_over(&new)
    }

    pub(super) fn take_over(&mut self, events: &[&Event]) -> Result<()> {
        let facts = events.iter().map(|event| self.decoded(event)).collect::<Result<Vec<Fact>>>()?;
        self.recall(facts, events.last().map_or(0, |event| event.seq))
    }

    /// Takes over what the journal tells, up to this event.
    fn recall(&mut self, facts: Vec<Fact>, upto: Seq) -> Result<()> {
        self.workspace.recall_all(facts).map_err(|missing| anyhow::anyhow!("the journal up to event {upto}: {missing}"))
    }

    fn decoded(&self, event: &Event) -> Result<Fact> {
        self.decode(event).with_context(|| format!("event {} of the journal", event.seq))
    }

    pub(super) fn decode(&self, event: &Event) -> Result<Fact> {
        let mut fact: Fact =
            serde_json::from_str(&event.body).context("is not understood: was it written by a newer version?")?;
        if let (What::Began { text, .. }, Some(hash)) = (&mut fact.what, event.blobs.first()) {
            let bytes = self.journal.blob(hash)?.context("a text is missing")?;
            *text = String::from_utf8(bytes).context("a text is damaged")?;
        }
        Ok(fact)
    }
}
