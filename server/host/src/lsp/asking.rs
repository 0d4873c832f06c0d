//! Questions that hooks put to the person here: as a message with choices, and where the editor has none, as a warning with the same choices as
//! code actions.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;

use countersign_core::verdict::Answer;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{
    Code, CodeAction, CodeActionKind, Diagnostic, DiagnosticSeverity, MessageType, Range, Uri,
};

use super::actions::command;
use super::outbox::{Choice, Out};
use super::owner::Owner;
use super::uri;
use crate::approvals::wire::{Asking, Outcome};
use crate::state_dir;

/// The code of a question that is shown as a warning.
pub(super) const ASKED: &str = "asked";
/// The command that answers one.
pub(super) const ANSWER: &str = "countersign.answer";

const ONCE: &str = "Allow once";
const SESSION: &str = "Allow for this session";
const DENY: &str = "Deny";
const SHOW: &str = "Show the change";
const NOT_HERE: &str = "Not here: leave it to the agent";
const CHOICES: [(&str, Answer); 3] = [(ONCE, Answer::Once), (SESSION, Answer::Session), (DENY, Answer::Deny)];

/// The questions that stand, by number.
pub(super) type Questions = BTreeMap<u64, Question>;

/// A question that a hook waits on.
#[derive(Debug)]
pub(super) struct Question {
    asking: Asking,
    answer: Sender<Outcome>,
    /// Whether it is shown as a warning: the editor has no messages with choices.
    is_warning: bool,
    /// Where the change is that the person wanted to see.
    shown: Option<PathBuf>,
}

/// What the person says to a question that is shown as a warning.
#[derive(Debug, Deserialize)]
struct Said {
    number: u64,
    answer: Answer,
}

/// Puts a question to the person. Its number, by which it is withdrawn.
pub(super) fn put(owner: &mut Owner, asking: Asking, answer: Sender<Outcome>) -> u64 {
    owner.numbers += 1;
    let number = owner.numbers;
    owner.asked.insert(number, Question { asking, answer, is_warning: false, shown: None });
    if owner.client.asks {
        show(owner, number, None);
    } else {
        warn(owner, number);
    }
    number
}

/// What the person did with the message. None where that number is no such question's.
pub(super) fn chosen(owner: &mut Owner, number: u64, choice: &Choice) -> Option<()> {
    owner.asked.get(&number)?;
    match choice {
        Choice::Made(title) if title == SHOW => {
            let opened = open(owner, number);
            show(owner, number, opened);
        }
        Choice::Made(title) => {
            let said = CHOICES.iter().find(|(choice, _)| choice == title).map(|(_, answer)| *answer);
            end(owner, number, said.map_or(Outcome::Unanswered, Outcome::Said));
        }
        // Whoever turns it away leaves it to the agent's own question, or to the policy.
        Choice::TurnedAway => end(owner, number, Outcome::Unanswered),
        Choice::Impossible => warn(owner, number),
    }
    Some(())
}

/// What the person chose among the actions of a warning.
pub(super) fn execute(owner: &mut Owner, argument: Value) -> Result<Value, String> {
    let Said { number, answer } = serde_json::from_value(argument).map_err(|error| format!("{ANSWER}: {error}"))?;
    if !owner.asked.contains_key(&number) {
        return Err("the agent does not wait for this any more".to_owned());
    }
    end(owner, number, Outcome::Said(answer));
    Ok(json!({}))
}

/// The hook waits no more: it was answered elsewhere, or the agent is gone.
pub(super) fn withdraw(owner: &mut Owner, number: u64) {
    if let Some(question) = owner.asked.remove(&number) {
        forget(owner, &question);
    }
}

/// The warnings that are shown in an open document: those of questions, in each, since nobody knows where the person looks.
pub(super) fn warnings(owner: &Owner, path: &str) -> Vec<Diagnostic> {
    if !owner.buffers.contains_key(path) {
        return Vec::new();
    }
    let shown = owner.asked.iter().filter(|(_, question)| question.is_warning);
    let warning = |(number, question): (&u64, &Question)| Diagnostic {
        range: Range::default(),
        severity: Some(DiagnosticSeverity::Warning),
        code: Some(Code::String(ASKED.to_owned())),
        source: Some("countersign".to_owned()),
        message: question.text().into(),
        data: Some(json!({ "rule": ASKED, "number": number })),
        ..Diagnostic::default()
    };
    shown.map(warning).collect()
}

