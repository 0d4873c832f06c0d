//! Whose a write is, whatever order and times its messages and its bytes come in.

use super::*;

fn writes(path: &str, old: &str, new: &str) -> Vec<Write> {
    let replacement = Replacement { old: old.into(), new: new.into(), all: false };
    vec![Write::new(path, Delta::Replace(vec![replacement]))]
}

impl Told {
    fn follow(&mut self, path: &str, text: &str) {
        let (file, _) = self.workspace.first_sight(path, &Content::Text(Rope::from_str(text)), None, self.now);
        self.workspace.put(path, file);
    }

    fn hears_call(&mut self, call: Option<&str>, act: AgentAct) {
        self.now += 50;
        self.workspace.told(&event(act, call), self.now);
    }

    /// The same as [`Told::sees`], of any file and of any time at which it says that it was written.
    fn sees_of(&mut self, path: &str, text: &str, written: u64) -> String {
        self.now += 50;
        let sight = Sight { written, at: self.now, ..Sight::default() };
        let read = self.workspace.read(path, &Content::Text(Rope::from_str(text)), &sight);
        let (file, facts) = read.expect("it is followed");
        self.workspace.put(path, file);
        authors(&facts)
    }

    /// How many hunks are an agent's, and how many nobody's who said so.
    fn hunks(&self) -> (usize, usize) {
        let file = self.workspace.file("a").expect("it is followed");
        let of = |whose: &dyn Fn(&Author) -> bool| crate::hunk::hunks(&file.document, Lineage::Disk, whose).len();
        (of(&Author::is_agent), of(&|author| *author == Author::External))
    }
}

#[test]
fn calls_in_several_files_at_once_each_claim_their_own_with_ids_and_without() {
    for calls in [[Some("t1"), Some("t2")], [None, None]] {
        let mut told = Told::of("a b\n");
        told.follow("c", "a b\n");
        told.hears_call(calls[0], AgentAct::WillWrite { writes: writes("a", "b", "B") });
        told.hears_call(calls[1], AgentAct::WillWrite { writes: writes("c", "a", "A") });
        let now = told.now;
        assert_eq!(told.sees_of("c", "A b\n", now + 50), "claude-code by Content", "{calls:?}");
        told.hears_call(calls[0], AgentAct::DidWrite { writes: writes("a", "b", "B") });
        let now = told.now;
        assert_eq!(told.sees_of("a", "a B\n", now + 50), "claude-code by Content", "{calls:?}");
        told.hears_call(calls[1], AgentAct::DidWrite { writes: writes("c", "a", "A") });
        let now = told.now;
        assert_eq!(told.sees_of("c", "A b u\n", now + 50), "external by None", "{calls:?}");
    }
}

#[test]
fn two_calls_in_one_file_at_once_each_claim_their_own_with_ids_and_without() {
    for calls in [[Some("t1"), Some("t2")], [None, None]] {
        let mut told = Told::of("a b c\n");
        told.hears_call(calls[0], AgentAct::WillWrite { writes: edit("a", "A") });
        told.hears_call(calls[1], AgentAct::WillWrite { writes: edit("c", "C") });
        assert_eq!(told.sees("A b c\n"), "claude-code by Content", "{calls:?}");
        told.hears_call(calls[0], AgentAct::DidWrite { writes: edit("a", "A") });
        assert_eq!(told.sees("A b C\n"), "claude-code by Content", "{calls:?}");
        told.hears_call(calls[1], AgentAct::DidWrite { writes: edit("c", "C") });
        assert_eq!(told.sees("A u C\n"), "external by None", "{calls:?}");
    }
}

#[test]
fn a_command_in_the_background_claims_until_its_turn_ends_and_no_longer() {
    let mut told = Told::of("a\n");
    told.hears(AgentAct::WillRun { command: "serve".into(), background: true });
    told.hears(AgentAct::DidRun { command: "serve".into(), background: true, failed: false });
    assert_eq!(told.sees("built\n"), "claude-code by Window");
    told.hears(AgentAct::TurnEnded);
    assert_eq!(told.sees("built anew\n"), "external by None");
}

#[test]
fn a_clock_that_counts_whole_seconds_loses_no_write() {
    let mut told = Told::of("a b\n");
    told.now = 5_700;
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    assert_eq!(told.sees_of("a", "a B\n", 5_000), "claude-code by Content");
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    told.hears(AgentAct::WillRun { command: "sed".into(), background: false });
    assert_eq!(told.sees_of("a", "a B c\n", 4_000), "claude-code by Window", "two seconds, as FAT has them");
}

#[test]
fn a_clock_that_runs_behind_loses_no_write_once_it_is_reported() {
    let mut told = Told::of("a b\n");
    told.now = 9_777;
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    told.sees_of("a", "a B\n", 4_111);
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    assert_eq!(told.hunks(), (1, 0));
}

#[test]
fn facts_that_are_taken_over_at_once_come_to_what_they_come_to_one_by_one() {
    let mut told = Told { workspace: Workspace::new(1), now: 1000 };
    let mut facts = Vec::new();
    for path in ["a", "c"] {
        let (file, first) = told.workspace.first_sight(path, &Content::Text(Rope::from_str("a b\n")), None, told.now);
        told.workspace.put(path, file);
        facts.extend(first);
    }
    for (path, text) in [("a", "a B\n"), ("c", "A b\n"), ("a", "a B u\n"), ("c", ""), ("a", "u\n"), ("c", "A b c\n")] {
        told.now += 50;
        facts.extend(
            told.workspace.told(&event(AgentAct::WillWrite { writes: writes(path, "b", "B") }, None), told.now),
        );
        let sight = Sight { written: told.now, at: told.now, ..Sight::default() };
        let content = if text.is_empty() { Content::Absent } else { Content::Text(Rope::from_str(text)) };
        let (file, new) = told.workspace.read(path, &content, &sight).expect("it is followed");
        told.workspace.put(path, file);
        facts.extend(new);
    }
    let (mut one_by_one, mut at_once) = (Workspace::new(2), Workspace::new(2));
    facts.iter().for_each(|fact| one_by_one.recall(fact).expect("its causes are known"));
    at_once.recall_all(facts).expect("their causes are known");
    let drawn = |workspace: &Workspace| -> Vec<String> {
        workspace
            .files()
            .map(|(path, file)| format!("{path} {} {}", file.present, file.document.weave().describe()))
            .collect()
    };
    assert_eq!(drawn(&at_once), drawn(&one_by_one));
    assert_eq!(drawn(&at_once), drawn(&told.workspace));
}
