//! `countersign hook AGENT`: what an agent is about to do is judged, what it did is taken note of. It answers in time or gets out of
//! the way: whatever goes wrong, the agent gets its neutral reply, and the log says why.

use std::io::{Read, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Write};
use countersign_core::destroyed::foreseen;
use countersign_core::document::Act;
use countersign_core::edit::Evidence;
use countersign_core::finding::Severity;
use countersign_core::review::{Policy, foresee};
use countersign_core::rules::{self, Change, Settings, judge};
use countersign_core::syntax::Budget;
use countersign_core::verdict::Verdict;
use countersign_core::workspace::Content;

use crate::agents::{self, MAX_PAYLOAD, Moment, Reply};
use crate::disk;
use crate::git::Held;
use crate::redact;
use crate::store::{Store, now};

/// How long a hook may compute, in milliseconds.
const BUDGET: u64 = 400;
/// So many changed files are looked at around a shell command.
const DIRTY: usize = 2000;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The agent: claude-code, generic
    agent: String,
}

pub(super) fn run(dir: &Path, args: &Args) -> ExitCode {
    let Some(agent) = agents::find(&args.agent) else {
        eprintln!(
            "countersign: there is no agent `{}` (known: {})",
            args.agent,
            agents::names().collect::<Vec<_>>().join(", ")
        );
        println!("{{}}");
        return ExitCode::SUCCESS;
    };
    // A panic must not reach the agent: its reply is the neutral one then.
    let done = std::panic::catch_unwind(|| answer(dir, agent));
    let reply = match done {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            log(dir, &format!("hook {}: {error:#}", args.agent));
            (agent.reply)(Moment::Other, &Verdict::allow(), None)
        }
        Err(_) => {
            log(dir, &format!("hook {}: a panic", args.agent));
            (agent.reply)(Moment::Other, &Verdict::allow(), None)
        }
    };
    let _ = std::io::stdout().write_all(reply.stdout.as_bytes());
    let _ = std::io::stderr().write_all(reply.stderr.as_bytes());
    ExitCode::from(reply.code)
}

fn answer(dir: &Path, agent: &agents::Agent) -> Result<Reply> {
    let stdin = std::io::stdin().lock();
    let bytes = agents::read_capped(stdin.take(u64::MAX), MAX_PAYLOAD)?;
    let message = (agent.parse)(&bytes)?;
    let mut verdict = Verdict::allow();
    for event in message.events {
        verdict = verdict.combine(take(dir, event)?);
    }
    Ok((agent.reply)(message.moment, &verdict, None))
}

/// Takes one event in, and says what is to be said of it.
fn take(dir: &Path, mut event: AgentEvent) -> Result<Verdict> {
    let start = event.cwd.as_deref().map_or_else(|| dir.to_owned(), PathBuf::from);
    let (root, cwd) = super::root_of(&start).or_else(|_| super::root_of(dir))?;
    localise(&mut event, &root, &cwd);
    redact::event(&mut event);
    let mut store = Store::open_narrow(&root).context("the workspace's journal")?;
    if let Some(aside) = &store.set_aside {
        log(
            &root,
            &format!(
                "the journal was damaged ({}) and is kept as {}; a new one was begun",
                aside.why,
                aside.file.display()
            ),
        );
    }
    store.know_session(&event.session)?;
    let mut verdict = Verdict::allow();
    match event.act.clone() {
        AgentAct::WillWrite { writes } => {
            for write in &writes {
                store.read(&write.path, false, false)?;
            }
            tell(&mut store, &event)?;
            let (policy, errors) = super::policies(&root);
            for error in errors {
                log(&root, &error.to_string());
            }
            for write in &writes {
                verdict = verdict.combine(judge_write(&store, &policy, &event, write));
            }
        }
        AgentAct::DidWrite { writes } => {
            for write in &writes {
                store.know_path(&write.path)?;
                if store.workspace.file(&write.path).is_none() {
                    begin_as_told(&mut store, write)?;
                }
            }
            tell(&mut store, &event)?;
            for write in &writes {
                store.read(&write.path, false, false)?;
            }
        }
        AgentAct::WillRun { .. } => {
            for path in dirty(&store)? {
                look(&mut store, &path, false);
            }
            tell(&mut store, &event)?;
        }
        AgentAct::DidRun { .. } => {
            let since = dirty(&store)?;
            let known = store.journal().heads()?.into_iter().map(|(path, _)| path);
            let paths: std::collections::BTreeSet<String> = since.into_iter().chain(known).collect();
            for path in paths {
                look(&mut store, &path, true);
            }
            tell(&mut store, &event)?;
        }
        _ => tell(&mut store, &event)?,
    }
    Ok(verdict)
}

