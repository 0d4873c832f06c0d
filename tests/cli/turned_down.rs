//! What a person took back is told to the agent with its next hook's reply, once, so that it does not write it again.

use super::{claude, ok, revert};
use crate::support::agent::Reply;
use crate::support::repository::Repository;

const BASE: &str = "one\ntwo\nthree\nfour\n";

fn context(reply: &Reply) -> &str {
    reply.json["hookSpecificOutput"]["additionalContext"].as_str().unwrap_or_default()
}

#[test]
fn what_was_reverted_is_told_to_its_session_with_the_next_reply_and_once() {
    let repository = Repository::new(&[("a.txt", BASE), ("b.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    let other = claude(&repository, "s2");
    agent.prompt("go");
    agent.edit("a.txt", "two\nthree\n", "TWO\nTHREE\n");
    agent.edit("b.txt", "four", "FOUR");
    agent.stop();
    revert(&repository, &["--session", "s1"]);
    assert_eq!(context(&other.prompt("something else")), "");
    assert_eq!(
        context(&agent.prompt("go on")),
        "The user took back what you had written in a.txt (2 lines) and b.txt (1 line). Do not write it again unless you are asked to."
    );
    assert_eq!(context(&agent.prompt("go on")), "");
    assert_eq!(context(&agent.edit("a.txt", "one", "ONE")), "");
    assert!(ok(&repository, &["log"]).contains("was told what was taken back"));
}

#[test]
fn what_was_accepted_or_never_reverted_is_not_spoken_of() {
    let repository = Repository::new(&[("a.txt", BASE)]);
    let mut agent = claude(&repository, "s1");
    agent.edit("a.txt", "two", "TWO");
    agent.stop();
    ok(&repository, &["accept", "--all"]);
    assert_eq!(context(&agent.prompt("go on")), "");
}
