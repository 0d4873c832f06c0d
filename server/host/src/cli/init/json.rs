//! JSON text with comments, edited in place: a member is put at the end of an object or a list, or taken out, and all other
//! bytes stay. What is put in is written so that taking it out gives the very text that was there.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};

/// JSON to be written.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Number(u32),
    Flag(bool),
    List(Vec<Node>),
    Map(Vec<(&'static str, Node)>),
}

/// Reads JSON that may hold comments and trailing commas.
///
/// # Errors
/// If it is anything else; the error says where, by line and column.
pub(super) fn parse(text: &str) -> Result<Value<'_>> {
    let form = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &form)?;
    parsed.value.context("it is empty")
}

/// A text's own manner: how it indents, and how it ends lines.
struct Manner<'a> {
    unit: &'a str,
    newline: &'static str,
}

fn manner(text: &str) -> Manner<'_> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indented = text.lines().find(|line| line.starts_with([' ', '\t']) && line.trim_start().starts_with('"'));
    let unit = indented.map_or("  ", |line| &line[..line.len() - line.trim_start().len()]);
    Manner { unit, newline }
}

/// Puts a member at the end of the object (with `key`) or list (without) at `container`, whose members are at `members`.
pub(super) fn append(
    text: &str,
    container: Range<usize>,
    members: &[Range<usize>],
    key: Option<&str>,
    node: &Node,
) -> String {
    let manner = manner(text);
    let member = |base: Option<&str>| {
        let value = match base {
            Some(base) => on_lines(node, base, &manner),
            None => on_one_line(node),
        };
        key.map_or_else(|| value.clone(), |key| format!("{}: {value}", quoted(key)))
    };
    let Some(last) = members.last() else {
        // Tight at its opening, as nothing else that is written here: an empty container that was there stays when this goes.
        let base = format!("{}{}", indent_at(text, container.start), manner.unit);
        return splice(text, &[(container.start + 1..container.start + 1, &member(Some(&base)))]);
    };
    let comma = comma_after(text, last.end);
    let (end, in_line_comment) = end_of_comments(text, comma.map_or(last.end, |comma| comma + 1));
    let own_line = own_line(text, last.start);
    let put = match own_line {
        Some(base) => format!("{}{base}{}", manner.newline, member(Some(base))),
        None if in_line_comment => {
            let base = indent_at(text, last.start);
            format!("{}{base}{}", manner.newline, member(Some(base)))
        }
        None => format!(" {}", member(None)),
    };
    match comma {
        Some(_) => splice(text, &[(end..end, &format!("{put},"))]),
        None => splice(text, &[(last.end..last.end, ","), (end..end, &put)]),
    }
}

/// Takes a member out, with the comma and the blanks that came with it.
pub(super) fn take_out(text: &str, members: &[Range<usize>], at: usize) -> String {
    let member = &members[at];
    let blanks = text[..member.start].trim_end_matches([' ', '\t', '\r', '\n']).len();
    let gone = (blanks..member.end, "");
    if let Some(comma) = comma_after(text, member.end) {
        return splice(text, &[gone, (comma..comma + 1, "")]);
    }
    let before = at.checked_sub(1).and_then(|before| comma_after(text, members[before].end));
    match before {
        Some(comma) if comma < blanks => splice(text, &[(comma..comma + 1, ""), gone]),
        _ => splice(text, &[gone]),
    }
}

/// Whether nothing stands between the opening of a container and its first member.
pub(super) fn is_tight(container: &Range<usize>, first: &Range<usize>) -> bool {
    container.start + 1 == first.start
}

/// Whether a value says the same, whatever its layout and the order of its members.
pub(super) fn is(value: &Value<'_>, node: &Node) -> bool {
    match (value, node) {
        (Value::StringLit(text), Node::Text(node)) => text.value == *node,
        (Value::NumberLit(number), Node::Number(node)) => number.value == node.to_string(),
        (Value::BooleanLit(flag), Node::Flag(node)) => flag.value == *node,
        (Value::Array(list), Node::List(nodes)) => {
            list.elements.len() == nodes.len() && list.elements.iter().zip(nodes).all(|(value, node)| is(value, node))
        }
        (Value::Object(object), Node::Map(members)) => {
            let member = |(key, node): &(&str, Node)| object.get(key).is_some_and(|member| is(&member.value, node));
            object.properties.len() == members.len() && members.iter().all(member)
        }
        _ => false,
    }
}

