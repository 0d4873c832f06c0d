//! Work of agents that a person took back: noted with the edit that does so, told to the agent once.

use std::collections::BTreeMap;

use super::Workspace;
use crate::author::Author;
use crate::edit::Edit;
use crate::event::What;
use crate::session::Session;

/// So many files are named to an agent whose work was turned down.
const TOLD: usize = 5;

impl Workspace {
    /// What an edit of a person's says of agents' work in a file that is followed: how much of whose is turned down.
    #[must_use]
    pub fn turned_down(&self, path: &str, edit: &Edit) -> Vec<What> {
        let Some(file) = self.files.get(path).filter(|_| edit.author == Author::User) else { return Vec::new() };
        let weave = file.document.weave();
        // Lines that go, and lines that come back in their place.
        let mut lines: BTreeMap<Session, [usize; 2]> = BTreeMap::new();
        for switch in &edit.acts.switches {
            let Some(by) = weave.ix(switch.deed.by) else { continue };
            for fragment in weave.fragments_of(switch.deed.to) {
                let Some(session) = weave.entry(weave.owner(by, fragment)).author.session() else { continue };
                let text = weave.part_text(fragment, 0..weave.len_of(fragment));
                let both = lines.entry(session.clone()).or_default();
                if !switch.on {
                    both[usize::from(weave.birth(fragment) != by)] += text.lines().count();
                }
            }
        }
        let file = path.to_owned();
        let down = |(session, [gone, back]): (Session, [usize; 2])| What::TurnedDown {
            session,
            file: file.clone(),
            lines: gone.max(back),
        };
        lines.into_iter().map(down).collect()
    }

    /// What a session is to be told of its work that a person took back, in one sentence, so that it does not write it again.
    #[must_use]
    pub fn untold(&self, session: &Session) -> Option<String> {
        let down = &self.sessions.get(session)?.turned_down;
        let lines = |n: usize| if n == 1 { "1 line".to_owned() } else { format!("{n} lines") };
        let mut files: Vec<String> = down.iter().map(|(file, n)| format!("{file} ({})", lines(*n))).collect();
        let more = files.len().saturating_sub(TOLD);
        files.truncate(TOLD);
        if more > 0 {
            files.push(format!("{more} more files"));
        }
        let last = files.pop()?;
        let files = if files.is_empty() { last } else { format!("{} and {last}", files.join(", ")) };
        Some(format!(
            "The user took back what you had written in {files}. Do not write it again unless you are asked to."
        ))
    }
}
