//! Hooks beside a running server: asked, it does their work with the same result; stopped, dead or talking rubbish, it costs them little.
#![cfg(test)]

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::DEADLINE;
use crate::support::agent::{ClaudeCode, Reply, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const POLICY: &str = "[scope]\ndeny = [\"locked/**\"]\nask = [\"asked/**\"]\n";
/// What else a session's acts are judged by.
const LIMITS: &str = "[tools]\ndeny = [\"mcp\"]\n[limits]\ncommands = { deny = 1 }\n";
const PYTHON: &str = "import requests\n\ndef get(url):\n    return requests.get(url)\n";
/// A hook's own budget, for a machine that has much else to do: without a limit a stopped server would hold it for ever.
const IN_TIME: Duration = Duration::from_secs(3);

fn repository() -> Repository {
    repository_with(POLICY)
}

fn repository_with(policy: &str) -> Repository {
    let files = [
        (".countersign.toml", policy),
        ("a.txt", "one\ntwo\nthree\n"),
        ("net.py", PYTHON),
        ("locked/x.txt", "x\n"),
        ("asked/y.txt", "y\n"),
    ];
    Repository::new(&files)
}

fn serve(repository: &Repository) -> Client {
    Client::start(repository, repository.command(countersign()).arg("lsp"), Profile::VsCode)
}

fn claude<'a>(repository: &'a Repository, session: &str) -> ClaudeCode<'a> {
    ClaudeCode::start(repository, countersign_hook("claude-code"), session)
}

fn run(repository: &Repository, arguments: &[&str]) -> String {
    binary::run(repository.command(countersign()).args(arguments), b"").ok()
}

fn sockets(repository: &Repository) -> Vec<PathBuf> {
    let folder = repository.path(".git/countersign/servers");
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    entries.unwrap_or_default()
}

/// How many processes have opened the journal to write: a hook that was answered is not among them.
fn processes(repository: &Repository) -> u32 {
    let journal = repository.path(".git/countersign/journal.sqlite");
    let connection = rusqlite::Connection::open(journal).unwrap();
    connection.query_row("SELECT last FROM processes", [], |row| row.get(0)).unwrap()
}

/// What is journaled, without what differs from run to run: times, the numbers of processes and what is made of these.
fn facts(repository: &Repository) -> Vec<String> {
    let journal = repository.path(".git/countersign/journal.sqlite");
    let connection = rusqlite::Connection::open(journal).unwrap();
    let mut events = connection.prepare("SELECT kind, path, session, body FROM events ORDER BY seq").unwrap();
    let event = |row: &rusqlite::Row<'_>| {
        let (kind, path, session): (String, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let body: Value = serde_json::from_str(&row.get::<_, String>(3)?).unwrap();
        Ok(format!("{kind} {path:?} {session:?} {}", plain(repository, body)))
    };
    events.query_map([], event).unwrap().map(Result::unwrap).collect()
}

