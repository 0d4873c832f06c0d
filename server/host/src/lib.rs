//! The countersign host as a library: what the binary and the tests call.

pub mod agents;
pub mod config;
