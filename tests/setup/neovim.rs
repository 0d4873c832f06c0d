//! The plugin file in real Neovims, and where it stands.

use std::fs;

use super::countersign;
use crate::support::binary::stand_in;
use crate::support::neovim::{Neovim, on_each};
use crate::support::repository::Repository;

const INIT: [&str; 4] = ["init", "--yes", "--editor", "neovim"];

fn plugin(repository: &Repository) -> std::path::PathBuf {
    repository.home().join(".config/nvim/plugin/countersign.lua")
}

#[test]
fn the_plugin_starts_the_server_for_files_of_the_workspace_alone() {
    on_each(|release| {
        let repository = Repository::new(&[("src/a.rs", "fn a() {}\n"), ("LICENSE", "free\n")]);
        countersign(&repository, &INIT).ok();
        let file = with_stand_in(&repository);
        let outside = repository.home().join("other.rs");
        fs::write(&outside, "fn b() {}\n").unwrap();

        let mut neovim = Neovim::start(release, &repository);
        neovim.open("src/a.rs");
        neovim.lua("vim.cmd.source(...)", &[file.to_str().unwrap().into()]);
        let clients = "#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' })";
        neovim.wait_until(&format!("{clients} == 1"));
        let root = neovim.lua("return vim.lsp.get_clients({ name = 'countersign' })[1].config.root_dir", &[]);
        assert_eq!(root.as_str(), repository.root().to_str(), "a file that was open before");
        neovim.open("LICENSE");
        neovim.wait_until(&format!("{clients} == 1"));
        neovim.open(outside.to_str().unwrap());
        assert_eq!(neovim.lua(&format!("return {clients}"), &[]).as_u64(), Some(0), "it is in no workspace");
        assert_eq!(neovim.lua("return #vim.lsp.get_clients()", &[]).as_u64(), Some(1), "one server for all");
    });
}

/// The same plugin, with a server that is known to run.
fn with_stand_in(repository: &Repository) -> std::path::PathBuf {
    let text = fs::read_to_string(plugin(repository)).expect("init wrote it");
    let server = format!("cmd = {{ {:?}, \"lsp\", {:?} }}", stand_in(), repository.home().join("log"));
    let text = text.replace("cmd = { program, \"lsp\" }", &server);
    assert!(text.contains("stand-in"), "{text}");
    let file = repository.home().join("plugin.lua");
    fs::write(&file, text).expect("the home is ours");
    file
}

#[test]
fn a_clean_buffer_is_reloaded_when_the_server_tells_of_its_file_and_one_with_typing_is_not() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", "fn a() {}\n"), ("b.rs", "fn b() {}\n")]);
        countersign(&repository, &INIT).ok();
        let file = with_stand_in(&repository);
        let mut neovim = Neovim::start(release, &repository);
        neovim.lua("vim.cmd.source(...)", &[file.to_str().unwrap().into()]);
        for path in ["b.rs", "a.rs"] {
            neovim.open(path);
            neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        }
        neovim.open("b.rs");
        neovim.keys("Omine<Esc>");
        neovim.command("set hidden");
        neovim.open("a.rs");
        let tell = "local client = vim.lsp.get_clients({ name = 'countersign' })[1]
            client.handlers['countersign/didChangeHunks'](nil, { uri = vim.uri_from_fname(...) })";
        for path in ["a.rs", "b.rs"] {
            repository.write(path, "fn agent_was_here() {}\n");
            neovim.lua(tell, &[repository.path(path).to_str().unwrap().into()]);
        }
        assert_eq!(neovim.text(), "fn agent_was_here() {}\n", "with no focus and no key");
        let other = "return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr('b.rs'), 0, -1, true), '|')";
        assert_eq!(neovim.lua(other, &[]).as_str(), Some("mine|fn b() {}"));
        assert_eq!(neovim.lua("return vim.v.errmsg", &[]).as_str(), Some(""));
    });
}

#[test]
fn a_server_that_is_gone_is_no_error() {
    on_each(|release| {
        let repository = Repository::new(&[("src/a.rs", "fn a() {}\n")]);
        countersign(&repository, &INIT).ok();
        let text = fs::read_to_string(plugin(&repository)).unwrap();
        let binary = super::binary::countersign().canonicalize().unwrap();
        fs::write(plugin(&repository), text.replace(binary.to_str().unwrap(), "/nowhere/countersign")).unwrap();
        let mut neovim = Neovim::start(release, &repository);
        neovim.lua("vim.env.PATH = '/nowhere' vim.cmd.source(...)", &[plugin(&repository).to_str().unwrap().into()]);
        neovim.open("src/a.rs");
        assert_eq!(neovim.text(), "fn a() {}\n");
        assert_eq!(neovim.lua("return vim.v.errmsg", &[]).as_str(), Some(""));
        assert_eq!(neovim.lua("return #vim.lsp.get_clients()", &[]).as_u64(), Some(0));
    });
}

#[test]
fn a_plugin_that_was_changed_stays() {
    let repository = Repository::new(&[]);
    countersign(&repository, &INIT).ok();
    let changed = fs::read_to_string(plugin(&repository)).unwrap() + "print('mine')\n";
    fs::write(plugin(&repository), &changed).unwrap();
    for arguments in [&INIT[..], &["init", "--remove", "--yes"]] {
        let said = countersign(&repository, arguments).ok();
        let word = "neovim: left, since it was changed or is not ours: ~/.config/nvim/plugin/countersign.lua; delete it to have it written anew\n";
        assert!(said.contains(word), "{said}");
        assert_eq!(fs::read_to_string(plugin(&repository)).unwrap(), changed);
    }
}
