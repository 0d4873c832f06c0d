//! Settings of Claude Code that hold more than ours: all of it stays, byte for byte.

use expect_test::expect;
use serde_json::Value;

use super::{countersign, told};
use crate::support::repository::Repository;

const FILE: &str = ".claude/settings.local.json";
const INIT: [&str; 4] = ["init", "--yes", "--agent", "claude-code"];
const REMOVE: [&str; 5] = ["init", "--remove", "--yes", "--agent", "claude-code"];

fn with(settings: &str) -> Repository {
    Repository::new(&[(FILE, settings)])
}

/// Settings as people leave them.
const SETTINGS: &[&str] = &[
    "{}",
    "{}\n",
    "{\n}\n",
    "{ }",
    "{ // nothing yet\n}\n",
    "{\"permissions\":{\"allow\":[\"Bash(ls:*)\"]}}",
    "{ \"model\": \"opus\" }\n",
    "{\n  \"model\": \"opus\"\n}\n",
    "{\n  \"model\": \"opus\",\n}\n",
    "{\n  \"model\": \"opus\" // the good one\n}\n",
    "{\n  \"model\": \"opus\", // the good one\n}\n",
    "{\n  \"model\": \"opus\" /* a */ , /* b */ // c\n  // the end\n}\n",
    "{\"model\": \"opus\" // the good one\n}\n",
    "// head\n{\n\t\"b\" : 1,\n\t\"a\":[ ],\n\n\t\"hooks\": { }\n}\n// tail",
    "{\r\n    \"model\": \"opus\"\r\n}\r\n",
    "{\n   \"hooks\": {\n      \"PreToolUse\": [\n         { \"matcher\": \"Bash\", \"hooks\": [ { \"type\": \"command\", \"command\": \"lint\" } ] }\n      ],\n      \"Stop\": []\n   },\n   \"permissions\": { \"deny\": [\"Read(.env)\"] }\n}\n",
    "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}],\"SessionEnd\":[]}}",
    "{\n  \"hooks\": {\n    // none\n  }\n}",
    "{\n  \"é🎉\": \"\\u00e9 // no comment\",\n  \"hooks\": {\"PreToolUse\": [ /* none */ ]}\n}\n",
];

#[test]
fn what_others_wrote_stays_and_comes_back_byte_for_byte() {
    for settings in SETTINGS {
        let repository = with(settings);
        countersign(&repository, &INIT).ok();
        let after = repository.read(FILE);
        assert_eq!(after.matches("hook claude-code").count(), 9, "{settings}\n{after}");
        assert_eq!(countersign(&repository, &INIT).ok().lines().last(), Some("nothing to change"), "{settings}");
        countersign(&repository, &REMOVE).ok();
        assert_eq!(repository.read(FILE), *settings, "by way of\n{after}");
    }
}

#[test]
fn nothing_but_hooks_is_other_than_before() {
    let before = "{\n  \"permissions\": { \"allow\": [], \"deny\": [\"Read(.env)\"] },\n  \"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"say done\"}]}]}\n}\n";
    let repository = with(before);
    countersign(&repository, &INIT).ok();
    let value = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let (before, mut after) = (value(before), value(&repository.read(FILE)));
    assert_eq!(after["hooks"]["Stop"][0], before["hooks"]["Stop"][0], "the other's hook comes first, as before");
    assert_eq!(after["hooks"]["Stop"].as_array().unwrap().len(), 2);
    after["hooks"] = before["hooks"].clone();
    assert_eq!(after, before);
}

