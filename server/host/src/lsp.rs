//! The language server's edge: how messages come in and go out, and how editors spell files and places.
pub mod guard;
pub mod position;
pub mod transport;
pub mod uri;
