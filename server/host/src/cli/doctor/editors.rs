//! Editors: which are there, and whether they would start the server.

use super::super::init::{Place, helix, neovim, vscode, whole};
use super::Check;

pub(super) fn all(place: &Place) -> Vec<Check> {
    vec![neovim(place), helix(place), vscode(place)]
}

fn neovim(place: &Place) -> Check {
    const ADVICE: &str = "run `countersign init --editor neovim`";
    let (Ok(file), Ok(program)) = (neovim::file(place), neovim::program(place)) else {
        return Check::absent("neovim", "no folder for its plugins");
    };
    if let Some(older) = neovim::older(place) {
        return Check::bad("neovim", format!("{} is of an older Countersign", place.shown(&older)), ADVICE);
    }
    match std::fs::read_to_string(&program) {
        Ok(text) if whole::is_as_written(&text) => {
            let path = place.program.to_string_lossy();
            let this = text.contains(path.as_ref());
            let shown = place.shown(&file);
            if this {
                Check::good("neovim", format!("{shown} starts this program"))
            } else {
                Check::bad("neovim", format!("{shown} starts another program than this one"), ADVICE)
            }
        }
        Ok(_) => Check::good("neovim", format!("{}, not as init writes it", place.shown(&file))),
        Err(_) if place.on_path("nvim").is_some() => Check::bad("neovim", "installed, and starts no server", ADVICE),
        Err(_) => Check::absent("neovim", "not found"),
    }
}

fn helix(place: &Place) -> Check {
    let text = std::fs::read_to_string(helix::file(place)).unwrap_or_default();
    let has_program = ["hx", "helix"].iter().any(|program| place.on_path(program).is_some());
    match helix::Block::find(&text) {
        Some(block) if block.is_as_written => {
            Check::good("helix", ".helix/languages.toml starts the server (in a workspace that Helix trusts)")
        }
        Some(_) => Check::good("helix", ".helix/languages.toml has our block, changed since"),
        None if text.contains("countersign") => {
            Check::good("helix", ".helix/languages.toml names it, not as init writes it")
        }
        None if has_program => {
            Check::bad("helix", "installed, and starts no server here", "run `countersign init --editor helix`")
        }
        None => Check::absent("helix", "not found"),
    }
}

fn vscode(place: &Place) -> Check {
    const ADVICE: &str = "run `countersign init --editor vscode`";
    let programs = vscode::programs(place);
    let versions: Vec<String> = programs.iter().cloned().filter_map(vscode::installed).collect();
    match versions.iter().find(|version| !vscode::is_this(version)) {
        Some(other) => {
            Check::bad("vscode", format!("the extension is {other}, of another version than this program"), ADVICE)
        }
        None if programs.is_empty() => Check::absent("vscode", "not found"),
        None if versions.len() < programs.len() => {
            Check::bad("vscode", "installed, and has no extension of ours", ADVICE)
        }
        None => {
            Check::good("vscode", "its extension is of this version, and starts in workspaces with a .countersign.toml")
        }
    }
}