#[test]
fn ours_stand_in_the_files_own_manner() {
    let repository = with(
        "{\n\t\"model\": \"opus\", // the good one\n\t\"hooks\": {\n\t\t\"Stop\": [\n\t\t\t{ \"hooks\": [] }\n\t\t]\n\t}\n}\n",
    );
    countersign(&repository, &INIT).ok();
    let text = told(&repository, &repository.read(FILE));
    let shown: String = text.lines().take(36).map(|line| format!("{}\n", line.replace('\t', "  "))).collect();
    expect![[r#"
        {
          "model": "opus", // the good one
          "hooks": {
            "Stop": [
              { "hooks": [] },
              {
                "hooks": [
                  {
                    "type": "command",
                    "command": "BINARY hook claude-code",
                    "timeout": 10
                  }
                ]
              }
            ],
            "PreToolUse": [
              {
                "hooks": [
                  {
                    "type": "command",
                    "command": "BINARY hook claude-code",
                    "timeout": 60
                  }
                ]
              }
            ],
            "PermissionRequest": [
              {
                "hooks": [
                  {
                    "type": "command",
                    "command": "BINARY hook claude-code",
                    "timeout": 10
                  }
                ]
              }
    "#]]
    .assert_eq(&shown);
    assert!(!text.contains("  "), "tabs, as there were");
}

#[test]
fn what_is_no_settings_is_refused_and_left_alone() {
    let mut said = String::new();
    for settings in [
        "",
        "{\"hooks\": ",
        "{'hooks': {}}",
        "{\"a\": 1 \"b\": 2}",
        "[]",
        "{\"hooks\": []}",
        "{\"hooks\": {\"Stop\": {}}}",
        "{\"hooks\": {}, \"hooks\": {}}",
    ] {
        let repository = with(settings);
        let ended = countersign(&repository, &INIT);
        assert_eq!(ended.code, Some(1), "{settings}");
        assert_eq!(repository.read(FILE), settings);
        assert_ne!(repository.read(".countersign.toml"), "", "what can be set up is");
        said += &ended.stderr.replace("countersign: claude-code: .claude/settings.local.json is left alone: ", "");
        let ended = countersign(&repository, &REMOVE);
        assert_eq!(repository.read(FILE), settings);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "nothing to take back\n"), "{settings}");
    }
    expect![[r#"
        it is empty
        Expected value after colon in object property on line 1 column 11
        Single-quoted strings are not allowed on line 1 column 2
        Expected comma on line 1 column 8
        not an object
        `hooks` is not an object
        `hooks.Stop` is not a list
        `hooks` stands there twice
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_hook_that_was_changed_since_is_left_and_said() {
    let repository = with("{}\n");
    countersign(&repository, &INIT).ok();
    let changed = repository.read(FILE).replacen("\"timeout\": 60", "\"timeout\": 30", 1);
    repository.write(FILE, &changed);
    assert_eq!(
        countersign(&repository, &INIT).ok().lines().last(),
        Some("nothing to change"),
        "the user's number stands"
    );
    let said = countersign(&repository, &REMOVE).ok();
    assert_eq!(
        said.lines().last(),
        Some("claude-code: left, since it was changed: our hook of PreToolUse; take it out by hand")
    );
    let left: Value = serde_json::from_str(&repository.read(FILE)).unwrap();
    let events: Vec<&String> = left["hooks"].as_object().unwrap().keys().collect();
    assert_eq!(events, ["PreToolUse"]);
}

#[test]
fn hooks_of_a_binary_that_moved_are_set_right() {
    let repository = with("{}");
    countersign(&repository, &INIT).ok();
    let right = repository.read(FILE);
    let binary = super::binary::countersign().canonicalize().unwrap();
    repository.write(FILE, &right.replace(binary.to_str().unwrap(), "/old place/countersign"));
    // Not as a shell would read it, and so not ours to change.
    assert_eq!(countersign(&repository, &INIT).ok().lines().last(), Some("nothing to change"));
    repository.write(FILE, &right.replace(binary.to_str().unwrap(), "'/old place/countersign'"));
    countersign(&repository, &INIT).ok();
    assert_eq!(repository.read(FILE), right);
}

#[test]
fn the_users_own_settings_are_taken_where_that_is_said() {
    let repository = Repository::new(&[]);
    countersign(&repository, &["init", "--yes", "--user", "--agent", "claude-code"]).ok();
    let file = repository.home().join(".claude/settings.json");
    assert!(std::fs::read_to_string(&file).unwrap().contains("hook claude-code"));
    assert!(!repository.path(".claude").exists());
    countersign(&repository, &["init", "--remove", "--yes", "--user", "--agent", "claude-code"]).ok();
    assert!(!file.parent().unwrap().exists());
}

#[test]
fn settings_that_are_a_link_stay_one() {
    let repository = Repository::new(&[("dotfiles/claude.json", "{ \"model\": \"opus\" }\n")]);
    std::fs::create_dir(repository.path(".claude")).unwrap();
    std::os::unix::fs::symlink("../dotfiles/claude.json", repository.path(FILE)).unwrap();
    countersign(&repository, &INIT).ok();
    assert!(repository.path(FILE).is_symlink());
    assert!(repository.read("dotfiles/claude.json").contains("hook claude-code"));
    countersign(&repository, &REMOVE).ok();
    assert_eq!(repository.read("dotfiles/claude.json"), "{ \"model\": \"opus\" }\n");
}

#[test]
fn git_seeing_a_path_of_this_machine_is_said() {
    let repository = Repository::new(&[]);
    let said = countersign(&repository, &["init", "--dry-run", "--agent", "claude-code"]).ok();
    assert!(
        said.contains("claude-code: git does not ignore this file, and it holds a path of this machine: ignore it\n")
    );
    repository.write(".git/info/exclude", ".claude/\n");
    let said = countersign(&repository, &["init", "--dry-run", "--agent", "claude-code"]).ok();
    assert!(!said.contains("git does not ignore"), "{said}");
}
