//! What the extension tells the server besides: what was looked at, once it rests, and nothing for a key.

use super::{WITH_AGENT, plain};
use crate::support::binary::{countersign, run};

/// Keeps what goes out from now on: the method, and how the hunk shows.
const HEAR: &str = "globalThis.told = [];
    const client = api.servers.here().client, send = client.sendNotification.bind(client);
    client.sendNotification = (method, params) => {
      if (String(method.method ?? method).startsWith('countersign/')) told.push(`${method} ${params.visible} ${params.focused}`);
      return send(method, params);
    }";

/// The page gains or loses the focus, as when the person goes to another window: a page without a screen has it always.
const FOCUS: &str = "await page.evaluate((has) => {
      document.hasFocus = () => has;
      window.dispatchEvent(new Event(has ? 'focus' : 'blur'));
    }, words[0] === 'true')";

#[test]
fn what_was_looked_at_is_told_once_it_rests_and_no_key_is_and_a_setting_switches_it_off() {
    plain(|scene| {
        scene.code.host(HEAR, &[]);
        scene.agent_writes();
        let last = |wanted: &str| scene.code.wait_until(&format!("told.at(-1) === 'countersign/viewed {wanted}'"));
        last("true false");
        scene.cursor("fn y");
        last("true true");
        scene.code.page(FOCUS, &["false"]);
        last("false false");
        scene.code.page(FOCUS, &["true"]);
        last("true true");
        // Away from the hunk, key by key.
        scene.cursor("fn a() {}");
        last("true false");
        scene.code.page("await page.click('.editor-instance .view-line >> nth=0')", &[]);
        scene.press(&["Home"]);
        scene.types("// a line of forty keys, none of them told");
        scene.wait_for_text(&format!("// a line of forty keys, none of them told{WITH_AGENT}"));
        scene.cursor("fn y");
        last("true true");
        let set = "await vscode.workspace.getConfiguration('countersign').update('views', false, vscode.ConfigurationTarget.Global)";
        scene.code.host(set, &[]);
        last("false false");
        let told = scene.code.text("return told.map((one) => one.replace('countersign/viewed ', '')).join(', ')", &[]);
        assert_eq!(told, "true false, true true, false false, true true, true false, true true, false false");
        let log = run(scene.repository.command(countersign()).arg("log"), b"").ok();
        assert!(log.contains("looked at") && log.contains("out of sight"), "{log}");
    });
}