fn plain(repository: &Repository, value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| !matches!(name.as_str(), "at" | "process"))
            .map(|(name, value)| (name, plain(repository, value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(|value| plain(repository, value)).collect(),
        Value::String(text) => text.replace(&repository.root().display().to_string(), "ROOT").into(),
        other => other,
    }
}

/// A session with one of everything; what its hooks answered.
fn session(repository: &Repository) -> Vec<String> {
    let mut agent = claude(repository, "s1");
    let replies = [
        agent.prompt("two, please; the token is ghp_0123456789abcdefghijABCDEF"),
        agent.edit("a.txt", "two\n", "TWO\n2\n"),
        agent.write("new.txt", "new\n"),
        agent.edit("locked/x.txt", "x", "X"),
        agent.edit("asked/y.txt", "y", "Y"),
        agent.edit("net.py", "requests.get(url)", "requests.get(url, verify=False)"),
        agent.edit("net.py", "import requests\n", "import requests\nimport json\n"),
        agent.write(".countersign.toml", ""),
        agent.edit("a.txt", "three\n", "3\n"),
        agent.tell("PreToolUse", json!({ "tool_name": "mcp__x__y", "tool_use_id": "u1", "tool_input": {} })),
        agent.bash("ls"),
        agent.bash("ls -l"),
        agent.stop(),
    ];
    let root = repository.root().display().to_string();
    replies.iter().map(|reply| format!("{:?} {}", reply.code, reply.json).replace(&root, "ROOT")).collect()
}

#[test]
fn a_hook_that_asks_a_server_gives_the_same_verdicts_and_facts_as_one_by_itself() {
    let policy = format!("{POLICY}{LIMITS}");
    let alone = repository_with(&policy);
    let by_itself = session(&alone);
    assert!(by_itself[3].contains("deny") && by_itself[4].contains("ask") && by_itself[5].contains("ask"));
    assert!(by_itself[9].contains("deny") && by_itself[10] == "Some(0) {}" && by_itself[11].contains("`commands`"));
    // On a busy machine a hook may lose its patience with the server: it says the same then, and it is tried once more.
    let opened = (0..5).map(|_| beside(&policy, &alone, &by_itself)).find(|opened| *opened == 4);
    assert_eq!(
        opened,
        Some(4),
        "but for two that note that nobody answered, and two that read a transcript, every hook is answered by the server alone"
    );
}

/// The same session beside a server, which must come to the same; how often its hooks opened the journal.
fn beside(policy: &str, alone: &Repository, by_itself: &[String]) -> u32 {
    let beside = repository_with(policy);
    let client = serve(&beside);
    let before = processes(&beside);
    let by_server = session(&beside);
    let opened = processes(&beside) - before;
    assert_eq!(by_server, by_itself);
    // What was written a server may see before it is told.
    let parts = |facts: Vec<String>| facts.into_iter().partition::<Vec<_>, _>(|fact| fact.starts_with("told "));
    assert_eq!(parts(facts(&beside)), parts(facts(alone)));
    assert!(!facts(&beside).concat().contains("ghp_"));
    let shown = |repository: &Repository| run(repository, &["diff", "--author", "agent"]);
    assert_eq!(shown(&beside), shown(alone));
    client.quit();
    run(&beside, &["log", "--verify"]);
    opened
}

/// Commands whose lines name the files that they change.
const NAMING: &[&str] = &[
    "touch a.txt made.txt",
    "sed -i s/one/ONE/ a.txt",
    "echo more >> a.txt",
    "printf 'x\\n' > noted.txt",
    "cp a.txt copy.txt && mv copy.txt moved.txt",
    "rm made.txt",
    "rm noted.txt",
    "mkdir -p out && echo z > out/z.txt",
    "echo y > ignored/y.txt; rm ignored/y.txt",
    "echo x > locked/x.txt",
    "sed -i s/y/Y/ asked/y.txt",
    "echo x > .countersign.toml",
    "tee -a a.txt < net.py",
];
/// Of these a hook by itself looks at more.
const SURVEYING: &[&str] = &["ln -s a.txt link.txt", "chmod +x a.txt", "rm -r out", "git checkout -- a.txt"];

/// A session of commands; what its hooks answered.
fn commands(repository: &Repository, lines: &[&str]) -> String {
    let mut agent = claude(repository, "s1");
    let root = repository.root().display().to_string();
    let say = |line: &&str| {
        let reply = agent.bash(line);
        format!("{line}\n  {:?} {} {}\n", reply.code, reply.decision(), reply.reason()).replace(&root, "ROOT")
    };
    lines.iter().map(say).collect()
}

/// A fact without the numbers of edits.
fn counted(fact: &str) -> String {
    let parts = fact.split("\"counter\":").map(|part| part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    parts.collect::<Vec<_>>().join("…")
}

#[test]
fn a_server_says_of_commands_that_name_their_files_what_a_hook_by_itself_says() {
    let (alone, beside) = (repository(), repository());
    for repository in [&alone, &beside] {
        repository.write(".gitignore", "ignored/\n");
        repository.write("noted.txt", "the user's\n");
        fs::create_dir(repository.path("ignored")).unwrap();
    }
    let by_itself = commands(&alone, NAMING);
    let client = serve(&beside);
    let before = processes(&beside);
    assert_eq!(commands(&beside, NAMING), by_itself);
    let opened = processes(&beside) - before;
    // But for those that ask a person, and where the machine is slow.
    assert!(opened < NAMING.len() as u32, "hooks opened the journal {opened} times");
    // A server looks at what differs before any agent is there, and edits are counted from then.
    let sessions = |repository| {
        let of_session = facts(repository).into_iter().filter(|fact| fact.contains("s1"));
        of_session.map(|fact| counted(&fact)).collect::<Vec<_>>()
    };
    assert_eq!(sessions(&beside), sessions(&alone));
    let by_itself = commands(&alone, SURVEYING);
    assert_eq!(commands(&beside, SURVEYING), by_itself);
    let shown = |repository: &Repository| run(repository, &["diff", "--author", "agent"]);
    assert_eq!(shown(&beside), shown(&alone));
    client.quit();
    run(&beside, &["log", "--verify"]);
}

#[test]
fn a_server_judges_what_no_word_in_the_changed_lines_tells_of_once_its_rules_are_compiled() {
    let old =
        "def delete(user, page):\n    if not user.can_edit(page):\n        raise Denied(page)\n    page.delete()\n";
    let repository = Repository::new(&[("a.py", old)]);
    let client = serve(&repository);
    let mut agent = claude(&repository, "s1");
    let end = Instant::now() + DEADLINE;
    let mut ask = || agent.announce_edit("a.py", "raise Denied(page)", "note(page)").reply;
    let mut reply = ask();
    while reply.decision() == "none" && Instant::now() < end {
        reply = ask();
    }
    let why = "`delete` no longer stops at `not user.can_edit(page)`.";
    assert_eq!((reply.decision(), reply.reason()), ("ask", why), "{reply:?}");
    client.quit();
}

#[test]
fn what_is_typed_before_an_agents_event_is_journaled_before_it() {
    let repository = repository();
    let mut client = serve(&repository);
    client.open("a.txt");
    let agent = claude(&repository, "s1");
    client.type_after("a.txt", "one", " mine");
    // The owner has the keys by the time that it answers this.
    client.request("countersign/hunks", json!({}));
    agent.prompt("go on");
    let facts = facts(&repository);
    let at =
        |word: &str| facts.iter().position(|fact| fact.contains(word)).unwrap_or_else(|| panic!("{word}: {facts:#?}"));
    assert!(at("mine") < at("Prompted"), "{facts:#?}");
    client.quit();
}

#[test]
fn what_the_disk_holds_and_nobody_has_explained_is_left_to_the_hook_which_can_wait_for_a_save() {
    let repository = repository();
    let mut client = serve(&repository);
    client.open("a.txt");
    client.request("countersign/hunks", json!({}));
    let mut agent = claude(&repository, "s1");
    // A server that looks again before a slow hook has asked settles it itself: then it is tried once more.
    let left_to_the_hook = (0..20).any(|n| {
        // By the editor, whose keys are still on their way, or by anyone.
        repository.write("a.txt", &format!("one mine {n}\ntwo\nthree\n"));
        let before = processes(&repository);
        agent.announce_edit("a.txt", "two\n", "TWO\n");
        processes(&repository) > before
    });
    assert!(left_to_the_hook);
    assert!(facts(&repository).iter().any(|fact| fact.contains("external") && fact.contains(" mine")));
    client.quit();
}

#[test]
fn a_stopped_server_costs_a_hook_little_and_changes_nothing_when_it_goes_on() {
    let repository = repository();
    let mut client = serve(&repository);
    let mut agent = claude(&repository, "s1");
    let server = Pid::from_raw(client.process().try_into().unwrap()).unwrap();
    kill_process(server, Signal::STOP).unwrap();
    let replies: Vec<Reply> = vec![
        agent.edit("a.txt", "two\n", "TWO\n"),
        agent.edit("locked/x.txt", "x", "X"),
        agent.edit("asked/y.txt", "y", "Y"),
    ];
    let facts_then = facts(&repository);
    kill_process(server, Signal::CONT).unwrap();
    for reply in &replies {
        assert!(reply.took < IN_TIME, "{reply:?}");
    }
    let decisions: Vec<&str> = replies.iter().map(Reply::decision).collect();
    assert_eq!(decisions, ["none", "deny", "ask"]);
    let hunks = client.wait_for("countersign/didChangeHunks", |params| params["counts"]["agent"] == 1);
    assert!(hunks["uri"].as_str().unwrap().ends_with("/a.txt"));
    // The requests that waited for it are over: nothing was told again.
    client.request("countersign/hunks", json!({}));
    assert_eq!(facts(&repository), facts_then);
    assert_eq!(client.quit(), Some(0));
}

#[test]
fn a_socket_that_talks_rubbish_or_hangs_up_costs_a_hook_nothing() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    let folder = repository.path(".git/countersign/servers");
    fs::create_dir(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("99999999999999-1.sock")).unwrap();
    let talking = std::thread::spawn(move || {
        for said in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"", &[0xff; 4096], &[0; 4096], b"\x10\0\0\0half"] {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(said);
        }
    });
    let replies = [
        agent.edit("a.txt", "two\n", "TWO\n"),
        agent.edit("locked/x.txt", "x", "X"),
        agent.announce_edit("asked/y.txt", "y", "Y").reply,
        agent.announce_edit("a.txt", "one", "1").reply,
    ];
    talking.join().unwrap();
    assert_eq!(replies.each_ref().map(Reply::decision), ["none", "deny", "ask", "none"]);
    let status = run(&repository, &["status"]);
    assert!(status.contains("+1 -1  claude-code s1"), "{status}");
}

