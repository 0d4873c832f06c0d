//! Command lines and what is said of them, in a workspace that is written out here.

mod beyond;
mod named;
mod wrapped;

use expect_test::{Expect, expect};

use super::*;
use crate::verdict::Decision;

/// `/w`: `a.txt` with three lines of the user's, `agent.txt` with lines of the agent's alone, `new.txt` and `notes/idea.txt` which git
/// does not follow, `.env` and `target/` which it ignores, all else as it was committed.
struct Tree;

impl World for Tree {
    fn alias(&mut self, name: &str) -> Option<String> {
        (name == "undo").then(|| "reset --hard".to_owned())
    }

    fn script(&mut self, path: &str) -> Option<String> {
        (path == "/w/wipe.sh").then(|| "#!/bin/sh\nrm -rf \"$1\" a.txt\n".to_owned())
    }

    fn kind(&mut self, path: &str) -> Kind {
        match path {
            "/w" | "/w/src" | "/w/notes" | "/w/target" => Kind::Folder,
            "/w/a.txt" | "/w/agent.txt" | "/w/new.txt" | "/w/notes/idea.txt" | "/w/.env" | "/w/src/lib.rs" => {
                Kind::File
            }
            _ if path.starts_with("/w") => Kind::Absent,
            _ => Kind::Outside,
        }
    }

    fn resolved(&mut self, path: &str) -> Option<String> {
        Some(path.to_owned())
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        let one =
            |path: &str, untracked: bool| Changed { path: path.into(), staged: false, unstaged: !untracked, untracked };
        Some(vec![one("a.txt", false), one("agent.txt", false), one("new.txt", true), one("notes/idea.txt", true)])
    }

    fn ignored(&mut self) -> Option<Vec<String>> {
        Some(vec![".env".into(), "target/".into()])
    }

    fn within(&mut self, folder: &str) -> Option<Vec<String>> {
        Some(vec![format!("{folder}/x")])
    }

    fn follows_any_in(&mut self, folder: &str) -> bool {
        folder == "src"
    }

    fn is_revision(&mut self, name: &str) -> bool {
        name == "main" || name == "other"
    }

    fn in_the_way(&mut self, revision: &str) -> Vec<String> {
        if revision == "other" { vec![".env".into()] } else { Vec::new() }
    }

    fn stashes(&mut self) -> usize {
        1
    }

    fn only_in(&mut self, branch: &str, _: Option<&str>) -> usize {
        usize::from(branch == "topic")
    }

    fn loss(&mut self, path: &str, _: Kept) -> Option<Loss> {
        let lines = match path {
            "a.txt" => 3,
            "new.txt" | "notes/idea.txt" | ".env" => 1,
            _ => return None,
        };
        Some(Loss { path: path.to_owned(), lines, deleted: 0, is_users: path == "a.txt" })
    }
}

fn place() -> Place {
    Place { root: "/w".into(), cwd: "/w".into(), home: Some("/home/una".into()) }
}

fn verdict(line: &str) -> crate::verdict::Verdict {
    let Reading { effects, .. } = read(line, &place(), &mut Tree, &mut Budget::steps(1_000_000));
    judge(&effects, &place(), &mut Tree)
}

