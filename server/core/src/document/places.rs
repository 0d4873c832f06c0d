//! Where a place of one lineage's text is in the other's: what a buffer shows of a file that has moved on without it.

use std::ops::Range;

use super::Document;
use crate::edit::Lineage;
use crate::weave::View;

impl Document {
    /// A range of bytes of a lineage's text in the other lineage's. What the other lacks is the place where it would stand; what it has
    /// besides, at either end or within, is in the range.
    #[must_use]
    pub fn carried(&self, from: Lineage, range: &Range<usize>) -> Range<usize> {
        let weave = self.weave();
        let views = [View::of(weave, from), View::of(weave, from.other())];
        let (mut here, mut there) = (0, 0);
        let (mut start, mut end) = (None, 0);
        for fragment in weave.order() {
            let [len, others] = [0, 1].map(|side| weave.visible_len(fragment, &views[side]) as usize);
            let within = |place: usize| if others > 0 { there + (place - here).min(others) } else { there };
            if start.is_none() && range.start < here + len || range.start == here {
                start.get_or_insert(within(range.start));
            }
            if here <= range.end {
                end = if range.end < here + len { within(range.end) } else { there + others };
            }
            (here, there) = (here + len, there + others);
        }
        let start = start.unwrap_or(there);
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use ropey::Rope;

    use super::*;
    use crate::document::Act;

    /// Each line of the disk's text (`>`) and of the buffer's (`<`), with the lines of the other text that its range touches.
    fn check(buffer: &str, disk: &str, expected: &Expect) {
        let mut document = Document::new(Rope::from_str(buffer), 1);
        document.opened(Rope::from_str(buffer), &Act::user(0));
        document.observe(Lineage::Disk, Rope::from_str(disk), &Act::external(1));
        let mut told = String::new();
        for (sign, from) in [('>', Lineage::Disk), ('<', Lineage::Editor)] {
            let mut at = 0;
            for line in document.text(from).to_string().split_inclusive('\n') {
                let carried = document.carried(from, &(at..at + line.len()));
                at += line.len();
                let text = document.text(from.other()).byte_slice(carried).to_string();
                told += &format!("{sign} {} {:?}\n", line.trim_end(), text);
            }
        }
        expected.assert_eq(&told);
    }

    #[test]
    fn lines_that_the_buffer_lacks_stand_where_they_would_come() {
        check(
            "a\nb\nc\n",
            "a\nx\ny\nb\nc\n",
            &expect![[r#"
                > a "a\n"
                > x ""
                > y ""
                > b "b\n"
                > c "c\n"
                < a "a\nx\ny\n"
                < b "x\ny\nb\n"
                < c "c\n"
            "#]],
        );
    }

    #[test]
    fn lines_that_the_disk_lacks_are_met_from_beside_them() {
        check(
            "a\nb\nc\nd\n",
            "a\nd\nend\n",
            &expect![[r#"
                > a "a\nb\nc\n"
                > d "b\nc\nd\n"
                > end ""
                < a "a\n"
                < b ""
                < c ""
                < d "d\nend\n"
            "#]],
        );
    }

    #[test]
    fn a_changed_word_is_where_it_was() {
        check(
            "a\nlet x = 1;\nb\n",
            "first\na\nlet x = 2;\nb\n",
            &expect![[r#"
                > first ""
                > a "a\n"
                > let x = 2; "let x = 1;\n"
                > b "b\n"
                < a "first\na\n"
                < let x = 1; "let x = 2;\n"
                < b "b\n"
            "#]],
        );
    }

    #[test]
    fn an_empty_text_has_one_place() {
        check(
            "",
            "a\n",
            &expect![[r#"
            > a ""
        "#]],
        );
    }
}
