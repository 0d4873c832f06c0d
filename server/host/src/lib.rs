//! Countersign's host: every thread, file, socket, clock and JSON. What it decides by is `countersign_core`.

pub mod agents;
pub mod approvals;
pub mod cli;
pub mod config;
pub mod confine;
pub mod disk;
pub mod gate;
pub mod git;
pub mod journal;
pub mod lsp;
pub mod redact;
pub mod state_dir;
pub mod store;
pub mod transcripts;
