//! Decides: one file's text with every edit in it, whose each is, and how to take an author back out. Pure: no clock, file,
//! environment or protocol; what it needs of the world is passed in. Inside, a module uses only modules above it in this list.

pub mod session;
pub mod usage;
pub mod author;
pub mod edit;
pub mod weave;
pub mod diff;
pub mod syntax;
pub mod neutral;
pub mod moves;
pub mod document;
pub mod hunk;
pub mod revert;
pub mod loading;
pub mod dropped;
pub mod taken;
pub mod verdict;
pub mod scope;
pub mod shell;
pub mod tools;
pub mod announce;
pub mod attribution;
pub mod event;
pub mod limits;
pub mod workspace;
pub mod whole;
pub mod finding;
pub mod rules;
pub mod destroyed;
pub mod review;
pub mod blame;
