//! What comes at an awkward time: starts in the middle of a call, clocks that tell too little, processes that go on writing,
//! two editors on one file.

use std::fs::{self, File};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::git::at_rest;
use super::{FILE, act, hunks, serve, shown, wait_for_hunks};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

fn claude(repository: &Repository) -> ClaudeCode<'_> {
    ClaudeCode::start(repository, countersign_hook("claude-code"), "s1")
}

/// Gives a file this time, in seconds: all that some file systems keep of it.
fn write_at(repository: &Repository, path: &str, text: &str, seconds: u64) {
    repository.write(path, text);
    let file = File::options().append(true).open(repository.path(path)).expect("the file is there");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("the file is ours");
}

#[test]
fn a_rewrite_of_the_same_size_in_the_same_second_is_no_typing() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let second = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
    write_at(&repository, "a.rs", FILE, second);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    write_at(&repository, "a.rs", &FILE.replace("fn b", "fn z"), second);
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}

#[test]
fn a_reload_that_is_heard_of_once_the_disk_has_moved_on_is_no_typing() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    // Three writes, one of them an agent's, before the server hears of the first.
    let announced = claude.announce_edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    let response = announced.write(&repository);
    let first = format!("fn first() {{}}\n{}", repository.read("a.rs"));
    repository.write("a.rs", &first);
    repository.write("a.rs", &format!("{first}fn second() {{}}\nfn third() {{}}\n"));
    client.replace("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.splice("a.rs", 0..0, "fn first() {}\n");
    client.replace("a.rs", "fn c() {}\n", "fn c() {}\nfn second() {}\n");
    claude.report(&announced, response);
    // What nobody announced is made out a little later.
    wait_for_hunks(&mut client, "a.rs", (1, 0, 2));
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 2));
    let expected = [("external", 0), ("agent", 2), ("external", 4)];
    assert_eq!(shown(&mut client, "a.rs"), expected.map(|(kind, line)| (kind.to_owned(), line)));
    client.quit();
}

#[test]
fn an_editor_that_finds_a_file_empty_while_it_is_written_anew_types_nothing() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let written = format!("{}fn other() {{}}\n", repository.read("a.rs"));
    repository.write("a.rs", &written);
    // It was read between being emptied and being filled, and is read again.
    let was = client.text("a.rs").len();
    client.splice("a.rs", 0..was, "");
    client.splice("a.rs", 0..0, &written);
    wait_for_hunks(&mut client, "a.rs", (1, 0, 1));
    let of = |author: &str| run(repository.command(countersign()).args(["diff", "--author", author]), b"").ok();
    assert_eq!(of("user"), "");
    let agents = ["--- a/a.rs", "+++ b/a.rs", "-fn b() {}", "+fn agent() {}"];
    assert_eq!(of("agent").lines().filter(|line| line.starts_with(['-', '+'])).collect::<Vec<_>>(), agents);
    client.quit();
}

#[test]
fn a_server_that_starts_in_the_middle_of_a_call_knows_what_was_announced() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    let client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.prompt("Change b");
    let announced = claude.announce_edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    client.kill();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    let response = announced.write(&repository);
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    claude.report(&announced, response);
    act(&mut client, "a.rs", 1, "Revert this hunk (claude-code)");
    assert_eq!(client.text("a.rs"), FILE);
    client.quit();
}

#[test]
fn what_hooks_told_while_no_server_ran_the_next_one_knows() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    claude.prompt("Change b");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    // One call is under way when the editor starts, and one was cut off.
    claude.announce_edit("a.rs", "fn c() {}\n", "fn never() {}\n");
    let announced = claude.announce_edit("a.rs", "fn a() {}\n", "fn first() {}\n");
    let mut client = serve(&repository, Profile::Helix2507);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    let response = announced.write(&repository);
    claude.report(&announced, response);
    client.reload("a.rs");
    client.type_after("a.rs", "fn c() {", " mine() ");
    claude.stop();
    act(&mut client, "a.rs", 1, "Revert all of the agents' hunks in this file");
    assert_eq!(client.text("a.rs"), FILE.replace("fn c() {", "fn c() { mine() "));
    client.quit();
}