/// Where a value stands, in bytes.
pub(super) fn place(node: &impl Ranged) -> Range<usize> {
    let range = node.range();
    range.start..range.end
}

/// Replaces ranges, which come in order, all at once.
pub(super) fn splice(text: &str, edits: &[(Range<usize>, &str)]) -> String {
    let mut edited = String::with_capacity(text.len() + 256);
    let mut from = 0;
    for (range, put) in edits {
        edited.push_str(&text[from..range.start]);
        edited.push_str(put);
        from = range.end;
    }
    edited + &text[from..]
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value over several lines; the first is not indented, the others begin with `base`.
pub(super) fn pretty(node: &Node) -> String {
    on_lines(node, "", &Manner { unit: "  ", newline: "\n" })
}

fn on_lines(node: &Node, base: &str, manner: &Manner<'_>) -> String {
    let inner = format!("{base}{}", manner.unit);
    let block = |open: char, members: Vec<String>, close: char| {
        let lines: Vec<String> = members.into_iter().map(|member| format!("{inner}{member}")).collect();
        let newline = manner.newline;
        format!("{open}{newline}{}{newline}{base}{close}", lines.join(&format!(",{newline}")))
    };
    match node {
        Node::List(nodes) => block('[', nodes.iter().map(|node| on_lines(node, &inner, manner)).collect(), ']'),
        Node::Map(members) => {
            let member = |(key, node): &(&str, Node)| format!("{}: {}", quoted(key), on_lines(node, &inner, manner));
            block('{', members.iter().map(member).collect(), '}')
        }
        leaf => on_one_line(leaf),
    }
}

/// Never tight at its opening: see `append`.
fn on_one_line(node: &Node) -> String {
    match node {
        Node::Text(text) => quoted(text),
        Node::Number(number) => number.to_string(),
        Node::Flag(flag) => flag.to_string(),
        Node::List(nodes) => format!("[ {} ]", nodes.iter().map(on_one_line).collect::<Vec<_>>().join(", ")),
        Node::Map(members) => {
            let member = |(key, node): &(&str, Node)| format!("{}: {}", quoted(key), on_one_line(node));
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The blanks before a place, where nothing else stands before it on its line.
fn own_line(text: &str, at: usize) -> Option<&str> {
    let start = line_start(text, at);
    let before = &text[start..at];
    (start > 0 && before.trim_matches([' ', '\t']).is_empty()).then_some(before)
}

/// The blanks at the beginning of a place's line.
fn indent_at(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The comma that follows, past blanks and comments.
fn comma_after(text: &str, mut at: usize) -> Option<usize> {
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if blank > 0 {
            at += blank;
        } else if rest.starts_with("//") {
            at += rest.find('\n')?;
        } else if rest.starts_with("/*") {
            at += rest.find("*/")? + 2;
        } else {
            return rest.starts_with(',').then_some(at);
        }
    }
}

/// Where the comments end that follow on the same line, and whether the last of them takes the rest of the line.
fn end_of_comments(text: &str, from: usize) -> (usize, bool) {
    let mut end = from;
    loop {
        let rest = &text[end..];
        let comment = rest.trim_start_matches([' ', '\t']);
        let at = end + rest.len() - comment.len();
        if comment.starts_with("//") {
            let line = comment.lines().next().unwrap_or(comment);
            return (at + line.len(), true);
        }
        match comment.find("*/") {
            Some(close) if comment.starts_with("/*") => end = at + close + 2,
            _ => return (end, false),
        }
    }
}

/// The members of an object or a list, where `value` is one.
pub(super) fn members(value: &Value<'_>) -> Vec<Range<usize>> {
    match value {
        Value::Object(object) => object.properties.iter().map(place).collect(),
        Value::Array(array) => array.elements.iter().map(place).collect(),
        _ => Vec::new(),
    }
}

/// The value of a key, where there is one.
///
/// # Errors
/// If `value` is no object, or has the key twice: which one counts is then the reader's taste.
pub(super) fn get<'a, 'b>(value: &'b Value<'a>, key: &str) -> Result<Option<&'b Value<'a>>> {
    let Value::Object(object) = value else { bail!("not an object") };
    let mut found = object.properties.iter().filter(|property| property.name.as_str() == key);
    let first = found.next();
    if found.next().is_some() {
        bail!("`{key}` stands there twice");
    }
    Ok(first.map(|property| &property.value))
}
