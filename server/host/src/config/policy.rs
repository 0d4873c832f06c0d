//! A policy file as it is written: every section, every key; any other is an error.

use std::collections::BTreeMap;
use std::ops::Range;

use countersign_core::finding::Severity;
use countersign_core::limits::{Limit, Limits};
use countersign_core::rules::Preset;
use countersign_core::scope::{Bounds, Class, Entry};
use countersign_core::tools::{Lists, Pattern};
use countersign_core::verdict::Decision;
use serde::Deserialize;
use toml::Spanned;

/// One policy file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Policy {
    /// `[scope]`: where agents may write.
    pub scope: ScopeSection,
    /// `[tools]`: which other tools agents may use.
    pub tools: ToolsSection,
    /// `[limits]`: what one session may do at most.
    pub limits: LimitsSection,
    /// `[risk]`: which rules count, and how much.
    pub risk: Risk,
    /// `[verify]`: what decides whether a session's work passes.
    pub verify: Verify,
    /// `[attribution]`: no keys yet.
    pub attribution: Attribution,
    /// `[audit]`: what is kept.
    pub audit: Audit,
    /// `[ui]`: what editors show.
    pub ui: Ui,
}

/// `[scope]`. Lists hold patterns as in `.gitignore`; see [`Entry`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ScopeSection {
    /// Where agents may write; without this and `symbols`, everywhere.
    pub allow: Vec<Spanned<String>>,
    /// Where they must not.
    pub deny: Vec<Spanned<String>>,
    /// Where a person is asked.
    pub ask: Vec<Spanned<String>>,
    /// `path::Symbol`: of these files, agents may change these symbols alone.
    pub symbols: Vec<Spanned<String>>,
    /// Classes of files where a person is asked.
    pub protect: Vec<Class>,
    /// What a write outside `allow` and `symbols` gets; `deny` without it.
    pub outside: Option<Outside>,
    /// What a question gets that nobody answers; `deny` without it.
    pub unanswered: Option<Unanswered>,
}

/// What a write outside of the scope gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// A person is asked.
    Ask,
    /// It is denied.
    Deny,
}

/// What a question gets that nobody answers, where the agent cannot ask by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// The agent goes on, and what it does is shown for review.
    Allow,
    /// The agent is denied.
    #[default]
    Deny,
}

/// `[tools]`. Lists hold names of tools as agents send them, with `*`, or a kind of tool; see [`Pattern`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ToolsSection {
    /// What may be used though `ask` covers it.
    pub allow: Vec<Spanned<String>>,
    /// What must not be used.
    pub deny: Vec<Spanned<String>>,
    /// Where a person is asked.
    pub ask: Vec<Spanned<String>>,
}

/// `[limits]`, for one session each.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitsSection {
    /// Files changed.
    pub files: Option<Spanned<Bound<u64>>>,
    /// Lines added and removed.
    pub lines: Option<Spanned<Bound<u64>>>,
    /// Commands run.
    pub commands: Option<Spanned<Bound<u64>>>,
    /// Minutes at work.
    pub minutes: Option<Spanned<Bound<u64>>>,
    /// Cost, in US dollars.
    pub cost: Option<Spanned<Bound<f64>>>,
}

/// One limit: a number beyond which a person is asked, or that and another beyond which it is denied.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a limit is a number from 0, or `{ ask = …, deny = … }` of these")]
pub enum Bound<T> {
    /// Beyond it, a person is asked.
    Ask(T),
    /// Each with a number of its own.
    Both(Both<T>),
}

/// See [`Bound`].
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Both<T> {
    /// Beyond it, a person is asked.
    ask: Option<T>,
    /// Beyond it, it is denied.
    deny: Option<T>,
}

impl<T: Copy> Bound<T> {
    fn parts(self) -> [Option<T>; 2] {
        match self {
            Bound::Ask(ask) => [Some(ask), None],
            Bound::Both(Both { ask, deny }) => [ask, deny],
        }
    }
}

/// `[risk]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Risk {
    /// Which rules are on where nothing else is said; `standard` without it.
    pub preset: Option<Preset>,
    /// Severities by rule id, instead of the rules' own.
    pub severity: BTreeMap<String, Severity>,
    /// Ids of rules that are off.
    pub disable: Vec<String>,
    /// Folders with queries of one's own, relative to the file's folder.
    pub queries: Vec<String>,
    /// `[[risk.tier]]`: paths with a tier of their own; of several that match, the highest counts.
    pub tier: Vec<Tier>,
}

/// `[[risk.tier]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tier {
    /// The paths, as patterns.
    pub paths: Vec<Spanned<String>>,
    /// From 1, note, to 4, stop and ask.
    pub tier: Spanned<u8>,
    /// Who must review, in the words of the workspace.
    #[serde(default)]
    pub reviewers: Vec<String>,
}

