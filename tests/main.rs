//! All tests, one binary: `support` is what they stand on, `harness` proves that it is real.

mod cli;
mod harness;
mod interleavings;
mod payloads;
mod rules;
mod support;
mod weave;