/// The answers to the questions that are shown as warnings, as actions of a document's first line.
pub(super) fn actions(owner: &Owner) -> Vec<CodeAction> {
    let shown = owner.asked.iter().filter(|(_, question)| question.is_warning);
    let of = |(number, question): (&u64, &Question)| {
        let agent = question.asking.agent.clone();
        let number = *number;
        CHOICES.map(move |(title, answer)| CodeAction {
            title: format!("{title} ({agent})"),
            kind: Some(CodeActionKind::QuickFix),
            command: Some(command(title, ANSWER, json!({ "number": number, "answer": answer }))),
            ..CodeAction::default()
        })
    };
    shown.flat_map(of).collect()
}

impl Question {
    fn text(&self) -> String {
        format!("Countersign: {} asks for leave. {}", self.asking.agent, self.asking.question.replace('\n', " "))
    }
}

fn show(owner: &mut Owner, number: u64, shows: Option<Uri>) {
    let Some(question) = owner.asked.get(&number) else { return };
    let mut choices: Vec<&'static str> = CHOICES.iter().map(|(title, _)| *title).collect();
    if question.asking.diff.is_some() && owner.client.shows_documents {
        choices.push(SHOW);
    }
    // A stray Enter must allow nothing, and turn nothing down.
    if owner.client.enter_takes_the_first {
        choices.insert(0, NOT_HERE);
    }
    let _ = owner.outbox.send(Out::Question { number, text: question.text(), choices, shows });
}

fn warn(owner: &mut Owner, number: u64) {
    if let Some(question) = owner.asked.get_mut(&number) {
        question.is_warning = true;
        let text = format!("{} The answers are code actions of any open file's first line.", question.text());
        let _ = owner.outbox.send(Out::Message(MessageType::Warning, text));
        renew(owner);
    }
}

fn end(owner: &mut Owner, number: u64, outcome: Outcome) {
    let Some(question) = owner.asked.remove(&number) else { return };
    // A hook that has gone by now hears nothing, and nothing comes of it.
    let _ = question.answer.send(outcome);
    forget(owner, &question);
}

/// Takes away what was shown of a question, as far as that can be.
fn forget(owner: &mut Owner, question: &Question) {
    if let Some(file) = &question.shown {
        let _ = std::fs::remove_file(file);
    }
    if question.is_warning {
        renew(owner);
    }
}

/// Has what is shown of all open documents worked out anew.
fn renew(owner: &mut Owner) {
    for path in owner.buffers.keys().cloned().collect::<Vec<_>>() {
        owner.schedule(&path, Duration::ZERO);
    }
}

/// What is to be opened to see the change: a file of our own that is closed to others and goes with the question.
fn open(owner: &mut Owner, number: u64) -> Option<Uri> {
    match written(owner, number) {
        Ok(file) => {
            let uri = uri::from_path(file.as_ref()?);
            owner.asked.get_mut(&number)?.shown = file;
            uri
        }
        Err(error) => {
            owner.complain(&format!("the change cannot be shown: {error:#}"));
            None
        }
    }
}

fn written(owner: &Owner, number: u64) -> anyhow::Result<Option<PathBuf>> {
    let diff = owner.asked.get(&number).and_then(|question| question.asking.diff.as_deref());
    let (Some(diff), Some(state)) = (diff, owner.store.journal().wake_file().parent()) else { return Ok(None) };
    let folder = state_dir::make_private(&state.join("asked"))?;
    let file = folder.join(format!("{}-{number}.diff", std::process::id()));
    let mut made = tempfile::NamedTempFile::new_in(&folder)?;
    made.write_all(diff.as_bytes())?;
    made.persist(&file)?;
    Ok(Some(file))
}
