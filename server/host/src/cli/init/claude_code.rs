//! Claude Code: our hooks among those of its settings. Nothing but `hooks` is touched, permissions least of all.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jsonc_parser::ast::Value;

use super::change::{self, Plan};
use super::json::{self, Node};
use super::{Place, shell};

/// The events that the hook takes, and how long Claude Code waits for its answer, in seconds: before a tool is used a person
/// may have to be asked.
const EVENTS: [(&str, u32); 8] = [
    ("PreToolUse", 60),
    ("PostToolUse", 10),
    ("PostToolUseFailure", 10),
    ("UserPromptSubmit", 10),
    ("SessionStart", 10),
    ("SessionEnd", 10),
    ("Stop", 10),
    ("SubagentStop", 10),
];
/// What follows the program in a hook's command.
const TAIL: &str = " hook claude-code";

/// The settings of this workspace that are nobody else's, or the user's for all workspaces.
pub(in crate::cli) fn settings(place: &Place) -> Result<PathBuf> {
    match (place.user, &place.home) {
        (false, _) => Ok(place.root.join(".claude/settings.local.json")),
        (true, Some(home)) => Ok(home.join(".claude/settings.json")),
        (true, None) => bail!("HOME is not set: there are no settings of the user"),
    }
}

/// All settings that Claude Code reads hooks from in this workspace.
pub(in crate::cli) fn all_settings(place: &Place) -> Vec<PathBuf> {
    let mut files = vec![place.root.join(".claude/settings.local.json"), place.root.join(".claude/settings.json")];
    files.extend(place.home.as_ref().map(|home| home.join(".claude/settings.json")));
    files
}

/// Whether it is there: its program, or a folder of its own.
pub(super) fn is_found(place: &Place) -> bool {
    let homes = [Some(&place.root), place.home.as_ref()];
    place.on_path("claude").is_some() || homes.into_iter().flatten().any(|home| home.join(".claude").is_dir())
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let file = settings(place)?;
    let before = change::read(&file)?;
    if remove {
        return take_back(file, before);
    }
    let command = format!("{}{TAIL}", shell::quote(&place.program));
    let Some(text) = before else {
        return Ok(Plan::of(file, None, Some(fresh(&command))));
    };
    let after = add(&text, &command)?;
    if has_none(&text)? && taken_out(&after)?.0 != text {
        bail!(
            "our hooks could not be taken back exactly: add them by hand, `countersign init --dry-run` elsewhere shows them"
        );
    }
    Ok(Plan::of(file, Some(text), Some(after)))
}

/// A hook of ours as a settings file has it.
#[derive(Debug)]
pub(in crate::cli) struct Registered {
    pub(in crate::cli) event: String,
    pub(in crate::cli) command: String,
    /// The program that it starts; none where the command is not as we write it.
    pub(in crate::cli) program: Option<PathBuf>,
}

/// Our hooks in a settings file's text.
///
/// # Errors
/// If it is no JSON, or no settings.
pub(in crate::cli) fn registered(text: &str) -> Result<Vec<Registered>> {
    let handlers = handlers(&json::parse(text)?)?;
    let found = handlers.into_iter().map(|ours| {
        let program = program(&ours.command);
        Registered { event: ours.event, command: ours.command, program }
    });
    Ok(found.collect())
}

/// The events that should be registered.
pub(in crate::cli) fn events() -> impl Iterator<Item = &'static str> {
    EVENTS.iter().map(|(event, _)| *event)
}

/// One of our commands, and where it stands.
struct Ours {
    event: String,
    command: String,
    /// The string, in bytes.
    at: std::ops::Range<usize>,
    /// Which of the event's groups it is in, and whether that group is as we write it.
    group: usize,
    is_as_written: bool,
}

fn handlers(root: &Value<'_>) -> Result<Vec<Ours>> {
    let mut found = Vec::new();
    let Some(hooks) = json::get(root, "hooks")? else { return Ok(found) };
    let Value::Object(events) = hooks else { bail!("`hooks` is not an object") };
    for event in &events.properties {
        let name = event.name.as_str().to_owned();
        json::get(hooks, &name)?;
        let Value::Array(groups) = &event.value else { bail!("`hooks.{name}` is not a list") };
        for (at, group) in groups.elements.iter().enumerate() {
            let Value::Object(members) = group else { continue };
            for handler in members.get_array("hooks").into_iter().flat_map(|list| &list.elements) {
                let Value::Object(handler) = handler else { continue };
                let Some(command) = handler.get_string("command") else { continue };
                if !is_ours(&command.value) {
                    continue;
                }
                found.push(Ours {
                    event: name.clone(),
                    command: command.value.clone().into_owned(),
                    at: json::place(command),
                    group: at,
                    is_as_written: is_as_written(&name, members, &command.value),
                });
            }
        }
    }
    Ok(found)
}