/// Every line with what is said of it.
fn check(lines: &[&str], expected: &Expect) {
    let mut shown = String::new();
    for line in lines {
        let verdict = verdict(line);
        let decision = match verdict.decision {
            Decision::Allow => "allow",
            Decision::Ask => "ask  ",
            Decision::Deny => "deny ",
        };
        shown += &format!("{decision} {}\n", line.escape_debug());
        for reason in verdict.reasons {
            shown += &format!("          {reason}\n");
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn what_would_destroy_work_is_asked_about_by_its_name() {
    check(
        &[
            "git checkout -- a.txt",
            "git checkout -- agent.txt",
            "git checkout .",
            "git checkout main",
            "git checkout a.txt",
            "git checkout other",
            "git checkout HEAD -- src",
            "git reset --har",
            "git reset --soft HEAD~1",
            "git restore --staged .",
            "git restore a.txt",
            "git clean -fd",
            "git clean -f",
            "git clean -fX",
            "git clean -nfd",
            "git stash",
            "git stash && git pull && git stash pop",
            "git stash drop",
            "git branch -D topic",
            "git branch -D merged",
            "rm a.txt",
            "rm -rf target",
            "rm -rf src",
            "rm -rf .",
            "rm -rf /",
            "rm -rf ~/",
            "rm -rf .git",
            "rm -rf /tmp/x /tmp/y/*",
            "rm /tmp/../w/a.txt",
            "rm *.txt",
            "rm -f src/*.rs",
            "> a.txt",
            "echo x >> a.txt",
            "echo x > fresh.txt",
            "cp src/lib.rs a.txt",
            "mv a.txt b.txt",
            "mv src/lib.rs a.txt",
            "mv a.txt /tmp/",
            "sed -i s/a/b/ a.txt",
            "sed -n s/a/b/p a.txt",
            "find . -name '*.txt' -delete",
            "find target -type f -delete",
            "find . -name '*.pyc' -delete",
            "dd if=/dev/zero of=a.txt",
            "dd if=/dev/zero of=/dev/sda",
        ],
        &expect![[r#"
            ask   git checkout -- a.txt
                      `git checkout -- a.txt` would discard 3 lines of yours in `a.txt`.
            allow git checkout -- agent.txt
            ask   git checkout .
                      `git checkout .` would discard 3 lines of yours in `a.txt`.
            allow git checkout main
            ask   git checkout a.txt
                      `git checkout a.txt` would discard 3 lines of yours in `a.txt`.
            ask   git checkout other
                      `git checkout other` would overwrite 1 line that is not committed in `.env`.
            allow git checkout HEAD -- src
            ask   git reset --har
                      `git reset --har` would discard 3 lines of yours in `a.txt`.
            allow git reset --soft HEAD~1
            allow git restore --staged .
            ask   git restore a.txt
                      `git restore a.txt` would discard 3 lines of yours in `a.txt`.
            ask   git clean -fd
                      `git clean -fd` would delete 2 lines that are not committed in `new.txt` (1) and `notes/idea.txt` (1).
            ask   git clean -f
                      `git clean -f` would delete 1 line that is not committed in `new.txt`.
            ask   git clean -fX
                      `git clean -fX` would delete 1 line that is not committed in `.env`.
            allow git clean -nfd
            ask   git stash
                      `git stash` would put away, out of the work tree, 3 lines of yours in `a.txt`.
            allow git stash && git pull && git stash pop
            ask   git stash drop
                      `git stash drop` would delete the changes that were put away with `git stash`.
            ask   git branch -D topic
                      `git branch -D topic` would leave a commit behind that only `topic` holds.
            allow git branch -D merged
            ask   rm a.txt
                      `rm a.txt` would delete 3 lines of yours in `a.txt`.
            allow rm -rf target
            allow rm -rf src
            deny  rm -rf .
                      `rm -rf .` would delete `.`, far more than a task can need.
            deny  rm -rf /
                      `rm -rf /` would delete `/`, far more than a task can need.
            deny  rm -rf ~/
                      `rm -rf /home/una/` would delete `/home/una/`, far more than a task can need.
            deny  rm -rf .git
                      `rm -rf .git` would delete git's folder, and with it every commit that is nowhere else.
            allow rm -rf /tmp/x /tmp/y/*
            ask   rm /tmp/../w/a.txt
                      `rm /tmp/../w/a.txt` would delete 3 lines of yours in `a.txt`.
            ask   rm *.txt
                      `rm *.txt` would delete 4 lines that are not committed in `a.txt` (3) and `new.txt` (1).
            allow rm -f src/*.rs
            ask   > a.txt
                      `> a.txt` would overwrite 3 lines of yours in `a.txt`.
            allow echo x >> a.txt
            allow echo x > fresh.txt
            ask   cp src/lib.rs a.txt
                      `cp src/lib.rs a.txt` would overwrite 3 lines of yours in `a.txt`.
            allow mv a.txt b.txt
            ask   mv src/lib.rs a.txt
                      `mv src/lib.rs a.txt` would overwrite 3 lines of yours in `a.txt`.
            ask   mv a.txt /tmp/
                      `mv a.txt /tmp/` would take out of the workspace 3 lines of yours in `a.txt`.
            ask   sed -i s/a/b/ a.txt
                      `sed -i s/a/b/ a.txt` may change 3 lines of yours in `a.txt`.
            allow sed -n s/a/b/p a.txt
            ask   find . -name \'*.txt\' -delete
                      `find . -name *.txt -delete` would delete 5 lines that are not committed in `a.txt` (3), `new.txt` (1) and `notes/idea.txt` (1).
            allow find target -type f -delete
            allow find . -name \'*.pyc\' -delete
            ask   dd if=/dev/zero of=a.txt
                      `dd if=/dev/zero of=a.txt` would overwrite 3 lines of yours in `a.txt`.
            deny  dd if=/dev/zero of=/dev/sda
                      `dd if=/dev/zero of=/dev/sda` is refused: `/dev/sda` would be written to.
        "#]],
    );
}

#[test]
fn it_is_certain_of_few_commands_that_they_change_nothing() {
    for line in [
        "ls -la src | head -3",
        "git status && git diff HEAD -- a.txt",
        "git log --oneline -5 2>&1 | cat",
        "grep -rn 'x > y' src | sort | uniq -c",
        "sed -n '1,5p' a.txt; awk '{print $1}' a.txt",
        "cd src && find . -name '*.rs' -exec grep -l x {} + 2>/dev/null",
        "for f in *.rs; do wc -l \"$f\"; done",
        "bash -c 'cat a.txt'",
        "timeout 5 git --no-pager blame a.txt",
    ] {
        assert!(only_reads(line), "{line}");
    }
    for line in [
        "cargo test",
        "ls > files",
        "echo x | tee y",
        "sed -i s/a/b/ a.txt",
        "sed -n 'w x' a.txt",
        "awk '{print > \"x\"}' a.txt",
        "sort a -o a",
        "git checkout main",
        "git branch new",
        "git diff --output=x",
        "git st",
        "uniq a b",
        "bash x.sh",
        "./ls",
        "find . -exec touch {} +",
        "X=touch; $X y",
        "cat $(touch x)",
        "ls; $UNKNOWN",
        "source x",
        "(((((",
        "cat .env",
        "python3 -c 'print(1)'",
        "xargs touch < names",
        "f() { touch x; }; f",
    ] {
        assert!(!only_reads(line), "{line}");
    }
}

#[test]
fn what_cannot_be_followed_is_asked_about_and_brings_nothing_down() {
    for line in [
        "(".repeat(10_000),
        "{ ".repeat(10_000),
        "$(".repeat(10_000),
        "`".repeat(10_001),
        "{".repeat(300_000),
        "if true; then ".repeat(3_000),
        format!("{}rm a.txt{}", "(".repeat(200), ")".repeat(200)),
        format!("{}rm a.txt{}", "$(".repeat(200), ")".repeat(200)),
        "bash -c 'rm".to_owned(),
        "rm a.txt\0b".to_owned(),
        "f() { f; f; }; f".to_owned(),
        "echo ".to_owned() + &"x".repeat(300_000),
        "alias a='a a'; a".to_owned() + &"; a".repeat(100),
    ] {
        let verdict = verdict(&line);
        let brief: String = line.chars().take(40).collect();
        let harmless = brief.starts_with("alias") || brief.starts_with("`");
        assert!(harmless || !verdict.is_allow(), "{brief}: {verdict:?}");
    }
}

#[test]
fn every_prefix_of_a_line_is_read_without_a_panic() {
    let line = "X=$(cat <<'E' | sed -i 's/ä/\"ö/e' \"${a:-$'\\x41'}\" {a,b}[a-z]*) && git -C ~ clean -fdx -- :/ | xargs -I{} sh -c 'rm {}'\nE";
    for (at, _) in line.char_indices() {
        verdict(&line[..at]);
        verdict(&line[at..]);
    }
}

#[test]
fn the_files_that_a_line_changes_by_name_are_told() {
    let mut told = String::new();
    for line in [
        "sed -i s/a/b/ src/a.rs && touch new.txt",
        "echo x > docs/a.md; cat b >> log/b.txt",
        "cp a.txt docs/; mv a.txt src/b.txt",
        "rm -rf docs src/a.rs",
        "git checkout -- a.txt; git restore src",
        "bash -c 'tee a.txt < b'; chmod +x run.sh",
        "ls; grep -r x src; cargo test",
    ] {
        let Reading { changed, gone, .. } = read(line, &place(), &mut Tree, &mut Budget::steps(1_000_000));
        let list = |files: BTreeSet<String>| files.into_iter().collect::<Vec<_>>().join(" ");
        told += &format!("{line}\n    changed: {}\n    gone: {}\n", list(changed), list(gone));
    }
    expect![[r#"
        sed -i s/a/b/ src/a.rs && touch new.txt
            changed: /w/new.txt /w/src/a.rs
            gone: 
        echo x > docs/a.md; cat b >> log/b.txt
            changed: /w/docs/a.md /w/log/b.txt
            gone: 
        cp a.txt docs/; mv a.txt src/b.txt
            changed: /w/a.txt /w/docs /w/docs/a.txt /w/src/b.txt /w/src/b.txt/a.txt
            gone: /w/a.txt
        rm -rf docs src/a.rs
            changed: /w/docs /w/src/a.rs
            gone: /w/docs /w/src/a.rs
        git checkout -- a.txt; git restore src
            changed: 
            gone: 
        bash -c 'tee a.txt < b'; chmod +x run.sh
            changed: /w/a.txt
            gone: /w/run.sh
        ls; grep -r x src; cargo test
            changed: 
            gone: 
    "#]]
    .assert_eq(&told);
}
