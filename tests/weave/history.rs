//! Random histories of one file: steps that stay possible however a history shrinks, and that read as a story.

mod acts;

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) use acts::Act;

use super::oracle::{AuthorNo, CLAUDE, CODEX, EXTERNAL, Lineage, NAMES, Oracle, USER};
use super::story::drawn;
use Lineage::{Disk, Editor};

#[derive(Clone)]
pub(crate) struct History {
    pub(crate) base: String,
    pub(crate) steps: Vec<Step>,
}

/// What happens next, before it is known in what text: all numbers are taken modulo what is there.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write(Lineage, AuthorNo, What),
    Save,
    Reload,
    LoadBoth,
    RevertAuthors(Lineage, Vec<AuthorNo>),
    RevertEdit(Lineage, usize),
    UndoRevert(Lineage),
}

/// Lines are without breaks; texts may hold `\n`, which becomes the break that the file uses.
#[derive(Clone, Debug)]
pub(crate) enum What {
    InsertLines {
        line: usize,
        lines: Vec<String>,
    },
    InsertInside {
        line: usize,
        column: usize,
        text: String,
    },
    /// The same, key by key.
    Type {
        line: usize,
        column: usize,
        text: String,
    },
    ReplaceLines {
        line: usize,
        count: usize,
        lines: Vec<String>,
    },
    /// Replaces a line by itself.
    Retype {
        line: usize,
    },
    DeleteLines {
        line: usize,
        count: usize,
    },
    DeletePart {
        line: usize,
        column: usize,
        count: usize,
    },
    /// Key by key, over breaks too.
    Backspace {
        at: usize,
        count: usize,
    },
    /// Anything by anything, `\r\n` cut as it comes.
    Splice {
        at: usize,
        delete: usize,
        insert: String,
    },
}

/// Histories in which what the lineages hold apart is dropped by saves and reloads, never merged.
pub(crate) fn history() -> impl Strategy<Value = History> {
    histories(prop_oneof![Just(Step::Save), Just(Step::Reload)].boxed())
}

/// Histories in which lineages also load what only the other had.
pub(crate) fn merging_history() -> impl Strategy<Value = History> {
    histories(prop_oneof![Just(Step::Save), Just(Step::Reload), Just(Step::LoadBoth), Just(Step::LoadBoth)].boxed())
}

fn histories(meeting: BoxedStrategy<Step>) -> impl Strategy<Value = History> {
    // Half of the histories happen in one buffer, or hardly anyone would meet.
    (base(), vec(step(meeting), 0..=14), any::<bool>()).prop_map(|(base, mut steps, in_one_buffer)| {
        for step in steps.iter_mut().filter(|_| in_one_buffer) {
            if let Step::Write(lineage, ..)
            | Step::RevertAuthors(lineage, _)
            | Step::RevertEdit(lineage, _)
            | Step::UndoRevert(lineage) = step
            {
                *lineage = Editor;
            }
        }
        History { base, steps }
    })
}

fn base() -> impl Strategy<Value = String> {
    let line_break = prop_oneof![8 => Just("\n"), 1 => Just("\r\n")];
    let own_break = || prop_oneof![15 => Just(None), 1 => Just(Some("\n")), 1 => Just(Some("\r\n"))];
    // In a small file authors meet more often.
    let lines = prop_oneof![vec((line(), own_break()), 0..=3), vec((line(), own_break()), 0..=12)];
    let ends_with_break = prop_oneof![7 => Just(true), 1 => Just(false)];
    (lines, line_break, ends_with_break).prop_map(|(lines, line_break, ends_with_break)| {
        let text: String = lines.iter().map(|(line, own)| line.clone() + own.unwrap_or(line_break)).collect();
        if ends_with_break { text } else { text.trim_end_matches(['\r', '\n']).to_owned() }
    })
}

fn line() -> impl Strategy<Value = String> {
    let line = select(vec!["}", "", "a", "b", "ab", "foo", "if x", "  }", "  end", "f(a)", "é", "a é", "日本", "🦀 b"]);
    line.prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    let text = select(vec!["a", "b", "x", "ab", "foo", " ", "}", "é", "🦀", "\n", "x\n", "\nx", "a\nb", "\n  "]);
    text.prop_map(str::to_owned)
}

