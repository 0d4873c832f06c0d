//! Every agent's hooks in its own files: added among what others wrote, tried, and taken back exactly.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use expect_test::expect;
use serde_json::Value;

use super::{countersign, everything, install, told};
use crate::support::binary;
use crate::support::repository::Repository;

/// Agents, the program that each is found by, and the file in which hooks of others may stand.
const AGENTS: [(&str, &str, Option<&str>); 11] = [
    ("claude-code", "claude", Some(".claude/settings.local.json")),
    ("codex", "codex", Some(".codex/hooks.json")),
    ("cursor", "cursor", Some(".cursor/hooks.json")),
    ("gemini-cli", "gemini", Some(".gemini/settings.json")),
    ("copilot", "copilot", Some(".github/hooks/countersign.json")),
    ("opencode", "opencode", None),
    ("amp", "amp", None),
    ("cline", "cline", None),
    ("windsurf", "windsurf", Some(".windsurf/hooks.json")),
    ("droid", "droid", Some(".factory/settings.json")),
    ("continue", "cn", Some(".continue/settings.local.json")),
];

fn init(agent: &str) -> Vec<&str> {
    vec!["init", "--yes", "--agent", agent]
}

fn remove(agent: &str) -> Vec<&str> {
    vec!["init", "--remove", "--yes", "--agent", agent]
}

fn with_all_agents() -> Repository {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    for (_, program, _) in AGENTS {
        install(&repository, program, "");
    }
    repository
}

#[test]
fn every_agent_that_is_found_is_set_up_tried_and_taken_back_without_a_trace() {
    let repository = with_all_agents();
    let before = everything(&repository);
    countersign(&repository, &["init", "--yes"]).ok();
    let after = everything(&repository);
    assert_eq!(countersign(&repository, &["init"]).ok(), "nothing to change\n");
    let said = countersign(&repository, &["doctor"]).ok();
    let about_agents = |line: &&str| AGENTS.iter().any(|(agent, ..)| line.contains(agent));
    let plain = |line: &str| {
        let line = line.split(" after ").next().unwrap_or(line);
        format!("{line}\n")
    };
    expect![[r#"
        ok claude-code  .claude/settings.local.json: hooks start this program
        ok codex        .codex/hooks.json: hooks start this program
        ok cursor       .cursor/hooks.json: hooks start this program
        ok gemini-cli   .gemini/settings.json: hooks start this program
        ok copilot      .github/hooks/countersign.json: hooks start this program
        ok windsurf     .windsurf/hooks.json: hooks start this program
        ok droid        .factory/settings.json: hooks start this program
        ok continue     .continue/settings.local.json: hooks start this program
        ok opencode     .opencode/plugins/countersign.ts starts this program
        ok amp          .amp/plugins/countersign.ts starts this program
        ok cline        .clinerules/hooks: hooks start this program
        ok round trip   an event of `claude-code` was in the journal
        ok round trip   an event of `codex` was in the journal
        ok round trip   an event of `cursor` was in the journal
        ok round trip   an event of `gemini-cli` was in the journal
        ok round trip   an event of `copilot` was in the journal
        ok round trip   an event of `windsurf` was in the journal
        ok round trip   an event of `droid` was in the journal
        ok round trip   an event of `continue` was in the journal
        ok round trip   an event of `opencode` was in the journal
        ok round trip   an event of `amp` was in the journal
        ok round trip   an event of `cline` was in the journal
    "#]]
    .assert_eq(&told(&repository, &said).lines().filter(about_agents).map(plain).collect::<String>());
    assert_eq!(everything(&repository), after, "doctor writes nothing");
    countersign(&repository, &["init", "--remove", "--yes"]).ok();
    let _ = fs::remove_dir(repository.home().join(".config"));
    assert_eq!(everything(&repository), before);
}

#[test]
fn what_stands_in_an_agents_file_stays_and_comes_back_byte_for_byte() {
    for (agent, _, file) in AGENTS {
        let Some(file) = file else { continue };
        for text in [
            "{}\n",
            "{\n  // mine\n  \"version\": 1,\n  \"hooks\": {}\n}\n",
            "{\"model\":\"m\"}",
            "{\r\n\t\"hooks\": {\r\n\t\t\"Stop\": [], \"stop\": [ { \"command\": \"say done\" } ], // theirs\r\n\t}\r\n}\r\n",
        ] {
            let repository = Repository::new(&[(file, text)]);
            countersign(&repository, &init(agent)).ok();
            let after = repository.read(file);
            assert!(after.contains(&format!(" hook {agent}")), "{agent}: {after}");
            let again = countersign(&repository, &init(agent)).ok();
            assert_eq!(again.lines().last(), Some("nothing to change"), "{agent}");
            countersign(&repository, &remove(agent)).ok();
            assert_eq!(repository.read(file), text, "{agent}, by way of\n{after}");
        }
    }
}

#[test]
fn each_agents_file_has_the_form_that_it_reads() {
    let repository = with_all_agents();
    countersign(&repository, &["init", "--yes"]).ok();
    let mut shown = String::new();
    for (agent, _, file) in AGENTS {
        let Some(file) = file else { continue };
        let text = repository.read(file);
        let root: Value = serde_json::from_str(&text).unwrap();
        let events = root["hooks"].as_object().unwrap();
        let names: Vec<&str> = events.keys().map(String::as_str).collect();
        let first = &events[names[0]];
        let version = root.get("version").map(|version| format!(" version {version}")).unwrap_or_default();
        shown += &told(&repository, &format!("{agent}:{version} {}\n  {}: {first}\n", names.join(" "), names[0]));
    }
    expect![[r#"
        claude-code: PermissionRequest PostToolUse PostToolUseFailure PreToolUse SessionEnd SessionStart Stop SubagentStop UserPromptSubmit
          PermissionRequest: [{"hooks":[{"command":"BINARY hook claude-code","timeout":10,"type":"command"}]}]
        codex: PermissionRequest PostToolUse PreToolUse SessionStart Stop SubagentStop UserPromptSubmit
          PermissionRequest: [{"hooks":[{"command":"BINARY hook codex","timeout":10,"type":"command"}]}]
        cursor: version 1 afterFileEdit afterMCPExecution afterShellExecution beforeMCPExecution beforeShellExecution beforeSubmitPrompt postToolUse postToolUseFailure preToolUse sessionEnd sessionStart stop
          afterFileEdit: [{"command":"BINARY hook cursor","timeout":10}]
        gemini-cli: AfterAgent AfterTool BeforeAgent BeforeTool SessionEnd SessionStart
          AfterAgent: [{"hooks":[{"command":"BINARY hook gemini-cli","name":"countersign","timeout":10000,"type":"command"}]}]
        copilot: version 1 PostToolUse PreToolUse SessionEnd SessionStart Stop UserPromptSubmit
          PostToolUse: [{"command":"BINARY hook copilot || true","timeout":10,"timeoutSec":10,"type":"command"}]
        windsurf: post_cascade_response post_mcp_tool_use post_run_command post_write_code pre_mcp_tool_use pre_run_command pre_user_prompt pre_write_code
          post_cascade_response: [{"command":"BINARY hook windsurf","show_output":false}]
        droid: PostToolUse PreToolUse SessionEnd SessionStart Stop SubagentStop UserPromptSubmit
          PostToolUse: [{"hooks":[{"command":"BINARY hook droid","timeout":10,"type":"command"}]}]
        continue: PostToolUse PostToolUseFailure PreToolUse SessionEnd SessionStart Stop UserPromptSubmit
          PostToolUse: [{"hooks":[{"command":"BINARY hook continue","timeout":10,"type":"command"}]}]
    "#]].assert_eq(&shown);
}

#[test]
fn a_program_that_is_gone_blocks_no_agent() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    for agent in ["cline", "copilot"] {
        countersign(&repository, &init(agent)).ok();
    }
    let hook = repository.path(".clinerules/hooks/PreToolUse");
    assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o755);
    let binary = binary::countersign().canonicalize().unwrap();
    let gone =
        repository.read(".clinerules/hooks/PreToolUse").replace(binary.to_str().unwrap(), "/nowhere/countersign");
    fs::write(&hook, gone).unwrap();
    let ended = binary::run(&mut Command::new(&hook), b"{}");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "{\"cancel\":false}\n"));
    let hooks: Value = serde_json::from_str(&repository.read(".github/hooks/countersign.json")).unwrap();
    let command = hooks["hooks"]["PreToolUse"][0]["command"].as_str().unwrap();
    let gone = command.replace(binary.to_str().unwrap(), "/nowhere/countersign");
    let ended = binary::run(Command::new("sh").args(["-c", &gone]), b"{}");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    let ended = binary::run(repository.command("sh").args(["-c", command]), b"{}");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "{}"));
}

