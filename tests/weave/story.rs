//! Stories: a file, then each author's whole file after each act, on one line each; the outcome with a gutter of authors.
//!
//! `|` stands between lines, `⏎` for an empty line, `·` for a blank at a line's ends, `␍` for the `\r` of `\r\n`, and a
//! `\` at the end for a last line without a break.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Story {
    /// The text at first sight.
    pub(crate) file: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The author's act leaves this text.
    Writes {
        author: String,
        text: String,
    },
    Reverts {
        author: String,
    },
}

/// Reads a story down to its dashes; what is drawn below those is not read. Errors name the line, from 1.
pub(crate) fn parse(story: &str) -> Result<Story, String> {
    let told = |(_, line): &(usize, &str)| !line.starts_with("---");
    let mut lines = story.lines().map(str::trim).enumerate().take_while(told).filter(|(_, line)| !line.is_empty());
    let file = match lines.next().map(|(_, line)| line.split_once(':')) {
        Some(Some(("file", text))) => undrawn(text),
        _ => return Err("a story begins with 'file:'".to_owned()),
    };
    let steps = lines.map(|(no, line)| {
        parse_step(line).ok_or_else(|| format!("line {}: neither 'NAME: lines' nor 'revert NAME': {line}", no + 1))
    });
    Ok(Story { file, steps: steps.collect::<Result<_, _>>()? })
}

fn parse_step(line: &str) -> Option<Step> {
    if let Some(author) = line.strip_prefix("revert ").map(str::trim).filter(|author| is_name(author)) {
        return Some(Step::Reverts { author: author.to_owned() });
    }
    let (author, text) = line.split_once(':')?;
    is_name(author).then(|| Step::Writes { author: author.to_owned(), text: undrawn(text) })
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word != "file" && word.chars().all(|char| char.is_alphanumeric() || char == '-')
}

/// As it is parsed, names in a column, down to the dashes.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.steps.iter().map(|step| match step {
            Step::Writes { author, .. } => author.chars().count(),
            Step::Reverts { .. } => 0,
        });
        let width = names.chain(["file".len()]).max().unwrap_or_default() + 3;
        let told = |name: &str, text: &str| format!("{:width$}{}", format!("{name}:"), drawn(text));
        writeln!(f, "{}", told("file", &self.file).trim_end())?;
        for step in &self.steps {
            match step {
                Step::Writes { author, text } => writeln!(f, "{}", told(author, text).trim_end())?,
                Step::Reverts { author } => writeln!(f, "revert {author}")?,
            }
        }
        writeln!(f, "-------")
    }
}

/// A text on one line.
pub(crate) fn drawn(text: &str) -> String {
    let lines: Vec<String> = text.split_inclusive('\n').map(drawn_line).collect();
    let no_last_break = if text.is_empty() || text.ends_with('\n') { "" } else { " \\" };
    lines.join(" | ") + no_last_break
}

fn drawn_line(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let (line, carriage) = line.strip_suffix('\r').map_or((line, ""), |line| (line, "␍"));
    let inner = line.trim_matches(' ');
    let before = line.len() - line.trim_start_matches(' ').len();
    let after = line.len() - before - inner.len();
    match line {
        "" => format!("⏎{carriage}"),
        _ if inner.is_empty() => "·".repeat(line.len()) + carriage,
        _ => format!("{}{inner}{}{carriage}", "·".repeat(before), "·".repeat(after)),
    }
}

/// A text that was drawn on one line.
pub(crate) fn undrawn(line: &str) -> String {
    let line = line.trim();
    let (line, has_last_break) = line.strip_suffix('\\').map_or((line, true), |line| (line.trim(), false));
    if line.is_empty() {
        return String::new();
    }
    let lines: Vec<String> =
        line.split('|').map(|line| line.trim().replace('·', " ").replace('⏎', "").replace('␍', "\r")).collect();
    lines.join("\n") + if has_last_break { "\n" } else { "" }
}

