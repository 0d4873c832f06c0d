//! Each agent's messages through the built hook, and whether what it answers is what that agent takes: whatever the verdict, with a server that
//! is dead or hung, and where nothing works.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use countersign::agents;
use expect_test::expect;
use serde_json::Value;

use super::{folder, recorded};
use crate::support::binary::{self, Ended, countersign};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

const POLICY: &str = "[scope]\ndeny = [\"locked/**\"]\nask = [\"asked/**\"]\n";
/// The workspace of the recorded messages, and the file that each agent writes there in the one called `pre-write`.
const THERE: &str = "/home/ada/calc";
const FILE: &str = "src/error.rs";

fn repository(policy: &str) -> Repository {
    Repository::new(&[(".countersign.toml", policy), ("a.txt", "one\n")])
}

fn hook(repository: &Repository, agent: &str, payload: &[u8]) -> Ended {
    binary::run(repository.command(countersign()).args(["hook", agent]), payload)
}

/// An agent's message before it writes this file of the repository.
fn about_to_write(repository: &Repository, agent: &str, path: &str) -> Vec<u8> {
    let is_it = |file: &PathBuf| file.file_stem().unwrap().to_str().unwrap().ends_with("-pre-write");
    let file = recorded(agent).into_iter().find(is_it).unwrap_or_else(|| panic!("{agent} has no pre-write"));
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(FILE), "{agent}");
    text.replace(THERE, repository.root().to_str().unwrap()).replace(FILE, path).into_bytes()
}

