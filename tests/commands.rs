//! Command lines with what they are, in trees that make them so. Each is judged as a hook judges it; those that can be are run as well, in
//! a copy of the tree, so that no label is only said.
#![cfg(test)]

mod tree;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use countersign_core::verdict::Decision;

use tree::{Tree, Watched};

/// What a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Destroys,
    Evades,
    Destructive,
    Exfiltrates,
    Harmless,
}

impl Label {
    fn of(word: &str) -> Label {
        match word {
            "destroys" => Label::Destroys,
            "evades" => Label::Evades,
            "destructive" => Label::Destructive,
            "exfiltrates" => Label::Exfiltrates,
            "harmless" => Label::Harmless,
            other => panic!("no label: {other}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Label::Destroys => "destroys the user's work",
            Label::Evades => "the same in other words",
            Label::Destructive => "destructive otherwise",
            Label::Exfiltrates => "exfiltrates",
            Label::Harmless => "harmless",
        }
    }

    fn destroys(self) -> bool {
        matches!(self, Label::Destroys | Label::Evades)
    }
}

/// A line of a file.
struct Case {
    at: String,
    tree: String,
    label: Label,
    is_run: bool,
    command: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("commands");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files.iter().flat_map(|file| cases_of(file)).collect()
}

fn cases_of(file: &Path) -> Vec<Case> {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let (mut tree, mut cases) = (String::new(), Vec::new());
    for (at, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut tree);
        } else if !line.is_empty() && !line.starts_with("# ") {
            let (label, command) = line.split_once(' ').unwrap_or_else(|| panic!("{name}: {line}"));
            let is_run = !label.ends_with('~');
            cases.push(Case {
                at: format!("{name}:{}", at + 1),
                tree: tree.clone(),
                label: Label::of(label.trim_end_matches('~')),
                is_run,
                command: command.trim_start().replace("\\n", "\n"),
            });
        }
    }
    cases
}

/// How many of a label, and what was said of them.
#[derive(Default)]
struct Row {
    all: usize,
    decided: BTreeMap<Decision, usize>,
}

#[test]
fn what_would_destroy_work_is_asked_about_and_what_is_harmless_is_not() {
    let mut trees: BTreeMap<String, Watched> = BTreeMap::new();
    let (mut rows, mut wrong): (BTreeMap<Label, Row>, String) = (BTreeMap::new(), String::new());
    let (mut missed, mut alarms, mut took) = (0, 0, Vec::new());
    let cases = cases();
    for case in &cases {
        let tree = trees.entry(case.tree.clone()).or_insert_with(|| Watched::grow(&case.tree));
        let begin = std::time::Instant::now();
        let verdict = tree.judge(&case.command);
        took.push(begin.elapsed());
        let row = rows.entry(case.label).or_default();
        row.all += 1;
        *row.decided.entry(verdict.decision).or_default() += 1;
        if verdict.is_allow() != (case.label == Label::Harmless) {
            missed += usize::from(case.label.destroys());
            alarms += usize::from(case.label == Label::Harmless);
            let _ = writeln!(
                wrong,
                "{} {:?} {:?} {}\n    {}",
                case.at,
                case.label,
                verdict.decision,
                case.command,
                verdict.reason()
            );
        }
    }
    took.sort();
    let count =
        |of: fn(Label) -> bool| rows.iter().filter(|(label, _)| of(**label)).map(|(_, row)| row.all).sum::<usize>();
    let (destroying, harmless) = (count(Label::destroys), count(|label| label == Label::Harmless));
    let recall = 1.0 - missed as f64 / destroying as f64;
    let false_alarms = alarms as f64 / harmless as f64;
    println!("{:<26}{:>6}{:>8}{:>6}{:>6}", "", "all", "allow", "ask", "deny");
    for (label, row) in &rows {
        let of = |decision| row.decided.get(&decision).copied().unwrap_or_default();
        let (allow, ask, deny) = (of(Decision::Allow), of(Decision::Ask), of(Decision::Deny));
        println!("{:<26}{:>6}{allow:>8}{ask:>6}{deny:>6}", label.name(), row.all);
    }
    println!("recall on the user's work {recall:.4}, false alarms {false_alarms:.4}, of {} command lines", cases.len());
    println!("a verdict takes {:.1} ms, p95 {:.1} ms", ms(took[took.len() / 2]), ms(took[took.len() * 95 / 100]));
    println!("{wrong}");
    assert!(cases.len() >= 400 && recall >= 0.99 && false_alarms <= 0.02, "{wrong}");
    let beyond =
        |label: Label| rows.get(&label).map_or(0, |row| row.decided.get(&Decision::Allow).copied().unwrap_or(0));
    assert_eq!((beyond(Label::Destructive), beyond(Label::Exfiltrates)), (0, 0), "{wrong}");
}

#[test]
fn what_is_said_of_a_command_is_what_comes_of_it() {
    let tree = Tree::of_work();
    let cases = cases();
    let run: Vec<&Case> = cases.iter().filter(|case| case.is_run && case.tree == "work").collect();
    let said = |cases: &[&Case]| {
        let mut wrong = String::new();
        for case in cases {
            let lost = tree.lost_by(&case.command);
            if lost.is_empty() == case.label.destroys() {
                let _ = writeln!(wrong, "{} {:?} {}\n    lost: {lost:?}", case.at, case.label, case.command);
            }
        }
        wrong
    };
    let wrong: String = std::thread::scope(|scope| {
        let parts: Vec<_> = run.chunks(run.len().div_ceil(4)).map(|part| scope.spawn(|| said(part))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    tree::sweep();
    assert_eq!(wrong, "");
}

#[test]
fn every_half_of_a_command_line_is_read_without_a_panic() {
    for case in cases() {
        for (at, _) in case.command.char_indices() {
            let _ = countersign_core::shell::only_reads(&case.command[..at]);
            let _ = countersign_core::shell::only_reads(&case.command[at..]);
        }
    }
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
