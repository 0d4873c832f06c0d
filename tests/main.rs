//! All tests, one binary.

mod payloads;
mod weave;
