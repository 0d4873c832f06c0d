//! A hook that must ask asks the person at the editor.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::{FILE, serve};
use crate::support::agent::{ClaudeCode, Reply, countersign_hook, hook_of_an_agent};
use crate::support::client::{Answer, Client};

use crate::support::profile::Profile;
use crate::support::repository::Repository;

const QUESTION: &str = "window/showMessageRequest";
const POLICY: &str = "[scope]\nask = [\"*.rs\"]\n";

fn repository() -> Repository {
    Repository::new(&[("a.rs", FILE), ("b.rs", FILE), (".countersign.toml", POLICY)])
}

fn claude(repository: &Repository) -> ClaudeCode<'_> {
    ClaudeCode::start(repository, hook_of_an_agent(), "s1")
}

/// Has questions answered by the choice of this title, and counts them.
fn choose(client: &Client, title: &'static str) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    client.answer(QUESTION, move |params| {
        counted.fetch_add(1, Ordering::Relaxed);
        let offered = params["actions"].as_array().expect("choices");
        assert!(offered.iter().any(|action| action["title"] == title), "{params:#}");
        Answer::Result(json!({ "title": title }))
    });
    count
}

fn edit(claude: &mut ClaudeCode<'_>, path: &str, new: &str) -> Reply {
    claude.announce_edit(path, "fn b() {}\n", new).reply
}

#[test]
fn a_person_at_the_editor_allows_and_denies_and_is_not_asked_twice() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    let asked = choose(&client, "Allow once");
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "none", "allowed");
    assert_eq!(edit(&mut claude, "a.rs", "fn y() {}\n").decision(), "none", "allowed again");
    assert_eq!(asked.load(Ordering::Relaxed), 2, "once is once");
    let asked = choose(&client, "Allow for this session");
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "none");
    assert_eq!(edit(&mut claude, "a.rs", "fn y() {}\n").decision(), "none");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let asked = choose(&client, "Deny");
    for again in ["", " to this before"] {
        let reply = edit(&mut claude, "b.rs", "fn x() {}\n");
        assert_eq!(reply.decision(), "deny");
        assert!(reply.reason().contains(&format!("The user said no{again}.")), "{}", reply.reason());
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    claude.prompt("Do change b.rs");
    assert_eq!(edit(&mut claude, "b.rs", "fn x() {}\n").decision(), "deny");
    assert_eq!(asked.load(Ordering::Relaxed), 2, "they may have changed their mind");
    client.quit();
}

#[test]
fn the_agents_own_prompt_is_left_where_nobody_answers() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "ask", "no editor is open");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    client.answer(QUESTION, |_| Answer::Result(Value::Null));
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "ask", "turned away");
    client.quit();
}

#[test]
fn an_editor_that_the_agent_started_does_not_speak_for_the_person() {
    let repository = repository();
    // The process that starts this hook is the one that started the server.
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.prompt("Change b");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    let asked = choose(&client, "Allow once");
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "ask");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    client.quit();
}

#[test]
fn an_editor_without_questions_warns_and_its_code_actions_answer() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    for (profile, refuses) in [(Profile::Helix2501, false), (Profile::Neovim012, true)] {
        let mut client = serve(&repository, profile);
        client.open("a.rs");
        if refuses {
            client.answer(QUESTION, |_| Answer::Error(-32601, "Method not found"));
        }
        for (title, decision) in [("Allow once (claude-code)", "none"), ("Deny (claude-code)", "deny")] {
            claude.prompt("Change b");
            let reply = thread::scope(|scope| {
                let asks = scope.spawn(|| edit(&mut claude, "b.rs", "fn x() {}\n"));
                let is_asked = |found: &Value| found["code"] == "asked";
                let shown = client.wait_for_diagnostics("a.rs", |found| found.iter().any(is_asked));
                let text = shown.iter().find(|found| is_asked(found)).expect("a question")["message"].to_string();
                assert!(text.contains("claude-code asks for leave") && text.contains("b.rs"), "{text}");
                let actions = client.actions("a.rs", 0, &json!(shown));
                let action = actions.iter().find(|action| action["title"] == title).expect("it is offered").clone();
                client.act(&action);
                client.wait_for_diagnostics("a.rs", |found| !found.iter().any(is_asked));
                asks.join().expect("the hook ends")
            });
            assert_eq!(reply.decision(), decision);
        }
        client.quit();
    }
}

