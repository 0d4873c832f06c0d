//! What agents may do beside what they did: the least that they need, in the words of a policy.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use countersign_core::announce::AgentAct;
use countersign_core::event::What;
use countersign_core::scope::SessionScope;
use countersign_core::session::Session;
use countersign_core::tools::Kind;
use serde_json::{Value, json};

use super::super::init::Place;
use super::super::paint::{count, shown};
use super::Check;
use crate::config;
use crate::store::Store;

/// So many of a kind are named.
const NAMED: usize = 6;

/// What one agent did here, in all sessions that are on record.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    sessions: BTreeSet<String>,
    written: BTreeSet<String>,
    /// Commands by the program that they start, and how often.
    run: BTreeMap<String, usize>,
    /// Other tools, and how often.
    used: BTreeMap<String, usize>,
    calls: u64,
    /// How often a person was asked: by us, and by the agent itself.
    asked: u64,
    /// The most files, lines and commands of one session.
    most: [u64; 3],
}

/// By agent; read off the whole journal.
///
/// # Errors
/// If the journal cannot be read.
pub(super) fn deeds(root: &Path) -> Result<BTreeMap<String, Deeds>> {
    let mut store = Store::open(root)?;
    let mut all: BTreeMap<String, Deeds> = BTreeMap::new();
    let known: Vec<(Session, String)> = store
        .workspace
        .sessions()
        .iter()
        .filter(|(_, state)| !state.agent.is_empty())
        .map(|(session, state)| (session.clone(), state.agent.clone()))
        .collect();
    for (session, agent) in known {
        let deeds = all.entry(agent).or_default();
        if session.subagent.is_none() {
            let count = store.count(&session)?;
            deeds.calls += count.calls();
            deeds.asked += count.asked();
            deeds.written.extend(count.changed().map(str::to_owned));
            let reached = [count.files(), count.lines(), count.commands()];
            deeds.most = std::array::from_fn(|at| deeds.most[at].max(reached[at]));
            deeds.sessions.insert(session.to_string());
        }
    }
    store.each_fact(&mut |fact| {
        let What::Told { event, .. } = &fact.what else { return };
        let deeds = all.entry(event.agent.to_string()).or_default();
        match &event.act {
            AgentAct::WillRun { command, .. } => *deeds.run.entry(program(command)).or_default() += 1,
            AgentAct::WillUse { tool } => *deeds.used.entry(tool.clone()).or_default() += 1,
            _ => {}
        }
    })?;
    // A test event is no work.
    all.retain(|_, deeds| !(deeds.written.is_empty() && deeds.run.is_empty() && deeds.used.is_empty()));
    Ok(all)
}

/// What a command line starts: its first word that sets no variable, without its folder.
fn program(line: &str) -> String {
    let words = line.split_whitespace();
    let first = words.into_iter().find(|word| !word.split('/').next().is_some_and(|head| head.contains('=')));
    first.map_or("", |word| word.rsplit('/').next().unwrap_or(word)).to_owned()
}

impl Deeds {
    /// Where it wrote, as patterns: for each folder of the root, the deepest that holds all; a file that stands alone by its name.
    fn places(&self) -> Vec<String> {
        let mut by_top: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &self.written {
            by_top.entry(path.split('/').next().unwrap_or(path)).or_default().push(path);
        }
        by_top.into_values().map(|paths| common(&paths)).collect()
    }

    fn of_kind(&self, kind: Kind) -> Vec<&str> {
        self.used.keys().map(String::as_str).filter(|tool| Kind::of(tool) == Some(kind)).collect()
    }

