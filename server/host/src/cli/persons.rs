//! Decisions that are a person's. A command that makes one asks at the editor first where it runs under an agent, and does nothing where
//! nobody answers.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use countersign_core::verdict::Answer;

use crate::approvals::wire::Asking;
use crate::{agents, approvals, state_dir};

/// An agent waits about so long for a command.
const PATIENCE: Duration = Duration::from_secs(55);

/// Goes on where a person runs this, or says that it may be done. `what` is the deed, as in `accept changes`.
///
/// # Errors
/// If an agent runs it and nobody allows that.
pub(super) fn may_decide(root: &Path, what: &str) -> Result<()> {
    let Some(agent) = agents::at_work() else { return Ok(()) };
    let asking = Asking {
        agent: agent.clone(),
        question: format!("It would {what} by itself, which is yours to decide."),
        diff: None,
        paths: Vec::new(),
        patience: PATIENCE.as_millis().try_into().unwrap_or(u64::MAX),
    };
    let said = state_dir::of(root).ok().and_then(|state| approvals::ask_people(&state.dir, &asking, false));
    match said {
        Some(Answer::Once | Answer::Session) => Ok(()),
        Some(Answer::Deny) => bail!("the user said no: {agent} may not {what}"),
        None => bail!(
            "this runs under {agent}, which may not {what}: that is for a person, in a terminal of their own or at their editor"
        ),
    }
}
