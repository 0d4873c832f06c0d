//! Which processes are an agent's own: an editor that an agent started does not speak for a person.

use std::fs;

/// Programs that only run others: an agent starts its hooks, and its commands, through them.
const SHELLS: [&str; 9] = ["sh", "bash", "dash", "zsh", "fish", "ksh", "env", "timeout", "cmd"];
/// No process has more ancestors than this, but for loops in what the kernel tells while processes come and go.
const MOST: usize = 64;

/// The process of the agent that runs this one as its hook: the nearest ancestor that is no shell.
#[must_use]
pub(super) fn agent() -> Option<u32> {
    let own = std::process::id();
    ancestors(own).find(|pid| name(*pid).is_some_and(|name| !SHELLS.contains(&name.as_str())))
}

/// Whether a process comes from another. `or_child` says that one which the other started itself does not count.
#[must_use]
pub(super) fn comes_from(pid: u32, from: u32, but_children: bool) -> bool {
    ancestors(pid).skip(usize::from(but_children)).any(|ancestor| ancestor == from)
}

/// A process's parent, its parent, and so on; nothing where the system does not tell.
fn ancestors(pid: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(parent(pid), |pid| parent(*pid)).take_while(|pid| *pid > 1).take(MOST)
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets, and may hold any.
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(1)?.parse().ok()
}

fn name(pid: u32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_comes_from_who_started_it_and_from_who_started_that() {
        let own = std::process::id();
        let shell = |script: &str| {
            Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
        };
        // The inner one tells its number, and both live until their input ends.
        let mut outer = shell("sh -c 'echo $$; read line'; true");
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(outer.stdout.take().unwrap()), &mut line).unwrap();
        let inner: u32 = line.trim().parse().unwrap();
        assert!(comes_from(inner, outer.id(), false) && comes_from(inner, own, false));
        assert!(comes_from(outer.id(), own, false) && !comes_from(outer.id(), own, true), "a child of its own");
        assert!(comes_from(inner, own, true), "a child's child is none");
        assert!(!comes_from(own, inner, false));
        drop(outer.stdin.take());
        outer.wait().unwrap();
        assert!(!comes_from(u32::MAX, 1, false), "there is no such process");
    }
}
