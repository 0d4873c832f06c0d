//! What calls say, in every spelling of their names and inputs that agents are known for.

use expect_test::expect;
use serde_json::json;

use super::*;

fn shown(calls: &[(&str, Value)]) -> String {
    let show = |act: Result<AgentAct>| match act {
        Ok(AgentAct::WillWrite { writes }) => {
            writes.iter().map(|write| format!("{} {:?}", write.path, write.delta)).collect::<Vec<_>>().join("; ")
        }
        Ok(act) => format!("{act:?}"),
        Err(error) => format!("ERROR {error:#}"),
    };
    calls.iter().map(|(tool, input)| format!("{tool}: {}\n", show(Call::new(tool, Some(input)).will()))).collect()
}

#[test]
fn passages_are_heard_under_each_name() {
    let one = [
        ("Edit", json!({ "file_path": "a.rs", "old_string": "1", "new_string": "2", "replace_all": true })),
        ("replace_string_in_file", json!({ "filePath": "a.rs", "oldString": "1", "newString": "2" })),
        ("functions.edit", json!({ "filePath": "a.rs", "oldString": "1", "newString": "2", "replaceAll": true })),
        ("replace", json!({ "file_path": "a.rs", "old_string": "1", "new_string": "2", "allow_multiple": true })),
        ("replace", json!({ "file_path": "a.rs", "old_string": "1", "new_string": "2", "expected_replacements": 3 })),
        ("editor", json!({ "path": "a.rs", "old_text": "1", "new_text": "2" })),
        ("edit_file", json!({ "path": "a.rs", "old_str": "1", "new_str": "2" })),
        ("str_replace_editor", json!({ "command": "str_replace", "path": "a.rs", "old_str": "1" })),
        ("StrReplace", json!("{\"path\":\"a.rs\",\"old_string\":\"1\",\"new_string\":\"2\"}")),
        (
            "MultiEdit",
            json!({ "file_path": "a.rs", "edits": [{ "old_string": "1", "new_string": "2" }, { "old_string": "3", "new_string": "" }] }),
        ),
        (
            "multi_replace_string_in_file",
            json!({ "explanation": "x", "replacements": [
            { "filePath": "a.rs", "oldString": "1", "newString": "2" }, { "filePath": "b.rs", "oldString": "3", "newString": "4" },
            { "filePath": "a.rs", "oldString": "5", "newString": "6" }] }),
        ),
    ];
    expect![[r#"
        Edit: a.rs Replace([Replacement { old: "1", new: "2", all: true }])
        replace_string_in_file: a.rs Replace([Replacement { old: "1", new: "2", all: false }])
        functions.edit: a.rs Replace([Replacement { old: "1", new: "2", all: true }])
        replace: a.rs Replace([Replacement { old: "1", new: "2", all: true }])
        replace: a.rs Replace([Replacement { old: "1", new: "2", all: true }])
        editor: a.rs Replace([Replacement { old: "1", new: "2", all: false }])
        edit_file: a.rs Replace([Replacement { old: "1", new: "2", all: false }])
        str_replace_editor: a.rs Replace([Replacement { old: "1", new: "", all: false }])
        StrReplace: a.rs Replace([Replacement { old: "1", new: "2", all: false }])
        MultiEdit: a.rs Replace([Replacement { old: "1", new: "2", all: false }, Replacement { old: "3", new: "", all: false }])
        multi_replace_string_in_file: a.rs Replace([Replacement { old: "1", new: "2", all: false }, Replacement { old: "5", new: "6", all: false }]); b.rs Replace([Replacement { old: "3", new: "4", all: false }])
    "#]]
    .assert_eq(&shown(&one));
}

#[test]
fn whole_texts_patches_blocks_and_what_is_not_told_are_heard() {
    let patch = "*** Begin Patch\n*** Update File: a.rs\n-1\n+2\n*** End Patch";
    let blocks = "------- SEARCH\n1\n=======\n2\n+++++++ REPLACE\n\n<<<<<<< SEARCH\n3\n=======\n>>>>>>> REPLACE\n";
    let calls = [
        ("Write", json!({ "file_path": "a.rs", "content": "x\n" })),
        ("create", json!({ "path": "/c:/Users/ada/a.rs", "file_text": "x\n" })),
        ("create_file", json!({ "filePath": "file:///home/ada/a%20b.rs", "content": "" })),
        ("apply_patch", json!({ "command": patch })),
        ("apply_patch", json!(patch)),
        ("functions.apply_patch", json!({ "input": patch })),
        ("Edit", json!(patch)),
        ("write", json!({ "filePath": "a.patch", "content": patch })),
        ("replace_in_file", json!({ "path": "a.rs", "diff": blocks })),
        ("editor", json!({ "path": "a.rs", "new_text": "x\n", "insert_line": 3 })),
        ("insert_edit_into_file", json!({ "filePath": "a.rs", "code": "…" })),
        ("edit_existing_file", json!({ "filepath": "a.rs", "changes": "// … existing code …" })),
        ("Delete", json!({ "path": "a.rs" })),
        ("mcp__files__write_file", json!({ "path": "a.rs", "content": "x" })),
        ("read_file", json!({ "path": "a.rs" })),
        ("Write", json!({ "content": "x" })),
        ("Write", json!({ "file_path": "", "content": "x" })),
        ("Write", json!({ "file_path": 7, "content": "x" })),
        ("Write", json!(null)),
        ("apply_patch", json!("no patch")),
        ("Edit", json!({ "file_path": "a", "edits": ["x"] })),
    ];
    expect![[r#"
        Write: a.rs Whole("x\n")
        create: c:/Users/ada/a.rs Whole("x\n")
        create_file: /home/ada/a b.rs Whole("")
        apply_patch: a.rs Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }])
        apply_patch: a.rs Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }])
        functions.apply_patch: a.rs Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }])
        Edit: a.rs Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }])
        write: a.patch Whole("*** Begin Patch\n*** Update File: a.rs\n-1\n+2\n*** End Patch")
        replace_in_file: a.rs Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }, Chunk { headings: [], old: "3\n", new: "", at_end: false }])
        editor: a.rs Holding(["x\n"])
        insert_edit_into_file: a.rs Unknown
        edit_existing_file: a.rs Unknown
        Delete: a.rs Deleted
        mcp__files__write_file: WillUse { tool: "mcp__files__write_file" }
        read_file: WillUse { tool: "read_file" }
        Write: ERROR the tool's input names no file
        Write: ERROR the tool's input names no file
        Write: ERROR `file_path` should be a string and is a number
        Write: ERROR the tool's input is missing
        apply_patch: ERROR the tool's input is a string that holds neither an object nor a patch
        Edit: ERROR `edits` should hold objects and holds a string
    "#]]
    .assert_eq(&shown(&calls));
}

