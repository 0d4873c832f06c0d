//! Processes that a program has started, and those that these have, as Linux tells of them.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// Kills those of this name below a process, as a crash would. How many there were.
pub(super) fn kill(parent: u32, name: &str) -> usize {
    let found = below(parent, name, &all());
    for id in &found {
        let id = i32::try_from(*id).ok().and_then(Pid::from_raw).expect("a process has a number");
        // One that has gone by itself meanwhile is gone all the same.
        let _ = kill_process(id, Signal::KILL);
    }
    found.len()
}

/// A process that runs.
struct Process {
    id: u32,
    parent: u32,
    name: String,
}

fn all() -> Vec<Process> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders.filter_map(|folder| parse(&fs::read_to_string(folder.path().join("stat")).ok()?)).collect()
}

/// `ID (NAME) STATE PARENT …`
fn parse(stat: &str) -> Option<Process> {
    let (id, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let parent = rest.split(' ').nth(1)?;
    Some(Process { id: id.parse().ok()?, parent: parent.parse().ok()?, name: name.to_owned() })
}

fn below(parent: u32, name: &str, all: &[Process]) -> Vec<u32> {
    let children = all.iter().filter(|process| process.parent == parent);
    let found = children.flat_map(|child| {
        let own = (child.name == name).then_some(child.id);
        own.into_iter().chain(below(child.id, name, all))
    });
    found.collect()
}
