//! What is wrong is said, with what to do about it.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{FILE, Scene};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary;
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, place};

/// A program of the repository's home that does this.
fn program(repository: &Repository, script: &str) -> PathBuf {
    let file = repository.home().join("countersign");
    binary::write_program(&file, &format!("{script}\n"));
    file
}

/// VS Code with this as the program.
fn with_program(script: Option<&str>, test: impl FnOnce(&Scene<'_>)) {
    let Some(place) = place() else { return };
    let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
    let file = script.map_or_else(|| PathBuf::from("/nowhere/countersign"), |script| program(&repository, script));
    let settings = json!({ "countersign.path": file });
    let code = Code::start(&place, &repository, &Start { settings, ..Start::default() });
    let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
    test(&Scene { repository: &repository, claude, code });
}

#[test]
fn a_program_that_is_not_there_is_said_and_found_once_the_setting_is_right() {
    with_program(None, |scene| {
        scene.wait_for_message(
            "`countersign.path` is /nowhere/countersign, and no program is there. Correct it, or empty it",
        );
        assert!(scene.code.text("return api.status.text", &[]).contains("Countersign is down"));
        let program = crate::support::binary::countersign().to_str().expect("a path in UTF-8");
        let set = "await vscode.workspace.getConfiguration('countersign').update('path', words[0], vscode.ConfigurationTarget.Global)";
        scene.code.host(set, &[program]);
        scene.code.wait_until("api.servers.here()?.isRunning");
    });
}

#[test]
fn a_program_of_another_name_or_version_is_said() {
    with_program(Some("echo something else"), |scene| {
        scene.wait_for_message("does not say that it is Countersign. Set `countersign.path` to the program");
        fs::write(
            scene.repository.home().join("countersign"),
            "#!/bin/sh\ncase $1 in --version) echo countersign 0.0.1;; *) exit 3;; esac\n",
        )
        .expect("it is ours");
        scene.command("countersign.restart");
        scene.wait_for_message("is version 0.0.1, and this extension 0.1.0. Install the two of the same version");
    });
}

#[test]
fn a_server_that_crashes_five_times_is_given_up_with_what_to_do_and_can_be_started_again() {
    let script = "echo start >> \"$HOME/starts\"; case $1 in --version) echo countersign 0.1.0;; *) exit 3;; esac";
    with_program(Some(script), |scene| {
        scene.wait_for_message("the server ended 5 times, and is not started any more.");
        scene.wait_for_message("`countersign doctor` in a terminal says what is wrong.");
        let starts = fs::read_to_string(scene.repository.home().join("starts")).expect("it was started");
        assert_eq!(starts.lines().count(), 10, "each start is one of the version's and one of the server's");
        let real = crate::support::binary::countersign().display();
        fs::write(scene.repository.home().join("countersign"), format!("#!/bin/sh\nexec {real} \"$@\"\n"))
            .expect("it is ours");
        scene.choose("Start Again");
        scene.code.wait_until("api.servers.here()?.isRunning");
    });
}

#[test]
fn a_server_that_starts_is_said_to_and_of_many_restarts_at_once_one_server_is_left() {
    let real = crate::support::binary::countersign().display();
    let script = format!(
        "case $1 in --version) until [ -e \"$HOME/go\" ]; do sleep 0.05; done; echo countersign 0.1.0;; *) exec {real} \"$@\";; esac"
    );
    with_program(Some(&script), |scene| {
        scene.code.wait_until("api.status.text === '$(loading~spin) Countersign is starting'");
        scene.command("countersign.review.focus");
        scene.code.page("await page.locator('.welcome-view', { hasText: 'Countersign is starting.' }).waitFor()", &[]);
        fs::write(scene.repository.home().join("go"), "").expect("the home is ours");
        scene.code.wait_until("api.status.text === '$(pass) nothing to review'");
        scene.code.page("await page.locator('.welcome-view', { hasText: 'Nothing awaits review.' }).waitFor()", &[]);
        // The servers that the extension host has started, as the kernel knows them.
        let running = "globalThis.running = () => {
              const fs = require('node:fs'), read = (file) => { try { return fs.readFileSync(file, 'utf8'); } catch { return ''; } };
              const is = (id) => read(`/proc/${id}/status`).includes(`PPid:\\t${process.pid}\\n`) && read(`/proc/${id}/cmdline`).includes('\\0lsp\\0');
              return fs.readdirSync('/proc').filter(is).length;
            };
            globalThis.server = api.servers.here();";
        scene.code.host(running, &[]);
        scene.code.host("await Promise.all([server.restart(), server.restart(), server.restart()])", &[]);
        scene.code.wait_until("server.isRunning && running() === 1");
        let is_stopped = "server.health === 'stopped' && running() === 0";
        scene.code.host("await Promise.all([server.restart(), server.stop()])", &[]);
        scene.code.wait_until(is_stopped);
        // At the one moment at which a client can be told nothing: it starts, and its process is not there yet.
        let stop_in_start = "Object.defineProperty(server, 'client', {
              get() { return this.held; },
              set(client) { this.held = client; if (client) queueMicrotask(() => void server.stop()); },
            });
            await server.restart()";
        scene.code.host(stop_in_start, &[]);
        scene.code.wait_until(is_stopped);
    });
}

