//! README's steps, from the package on: it has the server in it, says how long it takes to start, and goes without a trace.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::FILE;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{self, countersign, run, run_for};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, node, place};

#[test]
fn the_package_is_installed_by_init_brings_its_server_activates_at_once_and_leaves_nothing() {
    let Some(place) = place() else { return };
    let repository = Repository::new(&[("a.rs", FILE)]);
    let home = repository.home();
    let bin = home.join("bin");
    fs::create_dir(&bin).expect("the home is ours");
    let program = bin.join("countersign");
    fs::copy(countersign(), &program).expect("the home is ours");
    let mut package = repository.command(Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/vscode/package"));
    let made = run_for(Duration::from_secs(120), package.arg(&program).arg(bin.join("countersign.vsix")), b"");
    made.expect("it ends").ok();
    let (node, code) = (node(&place.code), place.code.canonicalize().expect("it is there"));
    let (user, extensions) = (home.join("code"), home.join("extensions"));
    let script = format!(
        "EXTENSIONS_GALLERY='{{}}' exec '{}' '{}' --user-data-dir '{}' --extensions-dir '{}' \"$@\"\n",
        node.display(),
        code.join("node_modules/code-server").display(),
        user.display(),
        extensions.display()
    );
    binary::write_program(&bin.join("code-server"), &script);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("tests need a PATH"));
    let init = |words: &[&str]| run(repository.command(&program).args(words).env("PATH", &path), b"").ok();

    let said = init(&["init", "--editor", "vscode", "--yes"]);
    assert!(said.contains("$ code-server --install-extension "), "{said}");
    let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
    let start = Start { settings: json!({}), from_sources: false, ..Start::default() };
    let opened = Code::start(&place, &repository, &start);
    opened.wait_until("api.servers.list().some((server) => server.isRunning)");
    let own = "return require('node:fs').readlinkSync(`/proc/${api.servers.list()[0].process}/exe`)";
    assert!(
        opened.text(own, &[]).starts_with(extensions.to_str().expect("a path in UTF-8")),
        "{}",
        opened.text(own, &[])
    );
    // Before it is opened: of what comes before its watcher VS Code never hears.
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\n");
    opened.host(
        "await vscode.window.showTextDocument(vscode.Uri.file(words[0]))",
        &[&repository.path("a.rs").to_string_lossy()],
    );
    opened.wait_until("drawn(api) === 'agent 3-3'");
    let took = opened.host("return api.activation", &[]).as_f64().expect("ms");
    let size = fs::metadata(bin.join("countersign.vsix")).expect("it is there").len();
    let waited = waited(&opened);
    println!("activation: {took:.1} ms, {waited} as VS Code counts; package with this build's server: {size} bytes");
    drop(opened);

    let said = init(&["init", "--editor", "vscode", "--remove", "--yes"]);
    assert!(said.contains("$ code-server --uninstall-extension countersign.countersign\n"), "{said}");
    let listed = run(repository.command(bin.join("code-server")).arg("--list-extensions"), b"").ok();
    assert!(!listed.contains("countersign"), "{listed}");
}

/// How long VS Code says that it waited for the extension, in its page of those that run: loading, the call, and what that awaited.
fn waited(code: &Code) -> String {
    code.host("await vscode.commands.executeCommand('workbench.action.showRuntimeExtensions')", &[]);
    let said = code.page(
        "const list = page.locator('.runtime-extensions-editor .monaco-list'), row = list.locator('.monaco-list-row', { hasText: 'Countersign' });
        // Only the rows that show are on the page; the slowest come first.
        await list.hover();
        for (let tries = 0; tries < 100 && await row.count() === 0; tries++) {
          await page.mouse.wheel(0, 100);
          await page.waitForTimeout(50);
        }
        return await row.locator('.activation-time').innerText()",
        &[],
    );
    said.as_str().expect("a text").to_owned()
}
