//! `.helix/languages.toml`: our block, beside what the user has.

use expect_test::expect;

use super::init::HX;
use super::{countersign, install};
use crate::support::repository::Repository;

const FILE: &str = ".helix/languages.toml";
const INIT: [&str; 4] = ["init", "--yes", "--editor", "helix"];
const REMOVE: [&str; 5] = ["init", "--remove", "--yes", "--editor", "helix"];

fn with(languages: &str) -> Repository {
    let repository = Repository::new(&[("src/a.rs", "fn a() {}\n"), (FILE, languages)]);
    install(&repository, "hx", HX);
    repository
}

#[test]
fn what_others_wrote_stays_and_comes_back_byte_for_byte() {
    for languages in [
        "",
        "\n",
        "# mine",
        "# mine\n",
        "[language-server.x]\ncommand = 'x' # good\n\n\n[[language]]\nname = \"rust\" # é🎉\nlanguage-servers = [\n  'x', # first\n  { name = \"y\", only-features = [\"format\"] },\n]\n",
        "[[language]]\r\nname = 'rust'\r\nauto-format = true\r\n",
    ] {
        let repository = with(languages);
        countersign(&repository, &INIT).ok();
        let after = repository.read(FILE);
        assert!(after.starts_with(languages) && after.contains("[language-server.countersign]"), "{after}");
        assert_eq!(after.contains("\r\n"), languages.contains("\r\n"));
        assert_eq!(countersign(&repository, &INIT).ok(), "nothing to change\n", "{languages}");
        countersign(&repository, &REMOVE).ok();
        assert_eq!(repository.read(FILE), languages);
    }
}

#[test]
fn ours_stands_beside_the_servers_that_the_user_chose() {
    let repository = with(
        "[[language]]\nname = \"rust\"\nlanguage-servers = ['x', { name = \"y\", only-features = [\"format\"] }]\n",
    );
    countersign(&repository, &INIT).ok();
    let said = repository.read(FILE);
    let line = said.lines().rfind(|line| line.starts_with("language-servers")).unwrap();
    assert_eq!(line, "language-servers = ['x', { name = \"y\", only-features = [\"format\"] }, \"countersign\"]");
}

#[test]
fn what_cannot_be_added_to_is_refused_and_left_alone() {
    let mut said = String::new();
    for languages in ["[language", "language-server = {}\n", "[language-server.countersign]\ncommand = 'mine'\n"] {
        let repository = with(languages);
        let ended = countersign(&repository, &INIT);
        assert_eq!((ended.code, repository.read(FILE).as_str()), (Some(1), languages));
        said += ended.stderr.lines().next().unwrap_or_default();
        said += "\n";
    }
    expect![[r#"
        countersign: helix: .helix/languages.toml is left alone: it is no TOML: line 1: unclosed table, expected `]`
        countersign: helix: .helix/languages.toml is left alone: it is written in a form that nothing can be added to: add the server by hand: line 4: cannot extend value of type inline table with a dotted key
        countersign: helix: .helix/languages.toml is left alone: it has a server `countersign` that init did not write: left as it is
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_block_that_was_changed_is_left_and_said() {
    let repository = with("");
    countersign(&repository, &INIT).ok();
    let changed = repository.read(FILE).replace("\"rust-analyzer\", ", "");
    repository.write(FILE, &changed);
    for arguments in [&INIT[..], &REMOVE] {
        let said = countersign(&repository, arguments).ok();
        assert!(said.starts_with("helix: left, since it was changed: our block of .helix/languages.toml"), "{said}");
        assert_eq!(repository.read(FILE), changed);
    }
}

#[test]
fn without_helix_nothing_is_guessed() {
    let repository = Repository::new(&[("src/a.rs", "fn a() {}\n")]);
    let ended = countersign(&repository, &INIT);
    assert_eq!(ended.code, Some(1));
    expect![[r#"
        countersign: helix: .helix/languages.toml is left alone: hx is not on the PATH: only it knows which servers your languages have, and ours must stand beside them
    "#]]
    .assert_eq(&ended.stderr);
    assert!(!repository.path(".helix").exists());
}
