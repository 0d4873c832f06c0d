//! VS Code and what is made of it: the extension, put in and taken out by the editor's own command. It is a package beside this program, which
//! `editors/vscode/package` makes with the program in it.

use std::path::PathBuf;

use super::Place;
use super::change::Plan;
use super::run::Run;

/// The commands of VS Code, and of those that take its extensions.
const PROGRAMS: [&str; 4] = ["code", "code-insiders", "codium", "code-server"];
/// The extension, as editors list it: publisher and name.
const ID: &str = "countersign.countersign";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The editors that are there.
pub(in crate::cli) fn programs(place: &Place) -> Vec<PathBuf> {
    PROGRAMS.iter().filter_map(|name| place.on_path(name)).collect()
}

/// The version of the extension that an editor has; none where it has none, or does not say.
pub(in crate::cli) fn installed(program: PathBuf) -> Option<String> {
    let arguments = ["--list-extensions", "--show-versions"].map(str::to_owned).to_vec();
    version_in(&Run { program, arguments }.carry_out().ok()?)
}

/// Whether that version is the one of this program.
pub(in crate::cli) fn is_this(version: &str) -> bool {
    version == VERSION
}

pub(super) fn is_found(place: &Place) -> bool {
    !programs(place).is_empty() || place.root.join(".vscode").is_dir()
}

pub(super) fn plan(place: &Place, remove: bool) -> Plan {
    let programs = programs(place);
    let run =
        |program: PathBuf, words: [&str; 2]| Plan::run(Run { program, arguments: words.map(str::to_owned).to_vec() });
    if remove {
        let having = programs.into_iter().filter(|program| installed(program.clone()).is_some());
        return having.fold(Plan::default(), |plan, program| plan.with(run(program, ["--uninstall-extension", ID])));
    }
    if programs.is_empty() {
        return Plan::note(
            "none of `code`, `code-insiders`, `codium` and `code-server` is on the PATH: in VS Code, \"Shell Command: Install 'code' command in PATH\" \
             puts it there",
        );
    }
    let package = place.program.with_file_name("countersign.vsix");
    let lacking: Vec<PathBuf> =
        programs.into_iter().filter(|program| installed(program.clone()).as_deref() != Some(VERSION)).collect();
    if lacking.is_empty() {
        return Plan::default();
    }
    let Some(package) = package.to_str().filter(|_| package.is_file()) else {
        return Plan::note(format!(
            "there is no {}: `editors/vscode/package` in Countersign's sources makes it, then run this again",
            place.shown(&package)
        ));
    };
    lacking.into_iter().fold(Plan::default(), |plan, program| plan.with(run(program, ["--install-extension", package])))
}

fn version_in(listed: &str) -> Option<String> {
    listed.lines().find_map(|line| Some(line.trim().strip_prefix(ID)?.strip_prefix('@')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_an_editor_lists() {
        let listed = "a.b@1.2.3\ncountersign.countersign-theme@9.0.0\ncountersign.countersign@0.1.0\n";
        assert_eq!(version_in(listed).as_deref(), Some("0.1.0"));
        assert_eq!(version_in("a.b@1.2.3\n"), None);
    }

    #[test]
    fn the_extension_has_this_programs_version_and_this_name() {
        let manifest = include_str!("../../../../../editors/vscode/package.json");
        let manifest: serde_json::Value = serde_json::from_str(manifest).expect("it is JSON");
        let named = |name: &str| manifest[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(format!("{}.{}", named("publisher"), named("name")), ID);
        assert_eq!(named("version"), VERSION);
    }
}
