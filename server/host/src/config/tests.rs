//! Policy files as written, what is wrong in them, and what two of them give.

use countersign_core::scope::{Class, SessionScope};
use countersign_core::verdict::Decision;
use expect_test::expect;

use countersign_core::finding::Severity;
use countersign_core::limits::{Limit, Limits};
use countersign_core::rules::Preset;
use countersign_core::usage::Price as Exact;

use super::*;

fn policy(text: &str) -> Policy {
    parse(Path::new(FILE_NAME), text).unwrap()
}

fn errors(text: &str) -> String {
    let errors = parse(Path::new(FILE_NAME), text).unwrap_err();
    errors.iter().map(|error| format!("{error}  <{}>\n", &text[error.span.clone()])).collect()
}

fn merged(user: &str, repository: &str) -> Config {
    Policies { user: policy(user), repository: policy(repository) }.config()
}

fn decision(config: &Config, path: &str) -> Decision {
    config.scope.judge(path, None, &SessionScope::default()).decision
}

const FULL: &str = r#"
[scope]
allow = ["src/**", "docs"]
deny = ["*.pem"]
ask = ["src/api/**"]
symbols = ["src/lib.rs::Parser::parse"]
protect = ["public-api", "tests", "dependencies", "ci", "licence", "generated", "policy"]
outside = "ask"
unanswered = "allow"

[tools]
allow = ["mcp__docs__*"]
deny = ["*__drop"]
ask = ["mcp", "web"]

[limits]
files = 20
lines = { ask = 500, deny = 1000 }
commands = 100
minutes = { deny = 60 }
cost = 2.5

[prices."claude-opus"]
input = 5
output = 25
cache-read = 0.5
cache-write = 6.25

[prices.gpt-6]
input = 1.25
output = 10

[risk]
preset = "strict"
disable = ["placeholder-left"]
queries = ["rules"]

[risk.severity]
test-deleted = "critical"

[[risk.tier]]
paths = ["src/auth/**"]
tier = 4
reviewers = ["security"]

[verify]
commands = ["cargo test"]

[attribution]

[audit]
redaction = ["corp-[0-9]+"]
retention = 90

[ui]
code-lens = true
inlay-hints = false
hover = true
"#;

