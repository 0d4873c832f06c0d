//! Work destroyed: whole lines that agents' pending changes took away, that no agent wrote and that git does not hold. Blank lines do
//! not count, nor does a line that its agent put elsewhere in the file, or only changed, unless to what git holds.

mod head;
mod put_back;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;

use ropey::Rope;

use crate::author::Author;
use crate::diff;
use crate::document::{Act, Document};
use crate::edit::{Deed, Lineage};
use crate::event::Whole;
use crate::finding::{Finding, Kind, Severity};
use crate::hunk::{Hunk, HunkId, hunks};
use crate::rules::{self, Settings};
use crate::weave::{DeedKind, EditIx, Fingerprint, Splice, View, Weave, push_deed};
use crate::whole::{Earlier, earlier};
use crate::workspace::{Content, File, GONE};
use head::Head;
use put_back::Changed;
use walk::{Piece, Put, Walk, is_pending};

/// The id of the rule that says so.
pub const DESTROYED_WORK: &str = "destroyed-work";

/// What git holds of a file, by its path: as HEAD has it, and as it had it at any time since that many milliseconds after the Unix epoch.
/// None where there is no repository: then nothing is committed. It is asked only where an agent took away what no agent wrote.
pub type Committed<'a> = dyn Fn(&str, u64) -> Option<Vec<Content>> + 'a;

/// What was destroyed in one hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// The hunk that it is a part of.
    pub hunk: HunkId,
    /// All of it, from top to bottom, byte for byte, but for line breaks between runs of it.
    pub text: String,
    /// The lines of it that are not blank.
    pub lines: usize,
    /// So many of them were not taken away, but put back to what git holds: that goes again when they come back.
    pub put_back: usize,
    /// Where it stood: a byte of the text as it is.
    pub at: usize,
    /// What took it away; switched off, it is back.
    pub deeds: Vec<Deed>,
    /// Whose doing it was.
    pub by: BTreeSet<Author>,
    /// When, in milliseconds since the Unix epoch.
    pub when: u64,
    /// Whether the user typed all of it.
    pub is_users: bool,
}

/// Lines of others that agents' pending changes took away: what may be destroyed, before git is asked.
#[derive(Clone, Debug)]
pub struct Suspects {
    /// The text without what agents did and nobody accepted, and as it is.
    before: String,
    after: String,
    /// From top to bottom.
    lines: Vec<Line>,
    /// Lines of which they took away a part.
    changed: Vec<Changed>,
    /// What agents put into the text, line by line, without the blanks around it.
    put: Vec<(Author, String)>,
    /// The first of their deeds was done after this, in milliseconds since the Unix epoch: what a command does is seen when it ends.
    pub since: u64,
}

/// A line of the text before that is gone.
#[derive(Clone, Debug)]
struct Line {
    /// Bytes of the text before.
    range: Range<usize>,
    /// Where it stood, in bytes of the text as it is.
    at: usize,
    /// What is left of it to bring back.
    text: String,
    deeds: Vec<Deed>,
    /// The break of the line before it, where that alone is gone of that line.
    lead: Vec<Deed>,
    by: BTreeSet<Author>,
    when: u64,
    /// Bytes of it that an agent wrote.
    agents: Vec<Range<usize>>,
    is_users: bool,
}

impl Suspects {
    /// Of a lineage's text; none where agents took away no words of others.
    #[must_use]
    pub fn of(document: &Document, lineage: Lineage) -> Option<Self> {
        let (before, after, pieces, put) = Walk::new(document, lineage).pieces();
        let weave = document.weave();
        let view = View::of(weave, lineage);
        let (mut lines, mut start, mut next) = (Vec::new(), 0, 0);
        for text in before.split_inclusive('\n') {
            let range = start..start + text.len();
            start = range.end;
            while pieces.get(next).is_some_and(|piece: &Piece| piece.end() <= range.start) {
                next += 1;
            }
            let here = pieces[next..].iter().take_while(|piece| piece.from < range.end);
            let here: Vec<&Piece> = here.collect();
            if is_gone(&before, &range, &here) {
                let inside = here.first().copied().filter(|piece| piece.from < range.start);
                let above = inside.or_else(|| pieces.get(next.checked_sub(1)?));
                let lead = above.filter(|piece| !piece.now);
                lines.push(Line::new(weave, &view, &before, range, &here, lead));
            }
        }
        let changed = put_back::changed(weave, &view, (&before, &after), &pieces, &put);
        let is_loss = |line: &&Line| has_words(&line.text) && !line.is_agents(&before);
        let all = lines.iter().filter(is_loss).chain(changed.iter().map(|changed| &changed.line));
        let deeds = all.flat_map(|line| &line.deeds).filter_map(|deed| weave.ix(deed.by));
        let since = weave.changed_before(deeds.min()?);
        let put = lines_put(&after, &put);
        Some(Self { before, after, lines, changed, put, since })
    }

