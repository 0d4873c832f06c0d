//! Plays acts on a document as editors and agents would, so that tests can say who did what to which lines.

use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::weave::Splice;
use ropey::Rope;
use std::ops::Range;

/// How a change of lines reaches the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One splice of whole lines.
    Lines,
    /// Every character deleted and typed by itself.
    Keys,
    /// As Neovim computes its ranges: a new line as a replacement of the break before it, a changed line from its first changed character to its last.
    Neovim,
}

pub(crate) struct Play {
    pub(crate) document: Document,
    pub(crate) way: Way,
}

pub(crate) fn claude() -> Author {
    Author::agent("claude-code", "s1")
}

impl Play {
    pub(crate) fn new(base: &str, way: Way) -> Self {
        let mut document = Document::new(Rope::from_str(base), 1);
        document.opened(Rope::from_str(base), &Act::user(0));
        Self { document, way }
    }

    pub(crate) fn text(&self) -> String {
        self.document.text(Lineage::Editor).to_string()
    }

    /// At visible line `at`, `author` deletes `gone` lines and puts others there: the user in the editor, an agent on disk (where
    /// the user has saved, and the editor reloads) unless key by key.
    pub(crate) fn lines(&mut self, author: &Author, at: usize, gone: usize, new: &[&str]) {
        let text = self.document.text(Lineage::Editor).clone();
        let range = text.line_to_byte(at)..text.line_to_byte(at + gone);
        let new: String = new.iter().map(|line| format!("{line}\n")).collect();
        let expected = spliced(&text, range.clone(), &new);
        match self.way {
            Way::Keys => self.keys(author, range, &new),
            _ if author.is_agent() => self.writes(author, &expected),
            Way::Lines => self.typed(author, Splice::new(range, new)),
            Way::Neovim => self.typed(author, as_neovim(&text, range, &new)),
        }
        assert_eq!(self.text(), expected);
    }

    /// The user saves, an agent writes the file, the editor reloads it.
    pub(crate) fn writes(&mut self, author: &Author, text: &str) {
        self.save();
        let agent = Act::agent(author.clone(), Evidence::Content, 0);
        self.document.observe(Lineage::Disk, Rope::from_str(text), &agent);
        self.check();
        self.document.observe(Lineage::Editor, Rope::from_str(text), &Act::user(0));
        self.check();
    }

    pub(crate) fn save(&mut self) {
        let text = self.document.text(Lineage::Editor).clone();
        self.document.observe(Lineage::Disk, text, &Act::external(0));
        self.check();
    }

    /// As a person does it who has no other keys than letters, Enter, Backspace and Delete: what is replaced is emptied and typed
    /// into, a new line is opened below the one before it.
    fn keys(&mut self, author: &Author, range: Range<usize>, new: &str) {
        let text = self.document.text(Lineage::Editor).byte_slice(range.clone()).to_string();
        let mut new: Vec<&str> = new.lines().collect();
        for (nth, line) in text.split_inclusive('\n').enumerate().collect::<Vec<_>>().into_iter().rev() {
            let start = range.start + text.split_inclusive('\n').take(nth).map(str::len).sum::<usize>();
            for (at, ch) in line.trim_end_matches('\n').char_indices().rev() {
                self.typed(author, Splice::new(start + at..start + at + ch.len_utf8(), ""));
            }
            if nth > 0 || new.is_empty() {
                self.typed(author, Splice::new(start..start + 1, ""));
            }
        }
        let mut at = range.start;
        for (nth, line) in new.drain(..).enumerate() {
            let open_above = at == 0 && text.is_empty();
            if (nth > 0 || text.is_empty()) && !open_above {
                self.typed(author, Splice::new(at - 1..at - 1, "\n"));
            }
            for (offset, ch) in line.char_indices() {
                self.typed(author, Splice::new(at + offset..at + offset, ch));
            }
            if open_above {
                self.typed(author, Splice::new(at + line.len()..at + line.len(), "\n"));
            }
            at += line.len() + 1;
        }
    }

    /// Types in a line, behind its first `column` bytes.
    pub(crate) fn types(&mut self, author: &Author, line: usize, column: usize, new: &str) {
        let at = self.document.text(Lineage::Editor).line_to_byte(line) + column;
        if self.way == Way::Lines {
            self.typed(author, Splice::new(at..at, new));
            return;
        }
        for (offset, ch) in new.char_indices() {
            self.typed(author, Splice::new(at + offset..at + offset, ch));
        }
    }

    pub(crate) fn typed(&mut self, author: &Author, splice: Splice) {
        let act = Act { author: author.clone(), evidence: Evidence::Buffer, at: 0, call: None };
        self.document.typed(&[splice], &act);
        self.check();
    }

    pub(crate) fn plan(&self, whose: &Author) -> Plan {
        let whose = |author: &Author| author == whose;
        plan(
            &self.document,
            Lineage::Editor,
            &Request { whose: &whose, only: None, accepted_too: false, mine_too: false },
        )
    }

    pub(crate) fn revert(&mut self, whose: &Author) -> Plan {
        let plan = self.plan(whose);
        self.document.carry_out(&plan, &Act::user(0));
        self.check();
        assert_eq!(self.text(), plan.target.to_string());
        plan
    }

    /// What must hold at every step: the weave's texts are the document's.
    pub(crate) fn check(&self) {
        use countersign_core::weave::{Fingerprint, View};
        let weave = self.document.weave();
        for lineage in Lineage::BOTH {
            let text = self.document.text(lineage).to_string();
            assert_eq!(weave.text(&View::of(weave, lineage)), text, "{}", weave.describe());
            assert_eq!(weave.fingerprint(lineage), Fingerprint::of(text.as_bytes()));
        }
    }
}

/// A new line as a replacement of the break before it, a changed line from its first changed character to its last.
fn as_neovim(text: &Rope, range: Range<usize>, new: &str) -> Splice {
    let old = text.byte_slice(range.clone()).to_string();
    if old.is_empty() && range.start > 0 {
        return Splice::new(range.start - 1..range.start, format!("\n{new}"));
    }
    let head = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let rest = old[head..].chars().rev().zip(new[head..].chars().rev());
    let tail = rest.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    Splice::new(range.start + head..range.end - tail, &new[head..new.len() - tail])
}

fn spliced(text: &Rope, range: Range<usize>, new: &str) -> String {
    let mut text = text.to_string();
    text.replace_range(range, new);
    text
}
