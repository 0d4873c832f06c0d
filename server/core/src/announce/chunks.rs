//! Runs of lines that are found by their text and not by their number, one after the other: how patches without line numbers say what
//! they change (`apply_patch`, blocks of SEARCH and REPLACE).

use serde::{Deserialize, Serialize};

use super::delta::Misfit;

/// A run of lines and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Lines that stand before the run, each sought below the one before: a class, a function. Without line breaks.
    pub headings: Vec<String>,
    /// The lines there, each with its line break; empty to add at the end of the text.
    pub old: String,
    /// The lines instead.
    pub new: String,
    /// Whether the run ends the text.
    pub at_end: bool,
}

impl Chunk {
    /// The new lines, without those that it shares with the old at its head and its tail.
    pub(super) fn added(&self) -> &str {
        super::delta::added(&self.old, &self.new)
    }
}

/// The text after, its new lines ending as those of the text before do. Each run is sought below the one before: as it stands, then
/// without regard to blanks at lines' ends, then at both ends, then to typographic dashes, quotes and blanks, as the tools do that write
/// them. The last line gets a break, as it does from those.
pub(super) fn apply(before: &str, chunks: &[Chunk], crlf: bool) -> Result<String, Misfit> {
    let newline = if crlf { "\r\n" } else { "\n" };
    let whole: Vec<&str> = before.split_inclusive('\n').collect();
    let lines: Vec<&str> = before.lines().collect();
    let mut after = String::with_capacity(before.len());
    let (mut done, mut from) = (0, 0);
    for chunk in chunks {
        for heading in &chunk.headings {
            from = 1 + seek(&lines, &[heading], from, false).ok_or(Misfit::NotFound)?;
        }
        let (old, mut new): (Vec<&str>, Vec<&str>) = (chunk.old.lines().collect(), chunk.new.lines().collect());
        let (at, taken) =
            place(&lines, &old, from, chunk.at_end).filter(|(at, _)| *at >= done).ok_or(Misfit::NotFound)?;
        if taken < old.len() && new.last() == Some(&"") {
            new.pop();
        }
        after.extend(whole[done..at].iter().copied());
        after.extend(new.into_iter().flat_map(|line| [line, newline]));
        done = at + taken;
        from = done;
    }
    after.extend(whole[done..].iter().copied());
    if !after.is_empty() && !after.ends_with('\n') {
        after.push_str(newline);
    }
    Ok(after)
}

/// Where the old lines stand, and how many of them count: an empty last line of the patch may stand for the text's end.
fn place(lines: &[&str], old: &[&str], from: usize, at_end: bool) -> Option<(usize, usize)> {
    if old.is_empty() {
        return Some((lines.len(), 0));
    }
    if let Some(at) = seek(lines, old, from, at_end) {
        return Some((at, old.len()));
    }
    let shorter = old.strip_suffix(&[""]).filter(|shorter| !shorter.is_empty())?;
    Some((seek(lines, shorter, from, at_end)?, shorter.len()))
}

fn seek(lines: &[&str], sought: &[&str], from: usize, at_end: bool) -> Option<usize> {
    let last = lines.len().checked_sub(sought.len())?;
    let start = if at_end { last.max(from) } else { from };
    let alike: [fn(&str, &str) -> bool; 4] = [
        |one, other| one == other,
        |one, other| one.trim_end() == other.trim_end(),
        |one, other| one.trim() == other.trim(),
        |one, other| plain(one).eq(plain(other)),
    ];
    let stands = |at: usize, alike: fn(&str, &str) -> bool| {
        lines[at..].iter().zip(sought).all(|(line, sought)| alike(line, sought))
    };
    alike.into_iter().find_map(|alike| (start..=last).find(|at| stands(*at, alike)))
}

