//! Findings: `check` in its three formats, its exit codes, `--base`, reverts by rule, `explain`.

use expect_test::expect;
use serde_json::{Value, json};

use super::{claude, ok, revert, run, told, write_as_user};
use crate::support::repository::Repository;

const CODE: &str = "def test_one():\n    assert one() == 1\n\n\ndef test_two():\n    assert two() == 2\n";

fn repository() -> Repository {
    Repository::new(&[("tests/test_a.py", CODE), ("src/my file.py", "def one():\n    return 1\n")])
}

fn skip_a_test(repository: &Repository) {
    let mut agent = claude(repository, "s1");
    agent.prompt("make the tests pass");
    agent.edit("tests/test_a.py", "def test_two", "@pytest.mark.skip\ndef test_two");
    agent.edit("src/my file.py", "return 1", "return 11");
    agent.stop();
}

#[test]
fn check_says_what_it_found_and_exits_with_it() {
    let repository = repository();
    assert_eq!(told(&repository, &["check"]), "0\nno rule matched\n");
    skip_a_test(&repository);
    expect![[r#"
        1
        tests/test_a.py:5: high [test-skipped] `test_two` is skipped or expected to fail: `@pytest.mark.skip`.
        1 finding
    "#]]
    .assert_eq(&told(&repository, &["check"]));
    assert_eq!(run(&repository, &["check", "--threshold", "critical"]).code, Some(0));
    assert_eq!(run(&repository, &["check", "src"]).code, Some(0));
    assert_eq!(run(&repository, &["check", "--base", "no-such-revision"]).code, Some(2));
    assert_eq!(run(&repository, &["-C", "/no/such/folder", "check"]).code, Some(2));
    ok(&repository, &["accept", "--all"]);
    assert_eq!(run(&repository, &["check"]).code, Some(0));
}

#[test]
fn check_prints_json() {
    let repository = repository();
    skip_a_test(&repository);
    let ended = run(&repository, &["check", "--format", "json"]);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, found.as_array().map(Vec::len)), (Some(1), Some(1)));
    assert_eq!(found[0]["path"], "tests/test_a.py");
    assert_eq!(found[0]["author"], json!({ "kind": "agent", "agent": "claude-code", "session": "s1" }));
    assert_eq!(
        (&found[0]["finding"]["rule"], &found[0]["finding"]["kind"]),
        (&json!("test-skipped"), &json!("introduced"))
    );
}

/// What SARIF 2.1.0 requires of what we write, and its enumerations, from the standard.
fn sarif_schema() -> Value {
    serde_json::from_str(include_str!("sarif.schema.json")).expect("the schema is JSON")
}

#[test]
fn check_prints_sarif_that_the_standard_takes() {
    let repository = repository();
    write_as_user(&repository, ".countersign.toml", "[scope]\nallow = [\"tests/**\"]\n");
    let mut agent = claude(&repository, "s1");
    agent.prompt("go");
    // By a program: of a command that names the file, the scope is judged before it runs.
    agent.bash("python3 -c \"import pathlib; p = pathlib.Path('src/my file.py'); p.write_text(p.read_text().replace('return 1', 'return 11'))\"");
    agent.edit("tests/test_a.py", "def test_two", "@pytest.mark.skip\ndef test_two");
    agent.stop();
    let ended = run(&repository, &["check", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    jsonschema::validate(&sarif_schema(), &sarif).unwrap_or_else(|error| panic!("{error}\n{sarif:#}"));
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let rules: Vec<&str> = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    let shown: Vec<String> = results
        .iter()
        .map(|result| {
            assert!(rules.contains(&result["ruleId"].as_str().expect("a rule")), "{result}");
            let place = &result["locations"][0]["physicalLocation"];
            format!(
                "{}:{} {} {} {}",
                place["artifactLocation"]["uri"],
                place["region"]["startLine"],
                result["ruleId"],
                result["level"],
                result["properties"]["kind"]
            )
        })
        .collect();
    expect![[r#"
        "src/my%20file.py":2 "out-of-scope" "error" "out-of-scope"
        "tests/test_a.py":5 "test-skipped" "error" "introduced""#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn check_against_a_base_judges_the_whole_diff_whoever_wrote_it() {
    let repository = repository();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("tests/test_a.py", &CODE.replace("def test_two", "@pytest.mark.skip\ndef test_two"));
    repository.write("new.py", "import os\n");
    repository.commit("Skip");
    // A repository in the repository is listed by git as a folder.
    repository.git(&["init", "--quiet", "inner"]);
    repository.write("inner/x.txt", "x\n");
    expect![[r#"
        1
        tests/test_a.py:5: high [test-skipped] `test_two` is skipped or expected to fail: `@pytest.mark.skip`.
        1 finding
    "#]]
    .assert_eq(&told(&repository, &["check", "--base", "main"]));
    assert_eq!(run(&repository, &["check", "--base", "HEAD"]).code, Some(0));
    repository.write(".countersign.toml", "[scope]\nallow = [\"tests/**\"]\n");
    let said = told(&repository, &["check", "--base", "main"]);
    assert!(said.contains("new.py:1: high [out-of-scope] `new.py` is outside what the policy allows"), "{said}");
    assert!(said.contains(".countersign.toml:1: high [out-of-scope]"), "{said}");
}

#[test]
fn a_revert_by_rule_takes_what_the_rule_speaks_against_alone() {
    let repository = repository();
    skip_a_test(&repository);
    revert(&repository, &["--rule", "test-skipped"]);
    assert_eq!(repository.read("tests/test_a.py"), CODE);
    assert_eq!(repository.read("src/my file.py"), "def one():\n    return 11\n");
}

#[test]
fn explain_lists_rules_and_says_why_each_matters() {
    let repository = repository();
    let list = ok(&repository, &["explain"]);
    assert!(list.lines().count() >= 10, "{list}");
    for id in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let said = ok(&repository, &["explain", id]);
        assert!(said.starts_with(id) && said.contains("\nBad\n") && said.contains("\nGood\n"), "{said}");
    }
    assert_eq!(
        told(&repository, &["explain", "nonsense"]),
        "2\ncountersign: there is no rule `nonsense`: `countersign explain` lists them\n"
    );
}