fn is_as_written(event: &str, group: &jsonc_parser::ast::Object<'_>, command: &str) -> bool {
    let timeout = EVENTS.iter().find(|(name, _)| *name == event).map(|(_, seconds)| seconds.to_string());
    let Some([Value::Object(handler)]) = group.get_array("hooks").map(|list| list.elements.as_slice()) else {
        return false;
    };
    group.properties.len() == 1
        && handler.properties.len() == 3
        && handler.get_string("type").is_some_and(|kind| kind.value == "command")
        && handler.get_number("timeout").map(|number| number.value.to_owned()) == timeout
        && program(command).is_some()
}

/// Whether a command starts our hook, in whatever words.
fn is_ours(command: &str) -> bool {
    match program(command) {
        Some(_) => true,
        None => command.contains("countersign") && command.contains(TAIL.trim()),
    }
}

/// The program of a command that is as we write it.
fn program(command: &str) -> Option<PathBuf> {
    let program = PathBuf::from(shell::unquote(command.strip_suffix(TAIL)?)?);
    (program.file_name()? == "countersign").then_some(program)
}

fn group(event: &str, command: &str) -> Node {
    let seconds = EVENTS.iter().find(|(name, _)| *name == event).map_or(10, |(_, seconds)| *seconds);
    let handler = Node::Map(vec![
        ("type", Node::Text("command".to_owned())),
        ("command", Node::Text(command.to_owned())),
        ("timeout", Node::Number(seconds)),
    ]);
    Node::Map(vec![("hooks", Node::List(vec![handler]))])
}

/// The file that is written where there is none.
fn fresh(command: &str) -> String {
    let events = EVENTS.iter().map(|(event, _)| (*event, Node::List(vec![group(event, command)])));
    json::pretty(&Node::Map(vec![("hooks", Node::Map(events.collect()))])) + "\n"
}

fn has_none(text: &str) -> Result<bool> {
    Ok(handlers(&json::parse(text)?)?.is_empty())
}

/// Each event gets our hook once; where it has one that starts another `countersign`, that one is set right.
fn add(text: &str, command: &str) -> Result<String> {
    let mut text = text.to_owned();
    for (event, _) in EVENTS {
        let root = json::parse(&text)?;
        let ours = handlers(&root)?;
        let group = group(event, command);
        if let Some(ours) = ours.iter().find(|ours| ours.event == event) {
            if program(&ours.command).is_some() && ours.command != command {
                text = json::splice(&text, &[(ours.at.clone(), &json::quoted(command))]);
            }
            continue;
        }
        let (container, key, node) = match json::get(&root, "hooks")? {
            None => (&root, Some("hooks"), Node::Map(vec![(event, Node::List(vec![group]))])),
            Some(hooks) => match json::get(hooks, event).context("`hooks`")? {
                None => (hooks, Some(event), Node::List(vec![group])),
                Some(groups) => (groups, None, group),
            },
        };
        text = json::append(&text, json::place(container), &json::members(container), key, &node);
    }
    Ok(text)
}

fn take_back(file: PathBuf, before: Option<String>) -> Result<Plan> {
    let Some(text) = before else { return Ok(Plan::default()) };
    let first = registered(&text)?.into_iter().next();
    if first.is_some_and(|first| text == fresh(&first.command)) {
        return Ok(Plan::of(file, Some(text), None));
    }
    let (after, left) = taken_out(&text)?;
    let mut plan = Plan::of(file, Some(text), Some(after));
    if !left.is_empty() {
        plan = plan.and(format!("left, since it was changed: our hook of {}; take it out by hand", left.join(", ")));
    }
    Ok(plan)
}

/// The text without our hooks, and the events of those that are not as we wrote them and stay.
fn taken_out(text: &str) -> Result<(String, Vec<String>)> {
    let mut text = text.to_owned();
    loop {
        let root = json::parse(&text)?;
        let handlers = handlers(&root)?;
        // The last first, as they were put in: what was the first into an empty container is then known by standing tight.
        let Some(ours) = handlers.iter().rfind(|ours| ours.is_as_written) else {
            return Ok((text, handlers.into_iter().map(|ours| ours.event).collect()));
        };
        text = without(&text, &root, ours)?;
    }
}

fn without(text: &str, root: &Value<'_>, ours: &Ours) -> Result<String> {
    let hooks = json::get(root, "hooks")?.context("`hooks` is gone")?;
    let groups = json::get(hooks, &ours.event)?.context("the event is gone")?;
    let key = |value: &Value<'_>, key: &str| match value {
        Value::Object(object) => object.properties.iter().position(|property| property.name.as_str() == key),
        _ => None,
    };
    // From the inside out: a container goes with its last member, unless it was there empty before.
    let mut at = (groups, ours.group);
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

/// What git says of a settings file that holds a path of this machine.
pub(super) fn is_seen_by_git(place: &Place, file: &Path) -> bool {
    let mut git = std::process::Command::new("git");
    git.args(["check-ignore", "--quiet", "--"]).arg(file).current_dir(&place.root);
    let asked =
        git.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    asked.status().is_ok_and(|status| status.code() == Some(1))
}
