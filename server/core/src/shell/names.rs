//! Commands of which it is certain that they change no other files than those that they name: around them only these have to be looked at.

use super::commands::basename;
use super::files::ends;
use super::options::Options;
use super::word::{Piece, Word};

/// The words that name what a command may change, and what lies in it if it is a folder; none where that is not certain.
pub(super) fn named(name: &str, arguments: &[Word]) -> Option<Vec<Word>> {
    let words = match name {
        "touch" => operands(arguments, &["r", "d", "t", "reference", "date", "time"])?,
        "rm" | "rmdir" | "unlink" | "tee" => operands(arguments, &[])?,
        "truncate" => operands(arguments, &["s", "r", "size", "reference"])?,
        // Git knows no folders.
        "mkdir" => Vec::new(),
        "cp" | "mv" => copied(name, arguments)?,
        "sed" | "gsed" => edited_by_sed(arguments)?,
        "git" => named_to_git(arguments)?,
        _ => return None,
    };
    words.iter().all(is_plain).then_some(words)
}

/// Whether a word is just what it says.
fn is_plain(word: &Word) -> bool {
    word.pieces.iter().all(|piece| matches!(piece, Piece::Text(_)))
}

fn operands(arguments: &[Word], valued: &[&str]) -> Option<Vec<Word>> {
    let options = Options::of(arguments, valued);
    // Who gives it the names is not known.
    (!options.is_unsure && !options.operands.is_empty()).then_some(options.operands)
}

/// Where copies go: under the names that they had, if that is a folder.
fn copied(name: &str, arguments: &[Word]) -> Option<Vec<Word>> {
    let options = Options::of(arguments, &["t", "S", "suffix", "target-directory"]);
    if options.is_unsure || options.has(&["b", "backup", "S", "suffix", "parents"]) {
        return None;
    }
    let (from, to) = ends(&options);
    let to = to?;
    let below = from.iter().map(|word| {
        let base = basename(&word.shown()).to_owned();
        let is_told = is_plain(word) && !matches!(base.as_str(), "" | "." | "..");
        let pieces = to.pieces.iter().cloned().chain([Piece::Text(format!("/{base}"))]);
        is_told.then(|| Word { pieces: pieces.collect() })
    });
    let mut words: Vec<Word> = below.collect::<Option<_>>()?;
    words.push(to.clone());
    if name == "mv" {
        words.extend(from.iter().cloned());
    }
    Some(words)
}

/// `sed -i SCRIPT FILE…`, without a copy of what was there.
fn edited_by_sed(arguments: &[Word]) -> Option<Vec<Word>> {
    const KNOWN: &[&str] = &["-i", "-E", "-r", "-n", "-s", "-z", "-Ei", "-ri", "--in-place", "--regexp-extended"];
    let (mut words, mut has_script, mut arguments) = (Vec::new(), false, arguments.iter());
    while let Some(word) = arguments.next() {
        let text = word.text()?;
        if text == "-e" || text == "--expression" {
            has_script = true;
            arguments.next().filter(|script| script.is_known())?;
        } else if !text.starts_with('-') {
            words.push(word.clone());
        } else if !KNOWN.contains(&text.as_str()) {
            return None;
        }
    }
    if !has_script && !words.is_empty() {
        words.remove(0);
    }
    (!words.is_empty()).then_some(words)
}

/// Those commands of git's that put files into the work tree, and whose words can be nothing but paths.
fn named_to_git(arguments: &[Word]) -> Option<Vec<Word>> {
    let (verb, arguments) = arguments.split_first()?;
    let paths = match verb.text()?.as_str() {
        // What is staged is no file of the work tree.
        "add" => {
            let options = Options::of(arguments, &["pathspec-from-file"]);
            return (!options.has(&["p", "patch", "i", "interactive", "e", "edit"])).then(Vec::new);
        }
        "checkout" => {
            let options = Options::of(arguments, &[]);
            let from = options.after_dashes.filter(|from| *from <= 1 && options.given.is_empty())?;
            options.operands[from..].to_vec()
        }
        "restore" => {
            let options = Options::of(arguments, &["s", "source"]);
            let known = ["s", "source", "S", "staged", "W", "worktree", "q", "quiet"];
            if options.is_unsure || options.given.iter().any(|(given, _)| !known.contains(&given.as_str())) {
                return None;
            }
            options.operands
        }
        _ => return None,
    };
    let is_path = |word: &Word| word.text().is_some_and(|text| !text.contains(['*', '?', '[', '\\', ':']));
    (!paths.is_empty() && paths.iter().all(is_path)).then_some(paths)
}
