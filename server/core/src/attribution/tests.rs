//! What announcements and commands claim, and until when. Times in milliseconds.

use super::*;
use crate::session::Session;

/// Any time that is not near the beginning.
const T: u64 = 10_000_000;
const UNSEEN: fn(&Announced) -> Option<Evidence> = |_| None;

struct Heard(Announcements);

impl Heard {
    fn nothing() -> Self {
        Self(Announcements::default())
    }

    fn from(&mut self, agent: &str, act: AgentAct, call: Option<&str>, at: u64) -> &mut Self {
        let (agent, call) = (agent.into(), call.map(str::to_owned));
        let event = AgentEvent { agent, session: Session::new("s1"), model: None, cwd: None, call, act };
        self.0.hear(&event, &[], at);
        self
    }

    fn hears(&mut self, act: AgentAct, call: Option<&str>, at: u64) -> &mut Self {
        self.from("claude", act, call, at)
    }

    /// Whose a write of `a` would be, and why, where nothing of what was announced was seen yet.
    fn whose(&self, is_text: bool, written: u64) -> String {
        let act = self.0.whose("a", is_text, written, written, &UNSEEN);
        match act.author {
            Author::External => "external".to_owned(),
            author => format!("{author} by {:?}, {}", act.evidence, act.call.unwrap_or_default()),
        }
    }

    /// The calls of the writes of `a` that may be what was written then.
    fn open(&self, written: u64, seen: Option<Evidence>) -> Vec<String> {
        let seen = move |_: &Announced| seen;
        self.0.open("a", written, &seen).map(|known| known.call.clone().unwrap_or_default()).collect()
    }
}

fn will(path: &str, delta: Delta) -> AgentAct {
    AgentAct::WillWrite { writes: vec![Write::new(path, delta)] }
}

fn did(path: &str, delta: Delta) -> AgentAct {
    AgentAct::DidWrite { writes: vec![Write::new(path, delta)] }
}

fn whole(text: &str) -> Delta {
    Delta::Whole(text.to_owned())
}

fn run(background: bool) -> AgentAct {
    AgentAct::WillRun { command: "make".into(), background }
}

fn ran(background: bool) -> AgentAct {
    AgentAct::DidRun { command: "make".into(), background, failed: false }
}

fn prompt() -> AgentAct {
    AgentAct::Prompted { text: "go on".into() }
}

#[test]
fn a_person_may_take_ten_minutes_to_answer_an_agents_prompt() {
    assert_eq!((PATIENCE, FLUSH, TICK), (600_000, 2_000, 10));
}

#[test]
fn an_announced_write_may_come_from_the_kernels_tick_before_it_until_patience_ends() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T);
    let open = |written| heard.open(written, None).len();
    assert_eq!([T - TICK - 1, T - TICK, T, T + PATIENCE, T + PATIENCE + 1].map(open), [0, 1, 1, 1, 0]);
    assert_eq!(heard.0.open("b", T, &UNSEEN).count(), 0, "another file");
}

#[test]
fn a_write_that_was_seen_as_it_was_announced_is_over_and_one_that_was_seen_otherwise_is_not() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T);
    let open = |seen| heard.open(T, Some(seen)).len();
    assert_eq!([Evidence::Content, Evidence::Path, Evidence::Window].map(open), [0, 1, 1]);
}

#[test]
fn a_reported_write_that_was_not_seen_may_come_a_little_later_and_one_that_was_seen_may_not() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T).hears(did("a", whole("x")), Some("t1"), T + 100);
    // Told again, it is still the first report that counts.
    heard.hears(did("a", whole("x")), Some("t1"), T + 900);
    let open = |written| heard.open(written, None).len();
    assert_eq!([T + 100, T + 100 + FLUSH, T + 100 + FLUSH + 1].map(open), [1, 1, 0]);
    assert_eq!(heard.open(T + 100, Some(Evidence::Path)), [""; 0]);
}

#[test]
fn what_is_heard_of_by_its_report_alone_may_have_been_written_at_any_time_before() {
    let mut heard = Heard::nothing();
    heard.hears(did("a", whole("x")), Some("t1"), T);
    assert_eq!(heard.open(1, None), ["t1"]);
    let late = |heard: &Heard, seen| heard.0.of_path("a").expect("it is known").may_be_late_for(seen);
    assert!(late(&heard, 1));
    // What was told of before it was done was not done before.
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T);
    assert_eq!([T - TICK - 1, T - TICK].map(|seen| late(&heard, seen)), [false, true]);
}

