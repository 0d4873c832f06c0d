//! What a session may do at most, which other tools it may use, and what it needed.

use expect_test::expect;
use serde_json::{Value, json};

use super::{claude, hold_journal, plain, run, status_json, write_as_user};
use crate::support::agent::{ClaudeCode, Reply};
use crate::support::repository::Repository;

fn repository(policy: &str) -> Repository {
    Repository::new(&[(".countersign.toml", policy), ("src/a.rs", "fn a() {}\n"), ("src/b.rs", "fn b() {}\n")])
}

fn use_tool(agent: &ClaudeCode<'_>, tool: &str) -> Reply {
    agent.tell("PreToolUse", json!({ "tool_name": tool, "tool_use_id": tool, "tool_input": {} }))
}

fn said(reply: &Reply) -> String {
    format!("{}: {}", reply.decision(), reply.reason())
}

#[test]
fn beyond_a_soft_limit_a_person_is_asked_and_beyond_a_hard_one_it_ends() {
    let repository = repository("[limits]\nfiles = { ask = 1, deny = 2 }\nlines = 40\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(said(&agent.edit("src/a.rs", "{}", "{ 1; }")), "none: ");
    assert_eq!(said(&agent.edit("src/a.rs", "1", "2")), "none: ", "the same file");
    let announced = agent.announce_edit("src/b.rs", "{}", "{ 1; }");
    expect!["ask: This would change more than the 1 file that a session may (`files` in the policy's [limits])."]
        .assert_eq(&said(&announced.reply));
    // Its user lets it.
    let response = announced.write(&repository);
    agent.report(&announced, response);
    let long: String = (0..40).map(|n| format!("// {n}\n")).collect();
    expect!["ask: This would change more than the 40 lines that a session may (`lines` in the policy's [limits])."]
        .assert_eq(&said(&agent.announce_write("src/a.rs", &long).reply));
    expect!["deny: This would change more than the 2 files that a session may (`files` in the policy's [limits]). Stop here and say what is left to do."]
        .assert_eq(&said(&agent.write("src/c.rs", "// new\n")));
    let mut other = claude(&repository, "s2");
    other.prompt("go");
    assert_eq!(said(&other.write("src/c.rs", "// new\n")), "none: ", "another session has its own count");
}

#[test]
fn what_commands_change_and_subagents_do_counts_too() {
    let repository = repository("[limits]\nfiles = 1\ncommands = { deny = 2 }\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(said(&agent.bash("sed -i 's/a()/one()/' src/a.rs")), "none: ");
    assert!(said(&agent.announce_edit("src/b.rs", "{}", "{ 1; }").reply).starts_with("ask: This would change more"));
    let fields = |command: &str, call: &str| json!({ "tool_name": "Bash", "tool_use_id": call, "agent_id": "explore-1", "tool_input": { "command": command } });
    assert_eq!(said(&agent.tell("PreToolUse", fields("ls", "sub-1"))), "none: ");
    assert_eq!(said(&agent.tell("PreToolUse", fields("ls", "sub-1"))), "none: ", "told twice it is one");
    assert!(said(&agent.tell("PreToolUse", fields("ls src", "sub-2"))).starts_with("deny: This would be more than"));
}

#[test]
fn tools_are_judged_by_their_names_and_requests_are_recorded() {
    let repository =
        repository("[tools]\nask = [\"mcp\", \"web\"]\nallow = [\"mcp__docs__*\"]\ndeny = [\"mcp__*__drop*\"]\n");
    let agent = claude(&repository, "s1");
    agent.prompt("go");
    let told: Vec<String> = ["Read", "mcp__docs__search", "mcp__db__query", "mcp__db__drop_table", "WebFetch"]
        .iter()
        .map(|tool| format!("{tool} {}", said(&use_tool(&agent, tool))))
        .collect();
    expect![[r#"
        Read none: 
        mcp__docs__search none: 
        mcp__db__query ask: The tool `mcp__db__query` is in `mcp`, where the policy wants a person to be asked.
        mcp__db__drop_table deny: The tool `mcp__db__drop_table` is in `mcp__*__drop*`, which the policy closes to agents.
        WebFetch ask: The tool `WebFetch` is in `web`, where the policy wants a person to be asked."#]].assert_eq(&told.join("\n"));
    let request = |tool: &str| agent.tell("PermissionRequest", json!({ "tool_name": tool, "tool_input": {} })).json;
    assert_eq!(request("WebFetch"), json!({}), "its user is being asked");
    let denied = &request("mcp__db__drop_table")["hookSpecificOutput"]["decision"];
    assert_eq!(denied["behavior"], "deny", "{denied}");
    let session = &status_json(&repository)["sessions"][0];
    assert_eq!(
        json!([session["calls"], session["asked"]]),
        json!([5, 4]),
        "two of ours, which nobody was there to answer, and two of its own"
    );
}

#[test]
fn doctor_says_what_an_agent_did_beside_what_it_may_and_the_least_that_it_needs() {
    let repository = repository("");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.edit("src/a.rs", "{}", "{ 1; }");
    agent.write("docs/a.md", "a\n");
    agent.bash("ls src");
    agent.bash("RUST_LOG=debug cargo --version > /dev/null");
    use_tool(&agent, "WebFetch");
    agent.stop();
    write_as_user(&repository, "notes.txt", "mine\n");
    let doctor = run(&repository, &["doctor", "--no-event"]).stdout;
    let from = doctor.find("ok needs").unwrap_or_else(|| panic!("{doctor}"));
    expect![[r#"
        ok needs        claude-code: may write anywhere but to policies and hooks; did, in 1 session; wrote docs/a.md, src/a.rs; ran cargo (1), ls (1); used WebFetch (1); 0 questions for 5 calls (0 per 100)
                        the least it needs, as a policy:
                        [scope]
                        allow = ["docs/a.md", "src/a.rs"]
                        [tools]
                        deny = ["mcp"]
                        ask = ["web"]
                        allow = ["WebFetch"]
                        [limits]
                        files = 2
                        lines = 2
                        commands = 2
    "#]].assert_eq(&plain(&repository, &doctor[from..]));
    let json: Value = serde_json::from_str(&run(&repository, &["doctor", "--no-event", "--json"]).stdout).unwrap();
    assert_eq!(json["needs"]["claude-code"]["used"], json!({ "WebFetch": 1 }));
    // What it is said to need is a policy that lets it.
    let least = json["needs"]["claude-code"]["least"].as_str().unwrap();
    write_as_user(&repository, ".countersign.toml", least);
    let mut again = claude(&repository, "s2");
    again.prompt("go");
    assert_eq!(said(&again.edit("src/a.rs", "1", "2")), "none: ", "{least}");
    assert!(said(&again.edit("notes.txt", "mine", "its")).starts_with("deny"), "{least}");
    assert!(said(&use_tool(&again, "mcp__x__y")).starts_with("deny"), "{least}");
}

#[test]
fn what_a_session_has_cost_by_now_is_held_against_its_limit_before_each_call() {
    let repository =
        repository("[limits]\ncost = { ask = 0.01, deny = 0.05 }\n[prices.claude]\ninput = 5\noutput = 25\n");
    let agent = claude(&repository, "s1");
    agent.prompt("go");
    let spend = |id: &str, output: u64| {
        let file = repository.home().join(".claude/projects/work/s1.jsonl");
        let line = json!({ "type": "assistant", "requestId": id, "message": { "id": id, "role": "assistant", "model": "claude-opus-4-5",
            "content": [], "usage": { "input_tokens": 0, "output_tokens": output } } });
        let mut text = std::fs::read_to_string(&file).expect("the prompt is in it");
        text += &format!("{line}\n");
        std::fs::write(file, text).expect("the home is ours");
    };
    spend("m1", 400);
    assert_eq!(said(&use_tool(&agent, "Read")), "none: ");
    spend("m2", 1);
    expect!["ask: The session has cost more than the $0.01 that it may (`cost` in the policy's [limits])."]
        .assert_eq(&said(&use_tool(&agent, "Grep")));
    spend("m3", 2000);
    // However long the journal is another's.
    let other = hold_journal(&repository);
    assert!(said(&use_tool(&agent, "Glob")).starts_with("deny: The session has cost more than the $0.05"));
    other.join().expect("no panic");
}
