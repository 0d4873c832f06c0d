//! Countersign core.

pub mod announce;
pub mod author;
pub mod scope;
pub mod session;
pub mod verdict;
