//! VS Code's extension comes and goes by the editor's own command.

use std::fs;
use std::path::PathBuf;

use expect_test::expect;

use super::{command, install};
use crate::support::binary;
use crate::support::repository::Repository;

/// Has extensions as `code` has: a line each.
const CODE: &str = "list=$HOME/bin/extensions
    case $1 in
      --list-extensions) [ ! -e \"$list\" ] || while read -r line; do echo \"$line\"; done < \"$list\" ;;
      --install-extension) [ -f \"$2\" ] && echo \"countersign.countersign@0.1.0\" > \"$list\" ;;
      --uninstall-extension) : > \"$list\" ;;
    esac\n";

/// This program in a folder of its own, with what stands beside it.
fn program(repository: &Repository) -> PathBuf {
    let folder = repository.home().join("bin/own");
    fs::create_dir_all(&folder).expect("the home is ours");
    let file = folder.join("countersign");
    if fs::hard_link(binary::countersign(), &file).is_err() {
        fs::copy(binary::countersign(), &file).expect("the home is ours");
    }
    file
}

#[test]
fn the_extension_is_put_in_shown_first_and_taken_out_and_twice_is_once() {
    let repository = Repository::new(&[(".countersign.toml", "")]);
    let program = program(&repository);
    let run = |words: &[&str]| {
        let ended = binary::run(command(&repository, &program).args(words), b"");
        let home = repository.home().display().to_string();
        ended.ok().replace(&home, "~")
    };
    let init = ["init", "--editor", "vscode", "--yes"];
    expect!["vscode: none of `code`, `code-insiders`, `codium` and `code-server` is on the PATH: in VS Code, \"Shell Command: Install 'code' command in PATH\" puts it there\nnothing to change\n"].assert_eq(&run(&init));
    install(&repository, "code", CODE);
    expect!["vscode: there is no ~/bin/own/countersign.vsix: `editors/vscode/package` in Countersign's sources makes it, then run this again\nnothing to change\n"]
        .assert_eq(&run(&init));
    fs::write(program.with_file_name("countersign.vsix"), "").expect("the home is ours");
    let listed = || fs::read_to_string(repository.home().join("bin/extensions")).unwrap_or_default();
    expect!["$ code --install-extension ~/bin/own/countersign.vsix\n"].assert_eq(&run(&[
        "init",
        "--editor",
        "vscode",
        "--dry-run",
    ]));
    assert_eq!(listed(), "");
    run(&init);
    assert_eq!(listed(), "countersign.countersign@0.1.0\n");
    assert_eq!(run(&init), "nothing to change\n");
    let doctor = binary::run(command(&repository, &program).args(["doctor", "--no-event"]), b"").stdout;
    assert!(doctor.contains("ok vscode       its extension is of this version"), "{doctor}");
    expect!["$ code --uninstall-extension countersign.countersign\n"]
        .assert_eq(&run(&["init", "--editor", "vscode", "--remove", "--yes"]));
    assert_eq!(listed(), "");
}
