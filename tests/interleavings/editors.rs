//! Interleavings in real editors: each of the user's hunks is selected, deleted and typed or pasted in a Neovim or a Helix, the agent writes
//! to disk between its hooks, the editor saves and loads, and the agent is taken out by a code action or on the command line. Eight cases
//! an editor; `COUNTERSIGN_CASES=24 tests/run real_editors --nocapture` plays as many, and prints the table of `reversion`.

mod helix;
mod neovim;

use std::sync::Mutex;
use std::thread;

use countersign_core::weave::Splice;
use countersign_tests::reversion;
use countersign_tests::reversion::case::{Case, Class};
use countersign_tests::reversion::corpus::crates;
use countersign_tests::reversion::figures::{self, Row, judged, preserved};
use countersign_tests::reversion::play::{Hooks, Outcome, play};
use countersign_tests::reversion::random::Random;

use super::wire::in_context;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::repository::Repository;
use crate::support::tap::Tap;
use crate::support::{helix as hx, neovim as nvim};

/// No step of a case is of more than so many bytes: a person types or pastes it.
const LONGEST: usize = 4000;
/// And no case has more of them.
const STEPS: usize = 12;

/// An editor with one file of a repository on its screen.
trait Editor {
    /// Opens a file, as it is on disk.
    fn open(&mut self, path: &str);
    /// Makes a change in the file that is shown, as a person does it, and waits until the server was told of the text that it makes.
    fn change(&mut self, path: &str, change: &Change<'_>, expected: &str);
    /// Saves it, and waits until its server was told so.
    fn save(&mut self);
    /// Loads what is on disk, and waits until its server was told.
    fn reload(&mut self, path: &str, expected: &str);
    /// Chooses a code action, if it is offered. Whether it was.
    fn act(&mut self, title: &str) -> bool;
    fn tap(&self) -> &Tap;
}

/// A change of a text, not of its last break: no editor reaches behind that.
struct Change<'a> {
    before: &'a str,
    splice: Splice,
    /// Key by key, where that is how it would be done.
    typed: bool,
}

impl<'a> Change<'a> {
    fn new(before: &'a str, splice: &Splice, typed: bool) -> Option<Change<'a>> {
        (splice.range.end < before.len()).then(|| Change { before, splice: splice.clone(), typed })
    }

    /// A byte's line and its byte within it, from 0.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.before[..at];
        (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |at| at + 1))
    }
}

/// What was left of a case, and in which editor.
struct Played {
    editor: String,
    case: Case,
    texts: [String; 2],
}

#[test]
fn what_the_user_typed_in_real_editors_is_all_there_once_the_agent_is_out() {
    let asked = std::env::var("COUNTERSIGN_CASES").ok().and_then(|cases| cases.parse().ok());
    let played = play_all(asked.unwrap_or(8));
    println!("{}", figures::table(&rows(&played)));
    let wrong: Vec<String> = played.iter().filter_map(told).collect();
    if asked.is_some() {
        // Figures are asked for: what is not right is told, as `reversion` does.
        return println!("{} of {} are not right\n{}", wrong.len(), played.len(), wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), played.len(), wrong.join("\n"));
}

/// Plays so many cases in each editor, half of them in each release that is there.
fn play_all(each: usize) -> Vec<Played> {
    let (neovims, mut helixes) = (nvim::releases(), hx::releases());
    let mut desks: Vec<Desk> = Vec::new();
    // A snapshot of Helix 25.07's development loses keys that come as fast as here.
    helixes.truncate(1);
    desks.extend(neovims.iter().map(|release| Desk::Neovim(release.clone(), each.div_ceil(neovims.len()))));
    desks.extend(helixes.iter().map(|release| Desk::Helix(release.clone(), each.div_ceil(helixes.len()))));
    let cases: Vec<Case> = cases(desks.iter().map(Desk::count).sum());
    let mut rest = cases.as_slice();
    let parts: Vec<(Desk, &[Case])> = desks
        .into_iter()
        .map(|desk| {
            let (part, others) = rest.split_at(desk.count());
            rest = others;
            (desk, part)
        })
        .collect();
    let parts = Mutex::new(parts.into_iter());
    let next = || parts.lock().expect("no one panics with it in hand").next();
    let play_some = || std::iter::from_fn(next).flat_map(|(desk, cases)| desk.play(cases)).collect();
    thread::scope(|scope| {
        let workers = [scope.spawn(play_some), scope.spawn(play_some)];
        let played = workers.map(|worker| -> Vec<Played> { worker.join().expect("it says above why it failed") });
        played.into_iter().flatten().collect()
    })
}

