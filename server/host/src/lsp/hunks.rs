//! `countersign/hunks` and `countersign/without`: what plugins draw.

use countersign_core::author::Author;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::revert::{Request, plan};

use super::ext::{AuthorInfo, HunkInfo, HunksParams, WithoutParams, WithoutResult};
use super::owner::Owner;
use super::position;

/// The hunks of a document, or of all files, from top to bottom.
pub(super) fn of(owner: &mut Owner, params: &HunksParams) -> Vec<HunkInfo> {
    owner.catch_up();
    let only = params.text_document.as_ref().map(|document| owner.path_of(&document.uri));
    let paths: Vec<String> = match only {
        Some(path) => path.into_iter().collect(),
        None => owner.store.workspace.files().map(|(path, _)| path.to_owned()).collect(),
    };
    paths.iter().flat_map(|path| of_file(owner, path)).collect()
}

/// A document's text, and what a revert of all its hunks would leave of it.
pub(super) fn without(owner: &mut Owner, params: &WithoutParams) -> Option<WithoutResult> {
    owner.catch_up();
    let path = owner.path_of(&params.text_document.uri)?;
    let lineage = owner.lineage(&path);
    let file = owner.store.workspace.file(&path)?;
    let hunks = countersign_core::review::pending(file, lineage);
    let deeds: Vec<Deed> = hunks.into_iter().flat_map(|hunk| hunk.deeds).collect();
    let whose = |author: &Author| author.is_agent() || *author == Author::External;
    let request = Request { whose: &whose, only: Some(&deeds), accepted_too: false, mine_too: params.include_mine };
    let without = plan(&file.document, lineage, &request).target.to_string();
    Some(WithoutResult { text: file.document.text(lineage).to_string(), without })
}

fn of_file(owner: &Owner, path: &str) -> Vec<HunkInfo> {
    let lineage: Lineage = owner.lineage(path);
    let (Some(file), Some(uri)) = (owner.store.workspace.file(path), owner.uri_of(path)) else { return Vec::new() };
    let text = file.document.text(lineage);
    let review = owner.reviews.get(path);
    let hunks = countersign_core::review::pending(file, lineage);
    let info = |hunk: countersign_core::hunk::Hunk| {
        let findings = review.into_iter().flat_map(|review| {
            review.findings.iter().filter(|found| found.hunk.is_some_and(|at| review.hunks[at].id == hunk.id))
        });
        HunkInfo {
            id: hunk.id.to_string(),
            uri: uri.clone(),
            range: position::to_range(text, hunk.bytes.clone(), owner.encoding),
            author: author_info(owner, &hunk),
            added: hunk.added,
            removed: hunk.removed,
            removed_text: hunk.removed_text.clone(),
            mine: hunk.mine,
            findings: findings.filter_map(|found| serde_json::to_value(&found.finding).ok()).collect(),
        }
    };
    hunks.into_iter().map(info).collect()
}

fn author_info(owner: &Owner, hunk: &countersign_core::hunk::Hunk) -> AuthorInfo {
    let evidence = Some(format!("{:?}", hunk.evidence).to_lowercase());
    let Some(agent) = hunk.authors.iter().find(|author| author.is_agent()) else {
        return AuthorInfo { kind: "external", evidence, ..AuthorInfo::default() };
    };
    let state = agent.session().and_then(|session| owner.store.workspace.sessions().get(session));
    AuthorInfo {
        kind: if hunk.mine > 0 { "mixed" } else { "agent" },
        agent: Some(Author::to_string(agent)),
        session: agent.session().map(ToString::to_string),
        model: state.and_then(|state| state.model.clone()),
        evidence,
    }
}
