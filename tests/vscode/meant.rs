//! What is meant by a selection, by a row of the review and by "next" is done, and no more.

use super::plain;
use crate::support::agent::{ClaudeCode, countersign_hook};

#[test]
fn lines_and_a_sessions_file_are_accepted_alone_and_the_way_from_hunk_to_hunk_passes_a_deleted_file() {
    plain(|scene| {
        let mut other = ClaudeCode::start(scene.repository, countersign_hook("claude-code"), "session-2");
        scene.claude.edit("a.rs", "fn a() {}\n", "fn a() {}\nfn x() {}\n");
        scene.claude.edit("a.rs", "fn c() {}\n", "fn c() {}\nfn z() {}\n");
        other.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn y() {}\n");
        other.bash("rm b.txt");
        other.write("c.txt", "new\n");
        scene.wait_for_text("fn a() {}\nfn x() {}\nfn b() {}\nfn y() {}\nfn c() {}\nfn z() {}\n");
        scene.wait_for_hunks("agent 2-2, agent 4-4, agent 6-6");
        scene.claude.stop();
        other.stop();
        scene.code.wait_until("!api.servers.here().atWork");
        scene.code.wait_until("/b\\.txt[^]*c\\.txt/.test(await tree(api))");

        scene.cursor("fn z() {}");
        scene.command("countersign.nextHunk");
        scene.code.wait_until("document().uri.path.endsWith('/c.txt')");
        scene.wait_for_message("b.txt cannot be opened. Its change stands in the review.");
        scene.command("countersign.previousHunk");
        let last_of_a = "vscode.window.activeTextEditor.selection.active.line === 5";
        scene.code.wait_until(&format!("document().uri.path.endsWith('/a.rs') && {last_of_a}"));
        // A file that has none stands behind the last one.
        scene.open(".countersign.toml");
        scene.command("countersign.previousHunk");
        scene.code.wait_until("document().uri.path.endsWith('/c.txt')");

        // Whole lines are selected to the begin of the next, on which there is another hunk.
        scene.open("a.rs");
        let accept = "vscode.window.activeTextEditor.selection = new vscode.Selection(1, 0, 3, 0);
            await vscode.commands.executeCommand('countersign.acceptHunk')";
        scene.code.host(accept, &[]);
        scene.wait_for_hunks("agent 4-4, agent 6-6");
        let accept = "const session = (await api.review.getChildren()).find((one) => one.session === 'session-1');
            await vscode.commands.executeCommand('countersign.acceptFile', (await api.review.getChildren(session))[0])";
        scene.code.host(accept, &[]);
        scene.wait_for_hunks("agent 4-4");
    });
}