/// Cases of all three classes in turn, in which both write, and that a person could play in a few minutes.
fn cases(count: usize) -> Vec<Case> {
    let pairs = crates();
    let first = std::env::var("COUNTERSIGN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut wanted = Class::ALL.into_iter().cycle();
    let mut class = wanted.next().expect("it has no end");
    let playable = |case: &Case| {
        let texts = case.texts();
        case.counts().iter().all(|steps| *steps > 0)
            && case.steps.len() <= STEPS
            && case.steps.iter().all(|step| step.splice.text.len() <= LONGEST)
            && texts.iter().all(|text| text.ends_with('\n') && !text.contains('\r'))
            && case
                .steps
                .iter()
                .zip(&texts)
                .all(|(step, text)| step.is_agents || Change::new(text, &step.splice, true).is_some())
    };
    let drawn = (first..).filter_map(|seed| {
        let case = Case::draw_of(&pairs, class, seed);
        (case.class == class && playable(&case)).then(|| {
            class = wanted.next().expect("it has no end");
            case
        })
    });
    drawn.take(count).collect()
}

/// An editor's release, and how many cases are played in it.
enum Desk {
    Neovim(nvim::Release, usize),
    Helix(hx::Release, usize),
}

impl Desk {
    fn count(&self) -> usize {
        match self {
            Desk::Neovim(_, count) | Desk::Helix(_, count) => *count,
        }
    }

    /// Plays cases in one repository and one editor.
    fn play(&self, cases: &[Case]) -> Vec<Played> {
        let paths: Vec<String> = cases.iter().map(|case| format!("src/{}.rs", case.seed)).collect();
        let files: Vec<(&str, &str)> =
            paths.iter().map(String::as_str).zip(cases.iter().map(|case| &*case.old)).collect();
        let repository = Repository::new(&[&files[..], &[("start.rs", "\n")]].concat());
        let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
        let (name, editor): (String, Box<dyn Editor>) = match self {
            Desk::Neovim(release, _) => (release.name.clone(), Box::new(neovim::start(release, &repository))),
            Desk::Helix(release, _) => (release.name.clone(), Box::new(helix::start(release, &repository))),
        };
        let mut play = Play { repository: &repository, claude, editor, random: Random::of(0, 0) };
        let played = paths.iter().zip(cases).map(|(path, case)| {
            play.random = Random::of(case.seed, 4);
            Played { editor: name.clone(), case: case.clone(), texts: play.play(path, case) }
        });
        played.collect()
    }
}

struct Play<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    editor: Box<dyn Editor>,
    random: Random,
}