#[test]
fn what_a_process_goes_on_writing_behind_its_command_is_nobodys() {
    let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.prompt("Start the server that builds");
    // It writes when it is told to: once the command that started it is long over.
    let go = repository.home().join("go");
    run(repository.command("mkfifo").arg(&go), b"").ok();
    let serve = format!("(cat {} && echo 'fn built() {{}}' >> a.rs) > /dev/null 2>&1 &", go.display());
    claude.bash(&serve);
    claude.edit("b.rs", "fn b() {}\n", "fn agent() {}\n");
    fs::write(&go, "go\n").expect("who reads it was started");
    let wanted = format!("{FILE}fn built() {{}}\n");
    let end = std::time::Instant::now() + crate::support::DEADLINE;
    while repository.read("a.rs") != wanted {
        assert!(std::time::Instant::now() < end, "{}", repository.read("a.rs"));
        std::thread::yield_now();
    }
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    claude.stop();
    run(repository.command(countersign()).args(["revert", "--all", "--yes"]), b"").ok();
    assert_eq!((repository.read("a.rs"), repository.read("b.rs")), (wanted, FILE.to_owned()));
    client.quit();
}

#[test]
fn two_editors_on_one_file_keep_what_was_typed_in_each() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    let mut one = serve(&repository, Profile::VsCode);
    let mut other = serve(&repository, Profile::Neovim012);
    one.open("a.rs");
    other.open("a.rs");
    one.type_after("a.rs", "fn a() {", " one() ");
    claude.prompt("Change b");
    claude.edit("a.rs", "fn b() {}\n", "fn agent() {}\n");
    claude.stop();
    // The clean one loads it, and types and saves below; the dirty one goes on to lack all that.
    other.reload("a.rs");
    wait_for_hunks(&mut other, "a.rs", (1, 0, 0));
    other.type_after("a.rs", "fn c() {", " other() ");
    hunks(&mut other, "a.rs");
    other.save("a.rs");
    assert_eq!(shown(&mut other, "a.rs"), [("agent".to_owned(), 1)]);
    one.wait_for_diagnostics("a.rs", |found| found.iter().any(|one| one["code"] == "not-loaded"));
    assert_eq!(one.text("a.rs"), FILE.replace("fn a() {", "fn a() { one() "));
    // It has heard of the other's save too: a request looks for what others told.
    hunks(&mut one, "a.rs");
    act(&mut one, "a.rs", 0, "Take what");
    let both = "fn a() { one() }\nfn agent() {}\nfn c() { other() }\n";
    assert_eq!(one.text("a.rs"), both);
    hunks(&mut one, "a.rs");
    one.save("a.rs");
    hunks(&mut one, "a.rs");
    other.reload("a.rs");
    act(&mut other, "a.rs", 1, "Revert all of the agents' hunks in this file");
    assert_eq!(other.text("a.rs"), both.replace("fn agent", "fn b"));
    other.quit();
    one.quit();
}

#[test]
fn what_was_accepted_in_the_editor_stays_so_when_the_file_is_written_and_reloaded() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut claude = claude(&repository);
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn agent() {}\n");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    act(&mut client, "a.rs", 2, "Accept this hunk");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    claude.edit("a.rs", "fn a() {}\n", "");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (1, 0, 0));
    assert_eq!(shown(&mut client, "a.rs"), [("agent".to_owned(), 0)]);
    client.quit();
}

#[test]
fn a_file_that_stays_empty_was_emptied() {
    let repository = at_rest();
    let mut client = serve(&repository, Profile::VsCode);
    client.open("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    File::create(repository.path("a.rs")).expect("it is ours");
    client.reload("a.rs");
    wait_for_hunks(&mut client, "a.rs", (0, 0, 1));
    client.quit();
}
