//! Adopted lines: judged when a change enters, on the text that it meets.

use std::collections::BTreeSet;
use std::ops::Range;

use super::normal::Ch;
use super::{Atom, AtomNo, AuthorNo, EditNo, Lineage, Oracle, is_agent};

/// `edit` typed inside what agents wrote, or deleted a part of it.
#[derive(Clone)]
pub(super) struct Adoption {
    pub(super) edit: EditNo,
    /// The agents' atoms that are the adopter's now: those of a line, or of a split token.
    pub(super) adopted: Vec<AtomNo>,
    /// What these stood in for.
    pub(super) replaced: Vec<AtomNo>,
}

/// A line of the visible text, as indices into it: `text` is without the break, `whole` with it.
struct Line {
    text: Range<usize>,
    whole: Range<usize>,
}

impl Oracle {
    /// Notes what the change, which is about to enter as the next edit, adopts. `deleted` counts visible atoms.
    pub(super) fn adopt(&mut self, lineage: Lineage, author: AuthorNo, deleted: Range<usize>, insert: &[Ch]) {
        let edit = self.edits.len();
        let visible = self.visible(lineage);
        let atoms: Vec<&Atom> = visible.iter().map(|&place| &self.atoms[place]).collect();
        let foreign = |at: &usize| is_agent(atoms[*at].author) && atoms[*at].author != author;
        let own = |at: &usize| atoms[*at].author == author;
        let adopted_before = |at: &usize| {
            let mut adoptions = self.adoptions.iter().filter(|adoption| self.sees(lineage, adoption.edit));
            adoptions.any(|adoption| adoption.adopted.contains(&atoms[*at].no))
        };

        let mut adoptions = Vec::new();
        for line in lines(&atoms) {
            let words: Vec<usize> = line.text.clone().filter(|&at| !atoms[at].ch.is_blank()).collect();
            // A line without tokens is whose its break is.
            let is_agents =
                if words.is_empty() { line.whole.clone().all(|at| foreign(&at)) } else { words.iter().all(foreign) };
            // A line that was adopted is one line still, whatever its adopter has typed into it.
            let was_adopted = words.iter().all(|at| foreign(at) || own(at))
                && line.whole.clone().filter(foreign).all(|at| adopted_before(&at));
            let parts: Vec<Range<usize>> = if is_agents || was_adopted {
                let touched =
                    deletes_part_of(&line, &atoms, &deleted, insert) || types_in(&line, &atoms, &deleted, insert);
                touched.then(|| line.whole.clone()).into_iter().collect()
            } else {
                let mut tokens = tokens(&line, &atoms);
                tokens.retain(|token| splits(token, &foreign, &deleted, insert));
                tokens
            };
            for part in parts {
                let adopted: Vec<AtomNo> = part.filter(foreign).map(|at| atoms[at].no).collect();
                let replaced = self.replaced_by(lineage, author, &adopted);
                adoptions.push(Adoption { edit, adopted, replaced });
            }
        }
        self.adoptions.extend(adoptions);
    }

