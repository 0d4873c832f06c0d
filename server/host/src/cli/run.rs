//! `countersign run -- CMD…`: a session round a program that has no hooks. What changes while it runs, and no editor saved, is its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::review::Policy;
use countersign_core::session::Session;
use tokio::signal::unix::{SignalKind, signal};

use super::paint::{count, shown};
use super::root_of;
use crate::store::{Store, now};
use crate::{agents, config, confine, gate};

/// A program of which nothing is heard for ten minutes is held to be gone: so it is said now and then that it still runs.
const STILL_THERE: Duration = Duration::from_secs(3 * 60);

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// What the program is called in reviews; its own name without it
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Have the kernel refuse writes outside of the scope (Linux, with Landlock)
    #[arg(long)]
    enforce: bool,
    /// Let it write there too, with --enforce: a folder for its own settings, say
    #[arg(long, value_name = "PATH", requires = "enforce")]
    writable: Vec<PathBuf>,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let (root, cwd) = root_of(dir)?;
    let program = &args.command[0];
    let own_name = || Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let agent = args.agent.clone().unwrap_or_else(own_name);
    let session = Session::new(&format!("run-{}-{}", now(), std::process::id()));
    let fence = if args.enforce { Some(fence(&root, args)?) } else { None };
    let said = Said { root: root.clone(), agent, session, line: line(&args.command) };
    said.tell(AgentAct::SessionStarted { source: Some("run".to_owned()) })?;
    said.tell(AgentAct::WillRun { command: said.line.clone(), background: false })?;
    let mut command = Command::new(program);
    command.args(&args.command[1..]).current_dir(&cwd).env(agents::RUN_MARK, said.session.to_string());
    let ended = child(command, fence, &said);
    let failed = !ended.as_ref().is_ok_and(ExitStatus::success);
    // What it wrote is its own also where it could not be waited for.
    said.tell(AgentAct::DidRun { command: said.line.clone(), background: false, failed })?;
    said.tell(AgentAct::SessionEnded)?;
    let status = ended.with_context(|| format!("{}", program.display()))?;
    said.sum_up()?;
    Ok(code(status))
}

/// What the kernel is to be told, and the word on what it cannot be told.
fn fence(root: &Path, args: &Args) -> Result<confine::Fence> {
    let (policy, errors) = config::in_force(root);
    for error in errors {
        eprintln!("countersign: {error}");
    }
    let mut store = Store::open_narrow(root)?;
    let any = Session::new("");
    store.know_session(&any)?;
    let fence = confine::Fence::of(root, &policy.scope, store.workspace.scope_of(&any), &args.writable)?;
    eprintln!("{}", fence.told());
    Ok(fence)
}

/// Runs the program to its end. Signals of the terminal reach it beside us, and it decides what they mean.
fn child(mut command: Command, fence: Option<confine::Fence>, said: &Said) -> Result<ExitStatus> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut interrupt, mut quit) = (signal(SignalKind::interrupt())?, signal(SignalKind::quit())?);
        let (mut end, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        let mut child = match fence {
            Some(fence) => fence.spawn(command)?,
            None => command.spawn()?,
        };
        let pid = rustix::process::Pid::from_child(&child);
        let mut done = tokio::task::spawn_blocking(move || child.wait());
        let mut beat = tokio::time::interval(STILL_THERE);
        beat.tick().await;
        loop {
            // One that has just ended hears nothing.
            let pass = |signal| {
                let _ = rustix::process::kill_process(pid, signal);
            };
            tokio::select! {
                ended = &mut done => return Ok(ended??),
                _ = interrupt.recv() => {}
                _ = quit.recv() => {}
                _ = end.recv() => pass(rustix::process::Signal::TERM),
                _ = hangup.recv() => pass(rustix::process::Signal::HUP),
                _ = beat.tick() => said.tell(AgentAct::DidUse { tool: "run".to_owned() })?,
            }
        }
    })
}

/// The session, and what is told of it.
struct Said {
    root: PathBuf,
    agent: String,
    session: Session,
    line: String,
}

impl Said {
    fn tell(&self, act: AgentAct) -> Result<()> {
        let mut event = AgentEvent {
            agent: self.agent.as_str().into(),
            session: self.session.clone(),
            model: None,
            cwd: None,
            call: None,
            act,
        };
        let mut store = Store::open_narrow(&self.root).context("the workspace's journal")?;
        let around = gate::Around::of(&event, &store.root);
        gate::take(&mut store, (&mut event, &around), false, None, &Policy::default())?;
        Ok(())
    }

    /// Says what came of it, on stderr: stdout is the program's.
    fn sum_up(&self) -> Result<()> {
        let store = Store::open(&self.root)?;
        let is_its = |file: &countersign_core::workspace::File| {
            let weave = file.document.weave();
            weave.entries().any(|(_, entry)| entry.author.session().is_some_and(|session| self.session.owns(session)))
                || file.wholes.iter().any(|whole| whole.author.session() == Some(&self.session))
        };
        let files: Vec<&str> = store.workspace.files().filter(|(_, file)| is_its(file)).map(|(path, _)| path).collect();
        match files.as_slice() {
            [] => eprintln!("countersign: {} changed nothing here", shown(&self.agent)),
            files => eprintln!(
                "countersign: {} changed {}. `countersign status` shows what, `countersign revert --session {}` takes it back",
                shown(&self.agent),
                count(files.len(), "file"),
                self.session
            ),
        }
        Ok(())
    }
}

/// The command as one line, for people.
fn line(command: &[OsString]) -> String {
    command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// As a shell tells how a program ended.
fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
