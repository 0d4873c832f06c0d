//! The machine: this program, git, and how many folders the system lets be watched.

use std::process::{Command, Stdio};

use super::super::init::Place;
use super::Check;

pub(super) fn program(place: &Place) -> Check {
    let said = format!("{} {}", place.program.display(), env!("CARGO_PKG_VERSION"));
    match place.on_path("countersign").map(|found| std::fs::canonicalize(&found).unwrap_or(found)) {
        Some(found) if found != place.program => {
            Check::good("program", format!("{said} (the PATH leads to another: {})", found.display()))
        }
        Some(_) => Check::good("program", said),
        None => Check::good("program", format!("{said} (not on the PATH)")),
    }
}

pub(super) fn git(place: &Place) -> Check {
    let output = Command::new("git").arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let version = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => return Check::bad("git", "git cannot be run", "install git: what files were before is asked of it"),
    };
    if place.root.join(".git").exists() {
        return Check::good("git", format!("{version}; {} is a repository", place.root.display()));
    }
    Check::absent(
        "git",
        format!(
            "{version}; {} is in no repository: what a file was before it was first seen is unknown",
            place.root.display()
        ),
    )
}

/// The server watches every folder that git does not ignore; Linux gives each user a number of watches.
pub(super) fn watches(place: &Place) -> Check {
    let file = "/proc/sys/fs/inotify/max_user_watches";
    let limit = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<usize>().ok());
    let Some(limit) = limit else { return Check::absent("watches", "this system does not limit them as Linux does") };
    let mut walk = ignore::WalkBuilder::new(&place.root);
    let folders = walk.hidden(false).filter_entry(|entry| entry.file_name() != ".git").build().flatten();
    // Counted to the limit and no further: the workspace may be anything.
    let folders = folders.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir())).take(limit).count();
    let said = format!("{folders} folders here, {limit} may be watched by all your programs together");
    if folders.saturating_mul(2) < limit {
        return Check::good("watches", said);
    }
    let wanted = folders.saturating_mul(4).max(524_288);
    Check::bad("watches", said, format!("raise it: sudo sysctl fs.inotify.max_user_watches={wanted}"))
}