#[test]
fn every_documented_key_is_read() {
    let config = merged("", FULL);
    assert_eq!(decision(&config, "src/a.rs"), Decision::Allow);
    assert_eq!(decision(&config, "src/api/a.rs"), Decision::Ask);
    assert_eq!(decision(&config, "src/a.pem"), Decision::Deny);
    assert_eq!(decision(&config, "README.md"), Decision::Ask);
    assert!(config.scope.protects(Class::PublicApi));
    assert_eq!(config.unanswered, Unanswered::Allow);
    let ask = |ask| Limit { ask: Some(ask), deny: None };
    let limits = Limits {
        files: ask(20),
        lines: Limit { ask: Some(500), deny: Some(1000) },
        commands: ask(100),
        minutes: Limit { ask: None, deny: Some(60) },
        cost: ask(2_500_000),
    };
    assert_eq!(config.limits, limits);
    assert_eq!(config.tools.judge("mcp__db__query").decision, Decision::Ask);
    assert_eq!(config.tools.judge("mcp__db__drop").decision, Decision::Deny);
    assert_eq!(config.tools.judge("mcp__docs__read").decision, Decision::Allow);
    let price = |model: &str| config.prices.of(model).copied();
    let opus = Exact { input: 5_000_000, output: 25_000_000, cache_read: 500_000, cache_write: 6_250_000 };
    assert_eq!(price("claude-opus-4-5"), Some(opus));
    let gpt = Exact { input: 1_250_000, output: 10_000_000, cache_read: 1_250_000, cache_write: 1_250_000 };
    assert_eq!((price("gpt-6-astra"), price("gpt-5")), (Some(gpt), None));
    assert_eq!(config.risk.preset, Some(Preset::Strict));
    assert_eq!(config.risk.severity["test-deleted"], Severity::Critical);
    assert_eq!(config.risk.tier[0].reviewers, ["security"]);
    assert_eq!(config.verify.commands, ["cargo test"]);
    assert_eq!(config.audit.retention, Some(90));
    assert_eq!(config.ui.inlay_hints, Some(false));
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(policy(""), Policy::default());
    assert_eq!(policy("\u{feff}# only a comment\r\n"), Policy::default());
    assert_eq!(decision(&Config::default(), "src/a.rs"), Decision::Allow);
    assert_eq!(Config::default().unanswered, Unanswered::Deny);
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let mut shown = String::new();
    for text in [
        "[scope]\nallow = [\"src/**\"\n",
        "[scope]\nalow = []\n",
        "[scpe]\n",
        "# é🎉\n[scope]\nallow = \"src\"\n",
        "[scope]\nprotect = [\"tests\", \"everything\"]\n",
        "[scope]\noutside = \"allow\"\n",
        "[risk.severity]\ntest-deleted = \"awful\"\n",
        "[limits]\nfiles = -1\n",
        "[limits]\nfiles = 1.5\n",
        "[limits]\ncost = -1\n",
        "[limits]\nlines = { ask = 5, deny = 4 }\n",
        "[limits]\nlines = {}\n",
        "[limits]\nlines = { max = 4 }\n",
        "[tools]\ndeny = [\"\", \"a[\"]\n",
        "[attribution]\nwindow = 3\n",
        "[prices.gpt]\ninput = 1\noutput = -2\ncache-read = nan\n",
        "[audit]\nredaction = ['corp-[0-9]+', 'corp-(']\n",
        "[ui]\ncode-lens = 1\n",
        "[scope]\n[scope]\n",
        "\u{feff}[scope]\ndeny = [1]\n",
        "[scope]\nallow = [\"é\", \"src/[a\", '../x']\nsymbols = [\"src/lib.rs\"]\n[[risk.tier]]\npaths = [\"a::\"]\ntier = 5\n",
    ] {
        shown += &errors(text);
    }
    expect![[r#"
        .countersign.toml:2:18: unclosed array, expected `]`  <>
        .countersign.toml:2:1: unknown field `alow`, expected one of `allow`, `deny`, `ask`, `symbols`, `protect`, `outside`, `unanswered`  <alow>
        .countersign.toml:1:2: unknown field `scpe`, expected one of `scope`, `tools`, `limits`, `prices`, `risk`, `verify`, `attribution`, `audit`, `ui`  <scpe>
        .countersign.toml:3:9: invalid type: string "src", expected a sequence  <"src">
        .countersign.toml:2:21: unknown variant `everything`, expected one of `public-api`, `tests`, `dependencies`, `ci`, `licence`, `generated`, `policy`  <"everything">
        .countersign.toml:2:11: unknown variant `allow`, expected `ask` or `deny`  <"allow">
        .countersign.toml:2:16: unknown variant `awful`, expected one of `low`, `medium`, `high`, `critical`  <"awful">
        .countersign.toml:2:9: a limit is a number from 0, or `{ ask = …, deny = … }` of these  <-1>
        .countersign.toml:2:9: a limit is a number from 0, or `{ ask = …, deny = … }` of these  <1.5>
        .countersign.toml:2:8: a limit is a number from 0  <-1>
        .countersign.toml:2:9: `deny` is reached before `ask`, which then never asks  <{ ask = 5, deny = 4 }>
        .countersign.toml:2:9: a limit has `ask`, `deny` or both  <{}>
        .countersign.toml:2:9: a limit is a number from 0, or `{ ask = …, deny = … }` of these  <{ max = 4 }>
        .countersign.toml:2:9: a tool's name is missing  <"">
        .countersign.toml:2:13: unclosed character class; missing ']'  <"a[">
        .countersign.toml:2:1: unknown field `window`, there are no fields  <window>
        .countersign.toml:3:10: a price is a number of dollars from 0 to 1000000  <-2>
        .countersign.toml:4:14: a price is a number of dollars from 0 to 1000000  <nan>
        .countersign.toml:2:29: this is no regular expression  <'corp-('>
        .countersign.toml:2:13: invalid type: integer `1`, expected a boolean  <1>
        .countersign.toml:2:2: duplicate key  <scope>
        .countersign.toml:2:9: invalid type: integer `1`, expected a string  <1>
        .countersign.toml:2:15: unclosed character class; missing ']'  <"src/[a">
        .countersign.toml:2:25: a pattern cannot leave the workspace  <'../x'>
        .countersign.toml:3:12: a symbol is written `path::Symbol`  <"src/lib.rs">
        .countersign.toml:5:10: a symbol's name is missing behind `::`  <"a::">
        .countersign.toml:6:8: a tier is a number from 1 to 4  <5>
    "#]].assert_eq(&shown);
}

#[test]
fn a_repository_cannot_loosen_its_users_scope() {
    let config = merged(
        "[scope]\nallow = ['src/**', 'docs/**']\ndeny = ['*.pem']\nprotect = ['tests']\nunanswered = 'deny'\n",
        "[scope]\nallow = ['**']\ndeny = ['docs/**']\nprotect = ['ci']\nunanswered = 'allow'\n",
    );
    assert_eq!(decision(&config, "src/a.rs"), Decision::Allow);
    assert_eq!(decision(&config, "docs/a.md"), Decision::Deny);
    assert_eq!(decision(&config, "src/a.pem"), Decision::Deny);
    assert_eq!(decision(&config, "README.md"), Decision::Deny);
    assert_eq!(decision(&config, "src/tests/a.rs"), Decision::Ask);
    assert_eq!(decision(&config, ".countersign.toml"), Decision::Deny);
    assert!(config.scope.protects(Class::Ci));
    assert_eq!(config.unanswered, Unanswered::Deny);
}

#[test]
fn a_repository_cannot_loosen_its_users_limits_and_rules() {
    let config = merged(
        "[tools]\nask = ['web']\n[limits]\nfiles = 10\nlines = { ask = 100, deny = 200 }\n[risk]\npreset = 'standard'\ndisable = ['a', 'b']\n[risk.severity]\nx = 'high'\ny = 'low'\n",
        "[tools]\nallow = ['*']\ndeny = ['Task']\n[limits]\nfiles = 99\nlines = { ask = 50, deny = 300 }\ncost = 1\n[risk]\npreset = 'relaxed'\ndisable = ['x', 'z']\n[risk.severity]\nx = 'low'\ny = 'critical'\nb = 'high'\n",
    );
    let shown = format!("{:?} {:?} {:?}", config.limits.files, config.limits.lines, config.limits.cost);
    expect!["Limit { ask: Some(10), deny: None } Limit { ask: Some(50), deny: Some(200) } Limit { ask: Some(1000000), deny: None }"].assert_eq(&shown);
    assert_eq!(config.tools.judge("WebFetch").decision, Decision::Ask);
    assert_eq!(config.tools.judge("Task").decision, Decision::Deny);
    assert_eq!(config.risk.preset, Some(Preset::Standard));
    assert_eq!(config.risk.severity["x"], Severity::High);
    assert_eq!(config.risk.severity["y"], Severity::Critical);
    assert_eq!(config.risk.disable, ["a", "z"]);
}

#[test]
fn a_repository_cannot_make_its_users_models_cheaper() {
    let config = merged(
        "[prices.claude]\ninput = 3\noutput = 15\n",
        "[prices.claude-opus]\ninput = 0\noutput = 25\n[prices.gpt]\ninput = 1\noutput = 2\n",
    );
    let price = |model: &str| config.prices.of(model).map(|price| (price.input, price.output));
    assert_eq!(price("claude-opus-4-5"), Some((3_000_000, 25_000_000)));
    assert_eq!(price("claude-haiku-4-5"), Some((3_000_000, 15_000_000)));
    assert_eq!(price("gpt-6"), Some((1_000_000, 2_000_000)));
}

#[test]
fn a_strict_user_is_not_talked_out_of_a_rule() {
    assert!(merged("[risk]\npreset = 'strict'\n", "[risk]\ndisable = ['x']\n").risk.disable.is_empty());
    assert_eq!(merged("", "[risk]\ndisable = ['x']\n").risk.disable, ["x"]);
}

#[test]
fn what_editors_show_and_how_long_history_is_kept_is_the_users() {
    let config = merged(
        "[ui]\nhover = false\n[audit]\nretention = 365\n",
        "[ui]\nhover = true\ncode-lens = false\n[audit]\nretention = 1\n",
    );
    assert_eq!((config.ui.hover, config.ui.code_lens), (Some(false), Some(false)));
    assert_eq!(config.audit.retention, Some(365));
}

#[test]
fn the_users_file_is_found_as_xdg_says() {
    let find = |xdg: Option<&str>, home: Option<&str>| {
        user_file(xdg.map(Into::into), home.map(Into::into)).map(|file| file.display().to_string())
    };
    assert_eq!(find(Some("/x"), Some("/home/u")).unwrap(), "/x/countersign/config.toml");
    assert_eq!(find(None, Some("/home/u")).unwrap(), "/home/u/.config/countersign/config.toml");
    assert_eq!(find(Some("relative"), Some("/home/u")).unwrap(), "/home/u/.config/countersign/config.toml");
    assert_eq!(find(Some(""), None), None);
}

fn reload(policies: &mut Policies, folder: &Path) -> String {
    let errors = policies.reload(folder, Some(&folder.join("config.toml")));
    errors.iter().map(|error| error.to_string().replace(&folder.display().to_string(), ".") + "\n").collect()
}

fn decisions(policies: &Policies) -> [Decision; 3] {
    ["a", "b", "c"].map(|path| decision(&policies.config(), path))
}

#[test]
fn a_file_that_is_wrong_leaves_its_last_good_policy_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let (user, repository) = (folder.path().join("config.toml"), folder.path().join(FILE_NAME));
    let mut policies = Policies::default();
    assert_eq!(reload(&mut policies, folder.path()), "", "no files, no policy");
    assert_eq!(decisions(&policies), [Decision::Allow; 3]);

    std::fs::write(&user, "[scope]\ndeny = ['a']\n").unwrap();
    std::fs::write(&repository, "[scope]\ndeny = ['b']\n").unwrap();
    assert_eq!(reload(&mut policies, folder.path()), "");
    assert_eq!(decisions(&policies), [Decision::Deny, Decision::Deny, Decision::Allow]);

    std::fs::write(&user, "[scope]\ndeny = ['c']\n").unwrap();
    std::fs::write(&repository, "nonsense").unwrap();
    expect![[r#"
        ./.countersign.toml:1:9: key with no value, expected `=`
    "#]]
    .assert_eq(&reload(&mut policies, folder.path()));
    assert_eq!(decisions(&policies), [Decision::Allow, Decision::Deny, Decision::Deny]);
}

#[test]
fn files_that_are_no_policy_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    let mut policies = Policies::default();
    std::fs::write(&file, b"# ok\n# \xff\n").unwrap();
    let mut shown = reload(&mut policies, folder.path());
    std::fs::write(&file, vec![b'#'; 2 << 20]).unwrap();
    shown += &reload(&mut policies, folder.path());
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(policies.reload(folder.path(), None).len(), 1, "a folder");
    expect![[r#"
        ./.countersign.toml:2:3: the file is no UTF-8 from here on
        ./.countersign.toml:1:1: the file cannot be read: longer than 1048576 bytes
    "#]]
    .assert_eq(&shown);
}