/// What differs from HEAD. A name that is not UTF-8 is left, with a word.
fn dirty(store: &Store) -> Result<Vec<String>> {
    let mut dirty = store.git.dirty()?;
    if let Some(first) = dirty.unreadable.first() {
        log(
            &store.root,
            &format!("not followed, since their names are not UTF-8: {} ({first:?} …)", dirty.unreadable.len()),
        );
    }
    dirty.paths.truncate(DIRTY);
    Ok(dirty.paths)
}

fn tell(store: &mut Store, event: &AgentEvent) -> Result<()> {
    let facts = store.workspace.told(event, now());
    store.append(&facts)
}

/// A file that cannot be read is not followed: a folder, one that is closed to us.
fn look(store: &mut Store, path: &str, from_git: bool) {
    if let Err(error) = store.read(path, false, from_git) {
        log(&store.root.clone(), &format!("{path}: {error:#}"));
    }
}

/// Names paths as the workspace does, and leaves out what lies outside of it.
fn localise(event: &mut AgentEvent, root: &Path, cwd: &Path) {
    let name = |path: &str| disk::relative(root, cwd, path);
    match &mut event.act {
        AgentAct::WillWrite { writes } | AgentAct::DidWrite { writes } => {
            writes.retain_mut(|write| match name(&write.path) {
                Some(path) => {
                    write.path = path;
                    true
                }
                None => false,
            });
        }
        AgentAct::WriteFailed { paths } => *paths = paths.iter().filter_map(|path| name(path)).collect(),
        _ => {}
    }
}

/// A file of which only the report is heard was, before it, what the agent says it was. Where it does not say, it is git's version
/// if the agent's change makes of that what is there now, else what is there without the agent's change: what differs from git's
/// besides may be work of the user's that is not committed.
fn begin_as_told(store: &mut Store, write: &Write) -> Result<()> {
    let before = match &write.before {
        Before::Absent => Some(Content::Absent),
        Before::Text(text) => Some(Content::Text(ropey::Rope::from_str(text))),
        Before::Unknown => {
            let now = disk::read(&store.root.join(&write.path))?.content;
            let git = store.git.before(&write.path);
            let explained = match (&now, &git) {
                (Content::Text(now), Some(Content::Text(git))) => {
                    write.after(&git.to_string()).is_ok_and(|after| *now == after)
                }
                (Content::Text(now), Some(Content::Absent)) => write.after("").is_ok_and(|after| *now == after),
                _ => false,
            };
            match &now {
                _ if explained => git,
                Content::Text(now) => undone(write, &now.to_string()).map(|text| Content::Text(text.as_str().into())),
                _ => None,
            }
        }
    };
    match before {
        Some(before) => store.begin(&write.path, &before),
        None => Ok(()),
    }
}

/// The text that a write made this of, where that is beyond doubt.
fn undone(write: &Write, after: &str) -> Option<String> {
    let Delta::Replace(replacements) = &write.delta else { return None };
    let mut text = after.to_owned();
    for one in replacements.iter().rev() {
        if one.new.is_empty() || text.matches(&one.new).count() != 1 {
            return None;
        }
        text = text.replacen(&one.new, &one.old, 1);
    }
    write.after(&text).is_ok_and(|made| made == after).then_some(text)
}

