//! All tests, one binary.

mod weave;
