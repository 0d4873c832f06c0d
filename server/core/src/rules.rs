//! What an agent should not write, and what it should not take away: rules judged on a change, before against after.
//!
//! A rule sees only what the agents did. Literals come first: a rule none of whose literals are in the text costs no
//! query, and where no rule is left the text is not even parsed.

mod assertion_removed;
mod carry;
mod catalogue;
mod guard_removed;
mod hits;
mod pair;
mod placeholder_left;
mod secret_added;
mod side;
mod test_deleted;
mod words;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use catalogue::{Example, Rule, all, are_compiled, compile, rule};
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Kind, Severity};
use crate::syntax::{self, Budget, Language};
use carry::Carry;
use hits::Hit;
use pair::{Counterparts, Place};
use side::Side;
pub(crate) use words::in_brief;

/// What agents did to a file.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The path in the workspace, with `/`.
    pub path: &'a str,
    /// The text without the agents' pending changes, the user's in; empty for a file that an agent made.
    pub before: &'a str,
    /// The text as it is; empty for a file that an agent deleted.
    pub after: &'a str,
    /// What agents wrote, in bytes of `after`.
    pub added: &'a [Range<usize>],
    /// What agents took out, in bytes of `before`.
    pub removed: &'a [Range<usize>],
}

/// How much is reported, and how severe it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Ids of rules that say nothing.
    pub disabled: BTreeSet<String>,
    /// Severities by rule id. A rule named here is reported whatever the preset leaves out.
    pub severities: BTreeMap<String, Severity>,
    /// Which severities are reported.
    pub preset: Preset,
}

/// Which severities are reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// High and critical alone.
    Relaxed,
    /// All but low.
    #[default]
    Standard,
    /// Everything.
    Strict,
}

/// What the rules say of a change, in the order of the text.
///
/// A budget that runs out, broken text and ranges that are out of bounds give fewer findings, never wrong ones.
pub fn judge(change: &Change<'_>, settings: &Settings, budget: &mut Budget<'_>) -> Vec<Finding> {
    let carry = Carry::new(change.before, change.after, change.added, change.removed);
    if !carry.is_touched() {
        return Vec::new();
    }
    let language = Language::of_path(change.path);
    let case = Case {
        path: change.path,
        before: Side::new(language, change.before, carry.removed_touch()),
        after: Side::new(language, change.after, carry.added_touch()),
        carry,
        counterparts: OnceCell::new(),
    };
    let mut findings = Vec::new();
    for rule in all().iter().filter(|rule| !settings.disabled.contains(&rule.id) && rule.reads(language)) {
        let found = match rule.kind {
            Kind::Removed => case.removed(rule, settings, budget),
            _ => case.introduced(rule, settings, budget),
        };
        findings.extend(found.unwrap_or_default());
    }
    findings.sort_by(|a, b| (a.range.start, &a.rule).cmp(&(b.range.start, &b.rule)));
    findings
}

/// A change on its way through the rules.
struct Case<'a> {
    path: &'a str,
    before: Side<'a>,
    after: Side<'a>,
    carry: Carry,
    counterparts: OnceCell<Option<Counterparts>>,
}

