//! The weave: stories, the vectors of the design three ways, and thousands of random histories beside a naive model.

mod play;
mod vectors;