    /// What of it is destroyed, hunk by hunk, given what git holds.
    #[must_use]
    pub fn destroyed(&self, hunks: &[Hunk], committed: Option<&[Content]>) -> Vec<Destroyed> {
        let heads: Vec<Head> = committed.unwrap_or_default().iter().map(|head| Head::new(head, &self.before)).collect();
        let held = |line: &Line| heads.iter().any(|head| head.holds(line, &self.before));
        let changed: Vec<Range<usize>> =
            diff::splices(&self.before, &self.after).into_iter().map(|splice| splice.range).collect();
        let mut put = self.put.clone();
        let lost: Vec<bool> = self
            .lines
            .iter()
            .map(|line| {
                has_words(&line.text)
                    && !line.is_agents(&self.before)
                    && !held(line)
                    && is_covered(&self.before, &line.range, &changed)
                    && !take(&mut put, line)
            })
            .collect();
        let mut all: Vec<Destroyed> = Vec::new();
        let mut last: Option<usize> = None;
        for at in (0..self.lines.len()).filter(|at| lost[*at] || self.goes_along(*at, &lost, &held)) {
            let line = &self.lines[at];
            let Some(hunk) = hunks.iter().find(|hunk| line.is_of(hunk)) else { continue };
            if all.last().is_none_or(|open| open.hunk != hunk.id) {
                all.push(Destroyed::begun(hunk.id, line));
            }
            if let Some(open) = all.last_mut() {
                let goes_on = last.is_some_and(|last| self.lines[last].range.end == line.range.start);
                open.take(line, goes_on || self.starts_line(line), lost[at]);
            }
            last = Some(at);
        }
        for line in put_back::put_back(&self.changed, (&self.before, &self.after), committed.unwrap_or_default()) {
            let Some(hunk) = hunks.iter().find(|hunk| line.is_of(hunk)) else { continue };
            match all.iter_mut().find(|open| open.hunk == hunk.id) {
                Some(open) => open.take_put_back(line),
                None => {
                    let mut begun = Destroyed::begun(hunk.id, line);
                    begun.take_put_back(line);
                    all.push(begun);
                }
            }
        }
        all.sort_by_key(|lost| lost.at);
        all
    }

    /// Whether a file holds just the text from which something was taken away.
    #[must_use]
    pub fn is_all_in(&self, file: &File) -> bool {
        let is_it = || file.document.weave().fingerprint(Lineage::Disk) == Fingerprint::of(self.before.as_bytes());
        file.present && !file.is_whole && is_it()
    }

    /// Whether a line without words goes with one beside it that is lost.
    fn goes_along(&self, at: usize, lost: &[bool], held: &dyn Fn(&Line) -> bool) -> bool {
        let light = |at: usize| !has_words(&self.lines[at].text) && !self.lines[at].is_agents(&self.before);
        let joined = |one: usize, two: usize| self.lines[one].range.end == self.lines[two].range.start;
        if !light(at) || held(&self.lines[at]) {
            return false;
        }
        let mut up = at;
        while up > 0 && joined(up - 1, up) && light(up) {
            up -= 1;
        }
        let mut down = at;
        while down + 1 < self.lines.len() && joined(down, down + 1) && light(down) {
            down += 1;
        }
        lost[up] || lost[down]
    }

