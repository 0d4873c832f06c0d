//! All tests, one binary.

mod payloads;
