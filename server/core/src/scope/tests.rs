//! Judgements as a person reads them: a policy, a change, the verdict and its sentence.

use expect_test::expect;

use super::*;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn scope(bounds: Bounds) -> Scope {
    Scope::compile(&[bounds]).unwrap()
}

fn verdict(scope: &Scope, path: &str, changed: Option<&[&str]>, session: &SessionScope) -> String {
    let changed = changed.map(strings);
    let verdict = scope.judge(path, changed.as_deref(), session);
    format!("{path}: {:?} {}", verdict.decision, verdict.reason()).trim_end().to_owned()
}

fn verdicts(bounds: Bounds, paths: &[&str]) -> String {
    let scope = scope(bounds);
    paths.iter().map(|path| verdict(&scope, path, None, &SessionScope::default()) + "\n").collect()
}

#[test]
fn an_empty_policy_allows_everything_but_the_protected() {
    expect![[r#"
        src/lib.rs: Allow
        tests/a.rs: Allow
        Cargo.toml: Allow
        .countersign.toml: Deny `.countersign.toml` is part of the policy or the hooks that oversee agents.
        .claude/settings.local.json: Deny `.claude/settings.local.json` is part of the policy or the hooks that oversee agents.
    "#]]
    .assert_eq(&verdicts(
        Bounds::default(),
        &["src/lib.rs", "tests/a.rs", "Cargo.toml", ".countersign.toml", ".claude/settings.local.json"],
    ));
    assert_eq!(Scope::default().judge("src/lib.rs", None, &SessionScope::default()), Verdict::allow());
    assert_eq!(Scope::default().judge(".git/config", None, &SessionScope::default()).decision, Decision::Deny);
}

#[test]
fn deny_is_stronger_than_ask_and_ask_than_allow() {
    let bounds = Bounds {
        allow: strings(&["src/**", "docs"]),
        deny: strings(&["src/secret/**", "*.pem"]),
        ask: strings(&["src/api/**"]),
        ..Bounds::default()
    };
    expect![[r#"
        src/lib.rs: Allow
        docs/a/b.md: Allow
        src/api/v1.rs: Ask `src/api/v1.rs` is in `src/api/**`, where the policy wants a person to be asked.
        src/secret/key.rs: Deny `src/secret/key.rs` is in `src/secret/**`, which the policy closes to agents.
        src/api/a.pem: Deny `src/api/a.pem` is in `*.pem`, which the policy closes to agents.
        README.md: Deny `README.md` is outside what the policy allows (`src/**`, `docs`).
        srcx/a.rs: Deny `srcx/a.rs` is outside what the policy allows (`src/**`, `docs`).
    "#]]
    .assert_eq(&verdicts(
        bounds,
        &["src/lib.rs", "docs/a/b.md", "src/api/v1.rs", "src/secret/key.rs", "src/api/a.pem", "README.md", "srcx/a.rs"],
    ));
}

#[test]
fn a_policy_may_ask_about_what_is_outside() {
    let bounds = Bounds { allow: strings(&["src/**"]), outside: Some(Decision::Ask), ..Bounds::default() };
    expect![[r#"
        README.md: Ask `README.md` is outside what the policy allows (`src/**`).
    "#]]
    .assert_eq(&verdicts(bounds, &["README.md"]));
}

#[test]
fn a_star_stays_in_its_folder_and_a_bare_name_is_found_at_any_depth() {
    let allowed = |pattern: &str, path: &str| {
        let bounds = Bounds { allow: strings(&[pattern]), ..Bounds::default() };
        scope(bounds).judge(path, None, &SessionScope::default()).is_allow()
    };
    for (pattern, path, want) in [
        ("src/*.rs", "src/a.rs", true),
        ("src/*.rs", "src/a/b.rs", false),
        ("src/**/*.rs", "src/a/b.rs", true),
        ("src/**/*.rs", "src/b.rs", true),
        ("*.md", "docs/a.md", true),
        ("/*.md", "docs/a.md", false),
        ("/*.md", "a.md", true),
        ("./src/", "src/a/b.rs", true),
        ("src/{a,b}.rs", "src/b.rs", true),
        ("src/[ab].rs", "src/c.rs", false),
        (r"app/\[slug\]/*", "app/[slug]/page.tsx", true),
        ("**", "any/thing", true),
    ] {
        assert_eq!(allowed(pattern, path), want, "{pattern} {path}");
    }
}

#[test]
fn symbols_open_a_file_in_these_symbols_alone() {
    let scope = scope(Bounds {
        allow: strings(&["src/**"]),
        symbols: strings(&["src/lib.rs::Parser::parse", "build.rs::main"]),
        ..Bounds::default()
    });
    let none = SessionScope::default();
    let shown = [
        verdict(&scope, "src/lib.rs", Some(&["Parser::parse"]), &none),
        verdict(&scope, "src/lib.rs", Some(&["Parser::parse::inner"]), &none),
        verdict(&scope, "src/lib.rs", Some(&["Parser::parse", "Parser::parse_all", NO_SYMBOL]), &none),
        verdict(&scope, "src/lib.rs", Some(&[]), &none),
        verdict(&scope, "src/lib.rs", None, &none),
        verdict(&scope, "src/other.rs", Some(&["anything"]), &none),
        verdict(&scope, "build.rs", Some(&["main"]), &none),
    ];
    expect![[r#"
        src/lib.rs: Allow
        src/lib.rs: Allow
        src/lib.rs: Deny `Parser::parse_all`, what lies in no symbol in `src/lib.rs` is outside what the policy allows (`src/lib.rs::Parser::parse`, `build.rs::main`).
        src/lib.rs: Allow
        src/lib.rs: Ask It cannot be told whether the change in `src/lib.rs` stays within `src/lib.rs::Parser::parse`, `build.rs::main`.
        src/other.rs: Allow
        build.rs: Allow"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_denied_symbol_closes_that_part_of_a_file() {
    let scope = scope(Bounds { deny: strings(&["src/auth.rs::check"]), ..Bounds::default() });
    let none = SessionScope::default();
    let shown = [
        verdict(&scope, "src/auth.rs", Some(&["login"]), &none),
        verdict(&scope, "src/auth.rs", Some(&["login", "check"]), &none),
        verdict(&scope, "src/auth.rs", None, &none),
    ];
    expect![[r#"
        src/auth.rs: Allow
        src/auth.rs: Deny `src/auth.rs` is in `src/auth.rs::check`, which the policy closes to agents.
        src/auth.rs: Ask It cannot be told whether the change in `src/auth.rs` touches `src/auth.rs::check`, which the policy closes to agents."#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn protected_classes_are_asked_about() {
    let bounds = Bounds { protect: vec![Class::Tests, Class::Dependencies], ..Bounds::default() };
    expect![[r#"
        tests/a.rs: Ask `tests/a.rs` is a test, which this workspace protects.
        Cargo.toml: Ask `Cargo.toml` is a list of dependencies, which this workspace protects.
        src/a.rs: Allow
    "#]]
    .assert_eq(&verdicts(bounds.clone(), &["tests/a.rs", "Cargo.toml", "src/a.rs"]));
    let scope = scope(bounds);
    assert!(scope.protects(Class::Tests) && scope.protects(Class::Policy) && !scope.protects(Class::PublicApi));
}

#[test]
fn a_session_is_held_to_its_own_fence_and_to_the_policy() {
    let scope = scope(Bounds { deny: strings(&["src/secret.rs"]), ..Bounds::default() });
    let session = SessionScope {
        only: vec![Entry::exact("src/lib.rs", Some("parse")), Entry::parse("src/secret.rs").unwrap()],
        allowed: vec![],
    };
    let shown = [
        verdict(&scope, "src/lib.rs", Some(&["parse"]), &session),
        verdict(&scope, "src/lib.rs", Some(&["print"]), &session),
        verdict(&scope, "src/main.rs", None, &session),
        verdict(&scope, "src/secret.rs", None, &session),
    ];
    expect![[r#"
        src/lib.rs: Allow
        src/lib.rs: Deny `print` in `src/lib.rs` is outside what this session was limited to (`src/lib.rs::parse`, `src/secret.rs`).
        src/main.rs: Deny `src/main.rs` is outside what this session was limited to (`src/lib.rs::parse`, `src/secret.rs`).
        src/secret.rs: Deny `src/secret.rs` is in `src/secret.rs`, which the policy closes to agents."#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_person_may_allow_a_session_what_is_closed() {
    let scope = scope(Bounds { deny: strings(&["src/**"]), ..Bounds::default() });
    let session = SessionScope {
        only: vec![],
        allowed: vec![Entry::exact("src/[slug].ts", None), Entry::exact("src/lib.rs", Some("parse"))],
    };
    assert!(scope.judge("src/[slug].ts", None, &session).is_allow());
    assert!(!scope.judge("src/s.ts", None, &session).is_allow(), "an exact path is no pattern");
    assert!(scope.judge("src/lib.rs", Some(&strings(&["parse"])), &session).is_allow());
    assert!(!scope.judge("src/lib.rs", Some(&strings(&["parse", "print"])), &session).is_allow());
    assert!(!scope.judge("src/lib.rs", None, &session).is_allow());
}

#[test]
fn what_a_person_allowed_adds_to_what_the_policy_allows() {
    let scope = scope(Bounds { symbols: strings(&["src/lib.rs::parse"]), ..Bounds::default() });
    let session = SessionScope { only: vec![], allowed: vec![Entry::exact("src/lib.rs", Some("print"))] };
    assert!(scope.judge("src/lib.rs", Some(&strings(&["parse", "print"])), &session).is_allow());
    assert!(!scope.judge("src/lib.rs", Some(&strings(&["parse", "other"])), &session).is_allow());
}

#[test]
fn only_an_exact_allowance_opens_the_policys_own_files() {
    let by_pattern = SessionScope { only: vec![], allowed: vec![Entry::parse("**").unwrap()] };
    let by_path = SessionScope { only: vec![], allowed: vec![Entry::exact(".claude/settings.json", None)] };
    let scope = Scope::default();
    assert!(scope.judge("src/a.rs", None, &by_pattern).is_allow());
    assert!(!scope.judge(".claude/settings.json", None, &by_pattern).is_allow());
    assert!(scope.judge(".claude/settings.json", None, &by_path).is_allow());
}

#[test]
fn two_policies_can_only_tighten_each_other() {
    let user = Bounds { allow: strings(&["src/**", "docs/**"]), ..Bounds::default() };
    let repository = Bounds { allow: strings(&["**"]), deny: strings(&["docs/**"]), ..Bounds::default() };
    for policies in [[user.clone(), repository.clone()], [repository, user]] {
        let scope = Scope::compile(&policies).unwrap();
        let allowed = |path: &str| scope.judge(path, None, &SessionScope::default()).is_allow();
        assert!(allowed("src/a.rs"));
        assert!(!allowed("docs/a.md"));
        assert!(!allowed("README.md"), "a repository that allows all does not open what the user left closed");
    }
}

#[test]
fn paths_that_are_not_plain_are_refused_even_where_all_is_allowed() {
    let bounds = Bounds { allow: strings(&["**"]), ..Bounds::default() };
    expect![[r#"
        : Deny `` names no file.
        /etc/passwd: Deny `/etc/passwd` is outside the workspace.
        ../a: Deny `../a` leaves the workspace.
        src/../../a: Deny `src/../../a` leaves the workspace.
        ./a: Deny `./a` is not a plain path.
        a//b: Deny `a//b` is not a plain path.
        a/: Deny `a/` is not a plain path.
        C:/a: Deny `C:/a` is no path that can be judged.
        .git\config: Deny `.git\\config` is no path that can be judged.
        ..a/b..c: Allow
    "#]]
    .assert_eq(&verdicts(
        bounds,
        &["", "/etc/passwd", "../a", "src/../../a", "./a", "a//b", "a/", "C:/a", r".git\config", "..a/b..c"],
    ));
}

#[test]
fn every_entry_that_cannot_be_read_is_named() {
    let bounds = Bounds {
        allow: strings(&["src/[a", "C:/x"]),
        deny: strings(&["../x", "a::"]),
        ask: strings(&["/"]),
        symbols: strings(&["src/lib.rs", "a.rs::b"]),
        ..Bounds::default()
    };
    let bad = Scope::compile(&[bounds]).unwrap_err();
    let shown: Vec<String> = bad.iter().map(|bad| format!("{}: {}", bad.entry, bad.why)).collect();
    expect![[r#"
        src/[a: unclosed character class; missing ']'
        C:/x: patterns are relative to the workspace
        ../x: a pattern cannot leave the workspace
        a::: a symbol's name is missing behind `::`
        /: the pattern is empty
        src/lib.rs: a symbol is written `path::Symbol`"#]]
    .assert_eq(&shown.join("\n"));
}