#[test]
fn a_folder_without_git_with_blanks_emoji_and_quotes_and_windows_line_ends_is_reviewed_all_the_same() {
    let Some(place) = place() else { return };
    let repository = Repository::new(&[]);
    let folder = repository.root().with_file_name("it's a \"work\" tree 🦀 #1 [x] 100%");
    fs::create_dir(&folder).expect("the folder is ours");
    fs::write(folder.join(".countersign.toml"), "").expect("the folder is ours");
    fs::write(folder.join("ü b.rs"), FILE.replace('\n', "\r\n")).expect("the folder is ours");
    let code = Code::start(&place, &repository, &Start { folder: Some(folder.clone()), ..Start::default() });
    let open = "await vscode.window.showTextDocument(vscode.Uri.file(words[0]))";
    let file = folder.join("ü b.rs");
    code.host(open, &[file.to_str().expect("a path in UTF-8")]);
    code.wait_until("api.servers.here()?.isRunning");
    let event = |phase: &str, after: &str| {
        let mut hook = repository.command(crate::support::binary::countersign());
        hook.args(["hook", "claude-code"]).current_dir(&folder);
        let (before, after) = (FILE.replace('\n', "\r\n"), after.to_owned());
        let mut payload = json!({ "session_id": "session-1", "cwd": folder, "hook_event_name": phase, "tool_name": "Write",
            "tool_use_id": "toolu_1", "tool_input": { "file_path": file, "content": after } });
        if phase == "PostToolUse" {
            payload["tool_response"] =
                json!({ "type": "update", "filePath": file, "content": after, "originalFile": before });
        }
        crate::support::binary::run(&mut hook, payload.to_string().as_bytes()).ok();
    };
    let after = "fn a() {}\r\nfn b() {}\r\nfn x() {}\r\nfn c() {}\r\n";
    event("PreToolUse", after);
    fs::write(&file, after).expect("the folder is ours");
    event("PostToolUse", after);
    let scene = "let last; await until(() => (last = drawn(api)) === 'agent 3-3').catch(() => undefined); return last";
    assert_eq!(code.text(scene, &[]), "agent 3-3");
    code.host("await vscode.commands.executeCommand('countersign.nextHunk'); await vscode.commands.executeCommand('countersign.revertHunk')", &[]);
    code.wait_until("drawn(api) === '' && !document().getText().includes('fn x')");
    assert_eq!(code.text("return document().getText()", &[]), FILE.replace('\n', "\r\n"));
}
