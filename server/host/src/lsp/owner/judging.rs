//! When files are judged, and how what was found is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_core::review::{Case, Review};
use tower_lsp::gen_lsp_types::Uri;

use super::super::ext::{HunksChanged, WorkChanged};
use super::super::outbox::Out;
use super::super::worker::Job;
use super::super::{diagnostics, uri};
use super::{Owner, TURN, ready};
use crate::config;
use crate::store::now;

impl Owner {
    pub(in super::super) fn schedule(&mut self, path: &str, after: Duration) {
        self.due.insert(path.to_owned(), Instant::now() + after);
    }

    pub(in super::super) fn schedule_all(&mut self) {
        for path in self.all_paths() {
            self.schedule(&path, Duration::ZERO);
        }
    }

    pub(super) fn all_paths(&self) -> Vec<String> {
        self.store.workspace.files().map(|(path, _)| path.to_owned()).collect()
    }

    /// Has those files judged whose time has come, as many as fit between two letters.
    pub(super) fn judge_due(&mut self) {
        let began = Instant::now();
        for path in ready(&self.due, Instant::now()) {
            self.due.remove(&path);
            self.judge(&path);
            if began.elapsed() > TURN {
                break;
            }
        }
    }

    fn judge(&mut self, path: &str) {
        let stamp = self.stamps.entry(path.to_owned()).or_default();
        *stamp += 1;
        let stamp = *stamp;
        let Some(case) = Case::of(&self.store.workspace, path, self.lineage(path)) else { return };
        let job = Job { path: path.to_owned(), stamp, case, policy: self.policy.clone() };
        match self.worker.send(job) {
            Ok(()) => drop(self.judging.insert(path.to_owned())),
            Err(_) => tracing::error!("the worker is gone"),
        }
    }

    /// Whether what is known of a file is of its newest state.
    pub(super) fn is_judged(&self, path: &str) -> bool {
        !self.due.contains_key(path) && !self.judging.contains(path)
    }

    pub(super) fn is_all_judged(&self) -> bool {
        self.due.is_empty() && self.judging.is_empty() && !self.is_scanning()
    }

    /// A review comes back; one of a state that has passed is dropped.
    pub(super) fn analyzed(&mut self, path: &str, stamp: u64, review: Review) {
        if self.stamps.get(path) != Some(&stamp) {
            return;
        }
        self.judging.remove(path);
        if !self.due.contains_key(path) {
            let other = self.reviews.get(path) != Some(&review);
            self.reviews.insert(path.to_owned(), review);
            self.publish(path);
            let Some(version) = self.buffers.get(path).map(|buffer| buffer.version) else { return };
            // Of what it changed itself an editor asks by itself.
            if self.judged.insert(path.to_owned(), version) == Some(version) && other {
                self.refresh_marks();
            }
        }
    }

    /// Tells who wants to know that an agent is at work, or is no more.
    pub(super) fn tell_of_work(&mut self) {
        if !self.client.is_ours {
            return;
        }
        let at_work = self.store.workspace.is_at_work(now());
        if at_work != self.told_work {
            self.told_work = at_work;
            let _ = self.outbox.send(Out::Work(WorkChanged { at_work }));
        }
    }

    fn refresh_marks(&self) {
        if self.client.renews_lenses {
            let _ = self.outbox.send(Out::RefreshLenses);
        }
        if self.client.renews_hints {
            let _ = self.outbox.send(Out::RefreshHints);
        }
    }

    fn publish(&mut self, path: &str) {
        let Some(uri) = self.uri_of(path) else { return };
        self.tell_of(&uri);
        let version = self.buffers.get(path).map(|buffer| buffer.version);
        let counts = self.reviews.get(path).map(diagnostics::counts).unwrap_or_default();
        let _ = self.outbox.send(Out::Hunks(HunksChanged { uri, version, counts }));
    }

    /// Tells what is held against a file, or that there is news of it.
    fn tell_of(&mut self, uri: &Uri) {
        let items = diagnostics::of(self, uri);
        if self.client.pulls {
            return self.has_news(uri, &items);
        }
        let path = self.path_of(uri);
        let version = path.and_then(|path| self.buffers.get(&path)).map(|buffer| buffer.version);
        let _ = self.outbox.send(Out::Diagnostics { uri: uri.clone(), version, items });
    }

    /// Reads the policies again; what is wrong in one is shown in its file, and the last good one stays in force.
    pub(in super::super) fn reload_policy(&mut self) {
        let user = config::user_file(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME"));
        let before: Vec<PathBuf> = self.policy_errors.iter().map(|error| error.file.clone()).collect();
        self.policy_errors = self.policies.reload(&self.store.root, user.as_deref());
        let config = self.policies.config();
        self.policy = Arc::new(config.judged_by());
        if std::mem::replace(&mut self.ui, config.ui.clone()) != config.ui {
            self.refresh_marks();
        }
        let files = before.into_iter().chain(self.policy_errors.iter().map(|error| error.file.clone()));
        for file in files.collect::<std::collections::BTreeSet<_>>() {
            if let Some(uri) = uri::from_path(&file) {
                self.tell_of(&uri);
            }
        }
        self.schedule_all();
    }
}
