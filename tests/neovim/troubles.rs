//! Where no server works for the plugin: it was killed, or dies at once, or the workspace cannot be written.

use std::fs;
use std::path::Path;

use expect_test::expect;

use super::FILE;
use super::plugin::{KILL, Scene, scene};
use crate::support::binary::{self, countersign};
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

/// Opens a file with the plugin and this program; what is notified is kept in `said`.
fn open_with(neovim: &mut Neovim, program: &Path) {
    neovim.lua("said = {} vim.notify = function(text) table.insert(said, text) end", &[]);
    neovim.load_plugin(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/neovim"), program);
    neovim.open("a.rs");
}

#[test]
fn a_workspace_that_cannot_be_written_is_said_once_and_reviewed_when_it_can() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE), ("b.rs", FILE), (".countersign.toml", "")]);
        let Some(program) = repository.program_that_may_not_write() else { return };
        let mut neovim = Neovim::start(release, &repository);
        open_with(&mut neovim, &program);
        neovim.wait_until("require('countersign').status().server == 'given-up'");
        neovim.open("b.rs");
        let said = neovim.lua("return table.concat(require('countersign.say').history(), '\\n')", &[]);
        let said = said.as_str().unwrap_or_default().replace(&*repository.root().to_string_lossy(), "ROOT");
        expect!["nothing is overseen here (see :checkhealth countersign): cannot make the state folder ROOT/.git/countersign: Read-only file system (os error 30)"]
            .assert_eq(&said);
        assert_eq!(neovim.lua("return #said", &[]).as_u64(), Some(1), "{}", neovim.screen());
        assert_eq!(repository.starts().len(), 1, "it is not tried again and again");
        neovim.command("checkhealth countersign");
        let health = neovim.text();
        for said in ["ERROR it cannot start: cannot make the state folder", "make it right, then :Countersign restart"]
        {
            assert!(health.contains(said), "{said:?} is not in\n{health}");
        }
        fs::write(repository.home().join("writable"), "").expect("the home is ours");
        neovim.command("Countersign restart");
        neovim.open("a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        neovim.wait_until("require('countersign').status().server == 'running'");
    });
}

#[test]
fn a_program_that_dies_at_once_is_given_up_and_said_once_with_what_to_do() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
        let log = repository.home().join("starts");
        let program = repository.home().join("dying");
        binary::write_program(&program, &format!("echo started >> {}\nexit 3\n", log.display()));
        let mut neovim = Neovim::start(release, &repository);
        open_with(&mut neovim, &program);
        neovim.wait_until("require('countersign').status().server == 'given-up'");
        neovim.command("edit");
        let said =
            "return table.concat(vim.tbl_filter(function(text) return text:find('the server ended') end, said), '\\n')";
        assert_eq!(
            neovim.lua(said, &[]).as_str(),
            Some("countersign: the server ended 5 times (code 3): see :checkhealth countersign")
        );
        assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 5);
        assert_eq!(
            neovim.lua("return require('countersign').status().text", &[]).as_str(),
            Some("Countersign is down")
        );
        fs::write(&program, format!("#!/bin/sh\nexec {} \"$@\"\n", countersign().display())).unwrap();
        neovim.command("Countersign restart");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
    });
}

#[test]
fn what_is_asked_of_a_server_that_is_gone_is_said_to_be_undone() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.cursor("fn y");
        scene
            .neovim
            .lua("vim.lsp.get_clients({ name = 'countersign' })[1].rpc.request = function() return false end", &[]);
        scene.neovim.command("Countersign revert");
        scene.neovim.wait_for_screen("countersign: nothing was done, the server is gone");
    });
}

#[test]
fn a_server_that_is_killed_is_started_again_and_tells_all() {
    scene(|scene| {
        scene.agent_writes();
        let id = scene.neovim.lua("return vim.lsp.get_clients({ name = 'countersign' })[1].id", &[]);
        scene.neovim.lua(KILL, &[]);
        scene
            .neovim
            .wait_until(&format!("(vim.lsp.get_clients({{ name = 'countersign' }})[1] or {{ id = {id} }}).id ~= {id}"));
        scene.wait_for_hunks("agent 3-4");
        scene.neovim.wait_until("require('countersign').status().pending == 2");
    });
}

/// A change while no server runs, once this has ended it, and then typing and a revert beside the next one.
fn hears_of_what_follows_a_change_in_between(scene: &mut Scene<'_>, end: &str) {
    scene.agent_writes();
    let change = "vim.wait(10000, function() return #vim.lsp.get_clients({ name = 'countersign' }) == 0 end, 1)
        vim.api.nvim_buf_set_lines(0, 0, 0, true, { 'fn down() {}' })
        return #vim.lsp.get_clients({ name = 'countersign' })";
    assert_eq!(scene.neovim.lua(&format!("{end} {change}"), &[]).as_u64(), Some(0));
    scene.wait_for_hunks("agent 4-5");
    scene.neovim.keys("ggOfn mine() {}<CR>fn more() {}<Esc>");
    scene.neovim.cursor("fn x");
    scene.neovim.command("Countersign revert");
    scene.wait_for_text(&format!("fn mine() {{}}\nfn more() {{}}\nfn down() {{}}\n{FILE}"));
}

#[test]
fn a_change_while_no_server_runs_is_no_reason_to_hear_of_none_that_follow() {
    scene(|scene| hears_of_what_follows_a_change_in_between(scene, KILL));
}

#[test]
fn a_change_between_two_servers_of_a_restart_is_no_reason_to_hear_of_none_that_follow() {
    scene(|scene| hears_of_what_follows_a_change_in_between(scene, "vim.cmd('Countersign restart')"));
}
