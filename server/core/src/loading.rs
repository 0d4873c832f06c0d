//! A buffer with unsaved typing, and a file that someone wrote meanwhile: what bringing the disk's changes into the buffer comes to, the
//! typing kept. Nothing is changed here: the editor makes it so by an edit of its own.

use std::collections::BTreeSet;

use ropey::Rope;

use crate::author::Author;
use crate::document::Document;
use crate::edit::Lineage;
use crate::revert::change;
use crate::weave::{EditIx, FragmentIx, Splice, View, Weave};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loading {
    /// In bytes of the editor's text as it is: ascending and apart.
    pub splices: Vec<Splice>,
    /// The text that they make: both sides' changes in it.
    pub target: Rope,
    /// Whose changes the buffer lacks.
    pub authors: BTreeSet<Author>,
    /// How many places there are in which the other side changed a line, or the gap between two lines, that was changed in the buffer
    /// too: there a person has to look.
    pub touching: usize,
}

/// What an editor's buffer lacks of the disk, where it has something of its own that is not saved.
#[must_use]
pub fn loading(document: &Document) -> Option<Loading> {
    let weave = document.weave();
    let (editor, disk) = (weave.missing(Lineage::Editor), weave.missing(Lineage::Disk));
    let theirs: Vec<EditIx> = editor.iter().copied().filter(|ix| !disk.contains(ix)).collect();
    let mine = disk.iter().any(|ix| !editor.contains(ix));
    if !document.is_open() || theirs.is_empty() || !mine {
        return None;
    }
    let neither: Vec<EditIx> = editor.iter().copied().filter(|ix| disk.contains(ix)).collect();
    let both = View::at(EditIx::MAX, None, &neither);
    let text = document.text(Lineage::Editor);
    let (splices, target) = change(weave, text, &View::of(weave, Lineage::Editor), &both);
    let authors = theirs.iter().map(|ix| weave.entry(*ix).author.clone()).collect();
    (!splices.is_empty()).then(|| Loading { splices, target, authors, touching: touching(weave, &both) })
}

/// In how many lines, or gaps between lines, both sides changed something.
fn touching(weave: &Weave, both: &View<'_>) -> usize {
    let lacking: BTreeSet<EditIx> = Lineage::BOTH.iter().flat_map(|of| weave.missing(*of)).copied().collect();
    let lacking: Vec<EditIx> = lacking.into_iter().collect();
    let common = View::at(EditIx::MAX, None, &lacking);
    let sides = Lineage::BOTH.map(|of| View::of(weave, of));
    let changed =
        |fragment: FragmentIx, side: usize| weave.visible(fragment, &sides[side]) != weave.visible(fragment, &common);
    let (mut places, mut here) = (0, [false; 2]);
    for fragment in weave.order() {
        let now = [changed(fragment, 0), changed(fragment, 1)];
        let met = here == [true; 2];
        here = [here[0] || now[0], here[1] || now[1]];
        places += usize::from(!met && here == [true; 2]);
        let stands = now == [false; 2] && weave.visible(fragment, both);
        if stands && weave.part_text(fragment, 0..weave.len_of(fragment)).contains('\n') {
            here = [false; 2];
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::document::Act;
    use crate::edit::Evidence;

    /// The user's unsaved text and the agent's on disk, brought together.
    fn check(base: &str, mine: &str, theirs: &str, expected: &Expect) {
        let mut document = Document::new(base.into(), 1);
        document.opened(base.into(), &Act::user(0));
        document.observe(Lineage::Editor, mine.into(), &Act::user(1));
        let agents = Act::agent(Author::agent("claude-code", "s1"), Evidence::Content, 2);
        document.observe(Lineage::Disk, theirs.into(), &agents);
        let Some(found) = loading(&document) else { return expected.assert_eq("nothing") };
        let said = format!("{} places\n{}", found.touching, found.target);
        expected.assert_eq(&said);
        // The editor makes it so: that is a load, and nobody's typing.
        document.expect_load(&found.target);
        let before = document.weave().entries().len();
        document.typed(&found.splices.iter().rev().cloned().collect::<Vec<_>>(), &Act::user(3));
        assert_eq!(*document.text(Lineage::Editor), found.target);
        assert_eq!(document.weave().entries().len(), before, "nothing was typed");
        assert_eq!(loading(&document), None);
    }

    #[test]
    fn changes_that_are_apart_come_together_without_a_word() {
        check(
            "a\nb\nc\nd\n",
            "a\nb\nc\nd mine\n",
            "a\nB\nc\nd\n",
            &expect![[r#"
            0 places
            a
            B
            c
            d mine
        "#]],
        );
        check(
            "a\nb\nc\n",
            "a\nmine\nb\nc\n",
            "a\nb\nx\nc\n",
            &expect![[r#"
            0 places
            a
            mine
            b
            x
            c
        "#]],
        );
    }

    #[test]
    fn a_line_or_a_gap_that_both_changed_is_said_and_loses_nothing() {
        check(
            "a\nlet b = one;\nc\n",
            "a\nlet b = one + mine;\nc\n",
            "a\nlet bb = one;\nc\n",
            &expect![[r#"
            1 places
            a
            let bb = one + mine;
            c
        "#]],
        );
        check(
            "a\nb\n",
            "a\nmine\nb\n",
            "a\ntheirs\nb\n",
            &expect![[r#"
            1 places
            a
            theirs
            mine
            b
        "#]],
        );
        check("a\nb\nc\n", "a\nb mine\nc\n", "a\nc\n", &expect!["nothing"]);
    }

    #[test]
    fn a_clean_buffer_and_an_untouched_disk_have_nothing_to_bring_together() {
        check("a\nb\n", "a\nb\n", "a\nB\n", &expect![[r#"nothing"#]]);
        check("a\nb\n", "a\nb mine\n", "a\nb\n", &expect![[r#"nothing"#]]);
        check("a\nb\n", "a\nB\n", "a\nB\n", &expect![[r#"nothing"#]]);
    }
}
