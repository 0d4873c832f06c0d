//! All tests, one binary.

mod rules;
