//! What must always hold of the weave, in thousands of random histories, most of it beside the oracle.

mod folding;
mod ranges;
mod reverts;
mod texts;
