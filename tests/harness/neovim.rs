//! A real Neovim of each version, with plain buffers and with the stand-in as its language server.

use serde_json::Value;

use super::log;
use crate::support::binary::stand_in;
use crate::support::neovim::{Neovim, on_each};
use crate::support::profile::Profile;
use crate::support::repository::Repository;

#[test]
fn what_is_typed_and_saved_stands_on_disk() {
    on_each(|release| {
        let repository = Repository::new(&[("a.txt", "one\ntwo\n")]);
        let mut neovim = Neovim::start(release, &repository);
        neovim.open("a.txt");
        neovim.keys("Gothree é <lt>tag><Esc>ggOzero<Esc>");
        assert_eq!(neovim.text(), "zero\none\ntwo\nthree é <tag>\n");
        assert_eq!(repository.read("a.txt"), "one\ntwo\n", "not saved yet");
        neovim.keys(":write<CR>");
        assert_eq!(repository.read("a.txt"), "zero\none\ntwo\nthree é <tag>\n");
        neovim.wait_for_screen("zero\none\ntwo\nthree é <tag>\n~\n");
    });
}

#[test]
fn a_file_written_outside_is_seen_at_checktime_or_with_the_focus_and_not_before() {
    on_each(|release| {
        let repository = Repository::new(&[("a.txt", "one\n")]);
        let mut neovim = Neovim::start(release, &repository);
        neovim.open("a.txt");
        repository.write("a.txt", "one, from outside\n");
        neovim.keys("l");
        assert_eq!(neovim.text(), "one\n");
        neovim.checktime();
        assert_eq!(neovim.text(), "one, from outside\n");

        repository.write("a.txt", "one, from outside, again\n");
        neovim.focus();
        assert_eq!(neovim.text(), "one, from outside, again\n");
        assert_eq!(repository.status(), " M a.txt\n");
    });
}

#[test]
fn a_prompt_is_answered_by_keys() {
    on_each(|release| {
        let repository = Repository::new(&[("a.txt", "one\n")]);
        let mut neovim = Neovim::start(release, &repository);
        neovim.open("a.txt");
        neovim.keys("Atyped<Esc>");
        repository.write("a.txt", "another length altogether\n");
        neovim.keys(":write<CR>");
        neovim.wait_for_screen("Do you really want to write to it (y/n)?");
        neovim.keys("n");
        neovim.wait_for_screen("Press ENTER");
        neovim.keys("<CR>");
        assert_eq!(repository.read("a.txt"), "another length altogether\n");
        assert_eq!(neovim.text(), "onetyped\n");

        repository.write("a.txt", "another length once more\n");
        neovim.focus();
        neovim.wait_for_screen("W12: Warning: File \"a.txt\" has changed and the buffer was changed in Vim as well");
        neovim.keys("L");
        assert_eq!(neovim.text(), "another length once more\n");
    });
}

#[test]
fn a_servers_diagnostics_are_shown_and_its_actions_applied() {
    on_each(|release| {
        let repository = Repository::new(&[("a.txt", "é TODO\nplain\nTODO two\n")]);
        let server_log = repository.home().join("messages");
        let mut neovim = Neovim::start(release, &repository);
        neovim.serve("stand-in", &[stand_in().to_str().unwrap(), "lsp", server_log.to_str().unwrap()]);
        neovim.open("a.txt");
        neovim.wait_until("#vim.diagnostic.get(0) == 2");
        expect_test::expect![[r#"
            1:4 warn stand-in(todo): a TODO stands here
            3:1 warn stand-in(todo): a TODO stands here
        "#]]
        .assert_eq(&neovim.diagnostics());

        neovim.cursor("plain");
        assert_eq!(neovim.actions(), "");
        neovim.cursor("TODO");
        assert_eq!(neovim.actions(), "Do it\nDo it by command\n");
        neovim.act("Do it");
        neovim.wait_until("#vim.diagnostic.get(0) == 1");
        assert_eq!(neovim.text(), "é DONE, resolved\nplain\nTODO two\n");
        neovim.cursor("TODO two");
        neovim.act("Do it by command");
        neovim.wait_until("#vim.diagnostic.get(0) == 0");
        neovim.write();
        assert_eq!(repository.read("a.txt"), "é DONE, resolved\nplain\nDONE, by command two\n");
    });
}

#[test]
fn what_a_neovim_says_of_itself_is_what_its_profile_says() {
    on_each(|release| {
        let repository = Repository::new(&[("a.txt", "one\n")]);
        let server_log = repository.home().join("messages");
        let mut neovim = Neovim::start(release, &repository);
        neovim.serve("stand-in", &[stand_in().to_str().unwrap(), "lsp", server_log.to_str().unwrap()]);
        neovim.open("a.txt");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0 }) == 1");
        let profile = match release.name.as_str() {
            name if name.starts_with("NVIM v0.10.") => Profile::Neovim010,
            name if name.starts_with("NVIM v0.12.") => Profile::Neovim012,
            name => panic!("a Neovim that no profile was recorded of: {name}"),
        };
        let said = log(&server_log)[0]["params"]["capabilities"].clone();
        assert_eq!(in_order(said), in_order(profile.hello()["capabilities"].take()));
    });
}

/// Lists sorted: Neovim makes some from tables without order.
fn in_order(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => {
            *items = items.iter().cloned().map(in_order).collect();
            items.sort_by_key(Value::to_string);
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| *field = in_order(field.take())),
        _ => {}
    }
    value
}
