//! Options apart from operands, as getopt takes them: bundled letters, values that stand apart, and `--` that ends them.

use super::word::Word;

/// A command's words after its name.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Letters and long names as given (without dashes), with their values.
    pub(super) given: Vec<(String, Option<Word>)>,
    /// All else.
    pub(super) operands: Vec<Word>,
    /// Where in `operands` what follows `--` begins.
    pub(super) after_dashes: Option<usize>,
    /// A word is among them that may be an option, for all that can be told.
    pub(super) is_unsure: bool,
}

impl Options {
    /// `valued` holds the options that have a value: letters, and long names in full.
    pub(super) fn of(words: &[Word], valued: &[&str]) -> Options {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.shown();
            if options.after_dashes.is_some() || !text.starts_with('-') || text == "-" {
                options.is_unsure |= options.after_dashes.is_none() && word.may_be_an_option();
                options.operands.push(word.clone());
            } else if text == "--" {
                options.after_dashes = Some(options.operands.len());
            } else if let Some(long) = text.strip_prefix("--") {
                options.long(long, word, &mut words, valued);
            } else {
                options.letters(&text[1..], word, &mut words, valued);
            }
        }
        options
    }

    fn long(&mut self, long: &str, word: &Word, words: &mut std::slice::Iter<'_, Word>, valued: &[&str]) {
        let (name, value) = match long.split_once('=') {
            Some((name, _)) => (name, Some(word.without_start(&format!("--{name}=")))),
            None => (long, valued.contains(&long).then(|| words.next().cloned()).flatten()),
        };
        self.given.push((name.to_owned(), value));
    }

    fn letters(&mut self, letters: &str, word: &Word, words: &mut std::slice::Iter<'_, Word>, valued: &[&str]) {
        for (at, letter) in letters.char_indices() {
            let name = letter.to_string();
            if !valued.contains(&name.as_str()) {
                self.given.push((name, None));
                continue;
            }
            let rest = at + letter.len_utf8();
            let value = match rest < letters.len() {
                true => Some(word.without_start(&format!("-{}", &letters[..rest]))),
                false => words.next().cloned(),
            };
            self.given.push((name, value));
            return;
        }
    }

    /// Whether one of these was given. Long names may be shortened, as far as they are longer than a letter.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|(given, _)| names.iter().any(|name| is_short_for(given, name)))
    }

    /// The last value of one of these.
    pub(super) fn value(&self, names: &[&str]) -> Option<&Word> {
        let own = |(given, _): &&(String, Option<Word>)| names.iter().any(|name| is_short_for(given, name));
        self.given.iter().rev().find(own).and_then(|(_, value)| value.as_ref())
    }
}

fn is_short_for(given: &str, name: &str) -> bool {
    given == name || given.len() > 2 && name.len() > given.len() && name.starts_with(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_apart_and_values_stay_with_their_options() {
        let words: Vec<Word> =
            ["-fdx", "-e", "*.log", "--har", "--exclude=a", "--", "-f"].into_iter().map(Word::of).collect();
        let options = Options::of(&words, &["e", "exclude"]);
        assert!(options.has(&["f", "force"]) && options.has(&["x"]) && options.has(&["hard"]));
        assert_eq!(options.value(&["e"]), Some(&Word::of("*.log")));
        assert_eq!(options.value(&["exclude"]), Some(&Word::of("a")));
        assert_eq!((options.operands, options.after_dashes), (vec![Word::of("-f")], Some(0)));
    }
}
