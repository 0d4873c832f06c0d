//! The weave: the vectors of the design three ways, stories, and random histories beside a naive model that was written apart.

mod formatting;
mod history;
mod oracle;
pub(crate) mod pair;
mod play;
mod properties;
mod saves;
mod stories;
pub(crate) mod story;
mod vectors;
