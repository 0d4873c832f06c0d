//! Which pending changes a command is about: by hunk, file, session, rule, scope, or all.

use countersign_core::author::Author;
use countersign_core::hunk::Hunk;
use countersign_core::review::{OUT_OF_SCOPE, pending};
use countersign_core::verdict::Decision;
use serde::Deserialize;
use tower_lsp::gen_lsp_types::Uri;

use super::owner::Owner;

/// See the module; and how a revert is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Which {
    pub(super) hunk: Option<String>,
    /// Several, of any files: what is meant goes in one edit of each.
    pub(super) hunks: Vec<String>,
    pub(super) uri: Option<String>,
    pub(super) path: Option<String>,
    pub(super) session: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) out_of_scope: bool,
    pub(super) all: bool,
    /// What the user wrote in the same hunks, too.
    pub(super) include_mine: bool,
    /// Also while an agent is at work.
    pub(super) now: bool,
    /// Once no agent is at work.
    pub(super) wait: bool,
}

impl Which {
    /// The files in which something may be meant.
    pub(super) fn paths(&self, owner: &mut Owner) -> Result<Vec<String>, String> {
        let named = match (&self.uri, &self.path) {
            (Some(uri), _) => Some(owner.path_of(&Uri(uri.clone())).ok_or("the document is not in the workspace")?),
            (None, path) => path.clone(),
        };
        if named.is_none()
            && !self.names_hunks()
            && self.session.is_none()
            && self.rule.is_none()
            && !self.out_of_scope
            && !self.all
        {
            return Err("say what: a hunk, hunks, uri, session, rule, outOfScope or all".to_owned());
        }
        let files = owner.store.workspace.files().map(|(path, _)| path.to_owned());
        Ok(files.filter(|path| named.as_ref().is_none_or(|named| named == path)).collect())
    }

    /// Whose changes are meant.
    pub(super) fn is_by(&self, author: &Author) -> bool {
        match &self.session {
            Some(wanted) => author.session().is_some_and(|session| session.to_string() == *wanted),
            None => author.is_agent() || self.names_hunks() && *author == Author::External,
        }
    }

    /// Whether it is by their names that hunks are meant.
    pub(super) fn names_hunks(&self) -> bool {
        self.hunk.is_some() || !self.hunks.is_empty()
    }

    /// Whether less than all is meant that someone did in a file.
    pub(super) fn is_by_part(&self) -> bool {
        self.names_hunks() || self.rule.is_some() || self.out_of_scope
    }

    /// The hunks of a file that are meant.
    pub(super) fn hunks(&self, owner: &Owner, path: &str) -> Vec<Hunk> {
        let Some(file) = owner.store.workspace.file(path) else { return Vec::new() };
        let review = owner.reviews.get(path);
        let says = |hunk: &Hunk, rule: &str| {
            review.is_some_and(|review| {
                review.findings.iter().any(|found| {
                    found.finding.rule == rule && found.hunk.is_some_and(|at| review.hunks[at].id == hunk.id)
                })
            })
        };
        let is_meant = |hunk: &Hunk| {
            if self.names_hunks() {
                let id = hunk.id.to_string();
                return self.hunk.as_ref() == Some(&id) || self.hunks.contains(&id);
            }
            hunk.authors.iter().any(|author| author.is_agent() && self.is_by(author))
                && self.rule.as_ref().is_none_or(|rule| says(hunk, rule))
                && (!self.out_of_scope || says(hunk, OUT_OF_SCOPE))
        };
        pending(file, owner.lineage(path)).into_iter().filter(is_meant).collect()
    }

    /// Whether it is meant that a file was moved, or that its mode was changed.
    pub(super) fn has_moves(&self, owner: &Owner, path: &str) -> bool {
        let whose = |author: &Author| self.is_by(author);
        let file = owner.store.workspace.file(path).filter(|_| !self.is_by_part());
        file.is_some_and(|file| {
            file.way_back(&whose).is_some()
                || file.mode_without(&whose).is_some()
                || file.empty_without(&whose).is_some()
        })
    }

    /// Whether a file that is no text is meant, which no hunk and no rule speaks of.
    pub(super) fn wants_whole(&self, owner: &Owner, path: &str) -> bool {
        let last = owner.store.workspace.file(path).filter(|file| file.is_whole).and_then(|file| file.wholes.last());
        let Some(last) = last.filter(|last| !self.names_hunks() && self.is_by(&last.author)) else { return false };
        let speaks_of_scope = self.out_of_scope || self.rule.as_deref() == Some(OUT_OF_SCOPE);
        match &self.rule {
            Some(rule) if rule != OUT_OF_SCOPE => false,
            _ if speaks_of_scope => last.author.session().is_some_and(|session| {
                let scope = owner.store.workspace.scope_of(session);
                owner.policy.scope.judge(path, None, scope).decision != Decision::Allow
            }),
            _ => true,
        }
    }
}