#[test]
fn what_would_be_passed_over_or_is_anothers_is_left_and_said() {
    let repository =
        Repository::new(&[(".factory/hooks.json", "{}\n"), (".clinerules/hooks/PreToolUse", "#!/bin/sh\nmine\n")]);
    let ended = countersign(&repository, &init("droid"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("Droid reads .factory/hooks.json instead"), "{}", ended.stderr);
    assert!(!repository.path(".factory/settings.json").exists());
    for arguments in [init("cline"), remove("cline")] {
        let said = countersign(&repository, &arguments).ok();
        assert!(
            said.contains("cline: left, since it was changed or is not ours: .clinerules/hooks/PreToolUse"),
            "{said}"
        );
        assert_eq!(repository.read(".clinerules/hooks/PreToolUse"), "#!/bin/sh\nmine\n");
    }
    assert!(!repository.path(".clinerules/hooks/PostToolUse").exists());
}

#[test]
fn codex_is_left_to_ask_its_user_whether_it_trusts_a_hook() {
    let repository = Repository::new(&[]);
    fs::create_dir_all(repository.home().join(".codex")).unwrap();
    fs::write(repository.home().join(".codex/config.toml"), "model = \"m\"\n").unwrap();
    let said = countersign(&repository, &["init", "--yes", "--user", "--agent", "codex"]).ok();
    assert!(said.contains("codex: passes over a new hook until you have reviewed it"), "{said}");
    assert_eq!(fs::read_to_string(repository.home().join(".codex/config.toml")).unwrap(), "model = \"m\"\n");
    assert!(repository.home().join(".codex/hooks.json").exists());
    countersign(&repository, &["init", "--remove", "--yes", "--user", "--agent", "codex"]).ok();
    assert!(!repository.home().join(".codex/hooks.json").exists());
}
