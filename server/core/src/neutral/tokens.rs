//! Formatting: regions in which a text's tokens stay what they are, in a tree of the same shape, while the blanks between them change.
//! Each token keeps its author; blanks go with the token that they stand before or behind in their line, lone punctuation with its
//! neighbour. Everything else in the same text is a change like any other.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

use crate::diff;
use crate::syntax::{Budget, Language, parse};
use crate::weave::Splice;

/// So many differing regions are taken together where a formatter's lines were paired with others that look alike.
const TOGETHER: usize = 24;
/// Who types waits for it: a text that takes longer to parse, in a budget's steps, is not looked at for form.
const STEPS: u64 = 500_000;

/// The splices that make `after` of `before`, of which those that only format are neutral, if any does: ascending and apart, in bytes of
/// `before`. None where nothing is formatting, where either text does not parse, or where that takes too long.
pub(super) fn splices(language: Language, before: &str, after: &str) -> Option<Vec<Splice>> {
    let regions = regions(before, after);
    if !regions.iter().any(|region| region.may_format) {
        return None;
    }
    let (old, new) = (leaves(language, before)?, leaves(language, after)?);
    let (mut found, mut formats) = (Vec::new(), false);
    for Region { before: was, after: is, may_format } in regions {
        let tokens = within(before, &old, &was).zip(within(after, &new, &is)).filter(|_| may_format);
        match tokens.and_then(|(old, new)| formatting(before, after, &old, &new, &was, &is)) {
            Some(neutral) => {
                formats |= !neutral.is_empty();
                found.extend(neutral);
            }
            None => found.extend(diff::region(before, after, was, is)),
        }
    }
    formats.then_some(found)
}

/// Lines that differ, in bytes of either text.
struct Region {
    before: Range<usize>,
    after: Range<usize>,
    /// Both sides have the same words and signs in the same order.
    may_format: bool,
}

fn regions(before: &str, after: &str) -> Vec<Region> {
    let differing = diff::regions(before, after);
    let mut regions = Vec::new();
    let mut next = 0;
    while let Some((first_old, first_new)) = differing.get(next) {
        let end = (next + TOGETHER).min(differing.len());
        let together = (next..end).find_map(|last| {
            let (old, new) = &differing[last];
            let (was, is) = (first_old.start..old.end, first_new.start..new.end);
            alike(&before[was.clone()], &after[is.clone()]).then_some((last, was, is))
        });
        let (last, was, is) = together.clone().unwrap_or((next, first_old.clone(), first_new.clone()));
        regions.push(Region { before: was, after: is, may_format: together.is_some() });
        next = last + 1;
    }
    regions
}

/// Whether two texts differ in nothing but blanks, and in what formatters put at a list's or a statement's end.
fn alike(old: &str, new: &str) -> bool {
    let signs = |text: &'static str| move |ch: &char| !ch.is_whitespace() && !text.contains(*ch);
    let bare = |text: &str| text.chars().filter(signs(",;")).map(unquoted).collect::<String>();
    let bare_old = bare(old);
    !bare_old.is_empty() && bare_old == bare(new)
}

/// Formatters choose between the two quotes.
fn unquoted(ch: char) -> char {
    if ch == '\'' { '"' } else { ch }
}

/// A token: where it stands, and which nodes it stands in.
#[derive(Clone)]
struct Leaf {
    bytes: Range<usize>,
    path: u64,
    comment: bool,
}

/// A text's tokens in order; none where it does not parse.
fn leaves(language: Language, text: &str) -> Option<Vec<Leaf>> {
    let tree = parse(language, text, &mut Budget::steps(STEPS))?;
    if tree.root_node().has_error() {
        return None;
    }
    let mut leaves = Vec::new();
    let mut cursor = tree.walk();
    let mut paths = vec![0];
    loop {
        let node = cursor.node();
        let path = *paths.last().unwrap_or(&0);
        if is_token(&node) {
            if !node.byte_range().is_empty() {
                leaves.push(Leaf { bytes: trimmed(text, node.byte_range()), path, comment: is_comment(&node) });
            }
        } else if cursor.goto_first_child() {
            paths.push(step(path, &node));
            continue;
        }
        if !go_on(&mut cursor, &mut paths) {
            return Some(leaves);
        }
    }
}

fn go_on(cursor: &mut TreeCursor<'_>, paths: &mut Vec<u64>) -> bool {
    while !cursor.goto_next_sibling() {
        if !cursor.goto_parent() {
            return false;
        }
        paths.pop();
    }
    true
}

fn step(path: u64, node: &Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, node.kind_id()).hash(&mut hasher);
    hasher.finish()
}

/// What no formatter looks into: leaves, and strings and comments, whose blanks are text.
fn is_token(node: &Node<'_>) -> bool {
    node.child_count() == 0 || is_comment(node) || node.kind().contains("string")
}

fn is_comment(node: &Node<'_>) -> bool {
    node.kind().contains("comment")
}

/// Grammars count the line break in with some tokens.
fn trimmed(text: &str, bytes: Range<usize>) -> Range<usize> {
    let token = &text[bytes.clone()];
    bytes.start + (token.len() - token.trim_start().len())..bytes.end - (token.len() - token.trim_end().len())
}

