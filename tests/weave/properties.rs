//! What must always hold of the weave, in thousands of random histories, most of it beside the oracle.

mod carried;
mod folding;
mod moves;
mod neutral;
mod ranges;
mod restores;
mod reverts;
mod texts;