#[test]
fn each_call_is_announced_once_and_without_an_id_they_are_told_apart_by_what_they_write() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T).hears(will("a", whole("y")), Some("t2"), T);
    assert_eq!(heard.open(T, None), ["t2", "t1"], "the newest first");
    heard.hears(will("a", whole("again")), Some("t1"), T + 50);
    assert_eq!(heard.open(T, None), ["t2", "t1"], "told twice is told once");
    heard.hears(will("a", whole("z")), None, T + 100).hears(will("a", whole("z")), None, T + 150);
    assert_eq!(heard.open(T + 150, None), ["", "t2", "t1"]);
    heard.from("codex", will("a", whole("theirs")), None, T + 150);
    assert_eq!(heard.open(T + 150, None).len(), 4, "another agent's is another");
    heard.hears(will("b", Delta::Unknown), None, T + 200);
    assert_eq!(heard.open(T + 200, None).len(), 4, "and so is another file's");
    heard.hears(will("a", Delta::Unknown), None, T + 200);
    assert_eq!(heard.open(T + 200, None), ["", ""], "one that does not say stands for all of that agent's");
    heard.hears(will("a", whole("z")), None, T + 250);
    assert_eq!(heard.open(T + 250, None), ["", ""], "and ends with the next that says");
}

#[test]
fn what_was_reported_stands_in_the_way_of_no_announcement_without_an_id() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), None, T).hears(did("a", whole("x")), None, T + 1);
    heard.hears(will("a", whole("y")), None, T + 2);
    assert_eq!(heard.0.writes.iter().map(|known| known.write.delta.clone()).collect::<Vec<_>>(), [whole("y")]);
}

#[test]
fn a_report_without_an_id_is_of_the_call_that_wrote_the_same_or_of_all() {
    let reported = |delta: Delta| {
        let mut heard = Heard::nothing();
        heard.hears(will("a", whole("x")), None, T).hears(will("a", whole("y")), None, T);
        heard.hears(did("a", delta), None, T + 1);
        heard.0.writes.iter().map(|known| known.reported.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(reported(whole("x")), [true, false]);
    assert_eq!(reported(whole("y")), [false, true]);
    assert_eq!(reported(Delta::Unknown), [true, true]);
}

#[test]
fn a_time_in_whole_seconds_may_be_two_seconds_behind() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", Delta::Unknown), Some("t1"), T).hears(run(false), Some("t2"), T);
    let whose = |written| heard.whose(false, written);
    let its = "claude by Path, t1";
    assert_eq!([T - 3000, T - 2000, T - 1999, T - 1000].map(whose), ["external", its, "external", its]);
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t2"), T);
    assert_eq!(
        [T - 3000, T - 2000, T - 1999].map(|written| heard.whose(true, written)),
        ["external", "claude by Window, t2", "external"]
    );
}

#[test]
fn a_report_is_of_its_own_call_or_of_any_where_there_is_no_id() {
    let reported = |call: Option<&str>, agent: &str| {
        let mut heard = Heard::nothing();
        heard.hears(will("a", whole("x")), Some("t1"), T).from(agent, did("a", whole("x")), call, T + 1);
        heard.0.writes.iter().filter(|known| known.call.as_deref() == Some("t1")).all(|known| known.reported.is_some())
    };
    assert!(reported(Some("t1"), "claude") && reported(None, "claude"));
    assert!(!reported(Some("t2"), "claude") && !reported(Some("t1"), "codex"));
}

#[test]
fn a_call_that_failed_claims_nothing_and_others_still_do() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T).hears(will("b", whole("x")), Some("t1"), T);
    heard.from("codex", will("a", whole("x")), Some("t1"), T);
    heard.hears(AgentAct::WriteFailed { paths: vec!["a".into(), "c".into()] }, Some("t1"), T + 1);
    assert_eq!(heard.0.open("a", T, &UNSEEN).map(|known| known.author.to_string()).collect::<Vec<_>>(), ["codex"]);
    assert_eq!(heard.0.open("b", T, &UNSEEN).count(), 1);
}