/// The tokens of a region, of a comment that reaches out of it only what is inside; none where another token reaches out of it.
fn within(text: &str, leaves: &[Leaf], region: &Range<usize>) -> Option<Vec<Leaf>> {
    let first = leaves.partition_point(|leaf| leaf.bytes.end <= region.start);
    let last = leaves.partition_point(|leaf| leaf.bytes.start < region.end);
    let inside = leaves[first..last.max(first)].iter().map(|leaf| {
        let bytes = leaf.bytes.start.max(region.start)..leaf.bytes.end.min(region.end);
        let whole = bytes == leaf.bytes;
        (whole || leaf.comment).then(|| Leaf { bytes: trimmed(text, bytes), ..leaf.clone() })
    });
    inside.collect()
}

/// The neutral splices of a region that is formatted; none where more than form changes.
fn formatting(
    before: &str,
    after: &str,
    old: &[Leaf],
    new: &[Leaf],
    was: &Range<usize>,
    is: &Range<usize>,
) -> Option<Vec<Splice>> {
    let mut found = Vec::new();
    let (mut at, mut new_at) = (was.start, is.start);
    for (one, other) in pairs(before, after, old, new)? {
        between(before, after, at..one.bytes.start, new_at..other.bytes.start, &mut found);
        token(before, after, &one.bytes, &other.bytes, &mut found);
        (at, new_at) = (one.bytes.end, other.bytes.end);
    }
    between(before, after, at..was.end, new_at..is.end, &mut found);
    Some(found)
}

/// Which token became which; none where one is another, stands elsewhere in the tree, or came or went without being lone punctuation.
fn pairs<'a>(before: &str, after: &str, old: &'a [Leaf], new: &'a [Leaf]) -> Option<Vec<(&'a Leaf, &'a Leaf)>> {
    let lone = |text: &str, leaf: &Leaf| matches!(&text[leaf.bytes.clone()], "," | ";");
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut pairs = Vec::new();
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => return Some(pairs),
            (Some(one), Some(other)) if is_same(before, after, one, other) => {
                pairs.push((old.next()?, new.next()?));
            }
            (Some(one), _) if lone(before, one) => {
                old.next();
            }
            (_, Some(other)) if lone(after, other) => {
                new.next();
            }
            _ => return None,
        }
    }
}

fn is_same(before: &str, after: &str, one: &Leaf, other: &Leaf) -> bool {
    let (was, is) = (&before[one.bytes.clone()], &after[other.bytes.clone()]);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    one.path == other.path
        && (was == is || one.comment && other.comment && words(was) == words(is) || is_requoted(was, is))
}

/// Whether a string has the other quotes now, and nothing in it that this would change.
fn is_requoted(was: &str, is: &str) -> bool {
    let quoted = |text: &str| text.len() > 1 && text.ends_with(['\'', '"']);
    let plain = |text: &str| !text.contains('\\') && text.matches(['\'', '"']).count() == 2;
    quoted(was) && quoted(is) && plain(was) && plain(is) && was.chars().map(unquoted).eq(is.chars().map(unquoted))
}

/// What stands between two tokens: blanks, and punctuation that a formatter put in or took out. Line breaks that stay are kept, so that
/// blanks at a line's end go with it and those at its start with the token that they stand before.
fn between(before: &str, after: &str, was: Range<usize>, is: Range<usize>, found: &mut Vec<Splice>) {
    let (old, new) = (&before[was.clone()], &after[is]);
    let common =
        |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let head: usize = common(old, new);
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let tail: usize = common(&backwards(&old[head..]), &backwards(&new[head..]));
    push(was.start + head..was.end - tail, &new[head..new.len() - tail], found);
}

/// A token that looks different now: a comment that was indented anew, a string in other quotes.
fn token(before: &str, after: &str, was: &Range<usize>, is: &Range<usize>, found: &mut Vec<Splice>) {
    let (old, new) = (&before[was.clone()], &after[is.clone()]);
    if old == new {
        return;
    }
    let parts = |text: &str| -> Vec<Range<usize>> {
        let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
        text.split_whitespace().map(|word| start(word)..start(word) + word.len()).collect()
    };
    let (mut at, mut new_at) = (was.start, is.start);
    for (one, other) in parts(old).into_iter().zip(parts(new)) {
        let (one, other) = (was.start + one.start..was.start + one.end, is.start + other.start..is.start + other.end);
        between(before, after, at..one.start, new_at..other.start, found);
        let signs = before[one.clone()].char_indices().zip(after[other.clone()].char_indices());
        for ((offset, old), (_, new)) in signs.filter(|((_, old), (_, new))| old != new) {
            let at = one.start + offset;
            push(at..at + old.len_utf8(), new.encode_utf8(&mut [0; 4]), found);
        }
        (at, new_at) = (one.end, other.end);
    }
    between(before, after, at..was.end, new_at..is.end, found);
}

fn push(range: Range<usize>, text: &str, found: &mut Vec<Splice>) {
    if range.is_empty() && text.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.range.end == range.start => {
            last.range.end = range.end;
            last.text += text;
        }
        _ => found.push(Splice { range, text: text.to_owned(), neutral: true }),
    }
}

#[cfg(test)]
mod tests;