/// `[verify]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Verify {
    /// Command lines; the work passes when each exits 0.
    pub commands: Vec<String>,
}

/// `[attribution]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {}

/// `[audit]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Audit {
    /// Regular expressions of what is redacted besides what always is.
    pub redaction: Vec<String>,
    /// Days that history is kept; for ever without it.
    pub retention: Option<u32>,
}

/// `[ui]`; on without them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ui {
    /// Code lenses at the head of hunks.
    pub code_lens: Option<bool>,
    /// Inlay hints at the ends of lines.
    pub inlay_hints: Option<bool>,
    /// Provenance on hover.
    pub hover: Option<bool>,
}

impl Policy {
    /// What is wrong though its form is right, with its place in the text, in bytes.
    pub(super) fn check(&self) -> Vec<(Range<usize>, String)> {
        let scope = &self.scope;
        let tiers = &self.risk.tier;
        let patterns = [&scope.allow, &scope.deny, &scope.ask].into_iter().chain(tiers.iter().map(|tier| &tier.paths));
        let mut found: Vec<_> = patterns.flatten().filter_map(|entry| bad_entry(entry, false)).collect();
        found.extend(scope.symbols.iter().filter_map(|entry| bad_entry(entry, true)));
        let range = tiers.iter().map(|tier| &tier.tier).filter(|tier| !(1..=4).contains(tier.get_ref()));
        found.extend(range.map(|tier| (tier.span(), "a tier is a number from 1 to 4".to_owned())));
        let tools = [&self.tools.allow, &self.tools.deny, &self.tools.ask].into_iter().flatten();
        found.extend(tools.filter_map(|name| Some((name.span(), Pattern::parse(name.get_ref()).err()?))));
        found.extend(self.limits.check());
        found.sort_by_key(|(span, _)| span.start);
        found
    }
}

fn bad_entry(written: &Spanned<String>, needs_symbol: bool) -> Option<(Range<usize>, String)> {
    let why = match Entry::parse(written.get_ref()) {
        Ok(entry) if needs_symbol && entry.symbol().is_none() => "a symbol is written `path::Symbol`".to_owned(),
        Ok(_) => return None,
        Err(bad) => bad.why,
    };
    Some((written.span(), why))
}

fn plain(list: &[Spanned<String>]) -> Vec<String> {
    list.iter().map(|entry| entry.get_ref().clone()).collect()
}

impl ToolsSection {
    /// The section as core judges by it.
    pub(super) fn lists(&self) -> Lists {
        Lists { allow: plain(&self.allow), deny: plain(&self.deny), ask: plain(&self.ask) }
    }
}

impl LimitsSection {
    /// The section as core judges by it.
    pub(super) fn limits(&self) -> Limits {
        let of =
            |bound: &Option<Spanned<Bound<u64>>>| bound.as_ref().map_or([None; 2], |bound| bound.get_ref().parts());
        let whole = |bound| {
            let [ask, deny] = of(bound);
            Limit { ask, deny }
        };
        let [ask, deny] = self.cost.as_ref().map_or([None; 2], |bound| bound.get_ref().parts());
        let millionths = |dollars: f64| (dollars * 1e6).round() as u64;
        Limits {
            files: whole(&self.files),
            lines: whole(&self.lines),
            commands: whole(&self.commands),
            minutes: whole(&self.minutes),
            cost: Limit { ask: ask.map(millionths), deny: deny.map(millionths) },
        }
    }

    fn check(&self) -> Vec<(Range<usize>, String)> {
        let whole = [&self.files, &self.lines, &self.commands, &self.minutes].into_iter().flatten();
        let as_dollars = |parts: [Option<u64>; 2]| parts.map(|part| part.map(|number| number as f64));
        let all = whole.map(|bound| (bound.span(), as_dollars(bound.get_ref().parts())));
        let all = all.chain(self.cost.iter().map(|bound| (bound.span(), bound.get_ref().parts())));
        let wrong = |[ask, deny]: [Option<f64>; 2]| match (ask, deny) {
            _ if [ask, deny].into_iter().flatten().any(|number| number.is_nan() || number < 0.0) => {
                Some("a limit is a number from 0")
            }
            (None, None) => Some("a limit has `ask`, `deny` or both"),
            (Some(ask), Some(deny)) if deny < ask => Some("`deny` is reached before `ask`, which then never asks"),
            _ => None,
        };
        all.filter_map(|(span, parts)| Some((span, wrong(parts)?.to_owned()))).collect()
    }
}

impl ScopeSection {
    /// The section as core judges by it.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            allow: plain(&self.allow),
            deny: plain(&self.deny),
            ask: plain(&self.ask),
            symbols: plain(&self.symbols),
            protect: self.protect.clone(),
            outside: self.outside.map(|outside| match outside {
                Outside::Ask => Decision::Ask,
                Outside::Deny => Decision::Deny,
            }),
        }
    }
}
