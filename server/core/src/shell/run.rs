//! Interprets a parsed script: every command of it, in order, with what is known of variables, the folder and what flows between them.
//! Nothing is run.

mod redirects;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use super::effect::{Effect, What};
use super::flow::Flow;
use super::source;
use super::target::Target;
use super::word::Word;
use super::world::{Kind, Place, World};
use crate::syntax::Budget;

/// Scripts within scripts and lists within lists: deeper ones are not read.
const DEEPEST: usize = 120;
/// Commands and lists that are looked at; loops and functions count each time.
const MOST: usize = 20_000;
/// Effects: a command line with more is not judged one by one.
const MOST_EFFECTS: usize = 500;
/// Steps of the parser: a script of 256 KiB takes a fraction.
const OF_A_STEP: u64 = 32;

/// See the module.
pub(super) struct Shell<'a, 'b> {
    pub(super) place: &'a Place,
    pub(super) world: &'a mut dyn World,
    budget: &'a mut Budget<'b>,
    effects: Vec<Effect>,
    pub(super) state: State,
    /// What the command line itself wrote into files, by their paths.
    pub(super) written: BTreeMap<String, Flow>,
    /// The command that is being looked at.
    pub(super) command: String,
    /// Git's own aliases, as far as this line makes them.
    pub(super) git_aliases: BTreeMap<String, String>,
    /// Followed files were made unfollowed, so that they go with what is cleaned.
    pub(super) unfollowed: bool,
    /// Where this line put files, and what they were.
    pub(super) moved: Vec<(String, Target)>,
    /// It is not certain that no other files were changed than those that are named.
    pub(super) may_write: bool,
    /// Files that were changed, with all that is in them if they are folders.
    pub(super) named: BTreeSet<String>,
    /// Those of them that get something else than git has of them.
    pub(super) authored: BTreeSet<String>,
    /// What is looked at is run with names that are not known.
    pub(super) is_given_names: bool,
    /// There are ways through the line that were not gone one by one: what a variable holds is not certain.
    pub(super) has_branches: bool,
    depth: usize,
    steps: usize,
    is_lost: bool,
}

/// What a subshell has of its own.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// None where it cannot be told.
    pub(super) cwd: Option<String>,
    variables: BTreeMap<String, Vec<Word>>,
    functions: BTreeMap<String, String>,
    pub(super) aliases: BTreeMap<String, String>,
    /// Folders that were made.
    pub(super) made: Vec<String>,
}

impl<'a, 'b> Shell<'a, 'b> {
    pub(super) fn new(place: &'a Place, world: &'a mut dyn World, budget: &'a mut Budget<'b>) -> Self {
        let state = State {
            cwd: Some(place.cwd.clone()),
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            aliases: BTreeMap::new(),
            made: Vec::new(),
        };
        let (effects, written, git_aliases) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let command = String::new();
        Self {
            place,
            world,
            budget,
            effects,
            state,
            written,
            command,
            git_aliases,
            unfollowed: false,
            moved: Vec::new(),
            may_write: false,
            named: BTreeSet::new(),
            authored: BTreeSet::new(),
            is_given_names: false,
            has_branches: false,
            depth: 0,
            steps: 0,
            is_lost: false,
        }
    }

    pub(super) fn into_effects(self) -> Vec<Effect> {
        self.effects
    }

