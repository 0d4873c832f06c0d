//! Agents' hooks: registered, leading to this program, and working: one event takes the whole way, from the command as the agent
//! would start it to the journal.

mod round_trip;

use std::collections::BTreeMap;
use std::path::Path;

use super::super::init::hook_files::HookFile;
use super::super::init::plugins::PluginFile;
use super::super::init::{HOOK_FILES, PLUGINS, Place, cline, quoted, whole};
use super::{Check, State};

pub(super) use round_trip::round_trip;

/// A registered command that starts this program, and whose hook it is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Command {
    pub(super) agent: &'static str,
    pub(super) line: String,
}

/// How agents' hooks stand, and each registered command that starts this program. Of an agent that is not here nothing is said; where none has
/// hooks, the first is advised.
pub(super) fn hooks(place: &Place) -> (Vec<Check>, Vec<Command>) {
    let (mut checks, mut commands) = (Vec::new(), Vec::new());
    let mut others = HOOK_FILES.into_iter().map(|file| hook_file(place, file)).collect::<Vec<_>>();
    others.extend(PLUGINS.into_iter().map(|plugin| plugin_file(place, plugin)));
    others.push(scripts(place));
    let anywhere = others.iter().any(|(_, _, is_here)| *is_here);
    for (at, (found, registered, is_here)) in others.into_iter().enumerate() {
        if is_here || at == 0 && !anywhere {
            checks.extend(found);
            commands.extend(registered);
        }
    }
    (checks, commands)
}

fn advice(agent: &str) -> String {
    format!("run `countersign init --agent {agent}`")
}

fn missing(agent: &'static str) -> Check {
    Check::bad(agent, "no hooks of ours are registered: what it writes would count as external", advice(agent))
}

/// What there is to say of an agent, its commands, and whether it is here: installed, or with hooks of ours.
type Looked = (Vec<Check>, Vec<Command>, bool);

fn hook_file(place: &Place, file: &'static HookFile) -> Looked {
    let mut found = Found { file, checks: Vec::new(), commands: Vec::new(), times: BTreeMap::new() };
    for path in file.all_files(place) {
        found.look(place, &path);
    }
    let is_here = file.is_found(place) || !found.checks.is_empty();
    let Found { mut checks, mut commands, times, .. } = found;
    if times.is_empty() {
        checks.push(missing(file.agent));
        return (checks, Vec::new(), is_here);
    }
    let left: Vec<&str> = file.events().filter(|event| !times.contains_key(*event)).collect();
    if !left.is_empty() {
        checks.push(Check::bad(file.agent, format!("no hook for {}", left.join(", ")), advice(file.agent)));
    }
    if times.values().any(|times| *times > 1) {
        checks.push(Check::bad(
            file.agent,
            "hooks are registered more than once: each event is told twice",
            format!(
                "keep one: `countersign init --remove --agent {}`, with --user for those of all workspaces",
                file.agent
            ),
        ));
    }
    commands.sort();
    commands.dedup();
    (checks, commands.into_iter().map(|line| Command { agent: file.agent, line }).collect(), is_here)
}

/// What an agent's settings files hold.
struct Found {
    file: &'static HookFile,
    checks: Vec<Check>,
    commands: Vec<String>,
    /// How often each event is registered.
    times: BTreeMap<String, usize>,
}

impl Found {
    fn look(&mut self, place: &Place, path: &Path) {
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let shown = place.shown(path);
        let hooks = match self.file.registered(&text) {
            Ok(hooks) => hooks,
            Err(error) => {
                let said = format!("{shown}: {error:#}");
                self.checks.push(Check::bad(self.file.agent, said, "mend it: the agent may pass over it whole"));
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
            let check = leads(place, self.file.agent, &shown, program.as_deref(), &command);
            // A repository may bring settings of its own: no command of theirs is started but this very program.
            if check.state == State::Good {
                self.commands.push(command);
            }
            self.checks.push(check);
        }
    }
}

fn leads(place: &Place, agent: &'static str, shown: &str, program: Option<&Path>, command: &str) -> Check {
    let Some(program) = program else {
        return Check::absent(agent, format!("{shown}: `{command}`, not as init writes it and so not tried"));
    };
    match std::fs::canonicalize(program) {
        Err(_) => Check::bad(agent, format!("{shown}: there is no {}", program.display()), advice(agent)),
        Ok(found) if found != place.program => {
            let said = format!("{shown}: starts another program than this one: {}", program.display());
            Check::bad(agent, said, format!("{} with the one that you want", advice(agent)))
        }
        Ok(_) => Check::good(agent, format!("{shown}: hooks start this program")),
    }
}

/// The command that a plugin of ours starts, as a shell would be told of it.
fn plugin_file(place: &Place, plugin: &'static PluginFile) -> Looked {
    let agent = plugin.agent;
    let texts =
        plugin.files(place).into_iter().flatten().filter_map(|path| Some((std::fs::read_to_string(&path).ok()?, path)));
    let (mut checks, mut commands) = (Vec::new(), Vec::new());
    for (text, path) in texts {
        let shown = place.shown(&path);
        if !whole::is_as_written(&text) {
            checks.push(Check::absent(agent, format!("{shown}, not as init writes it and so not tried")));
        } else if text.contains(place.program.to_string_lossy().as_ref()) {
            checks.push(Check::good(agent, format!("{shown} starts this program")));
            commands.push(Command { agent, line: format!("{} hook {agent}", quoted(&place.program)) });
        } else {
            checks.push(Check::bad(agent, format!("{shown} names another program than this one"), advice(agent)));
        }
    }
    let is_here = plugin.is_found(place);
    if checks.is_empty() {
        checks.push(missing(agent));
    }
    commands.dedup();
    (checks, commands, is_here)
}

/// Cline's programs: one word for all of a folder.
fn scripts(place: &Place) -> Looked {
    let agent = "cline";
    let (mut checks, mut ours) = (Vec::new(), Vec::new());
    let mut others = 0;
    for path in cline::files(place) {
        match std::fs::read_to_string(&path) {
            Ok(text) if whole::is_as_written(&text) => ours.push((path, cline::program(&text))),
            Ok(_) => others += 1,
            Err(_) => {}
        }
    }
    let mut commands = Vec::new();
    if let Some((path, program)) = ours.first() {
        let folder = path.parent().map(|folder| place.shown(folder)).unwrap_or_default();
        let check = leads(place, agent, &folder, program.as_deref(), &place.shown(path));
        if check.state == State::Good {
            commands.push(Command { agent, line: format!("{} hook {agent}", quoted(&place.program)) });
        }
        checks.push(check);
    }
    if others > 0 {
        checks
            .push(Check::absent(agent, format!("{others} of its hooks are not as init writes them and so not tried")));
    }
    let is_here = cline::is_found(place) || !checks.is_empty();
    if checks.is_empty() {
        checks.push(missing(agent));
    }
    (checks, commands, is_here)
}
