//! The language server's edge: how messages come in and go out, and how editors spell files and places.
pub mod position;
pub mod uri;
