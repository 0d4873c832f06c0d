//! What the tests and benchmarks share, and what plays an editor's or an agent's other side for them.

pub mod frames;
pub mod reversion;
pub mod text;
