//! Helix with what `init` writes, and with the configuration that is copied by hand.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{FILE, WITH_AGENT};
use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::helix::{Helix, Release, on_each};
use crate::support::repository::Repository;

/// An agent's hunk is there, and goes through the menu.
fn reviews(repository: &Repository, helix: &mut Helix) {
    helix.tap.wait_for_editors("textDocument/didOpen", 0);
    let mut claude = ClaudeCode::start(repository, countersign_hook("claude-code"), "session-1");
    claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
    helix.reload("a.rs", WITH_AGENT);
    helix.tap.wait_for_last("countersign/didChangeHunks", "a.rs", |params| params["counts"]["agent"] == 1);
    helix.goto(3);
    helix.act("Revert this hunk (claude-code)");
    helix.tap.wait_for_text("a.rs", FILE);
}

/// `countersign` and `hx` on the PATH, as on a machine where both are installed.
fn installed(release: &Release) -> Repository {
    let repository = Repository::new(&[("a.rs", FILE)]);
    let folder = repository.home().join("bin");
    fs::create_dir_all(&folder).expect("the home is ours");
    symlink(countersign(), folder.join("countersign")).expect("the folder is new");
    symlink(&release.program, folder.join("hx")).expect("the folder is new");
    repository
}

#[test]
fn init_is_all_that_helix_needs_and_remove_takes_it_back() {
    on_each(|release| {
        let repository = installed(release);
        let init = |arguments: &[&str]| {
            let mut command = repository.command(countersign());
            run(
                command
                    .arg("init")
                    .args(["--yes", "--editor", "helix"])
                    .args(arguments)
                    .env("PATH", repository.path_with_own_programs()),
                b"",
            )
            .ok()
        };
        init(&[]);
        let mut helix = Helix::start_as_users_do(release, &repository, "a.rs");
        // Newer ones ask whether `.helix` is to be read, and read it from their next start on.
        if !release.name.starts_with("helix 25.01") {
            helix.wait_for_screen("Trust this workspace?");
            helix.keys("\r");
            helix.wait_until_screen_lacks("Trust this workspace?");
            drop(helix);
            helix = Helix::start_as_users_do(release, &repository, "a.rs");
        }
        reviews(&repository, &mut helix);
        drop(helix);
        init(&["--remove"]);
        assert!(!repository.path(".helix").exists());
    });
}

#[test]
fn the_configuration_that_is_copied_by_hand_does() {
    on_each(|release| {
        let repository = installed(release);
        let folder = repository.home().join(".config/helix");
        fs::create_dir_all(&folder).unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/helix/languages.toml");
        fs::copy(ours, folder.join("languages.toml")).unwrap();
        let mut helix = Helix::start_as_users_do(release, &repository, "a.rs");
        reviews(&repository, &mut helix);
    });
}
