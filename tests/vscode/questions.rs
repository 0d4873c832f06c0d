//! What an agent must ask is asked in the editor, and the answer reaches the agent.

use std::thread;

use super::{Scene, scene};
use crate::support::agent::{ClaudeCode, hook_of_an_agent};
use crate::support::vscode::Code;

const POLICY: &str = "[scope]\nask = [\"b.txt\"]\n";

/// While an agent asks, does what the person does; gives what the agent's hook said.
fn answered(scene: &mut Scene<'_>, person: impl FnOnce(&Scene<'_>)) -> String {
    let hook = hook_of_an_agent();
    let mut claude = ClaudeCode::start(scene.repository, hook, "session-2");
    thread::scope(|scope| {
        let hook = scope.spawn(move || claude.announce_edit("b.txt", "two\n", "2\n").reply.decision().to_owned());
        person(scene);
        hook.join().expect("the hook answers")
    })
}

fn asks(code: &Code) {
    code.wait_until("api.questions.count === 1");
}

#[test]
fn a_write_out_of_scope_asks_and_the_change_is_one_click_away() {
    scene(POLICY, &hook_of_an_agent(), |scene| {
        scene.claude.prompt("Change b");
        let said = answered(scene, |scene| {
            asks(&scene.code);
            scene.wait_for_message("claude-code asks for leave.");
            assert!(scene.code.text("return api.status.text", &[]).contains("an agent asks"));
            scene.choose("Show the change");
            scene.code.wait_until("document().getText().includes('-two\\n+2\\n')");
            asks(&scene.code);
            scene.choose("Deny");
        });
        assert_eq!(said, "deny");
        scene.code.wait_until("api.questions.count === 0");
    });
}

#[test]
fn it_is_answered_from_the_keyboard_as_a_list() {
    scene(POLICY, &hook_of_an_agent(), |scene| {
        scene.claude.prompt("Change b");
        let said = answered(scene, |scene| {
            asks(&scene.code);
            // Not awaited: it ends with the answer.
            scene.code.host("void vscode.commands.executeCommand('countersign.answer')", &[]);
            scene.code.page("await page.waitForSelector('.quick-input-list-row')", &[]);
            scene.types("Allow once");
            scene.press(&["Enter"]);
        });
        assert_eq!(said, "none", "allowed");
    });
}

#[test]
fn two_that_ask_the_same_are_answered_each_and_what_a_server_asked_goes_with_it() {
    scene(POLICY, &hook_of_an_agent(), |scene| {
        thread::scope(|scope| {
            let asks = |session: &str| {
                let mut claude = ClaudeCode::start(scene.repository, hook_of_an_agent(), session);
                scope.spawn(move || claude.announce_edit("b.txt", "two\n", "2\n").reply.decision().to_owned())
            };
            let _first = asks("session-2");
            scene.code.wait_until("api.questions.count === 1");
            let second = asks("session-3");
            scene.code.wait_until("api.questions.count === 2");
            // The newest stands at the top.
            scene.wait_for_message("(2)");
            scene.choose("Deny");
            scene.code.wait_until("api.questions.count === 1");
            assert_eq!(second.join().expect("the hook answers"), "deny");
            scene.code.host("await api.servers.here().stop()", &[]);
            scene.code.wait_until("api.questions.count === 0 && !api.status.text.includes('an agent asks')");
        });
    });
}
