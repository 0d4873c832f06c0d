//! Whose what is seen on disk is held to be, act by act.

mod timing;

use super::*;
use crate::announce::{AgentAct, AgentEvent, Delta, Replacement, Write};

fn event(act: AgentAct, call: Option<&str>) -> AgentEvent {
    let (agent, session, call) = ("claude-code".into(), Session::new("s1"), call.map(str::to_owned));
    AgentEvent { agent, session, model: None, cwd: None, call, act }
}

fn edit(old: &str, new: &str) -> Vec<Write> {
    let replacement = Replacement { old: old.into(), new: new.into(), all: false };
    vec![Write::new("a", Delta::Replace(vec![replacement]))]
}

struct Told {
    workspace: Workspace,
    now: u64,
}

impl Told {
    fn of(text: &str) -> Self {
        let mut told = Self { workspace: Workspace::new(1), now: 1000 };
        let (file, _) = told.workspace.first_sight("a", &Content::Text(Rope::from_str(text)), None, told.now);
        told.workspace.put("a", file);
        told
    }

    fn hears(&mut self, act: AgentAct) {
        self.now += 50;
        self.workspace.told(&event(act, Some("t1")), self.now);
    }

    /// All of the sessions, of what they announced, and of who did what to the file.
    fn knows(&self) -> String {
        let file = self.workspace.file("a").expect("it is followed");
        let edits: Vec<_> = file.document.weave().entries().map(|(_, entry)| entry).collect();
        format!("{:#?}\n{:#?}\n{edits:#?}", self.workspace.sessions, self.workspace.announced)
    }

    /// Someone writes the file, and it is read: whose that is held to be, and why.
    fn sees(&mut self, text: &str) -> String {
        self.now += 50;
        let content = Content::Text(Rope::from_str(text));
        let sight = Sight { written: self.now, at: self.now, ..Sight::default() };
        let (file, facts) = self.workspace.read("a", &content, &sight).expect("it is followed");
        self.workspace.put("a", file);
        authors(&facts)
    }
}

/// Whose the edits are that were made, and why.
fn authors(facts: &[Fact]) -> String {
    let said = facts.iter().filter_map(|fact| match &fact.what {
        What::Text(crate::document::Record::Edited(edit)) => Some(format!("{} by {:?}", edit.author, edit.evidence)),
        _ => None,
    });
    said.collect::<Vec<_>>().join(", ")
}

#[test]
fn an_announced_write_is_its_agents_and_what_is_written_after_it_is_not() {
    let mut told = Told::of("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a B\n"), "claude-code by Content");
    assert_eq!(told.sees("a B u\n"), "external by None", "before the report");
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a B uu\n"), "external by None", "after it");
}

#[test]
fn what_is_known_before_a_file_is_read_comes_to_nothing_when_it_is() {
    let text = |text: &str| Content::Text(Rope::from_str(text));
    let opaque = Content::Opaque { hash: None, len: 3, why: "binary".into() };
    let contents = [text("a b\n"), text("a B\n"), text(""), Content::Absent, opaque];
    let (mut known, mut unknown) = (0, 0);
    // What stood there before is each of them, with a write announced and without.
    for (stood, announces) in contents.iter().flat_map(|content| [(content, false), (content, true)]) {
        let mut told = Told::of("a b\n");
        let sight = |saved, mode| Sight { saved, mode, written: 1100, at: 1100, ..Sight::default() };
        let (file, _) = told.workspace.read("a", stood, &sight(false, Some(0o644))).expect("it is followed");
        told.workspace.put("a", file);
        if announces {
            told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
        }
        for content in &contents {
            for (saved, mode) in [(false, None), (true, Some(0o644)), (false, Some(0o755))] {
                let sight = sight(saved, mode);
                let (_, facts) = told.workspace.read("a", content, &sight).expect("it is followed");
                match told.workspace.knows("a", content, &sight) {
                    true => assert_eq!(facts, [], "{stood:?}, then {content:?}"),
                    false => unknown += 1,
                }
                known += usize::from(told.workspace.knows("a", content, &sight));
            }
        }
    }
    assert_eq!((known, unknown), (12, 138), "the text that stands there, with its mode");
}

