//! `countersign check`: what is held against agents' pending changes, or against a whole diff, for people, machines and CI.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args as ClapArgs, ValueEnum};
use countersign_core::edit::Lineage;
use countersign_core::finding::{Finding, Kind, Severity};
use countersign_core::review::{OUT_OF_SCOPE, foresee, review};
use countersign_core::rules::{Change, judge};
use countersign_core::scope::SessionScope;
use countersign_core::syntax::Budget;
use countersign_core::verdict::Decision;
use countersign_core::workspace::Content;
use serde_json::{Value, json};

use super::paint::{count, ink, severity, shown, word};
use super::{Desk, names};
use crate::git::Held;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Judge all that differs from this revision, whoever wrote it
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// From which severity on the exit status is 1
    #[arg(long, value_enum, default_value_t = Threshold::Medium)]
    threshold: Threshold,
    /// Only in these files and folders
    paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Threshold {
    Low,
    Medium,
    High,
    Critical,
}

/// A finding in a file.
struct Placed {
    path: String,
    finding: Finding,
    /// From 1.
    line: usize,
    author: Value,
}

pub(super) fn run(dir: &Path, args: &Args) -> ExitCode {
    match found(dir, args) {
        Ok(found) => {
            match args.format {
                Format::Text => print(&found),
                Format::Json => println!("{}", Value::Array(found.iter().map(as_json).collect())),
                Format::Sarif => println!("{:#}", sarif(&found)),
            }
            let threshold = match args.threshold {
                Threshold::Low => Severity::Low,
                Threshold::Medium => Severity::Medium,
                Threshold::High => Severity::High,
                Threshold::Critical => Severity::Critical,
            };
            ExitCode::from(u8::from(found.iter().any(|placed| placed.finding.severity >= threshold)))
        }
        Err(error) => {
            eprintln!("countersign: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn found(dir: &Path, args: &Args) -> Result<Vec<Placed>> {
    let desk = Desk::open(dir)?;
    let paths = desk.paths(&args.paths)?;
    match &args.base {
        Some(base) => of_diff(&desk, base, &paths),
        None => Ok(of_pending(&desk, &paths)),
    }
}

fn of_pending(desk: &Desk, paths: &[String]) -> Vec<Placed> {
    let mut all = Vec::new();
    let git = Held::new(&desk.store.git);
    let held = |path: &str, since| git.of(path, since);
    for (path, file) in desk.store.workspace.files().filter(|(path, _)| names(paths, path)) {
        let review = review(&desk.store.workspace, path, Lineage::Disk, &desk.policy, &held, &mut Budget::default());
        for found in review.findings {
            let authors = found.hunk.map(|at| &review.hunks[at].authors);
            let author = authors.and_then(|authors| authors.iter().find(|author| author.is_agent()));
            let author = author.or_else(|| file.wholes.last().map(|whole| &whole.author));
            let author = author.map_or_else(|| json!({ "kind": "agent" }), super::status::author_json);
            let text = file.document.text(Lineage::Disk);
            let line = text.byte_to_line(found.finding.range.start.min(text.len_bytes())) + 1;
            all.push(Placed { path: path.to_owned(), finding: found.finding, line, author });
        }
    }
    all
}

/// Of everything that differs from a revision, as if an agent had written it.
fn of_diff(desk: &Desk, base: &str, paths: &[String]) -> Result<Vec<Placed>> {
    let mut all = Vec::new();
    for path in desk.store.git.changed_since(base)?.into_iter().filter(|path| names(paths, path)) {
        let Some(before) = desk.store.git.at(base, &path) else { continue };
        let full = desk.store.root.join(&path);
        // A repository within this one: git names its folder.
        if full.is_dir() {
            continue;
        }
        let after = match crate::disk::read(&full)?.content {
            Content::Text(text) => text.to_string(),
            Content::Absent => String::new(),
            Content::Opaque { .. } => continue,
        };
        let (added, removed) = crate::gate::ranges(&before, &after);
        let change = Change { path: &path, before: &before, after: &after, added: &added, removed: &removed };
        let mut budget = Budget::default();
        let mut findings = judge(&change, &desk.policy.rules, &mut budget);
        let start = added.first().map_or(0, |range| range.start);
        findings.extend(out_of_scope(desk, &path, &before, &after, start, &mut budget));
        for finding in findings {
            let line = after[..finding.range.start.min(after.len())].matches('\n').count() + 1;
            all.push(Placed { path: path.clone(), finding, line, author: json!({ "kind": "unknown" }) });
        }
    }
    Ok(all)
}

/// Whether an agent might have written that. Nobody's session is known here: the policy alone counts.
fn out_of_scope(
    desk: &Desk,
    path: &str,
    before: &str,
    after: &str,
    start: usize,
    budget: &mut Budget<'_>,
) -> Option<Finding> {
    let verdict = foresee(&desk.policy.scope, &SessionScope::default(), path, before, Some(after), budget);
    let severity = match verdict.decision {
        Decision::Allow => return None,
        Decision::Ask => Severity::Medium,
        Decision::Deny => Severity::High,
    };
    Some(Finding {
        rule: OUT_OF_SCOPE.to_owned(),
        kind: Kind::OutOfScope,
        severity,
        message: verdict.reason(),
        range: start..start,
        removed: None,
        symbol: None,
        mixed: true,
    })
}

fn print(found: &[Placed]) {
    for Placed { path, finding, line, .. } in found {
        let text = word(finding.severity);
        println!(
            "{}:{line}: {} [{}] {}",
            shown(path),
            ink(severity(finding.severity), text),
            finding.rule,
            finding.message
        );
    }
    println!("{}", if found.is_empty() { "no rule matched".to_owned() } else { count(found.len(), "finding") });
}

fn as_json(placed: &Placed) -> Value {
    json!({ "path": placed.path, "line": placed.line, "author": placed.author, "finding": placed.finding })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Introduced => "introduced",
        Kind::Removed => "removed",
        Kind::Weakened => "weakened",
        Kind::OutOfScope => "out-of-scope",
        Kind::DestroyedWork => "destroyed-work",
    }
}

/// A path as the relative URI that it is.
fn uri(path: &str) -> String {
    const KEPT: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(path, &KEPT).to_string()
}

/// SARIF 2.1.0.
fn sarif(found: &[Placed]) -> Value {
    let level = |severity| match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    };
    let described = |id: &str, title: &str, why: &str| json!({ "id": id, "shortDescription": { "text": title }, "fullDescription": { "text": why } });
    let scope = described(OUT_OF_SCOPE, super::explain::SCOPE_TITLE, super::explain::SCOPE_WHY);
    let rules = countersign_core::rules::all().iter().map(|rule| described(&rule.id, &rule.title, &rule.why));
    let rules: Vec<Value> = rules.chain([scope]).collect();
    let results: Vec<Value> = found
        .iter()
        .map(|placed| {
            let finding = &placed.finding;
            let print = crate::journal::hash(format!("{}\n{}\n{:?}\n{}", finding.rule, placed.path, finding.symbol, finding.message).as_bytes());
            json!({
                "ruleId": finding.rule,
                "level": level(finding.severity),
                "message": { "text": finding.message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&placed.path), "uriBaseId": "SRCROOT" },
                    "region": { "startLine": placed.line },
                } }],
                "partialFingerprints": { "countersign/v1": print.to_string() },
                "properties": { "kind": kind(finding.kind), "author": placed.author, "severity": word(finding.severity) },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "countersign", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": results,
        }],
    })
}
