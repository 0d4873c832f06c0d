//! What is wrong is said, with what to do about it.