#[test]
fn a_report_that_comes_before_the_bytes_claims_them_by_content_alone() {
    let mut told = Told::of("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a b u\n"), "external by None");
    let mut told = Told::of("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a B\n"), "claude-code by Content");
}

#[test]
fn of_a_write_that_is_not_as_announced_what_was_announced_is_claimed_alone() {
    let mut told = Told::of("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a  B;\n"), "claude-code by Content, external by None");
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    assert_eq!(told.sees("a u\n"), "external by None");
}

#[test]
fn a_shell_command_claims_what_is_written_while_it_runs() {
    let mut told = Told::of("a\n");
    told.hears(AgentAct::WillRun { command: "sed".into(), background: false });
    assert_eq!(told.sees("b\n"), "claude-code by Window");
    told.hears(AgentAct::DidRun { command: "sed".into(), background: false, failed: false });
    assert_eq!(told.sees("c\n"), "external by None");
}

#[test]
fn a_late_report_claims_what_was_seen_before_it_once() {
    let mut told = Told::of("a b\n");
    assert_eq!(told.sees("a B\n"), "external by None");
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    let file = told.workspace.file("a").expect("it is followed");
    let hunks = crate::hunk::hunks(&file.document, Lineage::Disk, &Author::is_agent);
    assert_eq!(hunks.len(), 1);
    let external = crate::hunk::hunks(&file.document, Lineage::Disk, &|author| *author == Author::External);
    assert_eq!(external, []);
}

