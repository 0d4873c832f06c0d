//! What a command line would do to the work tree, to history, to the machine and beyond it: read with the shell's grammar, unwrapped and
//! interpreted as far as can be known, never run. What cannot be known is an effect of its own. `judge` holds the effects against the tree.

mod clouds;
mod commands;
mod databases;
mod editors;
mod effect;
mod expand;
mod files;
mod flow;
mod git;
mod guard;
mod interpreters;
mod judge;
mod losses;
mod machine;
mod names;
mod network;
mod options;
mod packages;
mod powershell;
mod reads;
mod run;
mod secrets;
mod source;
mod target;
mod word;
mod words;
mod world;
mod wrappers;

pub use effect::{Effect, Ignored, What};
pub use judge::judge;
pub use target::{Pattern, Target};
pub use world::{Changed, Kept, Kind, Loss, Place, World};

use std::collections::BTreeSet;

use crate::syntax::Budget;
use run::Shell;

/// What a command line would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// From its first command to its last.
    pub effects: Vec<Effect>,
    /// The files that it changes, as far as it names them, by their absolute paths; not those that it puts back from git. Where a copy goes
    /// is told as if it were a file and as if it were a folder.
    pub changed: BTreeSet<String>,
    /// Those that go or get other rights, with all that is in them if they are folders.
    pub gone: BTreeSet<String>,
}

/// Reads a command line. `world` is asked for what the line itself does not say: aliases, and scripts that it runs.
pub fn read(line: &str, place: &Place, world: &mut dyn World, budget: &mut Budget<'_>) -> Reading {
    let mut shell = Shell::new(place, world, budget);
    shell.script(line, &flow::Flow::of(""));
    let mut changed = std::mem::take(&mut shell.authored);
    let effects = shell.into_effects();
    changed.extend(effects.iter().flat_map(Effect::overwrites));
    let gone = effects.iter().filter_map(Effect::takes_away).collect();
    Reading { effects, changed, gone }
}

/// Whether it is certain that a command line changes no file and does nothing else of note, wherever it is run.
#[must_use]
pub fn only_reads(line: &str) -> bool {
    let place = Place { root: "/".into(), cwd: "/".into(), home: None };
    let (mut world, mut budget) = (world::Folders(&|_| true), Budget::steps(READING));
    let mut shell = Shell::new(&place, &mut world, &mut budget);
    shell.script(line, &flow::Flow::of(""));
    !shell.may_write && shell.named.is_empty() && shell.into_effects().is_empty()
}

/// The files that a command line may change, by their absolute paths, and with all that is in them if they are folders; none where it is
/// not certain that it changes no others. `is_folder` says whether there is a folder of an absolute path.
#[must_use]
pub fn writes(line: &str, place: &Place, is_folder: &dyn Fn(&str) -> bool) -> Option<BTreeSet<String>> {
    let (mut world, mut budget) = (world::Folders(is_folder), Budget::steps(READING));
    let mut shell = Shell::new(place, &mut world, &mut budget);
    shell.script(line, &flow::Flow::of(""));
    let (may_write, mut named) = (shell.may_write, std::mem::take(&mut shell.named));
    for effect in shell.into_effects() {
        named.extend(effect.files()?);
    }
    (!may_write).then_some(named)
}

/// Steps: what is longer is not among the lines of which it is certain.
const READING: u64 = 50_000;

#[cfg(test)]
mod tests;
