//! All tests, one binary: `support` is what they stand on, `harness` proves that it is real.

mod burst;
mod cases;
mod cli;
mod commands;
mod emacs;
mod harness;
mod helix;
mod interleavings;
mod kills;
mod neovim;
mod payloads;
mod readme;
mod rules;
mod served;
mod server;
mod setup;
mod support;
mod tidy;
mod traces;
mod vscode;
mod weave;
