//! What was done to a file's text as facts, with how much of it an agent's edit changed: that is what limits count.

use super::File;
use crate::document::Record;
use crate::edit::{Edit, Span};
use crate::event::{Fact, What};
use crate::weave::Weave;

impl File {
    /// What was done to its text, and is done in it, to be journaled.
    #[must_use]
    pub fn facts(&self, path: &str, records: Vec<Record>, at: u64) -> Vec<Fact> {
        let fact = |record: Record| {
            let lines = match &record {
                Record::Edited(edit) if edit.author.is_agent() => lines(self.document.weave(), edit),
                _ => 0,
            };
            Fact { lines, ..Fact::of(path, at, What::Text(record)) }
        };
        records.into_iter().map(fact).collect()
    }
}

/// Lines that came and lines that went; a part of a line counts as one.
fn lines(weave: &Weave, edit: &Edit) -> u64 {
    let acts = &edit.acts;
    let came: usize =
        acts.inserts.iter().filter(|insert| insert.like.is_none()).map(|insert| count(&insert.text)).sum();
    let went =
        acts.kills.iter().chain(acts.claims.iter().map(|claim| &claim.to)).map(|span| count(&text(weave, *span)));
    (came + went.sum::<usize>()) as u64
}

fn count(text: &str) -> usize {
    text.lines().count()
}

/// The text of a span, whether it stands or not.
fn text(weave: &Weave, span: Span) -> String {
    let fragments = weave.fragments_of(span).into_iter();
    fragments.map(|fragment| weave.part_text(fragment, 0..weave.len_of(fragment))).collect()
}

#[cfg(test)]
mod tests {
    use ropey::Rope;

    use crate::announce::{AgentAct, AgentEvent, Delta, Write};
    use crate::session::Session;
    use crate::workspace::{Content, Sight, Workspace};

    /// What an agent's edit from one text to another measures, over all its facts.
    fn measured(before: &str, after: &str, is_announced: bool) -> u64 {
        let mut workspace = Workspace::new(1);
        let content = |text: &str| Content::Text(Rope::from_str(text));
        let (file, _) = workspace.first_sight("a", &content(before), None, 1);
        workspace.put("a", file);
        if is_announced {
            let writes = vec![Write::new("a", Delta::Whole(after.to_owned()))];
            let act = AgentAct::WillWrite { writes };
            let session = Session::new("s");
            workspace.told(&AgentEvent { agent: "a".into(), session, model: None, cwd: None, call: None, act }, 2);
        }
        let (_, facts) =
            workspace.read("a", &content(after), &Sight { at: 3, ..Sight::default() }).expect("it is followed");
        facts.iter().map(|fact| fact.lines).sum()
    }

    #[test]
    fn lines_that_come_and_go_count_and_so_does_a_part_of_one() {
        assert_eq!(measured("a\nb\nc\n", "a\nc\nd\ne\n", true), 3);
        assert_eq!(measured("", "a\nb\n", true), 2);
        assert_eq!(measured("let a = 1;\n", "let a = 2;\n", true), 2, "one went, one came");
        assert_eq!(measured("a\nb\n", "a\n", false), 0, "nobody's");
    }
}
