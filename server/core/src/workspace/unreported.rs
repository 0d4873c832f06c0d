//! Writes that were announced and never reported: they are to be looked for before their agent's turn ends, after which nothing is its own
//! any more.

use super::Workspace;
use crate::author::Author;

impl Workspace {
    /// The files that an agent announced to write and has not reported.
    #[must_use]
    pub fn unreported(&self, author: &Author) -> Vec<String> {
        self.announced.unreported(author).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::{AgentAct, AgentEvent, Delta, Write};
    use crate::session::Session;

    #[test]
    fn a_write_is_unreported_from_its_announcement_to_its_report_or_its_turns_end() {
        let event = |session: &str, act| AgentEvent {
            agent: "a".into(),
            session: Session::new(session),
            model: None,
            cwd: None,
            call: None,
            act,
        };
        let write = |path: &str| vec![Write::new(path, Delta::Unknown)];
        let mut workspace = Workspace::new(1);
        workspace.told(&event("s", AgentAct::WillWrite { writes: write("a") }), 1);
        workspace.told(&event("s", AgentAct::WillWrite { writes: write("b") }), 2);
        workspace.told(&event("t", AgentAct::WillWrite { writes: write("c") }), 3);
        workspace.told(&event("s", AgentAct::DidWrite { writes: write("a") }), 4);
        let author = event("s", AgentAct::TurnEnded).author();
        assert_eq!(workspace.unreported(&author), ["b"]);
        workspace.told(&event("s", AgentAct::TurnEnded), 5);
        assert!(workspace.unreported(&author).is_empty());
    }
}