/// A reply as its agent reads it; panics where the agent would take it for an error.
fn checked(agent: &str, reply: &Ended) -> String {
    let schema = serde_json::from_slice(&fs::read(folder(agent).join("reply.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let body: Value = serde_json::from_str(&reply.stdout).unwrap_or_else(|error| panic!("{agent}: {error}: {reply:?}"));
    let errors: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{agent}: {} {errors:?}", reply.stdout);
    match reply.code {
        Some(0) => reply.stdout.clone(),
        // The one agent that reads an exit code and not a reply.
        Some(2) if agent == "windsurf" => format!("{} and 2: {}", reply.stdout, reply.stderr.trim_end()),
        _ => panic!("{agent}: {reply:?}"),
    }
}

fn neutral(agent: &str) -> &str {
    if agent == "cline" { r#"{"cancel":false}"# } else { "{}" }
}

/// All but the agents whose messages are of another kind.
fn names() -> impl Iterator<Item = &'static str> {
    agents::names().filter(|name| *name != "generic")
}

#[test]
fn every_recorded_message_gets_a_reply_that_its_agent_takes() {
    let repository = repository("");
    for agent in agents::names() {
        for file in recorded(agent) {
            let reply = hook(&repository, agent, &fs::read(&file).unwrap());
            let said = checked(agent, &reply);
            assert!(!said.contains("allow\"") && !said.contains("approve"), "{}: {said}", file.display());
        }
    }
}

#[test]
fn each_verdict_is_said_in_words_that_its_agent_honours() {
    let repository = repository(POLICY);
    let mut shown = String::new();
    for agent in names() {
        for path in ["free/x.rs", "asked/x.rs", "locked/x.rs"] {
            let reply = hook(&repository, agent, &about_to_write(&repository, agent, path));
            let said = checked(agent, &reply).replace(&way_out(path), "WAY OUT");
            shown += &format!("{agent} {path}: {said}\n");
        }
    }
    expect![[r#"
        claude-code free/x.rs: {}
        claude-code asked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked."}}
        claude-code locked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}}
        codex free/x.rs: {}
        codex asked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}}
        codex locked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}}
        cursor free/x.rs: {}
        cursor asked/x.rs: {"agent_message":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT","permission":"deny","user_message":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}
        cursor locked/x.rs: {"agent_message":"`locked/x.rs` is in `locked/**`, which the policy closes to agents.","permission":"deny","user_message":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        gemini-cli free/x.rs: {}
        gemini-cli asked/x.rs: {"decision":"deny","reason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}
        gemini-cli locked/x.rs: {"decision":"deny","reason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        copilot free/x.rs: {}
        copilot asked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked."},"permissionDecision":"ask","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked."}
        copilot locked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."},"permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        opencode free/x.rs: {}
        opencode asked/x.rs: {"decision":"deny","reason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}
        opencode locked/x.rs: {"decision":"deny","reason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        amp free/x.rs: {}
        amp asked/x.rs: {"decision":"ask","reason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked."}
        amp locked/x.rs: {"decision":"deny","reason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        cline free/x.rs: {"cancel":false}
        cline asked/x.rs: {"cancel":true,"errorMessage":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}
        cline locked/x.rs: {"cancel":true,"errorMessage":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}
        windsurf free/x.rs: {}
        windsurf asked/x.rs: {} and 2: `asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.
        This needs a person, who cannot be asked from here: leave it to the one you work for, who can do it, or allow it with `countersign scope add 'asked/x.rs'`, or with `unanswered = "allow"` in the policy's [scope].
        windsurf locked/x.rs: {} and 2: `locked/x.rs` is in `locked/**`, which the policy closes to agents.
        droid free/x.rs: {}
        droid asked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked."}}
        droid locked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}}
        continue free/x.rs: {}
        continue asked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`asked/x.rs` is in `asked/**`, where the policy wants a person to be asked.\nWAY OUT"}}
        continue locked/x.rs: {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`locked/x.rs` is in `locked/**`, which the policy closes to agents."}}
    "#]].assert_eq(&shown);
}

fn way_out(path: &str) -> String {
    format!(
        "This needs a person, who cannot be asked from here: leave it to the one you work for, who can do it, or allow it with `countersign \
         scope add '{path}'`, or with `unanswered = \\\"allow\\\"` in the policy's [scope]."
    )
}

#[test]
fn where_nobody_can_be_asked_the_policy_may_let_the_agent_go_on() {
    let repository = repository(&format!("{POLICY}unanswered = \"allow\"\n"));
    for agent in names() {
        let reply = hook(&repository, agent, &about_to_write(&repository, agent, "asked/x.rs"));
        let can_ask = agents::find(agent).unwrap().asks == agents::Asks::Anything;
        assert_eq!(checked(agent, &reply) != neutral(agent), can_ask, "{agent}: {reply:?}");
        let reply = hook(&repository, agent, &about_to_write(&repository, agent, "locked/x.rs"));
        assert_ne!(checked(agent, &reply), neutral(agent), "what is denied stays so: {agent}");
    }
}

#[test]
fn the_way_that_a_denial_names_is_one() {
    let repository = repository(POLICY);
    for agent in ["codex", "gemini-cli"] {
        let path = format!("asked/it's {agent}.rs");
        let message = about_to_write(&repository, agent, &path);
        let denied = hook(&repository, agent, &message).stdout;
        let command =
            denied.split('`').find(|part| part.starts_with("countersign scope add ")).unwrap().replace("\\\\", "\\");
        let by_hand = command.replacen("countersign", countersign().to_str().unwrap(), 1);
        binary::run(repository.command("sh").args(["-c", &by_hand]), b"").ok();
        assert_eq!(checked(agent, &hook(&repository, agent, &message)), neutral(agent), "{by_hand}");
    }
}

#[test]
fn a_dead_and_a_hung_server_change_no_reply() {
    let repository = repository(POLICY);
    let said = |agent| {
        ["free/x.rs", "locked/x.rs"]
            .map(|path| checked(agent, &hook(&repository, agent, &about_to_write(&repository, agent, path))))
    };
    let alone: Vec<_> = names().map(said).collect();
    let servers = repository.path(".git/countersign/servers");
    fs::create_dir_all(&servers).unwrap();
    // Nobody listens any more at one, and nobody answers at the other, which is newer.
    drop(UnixListener::bind(servers.join("00000000000001-1.sock")).unwrap());
    assert_eq!(names().map(said).collect::<Vec<_>>(), alone);
    let _hung = UnixListener::bind(servers.join("99999999999999-1.sock")).unwrap();
    assert_eq!(names().map(said).collect::<Vec<_>>(), alone);
}

#[test]
fn a_server_that_is_asked_says_the_same() {
    let paths = ["free/x.rs", "asked/x.rs", "locked/x.rs"];
    for policy in [POLICY.to_owned(), format!("{POLICY}unanswered = \"allow\"\n")] {
        let repository = repository(&policy);
        let said = |agent| {
            paths.map(|path| checked(agent, &hook(&repository, agent, &about_to_write(&repository, agent, path))))
        };
        let alone: Vec<_> = names().map(said).collect();
        let client = Client::start(&repository, repository.command(countersign()).arg("lsp"), Profile::VsCode);
        assert_eq!(names().map(said).collect::<Vec<_>>(), alone);
        assert_eq!(client.quit(), Some(0));
    }
}

#[test]
fn where_nothing_works_and_on_rubbish_every_agent_goes_on() {
    let repository = repository(POLICY);
    fs::write(repository.path(".git/countersign"), "no folder").unwrap();
    for agent in names() {
        let reply = hook(&repository, agent, &about_to_write(&repository, agent, "locked/x.rs"));
        assert_eq!(checked(agent, &reply), neutral(agent), "{agent}");
        for rubbish in [&b""[..], b"hello", b"{}", b"[1]", b"\xff\xfe\x00\xd8", b"{\"hook_event_name\":7}"] {
            assert_eq!(checked(agent, &hook(&repository, agent, rubbish)), neutral(agent), "{agent} {rubbish:?}");
        }
    }
}
