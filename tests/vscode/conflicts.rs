//! What is typed and what others write meanwhile, when it comes to saving: VS Code keeps the buffer, and asks who of the two stays.

use super::{FILE, Scene, WITH_AGENT, plain};

const NEWER: &str = "The content of the file is newer.";
/// Saves beside a reload, each somewhat later behind the write: some come while VS Code reads the file anew.
const ROUNDS: u32 = 24;

/// Types at the document's end, unsaved.
fn types_at_the_end(scene: &Scene<'_>, text: &str) {
    scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
    scene.press(&["Control+End"]);
    scene.types(text);
    scene.code.wait_until(&format!("document().isDirty && document().getText().endsWith({})", serde_json::json!(text)));
}

fn what_awaits_review(scene: &Scene<'_>, wanted: &str) {
    scene.code.wait_until(&format!("api.status.text.includes({})", serde_json::json!(wanted)));
}

#[test]
fn a_save_over_what_others_wrote_meanwhile_is_the_users_and_a_revert_to_it_theirs() {
    plain(|scene| {
        types_at_the_end(scene, "fn mine() {}");
        let mine = format!("{FILE}fn mine() {{}}");
        scene.repository.write("a.rs", &format!("// outside\n{FILE}"));
        scene.press(&["Control+s"]);
        scene.wait_for_message(NEWER);
        assert_eq!(scene.text(), mine, "the buffer is kept");
        scene.choose("Overwrite");
        scene.code.wait_until("!document().isDirty");
        assert_eq!(scene.repository.read("a.rs"), mine);
        scene.wait_for_hunks("");
        what_awaits_review(scene, "nothing to review");

        // Now an agent, and somebody besides; and the person gives way.
        types_at_the_end(scene, " // not kept");
        scene.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
        let outside = format!("// outside\n{WITH_AGENT}fn mine() {{}}");
        scene.repository.write("a.rs", &outside);
        scene.press(&["Control+s"]);
        scene.wait_for_message(NEWER);
        scene.command("workbench.action.files.revert");
        scene.wait_for_text(&outside);
        scene.wait_for_hunks("external 1-1, agent 4-5");
        scene.claude.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.command("countersign.revertFile");
        scene.wait_for_text(&format!("// outside\n{mine}"));
        scene.wait_for_hunks("external 1-1");
    });
}

#[test]
fn an_agents_reload_that_is_undone_saved_and_redone_stays_the_agents_and_a_save_behind_it_takes_nothing_away() {
    plain(|scene| {
        scene.agent_writes();
        scene.command("undo");
        scene.wait_for_text(FILE);
        scene.wait_for_hunks("");
        scene.command("workbench.action.files.save");
        scene.code.wait_until("!document().isDirty");
        assert_eq!(scene.repository.read("a.rs"), FILE);
        what_awaits_review(scene, "nothing to review");
        scene.command("redo");
        scene.wait_for_text(WITH_AGENT);
        scene.wait_for_hunks("agent 3-4");
        scene.command("workbench.action.files.save");
        scene.code.wait_until("!document().isDirty");
        what_awaits_review(scene, "1 to review");
        // What stands on disk when the server hears of a save is taken for what was saved: it has heard once it answers what was asked behind it.
        scene.code.host("await api.servers.here().hunks(document().uri)", &[]);

        // Somebody writes, and the person saves before VS Code has seen it, while it reloads, or once it has; then they give way.
        let write_and_save = "require('node:fs').writeFileSync(document().uri.fsPath, words[0]);
            await new Promise((passed) => setTimeout(passed, Number(words[1])));
            await vscode.commands.executeCommand('workbench.action.files.save')";
        let mut outside = WITH_AGENT.to_owned();
        for round in 0..ROUNDS {
            outside += &format!("fn outside{round}() {{}}\n");
            scene.code.host(write_and_save, &[&outside, &(round * 15).to_string()]);
            assert_eq!(scene.repository.read("a.rs"), outside, "it is refused, or comes behind the reload");
            scene.command("workbench.action.files.revert");
            scene.wait_for_text(&outside);
        }
        scene.wait_for_hunks(&format!("agent 3-4, external 6-{}", 5 + ROUNDS));
    });
}

#[test]
fn a_save_of_nothing_is_said_to_be_one_and_makes_nothing_the_persons() {
    plain(|scene| {
        let listen = "const client = api.servers.here().client;
            const send = client.sendNotification.bind(client);
            globalThis.told = [];
            client.sendNotification = (method, ...words) => {
              globalThis.told.push(method);
              return send(method, ...words);
            }";
        scene.code.host(listen, &[]);
        let saves = |scene: &Scene<'_>| {
            let save = "const saved = new Promise((done) => vscode.workspace.onDidSaveTextDocument(done));
                globalThis.told = [];
                await vscode.commands.executeCommand('workbench.action.files.save');
                await saved;
                return globalThis.told.includes('countersign/didSaveClean') ? 'nothing' : 'something'";
            let saved = scene.code.text(save, &[]);
            scene.wait_for_hunks("external 4-4");
            saved
        };
        let outside = format!("{FILE}fn outside() {{}}\n");
        scene.repository.write("a.rs", &outside);
        scene.wait_for_text(&outside);
        assert_eq!(saves(scene), "nothing");
        types_at_the_end(scene, "mine");
        assert_eq!(saves(scene), "something");
        scene.command("undo");
        scene.wait_for_text(&outside);
        assert_eq!(saves(scene), "something");
        assert_eq!(saves(scene), "nothing");
    });
}