#[test]
fn the_first_answer_of_several_editors_counts() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let silent = serve(&repository, Profile::VsCode);
    silent.answer(QUESTION, |_| Answer::Never);
    silent.open("a.rs");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    choose(&client, "Deny");
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "deny");
    silent.quit();
    client.quit();
}

#[test]
fn a_server_that_hangs_costs_a_question_a_second() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    let server = rustix::process::Pid::from_raw(client.process().try_into().expect("a number")).expect("not 0");
    rustix::process::kill_process(server, rustix::process::Signal::STOP).expect("it is ours");
    let reply = edit(&mut claude, "a.rs", "fn x() {}\n");
    rustix::process::kill_process(server, rustix::process::Signal::CONT).expect("it is ours");
    assert_eq!(reply.decision(), "ask");
    assert!(reply.took < std::time::Duration::from_secs(20), "{:?}", reply.took);
    client.quit();
}

#[test]
fn the_change_is_shown_before_it_is_answered() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    // What was opened, and what it held.
    let shown = Arc::new(Mutex::new(None::<(PathBuf, String)>));
    let (opened, known) = (Arc::clone(&shown), Arc::clone(&shown));
    client.answer("window/showDocument", move |params| {
        let file = PathBuf::from(params["uri"].as_str().expect("a document").trim_start_matches("file://"));
        let text = std::fs::read_to_string(&file).expect("it is there");
        *opened.lock().expect("it is whole") = Some((file, text));
        Answer::Result(json!({ "success": true }))
    });
    client.answer(QUESTION, move |_| {
        let is_shown = known.lock().expect("it is whole").is_some();
        Answer::Result(json!({ "title": if is_shown { "Deny" } else { "Show the change" } }))
    });
    assert_eq!(edit(&mut claude, "a.rs", "fn x() {}\n").decision(), "deny");
    client.quit();
    let (file, diff) = shown.lock().expect("it is whole").take().expect("it was shown");
    assert!(diff.contains("-fn b() {}") && diff.contains("+fn x() {}"), "{diff}");
    assert!(!file.exists(), "it goes with the question");
}

#[test]
fn a_question_outlives_the_server_that_put_it() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::VsCode);
    client.answer(QUESTION, |_| Answer::Never);
    client.open("a.rs");
    let reply = thread::scope(|scope| {
        let asks = scope.spawn(|| edit(&mut claude, "a.rs", "fn x() {}\n"));
        client.wait_for_request(QUESTION);
        client.kill();
        let client = serve(&repository, Profile::VsCode);
        choose(&client, "Deny");
        client.open("a.rs");
        let reply = asks.join().expect("the hook ends");
        client.quit();
        reply
    });
    assert_eq!(reply.decision(), "deny");
}

#[test]
fn a_question_whose_hook_has_gone_is_withdrawn() {
    let repository = repository();
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::Helix2501);
    client.open("a.rs");
    claude.patience = Some(std::time::Duration::from_millis(1500));
    let asked = |found: &[Value]| found.iter().any(|found| found["code"] == "asked");
    thread::scope(|scope| {
        let asks = scope.spawn(|| edit(&mut claude, "b.rs", "fn x() {}\n"));
        client.wait_for_diagnostics("a.rs", asked);
        asks.join().expect("it is killed");
    });
    client.wait_for_diagnostics("a.rs", |found| !asked(found));
    client.quit();
}
