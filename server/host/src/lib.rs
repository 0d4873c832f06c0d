//! Countersign's host: every thread, file, socket and clock around the core.
pub mod lsp;