    /// The dead that these atoms stood in for: killed by the authors who bore them, in the same stretch of the list (to
    /// delete and then to type is to replace), or killed by an agent right beside them in their line.
    fn replaced_by(&self, lineage: Lineage, author: AuthorNo, adopted: &[AtomNo]) -> Vec<AtomNo> {
        let places: Vec<usize> =
            (0..self.atoms.len()).filter(|&place| adopted.contains(&self.atoms[place].no)).collect();
        let (Some(&first), Some(&last)) = (places.first(), places.last()) else {
            return Vec::new();
        };
        let bearers: BTreeSet<AuthorNo> = places.iter().map(|&place| self.atoms[place].author).collect();
        let is_stretch = |atom: &Atom| !self.is_visible(lineage, atom) || bearers.contains(&atom.author);
        let is_beside = |atom: &Atom| !self.is_visible(lineage, atom) && !atom.ch.is_break();
        let before = || self.atoms[..first].iter().rev();
        let within = || self.atoms[first..=last].iter();
        let after = || self.atoms[last + 1..].iter();

        let stretch = before()
            .take_while(|atom| is_stretch(atom))
            .chain(within())
            .chain(after().take_while(|atom| is_stretch(atom)));
        let by_them = stretch
            .filter(|atom| self.kills(lineage, atom).iter().any(|kill| bearers.contains(&self.edits[*kill].author)));
        let beside = before()
            .take_while(|atom| is_beside(atom))
            .chain(within())
            .chain(after().take_while(|atom| is_beside(atom)));
        let killer = |kill: &EditNo| self.edits[*kill].author;
        let by_agents = beside.filter(|atom| {
            self.kills(lineage, atom).iter().any(|kill| is_agent(killer(kill)) && killer(kill) != author)
        });
        by_them.chain(by_agents).map(|atom| atom.no).collect()
    }

    /// Whether the adopter's change still stands, once all that is taken out is out: it counts, and something of what was
    /// adopted shows, or something that the adopter wrote in that line.
    pub(super) fn lives(&self, lineage: Lineage, adoption: &Adoption, is_out: &impl Fn(EditNo) -> bool) -> bool {
        let counts = self.changes().any(|change| change.edit == adoption.edit && self.counts(lineage, change));
        let shows = |atom: &Atom| self.is_born(lineage, atom) && self.kills(lineage, atom).into_iter().all(is_out);
        let is_adopted = |atom: &Atom| adoption.adopted.contains(&atom.no);
        let ends_line = |atom: &Atom| shows(atom) && atom.ch.is_break();

        let first = self.atoms.iter().position(is_adopted).unwrap_or(0);
        let last = self.atoms.iter().rposition(is_adopted).unwrap_or(0);
        let start = self.atoms[..first].iter().rposition(ends_line).map_or(0, |place| place + 1);
        let end = (last..self.atoms.len()).find(|&place| ends_line(&self.atoms[place])).unwrap_or(self.atoms.len());
        let adopter = self.edits[adoption.edit].author;
        let in_its_line = self.atoms[start..end].iter().any(|atom| atom.author == adopter && shows(atom));
        let anywhere = self.atoms.iter().any(|atom| (atom.born == adoption.edit || is_adopted(atom)) && shows(atom));
        !is_out(adoption.edit) && counts && (in_its_line || anywhere)
    }
}

fn lines(atoms: &[&Atom]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < atoms.len() {
        let text_end = (start..atoms.len()).find(|&at| atoms[at].ch.is_break()).unwrap_or(atoms.len());
        let end = (text_end + 1).min(atoms.len());
        lines.push(Line { text: start..text_end, whole: start..end });
        start = end;
    }
    lines
}

/// Words, and every other character that is not blank on its own.
fn tokens(line: &Line, atoms: &[&Atom]) -> Vec<Range<usize>> {
    let mut tokens: Vec<Range<usize>> = Vec::new();
    for at in line.text.clone().filter(|&at| !atoms[at].ch.is_blank()) {
        let is_word = |at: usize| atoms[at].ch.is_word();
        match tokens.last_mut() {
            Some(token) if token.end == at && is_word(at) && is_word(at - 1) => token.end = at + 1,
            _ => tokens.push(at..at + 1),
        }
    }
    tokens
}

/// Blanks at the line's end, or where it is broken, are no part, and a line that goes as a whole is not left to anyone.
fn deletes_part_of(line: &Line, atoms: &[&Atom], deleted: &Range<usize>, insert: &[Ch]) -> bool {
    let gone = overlap(&line.text, deleted);
    let is_whole = overlap(&line.whole, deleted) == line.whole;
    let breaks_line = insert.iter().any(|ch| ch.is_break()) && insert.iter().all(|ch| ch.is_blank());
    let is_blank = gone.clone().all(|at| atoms[at].ch.is_blank());
    let is_neutral = is_blank && (gone.end == line.text.end || breaks_line);
    !gone.is_empty() && !is_whole && !is_neutral
}

