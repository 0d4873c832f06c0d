//! What an agent must ask comes up in the plugin when the person rests, and takes no key that was meant for something else.

use std::thread;

use super::FILE;
use super::plugin::{KILL, Scene, scene_with};
use crate::support::agent::hook_of_an_agent;
use crate::support::neovim::Neovim;

const POLICY: &str = "[scope]\nask = [\"b.txt\"]\n";

/// What is put by `vim.ui.select` stands in `asked`, and `choose` answers it.
const NOTED: &str = "asked = {}
    vim.ui.select = function(items, options, chosen)
      table.insert(asked, options.prompt)
      choose = function(title)
        for _, item in ipairs(items) do
          if item.title == title then return chosen(item) end
        end
        chosen(nil)
      end
    end";

/// While an agent asks, does what the person does in Neovim; gives what the agent's hook said.
fn answered(scene: &mut Scene<'_>, person: impl FnOnce(&mut Neovim)) -> String {
    let Scene { claude, neovim, .. } = scene;
    thread::scope(|scope| {
        let hook = scope.spawn(|| claude.announce_edit("b.txt", "two\n", "2\n").reply.decision().to_owned());
        person(neovim);
        hook.join().expect("the hook answers")
    })
}

fn asking(test: impl Fn(&mut Scene<'_>)) {
    scene_with(POLICY, &hook_of_an_agent(), |scene| {
        scene.claude.prompt("Change b");
        test(scene);
    });
}

#[test]
fn it_waits_while_the_user_types_and_the_answer_reaches_the_agent() {
    asking(|scene| {
        scene.neovim.lua(NOTED, &[]);
        scene.neovim.keys("Gofn mine() {");
        let said = answered(scene, |neovim| {
            neovim.wait_until("require('countersign').status().questions == 1");
            neovim.wait_for_screen("(:Countersign answer)");
            neovim.keys("} // 1 2<Esc>");
            neovim.wait_until("#asked == 1");
            let prompt = neovim.lua("return asked[1]", &[]);
            assert!(
                prompt.as_str().unwrap_or_default().starts_with("Countersign: claude-code asks for leave."),
                "{prompt}"
            );
            neovim.lua("choose('Deny')", &[]);
        });
        assert_eq!(said, "deny");
        assert_eq!(scene.neovim.text(), format!("{FILE}fn mine() {{}} // 1 2\n"), "no key was taken for an answer");
        scene.neovim.wait_until("require('countersign').status().questions == 0");
    });
}

#[test]
fn it_is_put_at_once_by_the_command_in_neovims_own_way() {
    asking(|scene| {
        let said = answered(scene, |neovim| {
            neovim.wait_until("require('countersign').status().questions == 1");
            neovim.keys(":Countersign answer<CR>");
            neovim.wait_for_screen("1: Allow once");
            neovim.keys("1<CR>");
        });
        assert_eq!(said, "none", "allowed");
    });
}

#[test]
fn what_a_server_asked_that_is_gone_does_not_stand_before_what_others_ask() {
    asking(|scene| {
        scene.neovim.lua(NOTED, &[]);
        let ask = "local message, of = ...
            local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            local ask = client.handlers['window/showMessageRequest']
            coroutine.wrap(function()
              local answered = ask(nil, { message = message, actions = { { title = 'Yes' } } }, { client_id = of or client.id })
              answer = answered
            end)()";
        scene.neovim.lua(ask, &["first".into()]);
        scene.neovim.wait_until("#asked == 1");
        scene.neovim.lua(ask, &["second".into(), 999.into()]);
        // The other may have been closed with no word of it.
        scene.neovim.wait_for_screen("second (:Countersign answer)");
        scene.neovim.lua(KILL, &[]);
        scene.neovim.wait_until("asked[2] == 'second: '");
        scene.neovim.lua("choose('Yes')", &[]);
        scene.neovim.wait_until("answer and answer.title == 'Yes' and require('countersign').status().questions == 0");
    });
}

#[test]
fn what_is_closed_without_a_choice_and_what_no_screen_shows_is_left_to_the_agent() {
    asking(|scene| {
        scene.neovim.lua(NOTED, &[]);
        let said = answered(scene, |neovim| {
            neovim.wait_until("#asked == 1");
            neovim.lua("choose(nil)", &[]);
        });
        assert_eq!(said, "ask");
        scene.neovim.lua("vim.api.nvim_list_uis = function() return {} end", &[]);
        assert_eq!(answered(scene, |_| {}), "ask");
    });
}
