//! A trace as text: what an editor told its server, what was written to disk and by whom, each with its time; below the dashes what
//! comes of it. Texts stand on one line, as stories draw them.
//!
//! ```text
//! # What a clean buffer makes of a rewrite, once it looks. Recorded from NVIM v0.12.4.
//! file: one | two
//!     0  didOpen a.txt 0: one | two
//!   210  agent writes a.txt: one | AGENT | two
//!  1400  didClose a.txt
//! -------
//! ```

use std::fmt;

use serde_json::Value;

use crate::weave::story::{drawn, undrawn};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// What it shows, and where it is from.
    pub(super) title: String,
    /// The committed text of `a.txt`.
    pub(super) file: String,
    /// What it is on the branch `other`, where there is one.
    pub(super) other: Option<String>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Milliseconds since the first.
    pub(super) at: u64,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Opened {
        path: String,
        version: i64,
        text: String,
    },
    Changed {
        path: String,
        version: i64,
        changes: Vec<Change>,
    },
    /// A notification of a document that says no more: `didSave`, `didClose`, `willSave`.
    Plain {
        name: String,
        path: String,
    },
    /// What the editor's watcher saw: `created`, `changed`, `deleted`, and the path.
    Watched(Vec<(String, String)>),
    /// `willRenameFiles` or `didRenameFiles`.
    Renamed {
        name: String,
        from: String,
        to: String,
    },
    /// The person chooses a code action at a line, from 0.
    Chooses {
        line: u32,
        title: String,
    },
    /// The editor runs a command of the server's, on `a.txt`.
    Runs {
        command: String,
    },
    /// It answers the server's wish that an edit be applied.
    Answers {
        applied: bool,
    },
    /// Something is done to a file.
    Does {
        who: Who,
        deed: Deed,
    },
    Git(String),
}

impl What {
    /// Whether it is over at once: no other process has a part in it.
    pub(super) fn takes_no_time(&self) -> bool {
        let is_asked = matches!(self, What::Chooses { .. } | What::Runs { .. } | What::Answers { .. } | What::Git(_));
        !is_asked && !matches!(self, What::Does { who: Who::Agent, .. })
    }
}

/// A range of lines and characters from 0, and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) range: [u32; 4],
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Agent,
    Editor,
    Outside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// In place; an agent's with its hooks around it.
    Writes {
        path: String,
        text: String,
    },
    /// The same, of which nothing but the announcement was told before.
    Announces {
        path: String,
        text: String,
    },
    /// What it announced last is written, in place.
    WritesIt,
    /// And told.
    Reports,
    /// By another file that is renamed over it.
    Replaces {
        path: String,
        text: String,
    },
    Touches {
        path: String,
    },
    Deletes {
        path: String,
    },
    Renames {
        from: String,
        to: String,
    },
}

const DASHES: &str = "-------";

impl Trace {
    /// Reads a trace down to its dashes. Errors name the line.
    pub(super) fn parse(text: &str) -> Result<Trace, String> {
        let mut trace = Trace { title: String::new(), file: String::new(), other: None, steps: Vec::new() };
        for line in text.lines().take_while(|line| *line != DASHES) {
            if let Some(title) = line.strip_prefix("# ") {
                trace.title += title;
            } else if let Some(file) = line.strip_prefix("file:") {
                trace.file = undrawn(file);
            } else if let Some(other) = line.strip_prefix("branch other:") {
                trace.other = Some(undrawn(other));
            } else if !line.is_empty() {
                trace.steps.push(step(line).ok_or_else(|| format!("no step: {line}"))?);
            }
        }
        Ok(trace)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}", self.title)?;
        writeln!(f, "file: {}", drawn(&self.file))?;
        if let Some(other) = &self.other {
            writeln!(f, "branch other: {}", drawn(other))?;
        }
        for Step { at, what } in &self.steps {
            writeln!(f, "{at:6}  {what}")?;
        }
        writeln!(f, "{DASHES}")
    }
}

