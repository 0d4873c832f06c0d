//! Workspaces in which not all is allowed: those that cannot be written, and those that are not trusted.

use std::fs;

use serde_json::{Value, json};

use super::{FILE, Scene, WITH_AGENT};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, place};

fn with_settings(repository: &Repository, settings: &Value, test: impl FnOnce(&mut Scene<'_>)) {
    let Some(place) = place() else { return };
    let code = Code::start(&place, repository, &Start { settings: settings.clone(), ..Start::default() });
    let claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "session-1");
    let mut scene = Scene { repository, claude, code };
    scene.open("a.rs");
    test(&mut scene);
}

fn script(repository: &Repository, name: &str, lines: &str) -> String {
    let file = repository.path(name);
    binary::write_program(&file, &format!("{lines}\n"));
    file.to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn a_workspace_that_cannot_be_written_is_said_once_and_reviewed_when_it_can() {
    let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
    let Some(program) = repository.program_that_may_not_write() else { return };
    with_settings(&repository, &json!({ "countersign.path": program }), |scene| {
        scene.wait_for_message("it cannot start, and oversees nothing here: cannot ");
        scene.wait_for_message("The workspace's journal must be writable");
        // The editor ends what refused to start some seconds later, which is no crash.
        let refused = repository.starts().pop().expect("it was started");
        scene.code.wait_until(&format!("!require('node:fs').existsSync('/proc/{refused}')"));
        assert!(scene.code.text("return api.status.text", &[]).contains("Countersign is down"));
        assert_eq!(repository.starts().len(), 2, "its version, and itself: it is not tried again and again");
        fs::write(repository.home().join("writable"), "").expect("the home is ours");
        scene.choose("Start Again");
        scene.code.wait_until("api.servers.here()?.isRunning");
        scene.agent_writes();
    });
}

#[test]
fn a_file_that_the_editor_takes_for_read_only_shows_its_authors_and_is_accepted() {
    let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
    let settings = json!({ "countersign.path": countersign(), "files.readonlyInclude": { "**/a.rs": true } });
    with_settings(&repository, &settings, |scene| {
        scene.code.wait_until("api.servers.here()?.isRunning");
        scene.agent_writes();
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.acceptFile");
        scene.wait_for_hunks("");
        assert_eq!((scene.text(), repository.read("a.rs")), (WITH_AGENT.to_owned(), WITH_AGENT.to_owned()));
        scene.claude.edit("a.rs", "fn a() {}\n", "");
        scene.wait_for_hunks("agent 1-0");
        // While its turn runs, a person would be asked.
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(WITH_AGENT);
    });
}

#[test]
fn a_workspace_that_is_not_trusted_is_reviewed_by_the_users_program_and_never_by_its_own() {
    let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
    let theirs = script(&repository, "theirs", "echo \"$@\" >> \"$(dirname \"$0\")/started\"; exit 3");
    repository.write(".vscode/settings.json", &json!({ "countersign.path": theirs }).to_string());
    let settings = json!({ "countersign.path": countersign(), "security.workspace.trust.enabled": true,
        "security.workspace.trust.startupPrompt": "never" });
    with_settings(&repository, &settings, |scene| {
        scene.code.wait_until("api.servers.here()?.isRunning");
        assert_eq!(scene.code.host("return vscode.workspace.isTrusted", &[]), false);
        scene.agent_writes();
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(FILE);
        let own = "return require('node:fs').readlinkSync(`/proc/${api.servers.here().process}/exe`)";
        assert_eq!(scene.code.text(own, &[]), countersign().canonicalize().expect("it is there").to_string_lossy());
        assert!(!repository.path("started").exists(), "{}", repository.read("started"));
    });
}
