//! What `init` finds, shows, writes and takes back.

use std::process::Command;

use expect_test::expect;

use super::{countersign, everything, install, told};
use crate::support::binary;
use crate::support::repository::Repository;

/// A repository beside which all that `init` knows is installed.
fn with_everything() -> Repository {
    let repository = Repository::new(&[("src/main.rs", "fn main() {}\n"), (".gitignore", "/.claude\n")]);
    install(&repository, "claude", "");
    install(&repository, "nvim", "");
    install(&repository, "hx", HX);
    repository
}

/// What Helix 25.07 says of Rust.
pub(super) const HX: &str = "[ \"$1 $2\" = '--health rust' ] && printf 'Configured language servers:\\n  ✓ rust-analyzer: /usr/bin/rust-analyzer\\nConfigured debug adapter: None\\n'\n";

#[test]
fn all_that_is_found_is_set_up() {
    let repository = with_everything();
    let said = countersign(&repository, &["init", "--yes"]).ok();
    expect![[r#"
        --- /dev/null
        +++ .countersign.toml
        --- /dev/null
        +++ .claude/settings.local.json
        --- /dev/null
        +++ ~/.local/share/nvim/site/plugin/countersign.lua
        PLUGIN
        --- /dev/null
        +++ .helix/languages.toml
        helix: newer versions of Helix read .helix only in a workspace that they were told to trust
        done; `countersign doctor` shows whether it works
    "#]]
    .assert_eq(&headers(&said));
    expect![[r#"
        # Added by `countersign init`, and taken away by `countersign init --remove`: STAMP
        [language-server.countersign]
        command = "BINARY"
        args = ["lsp"]

        [[language]]
        name = "rust"
        language-servers = ["rust-analyzer", "countersign"]
        # End of what `countersign init` added.
    "#]]
    .assert_eq(&unstamped(&told(&repository, &repository.read(".helix/languages.toml"))));
}

/// What is said line by line, without the diffs; of the rest of Neovim's plugin that it is there.
fn headers(said: &str) -> String {
    let is_line_of_diff = |line: &&str| {
        !line.starts_with(['@', ' '])
            && (line.starts_with("---") || line.starts_with("+++") || !line.starts_with(['+', '-']))
    };
    let mut lines: Vec<String> = said.lines().filter(is_line_of_diff).map(|line| format!("{line}\n")).collect();
    let of_plugin = |line: &str| line.contains("nvim/site/lua/countersign/") || line.contains("nvim/site/doc/");
    while let Some(at) = lines.iter().position(|line| of_plugin(line)) {
        lines.splice(at - 1..=at, ["        PLUGIN\n".trim_start().to_owned()]);
    }
    lines.dedup();
    lines.concat()
}

fn unstamped(text: &str) -> String {
    let stamp = text.split("--remove`: ").nth(1).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    text.replacen(stamp, "STAMP", 1)
}

#[test]
fn a_second_time_changes_nothing() {
    let repository = with_everything();
    countersign(&repository, &["init", "--yes"]).ok();
    let after = everything(&repository);
    assert_eq!(countersign(&repository, &["init"]).ok(), "nothing to change\n", "and nothing is asked");
    assert_eq!(everything(&repository), after);
}

#[test]
fn what_was_set_up_goes_without_a_trace() {
    let repository = with_everything();
    let before = everything(&repository);
    countersign(&repository, &["init", "--yes"]).ok();
    assert_ne!(everything(&repository), before);
    countersign(&repository, &["init", "--remove", "--yes"]).ok();
    // The user's own folders of configurations and data stay, empty, as any program that asks for them leaves them.
    for folder in [".config", ".local/share", ".local"] {
        let _ = std::fs::remove_dir(repository.home().join(folder));
    }
    assert_eq!(everything(&repository), before);
    assert_eq!(countersign(&repository, &["init", "--remove"]).ok(), "nothing to take back\n");
}

#[test]
fn a_dry_run_and_an_unanswered_question_write_nothing() {
    let repository = with_everything();
    let before = everything(&repository);
    let said = countersign(&repository, &["init", "--dry-run"]).ok();
    assert!(said.contains("+      {\n+        \"hooks\": ["), "the hooks are shown:\n{said}");
    let unanswered = countersign(&repository, &["init"]);
    assert_eq!(unanswered.code, Some(2));
    expect![[r#"
        countersign: this changes settings: say --yes, or --dry-run to only see what it would do
    "#]]
    .assert_eq(&unanswered.stderr);
    assert_eq!(everything(&repository), before);
    assert!(!repository.path(".git/countersign").exists(), "no state was begun either");
}

#[test]
fn where_nothing_is_found_only_the_policy_is_written() {
    let repository = Repository::new(&[]);
    let said = countersign(&repository, &["init", "--yes"]).ok();
    assert_eq!(
        headers(&said),
        "--- /dev/null\n+++ .countersign.toml\ndone; `countersign doctor` shows whether it works\n"
    );
    assert_eq!(repository.status(), "?? .countersign.toml\n");
}

#[test]
fn a_policy_that_says_more_stays() {
    let repository = Repository::new(&[(".countersign.toml", "[scope]\ndeny = ['a']\n")]);
    assert_eq!(countersign(&repository, &["init"]).ok(), "nothing to change\n");
    let said = countersign(&repository, &["init", "--remove"]).ok();
    assert_eq!(
        said,
        "policy: left, since it says more than what init wrote: .countersign.toml\nnothing to take back\n"
    );
}

#[test]
fn names_that_are_not_known_are_refused_with_those_that_are() {
    let repository = Repository::new(&[]);
    let ended = countersign(&repository, &["init", "--agent", "clod"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "countersign: there is no agent `clod` that can be set up (known: claude-code, codex, cursor, gemini-cli, copilot, opencode, amp, cline, windsurf, droid, continue)\n"
    );
    let ended = countersign(&repository, &["init", "--editor", "ed"]);
    assert_eq!(
        ended.stderr,
        "countersign: there is no editor `ed` that can be set up (known: neovim, helix, vscode)\n"
    );
}

#[test]
fn the_schema_is_printed_and_is_json() {
    let repository = Repository::new(&[]);
    let schema: serde_json::Value =
        serde_json::from_str(&countersign(&repository, &["init", "--schema"]).ok()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(repository.status(), "");
}

#[test]
fn a_program_in_a_folder_with_quotes_and_blanks_is_started_all_the_same() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    let folder = repository.home().join("it's a \"place\" $HOME `x` 🎉");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("countersign");
    std::fs::copy(binary::countersign(), &program).unwrap();
    let run = |arguments: &[&str]| {
        let mut command: Command = super::command(&repository, &program);
        binary::run(command.args(arguments), b"")
    };
    run(&["init", "--yes", "--agent", "claude-code"]).ok();
    let doctor = run(&["doctor"]);
    assert!(
        doctor.stdout.contains("ok claude-code  .claude/settings.local.json: hooks start this program"),
        "{doctor:#?}"
    );
    assert!(
        doctor.stdout.contains("ok round trip   an event of `claude-code` was in the journal after"),
        "{doctor:#?}"
    );
    assert_eq!(run(&["init", "--agent", "claude-code"]).ok().lines().last(), Some("nothing to change"));
    run(&["init", "--remove", "--yes"]).ok();
    assert_eq!(repository.status(), "");
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let repository = with_everything();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = super::command(&repository, binary::countersign());
    let ended = command.args(["init", "--yes"]).stdout(writer).output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
    assert_eq!(countersign(&repository, &["init"]).ok(), "nothing to change\n");
}

#[test]
fn what_init_writes_is_the_users_own_act_and_not_up_for_review() {
    use crate::support::{client::Client, profile::Profile};
    let repository = with_everything();
    let mut client = Client::start(&repository, repository.command(binary::countersign()).arg("lsp"), Profile::VsCode);
    let mut hunks = || client.request("countersign/hunks", serde_json::json!({}))["hunks"].clone();
    assert_eq!(hunks(), serde_json::json!([]));
    for arguments in [&["init", "--yes"][..], &["init", "--yes", "--remove"]] {
        countersign(&repository, arguments).ok();
        assert_eq!(hunks(), serde_json::json!([]), "{arguments:?}");
        assert_eq!(countersign(&repository, &["status"]).ok(), "nothing awaits review\n", "{arguments:?}");
    }
    client.quit();
}

#[test]
fn what_someone_else_wrote_into_the_same_file_stays_up_for_review() {
    let repository = with_everything();
    countersign(&repository, &["status"]).ok();
    repository.write(".helix/languages.toml", "# someone's\n");
    countersign(&repository, &["init", "--yes"]).ok();
    let status = countersign(&repository, &["status"]).ok();
    assert!(status.contains(".helix/languages.toml\n  line 1  +1 -0  external"), "{status}");
    assert!(status.contains("1 hunk in 1 file"), "{status}");
}
