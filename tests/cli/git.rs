//! `diff`, whose output `git apply` takes, forwards and backwards.

use std::fs;

use super::{claude, ok, run, write_as_user};
use crate::support::binary;
use crate::support::repository::Repository;

fn apply(repository: &Repository, diff: &str, reverse: bool) {
    let arguments: &[&str] = if reverse { &["apply", "-R", "-"] } else { &["apply", "-"] };
    let ended = binary::run(repository.command("git").args(arguments), diff.as_bytes());
    assert_eq!(ended.code, Some(0), "{}\n{diff}", ended.stderr);
}

#[test]
fn git_takes_one_authors_diff_back_and_forth() {
    let names =
        ["plain.txt", "a folder/with spaces.txt", "say \"hi\".txt", "tab\there.txt", "line\nbreak.txt", "smile 🙂.txt"];
    let base = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, base)).collect();
    let repository = Repository::new(&files);
    repository.write("ends without a break.txt", "one\ntwo");
    repository.write("lone returns.txt", "one\rtwo\rthree\n");
    repository.write("gone.txt", "gone\n");
    repository.commit("More");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    for name in names {
        agent.edit(name, "two", "TWO");
        agent.edit(name, "nine\n", "");
    }
    agent.edit("ends without a break.txt", "two", "TWO");
    agent.edit("lone returns.txt", "two", "TWO");
    agent.write("new one.txt", "new\nfile");
    agent.bash("rm gone.txt");
    agent.stop();
    for name in names {
        write_as_user(&repository, name, &repository.read(name).replace("six", "six, mine"));
    }
    let changed = |repository: &Repository| -> Vec<Vec<u8>> {
        let all = names.iter().chain(&["ends without a break.txt", "lone returns.txt", "new one.txt", "gone.txt"]);
        all.map(|name| fs::read(repository.path(name)).unwrap_or_default()).collect()
    };
    let now = changed(&repository);
    let agents = ok(&repository, &["diff"]);
    let external = ok(&repository, &["diff", "--author", "external"]);
    assert_eq!(ok(&repository, &["diff", "--author", "user"]), "");

    apply(&repository, &agents, true);
    for name in names {
        assert_eq!(repository.read(name), base.replace("six", "six, mine"), "{name}");
    }
    assert_eq!(repository.read("lone returns.txt"), "one\rtwo\rthree\n");
    assert!(!repository.path("new one.txt").exists());
    assert_eq!(repository.read("gone.txt"), "gone\n");
    apply(&repository, &agents, false);
    assert_eq!(changed(&repository), now);
    apply(&repository, &external, true);
    for name in names {
        assert_eq!(repository.read(name), base.replace("two", "TWO").replace("nine\n", ""), "{name}");
    }
}

#[test]
fn a_diff_of_some_paths_and_of_what_is_no_text() {
    let repository = Repository::new(&[("src/a.txt", "a\n"), ("b.txt", "b\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    agent.bash("echo aa > src/a.txt; echo bb > b.txt; printf '\\000' > c.bin");
    agent.stop();
    let diff = ok(&repository, &["diff", "src"]);
    assert!(diff.contains("+aa") && !diff.contains("+bb"), "{diff}");
    let ended = run(&repository, &["diff"]);
    assert!(ended.stderr.contains("c.bin") && !ended.stdout.contains("c.bin"), "{ended:?}");
    assert_eq!(run(&repository, &["-C", "src", "diff", "a.txt"]).stdout, diff);
}