#[test]
fn a_server_that_quits_takes_its_socket_along_and_that_of_a_killed_one_goes_with_the_next_hook() {
    let repository = repository();
    let client = serve(&repository);
    assert_eq!(sockets(&repository).len(), 1);
    client.quit();
    assert_eq!(sockets(&repository), [] as [PathBuf; 0]);
    serve(&repository).kill();
    assert_eq!(sockets(&repository).len(), 1);
    let mut agent = claude(&repository, "s1");
    assert_eq!(sockets(&repository), [] as [PathBuf; 0]);
    assert_eq!(agent.edit("locked/x.txt", "x", "X").decision(), "deny");
}

#[test]
fn two_servers_have_a_socket_each_and_the_one_that_stays_answers() {
    let repository = repository();
    let (older, newer) = (serve(&repository), serve(&repository));
    assert_eq!(sockets(&repository).len(), 2);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two\n", "TWO\n");
    newer.quit();
    // A hook may lose its patience on a busy machine.
    let is_answered = (0..20).any(|n| {
        let before = processes(&repository);
        agent.edit("a.txt", "one\n", &format!("{n}\none\n"));
        processes(&repository) == before
    });
    assert!(is_answered);
    older.quit();
    let diff = run(&repository, &["diff", "--author", "agent"]);
    assert!(diff.contains("+TWO\n") && diff.contains("+0\n"), "{diff}");
}

