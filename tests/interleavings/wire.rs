//! Fifty interleavings through the built binary: an editor over stdio, Claude Code's hooks around its real writes, and the agent taken
//! out by a code action, a command of the editor's, or on the command line. Each editor keeps ten files in one repository.
//! `COUNTERSIGN_SEED=7` plays the files from seed 7 on, `COUNTERSIGN_WIRE=300` as many of them.

use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use countersign_core::weave::Splice;
use countersign_tests::reversion::case::{Case, Class};
use countersign_tests::reversion::corpus::crates;
use countersign_tests::reversion::random::Random;
use countersign_tests::reversion::typing::typed;
use serde_json::{Value, json};
use similar::TextDiff;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

/// Files of a repository, in one editor.
const FILES: usize = 10;
/// Interleavings in all, where `COUNTERSIGN_WIRE` does not say how many.
const CASES: usize = 50;

/// How the agent is taken out of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// By the code action for the file.
    Action,
    /// By the command that plugins and key bindings run.
    Command,
    /// By `countersign revert --all --yes`, with the other files of this ending.
    CommandLine,
}

#[test]
fn fifty_interleavings_over_the_wire_revert_perfectly() {
    let asked = std::env::var("COUNTERSIGN_WIRE").ok().and_then(|cases| cases.parse().ok());
    let cases = cases(asked.unwrap_or(CASES));
    let parts = Mutex::new(Profile::ALL.into_iter().cycle().zip(cases.chunks(FILES)));
    let next = || parts.lock().expect("no one panics with it in hand").next();
    let play_some = || std::iter::from_fn(next).flat_map(|(profile, cases)| play_all(profile, cases)).collect();
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers = [scope.spawn(play_some), scope.spawn(play_some)];
        let told: [Vec<String>; 2] = workers.map(|worker| worker.join().expect("it says above why it failed"));
        told.concat()
    });
    println!("{} of {} as they should be", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// So many cases in which both write, and neither for long: each of the agent's writes starts two processes.
fn cases(count: usize) -> Vec<Case> {
    let pairs = crates();
    let first = std::env::var("COUNTERSIGN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let both = (first..)
        .map(|seed| Case::draw_of(&pairs, Class::Apart, seed))
        .filter(|case| case.counts().iter().all(|hunks| *hunks > 0));
    both.take(count).collect()
}

/// Plays an editor's cases in one repository; says what was not as it should be.
fn play_all(profile: Profile, cases: &[Case]) -> Vec<String> {
    let names: Vec<String> = cases.iter().map(|case| format!("src/{}.rs", case.seed)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(cases.iter().map(|case| &*case.old)).collect();
    let repository = Repository::new(&files);
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = Client::start(&repository, repository.command(countersign()).arg("lsp"), profile);
    let mut wrong = Vec::new();
    let mut for_the_command_line = Vec::new();
    for (case, path) in cases.iter().zip(&names) {
        let mut random = Random::of(case.seed, 3);
        let ending = [Ending::Action, Ending::Command, Ending::CommandLine][random.below(3)];
        let mut desk = Desk {
            profile,
            path,
            repository: &repository,
            client: &mut client,
            claude: &mut claude,
            random,
            behind: false,
            dirty: false,
        };
        desk.play(case);
        if ending == Ending::CommandLine {
            desk.settle();
            for_the_command_line.push((case, path));
            continue;
        }
        desk.wait_for_all_of(case);
        desk.take_out(ending);
        let texts = [client.text(path), repository.read(path)];
        wrong.extend(told(case, profile, ending, &texts));
    }
    if !for_the_command_line.is_empty() {
        binary::run(repository.command(countersign()).args(["revert", "--all", "--yes"]), b"").ok();
    }
    for (case, path) in for_the_command_line {
        let on_disk = repository.read(path);
        client.reload(path);
        wrong.extend(told(case, profile, Ending::CommandLine, &[client.text(path), on_disk]));
    }
    client.quit();
    wrong
}

/// One file on the desks of both.
struct Desk<'a, 'r> {
    profile: Profile,
    path: &'a str,
    repository: &'r Repository,
    client: &'a mut Client,
    claude: &'a mut ClaudeCode<'r>,
    random: Random,
    /// The disk has what the buffer lacks.
    behind: bool,
    /// The buffer has what the disk lacks.
    dirty: bool,
}

impl Desk<'_, '_> {
    fn play(&mut self, case: &Case) {
        self.client.open(self.path);
        self.claude.prompt("Bring it to the next release.");
        for step in &case.steps {
            match step.is_agents {
                true => self.agent(&step.splice),
                false => self.user(&step.splice),
            }
        }
        self.claude.stop();
    }

    /// The agent writes, between its hooks. A person saves before they let it: a buffer with changes cannot be reloaded.
    fn agent(&mut self, splice: &Splice) {
        self.save();
        let text = self.repository.read(self.path);
        let announced = if self.random.below(4) == 0 {
            let mut whole = text.clone();
            whole.replace_range(splice.range.clone(), &splice.text);
            self.claude.announce_write(self.path, &whole)
        } else {
            let (old, new) = in_context(&text, splice);
            self.claude.announce_edit(self.path, &old, &new)
        };
        // A release may delete a test: the person that is asked about it lets it be.
        assert_ne!(announced.reply.decision(), "deny", "{}", announced.reply.reason());
        let response = announced.write(self.repository);
        self.behind = true;
        // Helix loads what was written only when the person says so, which is before they type again.
        let reloads = if self.is_helix() { 3 } else { self.random.below(3) };
        if reloads == 0 {
            self.reload();
        }
        self.claude.report(&announced, response);
        if reloads == 1 {
            self.reload();
        }
    }

    /// The user types in an up-to-date buffer.
    fn user(&mut self, splice: &Splice) {
        self.reload();
        for change in typed(splice, &mut self.random) {
            self.client.splice(self.path, change.range, &change.text);
        }
        self.dirty = true;
        if self.random.below(2) == 0 {
            self.save();
        }
    }

    /// A person saves some time after the last key, and lets the agent write some time after that: by then the server has heard of it.
    fn is_heard(&mut self) {
        let uri = self.client.uri(self.path);
        self.client.request("countersign/hunks", json!({ "textDocument": { "uri": uri } }));
    }

    fn save(&mut self) {
        if std::mem::take(&mut self.dirty) {
            self.is_heard();
            self.client.save(self.path);
            self.is_heard();
        }
    }

    fn reload(&mut self) {
        if std::mem::take(&mut self.behind) {
            self.client.reload(self.path);
        }
    }

    /// All is saved; what the buffer lacks it may go on to lack.
    fn settle(&mut self) {
        self.save();
        if self.random.below(2) == 0 {
            self.reload();
        }
    }

    fn is_helix(&self) -> bool {
        matches!(self.profile, Profile::Helix2501 | Profile::Helix2507)
    }

    /// A person chooses what they see: the server shows a hunk at each place that the agent changed, and none that is nobody's.
    fn wait_for_all_of(&mut self, case: &Case) {
        let shown = if self.behind { self.repository.read(self.path) } else { self.client.text(self.path) };
        let wanted: Vec<Range<u64>> = agents_lines(case, &shown);
        loop {
            let uri = self.client.uri(self.path);
            let found = self.client.request("countersign/hunks", json!({ "textDocument": { "uri": uri } }));
            let hunks = found["hunks"].as_array().cloned().unwrap_or_default();
            let line = |hunk: &Value, end: &str| hunk["range"][end]["line"].as_u64().unwrap_or_default();
            let is_at = |lines: &Range<u64>| {
                hunks.iter().any(|hunk| line(hunk, "start") <= lines.end && lines.start <= line(hunk, "end"))
            };
            if wanted.iter().all(is_at) && hunks.iter().all(|hunk| hunk["author"]["kind"] == "agent") {
                return;
            }
            self.client.wait_for("countersign/didChangeHunks", |params| params["uri"] == json!(uri));
        }
    }

    fn take_out(&mut self, ending: Ending) {
        let arguments = json!([{ "uri": self.client.uri(self.path) }]);
        if ending == Ending::Command {
            self.client.request(
                "workspace/executeCommand",
                json!({ "command": "countersign.revert", "arguments": arguments }),
            );
            if !self.behind {
                self.client.wait_for("workspace/applyEdit", |_| true);
            }
        } else {
            let title = "Revert all of the agents' hunks in this file";
            let actions = self.client.actions(self.path, 0, &json!([]));
            let action = actions.into_iter().find(|action| action["title"] == title).expect("it is offered");
            self.client.act(&action);
        }
        // A buffer that was behind is left alone, and the file is written.
        if self.behind {
            self.reload();
        } else {
            self.client.save(self.path);
        }
    }
}

/// Old and new text of an edit, with as many lines around it as make the old one the only one of its kind: what Claude Code's Edit wants.
pub(super) fn in_context(text: &str, splice: &Splice) -> (String, String) {
    let (mut start, mut end) = (splice.range.start, splice.range.end);
    while start == end || text.matches(&text[start..end]).count() != 1 {
        start = text[..start].trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    }
    let new = [&text[start..splice.range.start], &splice.text, &text[splice.range.end..end]].concat();
    (text[start..end].to_owned(), new)
}

/// On which lines of the text, each with the next one, a change of the agent's must show. The same change can often be told as one further
/// up or down: all of these lines are meant.
fn agents_lines(case: &Case, shown: &str) -> Vec<Range<u64>> {
    let line = |at: usize| shown.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
    let agents = (0..case.steps.len()).filter(|at| case.steps[*at].is_agents);
    let lines = agents.map(|left_out| {
        let without = case.without(left_out);
        let shared = shown.bytes().zip(without.bytes()).take_while(|(a, b)| a == b).count();
        let behind = shown.bytes().rev().zip(without.bytes().rev()).take_while(|(a, b)| a == b).count();
        let shorter = shown.len().min(without.len());
        let (start, end) = (shared.min(shorter - behind), shared.max(shown.len() - behind));
        line(start)..line(end)
    });
    lines.collect()
}

/// What is wrong with the buffer's text and the file's, if anything is.
fn told(case: &Case, profile: Profile, ending: Ending, texts: &[String; 2]) -> Option<String> {
    let wrong = texts.iter().position(|text| *text != case.wanted())?;
    let place = ["the buffer", "the file"][wrong];
    let wanted = case.wanted();
    let diff = TextDiff::from_lines(&wanted, &texts[wrong]);
    let diff = diff.unified_diff().header("wanted", place).to_string();
    Some(format!("COUNTERSIGN_SEED={} {profile:?} {ending:?}, {}\n{diff}", case.seed, case.name))
}