    /// A policy that would have let it do all this, and as little else.
    fn least(&self) -> String {
        let list = |key: &str, all: &[&str]| match all {
            [] => String::new(),
            all => format!("{key} = [{}]\n", all.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ")),
        };
        let places = self.places();
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let (mcp, web) = (self.of_kind(Kind::Mcp), self.of_kind(Kind::Web));
        let kinds = [("mcp", mcp.is_empty()), ("web", web.is_empty())];
        let names = |unused| kinds.iter().filter(|kind| kind.1 == unused).map(|kind| kind.0).collect::<Vec<_>>();
        let [files, lines, commands] = self.most;
        format!(
            "[scope]\n{}[tools]\n{}{}{}[limits]\nfiles = {files}\nlines = {lines}\ncommands = {commands}\n",
            list("allow", &places),
            list("deny", &names(true)),
            list("ask", &names(false)),
            list("allow", &[mcp, web].concat()),
        )
    }

    fn said(&self) -> String {
        let counted = |all: &BTreeMap<String, usize>| {
            let mut most: Vec<(&String, &usize)> = all.iter().collect();
            most.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), name.as_str()));
            few(most.into_iter().map(|(name, n)| format!("{} ({n})", shown(name))).collect())
        };
        let mut parts = vec![count(self.sessions.len(), "session")];
        for (verb, list) in [
            ("wrote", few(self.places().iter().map(|place| shown(place)).collect())),
            ("ran", counted(&self.run)),
            ("used", counted(&self.used)),
        ] {
            if !list.is_empty() {
                parts.push(format!("{verb} {list}"));
            }
        }
        let per_hundred = (self.asked * 100).checked_div(self.calls).unwrap_or(0);
        parts.push(format!(
            "{} for {} ({per_hundred} per 100)",
            count(self.asked as usize, "question"),
            count(self.calls as usize, "call")
        ));
        parts.join("; ")
    }

    fn as_json(&self) -> Value {
        let [files, lines, commands] = self.most;
        json!({
            "sessions": self.sessions, "wrote": self.places(), "ran": self.run, "used": self.used, "calls": self.calls,
            "asked": self.asked, "most": { "files": files, "lines": lines, "commands": commands }, "least": self.least(),
        })
    }
}

fn few(mut list: Vec<String>) -> String {
    let more = list.len().saturating_sub(NAMED);
    list.truncate(NAMED);
    if more > 0 {
        list.push(format!("{more} more"));
    }
    list.join(", ")
}

/// The pattern that holds some paths of one folder of the root, and as little else as a folder can.
fn common(paths: &[&str]) -> String {
    let [first, rest @ ..] = paths else { return String::new() };
    if rest.is_empty() {
        return (*first).to_owned();
    }
    let folders = |path: &str| {
        path.rsplit_once('/').map_or("", |(folder, _)| folder).split('/').map(str::to_owned).collect::<Vec<_>>()
    };
    let mut shared = folders(first);
    for path in rest {
        let held = shared.iter().zip(folders(path)).take_while(|(one, other)| *one == other).count();
        shared.truncate(held);
    }
    format!("{}/**", shared.join("/"))
}

/// One line for each agent that did something here, and what it may do.
pub(super) fn checks(place: &Place, deeds: &BTreeMap<String, Deeds>) -> Vec<Check> {
    let (policy, _) = config::in_force(&place.root);
    let lists = policy.scope.fences(&SessionScope::default()).lists;
    let may = match lists.as_slice() {
        [] => "anywhere but to policies and hooks".to_owned(),
        lists => lists.iter().map(|list| list.join(", ")).collect::<Vec<_>>().join("; and in "),
    };
    let mut checks: Vec<Check> = Vec::new();
    for (agent, deeds) in deeds {
        let said = format!("{}: may write {may}; did, in {}", shown(agent), deeds.said());
        checks.push(Check {
            advice: Some(format!("the least it needs, as a policy:\n{}", deeds.least().trim_end())),
            ..Check::good("needs", said)
        });
    }
    checks
}

/// `{AGENT: {"sessions", "wrote", "ran", "used", "calls", "asked", "most", "least"}}`
pub(super) fn as_json(deeds: &BTreeMap<String, Deeds>) -> Value {
    deeds.iter().map(|(agent, deeds)| (agent.clone(), deeds.as_json())).collect::<serde_json::Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_was_written_and_as_little_else_as_it_can() {
        let written = ["src/a/x.rs", "src/a/b/y.rs", "docs/one.md", "README.md", "t/a.rs", "t/b/c.rs"];
        let deeds = Deeds { written: written.iter().map(|path| (*path).to_owned()).collect(), ..Deeds::default() };
        assert_eq!(deeds.places(), ["README.md", "docs/one.md", "src/a/**", "t/**"]);
    }

    #[test]
    fn a_command_is_known_by_the_program_that_it_starts() {
        for (line, expected) in [
            ("cargo test -p x", "cargo"),
            ("RUST_LOG=a/b=debug ./target/debug/x --all", "x"),
            ("/usr/bin/env python3", "env"),
            ("", ""),
        ] {
            assert_eq!(program(line), expected);
        }
    }
}