/// Text in the line: breaks, indentation (behind them or at the line's start) and trailing blanks are none.
fn types_in(line: &Line, atoms: &[&Atom], deleted: &Range<usize>, insert: &[Ch]) -> bool {
    let has_words = |chs: &[Ch]| chs.iter().any(|ch| !ch.is_blank());
    let mut pieces = insert.split(|ch| ch.is_break());
    let first = pieces.next().unwrap_or_default();
    let last = pieces.next_back();
    let is_blank = line.text.clone().all(|at| atoms[at].ch.is_blank());

    let at_its_end = line.text.start < deleted.start && deleted.start == line.text.end;
    let within = line.text.start < deleted.start && deleted.start < line.text.end;
    let splits_it = within && last.is_none() && !first.is_empty();
    let joins_its_head = (within || at_its_end) && has_words(first);
    let ends_in_it = line.text.start <= deleted.end && deleted.end < line.text.end;
    let joins_its_tail = ends_in_it && has_words(last.unwrap_or(first));
    let fills_it = is_blank
        && line.text.start <= deleted.start
        && deleted.start <= line.text.end
        && has_words(last.unwrap_or(first));
    splits_it || joins_its_head || joins_its_tail || fills_it
}

/// Whether the foreign part of a token is cut: some of it goes and some is left, or text is put between two of its characters.
fn splits(token: &Range<usize>, foreign: &impl Fn(&usize) -> bool, deleted: &Range<usize>, insert: &[Ch]) -> bool {
    let theirs = || token.clone().filter(foreign);
    let deletes_part = theirs().any(|at| deleted.contains(&at)) && theirs().any(|at| !deleted.contains(&at));
    let within = token.start < deleted.start && deleted.start < token.end;
    let between_theirs = within && foreign(&(deleted.start - 1)) && foreign(&deleted.start);
    let types = insert.iter().any(|ch| !ch.is_blank()) || !insert.iter().any(|ch| ch.is_break());
    deletes_part || (between_theirs && types && !insert.is_empty())
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::weave::oracle::{AuthorNo, CLAUDE, CODEX, Lineage::Editor, NAMES, Oracle};
    use crate::weave::story::{Step, drawn, parse};

    fn told(story: &str) -> Oracle {
        let story = parse(story).unwrap();
        let number = |name: &str| AuthorNo::try_from(NAMES.iter().position(|known| *known == name).unwrap()).unwrap();
        let mut oracle = Oracle::new(&story.file);
        for step in &story.steps {
            match step {
                Step::Writes { author, text } => oracle.splice(Editor, number(author), 0, usize::MAX, text),
                Step::Reverts { author } => oracle.revert(Editor, &oracle.edits_of(&[number(author)])),
            };
        }
        oracle
    }

    /// For each last text of the user's, what a revert of the agent keeps by adoption, and what it gives without.
    fn check(story: &str, last_texts: &[&str], outcome: &Expect) {
        let rows = last_texts.iter().map(|text| {
            let ideal = told(&format!("{story}\nuser: {text}")).without(Editor, &[CLAUDE]);
            let adopted = if ideal.adopted { format!("adopted: {}", drawn(&ideal.kept)) } else { "no".to_owned() };
            format!("{text} -> {adopted} (ideal: {})\n", drawn(&ideal.text))
        });
        outcome.assert_eq(&rows.collect::<String>());
    }

    #[test]
    fn typing_inside_an_agents_line_or_deleting_a_part_of_it_adopts_it() {
        check(
            "file: a | b | c\nclaude: a | foo bar | c",
            &["a | foo xbar | c", "a | foo bar x | c", "a | foo | c", "a | foox | bar | c", "a | fo | xo bar | c"],
            &expect![[r#"
                a | foo xbar | c -> adopted: a | foo xbar | c (ideal: a | b | xc)
                a | foo bar x | c -> adopted: a | foo bar x | c (ideal: a | b | ·xc)
                a | foo | c -> adopted: a | foo | c (ideal: a | b | c)
                a | foox | bar | c -> adopted: a | foox | bar | c (ideal: a | b | x | c)
                a | fo | xo bar | c -> adopted: a | fo | xo bar | c (ideal: a | b | ⏎ | xc)
            "#]],
        );
    }

    #[test]
    fn whole_lines_breaks_and_trailing_blanks_adopt_nothing() {
        check(
            "file: a | c\nclaude: a | foo bar | baz | c",
            &[
                "a | x | foo bar | baz | c",
                "a | foo bar | x | baz | c",
                "a | foo | bar | baz | c",
                "a | foo bar·· | baz | c",
                "a | foo bar | ⏎ | baz | c",
                "a | foo bar | ⏎ | ··baz | c",
                "a | foo barbaz | c",
                "a | baz | c",
                "a | new | baz | c",
                "a | xfoo bar | baz | c",
            ],
            &expect![[r#"
                a | x | foo bar | baz | c -> no (ideal: a | x | c)
                a | foo bar | x | baz | c -> no (ideal: a | x | c)
                a | foo | bar | baz | c -> no (ideal: a | ⏎ | c)
                a | foo bar·· | baz | c -> no (ideal: a | ··c)
                a | foo bar | ⏎ | baz | c -> no (ideal: a | ⏎ | c)
                a | foo bar | ⏎ | ··baz | c -> no (ideal: a | ⏎ | ··c)
                a | foo barbaz | c -> no (ideal: a | c)
                a | baz | c -> no (ideal: a | c)
                a | new | baz | c -> no (ideal: a | new | c)
                a | xfoo bar | baz | c -> adopted: a | xfoo bar | c (ideal: a | xc)
            "#]],
        );
    }

    #[test]
    fn in_a_line_that_is_not_all_the_agents_only_the_tokens_that_the_user_split_are_adopted() {
        check(
            "file: old = 1\nclaude: old = 1 + foo + bar",
            &["old = 1 + foXo + bar", "old = 1 + fo + bar", "old = X1 + foo + bar", "old = 1 + foo X + bar"],
            &expect![[r#"
                old = 1 + foXo + bar -> adopted: old = 1foXo (ideal: old = 1X)
                old = 1 + fo + bar -> adopted: old = 1fo (ideal: old = 1)
                old = X1 + foo + bar -> no (ideal: old = X1)
                old = 1 + foo X + bar -> no (ideal: old = 1X·)
            "#]],
        );
    }

    #[test]
    fn an_adoption_ends_with_the_change_or_with_the_line() {
        let adopted = "file: a | b\nclaude: a | foo bar | b\nuser: a | foo xbar | b\n";
        let kept = |rest: &str| drawn(&told(&(adopted.to_owned() + rest)).without(Editor, &[CLAUDE]).kept);
        assert_eq!(kept(""), "a | foo xbar | b");
        assert_eq!(kept("revert user"), "a | b");
        assert_eq!(kept("user: a | b"), "a | b");
        assert_eq!(kept("claude: a | b"), "a | foo xbar | b");
        assert_eq!(kept("claude: a | foo xbarn | b"), "a | foo xbar | b");
    }

    #[test]
    fn what_another_agent_builds_on_goes_with_that_agent() {
        let oracle = told("file: a | b\nclaude: a | foo bar | b\ncodex: a | foo xbar | b");
        assert_eq!(drawn(&oracle.without(Editor, &[CLAUDE]).kept), "a | foo xbar | b");
        assert_eq!(drawn(&oracle.without(Editor, &[CODEX]).kept), "a | foo bar | b");
        assert_eq!(drawn(&oracle.without(Editor, &[CLAUDE, CODEX]).kept), "a | b");
    }
}
