//! Servers, hooks and commands that are killed wherever they happen to be: no saved text is lost, nobody is given another's lines, and the
//! journal is whole. `COUNTERSIGN_SEED=7` plays the history of seed 7 alone, `COUNTERSIGN_KILLS=5000` more of them.
#![cfg(test)]

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use countersign_tests::reversion::random::Random;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const FILES: [&str; 2] = ["a.txt", "b.rs"];
const KILLS_EACH: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    User,
    Agent,
}

/// A line: no other has its text.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    who: Who,
    /// Whoever was to tell whose it is was killed first: then it may be nobody's, and never another's.
    untold: bool,
}

struct History<'a> {
    repository: &'a Repository,
    random: Random,
    files: [Vec<Line>; 2],
    lines: usize,
    told: String,
}

impl History<'_> {
    fn text(&self, file: usize) -> String {
        self.files[file].iter().map(|line| format!("{}\n", line.text)).collect()
    }

    fn tell(&mut self, what: &str) {
        let _ = writeln!(self.told, "{what}");
    }

    /// A new line below one that is there; gives the text above it.
    fn new_line(&mut self, file: usize, who: Who, untold: bool) -> (String, String) {
        self.lines += 1;
        let name = ["base", "user", "agent"][who as usize];
        let (above, text) = (self.random.below(self.files[file].len()), format!("{name} {}.", self.lines));
        self.files[file].insert(above + 1, Line { text: text.clone(), who, untold });
        (format!("{}\n", self.files[file][above].text), format!("{text}\n"))
    }

    /// Somewhere in what a server or a hook takes for one thing, and a little behind that.
    fn moment(&mut self) -> Duration {
        Duration::from_micros(self.random.below(30_000) as u64)
    }

    /// The user types a line, and saves; the server is killed meanwhile.
    fn types(&mut self, client: &Client, file: usize, untold: bool, saves: bool) {
        let (above, line) = self.new_line(file, Who::User, untold);
        self.tell(&format!(
            "{}: the user types {line:?} below {above:?}{}",
            FILES[file],
            if saves { " and saves" } else { "" }
        ));
        client.type_after(FILES[file], &above, &line);
        if saves {
            client.save(FILES[file]);
        }
    }

    /// The agent writes a line; of its hooks the first or the second is killed, or none.
    fn writes(&mut self, agent: &mut ClaudeCode<'_>, file: usize, killed: Option<usize>) {
        let patience = killed.map(|_| self.moment());
        let before = self.text(file);
        let (above, line) = self.new_line(file, Who::Agent, killed == Some(0));
        self.tell(&format!(
            "{}: the agent writes {line:?} below {above:?}; killed: {killed:?} after {patience:?}",
            FILES[file]
        ));
        assert_eq!(before, self.repository.read(FILES[file]), "what was saved stays\n{}", self.told);
        agent.patience = patience.filter(|_| killed == Some(0));
        let announced = agent.announce_edit(FILES[file], &above, &format!("{above}{line}"));
        let response = announced.write(self.repository);
        agent.patience = patience.filter(|_| killed == Some(1));
        agent.report(&announced, response);
        agent.patience = None;
    }

    /// All of the agent's is reverted, and that is killed: each file is then as it was or as it would be.
    fn reverts(&mut self) {
        let moment = self.moment();
        self.tell(&format!("all is reverted, killed after {moment:?}"));
        let mut command = self.repository.command(countersign());
        binary::run_for(moment, command.args(["revert", "--all", "--yes", "--now"]), b"");
        for (file, name) in FILES.iter().enumerate() {
            let (text, before) = (self.repository.read(name), self.text(file));
            let reverted = text != before;
            if reverted {
                self.tell(&format!("{name} is reverted"));
                // A line that may be nobody's is no agent's to be taken back.
                let is_left = |line: &Line| line.who != Who::Agent || text.contains(&line.text) && line.untold;
                self.files[file].retain(is_left);
                assert_eq!(text, self.text(file), "{}", self.told);
            }
        }
    }

    fn check(&self) {
        for (file, name) in FILES.iter().enumerate() {
            assert_eq!(self.repository.read(name), self.text(file), "what was saved stays\n{}", self.told);
        }
        let [agents, externals] = ["agent", "external"].map(|author| self.added_by(author));
        for line in self.files.iter().flatten() {
            let (of_agent, of_nobody) = (agents.contains(&line.text), externals.contains(&line.text));
            let is_right = match line.who {
                Who::Nobody => !of_agent && !of_nobody,
                Who::User => !of_agent && (line.untold || !of_nobody),
                Who::Agent => of_agent || line.untold && of_nobody,
            };
            assert!(
                is_right,
                "{line:?} is said to be the agent's: {of_agent}, nobody's: {of_nobody}\n{}\n{}",
                self.told,
                self.run(&["log"])
            );
        }
    }

    fn added_by(&self, author: &str) -> Vec<String> {
        let diff = self.run(&["diff", "--author", author]);
        diff.lines().filter_map(|line| line.strip_prefix('+')).map(str::to_owned).collect()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let ended = binary::run(self.repository.command(countersign()).args(arguments), b"");
        assert_eq!(ended.code, Some(0), "{arguments:?} {ended:#?}\n{}", self.told);
        ended.stdout
    }
}

