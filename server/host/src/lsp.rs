//! The language server: how messages come in and go out, the one owner of the workspace behind them, and what editors are shown.

pub mod guard;
pub mod position;
pub mod transport;
pub mod uri;

mod actions;
mod commands;
mod diagnostics;
mod ext;
mod hooks;
mod hover;
mod inbox;
mod outbox;
mod owner;
mod pages;
mod server;
mod watch;
mod worker;

pub use server::serve;
