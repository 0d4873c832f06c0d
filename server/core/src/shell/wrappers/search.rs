//! Searches that act on what they find.

use super::replaced;
use crate::shell::flow::Flow;
use crate::shell::run::Shell;
use crate::shell::word::{Piece, Word};

impl Shell<'_, '_> {
    pub(super) fn find(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let is_test = |word: &Word| {
            let text = word.shown();
            text.starts_with('-') && text.len() > 2 || text == "!" || text == "("
        };
        let roots = arguments.iter().take_while(|word| !is_test(word)).filter(|word| {
            let text = word.shown();
            !matches!(text.as_str(), "-H" | "-L" | "-P")
        });
        let mut roots: Vec<Word> = roots.cloned().collect();
        if roots.is_empty() {
            roots.push(Word::of("."));
        }
        let tests: Vec<String> = arguments.iter().map(Word::shown).collect();
        let found = found(&roots, arguments, &tests);
        if tests.iter().any(|test| test == "-empty") {
            return Flow { paths: Some(found), ..Flow::default() };
        }
        let mut at = 0;
        while at < tests.len() {
            match tests[at].as_str() {
                "-delete" => {
                    // Before its tests, it is for all.
                    let tested = tests[..at].iter().any(|test| {
                        test.starts_with("-name") || test.starts_with("-iname") || test.starts_with("-path")
                    });
                    let found = if tested { found.clone() } else { all_below(&roots) };
                    self.finds_and_removes(&found);
                }
                "-exec" | "-execdir" | "-ok" | "-okdir" => {
                    let end = tests[at..]
                        .iter()
                        .position(|test| test == ";" || test == "+")
                        .map_or(tests.len(), |end| at + end);
                    for one in &found {
                        let words: Vec<Word> =
                            arguments[at + 1..end].iter().map(|word| replaced(word, "{}", one)).collect();
                        self.run_words(&words, &Flow::default());
                    }
                    at = end;
                }
                "-fprint" | "-fprintf" | "-fls" => {
                    if let Some(file) = arguments.get(at + 1) {
                        self.goes_into(&file.clone(), &stdin.clone().changed(), false);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Flow { paths: Some(found), ..Flow::default() }
    }

    pub(super) fn fd(&mut self, arguments: &[Word], stdin: &Flow) -> Flow {
        let exec =
            arguments.iter().position(|word| matches!(word.shown().as_str(), "-x" | "-X" | "--exec" | "--exec-batch"));
        let all = vec![below(&Word::of("."), "*")];
        let Some(exec) = exec else { return Flow { paths: Some(all), ..stdin.clone() } };
        let mut words: Vec<Word> = arguments[exec + 1..].iter().map(|word| replaced(word, "{}", &all[0])).collect();
        if words == arguments[exec + 1..] {
            words.push(all[0].clone());
        }
        self.run_words(&words, &Flow::default())
    }
}

/// What a search finds, by its names where that is all that it asks for.
fn found(roots: &[Word], arguments: &[Word], tests: &[String]) -> Vec<Word> {
    let either = tests.iter().any(|test| matches!(test.as_str(), "-o" | "-or" | "!" | "-not" | "-prune"));
    let name = tests.iter().position(|test| matches!(test.as_str(), "-name" | "-iname" | "-path" | "-wholename"));
    let pattern = name.and_then(|at| arguments.get(at + 1)).and_then(Word::text);
    match pattern.filter(|_| !either) {
        Some(pattern) => {
            let pattern = pattern.trim_start_matches("./").to_owned();
            roots.iter().map(|root| below(root, &pattern)).collect()
        }
        None => all_below(roots),
    }
}

fn all_below(roots: &[Word]) -> Vec<Word> {
    roots.iter().map(|root| below(root, "*")).collect()
}

/// All that matches at any depth below a folder.
fn below(root: &Word, pattern: &str) -> Word {
    let mut word = root.clone();
    if word.shown().ends_with('/') {
        word.pieces.push(Piece::Text(String::new()));
    } else {
        word.pieces.push(Piece::Text("/".into()));
    }
    word.pieces.push(Piece::Glob("**".into()));
    word.pieces.push(Piece::Glob(pattern.to_owned()));
    word
}
