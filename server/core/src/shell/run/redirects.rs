//! Where a command's input comes from, and where its output goes.

use std::ops::Range;

use tree_sitter::Node;

use super::{Shell, flow_of};
use crate::shell::flow::Flow;
use crate::shell::word::Word;

impl Shell<'_, '_> {
    /// A command with redirections: the body's words, then where they go.
    pub(super) fn redirected(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        let mut cursor = node.walk();
        let redirects: Vec<Node<'_>> = node.children_by_field_name("redirect", &mut cursor).collect();
        let (mut stdin, mut outs, mut after, mut more) = (stdin.clone(), Vec::new(), Vec::new(), Vec::new());
        for redirect in redirects {
            self.redirect(redirect, text, &mut stdin, &mut outs, &mut after, &mut more);
        }
        let body = node.child_by_field_name("body");
        let mut flow = match body {
            Some(body) if body.kind() == "command" => {
                let more: Vec<Word> =
                    more.iter().flat_map(|range: &Range<usize>| self.words(&text[range.clone()])).collect();
                self.simple(body, text, stdin, more)
            }
            Some(body) => self.statement(body, text, &stdin),
            None => {
                self.command = text[node.byte_range()].chars().take(200).collect();
                Flow::of("")
            }
        };
        if !outs.is_empty() {
            self.flows_out(outs, &flow);
            flow = Flow::of("");
        }
        for node in after {
            flow = self.statement(node, text, &flow);
        }
        flow
    }

    pub(super) fn redirect<'n>(
        &mut self,
        node: Node<'n>,
        text: &str,
        stdin: &mut Flow,
        outs: &mut Vec<(Word, bool)>,
        after: &mut Vec<Node<'n>>,
        more: &mut Vec<Range<usize>>,
    ) {
        let mut cursor = node.walk();
        let children: Vec<Node<'n>> = node.children(&mut cursor).collect();
        match node.kind() {
            "file_redirect" => {
                let sign = children.iter().find(|child| !child.is_named()).map_or("", Node::kind);
                let Some(place) = node.child_by_field_name("destination") else { return };
                let words = self.words(&text[place.byte_range()]);
                let Some(word) = words.into_iter().next() else { return };
                match sign {
                    "<" | "<&" => *stdin = self.reads(&word),
                    ">&" | "&>" | "&>>" | ">" | ">|" | ">>" | "<>" => {
                        let is_descriptor = sign == ">&" && word.text().is_some_and(|text| is_descriptor(&text));
                        if !is_descriptor {
                            outs.push((word, sign.ends_with(">>") || sign == "<>"));
                        }
                    }
                    _ => {}
                }
            }
            "herestring_redirect" => {
                if let Some(word) = children.last() {
                    let word = self.one_word(&text[word.byte_range()]);
                    *stdin = flow_of(&word);
                }
            }
            "heredoc_redirect" => {
                let start = children.iter().find(|child| child.kind() == "heredoc_start");
                let is_raw = start.is_some_and(|start| text[start.byte_range()].contains(['\'', '"', '\\']));
                for child in &children {
                    match child.kind() {
                        "heredoc_body" => {
                            let body = &text[child.byte_range()];
                            *stdin = if is_raw { Flow::of(body) } else { flow_of(&self.quoted(body)) };
                        }
                        "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                            self.redirect(*child, text, stdin, outs, after, more);
                        }
                        "heredoc_start" | "heredoc_end" | "file_descriptor" => {}
                        _ if !child.is_named() => {}
                        "pipeline" | "command" | "list" | "redirected_statement" | "subshell" => after.push(*child),
                        _ => more.push(child.byte_range()),
                    }
                }
            }
            _ => {}
        }
    }

    /// What a command prints goes into files.
    pub(super) fn flows_out(&mut self, outs: Vec<(Word, bool)>, flow: &Flow) {
        let command = self.command.clone();
        for (word, appends) in outs {
            let sign = if appends { ">>" } else { ">" };
            let to = format!("{sign} {}", word.shown());
            if !command.contains(&to) {
                self.command = format!("{command} {to}").trim_start().to_owned();
            }
            self.goes_into(&word, flow, appends);
        }
        self.command = command;
    }
}

fn is_descriptor(text: &str) -> bool {
    text == "-" || text.trim_end_matches('-').chars().all(|char| char.is_ascii_digit())
}
