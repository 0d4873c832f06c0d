//! What a person is shown of a file: the hunks that await review, each with what is to be said against it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::author::Author;
use crate::destroyed::{Committed, Destroyed, Suspects, destroyed_whole, finding_of_whole};
use crate::edit::Lineage;
use crate::finding::{Finding, Kind, Severity};
use crate::hunk::{Hunk, hunks};
use crate::limits::Limits;
use crate::rules::{Change, Settings, judge};
use crate::scope::{Scope, SessionScope};
use crate::session::Session;
use crate::syntax::{Budget, Language, symbols};
use crate::tools::Tools;
use crate::usage::Prices;
use crate::verdict::Decision;
use crate::weave::{EditIx, FragmentIx, View};
use crate::workspace::{Content, File, Workspace};

/// The rule id of a change where its agent was not to write.
pub const OUT_OF_SCOPE: &str = "out-of-scope";

/// What is held against changes.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Where agents may write.
    pub scope: Scope,
    /// Which other tools they may use.
    pub tools: Tools,
    /// What one session may do at most.
    pub limits: Limits,
    /// What models' tokens cost.
    pub prices: Prices,
    /// Which rules speak, and how loud.
    pub rules: Settings,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Of agents and of nobody who said so, from top to bottom.
    pub hunks: Vec<Hunk>,
    /// In the order of the text, each in the hunk that it is about.
    pub findings: Vec<Found>,
}

/// A finding, and the hunk that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// The hunk's place in the review.
    pub hunk: Option<usize>,
}

/// The text without what agents did and nobody accepted, and where the two differ.
#[derive(Clone, Debug)]
struct Compared {
    before: String,
    after: String,
    /// Bytes of `after`.
    added: Vec<Range<usize>>,
    /// Bytes of `before`.
    removed: Vec<Range<usize>>,
}

/// The pending hunks of a file alone: what costs least.
#[must_use]
pub fn pending(file: &File, lineage: Lineage) -> Vec<Hunk> {
    // What was text before it was something else is not what is there to be reviewed.
    if file.is_whole && !file.document.is_open() {
        return Vec::new();
    }
    let mut all = hunks(&file.document, lineage, &Author::is_agent);
    all.extend(hunks(&file.document, lineage, &|author| *author == Author::External));
    all.sort_by_key(|hunk| (hunk.lines.start, hunk.lines.end));
    all
}

/// A lineage's text without what some authors did and nobody accepted.
#[must_use]
pub fn without(file: &File, lineage: Lineage, whose: &dyn Fn(&Author) -> bool) -> String {
    compare(file, lineage, whose).before
}

/// All that is to be said of a file's text in a lineage.
#[must_use]
pub fn review(
    workspace: &Workspace,
    path: &str,
    lineage: Lineage,
    policy: &Policy,
    committed: &Committed<'_>,
    budget: &mut Budget<'_>,
) -> Review {
    Case::of(workspace, path, lineage).map(|case| case.judge(policy, committed, budget)).unwrap_or_default()
}

/// What agents' pending changes of a file destroyed, hunk by hunk.
#[must_use]
pub fn destroyed(workspace: &Workspace, path: &str, lineage: Lineage, committed: &Committed<'_>) -> Vec<Destroyed> {
    let Some(file) = workspace.file(path) else { return Vec::new() };
    let hunks = pending(file, lineage);
    let suspects = if hunks.is_empty() { None } else { suspects(workspace, path, lineage) };
    let held = |since| held_by_any([path].into_iter().chain(file.former_paths()), since, committed);
    suspects.map_or_else(Vec::new, |suspects| suspects.destroyed(&hunks, held(suspects.since).as_deref()))
}

/// What git holds of a file, by each of the names that it had; none outside of a repository.
pub fn held_by_any<'a>(
    paths: impl Iterator<Item = &'a str>,
    since: u64,
    committed: &Committed<'_>,
) -> Option<Vec<Content>> {
    let all: Option<Vec<Vec<Content>>> = paths.map(|path| committed(path, since)).collect();
    all.map(|all| all.into_iter().flatten().collect())
}

