//! Text that a move of git's took away, and that no commit holds: what a person loses by `git checkout -- FILE` or `git reset --hard`.
//! It is nobody's change and no finding; but it is there, and can be brought back.

use std::collections::HashSet;

use crate::author::Author;
use crate::document::Document;
use crate::edit::{Deed, Lineage, Span};
use crate::weave::{DeedKind, EditIx, FragmentIx, View, Weave, push_deed};

/// Consecutive lines of such text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Names it: where its first bytes are.
    pub name: Span,
    /// It, byte for byte.
    pub text: String,
    /// Lines of it that are not blank.
    pub lines: usize,
    /// When it was taken away, in milliseconds since the Unix epoch.
    pub when: u64,
    /// What took it away; switched off, it is back.
    pub deeds: Vec<Deed>,
}

/// All of a lineage's text, from top to bottom. `committed` gives the texts that HEAD had since then (milliseconds since the Unix epoch); it
/// is asked only where something was taken away.
#[must_use]
pub fn taken(document: &Document, lineage: Lineage, committed: &dyn Fn(u64) -> Vec<String>) -> Vec<Taken> {
    let weave = document.weave();
    let parts = parts(weave, lineage);
    let deeds = parts.iter().flatten().flat_map(|part| &part.deeds).filter_map(|deed| weave.ix(deed.by));
    let Some(first) = deeds.min() else { return Vec::new() };
    let text = document.text(lineage).to_string();
    let held = committed(weave.changed_before(first));
    let lines: HashSet<&str> = held.iter().chain([&text]).flat_map(|text| text.lines()).map(str::trim).collect();
    let is_held = |part: &Part| {
        let words = part.text.trim();
        lines.contains(words) || !part.is_line && held.iter().any(|text| text.contains(words))
    };
    let mut all: Vec<Taken> = Vec::new();
    let mut open = false;
    for part in parts {
        let Some(part) = part.filter(|part| !is_held(part)) else {
            open = false;
            continue;
        };
        match all.last_mut().filter(|_| open) {
            Some(taken) => taken.take(part),
            None => {
                let mut taken = Taken { name: part.span, text: String::new(), lines: 0, when: 0, deeds: Vec::new() };
                taken.take(part);
                all.push(taken);
            }
        }
        open = true;
    }
    all.retain(|taken| taken.text.chars().any(char::is_alphanumeric));
    all
}

/// A line that was taken away, or a part of one.
struct Part {
    span: Span,
    text: String,
    is_line: bool,
    when: u64,
    deeds: Vec<Deed>,
}

impl Taken {
    fn take(&mut self, part: Part) {
        self.lines += usize::from(!part.text.trim().is_empty());
        self.text += &part.text;
        self.when = self.when.max(part.when);
        part.deeds.into_iter().for_each(|deed| push_deed(&mut self.deeds, deed));
    }
}

/// What was taken away, line by line; none where something stands between.
fn parts(weave: &Weave, lineage: Lineage) -> Vec<Option<Part>> {
    let view = View::of(weave, lineage);
    let is_gits = |by: EditIx| by != 0 && weave.entry(by).author == Author::Nobody;
    let mut parts = Vec::new();
    let mut starts_line = true;
    for fragment in weave.order() {
        let text = || weave.part_text(fragment, 0..weave.len_of(fragment));
        if weave.is_seen(fragment, lineage) {
            parts.push(None);
            starts_line = text().ends_with('\n');
            continue;
        }
        let kills = weave.deeds(fragment).filter(|(by, kind)| *kind == DeedKind::Kill && is_gits(*by));
        let kills: Vec<EditIx> = kills.map(|(by, _)| by).filter(|by| weave.counts(*by, fragment, &view)).collect();
        let put_back = |by: EditIx, _: FragmentIx| kills.contains(&by);
        let is_agents = || weave.entry(weave.birth_owner(fragment)).author.is_agent();
        if kills.is_empty() || !weave.visible(fragment, &view.without(&put_back)) || is_agents() {
            continue;
        }
        let mut at = 0;
        for line in text().split_inclusive('\n') {
            let span = weave.span(fragment, at..at + line.len() as u32);
            at += line.len() as u32;
            let deeds = kills.iter().map(|by| Deed { by: weave.entry(*by).id, to: span }).collect();
            let when = kills.iter().map(|by| weave.entry(*by).at).max().unwrap_or_default();
            let is_line = starts_line && line.ends_with('\n');
            starts_line = line.ends_with('\n');
            parts.push(Some(Part { span, text: line.to_owned(), is_line, when, deeds }));
        }
    }
    parts
}
