//! Several folders in one window: each workspace has its own server, and what is done goes to the one whose file it is.

use std::fs;

use serde_json::json;

use super::{FILE, Scene, WITH_AGENT};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, place};

#[test]
fn each_of_several_folders_has_its_server_and_is_reviewed_and_left_by_itself() {
    let Some(place) = place() else { return };
    let files = [("a.rs", FILE), (".countersign.toml", "")];
    let [one, two, three] = [(); 3].map(|()| Repository::new(&files));
    let window = one.home().join("both.code-workspace");
    let folders = [&one, &two].map(|repository| json!({ "path": repository.root() }));
    fs::write(&window, json!({ "folders": folders }).to_string()).expect("the home is ours");
    let code = Code::start(&place, &one, &Start { folder: Some(window), ..Start::default() });
    code.wait_until("api.servers.list().length === 2 && api.servers.list().every((server) => server.isRunning)");
    let mut other = ClaudeCode::start(&two, countersign_hook("claude-code"), "session-2");
    let claude = ClaudeCode::start(&one, countersign_hook("claude-code"), "session-1");
    let mut scene = Scene { repository: &one, claude, code };
    scene.open("a.rs");
    scene.agent_writes();
    other.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn other() {}\n");
    scene.code.wait_until("api.status.text.includes('2 to review')");
    scene.claude.stop();
    other.stop();
    scene.code.wait_until("api.servers.list().every((server) => !server.atWork)");
    let sessions = scene.tree();
    assert!(sessions.contains("session session-1") && sessions.contains("session session-2"), "{sessions}");

    // From hunk to hunk, into the other folder, and that one alone is reverted: by its code lens, whose command both servers have.
    scene.command("countersign.nextHunk");
    scene.command("countersign.nextHunk");
    let with_other = "fn a() {}\nfn b() {}\nfn other() {}\nfn c() {}\n";
    scene.wait_for_text(with_other);
    scene.wait_for_hunks("agent 3-3");
    scene.code.page("await page.locator('.codelens-decoration a', { hasText: 'Revert +1' }).click()", &[]);
    scene.wait_for_text(FILE);
    scene.wait_for_hunks("");
    assert_eq!((one.read("a.rs"), two.read("a.rs")), (WITH_AGENT.to_owned(), with_other.to_owned()), "it is unsaved");
    scene.command("workbench.action.files.save");
    scene.code.wait_until("!document().isDirty && api.status.text.includes('1 to review')");

    // A folder that is added gets its server; one that goes takes its own along.
    let three_root = three.root().to_str().expect("a path in UTF-8");
    let add = "vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(words[0]) });
        await until(() => api.servers.list().length === 3 && api.servers.list().every((server) => server.isRunning))";
    scene.code.host(add, &[three_root]);
    let remove = "const gone = api.servers.list()[1].process;
        vscode.workspace.updateWorkspaceFolders(1, 1);
        await until(() => api.servers.list().length === 2);
        await until(() => { try { process.kill(gone, 0); return false; } catch { return true; } });
        return api.servers.list().map((server) => server.root.fsPath).join('\\n')";
    let left = scene.code.text(remove, &[]);
    assert_eq!(left, format!("{}\n{three_root}", one.root().display()));
    scene.open("a.rs");
    scene.wait_for_hunks("agent 3-4");
    scene.command("countersign.revertFile");
    scene.wait_for_text(FILE);
}

#[test]
fn a_folder_below_the_policys_is_watched_from_the_start() {
    let Some(place) = place() else { return };
    let repository = Repository::new(&[("pkg/a.rs", FILE), (".countersign.toml", "")]);
    let code = Code::start(&place, &repository, &Start { folder: Some(repository.path("pkg")), ..Start::default() });
    let exports = "vscode.extensions.getExtension('countersign.countersign').exports";
    code.wait_until(&format!("{exports}?.servers.list().some((server) => server.isRunning)"));
}

#[test]
fn a_workspace_behind_a_symbolic_link_is_counted_once_and_its_files_are_opened_in_it() {
    let Some(place) = place() else { return };
    let repository = Repository::new(&[("a.rs", FILE), ("b.txt", "one\ntwo\n"), (".countersign.toml", "")]);
    let link = repository.home().join("link");
    std::os::unix::fs::symlink(repository.root(), &link).expect("the home is ours");
    let code = Code::start(&place, &repository, &Start { folder: Some(link.clone()), ..Start::default() });
    code.wait_until("api.servers.list()[0]?.isRunning");
    let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
    let mut scene = Scene { repository: &repository, claude, code };
    scene.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\n");
    scene.claude.edit("b.txt", "two\n", "");
    scene.claude.stop();
    scene.code.wait_until("api.status.text.includes('2 to review') && !api.servers.here().atWork");
    scene.command("countersign.nextHunk");
    scene.wait_for_hunks("agent 3-3");
    assert_eq!(scene.code.text("return document().uri.fsPath", &[]), link.join("a.rs").to_string_lossy());
    scene.code.wait_until("api.status.text.includes('2 to review')");
    scene.command("countersign.revertFile");
    scene.wait_for_text(FILE);
    scene.command("workbench.action.files.save");
    scene.command("countersign.nextHunk");
    scene.wait_for_hunks("agent 2-1");
    scene.command("countersign.acceptFile");
    scene.code.wait_until("api.status.text === '$(pass) nothing to review'");
}
