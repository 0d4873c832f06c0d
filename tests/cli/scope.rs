//! Where an agent may write: set from the command line or the policy, judged before the write and shown after it.

use expect_test::expect;

use super::{claude, ok, revert, run, told, write_as_user};
use crate::support::repository::Repository;

fn repository() -> Repository {
    Repository::new(&[
        ("src/lib.rs", "fn one() -> i32 {\n    1\n}\n\nfn two() -> i32 {\n    2\n}\n"),
        ("docs/a.md", "a\n"),
    ])
}

#[test]
fn a_sessions_scope_is_judged_before_each_write() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(
        told(&repository, &["scope"]),
        "0\nsession s1\n  only: as the policy says\n  allowed besides: nothing\n"
    );
    assert_eq!(
        told(&repository, &["scope", "set", "docs/**"]),
        "0\nsession s1\n  only: docs/**\n  allowed besides: nothing\n"
    );
    let reply = agent.edit("src/lib.rs", "1", "11");
    assert_eq!(reply.decision(), "deny", "{reply:?}");
    assert_eq!(reply.reason(), "`src/lib.rs` is outside what this session was limited to (`docs/**`).");
    assert_eq!(agent.edit("docs/a.md", "a", "b").decision(), "none");
    ok(&repository, &["scope", "add", "src/lib.rs::one"]);
    assert_eq!(agent.edit("src/lib.rs", "    1\n", "    11\n").decision(), "none");
    let reply = agent.edit("src/lib.rs", "    2\n", "    22\n");
    assert_eq!(reply.decision(), "deny", "{reply:?}");
    ok(&repository, &["scope", "clear"]);
    assert_eq!(agent.edit("src/lib.rs", "    2\n", "    22\n").decision(), "none");
    agent.stop();
    assert_eq!(told(&repository, &["scope", "set", "::"]).lines().next(), Some("2"));
}

#[test]
fn what_was_written_out_of_scope_is_found_and_reverted_alone() {
    let repository = repository();
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    ok(&repository, &["scope", "set", "docs/**"]);
    agent.edit("docs/a.md", "a", "b");
    // What a program writes, the hook cannot tell.
    agent.bash("python3 -c \"import pathlib; p = pathlib.Path('src/lib.rs'); p.write_text(p.read_text().replace('    2', '    22'))\"");
    agent.stop();
    let said = told(&repository, &["check"]);
    assert!(
        said.starts_with("1\nsrc/lib.rs:6: high [out-of-scope] `two` in `src/lib.rs` is outside")
            || said.starts_with("1\nsrc/lib.rs:6: high [out-of-scope] `src/lib.rs` is outside"),
        "{said}"
    );
    revert(&repository, &["--out-of-scope"]);
    assert_eq!(repository.status(), " M docs/a.md\n");
}

