//! Text as words: what rules compare, so that blanks, line breaks and punctuation decide nothing.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Longer texts are compared by their first words only.
const MOST: usize = 2000;

/// The words of a text as a sorted bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bag(Vec<u64>);

impl Bag {
    pub(crate) fn of(text: &str) -> Bag {
        Bag::of_words(each(text))
    }

    pub(crate) fn of_words<'a>(words: impl Iterator<Item = &'a str>) -> Bag {
        let mut words: Vec<u64> = words
            .take(MOST)
            .map(|word| {
                let mut hasher = DefaultHasher::new();
                word.hash(&mut hasher);
                hasher.finish()
            })
            .collect();
        words.sort_unstable();
        Bag(words)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How alike two bags are, from 0 to 1: twice what they share over what they hold.
    pub(crate) fn likeness(&self, other: &Bag) -> f64 {
        let all = self.0.len() + other.0.len();
        if all == 0 { 1.0 } else { 2.0 * self.shared(other) as f64 / all as f64 }
    }

    /// How much of this bag the other holds, from 0 to 1.
    pub(crate) fn held_by(&self, other: &Bag) -> f64 {
        if self.0.is_empty() { 1.0 } else { self.shared(other) as f64 / self.0.len() as f64 }
    }

    fn shared(&self, other: &Bag) -> usize {
        let (mut a, mut b, mut shared) = (0, 0, 0);
        while a < self.0.len() && b < other.0.len() {
            match self.0[a].cmp(&other.0[b]) {
                std::cmp::Ordering::Less => a += 1,
                std::cmp::Ordering::Greater => b += 1,
                std::cmp::Ordering::Equal => (a, b, shared) = (a + 1, b + 1, shared + 1),
            }
        }
        shared
    }
}

/// The words of a text: runs of letters, digits and underscores.
pub(crate) fn each(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// A text without the blanks that mean nothing: one that a formatter could have laid out otherwise is the same.
pub(crate) fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(256));
    let (mut last, mut gap) = (' ', false);
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && is_word(last) && is_word(c) {
            out.push(' ');
        }
        out.push(c);
        (last, gap) = (c, false);
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A text as a message quotes it: one line, at most sixty characters.
pub(crate) fn in_brief(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut brief = String::new();
    for word in text.split_whitespace() {
        if !brief.is_empty() {
            brief.push(' ');
        }
        brief.extend(word.chars().take(LONGEST + 1));
        if brief.chars().count() > LONGEST {
            let cut: String = brief.chars().take(LONGEST - 1).collect();
            return format!("{}…", cut.trim_end());
        }
    }
    brief
}