#[test]
fn fifty_hooks_at_once_through_a_server_lose_nothing() {
    let files: Vec<(String, String)> = (0..50).map(|n| (format!("f{n}.txt"), format!("base {n}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let repository = Repository::new(&files);
    let client = serve(&repository);
    std::thread::scope(|scope| {
        for n in 0..50 {
            let repository = &repository;
            scope.spawn(move || {
                let mut agent = claude(repository, &format!("s{n}"));
                agent.edit(&format!("f{n}.txt"), "base", "agent's");
            });
        }
    });
    client.quit();
    let status: Value = serde_json::from_str(&run(&repository, &["status", "--json"])).unwrap();
    let files = status["files"].as_array().unwrap();
    assert_eq!(files.len(), 50);
    for file in files {
        let hunks = file["hunks"].as_array().unwrap();
        let session = file["path"].as_str().unwrap().replace('f', "s").replace(".txt", "");
        assert_eq!((hunks.len(), &hunks[0]["authors"][0]["session"]), (1, &json!(session)), "{file}");
    }
    run(&repository, &["log", "--verify"]);
}

/// A hook of which it is noted when it asks git for all that differs.
fn noting(repository: &Repository) -> (Vec<PathBuf>, PathBuf) {
    let (folder, log) = (repository.home().join("bin"), repository.home().join("surveys"));
    let real = binary::run(repository.command("sh").args(["-c", "command -v git"]), b"").ok();
    let script = format!(
        "case \"$*\" in *' status '*' -- .') echo one >> '{}';; esac\nexec {} \"$@\"\n",
        log.display(),
        real.trim()
    );
    binary::write_program(&folder.join("git"), &script);
    let path = format!("PATH={}:{}", folder.display(), std::env::var("PATH").unwrap());
    let hook = [PathBuf::from("env"), path.into()].into_iter().chain(countersign_hook("claude-code")).collect();
    (hook, log)
}

fn surveys(log: &Path) -> usize {
    fs::read_to_string(log).map_or(0, |log| log.lines().count())
}

/// What commands do whose lines do not tell, one after the other, at once behind each other.
const DOES: &[&str] = &[
    "echo more >> a.txt",
    "mkdir -p deep/er/still && echo new > deep/er/still/new.txt && echo two > deep/two.txt",
    "rm locked/x.txt && echo y2 > asked/y.txt && chmod +x net.py",
    "mv deep moved && echo more >> moved/two.txt",
    "mkdir target && echo out > target/out",
    "mv moved/er moved/her && echo more >> moved/her/still/new.txt && rm -r asked",
    "rm -r moved/her && mkdir -p moved/her/still && echo again > moved/her/still/new.txt",
];

/// What the agent is said to have done once it ran these.
fn ran(repository: &Repository, hook: Vec<PathBuf>) -> String {
    let mut agent = ClaudeCode::start(repository, hook, "s1");
    agent.prompt("go on");
    for (nth, does) in DOES.iter().enumerate() {
        repository.write(&format!("../home/run{nth}"), &format!("{does}\n"));
        // It is not in the workspace, and so is not read.
        agent.bash(&format!("sh ../home/run{nth}"));
    }
    let ids = run(repository, &["status"]);
    let plain = |line: &str| {
        line.split("  ").filter(|word| !word.contains(['.', '+']) || word.contains("txt")).collect::<String>()
    };
    ids.lines().map(plain).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_server_that_follows_the_workspace_tells_a_hook_what_differs_and_misses_nothing() {
    let (alone, beside) = (repository(), repository());
    for repository in [&alone, &beside] {
        repository.write(".gitignore", "target/\n*.o\n");
        repository.commit("Ignore");
    }
    let by_itself = ran(&alone, countersign_hook("claude-code"));
    let (hook, log) = noting(&beside);
    let client = serve(&beside);
    let agent = ClaudeCode::start(&beside, hook.clone(), "s1");
    let end = Instant::now() + DEADLINE;
    // It asks git itself until the server knows.
    while Instant::now() < end {
        let before = surveys(&log);
        let make = json!({ "tool_name": "Bash", "tool_use_id": "t", "tool_input": { "command": "make" }, "tool_response": {} });
        for event in ["PreToolUse", "PostToolUse"] {
            agent.tell(event, make.clone());
        }
        if surveys(&log) == before {
            break;
        }
    }
    let before = surveys(&log);
    assert_eq!(ran(&beside, hook), by_itself);
    let by_hooks = surveys(&log) - before;
    assert!(by_hooks <= DOES.len(), "most of {} surveys are the server's, not {by_hooks} the hooks'", 2 * DOES.len());
    assert!(!facts(&beside).concat().contains("target/out"));
    client.quit();
}

#[test]
fn what_was_written_staged_or_committed_a_moment_ago_is_known_of() {
    let repository = repository();
    let client = serve(&repository);
    let mut agent = claude(&repository, "s1");
    for round in 0..10 {
        let name = format!("fresh{round}.txt");
        // What it was to run before was interrupted, longer ago than the clock of a file system is coarse: it did not write this.
        agent.prompt("go on");
        repository.git(&["commit", "--quiet", "--allow-empty", "--message", "Empty"]);
        repository.git(&["commit", "--quiet", "--allow-empty", "--message", "Another"]);
        fs::write(repository.path(&name), format!("{round}\n")).unwrap();
        let mut asked = |when: &str, says: &str| {
            assert_eq!(agent.announce_bash("git clean -fd").decision(), says, "round {round}: {when}");
        };
        asked("written", "ask");
        repository.git(&["add", &name]);
        asked("staged", "none");
        repository.git(&["commit", "--quiet", "--message", "Mine"]);
        asked("committed", "none");
        // Whether a commit that HEAD has just left counts is a matter of the log's seconds: nothing is asked of that here.
        repository.git(&["reset", "--quiet", "HEAD~1"]);
        fs::write(repository.path(&name), format!("{round}, and more\n")).unwrap();
        fs::rename(repository.path(&name), repository.path("away.txt")).unwrap();
        fs::remove_file(repository.path("away.txt")).unwrap();
        asked("gone", "none");
    }
    client.quit();
}