/// What of a file may be destroyed. A file that went elsewhere with all its text took nothing away.
fn suspects(workspace: &Workspace, path: &str, lineage: Lineage) -> Option<Suspects> {
    let suspects = Suspects::of(&workspace.file(path)?.document, lineage)?;
    let gone = !workspace.file(path)?.present;
    (!gone || !workspace.files().any(|(other, file)| other != path && suspects.is_all_in(file))).then_some(suspects)
}

/// What a review needs of the workspace: taken quickly by its owner, judged at leisure by anyone.
#[derive(Clone, Debug)]
pub struct Case {
    path: String,
    /// The paths that it had before.
    former: Vec<String>,
    hunks: Vec<Hunk>,
    compared: Option<Compared>,
    suspects: Option<Suspects>,
    /// The file itself, where it is no text, or was none: an agent may have made something else of all of it.
    whole: Option<File>,
    /// The scopes of the sessions that wrote in the hunks.
    scopes: BTreeMap<Session, SessionScope>,
}

impl Case {
    /// Of a file, where it is followed.
    #[must_use]
    pub fn of(workspace: &Workspace, path: &str, lineage: Lineage) -> Option<Self> {
        let file = workspace.file(path)?;
        let hunks = pending(file, lineage);
        let sessions = hunks.iter().flat_map(|hunk| &hunk.authors).filter_map(Author::session);
        let scopes: BTreeMap<Session, SessionScope> =
            sessions.map(|session| (session.clone(), workspace.scope_of(session).clone())).collect();
        let compared = (!scopes.is_empty()).then(|| compare(file, lineage, &Author::is_agent));
        let takes_away = compared.as_ref().is_some_and(|compared| !compared.removed.is_empty());
        let suspects = if takes_away { suspects(workspace, path, lineage) } else { None };
        let whole = (!file.wholes.is_empty() && !file.document.is_open()).then(|| file.clone());
        let former = file.former_paths().map(str::to_owned).collect();
        Some(Self { path: path.to_owned(), former, hunks, compared, suspects, whole, scopes })
    }

    /// The hunks alone.
    #[must_use]
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// What is to be said of it.
    #[must_use]
    pub fn judge(self, policy: &Policy, committed: &Committed<'_>, budget: &mut Budget<'_>) -> Review {
        let was = self.whole.as_ref().and_then(|file| destroyed_whole(file, &self.path, committed));
        let of_whole = was.and_then(|was| finding_of_whole(&was, &policy.rules));
        let Some(compared) = &self.compared else {
            let findings = of_whole.map(|finding| Found { finding, hunk: None }).into_iter().collect();
            return Review { hunks: self.hunks, findings };
        };
        let change = Change {
            path: &self.path,
            before: &compared.before,
            after: &compared.after,
            added: &compared.added,
            removed: &compared.removed,
        };
        let mut findings = judge(&change, &policy.rules, budget);
        findings.extend(self.out_of_scope(compared, &policy.scope, budget));
        findings.extend(self.destroyed(policy, committed));
        findings.extend(of_whole);
        findings.sort_by_key(|finding| (finding.range.start, std::cmp::Reverse(finding.severity)));
        let hunks = self.hunks;
        let findings =
            findings.into_iter().map(|finding| Found { hunk: hunk_at(&hunks, &finding.range), finding }).collect();
        Review { hunks, findings }
    }

    /// What agents took away that no agent wrote and that git does not hold.
    fn destroyed(&self, policy: &Policy, committed: &Committed<'_>) -> Vec<Finding> {
        let Some(suspects) = &self.suspects else { return Vec::new() };
        let paths = [&self.path].into_iter().chain(&self.former).map(String::as_str);
        let held = held_by_any(paths, suspects.since, committed);
        let destroyed = suspects.destroyed(&self.hunks, held.as_deref());
        destroyed.iter().filter_map(|lost| lost.finding(&policy.rules, held.is_some())).collect()
    }

