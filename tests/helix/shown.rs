//! What a person sees of an agent's work in Helix: whose each line is, what is held against it, and what the commands do.

use super::{FILE, Scene, WITH_AGENT, scene};

impl Scene<'_> {
    /// The row of the screen on which this stands.
    fn row(&self, wanted: &str) -> String {
        self.helix.wait_for_screen(wanted);
        self.helix.screen().lines().find(|row| row.contains(wanted)).unwrap_or_default().trim().to_owned()
    }
}

#[test]
fn the_author_stands_at_the_end_of_the_agents_first_line_and_the_rest_in_its_hover() {
    scene(|scene| {
        scene.claude.prompt("Add two functions");
        scene.agent_writes_and_helix_reloads();
        scene.helix.command("set lsp.display-inlay-hints true");
        assert_eq!(scene.row("claude-opus-4-5"), "3 ▍fn x() {} claude-code · claude-opus-4-5");
        scene.helix.goto(1);
        scene.helix.type_in("a.rs", "Ofn above() {}\x1b", &format!("fn above() {{}}\n{WITH_AGENT}"));
        assert_eq!(scene.row("claude-opus-4-5"), "4 ▍fn x() {} claude-code · claude-opus-4-5");
        scene.helix.goto(5);
        scene.helix.keys(" k");
        scene.helix.wait_for_screen("Add two functions");
    });
}

#[test]
fn what_is_held_against_a_line_shows_beside_it_and_goes_with_it() {
    scene(|scene| {
        scene.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {\n    // TODO: implement\n}\n");
        scene.helix.reload("a.rs", "fn a() {}\nfn b() {}\nfn x() {\n    // TODO: implement\n}\nfn c() {}\n");
        scene.wait_for_hunks((1, 0, 0));
        scene.helix.wait_for_screen("●");
        scene.helix.keys("]d");
        scene.helix.wait_for_screen("Code is missing here: `// TODO: implement`.");
        scene.act(4, "Revert this hunk (claude-code)", FILE);
        scene.helix.wait_until_screen_lacks("Code is missing here");
    });
}

#[test]
fn a_workspace_command_says_what_it_lacks_and_takes_all_back_where_it_can_be_told() {
    scene(|scene| {
        scene.agent_writes_and_helix_reloads();
        scene.claude.stop();
        scene.helix.command("lsp-workspace-command countersign.revert");
        scene.helix.wait_for_screen(
            "countersign.revert needs words behind it, such as {\"all\":true}; code actions need none",
        );
        // 25.01 takes all that stands behind it for the command's name.
        if scene.release.starts_with("helix 25.01") {
            return;
        }
        scene.helix.command("lsp-workspace-command countersign.revert {\"all\":true}");
        scene.helix.tap.wait_for_text("a.rs", FILE);
    });
}