/// Scope, and the rules on the text as it would be.
fn judge_write(store: &Store, policy: &Policy, event: &AgentEvent, write: &Write) -> Verdict {
    let until = now() + BUDGET;
    let mut in_time = || now() < until;
    let mut budget = Budget::asking(&mut in_time);
    let before = store
        .workspace
        .file(&write.path)
        .map(|file| file.document.text(countersign_core::edit::Lineage::Disk).to_string());
    let before = before.unwrap_or_default();
    let after = write.after(&before).ok();
    let scope = store.workspace.scope_of(&event.session);
    let verdict = foresee(&policy.scope, scope, &write.path, &before, after.as_deref(), &mut budget);
    let Some(after) = after else { return verdict };
    let mut found = critical(&write.path, &before, &after, &policy.rules, &mut budget);
    found.extend(would_destroy(store, policy, event, &write.path, &after));
    found.into_iter().fold(verdict, |verdict, why| verdict.combine(Verdict::ask(why)))
}

fn critical(path: &str, before: &str, after: &str, rules: &Settings, budget: &mut Budget<'_>) -> Vec<String> {
    let (added, removed) = ranges(before, after);
    let change = Change { path, before, after, added: &added, removed: &removed };
    let findings = judge(&change, &worth_asking(&change, rules), budget);
    findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Critical)
        .map(|finding| finding.message)
        .collect()
}

/// What a write would take away that no agent wrote and that git does not hold.
fn would_destroy(store: &Store, policy: &Policy, event: &AgentEvent, path: &str, after: &str) -> Vec<String> {
    let Some(file) = store.workspace.file(path).filter(|file| !file.is_whole) else { return Vec::new() };
    let git = Held::new(&store.git);
    let act = Act::agent(event.author(), Evidence::Content, now());
    let (lost, is_repository) = foreseen(&file.document, after, &act, &|since| git.of(path, since));
    lost.iter().filter_map(|lost| lost.warning(&policy.rules, is_repository)).collect()
}

/// The rules that may ask before a write: the critical ones, of whose words one stands in the lines that change. To
/// compile a rule takes longer than all else that a hook does; what is passed over here is found in the review.
fn worth_asking(change: &Change<'_>, rules: &Settings) -> Settings {
    let sides = [lines_of(change.before, change.removed), lines_of(change.after, change.added)];
    let is_there = |literal: &String| sides.iter().any(|side| side.contains(literal.as_str()));
    let passed_over = rules::all().iter().filter(|rule| {
        let severity = rules.severities.get(&rule.id).copied().unwrap_or(rule.severity);
        severity < Severity::Critical || !rule.literals.values().flatten().any(is_there)
    });
    let mut settings = rules.clone();
    settings.disabled.extend(passed_over.map(|rule| rule.id.clone()));
    settings
}

/// The lines that ranges of a text lie in.
fn lines_of(text: &str, ranges: &[Range<usize>]) -> String {
    let mut lines = String::new();
    for range in ranges {
        let head = &text[..range.start];
        let start = head.rmatch_indices('\n').next().map_or(0, |(at, _)| at + 1);
        let end = text[range.end..].match_indices('\n').next().map_or(text.len(), |(at, _)| range.end + at + 1);
        lines.push_str(&text[start..end]);
        lines.push('\n');
    }
    lines
}

/// What is new, in bytes of `after`, and what is gone, in bytes of `before`.
pub(super) fn ranges(before: &str, after: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let mut shift = 0_isize;
    for splice in countersign_core::diff::splices(before, after) {
        let start = splice.range.start.saturating_add_signed(shift);
        if !splice.text.is_empty() {
            added.push(start..start + splice.text.len());
        }
        shift += splice.text.len() as isize - splice.range.len() as isize;
        if !splice.range.is_empty() {
            removed.push(splice.range);
        }
    }
    (added, removed)
}

/// One line for people who wonder, in the state folder; never on stdout.
fn log(dir: &Path, line: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    let Ok((root, _)) = super::root_of(dir) else { return };
    let var = |name| std::env::var_os(name);
    let Ok(place) = crate::state_dir::locate(&root, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref()) else {
        return;
    };
    let Ok(folder) = crate::state_dir::make_private(&place.dir) else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join("log"));
    if let Ok(mut file) = file {
        let _ = writeln!(file, "{} {}", jiff::Timestamp::now(), line.replace('\n', " "));
    }
}