#[test]
fn the_report_says_what_was_written_where_the_announcement_did_not_or_where_the_user_changed_it() {
    let said = |first: Delta, reports: &[Write]| {
        let mut heard = Heard::nothing();
        heard.hears(will("a", first), Some("t1"), T);
        for (nth, write) in reports.iter().enumerate() {
            heard.hears(AgentAct::DidWrite { writes: vec![write.clone()] }, Some("t1"), T + 1 + nth as u64);
        }
        heard.0.writes[0].write.clone()
    };
    let write = |delta| Write::new("a", delta);
    assert_eq!(said(Delta::Unknown, &[write(whole("x"))]).delta, whole("x"));
    assert_eq!(said(whole("x"), &[write(Delta::Unknown)]).delta, whole("x"));
    assert_eq!(said(whole("x"), &[write(whole("y"))]).delta, whole("y"));
    assert_eq!(said(whole("x"), &[write(whole("y")), write(whole("z"))]).delta, whole("y"), "the first report counts");
    let amended = Write { amended: Some(whole("mine")), ..write(Delta::Unknown) };
    assert_eq!(said(whole("x"), std::slice::from_ref(&amended)), amended);
}

#[test]
fn the_text_that_a_report_expects_is_kept_where_it_says_one() {
    let print = |text: &str| Some(Fingerprint::of(text.as_bytes()));
    let expected = |first: Option<Fingerprint>, second: Option<Fingerprint>| {
        let mut heard = Announcements::default();
        let event = |act| AgentEvent {
            agent: "claude".into(),
            session: Session::new("s1"),
            model: None,
            cwd: None,
            call: Some("t1".into()),
            act,
        };
        heard.hear(&event(will("a", whole("x"))), &[first], T);
        heard.hear(&event(did("a", whole("x"))), &[second], T + 1);
        heard.of_path("a").expect("it is known").expected
    };
    assert_eq!(expected(print("one"), print("two")), print("two"));
    assert_eq!(expected(print("one"), None), print("one"));
}

#[test]
fn by_path_alone_a_write_is_claimed_only_where_it_was_not_said_what_the_text_will_be() {
    let whose = |act: AgentAct, is_text| Heard::nothing().hears(act, Some("t1"), T).whose(is_text, T);
    for delta in [Delta::Unknown, Delta::Deleted, Delta::Holding(vec!["x".into()]), Delta::Moved { to: "b".into() }] {
        assert_eq!(whose(will("a", delta), true), "claude by Path, t1");
    }
    assert_eq!(whose(will("a", whole("x")), true), "external", "what else comes is someone else's");
    assert_eq!(whose(will("a", whole("x")), false), "claude by Path, t1", "of what is no text it can't be told");
    assert_eq!(whose(did("a", Delta::Unknown), true), "external", "a report that does not say what was there before");
    let known = Write { before: Before::Absent, ..Write::new("a", Delta::Unknown) };
    assert_eq!(whose(AgentAct::DidWrite { writes: vec![known] }, true), "claude by Path, t1");
}

#[test]
fn a_command_claims_what_is_written_while_it_runs() {
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T).hears(ran(false), Some("t1"), T + 500);
    let whose = |written| heard.whose(true, written);
    let (its, others) = ("claude by Window, t1", "external");
    assert_eq!([T - TICK - 1, T - TICK, T + 500, T + 501].map(whose), [others, its, its, others]);
    heard.hears(will("a", Delta::Unknown), Some("t2"), T);
    assert_eq!(heard.whose(true, T), "claude by Path, t2", "an announced write goes first");
}

#[test]
fn of_two_commands_the_one_that_began_last_claims() {
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T).from("codex", run(false), Some("c1"), T + 10);
    assert_eq!(heard.whose(true, T + 50), "codex by Window, c1");
    heard.from("codex", ran(false), Some("c1"), T + 20);
    assert_eq!(heard.whose(true, T + 50), "claude by Window, t1");
}

#[test]
fn the_end_of_a_call_ends_that_one_and_the_end_of_one_without_an_id_all() {
    let open = |call: Option<&str>| {
        let mut heard = Heard::nothing();
        heard.hears(run(false), Some("t1"), T).hears(run(false), Some("t2"), T).hears(ran(false), call, T + 5);
        heard.0.windows.iter().filter(|window| window.closed.is_none()).count()
    };
    assert_eq!([open(Some("t1")), open(Some("t3")), open(None)], [1, 2, 0]);
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T).from("codex", ran(false), Some("t1"), T + 5);
    assert_eq!(heard.whose(true, T + 50), "claude by Window, t1", "another agent's end ends nothing");
}