impl Case<'_> {
    /// What is there now and was not, and is the agents'. `None` when the budget ran out.
    fn introduced(&self, rule: &'static Rule, settings: &Settings, budget: &mut Budget<'_>) -> Option<Vec<Finding>> {
        if !rule.may_match(&self.after) || !self.after.near(rule, budget)? {
            return Some(Vec::new());
        }
        let now = hits::find(rule, &self.after, self.path, budget)?;
        if !now.iter().any(|hit| hit.touched) {
            return Some(Vec::new());
        }
        let then = hits::find(rule, &self.before, self.path, budget)?;
        let places = self.counterparts(budget)?;
        let left = pair::pair(rule, self, &then, &now, places, budget)?;
        let new: Vec<&Hit> = left.after.iter().map(|&at| &now[at]).filter(|hit| hit.touched).collect();
        let new = outermost(new);
        Some(new.into_iter().filter_map(|hit| self.report(rule, hit, places, settings)).collect())
    }

    /// What was there, is nowhere now, and was taken out by the agents. `None` when the budget ran out.
    fn removed(&self, rule: &'static Rule, settings: &Settings, budget: &mut Budget<'_>) -> Option<Vec<Finding>> {
        let comment = self.opens_a_comment();
        let possible = (comment || !self.only_adds_lines()) && rule.may_match(&self.before);
        if !possible || !(comment || self.before.near(rule, budget)?) {
            return Some(Vec::new());
        }
        let then = hits::find(rule, &self.before, self.path, budget)?;
        let now = hits::find(rule, &self.after, self.path, budget)?;
        let places = self.counterparts(budget)?;
        let left = pair::pair(rule, self, &then, &now, places, budget)?;
        let broken = syntax::errors(self.after.tree(budget)?, budget)?;
        let ours = |range: &Range<usize>| range.start.saturating_sub(1)..range.end + 1;
        let broken: Vec<_> = broken.into_iter().filter(|range| self.after.touch.reaches(&ours(range))).collect();
        let mut gone = Vec::new();
        for hit in left.before.iter().map(|&at| &then[at]) {
            let stood = self.carry.forward_range(&hit.range);
            let next = broken.partition_point(|range| range.end < stood.start);
            let suspect = broken.get(next).is_some_and(|range| range.start <= stood.end);
            let taken = hit.touched || self.after.is_comment_at(&stood, budget)?;
            if taken && !suspect && !self.is_excused(rule, hit, &now, places, budget)? {
                gone.push(hit);
            }
        }
        Some(outermost(gone).into_iter().filter_map(|hit| self.report(rule, hit, places, settings)).collect())
    }

    fn counterparts(&self, budget: &mut Budget<'_>) -> Option<&Counterparts> {
        self.counterparts.get_or_init(|| Counterparts::new(&self.before, &self.after, budget)).as_ref()
    }

    /// Whether the agents wrote what may turn the lines after it into a comment.
    fn opens_a_comment(&self) -> bool {
        const OPENINGS: [&str; 3] = ["/*", "\"\"\"", "'''"];
        let mut texts = self.after.touch.spans.iter().filter_map(|span| self.after.text.get(span.clone()));
        texts.any(|text| OPENINGS.iter().any(|opening| text.contains(opening)))
    }

    /// Whether every change is a run of new whole lines: those take nothing away.
    fn only_adds_lines(&self) -> bool {
        let text = self.after.text.as_bytes();
        let begins = |at: usize| at == 0 || text[at - 1] == b'\n';
        let whole = |span: &Range<usize>| begins(span.start) && begins(span.end);
        self.before.touch.spans.is_empty() && self.after.touch.spans.iter().all(whole)
    }

    /// What a rule has to say for something that is gone, beyond the pairing.
    fn is_excused(
        &self,
        rule: &Rule,
        hit: &Hit,
        now: &[Hit],
        places: &Counterparts,
        budget: &mut Budget<'_>,
    ) -> Option<bool> {
        match rule.id.as_str() {
            "test-deleted" => Some(test_deleted::is_folded(self, hit, now)),
            "assertion-removed" => assertion_removed::is_excused(self, hit, now, places, budget),
            "guard-removed" => guard_removed::is_excused(self, hit, now, places, budget),
            _ => Some(false),
        }
    }

    fn report(&self, rule: &Rule, hit: &Hit, places: &Counterparts, settings: &Settings) -> Option<Finding> {
        let removed = rule.kind == Kind::Removed;
        let side = if removed { &self.before } else { &self.after };
        let severity = match settings.severities.get(&rule.id) {
            Some(&severity) => severity,
            None => Some(self.severity(rule, hit, places)).filter(|&severity| settings.preset.reports(severity))?,
        };
        let symbol = match (removed, places.of(hit)) {
            (true, Place::In(at)) => self.after.symbol_path(Some(at)),
            _ => side.symbol_path(hit.symbol),
        };
        let text = side.text.get(hit.range.clone()).unwrap_or_default();
        Some(Finding {
            rule: rule.id.clone(),
            kind: rule.kind,
            severity,
            message: self.message(rule, hit, symbol.as_deref()),
            range: if removed { self.carry.forward_range(&hit.range) } else { hit.range.clone() },
            removed: removed.then(|| text.to_owned()),
            symbol,
            mixed: side.is_mixed(&hit.range),
        })
    }

    fn severity(&self, rule: &Rule, hit: &Hit, places: &Counterparts) -> Severity {
        let severity = match rule.id.as_str() {
            "guard-removed" => guard_removed::severity(rule, hit),
            "placeholder-left" => placeholder_left::severity(rule, hit),
            _ => rule.severity,
        };
        let own_test = rule.id == "test-skipped" && places.is_new(hit);
        let beside_product = rule.lower_in_tests && is_test_path(self.path);
        if own_test || beside_product { severity.lowered() } else { severity }
    }

    fn message(&self, rule: &Rule, hit: &Hit, symbol: Option<&str>) -> String {
        let text = match rule.id.as_str() {
            "secret-added" => secret_added::issuer(self.after.text.get(hit.range.clone()).unwrap_or_default()),
            _ => words::in_brief(&hit.shown),
        };
        let place = symbol.map_or_else(|| "this file".to_owned(), |path| format!("`{}`", words::in_brief(path)));
        let message = rule.message.replace("{symbol}", &place).replace("{text}", &text);
        message.strip_prefix("this file").map(|rest| format!("This file{rest}")).unwrap_or(message)
    }
}

impl Preset {
    fn reports(self, severity: Severity) -> bool {
        match self {
            Preset::Relaxed => severity >= Severity::High,
            Preset::Standard => severity >= Severity::Medium,
            Preset::Strict => true,
        }
    }
}

/// Whether a line looks as if it held a secret, by its shape or by its name: then it is not quoted.
pub(crate) fn may_hold_a_secret(line: &str) -> bool {
    const NAMES: [&str; 7] = ["password", "passwd", "secret", "token", "api_key", "apikey", "credential"];
    let line_in_small = line.to_lowercase();
    let named = line.contains(['=', ':']) && NAMES.iter().any(|name| line_in_small.contains(name));
    named || !secret_added::scan(line).is_empty()
}

/// A guard and the check inside it are one loss, not two.
fn outermost(mut hits: Vec<&Hit>) -> Vec<&Hit> {
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
    let mut end = None;
    hits.retain(|hit| {
        let inside = end.is_some_and(|end| hit.range.end <= end);
        end = end.max(Some(hit.range.end));
        !inside
    });
    hits
}

/// Whether a path is of tests, fixtures or examples.
fn is_test_path(path: &str) -> bool {
    const FOLDERS: [&str; 9] =
        ["test", "tests", "__tests__", "spec", "specs", "testdata", "fixtures", "examples", "e2e"];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || name.starts_with("test_")
        || name.split('.').any(|part| part == "test" || part == "spec" || part.ends_with("_test"))
}
