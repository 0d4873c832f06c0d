//! What the end-to-end tests stand on: real repositories, the built binary, an editor and agents in memory, real Neovims, Helixes, Emacs and
//! VS Codes.

pub(crate) mod agent;
pub(crate) mod binary;
pub(crate) mod client;
mod connection;
mod editor;
pub(crate) mod emacs;
pub(crate) mod helix;
pub(crate) mod neovim;
mod offspring;
pub(crate) mod picture;
pub(crate) mod profile;
pub(crate) mod repository;
mod rpc;
mod screen;
pub(crate) mod tap;
mod terminal;
pub(crate) mod vscode;
pub(crate) mod window;

use std::time::Duration;

/// How long anything may take that a test waits for. Far above what it does take: two cores may have much else to do.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
