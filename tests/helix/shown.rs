//! What a person sees of an agent's work in Helix: whose each line is, what is held against it, and what the commands do.

use super::{FILE, Scene, WITH_AGENT, scene};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::helix::{Helix, on_each};
use crate::support::picture;
use crate::support::repository::Repository;

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
        scene.helix.wait_for_row(&["●", "TODO"]);
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

#[test]
fn the_menu_offers_what_can_be_done_with_the_hunk_at_the_cursor() {
    const CART: &str = "fn total(items: &[Item]) -> Result<f64> {\n    ensure!(!items.is_empty(), \"nothing in the cart\");\n    Ok(items.iter().map(|item| item.price).sum())\n}\n";
    const AFTER: &str = "fn total(items: &[Item]) -> Result<f64> {\n    let discount: f64 = env::var(\"DISCOUNT\").unwrap().parse().unwrap();\n    Ok(items.iter().map(|item| item.price).sum::<f64>() * (1.0 - discount))\n}\n";
    on_each(|release| {
        let repository = Repository::new(&[("cart.rs", CART)]);
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "5d1f");
        let mut helix = Helix::start(release, &repository, "cart.rs", "");
        claude.prompt("Add a discount");
        claude.edit("cart.rs", CART, AFTER);
        claude.stop();
        helix.reload("cart.rs", AFTER);
        helix.command("set lsp.display-inlay-hints true");
        helix.wait_for_screen("claude-opus-4-5");
        helix.goto(1);
        helix.type_in(
            "cart.rs",
            "O// Sums up what is in the cart.\x1b",
            &format!("// Sums up what is in the cart.\n{AFTER}"),
        );
        helix.goto(3);
        helix.keys(" a");
        helix.wait_for_screen("Revert this hunk (claude-code)");
        helix.wait_for_screen("Accept this hunk");
        if let Some(folder) = picture::folder() {
            helix.draw(14, 106, &folder.join("helix.png"));
        }
    });
}
