//! Agents whose hooks stand in a JSON file: ours among those of others. Nothing but `hooks` is touched, permissions least of all.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jsonc_parser::ast::Value;

use super::change::{self, Plan};
use super::json::{self, Node};
use super::{Place, shell};

/// An agent, and how its hooks stand in its files.
#[derive(Debug)]
pub(in crate::cli) struct HookFile {
    /// The name that `hook` takes.
    pub(in crate::cli) agent: &'static str,
    /// The programs by which it is found.
    pub(super) programs: &'static [&'static str],
    /// The folder of its own, in the workspace or the home, by which it is found too.
    pub(super) folder: &'static str,
    /// Its file in the workspace, and the one in the home, for all workspaces.
    pub(super) files: [&'static str; 2],
    /// Other files of the workspace that it reads hooks from.
    pub(super) besides: &'static [&'static str],
    /// The events that are registered, and how long the agent waits for an answer, in seconds: before a tool is used a person may have to
    /// be asked.
    pub(super) events: &'static [(&'static str, u32)],
    /// One entry in an event's list, given how long to wait, in seconds, and the command.
    pub(super) entry: fn(u32, &str) -> Node,
    /// What ends the command, for an agent that takes a hook that cannot be started for a refusal.
    pub(super) ending: &'static str,
    /// Whether a file begins with `"version": 1`.
    pub(super) is_versioned: bool,
    /// What a person has to do besides.
    pub(super) note: Option<&'static str>,
}

/// An entry in the manner of Claude Code: a group of one hook, for all tools.
pub(super) fn group(seconds: u32, command: &str) -> Node {
    let handler = Node::Map(vec![
        ("type", Node::Text("command".to_owned())),
        ("command", Node::Text(command.to_owned())),
        ("timeout", Node::Number(seconds)),
    ]);
    Node::Map(vec![("hooks", Node::List(vec![handler]))])
}

impl HookFile {
    /// The settings of this workspace, or the user's for all workspaces.
    pub(in crate::cli) fn file(&self, place: &Place) -> Result<PathBuf> {
        match (place.user, &place.home) {
            (false, _) => Ok(place.root.join(self.files[0])),
            (true, Some(home)) => Ok(home.join(self.files[1])),
            (true, None) => bail!("HOME is not set: there are no settings of the user"),
        }
    }

