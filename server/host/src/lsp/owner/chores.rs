//! Work of many steps: a step at a time, so that what editors tell and ask is served in between.

use std::collections::VecDeque;

use super::super::progress::Long;
use super::super::reverts::Bulk;
use super::Owner;
use crate::disk;

/// See the module.
#[derive(Debug)]
pub(in super::super) enum Chore {
    /// Files are looked at that may have changed while nobody looked.
    Scan { paths: VecDeque<String>, all: usize, long: Long },
    /// Agents are taken out of many files.
    Revert(Box<Bulk>),
}

impl Owner {
    /// Does one step of the first chore.
    pub(super) fn work(&mut self) {
        match self.chores.pop_front() {
            Some(Chore::Scan { mut paths, all, mut long }) => {
                let Some(path) = paths.pop_front() else { return };
                self.look_again(&path);
                long.step(all - paths.len(), all);
                self.chores.push_front(Chore::Scan { paths, all, long });
            }
            Some(Chore::Revert(bulk)) => {
                if let Some(bulk) = bulk.step(self) {
                    self.chores.push_front(Chore::Revert(Box::new(bulk)));
                }
            }
            None => {}
        }
    }

    /// Has files looked at anew.
    pub(super) fn scan(&mut self, paths: Vec<String>) {
        let long = self.long("Looking for changes", false);
        let all = paths.len();
        self.chores.push_back(Chore::Scan { paths: paths.into(), all, long });
    }

    pub(super) fn is_scanning(&self) -> bool {
        self.chores.iter().any(|chore| matches!(chore, Chore::Scan { .. }))
    }

    /// The person wants no more of the work that is shown under this name.
    pub(super) fn cancel(&mut self, token: &str) {
        let (stopped, others) = std::mem::take(&mut self.chores)
            .into_iter()
            .partition::<VecDeque<Chore>, _>(|chore| matches!(chore, Chore::Revert(bulk) if bulk.is_shown_as(token)));
        self.chores = others;
        for chore in stopped {
            if let Chore::Revert(bulk) = chore {
                bulk.stop(self);
            }
        }
    }

    /// Work that begins now and may turn out to be long.
    pub(in super::super) fn long(&mut self, title: &'static str, cancellable: bool) -> Long {
        self.numbers += 1;
        Long::new(title, self.numbers, cancellable, self.client.shows_progress.then(|| self.outbox.clone()))
    }

    fn look_again(&mut self, path: &str) {
        let Ok(reading) = disk::read_in(&self.store.root, path) else {
            // A folder stands in its place, or it is closed to us: it stays as it was known.
            return;
        };
        let known = self.store.journal().head(path).ok().flatten();
        if known.is_none_or(|head| head.disk != reading.disk) || !self.store.has_mode(path, &reading) {
            self.read_as_found(path);
        }
    }
}
