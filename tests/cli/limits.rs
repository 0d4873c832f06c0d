//! What is at the edge of what is followed: odd and long names, files that git ignores, large trees, full disks, what may not be written.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{claude, hunks, ok, revert, run, status, write_as_user};
use crate::support::binary::{self, Ended};
use crate::support::repository::Repository;

/// The program with no room on its disk: no file grows over half a kilobyte.
fn run_on_a_full_disk(repository: &Repository, arguments: &[&str], input: &[u8]) -> Ended {
    let mut command = repository.command("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]).arg(binary::countersign()).args(arguments);
    binary::run(&mut command, input)
}

#[test]
fn a_full_disk_is_said_and_neither_holds_an_agent_up_nor_loses_a_file() {
    let large: String = (0..500).map(|n| format!("line {n}\n")).collect();
    let repository = Repository::new(&[("a.txt", &large)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("change a line");
    agent.edit("a.txt", "line 7\n", "line seven\n");
    agent.stop();
    let event = json!({ "session_id": "s1", "cwd": repository.root(), "hook_event_name": "PreToolUse", "tool_name": "Write",
        "tool_use_id": "t9", "tool_input": { "file_path": repository.path("new.txt"), "content": large.repeat(9) } });
    let hook = run_on_a_full_disk(&repository, &["hook", "claude-code"], event.to_string().as_bytes());
    assert_eq!((hook.code, hook.stdout.trim()), (Some(0), "{}"), "{hook:?}");
    let now = repository.read("a.txt");
    let ended = run_on_a_full_disk(&repository, &["revert", "--all", "--yes"], b"");
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert_eq!(repository.read("a.txt"), now, "it is as it was");
    assert_eq!(repository.git(&["status", "--short"]), " M a.txt\n", "nothing is left behind");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), large);
}

#[test]
fn a_file_that_may_only_be_read_comes_back_and_may_only_be_read() {
    let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
    fs::set_permissions(repository.path("a.txt"), fs::Permissions::from_mode(0o444)).expect("it is ours");
    let mut agent = claude(&repository, "s1");
    agent.prompt("change it all the same");
    agent.bash("sed -i s/two/TWO/ a.txt");
    agent.stop();
    revert(&repository, &["--all"]);
    let mode = fs::metadata(repository.path("a.txt")).expect("it is there").permissions().mode();
    assert_eq!((repository.read("a.txt").as_str(), mode & 0o777), ("one\ntwo\n", 0o444));
}

#[test]
fn one_name_in_two_normal_forms_is_two_files() {
    let (composed, decomposed) = ("caf\u{e9}.txt", "cafe\u{301}.txt");
    let repository = Repository::new(&[(composed, "one\n"), (decomposed, "one\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("change the one");
    agent.edit(composed, "one", "two");
    agent.bash(&format!("echo more >> '{decomposed}'"));
    agent.stop();
    assert_eq!((hunks(&repository, composed).len(), hunks(&repository, decomposed).len()), (1, 1));
    revert(&repository, &[composed]);
    assert_eq!((repository.read(composed).as_str(), repository.read(decomposed).as_str()), ("one\n", "one\nmore\n"));
}

#[test]
fn a_path_as_long_as_paths_may_be_is_followed() {
    let folder = vec!["f".repeat(200); 12].join("/");
    let path = format!("{folder}/{}.txt", "n".repeat(200));
    let repository = Repository::new(&[(&path, "one\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("two");
    agent.edit(&path, "one", "two");
    agent.bash(&format!("mv '{path}' short.txt"));
    agent.stop();
    assert!(status(&repository).starts_with("short.txt\n  came from fff"));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read(&path), "one\n");
}

#[test]
fn what_git_ignores_is_followed_where_an_agent_announces_it_and_left_alone_else() {
    let repository = Repository::new(&[(".gitignore", "build/\n*.log\n")]);
    write_as_user(&repository, "build/kept.txt", "mine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("build");
    agent.write("build/told.txt", "agent\n");
    agent.bash("echo agent > build/untold.txt; echo agent > a.log");
    agent.stop();
    assert_eq!(
        status(&repository),
        "build/told.txt\n  line 1  +1 -0  claude-code s1  ID\n1 hunk in 1 file, 0 findings\n"
    );
    revert(&repository, &["--all"]);
    assert!(!repository.path("build/told.txt").exists());
    for path in ["build/kept.txt", "build/untold.txt", "a.log"] {
        assert!(repository.path(path).exists(), "{path}");
    }
}

#[test]
fn what_lies_outside_the_workspace_is_none_of_ours() {
    let repository = Repository::new(&[("src/a.txt", "one\n")]);
    let outside = repository.home().join("outside.txt");
    fs::write(&outside, "not ours\n").expect("the home is ours");
    let mut agent = claude(&repository, "s1");
    agent.prompt("write there");
    let ask = |path: &str| {
        let input = json!({ "file_path": path, "content": "x" });
        let reply = agent.tell("PreToolUse", json!({ "tool_name": "Write", "tool_use_id": "t1", "tool_input": input }));
        (reply.code, reply.decision().to_owned())
    };
    for path in [outside.display().to_string(), "src/../../home/outside.txt".to_owned()] {
        assert_eq!(ask(&path), (Some(0), "none".to_owned()), "{path}");
    }
    assert_eq!(ask("C:\\work\\a.txt"), (Some(0), "deny".to_owned()), "here a name with signs that no plain path has");
    agent.bash("sed -i s/one/two/ src/../src/./a.txt");
    agent.stop();
    assert_eq!(status(&repository), "src/a.txt\n  line 1  +1 -1  claude-code s1  ID\n1 hunk in 1 file, 0 findings\n");
    assert_eq!(run(&repository, &["revert", "--yes", "../home/outside.txt"]).code, Some(2));
    revert(&repository, &["./src/../src/a.txt"]);
    assert_eq!(fs::read_to_string(&outside).expect("it is there"), "not ours\n");
    assert_eq!(repository.read("src/a.txt"), "one\n");
}

#[test]
fn a_folder_of_many_files_that_is_deleted_comes_back_with_all_of_them() {
    let files: Vec<(String, String)> =
        (0..300).map(|n| (format!("src/{}/f{n}.txt", n % 7), format!("{n}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let repository = Repository::new(&files);
    write_as_user(&repository, "src/3/f3.txt", "3\nmine\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("clean up");
    agent.bash("rm -r src");
    agent.stop();
    revert(&repository, &["src"]);
    assert_eq!(repository.status(), " M src/3/f3.txt\n");
    assert_eq!(repository.read("src/3/f3.txt"), "3\nmine\n");
}

#[test]
fn in_a_tree_of_fifty_thousand_files_a_change_is_that_change() {
    let repository = Repository::new(&[("a.txt", "one\n")]);
    for n in 0..50_000 {
        if n % 1000 == 0 {
            fs::create_dir_all(repository.path(&format!("d{}", n / 1000))).expect("folders can be made");
        }
        fs::write(repository.path(&format!("d{}/f{n}", n / 1000)), "").expect("files can be made");
    }
    repository.commit("Many");
    let mut agent = claude(&repository, "s1");
    agent.prompt("two");
    agent.edit("a.txt", "one", "two");
    agent.bash("echo agent > d7/f7000");
    agent.stop();
    assert_eq!(
        status(&repository),
        "a.txt\n  line 1  +1 -1  claude-code s1  ID\nd7/f7000\n  line 1  +1 -0  claude-code s1  ID\n2 hunks in 2 files, 0 findings\n"
    );
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "");
}

#[test]
fn a_word_in_a_line_of_a_megabyte_comes_back() {
    let line: String = (0..100_000).map(|n| format!("w{n},")).collect();
    let before = format!("// minified\n{line}\n");
    let repository = Repository::new(&[("a.js", &before)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("change a word");
    agent.edit("a.js", "w777,", "agent,");
    agent.stop();
    write_as_user(&repository, "a.js", &repository.read("a.js").replace("// minified", "// mine"));
    assert_eq!(hunks(&repository, "a.js").len(), 1 + 1, "the agent's, and what the user wrote in another program");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.js"), before.replace("// minified", "// mine"));
}

#[test]
fn a_file_that_is_deleted_and_made_again_has_what_each_wrote_in_it() {
    let repository = Repository::new(&[("a.txt", "one\r\ntwo\r\n"), ("b.txt", "b\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("delete them");
    agent.bash("rm a.txt b.txt");
    agent.stop();
    write_as_user(&repository, "b.txt", "mine\n");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\r\ntwo\r\n");
    let lines: std::collections::BTreeSet<String> = repository.read("b.txt").lines().map(str::to_owned).collect();
    assert_eq!(lines, ["b".to_owned(), "mine".to_owned()].into());

    let repository = Repository::new(&[("a.txt", "one\n")]);
    let mut agent = claude(&repository, "s2");
    agent.prompt("make and delete");
    agent.write("new.txt", "agent\n");
    agent.bash("rm new.txt");
    agent.bash("touch empty.txt && rm empty.txt");
    agent.stop();
    assert_eq!(status(&repository), "nothing awaits review\n");
    revert(&repository, &["--all"]);
    assert_eq!((ok(&repository, &["restore"]).as_str(), repository.status().as_str()), ("nothing to restore\n", ""));
}

#[test]
fn an_empty_file_that_an_agent_made_goes_and_one_that_it_deleted_comes_back() {
    let repository = Repository::new(&[("kept.txt", ""), ("gone.txt", "")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("make one, delete one");
    agent.bash("touch made.txt && rm gone.txt");
    agent.stop();
    revert(&repository, &["--all"]);
    assert_eq!(repository.status(), "");
}
