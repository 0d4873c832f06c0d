//! An editor in memory, a server that misbehaves on request, and the real process around it.
//! Time is tokio's paused one: it moves on only when nothing else can, so that a wait that would hang fails at once.
mod editor;
mod ends;
mod malformed;
mod order;
mod probe;
mod process;
