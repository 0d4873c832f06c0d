//! The extension in a real VS Code: an agent writes beside a person who types in its page, and is taken back out.
#![cfg(test)]

mod conflicts;
mod disk;
mod folders;
mod installed;
mod limited;
mod meant;
mod pictures;
mod questions;
mod scopes;
mod troubles;
mod views;

use std::time::Instant;

use crate::support::DEADLINE;
use crate::support::agent::{ClaudeCode, Hook, countersign_hook};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, place};

const FILE: &str = "fn a() {}\nfn b() {}\nfn c() {}\n";
/// A person who says yes to whatever is asked, of which VS Code shows nothing under test. What was asked is kept.
const SAYS_YES: &str = "const { extensionPath } = vscode.extensions.getExtension('countersign.countersign');
    const { window } = require('node:module').createRequire(`${extensionPath}/dist/extension.js`)('vscode');
    globalThis.asked = [];
    window.showWarningMessage = async (text, { modal }, yes) => (asked.push(text), modal ? yes : undefined)";
const WITH_AGENT: &str = "fn a() {}\nfn b() {}\nfn x() {}\nfn y() {}\nfn c() {}\n";

struct Scene<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    code: Code,
}

/// A workspace whose `a.rs` is open in VS Code, and an agent at work in it; `b.txt` lies beside it.
fn scene(policy: &str, hook: &Hook, test: impl FnOnce(&mut Scene<'_>)) {
    let Some(place) = place() else { return };
    let files = [("a.rs", FILE), ("b.txt", "one\ntwo\nthree\n"), (".countersign.toml", policy)];
    let repository = Repository::new(&files);
    let claude = ClaudeCode::start(&repository, hook.clone(), "session-1");
    let code = Code::start(&place, &repository, &Start::default());
    let mut scene = Scene { repository: &repository, claude, code };
    scene.open("a.rs");
    scene.code.wait_until("api.servers.here()?.isRunning");
    scene.wait_for_watcher();
    test(&mut scene);
}

fn plain(test: impl FnOnce(&mut Scene<'_>)) {
    scene("", &countersign_hook("claude-code"), test);
}

impl Scene<'_> {
    fn open(&self, path: &str) {
        let file = self.repository.path(path);
        let open = "await vscode.window.showTextDocument(vscode.Uri.file(words[0]))";
        self.code.host(open, &[file.to_str().expect("a path in UTF-8")]);
        self.code.page("await page.waitForSelector('.editor-instance .view-line')", &[]);
    }

    /// Waits until VS Code hears of what others write: what comes before its watcher it never hears of, as on a busy machine.
    fn wait_for_watcher(&self) {
        let probe = self.repository.path(".git/probe");
        let wait = "let heard = false;
            const watcher = vscode.workspace.createFileSystemWatcher('**/.git/probe');
            watcher.onDidCreate(() => (heard = true));
            watcher.onDidChange(() => (heard = true));
            await until(() => heard || void require('fs').writeFileSync(words[0], String(Date.now())));
            watcher.dispose();
            require('fs').unlinkSync(words[0])";
        self.code.host(wait, &[probe.to_str().expect("a path in UTF-8")]);
    }

    /// The agent adds two lines below `b`, and VS Code reloads by itself.
    fn agent_writes(&mut self) {
        self.wait_for_watcher();
        self.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        self.wait_for_text(WITH_AGENT);
        self.wait_for_hunks("agent 3-4");
    }

    /// Waits until these hunks are drawn in the open document.
    fn wait_for_hunks(&self, wanted: &str) {
        let ask = "let last; await until(() => (last = drawn(api)) === words[0]).catch(() => undefined); return last";
        assert_eq!(self.code.text(ask, &[wanted]), wanted, "{}", self.text());
    }

    fn text(&self) -> String {
        self.code.text("return document().getText()", &[])
    }

    fn wait_for_text(&self, wanted: &str) {
        let ask = "await until(() => document().getText() === words[0], 15000).catch(() => undefined); return document().getText()";
        assert_eq!(self.code.text(ask, &[wanted]), wanted);
    }

    /// Puts the cursor behind the first place where this stands.
    fn cursor(&self, text: &str) {
        let go = "const at = document().getText().indexOf(words[0]);
            if (at < 0) throw new Error(`no ${words[0]} in ${document().getText()}`);
            const place = document().positionAt(at + words[0].length);
            await vscode.window.showTextDocument(document(), { selection: new vscode.Range(place, place) })";
        self.code.host(go, &[text]);
    }

    /// Presses keys in the editor's page, one after the other, as Playwright names them.
    fn press(&self, keys: &[&str]) {
        self.code.page("for (const key of words) await page.keyboard.press(key)", keys);
    }

    /// Types text in the page, key by key.
    fn types(&self, text: &str) {
        self.code.page("await page.keyboard.type(words[0], { delay: 20 })", &[text]);
    }

    fn command(&self, name: &str) {
        self.code.host("await vscode.commands.executeCommand(words[0])", &[name]);
    }

    /// Waits until a notification stands on the page that says this. Under test VS Code pops none up: they stand in its list, which it shows
    /// while there are some.
    fn wait_for_message(&self, text: &str) {
        let seen = "const text = () => [...document.querySelectorAll('.notification-list-item')].map((one) => one.innerText).join(' ');
            for (let tries = 0; tries < 20; tries++) {
              const said = (await page.evaluate(text)).replace(/\\s+/g, ' ');
              if (said.includes(words[0])) return true;
              await page.waitForTimeout(50);
            }
            return false";
        let end = Instant::now() + DEADLINE;
        loop {
            self.command("notifications.showList");
            if self.code.page(seen, &[text]) == true {
                return;
            }
            assert!(Instant::now() < end, "no notification says {text:?}");
        }
    }

    /// Presses a button of a notification.
    fn choose(&self, title: &str) {
        self.command("notifications.showList");
        let click = "await page.locator('.notifications-center').getByRole('button', { name: words[0], exact: true }).first().click()";
        self.code.page(click, &[title]);
    }

    fn tree(&self) -> String {
        self.code.text("return tree(api)", &[])
    }
}

#[test]
fn what_is_typed_above_below_and_inside_survives_a_revert_of_the_file() {
    plain(|scene| {
        scene.agent_writes();
        scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
        scene.press(&["Control+Home"]);
        scene.types("fn above() {}\n");
        scene.press(&["Control+End"]);
        scene.types("fn below() {}");
        scene.wait_for_hunks("agent 4-5");
        scene.cursor("fn y() {");
        scene.types(" mine() ");
        scene.wait_for_hunks("mixed 4-5");
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text("fn above() {}\nfn a() {}\nfn b() {}\nfn y() { mine() }\nfn c() {}\nfn below() {}");
        // What is left of the agent's line stays to be reviewed: the user's own is in it.
        scene.wait_for_hunks("mixed 4-4");
    });
}

#[test]
fn a_hunk_is_reached_and_reverted_by_keys_and_undo_brings_it_back_with_its_author() {
    plain(|scene| {
        scene.agent_writes();
        scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
        scene.press(&["Control+Home", "Alt+F9"]);
        scene.code.wait_until("vscode.window.activeTextEditor.selection.active.line === 2");
        scene.press(&["F1"]);
        scene.types("Countersign: Revert This Hunk");
        scene.code.page("await page.waitForSelector('.quick-input-list-row')", &[]);
        scene.press(&["Enter"]);
        scene.wait_for_text(FILE);
        scene.wait_for_hunks("");
        scene.press(&["Control+z"]);
        scene.wait_for_text(WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
    });
}

#[test]
fn the_review_lists_sessions_files_hunks_and_findings_and_keys_accept_and_revert_them() {
    plain(|scene| {
        scene.agent_writes();
        let swallowed = "try:\n    import x\nexcept Exception:\n    pass\n";
        scene.claude.write("pkg/c.py", swallowed);
        scene.claude.edit("b.txt", "two\n", "");
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.code.wait_until("/3 hunks[^]*1 hunk, 1 finding/.test(await tree(api))");
        let expected = expect_test::expect![[r#"
            claude-code | claude-opus-4-5 · session session-1 | claude-code, claude-opus-4-5 · session session-1, 3 hunks
              a.rs | 1 hunk | a.rs, 1 hunk
                Lines 3–4  +2 -0 | claude-code · claude-opus-4-5 | Lines 3–4, 2 added, 0 removed, by claude-code · claude-opus-4-5, 0 findings
              b.txt | 1 hunk | b.txt, 1 hunk
                Line 2  +0 -1 | claude-code · claude-opus-4-5 | Line 2, 0 added, 1 removed, by claude-code · claude-opus-4-5, 0 findings
              c.py | pkg · 1 hunk, 1 finding | pkg/c.py, pkg · 1 hunk, 1 finding
                Lines 1–4  +4 -0 | claude-code · claude-opus-4-5 | Lines 1–4, 4 added, 0 removed, by claude-code · claude-opus-4-5, 1 finding
                  An error ends here unseen: `except Exception: pass`. | high · error-swallowed | high finding, error-swallowed: An error ends here unseen: `except Exception: pass`.
        "#]];
        expected.assert_eq(&scene.tree());
        scene.code.wait_until("api.status.text === '$(checklist) 3 to review  $(warning) 1 finding'");
        scene.code.host(SAYS_YES, &[]);
        scene.command("countersign.review.open");
        scene.code.wait_until("api.review.view.visible");
        // The list has the keys a moment after it was asked to show the item.
        let has_keys =
            "await page.waitForSelector(`.monaco-list:focus .monaco-list-row.focused[aria-label*='${words[0]}']`)";
        scene.code.page(has_keys, &["session session-1"]);
        // Arrows leave what is selected, the session, and a key is about the row that they reached. Rows come one level after the other.
        scene
            .code
            .page("await page.waitForSelector(`[aria-label*='${words[0]}']`)", &["high finding, error-swallowed"]);
        for reached in ["a.rs, 1 hunk", "2 added, 0 removed", "b.txt, 1 hunk", "0 added, 1 removed"] {
            scene.press(&["ArrowDown"]);
            scene.code.page(has_keys, &[reached]);
        }
        scene.code.wait_until("api.review.view.selection[0].kind === 'session'");
        scene.press(&["r"]);
        scene.code.wait_until("!(await tree(api)).includes('b.txt')");
        assert_eq!(scene.repository.read("b.txt"), "one\ntwo\nthree\n");
        assert_eq!(scene.code.text("return asked.join()", &[]), "");
        assert!(scene.tree().contains("a.rs") && scene.tree().contains("c.py"), "{}", scene.tree());
        scene.code.host(
            "await until(async () => {
              const [session] = await api.review.getChildren();
              return api.review.view.reveal(session, { select: true, focus: true }).then(() => true, () => false);
            })",
            &[],
        );
        scene.code.page(has_keys, &["session session-1, 2 hunks"]);
        // A key that comes while the list is filled anew goes nowhere: a person presses it again.
        let is_empty = "return await until(async () => (await tree(api)) === '', 3000).catch(() => false)";
        let accepted = (0..8).any(|_| {
            scene.press(&["a"]);
            scene.code.host(is_empty, &[]) == true
        });
        assert!(accepted, "{}", scene.tree());
        assert_eq!(scene.code.text("return asked[0]", &[]), "Accept 2 Hunks in 2 files, all of this session?");
        assert_eq!((scene.repository.read("pkg/c.py"), scene.text()), (swallowed.to_owned(), WITH_AGENT.to_owned()));
    });
}

#[test]
fn a_file_stands_beside_itself_without_the_agent_and_follows() {
    plain(|scene| {
        scene.agent_writes();
        scene.command("countersign.diff");
        let without =
            "vscode.workspace.textDocuments.find((one) => one.uri.scheme === 'countersign-without')?.getText()";
        scene.code.wait_until(&format!("{without} === {}", serde_json::json!(FILE)));
        scene.claude.edit("a.rs", "fn x() {}\n", "fn x() { 1 }\n");
        scene.claude.edit("a.rs", "fn a() {}\n", "");
        scene.code.wait_until("vscode.workspace.textDocuments.some((one) => one.getText().startsWith('fn b() {}'))");
        assert_eq!(scene.code.text(&format!("return {without}"), &[]), FILE);
        let read_only =
            "const uri = vscode.workspace.textDocuments.find((one) => one.uri.scheme === 'countersign-without').uri;
            return String(vscode.workspace.fs.isWritableFileSystem(uri.scheme))";
        assert_ne!(scene.code.text(read_only, &[]), "true");
        // While no server runs nothing is known, which is not that agents wrote all of it.
        let kill = "globalThis.seen = [];
            vscode.workspace.onDidChangeTextDocument(({ document }) => seen.push(`${document.uri.scheme}: ${document.getText()}`));
            const server = api.servers.here(), old = server.process; process.kill(old, 'SIGKILL');
            await until(() => server.isRunning && server.process !== old)";
        scene.code.host(kill, &[]);
        scene.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\n// more\n");
        scene.code.wait_until("seen.some((one) => one.includes('more'))");
        assert!(!scene.code.text("return seen.join('\\n')", &[]).contains("without: \n"));
        assert_eq!(scene.code.text(&format!("return {without}"), &[]), FILE);
        let head = scene.repository.path(".git/HEAD");
        let diff = "await vscode.commands.executeCommand('countersign.diff', vscode.Uri.file(words[0]))";
        scene.code.host(diff, &[head.to_str().expect("a path in UTF-8")]);
        scene.wait_for_message("nothing is known of .git/HEAD.");
    });
}

#[test]
fn a_server_that_was_killed_is_started_again_and_knows_all() {
    plain(|scene| {
        scene.agent_writes();
        scene.claude.edit("b.txt", "two\n", "");
        scene.code.wait_until("api.status.text.includes('2 to review')");
        let kill = "const server = api.servers.here(), old = server.process; process.kill(old, 'SIGKILL');
            await until(() => server.isRunning && server.process !== old)";
        scene.code.host(kill, &[]);
        scene.wait_for_hunks("agent 3-4");
        scene.code.wait_until("api.status.text.includes('2 to review')");
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(FILE);
    });
}

#[test]
fn a_lens_over_a_hunk_that_comes_while_the_file_is_open_reverts_it() {
    plain(|scene| {
        scene.agent_writes();
        scene.claude.stop();
        let lenses = "(await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document().uri)).map((one) => one.command.title).join()";
        scene.code.wait_until(&format!("({lenses}) === 'Revert +2 -0 (claude-code · claude-opus-4-5),Accept'"));
        scene.code.page("await page.locator('.codelens-decoration a', { hasText: 'Revert +2' }).click()", &[]);
        scene.wait_for_text(FILE);
    });
}