/// A line as it would be typed on any keyboard.
fn plain(line: &str) -> impl Iterator<Item = char> + '_ {
    line.trim().chars().map(|letter| match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::Delta;

    fn chunk(headings: &[&str], old: &str, new: &str) -> Chunk {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Chunk { headings, old: old.into(), new: new.into(), at_end: false }
    }

    fn applied(before: &str, chunks: Vec<Chunk>) -> Result<String, Misfit> {
        Delta::Chunks(chunks).apply(before)
    }

    const TWINS: &str = "def a():\n    x = 1\n    return x\n\ndef b():\n    x = 1\n    return x\n";

    #[test]
    fn of_runs_that_stand_twice_the_first_below_the_heading_is_meant() {
        let change = ("    x = 1\n", "    x = 2\n");
        let first = TWINS.replacen("x = 1", "x = 2", 1);
        assert_eq!(applied(TWINS, vec![chunk(&[], change.0, change.1)]), Ok(first));
        let second = applied(TWINS, vec![chunk(&["def b():"], change.0, change.1)]).unwrap();
        assert_eq!(second, "def a():\n    x = 1\n    return x\n\ndef b():\n    x = 2\n    return x\n");
        let both = applied(TWINS, vec![chunk(&[], change.0, change.1), chunk(&[], change.0, change.1)]);
        assert_eq!(both, Ok(TWINS.replace("x = 1", "x = 2")));
    }

    #[test]
    fn runs_come_in_the_order_of_the_text() {
        let backwards = vec![chunk(&[], "def b():\n", "def c():\n"), chunk(&[], "def a():\n", "def d():\n")];
        assert_eq!(applied(TWINS, backwards), Err(Misfit::NotFound));
        assert_eq!(applied(TWINS, vec![chunk(&["class A:"], "def b():\n", "")]), Err(Misfit::NotFound));
        assert_eq!(applied("", vec![chunk(&[], "a\n", "b\n")]), Err(Misfit::NotFound));
    }

    #[test]
    fn a_run_that_ends_the_text_is_the_last() {
        let last = Chunk { at_end: true, ..chunk(&[], "    return x\n", "    return 2\n") };
        assert!(applied(TWINS, vec![last.clone()]).unwrap().ends_with("    x = 1\n    return 2\n"));
        assert_eq!(applied("    return x\nmore\n", vec![last]), Err(Misfit::NotFound));
    }

    #[test]
    fn lines_are_added_at_the_end_where_none_is_sought() {
        assert_eq!(applied("a\n", vec![chunk(&[], "", "b\n")]), Ok("a\nb\n".into()));
        assert_eq!(applied("", vec![chunk(&[], "", "b\n")]), Ok("b\n".into()));
    }

    #[test]
    fn blanks_and_typography_do_not_keep_a_run_from_being_found() {
        for (before, old) in [("a  \nb\n", "a\n"), ("\ta\nb\n", "  a\n"), ("“a” – b\nb\n", "\"a\" - b\n")] {
            assert_eq!(applied(before, vec![chunk(&[], old, "c\n")]), Ok("c\nb\n".into()), "{before:?}");
        }
    }

    #[test]
    fn a_text_without_a_last_break_gets_one_and_one_of_crlf_keeps_its_own() {
        assert_eq!(applied("a\nb", vec![chunk(&[], "b\n", "c\n")]), Ok("a\nc\n".into()));
        assert_eq!(applied("a\r\nb\r\n", vec![chunk(&[], "b\n", "c\nd\n")]), Ok("a\r\nc\r\nd\r\n".into()));
        assert_eq!(
            applied("a\r\nb\nc", vec![chunk(&[], "b\n", "x\n")]),
            Ok("a\r\nx\nc\n".into()),
            "mixed: others stay"
        );
        assert_eq!(applied("a\nb\n", vec![chunk(&[], "b\n\n", "c\n\n")]), Ok("a\nc\n".into()));
    }

    #[test]
    fn only_what_is_new_of_a_run_tells_whose_a_line_is() {
        assert_eq!(Delta::Chunks(vec![chunk(&[], "a\nb\nc\n", "a\nx\nc\n")]).text_in(), ["x\n"]);
    }
}
