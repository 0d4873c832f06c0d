//! Line ends, marks at a text's start, encodings, names: what differs in form alone is no change, and every byte of the user's comes back.

use std::fs;

use super::{claude, hunks, revert, status};
use crate::support::repository::Repository;

/// A file as it is in a repository that has it committed, written by an agent as a whole, and then reverted.
fn written_and_reverted(before: &str, after: &str) -> (usize, String) {
    let repository = Repository::new(&[("a.txt", before)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("write it anew");
    agent.write("a.txt", after);
    agent.stop();
    let pending = hunks(&repository, "a.txt").len();
    revert(&repository, &["--all"]);
    (pending, repository.read("a.txt"))
}

#[test]
fn a_file_written_anew_with_other_line_ends_has_only_its_real_changes_and_each_line_gets_its_end_back() {
    let mixed = "one\r\ntwo\nthree\r\nfour\nfive\r\n";
    for before in [
        "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n",
        mixed,
        "one\rtwo\rthree\rfour\rfive\r",
        "\u{feff}one\r\ntwo\r\nthree\r\nfour\r\nfive",
    ] {
        for ends in ["\n", "\r\n"] {
            let after: String =
                ["one", "two", "something else", "four", "five"].map(|line| format!("{line}{ends}")).concat();
            if before.contains(ends) && !before.contains(if ends == "\n" { "\r\n" } else { "x\n" }) {
                continue;
            }
            assert_eq!(written_and_reverted(before, &after), (1, before.to_owned()), "{before:?} {ends:?}");
        }
    }
}

#[test]
fn a_file_written_anew_with_other_line_ends_alone_has_no_changes() {
    assert_eq!(written_and_reverted("one\r\ntwo\r\n", "one\ntwo\n").0, 0);
    assert_eq!(written_and_reverted("one\ntwo\n", "one\r\ntwo\r\n").0, 0);
    assert_eq!(written_and_reverted("one\rtwo\r", "one\ntwo\n").0, 0);
    assert_eq!(written_and_reverted("\u{feff}one\n", "one\n").0, 0);
}

#[test]
fn a_users_line_in_a_file_whose_ends_an_agent_changed_keeps_its_own() {
    let repository = Repository::new(&[("a.txt", "one\r\ntwo\r\nthree\r\n")]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("write it anew");
    agent.write("a.txt", "one\nTWO of the agent\nthree\n");
    agent.stop();
    status(&repository);
    repository.write("a.txt", "one\nTWO of the agent\nthree\nmine\n");
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), "one\r\ntwo\r\nthree\r\nmine\n");
}

#[test]
fn a_last_line_with_or_without_its_end_is_the_same_line() {
    assert_eq!(written_and_reverted("one\ntwo", "one\ntwo\n").0, 0);
    assert_eq!(written_and_reverted("one\ntwo\n", "one\ntwo").0, 0);
    assert_eq!(written_and_reverted("one\ntwo", "one\ntwo\nthree\n"), (1, "one\ntwo".to_owned()));
    assert_eq!(written_and_reverted("one\ntwo\n", "zero\none\ntwo"), (1, "one\ntwo\n".to_owned()));
}

#[test]
fn blank_lines_are_lines_and_an_empty_file_is_a_file() {
    assert_eq!(written_and_reverted("\n\n\n", "\n\n\n\n"), (1, "\n\n\n".to_owned()));
    assert_eq!(written_and_reverted("one\n\n\ntwo\n", "one\n\n\n\ntwo\n"), (1, "one\n\n\ntwo\n".to_owned()));
    assert_eq!(written_and_reverted("", "one\n"), (1, String::new()));
    assert_eq!(written_and_reverted("one\n", ""), (1, "one\n".to_owned()));
}

#[test]
fn words_without_blanks_between_them_are_changed_where_they_change() {
    let before = "今天天气很好。\n我们去公园吧。\nこれは日本語です。\n";
    let after = before.replace("公园", "图书馆").replace("日本語", "中国語");
    assert_eq!(written_and_reverted(before, &after), (1, before.to_owned()));
    let repository = Repository::new(&[("a.txt", before)]);
    let mut agent = claude(&repository, "s1");
    agent.prompt("change a word");
    agent.edit("a.txt", "公园", "图书馆");
    agent.stop();
    status(&repository);
    // In another line, and in the agent's own: that one is the user's now.
    repository.write("a.txt", &repository.read("a.txt").replace("今天", "昨天"));
    revert(&repository, &["--all"]);
    assert_eq!(repository.read("a.txt"), before.replace("今天", "昨天"));
}

#[test]
fn texts_in_other_encodings_come_back_byte_for_byte_and_whole() {
    // Latin-1, Shift-JIS, GBK, UTF-16 with its mark, a cut character, zero bytes.
    let texts: [&[u8]; 6] =
        [b"caf\xe9\n", b"\x93\xfa\x96\x7b\n", b"\xc4\xe3\xba\xc3\n", b"\xff\xfea\0\n\0", b"a\xe2\x82\n", b"a\0b\n"];
    for text in texts {
        let repository = Repository::new(&[]);
        fs::write(repository.path("a.txt"), text).expect("writes");
        fs::write(repository.path("b.txt"), "was text\n").expect("writes");
        let mut agent = claude(&repository, "s1");
        agent.prompt("convert them");
        agent.bash("cp a.txt t && echo text > a.txt && mv -f t b.txt");
        agent.stop();
        revert(&repository, &["--all"]);
        assert_eq!(fs::read(repository.path("a.txt")).expect("it is there"), text, "{text:?}");
        assert_eq!(repository.read("b.txt"), "was text\n", "{text:?}");
    }
}