    /// All settings that the agent reads hooks from in this workspace.
    pub(in crate::cli) fn all_files(&self, place: &Place) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            [self.files[0]].into_iter().chain(self.besides.iter().copied()).map(|file| place.root.join(file)).collect();
        files.extend(place.home.as_ref().map(|home| home.join(self.files[1])));
        files
    }

    /// Whether it is there: its program, or a folder of its own.
    pub(in crate::cli) fn is_found(&self, place: &Place) -> bool {
        let homes = [Some(&place.root), place.home.as_ref()];
        self.programs.iter().any(|program| place.on_path(program).is_some())
            || homes.into_iter().flatten().any(|home| home.join(self.folder).is_dir())
    }

    pub(super) fn plan(&self, place: &Place, remove: bool) -> Result<Plan> {
        let file = self.file(place)?;
        let before = change::read(&file)?;
        if remove {
            return self.take_back(file, before);
        }
        let command = format!("{}{}", shell::quote(&place.program), self.tail());
        let plan = match before {
            None => Plan::of(file, None, Some(self.fresh(&command))),
            Some(text) => {
                let after = self.add(&text, &command)?;
                if self.handlers(&json::parse(&text)?)?.is_empty() && self.taken_out(&after)?.0 != text {
                    bail!(
                        "our hooks could not be taken back exactly: add them by hand, `countersign init --dry-run` elsewhere shows them"
                    );
                }
                Plan::of(file, Some(text), Some(after))
            }
        };
        let note = self.note.filter(|_| plan.changes_something());
        Ok(note.into_iter().fold(plan, Plan::and))
    }

    /// Our hooks in a settings file's text.
    ///
    /// # Errors
    /// If it is no JSON, or no settings.
    pub(in crate::cli) fn registered(&self, text: &str) -> Result<Vec<Registered>> {
        let handlers = self.handlers(&json::parse(text)?)?;
        let found = handlers.into_iter().map(|ours| {
            let program = self.program(&ours.command);
            Registered { event: ours.event, command: ours.command, program }
        });
        Ok(found.collect())
    }

    /// The events that should be registered.
    pub(in crate::cli) fn events(&self) -> impl Iterator<Item = &'static str> {
        self.events.iter().map(|(event, _)| *event)
    }

    /// What follows the program in a hook's command.
    fn tail(&self) -> String {
        format!(" hook {}{}", self.agent, self.ending)
    }

    fn handlers(&self, root: &Value<'_>) -> Result<Vec<Ours>> {
        let mut found = Vec::new();
        let Some(hooks) = json::get(root, "hooks")? else { return Ok(found) };
        let Value::Object(events) = hooks else { bail!("`hooks` is not an object") };
        for event in &events.properties {
            let name = event.name.as_str().to_owned();
            json::get(hooks, &name)?;
            let Value::Array(entries) = &event.value else { bail!("`hooks.{name}` is not a list") };
            for (at, entry) in entries.elements.iter().enumerate() {
                for command in commands(entry).into_iter().filter(|command| self.is_ours(&command.value)) {
                    found.push(Ours {
                        event: name.clone(),
                        command: command.value.clone().into_owned(),
                        at: json::place(command),
                        entry: at,
                        is_as_written: self.is_as_written(&name, entry, &command.value),
                    });
                }
            }
        }
        Ok(found)
    }

    fn is_as_written(&self, event: &str, entry: &Value<'_>, command: &str) -> bool {
        self.program(command).is_some() && json::is(entry, &(self.entry)(self.seconds(event), command))
    }

    /// Whether a command starts our hook, in whatever words.
    fn is_ours(&self, command: &str) -> bool {
        match self.program(command) {
            Some(_) => true,
            None => command.contains("countersign") && command.contains(&format!(" hook {}", self.agent)),
        }
    }

    /// The program of a command that is as we write it.
    fn program(&self, command: &str) -> Option<PathBuf> {
        let program = PathBuf::from(shell::unquote(command.strip_suffix(self.tail().as_str())?)?);
        (program.file_name()? == "countersign").then_some(program)
    }

    fn seconds(&self, event: &str) -> u32 {
        self.events.iter().find(|(name, _)| *name == event).map_or(10, |(_, seconds)| *seconds)
    }

    /// The file that is written where there is none.
    fn fresh(&self, command: &str) -> String {
        let events =
            self.events.iter().map(|(event, seconds)| (*event, Node::List(vec![(self.entry)(*seconds, command)])));
        let hooks = ("hooks", Node::Map(events.collect()));
        let version = self.is_versioned.then_some(("version", Node::Number(1)));
        json::pretty(&Node::Map(version.into_iter().chain([hooks]).collect())) + "\n"
    }

    /// Each event gets our hook once; where it has one that starts another `countersign`, that one is set right.
    fn add(&self, text: &str, command: &str) -> Result<String> {
        let mut text = text.to_owned();
        for (event, seconds) in self.events {
            let root = json::parse(&text)?;
            let ours = self.handlers(&root)?;
            let entry = (self.entry)(*seconds, command);
            if let Some(ours) = ours.iter().find(|ours| ours.event == *event) {
                if self.program(&ours.command).is_some() && ours.command != command {
                    text = json::splice(&text, &[(ours.at.clone(), &json::quoted(command))]);
                }
                continue;
            }
            let (container, key, node) = match json::get(&root, "hooks")? {
                None => (&root, Some("hooks"), Node::Map(vec![(*event, Node::List(vec![entry]))])),
                Some(hooks) => match json::get(hooks, event).context("`hooks`")? {
                    None => (hooks, Some(*event), Node::List(vec![entry])),
                    Some(entries) => (entries, None, entry),
                },
            };
            text = json::append(&text, json::place(container), &json::members(container), key, &node);
        }
        Ok(text)
    }

    fn take_back(&self, file: PathBuf, before: Option<String>) -> Result<Plan> {
        let Some(text) = before else { return Ok(Plan::default()) };
        let first = self.registered(&text)?.into_iter().next();
        if first.is_some_and(|first| text == self.fresh(&first.command)) {
            return Ok(Plan::of(file, Some(text), None));
        }
        let (after, left) = self.taken_out(&text)?;
        let mut plan = Plan::of(file, Some(text), Some(after));
        if !left.is_empty() {
            plan =
                plan.and(format!("left, since it was changed: our hook of {}; take it out by hand", left.join(", ")));
        }
        Ok(plan)
    }

    /// The text without our hooks, and the events of those that are not as we wrote them and stay.
    fn taken_out(&self, text: &str) -> Result<(String, Vec<String>)> {
        let mut text = text.to_owned();
        loop {
            let root = json::parse(&text)?;
            let handlers = self.handlers(&root)?;
            // The last first, as they were put in: what was the first into an empty container is then known by standing tight.
            let Some(ours) = handlers.iter().rfind(|ours| ours.is_as_written) else {
                return Ok((text, handlers.into_iter().map(|ours| ours.event).collect()));
            };
            text = without(&text, &root, ours)?;
        }
    }
}

/// A hook of ours as a settings file has it.
#[derive(Debug)]
pub(in crate::cli) struct Registered {
    pub(in crate::cli) event: String,
    pub(in crate::cli) command: String,
    /// The program that it starts; none where the command is not as we write it.
    pub(in crate::cli) program: Option<PathBuf>,
}

/// One of our commands, and where it stands.
struct Ours {
    event: String,
    command: String,
    /// The string, in bytes.
    at: std::ops::Range<usize>,
    /// Which of the event's entries it is in, and whether that is as we write it.
    entry: usize,
    is_as_written: bool,
}

/// The commands of an entry: its own, or those of the hooks that it groups.
fn commands<'a, 'b>(entry: &'b Value<'a>) -> Vec<&'b jsonc_parser::ast::StringLit<'a>> {
    let Value::Object(members) = entry else { return Vec::new() };
    let grouped = members.get_array("hooks").into_iter().flat_map(|list| &list.elements);
    let hooks = grouped.filter_map(|hook| match hook {
        Value::Object(hook) => hook.get_string("command"),
        _ => None,
    });
    members.get_string("command").into_iter().chain(hooks).collect()
}

fn without(text: &str, root: &Value<'_>, ours: &Ours) -> Result<String> {
    let hooks = json::get(root, "hooks")?.context("`hooks` is gone")?;
    let entries = json::get(hooks, &ours.event)?.context("the event is gone")?;
    let key = |value: &Value<'_>, key: &str| match value {
        Value::Object(object) => object.properties.iter().position(|property| property.name.as_str() == key),
        _ => None,
    };
    // From the inside out: a container goes with its last member, unless it was there empty before.
    let mut at = (entries, ours.entry);
    for (outer, name) in [(hooks, ours.event.as_str()), (root, "hooks")] {
        let members = json::members(at.0);
        if members.len() > 1 || json::is_tight(&json::place(at.0), &members[0]) {
            break;
        }
        at = (outer, key(outer, name).context("a key is gone")?);
    }
    let text = json::take_out(text, &json::members(at.0), at.1);
    json::parse(&text).context("our hook cannot be taken out")?;
    Ok(text)
}