    /// Whether what comes back at a line's place begins a line there.
    fn starts_line(&self, line: &Line) -> bool {
        line.at == 0 || self.after.as_bytes()[line.at - 1] == b'\n'
    }
}

impl Line {
    fn new(
        weave: &Weave,
        view: &View<'_>,
        before: &str,
        range: Range<usize>,
        here: &[&Piece],
        lead: Option<&Piece>,
    ) -> Self {
        let at = here.iter().find(|piece| !piece.now).map_or(0, |piece| piece.at);
        let mut line = Self {
            range: range.clone(),
            at,
            text: String::new(),
            deeds: Vec::new(),
            lead: Vec::new(),
            by: BTreeSet::new(),
            when: 0,
            agents: Vec::new(),
            is_users: true,
        };
        for piece in here {
            let part = piece.from.max(range.start)..piece.end().min(range.end);
            if weave.entry(weave.birth_owner(piece.fragment)).author.is_agent() {
                line.agents.push(part.clone());
            }
            if piece.now {
                continue;
            }
            line.is_users &= weave.entry(weave.birth_owner(piece.fragment)).author == Author::User;
            line.text += &before[part.clone()];
            for (by, deed) in killers(weave, view, piece, &part) {
                let owner = weave.entry(by);
                line.by.insert(owner.author.clone());
                line.when = line.when.max(owner.at);
                push_deed(&mut line.deeds, deed);
            }
        }
        if let Some(piece) = lead {
            let part = range.start - 1..range.start;
            line.lead = killers(weave, view, piece, &part).map(|(_, deed)| deed).collect();
        }
        line
    }

    /// Whether agents wrote all of its words, or all that is not blank where it has none.
    fn is_agents(&self, before: &str) -> bool {
        let words = has_words(&self.text);
        let wanted = |ch: char| if words { ch.is_alphanumeric() } else { !ch.is_whitespace() };
        let mut signs = before[self.range.clone()].char_indices().filter(|(_, ch)| wanted(*ch)).peekable();
        signs.peek().is_some() && signs.all(|(at, _)| within(&self.agents, self.range.start + at))
    }

    fn is_of(&self, hunk: &Hunk) -> bool {
        let meets = |a: &Deed, b: &Deed| {
            a.by == b.by && a.to.edit == b.to.edit && a.to.start < b.to.end() && b.to.start < a.to.end()
        };
        self.deeds.iter().any(|deed| hunk.deeds.iter().any(|other| meets(deed, other)))
    }
}

impl Destroyed {
    fn begun(hunk: HunkId, line: &Line) -> Self {
        let (text, deeds, by) = (String::new(), Vec::new(), BTreeSet::new());
        Self { hunk, text, lines: 0, put_back: 0, at: line.at, deeds, by, when: 0, is_users: true }
    }

    fn take(&mut self, line: &Line, is_apart: bool, counts: bool) {
        if !is_apart && !line.lead.is_empty() {
            line.lead.iter().for_each(|deed| push_deed(&mut self.deeds, *deed));
            self.text.push('\n');
        }
        // A break that still stands is no part of what comes back, and parts lines all the same.
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        line.deeds.iter().for_each(|deed| push_deed(&mut self.deeds, *deed));
        self.text += &line.text;
        self.lines += usize::from(!line.text.trim().is_empty());
        self.by.extend(line.by.iter().cloned());
        self.when = self.when.max(line.when);
        self.is_users &= line.is_users || !counts;
    }

    fn take_put_back(&mut self, line: &Line) {
        self.take(line, true, true);
        self.put_back += 1;
    }

    /// What is to be said of it, where the settings let it be said.
    #[must_use]
    pub fn finding(&self, settings: &Settings, is_repository: bool) -> Option<Finding> {
        let are = if self.lines == 1 { "is" } else { "are" };
        said(settings, self.sentence(is_repository, are), self.at, Some(self.text.clone()))
    }

    /// What is to be said of it before it is done, where the settings let it be said and it is worth a question.
    #[must_use]
    pub fn warning(&self, settings: &Settings, is_repository: bool) -> Option<String> {
        let finding = said(settings, self.sentence(is_repository, "would be"), self.at, None)?;
        (finding.severity == Severity::Critical).then_some(finding.message)
    }

