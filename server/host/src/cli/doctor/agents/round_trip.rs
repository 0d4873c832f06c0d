//! A session's begin and end through a registered command, as its agent would send them.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command as Process, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use countersign_core::session::Session;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use super::super::super::init::Place;
use super::super::Check;
use super::Command;
use crate::journal::Journal;
use crate::state_dir;
use crate::store::now;

/// How long a hook may take that is tried.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a session's begin and end through a registered command, as its agent does, and looks for both in the journal.
pub(in super::super) fn round_trip(place: &Place, command: &Command) -> Check {
    match arrives(place, command) {
        Ok(milliseconds) => Check::good(
            "round trip",
            format!("an event of `{}` was in the journal after {milliseconds} ms", command.agent),
        ),
        Err(error) => Check::bad("round trip", format!("{error:#}"), "the state folder's file `log` may say why"),
    }
}

fn arrives(place: &Place, command: &Command) -> Result<u128> {
    // A subagent's, so that no command takes it for the session that is at work.
    let session = Session::new(&format!("doctor-{}-{}", std::process::id(), now())).with_subagent("test");
    let [begins, ends] = messages(place, command.agent, &session);
    let command = command.line.as_str();
    let begin = Instant::now();
    tell(place, command, &begins)?;
    let took = begin.elapsed().as_millis();
    // Ended at once, so that nobody waits for it.
    tell(place, command, &ends)?;
    let var = |name| std::env::var_os(name);
    let found = state_dir::locate(&place.root, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref())?;
    let journal = Journal::open(&found.dir, now() as i64)?.journal;
    match journal.events_of_session(&session.to_string(), 0)?.len() {
        0 => bail!("a test event went through `{command}`, and did not arrive in the journal"),
        1 => bail!("of two test events that went through `{command}`, one did not arrive in the journal"),
        _ => Ok(took),
    }
}

/// A session's begin and end in the agent's words.
fn messages(place: &Place, agent: &str, session: &Session) -> [Value; 2] {
    let (id, subagent) = (session.parent().to_string(), session.subagent.as_deref());
    let root = place.root.to_string_lossy();
    match agent {
        "cline" => ["TaskStart", "session_shutdown"].map(|name| {
            json!({ "hookName": name, "taskId": id, "workspaceRoots": [root], "agent_id": subagent, "parent_agent_id": "doctor" })
        }),
        "windsurf" => ["pre_user_prompt", "post_cascade_response"].map(|name| {
            json!({ "agent_action_name": name, "trajectory_id": id, "agent_id": subagent, "tool_info": { "cwd": root } })
        }),
        _ => {
            let id_name = match agent {
                "cursor" => "conversation_id",
                "amp" => "thread_id",
                _ => "session_id",
            };
            ["SessionStart", "SessionEnd"].map(|name| {
                json!({ "hook_event_name": name, id_name: id, "agent_id": subagent, "cwd": root, "source": "startup", "reason": "other" })
            })
        }
    }
}

fn tell(place: &Place, command: &str, payload: &Value) -> Result<()> {
    let mut shell = Process::new("sh");
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
