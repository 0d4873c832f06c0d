//! Which pending hunks a command is about: by name, session, rule, scope, path, or all.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::hunk::{Hunk, HunkId};
use countersign_core::review::{OUT_OF_SCOPE, Review, review};
use countersign_core::syntax::Budget;
use countersign_core::verdict::Decision;
use countersign_core::whole::{Earlier, earlier};
use countersign_core::workspace::{File, Way};

use super::{Desk, names};
use crate::git::Held;

#[derive(Debug, ClapArgs)]
pub(super) struct Selection {
    /// This hunk, as `status` names it; may be given again
    #[arg(long, value_name = "ID")]
    hunk: Vec<String>,
    /// What this session did
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// What this rule speaks against
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// What agents wrote where they were not to
    #[arg(long)]
    out_of_scope: bool,
    /// All that agents did
    #[arg(long)]
    all: bool,
    /// Only in these files and folders
    paths: Vec<PathBuf>,
}

/// What was selected of one file.
pub(super) struct Selected {
    pub(super) path: String,
    pub(super) hunks: Vec<Hunk>,
    /// All is meant that those who are meant did there, in these hunks or not.
    pub(super) all: bool,
    /// What it was before those that are meant changed all of it, where it is no text or was none.
    pub(super) earlier: Option<Earlier>,
    /// Where it goes back to, where those that are meant moved it.
    pub(super) way: Option<Way>,
    /// The mode that it had, where those that are meant changed that.
    pub(super) mode: Option<u32>,
    /// Whether it was there, where those that are meant made or deleted it with nothing in it.
    pub(super) empty: Option<bool>,
}

impl Selection {
    /// Whether it says what is meant; nothing at all does not.
    pub(super) fn check(&self) -> Result<()> {
        if self.hunk.is_empty()
            && self.session.is_none()
            && self.rule.is_none()
            && !self.out_of_scope
            && !self.all
            && self.paths.is_empty()
        {
            bail!(
                "say what: --all, --hunk ID, --session ID, --rule ID, --out-of-scope, or paths (see `countersign status`)"
            );
        }
        Ok(())
    }

    /// Whether less than all is meant that someone did in a file.
    fn is_by_part(&self) -> bool {
        !self.hunk.is_empty() || self.rule.is_some() || self.out_of_scope
    }

    /// Whether single hunks are named: then also those of nobody who said so may be meant.
    fn is_by_name(&self) -> bool {
        !self.hunk.is_empty()
    }

    /// A session or a rule that nobody knows is a slip, not a selection of nothing.
    fn check_names(&self, desk: &Desk) -> Result<()> {
        if let Some(wanted) = &self.session
            && !desk.store.workspace.sessions().keys().any(|session| is_session(session, wanted))
        {
            bail!("no session `{wanted}` was heard of; see `countersign status`");
        }
        match &self.rule {
            Some(rule) if rule != OUT_OF_SCOPE && countersign_core::rules::rule(rule).is_none() => {
                bail!("there is no rule `{rule}`: `countersign explain` lists them")
            }
            _ => Ok(()),
        }
    }

    /// What is selected, file by file. A hunk that is not there (any more) is refused.
    pub(super) fn resolve(&self, desk: &Desk) -> Result<Vec<Selected>> {
        self.check()?;
        self.check_names(desk)?;
        let paths = desk.paths(&self.paths)?;
        let ids: Vec<HunkId> = self
            .hunk
            .iter()
            .map(|id| id.parse().map_err(|why| anyhow::anyhow!("{id}: {why}")))
            .collect::<Result<_>>()?;
        let mut missing: Vec<&HunkId> = ids.iter().collect();
        let mut selected = Vec::new();
        let git = Held::new(&desk.store.git);
        let held = |path: &str, since| git.of(path, since);
        for (path, file) in desk.store.workspace.files().filter(|(path, _)| names(&paths, path)) {
            let review =
                review(&desk.store.workspace, path, Lineage::Disk, &desk.policy, &held, &mut Budget::default());
            let hunks: Vec<Hunk> = review
                .hunks
                .iter()
                .enumerate()
                .filter(|(at, hunk)| self.wants(&ids, &review, *at, hunk))
                .map(|(_, hunk)| hunk.clone())
                .collect();
            missing.retain(|id| !hunks.iter().any(|hunk| hunk.id == **id));
            let meant = !hunks.is_empty() || file.is_whole && self.wants_whole(desk, path, file);
            let earlier = if meant { earlier(file, &|author| self.is_by(author)) } else { None };
            // What one agent did and another took back stands in no hunk.
            let all = !self.is_by_part();
            let whose = |author: &Author| self.is_by(author);
            let way = if all { file.way_back(&whose) } else { None };
            let mode = if all { file.mode_without(&whose) } else { None };
            let empty = if all { file.empty_without(&whose) } else { None };
            if !hunks.is_empty()
                || earlier.is_some()
                || empty.is_some()
                || way.is_some()
                || mode.is_some()
                || all && !file.is_whole && file.has_edits_by(&whose)
            {
                selected.push(Selected { path: path.to_owned(), hunks, all, earlier, way, mode, empty });
            }
        }
        if let Some(id) = missing.first() {
            bail!("there is no hunk {id} (any more): the file has changed since; see `countersign status`");
        }
        // Edits are numbered file by file, so that hunks of two files may have one name.
        for id in &ids {
            let has_it = |selected: &&Selected| selected.hunks.iter().any(|hunk| hunk.id == *id);
            let files: Vec<&str> = selected.iter().filter(has_it).map(|selected| selected.path.as_str()).collect();
            if files.len() > 1 {
                bail!("hunk {id} is in {}: name the file too", files.join(" and in "));
            }
        }
        Ok(selected)
    }

    /// Whose changes are meant.
    pub(super) fn is_by(&self, author: &Author) -> bool {
        match &self.session {
            Some(wanted) => author.session().is_some_and(|session| is_session(session, wanted)),
            None => author.is_agent() || self.is_by_name() && *author == Author::External,
        }
    }

    /// Whether a file that is no text is meant, which no hunk and no rule speaks of.
    fn wants_whole(&self, desk: &Desk, path: &str, file: &File) -> bool {
        if !self.hunk.is_empty() || self.rule.as_deref().is_some_and(|rule| rule != OUT_OF_SCOPE) {
            return false;
        }
        let Some(session) = file.wholes.last().and_then(|last| last.author.session()) else { return false };
        let allowed =
            || desk.policy.scope.judge(path, None, desk.store.workspace.scope_of(session)).decision == Decision::Allow;
        !(self.out_of_scope || self.rule.is_some()) || !allowed()
    }

    fn wants(&self, ids: &[HunkId], review: &Review, at: usize, hunk: &Hunk) -> bool {
        if !ids.is_empty() {
            return ids.contains(&hunk.id);
        }
        let says =
            |rule: &str| review.findings.iter().any(|found| found.hunk == Some(at) && found.finding.rule == rule);
        hunk.authors.iter().any(Author::is_agent)
            && hunk.authors.iter().any(|author| self.is_by(author))
            && self.rule.as_deref().is_none_or(says)
            && (!self.out_of_scope || says(OUT_OF_SCOPE))
    }
}

/// Whether a session is the one that a person named: by its id, or by how it begins where that is long enough.
pub(super) fn is_session(session: &countersign_core::session::Session, wanted: &str) -> bool {
    let id = session.to_string();
    id == wanted || *session.id == *wanted || wanted.len() >= 6 && id.starts_with(wanted)
}