    /// The command that is being looked at does this.
    pub(super) fn does(&mut self, what: What) {
        if self.effects.len() > MOST_EFFECTS {
            return;
        }
        let is_full = self.effects.len() == MOST_EFFECTS;
        let what = if is_full { What::Unknown { why: "it does too much to be looked at".into() } } else { what };
        let effect = Effect { what, command: self.command.clone() };
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    pub(super) fn is_unknown(&mut self, why: impl Into<String>) {
        self.does(What::Unknown { why: why.into() });
    }

    /// Takes a script in: what it prints, given what it reads.
    pub(super) fn script(&mut self, text: &str, stdin: &Flow) -> Flow {
        if self.command.is_empty() {
            self.command = text.chars().take(200).collect();
        }
        if let Some(why) = source::trouble(text) {
            self.is_unknown(why);
        }
        if text.len() > source::LONGEST || !self.goes_deeper() {
            return Flow::default();
        }
        let text = source::joined(text);
        let flow = match self.parse(&text) {
            Some(tree) => {
                let root = tree.root_node();
                if root.has_error() {
                    self.command = text.chars().take(200).collect();
                    self.is_unknown("it cannot be read as the shell would read it");
                }
                self.statements(root, &text, stdin)
            }
            None => {
                self.is_unknown("there was no time to read it");
                Flow::default()
            }
        };
        self.depth -= 1;
        flow
    }

    fn parse(&mut self, text: &str) -> Option<Tree> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
        let budget = &mut *self.budget;
        let mut progress = |_: &ParseState| match budget.spend(OF_A_STEP) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let bytes = text.as_bytes();
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
    }

    /// Whether there is room for one more level, which then is entered.
    fn goes_deeper(&mut self) -> bool {
        self.steps += 1;
        if self.depth >= DEEPEST || self.steps > MOST || self.is_lost || !self.budget.spend(1) {
            if !self.is_lost {
                self.is_unknown("it is nested too deep, or too long, to be followed");
            }
            self.is_lost = true;
            return false;
        }
        self.depth += 1;
        true
    }

