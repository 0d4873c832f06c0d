//! Where no server can work for the plugin: the program dies at once, or the workspace cannot be written.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use expect_test::expect;

use super::FILE;
use crate::support::binary::countersign;
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
        let Some(program) = repository.program_that_may_not_write() else {
            let _ = writeln!(std::io::stderr(), "skipped: neovim::troubles: nothing can be mounted here");
            return;
        };
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
        fs::write(&program, format!("#!/bin/sh\necho started >> {}\nexit 3\n", log.display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
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
