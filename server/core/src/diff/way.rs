//! Texts that lie between two others: what a buffer shows that is brought up to a file while the file is written on.

use super::regions;

/// Whether `text` is `before` with some of the lines changed that `after` has changed, whole and not blank, and nothing else. It is
/// neither of the two then. An empty `after` is one that is being written anew: it says nothing against lines that only came or went.
#[must_use]
pub fn is_on_the_way(before: &str, text: &str, after: &str) -> bool {
    let done = regions(before, text);
    let has_words = |part: &str| part.chars().any(char::is_alphanumeric);
    let says = done.iter().any(|(was, is)| has_words(&before[was.clone()]) || has_words(&text[is.clone()]));
    let fits = || changed(before, text) + changed(text, after) == changed(before, after);
    let no_line_changed = || done.iter().all(|(was, is)| was.is_empty() || is.is_empty());
    says && text != after && if after.is_empty() { no_line_changed() } else { fits() }
}

/// The bytes of the lines that go and come.
fn changed(before: &str, after: &str) -> usize {
    regions(before, after).iter().map(|(was, is)| was.len() + is.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::is_on_the_way;

    #[test]
    fn some_of_the_changed_lines_are_on_the_way() {
        assert!(is_on_the_way("a\n", "a\nb\n", "a\nb\nc\n"));
        assert!(is_on_the_way("a\n", "a\nc\n", "a\nb\nc\n"));
        assert!(is_on_the_way("a\nb\n", "b\n", "b\nc\n"));
        assert!(is_on_the_way("a\nb\n", "x\nb\n", "x\ny\n"));
        assert!(is_on_the_way("a\n", "a\nb\n", ""));
    }

    #[test]
    fn both_ends_and_lines_of_ones_own_are_not() {
        assert!(!is_on_the_way("a\n", "a\n", "a\nb\n"));
        assert!(!is_on_the_way("a\n", "a\nb\n", "a\nb\n"));
        assert!(!is_on_the_way("a\n", "a\nmine\n", "a\nb\nc\n"));
        assert!(!is_on_the_way("a\n", "a\nb\nmine\n", "a\nb\nc\n"));
        assert!(!is_on_the_way("a\nb\n", "a\n", "a\nb\nc\n"));
    }

    #[test]
    fn the_beginning_of_a_line_and_an_empty_one_are_typed() {
        assert!(!is_on_the_way("a\n", "a\nw", "a\nword\n"));
        assert!(!is_on_the_way("a\nb\n", "a\n\nb\n", ""));
        assert!(!is_on_the_way("a\nb\n", "ax\nb\n", ""));
        assert!(!is_on_the_way("a\n\n", "a\nw\n", "a\nword\n"));
        assert!(!is_on_the_way("a\nb\n", "a\n\nb\n", "a\n\nc\nb\n"));
    }
}