    /// The hunks in which an agent wrote where its session was not to.
    fn out_of_scope(&self, compared: &Compared, scope: &Scope, budget: &mut Budget<'_>) -> Vec<Finding> {
        // Where all symbols may be changed it does not matter which are: most often there is no such policy.
        let open = |session| scope.judge(&self.path, None, session).decision == Decision::Allow;
        if self.scopes.values().all(open) {
            return Vec::new();
        }
        let language = Language::of_path(&self.path);
        let named = language.map(|language| symbols(language, &compared.after, budget)).unwrap_or_default();
        let mut findings = Vec::new();
        for hunk in &self.hunks {
            let end = hunk.bytes.end.max(hunk.bytes.start + 1);
            let changed: Vec<String> = named
                .iter()
                .filter(|symbol| symbol.range.start < end && hunk.bytes.start < symbol.range.end)
                .map(|symbol| symbol.path.clone())
                .collect();
            let changed = language.map(|_| changed.as_slice());
            for session in hunk.authors.iter().filter_map(Author::session) {
                let verdict = scope.judge(&self.path, changed, &self.scopes[session]);
                if verdict.decision == Decision::Allow {
                    continue;
                }
                let severity = if verdict.decision == Decision::Deny { Severity::High } else { Severity::Medium };
                findings.push(Finding {
                    rule: OUT_OF_SCOPE.to_owned(),
                    kind: Kind::OutOfScope,
                    severity,
                    message: verdict.reason(),
                    range: hunk.bytes.clone(),
                    removed: None,
                    symbol: changed.and_then(|changed| changed.last().cloned()),
                    mixed: hunk.mine > 0,
                });
            }
        }
        findings
    }
}

fn compare(file: &File, lineage: Lineage, whose: &dyn Fn(&Author) -> bool) -> Compared {
    let weave = file.document.weave();
    let view = View::of(weave, lineage);
    let pending = |by: EditIx, fragment: FragmentIx| {
        whose(&weave.entry(weave.owner(by, fragment)).author) && !weave.accepted(by, fragment, &view)
    };
    let without = view.without(&pending);
    let mut compared = Compared { before: String::new(), after: String::new(), added: Vec::new(), removed: Vec::new() };
    for fragment in weave.order_between(&view, &without) {
        let (now, then) = (weave.visible(fragment, &view), weave.visible(fragment, &without));
        let (from, to) = (compared.after.len(), compared.before.len());
        weave.visit_fragment(fragment, 0..weave.len_of(fragment), &mut |text| {
            if now {
                compared.after.push_str(text);
            }
            if then {
                compared.before.push_str(text);
            }
        });
        match (now, then) {
            (true, false) => push_range(&mut compared.added, from..compared.after.len()),
            (false, true) => push_range(&mut compared.removed, to..compared.before.len()),
            _ => {}
        }
    }
    compared
}

fn push_range(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

/// The agents' hunk that a place lies in, or stands next to.
fn hunk_at(hunks: &[Hunk], range: &Range<usize>) -> Option<usize> {
    let agents = |hunk: &&(usize, &Hunk)| hunk.1.authors.iter().any(Author::is_agent);
    let all: Vec<(usize, &Hunk)> = hunks.iter().enumerate().collect();
    let distance =
        |hunk: &Hunk| hunk.bytes.start.saturating_sub(range.end).max(range.start.saturating_sub(hunk.bytes.end));
    all.iter().filter(agents).min_by_key(|(_, hunk)| distance(hunk)).map(|(ix, _)| *ix)
}

/// What a session would be told of a write before it happens: where, and what the text would then hold.
#[must_use]
pub fn foresee(
    scope: &Scope,
    session: &SessionScope,
    path: &str,
    before: &str,
    after: Option<&str>,
    budget: &mut Budget<'_>,
) -> crate::verdict::Verdict {
    let Some(after) = after else { return scope.judge(path, None, session) };
    let untold = scope.judge(path, None, session);
    let outside_symbols = scope.judge(path, Some(&[]), session);
    // Finding symbols is most of the work: it is done where the answer hangs on them.
    let Some(language) = Language::of_path(path).filter(|_| untold != outside_symbols) else { return outside_symbols };
    let mut changed = Vec::new();
    let splices = crate::diff::splices(before, after);
    for symbol in symbols(language, before, budget) {
        if splices.iter().any(|splice| {
            splice.range.start < symbol.range.end && symbol.range.start < splice.range.end.max(splice.range.start + 1)
        }) {
            changed.push(symbol.path);
        }
    }
    scope.judge(path, Some(&changed), session)
}