#[test]
fn command_lines_are_heard_in_each_form() {
    let calls = [
        ("Bash", json!({ "command": "ls -l", "run_in_background": true })),
        ("shell", json!({ "command": ["bash", "-lc", "ls | wc"] })),
        ("shell", json!({ "command": ["git", "commit", "-m", "it's done"] })),
        ("run_in_terminal", json!({ "command": "npm run dev", "isBackground": true })),
        ("bash", json!({ "command": "ls", "mode": "sync" })),
        ("Execute", json!("{\"command\":\"ls\"}")),
        ("Bash", json!({ "cmd": "ls", "mode": "async" })),
        ("run_commands", json!({ "commands": ["ls", { "command": "pwd" }] })),
        ("Bash", json!({})),
    ];
    expect![[r#"
        Bash: WillRun { command: "ls -l", background: true }
        shell: WillRun { command: "ls | wc", background: false }
        shell: WillRun { command: "git commit -m 'it'\\''s done'", background: false }
        run_in_terminal: WillRun { command: "npm run dev", background: true }
        bash: WillRun { command: "ls", background: false }
        Execute: WillRun { command: "ls", background: false }
        Bash: WillRun { command: "ls", background: true }
        run_commands: WillRun { command: "ls\npwd", background: false }
        Bash: ERROR `command` is missing
    "#]]
    .assert_eq(&shown(&calls));
}
