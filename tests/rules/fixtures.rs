//! Every fixture, as it is, typed by the user, and cut finer.

use super::*;

struct Fixture {
    file: PathBuf,
    rule: String,
    kind: String,
    before: String,
    after: String,
    expected: String,
}

impl Fixture {
    fn read(file: PathBuf) -> Fixture {
        let text = std::fs::read_to_string(&file).unwrap();
        let (before, rest) = text.strip_prefix("=== before\n").and_then(|text| text.split_once("=== after\n")).unwrap();
        let (after, expected) = rest.split_once("=== findings\n").unwrap_or((rest, ""));
        let rule = file.ancestors().nth(2).unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let kind = file.file_stem().unwrap().to_string_lossy().into_owned();
        let (before, after, expected) = (before.to_owned(), after.to_owned(), expected.to_owned());
        Fixture { file, rule, kind, before, after, expected }
    }

    /// The names under which the text is read: what holds for JavaScript holds for TypeScript.
    fn paths(&self) -> Vec<&'static str> {
        match self.file.extension().unwrap().to_str().unwrap() {
            "rs" => vec!["src/shop.rs"],
            "py" => vec!["shop/page.py"],
            "js" => vec!["src/shop.js", "src/shop.ts", "src/shop.tsx"],
            "ts" => vec!["src/shop.ts", "src/shop.tsx"],
            other => panic!("no language for {other}"),
        }
    }

    fn update(&self, found: &str) {
        let text = format!("=== before\n{}=== after\n{}=== findings\n{found}", self.before, self.after);
        std::fs::write(&self.file, text).unwrap();
    }
}

fn all() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.parent() != Some(&root) {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(Fixture::read).collect()
}

#[test]
fn every_rule_has_a_bad_a_good_and_a_near_miss_in_each_language() {
    let fixtures = all();
    // A rule that reads no language is judged elsewhere, by what is known of authors.
    for rule in rules::all().iter().filter(|rule| !rule.languages.is_empty()) {
        for language in ["rust", "python", "javascript"] {
            for kind in ["bad", "good", "near-miss"] {
                let tail = format!("rules/{}/{language}", rule.id);
                let is_it = |one: &&Fixture| one.kind == kind && one.file.parent().unwrap().ends_with(&tail);
                assert!(fixtures.iter().any(|one| is_it(&one)), "{tail}/{kind} is missing");
            }
        }
    }
}

#[test]
fn a_bad_change_is_reported_and_a_good_one_and_a_near_miss_are_not() {
    let mut wrong = String::new();
    for fixture in all() {
        for path in fixture.paths() {
            let found = drawn(&fixture.after, &judge(path, &fixture.before, &fixture.after));
            if fixture.kind == "bad" {
                if std::env::var_os("UPDATE_EXPECT").is_some() {
                    fixture.update(&found);
                    continue;
                }
                let names_rule = found.contains(&format!(": {} ", fixture.rule));
                if found != fixture.expected || !names_rule {
                    writeln!(wrong, "{} as {path}:\n{found}", fixture.file.display()).unwrap();
                }
            } else if !found.is_empty() {
                writeln!(wrong, "{} as {path}:\n{found}", fixture.file.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_same_change_cut_by_words_is_judged_the_same() {
    let mut wrong = String::new();
    for fixture in all() {
        let (added, removed) = by_words(&fixture.before, &fixture.after);
        for path in fixture.paths() {
            let change =
                Change { path, before: &fixture.before, after: &fixture.after, added: &added, removed: &removed };
            let found = rules::judge(&change, &settings(), &mut Budget::default());
            let names = |text: &str| -> Vec<String> {
                let of_line = |line: &str| line.split_once(": ").map(|(_, what)| what.to_owned());
                let mut names: Vec<String> = text.lines().filter_map(of_line).collect();
                names.sort();
                names
            };
            let found = drawn(&fixture.after, &found);
            if names(&found) != names(&fixture.expected) {
                writeln!(wrong, "{} as {path}:\n{found}", fixture.file.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_the_user_typed_is_not_judged() {
    for fixture in all() {
        for path in fixture.paths() {
            for before in [&fixture.before, &fixture.after] {
                let change = Change { path, before, after: &fixture.after, added: &[], removed: &[] };
                assert_eq!(rules::judge(&change, &settings(), &mut Budget::default()), []);
            }
        }
    }
}

#[test]
fn an_agents_edit_elsewhere_in_the_file_does_not_make_the_users_change_its_own() {
    for fixture in all() {
        for path in fixture.paths() {
            let note = if path.ends_with("py") { "# a note\n" } else { "// a note\n" };
            let after = format!("{}\n\n{note}", fixture.after);
            let at = fixture.after.len();
            let change =
                Change { path, before: &fixture.after, after: &after, added: &[at..after.len()], removed: &[] };
            assert_eq!(rules::judge(&change, &settings(), &mut Budget::default()), [], "{}", fixture.file.display());
        }
    }
}
