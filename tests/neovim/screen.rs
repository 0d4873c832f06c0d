//! Neovim in a terminal, with the plugin that `init` installs: what a person sees, and what their keys do. README's picture is of this.

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::neovim::on_each;
use crate::support::picture::{self, AFTER, BEFORE, CART};
use crate::support::repository::Repository;
use crate::support::window::Window;

#[test]
fn in_a_terminal_marks_show_and_a_revert_by_keys_leaves_what_was_typed() {
    on_each(|release| {
        let repository = Repository::new(&[("src/cart.py", CART), (".countersign.toml", "")]);
        let init = run(repository.command(countersign()).args(["init", "--yes", "--editor", "neovim"]), b"");
        init.ok();
        let mut claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "5d1f");
        let mut window = Window::open(release, &repository, "src/cart.py");
        window.wait_for_screen("def total(items):");
        claude.prompt("Add a discount");
        claude.edit("src/cart.py", BEFORE, AFTER);
        claude.stop();
        // It follows the disk by itself.
        window.wait_for_screen("a         discount = float");
        window.keys("ggOimport os\r\x1b/return sum\rO# DISCOUNT comes from the deployment.\x1b:w\r");
        window.wait_for_screen("9L, 226B written");
        window.wait_for_screen("a     return sum");
        if let Some(folder) = picture::folder() {
            window.keys(":nohlsearch\r");
            window.draw(10, 106, &folder.join("neovim.png"));
        }
        window.keys(":Countersign revert file\r");
        window.wait_for_screen("    if not items:");
        window.keys(":w\r");
        let left = CART.replace("    return", "    # DISCOUNT comes from the deployment.\n    return");
        window.wait_for_file(&repository.path("src/cart.py"), &format!("import os\n\n{left}"));
    });
}
