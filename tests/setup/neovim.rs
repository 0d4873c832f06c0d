//! The plugin in real Neovims as `init` installs it, and how it goes.

use std::fs;
use std::path::PathBuf;

use expect_test::expect;

use super::{countersign, everything};
use crate::support::binary::stand_in;
use crate::support::neovim::{Neovim, Release, on_each};
use crate::support::repository::Repository;

const INIT: [&str; 4] = ["init", "--yes", "--editor", "neovim"];

/// The folder into which `init` puts the plugin.
fn site(repository: &Repository) -> PathBuf {
    repository.home().join(".local/share/nvim/site")
}

/// A Neovim with the plugin as it was installed, and a server that is known to run.
fn with_stand_in(release: &Release, repository: &Repository) -> Neovim {
    let log = repository.home().join("log");
    super::install(repository, "served", &format!("exec {:?} lsp {:?}\n", stand_in(), log));
    let program = repository.home().join("bin/served");
    let mut neovim = Neovim::start(release, repository);
    neovim.load_plugin(&site(repository), &program);
    neovim
}

#[test]
fn the_plugin_starts_the_server_for_files_of_the_workspace_alone() {
    on_each(|release| {
        let repository = Repository::new(&[("src/a.rs", "fn a() {}\n"), ("LICENSE", "free\n")]);
        countersign(&repository, &INIT).ok();
        let outside = repository.home().join("other.rs");
        fs::write(&outside, "fn b() {}\n").unwrap();

        let mut neovim = Neovim::start(release, &repository);
        neovim.open("src/a.rs");
        super::install(
            &repository,
            "served",
            &format!("exec {:?} lsp {:?}\n", stand_in(), repository.home().join("log")),
        );
        neovim.load_plugin(&site(&repository), &repository.home().join("bin/served"));
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

#[test]
fn a_clean_buffer_is_reloaded_when_the_server_tells_of_its_file_and_one_with_typing_is_not() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", "fn a() {}\n"), ("b.rs", "fn b() {}\n")]);
        countersign(&repository, &INIT).ok();
        let mut neovim = with_stand_in(release, &repository);
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
fn a_program_that_is_gone_is_no_error() {
    on_each(|release| {
        let repository = Repository::new(&[("src/a.rs", "fn a() {}\n")]);
        countersign(&repository, &INIT).ok();
        let mut neovim = Neovim::start(release, &repository);
        neovim.load_plugin(&site(&repository), std::path::Path::new("/nowhere/countersign"));
        neovim.open("src/a.rs");
        assert_eq!(neovim.text(), "fn a() {}\n");
        assert_eq!(neovim.lua("return vim.v.errmsg", &[]).as_str(), Some(""));
        assert_eq!(neovim.lua("return #vim.lsp.get_clients()", &[]).as_u64(), Some(0));
        neovim.wait_for_screen("its program was not found: see :checkhealth countersign");
    });
}

#[test]
fn the_plugin_goes_where_the_neovim_of_another_name_looks() {
    let repository = Repository::new(&[]);
    let binary = super::binary::countersign();
    let run = |arguments: &[&str], name: &str| {
        let mut command = super::command(&repository, binary);
        super::binary::run(command.args(arguments).env("NVIM_APPNAME", name), b"").ok()
    };
    run(&INIT, "nvim/mine");
    assert!(repository.home().join(".local/share/nvim/mine/site/plugin/countersign.lua").exists());
    assert!(!site(&repository).exists());
    run(&["init", "--remove", "--yes", "--editor", "neovim"], "nvim/mine");
    assert!(!repository.home().join(".local/share/nvim").exists());
    run(&INIT, "../elsewhere");
    assert!(site(&repository).join("plugin/countersign.lua").exists(), "what is no name is none to Neovim either");
}

#[test]
fn what_is_installed_starts_by_itself_with_its_program_and_its_help() {
    on_each(|release| {
        let repository = Repository::new(&[("src/a.rs", "fn a() {}\n")]);
        countersign(&repository, &INIT).ok();
        let mut neovim = Neovim::start_as_users_do(release, &repository);
        neovim.open("src/a.rs");
        neovim.wait_until("#vim.lsp.get_clients({ bufnr = 0, name = 'countersign' }) == 1");
        let program = "return require('countersign.program').command()[1]";
        let binary = super::binary::countersign().canonicalize().unwrap();
        assert_eq!(neovim.lua(program, &[]).as_str(), binary.to_str());
        neovim.command("help countersign-review");
        assert_eq!(neovim.lua("return vim.fn.expand('%:t')", &[]).as_str(), Some("countersign.txt"));
        let tags = fs::read_to_string(site(&repository).join("doc/tags")).unwrap();
        neovim.command(&format!("helptags {}", site(&repository).join("doc").display()));
        let made = fs::read_to_string(site(&repository).join("doc/tags")).unwrap();
        assert_eq!(tags, made, "Neovim makes the same tags of it");
        countersign(&repository, &["init", "--remove", "--yes", "--editor", "neovim"]).ok();
        assert!(!repository.home().join(".local/share/nvim/site").exists());
    });
}

#[test]
fn a_plugin_that_was_changed_stays() {
    let repository = Repository::new(&[]);
    countersign(&repository, &INIT).ok();
    let plugin = site(&repository).join("plugin/countersign.lua");
    let changed = fs::read_to_string(&plugin).unwrap() + "print('mine')\n";
    fs::write(&plugin, &changed).unwrap();
    for arguments in [&INIT[..], &["init", "--remove", "--yes"]] {
        let said = countersign(&repository, arguments).ok();
        let word = "neovim: left, since it was changed or is not ours: ~/.local/share/nvim/site/plugin/countersign.lua; delete it to have it written anew\n";
        assert!(said.contains(word), "{said}");
        assert_eq!(fs::read_to_string(&plugin).unwrap(), changed);
    }
    assert!(!site(&repository).join("lua").exists(), "what is as it was written goes all the same");
}

#[test]
fn others_in_the_same_folders_stay() {
    let repository = Repository::new(&[]);
    for (path, text) in [
        ("plugin/other.lua", "-- theirs\n"),
        ("doc/other.txt", "*other*\n"),
        ("doc/tags", "other\tother.txt\t/*other*\n"),
    ] {
        let file = site(&repository).join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let before = everything(&repository);
    let said = countersign(&repository, &INIT).ok();
    let word =
        "neovim: others' help has its tags in ~/.local/share/nvim/site/doc/tags: `:helptags ALL` in Neovim adds ours\n";
    assert!(said.contains(word), "{said}");
    countersign(&repository, &["init", "--remove", "--yes"]).ok();
    assert_eq!(everything(&repository), before);
}

#[test]
fn the_one_file_of_an_older_version_goes_where_it_is_as_it_was_written() {
    let repository = Repository::new(&[]);
    countersign(&repository, &INIT).ok();
    let written = fs::read_to_string(site(&repository).join("plugin/countersign.lua")).unwrap();
    let older = repository.home().join(".config/nvim/plugin/countersign.lua");
    fs::create_dir_all(older.parent().unwrap()).unwrap();
    fs::write(&older, format!("{written}-- mine\n")).unwrap();
    let said = countersign(&repository, &INIT).ok();
    expect!["neovim: left, since it was changed or is not ours: ~/.config/nvim/plugin/countersign.lua; Neovim loads it instead of the plugin, until you delete it"]
        .assert_eq(said.lines().find(|line| line.starts_with("neovim: ")).unwrap_or_default());
    let doctor = countersign(&repository, &["doctor"]).stdout;
    assert!(
        doctor.contains("!! neovim       ~/.config/nvim/plugin/countersign.lua is of an older Countersign\n"),
        "{doctor}"
    );
    fs::write(&older, written).unwrap();
    countersign(&repository, &INIT).ok();
    assert!(!repository.home().join(".config/nvim").exists(), "it goes, and the folders that it leaves empty");
}