fn step(line: &str) -> Option<Step> {
    let (at, rest) = line.trim_start().split_once("  ")?;
    let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let what = match word {
        "didOpen" => {
            let (head, text) = rest.split_once(':')?;
            let (path, version) = head.split_once(' ')?;
            What::Opened { path: path.to_owned(), version: version.parse().ok()?, text: undrawn(text) }
        }
        "didChange" => {
            let (path, rest) = rest.split_once(' ')?;
            let (version, changes) = rest.split_once(": ")?;
            What::Changed { path: path.to_owned(), version: version.parse().ok()?, changes: self::changes(changes)? }
        }
        "didSave" | "didClose" | "willSave" => What::Plain { name: word.to_owned(), path: rest.to_owned() },
        "watched" => {
            let seen = rest.split(", ").map(|one| one.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())));
            What::Watched(seen.collect::<Option<_>>()?)
        }
        "willRenameFiles" | "didRenameFiles" => {
            let (from, to) = rest.split_once(' ')?;
            What::Renamed { name: word.to_owned(), from: from.to_owned(), to: to.to_owned() }
        }
        "chooses" => {
            let (line, title) = rest.split_once(' ')?;
            What::Chooses { line: line.parse().ok()?, title: title.to_owned() }
        }
        "runs" => What::Runs { command: rest.to_owned() },
        "answers" => What::Answers { applied: rest == "applied" },
        "git" => What::Git(rest.to_owned()),
        _ => What::Does { who: Who::ALL.into_iter().find(|who| who.name() == word)?, deed: deed(rest)? },
    };
    Some(Step { at: at.parse().ok()?, what })
}

fn deed(words: &str) -> Option<Deed> {
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let (path, text) = rest.split_once(':').unwrap_or((rest, ""));
    let (path, text) = (path.to_owned(), undrawn(text));
    Some(match verb {
        "writes" => Deed::Writes { path, text },
        "announces" => Deed::Announces { path, text },
        "writes-it" => Deed::WritesIt,
        "reports" => Deed::Reports,
        "replaces" => Deed::Replaces { path, text },
        "touches" => Deed::Touches { path },
        "deletes" => Deed::Deletes { path },
        "renames" => {
            let (from, to) = rest.split_once(' ')?;
            Deed::Renames { from: from.to_owned(), to: to.to_owned() }
        }
        _ => return None,
    })
}

/// `0:0-0:3 "text"`, any number of them.
fn changes(mut line: &str) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !line.is_empty() {
        let (range, rest) = line.split_once(' ')?;
        let ends: Vec<u32> = range.split([':', '-']).map_while(|end| end.parse().ok()).collect();
        let mut texts = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let text = texts.next()?.ok()?;
        line = rest[texts.byte_offset()..].trim_start();
        changes.push(Change { range: ends.try_into().ok()?, text });
    }
    Some(changes)
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Opened { path, version, text } => write!(f, "didOpen {path} {version}: {}", drawn(text)),
            What::Changed { path, version, changes } => {
                write!(f, "didChange {path} {version}:")?;
                changes.iter().try_for_each(|Change { range: [a, b, c, d], text }| {
                    write!(f, " {a}:{b}-{c}:{d} {}", Value::from(text.as_str()))
                })
            }
            What::Plain { name, path } => write!(f, "{name} {path}"),
            What::Watched(seen) => {
                let seen: Vec<String> = seen.iter().map(|(kind, path)| format!("{kind} {path}")).collect();
                write!(f, "watched {}", seen.join(", "))
            }
            What::Renamed { name, from, to } => write!(f, "{name} {from} {to}"),
            What::Chooses { line, title } => write!(f, "chooses {line} {title}"),
            What::Runs { command } => write!(f, "runs {command}"),
            What::Answers { applied: true } => write!(f, "answers applied"),
            What::Answers { applied: false } => write!(f, "answers refused"),
            What::Does { who, deed } => write!(f, "{} {deed}", who.name()),
            What::Git(arguments) => write!(f, "git {arguments}"),
        }
    }
}

impl Who {
    const ALL: [Who; 3] = [Who::Agent, Who::Editor, Who::Outside];

    fn name(self) -> &'static str {
        ["agent", "editor", "outside"][self as usize]
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Writes { path, text } => write!(f, "writes {path}: {}", drawn(text)),
            Deed::Announces { path, text } => write!(f, "announces {path}: {}", drawn(text)),
            Deed::WritesIt => write!(f, "writes-it"),
            Deed::Reports => write!(f, "reports"),
            Deed::Replaces { path, text } => write!(f, "replaces {path}: {}", drawn(text)),
            Deed::Touches { path } => write!(f, "touches {path}"),
            Deed::Deletes { path } => write!(f, "deletes {path}"),
            Deed::Renames { from, to } => write!(f, "renames {from} {to}"),
        }
    }
}