#[test]
fn a_command_that_is_told_of_twice_is_one_and_without_ids_one_that_ended_is_another() {
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T).hears(run(false), Some("t1"), T + 5);
    assert_eq!(heard.0.windows.len(), 1);
    heard.hears(ran(false), Some("t1"), T + 6).hears(run(false), Some("t1"), T + 7);
    assert_eq!(heard.0.windows.len(), 1, "a call that ended does not begin again");
    let mut heard = Heard::nothing();
    heard.hears(run(false), None, T).hears(run(false), None, T + 5).hears(run(true), None, T + 5);
    assert_eq!(heard.0.windows.len(), 2, "the one in the background is another");
    heard.hears(ran(false), None, T + 6).hears(run(false), None, T + 7);
    assert_eq!(heard.0.windows.len(), 3);
    heard.from("codex", run(false), None, T + 7);
    assert_eq!(heard.0.windows.len(), 4);
}

#[test]
fn a_command_in_the_background_goes_on_until_its_turn_ends() {
    let mut heard = Heard::nothing();
    heard.hears(run(true), Some("t1"), T).hears(ran(true), Some("t1"), T + 5).hears(prompt(), None, T + 10);
    assert_eq!(heard.whose(true, T + 50), "claude by Window, t1");
    heard.from("codex", AgentAct::TurnEnded, None, T + 60);
    assert_eq!(heard.whose(true, T + 70), "claude by Window, t1");
    heard.hears(AgentAct::TurnEnded, None, T + 80).hears(AgentAct::SessionEnded, None, T + 200);
    assert_eq!([T + 80, T + 81].map(|written| heard.whose(true, written)), ["claude by Window, t1", "external"]);
}

#[test]
fn whoever_asks_for_something_new_has_interrupted_what_was_announced_and_what_ran() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", Delta::Unknown), Some("t1"), T).from("codex", will("a", Delta::Unknown), Some("c1"), T);
    heard.hears(run(false), Some("t2"), T).hears(did("a", Delta::Unknown), Some("t3"), T);
    heard.hears(prompt(), None, T + 10);
    let left: Vec<_> = heard.0.writes.iter().map(|known| known.call.clone().unwrap_or_default()).collect();
    assert_eq!(left, ["c1", "t3"], "another agent's stands, and what was reported may still come");
    assert_eq!(heard.0.windows[0].closed, Some(T + 10));
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t2"), T).from("codex", prompt(), None, T + 10);
    assert_eq!(heard.0.windows[0].closed, None);
}

#[test]
fn the_end_of_a_turn_ends_all_that_was_announced_in_it() {
    for end in [AgentAct::TurnEnded, AgentAct::SessionEnded] {
        let mut heard = Heard::nothing();
        heard.hears(will("a", Delta::Unknown), Some("t1"), T).from("codex", will("a", Delta::Unknown), Some("c1"), T);
        heard.hears(did("a", Delta::Unknown), Some("t2"), T).hears(end, None, T + 1);
        assert_eq!(heard.open(T, None), ["c1"]);
    }
}

#[test]
fn an_agent_of_which_nothing_is_heard_for_long_runs_nothing_any_more() {
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T).hears(AgentAct::WillUse { tool: "look".into() }, None, T + 100);
    heard.from("codex", AgentAct::WillUse { tool: "look".into() }, None, T + 900);
    let whose = |written| heard.whose(true, written);
    assert_eq!([T + 100 + PATIENCE, T + 101 + PATIENCE].map(whose), ["claude by Window, t1", "external"]);
}

#[test]
fn what_is_long_over_is_forgotten() {
    let mut heard = Heard::nothing();
    heard.hears(will("a", whole("x")), Some("t1"), T).hears(run(false), Some("t2"), T).hears(
        ran(false),
        Some("t2"),
        T + 5,
    );
    let left = |heard: &Heard| (heard.0.writes.len(), heard.0.windows.len());
    let look = || AgentAct::WillUse { tool: "look".into() };
    heard.from("codex", look(), None, T + PATIENCE - 1);
    assert_eq!(left(&heard), (1, 1));
    heard.from("codex", look(), None, T + PATIENCE);
    assert_eq!(left(&heard), (0, 1));
    heard.from("codex", look(), None, T + 4 + PATIENCE);
    assert_eq!(left(&heard), (0, 1));
    heard.from("codex", look(), None, T + 5 + PATIENCE);
    assert_eq!(left(&heard), (0, 0));
    // One that never ended stays for as long as it may claim, and as long again.
    let mut heard = Heard::nothing();
    heard.hears(run(false), Some("t1"), T);
    heard.from("codex", look(), None, T + 2 * PATIENCE - 1);
    assert_eq!(left(&heard), (0, 1));
    heard.from("codex", look(), None, T + 2 * PATIENCE);
    assert_eq!(left(&heard), (0, 0));
}
