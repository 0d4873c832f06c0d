//! The README's pictures, light and dark: `tests/editors/pictures` makes them anew.

use std::path::PathBuf;

use serde_json::json;

use super::Scene;
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::countersign;
use crate::support::picture::{AFTER, BEFORE, CART};
use crate::support::repository::Repository;
use crate::support::vscode::{Code, Start, place};

const TYPED: &str = "import os\n\ndef total(items):";

#[test]
#[ignore = "draws the README's pictures"]
fn light_and_dark() {
    let Some(place) = place() else { return };
    for (name, theme) in [("light", "Default Light Modern"), ("dark", "Default Dark Modern")] {
        let repository = Repository::new(&[("src/cart.py", CART), (".countersign.toml", "")]);
        let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "5d1f");
        let settings = json!({ "countersign.path": countersign(), "workbench.colorTheme": theme, "editor.minimap.enabled": false,
            "workbench.activityBar.location": "default", "problems.decorations.enabled": false });
        let code = Code::start(&place, &repository, &Start { settings, ..Start::default() });
        let mut scene = Scene { repository: &repository, claude, code };
        scene.open("src/cart.py");
        scene.code.wait_until("api.servers.here()?.isRunning");
        let replace = "const edit = new vscode.WorkspaceEdit(), [from, to] = words, at = document().getText().indexOf(from);
            edit.replace(document().uri, new vscode.Range(document().positionAt(at), document().positionAt(at + from.length)), to);
            await vscode.workspace.applyEdit(edit); await document().save()";
        scene.code.host(replace, &["def total(items):", TYPED]);
        scene.claude.prompt("Add a discount");
        scene.claude.edit("src/cart.py", BEFORE, AFTER);
        scene.claude.stop();
        scene.code.wait_until("document().getText().includes('DISCOUNT') && drawn(api) !== ''");
        scene.code.host(replace, &["    return sum", "    # DISCOUNT comes from the deployment.\n    return sum"]);
        scene.command("countersign.review.open");
        scene.code.wait_until("api.review.view.visible && api.status.text.includes('finding')");
        scene.code.page("await page.waitForSelector('.squiggly-warning, .squiggly-error'); await page.waitForSelector('.codelens-decoration a'); await page.mouse.move(600, 500)", &[]);
        let folder = std::env::var_os("COUNTERSIGN_PICTURES").map_or_else(|| repository.home(), PathBuf::from);
        let file = folder.join(format!("vscode-{name}.png"));
        let clip = "await page.screenshot({ path: words[0], clip: { x: 0, y: 0, width: 1200, height: 420 } })";
        scene.code.page(clip, &[&file.to_string_lossy()]);
        let size = std::fs::metadata(&file).expect("it was drawn").len();
        assert!(size < 100_000, "{size} bytes");
    }
}