#[test]
fn a_report_claims_nothing_that_was_seen_before_its_write_was_announced() {
    let mut told = Told::of("a b\n");
    assert_eq!(told.sees("a B\n"), "external by None");
    told.sees("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    let before = told.knows();
    told.hears(AgentAct::DidWrite { writes: edit("b", "B") });
    let edits = |knows: &str| knows.matches("body:").count();
    assert_eq!(edits(&told.knows()), edits(&before), "someone else once wrote the same, and took it back");
}

#[test]
fn a_session_that_stopped_claims_nothing_more() {
    let mut told = Told::of("a b\n");
    told.hears(AgentAct::WillWrite { writes: edit("b", "B") });
    told.hears(AgentAct::TurnEnded);
    assert_eq!(told.sees("a B\n"), "external by None");
}

#[test]
fn an_event_that_is_told_twice_changes_nothing_the_second_time() {
    let run = |failed| AgentAct::DidRun { command: "sed".into(), background: false, failed };
    let will_run = |background| AgentAct::WillRun { command: "sed".into(), background };
    let story = [
        ("", AgentAct::SessionStarted { source: None }),
        ("", AgentAct::Prompted { text: "b, please".into() }),
        ("", AgentAct::WillWrite { writes: edit("b", "B") }),
        ("a B\n", AgentAct::DidWrite { writes: edit("b", "B") }),
        ("", AgentAct::WillWrite { writes: edit("a", "A") }),
        ("", AgentAct::WriteFailed { paths: vec!["a".into()] }),
        ("", AgentAct::DidWrite { writes: edit("a", "A") }),
        ("A B\n", AgentAct::TurnEnded),
        ("", will_run(false)),
        ("", will_run(true)),
        ("run\n", run(false)),
        ("", will_run(false)),
        ("", run(true)),
        ("late\n", AgentAct::DidWrite { writes: vec![Write::new("a", Delta::Whole("late\n".into()))] }),
        ("", AgentAct::SessionEnded),
    ];
    for call in [Some("t1"), None] {
        let (mut once, mut twice) = (Told::of("a b\n"), Told::of("a b\n"));
        for (nth, (seen, act)) in story.iter().enumerate() {
            for (told, times) in [(&mut once, 1), (&mut twice, 2)] {
                if !seen.is_empty() {
                    told.sees(seen);
                }
                told.now += 50;
                for _ in 0..times {
                    told.workspace.told(&event(act.clone(), call), told.now);
                }
            }
            assert_eq!(once.knows(), twice.knows(), "{call:?}, act {nth}: {act:?}");
        }
    }
}

#[test]
fn a_session_of_which_nothing_was_heard_for_long_is_at_work_no_more() {
    let mut told = Told::of("a\n");
    assert!(!told.workspace.is_at_work(told.now));
    told.hears(AgentAct::Prompted { text: "go".into() });
    assert!(told.workspace.is_at_work(told.now + SILENCE - 1));
    assert!(!told.workspace.is_at_work(told.now + SILENCE));
    told.hears(AgentAct::TurnEnded);
    assert!(!told.workspace.is_at_work(told.now));
}

/// The files of a workspace, each with its text on disk, its edits and the paths that it came by.
fn drawn(workspace: &Workspace) -> String {
    let files = workspace.files().map(|(path, file)| {
        let text = file.document.text(Lineage::Disk).to_string();
        let weave = file.document.weave().describe();
        let moves: Vec<_> = file.moves.iter().map(|step| (&step.moved, step.replaced.is_some())).collect();
        format!("{path} {} {text:?}\n{weave}{moves:?}\n", file.present)
    });
    files.collect()
}

#[test]
fn a_move_is_the_same_for_who_made_it_and_who_hears_of_it_and_the_way_back_uncovers_what_stood_there() {
    let (mut here, mut there) = (Workspace::new(1), Workspace::new(2));
    let content = |text: &str| Content::Text(Rope::from_str(text));
    let mut begin = |path: &str, text: &str| {
        let (file, facts) = here.first_sight(path, &content(text), None, 1000);
        here.put(path, file);
        facts.iter().for_each(|fact| there.recall(fact).expect("it is in order"));
    };
    begin("a", "one\ntwo\n");
    begin("b", "stood here\n");
    let act = Act::agent(Author::agent("claude-code", "s1"), Evidence::Window, 2000);
    let mut both = |facts: &[Fact]| {
        for fact in facts {
            here.recall(fact).expect("it is in order");
            there.recall(fact).expect("it is in order");
        }
        assert_eq!(drawn(&here), drawn(&there));
        drawn(&here)
    };
    let moving = Workspace::new(1).moving("a", "b", &act);
    both(&moving);
    let back = Workspace::new(1).moving("b", "a", &Act::user(3000));
    let shown = both(&back);
    assert!(shown.contains("a true \"one\\ntwo\\n\"") && shown.contains("b false \"stood here\\n\""), "{shown}");
    let file = here.file("a").expect("it is back");
    assert_eq!((file.moves.len(), file.way_back(&Author::is_agent)), (0, None));
}

#[test]
fn a_file_is_found_again_by_its_content_its_name_and_by_half_of_its_lines() {
    let workspace = Workspace::new(1);
    let begun = |path: &str, text: &str| workspace.first_sight(path, &Content::Text(Rope::from_str(text)), None, 1).0;
    let (same, other, empty) = (begun("old/x", "same\n"), begun("old/y", "1\n2\n3\n4\n"), begun("old/z", ""));
    let gone = [("old/x", &same), ("old/y", &other), ("old/z", &empty)];
    let texts =
        ["same\n", "same\n", "1\n2\n3\nfour\n", "1\nb\nc\nd\n", "", ""].map(|text| Content::Text(Rope::from_str(text)));
    let names = ["new/w", "new/x", "new/v", "new/u", "new/z", "new/t"];
    let come: Vec<(&str, &Content)> = names.into_iter().zip(&texts).collect();
    assert_eq!(pair(&gone, &come), [("old/x", "new/x"), ("old/y", "new/v"), ("old/z", "new/z")]);
}
