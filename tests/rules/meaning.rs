//! What counts as introduced and as removed.

use super::*;
use countersign_core::finding::Severity;

const TEST: &str = "#[test]\nfn adds() {\n    let cart = Cart::of([1, 2]);\n    assert_eq!(cart.total(), 3);\n}\n";
const OTHER: &str = "#[test]\nfn is_empty() {\n    assert!(Cart::default().items.is_empty());\n}\n";

fn rules_of(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_moved_test_is_not_deleted() {
    assert_eq!(judge("a.rs", &format!("{TEST}{OTHER}"), &format!("{OTHER}{TEST}")), []);
}

#[test]
fn a_renamed_test_is_not_deleted_and_its_assertions_are_still_there() {
    assert_eq!(judge("a.rs", TEST, &TEST.replace("adds", "a_cart_adds_prices")), []);
}

#[test]
fn a_deleted_test_is_one_finding_with_its_text_and_where_it_stood() {
    let found = judge("a.rs", &format!("{OTHER}{TEST}"), OTHER);
    assert_eq!(rules_of(&found), ["test-deleted"]);
    assert_eq!(found[0].range, OTHER.len()..OTHER.len());
    assert_eq!(found[0].removed.as_deref(), Some(TEST.trim_end()));
    assert_eq!(found[0].symbol.as_deref(), Some("adds"));
}

#[test]
fn a_deleted_file_has_all_its_tests_deleted() {
    assert_eq!(rules_of(&judge("a.rs", &format!("{OTHER}{TEST}"), "")), ["test-deleted", "test-deleted"]);
}

#[test]
fn a_test_whose_attribute_is_gone_is_deleted() {
    let after = TEST.replace("#[test]\n", "");
    assert!(rules_of(&judge("a.rs", TEST, &after)).contains(&"test-deleted"));
}

#[test]
fn a_test_that_is_commented_out_is_deleted() {
    let lines: String = TEST.lines().map(|line| format!("// {line}\n")).collect();
    assert_eq!(rules_of(&judge("a.rs", TEST, &lines)), ["test-deleted"]);
    let block = format!("{OTHER}/*\n{TEST}*/\n");
    let change = (OTHER.len()..OTHER.len() + 3, block.len() - 3..block.len());
    let before = format!("{OTHER}{TEST}");
    let change = Change { path: "a.rs", before: &before, after: &block, added: &[change.0, change.1], removed: &[] };
    assert_eq!(rules_of(&rules::judge(&change, &settings(), &mut Budget::default())), ["test-deleted"]);
}

#[test]
fn a_guard_that_moved_with_its_function_is_not_removed() {
    let guarded = "fn open(user: &User) {\n    if !user.is_admin() {\n        return;\n    }\n    unlock();\n}\n";
    let before = format!("{guarded}fn other() {{}}\n");
    let after = format!("fn other() {{}}\nmod doors {{\n{guarded}}}\n");
    assert_eq!(judge("a.rs", &before, &after), []);
}

#[test]
fn a_copy_of_what_was_there_is_introduced_once_where_the_agent_wrote_it() {
    let before = "def a():\n    return get(url, verify=False)\n";
    let after = format!("def b():\n    return get(url, verify=False)\n\n\n{before}");
    let found = judge("a.py", before, &after);
    assert_eq!(rules_of(&found), ["tls-check-off"]);
    assert_eq!(found[0].symbol.as_deref(), Some("b"));
}

#[test]
fn text_that_is_partly_the_agents_is_mixed() {
    let (before, after) = ("get(url, verify=True)\n", "get(url, verify=False)\n");
    let change = Change { path: "a.py", before, after, added: &[16..21], removed: &[16..20] };
    let found = rules::judge(&change, &settings(), &mut Budget::default());
    assert_eq!((rules_of(&found), found[0].mixed), (vec!["tls-check-off"], true));
    assert!(!judge("a.py", before, after)[0].mixed);
}

#[test]
fn a_handler_that_is_emptied_swallows_errors_though_nothing_was_written() {
    let before = "try {\n  go();\n} catch (error) {\n  report(error);\n}\n";
    let after = "try {\n  go();\n} catch (error) {\n}\n";
    assert_eq!(rules_of(&judge("a.js", before, after)), ["error-swallowed"]);
}

#[test]
fn what_a_new_syntax_error_hides_is_not_removed() {
    let after = TEST.replace("    assert_eq!(cart.total(), 3);\n}\n", "    assert_eq!(cart.total(\n");
    assert_eq!(judge("a.rs", &format!("{TEST}{OTHER}"), &format!("{after}{OTHER}")), []);
}

#[test]
fn an_agents_own_test_that_it_skips_weighs_less() {
    let skipped = OTHER.replace("#[test]\n", "#[test]\n#[ignore]\n");
    assert_eq!(judge("a.rs", OTHER, &skipped)[0].severity, Severity::High);
    assert_eq!(judge("a.rs", TEST, &format!("{TEST}{skipped}"))[0].severity, Severity::Medium);
}

#[test]
fn a_secret_in_a_file_of_no_language_is_found_and_never_quoted() {
    let secret = "kD93hfUzQ1";
    let after = format!("DB=postgres://app:{secret}@db.internal/shop\n-----BEGIN RSA PRIVATE KEY-----\n");
    let found = judge("deploy/.env", "", &after);
    assert_eq!(rules_of(&found), ["secret-added", "secret-added"]);
    assert!(found.iter().all(|finding| !finding.message.contains(secret)));
}

#[test]
fn settings_disable_rules_override_severities_and_leave_out_what_is_slight() {
    let (before, after) = ("import os\n", "import os  # noqa\n");
    let (added, removed) = by_lines(before, after);
    let change = Change { path: "a.py", before, after, added: &added, removed: &removed };
    let with = |settings: &Settings| rules::judge(&change, settings, &mut Budget::default());
    let relaxed = Settings { preset: Preset::Relaxed, ..Settings::default() };
    assert_eq!(with(&Settings::default())[0].severity, Severity::Medium);
    assert_eq!(with(&relaxed), []);
    let raised = Settings { severities: [("lint-suppressed".to_owned(), Severity::Low)].into(), ..relaxed };
    assert_eq!(with(&raised)[0].severity, Severity::Low);
    let disabled = Settings { disabled: ["lint-suppressed".to_owned()].into(), ..Settings::default() };
    assert_eq!(with(&disabled), []);
}

#[test]
fn every_example_of_the_rules_shows_what_it_says() {
    for rule in rules::all().iter().filter(|rule| !rule.languages.is_empty()) {
        let path = match rule.example.language.as_str() {
            "rust" => "src/a.rs",
            "python" => "src/a.py",
            "javascript" => "src/a.js",
            _ => "src/a.ts",
        };
        for (text, is_bad) in [(&rule.example.bad, true), (&rule.example.good, false)] {
            let (before, after) = sides(text, rule.kind == Kind::Removed);
            let found = judge(path, &before, &after);
            assert_eq!(rules_of(&found).contains(&rule.id.as_str()), is_bad, "{}:\n{text}", rule.id);
        }
    }
}

/// The two texts of an example that is a diff; else it is all new.
fn sides(text: &str, is_diff: bool) -> (String, String) {
    if !is_diff {
        return (String::new(), text.to_owned());
    }
    let side = |other: char| -> String {
        let lines = text.lines().filter(|line| !line.starts_with(other));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
    };
    (side('+'), side('-'))
}
