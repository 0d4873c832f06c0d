//! The weave against an oracle: a naive model, random histories, and a language of small stories.

pub(crate) mod history;
pub(crate) mod oracle;
pub(crate) mod story;