fn step(meeting: BoxedStrategy<Step>) -> impl Strategy<Value = Step> {
    let lineage = || prop_oneof![Just(Editor), Just(Disk)];
    let writer = prop_oneof![
        6 => Just((Editor, USER)),
        1 => Just((Disk, USER)),
        4 => Just((Disk, CLAUDE)),
        2 => Just((Editor, CLAUDE)),
        2 => Just((Disk, CODEX)),
        1 => Just((Disk, EXTERNAL)),
    ];
    let agents = select(vec![vec![CLAUDE], vec![CODEX], vec![CLAUDE, CODEX]]);
    prop_oneof![
        14 => (writer, what()).prop_map(|((lineage, author), what)| Step::Write(lineage, author, what)),
        5 => meeting,
        1 => (lineage(), agents).prop_map(|(lineage, authors)| Step::RevertAuthors(lineage, authors)),
        1 => (lineage(), 0..32_usize).prop_map(|(lineage, edit)| Step::RevertEdit(lineage, edit)),
        1 => lineage().prop_map(Step::UndoRevert),
    ]
}

fn what() -> impl Strategy<Value = What> {
    let place = || 0..16_usize;
    let lines = || vec(line(), 1..=3);
    prop_oneof![
        4 => (place(), lines()).prop_map(|(line, lines)| What::InsertLines { line, lines }),
        3 => (place(), place(), text()).prop_map(|(line, column, text)| What::InsertInside { line, column, text }),
        2 => (place(), place(), vec(text(), 1..=3)).prop_map(|(line, column, text)| What::Type { line, column, text: text.concat() }),
        4 => (place(), 0..3_usize, lines()).prop_map(|(line, count, lines)| What::ReplaceLines { line, count, lines }),
        1 => place().prop_map(|line| What::Retype { line }),
        3 => (place(), 0..3_usize).prop_map(|(line, count)| What::DeleteLines { line, count }),
        2 => (place(), place(), place()).prop_map(|(line, column, count)| What::DeletePart { line, column, count }),
        1 => (0..64_usize, 0..5_usize).prop_map(|(at, count)| What::Backspace { at, count }),
        1 => (0..64_usize, 0..6_usize, text()).prop_map(|(at, delete, insert)| What::Splice { at, delete, insert }),
    ]
}

/// The story: each act, and the text that it left; in brackets, what was sent.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut oracle = Oracle::new(&self.base);
        writeln!(f, "\nfile: {}   [{:?}]", drawn(&self.base), self.base)?;
        for step in &self.steps {
            for act in step.acts(&oracle) {
                act.apply(&mut oracle);
                match &act {
                    Act::Splice { lineage, author, at, delete, insert } => {
                        let text = drawn(&oracle.text(*lineage));
                        writeln!(
                            f,
                            "{}, {lineage:?}: {text}   [@{at} -{delete} +{insert:?}]",
                            NAMES[usize::from(*author)]
                        )?;
                    }
                    Act::Revert { lineage, edits } => {
                        writeln!(
                            f,
                            "revert {}, {lineage:?}: {}   [{edits:?}]",
                            of_whom(step),
                            drawn(&oracle.text(*lineage))
                        )?;
                    }
                    Act::UndoRevert { lineage } => {
                        writeln!(f, "undo revert, {lineage:?}: {}", drawn(&oracle.text(*lineage)))?;
                    }
                    Act::Save | Act::Reload | Act::LoadBoth => {
                        writeln!(f, "{}: {}", format!("{act:?}").to_lowercase(), drawn(&oracle.text(Editor)))?;
                    }
                }
            }
        }
        writeln!(f, "-------")
    }
}

fn of_whom(step: &Step) -> String {
    match step {
        Step::RevertAuthors(_, authors) => {
            authors.iter().map(|author| NAMES[usize::from(*author)]).collect::<Vec<_>>().join(" and ")
        }
        _ => "one edit".to_owned(),
    }
}