    fn sentence(&self, is_repository: bool, are: &str) -> String {
        let yours = if self.is_users { " of yours" } else { "" };
        let (lines, were) = if self.lines == 1 { ("line", "was") } else { ("lines", "were") };
        let kept = if is_repository { format!(" that {were} not committed") } else { String::new() };
        let gone = if self.put_back == self.lines { "put back to what git holds" } else { "gone" };
        format!("{} {lines}{yours}{kept} {are} {gone}{}.", self.lines, quoted(&self.text))
    }
}

/// What a write that makes this text of a file on disk would destroy.
#[must_use]
pub fn foreseen(
    document: &Document,
    after: &str,
    act: &Act,
    committed: &dyn Fn(u64) -> Option<Vec<Content>>,
) -> (Vec<Destroyed>, bool) {
    let before = document.text(Lineage::Disk).to_string();
    let takes_words = |splice: &Splice| has_words(&before[splice.range.clone()]);
    if !diff::splices(&before, after).iter().any(takes_words) {
        return (Vec::new(), true);
    }
    let mut then = document.clone();
    then.observe(Lineage::Disk, Rope::from_str(after), act);
    let Some(suspects) = Suspects::of(&then, Lineage::Disk) else { return (Vec::new(), true) };
    let known = document.weave().entries().len();
    let is_new = |deed: &Deed| then.weave().ix(deed.by).is_some_and(|ix| ix as usize >= known);
    // Git is asked only where something is taken away that was there until now.
    let changed = suspects.changed.iter().map(|changed| &changed.line);
    if !suspects.lines.iter().chain(changed).any(|line| has_words(&line.text) && line.deeds.iter().any(is_new)) {
        return (Vec::new(), true);
    }
    let hunks = hunks(&then, Lineage::Disk, &Author::is_agent);
    let held = committed(suspects.since);
    let mut lost = suspects.destroyed(&hunks, held.as_deref());
    lost.retain(|lost| lost.deeds.iter().any(is_new));
    (lost, held.is_some())
}

/// What a file was that is no text, or is none now, and that an agent overwrote or deleted, where git does not hold it.
#[must_use]
pub fn destroyed_whole(file: &File, path: &str, committed: &Committed<'_>) -> Option<Earlier> {
    let was = earlier(file, &Author::is_agent)?;
    let held = |head: &Content| match (&was, head) {
        (Earlier::Whole(whole), Content::Opaque { hash: Some(hash), .. }) if whole.hash.is_some() => {
            whole.hash.as_ref() == Some(hash)
        }
        // Of what is too large, and of where a link leads, nothing better is known.
        (Earlier::Whole(whole), Content::Opaque { len, .. }) => whole.len == *len,
        (Earlier::Whole(whole), Content::Text(text)) => whole.len == text.len_bytes() as u64,
        (Earlier::Text(plan), Content::Text(text)) => plan.target == *text,
        _ => false,
    };
    let is_something = match &was {
        Earlier::Whole(whole) => whole.why != GONE && whole.len > 0,
        Earlier::Text(plan) => has_words(&plan.target.to_string()),
        Earlier::Absent => false,
    };
    let held_somewhere = || committed(path, 0).is_some_and(|heads| heads.iter().any(held));
    (is_something && !held_somewhere()).then_some(was)
}

/// What is to be said of it, where the settings let it be said.
#[must_use]
pub fn finding_of_whole(was: &Earlier, settings: &Settings) -> Option<Finding> {
    let (what, text) = match was {
        Earlier::Whole(Whole { len, why, .. }) => (format!("It was {why}, {len} bytes"), None),
        Earlier::Text(plan) => {
            let text = plan.target.to_string();
            (format!("It was text of {} lines", text.lines().count()), Some(text))
        }
        Earlier::Absent => return None,
    };
    said(settings, format!("All that this file held is gone, and git does not have it. {what}."), 0, text)
}