    /// Runs something as a subshell does: what it sets is forgotten.
    pub(super) fn aside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let (state, command) = (self.state.clone(), self.command.clone());
        let done = run(self);
        (self.state, self.command) = (state, command);
        done
    }

    /// Runs something that may not happen: what it changes of variables that were known is not known any more.
    fn maybe<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.state.clone();
        let done = run(self);
        for (name, value) in before.variables {
            if self.state.variables.get(&name) != Some(&value) {
                self.state.variables.insert(name.clone(), vec![Word::unknown(format!("${name}"))]);
            }
        }
        done
    }

    fn statements(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        let mut flow = Flow::of("");
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            flow = flow.then(self.statement(child, text, stdin));
        }
        flow
    }

    fn statement(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        if !self.goes_deeper() {
            return Flow::default();
        }
        let flow = self.one_statement(node, text, stdin);
        self.depth -= 1;
        flow
    }

    fn one_statement(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        match node.kind() {
            "command" | "unset_command" | "declaration_command" => self.simple(node, text, stdin.clone(), Vec::new()),
            "variable_assignment" => {
                self.assign(node, text);
                Flow::of("")
            }
            "redirected_statement" => self.redirected(node, text, stdin),
            "pipeline" => self.pipeline(node, text, stdin),
            "subshell" => self.aside(|shell| shell.statements(node, text, stdin)),
            "function_definition" => {
                self.has_branches = true;
                let body = node.child_by_field_name("body").map_or("", |body| &text[body.byte_range()]);
                if let Some(name) = node.child_by_field_name("name") {
                    self.state.functions.insert(text[name.byte_range()].to_owned(), body.to_owned());
                }
                Flow::of("")
            }
            "for_statement" => self.for_each(node, text, stdin),
            "if_statement"
            | "elif_clause"
            | "else_clause"
            | "while_statement"
            | "c_style_for_statement"
            | "case_statement"
            | "case_item" => {
                self.has_branches = true;
                self.maybe(|shell| shell.statements(node, text, stdin));
                Flow::default()
            }
            "list" => self.list(node, text, stdin),
            "test_command" => {
                self.substitutions(node, text);
                Flow::of("")
            }
            "comment" | "heredoc_body" | "heredoc_start" | "heredoc_end" | "variable_name" => Flow::of(""),
            _ if node.child_count() > 0 => self.statements(node, text, stdin),
            _ => Flow::of(""),
        }
    }

    fn list(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let (mut flow, mut may_not) = (Flow::of(""), false);
        for child in children {
            match child.kind() {
                "||" => {
                    self.has_branches = true;
                    may_not = true;
                }
                _ if !child.is_named() => {}
                _ if may_not => flow = flow.then(self.maybe(|shell| shell.statement(child, text, stdin))),
                _ => flow = flow.then(self.statement(child, text, stdin)),
            }
        }
        flow
    }

    fn pipeline(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        self.aside(|shell| {
            let mut flow = stdin.clone();
            for child in children {
                flow = shell.statement(child, text, &flow);
            }
            flow
        })
    }

    /// What stands in an expression is run where it is a substitution.
    fn substitutions(&mut self, node: Node<'_>, text: &str) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).collect::<Vec<_>>() {
            if child.kind().ends_with("_substitution") {
                self.words(&text[child.byte_range()]);
            } else if child.named_child_count() > 0 && self.goes_deeper() {
                self.substitutions(child, text);
                self.depth -= 1;
            }
        }
    }

    fn for_each(&mut self, node: Node<'_>, text: &str, stdin: &Flow) -> Flow {
        let name = node.child_by_field_name("variable").map(|name| text[name.byte_range()].to_owned());
        let mut cursor = node.walk();
        let values: Vec<Node<'_>> = node.children_by_field_name("value", &mut cursor).collect();
        let values: Vec<Word> = values.into_iter().flat_map(|value| self.words(&text[value.byte_range()])).collect();
        let values = if values.is_empty() { vec![Word::unknown("$@")] } else { values };
        let Some(body) = node.child_by_field_name("body") else { return Flow::default() };
        for value in values {
            if let Some(name) = &name {
                self.state.variables.insert(name.clone(), vec![value]);
            }
            self.statement(body, text, stdin);
        }
        Flow::default()
    }

    /// A simple command: what it sets for itself, its words, and what it is.
    fn simple(&mut self, node: Node<'_>, text: &str, mut stdin: Flow, more: Vec<Word>) -> Flow {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let (mut words, mut sets, mut outs, mut nodes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut after, mut late) = (Vec::new(), Vec::new());
        let has_name = children.iter().any(|child| child.kind() == "command_name");
        self.command = text[node.byte_range()].chars().take(200).collect();
        for child in children {
            match child.kind() {
                "variable_assignment" if node.kind() == "command" && words.is_empty() => {
                    sets.push(text[child.byte_range()].to_owned());
                    nodes.push(child);
                }
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                    self.redirect(child, text, &mut stdin, &mut outs, &mut after, &mut late);
                }
                "comment" => {}
                _ => words.extend(self.words(&text[child.byte_range()])),
            }
        }
        words.extend(more);
        if !has_name && node.kind() == "command" {
            for node in nodes {
                self.assign(node, text);
            }
        }
        let flow = self.invoked(&sets, words, &stdin);
        self.flows_out(outs, &flow);
        flow
    }

    fn assign(&mut self, node: Node<'_>, text: &str) {
        let (Some(name), value) = (node.child_by_field_name("name"), node.child_by_field_name("value")) else { return };
        let name = text[name.byte_range()].to_owned();
        let appends = text[node.byte_range()][name.len()..].starts_with("+=");
        self.command = text[node.byte_range()].chars().take(200).collect();
        let words = match value {
            Some(value) if value.kind() == "array" => {
                let mut cursor = value.walk();
                let values: Vec<Node<'_>> = value.named_children(&mut cursor).collect();
                values.into_iter().flat_map(|value| self.words(&text[value.byte_range()])).collect()
            }
            Some(value) => vec![self.one_word(&text[value.byte_range()])],
            None => vec![Word::of("")],
        };
        if appends {
            let mut all = self.variable(&name);
            let is_list = value.is_some_and(|value| value.kind() == "array");
            match (is_list, all.last_mut(), words.first()) {
                (false, Some(last), Some(first)) => last.pieces.extend(first.pieces.iter().cloned()),
                _ => all.extend(words),
            }
            return self.set(&name, all);
        }
        self.set(&name, words);
    }

    pub(super) fn set(&mut self, name: &str, words: Vec<Word>) {
        self.sets_variable(name, &words);
        self.state.variables.insert(name.to_owned(), words);
    }

    /// The value of a variable that this line set, or that everyone's shell has.
    pub(super) fn known(&self, name: &str) -> Option<Vec<Word>> {
        let own = self.state.variables.get(name).cloned();
        own.or_else(|| match name {
            "HOME" => self.place.home.clone().map(|home| vec![Word::of(home)]),
            "PWD" => self.state.cwd.clone().map(|cwd| vec![Word::of(cwd)]),
            "TMPDIR" => Some(vec![Word::of("/tmp")]),
            "EDITOR" | "PAGER" => None,
            _ => None,
        })
    }

    pub(super) fn variable(&self, name: &str) -> Vec<Word> {
        self.known(name).unwrap_or_else(|| vec![Word::unknown(format!("${name}"))])
    }

    /// Calls a function that the line defined.
    pub(super) fn call(&mut self, name: &str, arguments: &[Word], stdin: &Flow) -> Option<Flow> {
        let body = self.state.functions.get(name)?.clone();
        for (at, word) in arguments.iter().enumerate() {
            self.state.variables.insert((at + 1).to_string(), vec![word.clone()]);
        }
        for all in ["@", "*"] {
            self.state.variables.insert(all.to_owned(), arguments.to_vec());
        }
        Some(self.script(&body, stdin))
    }

    /// Goes to a folder.
    pub(super) fn goes_to(&mut self, word: Option<&Word>) {
        let target = match word {
            Some(word) => word.target(self.state.cwd.as_deref()),
            None => Target::Path(super::target::Pattern::of(self.place.home.as_deref().unwrap_or("/"))),
        };
        let folder = target.literal();
        self.state.cwd = folder.filter(|folder| {
            let is_made = || self.state.made.iter().any(|made| super::target::Pattern::of(folder).holds(made));
            is_made() || self.world.kind(folder) != Kind::Absent
        });
    }

    pub(super) fn target(&self, word: &Word) -> Target {
        word.target(self.state.cwd.as_deref())
    }
}

