//! The language server: how messages come in and go out, the one owner of the workspace behind them, and what editors are shown.

pub mod guard;
pub mod position;
pub mod transport;
pub mod uri;

mod abilities;
mod actions;
mod asking;
mod commands;
mod diagnostics;
mod differing;
mod ext;
mod hooks;
mod hover;
mod hunks;
mod inbox;
mod marks;
mod outbox;
mod owner;
mod pages;
mod progress;
mod restores;
mod reverts;
mod server;
mod views;
mod watch;
mod which;
mod worker;

pub use server::serve;