fn said(settings: &Settings, message: String, at: usize, removed: Option<String>) -> Option<Finding> {
    if settings.disabled.contains(DESTROYED_WORK) {
        return None;
    }
    let severity = settings.severities.get(DESTROYED_WORK).copied().unwrap_or(Severity::Critical);
    let (rule, kind) = (DESTROYED_WORK.to_owned(), Kind::DestroyedWork);
    Some(Finding { rule, kind, severity, message, range: at..at, removed, symbol: None, mixed: false })
}

/// The first line that has words, in brief; nothing where it looks like a secret.
fn quoted(text: &str) -> String {
    let first = text.lines().find(|line| has_words(line)).unwrap_or_default();
    if first.is_empty() || rules::may_hold_a_secret(first) {
        return String::new();
    }
    format!(": `{}`", rules::in_brief(first.trim()))
}

/// What took a part of a piece away: whose it is, and the deed.
fn killers<'a>(
    weave: &'a Weave,
    view: &'a View<'a>,
    piece: &'a Piece,
    part: &Range<usize>,
) -> impl Iterator<Item = (EditIx, Deed)> + 'a {
    let part = (part.start - piece.from) as u32..(part.end - piece.from) as u32;
    let here =
        weave.deeds(piece.fragment).filter(|(_, kind)| *kind != DeedKind::Birth).map(|(by, _)| (by, piece.fragment));
    let elsewhere = weave.kills(piece.fragment).into_iter().filter(|(_, fragment)| *fragment != piece.fragment);
    let deeds = here.chain(elsewhere).filter(move |(by, fragment)| {
        // By a move it only went elsewhere, and was taken away from there.
        let is_move = || weave.other_half(*by, *fragment).iter().any(|(by, f)| weave.counts(*by, *f, view));
        is_pending(weave, view, *by, *fragment) && weave.counts(*by, *fragment, view) && !is_move()
    });
    deeds.map(move |(by, fragment)| {
        let to = weave.span(fragment, part.clone());
        (weave.owner(by, fragment), Deed { by: weave.entry(by).id, to })
    })
}

/// Whether nothing is left of a line but blanks; of a blank line, whether nothing is.
fn is_gone(before: &str, range: &Range<usize>, here: &[&Piece]) -> bool {
    let blank = before[range.clone()].trim().is_empty();
    here.iter().filter(|piece| piece.now).all(|piece| {
        let part = piece.from.max(range.start)..piece.end().min(range.end);
        !blank && before[part].trim().is_empty()
    })
}

/// The lines of a text of which one author put all that is not blank.
fn lines_put(after: &str, put: &[Put]) -> Vec<(Author, String)> {
    let (mut lines, mut start) = (Vec::new(), 0);
    for text in after.split_inclusive('\n') {
        let range = start..start + text.len();
        start = range.end;
        if !has_words(text) {
            continue;
        }
        let first = put.partition_point(|put| put.range.end <= range.start);
        let here: Vec<&Put> = put[first..].iter().take_while(|put| put.range.start < range.end).collect();
        let Some(Put { author, .. }) = here.first() else { continue };
        let own = here.iter().filter(|put| put.author == *author).map(|put| put.range.clone());
        let own: Vec<Range<usize>> = own.collect();
        if is_covered(after, &range, &own) {
            lines.push((author.clone(), text.trim().to_owned()));
        }
    }
    lines
}

/// Takes a line off what agents put elsewhere, where whoever took it away put it there. Whether it was there.
fn take(put: &mut Vec<(Author, String)>, line: &Line) -> bool {
    let same = |(author, text): &(Author, String)| line.by.contains(author) && *text == line.text.trim();
    put.iter().position(same).map(|at| put.swap_remove(at)).is_some()
}

/// Whether all that is not blank in a part of a text lies in some ranges of it.
fn is_covered(text: &str, part: &Range<usize>, ranges: &[Range<usize>]) -> bool {
    let mut signs = text[part.clone()].char_indices().filter(|(_, ch)| !ch.is_whitespace());
    signs.all(|(at, _)| within(ranges, part.start + at))
}

/// Whether a byte lies in one of some ranges, which ascend.
fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