/// The outcome: each line with the mark of who bore it before it, or with several marks, in the order in which they appear in
/// the line. One name for each character of the text; a line's break counts only where there is nothing else.
pub(crate) fn with_gutter(text: &str, authors: &[&str]) -> String {
    let mut authors = authors;
    let mut outcome = String::new();
    for line in text.split_inclusive('\n') {
        let (own, rest) = authors.split_at(line.chars().count().min(authors.len()));
        authors = rest;
        let shown = line.trim_end_matches(['\n', '\r']).chars().count().max(1).min(own.len());
        let mut marks = String::new();
        for mark in own[..shown].iter().map(|name| mark(name)) {
            if !marks.contains(mark) {
                marks.push(mark);
            }
        }
        outcome += format!("{marks:<2} {}", line.trim_end_matches(['\n', '\r'])).trim_end();
        outcome.push('\n');
    }
    outcome
}

fn mark(author: &str) -> char {
    match author {
        "base" => '.',
        _ => author.chars().next().unwrap_or('?'),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::weave::history::history;
    use crate::weave::oracle::{AuthorNo, Lineage::Editor, NAMES, Oracle};

    /// Tells the story to the oracle: what is written is drawn first, then what comes of it.
    fn check(story: &str, outcome: &Expect) {
        let story = parse(story).unwrap();
        let number = |name: &str| AuthorNo::try_from(NAMES.iter().position(|known| *known == name).unwrap()).unwrap();
        let mut oracle = Oracle::new(&story.file);
        for step in &story.steps {
            match step {
                Step::Writes { author, text } => oracle.splice(Editor, number(author), 0, usize::MAX, text),
                Step::Reverts { author } => oracle.revert(Editor, &oracle.edits_of(&[number(author)])),
            };
        }
        let authors = oracle.authors(Editor).into_iter().map(|author| NAMES[usize::from(author)]).collect::<Vec<_>>();
        outcome.assert_eq(&format!("{story}{}", with_gutter(&oracle.text(Editor), &authors)));
    }

    #[test]
    fn a_line_typed_under_an_agents_line_survives_its_revert() {
        check(
            "file: a | b
             claude: a | x | b
             user: a | x | mine | b
             revert claude",
            &expect![[r#"
                file:    a | b
                claude:  a | x | b
                user:    a | x | mine | b
                revert claude
                -------
                .  a
                u  mine
                .  b
            "#]],
        );
    }

    #[test]
    fn a_line_of_several_authors_has_all_their_marks() {
        check(
            "file: one | ⏎ | ··if x␍ | end \\
             user: one two | ⏎ | ··if x␍ | end \\
             codex: one two | ⏎ | ··if (x)␍ | end \\
             claude: one too | ⏎ | ··if (x)␍ | end \\",
            &expect![[r#"
                file:    one | ⏎ | ··if x␍ | end \
                user:    one two | ⏎ | ··if x␍ | end \
                codex:   one two | ⏎ | ··if (x)␍ | end \
                claude:  one too | ⏎ | ··if (x)␍ | end \
                -------
                .uc one too
                .
                .c   if (x)
                .  end
            "#]],
        );
    }

    #[test]
    fn an_empty_file_is_nothing_and_an_empty_line_is_not() {
        check(
            "file:\nuser: ⏎\nrevert user",
            &expect![[r#"
                file:
                user:  ⏎
                revert user
                -------
            "#]],
        );
        check(
            "file:\nuser: ⏎",
            &expect![[r#"
                file:
                user:  ⏎
                -------
                u
            "#]],
        );
    }

    #[test]
    fn what_is_no_story_is_refused_by_line() {
        expect![[r#"
            a story begins with 'file:'
            a story begins with 'file:'
            line 2: neither 'NAME: lines' nor 'revert NAME': revert
            line 3: neither 'NAME: lines' nor 'revert NAME': file: b
            line 2: neither 'NAME: lines' nor 'revert NAME': two words: b"#]]
        .assert_eq(
            &["", "user: a", "file: a\nrevert", "file: a\n\nfile: b", "file: a\ntwo words: b"]
                .map(|story| parse(story).unwrap_err())
                .join("\n"),
        );
    }

    proptest! {
        #[test]
        fn a_drawn_story_reads_as_what_was_drawn(one in history(), other in history()) {
            let steps = vec![
                Step::Writes { author: "user".to_owned(), text: other.base },
                Step::Reverts { author: "claude".to_owned() },
            ];
            let story = Story { file: one.base, steps };
            prop_assert_eq!(parse(&story.to_string()), Ok(story));
        }
    }
}
