//! What the editor tells of what others do to the disk, and what comes of it: the rows of which it depends who wrote a line.

use super::{FILE, Scene, WITH_AGENT, plain};

/// Someone else writes `a.rs`, and VS Code takes it in.
fn written_outside(scene: &Scene<'_>, text: &str) {
    scene.repository.write("a.rs", text);
    scene.wait_for_text(text);
}

#[test]
fn what_others_write_over_a_clean_document_is_external_and_undo_does_not_make_it_the_users() {
    plain(|scene| {
        scene.agent_writes();
        let outside = format!("{WITH_AGENT}fn other() {{}}\n");
        written_outside(scene, &outside);
        scene.wait_for_hunks("agent 3-4, external 6-6");
        // Renamed over, as many programs save.
        let renamed = format!("{outside}fn more() {{}}\n");
        std::fs::write(scene.repository.path("a.tmp"), &renamed).expect("the root is ours");
        std::fs::rename(scene.repository.path("a.tmp"), scene.repository.path("a.rs")).expect("the root is ours");
        scene.wait_for_text(&renamed);
        scene.wait_for_hunks("agent 3-4, external 6-7");
        scene.command("undo");
        scene.wait_for_text(&outside);
        scene.wait_for_hunks("agent 3-4, external 6-6");
        scene.command("redo");
        scene.wait_for_text(&renamed);
        scene.wait_for_hunks("agent 3-4, external 6-7");
        scene.command("workbench.action.files.save");
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(&format!("{FILE}fn other() {{}}\nfn more() {{}}\n"));
    });
}

#[test]
fn ten_rewrites_in_a_second_end_with_the_right_authors() {
    plain(|scene| {
        scene.agent_writes();
        let mut text = WITH_AGENT.to_owned();
        for number in 0..10 {
            text += &format!("fn outside_{number}() {{}}\n");
            scene.repository.write("a.rs", &text);
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        scene.wait_for_text(&text);
        scene.wait_for_hunks("agent 3-4, external 6-15");
    });
}

#[test]
fn an_agents_write_beside_unsaved_typing_is_said_and_taken_in_without_loss() {
    plain(|scene| {
        scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
        scene.press(&["Control+End"]);
        scene.types("fn mine() {}");
        scene.wait_for_text(&format!("{FILE}fn mine() {{}}"));
        scene.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        let act = "const find = async () => {
              const range = new vscode.Range(0, 0, document().lineCount, 0);
              const all = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document().uri, range, undefined, 20);
              return all.find((one) => one.edit !== undefined && one.kind.value.startsWith('quickfix.countersign.load'));
            };
            const action = await until(find);
            if (!(await vscode.workspace.applyEdit(action.edit))) throw new Error('refused')";
        scene.code.host(act, &[]);
        scene.wait_for_text(&format!("{WITH_AGENT}fn mine() {{}}"));
        scene.wait_for_hunks("agent 3-4");
    });
}

#[test]
fn a_checkout_is_nobodys_and_keeps_the_authors_of_what_was_here() {
    plain(|scene| {
        scene.agent_writes();
        scene.claude.stop();
        scene.repository.commit("The agent's");
        scene.repository.git(&["checkout", "--quiet", "HEAD~1"]);
        scene.wait_for_text(FILE);
        scene.wait_for_hunks("");
        scene.repository.git(&["checkout", "--quiet", "main"]);
        scene.wait_for_text(WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
    });
}

#[test]
fn a_file_that_is_deleted_and_made_again_by_others_is_theirs_and_a_rename_in_the_editor_takes_authors_along() {
    plain(|scene| {
        scene.agent_writes();
        scene.claude.stop();
        let rename = "const edit = new vscode.WorkspaceEdit(), from = document().uri;
            edit.renameFile(from, vscode.Uri.joinPath(from, '../z.rs')); await vscode.workspace.applyEdit(edit);
            await until(() => document().uri.path.endsWith('/z.rs'))";
        scene.code.host(rename, &[]);
        scene.wait_for_hunks("agent 3-4");
        std::fs::remove_file(scene.repository.path("z.rs")).expect("it is there");
        let outside = format!("{WITH_AGENT}fn other() {{}}\n");
        scene.repository.write("z.rs", &outside);
        scene.wait_for_text(&outside);
        scene.wait_for_hunks("agent 3-4, external 6-6");
    });
}

#[test]
fn what_a_formatter_does_on_save_is_the_users() {
    plain(|scene| {
        let format = "vscode.languages.registerDocumentFormattingEditProvider({ language: 'rust' }, {
              provideDocumentFormattingEdits: (one) => [vscode.TextEdit.insert(one.positionAt(one.getText().length), 'fn formatted() {}\\n')],
            });
            await vscode.workspace.getConfiguration('editor').update('formatOnSave', true, vscode.ConfigurationTarget.Global)";
        scene.code.host(format, &[]);
        scene.agent_writes();
        scene.claude.stop();
        scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
        scene.press(&["Control+Home"]);
        scene.types("fn mine() {}\n");
        scene.command("workbench.action.files.save");
        let saved = format!("fn mine() {{}}\n{WITH_AGENT}fn formatted() {{}}\n");
        scene.code.wait_until("!document().isDirty");
        assert_eq!(scene.repository.read("a.rs"), saved);
        scene.wait_for_hunks("agent 4-5");
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(&format!("fn mine() {{}}\n{FILE}fn formatted() {{}}\n"));
        scene.wait_for_hunks("");
    });
}
