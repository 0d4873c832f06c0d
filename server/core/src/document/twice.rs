//! Text that stands twice for a moment. An editor that joins two lines writes the second behind the first, then takes it away from where
//! it stood: which of the two goes cannot be read off the texts, and it is the one that was just put there.

use std::ops::Range;

use ropey::Rope;

use super::{Act, Document};
use crate::edit::Lineage;
use crate::weave::Splice;

/// So far a deletion is slid, in bytes.
const FAR: usize = 1 << 16;

impl Document {
    /// A deletion as the one that gives the same text and takes most of what its author's last edit put beside it.
    pub(super) fn of_twice(&self, splice: &Splice, act: &Act) -> Option<Splice> {
        let (last, entry) = self.weave.entries().last()?;
        let Range { start, end } = splice.range;
        if !splice.text.is_empty() || start == end || entry.author != act.author || entry.place != Lineage::Editor {
            return None;
        }
        let text = self.text(Lineage::Editor);
        let (first, behind) = (start - slack(text, start, end, true), end + slack(text, start, end, false));
        let mut at = first;
        let mut own: Vec<Range<usize>> = Vec::new();
        for (len, by) in self.weave.blame(Lineage::Editor, first..behind) {
            if by == last {
                own.push(at..at + len);
            }
            at += len;
        }
        let len = end - start;
        let taken = |from: usize| -> usize {
            let overlap = |run: &Range<usize>| run.end.min(from + len).saturating_sub(run.start.max(from));
            own.iter().map(overlap).sum()
        };
        let places = own.iter().flat_map(|run| [Some(run.start), run.end.checked_sub(len)]).flatten();
        let places = places.filter(|from| (first..=behind - len).contains(from) && !cuts(text, *from, from + len));
        let best = places.max_by_key(|from| (taken(*from), std::cmp::Reverse(from.abs_diff(start))))?;
        // What was put there is all that goes, but for blanks and breaks: a line that merely begins like its neighbour is another.
        let is_own = |at: usize| own.iter().any(|run| run.contains(&at));
        let rest = (best..best + len).filter(|at| !is_own(*at));
        let is_all = rest.into_iter().all(|at| text.byte(at).is_ascii_whitespace());
        (is_all && taken(best) > taken(start)).then(|| Splice { range: best..best + len, ..splice.clone() })
    }
}

/// How far a deletion can be slid to one side, the text that it leaves being the same.
fn slack(text: &Rope, start: usize, end: usize, left: bool) -> usize {
    let (mut one, mut other) = (text.bytes_at(start), text.bytes_at(end));
    let mut step = || if left { (one.prev(), other.prev()) } else { (one.next(), other.next()) };
    let mut far = 0;
    while far < FAR && matches!(step(), (Some(one), Some(other)) if one == other) {
        far += 1;
    }
    far
}

/// Whether either end of a range lies between a CR and its LF.
fn cuts(text: &Rope, start: usize, end: usize) -> bool {
    let within = |at: usize| at > 0 && at < text.len_bytes() && text.byte(at - 1) == b'\r' && text.byte(at) == b'\n';
    within(start) || within(end)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::author::Author;
    use crate::edit::Evidence;

    /// The base text, what the agent makes of it, and the user's changes in one message: each a range of bytes, and what replaces it.
    fn check(base: &str, agents: &str, changes: &[(Range<usize>, &str)], apart: bool, expected: &Expect) {
        let mut document = Document::new(Rope::from_str(base), 1);
        document.opened(Rope::from_str(base), &Act::user(0));
        let agent = Act::agent(Author::agent("claude", "s1"), Evidence::Content, 1);
        document.observe(Lineage::Disk, Rope::from_str(agents), &agent);
        document.reloaded();
        let changes: Vec<Splice> = changes.iter().map(|(range, text)| Splice::new(range.clone(), *text)).collect();
        let messages: Vec<&[Splice]> = if apart { changes.chunks(1).collect() } else { vec![&changes] };
        for message in messages {
            document.typed(message, &Act::user(2));
        }
        let text = document.text(Lineage::Editor).to_string();
        let mut at = 0;
        let mut told = String::new();
        for (len, by) in document.weave().blame(Lineage::Editor, 0..text.len()) {
            told += &format!("{} {:?}\n", document.weave().entry(by).author, &text[at..at + len]);
            at += len;
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn a_line_that_is_joined_to_an_empty_one_stays_whose_it_was() {
        // Neovim, `v$c` on the first line: its text goes, the next one's is written in its place, and the next one goes.
        for apart in [false, true] {
            check(
                "one\ntwo\n",
                "one\nagent\ntwo\n",
                &[(0..3, ""), (0..0, "agent"), (6..12, ""), (0..0, "mine"), (4..9, "\nagent")],
                apart,
                &expect![[r#"
                    user "mine"
                    user "\n"
                    claude "agent\n"
                    nobody "two\n"
                "#]],
            );
        }
    }

    #[test]
    fn a_line_that_is_joined_to_the_one_above_stays_whose_it_was() {
        // Neovim, `J` on the first line.
        check(
            "one\ntwo\n",
            "one\nagent\ntwo\n",
            &[(3..3, " agent"), (10..16, "")],
            true,
            &expect![[r#"
                nobody "one"
                user " "
                claude "agent\n"
                nobody "two\n"
            "#]],
        );
    }

    #[test]
    fn a_line_that_begins_like_the_one_typed_below_it_goes_alone() {
        check(
            "line 1 here\ntwo\n",
            "line 1 here\ntwo\n",
            &[(12..12, "line 10 there\n"), (0..12, "")],
            true,
            &expect![[r#"
                user "line 10 there\n"
                nobody "two\n"
            "#]],
        );
    }

    #[test]
    fn a_copy_that_stood_there_before_is_not_taken_for_the_line_that_goes() {
        check(
            "one\ntwo\n",
            "one\nagent\ntwo\n",
            &[(4..4, "agent\n"), (0..0, "x"), (11..17, "")],
            true,
            &expect![[r#"
                user "x"
                nobody "one\n"
                user "agent\n"
                nobody "two\n"
            "#]],
        );
    }
}
