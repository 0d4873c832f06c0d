//! Where the agent may write, set from the menus of the explorer and the editor.

use super::{Scene, plain};

/// Chooses an item of the menu that is open.
fn choose(scene: &Scene<'_>, item: &str) {
    let click = "const item = page.locator('.monaco-menu').getByText(words[0], { exact: true });
        // What is clicked right after the menu came up is not taken.
        await item.waitFor();
        for (let tries = 0; tries < 50 && await item.count() > 0; tries++) {
          await item.click({ timeout: 500 }).catch(() => undefined);
          await page.waitForTimeout(100);
        }";
    scene.code.page(click, &[item]);
}

/// The same of the menu of a file in the explorer.
fn choose_at(scene: &Scene<'_>, file: &str, item: &str) {
    let open = "await page.locator(`.explorer-folders-view [aria-label^='${words[0]}']`).click({ button: 'right' })";
    scene.code.page(open, &[file]);
    choose(scene, item);
}

#[test]
fn the_agent_is_limited_to_a_file_let_into_another_and_limited_to_a_function_from_the_menus() {
    plain(|scene| {
        scene.claude.prompt("Change a");
        choose_at(scene, "a.rs", "Limit the Agent to This File");
        scene.wait_for_message("the scope of session session-1; only: a.rs; allowed besides: nothing");
        choose_at(scene, "b.txt", "Let the Agent Write Here, Too");
        scene.wait_for_message("only: a.rs; allowed besides: b.txt");

        // From the keyboard; where no name stands, one is asked for.
        for (at, offered, typed) in [("fn c() {", "a.rs::", "b"), ("fn c", "a.rs::c", "")] {
            scene.cursor(at);
            scene.press(&["Shift+F10"]);
            choose(scene, "Limit the Agent to This Function or Type");
            scene.code.page("await page.waitForSelector('.quick-input-box input')", &[]);
            let name = "return await page.locator('.quick-input-box input').inputValue()";
            assert_eq!(scene.code.page(name, &[]), offered);
            scene.press(&["End"]);
            scene.types(typed);
            scene.press(&["Enter"]);
            scene.wait_for_message(&format!("only: {offered}{typed}; allowed besides: b.txt"));
        }
    });
}
