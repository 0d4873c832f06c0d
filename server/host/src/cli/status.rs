//! `countersign status`: the hunks that await review, by file, with whose they are and what is held against them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::edit::Lineage;
use countersign_core::hunk::Hunk;
use countersign_core::limits::Count;
use countersign_core::review::{Review, review};
use countersign_core::session::Session;
use countersign_core::syntax::Budget;
use countersign_core::workspace::File;
use serde_json::{Value, json};

use super::paint::{Ink, count, ink, severity, shown, word};
use super::{Desk, spending};
use crate::config;
use crate::git::Held;

#[derive(Debug, Default, ClapArgs)]
pub(super) struct Args {
    /// For machines
    #[arg(long)]
    json: bool,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    let counts = if args.json { counts(&mut desk)? } else { BTreeMap::new() };
    let mut reviews: Vec<(String, Review)> = Vec::new();
    let git = Held::new(&desk.store.git);
    let held = |path: &str, since| git.of(path, since);
    for (path, _) in desk.store.workspace.files() {
        let review = review(&desk.store.workspace, path, Lineage::Disk, &desk.policy, &held, &mut Budget::default());
        let is_changed = desk.store.workspace.file(path).is_some_and(is_moved_or_moded);
        if !review.hunks.is_empty() || !review.findings.is_empty() || is_changed {
            reviews.push((path.to_owned(), review));
        }
    }
    if args.json {
        println!("{}", as_json(&desk, &reviews, &counts));
    } else {
        print(&desk, &reviews);
    }
    Ok(ExitCode::SUCCESS)
}

fn is_moved_or_moded(file: &File) -> bool {
    file.pending_empty().is_some() || file.pending_moves().next().is_some() || file.pending_modes().next().is_some()
}

/// That a file came from elsewhere, came or went with nothing in it, and that its mode was changed.
fn print_moves(file: &File) {
    let by = |author: &Author| ink(Ink::Agent, &name(author));
    for moved in file.pending_moves() {
        println!("  came from {}  {}", shown(&moved.from), by(&moved.author));
    }
    if let Some(came) = file.pending_empty() {
        println!("  {}, with nothing in it  {}", if came.is { "made" } else { "deleted" }, by(&came.author));
    }
    for mode in file.pending_modes() {
        let was = mode.was.map(|was| format!(", was {was:o}")).unwrap_or_default();
        println!("  mode {:o}{was}  {}", mode.is, by(&mode.author));
    }
}

fn print(desk: &Desk, reviews: &[(String, Review)]) {
    for (path, review) in reviews {
        let moved = desk.store.workspace.file(path).filter(|file| is_moved_or_moded(file));
        if !review.hunks.is_empty() || moved.is_some() {
            println!("{}", ink(Ink::Strong, &shown(path)));
        }
        moved.into_iter().for_each(print_moves);
        for (at, hunk) in review.hunks.iter().enumerate() {
            println!("  {}", line(hunk));
            print_findings(review, Some(at));
        }
    }
    let whole = desk.store.workspace.files().filter(|(_, file)| file.is_whole);
    for (path, file) in whole {
        if let Some(last) = file.wholes.last() {
            println!(
                "{}  {}",
                ink(Ink::Strong, &shown(path)),
                ink(Ink::Faint, &format!("tracked as a whole: {}; last written by {}", last.why, last.author))
            );
            if let Some((_, review)) = reviews.iter().find(|(reviewed, _)| reviewed == path) {
                print_findings(review, None);
            }
        }
    }
    let files = reviews.iter().filter(|(_, review)| !review.hunks.is_empty()).count();
    let hunks: usize = reviews.iter().map(|(_, review)| review.hunks.len()).sum();
    let findings: usize = reviews.iter().map(|(_, review)| review.findings.len()).sum();
    let working = desk.store.workspace.sessions().values().filter(|session| session.at_work).count();
    let agents = |file: &&File| file.is_whole && file.wholes.last().is_some_and(|last| last.author.is_agent());
    let whole = desk.store.workspace.files().map(|(_, file)| file).filter(agents).count();
    let moved = desk.store.workspace.files().filter(|(_, file)| is_moved_or_moded(file)).count();
    if moved > 0 {
        println!("{} moved, empty, or with another mode", count(moved, "file"));
    }
    if whole > 0 {
        println!("{} that {} no text", count(whole, "file"), if whole == 1 { "is" } else { "are" });
    }
    if hunks == 0 && whole == 0 && moved == 0 {
        println!("{}", ink(Ink::Good, "nothing awaits review"));
    } else if hunks > 0 {
        println!("{} in {}, {}", count(hunks, "hunk"), count(files, "file"), count(findings, "finding"));
    }
    if working > 0 {
        println!("{}", ink(Ink::Agent, &format!("{} at work", count(working, "agent"))));
    }
    print_spent(desk, reviews);
}

/// What the sessions spent whose work awaits review or goes on.
fn print_spent(desk: &Desk, reviews: &[(String, Review)]) {
    let prices = config::prices(&desk.store.root);
    let authors = reviews.iter().flat_map(|(_, review)| &review.hunks).flat_map(|hunk| &hunk.authors);
    let mut shown: BTreeSet<Session> = authors.filter_map(|author| Some(author.session()?.parent())).collect();
    let sessions = desk.store.workspace.sessions();
    shown.extend(sessions.iter().filter(|(_, state)| state.at_work).map(|(session, _)| session.parent()));
    for session in shown {
        let (Some(usage), Some(state)) = (desk.store.workspace.usage(&session), sessions.get(&session)) else {
            continue;
        };
        let model = state.model.as_deref().map(|model| format!(" {model}")).unwrap_or_default();
        let whose = ink(Ink::Agent, &format!("{} {session}{model}", state.agent));
        println!("{whose}  {}", ink(Ink::Faint, &spending::line(&usage, &prices)));
    }
}

