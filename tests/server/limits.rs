//! What a server does without room on its disk.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;

use super::FILE;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::client::Client;
use crate::support::profile::Profile;
use crate::support::repository::Repository;

#[test]
fn what_a_full_disk_could_not_take_is_journaled_once_there_is_room() {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let mut command = repository.command("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(countersign()).arg("lsp");
    let mut client = Client::start(&repository, &mut command, Profile::VsCode);
    let server = Pid::from_raw(client.process() as i32);
    let room = |bytes| prlimit(server, Resource::Fsize, Rlimit { current: bytes, maximum: None }).expect("it is ours");
    client.open("a.rs");
    super::wait_for_rest(&mut client);
    client.type_after("a.rs", "fn a() {}\n", "// one\n");
    client.save("a.rs");
    super::wait_for_hunks(&mut client, "a.rs", (0, 0, 0));
    room(Some(512));
    client.type_after("a.rs", "// one\n", "// two\n");
    client.wait_for("window/showMessage", |said| {
        said["message"].as_str().is_some_and(|said| said.contains("the journal cannot be written"))
    });
    // What is typed now builds on what the journal lacks.
    client.type_after("a.rs", "// two\n", "// three\n");
    room(None);
    client.type_after("a.rs", "// three\n", "// four\n");
    client.save("a.rs");
    let typed = client.text("a.rs");
    client.quit();
    assert!(run(repository.command(countersign()).args(["log", "--verify"]), b"").code == Some(0));
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "s1");
    claude.edit("a.rs", "// three\n", "// agent\n// three\n");
    claude.stop();
    let status = run(repository.command(countersign()).args(["status", "--json"]), b"").ok();
    let status: Value = serde_json::from_str(&status).expect("it is JSON");
    assert_eq!(status["files"][0]["hunks"].as_array().map(Vec::len), Some(1), "{status:#}");
    run(repository.command(countersign()).args(["revert", "--all", "--yes"]), b"").ok();
    assert_eq!(repository.read("a.rs"), typed);
}
