//! The rules, read once from `queries/rules.toml`, and their queries, each compiled when first needed.
//!
//! The file is a part of the program: parsing it is a pure function of embedded text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem;
use serde::Deserialize;
use tree_sitter::Query;

use crate::finding::{Kind, Severity};
use crate::syntax::{Language, query};

use super::secret_added;
use super::side::Side;

/// A rule: what `countersign explain` prints, and how the rule is matched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A short kebab-case word that never changes.
    pub id: String,
    /// The rows of the catalogue of rules that it covers, such as `T03`.
    pub catalogue: Vec<String>,
    /// A few words.
    pub title: String,
    /// Whether it finds what came in, or what was taken away.
    pub kind: Kind,
    /// What it is about, such as `test-integrity`.
    pub category: String,
    /// How severe a finding is, where neither the case nor the settings say otherwise.
    pub severity: Severity,
    /// The weaknesses of the CWE list that it is about; may be empty.
    pub cwe: Vec<String>,
    /// Why it matters, in a paragraph.
    pub why: String,
    /// The names of the languages that it reads, as `Language::name` has them.
    pub languages: Vec<String>,
    /// By language, or `any`: texts of which at least one is in every file that the rule can match.
    pub literals: BTreeMap<String, Vec<String>>,
    /// What to avoid, and what to write instead.
    pub example: Example,
    /// A finding's sentence; `{text}` and `{symbol}` stand for what was found and where.
    pub(crate) message: String,
    /// When a find in the same symbol is the same one, edited.
    #[serde(default)]
    pub(crate) same: Same,
    /// Compare finds by what they are known by, instead of by all of their text.
    #[serde(default)]
    pub(crate) alike_by_key: bool,
    /// The rule also reads the bare text, of any language and of none.
    #[serde(default)]
    pub(crate) scans: bool,
    /// One step less severe in tests, fixtures and examples.
    #[serde(default)]
    pub(crate) lower_in_tests: bool,
}

/// When a find in the same symbol is the same one, edited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Same {
    /// When its text is equal.
    Equal,
    /// When half of its words are.
    #[default]
    Alike,
    /// Always: only their number counts.
    Counted,
}

/// A pair of texts that shows what a rule is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The language of both texts.
    pub language: String,
    /// What is reported; for a rule on what is removed, a diff.
    pub bad: String,
    /// What is not.
    pub good: String,
}

impl Rule {
    /// Where the rule's page is, under the address of the documentation.
    pub fn help_path(&self) -> String {
        format!("rules/{}", self.id)
    }

    pub(crate) fn speaks(&self, language: Language) -> bool {
        self.languages.iter().any(|name| name == language.name())
    }

    pub(crate) fn reads(&self, language: Option<Language>) -> bool {
        self.scans || language.is_some_and(|language| self.speaks(language))
    }

    /// Whether one of the rule's literals is in the text.
    pub(crate) fn may_match(&self, side: &Side<'_>) -> bool {
        self.has_literal(side.language, side.text)
    }

    /// Whether a text, or lines of one, are worth the running of the rule, for who has no time for more: they hold one of its literals,
    /// and for a secret also what looks like one.
    pub fn is_likely_in(&self, language: Option<Language>, text: &str) -> bool {
        self.has_literal(language, text) && (self.id != "secret-added" || secret_added::may_hold(text))
    }

    /// Whether one of the rule's literals for a language, or for any, is in a text.
    fn has_literal(&self, language: Option<Language>, text: &str) -> bool {
        let own = language.and_then(|language| self.literals.get(language.name()));
        let literals = own.into_iter().chain(self.literals.get("any")).flatten();
        literals.into_iter().any(|literal| memmem::find(text.as_bytes(), literal.as_bytes()).is_some())
    }

    /// The rule's patterns in a language, compiled; `None` where it has none.
    pub(crate) fn query(&'static self, language: Language) -> Option<&'static Query> {
        let compile = || query::compile(language, sources(language), |pattern| self.owns(pattern));
        self.compiled(language)?.get_or_init(compile).as_ref()
    }

    /// Where the rule's patterns in a language are kept.
    fn compiled(&'static self, language: Language) -> Option<&'static OnceLock<Option<Query>>> {
        static COMPILED: OnceLock<Vec<[OnceLock<Option<Query>>; Language::ALL.len()]>> = OnceLock::new();
        let compiled = COMPILED.get_or_init(|| all().iter().map(|_| Default::default()).collect());
        let at = all().iter().position(|rule| std::ptr::eq(rule, self))?;
        compiled.get(at)?.get(language as usize)
    }

    fn owns(&self, pattern: &query::Pattern<'_>) -> bool {
        pattern.captures.iter().any(|capture| capture.split('.').next() == Some(self.id.as_str()))
    }
}

/// Every rule, in the order of the file.
pub fn all() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    #[derive(Deserialize)]
    struct File {
        rule: Vec<Rule>,
    }
    RULES.get_or_init(|| {
        let file: File = toml::from_str(include_str!("../../../../queries/rules.toml"))
            .expect("the embedded file is parsed by a test");
        file.rule
    })
}

/// Compiles all rules of a language, for a process that lives long enough to gain by it: one language takes 50 to 200 ms.
pub fn compile(language: Language) {
    for rule in all().iter().filter(|rule| rule.speaks(language)) {
        rule.query(language);
    }
    crate::syntax::symbols(language, "", &mut crate::syntax::Budget::default());
}

/// Whether all rules of a language are compiled by now.
pub fn are_compiled(language: Language) -> bool {
    let is_compiled = |rule: &'static Rule| rule.compiled(language).is_some_and(|query| query.get().is_some());
    all().iter().filter(|rule| rule.speaks(language)).all(is_compiled)
}

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    all().iter().find(|rule| rule.id == id)
}

fn sources(language: Language) -> &'static [&'static str] {
    const JAVASCRIPT: &str = include_str!("../../../../queries/javascript/risks.scm");
    match language {
        Language::Rust => &[include_str!("../../../../queries/rust/risks.scm")],
        Language::Python => &[include_str!("../../../../queries/python/risks.scm")],
        Language::JavaScript => &[JAVASCRIPT],
        Language::TypeScript | Language::Tsx => &[JAVASCRIPT, include_str!("../../../../queries/typescript/risks.scm")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_in_its_language_and_belongs_to_a_rule() {
        for language in Language::ALL {
            for pattern in sources(language).iter().flat_map(|source| query::patterns(source)) {
                let compiled = Query::new(&language.grammar(), pattern.text);
                assert!(compiled.is_ok(), "{language:?}: {}\n{:?}", pattern.text, compiled.err());
                let owners: Vec<_> = all().iter().filter(|rule| rule.owns(&pattern)).collect();
                assert_eq!(owners.len(), 1, "{language:?}: {}", pattern.text);
                assert!(owners[0].speaks(language), "{language:?}: {}", pattern.text);
            }
        }
    }

    #[test]
    fn every_rule_has_patterns_and_literals_in_each_of_its_languages() {
        for rule in all() {
            for language in Language::ALL.into_iter().filter(|&language| rule.speaks(language)) {
                assert!(rule.query(language).is_some(), "{} has no pattern for {language:?}", rule.id);
                let literals = rule.literals.get(language.name()).or(rule.literals.get("any"));
                assert!(literals.is_some_and(|list| !list.is_empty()), "{} {language:?}", rule.id);
            }
        }
    }
}