#[test]
fn the_policy_asks_denies_and_protects_itself() {
    let repository = repository();
    write_as_user(&repository, ".countersign.toml", "[scope]\nask = [\"docs/**\"]\ndeny = [\"src/**\"]\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(agent.edit("docs/a.md", "a", "b").decision(), "ask");
    assert_eq!(agent.write("src/new.rs", "x").decision(), "deny");
    assert_eq!(agent.edit(".countersign.toml", "deny", "ask").decision(), "deny");
    assert_eq!(agent.write(".claude/settings.json", "{}").decision(), "deny");
    assert_eq!(agent.write("other.txt", "x").decision(), "none");
}

#[test]
fn a_write_that_would_delete_a_test_is_asked_about() {
    let repository = Repository::new(&[(
        "tests/test_a.py",
        "def test_one():\n    assert one() == 1\n\n\ndef test_two():\n    assert two() == 2\n",
    )]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("make them pass");
    let reply = agent.edit("tests/test_a.py", "\n\ndef test_two():\n    assert two() == 2\n", "");
    assert_eq!(reply.decision(), "ask", "{reply:?}");
    assert!(reply.reason().contains("test_two"), "{reply:?}");
}

#[test]
fn scope_without_a_session_is_for_those_to_come() {
    let repository = repository();
    assert_eq!(
        told(&repository, &["scope", "set", "docs/**"]),
        "0\nall sessions\n  only: docs/**\n  allowed besides: nothing\n"
    );
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(agent.edit("src/lib.rs", "    1\n", "    11\n").decision(), "deny");
    assert_eq!(run(&repository, &["scope", "--session", "nobody", "show"]).code, Some(2));
}

#[test]
fn a_broken_policy_is_said_and_the_last_good_one_stays_in_force() {
    let repository = repository();
    write_as_user(&repository, ".countersign.toml", "[scope]\ndeny = [\"src/**\"]\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    assert_eq!(agent.edit("src/lib.rs", "    1\n", "    11\n").decision(), "deny");
    for broken in ["[scope\n", "[scope]\ndany = [\"x\"]\n", "[scope]\ndeny = 3\n", "\u{0}", "[scope]\ndeny = [\"[\"]\n"]
    {
        write_as_user(&repository, ".countersign.toml", broken);
        let ended = run(&repository, &["check"]);
        assert_eq!(ended.code, Some(0), "{broken:?}: {ended:?}");
        assert!(ended.stderr.contains(".countersign.toml:"), "{broken:?}: {ended:?}");
        let reply = agent.edit("src/lib.rs", "    1\n", "    11\n");
        assert_eq!((reply.code, reply.decision()), (Some(0), "deny"), "{broken:?}: {reply:?}");
    }
    std::fs::remove_file(repository.path(".countersign.toml")).expect("it is there");
    assert_eq!(agent.edit("src/lib.rs", "    1\n", "    11\n").decision(), "none", "no policy is a policy too");
}

#[test]
fn a_command_is_judged_by_the_files_that_it_names() {
    let repository = Repository::new(&[
        (".gitignore", "target/\n"),
        ("src/lib.rs", "fn one() {}\n"),
        ("docs/a.md", "a\n"),
        ("docs/b.md", "b\n"),
        ("target/out.o", "o\n"),
    ]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    ok(&repository, &["scope", "set", "src/**"]);
    let mut said = String::new();
    for command in [
        "sed -i s/one/two/ src/lib.rs",
        "touch src/new.rs && cp src/lib.rs src/copy.rs",
        "rm -rf target && mkdir -p target && echo x > target/log",
        "ls docs; cat docs/a.md > /tmp/copy-of-a-page",
        "sed -i s/a/b/ docs/a.md",
        "echo more >> notes.txt",
        "cp src/lib.rs docs/",
        "git mv docs/a.md src/a.md",
        "rm -rf docs",
        "bash -c 'tee .countersign.toml < src/lib.rs'",
    ] {
        let reply = agent.bash(command);
        said += &format!("{command}\n    {} {}\n", reply.decision(), reply.reason().replace('\n', "\n    "));
    }
    expect![[r#"
        sed -i s/one/two/ src/lib.rs
            none 
        touch src/new.rs && cp src/lib.rs src/copy.rs
            none 
        rm -rf target && mkdir -p target && echo x > target/log
            none 
        ls docs; cat docs/a.md > /tmp/copy-of-a-page
            none 
        sed -i s/a/b/ docs/a.md
            deny `docs/a.md` is outside what this session was limited to (`src/**`).
        echo more >> notes.txt
            deny `notes.txt` is outside what this session was limited to (`src/**`).
        cp src/lib.rs docs/
            deny `docs/lib.rs` is outside what this session was limited to (`src/**`).
        git mv docs/a.md src/a.md
            deny `docs/a.md` is outside what this session was limited to (`src/**`).
        rm -rf docs
            deny `docs/a.md` is outside what this session was limited to (`src/**`).
            `docs/b.md` is outside what this session was limited to (`src/**`).
        bash -c 'tee .countersign.toml < src/lib.rs'
            deny `.countersign.toml` is part of the policy or the hooks that oversee agents.
    "#]]
    .assert_eq(&said);
    assert_eq!(repository.read("docs/a.md"), "a\n");
}
