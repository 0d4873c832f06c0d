//! `countersign doctor`: what is set up, what is not, and what to do about it. It changes nothing but what a session's begin and
//! end do: with hooks registered, one such event takes the whole way.

mod agents;
mod editors;
mod machine;
mod needs;
mod record;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::init::{Place, put};
use super::paint::{Ink, ink};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// For machines
    #[arg(long)]
    json: bool,
    /// Do not send a test event through the hooks
    #[arg(long)]
    no_event: bool,
}

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// Not set up, and nothing says that it should be.
    Absent,
    /// Something needs doing.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug)]
struct Check {
    name: &'static str,
    state: State,
    /// How it is.
    said: String,
    /// What to do about it.
    advice: Option<String>,
}

impl Check {
    fn good(name: &'static str, said: impl Into<String>) -> Check {
        Check { name, state: State::Good, said: said.into(), advice: None }
    }

    fn absent(name: &'static str, said: impl Into<String>) -> Check {
        Check { name, state: State::Absent, said: said.into(), advice: None }
    }

    fn bad(name: &'static str, said: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { name, state: State::Bad, said: said.into(), advice: Some(advice.into()) }
    }
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let place = Place::new(dir, false)?;
    let mut checks = vec![machine::program(&place), machine::git(&place)];
    checks.extend(record::policies(&place));
    let (state, folder) = record::folder(&place);
    checks.extend(state);
    let (hooks, commands) = agents::hooks(&place);
    checks.extend(hooks);
    if !args.no_event {
        checks.extend(commands.iter().map(|command| agents::round_trip(&place, command)));
    }
    checks.extend(folder.iter().flat_map(|folder| record::kept(&place, folder)));
    checks.extend(editors::all(&place));
    checks.push(machine::watches(&place));
    // A journal that cannot be read was said to be so.
    let deeds = match &folder {
        Some(folder) if folder.exists() => needs::deeds(&place.root).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    checks.extend(needs::checks(&place, &deeds));
    let is_well = checks.iter().all(|check| check.state != State::Bad);
    put(&if args.json { format!("{}\n", as_json(&checks, is_well, &deeds)) } else { as_text(&checks) });
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_text(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let (sign, colour) = match check.state {
            State::Good => ("ok", Ink::Good),
            State::Absent => ("-", Ink::Faint),
            State::Bad => ("!!", Ink::Bad),
        };
        text += &format!("{} {:<12} {}\n", ink(colour, &format!("{sign:<2}")), check.name, check.said);
        if let Some(advice) = &check.advice {
            for line in advice.lines() {
                text += &format!("   {:<12} {}\n", "", ink(Ink::Warning, line));
            }
        }
    }
    text
}

/// `{"well": bool, "checks": [{"name", "state": "ok" | "absent" | "bad", "said", "advice"}], "needs": …}`
fn as_json(checks: &[Check], is_well: bool, deeds: &BTreeMap<String, needs::Deeds>) -> Value {
    let word = |state| match state {
        State::Good => "ok",
        State::Absent => "absent",
        State::Bad => "bad",
    };
    let checks: Vec<Value> = checks
        .iter()
        .map(|check| {
            json!({ "name": check.name, "state": word(check.state), "said": check.said, "advice": check.advice })
        })
        .collect();
    json!({ "well": is_well, "checks": checks, "needs": needs::as_json(deeds) })
}