/// What is held against a hunk, or against a file as a whole.
fn print_findings(review: &Review, hunk: Option<usize>) {
    for found in review.findings.iter().filter(|found| found.hunk == hunk) {
        let finding = &found.finding;
        let severity = ink(severity(finding.severity), word(finding.severity));
        println!("      {severity} {}  {}", finding.rule, finding.message);
    }
}

fn line(hunk: &Hunk) -> String {
    let lines = if hunk.lines.is_empty() {
        format!("before line {}", hunk.lines.start + 1)
    } else if hunk.lines.len() == 1 {
        format!("line {}", hunk.lines.start + 1)
    } else {
        format!("lines {}-{}", hunk.lines.start + 1, hunk.lines.end)
    };
    let authors: Vec<String> = hunk.authors.iter().map(name).collect();
    let is_agents = hunk.authors.iter().any(Author::is_agent);
    let mine = if hunk.mine > 0 && is_agents {
        ink(Ink::Mine, &format!("  with {} of yours", count(hunk.mine, "line")))
    } else {
        String::new()
    };
    let ink_of = if is_agents { Ink::Agent } else { Ink::External };
    format!(
        "{lines}  {} {}  {}{mine}  {}",
        ink(Ink::Good, &format!("+{}", hunk.added)),
        ink(Ink::Bad, &format!("-{}", hunk.removed)),
        ink(ink_of, &authors.join(", ")),
        ink(Ink::Faint, &hunk.id.to_string())
    )
}

pub(super) fn name(author: &Author) -> String {
    match author.session() {
        Some(session) => format!("{author} {session}"),
        None => author.to_string(),
    }
}

/// What each session did so far; of a subagent, what its session did.
fn counts(desk: &mut Desk) -> Result<BTreeMap<Session, Count>> {
    let sessions: Vec<Session> = desk.store.workspace.sessions().keys().cloned().collect();
    sessions.into_iter().map(|session| Ok((session.clone(), desk.store.count(&session)?.clone()))).collect()
}

fn as_json(desk: &Desk, reviews: &[(String, Review)], counts: &BTreeMap<Session, Count>) -> Value {
    let files: Vec<Value> = reviews
        .iter()
        .filter(|(path, review)| {
            !review.hunks.is_empty() || desk.store.workspace.file(path).is_some_and(is_moved_or_moded)
        })
        .map(|(path, review)| {
            let hunks: Vec<Value> = review.hunks.iter().enumerate().map(|(at, hunk)| {
            let findings: Vec<&countersign_core::finding::Finding> =
                review.findings.iter().filter(|found| found.hunk == Some(at)).map(|found| &found.finding).collect();
            json!({
                "id": hunk.id.to_string(),
                "lines": { "start": hunk.lines.start + 1, "end": hunk.lines.end },
                "authors": hunk.authors.iter().map(author_json).collect::<Vec<_>>(),
                "added": hunk.added, "removed": hunk.removed, "removedText": hunk.removed_text, "mine": hunk.mine,
                "findings": findings,
            })
        }).collect();
            let file = desk.store.workspace.file(path);
            let moves: Vec<Value> = file
                .into_iter()
                .flat_map(File::pending_moves)
                .map(|moved| json!({ "from": moved.from, "author": author_json(&moved.author) }))
                .collect();
            let modes: Vec<Value> = file
                .into_iter()
                .flat_map(File::pending_modes)
                .map(|mode| json!({ "was": mode.was, "is": mode.is, "author": author_json(&mode.author) }))
                .collect();
            json!({ "path": path, "hunks": hunks, "moves": moves, "modes": modes, "empty": file.and_then(File::pending_empty).map(|came| json!({ "made": came.is, "author": author_json(&came.author) })) })
        })
        .collect();
    let prices = config::prices(&desk.store.root);
    let sessions: Vec<Value> = desk.store.workspace.sessions().iter().map(|(session, state)| {
        let count = counts.get(session).cloned().unwrap_or_default();
        let spent = desk.store.workspace.usage(session).map(|usage| spending::json(&usage, &prices));
        json!({
            "session": session.to_string(), "agent": state.agent, "model": state.model, "prompt": state.prompt, "atWork": state.at_work,
            "spent": spent, "calls": count.calls(), "asked": count.asked(),
        })
    }).collect();
    let wholes: Vec<Value> = desk
        .store
        .workspace
        .files()
        .filter(|(_, file)| file.is_whole)
        .filter_map(|(path, file)| {
            let last = file.wholes.last()?;
            let review = reviews.iter().find(|(reviewed, _)| reviewed == path).map(|(_, review)| review);
            let findings: Vec<_> = review.into_iter().flat_map(|review| &review.findings).map(|found| &found.finding).collect();
            Some(json!({ "path": path, "why": last.why, "bytes": last.len, "author": author_json(&last.author), "findings": findings }))
        })
        .collect();
    json!({ "files": files, "wholeFiles": wholes, "sessions": sessions })
}

/// `{"kind": "agent", "agent": …, "session": …}`, `{"kind": "user"}`, …
pub(super) fn author_json(author: &Author) -> Value {
    match author {
        Author::Agent { name, session } => json!({ "kind": "agent", "agent": name, "session": session.to_string() }),
        other => json!({ "kind": other.to_string() }),
    }
}
