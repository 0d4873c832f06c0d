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
mod network;
mod options;
mod packages;
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

use crate::syntax::Budget;
use run::Shell;

/// What a command line would do, from its first command to its last. `world` is asked for what the line itself does not say: aliases, and
/// scripts that it runs.
pub fn effects(line: &str, place: &Place, world: &mut dyn World, budget: &mut Budget<'_>) -> Vec<Effect> {
    let mut shell = Shell::new(place, world, budget);
    shell.script(line, flow::Flow::default());
    shell.into_effects()
}

#[cfg(test)]
mod tests;