/// A word as what flows.
pub(super) fn flow_of(word: &Word) -> Flow {
    Flow { text: word.text(), network: word.is_from_network(), secret: word.secret().cloned(), ..Flow::default() }
}

impl Shell<'_, '_> {
    pub(super) fn state_set(&mut self, name: &str, word: Word) {
        self.state.variables.insert(name.to_owned(), vec![word]);
    }

    /// Sets what stands before a command: its name, and what it was.
    pub(super) fn set_for_now(&mut self, set: &str) -> Option<(String, Vec<Word>)> {
        let (name, value) = set.split_once('=')?;
        let before = self.state.variables.get(name).cloned().unwrap_or_default();
        let value = self.one_word(value);
        self.state.variables.insert(name.to_owned(), vec![value]);
        Some((name.to_owned(), before))
    }

    /// Sets a variable to what it was; one that was not set is forgotten.
    pub(super) fn set_back(&mut self, name: &str, before: Vec<Word>) {
        if before.is_empty() {
            self.state.variables.remove(name);
        } else {
            self.state.variables.insert(name.to_owned(), before);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.effects.len()
    }

    /// What was put away last is taken back by the same line: it was not put away for long.
    pub(super) fn takes_stash_back(&mut self) {
        let last = self.effects.iter().rposition(|effect| matches!(effect.what, What::Stashes { .. }));
        if let Some(last) = last {
            self.effects.remove(last);
        }
    }

    /// Takes back what was said since; whether that was something.
    pub(super) fn forget_since(&mut self, count: usize) -> bool {
        let some = self.effects.len() > count;
        self.effects.truncate(count);
        some
    }

    /// Runs a script that someone wrote before this line: what cannot be known of it is not held against the line.
    pub(super) fn within_file<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let count = self.count();
        let done = self.aside(run);
        let mut at = 0;
        self.effects.retain(|effect| {
            at += 1;
            at <= count || !is_vague(&effect.what)
        });
        done
    }
}

/// Whether an effect is one of something that is not known.
fn is_vague(what: &What) -> bool {
    matches!(
        what,
        What::Unknown { .. }
            | What::Removes { target: Target::Unknown(_), .. }
            | What::Overwrites { target: Target::Unknown(_), .. }
    )
}