/// An editor starts a server, again where the one before was killed, with the buffers that it has.
fn serve(repository: &Repository, buffers: &[String; 2]) -> Client {
    let client = Client::start(repository, repository.command(countersign()).arg("lsp"), Profile::VsCode);
    for (path, text) in FILES.iter().zip(buffers) {
        client.open_with(path, text);
    }
    client
}

fn play(seed: u64, kills: usize) {
    let base =
        ["base one", "base two", "base three"].map(|text| Line { text: text.into(), who: Who::Nobody, untold: false });
    let text: String = base.iter().map(|line| format!("{}\n", line.text)).collect();
    let repository = Repository::new(&[(FILES[0], &text), (FILES[1], &text)]);
    let files = [base.to_vec(), base.to_vec()];
    let told = format!("COUNTERSIGN_SEED={seed}\n");
    let mut history = History { repository: &repository, random: Random::of(seed, 9), files, lines: 0, told };
    let mut agent = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    let mut client = serve(&repository, &[text.clone(), text]);
    // What stands there at first sight has no author.
    client.request("countersign/hunks", json!({}));
    for kill in 0..kills {
        for _ in 0..history.random.below(3) {
            let file = history.random.below(2);
            if history.random.below(2) == 0 {
                history.types(&client, file, false, true);
            } else {
                history.writes(&mut agent, file, None);
                client.reload(FILES[file]);
            }
            // What came before is taken in by the time that this is answered.
            client.request("countersign/hunks", json!({}));
        }
        let file = history.random.below(2);
        let what = history.random.below(6);
        history.tell(&format!("kill {kill}:"));
        match what {
            0 | 1 => {
                history.writes(&mut agent, file, Some(what));
                client.reload(FILES[file]);
            }
            2 => {
                history.reverts();
                FILES.iter().for_each(|path| client.reload(path));
            }
            _ => {
                let moment = history.moment();
                history.tell(&format!("the server is killed after {moment:?}"));
                let server = Pid::from_raw(client.process().try_into().expect("an id")).expect("an id");
                thread::scope(|scope| {
                    scope.spawn(move || {
                        thread::sleep(moment);
                        kill_process(server, Signal::KILL).expect("it is ours");
                    });
                    match what {
                        3 => history.writes(&mut agent, file, None),
                        saves => history.types(&client, file, saves == 4, saves == 4),
                    }
                });
                if what == 3 {
                    client.reload(FILES[file]);
                }
                let buffers = FILES.map(|path| client.text(path));
                client.kill();
                client = serve(&repository, &buffers);
                // Or it may find the text on disk before it hears of it.
                client.request("countersign/hunks", json!({}));
                client.save(FILES[file]);
            }
        }
        client.request("countersign/hunks", json!({}));
        history.check();
    }
    history.run(&["log", "--verify"]);
    client.quit();
}

#[test]
fn five_hundred_kills_lose_no_saved_text_and_give_nobody_anothers_lines() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    if let Some(seed) = number("COUNTERSIGN_SEED") {
        return play(seed, KILLS_EACH);
    }
    let histories = number("COUNTERSIGN_KILLS").unwrap_or(500) / KILLS_EACH as u64;
    thread::scope(|scope| {
        for half in 0..2 {
            scope
                .spawn(move || (1..=histories).filter(|seed| seed % 2 == half).for_each(|seed| play(seed, KILLS_EACH)));
        }
    });
}
