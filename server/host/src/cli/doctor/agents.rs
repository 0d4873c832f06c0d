//! Agents' hooks: registered, leading to this program, and working: one event takes the whole way, from the command as the agent
//! would start it to the journal.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use countersign_core::session::Session;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

use super::super::init::{Place, claude_code};
use super::{Check, State};
use crate::journal::Journal;
use crate::state_dir;
use crate::store::now;

const NAME: &str = "claude-code";
const ADVICE: &str = "run `countersign init --agent claude-code`";

/// How long a hook may take that is tried.
const PATIENCE: Duration = Duration::from_secs(10);

/// How Claude Code's hooks stand, and each registered command that starts this program.
pub(super) fn hooks(place: &Place) -> (Vec<Check>, Vec<String>) {
    let mut found = Found::default();
    for file in claude_code::all_settings(place) {
        found.look(place, &file);
    }
    let Found { mut checks, mut commands, times } = found;
    if times.is_empty() {
        checks.push(Check::bad(
            NAME,
            "no hooks of ours are registered: what it writes would count as external",
            ADVICE,
        ));
        return (checks, commands);
    }
    let missing: Vec<&str> = claude_code::events().filter(|event| !times.contains_key(*event)).collect();
    if !missing.is_empty() {
        checks.push(Check::bad(NAME, format!("no hook for {}", missing.join(", ")), ADVICE));
    }
    if times.values().any(|times| *times > 1) {
        checks.push(Check::bad(
            NAME,
            "hooks are registered more than once: each event is told twice",
            "keep one: `countersign init --remove --agent claude-code`, with --user for those of all workspaces",
        ));
    }
    commands.sort();
    commands.dedup();
    (checks, commands)
}

/// What the settings files hold.
#[derive(Default)]
struct Found {
    checks: Vec<Check>,
    commands: Vec<String>,
    /// How often each event is registered.
    times: BTreeMap<String, usize>,
}

impl Found {
    fn look(&mut self, place: &Place, file: &Path) {
        let Ok(text) = std::fs::read_to_string(file) else { return };
        let shown = place.shown(file);
        let hooks = match claude_code::registered(&text) {
            Ok(hooks) => hooks,
            Err(error) => {
                let said = format!("{shown}: {error:#}");
                self.checks.push(Check::bad(NAME, said, "mend it: Claude Code may pass over it whole"));
                return;
            }
        };
        // Of one command, in several events, one word.
        let mut commands = BTreeMap::new();
        for hook in hooks {
            *self.times.entry(hook.event).or_default() += 1;
            commands.insert(hook.command, hook.program);
        }
        for (command, program) in commands {
            let check = leads(place, &shown, program.as_deref(), &command);
            // A repository may bring settings of its own: no command of theirs is started but this very program.
            if check.state == State::Good {
                self.commands.push(command);
            }
            self.checks.push(check);
        }
    }
}

fn leads(place: &Place, shown: &str, program: Option<&Path>, command: &str) -> Check {
    let Some(program) = program else {
        return Check::absent(NAME, format!("{shown}: `{command}`, not as init writes it and so not tried"));
    };
    match std::fs::canonicalize(program) {
        Err(_) => Check::bad(NAME, format!("{shown}: there is no {}", program.display()), ADVICE),
        Ok(found) if found != place.program => {
            let said = format!("{shown}: starts another program than this one: {}", program.display());
            Check::bad(NAME, said, format!("{ADVICE} with the one that you want"))
        }
        Ok(_) => Check::good(NAME, format!("{shown}: hooks start this program")),
    }
}

/// Sends a session's begin and end through a registered command, as Claude Code does, and looks for both in the journal.
pub(super) fn round_trip(place: &Place, command: &str) -> Check {
    match arrives(place, command) {
        Ok(milliseconds) => {
            Check::good("round trip", format!("an event of `{NAME}` was in the journal after {milliseconds} ms"))
        }
        Err(error) => Check::bad("round trip", format!("{error:#}"), "the state folder's file `log` may say why"),
    }
}

fn arrives(place: &Place, command: &str) -> Result<u128> {
    // A subagent's, so that no command takes it for the session that is at work.
    let session = Session::new(&format!("doctor-{}-{}", std::process::id(), now())).with_subagent("test");
    let begin = Instant::now();
    tell(place, command, &session, json!({ "hook_event_name": "SessionStart", "source": "startup" }))?;
    let took = begin.elapsed().as_millis();
    // Ended at once, so that nobody waits for it.
    tell(place, command, &session, json!({ "hook_event_name": "SessionEnd", "reason": "other" }))?;
    let var = |name| std::env::var_os(name);
    let found = state_dir::locate(&place.root, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref())?;
    let journal = Journal::open(&found.dir, now() as i64)?.journal;
    match journal.events_of_session(&session.to_string(), 0)?.len() {
        0 => bail!("a test event went through `{command}`, and did not arrive in the journal"),
        1 => bail!("of two test events that went through `{command}`, one did not arrive in the journal"),
        _ => Ok(took),
    }
}

fn tell(place: &Place, command: &str, session: &Session, mut payload: serde_json::Value) -> Result<()> {
    payload["session_id"] = session.parent().to_string().into();
    payload["agent_id"] = session.subagent.as_deref().into();
    payload["cwd"] = place.root.to_string_lossy().into();
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(&place.root).env("CLAUDE_PROJECT_DIR", &place.root);
    let mut child = shell
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .context("cannot start a shell")?;
    // A command that reads nothing closes the pipe; its exit says the rest.
    let written = child.stdin.take().context("a pipe was asked for")?.write_all(payload.to_string().as_bytes());
    let group = Pid::from_child(&child);
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    let Ok(output) = end.recv_timeout(PATIENCE) else {
        let _ = kill_process_group(group, Signal::KILL);
        bail!("`{command}` did not end in {} s", PATIENCE.as_secs());
    };
    let output = output.context("cannot wait for the hook")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{command}` ended with {}: {}", output.status, said.lines().next().unwrap_or("no word"));
    }
    written.context("the hook read nothing")?;
    serde_json::from_slice::<serde_json::Value>(&output.stdout)
        .with_context(|| format!("`{command}` answered with no JSON"))?;
    Ok(())
}
