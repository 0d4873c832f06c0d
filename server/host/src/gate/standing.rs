//! What stands against an act whatever it does: that its session has reached a limit, or that its tool is closed.

use anyhow::Result;
use countersign_core::announce::{AgentAct, AgentEvent};
use countersign_core::limits::Addition;
use countersign_core::review::Policy;
use countersign_core::verdict::{Decision, Verdict};

use super::{Question, ranges};
use crate::store::{Store, now};

/// The verdict on an act that is announced and was journaled; the journal is asked only where there are limits.
///
/// # Errors
/// If the journal cannot be read.
pub(super) fn verdict(
    store: &mut Store,
    event: &AgentEvent,
    questions: &[Question],
    policy: &Policy,
) -> Result<Verdict> {
    let (tool, addition) = match &event.act {
        AgentAct::WillWrite { .. } => (Verdict::allow(), addition(questions)),
        AgentAct::WillRun { .. } => (Verdict::allow(), Addition { is_command: true, ..Addition::default() }),
        AgentAct::WillUse { tool } => (policy.tools.judge(tool), Addition::default()),
        // It is being asked about already.
        AgentAct::Requested { tool } => {
            let verdict = policy.tools.judge(tool);
            return Ok(if verdict.decision == Decision::Deny { verdict } else { Verdict::allow() });
        }
        _ => return Ok(Verdict::allow()),
    };
    if policy.limits.is_empty() {
        return Ok(tool);
    }
    let tally = store.tally(&event.session)?;
    Ok(tool.combine(policy.limits.judge(tally, &addition, now())))
}

fn addition(questions: &[Question]) -> Addition {
    let files = questions.iter().map(|question| question.path.clone()).collect();
    Addition { files, lines: questions.iter().map(lines).sum(), is_command: false }
}

/// Lines that would come and go; none where that cannot be told.
fn lines(question: &Question) -> u64 {
    let Some(after) = &question.after else { return 0 };
    let (added, removed) = ranges(&question.before, after);
    let count = |text: &str| text.lines().count() as u64;
    let added: u64 = added.into_iter().map(|range| count(&after[range])).sum();
    let removed: u64 = removed.into_iter().map(|range| count(&question.before[range])).sum();
    added + removed
}