impl Play<'_> {
    /// Plays a case; gives what the buffer and the file hold once the agent is out.
    fn play(&mut self, path: &str, case: &Case) -> [String; 2] {
        self.claude.prompt("Bring it to the next release.");
        self.editor.open(path);
        let texts = case.texts();
        let (mut behind, mut dirty) = (false, false);
        for (step, text) in case.steps.iter().zip(texts.windows(2)) {
            if step.is_agents {
                // A person saves before they let an agent write: a buffer with changes cannot be loaded anew.
                if std::mem::take(&mut dirty) {
                    self.editor.save();
                }
                self.agent(path, &step.splice);
                behind = true;
                continue;
            }
            if std::mem::take(&mut behind) {
                self.editor.reload(path, &text[0]);
            }
            let typed = self.random.below(2) == 0;
            let change = Change::new(&text[0], &step.splice, typed).expect("such cases were chosen");
            self.editor.change(path, &change, &text[1]);
            dirty = self.random.below(2) == 0;
            if !dirty {
                self.editor.save();
            }
        }
        let last = texts.last().expect("there is always a first text");
        if behind {
            self.editor.reload(path, last);
        }
        self.claude.stop();
        self.take_out(path, last, dirty);
        [self.editor.tap().text(path).expect("it is open"), self.repository.read(path)]
    }

    fn agent(&mut self, path: &str, splice: &Splice) {
        let text = self.repository.read(path);
        let announced = if self.random.below(4) == 0 {
            let mut whole = text.clone();
            whole.replace_range(splice.range.clone(), &splice.text);
            self.claude.announce_write(path, &whole)
        } else {
            let (old, new) = in_context(&text, splice);
            self.claude.announce_edit(path, &old, &new)
        };
        let response = announced.write(self.repository);
        self.claude.report(&announced, response);
    }

    fn take_out(&mut self, path: &str, text: &str, dirty: bool) {
        if dirty || self.random.below(2) == 0 {
            let start = self.editor.tap().count();
            if self.editor.act("Revert all of the agents' hunks in this file") && changes(self.editor.tap(), start) {
                self.editor.tap().wait_for_other_text(path, text);
            }
            self.editor.save();
            return;
        }
        binary::run(self.repository.command(countersign()).args(["revert", "--yes", path]), b"").ok();
        let after = self.repository.read(path);
        if after != text {
            self.editor.reload(path, &after);
        }
    }
}

/// Whether the action that was chosen behind the `start`th message comes to an edit of the text.
fn changes(tap: &Tap, start: usize) -> bool {
    let asked = tap.wait_for_editors("codeAction/resolve", start);
    let id = tap.heard()[asked].message["id"].clone();
    let answer = tap.wait_for("the action's edit", asked, |heard| !heard.from_editor && heard.message["id"] == id);
    let edits = tap.heard()[answer].message["result"]["edit"]["documentChanges"][0]["edits"].clone();
    edits.as_array().is_some_and(|edits| !edits.is_empty())
}

fn rows(played: &[Played]) -> Vec<Row> {
    let mut editors: Vec<&str> = played.iter().map(|one| one.editor.as_str()).collect();
    editors.sort_unstable();
    editors.dedup();
    let row = |class, editor: &str| {
        let of = played.iter().filter(|one| one.case.class == class && one.editor == editor);
        let cases: Vec<(&Case, &str)> = of.map(|one| (&one.case, &*one.texts[0])).collect();
        figures::row(editor.to_owned(), class, &cases)
    };
    Class::ALL
        .into_iter()
        .flat_map(|class| editors.iter().map(move |editor| (class, *editor)))
        .map(|(class, editor)| row(class, editor))
        .collect()
}

/// What is wrong with what was left, if anything is.
fn told(played: &Played) -> Option<String> {
    let Played { editor, case, texts: [buffer, file] } = played;
    let mut wrong = Vec::new();
    if buffer != file {
        wrong.push("the buffer and the file are not the same".to_owned());
    }
    if preserved(case, buffer) < 1.0 {
        wrong.push("not all of the user's is there".to_owned());
    }
    wrong.extend(judged(case, buffer).err().filter(|_| !case.gave_up));
    let outcome = Outcome {
        case: case.clone(),
        hooks: Hooks::Both,
        before: case.texts().pop().unwrap_or_default(),
        after: buffer.clone(),
        bulk: buffer.clone(),
        mine_too: String::new(),
        mixed: 0,
    };
    if wrong.is_empty() {
        return None;
    }
    let in_core = if judged(case, &play(case).after).is_ok() { "right" } else { "wrong" };
    Some(format!("{editor} (in core {in_core}): {}\n{}", wrong.join("; "), reversion::told(&outcome)))
}
