//! `countersign hook AGENT`: what an agent is about to do is judged, what it did is taken note of. It answers in time or gets out of
//! the way: whatever goes wrong, the agent gets its neutral reply, and the log says why.

use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use countersign_core::announce::{AgentAct, AgentEvent, Before};
use countersign_core::finding::Severity;
use countersign_core::review::foresee;
use countersign_core::rules::{Change, Settings, judge};
use countersign_core::syntax::Budget;
use countersign_core::verdict::Verdict;

use crate::agents::{self, MAX_PAYLOAD, Moment, Reply};
use crate::disk;
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
    let mut store = Store::open_narrow(&root).context("the workspace's journal")?;
    store.know_session(&event.session)?;
    let mut verdict = Verdict::allow();
    match event.act.clone() {
        AgentAct::WillWrite { writes } => {
            for write in &writes {
                store.read(&write.path, false, false)?;
            }
            tell(&mut store, &event)?;
            for write in &writes {
                verdict = verdict.combine(judge_write(&store, &event, write));
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
            for path in store.git.dirty()?.into_iter().take(DIRTY) {
                look(&mut store, &path, false);
            }
            tell(&mut store, &event)?;
        }
        AgentAct::DidRun { .. } => {
            let since = store.git.dirty()?.into_iter().take(DIRTY);
            let known = store.journal().heads()?.into_iter().map(|(path, _)| path);
            let paths: std::collections::BTreeSet<String> = since.chain(known).collect();
            for path in paths {
                look(&mut store, &path, true);
            }
            tell(&mut store, &event)?;
        }
        _ => tell(&mut store, &event)?,
    }
    Ok(verdict)
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

/// A file of which only the report is heard was, before it, what the agent says it was.
fn begin_as_told(store: &mut Store, write: &countersign_core::announce::Write) -> Result<()> {
    use countersign_core::workspace::Content;
    let before = match &write.before {
        Before::Absent => Some(Content::Absent),
        Before::Text(text) => Some(Content::Text(ropey::Rope::from_str(text))),
        Before::Unknown => store.git.before(&write.path),
    };
    match before {
        Some(before) => store.begin(&write.path, &before),
        None => Ok(()),
    }
}

/// Scope, and the rules on the text as it would be.
fn judge_write(store: &Store, event: &AgentEvent, write: &countersign_core::announce::Write) -> Verdict {
    let policy = super::policies(&store.root);
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
    let found = critical(&write.path, &before, &after, &policy.rules, &mut budget);
    found.into_iter().fold(verdict, |verdict, why| verdict.combine(Verdict::ask(why)))
}

fn critical(path: &str, before: &str, after: &str, rules: &Settings, budget: &mut Budget<'_>) -> Vec<String> {
    let (added, removed) = ranges(before, after);
    let change = Change { path, before, after, added: &added, removed: &removed };
    let findings = judge(&change, rules, budget);
    findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Critical)
        .map(|finding| finding.message)
        .collect()
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
